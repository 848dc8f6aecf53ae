// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The words, the identifier and the errno of each reason. */
#include <env.h>

#include "reason.h"

#define X(name, err, text) [RAMPART_REASON_##name] = text,
static const char *const texts[] = { RAMPART_REASONS(X) };
#undef X

#define X(name, err, text) [RAMPART_REASON_##name] = err,
static const int errnos[] = { RAMPART_REASONS(X) };
#undef X

/* The preprocessor cannot fold case, so this is a second list; a unit test compares the two. */
static const char *const names[] = {
	[RAMPART_REASON_OK] = "ok",
	[RAMPART_REASON_TOO_LARGE] = "too_large",
	[RAMPART_REASON_TRUNCATED] = "truncated",
	[RAMPART_REASON_TRAILING] = "trailing",
	[RAMPART_REASON_MALFORMED] = "malformed",
	[RAMPART_REASON_WEAK_HASH] = "weak_hash",
	[RAMPART_REASON_WEAK_KEY] = "weak_key",
	[RAMPART_REASON_ALGORITHM] = "algorithm",
	[RAMPART_REASON_SIGNERS] = "signers",
	[RAMPART_REASON_KEY_ID] = "key_id",
	[RAMPART_REASON_UNSIGNED_ATTRS] = "unsigned_attrs",
	[RAMPART_REASON_NO_CERTIFICATE] = "no_certificate",
	[RAMPART_REASON_WRONG_KEY] = "wrong_key",
	[RAMPART_REASON_BAD_SIGNATURE] = "bad_signature",
	[RAMPART_REASON_WRONG_EKU] = "wrong_eku",
	[RAMPART_REASON_SIGNER_EXPIRED] = "signer_expired",
	[RAMPART_REASON_SIGNER_NOT_YET] = "signer_not_yet",
	[RAMPART_REASON_REVOKED] = "revoked",
	[RAMPART_REASON_ENCODING] = "encoding",
	[RAMPART_REASON_UNKNOWN_FIELD] = "unknown_field",
	[RAMPART_REASON_MISSING_FIELD] = "missing_field",
	[RAMPART_REASON_BAD_VALUE] = "bad_value",
	[RAMPART_REASON_OVER_CAP] = "over_cap",
	[RAMPART_REASON_EXPIRED] = "expired",
	[RAMPART_REASON_NOT_YET] = "not_yet",
	[RAMPART_REASON_ROLLED_BACK] = "rolled_back",
	[RAMPART_REASON_SAME_VERSION] = "same_version",
	[RAMPART_REASON_NOT_THIS_HOST] = "not_this_host",
	[RAMPART_REASON_NO_MEMORY] = "no_memory",
	[RAMPART_REASON_UNREADABLE] = "unreadable",
	[RAMPART_REASON_ATTACH] = "attach",
	[RAMPART_REASON_STALE] = "stale",
	[RAMPART_REASON_NOT_WARN] = "not_warn",
	[RAMPART_REASON_CHALLENGE] = "challenge",
	[RAMPART_REASON_NOT_FOUND] = "not_found",
	[RAMPART_REASON_PERMISSION] = "permission",
};

static_assert(ARRAY_SIZE(names) == __RAMPART_REASON_LAST && ARRAY_SIZE(texts) == __RAMPART_REASON_LAST, "one for each reason");
static_assert(ARRAY_SIZE(names) == __RAMPART_REASON_LAST, "one for each reason");

static bool known(enum rampart_reason reason)
{
	return (unsigned int)reason < __RAMPART_REASON_LAST;
}

const char *rampart_reason_text(enum rampart_reason reason)
{
	return known(reason) ? texts[reason] : "unknown reason";
}

const char *rampart_reason_name(enum rampart_reason reason)
{
	return known(reason) ? names[reason] : "unknown";
}

int rampart_reason_errno(enum rampart_reason reason)
{
	return known(reason) ? errnos[reason] : EINVAL;
}
