// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family. Commands only translate: each is checked where it is carried out. They run in the context
 * of the process that sent them, so a file descriptor is one of its own.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include <names.h>
#include <rampart_netlink.h>
#include <reason.h>

#include "enforce.h"
#include "event.h"
#include "grant.h"
#include "load.h"
#include "netlink.h"
#include "rampart.h"
#include "status.h"
#include "store.h"

#define STATUS_SIZE (28 * 1024)	/* so that the message is at most 32 KiB of memory in one piece */
#define PATH_LENGTH_MAX 4095
#define PAYLOAD_MAX 1024	/* bytes of a Grant or a Floor */

static struct genl_family family;

static const struct nla_policy attr_policy[RAMPART_ATTR_MAX + 1] = {
	[RAMPART_ATTR_PAYLOAD] = { .type = NLA_BINARY, .len = PAYLOAD_MAX },
	[RAMPART_ATTR_FD] = { .type = NLA_U32 },
	[RAMPART_ATTR_PATH] = { .type = NLA_NUL_STRING, .len = PATH_LENGTH_MAX },
	[RAMPART_ATTR_HINT] = { .type = NLA_U32 },
	[RAMPART_ATTR_BATCH] = { .type = NLA_U64 },
	[RAMPART_ATTR_FOLDER] = { .type = NLA_NUL_STRING, .len = NAME_MAX },
	[RAMPART_ATTR_BELOW] = { .type = NLA_NUL_STRING, .len = PATH_LENGTH_MAX },
};

/* --- answers --- */

/* Starts a message of @cmd in answer to @info; *@hdr for genlmsg_end(). */
static struct sk_buff *start_reply(struct genl_info *info, size_t payload, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(payload, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &family, 0, info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/* Carries a command out: the reason, and the generation of a policy that it put in force. */
typedef enum rampart_reason (*command_fn)(struct sk_buff *skb, struct genl_info *info, u64 *generation);

/*
 * Carries out @command, which needs the attribute @attr, and answers with the reason and the generation; then comes the errno,
 * with the words for those who show them. The answer has its memory beforehand: what took effect is never said to have failed
 * for want of that.
 */
static int carry_out(struct sk_buff *skb, struct genl_info *info, int attr, command_fn command)
{
	const size_t size = nla_total_size(sizeof(u32)) + nla_total_size_64bit(sizeof(u64));
	enum rampart_reason reason;
	struct sk_buff *reply;
	u64 generation = 0;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, attr))
		return -EINVAL;
	reply = start_reply(info, size, &hdr);
	if (!reply)
		return -ENOMEM;
	reason = command(skb, info, &generation);
	if (nla_put_u32(reply, RAMPART_ATTR_REASON, reason) ||
	    (generation && nla_put_u64_64bit(reply, RAMPART_ATTR_GENERATION, generation, RAMPART_ATTR_PAD))) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, hdr);
	err = genlmsg_reply(reply, info);
	if (reason && info->extack)
		info->extack->_msg = rampart_reason_text(reason);
	return reason ? -rampart_reason_errno(reason) : err;
}

/* --- rights --- */

static int check_rights(const struct sk_buff *skb)
{
	/* As GENL_ADMIN_PERM does: of who opened the socket, and of who sends. */
	return netlink_capable(skb, CAP_MAC_ADMIN) ? 0 : -EPERM;
}

/*
 * Under self-protection, what steers events and grants is for the daemon alone: any other root process that subscribes
 * would make events vanish, and a floor set too high would keep policies away.
 */
static int check_daemon(const struct sk_buff *skb)
{
	struct rampart_policy_info info = {};

	if (check_rights(skb))
		return -EPERM;
	rampart_store_info(&info);
	if (info.self_mode != RAMPART_MODE_BLOCK || rampart_subject_classes(current) & RAMPART_SUBJ_DAEMON)
		return 0;
	return -EPERM;
}

/* --- commands --- */

static struct pb_view payload_of(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[RAMPART_ATTR_PAYLOAD];

	return (struct pb_view){ .data = nla_data(attr), .len = nla_len(attr) };
}

static int send_status(struct genl_info *info, const struct pb_writer *w)
{
	struct sk_buff *skb;
	void *hdr;

	skb = start_reply(info, nla_total_size(w->len), &hdr);
	if (!skb)
		return -ENOMEM;
	if (nla_put(skb, RAMPART_ATTR_PAYLOAD, w->len, w->buf)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

static int do_get_status(struct sk_buff *skb, struct genl_info *info)
{
	struct pb_writer w = { .cap = STATUS_SIZE };
	int err;

	w.buf = kvmalloc(STATUS_SIZE, GFP_KERNEL);
	if (!w.buf)
		return -ENOMEM;
	err = rampart_status_pack(&w);
	if (!err)
		err = send_status(info, &w);
	kvfree(w.buf);
	return err;
}

static enum rampart_reason load_policy(struct sk_buff *skb, struct genl_info *info, u64 *generation)
{
	return rampart_load_fd(nla_get_u32(info->attrs[RAMPART_ATTR_FD]), generation);
}

static int do_load_policy(struct sk_buff *skb, struct genl_info *info)
{
	return check_rights(skb) ?: carry_out(skb, info, RAMPART_ATTR_FD, load_policy);
}

static enum rampart_reason disarm(struct sk_buff *skb, struct genl_info *info, u64 *generation)
{
	return rampart_disarm_fd(nla_get_u32(info->attrs[RAMPART_ATTR_FD]));
}

static int do_disarm(struct sk_buff *skb, struct genl_info *info)
{
	return check_rights(skb) ?: carry_out(skb, info, RAMPART_ATTR_FD, disarm);
}

static int do_subscribe(struct sk_buff *skb, struct genl_info *info)
{
	if (check_daemon(skb))
		return -EPERM;
	return rampart_event_reader_set(info->snd_portid, task_tgid_nr(current));
}

static int do_ack(struct sk_buff *skb, struct genl_info *info)
{
	if (check_rights(skb))
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, RAMPART_ATTR_BATCH))
		return -EINVAL;
	return rampart_event_ack(info->snd_portid, nla_get_u64(info->attrs[RAMPART_ATTR_BATCH]));
}

