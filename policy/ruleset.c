// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Patterns become a tree of components ("*" is a branch of its own), and the tree becomes a deterministic automaton by the
 * subset construction, so that a lookup is one hash probe per component however many patterns there are.
 */
#include "ruleset.h"

#define SET_MAX 64	/* tree nodes that one automaton state may stand for */

struct edge {
	u32 from;	/* 0: free slot */
	u32 to;
	u32 name;	/* offset into the pool */
	u16 len;
	u32 next;	/* next edge of the same node, index + 1; tree only */
};

/* Open addressing, at most half full, slots a power of two. */
struct edges {
	struct edge *slot;
	u32 mask;
	u32 n;
};

struct node {
	u64 classes;	/* of a pattern that ends here */
	u64 below;	/* of patterns that go on from here */
	u32 place;
	u32 wild;	/* child for "*", 0: none */
	u32 edges;	/* first edge, index + 1 */
};

struct state {
	struct rampart_label label;
	u32 other;	/* the state after a name that no edge has */
	bool has_edges;
};

struct rampart_ruleset {
	struct state *states;
	u32 n_states;
	struct edges edges;
	char *pool;
	u32 pool_len;
	struct rampart_program *programs;
	u32 n_programs;
	struct pb_view *literals;
	u32 n_literals;
	struct rampart_rule rules[RAMPART_RULES_MAX];
	u32 n_rules;
};

struct builder {
	struct rampart_ruleset *rs;
	struct node *nodes;
	u32 n_nodes, max_nodes;
	struct edges tree;
	u32 max_pool;
	/* Subset construction: what each automaton state stands for. */
	u32 *set_start;		/* by state, index into members */
	u32 *members;
	u32 n_members, max_members, max_states;
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

static u32 hash_edge(u32 from, const char *name, u32 len)
{
	u32 hash = hash_bytes(2166136261u ^ (from * 2654435769u), name, len);

	return hash ^ (hash >> 15);
}

static u32 pow2_above(u32 n)
{
	u32 size = 16;

	while (size < n * 2)
		size *= 2;
	return size;
}

static int edges_init(struct edges *edges, u32 max)
{
	u32 size = pow2_above(max);

	edges->slot = env_calloc(size, sizeof(*edges->slot));
	edges->mask = size - 1;
	return edges->slot ? 0 : -ENOMEM;
}

/* The slot that holds the edge, or the free slot where it would go. */
static struct edge *edges_slot(const struct edges *edges, const char *pool, u32 from, const char *name, u32 len)
{
	u32 i = hash_edge(from, name, len) & edges->mask;

