// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "intake.h"
#include "journal.h"
#include "link.h"
#include "policy.h"
#include "probe.h"

/* Datagrams taken before the loop gets to do something else. */
#define BURST 16

struct link {
	struct daemon *daemon;
	sd_event_source *timer;
	struct kernel *kernel;	/* for commands; NULL while the module is absent */
	struct kernel *reader;	/* for events; NULL while we are not the reader */
	sd_event_source *reader_io;
	int said;		/* the error that was last reported, so that it is said once */
	char force[200];	/* what was last reported of enforcement */
};

struct kernel *daemon_kernel(const struct daemon *daemon)
{
	return daemon->link ? daemon->link->kernel : NULL;
}

static void say(struct link *link, int err, const char *text)
{
	if (link->said == err)
		return;
	link->said = err;
	journal_text(err ? LOG_WARNING : LOG_NOTICE, "%s", text);
	sd_notifyf(0, "STATUS=%s", text);
}

static void drop_reader(struct link *link)
{
	link->reader_io = sd_event_source_disable_unref(link->reader_io);
	kernel_close(link->reader);
	link->reader = NULL;
}

static void disconnect(struct link *link)
{
	drop_reader(link);
	kernel_close(link->kernel);
	link->kernel = NULL;
}

/* --- events --- */

static void take_batch(const Rampart__EventBatch *batch, uint64_t number, void *data)
{
	struct link *link = data;

	intake_batch(link->daemon->intake, batch);
	kernel_acknowledge(link->reader, number);
}

static int reader_ready(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct link *link = data;
	int err = 0;

	for (unsigned int i = 0; !err && i < BURST; i++)
		err = kernel_receive(link->reader);
	if (err == -ENOBUFS)
		intake_overrun(link->daemon->intake);
	else if (err && err != -EAGAIN)
		journal_text(LOG_ERR, "what the kernel sent cannot be read: %s", strerror(-err));
	return 0;
}

static int subscribe(struct link *link)
{
	int err = kernel_open(&link->reader);

	if (!err)
		err = kernel_subscribe(link->reader, take_batch, link);
	if (!err)
		err = sd_event_add_io(link->daemon->event, &link->reader_io, kernel_fd(link->reader), EPOLLIN,
				      reader_ready, link);
	if (err >= 0)
		return 0;
	drop_reader(link);
	return err;
}

/* --- the module --- */

static int connect_kernel(struct link *link)
{
	int err = kernel_open(&link->kernel);

	if (!err)
		policy_restore(link->daemon);
	return err;
}

/* One that another tracer held comes back late, and has to be seen to work. */
static bool any_unproven(const Rampart__Status *status)
{
	for (size_t i = 0; i < status->n_hooks; i++)
		if (status->hooks[i]->attached && !status->hooks[i]->proven)
			return true;
	return false;
}

static void report_force(struct link *link, const Rampart__Status *status)
{
	char text[sizeof(link->force)];

	if (status->enforcing)
		strcpy(text, "enforcing");
	else
		snprintf(text, sizeof(text), "NOT ENFORCING: %s", kernel_why_not(status));
	if (!strcmp(text, link->force))
		return;
	strcpy(link->force, text);
	journal_text(status->enforcing ? LOG_NOTICE : LOG_ERR, "%s", text);
}

/* -ENOENT: the module has gone, or another one has come in its place. */
static int check(struct link *link)
{
	Rampart__Status *status;
	int err = kernel_get_status(link->kernel, &status);

	if (err)
		return err;
	if (status->reader_pid != (uint32_t)getpid())
		err = -ENOENT;
	intake_learn(link->daemon->intake, status->generation,
		     (struct pb_view){ .data = (u8 *)status->policy, .len = strlen(status->policy) }, status->version);
	report_force(link, status);
	if (any_unproven(status))
		probe_start(link->daemon->probe);
	rampart__status__free_unpacked(status, NULL);
	return err;
}

static void report(struct link *link, int err)
{
	if (!err)
		say(link, 0, "connected to the module, storing its events");
	else if (err == -ENOENT)
		say(link, err, "NOT ENFORCING: the module is not loaded; waiting for it");
	else if (err == -EBUSY)
		say(link, err, "events are not stored: another process reads them; waiting for it to end");
	else if (err == -EPERM || err == -EACCES)
		say(link, err, "events are not stored: the module does not know this process as rampartd, or it lacks "
			       "CAP_NET_ADMIN or CAP_MAC_ADMIN");
	else
		say(link, err, "the module does not answer; trying on");
}

/* Brings the connection as far as it can be brought. */
static int advance(struct link *link)
{
	int err = 0;

	if (link->kernel && link->reader && check(link))
		disconnect(link);
	if (!link->kernel)
		err = connect_kernel(link);
	if (!err && !link->reader)
		err = subscribe(link);
	if (err == -ENOENT)
		disconnect(link);
	report(link, err);
	return err;
}

static int tick(sd_event_source *source, uint64_t usec, void *data)
{
	struct link *link = data;
	int err = advance(link);

	sd_event_source_set_time_relative(source, err ? LINK_RETRY_USEC : LINK_CHECK_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int link_init(struct daemon *daemon, struct link **link)
{
	struct link *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->daemon = daemon;
	l->said = 1;
	err = sd_event_add_time_relative(daemon->event, &l->timer, CLOCK_MONOTONIC, LINK_RETRY_USEC, 0, tick, l);
	if (err < 0) {
		free(l);
		return err;
	}
	*link = l;	/* before connecting, which asks for it */
	advance(l);
	return 0;
}

void link_exit(struct link *link)
{
	if (!link)
		return;
	sd_event_source_disable_unref(link->timer);
	disconnect(link);
	free(link);
}
