// SPDX-License-Identifier: MIT
/* Locks and leases, and who else then gets what. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "case.h"

static struct flock range(short type, off_t start, off_t length)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length };
}

static void set_lock(int fd, int command, short type, off_t start, off_t length)
{
	struct flock lock = range(type, start, length);

	see(fcntl(fd, command, &lock));
}

static void locks_of_another(void)
{
	struct flock lock = range(F_WRLCK, 0, 0);
	int fd = see_open("file", O_RDWR, 0);

	see(fcntl(fd, F_GETLK, &lock));
	see(lock.l_type);
	see(lock.l_start);
	set_lock(fd, F_SETLK, F_RDLCK, 0, 5);
	set_lock(fd, F_SETLK, F_WRLCK, 0, 5);
	set_lock(fd, F_SETLK, F_RDLCK, 10, 5);
	set_lock(fd, F_SETLK, F_WRLCK, 15, 0);
}

static void record_locks(void)
{
	int fd = see_open("file", O_RDWR, 0), read_only = see_open("file", O_RDONLY, 0);

	set_lock(fd, F_SETLK, F_RDLCK, 0, 10);
	set_lock(fd, F_SETLK, F_WRLCK, 10, 5);
	see_child(locks_of_another);
	set_lock(fd, F_SETLK, F_UNLCK, 0, 12);
	see_child(locks_of_another);
	set_lock(read_only, F_SETLK, F_WRLCK, 0, 1);
	set_lock(fd, F_SETLK, F_WRLCK, -1, 1);
	set_lock(fd, F_SETLKW, F_WRLCK, 0, 0);
	close(read_only);
	see_child(locks_of_another);
}

static void description_locks(void)
{
	int fd = see_open("file", O_RDWR, 0), other = see_open("file", O_RDWR, 0);

	set_lock(fd, F_OFD_SETLK, F_WRLCK, 0, 10);
	set_lock(other, F_OFD_SETLK, F_RDLCK, 5, 10);
	set_lock(other, F_SETLK, F_RDLCK, 5, 10);
	set_lock(dup(fd), F_OFD_SETLK, F_UNLCK, 5, 5);
	set_lock(other, F_OFD_SETLK, F_RDLCK, 5, 10);
}

static void whole_locks(void)
{
	int fd = see_open("file", O_RDONLY, 0), other = see_open("file", O_RDONLY, 0);

	see(flock(fd, LOCK_SH));
	see(flock(other, LOCK_SH | LOCK_NB));
	see(flock(fd, LOCK_EX | LOCK_NB));
	see(flock(other, LOCK_UN));
	see(flock(fd, LOCK_EX | LOCK_NB));
	see(flock(other, LOCK_SH | LOCK_NB));
	see(flock(dup(fd), LOCK_UN));
	see(flock(other, LOCK_EX));
	see(flock(see_open("dir", O_RDONLY, 0), LOCK_EX | LOCK_NB));
	see(flock(see_open("file", O_PATH, 0), LOCK_SH));
	see(flock(fd, 99));
}

static void lock_file(void)
{
	int fd = see_open("file.lock", O_CREAT | O_EXCL | O_WRONLY, 0444);

	see_write(fd, "1\n");
	see_open("file.lock", O_CREAT | O_EXCL | O_WRONLY, 0444);
	see(rename("file.lock", "file"));
	close(see_open("file.lock", O_CREAT | O_EXCL | O_WRONLY, 0444));
	see(unlink("file.lock"));
}

static void open_leased(void)
{
	see_open("file", O_WRONLY | O_NONBLOCK, 0);
	see_open("file", O_RDONLY | O_NONBLOCK, 0);
	see(rename("file", "new"));
}

static void leases(void)
{
	int fd = see_open("file", O_RDONLY, 0);

	signal(SIGIO, SIG_IGN);
	see(fcntl(fd, F_SETLEASE, F_RDLCK));
	see(fcntl(fd, F_GETLEASE));
	see_child(open_leased);
	see(fcntl(fd, F_SETLEASE, F_UNLCK));
	see(fcntl(fd, F_SETLEASE, F_WRLCK));
	see_child(open_leased);
	see(fcntl(fd, F_SETLEASE, F_UNLCK));
	see(fcntl(see_open("foreign", O_RDONLY, 0), F_SETLEASE, F_RDLCK));
	see(fcntl(see_open("readonly", O_RDWR, 0), F_SETLEASE, F_RDLCK));
}

const struct sequence locks[] = {
	{ "record", record_locks },
	{ "description", description_locks },
	{ "whole", whole_locks },
	{ "lock-file", lock_file },
	{ "leases", leases },
	{}
};
