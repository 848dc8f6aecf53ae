// SPDX-License-Identifier: MIT
/* rampartctl as a user sees it: exit codes, what is on stdout and on stderr. No daemon and no module is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include <reason.h>

#include "control.h"

#define VALID "valid: {from: 2020-01-01, until: 2099-01-01}\n"

static char folder[] = "/tmp/rampart-test-XXXXXX";
static char out[65536], err[65536];
static int code;

/* --- running --- */

static void slurp(const char *name, char *buf, size_t size)
{
	FILE *file = fopen(name, "r");
	size_t n;

	assert_non_null(file);
	n = fread(buf, 1, size - 1, file);
	buf[n] = '\0';
	fclose(file);
}

/* A shell command in the temporary folder, in which $R is rampartctl. Fills out, err and code. */
static void __attribute__((format(printf, 1, 2)))
sh(const char *format, ...)
{
	char command[4096], line[4200];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "{ %s; } >.out 2>.err </dev/null", command);
	status = system(line);
	assert_true(WIFEXITED(status));
	code = WEXITSTATUS(status);
	slurp(".out", out, sizeof(out));
	slurp(".err", err, sizeof(err));
}

static void assert_ran(int expected)
{
	if (code != expected)
		fail_msg("exit code %d instead of %d\n%s%s", code, expected, out, err);
}

/* With --json there is exactly one document on stdout. */
static json_t *document(void)
{
	json_error_t error;
	json_t *doc = json_loads(out, 0, &error);

	if (!doc)
		fail_msg("%s: %s", error.text, out);
	return doc;
}

static void assert_json_error(const char *name)
{
	json_t *doc = document();

	assert_string_equal(json_string_value(json_object_get(doc, "error")), name);
	assert_true(json_is_string(json_object_get(doc, "message")));
	json_decref(doc);
}

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	fputs(text, file);
	fclose(file);
}

/* --- tests --- */

static void test_help(void **state)
{
	static const char *const commands[] = { "status", "doctor", "policy", "events", "why", "grant", "asr", "disarm" };

	sh("$R --help");
	assert_ran(0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		assert_non_null(strstr(out, commands[i]));
		sh("$R %s --help", commands[i]);
		assert_ran(0);
		assert_memory_equal(out, commands[i], strlen(commands[i]));
		assert_string_equal(err, "");
		sh("$R --help");
	}
	sh("$R --version");
	assert_string_equal(out, "rampartctl 0.1.0\n");
	sh("$R --json --version");
	json_decref(document());
	sh("$R --json --help");
	assert_ran(0);
	json_decref(document());
	sh("$R policy --help --json");
	assert_ran(0);
	json_decref(document());
}

/* The usage, the manual page and the completion name the same commands, arguments and options. */
static void test_documented(void **state)
{
	sh("for c in status doctor policy events why grant holders trusted asr device disarm; do $R $c --help; done | sed -n 's/^rampartctl //p' | sort "
	   "> usage; sed -n '/^# COMMANDS ABOUT/,/^# EXIT/s/^\\*/&/p' $RAMPART_SOURCE/daemon/man/rampartctl.1.scd | "
	   "tr -d '*_' | sort > manual; test $(wc -l < usage) = 26 && diff usage manual");
	assert_ran(0);
	sh("cat > offered.sh <<'END'\n"
	   "source $RAMPART_SOURCE/daemon/completion/rampartctl.bash\n"
	   "options() { grep -oE -- '(--[a-z-]+|-o )' | sed 's/^-o $/--output/' | sort -u; }\n"
	   "for c in status doctor events why grant holders trusted disarm 'asr '{list,explain} 'device '{list,generate,import,explain,allow,block} "
	   "'policy '{lint,compile,sign,verify,apply,show,diff,token}; do\n"
	   "  COMP_WORDS=(rampartctl $c --) COMP_CWORD=$(($(wc -w <<< $c) + 1)); _rampartctl\n"
	   "  diff <(printf '%%s\\n' \"${COMPREPLY[@]}\" | options) "
	   "<(echo --json --help $(grep \"^$c\" usage) '' | options) || exit 1\n"
	   "done\nEND\nbash offered.sh");
	assert_ran(0);
}

