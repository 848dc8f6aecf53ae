// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "arguments.h"

/* Shorter runs of characters that base64 has are names, digests and keys. */
#define RUN_MIN 128
#define ESCAPES_MIN 24

#define HASH_BEGIN 14695981039346656037ULL
#define HASH_FACTOR 1099511628211ULL

static bool is_upper(u8 c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(u8 c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

u64 rampart_name_hash(const u8 *name, u32 len)
{
	u64 hash = HASH_BEGIN;

	while (len--)
		hash = (hash ^ *name++) * HASH_FACTOR;
	return hash ?: 1;
}

bool rampart_is_script_name(const char *name, u32 len)
{
	static const char *const ends[] = {
		".sh", ".bash", ".zsh", ".ksh", ".csh", ".fish", ".py", ".pyc", ".pyw", ".pyz", ".pl", ".pm", ".rb", ".js", ".mjs",
		".cjs", ".ts", ".php", ".phar", ".lua", ".tcl", ".awk", ".ps1", ".jar", ".class", ".R", ".jl", ".scpt",
	};
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		n = strlen(ends[i]);
		if (len > n && !memcmp(name + len - n, ends[i], n))
			return true;
	}
	return false;
}

static bool is_plain(u8 c)
{
	return is_upper(c) || is_lower(c) || is_digit(c) || c == '/' || c == '.' || c == '_' || c == '-' || c == '+' || c == ',' || c == ':' ||
	       c == '@' || c == '%';
}

static bool is_any(const char *word, u32 len, const char *const *words, u32 n)
{
	while (n--)
		if (strlen(words[n]) == len && !memcmp(word, words[n], len))
			return true;
	return false;
}

bool rampart_is_simple_command(const char *text, u32 len)
{
	/* These run what they are told of within the shell. Others that are built in do what programs of the same name do, or less. */
	static const char *const run[] = { ".", "source", "eval", "command", "builtin", "exec", "trap", "time" };
	static const char *const redirections[] = { "2>/dev/null", ">/dev/null", "1>/dev/null", "</dev/null", "2>&1" };
	u32 i, at, words = 0;

	for (at = 0; at < len; at += i + 1) {
		bool plain = true;

		for (i = 0; at + i < len && text[at + i] != ' '; i++)
			plain &= is_plain(text[at + i]);
		if (!i)
			continue;
		if (!plain ? !words || !is_any(text + at, i, redirections, ARRAY_SIZE(redirections)) :
			     !words && is_any(text + at, i, run, ARRAY_SIZE(run)))
			return false;
		words++;
	}
	return words;
}

static bool ends_with(const struct rampart_arguments *args, const char *text)
{
	u32 n = strlen(text);

	return args->tail_len >= n && !memcmp(args->tail + args->tail_len - n, text, n);
}

static bool ends_with_any(const struct rampart_arguments *args, const char *const *texts, u32 n)
{
	while (n--)
		if (ends_with(args, texts[n]))
			return true;
	return false;
}

/* Long, and of letters of both cases and digits: neither a path nor a digest. */
static bool is_base64(const struct rampart_arguments *args)
{
	return args->run >= RUN_MIN && args->upper >= RUN_MIN / 16 && args->lower >= RUN_MIN / 16 && args->digits >= RUN_MIN / 32 &&
	       args->slashes <= args->run / 16;
}

static void end_run(struct rampart_arguments *args)
{
	args->encoded |= is_base64(args);
	args->run = args->upper = args->lower = args->digits = args->slashes = 0;
}

static void count_run(struct rampart_arguments *args, u8 c)
{
	if (!is_upper(c) && !is_lower(c) && !is_digit(c) && c != '+' && c != '/' && c != '=') {
		end_run(args);
		return;
	}
	args->run++;
	args->upper += is_upper(c);
	args->lower += is_lower(c);
	args->digits += is_digit(c);
	args->slashes += c == '/';
}

/* "\x41", "\101", "\u0041": each is counted at the character after its backslash. */
static void count_escape(struct rampart_arguments *args, u8 c)
{
	u8 before = args->tail_len > 1 ? args->tail[args->tail_len - 2] : 0;

	args->escapes += before == '\\' && (c == 'x' || c == 'u' || (c >= '0' && c <= '3'));
	args->encoded |= args->escapes >= ESCAPES_MIN;
}

static void push(struct rampart_arguments *args, u8 c)
{
	if (c == '\t' || c == '\n')
		c = ' ';
	if (c == ' ' && args->tail_len && args->tail[args->tail_len - 1] == ' ')
		return;
	if (args->tail_len == sizeof(args->tail)) {
		args->tail_len = sizeof(args->tail) / 2;
		memmove(args->tail, args->tail + sizeof(args->tail) / 2, args->tail_len);
	}
	args->tail[args->tail_len++] = c;
}

/* What turns text into other text, and what runs text: neither alone is of interest. */
static void look_for_words(struct rampart_arguments *args)
{
	static const char *const decoders[] = {
		"base64 -d", "base64 --d", "base64 -D", "base32 -d", "basenc -d", "xxd -r", "xxd -p -r", "xxd -ps -r", "uudecode",
		"openssl enc -d", "openssl base64 -d", "b64decode", "unhexlify", "fromhex", "decode_base64", "atob(", "'base64'",
		"\"base64\"", "pack(\"H", "pack('H", "rot13",
	};
	static const char *const sinks[] = { "eval ", "eval(", "exec(", "system(", "popen(", "sh -c", "sh <(", ". <(", "source <(" };
	static const char *const shells[] = {
		"|sh", "| sh", "|bash", "| bash", "|dash", "| dash", "|zsh", "| zsh", "|python", "| python", "|python3", "| python3",
		"|perl", "| perl", "|ruby", "| ruby", "|node", "| node", "|php", "| php", "bin/sh", "bin/bash", "bin/dash",
	};
	u8 c = args->tail[args->tail_len - 1];

	args->decodes |= ends_with_any(args, decoders, ARRAY_SIZE(decoders));
	/* The name of a shell has ended: it was not "sha256sum". */
	args->sinks |= args->at_sink && !is_upper(c) && !is_lower(c) && !is_digit(c);
	args->sinks |= ends_with_any(args, sinks, ARRAY_SIZE(sinks));
	args->at_sink = ends_with_any(args, shells, ARRAY_SIZE(shells));
}

/* The first that is no option is the script, or the text that -c is followed by, which is nobody's name. */
static void take_word(struct rampart_arguments *args)
{
	if (args->script || args->standard_input || !args->len)
		return;
	if (!args->option) {
		args->script = args->text ? 1 : args->name ?: 1;
		if (args->len >= args->path_size)
			return;
		args->path[args->len] = 0;
		if (!args->text)
			args->path_len = args->len;
		else if (args->only_c && args->n == 2 && args->max == 3)
			args->simple = rampart_is_simple_command(args->path, args->len);
	} else {
		args->standard_input = args->len == 1 || (args->len == 2 && args->second == 's');
		args->text = args->second != '-' && args->last == 'c';
		args->only_c = args->text && args->len == 2;
	}
}

static void end_argument(struct rampart_arguments *args)
{
	end_run(args);
	args->sinks |= args->at_sink;
	args->encoded |= args->n && args->sinks && args->decodes;
	if (args->n)
		take_word(args);
	args->n++;
	args->len = args->tail_len = args->escapes = 0;
	args->option = args->sinks = args->decodes = args->at_sink = false;
}

static void take_byte(struct rampart_arguments *args, u8 c)
{
	if (!args->script && args->len < args->path_size)
		args->path[args->len] = c;
	if (!args->len++) {
		args->option = c == '-';
		args->name = HASH_BEGIN;
	}
	if (args->len == 2)
		args->second = c;
	args->last = c;
	args->name = c == '/' ? HASH_BEGIN : (args->name ^ c) * HASH_FACTOR;
	if (!args->n || args->encoded)
		return;
	push(args, c);
	count_run(args, c);
	count_escape(args, c);
	look_for_words(args);
}

void rampart_arguments_feed(struct rampart_arguments *args, const u8 *data, u32 len)
{
	for (; len-- && args->n < args->max; data++) {
		if (*data)
			take_byte(args, *data);
		else
			end_argument(args);
	}
}
