// SPDX-License-Identifier: MIT
/*
 * Attacks that attack surface reduction is about, and ordinary work that it is not about. Runs inside a guest, as root:
 *
 *	asr list			RULE NAME attack|harmless -|elsewhere|gap of each, by tabs
 *	asr install			copies of itself for the programs that it stands in for
 *	asr prepare			the folders and files that are attacked, as they are before
 *	asr clean			removes what attacks have left behind
 *	asr run RULE [NAME]...		tries each attack on RULE, or these; RULE "harmless": ordinary work. Prints of each
 *					"NAME works|fails|missing ERRNO BEGIN END", the moments in UTC; of ordinary work RULE/NAME
 *	asr do RULE NAME		tries it in this very process
 *	asr say				prints "worked"
 *	asr copy FROM TO		makes a program of the copy
 *	asr print FILE
 *	asr hold			keeps a secret in memory until its input ends
 *
 * An attack has worked when it says so itself, or when the program has spoken that it was to start.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <grp.h>

#include "attack.h"

#define TIMEOUT_MS 20000
#define POLL_MS 100

static const struct attack *const tables[] = { execs, loads, reads, writes, traces, kernels, ransoms, fetches, brokers, harmless };

static const char *const stand_ins[] = {
	OFFICE, VIEWER, MAIL, CHAT, BROWSER, WEB, PHP, REMOTE, EDITOR, CRONTAB, BOOT_TOOL, SYSTEMD, PACKAGES, KEYS, AGENT,
	PASSWORDS, GIT, RSYNC, SETUP, KUBECTL, CURL, UNZIP, PLAIN,
};

char *const environment[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" HOME, NULL };

#define FOR_ALL(attack)                                                                                                \
	for (size_t table_ = 0; table_ < sizeof(tables) / sizeof(tables[0]); table_++)                                 \
		for (const struct attack *attack = tables[table_]; attack->rule; attack++)

int missing(void)
{
	_exit(MISSING);
}

int wait_child(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	return errno ? -1 : 0;
}

int put_file(const char *path, const char *text, int flags, mode_t mode)
{
	int fd = open(path, O_WRONLY | flags, mode);
	size_t len = strlen(text);
	int err = fd < 0 || write(fd, text, len) != (ssize_t)len ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

int copy_file(const char *from, const char *path, mode_t mode)
{
	int in = open(from ?: "/proc/self/exe", O_RDONLY | O_CLOEXEC), out = -1, err = -1;
	struct stat st;

	if (in >= 0 && !fstat(in, &st))
		out = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
	if (out >= 0) {
		off_t left = st.st_size;
		ssize_t n;

		while (left > 0 && (n = sendfile(out, in, NULL, left)) > 0)
			left -= n;
		err = left || fchmod(out, mode) ? -1 : 0;
		close(out);
	}
	if (in >= 0)
		close(in);
	return err;
}

int start(const char *path, ...)
{
	char *args[16] = { (char *)path };
	va_list list;
	size_t n = 1;

	va_start(list, path);
	while (n < 15 && (args[n] = va_arg(list, char *)))
		n++;
	va_end(list);
	return execve(path, args, environment);
}

int far_away(int (*try)(const char *arg), const char *arg)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		if (fork())
			_exit(0);
		while (getppid() != 1)
			usleep(1000);
		if (try(arg))
			printf("E%d\n", errno);
		else
			puts("worked");
		fflush(stdout);
		_exit(0);
	}
	wait_child(pid);
	/* The other one tells. */
	_exit(0);
}

/* --- what is attacked --- */

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
}

static int make(const char *path, const char *text, uid_t owner, mode_t mode)
{
	char folders[512];

	snprintf(folders, sizeof(folders), "%s", path);
	make_folders(folders);
	if (put_file(path, text, O_CREAT | O_TRUNC, mode) || chown(path, owner, owner) || chmod(path, mode)) {
		perror(path);
		return -1;
	}
	return 0;
}

static int own(const char *path, uid_t owner, mode_t mode)
{
	char folders[512];

	snprintf(folders, sizeof(folders), "%s/", path);
	make_folders(folders);
	if (chown(path, owner, owner) || chmod(path, mode)) {
		perror(path);
		return -1;
	}
	return 0;
}

