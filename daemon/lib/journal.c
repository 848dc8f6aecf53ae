// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <names.h>
#include <reason.h>

#include "escape.h"
#include "journal.h"

#define SOCKET "/run/systemd/journal/socket"

static bool have_journal(void)
{
	return !access(SOCKET, F_OK);
}

/* systemd reads the number as the priority of the line; on a terminal it would only disturb. */
static void print_line(int priority, const char *text)
{
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "rampartd: %s\n", text);
}

void journal_text(int priority, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_line(priority, text);
}

static int event_priority(const Rampart__Event *event)
{
	if (event->outcome == RAMPART__OUTCOME__BLOCKED || event->outcome == RAMPART__OUTCOME__WARNED)
		return LOG_WARNING;
	return event->outcome == RAMPART__OUTCOME__ALLOWED ? LOG_INFO : LOG_NOTICE;
}

/* Escaped; a process where it is one. */
static char *object_text(const Rampart__Object *object)
{
	char *text;

	if (*object->path || !object->tgid)
		return escape_text(object->path);
	return asprintf(&text, "process %u", object->tgid) < 0 ? NULL : text;
}

/* The programs and processes that led to it, nearest first, as "/bin/sh[12] /usr/sbin/sshd[1]". Escaped. */
static char *lineage_text(const Rampart__Subject *subject)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < subject->n_lineage; i++) {
		fputs(i ? " " : "", out);
		escape_print(out, subject->lineage[i]->exe);
		fprintf(out, "[%u]", subject->lineage[i]->pid);
	}
	fclose(out);
	return text;
}

void journal_event(const Rampart__StoredEvent *stored)
{
	static const Rampart__Subject no_subject = RAMPART__SUBJECT__INIT;
	static const Rampart__Object no_object = RAMPART__OBJECT__INIT;
	const Rampart__Event *event = stored->event;
	const Rampart__Subject *subject = event->subject ?: &no_subject;
	const Rampart__Object *object = event->object ?: &no_object;
	char *exe = escape_text(*subject->exe ? subject->exe : "(kernel)"), *path = object_text(object);
	char *path2 = escape_text(event->object2 ? event->object2->path : ""), *text = NULL;
	char *lineage = lineage_text(subject), *script = escape_text(subject->script);
	int priority = event_priority(event);

	if (!exe || !path || !path2 || !lineage || !script ||
	    asprintf(&text, "%s: %s %s by %s (process %u, uid %u), rule %s%s%s%s", rampart_outcome_name(event->outcome),
		     rampart_op_name(event->op), path, exe, subject->tgid, subject->uid, event->rule,
		     *event->exclusion ? ", exclusion " : "", event->exclusion, stored->id ? "" : ", not in the store") < 0)
		goto free_texts;
	if (!have_journal())
		print_line(priority, text);
	else
		sd_journal_send("MESSAGE=%s", text, "PRIORITY=%d", priority, "MESSAGE_ID=" JOURNAL_EVENT,
				"SYSLOG_IDENTIFIER=rampartd", "RAMPART_ID=%" PRIu64, stored->id, "RAMPART_SEQ=%" PRIu64,
				event->seq, "RAMPART_OUTCOME=%s", rampart_outcome_name(event->outcome),
				"RAMPART_OPERATION=%s", rampart_op_name(event->op), "RAMPART_RULE=%s", event->rule,
				"RAMPART_MODE=%s", rampart_mode_name(event->mode), "RAMPART_PATH=%s", path,
				"RAMPART_PATH2=%s", path2, "RAMPART_EXE=%s", exe, "RAMPART_PID=%u", subject->tgid,
				"RAMPART_UID=%u", subject->uid, "RAMPART_SCRIPT=%s", script, "RAMPART_LINEAGE=%s", lineage, "RAMPART_COUNT=%u",
				event->count, "RAMPART_EXCLUSION=%s", event->exclusion,
				"RAMPART_GENERATION=%" PRIu64, event->generation, "RAMPART_POLICY=%s", stored->policy,
				"RAMPART_POLICY_VERSION=%" PRIu64, stored->version, NULL);
free_texts:
	free(text);
	free(script);
	free(lineage);
	free(path2);
	free(path);
	free(exe);
}

void journal_loss(const char *class, uint64_t n, const char *where)
{
	if (!have_journal())
		journal_text(LOG_ERR, "%" PRIu64 " events (%s) were lost %s", n, class, where);
	else
		sd_journal_send("MESSAGE=%" PRIu64 " events (%s) were lost %s", n, class, where, "PRIORITY=%d", LOG_ERR,
				"MESSAGE_ID=" JOURNAL_LOSS, "SYSLOG_IDENTIFIER=rampartd", "RAMPART_CLASS=%s", class,
				"RAMPART_LOST=%" PRIu64, n, NULL);
}

void journal_refused(const char *what, const char *who, uint32_t reason, const char *detail)
{
	const char *words = rampart_reason_text(reason), *separator = *detail ? ": " : "";

	if (!have_journal())
		journal_text(LOG_WARNING, "%s refused by the %s: %s%s%s", what, who, words, separator, detail);
	else
		sd_journal_send("MESSAGE=%s refused by the %s: %s%s%s", what, who, words, separator, detail,
				"PRIORITY=%d", LOG_WARNING, "MESSAGE_ID=" JOURNAL_REFUSED, "SYSLOG_IDENTIFIER=rampartd",
				"RAMPART_REASON=%s", rampart_reason_name(reason), "RAMPART_REFUSED_BY=%s", who, NULL);
}

void journal_store(int priority, const char *text, uint64_t unstored)
{
	if (!have_journal())
		journal_text(priority, "event store: %s; %" PRIu64 " events are not in it", text, unstored);
	else
		sd_journal_send("MESSAGE=event store: %s; %" PRIu64 " events are not in it", text, unstored,
				"PRIORITY=%d", priority, "MESSAGE_ID=" JOURNAL_STORE, "SYSLOG_IDENTIFIER=rampartd",
				"RAMPART_UNSTORED=%" PRIu64, unstored, NULL);
}
