// SPDX-License-Identifier: MIT
/* Ordinary work, close to what the rules are about. It goes on with all of them in block mode. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static int tool(const char *path) { return start(path, "say", NULL); }
static int plain(const char *path) { return start(path, NULL); }
static int command(const char *text) { return start("/bin/sh", "-c", text, NULL); }

static int readable(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, &byte, 1);

	return n < 0 ? -1 : 0;
}

static int changeable(const char *path) { return put_file(path, "#", O_CREAT, 0644); }

/* As editors save. */
static int saved(const char *path)
{
	char name[512];

	snprintf(name, sizeof(name), "%s.new", path);
	return put_file(name, "#", O_CREAT, 0644) ?: rename(name, path);
}

static int loads_code(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

/* Memory that has no file, as compilers at run time use it. */
static int makes_code(const char *unused)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED ? -1 : mprotect(code, 4096, PROT_READ | PROT_EXEC);
}

/* Shared with what it forks. */
static int makes_shared_code(const char *unused)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return code == MAP_FAILED ? -1 : mprotect(code, 4096, PROT_READ | PROT_EXEC);
}

static int makes_memory(const char *unused)
{
	int fd = memfd_create("pixels", MFD_CLOEXEC);

	return ftruncate(fd, 4096) || mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0;
}

static int shares_memory(const char *unused)
{
	int fd = open("/dev/shm/pixels", O_CREAT | O_RDWR, 0600);

	return fd < 0 || ftruncate(fd, 4096) || mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ?
		       -1 : unlink("/dev/shm/pixels");
}

