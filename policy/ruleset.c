// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Patterns become a tree of components ("*" is a branch of its own), and the tree becomes a deterministic automaton by
 * the subset construction, so that a lookup is one hash probe per component however many patterns there are.
 *
 * Patterns with "*" multiply: where any name may be followed by one of a hundred, and each of a hundred names by "*",
 * there are ten thousand states. What is built is therefore bounded by the caps below, and so is the time it takes.
 */
#include "ruleset.h"

#define SET_MAX 64		/* tree nodes that one automaton state may stand for */
/* States and steps more than there are tree nodes: at first, and at most. */
#define SPARE_MIN (1u << 10)
#define SPARE_MAX (1u << 18)

/* Names are in the pool, a byte of length before each. */
struct edge {
	u32 from;	/* 0: free slot */
	u32 to;
	u32 name;	/* offset into the pool */
};

/* Open addressing, at most half full. */
struct edges {
	struct edge *slot;
	u32 size;
	u32 n;
};

/* What a pattern says of what it leads to. */
struct claim {
	u64 classes;
	u32 secrets, place;
};

struct node {
	struct claim claim;	/* of the patterns that end here */
	u64 below;		/* of those that go on from here */
	u32 secrets_below;
	u32 name;
	u32 wild;	/* child for "*", 0: none */
	u32 child;	/* the other children, 0: none */
	u32 next;	/* sibling */
	bool home;	/* a home directory: what is below NODE_HOME is here too */
	bool literal;	/* known to add_literal() */
};

/* While it is built. */
struct wide_state {
	struct rampart_label label;
	u32 other;		/* the state after a name that no edge has */
	bool has_edges;
};

struct state {
	u32 label;		/* which of the labels, but for its place */
	u32 place;
	u32 other : 31;
	u32 has_edges : 1;
};

/* In ascending order. */
struct digests {
	u8 (*v)[RAMPART_DIGEST_KEPT];
	u32 n;
};

struct rampart_ruleset {
	struct state *states;
	struct rampart_label *labels;	/* each once */
	struct edges edges;
	u8 *names;
	u8 *text;		/* of programs and literals */
	struct rampart_trust *trusts;
	u32 n_trusts;
	struct pb_view *literals;
	u32 n_literals;
	struct rampart_rule rules[RAMPART_RULES_MAX];
	u32 n_rules;
	/* By operation: the rules that ask about it, in order, and how many. */
	const struct rampart_rule **op_rules[RAMPART_OP_NUM];
	u32 n_op_rules[RAMPART_OP_NUM];
	u32 wide[RAMPART_OP_NUM];	/* rampart_ruleset_wide() */
	u64 objects[RAMPART_OP_NUM];	/* rampart_ruleset_objects() */
	u64 roles[RAMPART_ROLE_NUM];	/* rampart_ruleset_role() */
	struct rampart_origin origins[RAMPART_ORIGINS_MAX];
	u32 n_origins;
	u32 aged_days;
	bool keeps_marks;
	struct rampart_excluded *exclusions;
	u32 n_exclusions;
	u32 *anybody;		/* those of the exclusions that name no program */
	u32 n_anybody;
	struct pb_view *homes;		/* that "~" of exclusions stands for */
	u32 n_homes;
	struct digests denied, trusted;
	struct rampart_devices *devices;	/* NULL: they are not judged */
};

/* What a ruleset is built with. Its own memory is as large as may be needed, the ruleset's as large as is needed. */
struct builder {
	struct rampart_ruleset *rs;
	struct node *nodes;
	u32 n_nodes, max_nodes;
	struct edges tree;
	u8 *names;
	u32 names_len, max_names;
	u32 text_len, max_text;
	/* Subset construction: what each automaton state stands for. */
	struct wide_state *states;
	struct edges edges;
	u32 *set_start;		/* by state, index into members */
	u32 *members;
	u32 n_states, max_states, n_members, max_members;
	u32 *interned;		/* hash of sets: state numbers, 0: free */
	u32 interned_mask;
};

/* Node 0 is nothing, so that 0 can mean "none". */
#define NODE_ROOT 1
#define NODE_HOME 2

static u32 hash_bytes(u32 hash, const void *data, u32 len)
{
	const u8 *p = data;

	while (len--)
		hash = (hash ^ *p++) * 16777619u;
	return hash;
}

/* The slot that holds the edge, or the free slot where it would go. */
static struct edge *edges_slot(const struct edges *edges, const u8 *names, u32 from, const void *name, u32 len)
{
	u32 hash = hash_bytes(2166136261u ^ (from * 2654435769u), name, len) * 2654435769u;
	struct edge *edge = &edges->slot[((u64)hash * edges->size) >> 32];

	for (;;) {
		if (!edge->from ||
		    (edge->from == from && names[edge->name] == len && !memcmp(names + edge->name + 1, name, len)))
			return edge;
		if (++edge == edges->slot + edges->size)
			edge = edges->slot;
	}
}

static void edges_add(struct edges *edges, struct edge *slot, struct edge edge)
{
	*slot = edge;
	edges->n++;
}

static int edges_init(struct edges *edges, u32 max)
{
	edges->size = 2 * max + 1;
	edges->slot = env_calloc(edges->size, sizeof(*edges->slot));
	return edges->slot ? 0 : -ENOMEM;
}

/* One component of a path: views do not end in '/'. Returns false at the end. */
static bool next_component(struct pb_view *path, struct pb_view *component)
{
	const u8 *slash;

	if (path->len && *path->data == '/') {
		path->data++;
		path->len--;
	}
	if (!path->len)
		return false;
	slash = memchr(path->data, '/', path->len);
	*component = *path;
	if (slash)
		component->len = slash - path->data;
	path->data += component->len;
	path->len -= component->len;
	return true;
}

static bool is_wild(struct pb_view component)
{
	return component.len == 1 && component.data[0] == '*';
}

static u32 components(struct pb_view path)
{
	struct pb_view component;
	u32 n = 0;

	while (next_component(&path, &component))
		n++;
	return n;
}

static u32 add_name(struct builder *b, struct pb_view name)
{
	u32 at = b->names_len;

	if (WARN_ON_ONCE(name.len > 255 || name.len + 1 > b->max_names - at))
		return 0;
	b->names[at] = name.len;
	memcpy(b->names + at + 1, name.data, name.len);
	b->names_len += name.len + 1;
	return at;
}

