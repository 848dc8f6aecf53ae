// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verification: our own strict walk over the envelope (policy/cms.c), then the kernel's PKCS#7 verifier with a keyring
 * of our own that user space can neither write nor search.
 */
#include <crypto/sha2.h>
#include <keys/asymmetric-type.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/key.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/verification.h>

#include <cms.h>

#include "rampart.h"
#include "verify.h"

#define KEYRING_PERM (KEY_POS_SEARCH | KEY_POS_WRITE | KEY_POS_VIEW)
#define KEY_PERM (KEY_POS_SEARCH | KEY_POS_VIEW)

static struct key *keyring;
static struct key *trusted[RAMPART_TRUST_MAX];	/* NULL: a certificate that this kernel cannot use */

static int refuse_link(struct key *dest, const struct key_type *type, const union key_payload *payload,
		       struct key *restriction_key)
{
	return -EPERM;
}

/* A keyring that takes only what is added with KEY_ALLOC_BYPASS_RESTRICTION. It frees the restriction itself. */
static struct key *make_keyring(const char *name)
{
	struct key_restriction *restriction = kzalloc(sizeof(*restriction), GFP_KERNEL);
	struct key *made;

	if (!restriction)
		return ERR_PTR(-ENOMEM);
	restriction->check = refuse_link;
	made = keyring_alloc(name, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(), KEYRING_PERM,
			     KEY_ALLOC_NOT_IN_QUOTA, restriction, NULL);
	if (IS_ERR(made))
		kfree(restriction);
	return made;
}

/* Returns a reference or an error. */
static struct key *add_certificate(struct key *dest, struct pb_view der)
{
	key_ref_t ref = key_create_or_update(make_key_ref(dest, true), "asymmetric", NULL, der.data, der.len, KEY_PERM,
					     KEY_ALLOC_NOT_IN_QUOTA | KEY_ALLOC_BYPASS_RESTRICTION);

	return IS_ERR(ref) ? ERR_CAST(ref) : key_ref_to_ptr(ref);
}

int rampart_verify_init(void)
{
	unsigned int usable = 0;

	might_sleep();
	keyring = make_keyring(".rampart");
	if (IS_ERR(keyring)) {
		int err = PTR_ERR(keyring);

		keyring = NULL;
		pr_err("no keyring for the trusted certificates (%d)\n", err);
		return err;
	}
	for (unsigned int i = 0; i < min_t(unsigned int, rampart_trust_count, RAMPART_TRUST_MAX); i++) {
		struct key *key = add_certificate(keyring, rampart_trust_certs[i]);

		if (IS_ERR(key)) {
			pr_warn("trusted certificate %u is of no use to this kernel (%ld), nor what it signs\n",
				i + 1, PTR_ERR(key));
			continue;
		}
		trusted[i] = key;
		usable++;
	}
	if (usable)
		return 0;
	pr_err("none of the %u trusted certificates can be used: build the module with others\n", rampart_trust_count);
	rampart_verify_exit();
	return -ENOKEY;
}

void rampart_verify_exit(void)
{
	for (unsigned int i = 0; i < RAMPART_TRUST_MAX; i++) {
		key_put(trusted[i]);
		trusted[i] = NULL;
	}
	key_put(keyring);
	keyring = NULL;
}

static bool is_embedded(struct pb_view der)
{
	for (unsigned int i = 0; i < rampart_trust_count; i++)
		if (der.len == rampart_trust_certs[i].len && !memcmp(der.data, rampart_trust_certs[i].data, der.len))
			return true;
	return false;
}

/*
 * Whether the two keys share issuer and serial number, or the subject key identifier: how the verifier looks keys up.
 */
static bool same_name(const struct key *a, const struct key *b)
{
	const struct asymmetric_key_ids *ids_a = asymmetric_key_ids(a), *ids_b = asymmetric_key_ids(b);

	for (unsigned int i = 0; i < 2; i++)
		if (ids_a->id[i] && ids_b->id[i] && asymmetric_key_id_same(ids_a->id[i], ids_b->id[i]))
			return true;
	return false;
}

