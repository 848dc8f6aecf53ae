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
#include <linux/mm.h>
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

/* --- the chain --- */

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

static bool names_trusted(const struct key *key)
{
	for (unsigned int i = 0; i < RAMPART_TRUST_MAX; i++)
		if (trusted[i] && same_name(trusted[i], key))
			return true;
	return false;
}

/*
 * The verifier takes the key of a trusted certificate when one in the message has its name, and then nothing covers
 * the bytes in the message: anyone could have put other dates there. So such a certificate must be the trusted one
 * itself. One with another name counts only by the signature of its issuer, which covers its bytes.
 */
static enum rampart_reason check_impostor(struct pb_view der)
{
	enum rampart_reason reason;
	struct key *scratch, *key;

	scratch = make_keyring(".rampart_signer");
	if (IS_ERR(scratch))
		return RAMPART_REASON_NO_MEMORY;
	key = add_certificate(scratch, der);
	if (!IS_ERR(key)) {
		reason = names_trusted(key) ? RAMPART_REASON_WRONG_KEY : RAMPART_REASON_OK;
		key_put(key);
	} else if (PTR_ERR(key) == -ENOMEM) {
		reason = RAMPART_REASON_NO_MEMORY;
	} else if (PTR_ERR(key) == -ENOPKG) {
		reason = RAMPART_REASON_ALGORITHM;
	} else {
		reason = RAMPART_REASON_WRONG_KEY;
	}
	key_put(scratch);
	return reason;
}

static enum rampart_reason check_validity(const struct rampart_x509 *cert, s64 now)
{
	if (now < cert->not_before)
		return RAMPART_REASON_SIGNER_NOT_YET;
	return now > cert->not_after ? RAMPART_REASON_SIGNER_EXPIRED : RAMPART_REASON_OK;
}

static enum rampart_reason add_signer(const struct rampart_x509 *cert, s64 now, struct rampart_signers *signers)
{
	enum rampart_reason reason = check_validity(cert, now);

	if (!reason)
		sha256(cert->tbs.data, cert->tbs.len, signers->digest[signers->n++]);
	return reason;
}

/*
 * The trusted certificate that issued @cert, which has @depth CAs below it. Whose key it was the verifier has seen to;
 * it does not ask whether that key may issue.
 */
static enum rampart_reason add_issuer(const struct rampart_x509 *cert, u32 depth, s64 now,
				      struct rampart_signers *signers)
{
	enum rampart_reason reason = RAMPART_REASON_WRONG_KEY;

	for (unsigned int i = 0; i < rampart_trust_count; i++) {
		struct pb_view der = rampart_trust_certs[i];
		struct rampart_x509 issuer;

		if (!rampart_x509_take(&der, &issuer) || !rampart_x509_may_issue(&issuer, cert, depth))
			continue;
		reason = issuer.key ? issuer.key : add_signer(&issuer, now, signers);
		if (!reason)
			break;
	}
	return reason;
}

/* The verifier walks the chain, but looks at nothing in it except keys and signatures. */
static enum rampart_reason check_chain(const struct rampart_cms *cms, s64 now, struct rampart_signers *signers)
{
	struct rampart_x509 cert;

	signers->n = 0;
	for (u32 i = 0; i < cms->chain_len; i++) {
		struct pb_view der = cms->chain[i];
		enum rampart_reason reason;

		if (!rampart_x509_take(&der, &cert))
			return RAMPART_REASON_MALFORMED;
		reason = add_signer(&cert, now, signers);
		if (reason || is_embedded(cert.der))
			return reason;
		reason = check_impostor(cert.der);
		if (reason)
			return reason;
	}
	return add_issuer(&cert, cms->chain_len - 1, now, signers);
}

/* --- the signature --- */

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

/* As one with content elsewhere: the kernel's decoder takes no message of more than 64 KiB. */
static enum rampart_reason check_signature(const struct rampart_cms *cms)
{
	u8 *detached = kvmalloc(RAMPART_CMS_DETACHED_MAX, GFP_KERNEL);
	int err = -ENOMEM;

	if (detached)
		err = verify_pkcs7_signature(cms->content.data, cms->content.len, detached,
					     rampart_cms_detach(cms, detached), keyring,
					     VERIFYING_UNSPECIFIED_SIGNATURE, NULL, NULL);
	kvfree(detached);
	return reason_of(err);
}

enum rampart_reason rampart_verify(struct pb_view blob, s64 now, struct pb_view *content,
				   struct rampart_signers *signers)
{
	struct rampart_cms cms;
	enum rampart_reason reason;

	might_sleep();
	reason = rampart_cms_parse(blob, &cms);
	if (!reason && !cms.signer.code_signing)
		reason = RAMPART_REASON_WRONG_EKU;
	if (!reason)
		reason = check_signature(&cms);
	if (!reason)
		reason = check_chain(&cms, now, signers);
	*content = cms.content;
	return reason;
}
