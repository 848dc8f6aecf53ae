// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "journal.h"
#include "probe.h"

struct probe {
	struct daemon *daemon;
	pid_t child;			/* 0: none runs */
	bool again;
	sd_event_source *ended;
	sd_event_source *timeout;
};

static int child_ended(sd_event_source *source, const siginfo_t *info, void *data)
{
	struct probe *probe = data;
	bool again = probe->again;

	probe->child = 0;
	probe->again = false;
	probe->ended = sd_event_source_disable_unref(probe->ended);
	probe->timeout = sd_event_source_disable_unref(probe->timeout);
	if (info->si_code != CLD_EXITED)
		journal_text(LOG_WARNING, "the probe of the hooks was ended by signal %d", info->si_status);
	else if (info->si_status)
		journal_text(LOG_INFO, "%d operations of the probe of the hooks did not come to pass", info->si_status);
	if (again)
		probe_start(probe);
	return 0;
}

static int child_stuck(sd_event_source *source, uint64_t usec, void *data)
{
	struct probe *probe = data;

	kill(probe->child, SIGKILL);
	return 0;
}

static int watch(struct probe *probe)
{
	sd_event *event = probe->daemon->event;
	int err;

	err = sd_event_add_child(event, &probe->ended, probe->child, WEXITED, child_ended, probe);
	if (err < 0)
		return err;
	return sd_event_add_time_relative(event, &probe->timeout, CLOCK_MONOTONIC, PROBE_SECONDS * 1000000ULL, 0,
					  child_stuck, probe);
}

static void run_child(void)
{
	sigset_t none;
	unsigned int failed;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Else the kernel would take a sleeping grandchild for a reader that lives. */
	close_range(3, ~0U, 0);
	failed = probe_all(DAEMON_RUN);
	_exit(failed < 255 ? failed : 255);
}

void probe_start(struct probe *probe)
{
	int err;

	if (!probe)
		return;
	if (probe->child) {
		probe->again = true;
		return;
	}
	probe->child = fork();
	if (!probe->child)
		run_child();
	err = probe->child < 0 ? -errno : watch(probe);
	if (err >= 0)
		return;
	journal_text(LOG_ERR, "the hooks could not be probed: %s", strerror(-err));
	if (probe->child > 0)
		kill(probe->child, SIGKILL);
	probe->ended = sd_event_source_disable_unref(probe->ended);
	probe->child = 0;
}

void probe_wait(struct probe *probe, int milliseconds)
{
	struct pollfd poll_fd = { .events = POLLIN };

	if (!probe || !probe->child)
		return;
	poll_fd.fd = syscall(SYS_pidfd_open, probe->child, 0);
	if (poll_fd.fd < 0)
		return;
	poll(&poll_fd, 1, milliseconds);
	close(poll_fd.fd);
}

int probe_init(struct daemon *daemon, struct probe **probe)
{
	*probe = calloc(1, sizeof(**probe));
	if (!*probe)
		return -ENOMEM;
	(*probe)->daemon = daemon;
	return 0;
}

void probe_exit(struct probe *probe)
{
	if (!probe)
		return;
	sd_event_source_disable_unref(probe->ended);
	sd_event_source_disable_unref(probe->timeout);
	if (probe->child > 0)
		kill(probe->child, SIGKILL);
	free(probe);
}
