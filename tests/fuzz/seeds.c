// SPDX-License-Identifier: MIT
/*
 * usage: seeds FOLDER: writes the first inputs of each fuzz target into FOLDER/TARGET: the cases of the unit tests, and
 * for what has none one of each kind of message.
 */
#include <env.h>

#include <err.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <cms_messages.h>
#include <rampart_netlink.h>

#include "../unit/decode_cases.h"
#include "control.pb-c.h"
#include "policy.pb-c.h"
#include "wire.h"

#define NETLINK_FAMILY 0x1d	/* as fuzz_kernel.c's controller says */

/* --- files --- */

static void make_folder(const char *name)
{
	if (mkdir(name, 0777) && errno != EEXIST)
		err(1, "%s", name);
}

static void write_file(const char *folder, unsigned int i, const void *data, size_t len)
{
	char name[64];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%u", folder, i);
	f = fopen(name, "wb");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		err(1, "%s", name);
}

static void write_cases(const char *folder, const struct decode_case *cases, unsigned int n)
{
	make_folder(folder);
	for (unsigned int i = 0; i < n; i++)
		write_file(folder, i, cases[i].bytes, cases[i].len);
}

static void write_messages(const char *folder)
{
	make_folder(folder);
	for (unsigned int i = 0; i < ARRAY_SIZE(cms_messages); i++)
		write_file(folder, i, cms_messages[i].data, cms_messages[i].len);
}

/* --- inputs of steps and blocks --- */

static struct {
	u8 data[16384];
	size_t len;
} input;

static void put(const void *data, size_t len)
{
	if (len > sizeof(input.data) - input.len)
		errx(1, "an input is too long");
	memcpy(input.data + input.len, data, len);
	input.len += len;
}

static void put_byte(u8 byte)
{
	put(&byte, 1);
}

static void put_block(const void *data, size_t len)
{
	put_byte(len);
	put_byte(len >> 8);
	put(data, len);
}

static void put_message(const ProtobufCMessage *message)
{
	u8 buf[4096];

	put_block(buf, protobuf_c_message_pack(message, buf));
}

static void end_input(const char *folder, unsigned int i)
{
	write_file(folder, i, input.data, input.len);
	input.len = 0;
}

/* --- a policy --- */

/* All of Asr at once: what the cases have one by one. */
static size_t pack_asr(u8 *buf)
{
	Rampart__PolicyBundle bundle = RAMPART__POLICY_BUNDLE__INIT;
	Rampart__Asr asr = RAMPART__ASR__INIT;
	Rampart__Class browsers = RAMPART__CLASS__INIT, startup = RAMPART__CLASS__INIT, *classes[] = { &browsers, &startup };
	Rampart__Rule child = RAMPART__RULE__INIT, memory = RAMPART__RULE__INIT, *rules[] = { &child, &memory };
	Rampart__Exclusion program = RAMPART__EXCLUSION__INIT, place = RAMPART__EXCLUSION__INIT,
			   *exclusions[] = { &program, &place };
	char *browser_paths[] = { (char *)"/usr/bin/browser", (char *)"/opt/*/browser" }, *startup_paths[] = { (char *)"~/.config" };

	bundle.format = bundle.version = bundle.valid_from = 1;
	bundle.valid_until = 2;
	bundle.name = (char *)"p";
	bundle.asr = &asr;
	asr.classes = classes;
	asr.n_classes = ARRAY_SIZE(classes);
	browsers.name = (char *)"browsers";
	browsers.paths = browser_paths;
	browsers.n_paths = ARRAY_SIZE(browser_paths);
	startup.name = (char *)"startup";
	startup.paths = startup_paths;
	startup.n_paths = ARRAY_SIZE(startup_paths);
	asr.rules = rules;
	asr.n_rules = ARRAY_SIZE(rules);
	child.id = memory.id = (char *)"child";
	child.mode = memory.mode = RAMPART__MODE__BLOCK;
	child.ops = BIT_ULL(RAMPART_OP_EXEC) | BIT_ULL(RAMPART_OP_LOAD);
	child.subject = child.not_object = 1;
	child.exe = child.not_exe = child.object = child.not_subject = 2;
	child.title = (char *)"A browser's child";
	child.attack = (char *)"T1059 T1204";
	memory.ops = BIT_ULL(RAMPART_OP_KEXEC);
	memory.object_traits = BIT_ULL(RAMPART_TRAIT_MEMFD);
	memory.not_object_traits = BIT_ULL(RAMPART_TRAIT_SCRIPT);
	memory.when = BIT_ULL(RAMPART_TRAIT_NO_TERMINAL);
	asr.exclusions = exclusions;
	asr.n_exclusions = ARRAY_SIZE(exclusions);
	program.name = place.name = (char *)"chg-1";
	program.exe = (char *)"/bin/a";
	program.sha256 = (ProtobufCBinaryData){ 32, (u8 *)"0123456789abcdef0123456789abcdef" };
	program.children = true;
	program.owner = program.reason = (char *)"me";
	place.rule = child.id;
	place.object = (char *)"~/x";
	place.until = 9;
	return protobuf_c_message_pack(&bundle.base, buf);
}

