/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device is to the policy: what its driver core has read of it, which is what drivers go by too, and the device's own word. */
#ifndef RAMPART_DEVICE_FACTS_H
#define RAMPART_DEVICE_FACTS_H

#include <linux/types.h>

#include <device.h>

struct device;
struct gendisk;
struct hid_device;
struct mmc_card;
struct usb_device;
struct usb_host_interface;
struct usb_interface;
struct usb_interface_cache;

/* A device with its texts, which do not need the device any more. */
struct rampart_facts {
	struct rampart_device device;
	u32 used, whole_used;	/* bytes of @texts; those that are not about one function */
	char texts[1024];
};

/* rampart_is_on(), rampart_is_type() - by the names of bus and type. Context: any. */
bool rampart_is_on(const struct device *dev, const char *bus);
bool rampart_is_type(const struct device *dev, const char *type);

static inline bool rampart_is_interface(const struct device *dev)
{
	return rampart_is_on(dev, "usb") && rampart_is_type(dev, "usb_interface");
}

static inline bool rampart_is_usb_device(const struct device *dev)
{
	return rampart_is_on(dev, "usb") && rampart_is_type(dev, "usb_device");
}

/* Facts of a USB device, of one function of it, of a HID device. Context: may sleep; the device is locked, or bound to nothing. */
void rampart_facts_of_usb(struct usb_device *udev, struct rampart_facts *facts);
void rampart_facts_of_interface(struct usb_interface *intf, struct rampart_facts *facts);
void rampart_facts_of_hid(struct hid_device *hid, struct rampart_facts *facts);

/* rampart_facts_of_card() - false: it is soldered. Context: as above. */
bool rampart_facts_of_card(struct mmc_card *card, struct rampart_facts *facts);

/* rampart_facts_function() - those of the device are now about a function of it. _whole(): and about none again. */
void rampart_facts_function(struct rampart_facts *facts, const struct usb_host_interface *settings, unsigned int n);
void rampart_facts_whole(struct rampart_facts *facts);

/* rampart_facts_of_disk() - false: nothing that can be taken out. Context: may sleep; its open_mutex is held, and it is live. */
bool rampart_facts_of_disk(struct gendisk *disk, struct rampart_facts *facts);

/* rampart_any_function() - calls @fn for each interface of all configurations until it returns true. */
bool rampart_any_function(const struct usb_device *udev, bool (*fn)(const struct usb_interface_cache *function, void *data), void *data);

/* rampart_keyboard_present() - whether a keyboard works that is not part of @except. Context: may sleep. */
bool rampart_keyboard_present(struct device *except);

/* rampart_facts_text() - for people. Returns the length. */
u32 rampart_facts_text(const struct rampart_facts *facts, char *text, size_t size);

#endif