static const struct {
	const char *path;
	const char *text;	/* NULL: a folder */
	uid_t owner;
	mode_t mode;
} scenery[] = {
	{ ROOT_WORK, NULL, 0, 0755 },
	{ SHARED_WORK, NULL, 0, 0777 },
	{ USER_WORK, NULL, USER_ID, 0755 },
	{ HOME "/.config", NULL, USER_ID, 0755 },
	{ HOME "/.config/autostart", NULL, USER_ID, 0755 },
	{ HOME "/.local", NULL, USER_ID, 0755 },
	{ HOME "/.local/bin", NULL, USER_ID, 0755 },
	{ HOME "/.local/share", NULL, USER_ID, 0755 },
	{ HOME "/.local/share/applications", NULL, USER_ID, 0755 },
	{ HOME "/.ssh", NULL, USER_ID, 0700 },
	{ HOME "/.aws", NULL, USER_ID, 0700 },
	{ HOME "/.kube", NULL, USER_ID, 0700 },
	{ HOME "/.mozilla", NULL, USER_ID, 0700 },
	{ HOME "/.mozilla/firefox", NULL, USER_ID, 0700 },
	{ HOME "/.mozilla/firefox/x.default", NULL, USER_ID, 0700 },
	{ HOME "/.ssh/id_ed25519", "SECRET\n", USER_ID, 0600 },
	{ HOME "/.ssh/id_ed25519.pub", "public\n", USER_ID, 0644 },
	{ HOME "/.ssh/known_hosts", "hosts\n", USER_ID, 0644 },
	{ HOME "/.ssh/authorized_keys", "# nobody\n", USER_ID, 0600 },
	{ HOME "/.aws/credentials", "SECRET\n", USER_ID, 0600 },
	{ HOME "/.kube/config", "SECRET\n", USER_ID, 0600 },
	{ HOME "/.git-credentials", "SECRET\n", USER_ID, 0600 },
	{ HOME "/.mozilla/firefox/x.default/logins.json", "SECRET\n", USER_ID, 0600 },
	{ HOME "/.bashrc", "# shell\n", USER_ID, 0644 },
	{ HOME "/.canary", "Nobody has a reason to change this.\n", USER_ID, 0644 },
	{ HOME "/.profile", "# shell\n", USER_ID, 0644 },
	{ "/etc/shadow", "SECRET:*:1:::::::\n", 0, 0600 },
	{ "/etc/crontab", "# nothing\n", 0, 0644 },
	{ "/etc/cron.d/existing", "# nothing\n", 0, 0644 },
	{ "/etc/rc.local", "# nothing\n", 0, 0644 },
	{ "/etc/profile", "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n", 0, 0644 },
	{ "/etc/systemd/system/existing.service", "[Service]\n", 0, 0644 },
	{ "/etc/systemd/system/multi-user.target.wants", NULL, 0, 0755 },
	{ "/etc/pam.d/sshd", "# nothing\n", 0, 0644 },
	{ "/etc/sudoers.d", NULL, 0, 0755 },
	{ "/boot/grub/grub.cfg", "# nothing\n", 0, 0644 },
	{ "/boot/grub/grubenv", "# nothing\n", 0, 0644 },
	{ "/boot/loader/entries", NULL, 0, 0755 },
	{ "/run/user/1000/systemd", NULL, USER_ID, 0700 },
	{ "/etc/default/grub", "# nothing\n", 0, 0644 },
	{ "/var/www/html", NULL, USER_ID, 0755 },
	{ "/var/www/html/wp-content", NULL, USER_ID, 0755 },
	{ "/var/www/html/wp-content/uploads", NULL, USER_ID, 0755 },
	{ "/var/www/html/index.php", "<?php\n", USER_ID, 0644 },
	/* Ways to start the same as by other names, all of them root's. */
	{ "/usr/bin/asr-script", "#!/bin/sh\necho worked\n", 0, 0755 },
	{ "/usr/bin/asr-nested", "#!/usr/bin/asr-script\n", 0, 0755 },
	{ "/usr/bin/xdg-open", "#!/bin/sh\nexec " BROWSER " say\n", 0, 0755 },
	{ "/etc/update-motd.d/10-asr", "#!/bin/sh\necho worked\n", 0, 0755 },
};

