// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

#include "baseline.h"
#include "idle.h"
#include "installed.h"
#include "journal.h"

#define STEPS 100	/* in one go, of which hardly any reads a whole chunk */

struct installed {
	struct daemon *daemon;
	sd_event_source *source;
	struct baseline *baseline;
};

static bool asks(const struct rampart_policy *policy)
{
	for (u32 i = 0; i < policy->rules.n; i++) {
		const struct rampart_asr_rule *rule = &policy->rules.v[i];

		if ((rule->object_traits | rule->not_object_traits | rule->when) & BIT_ULL(RAMPART_TRAIT_PACKAGED))
			return true;
	}
	return false;
}

static void stop(struct installed *installed)
{
	baseline_close(installed->baseline);
	installed->baseline = NULL;
	sd_event_source_set_enabled(installed->source, SD_EVENT_OFF);
}

static void tell(struct daemon *daemon, const struct baseline_counts *counts)
{
	char text[160];
	int err;

	snprintf(text, sizeof(text), "%u files of packages are marked as installed, %u are not as they were installed, %u cannot be marked",
		 counts->marked + counts->known, counts->changed, counts->failed);
	journal_text(LOG_NOTICE, "%s", text);
	err = state_set_baseline(&daemon->state, text);
	if (err)
		journal_text(LOG_WARNING, "that the files of packages are marked cannot be recorded: %s", strerror(-err));
}

static int go_on(sd_event_source *source, void *data)
{
	struct installed *installed = data;

	for (unsigned int i = 0; i < STEPS; i++) {
		if (baseline_step(installed->baseline))
			continue;
		tell(installed->daemon, baseline_counts(installed->baseline));
		stop(installed);
		break;
	}
	return 0;
}

void installed_start(struct installed *installed, const struct rampart_policy *policy)
{
	int err;

	if (!installed || installed->baseline || !asks(policy) || state_has_baseline(&installed->daemon->state))
		return;
	err = baseline_open("/", baseline_mark, &installed->baseline);
	if (!err)
		sd_event_source_set_enabled(installed->source, SD_EVENT_ON);
	else
		journal_text(LOG_WARNING, "the files of packages cannot be marked: %s",
			     err == -ENOENT ? "there is no dpkg" : strerror(-err));
}

int installed_init(struct daemon *daemon, struct installed **installed)
{
	int err;

	*installed = calloc(1, sizeof(**installed));
	if (!*installed)
		return -ENOMEM;
	(*installed)->daemon = daemon;
	err = idle_add(daemon->event, &(*installed)->source, go_on, *installed);
	if (err >= 0)
		return 0;
	installed_exit(*installed);
	*installed = NULL;
	return err;
}

void installed_exit(struct installed *installed)
{
	if (!installed)
		return;
	sd_event_source_disable_unref(installed->source);
	baseline_close(installed->baseline);
	free(installed);
}
