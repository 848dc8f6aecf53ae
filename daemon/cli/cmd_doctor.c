// SPDX-License-Identifier: MIT
/* rampartctl doctor: what keeps this host from enforcing, and how to mend it. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <env.h>

#include "bundle.h"
#include "cli.h"
#include "control.h"
#include "escape.h"
#include "kernel.h"
#include "text.h"
#include "tracing.h"

#define STATE_DIR "/var/lib/rampart"
#define STATE_FREE (64ULL << 20)	/* bytes that should be free there */
#define DAEMON_SECONDS 5	/* for an answer */
#define CLOCK_LEAST 1735689600LL	/* 2025-01-01: no host that runs this is older */
#define CLOCK_BACK 300			/* seconds that the clock may be behind the latest time seen */
#define EXPIRES_SOON (14 * 86400LL)
#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

struct doctor {
	const struct cli *cli;
	json_t *list;
	bool all_good;
	Rampart__Status *status;	/* NULL: the kernel did not answer */
	int status_error;
};

/* Adds one finding; @fix is NULL for one that needs none. */
static void __attribute__((format(printf, 4, 5)))
find(struct doctor *doctor, const char *check, const char *fix, const char *format, ...)
{
	char detail[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	doctor->all_good = doctor->all_good && !fix;
	json_array_append_new(doctor->list, json_pack("{s:s, s:b, s:o, s:o}", "check", check, "ok", !fix, "detail",
						      escape_json(detail), "fix", escape_json(fix ?: "")));
}

/* The first line of a small file; false when there is none. */
static bool read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	bool good = file && fgets(buf, size, file);

	if (file)
		fclose(file);
	if (good)
		buf[strcspn(buf, "\n")] = '\0';
	return good;
}

/* --- the kernel --- */

static int config_in(FILE *file, const char *option)
{
	char line[512], wanted[128];
	int found = 0;

	snprintf(wanted, sizeof(wanted), "%s=y\n", option);
	while (!found && fgets(line, sizeof(line), file))
		found = !strcmp(line, wanted);
	return found;
}

/* 1: set, 0: not set, -1: the configuration cannot be read. */
static int config_has(const char *option)
{
	struct utsname uts;
	char path[256];
	FILE *file;
	int found = -1;

	uname(&uts);
	snprintf(path, sizeof(path), "/boot/config-%s", uts.release);
	file = fopen(path, "re");
	if (file) {
		found = config_in(file, option);
		fclose(file);
	} else if (!access("/proc/config.gz", R_OK)) {
		file = popen("gzip -dc /proc/config.gz", "re");
		found = file ? config_in(file, option) : -1;
		if (file)
			pclose(file);
	}
	return found;
}

static void check_kernel(struct doctor *doctor)
{
	static const char option[] = "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS";
	int found = config_has(option);
	struct utsname uts;

	uname(&uts);
	if (found == 0)
		find(doctor, "kernel", "Boot a kernel that has it, such as Debian's for amd64.",
		     "Linux %s was built without %s, which Rampart attaches by", uts.release, option);
	else
		find(doctor, "kernel", NULL, "Linux %s%s", uts.release,
		     found < 0 ? "; its configuration is not readable here" : " has direct calls of ftrace");
}

static void check_ftrace(struct doctor *doctor)
{
	char value[16];

	if (!read_line("/proc/sys/kernel/ftrace_enabled", value, sizeof(value)))
		find(doctor, "ftrace", "Boot a kernel with CONFIG_DYNAMIC_FTRACE.", "this kernel has no ftrace");
	else if (!strcmp(value, "0"))
		find(doctor, "ftrace", "Run: sysctl kernel.ftrace_enabled=1", "kernel.ftrace_enabled is 0");
	else
		find(doctor, "ftrace", NULL, "enabled");
}

static void check_signing(struct doctor *doctor)
{
	char value[256];
	FILE *file = fopen(SECURE_BOOT, "re");
	uint8_t variable[5];
	bool locked_down, secure_boot = file && fread(variable, 1, 5, file) == 5 && variable[4] == 1;
	bool sig_enforce = read_line("/sys/module/module/parameters/sig_enforce", value, sizeof(value)) &&
			   *value == 'Y';

	if (file)
		fclose(file);
	if (!read_line("/sys/kernel/security/lockdown", value, sizeof(value)))
		strcpy(value, "not available");
	locked_down = strstr(value, "[integrity]") || strstr(value, "[confidentiality]");
	find(doctor, "module signing",
	     (sig_enforce || secure_boot || locked_down) && doctor->status_error == -ENOENT ?
		     "Sign rampart.ko with a key that this kernel trusts (see mokutil(1))." :
		     NULL,
	     "signed modules are %srequired, Secure Boot is %s, lockdown: %s", sig_enforce ? "" : "not ",
	     secure_boot ? "on" : "off", value);
}