static void write_policies(const char *folder)
{
	u8 buf[1024];

	write_cases(folder, policy_cases, ARRAY_SIZE(policy_cases));
	write_file(folder, ARRAY_SIZE(policy_cases), buf, pack_asr(buf));
}

/* --- events --- */

struct sample {
	Rampart__EventBatch batch;
	Rampart__Event event[2], *events[2];
	Rampart__Subject subject;
	Rampart__Ancestor ancestor, *lineage;
	Rampart__Object object, object2;
	Rampart__Accounting blocks, others;
};

static void sample_init(struct sample *s, u64 seq)
{
	rampart__event_batch__init(&s->batch);
	rampart__subject__init(&s->subject);
	rampart__ancestor__init(&s->ancestor);
	rampart__object__init(&s->object);
	rampart__object__init(&s->object2);
	rampart__accounting__init(&s->blocks);
	rampart__accounting__init(&s->others);
	for (unsigned int i = 0; i < 2; i++) {
		rampart__event__init(&s->event[i]);
		s->events[i] = &s->event[i];
		s->event[i].seq = seq + i;
		s->event[i].time_ns = 1795478400000000000 + seq;
		s->event[i].outcome = i ? RAMPART__OUTCOME__BLOCKED : RAMPART__OUTCOME__WARNED;
		s->event[i].op = i ? RAMPART__OPERATION__OP_RENAME : RAMPART__OPERATION__OP_PTRACE;
		s->event[i].rule = (char *)(i ? "folders" : "self_protection");
		s->event[i].generation = i + 1;
		s->event[i].count = i + 1;
		s->event[i].subject = &s->subject;
		s->event[i].object = &s->object;
		s->event[i].traits = i ? 1 << 6 | 1 : 0;
	}
	s->event[1].exclusion = (char *)"chg-1";
	s->event[1].object2 = &s->object2;
	s->subject.exe = (char *)"/bin/sh\033[2J";
	s->subject.comm = (char *)"sh";
	s->subject.loginuid = UINT32_MAX;
	s->subject.class_lineage = s->subject.exe_classes = 3 << 16;
	s->subject.trusted_lineage = s->subject.trusted_exe = 1 << 16;
	s->subject.lineage = &s->lineage;
	s->subject.n_lineage = 1;
	s->lineage = &s->ancestor;
	s->ancestor.exe = (char *)"/usr/sbin/sshd";
	s->object.tgid = 12;
	s->object2.path = (char *)"/srv/\xe2\x80\xae/\xff";
	s->object2.flags = 8;
	s->blocks.emitted = s->blocks.delivered = seq + 1;
	s->others.emitted = s->others.dropped = 1;
	s->batch.blocks = &s->blocks;
	s->batch.others = &s->others;
	s->batch.events = s->events;
	s->batch.n_events = 2;
}