static struct pb_view add_text(struct builder *b, struct pb_view text)
{
	u8 *at = b->rs->text + b->text_len;

	if (WARN_ON_ONCE(text.len + 1 > b->max_text - b->text_len))
		text.len = 0;
	memcpy(at, text.data, text.len);
	b->text_len += text.len + 1;
	return (struct pb_view){ .data = at, .len = text.len };
}

static u32 node_new(struct builder *b)
{
	if (WARN_ON_ONCE(b->n_nodes == b->max_nodes))
		return 0;
	b->nodes[b->n_nodes].claim.place = RAMPART_PLACE_NONE;
	return b->n_nodes++;
}

static u32 node_child(struct builder *b, u32 node, struct pb_view name)
{
	struct edge *edge;
	u32 child;

	if (is_wild(name)) {
		if (!b->nodes[node].wild)
			b->nodes[node].wild = node_new(b);
		return b->nodes[node].wild;
	}
	edge = edges_slot(&b->tree, b->names, node, name.data, name.len);
	if (edge->from)
		return edge->to;
	child = node_new(b);
	if (!child)
		return 0;
	b->nodes[child].name = add_name(b, name);
	b->nodes[child].next = b->nodes[node].child;
	b->nodes[node].child = child;
	edges_add(&b->tree, edge, (struct edge){ .from = node, .to = child, .name = b->nodes[child].name });
	return child;
}

/* The node that @path from @node leads to; those on the way are told what lies below them. */
static u32 walk_from(struct builder *b, u32 node, struct pb_view path, u64 classes, u32 secrets)
{
	struct pb_view component;

	while (node && next_component(&path, &component)) {
		b->nodes[node].below |= classes;
		b->nodes[node].secrets_below |= secrets;
		node = node_child(b, node, component);
	}
	env_relax();
	return node;
}

static void insert_from(struct builder *b, u32 node, struct pb_view path, const struct claim *claim)
{
	struct claim *at = &b->nodes[walk_from(b, node, path, claim->classes, claim->secrets)].claim;

	at->classes |= claim->classes;
	at->secrets |= claim->secrets;
	if (at->place == RAMPART_PLACE_NONE)
		at->place = claim->place;
}

/* Everything before the first "*". */
static struct pb_view literal_of(struct pb_view path)
{
	struct pb_view rest = path, component, literal = { .data = path.data };

	while (next_component(&rest, &component) && !is_wild(component))
		literal.len = component.data + component.len - path.data;
	return literal;
}

/* Once each, so that symlinks on the way can be resolved. */
static void add_literal(struct builder *b, struct pb_view path)
{
	struct rampart_ruleset *rs = b->rs;
	struct pb_view literal = literal_of(path);
	u32 node = walk_from(b, NODE_ROOT, literal, 0, 0);

	if (!literal.len || b->nodes[node].literal)
		return;
	b->nodes[node].literal = true;
	rs->literals[rs->n_literals++] = add_text(b, literal);
}

/* A program's file, or one of ours. */
static void add_file(struct builder *b, struct pb_view path, u64 classes)
{
	insert_from(b, NODE_ROOT, path, &(struct claim){ .classes = classes, .place = RAMPART_PLACE_NONE });
	add_literal(b, path);
}

static struct pb_view view_of(const char *text)
{
	return (struct pb_view){ .data = (const u8 *)text, .len = strlen(text) };
}

static void add_place(struct builder *b, struct pb_view path, struct claim claim)
{
	struct pb_view tail = { .data = path.data + 1, .len = path.len - 1 };

	if (path.data[0] == '~') {
		insert_from(b, NODE_HOME, tail, &claim);
	} else {
		insert_from(b, NODE_ROOT, path, &claim);
		add_literal(b, path);
	}
}

/* After all places, so that it is known what is below a home directory. */
static void add_home(struct builder *b, struct pb_view path)
{
	const struct node *home = &b->nodes[NODE_HOME];

	b->nodes[walk_from(b, NODE_ROOT, path, home->below, home->secrets_below)].home = true;
	add_literal(b, path);
}

static struct rampart_trust *add_trust(struct builder *b, struct pb_view path, u64 classes)
{
	struct rampart_trust *trust = &b->rs->trusts[b->rs->n_trusts++];

	*trust = (struct rampart_trust){ .path = add_text(b, path), .classes = classes, .exclusion = RAMPART_EXCLUSION_NONE };
	return trust;
}

static void pin(struct rampart_trust *trust, struct pb_view sha256)
{
	trust->pinned = sha256.len == sizeof(trust->sha256);
	if (trust->pinned)
		memcpy(trust->sha256, sha256.data, sizeof(trust->sha256));
}

static void add_program(struct builder *b, const struct rampart_program *program, u64 classes)
{
	struct rampart_trust *trust = add_trust(b, program->exe, classes);

	trust->children = program->children;
	pin(trust, program->sha256);
	add_file(b, program->exe, RAMPART_OBJ_TRUSTED);
}

static void add_programs(struct builder *b, struct rampart_programs programs, u64 classes)
{
	u32 i;

	for (i = 0; i < programs.n; i++)
		add_program(b, &programs.v[i], classes);
}

/* Where Rampart itself lives. */
static const char *const self_paths[] = {
	"/etc/rampart",
	"/var/lib/rampart",
	"/run/rampart",
	"/usr/lib/rampart",
	RAMPART_DAEMON_PATH,
	"/usr/bin/rampartctl",
	"/usr/lib/systemd/system/rampart-module.service",
	"/usr/lib/systemd/system/rampartd.service",
	"/usr/lib/systemd/system/rampartd.service.d",
	"/etc/systemd/system/rampartd.service",
	"/etc/systemd/system/rampartd.service.d",
	"/run/systemd/system/rampartd.service",
	"/run/systemd/system/rampartd.service.d",
	"/run/systemd/transient/rampartd.service",
	"/etc/systemd/system.control/rampartd.service.d",
	"/run/systemd/system.control/rampartd.service.d",
};

static void add_places(struct builder *b, const struct rampart_policy *policy)
{
	u32 i;

	for (i = 0; policy->folders_mode != RAMPART_MODE_OFF && i < policy->protect.n; i++)
		add_place(b, policy->protect.v[i], (struct claim){ .classes = RAMPART_OBJ_FOLDER, .place = i });
	for (i = 0; policy->secrets_mode != RAMPART_MODE_OFF && i < policy->secrets.n; i++)
		add_place(b, policy->secrets.v[i], (struct claim){ .classes = RAMPART_OBJ_SECRET, .secrets = 1u << i,
								   .place = RAMPART_PLACE_NONE });
}