static enum rampart_reason grant(struct sk_buff *skb, struct genl_info *info, u64 *generation)
{
	return check_daemon(skb) ? RAMPART_REASON_PERMISSION : rampart_grant_add(payload_of(info));
}

static int do_grant(struct sk_buff *skb, struct genl_info *info)
{
	return carry_out(skb, info, RAMPART_ATTR_PAYLOAD, grant);
}

static enum rampart_reason set_floor(struct sk_buff *skb, struct genl_info *info, u64 *generation)
{
	enum rampart_reason reason = RAMPART_REASON_PERMISSION;
	struct rampart_floor floor;

	if (check_daemon(skb))
		return reason;
	reason = rampart_floor_decode(payload_of(info), &floor);
	if (!reason)
		rampart_floor_set(&floor);
	return reason;
}

static int do_set_floor(struct sk_buff *skb, struct genl_info *info)
{
	return carry_out(skb, info, RAMPART_ATTR_PAYLOAD, set_floor);
}

static const char *text_of(const struct genl_info *info, enum rampart_attr attr)
{
	return info->attrs[attr] ? nla_data(info->attrs[attr]) : NULL;
}

static int do_hint(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;

	if (check_rights(skb))
		return -EPERM;
	if (GENL_REQ_ATTR_CHECK(info, RAMPART_ATTR_PATH) || GENL_REQ_ATTR_CHECK(info, RAMPART_ATTR_HINT))
		return -EINVAL;
	return rampart_store_hint(nla_get_u32(attrs[RAMPART_ATTR_HINT]), nla_data(attrs[RAMPART_ATTR_PATH]),
				  text_of(info, RAMPART_ATTR_FOLDER), text_of(info, RAMPART_ATTR_BELOW));
}

static const struct genl_small_ops ops[] = {
	{ .cmd = RAMPART_CMD_GET_STATUS, .doit = do_get_status },
	{ .cmd = RAMPART_CMD_LOAD_POLICY, .doit = do_load_policy, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_SUBSCRIBE, .doit = do_subscribe, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_GRANT, .doit = do_grant, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_DISARM, .doit = do_disarm, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_SET_FLOOR, .doit = do_set_floor, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_ACK, .doit = do_ack, .flags = GENL_ADMIN_PERM },
	{ .cmd = RAMPART_CMD_HINT, .doit = do_hint, .flags = GENL_ADMIN_PERM },
};

/*
 * Only in the initial network namespace. Commands may run side by side, since putting a policy in force takes seconds
 * and must not hold up every other family.
 */
static struct genl_family family __ro_after_init = {
	.name = RAMPART_GENL_NAME,
	.version = RAMPART_GENL_VERSION,
	.maxattr = RAMPART_ATTR_MAX,
	.policy = attr_policy,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.resv_start_op = 0,	/* every command is checked strictly */
};

int rampart_netlink_send_batch(u32 portid, const u8 *data, u32 len, u64 number)
{
	/* One piece of up to 64 KiB: worth some effort when memory is fragmented; the caller tries again. */
	struct sk_buff *skb = genlmsg_new(nla_total_size(len) + nla_total_size_64bit(sizeof(number)),
					  GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	void *hdr;

	might_sleep();
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, 0, 0, &family, 0, RAMPART_CMD_EVENTS);
	if (!hdr || nla_put(skb, RAMPART_ATTR_PAYLOAD, len, data) ||
	    nla_put_u64_64bit(skb, RAMPART_ATTR_BATCH, number, RAMPART_ATTR_PAD)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_unicast(&init_net, skb, portid);
}

/* --- the end of a socket --- */

static int socket_closed(struct notifier_block *unused, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC && net_eq(notify->net, &init_net))
		rampart_event_reader_gone(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block closed_notifier = { .notifier_call = socket_closed };

int rampart_netlink_init(void)
{
	int err;

	might_sleep();
	err = netlink_register_notifier(&closed_notifier);
	if (err)
		return err;
	err = genl_register_family(&family);
	if (err)
		netlink_unregister_notifier(&closed_notifier);
	return err;
}

void rampart_netlink_exit(void)
{
	might_sleep();
	genl_unregister_family(&family);
	netlink_unregister_notifier(&closed_notifier);
}
