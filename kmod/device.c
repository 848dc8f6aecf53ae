// SPDX-License-Identifier: GPL-2.0-only
/* Devices as they get drivers, and as the place of one is taken through usbfs. */
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/hid.h>
#include <linux/major.h>
#include <linux/mmc/card.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/usb.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "device.h"
#include "device_judge.h"
#include "medium.h"
#include "rampart.h"

/* Majors from here to CHRDEV_MAJOR_DYN_END are given to whoever asks for any. */
#define CHRDEV_MAJOR_LOCAL 255

DEFINE_STATIC_KEY_FALSE(rampart_devices_judged);

/* @dev is what the event calls by its path in sysfs. */
static int conclude(enum rampart_hook hook, enum rampart_op op, const struct rampart_facts *facts, struct device *dev,
		    const struct rampart_decision *decision)
{
	char *path = decision->judged ? kobject_get_path(&dev->kobj, GFP_KERNEL) : NULL;
	int err = rampart_device_conclude(facts, decision, &(struct rampart_device_use){ .hook = hook, .op = op, .path = path });

	kfree(path);
	return err;
}

static int conclude_attach(const struct rampart_facts *facts, struct device *dev, const struct rampart_decision *decision, bool report)
{
	if (report)
		return conclude(HOOK_pinctrl_bind_pins, RAMPART_OP_ATTACH, facts, dev, decision);
	return rampart_decision_denies(decision) ? -EPERM : 0;
}

/* What cannot be put off to a rule that names it: without hubs nothing on USB works. */
static bool is_default_hub(const struct rampart_facts *facts, const struct rampart_decision *decision)
{
	return facts->device.families == BIT(RAMPART_FAMILY_HUB) && !strcmp(decision->rule, "devices");
}

/* --- drivers --- */

static void add_states(struct rampart_facts *facts, struct device *device)
{
	if (facts->device.has & (BIT(RAMPART_FAMILY_HID) | BIT(RAMPART_FAMILY_KEYBOARD)) && rampart_keyboard_present(device))
		facts->device.states |= BIT(RAMPART_STATE_KEYBOARD_PRESENT);
}

/* What the policy says of what may be done with the functions of a device. */
struct survey {
	struct rampart_facts facts;
	bool by_commands;			/* not only that a driver takes them, but all that a driver does */
	bool allows;				/* of any, without more */
	struct rampart_decision denied, other;	/* the first that is, and the first that is neither */
};

/* What can be done with a function by who can send it commands. */
static u32 accesses_by_commands(u32 families)
{
	u32 accesses = BIT(RAMPART_ACCESS_ATTACH);

	if (families & (BIT(RAMPART_FAMILY_REMOVABLE_MEDIA) | BIT(RAMPART_FAMILY_CD_DVD) | BIT(RAMPART_FAMILY_PORTABLE)))
		accesses |= BIT(RAMPART_ACCESS_READ) | BIT(RAMPART_ACCESS_WRITE) | BIT(RAMPART_ACCESS_FILE_READ) |
			    BIT(RAMPART_ACCESS_FILE_WRITE);
	if (families & BIT(RAMPART_FAMILY_PRINTER))
		accesses |= BIT(RAMPART_ACCESS_PRINT);
	return accesses;
}

static void survey_access(struct survey *survey, enum rampart_device_access access)
{
	struct rampart_decision decision, *first;

	rampart_device_decide(&survey->facts, 0, access, &decision);
	if (!decision.judged || decision.verdict.outcome == RAMPART_ALLOWED || is_default_hub(&survey->facts, &decision)) {
		survey->allows = true;
		return;
	}
	first = rampart_decision_denies(&decision) ? &survey->denied : &survey->other;
	if (!first->judged)
		*first = decision;
}

static bool survey_function(const struct usb_interface_cache *function, void *data)
{
	struct survey *survey = data;
	u32 accesses = BIT(RAMPART_ACCESS_ATTACH);

	rampart_facts_function(&survey->facts, function->altsetting, function->num_altsetting);
	if (survey->by_commands)
		accesses = accesses_by_commands(survey->facts.device.families);
	for (unsigned int access = 0; access < RAMPART_ACCESS_NUM; access++)
		if (accesses & BIT(access))
			survey_access(survey, access);
	return false;
}

