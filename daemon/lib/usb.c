// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "usb.h"

#define DEVICES "%s/bus/usb/devices"
#define STACK_MAX 8	/* disks made of disks */

/* --- files of sysfs --- */

static bool read_line(char *text, size_t size, const char *path)
{
	FILE *in = fopen(path, "re");

	*text = 0;
	if (!in)
		return false;
	if (fgets(text, size, in))
		text[strcspn(text, "\n")] = 0;
	fclose(in);
	return true;
}

static bool read_text(const char *sysfs, const char *device, const char *file, char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", sysfs, device, file);
	return read_line(text, size, path);
}

static unsigned int read_hex(const char *sysfs, const char *device, const char *file)
{
	char text[16];

	read_text(sysfs, device, file, text, sizeof(text));
	return strtoul(text, NULL, 16);
}

/* Where it is for good. */
static bool device_path(const char *sysfs, const char *device, char path[PATH_MAX])
{
	char link[PATH_MAX];

	snprintf(link, sizeof(link), DEVICES "/%s", sysfs, device);
	return *device && !strchr(device, '/') && realpath(link, path);
}

static bool is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

/* --- names --- */

/* BUS-PORT.PORT...: with :CONFIGURATION.INTERFACE that of a function. */
static bool is_name(const char *text, size_t len)
{
	size_t bus = strspn(text, "0123456789"), ports;

	if (!bus || text[bus] != '-' || len >= USB_NAME)
		return false;
	ports = bus + 1 + strspn(text + bus + 1, "0123456789.");
	if (ports == len || text[ports] != ':')
		return ports == len && ports > bus + 1;
	return ports > bus + 1 && ports + 1 + strspn(text + ports + 1, "0123456789.") == len && len > ports + 1;
}

void usb_whole(const char *name, char whole[USB_NAME])
{
	snprintf(whole, USB_NAME, "%.*s", (int)strcspn(name, ":"), name);
}

bool usb_of_path(const char *path, char found[USB_NAME])
{
	*found = 0;
	while (*path) {
		size_t len = strcspn(path, "/");

		if (is_name(path, len))
			snprintf(found, USB_NAME, "%.*s", (int)len, path);
		path += len + (path[len] == '/');
	}
	return *found;
}

bool usb_is(const struct usb_function *function, const char *name)
{
	return !strcmp(function->name, name) || !strcmp(function->whole, name);
}

bool usb_find(const char *sysfs, const char *name, char found[USB_NAME])
{
	const char *last = strrchr(name, '/');
	char link[PATH_MAX], path[PATH_MAX], node[PATH_MAX];

	if (is_name(name, strlen(name)) && device_path(sysfs, name, path)) {
		snprintf(found, USB_NAME, "%s", name);
		return true;
	}
	/* Links such as those of /dev/disk are followed. */
	if (last && realpath(name, node))
		last = strrchr(node, '/');
	snprintf(link, sizeof(link), "%s/class/block/%.255s", sysfs, last ? last + 1 : name);
	return realpath(link, path) && usb_of_path(path + strlen(sysfs), found);
}

/* --- functions --- */

static void read_driver(const char *sysfs, struct usb_function *function)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t len;

	snprintf(path, sizeof(path), DEVICES "/%s/driver", sysfs, function->name);
	len = readlink(path, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = 0;
	last = strrchr(target, '/');
	snprintf(function->driver, sizeof(function->driver), "%.63s", last ? last + 1 : "");
}

static u32 states_of(const char *sysfs, const struct usb_function *function)
{
	char path[PATH_MAX];
	u32 states = 0;

	if (device_path(sysfs, function->whole, path) && (strstr(path, "/vhci_hcd") || strstr(path, "/dummy_hcd")))
		states |= BIT_ULL(RAMPART_STATE_VIRTUAL);
	if (usb_has_keyboard(sysfs, function->whole, true))
		states |= BIT_ULL(RAMPART_STATE_KEYBOARD_PRESENT);
	return states;
}