/* --- the module --- */

static void check_module(struct doctor *doctor)
{
	const Rampart__Status *status = doctor->status;

	if (doctor->status_error == -ENOENT)
		find(doctor, "module", "Run: modprobe rampart; the reason for a refusal is in dmesg(1).",
		     "the module is not loaded");
	else if (!status)
		find(doctor, "module", "See dmesg(1).", "the module does not answer: %s",
		     strerror(-doctor->status_error));
	else if (!status->sealed)
		find(doctor, "module", "Load the module of a release.",
		     "loaded, but it is a build for tests: root can unload it without a key");
	else
		find(doctor, "module", NULL, "loaded");
}

static void check_enforcing(struct doctor *doctor)
{
	const Rampart__Status *status = doctor->status;
	char until[RAMPART_TIME_TEXT];

	if (!status)
		return;
	if (status->disarmed_until)
		find(doctor, "enforcing", "Wait, or reboot.", "disarmed by a signed token until %s",
		     rampart_time_text(until, status->disarmed_until));
	for (size_t i = 0; i < status->n_reasons; i++)
		find(doctor, "enforcing", "See the other checks.", "%s", status->reasons[i]);
	if (status->enforcing)
		find(doctor, "enforcing", NULL, "yes");
	else if (!status->n_reasons && !status->disarmed_until)
		find(doctor, "enforcing", "See the other checks.", "no");
}

static void check_hook(struct doctor *doctor, const Rampart__HookStatus *hook)
{
	char holder[512];

	if (hook->error == -EBUSY) {
		tracing_holder(hook->name, holder, sizeof(holder));
		find(doctor, "hooks", "End that program, or load Rampart before it, from the initramfs.",
		     "%s is taken by %s", hook->name, *holder ? holder : "another direct user of ftrace");
	} else if (hook->error) {
		find(doctor, "hooks", "See dmesg(1).", "%s is not attached: %s", hook->name, strerror(-hook->error));
	} else if (!hook->attached) {
		find(doctor, "hooks", "See dmesg(1).", "%s is not attached", hook->name);
	} else if (!hook->proven) {
		find(doctor, "hooks", "Start rampartd, which shows the kernel that its hooks work.",
		     "%s is attached but was not yet seen to work", hook->name);
	}
}

static void check_hooks(struct doctor *doctor)
{
	bool good = doctor->all_good;
	size_t needed = 0;

	if (!doctor->status)
		return;
	doctor->all_good = true;
	for (size_t i = 0; i < doctor->status->n_hooks; i++) {
		if (!doctor->status->hooks[i]->needed)
			continue;
		needed++;
		check_hook(doctor, doctor->status->hooks[i]);
	}
	if (doctor->all_good)
		find(doctor, "hooks", NULL, "all %zu that are needed are attached and work", needed);
	doctor->all_good = doctor->all_good && good;
}

/* Before the module is loaded: what would be in its way. */
static void check_foreign(struct doctor *doctor)
{
	static const char *const functions[] = {
#include <hook_functions.h>
	};
	char holder[512];

	if (doctor->status)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (*tracing_holder(functions[i], holder, sizeof(holder)))
			find(doctor, "hooks", "End that program, or load Rampart before it, from the initramfs.",
			     "%s is taken by %s", functions[i], holder);
}

static void check_policy(struct doctor *doctor)
{
	const Rampart__Status *status = doctor->status;
	char until[RAMPART_TIME_TEXT];

	if (!status)
		return;
	if (!*status->policy) {
		find(doctor, "policy", "Run: rampartctl policy apply FILE", "no policy is in force");
		return;
	}
	rampart_time_text(until, status->valid_until);
	if (status->valid_until - time(NULL) < EXPIRES_SOON)
		find(doctor, "policy", "Apply a newer version.", "%s is valid until %s only", status->policy, until);
	else
		find(doctor, "policy", NULL, "%s is valid until %s", status->policy, until);
	for (size_t i = 0; i < status->n_unresolved; i++)
		find(doctor, "policy", "Install it, writable by root only, or take it out of the policy.",
		     "the trusted program %s is absent or not safe to trust", status->unresolved[i]);
}

/* --- user space --- */

/* Asks for an event that there is not: any answer will do. Returns the daemon's process, or a negative errno. */
static pid_t ask_daemon(void)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__ById by_id = RAMPART__REQUEST__BY_ID__INIT;
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);
	Rampart__Response *response;
	int fd, err;

	request.request_case = RAMPART__REQUEST__REQUEST_WHY;
	request.why = &by_id;
	fd = control_open(&request);
	if (fd < 0)
		return fd;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	err = control_next(fd, DAEMON_SECONDS, &response);
	close(fd);
	if (err)
		return err;
	rampart__response__free_unpacked(response, NULL);
	return cred.pid;
}