/* NULL: out of memory. The device is locked. */
static struct survey *survey_new(struct usb_device *udev, bool by_commands)
{
	struct survey *survey = kzalloc(sizeof(*survey), GFP_KERNEL);

	if (!survey)
		return NULL;
	survey->by_commands = by_commands;
	rampart_facts_of_usb(udev, &survey->facts);
	add_states(&survey->facts, &udev->dev);
	rampart_any_function(udev, survey_function, survey);
	rampart_facts_whole(&survey->facts);
	return survey;
}

/* A device of which no function may be attached is not even configured. */
static int judge_usb_device(struct usb_device *udev, bool report)
{
	struct survey *survey;
	int err = 0;

	/* What a controller itself has. */
	if (!udev->parent)
		return 0;
	survey = survey_new(udev, false);
	if (!survey)
		return -ENOMEM;
	if (!survey->allows)
		err = conclude_attach(&survey->facts, &udev->dev, survey->other.judged ? &survey->other : &survey->denied, report);
	kfree(survey);
	return err;
}

static int judge_function(struct device *dev, struct rampart_facts *facts, struct device *whole, bool report)
{
	struct rampart_decision decision;

	add_states(facts, whole);
	rampart_device_decide(facts, 0, RAMPART_ACCESS_ATTACH, &decision);
	if (is_default_hub(facts, &decision))
		return 0;
	return conclude_attach(facts, dev, &decision, report);
}

static int judge_interface(struct usb_interface *intf, bool report)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	struct rampart_facts *facts;
	int err;

	if (!udev->parent)
		return 0;
	facts = kmalloc(sizeof(*facts), GFP_KERNEL);
	if (!facts)
		return -ENOMEM;
	rampart_facts_of_interface(intf, facts);
	err = judge_function(&intf->dev, facts, &udev->dev, report);
	kfree(facts);
	return err;
}

static int judge_hid(struct hid_device *hid, bool report)
{
	struct rampart_facts *facts = kmalloc(sizeof(*facts), GFP_KERNEL);
	int err;

	if (!facts)
		return -ENOMEM;
	rampart_facts_of_hid(hid, facts);
	err = judge_function(&hid->dev, facts, rampart_is_interface(hid->dev.parent) ? hid->dev.parent->parent : &hid->dev, report);
	kfree(facts);
	return err;
}

static int judge_card(struct mmc_card *card, bool report)
{
	struct rampart_facts *facts = kmalloc(sizeof(*facts), GFP_KERNEL);
	int err = 0;

	if (!facts)
		return -ENOMEM;
	if (rampart_facts_of_card(card, facts))
		err = judge_function(&card->dev, facts, &card->dev, report);
	kfree(facts);
	return err;
}

/* --- the buses that have such devices --- */

/* Held until the module goes, so that the bus outlives what is remembered of it. */
static struct known_bus {
	const char *name, *symbol;	/* of the module that makes it */
	compat_bus *bus;
} buses[] = { { "usb", "usb_disabled" }, { "hid", "hid_register_report" }, { "mmc", "mmc_get_ext_csd" } };

static DEFINE_MUTEX(buses_lock);

/* @dev is locked, and has a driver. */
static void remember_bus(struct device *dev)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(buses); i++) {
		if (!rampart_is_on(dev, buses[i].name) || READ_ONCE(buses[i].bus))
			continue;
		mutex_lock(&buses_lock);
		if (!buses[i].bus && __symbol_get(buses[i].symbol))
			WRITE_ONCE(buses[i].bus, dev->bus);
		mutex_unlock(&buses_lock);
	}
}

static int judge(struct device *dev, bool report)
{
	if (rampart_is_usb_device(dev))
		return judge_usb_device(to_usb_device(dev), report);
	if (rampart_is_interface(dev))
		return judge_interface(to_usb_interface(dev), report);
	if (rampart_is_on(dev, "hid"))
		return judge_hid(to_hid_device(dev), report);
	if (rampart_is_on(dev, "mmc"))
		return judge_card(container_of(dev, struct mmc_card, dev), report);
	return 0;
}