static bool names_trusted(const struct key *signer)
{
	for (unsigned int i = 0; i < RAMPART_TRUST_MAX; i++)
		if (trusted[i] && same_name(trusted[i], signer))
			return true;
	return false;
}

/*
 * The verifier takes the key of a trusted certificate when the one in the message has its name, and then nothing covers
 * the bytes in the message: anyone could have put other dates there. So such a certificate must be the trusted one
 * itself. One with another name counts only by the signature of its issuer, which covers its bytes.
 */
static enum rampart_reason check_impostor(struct pb_view der)
{
	enum rampart_reason reason;
	struct key *scratch, *signer;

	if (is_embedded(der))
		return RAMPART_REASON_OK;
	scratch = make_keyring(".rampart_signer");
	if (IS_ERR(scratch))
		return RAMPART_REASON_NO_MEMORY;
	signer = add_certificate(scratch, der);
	if (!IS_ERR(signer)) {
		reason = names_trusted(signer) ? RAMPART_REASON_WRONG_KEY : RAMPART_REASON_OK;
		key_put(signer);
	} else if (PTR_ERR(signer) == -ENOMEM) {
		reason = RAMPART_REASON_NO_MEMORY;
	} else if (PTR_ERR(signer) == -ENOPKG) {
		reason = RAMPART_REASON_ALGORITHM;
	} else {
		reason = RAMPART_REASON_WRONG_KEY;
	}
	key_put(scratch);
	return reason;
}

/* The verifier's word on what was signed must be ours. */
static int compare_content(void *ctx, const void *data, size_t len, size_t asn1hdrlen)
{
	const struct pb_view *content = ctx;

	if (len != content->len || (data != content->data && memcmp(data, content->data, len)))
		return -EBADMSG;
	return 0;
}

static enum rampart_reason reason_of(int err)
{
	switch (err) {
	case 0:
		return RAMPART_REASON_OK;
	case -ENOKEY:
		return RAMPART_REASON_WRONG_KEY;
	case -EKEYREJECTED:
	case -EBADMSG:
		return RAMPART_REASON_BAD_SIGNATURE;
	case -ENOPKG:
	case -ENOENT:
		return RAMPART_REASON_ALGORITHM;
	case -EKEYREVOKED:
		return RAMPART_REASON_REVOKED;
	case -EKEYEXPIRED:
		return RAMPART_REASON_SIGNER_EXPIRED;
	case -ENOMEM:
		return RAMPART_REASON_NO_MEMORY;
	default:
		return RAMPART_REASON_MALFORMED;
	}
}

static enum rampart_reason check_signer(const struct rampart_cms *cms, s64 now)
{
	if (!cms->code_signing)
		return RAMPART_REASON_WRONG_EKU;
	if (now < cms->not_before)
		return RAMPART_REASON_SIGNER_NOT_YET;
	if (now > cms->not_after)
		return RAMPART_REASON_SIGNER_EXPIRED;
	return RAMPART_REASON_OK;
}

enum rampart_reason rampart_verify(struct pb_view blob, s64 now, struct pb_view *content,
				   u8 signer_digest[RAMPART_DIGEST_SIZE])
{
	struct rampart_cms cms;
	enum rampart_reason reason;

	might_sleep();
	reason = rampart_cms_parse(blob, &cms);
	if (!reason)
		reason = check_signer(&cms, now);
	if (!reason)
		reason = reason_of(verify_pkcs7_signature(NULL, 0, blob.data, blob.len, keyring,
							  VERIFYING_UNSPECIFIED_SIGNATURE, compare_content,
							  &cms.content));
	if (!reason)
		reason = check_impostor(cms.signer);
	if (reason)
		return reason;
	sha256(cms.signer.data, cms.signer.len, signer_digest);
	*content = cms.content;
	return RAMPART_REASON_OK;
}
