// SPDX-License-Identifier: MIT
/*
 * A sysfs of our own:
 *
 *   usb1 -- 1-1 hub --+-- 1-1.1 keyboard
 *                     +-- 1-1.2 stick with a keyboard function; sda, sda1; dm-0 on sda1
 *   serio: a keyboard that is part of the machine
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <env.h>

#include "usb.h"

#define BUS "devices/pci0/usb1"
#define STICK BUS "/1-1/1-1.2"

static char sysfs[] = "/tmp/rampart-usb-XXXXXX";

static void __attribute__((format(printf, 1, 2))) sh(const char *format, ...)
{
	char command[2048], line[2200];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "cd %s && { %s; }", sysfs, command);
	assert_int_equal(system(line), 0);
}

static void add_device(const char *path, const char *name, const char *vendor, const char *serial)
{
	sh("mkdir -p %s && ln -s ../../../%s bus/usb/devices/%s && echo %s > %s/idVendor && echo 0001 > %s/idProduct && echo 1 > %s/authorized",
	   path, path, name, vendor, path, path, path);
	if (*serial)
		sh("echo '%s' > %s/serial && echo 'A thing' > %s/product", serial, path, path);
}

static void add_function(const char *device, const char *name, const char *class, const char *subclass, const char *protocol, const char *driver)
{
	sh("mkdir -p %s/%s && ln -s ../../../%s/%s bus/usb/devices/%s && cd %s/%s && echo %s > bInterfaceClass && echo %s > bInterfaceSubClass && "
	   "echo %s > bInterfaceProtocol", device, name, device, name, name, device, name, class, subclass, protocol);
	if (*driver)
		sh("mkdir -p drivers/%s && ln -s %s/drivers/%s %s/%s/driver", driver, sysfs, driver, device, name);
}

static void add_keyboard(const char *path, const char *name)
{
	sh("mkdir -p %s/input/%s/capabilities && ln -s ../../%s/input/%s class/input/%s && echo '3 fffffffffffffffe' > %s/input/%s/capabilities/key",
	   path, name, path, name, name, path, name);
}

static void add_disk(const char *path, const char *name, const char *number)
{
	sh("mkdir -p %s && ln -s ../../%s class/block/%s && ln -s ../../%s dev/block/%s && echo %s > %s/dev", path, path, name, path, number,
	   number, path);
}

static int set_up(void **state)
{
	assert_non_null(mkdtemp(sysfs));
	sh("mkdir -p bus/usb/devices class/input class/block dev/block");
	add_device(BUS, "usb1", "1d6b", "");
	add_function(BUS, "1-0:1.0", "09", "00", "00", "hub");
	add_device(BUS "/1-1", "1-1", "05e3", "");
	add_function(BUS "/1-1", "1-1:1.0", "09", "00", "00", "hub");
	add_device(BUS "/1-1/1-1.1", "1-1.1", "046d", "");
	add_function(BUS "/1-1/1-1.1", "1-1.1:1.0", "03", "01", "01", "usbhid");
	add_device(STICK, "1-1.2", "0951", "S 1");
	add_function(STICK, "1-1.2:1.0", "08", "06", "50", "usb-storage");
	add_function(STICK, "1-1.2:1.1", "03", "01", "01", "");
	add_keyboard(BUS "/1-1/1-1.1/1-1.1:1.0", "input1");
	add_keyboard("devices/serio0", "input2");
	/* A mouse, and buttons with some keys. */
	sh("mkdir -p devices/button/input/input3/capabilities && ln -s ../../devices/button/input/input3 class/input/input3 && "
	   "echo 10000000000000 0 > devices/button/input/input3/capabilities/key");
	add_disk(STICK "/1-1.2:1.0/host0/block/sda", "sda", "8:0");
	add_disk(STICK "/1-1.2:1.0/host0/block/sda/sda1", "sda1", "8:1");
	add_disk("devices/virtual/block/dm-0", "dm-0", "254:0");
	add_disk("devices/pci0/nvme0n1", "nvme0n1", "259:0");
	sh("mkdir devices/virtual/block/dm-0/slaves && ln -s ../../../../../" STICK "/1-1.2:1.0/host0/block/sda/sda1 devices/virtual/block/dm-0/slaves/sda1");
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", sysfs);
	return system(command);
}

