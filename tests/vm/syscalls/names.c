// SPDX-License-Identifier: MIT
/* Names come, go and change: files that are open meanwhile, renames of every kind, hard links, files that had no name. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <linux/openat2.h>

#include "case.h"

#define OTHER_DEVICE "/dev/shm/syscalls-file"

static void rename_flags(const char *from, const char *to, unsigned int flags)
{
	see(renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
}

static void link_fd(int fd, const char *to)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	see(linkat(AT_FDCWD, path, AT_FDCWD, to, AT_SYMLINK_FOLLOW));
}

/* --- open files --- */
static void unlink_open(void)
{
	int fd = see_open("file", O_RDWR, 0);

	see(unlink("file"));
	see_fstat(fd);
	see_write(fd, "still");
	see(ftruncate(fd, 3));
	see(fchmod(fd, 0600));
	see_fstat(fd);
	link_fd(fd, "again");
	see_open("file", O_RDONLY, 0);
}

static void rename_over_open(void)
{
	char text[20] = "";
	int fd = see_open("file", O_RDWR, 0);

	see(rename("readonly", "file"));
	see(read(fd, text, sizeof(text)));
	see_fstat(fd);
	see_content("file");
}

static void rename_open(void)
{
	int fd = see_open("file", O_WRONLY | O_APPEND, 0);

	see(rename("file", "dir/renamed"));
	see_write(fd, "more\n");
	see_content("dir/renamed");
}

static void remove_open_dir(void)
{
	int fd = see_open("hollow", O_RDONLY | O_DIRECTORY, 0);

	see(rmdir("hollow"));
	see_fstat(fd);
	see_ok(openat(fd, "new", O_CREAT | O_WRONLY, 0600));
	see(mkdirat(fd, "new", 0700));
	see(linkat(AT_FDCWD, "file", fd, "new", 0));
	see(renameat(AT_FDCWD, "file", fd, "new"));
}

static void work_in_removed(void)
{
	char path[20];

	see(chdir("hollow"));
	see(rmdir("../hollow"));
	see_ok((long)getcwd(path, sizeof(path)) ?: -1);
	see_open("new", O_CREAT | O_WRONLY, 0600);
	see_open("../file", O_RDONLY, 0);
}

/* What editors do: a new file in place of the old, which they keep as a copy. */
static void save_by_rename(void)
{
	int fd = see_open("file.new", O_CREAT | O_EXCL | O_WRONLY, 0600);

	see_write(fd, "new text\n");
	see(fchmod(fd, 0644));
	see(fchown(fd, user, user));
	see(fsync(fd));
	close(fd);
	see(link("file", "file~"));
	see(rename("file.new", "file"));
	see_content("file");
	see_content("file~");
	fd = see_open(".", O_RDONLY | O_DIRECTORY, 0);
	see(fsync(fd));
}

/* --- renames --- */
static void exchange(void)
{
	rename_flags("file", "readonly", RENAME_EXCHANGE);
	rename_flags("file", "dir", RENAME_EXCHANGE);
	rename_flags("hollow", "file", RENAME_EXCHANGE);
	rename_flags("to_nothing", "fifo", RENAME_EXCHANGE);
	rename_flags("file", "nothing", RENAME_EXCHANGE);
	see_content("readonly");
}

static void exchange_nested(void)
{
	see(mkdir("dir/sub", 0755));
	rename_flags("dir", "dir/sub", RENAME_EXCHANGE);
	rename_flags("dir/sub", "dir", RENAME_EXCHANGE);
	rename_flags("dir/sub", "hollow", RENAME_EXCHANGE);
}

static void rename_bad_flags(void)
{
	rename_flags("file", "new", RENAME_NOREPLACE | RENAME_EXCHANGE);
	rename_flags("file", "new", RENAME_WHITEOUT | RENAME_EXCHANGE);
	rename_flags("file", "new", 1 << 20);
}

static void rename_whiteout(void)
{
	rename_flags("file", "new", RENAME_WHITEOUT);
	see_stat("file");
}

static void rename_same(void)
{
	see(rename("file", "file"));
	see(rename("file", "./file"));
	see(rename("dir", "dir"));
	see(rename("dir", "dir/"));
	rename_flags("file", "file", RENAME_NOREPLACE);
	rename_flags("file", "file", RENAME_EXCHANGE);
}