int rampart_device_bind(struct device *dev)
{
	remember_bus(dev);
	return judge(dev, true);
}

/* --- device nodes --- */

/* Whoever can write to usbfs can take the place of any driver; who only reads gets the descriptors. */
static int open_usb(struct usb_device *udev)
{
	struct survey *survey;
	int err;

	device_lock(&udev->dev);
	survey = survey_new(udev, true);
	err = survey ? conclude(HOOK_devcgroup_check_permission, RAMPART_OP_WRITE, &survey->facts, &udev->dev,
				survey->denied.judged ? &survey->denied : &survey->other) :
		       -ENOMEM;
	device_unlock(&udev->dev);
	kfree(survey);
	return err;
}

/* What commands go through: SCSI's generic nodes, and a printer's. For which of them it is open does not matter for root. */
static int open_function(struct device *dev, struct usb_interface *intf)
{
	static const struct {
		enum rampart_device_access access;
		enum rampart_op op;
	} uses[] = {
		{ RAMPART_ACCESS_READ, RAMPART_OP_READ }, { RAMPART_ACCESS_WRITE, RAMPART_OP_WRITE }, { RAMPART_ACCESS_PRINT, RAMPART_OP_PRINT },
	};
	struct rampart_facts *facts = kmalloc(sizeof(*facts), GFP_KERNEL);
	struct rampart_decision decision;
	int err = 0;

	if (!facts)
		return -ENOMEM;
	rampart_facts_of_interface(intf, facts);
	for (unsigned int i = 0; i < ARRAY_SIZE(uses) && !err; i++) {
		if (!(accesses_by_commands(facts->device.families) & BIT(uses[i].access)))
			continue;
		rampart_device_decide(facts, 0, uses[i].access, &decision);
		err = conclude(HOOK_devcgroup_check_permission, uses[i].op, facts, dev, &decision);
	}
	kfree(facts);
	return err;
}

struct node_open {
	dev_t devt;
	struct usb_interface *intf;	/* that the devices looked at are of */
	int err;
};

/* On the way down from a USB device to its nodes all are held. What hangs on a hub is looked at by itself. */
static int open_below(struct device *dev, void *data)
{
	struct node_open *node = data;

	if (rampart_is_usb_device(dev))
		return 0;
	if (rampart_is_interface(dev))
		node->intf = to_usb_interface(dev);
	if (dev->devt != node->devt || !node->intf || !dev->class || !strcmp(dev->class->name, "block"))
		return device_for_each_child(dev, data, open_below);
	node->err = open_function(dev, node->intf);
	return 1;
}

static int open_of_device(struct device *dev, void *data)
{
	return rampart_is_usb_device(dev) ? device_for_each_child(dev, data, open_below) : 0;
}

static int open_node(dev_t devt)
{
	struct node_open node = { .devt = devt };

	bus_for_each_dev(buses[0].bus, NULL, &node, open_of_device);
	return node.err;
}

static int open_usbfs(dev_t devt)
{
	struct device *dev = bus_find_device_by_devt(buses[0].bus, devt);
	int err = 0;

	if (dev && rampart_is_usb_device(dev))
		err = open_usb(to_usb_device(dev));
	put_device(dev);
	return err;
}

/* Printers, sg, and bsg, whose number is any that was free. */
static bool has_commands(unsigned int major)
{
	return major == USB_MAJOR || major == SCSI_GENERIC_MAJOR || (major >= CHRDEV_MAJOR_DYN_END && major < CHRDEV_MAJOR_LOCAL) ||
	       (major >= CHRDEV_MAJOR_DYN_EXT_END && major <= CHRDEV_MAJOR_DYN_EXT_START);
}

