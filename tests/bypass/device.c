// SPDX-License-Identifier: MIT
/*
 * Ways around drivers and file systems to a device. Runs inside a guest; 0: it worked, 1 with the errno's name: it did not.
 *
 *	device ask NODE		asks the device of /dev/bus/usb/... something, and none of its functions
 *	device usbfs NODE	takes the first function of the device of /dev/bus/usb/... for itself, and asks the device something
 *	device sg NODE		writes a block by a SCSI command, to a node that is open for reading only
 *	device bsg NODE		the same, to one of /dev/bsg
 *	device map FILE		maps a file as code
 *	device protect FILE	maps it as data, which then becomes code
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bsg.h>
#include <linux/usbdevice_fs.h>
#include <scsi/sg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK 512
#define WHERE 30000	/* in blocks, where nothing is */

static uint8_t block[BLOCK];
static uint8_t command[10] = { 0x2a, 0, WHERE >> 24, WHERE >> 16 & 0xff, WHERE >> 8 & 0xff, WHERE & 0xff, 0, 0, 1, 0 };	/* WRITE(10) */

static int ask_device(int fd)
{
	uint8_t status[2];
	struct usbdevfs_ctrltransfer ask = { .bRequestType = 0x80, .bRequest = 0, .wLength = sizeof(status), .timeout = 5000, .data = status };

	return ioctl(fd, USBDEVFS_CONTROL, &ask) == sizeof(status) ? 0 : -1;
}

static int by_asking(const char *node)
{
	int fd = open(node, O_RDWR);

	return fd < 0 ? -1 : ask_device(fd);
}

static int by_usbfs(const char *node)
{
	struct usbdevfs_disconnect_claim claim = { .interface = 0 };
	unsigned int number = 0;
	int fd = open(node, O_RDWR), err;

	if (fd < 0 || ioctl(fd, USBDEVFS_DISCONNECT_CLAIM, &claim))
		return -1;
	err = ask_device(fd);
	ioctl(fd, USBDEVFS_RELEASEINTERFACE, &number);
	return err;
}

static int by_sg(const char *node)
{
	uint8_t sense[32] = { 0 };
	struct sg_io_hdr io = { .interface_id = 'S', .dxfer_direction = SG_DXFER_TO_DEV, .cmd_len = sizeof(command), .mx_sb_len = sizeof(sense),
				.dxfer_len = BLOCK, .dxferp = block, .cmdp = command, .sbp = sense, .timeout = 5000 };
	int fd = open(node, O_RDONLY);

	if (fd < 0 || ioctl(fd, SG_IO, &io))
		return -1;
	errno = io.status || io.host_status ? EIO : 0;
	return errno ? -1 : 0;
}

static int by_bsg(const char *node)
{
	uint8_t sense[32] = { 0 };
	struct sg_io_v4 io = { .guard = 'Q', .protocol = BSG_PROTOCOL_SCSI, .subprotocol = BSG_SUB_PROTOCOL_SCSI_CMD,
			       .request_len = sizeof(command), .request = (uintptr_t)command, .max_response_len = sizeof(sense),
			       .response = (uintptr_t)sense, .dout_xfer_len = BLOCK, .dout_xferp = (uintptr_t)block, .timeout = 5000 };
	int fd = open(node, O_RDWR);

	if (fd < 0 || ioctl(fd, SG_IO, &io))
		return -1;
	errno = io.device_status || io.transport_status ? EIO : 0;
	return errno ? -1 : 0;
}

static int by_map(const char *file)
{
	int fd = open(file, O_RDONLY);

	return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0;
}

static int by_protect(const char *file)
{
	int fd = open(file, O_RDONLY);
	void *map = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	return map == MAP_FAILED ? -1 : mprotect(map, 4096, PROT_READ | PROT_EXEC);
}

static const struct {
	const char *name;
	int (*try)(const char *path);
} ways[] = {
	{ "ask", by_asking }, { "usbfs", by_usbfs }, { "sg", by_sg }, { "bsg", by_bsg }, { "map", by_map }, { "protect", by_protect },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(ways[i].name, argv[1]))
			continue;
		if (!ways[i].try(argv[2]))
			return 0;
		printf("%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	fprintf(stderr, "usage: device ask|usbfs|sg|bsg|map|protect PATH\n");
	return 2;
}
