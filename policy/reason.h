/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Why a bundle, token or command was refused: one list for the kernel, the daemon and the command line.
 * X(NAME, errno that the netlink acknowledgement carries, words)
 */
#ifndef RAMPART_REASON_H
#define RAMPART_REASON_H

#define RAMPART_REASONS(X)                                                                              \
	X(OK, 0, "accepted")                                                                            \
	X(TOO_LARGE, EFBIG, "over a cap: the bundle is larger than this kernel accepts")                \
	X(TRUNCATED, EBADMSG, "truncated: the message ends before its own lengths say")                 \
	X(TRAILING, EBADMSG, "trailing bytes after the signed message")                                 \
	X(MALFORMED, EBADMSG, "not a CMS SignedData message in strict DER")                             \
	X(WEAK_HASH, EKEYREJECTED, "weak hash: only SHA-256, SHA-384 and SHA-512 count")                \
	X(WEAK_KEY, EKEYREJECTED, "weak key: RSA of at least 3072 bits or ECDSA P-256/P-384 is needed") \
	X(ALGORITHM, ENOPKG, "this kernel cannot verify that signature algorithm")                      \
	X(SIGNERS, EKEYREJECTED, "exactly one signer is needed")                                        \
	X(KEY_ID, EKEYREJECTED, "the signer is named by its key identifier: sign without -keyid")       \
	X(UNSIGNED_ATTRS, EKEYREJECTED, "attributes outside the signature are not accepted")            \
	X(NO_CERTIFICATE, EKEYREJECTED, "the signer's certificate is not in the message")               \
	X(WRONG_KEY, ENOKEY, "wrong key: the signer does not chain to a trusted certificate")           \
	X(BAD_SIGNATURE, EKEYREJECTED, "the content is not what was signed")                            \
	X(WRONG_EKU, EKEYREJECTED, "wrong EKU: the signer's certificate is not for code signing")       \
	X(SIGNER_EXPIRED, EKEYEXPIRED, "expired: the signer's certificate is no longer valid")          \
	X(SIGNER_NOT_YET, EKEYREJECTED, "not yet valid: the signer's certificate starts later")         \
	X(REVOKED, EKEYREVOKED, "revoked: the signer's certificate has been withdrawn")                 \
	X(ENCODING, EBADMSG, "the signed content is not a well-formed protobuf message")                \
	X(UNKNOWN_FIELD, EPROTO, "unknown field in the signed content")                                 \
	X(MISSING_FIELD, EINVAL, "a required field is missing or empty")                                \
	X(BAD_VALUE, EINVAL, "a field has a value that is not allowed")                                 \
	X(OVER_CAP, E2BIG, "over a cap: too many entries, or one that is too long")                     \
	X(EXPIRED, ETIME, "expired: the policy is no longer valid")                                     \
	X(NOT_YET, ETIME, "not yet valid: the policy starts later")                                     \
	X(ROLLED_BACK, ESTALE, "rolled back: an equal or newer version was in force before")            \
	X(SAME_VERSION, EEXIST, "same version with other content")                                      \
	X(NOT_THIS_HOST, EADDRNOTAVAIL, "not for this host")                                            \
	X(NO_MEMORY, ENOMEM, "out of memory")                                                           \
	X(UNREADABLE, EIO, "the file could not be read")                                                \
	X(ATTACH, EBUSY, "a hook that this policy needs could not be attached")                         \
	X(STALE, ESTALE, "the policy has changed since, or the event is from another boot")             \
	X(NOT_WARN, EPERM, "this rule is not in warn mode, so a user cannot grant it")                  \
	X(CHALLENGE, EKEYREJECTED, "the token is not for this host and boot, or was used before")       \
	X(NOT_FOUND, ENOENT, "there is no such event, file or place")                                   \
	X(PERMISSION, EPERM, "not permitted")

enum rampart_reason {
#define X(name, err, text) RAMPART_REASON_##name,
	RAMPART_REASONS(X)
#undef X
	__RAMPART_REASON_LAST,
};

/* rampart_reason_text() - the words for @reason. Never NULL. */
const char *rampart_reason_text(enum rampart_reason reason);

/* rampart_reason_name() - the stable identifier for @reason in lower case, such as "wrong_key". Never NULL. */
const char *rampart_reason_name(enum rampart_reason reason);

/* rampart_reason_errno() - the positive errno for @reason; 0 for OK. */
int rampart_reason_errno(enum rampart_reason reason);

#endif