/* What ps, top and pidof look at. */
static int looked_at(const char *path)
{
	char name[64], link[256];
	int out[2], in[2], err = -1;
	pid_t pid;

	if (pipe(out) || pipe(in))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		start(path, "hold", NULL);
		_exit(errno);
	}
	if (read(out[0], link, 5) == 5) {
		snprintf(name, sizeof(name), "/proc/%d/exe", pid);
		err = readlink(name, link, sizeof(link)) < 0 ? -1 : 0;
		snprintf(name, sizeof(name), "/proc/%d/maps", pid);
		err = err ?: readable(name);
		snprintf(name, sizeof(name), "/proc/%d/environ", pid);
		err = err ?: readable(name);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

/* A developer's debugger. */
static int debugs(const char *path)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		start(path, "say", NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	return ptrace(PTRACE_KILL, pid, 0, 0);
}

static int builds(const char *unused)
{
	return copy_file(NULL, "a.out", 0755) ?: start("./a.out", "say", NULL);
}

#define SECRET_OF_BROWSER HOME "/.mozilla/firefox/x.default/logins.json"

const struct attack harmless[] = {
	{ "viewer_child", "prints", VIEWER, tool, PLAIN, HARMLESS },
	{ "viewer_child", "opens_link", VIEWER, plain, "/usr/bin/xdg-open", HARMLESS | GAP },
	{ "office_child", "opens_link", OFFICE, plain, "/usr/bin/xdg-open", HARMLESS | GAP },
	{ "office_child", "starts_browser", OFFICE, tool, BROWSER, HARMLESS },
	{ "office_child", "starts_tool_by_shell", OFFICE, command, PLAIN " say 2>/dev/null", HARMLESS },
	{ "office_child", "starts_itself", OFFICE, tool, OFFICE, HARMLESS },
	{ "comm_child", "opens_link", MAIL, plain, "/usr/bin/xdg-open", HARMLESS | GAP },
	{ "comm_child", "starts_itself", CHAT, tool, CHAT, HARMLESS },
	{ "office_drop", "saves", OFFICE, saved, HOME "/letter.odt", HARMLESS },
	{ "office_drop", "temporary_file", OFFICE, changeable, SHARED_WORK "/lu1.tmp", HARMLESS },
	{ "macro_surface", "loads_installed", OFFICE, loads_code, "/lib/x86_64-linux-gnu/libc.so.6", HARMLESS },
	{ "macro_surface", "makes_code", OFFICE, makes_code, NULL, HARMLESS },
	{ "macro_surface", "makes_shared_code", OFFICE, makes_shared_code, NULL, HARMLESS },
	{ "macro_surface", "makes_memory", OFFICE, makes_memory, NULL, HARMLESS },
	{ "obf_script", "shares_memory", BROWSER, shares_memory, NULL, HARMLESS },
	{ "obf_script", "builds_and_runs", PLAIN, builds, NULL, HARMLESS },
	{ "cred_guard", "ssh_reads_key", KEYS, readable, HOME "/.ssh/id_ed25519", HARMLESS },
	{ "cred_guard", "reads_public_key", PLAIN, readable, HOME "/.ssh/id_ed25519.pub", HARMLESS },
	{ "cred_guard", "reads_known_hosts", PLAIN, readable, HOME "/.ssh/known_hosts", HARMLESS },
	{ "cred_guard", "checks_password", PASSWORDS, readable, "/etc/shadow", HARMLESS | ROOT },
	{ "cred_guard", "writes_shadow", PASSWORDS, saved, "/etc/shadow", HARMLESS | ROOT },
	{ "cred_guard", "browser_reads_logins", BROWSER, readable, SECRET_OF_BROWSER, HARMLESS },
	{ "cred_guard", "git_reads_credentials", GIT, readable, HOME "/.git-credentials", HARMLESS },
	{ "cred_guard", "kubectl_reads_config", KUBECTL, readable, HOME "/.kube/config", HARMLESS },
	{ "cred_guard", "program_reads_cloud", PLAIN, readable, HOME "/.aws/credentials", HARMLESS },
	{ "cred_guard", "agent_looked_at", PLAIN, looked_at, AGENT, HARMLESS },
	{ "cred_guard", "debugger", PLAIN, debugs, PLAIN, HARMLESS },
	{ "persist_guard", "package_adds_job", PACKAGES, command, "echo '#' > /etc/cron.d/packaged && echo worked", HARMLESS | ROOT },
	{ "persist_guard", "package_adds_unit", PACKAGES, saved, "/etc/systemd/system/existing.service", HARMLESS | ROOT },
	{ "persist_guard", "systemd_enables", SYSTEMD, changeable, "/etc/systemd/system/edited.service", HARMLESS | ROOT },
	{ "persist_guard", "editor", EDITOR, saved, "/etc/systemd/system/edited.service", HARMLESS | ROOT | TERMINAL },
	{ "persist_guard", "editor_of_user", EDITOR, saved, HOME "/.bashrc", HARMLESS | TERMINAL },
	{ "persist_guard", "crontab_with_terminal", CRONTAB, changeable, "/etc/crontab", HARMLESS | ROOT | TERMINAL },
	{ "persist_guard", "reads", PLAIN, readable, "/etc/crontab", HARMLESS | ROOT },
	{ "persist_guard", "other_configuration", PLAIN, changeable, "/etc/motd", HARMLESS | ROOT },
	{ "remote_spawn", "first_shell", REMOTE, command, "echo worked", HARMLESS },
	{ "remote_spawn", "transfer", REMOTE, command, RSYNC " say; :", HARMLESS },
	{ "remote_spawn", "git", REMOTE, command, GIT " say; :", HARMLESS },
	{ "remote_spawn", "installed_program", REMOTE, command, PLAIN " say; :", HARMLESS | ROOT },
	{ "remote_spawn", "with_terminal", REMOTE, command, "bash -c 'echo worked'; :", HARMLESS | TERMINAL },
	{ "remote_spawn", "update_by_packages", REMOTE, command, PACKAGES " do remote_spawn package_script; :", HARMLESS | ROOT },
	{ "remote_spawn", "package_script", PACKAGES, plain, "/usr/bin/asr-script", HARMLESS | ROOT },
	{ "remote_spawn", "motd", REMOTE, command, SETUP " do remote_spawn motd_script; :", HARMLESS | ROOT },
	{ "remote_spawn", "motd_script", SETUP, plain, "/etc/update-motd.d/10-asr", HARMLESS | ROOT },
	{ "rescue_boot", "package_adds_kernel", PACKAGES, command, "echo '#' > /boot/vmlinuz-new && echo worked", HARMLESS | ROOT },
	{ "rescue_boot", "tool", BOOT_TOOL, saved, "/boot/grub/grubenv", HARMLESS | ROOT | TERMINAL },
	{ "rescue_boot", "editor", EDITOR, saved, "/etc/default/grub", HARMLESS | ROOT | TERMINAL },
	{ "rescue_boot", "reads", PLAIN, readable, "/boot/grub/grub.cfg", HARMLESS | ROOT },
	{ "kmod_guard", "modprobe", PLAIN, command, "modprobe dummy && modprobe -r dummy && echo worked", HARMLESS | ROOT },
	{ "kmod_guard", "package_adds_module", PACKAGES, changeable, "/usr/lib/modules/evil/packaged.ko", HARMLESS | ROOT },
	{ "webshell", "answers", WEB, readable, "/var/www/html/index.php", HARMLESS },
	{ "webshell", "logs", WEB, changeable, SHARED_WORK "/access.log", HARMLESS },
	{ "webshell", "takes_upload", PHP, saved, "/var/www/html/wp-content/uploads/photo.jpg", HARMLESS },
	{ "webshell", "converts_picture", PHP, tool, VIEWER, HARMLESS },
	{ "webshell", "deployed_by_others", PLAIN, saved, "/var/www/html/index.php", HARMLESS },
	{ "office_inject", "looks_at_processes", OFFICE, looked_at, PLAIN, HARMLESS },
	{ 0 }
};