static void add_readers(struct builder *b, const struct rampart_policy *policy)
{
	u32 i;

	for (i = 0; i < policy->secrets.n; i++)
		add_programs(b, rampart_policy_readers(policy, i), BIT_ULL(RAMPART_SUBJ_SECRETS_SHIFT + i));
}

/* A path of a class may be of a program, which then is known by its file too. */
static void add_member(struct builder *b, struct pb_view path, u64 class)
{
	add_place(b, path, (struct claim){ .classes = class | RAMPART_OBJ_PROGRAM, .place = RAMPART_PLACE_NONE });
	if (literal_of(path).len == path.len && path.data[0] == '/')
		add_trust(b, path, 0)->members = class;
}

static void add_classes(struct builder *b, const struct rampart_policy *policy)
{
	u32 i, j;

	for (i = 0; i < policy->classes.n; i++) {
		struct rampart_views paths = rampart_policy_class(policy, i);

		for (j = 0; j < paths.n; j++)
			add_member(b, paths.v[j], BIT_ULL(RAMPART_CLASS_SHIFT + policy->class_bit[i]));
	}
}

static const char *text_or_null(struct builder *b, struct pb_view text)
{
	return text.len ? (const char *)add_text(b, text).data : NULL;
}

static void add_exclusion(struct builder *b, const struct rampart_exclusion *exclusion)
{
	struct rampart_ruleset *rs = b->rs;
	struct rampart_excluded *excluded = &rs->exclusions[rs->n_exclusions];
	struct rampart_trust *trust;

	*excluded = (struct rampart_excluded){
		.name = text_or_null(b, exclusion->name), .rule = text_or_null(b, exclusion->rule),
		.children = exclusion->children, .until = exclusion->until,
	};
	if (exclusion->object.len)
		excluded->object = add_text(b, exclusion->object);
	if (exclusion->exe.len) {
		trust = add_trust(b, exclusion->exe, 0);
		trust->exclusion = rs->n_exclusions;
		trust->children = exclusion->children;
		pin(trust, exclusion->sha256);
		add_file(b, exclusion->exe, RAMPART_OBJ_PROGRAM);
	} else {
		rs->anybody[rs->n_anybody++] = rs->n_exclusions;
	}
	rs->n_exclusions++;
	env_relax();
}

static void add_exclusions(struct builder *b, const struct rampart_policy *policy)
{
	struct rampart_ruleset *rs = b->rs;
	u32 i;

	for (i = 0; i < policy->exclusions.n; i++)
		add_exclusion(b, &policy->exclusions.v[i]);
	for (i = 0; policy->exclusions.n && i < policy->homes.n; i++)
		rs->homes[rs->n_homes++] = add_text(b, policy->homes.v[i]);
}

static void insert_all(struct builder *b, const struct rampart_policy *policy)
{
	u32 i;

	add_places(b, policy);
	add_classes(b, policy);
	for (i = 0; i < policy->homes.n && b->nodes[NODE_HOME].below; i++)
		add_home(b, policy->homes.v[i]);
	add_programs(b, policy->allow, RAMPART_SUBJ_ALLOWED);
	add_readers(b, policy);
	add_programs(b, policy->updaters, RAMPART_SUBJ_UPDATER);
	add_exclusions(b, policy);
	for (i = 0; i < ARRAY_SIZE(self_paths); i++)
		add_file(b, view_of(self_paths[i]), RAMPART_OBJ_SELF);
}

#define FILE_OPS                                                                                                   \
	(BIT_ULL(RAMPART_OP_WRITE) | BIT_ULL(RAMPART_OP_CREATE) | BIT_ULL(RAMPART_OP_DELETE) |                      \
	 BIT_ULL(RAMPART_OP_RENAME) | BIT_ULL(RAMPART_OP_LINK) | BIT_ULL(RAMPART_OP_SETATTR) |                      \
	 BIT_ULL(RAMPART_OP_SETXATTR) | BIT_ULL(RAMPART_OP_MOUNT))
/* Moved or linked out of its place, or hidden by a mount, it would be read after all. */
#define SECRET_OPS                                                                                                 \
	(BIT_ULL(RAMPART_OP_READ) | BIT_ULL(RAMPART_OP_RENAME) | BIT_ULL(RAMPART_OP_LINK) | BIT_ULL(RAMPART_OP_MOUNT))
#define TASK_OPS (BIT_ULL(RAMPART_OP_SIGNAL) | BIT_ULL(RAMPART_OP_PTRACE) | BIT_ULL(RAMPART_OP_SCHED))

static void add_rule(struct rampart_ruleset *rs, enum rampart_mode mode, struct rampart_rule rule)
{
	if (mode == RAMPART_MODE_OFF || WARN_ON_ONCE(rs->n_rules == RAMPART_RULES_MAX))
		return;
	rule.mode = mode;
	rs->rules[rs->n_rules++] = rule;
}

/* From a set by index to one by bit. */
static u64 class_bits(const struct rampart_policy *policy, u64 set)
{
	u64 bits = 0;
	u32 i;

	for (i = 0; i < policy->classes.n; i++)
		if (set & BIT_ULL(i))
			bits |= BIT_ULL(RAMPART_CLASS_SHIFT + policy->class_bit[i]);
	return bits;
}

/* Whoever can write the memory of a program that is exempt is that program. As strict as what it is exempt from. */
static void add_exempt_rule(struct builder *b, const struct rampart_policy *policy)
{
	enum rampart_mode mode = RAMPART_MODE_OFF;
	u32 i;

	for (i = 0; i < policy->rules.n; i++) {
		const struct rampart_asr_rule *rule = &policy->rules.v[i];

		if ((rule->not_subject || rule->not_exe || policy->exclusions.n) && rule->mode > mode)
			mode = rule->mode;
	}
	add_rule(b->rs, mode, (struct rampart_rule){
		.name = "exempt_program", .ops = BIT_ULL(RAMPART_OP_PTRACE), .objects = RAMPART_OBJ_EXEMPT_TASK });
}

