// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "tracing.h"

#define FTRACE_LIST "/sys/kernel/tracing/enabled_functions"

struct finding {
	const char *function;
	struct btf *btf;	/* of the kernel */
	char *buf;
	size_t size;
};

static void __attribute__((format(printf, 2, 3))) add(struct finding *finding, const char *format, ...)
{
	size_t used = strlen(finding->buf);
	va_list args;

	va_start(args, format);
	vsnprintf(finding->buf + used, finding->size - used, format, args);
	va_end(args);
}

/* --- which process has a BPF object open --- */

static bool fdinfo_holds(const char *path, const char *key, uint32_t id)
{
	FILE *file = fopen(path, "re");
	char line[128], wanted[64];
	bool found = false;

	if (!file)
		return false;
	snprintf(wanted, sizeof(wanted), "%s:\t%u\n", key, id);
	while (!found && fgets(line, sizeof(line), file))
		found = !strcmp(line, wanted);
	fclose(file);
	return found;
}

static bool process_holds(const char *pid, const char *key, uint32_t id)
{
	char path[64 + 2 * 256];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (!isdigit(entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		found = fdinfo_holds(path, key, id);
	}
	closedir(dir);
	return found;
}

static void read_comm(const char *pid, char comm[32])
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(comm, 32, file))
		strcpy(comm, "?");
	if (file)
		fclose(file);
	comm[strcspn(comm, "\n")] = '\0';
	for (char *c = comm; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
}

static void add_owner(struct finding *finding, const char *key, uint32_t id)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char comm[32];

	while (dir && (entry = readdir(dir))) {
		if (!isdigit(entry->d_name[0]) || !process_holds(entry->d_name, key, id))
			continue;
		read_comm(entry->d_name, comm);
		add(finding, " of process %s (%s)", entry->d_name, comm);
		break;
	}
	if (dir)
		closedir(dir);
}

/* --- BPF --- */

static bool is_function(const struct finding *finding, uint32_t btf_id)
{
	const struct btf_type *type = btf_id ? btf__type_by_id(finding->btf, btf_id) : NULL;
	const char *name = type ? btf__name_by_offset(finding->btf, type->name_off) : NULL;

	return name && !strcmp(name, finding->function);
}

/* Fills @info of @len bytes about the program or link behind @fd, which it closes. */
static bool object_info(int fd, void *info, uint32_t len)
{
	bool good;

	memset(info, 0, len);
	if (fd < 0)
		return false;
	good = !bpf_obj_get_info_by_fd(fd, info, &len);
	close(fd);
	return good;
}

static bool program_info(uint32_t id, struct bpf_prog_info *info)
{
	return object_info(bpf_prog_get_fd_by_id(id), info, sizeof(*info));
}

static bool link_info(uint32_t id, struct bpf_link_info *info)
{
	return object_info(bpf_link_get_fd_by_id(id), info, sizeof(*info)) && info->type == BPF_LINK_TYPE_TRACING;
}

static bool find_link(struct finding *finding)
{
	struct bpf_prog_info program;
	struct bpf_link_info link;
	uint32_t id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		if (!link_info(id, &link))
			continue;
		if (!program_info(link.prog_id, &program))
			continue;
		if (!is_function(finding, link.tracing.target_btf_id) && !is_function(finding, program.attach_btf_id))
			continue;
		add(finding, "BPF link %u, program %u \"%.16s\"", id, link.prog_id, program.name);
		add_owner(finding, "link_id", id);
		return true;
	}
	return false;
}

/* Attached by an old kind of file descriptor, or pinned without a link that can be listed. */
static bool find_program(struct finding *finding)
{
	struct bpf_prog_info program;
	uint32_t id = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		if (!program_info(id, &program) || program.type != BPF_PROG_TYPE_TRACING ||
		    !is_function(finding, program.attach_btf_id))
			continue;
		add(finding, "BPF program %u \"%.16s\"", id, program.name);
		add_owner(finding, "prog_id", id);
		return true;
	}
	return false;
}

/* --- ftrace --- */

/* "security_file_open (1) D	tramp: ..." */
static bool find_ftrace(struct finding *finding)
{
	FILE *file = fopen(FTRACE_LIST, "re");
	size_t len = strlen(finding->function);
	bool found = false;
	char line[512];

	while (!found && file && fgets(line, sizeof(line), file)) {
		found = !strncmp(line, finding->function, len) && line[len] == ' ';
		if (!found)
			continue;
		for (char *c = line; *c; c++)
			*c = *c == '\t' ? ' ' : *c;
		line[strcspn(line, "\n")] = '\0';
		add(finding, "ftrace user: %s", line);
	}
	if (file)
		fclose(file);
	return found;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

/* Reading it takes a tenth of a second, and it does not change. */
static struct btf *kernel_btf(void)
{
	static struct btf *btf;

	if (!btf) {
		libbpf_set_print(quiet);
		btf = btf__load_vmlinux_btf();
	}
	return btf;
}

const char *tracing_holder(const char *function, char *buf, size_t size)
{
	struct finding finding = { .function = function, .buf = buf, .size = size };

	buf[0] = '\0';
	finding.btf = kernel_btf();
	if (!finding.btf || (!find_link(&finding) && !find_program(&finding)))
		find_ftrace(&finding);
	return buf;
}