static void rename_links(void)
{
	see(link("file", "twin"));
	see(rename("file", "twin"));
	see_stat("file");
	rename_flags("file", "twin", RENAME_EXCHANGE);
	see(unlink("twin"));
	see_stat("file");
}

static void rename_into_itself(void)
{
	see(rename("dir", "dir/sub"));
	see(mkdir("dir/sub", 0755));
	see(rename("dir", "dir/sub/x"));
	see(rename("dir/sub", "dir"));
}

static void rename_dirs(void)
{
	see(rename("hollow", "dir"));
	see(rename("dir", "hollow"));
	see_content("hollow/inner");
	see(rename("hollow", "file"));
	see(rename("file", "hollow"));
	see(rename("hollow", "new/"));
	see(rename("file", "other/"));
	see(rename("new/inner", "new/../inner"));
}

static void rename_by_descriptors(void)
{
	int from = see_open("dir", O_PATH, 0), to = see_open("hollow", O_RDONLY | O_DIRECTORY, 0);

	see(renameat(from, "inner", to, "moved"));
	see(renameat(to, "moved", AT_FDCWD, "here"));
	see(renameat(-1, "here", to, "moved"));
	see(renameat(from, "", to, "moved"));
}

static void rename_dir_up(void)
{
	see(mkdir("dir/sub", 0755));
	see(rename("dir/sub", "up"));
	see(rename("up", "hollow/down"));
	see(rename("hollow/down", "sealed/down"));
	see(rename("sealed", "hollow/sealed"));
}

static void other_device(void)
{
	int fd;

	unlink(OTHER_DEVICE);
	fd = see_open(OTHER_DEVICE, O_CREAT | O_EXCL | O_RDWR, 0644);
	see(rename("file", OTHER_DEVICE));
	see(rename(OTHER_DEVICE, "new"));
	see(link("file", OTHER_DEVICE "2"));
	see(link(OTHER_DEVICE, "new"));
	link_fd(fd, "new");
	rename_flags("file", OTHER_DEVICE, RENAME_EXCHANGE);
	see(symlink(OTHER_DEVICE, "new"));
	see_content("new");
	see(unlink(OTHER_DEVICE));
	see_content("new");
}

/* --- links --- */
static void hard_links(void)
{
	char name[20];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "dir/link%d", i);
		see(link("file", name));
	}
	see_stat("file");
	see(unlink("file"));
	see_stat("dir/link7");
}

static void hard_links_of(void)
{
	see(link("dir", "new"));
	see(link("fifo", "fifo2"));
	see(link("to_nothing", "link2"));
	see(link("secret", "secret2"));
	see(link("suid", "suid2"));
	see(linkat(AT_FDCWD, "to_file", AT_FDCWD, "direct", AT_SYMLINK_FOLLOW));
	see_stat("direct");
	see(linkat(AT_FDCWD, "file", AT_FDCWD, "x", 0x10000));
}

static void link_chain(int length)
{
	char name[20], to[20] = "file";

	for (int i = 0; i < length; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		if (symlink(to, name))
			see(-1);
		strcpy(to, name);
	}
	see_content(to);
	see(chmod(to, 0600));
}

static void chain_of_40(void) { link_chain(40); }
static void chain_of_41(void) { link_chain(41); }

static void tmpfile_linked(void)
{
	int fd = see_open(".", O_TMPFILE | O_RDWR, 0640);

	see_fstat(fd);
	see_write(fd, "nameless\n");
	link_fd(fd, "named");
	link_fd(fd, "named");
	link_fd(fd, "dir/also");
	see_fstat(fd);
	see_content("named");
	see(unlink("named"));
	see(unlink("dir/also"));
	link_fd(fd, "back");
}

static void tmpfile_exclusive(void)
{
	int fd = see_open("dir", O_TMPFILE | O_RDWR | O_EXCL, 0600);

	link_fd(fd, "named");
	see_open("dir", O_TMPFILE | O_RDONLY, 0600);
	see_open("dir", O_TMPFILE | O_RDWR | O_CREAT, 0600);
}

