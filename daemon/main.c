// SPDX-License-Identifier: MIT
/* rampartd: brings signed policy to the kernel module, and keeps what it reports. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "control.h"
#include "accounts.h"
#include "held.h"
#include "homes.h"
#include "installed.h"
#include "intake.h"
#include "journal.h"
#include "link.h"
#include "links.h"
#include "policy.h"
#include "probe.h"
#include "server.h"

#define VERSION "0.1.0"
#define SAVE_USEC (600 * 1000000ULL)	/* how often the floor's time follows the clock */

static int usage(FILE *out)
{
	fprintf(out, "rampartd [--trust FILE] [--state DIR] [--socket PATH]\n\n"
		     "  --trust FILE   certificates that policies must chain to; default " DAEMON_TRUST "\n"
		     "  --state DIR    where policy and events are kept; default " DAEMON_STATE "\n"
		     "  --socket PATH  where rampartctl asks; default " CONTROL_SOCKET "\n"
		     "  --help         print this\n"
		     "  --version      print the version\n");
	return out == stdout ? 0 : 2;
}

/* Returns -1 to go on, or the exit code. */
static int parse_options(struct daemon *daemon, int argc, char **argv)
{
	static const struct option options[] = {
		{ "trust", required_argument, NULL, 't' },  { "state", required_argument, NULL, 's' },
		{ "socket", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },	    { 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (letter) {
		case 't':
			daemon->trust = optarg;
			break;
		case 's':
			daemon->state_path = optarg;
			break;
		case 'c':
			daemon->socket_path = optarg;
			break;
		case 'h':
			return usage(stdout);
		case 'v':
			puts("rampartd " VERSION);
			return 0;
		default:
			return usage(stderr);
		}
	}
	return optind < argc ? usage(stderr) : -1;
}

static int save(sd_event_source *source, uint64_t usec, void *data)
{
	policy_save(data);
	sd_event_source_set_time_relative(source, SAVE_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int loop_init(struct daemon *daemon)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGCHLD };
	sigset_t mask;
	int err;

	sigemptyset(&mask);
	for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&mask, signals[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	err = sd_event_new(&daemon->event);
	if (err < 0)
		return err;
	/* A signal without a handler ends the loop. */
	err = sd_event_add_signal(daemon->event, NULL, SIGTERM, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGINT, NULL, NULL);
	if (err >= 0)
		err = sd_event_add_time_relative(daemon->event, NULL, CLOCK_MONOTONIC, SAVE_USEC, 0, save, daemon);
	if (err >= 0)
		err = sd_event_set_watchdog(daemon->event, true);
	if (err < 0)
		sd_event_unref(daemon->event);
	return err;
}

static int events_open(struct daemon *daemon)
{
	const struct store_limits limits = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/events.db", daemon->state_path);
	return store_open(path, &limits, &daemon->store);
}

static int fail(int err, const char *what)
{
	journal_text(LOG_ERR, "%s: %s", what, strerror(-err));
	return 1;
}

static int run(struct daemon *daemon)
{
	const char *what = "the event loop";
	int err;

	err = loop_init(daemon);
	if (err < 0)
		return fail(err, what);
	/* Before anything is touched on disk that another one may be using. */
	what = daemon->socket_path;
	err = server_init(daemon, daemon->socket_path, &daemon->server);
	if (err == -EADDRINUSE && server_adopt(daemon->socket_path))
		err = 0;
	if (!daemon->server)
		goto unref_loop;
	what = FACTS_TAGS_FILE;
	err = facts_read(&daemon->facts, FACTS_TAGS_FILE);
	if (err)
		goto exit_server;
	what = daemon->state_path;
	err = state_open(&daemon->state, daemon->state_path);
	if (err)
		goto free_facts;
	err = events_open(daemon);
	if (err)
		goto close_state;
	err = intake_init(daemon, &daemon->intake);
	if (err)
		goto close_store;
	what = ACCOUNTS_PASSWD;
	err = homes_init(daemon, ACCOUNTS_PASSWD, &daemon->homes);
	if (err)
		goto exit_intake;
	what = "looking for links";
	err = links_init(daemon, &daemon->links);
	if (err)
		goto exit_homes;
	what = "looking at processes";
	err = held_init(daemon, &daemon->held);
	if (err)
		goto exit_links;
	what = "marking what is installed";
	err = installed_init(daemon, &daemon->installed);
	if (err)
		goto exit_held;
	what = "probing hooks";
	err = probe_init(daemon, &daemon->probe);
	if (err)
		goto exit_installed;
	what = "the connection to the kernel";
	err = link_init(daemon, &daemon->link);
	if (err)
		goto exit_probe;

	sd_notify(0, "READY=1");
	err = sd_event_loop(daemon->event);
	sd_notify(0, "STOPPING=1");
	policy_save(daemon);

	link_exit(daemon->link);
exit_probe:
	probe_exit(daemon->probe);
exit_installed:
	installed_exit(daemon->installed);
exit_held:
	held_exit(daemon->held);
exit_links:
	links_exit(daemon->links);
exit_homes:
	homes_exit(daemon->homes);
exit_intake:
	intake_exit(daemon->intake);
close_store:
	store_close(daemon->store);
close_state:
	state_close(&daemon->state);
free_facts:
	facts_free(&daemon->facts);
exit_server:
	server_exit(daemon->server);
unref_loop:
	sd_event_unref(daemon->event);
	return err < 0 ? fail(err, what) : 0;
}

int main(int argc, char **argv)
{
	struct daemon daemon = { .trust = DAEMON_TRUST, .state_path = DAEMON_STATE, .socket_path = CONTROL_SOCKET };
	int code;

	/* What the probe executes. */
	if (argc == 2 && !strcmp(argv[1], PROBE_ARGUMENT))
		return 0;
	code = parse_options(&daemon, argc, argv);
	if (code >= 0)
		return code;
	umask(0077);
	if (mkdir(DAEMON_RUN, 0755) < 0 && errno != EEXIST)
		journal_text(LOG_WARNING, DAEMON_RUN ": %s", strerror(errno));
	else
		chmod(DAEMON_RUN, 0755);
	return run(&daemon);
}