	for (;; i = (i + 1) & edges->mask) {
		struct edge *edge = &edges->slot[i];

		if (!edge->from)
			return edge;
		if (edge->from == from && edge->len == len && !memcmp(pool + edge->name, name, len))
			return edge;
	}
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

static u32 pool_add(struct builder *b, const void *data, u32 len)
{
	struct rampart_ruleset *rs = b->rs;
	u32 at = rs->pool_len;

	if (WARN_ON_ONCE(len + 1 > b->max_pool - at))
		return 0;
	memcpy(rs->pool + at, data, len);
	rs->pool[at + len] = 0;
	rs->pool_len += len + 1;
	return at;
}

static u32 node_new(struct builder *b)
{
	if (WARN_ON_ONCE(b->n_nodes == b->max_nodes))
		return 0;
	b->nodes[b->n_nodes].place = RAMPART_PLACE_NONE;
	return b->n_nodes++;
}

static u32 node_child(struct builder *b, u32 node, struct pb_view name)
{
	struct edge *edge;

	if (is_wild(name)) {
		if (!b->nodes[node].wild)
			b->nodes[node].wild = node_new(b);
		return b->nodes[node].wild;
	}
	edge = edges_slot(&b->tree, b->rs->pool, node, (const char *)name.data, name.len);
	if (!edge->from) {
		edge->name = pool_add(b, name.data, name.len);
		edge->len = name.len;
		edge->to = node_new(b);
		edge->from = node;
		edge->next = b->nodes[node].edges;
		b->nodes[node].edges = edge - b->tree.slot + 1;
		b->tree.n++;
	}
	return edge->to;
}

static u32 insert_from(struct builder *b, u32 node, struct pb_view path)
{
	struct pb_view component;

	while (node && next_component(&path, &component))
		node = node_child(b, node, component);
	return node;
}

static void mark(struct builder *b, u32 node, u64 classes, u32 place)
{
	b->nodes[node].classes |= classes;
	if (b->nodes[node].place == RAMPART_PLACE_NONE)
		b->nodes[node].place = place;
}

/* Everything before the first "*", so that symlinks on the way can be resolved once. */
static void add_literal(struct builder *b, struct pb_view path)
{
	struct rampart_ruleset *rs = b->rs;
	struct pb_view rest = path, component;
	u32 len = 0;

	while (next_component(&rest, &component) && !is_wild(component))
		len = component.data + component.len - path.data;
	if (!len)
		return;
	rs->literals[rs->n_literals].len = len;
	rs->literals[rs->n_literals++].data = (u8 *)rs->pool + pool_add(b, path.data, len);
}

static void insert(struct builder *b, struct pb_view path, u64 classes, u32 place)
{
	mark(b, insert_from(b, NODE_ROOT, path), classes, place);
	add_literal(b, path);
}

static struct pb_view view_of(const char *text)
{
	return (struct pb_view){ .data = (const u8 *)text, .len = strlen(text) };
}

static void add_place(struct builder *b, const struct rampart_policy *policy, u32 i)
{
	struct pb_view path = policy->protect.v[i], tail;
	u32 h;

	if (path.data[0] != '~') {
		insert(b, path, RAMPART_OBJ_FOLDER, i);
		return;
	}
	tail = (struct pb_view){ .data = path.data + 1, .len = path.len - 1 };
	mark(b, insert_from(b, NODE_HOME, tail), RAMPART_OBJ_FOLDER, i);
	for (h = 0; h < policy->homes.n; h++)
		mark(b, insert_from(b, insert_from(b, NODE_ROOT, policy->homes.v[h]), tail), RAMPART_OBJ_FOLDER, i);
}

static void add_program(struct builder *b, struct pb_view path, u64 classes)
{
	struct rampart_ruleset *rs = b->rs;
	struct rampart_program *program = &rs->programs[rs->n_programs++];

	program->path.data = (u8 *)rs->pool + pool_add(b, path.data, path.len);
	program->path.len = path.len;
	program->classes = classes;
}

/* Where Rampart itself lives. */
static const char *const self_paths[] = {
	"/etc/rampart",
	"/var/lib/rampart",
	"/run/rampart",
	"/usr/lib/rampart",
	"/usr/sbin/rampartd",
	"/usr/bin/rampartctl",
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

#define DAEMON_PATH "/usr/sbin/rampartd"

static void insert_all(struct builder *b, const struct rampart_policy *policy)
{
	u32 i;

	if (policy->folders_mode != RAMPART_MODE_OFF) {
		for (i = 0; i < policy->protect.n; i++)
			add_place(b, policy, i);
		for (i = 0; i < policy->homes.n; i++)
			add_literal(b, policy->homes.v[i]);
	}
	for (i = 0; i < policy->allow.n; i++) {
		add_program(b, policy->allow.v[i], RAMPART_SUBJ_ALLOWED);
		insert(b, policy->allow.v[i], RAMPART_OBJ_TRUSTED, RAMPART_PLACE_NONE);
	}
	for (i = 0; i < policy->updaters.n; i++) {
		add_program(b, policy->updaters.v[i], RAMPART_SUBJ_UPDATER);
		insert(b, policy->updaters.v[i], RAMPART_OBJ_TRUSTED, RAMPART_PLACE_NONE);
	}
	for (i = 0; i < ARRAY_SIZE(self_paths); i++)
		insert(b, view_of(self_paths[i]), RAMPART_OBJ_SELF, RAMPART_PLACE_NONE);
}

#define FILE_OPS                                                                                                   \
	(BIT_ULL(RAMPART_OP_WRITE) | BIT_ULL(RAMPART_OP_CREATE) | BIT_ULL(RAMPART_OP_DELETE) |                      \
	 BIT_ULL(RAMPART_OP_RENAME) | BIT_ULL(RAMPART_OP_LINK) | BIT_ULL(RAMPART_OP_SETATTR) |                      \
	 BIT_ULL(RAMPART_OP_SETXATTR) | BIT_ULL(RAMPART_OP_MOUNT))
#define TASK_OPS (BIT_ULL(RAMPART_OP_SIGNAL) | BIT_ULL(RAMPART_OP_PTRACE) | BIT_ULL(RAMPART_OP_SCHED))

static void add_rule(struct rampart_ruleset *rs, enum rampart_mode mode, struct rampart_rule rule)
{
	if (mode == RAMPART_MODE_OFF || WARN_ON_ONCE(rs->n_rules == RAMPART_RULES_MAX))
		return;
	rule.mode = mode;
	rs->rules[rs->n_rules++] = rule;
}

static void add_rules(struct rampart_ruleset *rs, const struct rampart_policy *policy)
{
	add_rule(rs, policy->folders_mode, (struct rampart_rule){
		.name = "folders", .ops = FILE_OPS, .objects = RAMPART_OBJ_FOLDER, .exempt = RAMPART_SUBJ_ALLOWED });
	/* Whoever can write the memory of an allowed program is that program. */
	add_rule(rs, policy->folders_mode, (struct rampart_rule){
		.name = "folders", .ops = BIT_ULL(RAMPART_OP_PTRACE), .objects = RAMPART_OBJ_TRUSTED_TASK,
		.exempt = RAMPART_SUBJ_ALLOWED });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "self_protection", .ops = FILE_OPS, .objects = RAMPART_OBJ_SELF,
		.exempt = RAMPART_SUBJ_DAEMON | RAMPART_SUBJ_UPDATER });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "trusted_program", .ops = FILE_OPS, .objects = RAMPART_OBJ_TRUSTED,
		.exempt = RAMPART_SUBJ_UPDATER });
	add_rule(rs, policy->self_mode, (struct rampart_rule){
		.name = "self_protection", .ops = TASK_OPS, .objects = RAMPART_OBJ_DAEMON_TASK,
		.exempt = RAMPART_SUBJ_DAEMON });
}