/* Whoever can write the marks of files makes of them what he likes. As strict as what depends on them. */
static void add_provenance_rule(struct builder *b, const struct rampart_policy *policy)
{
	enum rampart_mode mode = RAMPART_MODE_OFF;
	u32 i;

	for (i = 0; i < policy->rules.n; i++) {
		const struct rampart_asr_rule *rule = &policy->rules.v[i];

		if (((rule->object_traits | rule->not_object_traits | rule->when) & RAMPART_MARKS) && rule->mode > mode)
			mode = rule->mode;
	}
	b->rs->keeps_marks = mode >= RAMPART_MODE_WARN;
	add_rule(b->rs, mode, (struct rampart_rule){
		.name = "provenance", .ops = BIT_ULL(RAMPART_OP_SETXATTR), .asr = true, .traits = 1u << RAMPART_TRAIT_PROVENANCE,
		.exempt = RAMPART_SUBJ_DAEMON });
}

static void add_origin(struct builder *b, struct pb_view text)
{
	struct rampart_origin *origin = &b->rs->origins[b->rs->n_origins++];

	rampart_origin_parse(text, origin);
	if (origin->cgroup.len)
		origin->cgroup = add_text(b, origin->cgroup);
}

static void add_asr_rules(struct builder *b, const struct rampart_policy *policy)
{
	u32 i;

	for (i = 0; i < policy->rules.n; i++) {
		const struct rampart_asr_rule *rule = &policy->rules.v[i];

		add_rule(b->rs, rule->mode, (struct rampart_rule){
			.name = text_or_null(b, rule->id), .ops = rule->ops, .asr = true,
			.subject = class_bits(policy, rule->subject), .not_subject = class_bits(policy, rule->not_subject),
			.exe = class_bits(policy, rule->exe), .not_exe = class_bits(policy, rule->not_exe),
			.objects = class_bits(policy, rule->object), .not_objects = class_bits(policy, rule->not_object),
			.traits = rule->object_traits, .not_traits = rule->not_object_traits, .when = rule->when,
			.sessions = rule->sessions, .users = rule->users, .cgroups = rule->cgroups, .not_origins = rule->not_origins });
	}
	add_exempt_rule(b, policy);
	add_provenance_rule(b, policy);
	for (i = 0; i < policy->origins.n; i++)
		add_origin(b, policy->origins.v[i]);
	for (i = 0; i < RAMPART_ROLE_NUM; i++)
		b->rs->roles[i] = class_bits(policy, policy->roles[i]);
}

/* Which traits a rule that is not only about places needs, any of them. */
static u32 width(const struct rampart_rule *rule)
{
	if (!rule->asr || (rule->objects && !rule->traits))
		return 0;
	/* One of those that it needs all of is enough to look. */
	if (rule->when)
		return rule->when & -rule->when;
	return rule->traits ?: RAMPART_WIDE;
}

static int index_rules(struct rampart_ruleset *rs)
{
	u32 op, i;

	for (op = 0; op < RAMPART_OP_NUM; op++) {
		rs->op_rules[op] = env_calloc(rs->n_rules + 1, sizeof(*rs->op_rules[op]));
		if (!rs->op_rules[op])
			return -ENOMEM;
		for (i = 0; i < rs->n_rules; i++) {
			if (!(rs->rules[i].ops & BIT_ULL(op)))
				continue;
			rs->op_rules[op][rs->n_op_rules[op]++] = &rs->rules[i];
			rs->wide[op] |= width(&rs->rules[i]);
			rs->objects[op] |= rs->rules[i].objects;
		}
	}
	return 0;
}

static void add_rules(struct builder *b, const struct rampart_policy *policy)
{
	struct rampart_ruleset *rs = b->rs;

	add_rule(rs, policy->folders_mode, (struct rampart_rule){
		.name = "folders", .ops = FILE_OPS, .objects = RAMPART_OBJ_FOLDER, .exempt = RAMPART_SUBJ_ALLOWED });
	/* Whoever can write the memory of an allowed program is that program. */
	add_rule(rs, policy->folders_mode, (struct rampart_rule){
		.name = "folders", .ops = BIT_ULL(RAMPART_OP_PTRACE), .objects = RAMPART_OBJ_TRUSTED_TASK,
		.exempt = RAMPART_SUBJ_ALLOWED });
	add_rule(rs, policy->disks_mode, (struct rampart_rule){
		.name = "disks", .ops = BIT_ULL(RAMPART_OP_WRITE), .objects = RAMPART_OBJ_DISK,
		.exempt = RAMPART_SUBJ_ALLOWED });
	add_rule(rs, policy->disks_mode, (struct rampart_rule){
		.name = "disks", .ops = BIT_ULL(RAMPART_OP_PTRACE), .objects = RAMPART_OBJ_TRUSTED_TASK,
		.exempt = RAMPART_SUBJ_ALLOWED });
	add_rule(rs, policy->secrets_mode, (struct rampart_rule){
		.name = "secrets", .ops = SECRET_OPS, .objects = RAMPART_OBJ_SECRET, .secrets = true });
	add_rule(rs, policy->secrets_mode, (struct rampart_rule){
		.name = "secrets", .ops = BIT_ULL(RAMPART_OP_PTRACE), .objects = RAMPART_OBJ_READER_TASK,
		.secrets = true });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "self_protection", .ops = FILE_OPS, .objects = RAMPART_OBJ_SELF,
		.exempt = RAMPART_SUBJ_DAEMON | RAMPART_SUBJ_UPDATER });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "trusted_program", .ops = FILE_OPS, .objects = RAMPART_OBJ_TRUSTED,
		.exempt = RAMPART_SUBJ_UPDATER });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "self_protection", .ops = TASK_OPS, .objects = RAMPART_OBJ_DAEMON_TASK,
		.exempt = RAMPART_SUBJ_DAEMON });
	add_asr_rules(b, policy);
}

struct set {
	u32 node[SET_MAX];	/* sorted */
	u32 n;
	struct claim claim;	/* inherited: once inside a place, everything below is */
	bool overflow;
};

static void set_insert(struct set *set, u32 node)
{
	u32 i;

	for (i = set->n; i && set->node[i - 1] >= node; i--)
		if (set->node[i - 1] == node)
			return;
	if (set->n == SET_MAX) {
		set->overflow = true;
		return;
	}
	memmove(&set->node[i + 1], &set->node[i], (set->n - i) * sizeof(u32));
	set->node[i] = node;
	set->n++;
}

