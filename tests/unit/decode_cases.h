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
#define AN_ID "\x0a\x01" "a"
#define A_CLASS "\x0a\x03" AN_ID		/* inside Asr */
#define A_RULE AN_ID "\x18\x80\x04"		/* inside a Rule: of exec */
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
	CASE("a package", HEAD "\x42\x1b\x1a\x19" EXE "\x22\x0f" "lib+x-1.0:amd64", OK),
	CASE("an empty package", HEAD "\x42\x0c\x1a\x0a" EXE "\x22\x00", OK),
	CASE("a package of 64", HEAD "\x42\x4c\x1a\x4a" EXE "\x22\x40" CHAR64, OK),
	CASE("a package of 65", HEAD "\x42\x4d\x1a\x4b" EXE "\x22\x41" CHAR64 "x", OVER_CAP),
	CASE("a package in upper case", HEAD "\x42\x0d\x1a\x0b" EXE "\x22\x01" "A", BAD_VALUE),
	CASE("a package with a NUL", HEAD "\x42\x0e\x1a\x0c" EXE "\x22\x02" "a\x00", BAD_VALUE),

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

	/* Asr: tag, length and value of classes (0a), rules (12) and exclusions (1a). */
	CASE("asr, empty", HEAD "\x62\x00", OK),
	CASE("a class without paths", HEAD "\x62\x05" A_CLASS, OK),
	CASE("classes of programs and places",
	     HEAD "\x62\x1e\x0a\x12" AN_ID "\x12\x02" "/b" "\x12\x03" "~/a" "\x12\x04" "/*/c" "\x0a\x08\x0a\x01" "b"
	     "\x12\x03" "~/a", OK),
	CASE("a class whose paths come first", HEAD "\x62\x0a\x0a\x08\x12\x03" "~/a" AN_ID, OK),
	CASE("the least rule", HEAD "\x62\x08\x12\x06" A_RULE, OK),
	CASE("a rule of everything",
	     HEAD "\x62\x37" A_CLASS "\x0a\x03\x0a\x01" "b" "\x12\x2b" AN_ID
	     "\x10\x03\x18\xfe\xff\x0f\x20\x01\x28\x02\x30\x03\x38\x01\x40\x01\x48\x02\x50\x7f\x58\x01\x60\x40\x6a\x01"
	     "t" "\x72\x0b" "T1059 T1204", OK),
	CASE("a rule whose classes come later", HEAD "\x62\x0f\x12\x08" A_RULE "\x20\x01" A_CLASS, OK),
	CASE("two rules with one id and one mode",
	     HEAD "\x62\x13\x12\x08" AN_ID "\x10\x02\x18\x80\x04\x12\x07" AN_ID "\x10\x02\x18\x02", OK),
	CASE("the least exclusion by program", HEAD "\x62\x0d\x1a\x0b" AN_ID "\x1a\x06" "/bin/a", OK),
	CASE("the least exclusion by place", HEAD "\x62\x0c\x1a\x0a" AN_ID "\x32\x05" "~/*/b", OK),
	CASE("an exclusion of everything",
	     HEAD "\x62\x4c\x12\x06" A_RULE "\x1a\x42" AN_ID "\x12\x01" "a" "\x1a\x06" "/bin/a" "\x22\x20" HEX16 HEX16
	     "\x28\x01\x32\x04" "/srv" "\x38\x09\x42\x02" "me" "\x4a\x02" "so", OK),
	CASE("an exclusion before its rule",
	     HEAD "\x62\x18\x1a\x0e" AN_ID "\x12\x01" "a" "\x1a\x06" "/bin/a" "\x12\x06" A_RULE, OK),
	CASE("two exclusions with one name",
	     HEAD "\x62\x18\x1a\x0b" AN_ID "\x1a\x06" "/bin/a" "\x1a\x09" AN_ID "\x32\x04" "/srv", OK),
	CASE("an exclusion until -1", HEAD "\x62\x18\x1a\x16" AN_ID "\x1a\x06" "/bin/a" "\x38" FF9 "\x01", OK),

	CASE("a class without name", HEAD "\x62\x07\x0a\x05\x12\x03" "~/a", MISSING_FIELD),
	CASE("a class with an empty name", HEAD "\x62\x04\x0a\x02\x0a\x00", MISSING_FIELD),
	CASE("a second class without name", HEAD "\x62\x0c" A_CLASS "\x0a\x05\x12\x03" "~/a", MISSING_FIELD),
	CASE("a rule without id", HEAD "\x62\x05\x12\x03\x18\x80\x04", MISSING_FIELD),
	CASE("a rule with an empty id", HEAD "\x62\x07\x12\x05\x0a\x00\x18\x80\x04", MISSING_FIELD),
	CASE("a rule without operations", HEAD "\x62\x05\x12\x03" AN_ID, MISSING_FIELD),
	CASE("a rule of no operation", HEAD "\x62\x07\x12\x05" AN_ID "\x18\x00", MISSING_FIELD),
	CASE("an exclusion without name", HEAD "\x62\x0a\x1a\x08\x1a\x06" "/bin/a", MISSING_FIELD),
	CASE("an exclusion with an empty name", HEAD "\x62\x0c\x1a\x0a\x0a\x00\x1a\x06" "/bin/a", MISSING_FIELD),

	CASE("asr twice", HEAD "\x62\x00\x62\x00", BAD_VALUE),
	CASE("a class with two names", HEAD "\x62\x08\x0a\x06" AN_ID AN_ID, BAD_VALUE),
	CASE("two classes with one name", HEAD "\x62\x0f" A_CLASS "\x0a\x03\x0a\x01" "b" A_CLASS, BAD_VALUE),
	CASE("a class with an upper-case name", HEAD "\x62\x05\x0a\x03\x0a\x01" "A", BAD_VALUE),
	CASE("a class with a dot in its name", HEAD "\x62\x07\x0a\x05\x0a\x03" "a.b", BAD_VALUE),
	CASE("a class with a space in its name", HEAD "\x62\x07\x0a\x05\x0a\x03" "a b", BAD_VALUE),
	CASE("a class with a NUL in its name", HEAD "\x62\x06\x0a\x04\x0a\x02" "a\x00", BAD_VALUE),
	CASE("a class with / in its name", HEAD "\x62\x05\x0a\x03\x0a\x01" "/", BAD_VALUE),
	CASE("a class with : in its name", HEAD "\x62\x05\x0a\x03\x0a\x01" ":", BAD_VALUE),
	CASE("a class with [ in its name", HEAD "\x62\x05\x0a\x03\x0a\x01" "[", BAD_VALUE),
	CASE("a class with ` in its name", HEAD "\x62\x05\x0a\x03\x0a\x01" "`", BAD_VALUE),
	CASE("a class with { in its name", HEAD "\x62\x05\x0a\x03\x0a\x01" "{", BAD_VALUE),
	CASE("names of every kind of character",
	     HEAD "\x62\x29\x0a\x08\x0a\x06" "09az_-" "\x12\x0b\x0a\x06" "09az_-" "\x18\x80\x04\x1a\x10\x0a\x06"
	     "09az_-" "\x1a\x06" "/bin/a", OK),
	CASE("a class with a relative path", HEAD "\x62\x08\x0a\x06" AN_ID "\x12\x01" "b", BAD_VALUE),
	CASE("a class with an empty path", HEAD "\x62\x07\x0a\x05" AN_ID "\x12\x00", BAD_VALUE),
	CASE("a class with a path of ..", HEAD "\x62\x0a\x0a\x08" AN_ID "\x12\x03" "/..", BAD_VALUE),
	CASE("a class name of 31", HEAD "\x62\x23\x0a\x21\x0a\x1f" CHAR16 "xxxxxxxxxxxxxxx", OK),
	CASE("a class name of 32", HEAD "\x62\x24\x0a\x22\x0a\x20" CHAR16 CHAR16, OVER_CAP),

	CASE("a rule with two of id", HEAD "\x62\x10" A_CLASS "\x12\x09" A_RULE AN_ID, BAD_VALUE),
	CASE("a rule with two of mode", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x10\x01\x10\x01", BAD_VALUE),
	CASE("a rule with two of operations", HEAD "\x62\x10" A_CLASS "\x12\x09" A_RULE "\x18\x80\x04", BAD_VALUE),
	CASE("a rule with two of subject", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x20\x01\x20\x01", BAD_VALUE),
	CASE("a rule with two of not_subject", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x28\x01\x28\x01", BAD_VALUE),
	CASE("a rule with two of exe", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x30\x01\x30\x01", BAD_VALUE),
	CASE("a rule with two of not_exe", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x38\x01\x38\x01", BAD_VALUE),
	CASE("a rule with two of object", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x40\x01\x40\x01", BAD_VALUE),
	CASE("a rule with two of not_object", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x48\x01\x48\x01", BAD_VALUE),
	CASE("a rule with two of object_traits", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x50\x01\x50\x01", BAD_VALUE),
	CASE("a rule with two of not_object_traits",
	     HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x58\x01\x58\x01", BAD_VALUE),
	CASE("a rule with two of when", HEAD "\x62\x11" A_CLASS "\x12\x0a" A_RULE "\x60\x01\x60\x01", BAD_VALUE),
	CASE("a rule with two of title", HEAD "\x62\x13" A_CLASS "\x12\x0c" A_RULE "\x6a\x01" "t" "\x6a\x01" "t", BAD_VALUE),
	CASE("a rule with two of attack",
	     HEAD "\x62\x13" A_CLASS "\x12\x0c" A_RULE "\x72\x01" "t" "\x72\x01" "t", BAD_VALUE),
	CASE("a rule with mode 4", HEAD "\x62\x0a\x12\x08" AN_ID "\x10\x04\x18\x80\x04", BAD_VALUE),
	/* asr { rules { id: "disks" ops: 512 } }, and one whose id only begins so */
	CASE("a rule with the id of one of Rampart's own", HEAD "\x62\x0c\x12\x0a\x0a\x05" "disks" "\x18\x80\x04", BAD_VALUE),
	CASE("a rule whose id begins with one of these", HEAD "\x62\x0d\x12\x0b\x0a\x06" "disks2" "\x18\x80\x04", OK),
	CASE("two rules with one id and two modes",
	     HEAD "\x62\x14\x12\x08" AN_ID "\x10\x02\x18\x80\x04\x12\x08" AN_ID "\x10\x03\x18\x80\x04", BAD_VALUE),
	CASE("two rules with one id, one of them off",
	     HEAD "\x62\x12\x12\x06" A_RULE "\x12\x08" AN_ID "\x10\x01\x18\x80\x04", BAD_VALUE),
	CASE("a rule with an upper-case id", HEAD "\x62\x08\x12\x06\x0a\x01" "A" "\x18\x80\x04", BAD_VALUE),
	CASE("a rule id of 31", HEAD "\x62\x26\x12\x24\x0a\x1f" CHAR16 "xxxxxxxxxxxxxxx" "\x18\x80\x04", OK),
	CASE("a rule id of 32", HEAD "\x62\x27\x12\x25\x0a\x20" CHAR16 CHAR16 "\x18\x80\x04", OVER_CAP),
	CASE("a rule of the operation none", HEAD "\x62\x07\x12\x05" AN_ID "\x18\x01", BAD_VALUE),
	CASE("a rule of none and others", HEAD "\x62\x07\x12\x05" AN_ID "\x18\x03", BAD_VALUE),
	CASE("a rule of the last operation", HEAD "\x62\x09\x12\x07" AN_ID "\x18\x80\x80\x10", OK),
	CASE("a rule of operation 19", HEAD "\x62\x09\x12\x07" AN_ID "\x18\x80\x80\x20", BAD_VALUE),
	CASE("a rule of operation 63",
	     HEAD "\x62\x10\x12\x0e" AN_ID "\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", BAD_VALUE),
	CASE("subject in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x20\x01", OK),
	CASE("subject in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x20\x02", BAD_VALUE),
	CASE("not_subject in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x28\x01", OK),
	CASE("not_subject in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x28\x02", BAD_VALUE),
	CASE("exe in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x30\x01", OK),
	CASE("exe in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x30\x02", BAD_VALUE),
	CASE("not_exe in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x38\x01", OK),
	CASE("not_exe in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x38\x02", BAD_VALUE),
	CASE("object in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x40\x01", OK),
	CASE("object in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x40\x02", BAD_VALUE),
	CASE("not_object in the one class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x48\x01", OK),
	CASE("not_object in a second class", HEAD "\x62\x0f" A_CLASS "\x12\x08" A_RULE "\x48\x02", BAD_VALUE),
	CASE("subject in class 63",
	     HEAD "\x62\x18" A_CLASS "\x12\x11" A_RULE "\x20\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", BAD_VALUE),
	CASE("subject in a class where there is none", HEAD "\x62\x0a\x12\x08" A_RULE "\x20\x01", BAD_VALUE),
	CASE("downloads of the one class", HEAD "\x62\x07" A_CLASS "\x20\x01", OK),
	CASE("downloads of a second class", HEAD "\x62\x07" A_CLASS "\x20\x02", BAD_VALUE),
	CASE("downloads twice", HEAD "\x62\x09" A_CLASS "\x20\x01\x20\x01", BAD_VALUE),
	CASE("mails of the one class", HEAD "\x62\x07" A_CLASS "\x28\x01", OK),
	CASE("mails of a second class", HEAD "\x62\x07" A_CLASS "\x28\x02", BAD_VALUE),
	CASE("mails twice", HEAD "\x62\x09" A_CLASS "\x28\x01\x28\x01", BAD_VALUE),
	CASE("packages of the one class", HEAD "\x62\x07" A_CLASS "\x30\x01", OK),
	CASE("packages of a second class", HEAD "\x62\x07" A_CLASS "\x30\x02", BAD_VALUE),
	CASE("packages twice", HEAD "\x62\x09" A_CLASS "\x30\x01\x30\x01", BAD_VALUE),
	CASE("copies of the one class", HEAD "\x62\x07" A_CLASS "\x38\x01", OK),
	CASE("copies of a second class", HEAD "\x62\x07" A_CLASS "\x38\x02", BAD_VALUE),
	CASE("copies twice", HEAD "\x62\x09" A_CLASS "\x38\x01\x38\x01", BAD_VALUE),
	CASE("interprets of the one class", HEAD "\x62\x07" A_CLASS "\x40\x01", OK),
	CASE("interprets of a second class", HEAD "\x62\x07" A_CLASS "\x40\x02", BAD_VALUE),
	CASE("interprets twice", HEAD "\x62\x09" A_CLASS "\x40\x01\x40\x01", BAD_VALUE),
	CASE("tools of the one class", HEAD "\x62\x07" A_CLASS "\x58\x01", OK),
	CASE("tools of a second class", HEAD "\x62\x07" A_CLASS "\x58\x02", BAD_VALUE),
	CASE("tools twice", HEAD "\x62\x09" A_CLASS "\x58\x01\x58\x01", BAD_VALUE),
	CASE("canaries of the one class", HEAD "\x62\x07" A_CLASS "\x60\x01", OK),
	CASE("canaries of a second class", HEAD "\x62\x07" A_CLASS "\x60\x02", BAD_VALUE),
	CASE("canaries twice", HEAD "\x62\x09" A_CLASS "\x60\x01\x60\x01", BAD_VALUE),
	CASE("launches of the one class", HEAD "\x62\x07" A_CLASS "\x68\x01", OK),
	CASE("launches of a second class", HEAD "\x62\x07" A_CLASS "\x68\x02", BAD_VALUE),
	CASE("launches twice", HEAD "\x62\x09" A_CLASS "\x68\x01\x68\x01", BAD_VALUE),
	CASE("snapshots of the one class", HEAD "\x62\x07" A_CLASS "\x70\x01", OK),
	CASE("snapshots of a second class", HEAD "\x62\x07" A_CLASS "\x70\x02", BAD_VALUE),
	CASE("snapshots twice", HEAD "\x62\x09" A_CLASS "\x70\x01\x70\x01", BAD_VALUE),
	CASE("caches of the one class", HEAD "\x62\x07" A_CLASS "\x78\x01", OK),
	CASE("caches of a second class", HEAD "\x62\x07" A_CLASS "\x78\x02", BAD_VALUE),
	CASE("caches twice", HEAD "\x62\x09" A_CLASS "\x78\x01\x78\x01", BAD_VALUE),
	CASE("object_traits of the last trait", HEAD "\x62\x0c\x12\x0a" A_RULE "\x50\x80\x80\x08", OK),
	CASE("object_traits of trait 18", HEAD "\x62\x0c\x12\x0a" A_RULE "\x50\x80\x80\x10", BAD_VALUE),
	CASE("object_traits of trait 32", HEAD "\x62\x0e\x12\x0c" A_RULE "\x50\x80\x80\x80\x80\x10", BAD_VALUE),
	CASE("not_object_traits of the last trait", HEAD "\x62\x0c\x12\x0a" A_RULE "\x58\x80\x80\x08", OK),
	CASE("not_object_traits of trait 18", HEAD "\x62\x0c\x12\x0a" A_RULE "\x58\x80\x80\x10", BAD_VALUE),
	CASE("not_object_traits of trait 32", HEAD "\x62\x0e\x12\x0c" A_RULE "\x58\x80\x80\x80\x80\x10", BAD_VALUE),
	CASE("when of the last trait", HEAD "\x62\x0c\x12\x0a" A_RULE "\x60\x80\x80\x08", OK),
	CASE("when of trait 18", HEAD "\x62\x0c\x12\x0a" A_RULE "\x60\x80\x80\x10", BAD_VALUE),
	CASE("when of trait 32", HEAD "\x62\x0e\x12\x0c" A_RULE "\x60\x80\x80\x80\x80\x10", BAD_VALUE),
	CASE("a rule with two of sessions",
	     HEAD "\x62\x13" A_CLASS "\x12\x0c" A_RULE "\x80\x01\x01\x80\x01\x01", BAD_VALUE),
	CASE("sessions of each", HEAD "\x62\x0b\x12\x09" A_RULE "\x80\x01\x03", OK),
	CASE("sessions of session 2", HEAD "\x62\x0b\x12\x09" A_RULE "\x80\x01\x04", BAD_VALUE),
	CASE("sessions of session 32", HEAD "\x62\x0f\x12\x0d" A_RULE "\x80\x01\x80\x80\x80\x80\x10", BAD_VALUE),
	CASE("sessions as bytes", HEAD "\x62\x0c\x12\x0a" A_RULE "\x82\x01\x01" "a", UNKNOWN_FIELD),
	CASE("a title with a newline", HEAD "\x62\x0b\x12\x09" A_RULE "\x6a\x01" "\n", BAD_VALUE),
	CASE("a title that is no ASCII", HEAD "\x62\x0c\x12\x0a" A_RULE "\x6a\x02\xc3\xa9", OK),
	CASE("techniques with a newline", HEAD "\x62\x0b\x12\x09" A_RULE "\x72\x01" "\n", BAD_VALUE),
	CASE("an empty title and no techniques", HEAD "\x62\x0c\x12\x0a" A_RULE "\x6a\x00\x72\x00", OK),

	CASE("an exclusion with two of name",
	     HEAD "\x62\x18\x12\x06" A_RULE "\x1a\x0e" AN_ID "\x1a\x06" "/bin/a" AN_ID, BAD_VALUE),
	CASE("an exclusion with two of rule",
	     HEAD "\x62\x1b\x12\x06" A_RULE "\x1a\x11" AN_ID "\x1a\x06" "/bin/a" "\x12\x01" "a" "\x12\x01" "a", BAD_VALUE),
	CASE("an exclusion with two of exe",
	     HEAD "\x62\x1d\x12\x06" A_RULE "\x1a\x13" AN_ID "\x1a\x06" "/bin/a" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion with two of sha256",
	     HEAD "\x62\x59\x12\x06" A_RULE "\x1a\x4f" AN_ID "\x1a\x06" "/bin/a" "\x22\x20" HEX16 HEX16 "\x22\x20"
	     HEX16 HEX16, BAD_VALUE),
	CASE("an exclusion with two of children",
	     HEAD "\x62\x19\x12\x06" A_RULE "\x1a\x0f" AN_ID "\x1a\x06" "/bin/a" "\x28\x01\x28\x01", BAD_VALUE),
	CASE("an exclusion with two of object",
	     HEAD "\x62\x21\x12\x06" A_RULE "\x1a\x17" AN_ID "\x1a\x06" "/bin/a" "\x32\x04" "/srv" "\x32\x04" "/srv", BAD_VALUE),
	CASE("an exclusion with two of until",
	     HEAD "\x62\x19\x12\x06" A_RULE "\x1a\x0f" AN_ID "\x1a\x06" "/bin/a" "\x38\x09\x38\x09", BAD_VALUE),
	CASE("an exclusion with two of owner",
	     HEAD "\x62\x1d\x12\x06" A_RULE "\x1a\x13" AN_ID "\x1a\x06" "/bin/a" "\x42\x02" "me" "\x42\x02" "me", BAD_VALUE),
	CASE("an exclusion with two of reason",
	     HEAD "\x62\x1d\x12\x06" A_RULE "\x1a\x13" AN_ID "\x1a\x06" "/bin/a" "\x4a\x02" "so" "\x4a\x02" "so", BAD_VALUE),
	CASE("an exclusion without program and place", HEAD "\x62\x05\x1a\x03" AN_ID, BAD_VALUE),
	CASE("an exclusion with an empty program and place", HEAD "\x62\x09\x1a\x07" AN_ID "\x1a\x00\x32\x00", BAD_VALUE),
	CASE("an exclusion by place with sha256",
	     HEAD "\x62\x2d\x1a\x2b" AN_ID "\x32\x04" "/srv" "\x22\x20" HEX16 HEX16, BAD_VALUE),
	CASE("an exclusion by place with children", HEAD "\x62\x0d\x1a\x0b" AN_ID "\x32\x04" "/srv" "\x28\x01", BAD_VALUE),
	CASE("an exclusion by place with neither",
	     HEAD "\x62\x11\x1a\x0f" AN_ID "\x32\x04" "/srv" "\x1a\x00\x22\x00\x28\x00", OK),
	CASE("an exclusion of a rule where there is none",
	     HEAD "\x62\x10\x1a\x0e" AN_ID "\x12\x01" "a" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion of another rule",
	     HEAD "\x62\x18\x12\x06" A_RULE "\x1a\x0e" AN_ID "\x12\x01" "b" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion of the beginning of a rule's id",
	     HEAD "\x62\x19\x12\x07\x0a\x02" "aa" "\x18\x80\x04\x1a\x0e" AN_ID "\x12\x01" "a" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion of a rule that is off",
	     HEAD "\x62\x1a\x12\x08" AN_ID "\x10\x00\x18\x80\x04\x1a\x0e" AN_ID "\x12\x01" "a" "\x1a\x06" "/bin/a", OK),
	CASE("an exclusion of the second rule",
	     HEAD "\x62\x20\x12\x06" A_RULE "\x12\x06\x0a\x01" "b" "\x18\x80\x04\x1a\x0e" AN_ID "\x12\x01" "b"
	     "\x1a\x06" "/bin/a", OK),
	CASE("an exclusion with an upper-case name", HEAD "\x62\x0d\x1a\x0b\x0a\x01" "A" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion of an upper-case rule",
	     HEAD "\x62\x10\x1a\x0e" AN_ID "\x12\x01" "A" "\x1a\x06" "/bin/a", BAD_VALUE),
	CASE("an exclusion with a relative exe", HEAD "\x62\x0a\x1a\x08" AN_ID "\x1a\x03" "bin", BAD_VALUE),
	CASE("an exclusion with * in its exe", HEAD "\x62\x0b\x1a\x09" AN_ID "\x1a\x04" "/b/*", BAD_VALUE),
	CASE("an exclusion with ~ in its exe", HEAD "\x62\x0a\x1a\x08" AN_ID "\x1a\x03" "~/b", BAD_VALUE),
	CASE("an exclusion with a relative place", HEAD "\x62\x0a\x1a\x08" AN_ID "\x32\x03" "srv", BAD_VALUE),
	CASE("an exclusion of the root directory", HEAD "\x62\x08\x1a\x06" AN_ID "\x32\x01" "/", BAD_VALUE),
	CASE("an exclusion with a sha256 of 31",
	     HEAD "\x62\x2e\x1a\x2c" AN_ID "\x1a\x06" "/bin/a" "\x22\x1f" HEX16 "xxxxxxxxxxxxxxx", BAD_VALUE),
	CASE("an exclusion with children 2", HEAD "\x62\x0f\x1a\x0d" AN_ID "\x1a\x06" "/bin/a" "\x28\x02", BAD_VALUE),
	CASE("an owner with DEL", HEAD "\x62\x10\x1a\x0e" AN_ID "\x1a\x06" "/bin/a" "\x42\x01\x7f", BAD_VALUE),
	CASE("a reason with ESC", HEAD "\x62\x10\x1a\x0e" AN_ID "\x1a\x06" "/bin/a" "\x4a\x01\x1b", BAD_VALUE),
	CASE("an exclusion name of 32", HEAD "\x62\x2c\x1a\x2a\x0a\x20" CHAR16 CHAR16 "\x1a\x06" "/bin/a", OVER_CAP),
	CASE("an exclusion of a rule of 32",
	     HEAD "\x62\x2f\x1a\x2d" AN_ID "\x12\x20" CHAR16 CHAR16 "\x1a\x06" "/bin/a", OVER_CAP),

	/* asr { denied_digests: ... }, and the same of those that are trusted */
	CASE("a denied digest", HEAD "\x62\x22\x4a\x20" CHAR16 CHAR16, OK),
	CASE("a trusted digest", HEAD "\x62\x22\x52\x20" CHAR16 CHAR16, OK),
	CASE("no digests", HEAD "\x62\x04\x4a\x00\x52\x00", OK),
	CASE("digests in order", HEAD "\x62\x42\x4a\x40" HEX16 HEX16 HEX16 CHAR16, OK),
	CASE("trusted digests in order", HEAD "\x62\x42\x52\x40" HEX16 HEX16 HEX16 CHAR16, OK),
	CASE("digests in another order", HEAD "\x62\x42\x4a\x40" HEX16 CHAR16 HEX16 HEX16, BAD_VALUE),
	CASE("trusted digests in another order", HEAD "\x62\x42\x52\x40" CHAR16 HEX16 HEX16 CHAR16, BAD_VALUE),
	CASE("a digest again", HEAD "\x62\x42\x4a\x40" HEX16 HEX16 HEX16 HEX16, BAD_VALUE),
	CASE("a digest of 31 bytes", HEAD "\x62\x21\x4a\x1f" CHAR16 "xxxxxxxxxxxxxxx", BAD_VALUE),
	CASE("a digest and a byte", HEAD "\x62\x23\x52\x21" CHAR16 CHAR16 "x", BAD_VALUE),
	CASE("denied digests twice", HEAD "\x62\x44\x4a\x20" CHAR16 CHAR16 "\x4a\x20" CHAR16 CHAR16, BAD_VALUE),
	CASE("digests as a number", HEAD "\x62\x02\x48\x01", UNKNOWN_FIELD),
	CASE("field 12 of asr", HEAD "\x62\x02\x62\x00", UNKNOWN_FIELD),

	CASE("field 13", HEAD "\x6a\x00", UNKNOWN_FIELD),
	CASE("field in a class", HEAD "\x62\x07\x0a\x05" AN_ID "\x18\x01", UNKNOWN_FIELD),
	CASE("field in a rule", HEAD "\x62\x0a\x12\x08" A_RULE "\x78\x01", UNKNOWN_FIELD),
	CASE("field in an exclusion", HEAD "\x62\x0f\x1a\x0d" AN_ID "\x1a\x06" "/bin/a" "\x50\x01", UNKNOWN_FIELD),
	CASE("asr as a number", HEAD "\x60\x01", UNKNOWN_FIELD),
	CASE("classes as a number", HEAD "\x62\x02\x08\x01", UNKNOWN_FIELD),
	CASE("operations as bytes", HEAD "\x62\x08\x12\x06" AN_ID "\x1a\x01" "a", UNKNOWN_FIELD),
	CASE("exe of a rule as fixed64",
	     HEAD "\x62\x11\x12\x0f" A_RULE "\x31\x01\x00\x00\x00\x00\x00\x00\x00", UNKNOWN_FIELD),
	CASE("until as fixed64",
	     HEAD "\x62\x16\x1a\x14" AN_ID "\x1a\x06" "/bin/a" "\x39\x01\x00\x00\x00\x00\x00\x00\x00", UNKNOWN_FIELD),

	CASE("a rule, longer than asr", HEAD "\x62\x05\x12\x06" AN_ID, ENCODING),
	CASE("an exclusion, cut in a tag", HEAD "\x62\x06\x1a\x04" AN_ID "\x80", ENCODING),
	CASE("operations of 65 bits", HEAD "\x62\x10\x12\x0e" AN_ID "\x18" FF9 "\x02", ENCODING),
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
