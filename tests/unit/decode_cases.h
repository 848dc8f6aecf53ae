/* SPDX-License-Identifier: MIT */
/*
 * Messages and paths with what decode.h makes of them. Needs only <env.h> and decode.h, so that a test in the kernel
 * can include it. Fields are spelt in wire format: tag, length, value.
 */
#ifndef RAMPART_DECODE_CASES_H
#define RAMPART_DECODE_CASES_H

#include <env.h>

#include "decode.h"

struct decode_case {
	const char *name;
	const char *bytes;
	u32 len;
	enum rampart_reason reason;
};

#define CASE(name, literal, reason) { name, literal, sizeof(literal) - 1, RAMPART_REASON_##reason }

#define FORMAT "\x08\x01"
#define NAME "\x12\x01" "p"
#define VERSION "\x18\x07"
#define FROM "\x20\x05"
#define UNTIL "\x28\x06"
#define HEAD FORMAT NAME VERSION FROM UNTIL
#define HEX16 "0123456789abcdef"
#define CHAR16 "xxxxxxxxxxxxxxxx"
#define CHAR64 CHAR16 CHAR16 CHAR16 CHAR16
#define EXE "\x0a\x06" "/bin/a"		/* inside a Program */
#define FF9 "\xff\xff\xff\xff\xff\xff\xff\xff\xff"