static void write_events(const char *folder)
{
	struct sample s;

	make_folder(folder);
	for (u64 i = 0; i < 4; i++) {
		sample_init(&s, 1 + 3 * i);
		put_message(&s.batch.base);
		if (i % 2)
			end_input(folder, i);
	}
	/* The module is loaded anew; then a batch without events. */
	sample_init(&s, 100);
	put_message(&s.batch.base);
	sample_init(&s, 1);
	put_message(&s.batch.base);
	s.batch.n_events = 0;
	put_message(&s.batch.base);
	end_input(folder, 0);
}

/* --- netlink --- */

static _Alignas(struct nlmsghdr) char datagram[4096];

static struct nlmsghdr *start(u16 type, u8 command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(datagram);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = RAMPART_GENL_VERSION;
	return nlh;
}

static void put_datagram(u8 step)
{
	put_byte(step);
	put_block(datagram, ((struct nlmsghdr *)datagram)->nlmsg_len);
}

static void put_acknowledgement(u8 step, int error)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(datagram);
	struct nlmsgerr *ack;

	nlh->nlmsg_type = NLMSG_ERROR;
	ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));
	ack->error = -error;
	put_datagram(step);
}

static void put_payload(struct nlmsghdr *nlh, const ProtobufCMessage *message)
{
	u8 buf[2048];

	mnl_attr_put(nlh, RAMPART_ATTR_PAYLOAD, protobuf_c_message_pack(message, buf), buf);
}

static void put_status(void)
{
	Rampart__Status status = RAMPART__STATUS__INIT;
	Rampart__HookStatus hook = RAMPART__HOOK_STATUS__INIT, *hooks = &hook;
	Rampart__Counters counters = RAMPART__COUNTERS__INIT;
	char *reason = (char *)"a hook is taken";

	status.reasons = &reason;
	status.n_reasons = 1;
	status.policy = (char *)"test";
	status.version = status.generation = 3;
	status.digest = (ProtobufCBinaryData){ 32, (u8 *)"0123456789abcdef0123456789abcdef" };
	status.challenge = (ProtobufCBinaryData){ 16, (u8 *)"0123456789abcdef" };
	status.counters = &counters;
	hook.name = (char *)"security_file_open";
	hook.error = -EBUSY;
	status.hooks = &hooks;
	status.n_hooks = 1;
	put_payload(start(NETLINK_FAMILY, RAMPART_CMD_GET_STATUS), &status.base);
	put_datagram(KERNEL_WAIT | KERNEL_HONEST);
	put_acknowledgement(KERNEL_STATUS | KERNEL_HONEST, 0);
}

static void put_answer(u8 command, u8 step, u32 reason, int error)
{
	struct nlmsghdr *nlh = start(NETLINK_FAMILY, command);

	mnl_attr_put_u32(nlh, RAMPART_ATTR_REASON, reason);
	mnl_attr_put_u64(nlh, RAMPART_ATTR_GENERATION, 4);
	put_datagram(KERNEL_WAIT | KERNEL_HONEST);
	put_acknowledgement(step | KERNEL_HONEST, error);
}

static void put_batch(u8 step)
{
	struct nlmsghdr *nlh = start(NETLINK_FAMILY, RAMPART_CMD_EVENTS);
	struct sample s;

	sample_init(&s, 1);
	put_payload(nlh, &s.batch.base);
	mnl_attr_put_u64(nlh, RAMPART_ATTR_BATCH, 1);
	put_datagram(step);
}