static void set_add(const struct builder *b, struct set *set, u32 node)
{
	if (!node)
		return;
	set_insert(set, node);
	if (b->nodes[node].home)
		set_insert(set, NODE_HOME);
}

/*
 * What the nodes say of a path that ends here: all their classes, and the place of the deepest pattern, of several as
 * deep the first in the policy. Nodes that nothing follows have then said all, and leave the set.
 */
static void set_settle(const struct builder *b, struct set *set)
{
	u32 i, n = 0, place = RAMPART_PLACE_NONE;

	for (i = 0; i < set->n; i++) {
		const struct node *node = &b->nodes[set->node[i]];

		set->claim.classes |= node->claim.classes;
		set->claim.secrets |= node->claim.secrets;
		if (node->claim.place < place)
			place = node->claim.place;
		if (node->child || node->wild)
			set->node[n++] = set->node[i];
	}
	set->n = n;
	if (place != RAMPART_PLACE_NONE)
		set->claim.place = place;
}

static bool state_is(const struct builder *b, u32 state, const struct set *set)
{
	const struct rampart_label *label = &b->states[state].label;

	return label->classes == set->claim.classes && label->secrets == set->claim.secrets &&
	       label->place == set->claim.place &&
	       b->set_start[state + 1] - b->set_start[state] == set->n &&
	       !memcmp(b->members + b->set_start[state], set->node, set->n * sizeof(u32));
}

/* The state that stands for @set, made when new; 0 (dead) for one that says nothing. Errors: as determinize(). */
static s64 intern(struct builder *b, const struct set *set)
{
	struct rampart_label *label;
	u32 i, state;

	if (set->overflow)
		return -E2BIG;
	if (!set->n && !set->claim.classes)
		return RAMPART_STATE_DEAD;
	i = hash_bytes(2166136261u, &set->claim, sizeof(set->claim));
	i = hash_bytes(i, set->node, set->n * sizeof(u32));
	for (i &= b->interned_mask; b->interned[i]; i = (i + 1) & b->interned_mask)
		if (state_is(b, b->interned[i], set))
			return b->interned[i];
	if (b->n_states == b->max_states || set->n > b->max_members - b->n_members)
		return -ENOSPC;
	state = b->n_states++;
	b->interned[i] = state;
	memcpy(b->members + b->n_members, set->node, set->n * sizeof(u32));
	b->n_members += set->n;
	b->set_start[state + 1] = b->n_members;
	label = &b->states[state].label;
	label->classes = set->claim.classes;
	label->secrets = set->claim.secrets;
	label->place = set->claim.place;
	for (i = 0; i < set->n; i++) {
		label->below |= b->nodes[set->node[i]].below;
		label->secrets_below |= b->nodes[set->node[i]].secrets_below;
	}
	return state;
}

/* Where @state goes by the name at @name (0: by a name that no edge has). */
static s64 successor(struct builder *b, u32 state, u32 name, struct set *set)
{
	u32 i;

	set->n = 0;
	set->overflow = false;
	/* A directory of a class is a member of it with all below; a program that has been replaced is one file. */
	set->claim.classes = b->states[state].label.classes & ~(u64)RAMPART_OBJ_PROGRAM;
	set->claim.secrets = b->states[state].label.secrets;
	set->claim.place = b->states[state].label.place;
	for (i = b->set_start[state]; i < b->set_start[state + 1]; i++) {
		u32 node = b->members[i];

		set_add(b, set, b->nodes[node].wild);
		if (name)
			set_add(b, set, edges_slot(&b->tree, b->names, node, b->names + name + 1, b->names[name])->to);
	}
	set_settle(b, set);
	return intern(b, set);
}

/* The steps that @node alone would give @state. */
static int expand_node(struct builder *b, u32 state, u32 node, struct set *set)
{
	u32 child;
	s64 to;

	for (child = b->nodes[node].child; child; child = b->nodes[child].next) {
		u32 name = b->nodes[child].name;
		struct edge *edge = edges_slot(&b->edges, b->names, state, b->names + name + 1, b->names[name]);

		if (edge->from)
			continue;
		to = successor(b, state, name, set);
		if (to < 0)
			return to;
		if (b->edges.n * 2 >= b->edges.size - 1)
			return -ENOSPC;
		edges_add(&b->edges, edge, (struct edge){ .from = state, .to = to, .name = name });
		b->states[state].has_edges = true;
		env_relax();
	}
	return 0;
}

static int expand(struct builder *b, u32 state, struct set *set)
{
	s64 other = successor(b, state, 0, set);
	int err = 0;
	u32 i;

	if (other < 0)
		return other;
	b->states[state].other = other;
	for (i = b->set_start[state]; !err && i < b->set_start[state + 1]; i++)
		err = expand_node(b, state, b->members[i], set);
	return err;
}

static int alloc_automaton(struct builder *b, u32 spare)
{
	u32 size;

	b->max_states = 2 * b->n_nodes + spare;
	b->max_members = 2 * b->max_states;
	for (size = SPARE_MIN; size < 2 * b->max_states;)
		size *= 2;
	b->interned_mask = size - 1;
	b->states = env_calloc(b->max_states, sizeof(*b->states));
	b->set_start = env_calloc(b->max_states + 1, sizeof(u32));
	b->members = env_calloc(b->max_members, sizeof(u32));
	b->interned = env_calloc(size, sizeof(u32));
	if (!b->states || !b->set_start || !b->members || !b->interned)
		return -ENOMEM;
	return edges_init(&b->edges, b->n_nodes + spare);
}

static void free_automaton(struct builder *b)
{
	env_free(b->states);
	env_free(b->edges.slot);
	env_free(b->set_start);
	env_free(b->members);
	env_free(b->interned);
	b->states = NULL;
	b->edges = (struct edges){};
	b->set_start = b->members = b->interned = NULL;
	b->n_states = b->n_members = 0;
}

/*
 * States 0, 1 and 2 are dead, root and home; the rest follow breadth first. -E2BIG when too many patterns overlap,
 * -ENOSPC when all of them together need more states, members or steps than there is memory for.
 */