static const struct decode_case policy_cases[] = {
	CASE("the least", HEAD, OK),
	CASE("another order", UNTIL FROM VERSION NAME FORMAT, OK),
	CASE("empty parts", HEAD "\x32\x00" "\x42\x00" "\x4a\x00", OK),
	CASE("target", HEAD "\x32\x26" "\x0a\x02" "ab" "\x12\x20" HEX16 HEX16, OK),
	CASE("folders", HEAD "\x42\x11" "\x08\x03" "\x12\x03" "~/a" "\x1a\x08" EXE, OK),
	CASE("disks alone", HEAD "\x42\x02" "\x20\x03", OK),
	CASE("folders and disks", HEAD "\x42\x04" "\x08\x03" "\x20\x01", OK),
	CASE("self-protection", HEAD "\x4a\x0c" "\x08\x01" "\x12\x08" EXE, OK),
	CASE("homes", HEAD "\x3a\x07" "/home/*" "\x3a\x05" "/root", OK),
	CASE("revoked", HEAD "\x52\x20" HEX16 HEX16, OK),

	CASE("secrets", HEAD "\x5a\x13" "\x08\x03" "\x12\x0f" "\x0a\x03" "~/a" "\x12\x08" EXE, OK),
	CASE("secrets off, without a place", HEAD "\x5a\x00", OK),
	CASE("a secret without programs", HEAD "\x5a\x07" "\x12\x05" "\x0a\x03" "~/a", OK),
	CASE("a secret whose programs come first", HEAD "\x5a\x11" "\x12\x0f" "\x12\x08" EXE "\x0a\x03" "~/a", OK),

	CASE("nothing", "", MISSING_FIELD),
	CASE("no format", NAME VERSION FROM UNTIL, MISSING_FIELD),
	CASE("no name", FORMAT VERSION FROM UNTIL, MISSING_FIELD),
	CASE("no version", FORMAT NAME FROM UNTIL, MISSING_FIELD),
	CASE("no valid_from", FORMAT NAME VERSION UNTIL, MISSING_FIELD),
	CASE("no valid_until", FORMAT NAME VERSION FROM, MISSING_FIELD),
	CASE("format 0", "\x08\x00" NAME VERSION FROM UNTIL, MISSING_FIELD),
	CASE("empty name", FORMAT "\x12\x00" VERSION FROM UNTIL, MISSING_FIELD),
	CASE("version 0", FORMAT NAME "\x18\x00" FROM UNTIL, MISSING_FIELD),
	CASE("a program without exe", HEAD "\x42\x02" "\x1a\x00", MISSING_FIELD),
	CASE("a program with an empty exe", HEAD "\x42\x04" "\x1a\x02\x0a\x00", MISSING_FIELD),
	CASE("a secret without path", HEAD "\x5a\x02" "\x12\x00", MISSING_FIELD),
	CASE("a secret with an empty path", HEAD "\x5a\x04" "\x12\x02\x0a\x00", MISSING_FIELD),
	CASE("a second secret without path", HEAD "\x5a\x11" "\x12\x05" "\x0a\x03" "~/a" "\x12\x08" "\x12\x06" "\x0a\x04" "/b/c", MISSING_FIELD),
	CASE("an updater without exe", HEAD "\x4a\x02" "\x12\x00", MISSING_FIELD),

	CASE("format 2", "\x08\x02" NAME VERSION FROM UNTIL, BAD_VALUE),
	CASE("format 2^32+1", "\x08\x81\x80\x80\x80\x10" NAME VERSION FROM UNTIL, BAD_VALUE),
	CASE("version 2^64-1", FORMAT NAME "\x18" FF9 "\x01" FROM UNTIL, OK),
	CASE("format twice", HEAD FORMAT, BAD_VALUE),
	CASE("name twice", HEAD NAME, BAD_VALUE),
	CASE("version twice", HEAD VERSION, BAD_VALUE),
	CASE("target twice", HEAD "\x32\x00\x32\x00", BAD_VALUE),
	CASE("folders twice", HEAD "\x42\x00\x42\x00", BAD_VALUE),
	CASE("mode twice", HEAD "\x42\x04\x08\x01\x08\x01", BAD_VALUE),
	CASE("exe twice", HEAD "\x42\x12\x1a\x10" EXE EXE, BAD_VALUE),
	CASE("secrets twice", HEAD "\x5a\x00\x5a\x00", BAD_VALUE),
	CASE("secrets mode 4", HEAD "\x5a\x02\x08\x04", BAD_VALUE),
	CASE("a secret with two paths", HEAD "\x5a\x0c" "\x12\x0a" "\x0a\x03" "~/a" "\x0a\x03" "~/a", BAD_VALUE),
	CASE("a secret with a relative path", HEAD "\x5a\x05" "\x12\x03" "\x0a\x01" "a", BAD_VALUE),
	CASE("disks twice", HEAD "\x42\x04\x20\x01\x20\x01", BAD_VALUE),
	CASE("disks 4", HEAD "\x42\x02\x20\x04", BAD_VALUE),
	CASE("mode 4", HEAD "\x42\x02\x08\x04", BAD_VALUE),
	CASE("mode -1", HEAD "\x42\x0b\x08" FF9 "\x01", BAD_VALUE),
	CASE("mode 2^32+1", HEAD "\x4a\x06\x08\x81\x80\x80\x80\x10", BAD_VALUE),
	CASE("name with a space", FORMAT "\x12\x01 " VERSION FROM UNTIL, BAD_VALUE),
	CASE("name with a NUL", FORMAT "\x12\x02p\x00" VERSION FROM UNTIL, BAD_VALUE),
	CASE("name with every kind of character", FORMAT "\x12\x09" "azAZ09._-" VERSION FROM UNTIL, OK),
	CASE("name of 64", FORMAT "\x12\x40" CHAR64 VERSION FROM UNTIL, OK),
	CASE("name of 65", FORMAT "\x12\x41" CHAR64 "x" VERSION FROM UNTIL, OVER_CAP),
	CASE("until = from", FORMAT NAME VERSION FROM "\x28\x05", BAD_VALUE),
	CASE("until < from", FORMAT NAME VERSION FROM "\x28\x04", BAD_VALUE),
	CASE("from -1", FORMAT NAME VERSION "\x20" FF9 "\x01" UNTIL, OK),
	CASE("until -1", FORMAT NAME VERSION FROM "\x28" FF9 "\x01", BAD_VALUE),
	CASE("empty tag", HEAD "\x32\x02\x0a\x00", BAD_VALUE),
	CASE("tag with a newline", HEAD "\x32\x04\x0a\x02" "a\n", BAD_VALUE),
	CASE("tag with DEL", HEAD "\x32\x04\x0a\x02" "a\x7f", BAD_VALUE),
	CASE("tag of 64", HEAD "\x32\x42\x0a\x40" CHAR64, OK),
	CASE("tag of 65", HEAD "\x32\x43\x0a\x41" CHAR64 "x", OVER_CAP),
	CASE("host of 31", HEAD "\x32\x21\x12\x1f" HEX16 "0123456789abcde", BAD_VALUE),
	CASE("host of 33", HEAD "\x32\x23\x12\x21" HEX16 HEX16 "0", BAD_VALUE),
	CASE("host in upper case", HEAD "\x32\x22\x12\x20" HEX16 "0123456789ABCDEF", BAD_VALUE),
	CASE("host with a g", HEAD "\x32\x22\x12\x20" HEX16 "g123456789abcdef", BAD_VALUE),
	CASE("revoked of 31", HEAD "\x52\x1f" HEX16 "0123456789abcde", BAD_VALUE),
	CASE("revoked of 33", HEAD "\x52\x21" HEX16 HEX16 "0", BAD_VALUE),
	CASE("revoked, empty", HEAD "\x52\x00", BAD_VALUE),
	CASE("home with ~", HEAD "\x3a\x03" "~/a", BAD_VALUE),
	CASE("home, empty", HEAD "\x3a\x00", BAD_VALUE),
	CASE("relative place", HEAD "\x42\x03\x12\x01" "a", BAD_VALUE),
	CASE("place of bytes that are no UTF-8", HEAD "\x42\x06\x12\x04" "/\xff\xfe\n", OK),
	CASE("exe with *", HEAD "\x42\x08\x1a\x06\x0a\x04" "/b/*", BAD_VALUE),
	CASE("exe with ~", HEAD "\x42\x07\x1a\x05\x0a\x03" "~/b", BAD_VALUE),

	CASE("field 12", HEAD "\x62\x00", UNKNOWN_FIELD),
	CASE("field in secrets", HEAD "\x5a\x02\x18\x01", UNKNOWN_FIELD),
	CASE("field in a secret", HEAD "\x5a\x09" "\x12\x07" "\x0a\x03" "~/a" "\x18\x01", UNKNOWN_FIELD),
	CASE("secrets as a number", HEAD "\x58\x01", UNKNOWN_FIELD),
	CASE("field of the other message", HEAD "\xaa\x06\x10" CHAR16, UNKNOWN_FIELD),
	CASE("field in target", HEAD "\x32\x02\x18\x01", UNKNOWN_FIELD),
	CASE("field in folders", HEAD "\x42\x02\x28\x01", UNKNOWN_FIELD),
	CASE("field in self-protection", HEAD "\x4a\x02\x18\x01", UNKNOWN_FIELD),
	CASE("field in a program", HEAD "\x42\x0c\x1a\x0a" EXE "\x10\x01", UNKNOWN_FIELD),
	CASE("version as fixed64", FORMAT NAME "\x19\x07\x00\x00\x00\x00\x00\x00\x00" FROM UNTIL, UNKNOWN_FIELD),
	CASE("name as a number", FORMAT "\x10\x01" VERSION FROM UNTIL, UNKNOWN_FIELD),
	CASE("format as bytes", "\x0a\x01\x01" NAME VERSION FROM UNTIL, UNKNOWN_FIELD),
	CASE("group", HEAD "\x0b\x0c", UNKNOWN_FIELD),
	CASE("signed attributes passed off as content", "\x31\x81\x9f\x30\x18\x06\x09\x2a\x86\x48\x86", UNKNOWN_FIELD),

	CASE("field 0", HEAD "\x00\x00", ENCODING),
	CASE("wire type 7", HEAD "\x5f\x00", ENCODING),
	CASE("cut in a tag", HEAD "\x88", ENCODING),
	CASE("cut in a number", HEAD "\x18\x80", ENCODING),
	CASE("version of 65 bits", FORMAT NAME "\x18" FF9 "\x02" FROM UNTIL, ENCODING),
	CASE("nested, longer than the message", HEAD "\x42\x01", ENCODING),
	CASE("nested, cut in itself", HEAD "\x42\x01\x12", ENCODING),
};

