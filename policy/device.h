/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a policy says of devices: conditions, groups of devices, and rules about groups, of which each has entries in order. Immutable
 * once built.
 */
#ifndef RAMPART_DEVICE_H
#define RAMPART_DEVICE_H

#include "decode.h"

/* A device, or one function of it, as it is when something is done with it. */
struct rampart_device {
	const char *texts[RAMPART_DEVICE_TEXT_NUM];	/* NULL: it has none */
	u32 families;	/* bit set of enum rampart_device_family: of what is decided */
	u32 has;	/* the same: of any of its functions */
	u32 states;	/* bit set of enum rampart_device_state */
};

/* Who does it, and when. */
struct rampart_device_user {
	u32 uid;
	bool known;	/* else it is the kernel itself, and no entry that names users holds */
	u32 minute;	/* of the week, UTC; Monday 00:00 is 0 */
};

struct rampart_device_verdict {
	enum rampart_outcome outcome;
	enum rampart_mode mode;	/* of that rule, or of the default */
	const char *rule;	/* that decides, or for whose sake what is allowed is reported; "devices": the default; as long as @devices */
	bool report;		/* an entry asks that it is reported although it is allowed */
	bool notify;		/* an entry asks that the user is told */
};

struct rampart_devices;

/*
 * rampart_devices_build() - what @policy, which may be freed afterwards, says of devices. NULL with *@why OK: nothing; else NO_MEMORY.
 * Context: may sleep.
 */
struct rampart_devices *rampart_devices_build(const struct rampart_policy *policy, enum rampart_reason *why);
void rampart_devices_free(struct rampart_devices *devices);

/* rampart_devices_accesses() - bit set of enum rampart_device_access: what may be refused or reported. NULL: nothing. Context: any. */
u32 rampart_devices_accesses(const struct rampart_devices *devices);

/* rampart_devices_states() - bit set of enum rampart_device_state: that any group asks for. NULL: nothing. Context: any. */
u32 rampart_devices_states(const struct rampart_devices *devices);

/*
 * rampart_devices_mode() - of the rule @id, or of the default, which is called "devices". OFF: there is none, or @devices is NULL.
 * Context: any.
 */
enum rampart_mode rampart_devices_mode(const struct rampart_devices *devices, const char *id);

/*
 * rampart_devices_decide() - of the rules about @device, in order, the first entry that allows or denies @access. Rules in mode
 * audit decide nothing: what they would deny if they did, and is allowed, is AUDITED. Context: any; as many steps as the policy has conditions.
 */
void rampart_devices_decide(const struct rampart_devices *devices, const struct rampart_device *device,
			    const struct rampart_device_user *user, enum rampart_device_access access,
			    struct rampart_device_verdict *verdict);

/* rampart_pattern_matches() - whether @text is @pattern, in which each "*" stands for any bytes. Context: any. */
bool rampart_pattern_matches(const char *pattern, const char *text);

/* rampart_usb_families() - what an interface of that class, subclass and protocol is for, at least OTHER. Context: any. */
u32 rampart_usb_families(u8 class, u8 subclass, u8 protocol);

/*
 * rampart_device_expression_check() - an expression of DeviceGroup in proto/policy.proto whose conditions are the first @n: ends with one
 * value, and is never more than RAMPART_DEVICE_DEPTH_MAX values deep. Context: any.
 */
bool rampart_device_expression_check(struct pb_view expression, u32 n);

#endif