static void test_usage(void **state)
{
	static const struct {
		const char *arguments, *expected;
	} table[] = {
		{ "", "rampartctl: no command; see rampartctl --help\n" },
		{ "polcy", "rampartctl: unknown command \"polcy\"; did you mean \"policy\"?\n" },
		{ "frobnicate", "rampartctl: unknown command \"frobnicate\"; see rampartctl --help\n" },
		{ "policy", "rampartctl: no policy command; see rampartctl policy --help\n" },
		{ "policy sing", "rampartctl: unknown command policy \"sing\"; did you mean \"sign\"?\n" },
		{ "policy lint", "rampartctl: policy lint: a file is needed; see policy --help\n" },
		{ "policy lint a b", "rampartctl: policy lint: unexpected argument b\n" },
		{ "policy lint a --key k", "rampartctl: policy lint: unknown option --key\n" },
		{ "policy lint a --bogus", "rampartctl: policy lint: unknown option --bogus\n" },
		{ "policy lint a --bogus=1", "rampartctl: policy lint: unknown option --bogus=1\n" },
		{ "policy lint a -qs", "rampartctl: policy lint: unknown option -q\n" },
		{ "policy compile a", "rampartctl: policy compile: option --output is needed\n" },
		{ "policy compile a -o", "rampartctl: policy compile: option --output needs an argument\n" },
		{ "policy sign a -o b --key k", "rampartctl: policy sign: option --cert is needed\n" },
		{ "asr", "rampartctl: no asr command; see rampartctl asr --help\n" },
		{ "asr lst", "rampartctl: unknown command asr \"lst\"; see rampartctl asr --help\n" },
		{ "asr list x", "rampartctl: asr list: unexpected argument x\n" },
		{ "asr list --markdown x", "rampartctl: asr list: unexpected argument x\n" },
		{ "asr explain", "rampartctl: asr explain: the id or GUID of one rule is needed; see rampartctl asr list\n" },
		{ "asr explain nothing-like-it", "rampartctl: asr explain: unknown rule \"nothing-like-it\"; see rampartctl asr list\n" },
		{ "device", "rampartctl: no device command; see rampartctl device --help\n" },
		{ "device expalin x", "rampartctl: unknown command device \"expalin\"; did you mean \"explain\"?\n" },
		{ "device list x", "rampartctl: device list: unexpected argument x\n" },
		{ "device import", "rampartctl: device import: a file is needed\n" },
		{ "device import a b", "rampartctl: device import: unexpected argument b\n" },
		{ "device explain", "rampartctl: device explain: one device is needed; see rampartctl device list\n" },
		{ "device allow", "rampartctl: device allow: one device is needed; see rampartctl device list\n" },
		{ "device allow 1-1 --hours 25", "rampartctl: device allow: --hours: a whole number from 1 to 24 is needed\n" },
		{ "device allow 1-1 --force", "rampartctl: device allow: --force is no option\n" },
		{ "device block 1-1 1-2", "rampartctl: device block: one device is needed; see rampartctl device list\n" },
		{ "policy token -o b --key k --cert c --hours 1 --challenge 00",
		  "rampartctl: --challenge: 32 hexadecimal digits are needed, shown by status\n" },
		{ "policy token -o b --key k --cert c --hours 25 --challenge 000102030405060708090a0b0c0d0e0f",
		  "rampartctl: --hours: a whole number from 1 to 24 is needed\n" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sh("$R %s", table[i].arguments);
		assert_ran(2);
		assert_string_equal(err, table[i].expected);
		assert_string_equal(out, "");
		sh("$R --json %s", table[i].arguments);
		assert_ran(2);
		assert_json_error("usage");
	}
	sh("$R policy lint --json");
	assert_json_error("usage");
	sh("$R policy lint -- --json");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: --json: No such file or directory\n");
}

static void test_errors(void **state)
{
	json_t *doc;

	write_text("bad.yaml", "rampart: 1\nname: a\nversion: 1\nvalid: {from: 2026-02-30, until: 2027-01-01}\nfoldrs: {}\n");
	for (unsigned int i = 0; i < 2; i++) {
		sh(i ? "$R policy compile bad.yaml -o x.pb" : "$R policy lint bad.yaml");
		assert_ran(1);
		assert_string_equal(err,
				    "bad.yaml:4:15: \"2026-02-30\" is no point in time; expected a day of the calendar, "
				    "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, after 1970-01-01\n"
				    "bad.yaml:5:1: unknown key \"foldrs\", did you mean \"folders\"?; expected one of: "
				    "rampart, name, version, valid, target, homes, folders, secrets, self_protection, asr, classes, rules, exec, digests, aged_days, devices, revoked\n");
		assert_int_equal(access("x.pb", F_OK), -1);
	}
	sh("$R policy lint bad.yaml --json");
	doc = document();
	assert_int_equal(json_array_size(json_object_get(doc, "errors")), 2);
	json_decref(doc);
	sh("$R policy compile none.yaml -o x.pb");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: none.yaml: No such file or directory\n");
	sh("$R policy compile good.yaml -o none/x.pb");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: none/x.pb: No such file or directory\n");
}

static void test_lint(void **state)
{
	json_t *doc;

	sh("$R policy lint good.yaml");
	assert_ran(0);
	assert_string_equal(out, "good.yaml:4:34: warning: valid for more than two years; expected less, since a policy "
				 "cannot be called back\n");
	sh("$R policy lint good.yaml --strict");
	assert_ran(1);
	sh("$R --json policy lint good.yaml");
	assert_ran(0);
	doc = document();
	assert_int_equal(json_array_size(json_object_get(doc, "warnings")), 1);
	json_decref(doc);
}

static void test_baselines(void **state)
{
	char *home = getcwd(NULL, 0);

	assert_int_equal(chdir(getenv("RAMPART_SOURCE")), 0);
	for (unsigned int i = 0; i < 2; i++) {
		const char *name = i ? "server" : "workstation";
		char command[128];

		snprintf(command, sizeof(command), "$R policy lint --strict policy/baselines/%s.yaml >/dev/null", name);
		assert_int_equal(system(command), 0);
	}
	assert_int_equal(chdir(home), 0);
	free(home);
}

/* From YAML to a bundle that verifies, here and with openssl. */
static void test_life(void **state)
{
	struct stat st;
	json_t *doc;

	sh("$R policy compile good.yaml -o a.pb && $R policy sign a.pb --key key.pem --cert cert.pem -o a.bundle");
	assert_ran(0);
	assert_string_equal(out, "");
	assert_int_equal(stat("a.bundle", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	sh("$R policy verify a.bundle --trust ca.pem");
	assert_ran(0);
	assert_memory_equal(out, "accepted: good version 7\nvalid:    from 2020-01-01 until 2099-01-01\nsigner:   CN=signer\n",
			    strlen("accepted: good version 7\nvalid:    from 2020-01-01 until 2099-01-01\n"
				   "signer:   CN=signer\n"));
	sh("$R policy verify a.bundle --trust ca.pem --json");
	doc = document();
	assert_true(json_is_true(json_object_get(doc, "accepted")));
	assert_int_equal(json_integer_value(json_object_get(doc, "version")), 7);
	json_decref(doc);
	sh("openssl cms -verify -binary -inform DER -in a.bundle -CAfile ca.pem -purpose any -out b.pb && cmp a.pb b.pb");
	assert_ran(0);
	sh("openssl cms -sign -binary -nodetach -nosmimecap -in a.pb -signer cert.pem -inkey key.pem -outform DER -out b.bundle "
	   "&& $R policy verify b.bundle --trust ca.pem");
	assert_ran(0);
	/* YAML can be signed at once, and a bundle signed anew. */
	sh("$R policy sign good.yaml --key key.pem --cert cert.pem -o c.bundle && "
	   "$R policy sign c.bundle --key key.pem --cert cert.pem -o d.bundle && $R policy diff a.bundle d.bundle");
	assert_ran(0);
	assert_string_equal(out, "the same policy\n");
}

static void test_refused(void **state)
{
	json_t *doc;

	sh("$R policy sign good.yaml --key key.pem --cert cert.pem -o e.bundle && $R policy verify e.bundle --trust other.pem");
	assert_ran(4);
	assert_string_equal(out, "");
	assert_memory_equal(err, "refused: wrong key: the signer does not chain to a trusted certificate\n",
			    strlen("refused: wrong key: the signer does not chain to a trusted certificate\n"));
	sh("$R --json policy verify e.bundle --trust other.pem");
	assert_ran(4);
	doc = document();
	assert_string_equal(json_string_value(json_object_get(doc, "reason")), "wrong_key");
	json_decref(doc);
	sh("echo >> e.bundle; $R policy verify e.bundle --trust ca.pem");
	assert_ran(4);
	assert_string_equal(err, "refused: trailing bytes after the signed message\n");
	sh("$R policy verify e.bundle --trust none.pem");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: none.pem: cannot be read\n");
	sh("echo hello > f.pb; $R policy sign f.pb --key key.pem --cert cert.pem -o f.bundle");
	assert_ran(4);
	assert_int_equal(access("f.bundle", F_OK), -1);
	sh("$R policy sign good.yaml --key other.key --cert cert.pem -o f.bundle");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: other.key: not the key of the certificate in cert.pem\n");
}

static void test_show(void **state)
{
	json_t *doc;

	sh("$R policy compile good.yaml -o a.pb && $R policy show a.pb > again.yaml && $R policy compile again.yaml -o b.pb "
	   "&& cmp a.pb b.pb");
	assert_ran(0);
	sh("$R policy show good.yaml --json");
	assert_ran(0);
	doc = document();
	assert_string_equal(json_string_value(json_object_get(json_object_get(doc, "folders"), "mode")), "block");
	json_decref(doc);
	/* JSON is YAML too. */
	sh("$R policy show good.yaml --json > json.yaml && $R policy diff good.yaml json.yaml");
	assert_ran(0);
}

static void test_diff(void **state)
{
	json_t *doc;

	write_text("new.yaml", "rampart: 1\nname: good\nversion: 8\nvalid: {from: 2020-01-01, until: 2098-01-01}\n"
			       "target: {tags: [eng]}\nfolders:\n  mode: audit\n  protect: [/srv, /data/a, /data/a]\n"
			       "  allow: [{exe: /usr/bin/b}]\nself_protection: {mode: warn}\n");
	sh("$R policy diff good.yaml new.yaml");
	assert_ran(1);
	assert_string_equal(out, "  version: 7 -> 8\n"
				 "  valid.until: 2099-01-01 -> 2098-01-01\n"
				 "  folders.mode: block -> audit\n"
				 "  self_protection.mode: block -> warn\n"
				 "+ folders.protect: /data/a (protected)\n"
				 "+ folders.protect: /srv (protected)\n"
				 "- folders.protect: /srv/a (not listed, protected still)\n"
				 "- folders.protect: ~/Documents (protected no more)\n"
				 "+ target.tags: eng (for hosts with this tag)\n"
				 "- folders.allow: /usr/bin/a (allowed no more)\n"
				 "+ folders.allow: /usr/bin/b (allowed)\n");
	sh("$R policy diff new.yaml good.yaml --json");
	assert_ran(1);
	doc = document();
	assert_true(json_is_false(json_object_get(doc, "same")));
	assert_int_equal(json_array_size(json_object_get(doc, "changes")), 11);
	json_decref(doc);
	sh("$R policy diff good.yaml good.yaml --json");
	assert_ran(0);
	doc = document();
	assert_true(json_is_true(json_object_get(doc, "same")));
	json_decref(doc);
}

static void test_diff_of_secrets(void **state)
{
	static const char head[] = "rampart: 1\nname: s\nversion: 1\nvalid: {from: 2020-01-01, until: 2098-01-01}\n";
	char text[1024];

	snprintf(text, sizeof(text), "%sfolders: {mode: block}\nsecrets:\n  mode: audit\n  places:\n"
		 "  - {path: /a, allow: [{exe: /x}, {exe: /y}]}\n  - {path: /b, allow: [{exe: /x}]}\n", head);
	write_text("secrets-1.yaml", text);
	snprintf(text, sizeof(text), "%sfolders: {mode: block-disk-only}\nsecrets:\n  mode: block\n  places:\n"
		 "  - {path: /c}\n  - {path: /a, allow: [{exe: /z}, {exe: /x}]}\n", head);
	write_text("secrets-2.yaml", text);
	sh("$R policy diff secrets-1.yaml secrets-2.yaml");
	assert_ran(1);
	assert_string_equal(out, "  folders.mode: block -> block-disk-only\n"
				 "  secrets.mode: audit -> block\n"
				 "- secrets.places: /b (read by any program)\n"
				 "+ secrets.places: /c (read by its own programs only)\n"
				 "- secrets.allow: /a: /y (may read no more)\n"
				 "+ secrets.allow: /a: /z (may read)\n"
				 "- secrets.allow: /b: /x (may read no more)\n");
}

#define DEVICES "rampart: 1\nname: d\nversion: 1\n" VALID "devices:\n"

static void test_diff_of_devices(void **state)
{
	write_text("devices-1.yaml", DEVICES "  mode: audit\n  default: allow\n  groups:\n  - {id: g, family: audio}\n  - {id: h, family: hub}\n"
				     "  rules:\n  - {id: one, include: [g], entries: [{deny: [read]}, {deny: write}]}\n"
				     "  - {id: two, entries: [{allow: read}, {audit_denied: read}]}\n  - {id: gone, entries: [{deny: print}]}\n");
	write_text("devices-2.yaml", DEVICES "  mode: block\n  default: deny\n  groups:\n  - {id: h, family: hub}\n  - {id: g, family: video}\n"
				     "  rules:\n  - {id: two, mode: audit, entries: [{deny: read}, {audit_denied: read}]}\n"
				     "  - {id: one, include: [g], exclude: [h], entries: [{deny: write}, {deny: [read]}]}\n");
	sh("$R policy diff devices-1.yaml devices-2.yaml");
	assert_ran(1);
	assert_string_equal(out, "  devices.mode: audit -> block (stricter)\n"
				 "  devices.default: allow -> deny (stricter)\n"
				 "  devices.one: audit -> block (stricter)\n"
				 "  devices.one.entries: [{\"deny\": [\"read\"]}, {\"deny\": [\"write\"]}] -> "
				 "[{\"deny\": [\"write\"]}, {\"deny\": [\"read\"]}] (the first that decides counts)\n"
				 "  devices.gone: audit -> off (weaker)\n"
				 "  devices.order: [\"one\", \"two\"] -> [\"two\", \"one\"] (the first that decides counts)\n"
				 "- devices.groups: g: {\"family\": [\"audio\"]} (these are in the group no more)\n"
				 "+ devices.groups: g: {\"family\": [\"video\"]} (these are in the group)\n"
				 "- devices.rules: gone: {} (the rule is about these no more)\n"
				 "+ devices.rules: one: {\"include\": [\"g\"], \"exclude\": [\"h\"]} (the rule is about these)\n"
				 "- devices.rules: one: {\"include\": [\"g\"]} (the rule is about these no more)\n"
				 "- devices.allowed: two: {\"allow\": [\"read\"]} (stricter: allowed no more)\n"
				 "- devices.denied: gone: {\"deny\": [\"print\"]} (weaker: denied no more)\n"
				 "+ devices.denied: two: {\"deny\": [\"read\"]} (stricter: denied)\n");
	sh("$R policy diff devices-1.yaml devices-2.yaml --json | jq -r '.changes[0] | .from, .to, .effect'");
	assert_string_equal(out, "audit\nblock\nstricter\n");
	sh("$R policy diff devices-1.yaml devices-1.yaml");
	assert_ran(0);
}

static void test_import(void **state)
{
	write_text("defender.json", "{\"groups\": [{\"$type\": \"device\", \"id\": \"aaaaaaaa-0000-4000-8000-000000000001\", \"name\": \"A\", "
				    "\"query\": {\"$type\": \"all\", \"clauses\": [{\"$type\": \"primaryId\", \"value\": \"removable_media_devices\"}]}}], "
				    "\"rules\": [{\"id\": \"11111111-0000-4000-8000-000000000001\", \"name\": \"R\", "
				    "\"includeGroups\": [\"aaaaaaaa-0000-4000-8000-000000000001\"], \"entries\": [{\"$type\": \"removableMedia\", "
				    "\"enforcement\": {\"$type\": \"deny\"}, \"access\": [\"write\"]}]}], "
				    "\"settings\": {\"features\": {\"removableMedia\": {\"disable\": false}}}}");
	write_text("head.yaml", "rampart: 1\nname: d\nversion: 1\n" VALID);
	sh("$R device import defender.json > section && cat head.yaml section > imported.yaml && $R policy compile imported.yaml -o i.pb");
	assert_ran(0);
	assert_string_equal(err, "");
	sh("sed s/includeGroups/includedGroups/ defender.json > bad.json; $R device import bad.json");
	assert_ran(1);
	assert_string_equal(out, "");
	assert_string_equal(err, "rules[0]: unknown key \"includedGroups\", did you mean \"includeGroups\"?; "
				 "expected one of: id, name, entries, includeGroups, excludeGroups\n"
				 "rampartctl: bad.json: 1 errors; nothing was imported\n");
	sh("echo '{\"a\": 1,, }' > bad.json; $R device import bad.json");
	assert_ran(1);
	assert_memory_equal(err, "rampartctl: bad.json:1:9: ", strlen("rampartctl: bad.json:1:9: "));
	sh("$R device import none.json");
	assert_ran(1);
	assert_non_null(strstr(err, "none.json"));
	sh("$R device import defender.json --json");
	assert_ran(2);
	assert_json_error("usage");
}

/* The catalogue itself changes; what must hold of any is looked at. */
static void test_asr(void **state)
{
	const char *title;
	json_t *doc, *rule;
	size_t i, n;

	sh("$R asr list --json | jq -ce '{rules: [.rules[] | {id, guid, title}]}'");
	assert_ran(0);
	doc = document();
	n = json_array_size(json_object_get(doc, "rules"));
	sh("$R asr list | tail -n +2 | wc -l; $R asr list --markdown | grep -c '^| `'");
	assert_int_equal(strtoul(out, NULL, 10), n);
	assert_int_equal(strtoul(strchr(out, '\n'), NULL, 10), n);
	json_array_foreach(json_object_get(doc, "rules"), i, rule) {
		title = json_string_value(json_object_get(rule, "title"));
		sh("$R asr explain %s", json_string_value(json_object_get(rule, "id")));
		assert_ran(0);
		assert_non_null(strstr(out, title));
		sh("$R asr explain %s --json | jq -e '.classes | length >= 0'",
		   json_string_value(json_object_get(rule, json_is_string(json_object_get(rule, "guid")) ? "guid" : "id")));
		assert_ran(0);
	}
	json_decref(doc);
}

#define RULES "rampart: 1\nname: r\nversion: 1\n" VALID

static void test_rules(void **state)
{
	write_text("rules-1.yaml", RULES "classes:\n  web: {add: [/usr/sbin/a, /usr/sbin/b]}\nrules:\n"
				   "- {id: gone, mode: audit, on: exec, subject: [web]}\n"
				   "- {id: stays, mode: audit, on: read, exe: [web], exclude: [{exe: /x, name: x}]}\n");
	write_text("rules-2.yaml", RULES "classes:\n  web: {paths: [/usr/sbin/b, /usr/sbin/c]}\nrules:\n"
				   "- {id: comes, mode: warn, on: [load], object: [memfd]}\n"
				   "- {id: stays, mode: block, on: read, exe: [web],\n"
				   "   exclude: [{exe: /x, name: x, children: true, object: /o, until: 2030-01-01}]}\n");
	sh("$R policy compile rules-1.yaml -o a.pb && $R policy show a.pb > again.yaml && $R policy compile again.yaml -o b.pb "
	   "&& cmp a.pb b.pb && $R policy diff rules-1.yaml again.yaml");
	assert_ran(0);
	sh("$R policy diff rules-1.yaml rules-2.yaml");
	assert_ran(1);
	assert_string_equal(out, "  asr.gone: audit -> off\n"
				 "  asr.stays: audit -> block\n"
				 "  asr.comes: off -> warn\n"
				 "+ asr.rules: comes: {\"on\": [\"load\"], \"object\": [\"memfd\"]} (the rule asks this)\n"
				 "- asr.rules: gone: {\"on\": [\"exec\"], \"subject\": [\"web\"]} (the rule asks this no more)\n"
				 "- asr.classes: web: /usr/sbin/a (in the class no more)\n"
				 "+ asr.classes: web: /usr/sbin/c (in the class)\n"
				 "- asr.exclusions: stays: x: /x (excluded no more)\n"
				 "+ asr.exclusions: stays: x: /x, and what it starts, at /o, until 2030-01-01 (excluded)\n");
}

static void test_token(void **state)
{
	sh("$R policy token --challenge 000102030405060708090a0b0c0d0e0f --hours 2 --key key.pem --cert cert.pem -o t.token");
	assert_ran(0);
	/* It is no policy. */
	sh("$R policy verify t.token --trust ca.pem");
	assert_ran(4);
	assert_string_equal(err, "refused: unknown field in the signed content\n");
}

/* What bash would offer. compopt complains that no completion is going on, which is true. */
static void test_completion(void **state)
{
	static const struct {
		const char *words, *expected;
	} table[] = {
		{ "''", "status doctor policy events why grant holders trusted asr device disarm --json --help --version" },
		{ "st", "status" },
		{ "--json po", "policy" },
		{ "policy si", "sign" },
		{ "policy lint ''", "a.yaml b.yml d" },
		{ "policy lint a", "a.yaml" },
		{ "policy lint --s", "--strict" },
		{ "policy sign a.pb --k", "--key" },
		{ "policy sign a.pb --key ''", "d k.pem" },
		{ "policy verify ''", "c.bundle d" },
		{ "policy diff c.bundle ''", "a.pb a.yaml b.yml c.bundle d" },
		{ "policy compile a.yaml -o a.p", "a.pb" },
		{ "events --f", "--follow" },
		{ "events --since ''", "10m 1h 1d 7d" },
		{ "why ''", "--json --help" },
		{ "grant 7 --h", "--hours --help" },
		{ "asr ''", "list explain exclusions --json --help" },
		{ "asr list --m", "--markdown" },
		{ "device ''", "list generate import explain allow block --json --help" },
		{ "device import ''", "d j.json" },
		{ "device allow 1-1 --h", "--hours --help" },
		{ "asr explain --h", "--help" },
		{ "disarm t", "t.token" },
	};

	sh("mkdir -p comp/d && cd comp && touch a.yaml b.yml a.pb c.bundle k.pem t.token j.json");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sh("cd comp && bash -c 'source $RAMPART_SOURCE/daemon/completion/rampartctl.bash; eval \"$1\"; "
		   "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rampartctl; echo \"${COMPREPLY[*]}\"' "
		   "- \"COMP_WORDS=(rampartctl %s)\"", table[i].words);
		out[strcspn(out, "\n")] = '\0';
		assert_string_equal(out, table[i].expected);
	}
}

/* --- a daemon that answers once --- */

/* To each of @n requests, of which those after the first get @later. */
static pid_t answer(Rampart__Response *response, Rampart__Response *later, unsigned int n)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), peer;
	pid_t pid;

	unlink(addr.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid) {
		close(listener);
		return pid;
	}
	alarm(30);
	for (unsigned int i = 0; i < n; i++) {
		struct control_packet packet;
		uint8_t *request;

		peer = accept(listener, NULL, NULL);
		if (control_receive(peer, CONTROL_MAX, 0, &request) < 0 || control_pack(i ? &later->base : &response->base, &packet) ||
		    control_send(peer, &packet, 0))
			_exit(1);
	}
	_exit(0);
}