static const char *or_none(const char *text)
{
	return *text ? text : NULL;
}

static void read_function(const char *sysfs, const char *name, struct usb_function *function)
{
	struct rampart_device *device = &function->device;
	unsigned int class = read_hex(sysfs, name, "bInterfaceClass"), subclass = read_hex(sysfs, name, "bInterfaceSubClass"),
		     protocol = read_hex(sysfs, name, "bInterfaceProtocol");

	snprintf(function->name, sizeof(function->name), "%.63s", name);
	usb_whole(function->name, function->whole);
	read_text(sysfs, function->whole, "idVendor", function->vendor, sizeof(function->vendor));
	read_text(sysfs, function->whole, "idProduct", function->product, sizeof(function->product));
	read_text(sysfs, function->whole, "serial", function->serial, sizeof(function->serial));
	read_text(sysfs, function->whole, "product", function->title, sizeof(function->title));
	snprintf(function->interface, sizeof(function->interface), "%02x:%02x:%02x", class & 0xff, subclass & 0xff, protocol & 0xff);
	function->authorized = usb_is_authorized(sysfs, function->whole);
	read_driver(sysfs, function);
	device->texts[RAMPART_DEVICE_BUS] = "usb";
	device->texts[RAMPART_DEVICE_VENDOR] = function->vendor;
	device->texts[RAMPART_DEVICE_PRODUCT] = function->product;
	device->texts[RAMPART_DEVICE_SERIAL] = or_none(function->serial);
	device->texts[RAMPART_DEVICE_NAME] = or_none(function->title);
	device->texts[RAMPART_DEVICE_PORT] = function->whole;
	device->texts[RAMPART_DEVICE_INTERFACE] = function->interface;
	device->families = rampart_usb_families(class, subclass, protocol);
	device->states = states_of(sysfs, function);
}

/* Not those of what a controller itself has. */
static int is_function(const struct dirent *entry)
{
	return strchr(entry->d_name, ':') && !strstr(entry->d_name, "-0:") && is_name(entry->d_name, strlen(entry->d_name));
}

/* Fills in what all functions of a device say together. */
static void join_families(struct usb_function *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (!strcmp(all[i].whole, all[j].whole))
				all[i].device.has |= all[j].device.families;
}

struct usb_function *usb_functions(const char *sysfs, size_t *n)
{
	struct dirent **entries = NULL;
	struct usb_function *all;
	char path[PATH_MAX];
	int found;

	snprintf(path, sizeof(path), DEVICES, sysfs);
	found = scandir(path, &entries, is_function, versionsort);
	all = calloc(found > 0 ? found : 1, sizeof(*all));
	*n = found > 0 && all ? found : 0;
	for (int i = 0; i < found; i++) {
		if (all)
			read_function(sysfs, entries[i]->d_name, &all[i]);
		free(entries[i]);
	}
	free(entries);
	if (all)
		join_families(all, *n);
	return all;
}

/* --- authorization --- */

bool usb_is_authorized(const char *sysfs, const char *whole)
{
	char text[16];

	return !read_text(sysfs, whole, "authorized", text, sizeof(text)) || strcmp(text, "0");
}

int usb_authorize(const char *sysfs, const char *whole, bool authorized)
{
	char path[PATH_MAX];
	int fd, err;

	snprintf(path, sizeof(path), DEVICES "/%s/authorized", sysfs, whole);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write(fd, authorized ? "1\n" : "0\n", 2) == 2 ? 0 : -errno;
	close(fd);
	return err;
}

/* --- keyboards --- */

/* With Q and Enter, as the kernel's part of Rampart tells them; both are in the last word of the bit set. */
static bool is_keyboard(const char *path)
{
	char file[PATH_MAX], text[1024];
	const char *last;
	unsigned long bits;

	snprintf(file, sizeof(file), "%.3000s/capabilities/key", path);
	read_line(text, sizeof(text), file);
	last = strrchr(text, ' ');
	bits = strtoul(last ? last + 1 : text, NULL, 16);
	return bits >> 16 & 1 && bits >> 28 & 1;
}

