// SPDX-License-Identifier: MIT
/*
 * rampartctl device allow, device block. What a signed policy refuses no command allows, but what it warns of can be granted, as any event
 * can; and who is root can always take a device away.
 */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "device_access.h"
#include "event_print.h"
#include "grant.h"
#include "text.h"
#include "usb.h"

#define MOUNTS "/proc/self/mountinfo"

int device_missing(const struct cli *cli, const char *name)
{
	char quote[RAMPART_QUOTE];

	rampart_quote(quote, name, strlen(name));
	return cli_error(cli, CLI_ERROR, "device: %s is no device on USB; see rampartctl device list", quote);
}

/* Says so, too. @command is for messages. */
static int authorize(const struct cli *cli, const char *command, const char *whole, bool authorized)
{
	int err = usb_authorize(SYSFS, whole, authorized);

	if (err && geteuid())
		return cli_error(cli, CLI_ERROR, "device %s: only root may take a device away, or give it back", command);
	if (err)
		return cli_error(cli, CLI_ERROR, "device %s: %s: %s", command, whole, strerror(-err));
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:s}", "authorized", authorized, "device", whole), false);
	else if (authorized)
		printf("%s: drivers may take it again, but for what the policy refuses\n", whole);
	else
		printf("%s: no driver has it until it is plugged in again, or rampartctl device allow %s\n", whole, whole);
	return CLI_OK;
}

/* --- allow --- */

/* The newest event about a device that was denied. */
struct denied {
	const char *name;
	uint64_t id;		/* 0: there is none */
	bool warned;		/* else no grant is to be had */
	char rule[64];
};

/* Of files on it an event has their paths, and the device's port in what describes it, behind what the device says of itself. */
static bool is_about(const Rampart__Event *event, const char *name)
{
	const char *path = event_object(event)->path, *port = NULL, *at = event->device;
	char found[USB_NAME], whole[USB_NAME];

	if (strncmp(path, SYSFS "/", strlen(SYSFS "/")) || !usb_of_path(path, found)) {
		while ((at = strstr(at, ", port ")))
			port = at += strlen(", port ");
		snprintf(found, sizeof(found), "%.*s", (int)strcspn(port ?: "", ","), port ?: "");
	}
	usb_whole(found, whole);
	if (!strcmp(found, name) || !strcmp(whole, name))
		return true;
	usb_whole(name, whole);
	return !strcmp(found, whole);
}

static void take(void *arg, const Rampart__StoredEvent *stored)
{
	struct denied *denied = arg;
	const Rampart__Event *event = stored->event;

	if (!event || !*event->device || !is_about(event, denied->name))
		return;
	if (event->outcome != RAMPART__OUTCOME__WARNED && event->outcome != RAMPART__OUTCOME__BLOCKED)
		return;
	denied->id = stored->id;
	denied->warned = event->outcome == RAMPART__OUTCOME__WARNED;
	snprintf(denied->rule, sizeof(denied->rule), "%s", event->rule);
}

static int grant(const struct cli *cli, const char *name, unsigned long hours)
{
	Rampart__Request__Events events = RAMPART__REQUEST__EVENTS__INIT;
	struct denied denied = { .name = name };
	int code = event_take(cli, &events, take, &denied);

	if (code != CLI_OK)
		return code;
	if (denied.id && denied.warned)
		return grant_event(cli, denied.id, hours);
	if (denied.id)
		return cli_error(cli, CLI_REFUSED, "device allow: the rule \"%s\" refuses %s in mode block: only another policy can allow it "
						   "(event %llu)", denied.rule, name, (unsigned long long)denied.id);
	return cli_error(cli, CLI_ERROR, "device allow: nothing was refused to %s with a warning; see rampartctl device explain %s", name, name);
}

/* A device that was pulled out is known by the name of its port. */
static bool find(const char *name, char found[USB_NAME])
{
	return usb_find(SYSFS, name, found) || (!strchr(name, '/') && usb_of_path(name, found));
}

int device_allow(const struct cli *cli, int argc, char **argv)
{
	char found[USB_NAME], whole[USB_NAME];
	unsigned long hours;
	int code = grant_options(cli, "device allow", &hours, argc, argv);

	if (code != CLI_OK)
		return code;
	if (argc - optind != 1)
		return cli_error(cli, CLI_USAGE, "device allow: one device is needed; see rampartctl device list");
	if (!find(argv[optind], found))
		return device_missing(cli, argv[optind]);
	usb_whole(found, whole);
	return usb_is_authorized(SYSFS, whole) ? grant(cli, found, hours) : authorize(cli, "allow", whole, true);
}

/* --- block --- */

int device_block(const struct cli *cli, int argc, char **argv)
{
	char found[USB_NAME], whole[USB_NAME];

	if (argc != 2)
		return cli_error(cli, CLI_USAGE, "device block: one device is needed; see rampartctl device list");
	if (!usb_find(SYSFS, argv[1], found))
		return device_missing(cli, argv[1]);
	usb_whole(found, whole);
	if (usb_has_root(SYSFS, MOUNTS, whole))
		return cli_error(cli, CLI_ERROR, "device block: the system runs from %s, or from a disk on it; it stays", whole);
	if (usb_has_keyboard(SYSFS, whole, false) && !usb_has_keyboard(SYSFS, whole, true))
		return cli_error(cli, CLI_ERROR, "device block: %s is the last keyboard, or has it; plug in another one first", whole);
	return authorize(cli, "block", whole, false);
}