static int install(void)
{
	char folders[512];

	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		snprintf(folders, sizeof(folders), "%s", stand_ins[i]);
		make_folders(folders);
		/* What is there is somebody else's: a command of busybox, or the real program. */
		unlink(stand_ins[i]);
		if (copy_file(NULL, stand_ins[i], 0755)) {
			perror(stand_ins[i]);
			return 1;
		}
	}
	return 0;
}

static int prepare(void)
{
	for (size_t i = 0; i < sizeof(scenery) / sizeof(scenery[0]); i++)
		if (scenery[i].text ? make(scenery[i].path, scenery[i].text, scenery[i].owner, scenery[i].mode) :
				      own(scenery[i].path, scenery[i].owner, scenery[i].mode))
			return 1;
	return prepare_broker() ? 1 : 0;
}

/* --- one attack --- */

static const struct attack *find(const char *rule, const char *name)
{
	FOR_ALL(attack)
		if (!strcmp(attack->rule, rule) && !strcmp(attack->name, name))
			return attack;
	return NULL;
}

static int do_it(const struct attack *attack)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	errno = 0;
	if (attack->try(attack->arg))
		printf("E%d\n", errno);
	else
		puts("worked");
	return 0;
}

static void take_terminal(void)
{
	char name[64];
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave = -1;

	if (master >= 0 && !grantpt(master) && !unlockpt(master) && !ptsname_r(master, name, sizeof(name)))
		slave = open(name, O_RDWR);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0))
		_exit(MISSING);
}

/* Becomes the program that does it. */
static void become(const struct attack *attack, int out, int err)
{
	setsid();
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	dup2(err, 2);
	if (attack->flags & TERMINAL)
		take_terminal();
	if (!(attack->flags & ROOT) && (setgroups(0, NULL) || setgid(USER_ID) || setuid(USER_ID)))
		_exit(errno);
	if (chdir(attack->flags & ROOT ? ROOT_WORK : USER_WORK))
		_exit(errno);
	umask(022);
	signal(SIGHUP, SIG_IGN);
	start(attack->as, "do", attack->rule, attack->name, NULL);
	_exit(errno);
}

/* A rule may stop it, and all that it has started, for somebody to look at. */
static bool end_if_stopped(pid_t pid)
{
	siginfo_t info = {};

	if (waitid(P_PID, pid, &info, WSTOPPED | WNOHANG | WNOWAIT) || !info.si_pid)
		return false;
	kill(-pid, SIGKILL);
	return true;
}

/* Both, until all who can write have gone. Whether it was stopped. */
static bool listen_to(pid_t pid, int out, int err, char said[256], char complained[1024])
{
	struct pollfd fds[2] = { { out, POLLIN }, { err, POLLIN } };
	size_t n[2] = { 0, 0 };
	char *const text[2] = { said, complained };
	const size_t size[2] = { 256, 1024 };
	bool stopped = false;
	char rest[256];

	for (int waited = 0; (fds[0].fd >= 0 || fds[1].fd >= 0) && waited < TIMEOUT_MS; ) {
		if (poll(fds, 2, POLL_MS) <= 0) {
			stopped |= end_if_stopped(pid);
			waited += POLL_MS;
			continue;
		}
		for (int i = 0; i < 2; i++) {
			bool full = n[i] == size[i] - 1;
			ssize_t got;

			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			got = read(fds[i].fd, full ? rest : text[i] + n[i], full ? sizeof(rest) : size[i] - 1 - n[i]);
			if (got <= 0)
				fds[i].fd = -1;
			else if (!full)
				n[i] += got;
		}
	}
	said[n[0]] = 0;
	complained[n[1]] = 0;
	return stopped;
}

static const char *moment(char text[40])
{
	struct timespec now;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, 40 - len, ".%09ldZ", now.tv_nsec);
	return text;
}

