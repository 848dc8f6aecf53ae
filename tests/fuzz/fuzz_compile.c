// SPDX-License-Identifier: MIT
/*
 * rampart_compile(): what it makes of YAML, decode.c and protobuf-c read alike, and rampart_describe_yaml() gives YAML
 * that compiles to the same bytes. What it refuses, it refuses with places and with words that are safe to print.
 */
#include "../unit/decode_compare.h"

#include "compile.h"
#include "describe.h"
#include "escape.h"
#include "fuzz.h"
#include "lint.h"

#define NOW INT64_C(1795478400)	/* 2026-11-24 */

static void check_messages(const struct compile_errors *errors)
{
	REQUIRE(errors->n <= COMPILE_ERRORS_MAX && (!errors->dropped || errors->n == COMPILE_ERRORS_MAX));
	for (uint32_t i = 0; i < errors->n; i++) {
		const struct compile_error *e = &errors->list[i], *before = i ? e - 1 : e;
		char *safe = escape_text(e->text);

		REQUIRE(e->line && e->column && *e->text && !strcmp(safe, e->text));
		REQUIRE(before->line < e->line || (before->line == e->line && before->column <= e->column));
		free(safe);
	}
}

static void compile_again(const struct rampart_policy *policy, struct pb_view pb)
{
	struct compile_errors errors;
	char *yaml = NULL;
	uint8_t *again;
	size_t len, again_len;
	FILE *out = open_memstream(&yaml, &len);

	REQUIRE(out && !rampart_describe_yaml(policy, out) && !fclose(out));
	REQUIRE(!rampart_compile("again", yaml, len, NULL, &errors, &again, &again_len));
	same_bytes(pb, again, again_len);
	free(again);
	free(yaml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct compile_errors errors, warnings;
	struct rampart_policy policy;
	struct pb_view view;
	uint8_t *pb;
	size_t len;
	int err = rampart_compile("input", (const char *)data, size, NULL, &errors, &pb, &len);

	check_messages(&errors);
	if (err) {
		REQUIRE(err == -EINVAL && errors.n && !pb);
		return 0;
	}
	REQUIRE(!errors.n);
	view = (struct pb_view){ pb, len };
	REQUIRE(compare_policy(view) == RAMPART_REASON_OK && !rampart_policy_decode(view, &policy));
	compile_again(&policy, view);
	rampart_policy_free(&policy);
	REQUIRE(!rampart_lint("input", (const char *)data, size, NULL, NOW, &warnings));
	check_messages(&warnings);
	free(pb);
	return 0;
}