/* As sh(), with @response for the answer, and then @later, unless that is NULL. */
static void ask_twice(Rampart__Response *response, Rampart__Response *later, const char *command)
{
	pid_t pid = answer(response, later, later ? 2 : 1);
	int status;

	sh("RAMPART_SOCKET=$PWD/socket; export RAMPART_SOCKET; %s", command);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void ask(Rampart__Response *response, const char *command)
{
	ask_twice(response, NULL, command);
}

static void test_apply(void **state)
{
	Rampart__Response response = RAMPART__RESPONSE__INIT;
	json_t *doc;

	response.generation = 5;
	ask(&response, "$R policy apply good.yaml");
	assert_ran(0);
	assert_string_equal(out, "in force, generation 5\n");
	response.message = (char *)"all 12 hooks";
	ask(&response, "$R policy apply good.yaml --dry-run");
	assert_ran(0);
	assert_string_equal(out, "would be accepted: all 12 hooks\n");
	ask(&response, "$R policy apply good.yaml --json");
	doc = document();
	assert_true(json_is_true(json_object_get(doc, "applied")));
	json_decref(doc);
	response.reason = RAMPART_REASON_ROLLED_BACK;
	response.error = ESTALE;
	response.message = (char *)"version 7 came\nafter version 9";
	ask(&response, "$R policy apply good.yaml");
	assert_ran(4);
	assert_string_equal(out, "");
	assert_string_equal(err, "refused: rolled back: an equal or newer version was in force before\n"
				 "version 7 came\\x0aafter version 9\n");
	ask(&response, "$R policy apply good.yaml --json");
	assert_ran(4);
	assert_json_error("refused");
	response.reason = RAMPART_REASON_OK;
	response.error = EIO;
	ask(&response, "$R policy apply good.yaml");
	assert_ran(1);
}

static void test_in_force(void **state)
{
	Rampart__Response response = RAMPART__RESPONSE__INIT;
	static char bundle[65536];
	FILE *file;

	ask(&response, "$R policy show");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: no policy is in force\n");
	sh("$R policy sign good.yaml --key key.pem --cert cert.pem -o g.bundle");
	assert_ran(0);
	file = fopen("g.bundle", "r");
	response.bundle.len = fread(bundle, 1, sizeof(bundle), file);
	response.bundle.data = (uint8_t *)bundle;
	fclose(file);
	ask(&response, "$R policy show > shown.yaml && $R policy diff shown.yaml good.yaml");
	assert_ran(0);
	ask(&response, "$R policy diff good.yaml");
	assert_ran(0);
	assert_string_equal(out, "the same policy\n");
	sh("sed 's/version: 7/version: 8/' good.yaml > later.yaml");
	ask(&response, "$R policy diff later.yaml");
	assert_ran(1);
	assert_string_equal(out, "  version: 7 -> 8\n");
}

/* @event, as the daemon tells it, as event 7. */
static void ask_why(Rampart__Event *event, const char *options)
{
	Rampart__Response response = RAMPART__RESPONSE__INIT;
	Rampart__StoredEvent stored = RAMPART__STORED_EVENT__INIT, *list = &stored;
	char command[64];

	stored.id = 7;
	stored.event = event;
	response.n_events = 1;
	response.events = &list;
	snprintf(command, sizeof(command), "$R why 7 %s", options);
	ask(&response, command);
	assert_ran(0);
}

/* Port 97-1.2 is on no machine. */
static void test_device_allow(void **state)
{
	Rampart__Response events = RAMPART__RESPONSE__INIT, granted = RAMPART__RESPONSE__INIT;
	Rampart__Object node = RAMPART__OBJECT__INIT, file = RAMPART__OBJECT__INIT, other = RAMPART__OBJECT__INIT;
	Rampart__StoredEvent stored[3] = { RAMPART__STORED_EVENT__INIT, RAMPART__STORED_EVENT__INIT, RAMPART__STORED_EVENT__INIT };
	Rampart__Event event[3] = { RAMPART__EVENT__INIT, RAMPART__EVENT__INIT, RAMPART__EVENT__INIT };
	Rampart__StoredEvent *list[3];

	for (unsigned int i = 0; i < 3; i++) {
		stored[i].id = i + 5;
		stored[i].event = &event[i];
		list[i] = &stored[i];
		event[i].outcome = RAMPART__OUTCOME__WARNED;
		event[i].rule = (char *)"sticks";
		event[i].device = (char *)"usb 0951:1666 \", port 97-1.2, x\", port 97-1.3, interface 08:06:50";
	}
	node.path = (char *)"/sys/devices/pci0000:00/usb97/97-1/97-1.2/97-1.2:1.0";
	file.path = (char *)"/media/97-1.2/a";
	other.path = (char *)"/sys/devices/pci0000:00/usb97/97-1/97-1.3/97-1.3:1.0";
	event[0].object = &node;
	event[1].object = &other;
	event[2].object = &file;
	events.n_events = 3;
	events.events = list;
	ask_twice(&events, &granted, "$R device allow 97-1.2 --hours 2 --json | jq -r '.event, .seconds'");
	assert_ran(0);
	assert_string_equal(out, "5\n7200\n");
	ask_twice(&events, &granted, "$R device allow 97-1.3:1.0");
	assert_ran(0);
	assert_string_equal(out, "granted for 24 hours: do it again\n");
	ask_twice(&events, &granted, "$R device allow 97-1.3 --json | jq -r .event");
	assert_string_equal(out, "7\n");
	/* The hub on which they are. */
	ask(&events, "$R device allow 97-1");
	assert_ran(1);
	assert_string_equal(err, "rampartctl: device allow: nothing was refused to 97-1 with a warning; see rampartctl device explain 97-1\n");
	event[1].outcome = RAMPART__OUTCOME__BLOCKED;
	event[2].outcome = RAMPART__OUTCOME__ALLOWED;
	ask(&events, "$R device allow 97-1.3");
	assert_ran(4);
	assert_string_equal(err, "rampartctl: device allow: the rule \"sticks\" refuses 97-1.3 in mode block: only another policy can allow it (event 6)\n");
	granted.reason = RAMPART_REASON_STALE;
	ask_twice(&events, &granted, "$R device allow 97-1.2");
	assert_ran(4);
	sh("RAMPART_SOCKET=$PWD/none $R device allow 97-1.2");
	assert_ran(5);
	for (unsigned int i = 0; i < 2; i++) {
		sh(i ? "$R device block sdzz" : "$R device explain sdzz");
		assert_ran(1);
		assert_string_equal(err, "rampartctl: device: \"sdzz\" is no device on USB; see rampartctl device list\n");
	}
	sh("$R device allow /dev/null");
	assert_ran(1);
}

static void assert_said(const char *part)
{
	if (!strstr(out, part))
		fail_msg("no \"%s\" in:\n%s", part, out);
}

static void test_why_device(void **state)
{
	Rampart__Event event = RAMPART__EVENT__INIT;
	Rampart__Subject subject = RAMPART__SUBJECT__INIT;
	Rampart__Object object = RAMPART__OBJECT__INIT;
	json_t *doc;

	event.rule = (char *)"no-keys";
	event.mode = RAMPART__MODE__BLOCK;
	event.outcome = RAMPART__OUTCOME__BLOCKED;
	event.op = RAMPART__OPERATION__OP_ATTACH;
	event.device = (char *)"usb 046d:c31c \"Keys\", port 1-1, interface 03:01:01";
	event.subject = &subject;
	event.object = &object;
	object.path = (char *)"/sys/devices/pci0000:00/usb1/1-1/1-1:1.0";
	ask_why(&event, "");
	assert_said("Rule:     no-keys, mode block: a rule of devices.rules in the policy\n");
	assert_said("Device:   usb 046d:c31c \"Keys\", port 1-1, interface 03:01:01\n");
	assert_said("by which entry: rampartctl device explain 1-1:1.0\n");
	assert_null(strstr(out, "exclusion"));
	event.rule = (char *)"devices";
	ask_why(&event, "");
	assert_said("devices.default in the policy, which no rule of devices.rules precedes\n");
	ask_why(&event, "--json");
	doc = document();
	assert_true(json_is_null(json_object_get(doc, "exclusion")));
	json_decref(doc);
}

static void test_why_asr(void **state)
{
	Rampart__Event event = RAMPART__EVENT__INIT;
	Rampart__Subject subject = RAMPART__SUBJECT__INIT;
	Rampart__Object object = RAMPART__OBJECT__INIT, object2 = RAMPART__OBJECT__INIT;
	json_t *doc, *facts;

	event.rule = (char *)"no-shell";
	event.mode = RAMPART__MODE__BLOCK;
	event.outcome = RAMPART__OUTCOME__BLOCKED;
	event.op = RAMPART__OPERATION__OP_LOAD;
	event.subject = &subject;
	event.object = &object;
	event.traits = 1 << RAMPART__TRAIT__TRAIT_MEMFD | 1 << RAMPART__TRAIT__TRAIT_NO_TERMINAL;
	subject.exe = (char *)"/usr/sbin/nginx";
	subject.class_lineage = UINT64_MAX;
	subject.exe_classes = 1 << 16;
	object.path = (char *)"/srv/a: b";
	ask_why(&event, "");
	assert_said("/usr/sbin/nginx (process 0, user root) tried to run code from /srv/a: b.\n");
	assert_said("Rule:     no-shell, mode block: a rule of the policy\n");
	assert_said("The narrowest exclusion that allows it, in the policy, with owner, reason and until beside it:\n\n"
		    "rules:\n  - id: \"no-shell\" # beside what else it has\n    exclude:\n"
		    "      - {exe: \"/usr/sbin/nginx\", object: \"/srv/a: b\"}\n");
	ask_why(&event, "--json");
	doc = document();
	facts = json_object_get(doc, "event");
	assert_string_equal(json_string_value(json_object_get(facts, "class_lineage")), "18446744073709551615");
	assert_int_equal(json_integer_value(json_object_get(facts, "exe_classes")), 65536);
	assert_int_equal(json_array_size(json_object_get(facts, "traits")), 2);
	assert_string_equal(json_string_value(json_array_get(json_object_get(facts, "traits"), 0)), "memfd");
	assert_int_equal(json_array_size(json_object_get(doc, "attack")), 0);
	json_decref(doc);

	/* Both ends are rarely in one place, and an interpreter is nobody. */
	object2.path = (char *)"/srv/c";
	event.object2 = &object2;
	ask_why(&event, "");
	assert_said("- {exe: \"/usr/sbin/nginx\"}\n");
	subject.exe = (char *)"/usr/bin/bash";
	ask_why(&event, "");
	assert_said("No exclusion in the policy can allow this.\n");
	event.object2 = NULL;
	ask_why(&event, "");
	assert_said("That program runs what others wrote, so that no exclusion can name it.");
	assert_said("allows it, to everybody, in the policy");
	assert_said("- {object: \"/srv/a: b\"}\n");
	subject.script = (char *)"/usr/bin/tool";
	object.path = (char *)"...b";
	ask_why(&event, "");
	assert_said("- {exe: \"/usr/bin/tool\"}\n");

	event.outcome = RAMPART__OUTCOME__ALLOWED;
	event.exclusion = (char *)"no-shell-1";
	ask_why(&event, "");
	assert_said("Excluded: by no-shell-1\n");
	assert_null(strstr(out, "narrowest"));
}

static void test_unreachable(void **state)
{
	static const char *const commands[] = { "policy apply good.yaml", "policy show", "policy diff good.yaml",
						"events", "why 1", "grant 1", "disarm good.yaml", "disarm --request" };
	json_t *doc;

	for (unsigned int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		sh("RAMPART_SOCKET=$PWD/nobody $R %s", commands[i]);
		assert_ran(5);
		assert_string_equal(out, "");
		sh("RAMPART_SOCKET=$PWD/nobody $R %s --json", commands[i]);
		assert_ran(5);
		assert_json_error("unreachable");
	}
	sh("RAMPART_SOCKET=$PWD/nobody $R status --json");
	assert_ran(5);
	doc = document();
	assert_true(json_is_false(json_object_get(doc, "enforcing")));
	json_decref(doc);
	sh("RAMPART_SOCKET=$PWD/nobody $R doctor --json");
	assert_ran(3);
	json_decref(document());
}

/* A daemon that is stopped: it accepts nobody, and the queue of those who wait is full. */
static void test_stuck(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "stuck" };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), fd;
	json_t *doc;

	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listener, 0), 0);
	do {
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	} while (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	sh("RAMPART_SOCKET=$PWD/stuck timeout 5 $R status --json");
	doc = document();
	assert_true(json_is_false(json_object_get(json_object_get(doc, "daemon"), "running")));
	json_decref(doc);
	sh("RAMPART_SOCKET=$PWD/stuck timeout 20 $R policy show");
	assert_ran(5);
	sh("RAMPART_SOCKET=$PWD/stuck timeout 20 $R doctor --json | jq -e '.[] | select(.check == \"daemon\") | .ok | not'");
	assert_ran(0);
	close(listener);
}

