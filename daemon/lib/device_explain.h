/* SPDX-License-Identifier: MIT */
/* Why a policy decides about a device as it does: asked of the kernel's own decision function. */
#ifndef RAMPART_DEVICE_EXPLAIN_H
#define RAMPART_DEVICE_EXPLAIN_H

#include <jansson.h>

#include <device.h>

/*
 * rampart_device_groups() - the ids of the groups of @policy that @device is in.
 * rampart_device_verdicts() - of each access that there is to @device: {"access": , "outcome": , "rule": , "entry": its number from 1,
 * "says": the entry, "reported": , "notify": }. Of the default, which is the rule "devices", they are null and such as "default: deny".
 */
json_t *rampart_device_groups(const struct rampart_policy *policy, const struct rampart_device *device);
json_t *rampart_device_verdicts(const struct rampart_policy *policy, const struct rampart_device *device,
				const struct rampart_device_user *user);

#endif