static void write_netlink(const char *folder)
{
	unsigned int i = 0;
	struct nlmsghdr *nlh;

	make_folder(folder);
	put_byte(1);
	put_status();
	end_input(folder, i++);
	put_byte(1);
	put_answer(RAMPART_CMD_LOAD_POLICY, KERNEL_LOAD, 0, 0);
	put_answer(RAMPART_CMD_LOAD_POLICY, KERNEL_LOAD, RAMPART_REASON_REVOKED, EKEYREVOKED);
	put_answer(RAMPART_CMD_GRANT, KERNEL_GRANT, RAMPART_REASON_NOT_WARN, EPERM);
	put_answer(RAMPART_CMD_SET_FLOOR, KERNEL_FLOOR, 0, 0);
	put_acknowledgement(KERNEL_HINT | KERNEL_HONEST, ENOENT);
	end_input(folder, i++);
	put_byte(1);
	put_acknowledgement(KERNEL_SUBSCRIBE | KERNEL_HONEST, 0);
	put_batch(KERNEL_RECEIVE);
	put_batch(KERNEL_WAIT);
	put_status();
	end_input(folder, i++);
	/* The controller's own answer. */
	put_byte(0);
	nlh = start(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, NETLINK_FAMILY);
	put_datagram(KERNEL_HONEST);
	end_input(folder, i++);
	put_byte(0);
	put_acknowledgement(KERNEL_HONEST, ENOENT);
	end_input(folder, i++);
}

/* --- the control socket --- */

static u8 by(unsigned int client, enum control_step step)
{
	return client << 4 | step;
}

static void put_request(unsigned int client, const Rampart__Request *request)
{
	put_byte(by(client, CONTROL_SEND));
	put_message(&request->base);
	put_byte(by(client, CONTROL_READ));
}

static void put_requests(unsigned int client)
{
	Rampart__Request request = RAMPART__REQUEST__INIT;
	Rampart__Request__Apply apply = RAMPART__REQUEST__APPLY__INIT;
	Rampart__Request__Events events = RAMPART__REQUEST__EVENTS__INIT;
	Rampart__Request__ById id = RAMPART__REQUEST__BY_ID__INIT;

	request.request_case = RAMPART__REQUEST__REQUEST_APPLY;
	request.apply = &apply;
	apply.bundle = (ProtobufCBinaryData){ 6, (u8 *)"bundle" };
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_WHY;
	request.why = &id;
	id.id = 3;
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_GRANT;
	id.seconds = 60;
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_SHOW;
	request.show = true;
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_EXCLUSIONS;
	request.exclusions = true;
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_DISARM;
	request.disarm = apply.bundle;
	put_request(client, &request);
	request.request_case = RAMPART__REQUEST__REQUEST_EVENTS;
	request.events = &events;
	put_request(client, &request);
	put_byte(by(client, CONTROL_READ));
	events.follow = true;
	put_request(client, &request);
	put_byte(by(client, CONTROL_EVENT));
	put_byte(by(client, CONTROL_READ));
}

static void write_control(const char *folder)
{
	static const enum control_step files[] = { CONTROL_SEALED, CONTROL_OPEN, CONTROL_FILES };

	make_folder(folder);
	put_byte(by(0, CONTROL_ROOT));
	put_requests(0);
	end_input(folder, 0);
	put_byte(by(1, CONTROL_USER));
	put_requests(1);
	put_byte(by(1, CONTROL_CLOSE));
	end_input(folder, 1);
	/* By file: show. */
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		put_byte(by(i, i % 2 ? CONTROL_USER : CONTROL_ROOT));
		put_byte(by(i, files[i]));
		put_block("\x28\x01", 2);
	}
	put_byte(by(3, CONTROL_USER));
	put_byte(by(3, CONTROL_FILES));
	put_block("", 0);
	end_input(folder, 2);
	/* More than one user may have. */
	for (unsigned int i = 0; i < 16; i++)
		put_byte(by(i, CONTROL_USER));
	end_input(folder, 3);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: seeds FOLDER\n", stderr);
		return 2;
	}
	make_folder(argv[1]);
	if (chdir(argv[1]))
		err(1, "%s", argv[1]);
	write_policies("fuzz_decode");
	write_cases("fuzz_disarm", token_cases, ARRAY_SIZE(token_cases));
	write_messages("fuzz_cms");
	write_events("fuzz_event");
	write_netlink("fuzz_kernel");
	write_control("fuzz_control");
	return 0;
}
