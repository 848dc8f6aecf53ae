// SPDX-License-Identifier: GPL-2.0-only
/* None of this needs a symbol of usbcore's or another bus's, which may not be there. */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/hid.h>
#include <linux/input.h>
#include <linux/major.h>
#include <linux/mmc/card.h>
#include <linux/usb.h>

#include "compat.h"
#include "device_facts.h"
#include "disk.h"

bool rampart_is_on(const struct device *dev, const char *bus)
{
	return dev->bus && !strcmp(dev->bus->name, bus);
}

bool rampart_is_type(const struct device *dev, const char *type)
{
	return dev->type && dev->type->name && !strcmp(dev->type->name, type);
}

/* What does not fit is cut, and then no longer what the policy may name. */
static void set_text(struct rampart_facts *facts, enum rampart_device_text which, const char *text)
{
	char *at = facts->texts + facts->used;
	size_t room = sizeof(facts->texts) - facts->used;

	if (!text || room < 2)
		return;
	facts->used += scnprintf(at, room, "%s", text) + 1;
	facts->device.texts[which] = at;
}

static void set_ids(struct rampart_facts *facts, u16 vendor, u16 product)
{
	char text[5];

	snprintf(text, sizeof(text), "%04x", vendor);
	set_text(facts, RAMPART_DEVICE_VENDOR, text);
	snprintf(text, sizeof(text), "%04x", product);
	set_text(facts, RAMPART_DEVICE_PRODUCT, text);
}

/* --- USB --- */

static u32 families_of(const struct usb_host_interface *settings, unsigned int n)
{
	u32 families = 0;

	for (unsigned int i = 0; i < n; i++)
		families |= rampart_usb_families(settings[i].desc.bInterfaceClass, settings[i].desc.bInterfaceSubClass,
						 settings[i].desc.bInterfaceProtocol);
	return families;
}

bool rampart_any_function(const struct usb_device *udev, bool (*fn)(const struct usb_interface_cache *function, void *data), void *data)
{
	for (unsigned int c = 0; udev->config && c < udev->descriptor.bNumConfigurations; c++) {
		const struct usb_host_config *config = &udev->config[c];

		for (unsigned int i = 0; i < config->desc.bNumInterfaces && i < USB_MAXINTERFACES; i++)
			if (config->intf_cache[i] && fn(config->intf_cache[i], data))
				return true;
	}
	return false;
}

static bool add_families(const struct usb_interface_cache *function, void *families)
{
	*(u32 *)families |= families_of(function->altsetting, function->num_altsetting);
	return false;
}

/* Those of the kernel's own: devices that come over the network, or from this machine itself. */
static bool is_virtual(const struct usb_device *udev)
{
	const char *controller = dev_name(udev->bus->controller);

	return !strncmp(controller, "vhci_hcd", 8) || !strncmp(controller, "dummy_hcd", 9);
}

void rampart_facts_of_usb(struct usb_device *udev, struct rampart_facts *facts)
{
	*facts = (struct rampart_facts){};
	set_text(facts, RAMPART_DEVICE_BUS, "usb");
	set_ids(facts, le16_to_cpu(udev->descriptor.idVendor), le16_to_cpu(udev->descriptor.idProduct));
	set_text(facts, RAMPART_DEVICE_SERIAL, udev->serial);
	set_text(facts, RAMPART_DEVICE_NAME, udev->product);
	set_text(facts, RAMPART_DEVICE_PORT, dev_name(&udev->dev));
	rampart_any_function(udev, add_families, &facts->device.has);
	if (is_virtual(udev))
		facts->device.states |= BIT(RAMPART_STATE_VIRTUAL);
	facts->whole_used = facts->used;
}

void rampart_facts_whole(struct rampart_facts *facts)
{
	facts->used = facts->whole_used;
	facts->device.texts[RAMPART_DEVICE_INTERFACE] = NULL;
	facts->device.families = facts->device.has;
}

void rampart_facts_function(struct rampart_facts *facts, const struct usb_host_interface *settings, unsigned int n)
{
	const struct usb_interface_descriptor *first = &settings->desc;
	char interface[9];

	rampart_facts_whole(facts);
	snprintf(interface, sizeof(interface), "%02x:%02x:%02x", first->bInterfaceClass, first->bInterfaceSubClass, first->bInterfaceProtocol);
	set_text(facts, RAMPART_DEVICE_INTERFACE, interface);
	facts->device.families = families_of(settings, n);
}

void rampart_facts_of_interface(struct usb_interface *intf, struct rampart_facts *facts)
{
	rampart_facts_of_usb(interface_to_usbdev(intf), facts);
	rampart_facts_function(facts, intf->altsetting, intf->num_altsetting);
}

/* --- keyboards --- */

#define USAGE_KEYBOARD 0x00010006	/* generic desktop: keyboard, keypad */
#define USAGE_KEYPAD 0x00010007