static void check_daemon(struct doctor *doctor)
{
	const Rampart__Status *status = doctor->status;
	pid_t pid = ask_daemon();

	if (pid < 0)
		find(doctor, "daemon", "Run: systemctl start rampartd; see journalctl -u rampartd.",
		     "rampartd does not answer at %s: %s", control_path(), strerror(-pid));
	else if (status && !status->reader_pid)
		find(doctor, "daemon", "See journalctl -u rampartd.", "rampartd runs, but takes no events of the kernel");
	else if (status && status->reader_pid != (uint32_t)pid)
		find(doctor, "daemon", "End that process.", "process %u takes the kernel's events in place of rampartd",
		     status->reader_pid);
	else
		find(doctor, "daemon", NULL, "running");
}

static void check_trust(struct doctor *doctor)
{
	char error[200];
	X509_STORE *trust = rampart_trust_load(RAMPART_TRUST_FILE, error);

	if (trust)
		find(doctor, "trust", NULL, RAMPART_TRUST_FILE " is good");
	else
		find(doctor, "trust", "Put the certificates that sign policies there, in PEM.", "%s", error);
	X509_STORE_free(trust);
}

static void check_clock(struct doctor *doctor)
{
	int64_t now = time(NULL), seen = doctor->status ? doctor->status->floor_time : 0;
	char text[RAMPART_TIME_TEXT], seen_text[RAMPART_TIME_TEXT];

	rampart_time_text(text, now);
	if (now < CLOCK_LEAST)
		find(doctor, "clock", "Set the clock, such as by timedatectl set-ntp true.", "it shows %s", text);
	else if (now + CLOCK_BACK < seen)
		find(doctor, "clock", "Set the clock, such as by timedatectl set-ntp true.",
		     "it shows %s, but this host has already seen %s, which counts", text,
		     rampart_time_text(seen_text, seen));
	else
		find(doctor, "clock", NULL, "it shows %s", text);
}

static void check_disk(struct doctor *doctor)
{
	struct statvfs fs;
	unsigned long long free_bytes;

	if (statvfs(STATE_DIR, &fs) < 0) {
		find(doctor, "disk", errno == ENOENT ? "Start rampartd, which makes it." : "Run this as root.",
		     STATE_DIR ": %s", strerror(errno));
		return;
	}
	free_bytes = (unsigned long long)fs.f_bavail * fs.f_frsize;
	if (fs.f_flag & ST_RDONLY)
		find(doctor, "disk", "Mount it writable.", STATE_DIR " is read-only: events cannot be stored");
	else if (free_bytes < STATE_FREE)
		find(doctor, "disk", "Make room.", STATE_DIR " has %llu MiB free: events may not be stored",
		     free_bytes >> 20);
	else
		find(doctor, "disk", NULL, STATE_DIR " has %llu MiB free", free_bytes >> 20);
}

/* --- */

static void get_status(struct doctor *doctor)
{
	struct kernel *kernel;

	doctor->status_error = kernel_open(&kernel);
	if (doctor->status_error)
		return;
	doctor->status_error = kernel_get_status(kernel, &doctor->status);
	kernel_close(kernel);
}

static void print_list(const struct doctor *doctor)
{
	json_t *item;
	size_t i;

	json_array_foreach(doctor->list, i, item) {
		bool ok = json_is_true(json_object_get(item, "ok"));

		printf("%-4s  %-14s  %s\n", ok ? "ok" : "BAD", json_string_value(json_object_get(item, "check")),
		       json_string_value(json_object_get(item, "detail")));
		if (!ok)
			printf("      %-14s  %s\n", "", json_string_value(json_object_get(item, "fix")));
	}
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor doctor = { .cli = cli, .list = json_array(), .all_good = true };
	static void (*const checks[])(struct doctor *) = {
		check_kernel, check_ftrace, check_signing, check_module, check_enforcing, check_hooks, check_foreign,
		check_policy, check_daemon, check_trust,   check_clock,	 check_disk,
	};

	if (argc > 1)
		return cli_error(cli, CLI_USAGE, "doctor: unexpected argument %s", argv[1]);
	get_status(&doctor);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		checks[i](&doctor);
	if (cli->json) {
		cli_print_json(doctor.list, false);
	} else {
		print_list(&doctor);
		json_decref(doctor.list);
	}
	if (doctor.status)
		rampart__status__free_unpacked(doctor.status, NULL);
	return doctor.all_good ? CLI_OK : CLI_NOT_ENFORCING;
}