/* Children come after their parents, so one pass from the end sums up what lies below. */
static void sum_below(struct builder *b)
{
	u32 i, slot;

	for (i = b->n_nodes - 1; i; i--) {
		struct node *node = &b->nodes[i];

		if (node->wild)
			node->below |= b->nodes[node->wild].below | b->nodes[node->wild].classes;
		for (slot = node->edges; slot; slot = b->tree.slot[slot - 1].next) {
			const struct node *child = &b->nodes[b->tree.slot[slot - 1].to];

			node->below |= child->below | child->classes;
		}
	}
}

struct set {
	u32 node[SET_MAX];
	u32 n;
	u64 classes;	/* inherited: once inside a place, everything below is */
	u32 place;
	bool overflow;
};

static void set_add(struct set *set, u32 node)
{
	u32 i;

	if (!node)
		return;
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

static bool state_is(const struct builder *b, u32 state, const struct set *set)
{
	const struct rampart_label *label = &b->rs->states[state].label;

	return label->classes == set->classes && label->place == set->place &&
	       b->set_start[state + 1] - b->set_start[state] == set->n &&
	       !memcmp(b->members + b->set_start[state], set->node, set->n * sizeof(u32));
}

/* The state that stands for @set, made when new. Returns 0 (dead) for the empty set, U32_MAX over the cap. */
static u32 intern(struct builder *b, struct set *set)
{
	struct rampart_ruleset *rs = b->rs;
	u32 i, state;

	for (i = 0; i < set->n; i++) {
		set->classes |= b->nodes[set->node[i]].classes;
		if (b->nodes[set->node[i]].place != RAMPART_PLACE_NONE)
			set->place = b->nodes[set->node[i]].place;
	}
	if (!set->n && !set->classes)
		return RAMPART_STATE_DEAD;
	i = hash_bytes(hash_bytes(set->place, &set->classes, sizeof(set->classes)), set->node, set->n * sizeof(u32));
	for (i &= b->interned_mask; b->interned[i]; i = (i + 1) & b->interned_mask)
		if (state_is(b, b->interned[i], set))
			return b->interned[i];
	if (set->overflow || rs->n_states == b->max_states || b->n_members + set->n > b->max_members)
		return U32_MAX;
	state = rs->n_states++;
	b->interned[i] = state;
	memcpy(b->members + b->n_members, set->node, set->n * sizeof(u32));
	b->n_members += set->n;
	b->set_start[state + 1] = b->n_members;
	rs->states[state].label.classes = set->classes;
	rs->states[state].label.place = set->place;
	for (i = 0; i < set->n; i++)
		rs->states[state].label.below |= b->nodes[set->node[i]].below;
	return state;
}

/* Where @state goes by @name (NULL: by a name that no edge has). */
static u32 successor(struct builder *b, u32 state, const char *name, u32 len, struct set *set)
{
	u32 i;

	*set = (struct set){ .classes = b->rs->states[state].label.classes,
			     .place = b->rs->states[state].label.place };
	for (i = b->set_start[state]; i < b->set_start[state + 1]; i++) {
		u32 node = b->members[i];

		set_add(set, b->nodes[node].wild);
		if (name)
			set_add(set, edges_slot(&b->tree, b->rs->pool, node, name, len)->to);
	}
	return intern(b, set);
}

static int expand(struct builder *b, u32 state, struct set *set)
{
	struct rampart_ruleset *rs = b->rs;
	u32 i, slot, to;

	rs->states[state].other = successor(b, state, NULL, 0, set);
	if (rs->states[state].other == U32_MAX)
		return -E2BIG;
	for (i = b->set_start[state]; i < b->set_start[state + 1]; i++) {
		for (slot = b->nodes[b->members[i]].edges; slot; slot = b->tree.slot[slot - 1].next) {
			const struct edge *from = &b->tree.slot[slot - 1];
			struct edge *edge = edges_slot(&rs->edges, rs->pool, state, rs->pool + from->name, from->len);

			if (edge->from)
				continue;
			to = successor(b, state, rs->pool + from->name, from->len, set);
			if (to == U32_MAX || rs->edges.n * 2 > rs->edges.mask)
				return -E2BIG;
			*edge = (struct edge){ .from = state, .to = to, .name = from->name, .len = from->len };
			rs->edges.n++;
			rs->states[state].has_edges = true;
		}
	}
	return 0;
}

/* States 0, 1 and 2 are dead, root and home; the rest follow breadth first. */
static int determinize(struct builder *b)
{
	struct set *set = env_calloc(1, sizeof(*set));
	u32 state;
	int err = 0;

	if (!set)
		return -ENOMEM;
	b->rs->states[0].label.place = RAMPART_PLACE_NONE;
	b->rs->n_states = 1;
	for (state = NODE_ROOT; state <= NODE_HOME; state++) {
		*set = (struct set){ .place = RAMPART_PLACE_NONE };
		set_add(set, state);
		if (WARN_ON_ONCE(intern(b, set) != state))
			err = -EINVAL;
	}
	for (state = 1; !err && state < b->rs->n_states; state++)
		err = expand(b, state, set);
	env_free(set);
	return err;
}

struct sizes {
	u32 nodes, pool, literals;
};

static void measure_path(struct sizes *sizes, struct pb_view path, u32 times)
{
	sizes->nodes += components(path) * times;
	sizes->pool += (path.len + 1) * times + 2 * components(path) * times + path.len + 1;
	sizes->literals++;
}

static struct sizes measure(const struct rampart_policy *policy)
{
	struct sizes sizes = { .nodes = 3 };
	u32 i, h, home_nodes = 0;

	for (h = 0; h < policy->homes.n; h++) {
		measure_path(&sizes, policy->homes.v[h], 1);
		home_nodes += components(policy->homes.v[h]);
	}
	sizes.nodes += home_nodes;
	for (i = 0; i < policy->protect.n; i++)
		measure_path(&sizes, policy->protect.v[i],
			 policy->protect.v[i].data[0] == '~' ? policy->homes.n + 1 : 1);
	for (i = 0; i < policy->allow.n; i++)
		measure_path(&sizes, policy->allow.v[i], 2);
	for (i = 0; i < policy->updaters.n; i++)
		measure_path(&sizes, policy->updaters.v[i], 2);
	for (i = 0; i < ARRAY_SIZE(self_paths); i++)
		measure_path(&sizes, view_of(self_paths[i]), 1);
	sizes.pool += 256;
	return sizes;
}

static int alloc_all(struct builder *b, const struct sizes *sizes, u32 programs)
{
	struct rampart_ruleset *rs = b->rs;

	b->max_nodes = sizes->nodes;
	b->max_pool = sizes->pool;
	b->max_states = 2 * sizes->nodes + 1024;
	b->max_members = 2 * b->max_states;
	b->interned_mask = pow2_above(b->max_states) - 1;
	b->nodes = env_calloc(b->max_nodes, sizeof(*b->nodes));
	b->set_start = env_calloc(b->max_states + 2, sizeof(u32));
	b->members = env_calloc(b->max_members, sizeof(u32));
	b->interned = env_calloc(b->interned_mask + 1, sizeof(u32));
	rs->pool = env_calloc(b->max_pool, 1);
	rs->states = env_calloc(b->max_states, sizeof(*rs->states));
	rs->programs = env_calloc(programs, sizeof(*rs->programs));
	rs->literals = env_calloc(sizes->literals, sizeof(*rs->literals));
	if (!b->nodes || !b->set_start || !b->members || !b->interned || !rs->pool || !rs->states || !rs->programs ||
	    !rs->literals || edges_init(&b->tree, sizes->nodes) || edges_init(&rs->edges, b->max_states / 2))
		return -ENOMEM;
	return 0;
}

static void builder_free(struct builder *b)
{
	env_free(b->nodes);
	env_free(b->set_start);
	env_free(b->members);
	env_free(b->interned);
	env_free(b->tree.slot);
}

/* Too many patterns on both sides of a "*" can multiply; each product is small, their sum is capped by alloc_all(). */
static int build(struct builder *b, const struct rampart_policy *policy)
{
	struct sizes sizes = measure(policy);
	int err = alloc_all(b, &sizes, policy->allow.n + policy->updaters.n + 1);

	if (err)
		return err;
	b->n_nodes = 1;
	node_new(b);
	node_new(b);
	add_program(b, view_of(DAEMON_PATH), RAMPART_SUBJ_DAEMON);
	insert_all(b, policy);
	add_rules(b->rs, policy);
	sum_below(b);
	return determinize(b);
}

struct rampart_ruleset *rampart_ruleset_build(const struct rampart_policy *policy, enum rampart_reason *why)
{
	static const struct rampart_policy none;
	struct builder b = { .rs = env_calloc(1, sizeof(*b.rs)) };
	int err = b.rs ? build(&b, policy ? policy : &none) : -ENOMEM;

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
	env_free(ruleset->states);
	env_free(ruleset->edges.slot);
	env_free(ruleset->pool);
	env_free(ruleset->programs);
	env_free(ruleset->literals);
	env_free(ruleset);
}

u32 rampart_ruleset_step(const struct rampart_ruleset *ruleset, u32 state, const char *name, u32 len)
{
	const struct state *s = &ruleset->states[state];

	if (s->has_edges) {
		const struct edge *edge = edges_slot(&ruleset->edges, ruleset->pool, state, name, len);

		if (edge->from)
			return edge->to;
	}
	return s->other;
}

const struct rampart_label *rampart_ruleset_label(const struct rampart_ruleset *ruleset, u32 state)
{
	return &ruleset->states[state].label;
}

bool rampart_ruleset_has_steps(const struct rampart_ruleset *ruleset, u32 state)
{
	return ruleset->states[state].has_edges || ruleset->states[state].other != state;
}

const struct rampart_rule *rampart_ruleset_rules(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_rules;
	return ruleset->rules;
}

const struct rampart_program *rampart_ruleset_programs(const struct rampart_ruleset *ruleset, u32 *n)
{
	*n = ruleset->n_programs;
	return ruleset->programs;
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