/* Whether a report descriptor, which is a device's own word, has an application that is a keyboard. */
static bool describes_keyboard(const u8 *item, size_t size)
{
	const u8 *end = item + size;
	u32 page = 0, value;

	while (item < end) {
		static const u8 lengths[] = { 0, 1, 2, 4 };
		u8 tag = *item & 0xfc, len = lengths[*item & 3];

		if (*item++ == 0xfe) {	/* a long one: its length, its tag, and that many bytes */
			if (end - item < 2)
				return false;
			item += 2 + item[0];
			continue;
		}
		if (end - item < len)
			return false;
		value = 0;
		for (u8 i = 0; i < len; i++)
			value |= (u32)item[i] << (8 * i);
		item += len;
		if (tag == 0x04)
			page = value;
		if (tag == 0x08 && (len == 4 ? value == USAGE_KEYBOARD || value == USAGE_KEYPAD :
					       page == USAGE_KEYBOARD >> 16 && (value == 6 || value == 7)))
			return true;
	}
	return false;
}

static bool is_below(const struct device *dev, const struct device *above)
{
	while (dev && dev != above)
		dev = dev->parent;
	return dev;
}

static int is_other_keyboard(struct device *dev, void *except)
{
	const struct input_dev *input;

	if (strncmp(dev_name(dev), "input", 5))
		return 0;
	input = to_input_dev(dev);
	return test_bit(EV_KEY, input->evbit) && test_bit(KEY_Q, input->keybit) && test_bit(KEY_ENTER, input->keybit) &&
	       !is_below(dev, except);
}

bool rampart_keyboard_present(struct device *except)
{
	return class_for_each_device((compat_class *)&input_class, NULL, except, is_other_keyboard);
}

/* What the USB device above a HID device says of itself, or what it says itself. */
void rampart_facts_of_hid(struct hid_device *hid, struct rampart_facts *facts)
{
	struct device *parent = hid->dev.parent;

	if (parent && rampart_is_interface(parent)) {
		rampart_facts_of_interface(to_usb_interface(parent), facts);
	} else {
		*facts = (struct rampart_facts){};
		set_text(facts, RAMPART_DEVICE_BUS, hid->bus == BUS_BLUETOOTH ? "bluetooth" : "hid");
		set_ids(facts, hid->vendor, hid->product);
		set_text(facts, RAMPART_DEVICE_SERIAL, *hid->uniq ? hid->uniq : NULL);
		set_text(facts, RAMPART_DEVICE_NAME, hid->name);
		facts->device.families = facts->device.has = BIT(RAMPART_FAMILY_HID);
	}
	if (describes_keyboard(hid->dev_rdesc, hid->dev_rsize)) {
		facts->device.families |= BIT(RAMPART_FAMILY_KEYBOARD);
		facts->device.has |= BIT(RAMPART_FAMILY_KEYBOARD);
	}
}

/* --- memory cards --- */

bool rampart_facts_of_card(struct mmc_card *card, struct rampart_facts *facts)
{
	char serial[9];

	if (!rampart_card_is_removable(card))
		return false;
	*facts = (struct rampart_facts){};
	set_text(facts, RAMPART_DEVICE_BUS, "mmc");
	set_ids(facts, card->cid.manfid, card->cid.oemid);
	snprintf(serial, sizeof(serial), "%08x", card->cid.serial);
	set_text(facts, RAMPART_DEVICE_SERIAL, serial);
	set_text(facts, RAMPART_DEVICE_NAME, card->cid.prod_name);
	set_text(facts, RAMPART_DEVICE_PORT, dev_name(card->dev.parent));
	facts->device.families = facts->device.has = BIT(RAMPART_FAMILY_REMOVABLE_MEDIA);
	return true;
}

/* --- disks --- */

bool rampart_facts_of_disk(struct gendisk *disk, struct rampart_facts *facts)
{
	struct device *dev = rampart_disk_carrier(disk);

	if (!rampart_disk_is_removable(disk))
		return false;
	if (dev && rampart_is_interface(dev)) {
		rampart_facts_of_interface(to_usb_interface(dev), facts);
	} else if (dev && rampart_is_on(dev, "mmc")) {
		rampart_facts_of_card(container_of(dev, struct mmc_card, dev), facts);
	} else {
		*facts = (struct rampart_facts){};
		set_text(facts, RAMPART_DEVICE_BUS, "other");
		set_text(facts, RAMPART_DEVICE_PORT, disk->disk_name);
	}
	facts->device.families |= BIT(disk->major == SCSI_CDROM_MAJOR ? RAMPART_FAMILY_CD_DVD : RAMPART_FAMILY_REMOVABLE_MEDIA);
	facts->device.has |= facts->device.families;
	return true;
}

/* --- for people --- */

u32 rampart_facts_text(const struct rampart_facts *facts, char *text, size_t size)
{
	const char *const *texts = facts->device.texts;
	u32 len = scnprintf(text, size, "%s %s:%s", texts[RAMPART_DEVICE_BUS], texts[RAMPART_DEVICE_VENDOR] ?: "?",
			    texts[RAMPART_DEVICE_PRODUCT] ?: "?");

	if (texts[RAMPART_DEVICE_NAME])
		len += scnprintf(text + len, size - len, " \"%.64s\"", texts[RAMPART_DEVICE_NAME]);
	if (texts[RAMPART_DEVICE_SERIAL])
		len += scnprintf(text + len, size - len, ", serial \"%.64s\"", texts[RAMPART_DEVICE_SERIAL]);
	if (texts[RAMPART_DEVICE_PORT])
		len += scnprintf(text + len, size - len, ", port %.32s", texts[RAMPART_DEVICE_PORT]);
	if (texts[RAMPART_DEVICE_INTERFACE])
		len += scnprintf(text + len, size - len, ", interface %s", texts[RAMPART_DEVICE_INTERFACE]);
	return len;
}