#define CHALLENGE "\xaa\x06\x10" HEX16
#define TOKEN_FROM "\xb0\x06\x64"		/* 100 */
#define TOKEN_UNTIL "\xb8\x06\xe4\xa3\x05"	/* 100 + 86400 */

static const struct decode_case token_cases[] = {
	CASE("good", CHALLENGE TOKEN_FROM TOKEN_UNTIL, OK),
	CASE("one second", CHALLENGE TOKEN_FROM "\xb8\x06\x65", OK),
	CASE("no time", CHALLENGE TOKEN_FROM "\xb8\x06\x64", BAD_VALUE),
	CASE("backwards", CHALLENGE TOKEN_FROM "\xb8\x06\x63", BAD_VALUE),
	CASE("a second too long", CHALLENGE TOKEN_FROM "\xb8\x06\xe5\xa3\x05", BAD_VALUE),
	CASE("from the first second to the last", CHALLENGE "\xb0\x06\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"
	     "\xb8\x06\xff\xff\xff\xff\xff\xff\xff\xff\x7f", BAD_VALUE),
	CASE("challenge of 15", "\xaa\x06\x0f" "0123456789abcde" TOKEN_FROM TOKEN_UNTIL, BAD_VALUE),
	CASE("challenge of 17", "\xaa\x06\x11" HEX16 "0" TOKEN_FROM TOKEN_UNTIL, BAD_VALUE),
	CASE("challenge twice", CHALLENGE CHALLENGE TOKEN_FROM TOKEN_UNTIL, BAD_VALUE),
	CASE("empty challenge", "\xaa\x06\x00" TOKEN_FROM TOKEN_UNTIL, MISSING_FIELD),
	CASE("no challenge", TOKEN_FROM TOKEN_UNTIL, MISSING_FIELD),
	CASE("no from", CHALLENGE TOKEN_UNTIL, MISSING_FIELD),
	CASE("no until", CHALLENGE TOKEN_FROM, MISSING_FIELD),
	CASE("nothing", "", MISSING_FIELD),
	CASE("a policy", HEAD, UNKNOWN_FIELD),
	CASE("group", CHALLENGE TOKEN_FROM TOKEN_UNTIL "\x0b", UNKNOWN_FIELD),
	CASE("cut", CHALLENGE TOKEN_FROM "\xb8", ENCODING),
	CASE("signed attributes passed off as content", "\x31\x81\x9f\x30\x18\x06\x09\x2a\x86\x48\x86", UNKNOWN_FIELD),
};