bool usb_has_keyboard(const char *sysfs, const char *whole, bool elsewhere)
{
	char folder[PATH_MAX], path[PATH_MAX], above[PATH_MAX];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%s/class/input", sysfs);
	dir = opendir(folder);
	if (!device_path(sysfs, whole, above))
		*above = 0;
	while (dir && !found && (entry = readdir(dir))) {
		char link[PATH_MAX];

		snprintf(link, sizeof(link), "%.3000s/%s", folder, entry->d_name);
		if (strncmp(entry->d_name, "input", 5) || !realpath(link, path) || !is_keyboard(path))
			continue;
		found = (*above && is_below(path, above)) != elsewhere;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* --- disks --- */

static bool has_disk(const char *sysfs, const char *above, dev_t devt, unsigned int depth);

/* What a device of the device mapper or of md is made of. */
static bool has_slave(const char *sysfs, const char *above, const char *path, unsigned int depth)
{
	char folder[PATH_MAX], file[PATH_MAX], text[32];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "%.3000s/slaves", path);
	dir = opendir(folder);
	while (dir && !found && (entry = readdir(dir))) {
		unsigned int major, minor;

		snprintf(file, sizeof(file), "%.3500s/%s/dev", folder, entry->d_name);
		if (*entry->d_name != '.' && read_line(text, sizeof(text), file) && sscanf(text, "%u:%u", &major, &minor) == 2)
			found = has_disk(sysfs, above, makedev(major, minor), depth);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool has_disk(const char *sysfs, const char *above, dev_t devt, unsigned int depth)
{
	char link[PATH_MAX], path[PATH_MAX], file[PATH_MAX], backing[PATH_MAX];
	struct stat st;

	snprintf(link, sizeof(link), "%s/dev/block/%u:%u", sysfs, major(devt), minor(devt));
	if (depth == STACK_MAX || !realpath(link, path))
		return false;
	if (is_below(path, above) || has_slave(sysfs, above, path, depth + 1))
		return true;
	snprintf(file, sizeof(file), "%.3000s/loop/backing_file", path);
	return read_line(backing, sizeof(backing), file) && !stat(backing, &st) && has_disk(sysfs, above, st.st_dev, depth + 1);
}

/* What is mounted by one line of mountinfo: some file systems have a number of their own instead of their disk's. */
static dev_t disk_of_mount(const char *line, char point[PATH_MAX])
{
	const char *rest = strstr(line, " - ");
	char source[PATH_MAX];
	unsigned int major, minor;
	struct stat st;

	if (sscanf(line, "%*s %*s %u:%u %*s %4095s", &major, &minor, point) != 3)
		return 0;
	if (!major && rest && sscanf(rest, " - %*s %4095s", source) == 1 && *source == '/' && !stat(source, &st) && S_ISBLK(st.st_mode))
		return st.st_rdev;
	return major ? makedev(major, minor) : 0;
}

bool usb_has_root(const char *sysfs, const char *mounts, const char *whole)
{
	bool root = false, any = false, has_root = false;
	char above[PATH_MAX], point[PATH_MAX], *line = NULL;
	FILE *in = fopen(mounts, "re");
	size_t size = 0;

	if (!device_path(sysfs, whole, above))
		*above = 0;
	while (in && *above && getline(&line, &size, in) > 0) {
		dev_t devt = disk_of_mount(line, point);
		bool here = devt && has_disk(sysfs, above, devt, 0);

		any |= here;
		root |= devt && !strcmp(point, "/");
		has_root |= here && !strcmp(point, "/");
	}
	free(line);
	if (in)
		fclose(in);
	return root ? has_root : any;
}