static int set_up(void **state)
{
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	write_text("good.yaml", "rampart: 1\nname: good\nversion: 7\n" VALID "folders:\n  mode: block\n"
				"  protect: [~/Documents, /srv/a]\n  allow: [{exe: /usr/bin/a}]\n"
				"self_protection: {mode: block}\n");
	sh("for ca in ca other; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key "
	   "-out $ca.pem -subj /CN=$ca -days 30; done; "
	   "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out csr.pem -subj /CN=signer && "
	   "printf 'extendedKeyUsage=codeSigning\\nauthorityKeyIdentifier=keyid\\n' > ext && "
	   "openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out cert.pem");
	assert_ran(0);
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") || system(command);
}

static void test_skipped(void **state)
{
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help),	  cmocka_unit_test(test_usage),	  cmocka_unit_test(test_errors),
		cmocka_unit_test(test_lint),	  cmocka_unit_test(test_baselines), cmocka_unit_test(test_life),
		cmocka_unit_test(test_refused),	  cmocka_unit_test(test_show),	  cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_of_secrets), cmocka_unit_test(test_asr),
		cmocka_unit_test(test_diff_of_devices), cmocka_unit_test(test_import), cmocka_unit_test(test_device_allow),
		cmocka_unit_test(test_why_device),
		cmocka_unit_test(test_rules),	  cmocka_unit_test(test_why_asr),
		cmocka_unit_test(test_token),	  cmocka_unit_test(test_apply),	  cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_unreachable), cmocka_unit_test(test_completion),
		cmocka_unit_test(test_documented), cmocka_unit_test(test_stuck),
	};
	const struct CMUnitTest skipped[] = { cmocka_unit_test(test_skipped) };
	char *here = getcwd(NULL, 0), *program = realpath(getenv("RAMPARTCTL") ?: "build/bin/rampartctl", NULL);

	if (!program) {
		fprintf(stderr, "there is no build/bin/rampartctl\n");
		free(here);
		return cmocka_run_group_tests(skipped, NULL, NULL);
	}
	setenv("R", program, 1);
	setenv("RAMPART_SOURCE", here, 1);
	free(program);
	free(here);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