int rampart_device_open(dev_t devt, bool block, bool reads, bool writes)
{
	if (block)
		return rampart_medium_open(devt, reads, writes);
	if (!READ_ONCE(buses[0].bus))
		return 0;
	if (MAJOR(devt) == USB_DEVICE_MAJOR)
		return writes ? open_usbfs(devt) : 0;
	return has_commands(MAJOR(devt)) ? open_node(devt) : 0;
}

/* --- what is there already --- */

static int is_used(struct device *dev, void *data)
{
	if (dev->class && !strcmp(dev->class->name, "block") && rampart_is_type(dev, "disk") && disk_openers(dev_to_disk(dev)))
		return 1;
	if (dev->class && !strcmp(dev->class->name, "net") && to_net_dev(dev)->flags & IFF_UP)
		return 1;
	return device_for_each_child(dev, data, is_used);
}

static bool is_hid(const struct device *dev)
{
	return rampart_is_on(dev, "hid") || (rampart_is_interface(dev) && to_usb_interface(dev)->cur_altsetting->desc.bInterfaceClass == USB_CLASS_HID);
}

static int find_use(struct device *dev, void *data)
{
	if (is_hid(dev) && !rampart_keyboard_present(data))
		return 1;
	return is_used(dev, NULL) || device_for_each_child(dev, data, find_use);
}

struct siblings {
	const struct device_driver *driver;
	struct device *whole;
};

/* A driver may have taken several functions, which it gives up together. */
static int find_sibling_use(struct device *dev, void *data)
{
	struct siblings *siblings = data;

	return dev->driver == siblings->driver && find_use(dev, siblings->whole);
}

/* A device in use keeps its driver until it is plugged in again, and so does the last keyboard. */
static bool is_kept(struct device *dev)
{
	struct siblings siblings = { .driver = dev->driver, .whole = dev->parent };

	if (!rampart_is_interface(dev))
		return find_use(dev, dev);
	return device_for_each_child(dev->parent, &siblings, find_sibling_use);
}

static int release_refused(struct device *dev, void *data)
{
	bool refused;

	device_lock(dev);
	refused = dev->driver && judge(dev, false) == -EPERM;
	if (refused && is_kept(dev)) {
		pr_notice("%s is in use: that the policy refuses it counts when it is plugged in again\n", dev_name(dev));
		refused = false;
	}
	if (refused)
		judge(dev, true);
	device_unlock(dev);
	if (refused)
		device_release_driver(dev);
	return 0;
}

/* Their drivers came before us. */
static int find_bus(struct device *dev, void *data)
{
	device_lock(dev);
	if (dev->driver)
		remember_bus(dev);
	device_unlock(dev);
	device_for_each_child(dev, data, find_bus);
	return 0;
}

static void find_buses(void)
{
	struct pci_dev *pdev = NULL;

	device_for_each_child(&platform_bus, NULL, find_bus);
	for_each_pci_dev(pdev)
		device_for_each_child(&pdev->dev, NULL, find_bus);
}

static void look_again(struct work_struct *work)
{
	find_buses();
	for (unsigned int i = 0; i < ARRAY_SIZE(buses); i++) {
		if (!buses[i].bus)
			continue;
		if (static_key_enabled(&rampart_devices_judged))
			bus_for_each_dev(buses[i].bus, NULL, NULL, release_refused);
		if (bus_rescan_devices(buses[i].bus))
			pr_err("devices on %s could not be looked at again\n", buses[i].name);
	}
}

static DECLARE_WORK(look_again_work, look_again);

void rampart_devices_again(void)
{
	if (static_branch_unlikely(&rampart_devices_judged))
		schedule_work(&look_again_work);
}

void rampart_devices_changed(bool judged)
{
	bool before = static_key_enabled(&rampart_devices_judged);

	if (judged)
		static_branch_enable(&rampart_devices_judged);
	else
		static_branch_disable(&rampart_devices_judged);
	if (judged || before)
		schedule_work(&look_again_work);
}

void rampart_device_exit(void)
{
	cancel_work_sync(&look_again_work);
	for (unsigned int i = 0; i < ARRAY_SIZE(buses); i++)
		if (buses[i].bus)
			__symbol_put(buses[i].symbol);
}