static void test_functions(void **state)
{
	static const char *const names[] = { "1-1.1:1.0", "1-1.2:1.0", "1-1.2:1.1", "1-1:1.0" };
	struct usb_function *all;
	size_t n;

	all = usb_functions(sysfs, &n);
	assert_int_equal(n, ARRAY_SIZE(names));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(all[i].name, names[i]);
	assert_string_equal(all[1].whole, "1-1.2");
	assert_string_equal(all[1].driver, "usb-storage");
	assert_string_equal(all[2].driver, "");
	assert_string_equal(all[1].device.texts[RAMPART_DEVICE_VENDOR], "0951");
	assert_string_equal(all[1].device.texts[RAMPART_DEVICE_SERIAL], "S 1");
	assert_string_equal(all[1].device.texts[RAMPART_DEVICE_NAME], "A thing");
	assert_string_equal(all[1].device.texts[RAMPART_DEVICE_PORT], "1-1.2");
	assert_string_equal(all[1].device.texts[RAMPART_DEVICE_INTERFACE], "08:06:50");
	assert_null(all[0].device.texts[RAMPART_DEVICE_SERIAL]);
	assert_int_equal(all[1].device.families, BIT_ULL(RAMPART_FAMILY_REMOVABLE_MEDIA));
	assert_int_equal(all[1].device.has, all[1].device.families | all[2].device.families);
	assert_int_equal(all[1].device.states, BIT_ULL(RAMPART_STATE_KEYBOARD_PRESENT));
	assert_true(all[1].authorized);
	assert_true(usb_is(&all[1], "1-1.2") && usb_is(&all[1], "1-1.2:1.0"));
	assert_false(usb_is(&all[1], "1-1") || usb_is(&all[1], "1-1.2:1.1"));
	free(all);
	all = usb_functions("/nonexistent", &n);
	assert_non_null(all);
	assert_int_equal(n, 0);
	free(all);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *found;
	} table[] = {
		{ "1-1.2", "1-1.2" },	  { "1-1.2:1.0", "1-1.2:1.0" }, { "sda", "1-1.2:1.0" },	     { "sda1", "1-1.2:1.0" },
		{ "/dev/sda", "1-1.2:1.0" }, { "nvme0n1", NULL },	    { "1-9", NULL },	     { "usb1", NULL },
		{ "../devices", NULL },	  { "", NULL },			    { "1-1.2:", NULL },	     { "1-1.2/x", NULL },
	};
	char found[USB_NAME];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(usb_find(sysfs, table[i].name, found), !!table[i].found);
		if (table[i].found)
			assert_string_equal(found, table[i].found);
	}
}

static void test_paths(void **state)
{
	char found[USB_NAME];

	assert_true(usb_of_path("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/host0/block/sda", found));
	assert_string_equal(found, "1-1.2:1.0");
	assert_true(usb_of_path("/sys/devices/platform/vhci_hcd.0/usb5/5-1", found));
	assert_string_equal(found, "5-1");
	assert_false(usb_of_path("/media/stick/1-/1-1:/x1-1/1-1.x/2026-11-24/1:1.0/a", found));
	assert_false(usb_of_path("", found));
	assert_false(usb_of_path("/sys/devices/1-1.2:1.0000000000000000000000000000000000000000000000000000000000000000", found));
}

static void test_keyboards(void **state)
{
	assert_true(usb_has_keyboard(sysfs, "1-1.1", false));
	assert_true(usb_has_keyboard(sysfs, "1-1", false));
	assert_false(usb_has_keyboard(sysfs, "1-1.2", false));
	assert_true(usb_has_keyboard(sysfs, "1-1.1", true));
	sh("rm class/input/input2");
	assert_false(usb_has_keyboard(sysfs, "1-1.1", true));
	assert_false(usb_has_keyboard(sysfs, "1-1", true));
	assert_true(usb_has_keyboard(sysfs, "1-1.2", true));
	sh("ln -s ../../devices/serio0/input/input2 class/input/input2");
}

static bool has_root(const char *mounts, const char *whole)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/mounts", sysfs);
	sh("printf '%%b' '%s' > mounts", mounts);
	return usb_has_root(sysfs, path, whole);
}

static void test_root(void **state)
{
	static const char stick[] = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\\n", other[] = "22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\\n",
			  mapped[] = "22 1 254:0 / / rw - ext4 /dev/mapper/a rw\\n",
			  home[] = "22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\\n23 22 8:1 / /media rw - vfat /dev/sda1 rw\\n",
			  live[] = "22 1 0:20 / / rw - overlay overlay rw\\n23 22 8:1 / /run/live rw - vfat /dev/sda1 rw\\n";

	assert_true(has_root(stick, "1-1.2"));
	assert_true(has_root(stick, "1-1"));
	assert_false(has_root(stick, "1-1.1"));
	assert_false(has_root(other, "1-1.2"));
	assert_true(has_root(mapped, "1-1.2"));
	assert_false(has_root(home, "1-1.2"));
	assert_true(has_root(live, "1-1.2"));
	assert_false(has_root(live, "1-1.1"));
	assert_false(has_root(stick, "1-7"));
}

static void test_authorize(void **state)
{
	assert_true(usb_is_authorized(sysfs, "1-1.2"));
	assert_int_equal(usb_authorize(sysfs, "1-1.2", false), 0);
	assert_false(usb_is_authorized(sysfs, "1-1.2"));
	assert_int_equal(usb_authorize(sysfs, "1-1.2", true), 0);
	assert_true(usb_is_authorized(sysfs, "1-1.2"));
	assert_true(usb_authorize(sysfs, "1-9", true) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions), cmocka_unit_test(test_names), cmocka_unit_test(test_paths),
		cmocka_unit_test(test_keyboards), cmocka_unit_test(test_root),	cmocka_unit_test(test_authorize),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