static void link_empty_path(void)
{
	int fd = see_open("dir", O_TMPFILE | O_RDWR, 0600);

	see(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
	see(linkat(fd, "", AT_FDCWD, "named", 0));
}

/* --- other kinds --- */
static void socket_file(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), accepted;
	char text[10];

	see(connect(client, (struct sockaddr *)&name, sizeof(name)));
	see(bind(server, (struct sockaddr *)&name, sizeof(name)));
	see(bind(client, (struct sockaddr *)&name, sizeof(name)));
	see_stat("socket");
	see_open("socket", O_RDWR, 0);
	see(listen(server, 1));
	see(connect(client, (struct sockaddr *)&name, sizeof(name)));
	accepted = accept(server, NULL, NULL);
	see_write(client, "hello");
	see(read(accepted, text, sizeof(text)));
	see(rename("socket", "socket2"));
	see(unlink("socket2"));
}

static void fifo(void)
{
	char text[10];
	int reader, writer;

	see_open("fifo", O_WRONLY | O_NONBLOCK, 0);
	reader = see_open("fifo", O_RDONLY | O_NONBLOCK, 0);
	writer = see_open("fifo", O_WRONLY, 0);
	see_write(writer, "through");
	see(read(reader, text, sizeof(text)));
	see(read(reader, text, sizeof(text)));
	see(unlink("fifo"));
	see_write(writer, "on");
	see(read(reader, text, sizeof(text)));
	close(reader);
	see_write(writer, "broken");
}

static void execute(void)
{
	char *const arguments[] = { "x", NULL }, *const environment[] = { NULL };
	int fd;

	see(execve("file", arguments, environment));
	see(execve("dir", arguments, environment));
	see(execve("suid", arguments, environment));
	see(execve("nothing", arguments, environment));
	see(execve("loop", arguments, environment));
	fd = see_open("suid", O_WRONLY, 0);
	see(execve("suid", arguments, environment));
	close(fd);
	fd = see_open("suid", O_RDONLY, 0);
	see(syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH));
}

static void open_how(const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .mode = flags & O_CREAT ? 0600 : 0, .resolve = resolve };

	see_ok(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

static void resolve(void)
{
	open_how("dir/../file", O_RDWR, RESOLVE_BENEATH);
	open_how("../file", O_RDWR, RESOLVE_BENEATH);
	open_how("to_file", O_RDWR, RESOLVE_NO_SYMLINKS);
	open_how("to_file", O_RDWR, RESOLVE_NO_MAGICLINKS);
	open_how("/file", O_RDWR, RESOLVE_IN_ROOT);
	open_how("/new", O_RDWR | O_CREAT, RESOLVE_IN_ROOT);
	open_how("/dev/null", O_RDWR, RESOLVE_NO_XDEV);
	open_how("file", O_RDWR | O_CREAT | O_EXCL, 0);
	open_how("file", O_RDWR, 1 << 20);
}

static void by_handle(void)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, fd, here = open(".", O_RDONLY | O_DIRECTORY);

	see(name_to_handle_at(AT_FDCWD, "file", &u.handle, &mount_id, 0));
	fd = see_ok(open_by_handle_at(here, &u.handle, O_RDWR));
	see_write(fd, "handled");
	see(unlink("file"));
	close(fd);
	see_ok(open_by_handle_at(here, &u.handle, O_RDWR));
}

const struct sequence names[] = {
	{ "unlink-open", unlink_open },
	{ "rename-over-open", rename_over_open },
	{ "rename-open", rename_open },
	{ "remove-open-dir", remove_open_dir },
	{ "work-in-removed", work_in_removed },
	{ "save-by-rename", save_by_rename },
	{ "exchange", exchange },
	{ "exchange-nested", exchange_nested },
	{ "rename-bad-flags", rename_bad_flags },
	{ "rename-whiteout", rename_whiteout },
	{ "rename-same", rename_same },
	{ "rename-links", rename_links },
	{ "rename-into-itself", rename_into_itself },
	{ "rename-dirs", rename_dirs },
	{ "rename-by-descriptors", rename_by_descriptors },
	{ "rename-dir-up", rename_dir_up },
	{ "other-device", other_device },
	{ "hard-links", hard_links },
	{ "hard-links-of", hard_links_of },
	{ "chain-of-40", chain_of_40 },
	{ "chain-of-41", chain_of_41 },
	{ "tmpfile-linked", tmpfile_linked },
	{ "tmpfile-exclusive", tmpfile_exclusive },
	{ "link-empty-path", link_empty_path },
	{ "socket", socket_file },
	{ "fifo", fifo },
	{ "execute", execute },
	{ "resolve", resolve },
	{ "by-handle", by_handle },
	{}
};