struct path_case {
	const char *path;
	u32 len;
	enum rampart_path_kind kind;
	const char *wrong;	/* NULL: good */
};

#define PATH(literal, kind, wrong) { literal, sizeof(literal) - 1, RAMPART_PATH_##kind, wrong }
#define PATH_ROOT "must not be the root directory"
#define PATH_SHORT "is too short to be an absolute path"
#define PATH_RELATIVE "must begin with \"/\""
#define PATH_RELATIVE_PLACE "must begin with \"/\" or \"~/\""
#define PATH_EMPTY "has an empty component (\"//\", or a slash at its end)"
#define PATH_DOT "has a \".\" or \"..\" component"
#define PATH_WILD "must not have a wildcard"
#define PATH_STAR "has a \"*\" that is not a whole component"

static const struct path_case path_cases[] = {
	PATH("/a", EXACT, NULL),
	PATH("/a/b.c/...", EXACT, NULL),
	PATH("/..a/.b", EXACT, NULL),
	PATH("/~", EXACT, NULL),
	PATH("/a?[b]", EXACT, NULL),
	PATH("/\xff\n", EXACT, NULL),
	PATH("", EXACT, PATH_SHORT),
	PATH("a", EXACT, PATH_SHORT),
	PATH("~", PLACE, PATH_SHORT),
	PATH("/", EXACT, PATH_ROOT),
	PATH("/", PLACE, PATH_ROOT),
	PATH("//", EXACT, PATH_EMPTY),
	PATH("/a/", EXACT, PATH_EMPTY),
	PATH("/a//b", PATTERN, PATH_EMPTY),
	PATH("~/", PLACE, PATH_EMPTY),
	PATH("ab", EXACT, PATH_RELATIVE),
	PATH("~/a", EXACT, PATH_RELATIVE),
	PATH("~/a", PATTERN, PATH_RELATIVE),
	PATH("~/a", PLACE, NULL),
	PATH("~/*/b", PLACE, NULL),
	PATH("ab", PLACE, PATH_RELATIVE_PLACE),
	PATH("~a", PLACE, PATH_RELATIVE_PLACE),
	PATH("~~/a", PLACE, PATH_RELATIVE_PLACE),
	PATH("/.", EXACT, PATH_DOT),
	PATH("/a/..", EXACT, PATH_DOT),
	PATH("/a/../b", PLACE, PATH_DOT),
	PATH("~/..", PLACE, PATH_DOT),
	PATH("/a\0b", EXACT, "has a NUL byte"),
	PATH("/a\0", EXACT, "has a NUL byte"),
	PATH("/*", EXACT, PATH_WILD),
	PATH("/a*", EXACT, PATH_WILD),
	PATH("/*", PATTERN, NULL),
	PATH("/*/*/c", PATTERN, NULL),
	PATH("/a*", PATTERN, PATH_STAR),
	PATH("/*a/b", PLACE, PATH_STAR),
	PATH("/**", PLACE, PATH_STAR),
};

#undef CASE
#undef PATH

#endif