static int determinize(struct builder *b, struct set *set)
{
	u32 state;
	int err = 0;

	b->states[0].label.place = RAMPART_PLACE_NONE;
	b->n_states = 1;
	for (state = NODE_ROOT; state <= NODE_HOME; state++) {
		*set = (struct set){ .claim.place = RAMPART_PLACE_NONE };
		set_insert(set, state);
		if (WARN_ON_ONCE(intern(b, set) != state))
			err = -EINVAL;
	}
	for (state = 1; !err && state < b->n_states; state++)
		err = expand(b, state, set);
	return err;
}

/* Most policies need little memory; those whose patterns multiply get more, up to a bound. */
static int build_automaton(struct builder *b)
{
	struct set *set = env_calloc(1, sizeof(*set));
	int err = set ? -ENOSPC : -ENOMEM;
	u32 spare;

	for (spare = SPARE_MIN; err == -ENOSPC && spare <= SPARE_MAX; spare *= 16) {
		free_automaton(b);
		err = alloc_automaton(b, spare) ?: determinize(b, set);
	}
	env_free(set);
	return err == -ENOSPC ? -E2BIG : err;
}

static bool same_label(const struct rampart_label *a, const struct rampart_label *b)
{
	return a->classes == b->classes && a->below == b->below && a->secrets == b->secrets &&
	       a->secrets_below == b->secrets_below;
}

static u32 hash_label(const struct rampart_label *label)
{
	u32 hash = hash_bytes(2166136261u, &label->classes, sizeof(label->classes));

	hash = hash_bytes(hash, &label->below, sizeof(label->below));
	hash = hash_bytes(hash, &label->secrets, sizeof(label->secrets));
	return hash_bytes(hash, &label->secrets_below, sizeof(label->secrets_below));
}

/* Writes into set_start which of the labels each state has; returns how many there are. The sets are needed no more. */
static u32 intern_labels(struct builder *b)
{
	u32 state, i, n = 0, *label_of = b->set_start;

	memset(b->interned, 0, ((size_t)b->interned_mask + 1) * sizeof(*b->interned));
	for (state = 0; state < b->n_states; state++) {
		const struct rampart_label label = b->states[state].label;

		i = hash_label(&label) & b->interned_mask;
		while (b->interned[i] && !same_label(&b->states[b->interned[i] - 1].label, &label))
			i = (i + 1) & b->interned_mask;
		if (!b->interned[i])
			b->interned[i] = state + 1;
		label_of[state] = b->interned[i] - 1;
		env_relax();
	}
	/* Those that are the first of their kind, by number. */
	for (state = 0; state < b->n_states; state++)
		label_of[state] = label_of[state] == state ? n++ : label_of[label_of[state]];
	return n;
}

/* Into memory that is just as large as it needs to be. */
static int publish(struct builder *b)
{
	struct rampart_ruleset *rs = b->rs;
	u32 i, n = intern_labels(b);

	rs->states = env_calloc(b->n_states, sizeof(*rs->states));
	rs->labels = env_calloc(n, sizeof(*rs->labels));
	rs->names = env_calloc(b->names_len, 1);
	if (!rs->states || !rs->labels || !rs->names || edges_init(&rs->edges, b->edges.n))
		return -ENOMEM;
	for (i = 0; i < b->n_states; i++) {
		const struct wide_state *state = &b->states[i];

		rs->states[i] = (struct state){ .label = b->set_start[i], .place = state->label.place,
						.other = state->other, .has_edges = state->has_edges };
		rs->labels[b->set_start[i]] = state->label;
	}
	memcpy(rs->names, b->names, b->names_len);
	for (i = 0; i < b->edges.size; i++) {
		const struct edge *edge = &b->edges.slot[i];
		const u8 *name = rs->names + edge->name;

		if (edge->from)
			edges_add(&rs->edges, edges_slot(&rs->edges, rs->names, edge->from, name + 1, *name), *edge);
		env_relax();
	}
	return 0;
}

/* Bounds, exact but for what patterns share. */
struct sizes {
	u64 nodes, names, text;
	u32 literals, trusts, exclusions, anybody, homes;
};

static void measure_path(struct sizes *sizes, struct pb_view path)
{
	struct pb_view literal = path.data[0] == '~' ? (struct pb_view){} : literal_of(path);

	sizes->nodes += components(path);
	sizes->names += path.len;
	if (literal.len) {
		sizes->text += literal.len + 1;
		sizes->literals++;
	}
}

static void measure_paths(struct sizes *sizes, const struct rampart_views *paths)
{
	u32 i;

	for (i = 0; i < paths->n; i++)
		measure_path(sizes, paths->v[i]);
}

static void measure_programs(struct sizes *sizes, const struct rampart_programs *programs)
{
	u32 i;

	for (i = 0; i < programs->n; i++) {
		measure_path(sizes, programs->v[i].exe);
		sizes->text += programs->v[i].exe.len + 1;
	}
	sizes->trusts += programs->n;
}

static void measure_exclusions(struct sizes *sizes, const struct rampart_policy *policy)
{
	u32 i;

	sizes->exclusions = policy->exclusions.n;
	for (i = 0; i < policy->exclusions.n; i++) {
		const struct rampart_exclusion *exclusion = &policy->exclusions.v[i];

		if (exclusion->exe.len) {
			measure_path(sizes, exclusion->exe);
			sizes->trusts++;
		} else {
			sizes->anybody++;
		}
		sizes->text += exclusion->name.len + exclusion->rule.len + exclusion->exe.len + exclusion->object.len + 4;
	}
	if (!policy->exclusions.n)
		return;
	sizes->homes = policy->homes.n;
	for (i = 0; i < policy->homes.n; i++)
		sizes->text += policy->homes.v[i].len + 1;
}

static void measure_asr(struct sizes *sizes, const struct rampart_policy *policy)
{
	u32 i;

	measure_paths(sizes, &policy->class_paths);
	sizes->trusts += policy->class_paths.n;
	for (i = 0; i < policy->class_paths.n; i++)
		sizes->text += policy->class_paths.v[i].len + 1;
	for (i = 0; i < policy->rules.n; i++)
		sizes->text += policy->rules.v[i].id.len + 1;
	for (i = 0; i < policy->origins.n; i++)
		sizes->text += policy->origins.v[i].len + 1;
	measure_exclusions(sizes, policy);
}

static struct sizes measure(const struct rampart_policy *policy)
{
	/* The daemon; nothing, root and home; no name. */
	struct sizes sizes = { .trusts = 1, .text = sizeof(RAMPART_DAEMON_PATH), .nodes = 3, .names = 1 };
	u32 i;