static void run(const struct attack *attack)
{
	char said[256], complained[1024], begin[40], end[40];
	int out[2], err[2], status = 0, error = 0;
	const char *result;
	bool stopped;
	pid_t pid;

	moment(begin);
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		exit(2);
	pid = fork();
	if (!pid)
		become(attack, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	stopped = listen_to(pid, out[0], err[0], said, complained);
	close(out[0]);
	close(err[0]);
	waitpid(pid, &status, 0);
	moment(end);
	if (WIFEXITED(status) && WEXITSTATUS(status) == MISSING)
		result = "missing";
	else if (sscanf(said, "E%d", &error) == 1)
		result = "fails";
	else
		result = *said ? "works" : "fails";
	/* What stops it has refused it something, of which it could not tell. */
	if (!error && stopped)
		error = EPERM;
	if (!error && strstr(complained, "Operation not permitted"))
		error = EPERM;
	if (attack->flags & HARMLESS)
		printf("%s/", attack->rule);
	printf("%s %s %s %s %s\n", attack->name, result, error ? strerrorname_np(error) ?: "?" : "-", begin, end);
	if (*complained && !strcmp(result, "fails"))
		fprintf(stderr, "# %s/%s: %s", attack->rule, attack->name, complained);
	fflush(stdout);
}

static bool is_wanted(const char *name, char **names)
{
	bool any = *names;

	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return !any;
}

static int run_all(const char *rule, char **names)
{
	bool all = !strcmp(rule, "harmless");

	FOR_ALL(attack)
		if ((all ? attack->flags & HARMLESS : !(attack->flags & HARMLESS) && !strcmp(attack->rule, rule)) &&
		    is_wanted(attack->name, names))
			run(attack);
	return 0;
}

static int list(void)
{
	FOR_ALL(attack)
		printf("%s\t%s\t%s\t%s\n", attack->rule, attack->name, attack->flags & HARMLESS ? "harmless" : "attack",
		       attack->flags & GAP ? "gap" : attack->flags & ELSEWHERE ? "elsewhere" : "-");
	return 0;
}

static int clean(void)
{
	static const char *const left[] = {
		"/etc/cron.d/evil", "/etc/cron.d/existing.new", "/etc/systemd/system/evil.service", "/etc/ld.so.preload",
		"/etc/systemd/system/multi-user.target.wants/evil.service", "/etc/sudoers.d/evil", "/etc/udev/rules.d/evil.rules",
		"/boot/loader/entries/evil.conf", "/boot/vmlinuz-evil", HOME "/.config/autostart/evil.desktop",
		HOME "/.local/share/applications/evil.desktop", HOME "/.local/bin/evil", HOME "/.ssh/rc", HOME "/.zshenv",
		"/var/www/html/evil.php", "/var/www/html/evil-link.php", "/var/www/html/wp-content/uploads/evil",
		"/var/www/html/wp-content/uploads/tool", "/var/spool/cron/crontabs/root", "/dev/shm/tool", "/dev/shm/script",
		"/dev/shm/shell", "/etc/cron.d/packaged", "/boot/vmlinuz-new", "/etc/systemd/system/edited.service",
		"/var/www/html/wp-content/uploads/photo.jpg", HOME "/letter.odt", "/usr/local/asr-tool", "/usr/bin/asr-tool",
	};

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		unlink(left[i]);
	return system("rm -rf " USER_WORK "/* " SHARED_WORK "/*") != 0;
}

static int print(const char *path)
{
	int in = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[4096];
	ssize_t n;

	while ((n = read(in, chunk, sizeof(chunk))) > 0)
		if (write(1, chunk, n) != n)
			return 1;
	return n < 0;
}

static int hold(void)
{
	static volatile char secret[4096] = "SECRET";

	puts("ready");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return secret[0] != 'S';
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 2 && !strcmp(verb, "list"))
		return list();
	if (argc == 2 && !strcmp(verb, "install"))
		return install();
	if (argc == 2 && !strcmp(verb, "prepare"))
		return prepare();
	if (argc == 2 && !strcmp(verb, "clean"))
		return clean();
	if (argc == 2 && !strcmp(verb, "say"))
		return puts("worked") < 0;
	if (argc == 4 && !strcmp(verb, "copy"))
		return copy_file(argv[2], argv[3], 0755) ? errno : 0;
	if (argc == 3 && !strcmp(verb, "print"))
		return print(argv[2]);
	if (argc == 2 && !strcmp(verb, "hold"))
		return hold();
	if (argc >= 3 && !strcmp(verb, "run"))
		return run_all(argv[2], argv + 3);
	if (argc == 4 && !strcmp(verb, "do") && find(argv[2], argv[3]))
		return do_it(find(argv[2], argv[3]));
	fprintf(stderr, "usage: asr list | install | prepare | clean | run RULE [NAME]... | do RULE NAME | say | copy FROM TO | print FILE | hold\n");
	return 2;
}
