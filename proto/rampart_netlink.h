/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The generic netlink family "rampart", for both sides.
 *
 * Every command but GET_STATUS needs CAP_NET_ADMIN and CAP_MAC_ADMIN in the initial user namespace. A command that can
 * be refused answers with one message of the same command that carries RAMPART_ATTR_REASON (enum rampart_reason) and,
 * when accepted, RAMPART_ATTR_GENERATION; the netlink acknowledgement carries the errno.
 */
#ifndef RAMPART_NETLINK_H
#define RAMPART_NETLINK_H

#define RAMPART_GENL_NAME "rampart"
#define RAMPART_GENL_VERSION 1

enum rampart_cmd {
	RAMPART_CMD_UNSPEC,
	RAMPART_CMD_GET_STATUS,	/* -> PAYLOAD: Status */
	RAMPART_CMD_LOAD_POLICY,	/* FD of a CMS bundle -> REASON, GENERATION */
	RAMPART_CMD_SUBSCRIBE,	/* this socket becomes the one reader; -EBUSY while a live one exists */
	RAMPART_CMD_EVENTS,	/* kernel to reader only; PAYLOAD: EventBatch, BATCH; the next one comes after its ACK */
	RAMPART_CMD_GRANT,	/* PAYLOAD: Grant -> REASON */
	RAMPART_CMD_DISARM,	/* FD of a CMS DisarmToken -> REASON */
	RAMPART_CMD_SET_FLOOR,	/* PAYLOAD: Floor */
	RAMPART_CMD_ACK,	/* BATCH: the reader has stored this batch; until then it is sent again to the next reader */
	RAMPART_CMD_HINT,	/* HINT of PATH, and for a folder FOLDER and BELOW */
	__RAMPART_CMD_LAST,
#define RAMPART_CMD_MAX (__RAMPART_CMD_LAST - 1)
};

enum rampart_attr {
	RAMPART_ATTR_UNSPEC,
	RAMPART_ATTR_PAYLOAD,	/* binary, protobuf */
	RAMPART_ATTR_FD,	/* s32, open for reading in the caller */
	RAMPART_ATTR_REASON,	/* u32 */
	RAMPART_ATTR_GENERATION,	/* u64 */
	RAMPART_ATTR_PATH,	/* NUL-terminated string, at most 4095 bytes */
	RAMPART_ATTR_HINT,	/* u32, enum rampart_hint */
	RAMPART_ATTR_BATCH,	/* u64, grows by one a batch */
	RAMPART_ATTR_PAD,
	RAMPART_ATTR_FOLDER,	/* NUL-terminated string, at most 255 bytes: a name below "~" in policies */
	RAMPART_ATTR_BELOW,	/* NUL-terminated string, at most 4095 bytes: a path below PATH */
	__RAMPART_ATTR_LAST,
#define RAMPART_ATTR_MAX (__RAMPART_ATTR_LAST - 1)
};

/* What RAMPART_CMD_HINT says of PATH. A hint only ever adds protection. */
enum rampart_hint {
	RAMPART_HINT_HOME = 1,	/* a user's home directory outside the policy's `homes` patterns */
	RAMPART_HINT_LINKS,	/* a file with several links, one of them below a protected place */
	RAMPART_HINT_FOLDER,	/* in the home directory PATH the user has FOLDER at BELOW (see xdg-user-dir(1)) */
};

#endif