	measure_paths(&sizes, &policy->protect);
	measure_paths(&sizes, &policy->homes);
	measure_programs(&sizes, &policy->allow);
	measure_programs(&sizes, &policy->updaters);
	measure_paths(&sizes, &policy->secrets);
	measure_programs(&sizes, &policy->readers);
	measure_asr(&sizes, policy);
	for (i = 0; i < ARRAY_SIZE(self_paths); i++)
		measure_path(&sizes, view_of(self_paths[i]));
	return sizes;
}

static int alloc_tree(struct builder *b, const struct sizes *sizes)
{
	struct rampart_ruleset *rs = b->rs;

	/* Each component has two bytes at least, so the other sizes are bounded by what the decoder accepts. */
	if (sizes->nodes > RAMPART_COMPONENTS_MAX)
		return -E2BIG;
	b->max_nodes = sizes->nodes;
	b->max_names = sizes->names;
	b->max_text = sizes->text;
	b->nodes = env_calloc(b->max_nodes, sizeof(*b->nodes));
	b->names = env_calloc(b->max_names, 1);
	rs->text = env_calloc(b->max_text, 1);
	rs->trusts = env_calloc(sizes->trusts, sizeof(*rs->trusts));
	rs->literals = env_calloc(sizes->literals, sizeof(*rs->literals));
	rs->exclusions = env_calloc(sizes->exclusions + 1, sizeof(*rs->exclusions));
	rs->anybody = env_calloc(sizes->anybody + 1, sizeof(*rs->anybody));
	rs->homes = env_calloc(sizes->homes + 1, sizeof(*rs->homes));
	if (!b->nodes || !b->names || !rs->text || !rs->trusts || !rs->literals || !rs->exclusions || !rs->anybody || !rs->homes)
		return -ENOMEM;
	return edges_init(&b->tree, b->max_nodes);
}

static int keep_digests(struct digests *digests, struct pb_view whole)
{
	u32 n = whole.len / RAMPART_FILE_DIGEST;

	if (!n)
		return 0;
	digests->v = env_calloc(n, sizeof(*digests->v));
	if (!digests->v)
		return -ENOMEM;
	for (; digests->n < n; digests->n++) {
		memcpy(digests->v[digests->n], whole.data + digests->n * RAMPART_FILE_DIGEST, RAMPART_DIGEST_KEPT);
		env_relax();
	}
	return 0;
}

static void build_tree(struct builder *b, const struct rampart_policy *policy)
{
	b->n_nodes = 1;
	node_new(b);
	node_new(b);
	b->names_len = 1;
	add_trust(b, view_of(RAMPART_DAEMON_PATH), RAMPART_SUBJ_DAEMON);
	insert_all(b, policy);
}

static int build(struct builder *b, const struct rampart_policy *policy)
{
	struct sizes sizes = measure(policy);
	int err = alloc_tree(b, &sizes);

	if (err)
		return err;
	build_tree(b, policy);
	add_rules(b, policy);
	b->rs->aged_days = policy->aged_days;
	return index_rules(b->rs) ?: build_automaton(b) ?: publish(b) ?: keep_digests(&b->rs->denied, policy->denied_digests) ?:
	       keep_digests(&b->rs->trusted, policy->trusted_digests);
}

static void builder_free(struct builder *b)
{
	free_automaton(b);
	env_free(b->nodes);
	env_free(b->tree.slot);
	env_free(b->names);
}

struct rampart_ruleset *rampart_ruleset_build(const struct rampart_policy *policy, enum rampart_reason *why)
{
	static const struct rampart_policy none;
	struct builder b = { .rs = env_calloc(1, sizeof(*b.rs)) };
	int err = b.rs ? build(&b, policy ? policy : &none) : -ENOMEM;

	if (!err)
		b.rs->devices = rampart_devices_build(policy ? policy : &none, why);
	if (!err && *why)
		err = -ENOMEM;

	builder_free(&b);
	if (!err) {
		*why = RAMPART_REASON_OK;
		return b.rs;
	}
	rampart_ruleset_free(b.rs);
	*why = err == -E2BIG ? RAMPART_REASON_OVER_CAP : RAMPART_REASON_NO_MEMORY;
	return NULL;
}

void rampart_ruleset_free(struct rampart_ruleset *ruleset)
{
	if (!ruleset)
		return;
	for (u32 op = 0; op < RAMPART_OP_NUM; op++)
		env_free(ruleset->op_rules[op]);
	env_free(ruleset->states);
	env_free(ruleset->labels);
	env_free(ruleset->edges.slot);
	env_free(ruleset->names);
	env_free(ruleset->text);
	env_free(ruleset->trusts);
	env_free(ruleset->literals);
	env_free(ruleset->exclusions);
	env_free(ruleset->anybody);
	env_free(ruleset->homes);
	env_free(ruleset->denied.v);
	env_free(ruleset->trusted.v);
	rampart_devices_free(ruleset->devices);
	env_free(ruleset);
}

const struct rampart_devices *rampart_ruleset_devices(const struct rampart_ruleset *ruleset)
{
	return ruleset->devices;
}

u32 rampart_ruleset_step(const struct rampart_ruleset *ruleset, u32 state, const char *name, u32 len)
{
	const struct state *s = &ruleset->states[state];

	if (s->has_edges) {
		const struct edge *edge = edges_slot(&ruleset->edges, ruleset->names, state, name, len);

		if (edge->from)
			return edge->to;
	}
	return s->other;
}

bool rampart_ruleset_asks_name(const struct rampart_ruleset *ruleset, u32 state)
{
	return ruleset->states[state].has_edges;
}

u32 rampart_ruleset_walk(const struct rampart_ruleset *ruleset, u32 state, const char *path)
{
	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len)
			state = rampart_ruleset_step(ruleset, state, path, len);
		path += len;
	}
	return state;
}

struct rampart_label rampart_ruleset_label(const struct rampart_ruleset *ruleset, u32 state)
{
	struct rampart_label label = ruleset->labels[ruleset->states[state].label];

	label.place = ruleset->states[state].place;
	return label;
}

bool rampart_ruleset_means(const struct rampart_ruleset *ruleset, u32 state, u64 classes, u64 below)
{
	const struct rampart_label *label = &ruleset->labels[ruleset->states[state].label];

	return (label->classes & classes) || (label->below & below);
}

const struct rampart_rule *const *rampart_ruleset_rules(const struct rampart_ruleset *ruleset, enum rampart_op op, u32 *n)
{
	*n = ruleset->n_op_rules[op];
	return ruleset->op_rules[op];
}

enum rampart_mode rampart_ruleset_mode(const struct rampart_ruleset *ruleset, const char *name)
{
	u32 i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (!strcmp(ruleset->rules[i].name, name))
			return ruleset->rules[i].mode;
	return RAMPART_MODE_OFF;
}

u32 rampart_ruleset_wide(const struct rampart_ruleset *ruleset, enum rampart_op op)
{
	return ruleset->wide[op];
}

u64 rampart_ruleset_objects(const struct rampart_ruleset *ruleset, enum rampart_op op)
{
	return ruleset->objects[op];
}

u64 rampart_ruleset_subjects(const struct rampart_ruleset *ruleset, enum rampart_op op)
{
	u64 classes = 0;
	u32 i;

	for (i = 0; i < ruleset->n_op_rules[op]; i++) {
		const struct rampart_rule *rule = ruleset->op_rules[op][i];

		if (rule->asr)
			classes |= rule->subject ?: rule->exe ?: ~0ULL;
	}
	return classes;
}

u32 rampart_ruleset_traits(const struct rampart_ruleset *ruleset)
{
	u32 traits = 0, i;

	for (i = 0; i < ruleset->n_rules; i++)
		traits |= ruleset->rules[i].traits | ruleset->rules[i].not_traits | ruleset->rules[i].when;
	return traits;
}

u32 rampart_ruleset_sessions(const struct rampart_ruleset *ruleset)
{
	u32 sessions = 0, i;

	for (i = 0; i < ruleset->n_rules; i++)
		sessions |= ruleset->rules[i].sessions;
	return sessions;
}

/* What is left of @path below @pattern; no data if it does not lie there. */
static struct pb_view below(struct pb_view pattern, struct pb_view path)
{
	struct pb_view wanted, name;

	while (next_component(&pattern, &wanted))
		if (!next_component(&path, &name) ||
		    !(is_wild(wanted) || (wanted.len == name.len && !memcmp(wanted.data, name.data, name.len))))
			return (struct pb_view){};
	return path;
}

bool rampart_ruleset_asks_origins(const struct rampart_ruleset *ruleset)
{
	return ruleset->n_origins;
}

u32 rampart_ruleset_origins(const struct rampart_ruleset *ruleset, u32 uid, const char *cgroup)
{
	u32 origins = 0, i;

	for (i = 0; i < ruleset->n_origins; i++) {
		const struct rampart_origin *origin = &ruleset->origins[i];
		bool holds = origin->cgroup.len ? cgroup && below(origin->cgroup, view_of(cgroup)).data :
						  uid >= origin->first && uid <= origin->last;

		origins |= holds ? 1u << i : 0;
	}
	return origins;
}

bool rampart_ruleset_keeps_marks(const struct rampart_ruleset *ruleset)
{
	return ruleset->keeps_marks;
}

u32 rampart_ruleset_aged_days(const struct rampart_ruleset *ruleset)
{
	return ruleset->aged_days;
}

u64 rampart_ruleset_exempting(const struct rampart_ruleset *ruleset)
{
	u64 classes = 0;
	u32 i;

	for (i = 0; i < ruleset->n_rules; i++)
		classes |= ruleset->rules[i].not_subject | ruleset->rules[i].not_exe;
	return classes;
}

u64 rampart_ruleset_role(const struct rampart_ruleset *ruleset, enum rampart_role role)
{
	return ruleset->roles[role];
}

u64 rampart_ruleset_hashed(const struct rampart_ruleset *ruleset)
{
	u32 asked = (ruleset->denied.n ? 1u << RAMPART_TRAIT_DENIED_DIGEST : 0) |
		    (ruleset->trusted.n ? 1u << RAMPART_TRAIT_TRUSTED_DIGEST : 0);
	u64 ops = 0;
	u32 i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (asked & (ruleset->rules[i].traits | ruleset->rules[i].not_traits | ruleset->rules[i].when))
			ops |= ruleset->rules[i].ops;
	return ops;
}

static bool has_digest(const struct digests *digests, const u8 *digest)
{
	u32 from = 0, to = digests->n;

	while (from < to) {
		u32 middle = from + (to - from) / 2;
		int c = memcmp(digest, digests->v[middle], RAMPART_DIGEST_KEPT);

		if (!c)
			return true;
		if (c < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

u32 rampart_ruleset_digest(const struct rampart_ruleset *ruleset, const u8 digest[RAMPART_FILE_DIGEST])
{
	return (has_digest(&ruleset->denied, digest) ? 1u << RAMPART_TRAIT_DENIED_DIGEST : 0) |
	       (has_digest(&ruleset->trusted, digest) ? 1u << RAMPART_TRAIT_TRUSTED_DIGEST : 0);
}

const struct rampart_excluded *rampart_ruleset_exclusions(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_exclusions;
	return ruleset->exclusions;
}

const u32 *rampart_ruleset_anybody(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_anybody;
	return ruleset->anybody;
}

bool rampart_ruleset_excludes(const struct rampart_ruleset *ruleset, const struct rampart_excluded *excluded, const char *path)
{
	struct pb_view place = excluded->object, rest;
	u32 i;

	if (!place.len)
		return true;
	if (place.data[0] != '~')
		return below(place, view_of(path)).data;
	place.data++;
	place.len--;
	for (i = 0; i < ruleset->n_homes; i++) {
		rest = below(ruleset->homes[i], view_of(path));
		if (rest.data && below(place, rest).data)
			return true;
	}
	return false;
}

const struct rampart_trust *rampart_ruleset_trusts(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_trusts;
	return ruleset->trusts;
}

bool rampart_ruleset_children(const struct rampart_ruleset *ruleset)
{
	u32 i;

	for (i = 0; i < ruleset->n_trusts; i++)
		if (ruleset->trusts[i].children)
			return true;
	return false;
}

const struct pb_view *rampart_ruleset_literals(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_literals;
	return ruleset->literals;
}

u64 rampart_ruleset_ops(const struct rampart_ruleset *ruleset)
{
	u64 ops = 0;
	u32 i;

	for (i = 0; i < ruleset->n_rules; i++)
		ops |= ruleset->rules[i].ops;
	return ops;
}
