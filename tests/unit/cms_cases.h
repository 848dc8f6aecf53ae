/* SPDX-License-Identifier: MIT */
/*
 * Signed messages with what rampart_cms_parse() says of them: how to make each with openssl, and how to damage it.
 * cms_messages.c makes them, for tests in user space and in the kernel.
 */
#ifndef RAMPART_CMS_CASES_H
#define RAMPART_CMS_CASES_H

#include <env.h>

#include "cms.h"

/*
 * Makes the signers, as NAME.key and NAME.crt in the current folder. Issued by the root: policy; by each other: back and
 * forth. The others by themselves.
 */
#define CMS_SIGNERS_SCRIPT                                                                                 \
	"set -e\n"                                                                                         \
	"cert() {\n"                                                                                       \
	"	name=$1; shift\n"                                                                          \
	"	openssl req -x509 -config /dev/null -subj /CN=$name -nodes -keyout $name.key -out $name.crt "      \
	"		\"$@\" 2>>log\n"                                                                          \
	"}\n"                                                                                              \
	"ec() { cert \"$1\" -newkey ec -pkeyopt ec_paramgen_curve:$2 $usage -days $3; }\n"                 \
	"usage='-addext extendedKeyUsage=codeSigning -addext subjectKeyIdentifier=hash'\n"                 \
	"cert root -newkey rsa:3072 -addext basicConstraints=critical,CA:TRUE -addext subjectKeyIdentifier=hash\n" \
	"cert policy -newkey rsa:3072 $usage -addext authorityKeyIdentifier=keyid -CA root.crt -CAkey root.key\n" \
	"cert rsa2048 -newkey rsa:2048 $usage\n"                                                           \
	"cert rsa3071 -newkey rsa:3071 $usage\n"                                                           \
	"openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:3072 -out psskey.pem\n"        \
	"cert psskey -key psskey.pem $usage; mv psskey.pem psskey.key\n"                                   \
	"ec p256 P-256 30; ec p384 P-384 30; ec p521 P-521 30; ec secp256k1 secp256k1 30; ec late P-256 20000\n" \
	"cert explicit -newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit $usage\n" \
	"cert tls -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext extendedKeyUsage=serverAuth\n"       \
	"cert any -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext extendedKeyUsage=anyExtendedKeyUsage\n" \
	"named='-addext subjectKeyIdentifier=hash -addext authorityKeyIdentifier=keyid:always'\n"          \
	"cert plain -newkey ec -pkeyopt ec_paramgen_curve:P-256 $named\n"                                  \
	"ca=\"$named -addext basicConstraints=critical,CA:TRUE\"\n"                                        \
	"cert back -newkey ec -pkeyopt ec_paramgen_curve:P-256 $ca\n"                                      \
	"cert forth -newkey ec -pkeyopt ec_paramgen_curve:P-256 $ca -CA back.crt -CAkey back.key\n"        \
	"cert back -key back.key $ca -CA forth.crt -CAkey forth.key\n"

/* %1$s: the content, %2$s: the output. What follows it are the arguments of one case. */
#define CMS_CONTENT "what was signed\n"
#define CMS_SIGN "openssl cms -sign -binary -nosmimecap -outform DER -in %1$s -out %2$s "
#define BY(name) "-signer " #name ".crt -inkey " #name ".key "

struct cms_case {
	const char *name;
	const char *arguments;
	enum rampart_reason reason;
	enum rampart_key_type key_type;
	u32 key_bits;
	bool code_signing;
};

#define GOOD(name, arguments, type, bits, eku) { name, arguments, RAMPART_REASON_OK, RAMPART_KEY_##type, bits, eku }
#define BAD(title, args, why) { .name = title, .arguments = args, .reason = RAMPART_REASON_##why }
#define ATTACHED "-nodetach -md sha256 "

static const struct cms_case cms_cases[] = {
	GOOD("attrs", ATTACHED BY(policy), RSA, 3072, true),
	GOOD("noattr", ATTACHED "-noattr " BY(policy), RSA, 3072, true),
	GOOD("sha384", "-nodetach -md sha384 " BY(policy), RSA, 3072, true),
	GOOD("sha512", "-nodetach -md sha512 " BY(policy), RSA, 3072, true),
	GOOD("certfile", ATTACHED "-certfile root.crt " BY(policy), RSA, 3072, true),
	GOOD("p256", ATTACHED BY(p256), ECDSA, 256, true),
	GOOD("p256-noattr", ATTACHED "-noattr " BY(p256), ECDSA, 256, true),
	GOOD("p256-sha512", "-nodetach -md sha512 " BY(p256), ECDSA, 256, true),
	GOOD("p384", "-nodetach -md sha384 " BY(p384), ECDSA, 384, true),
	GOOD("late", ATTACHED BY(late), ECDSA, 256, true),
	GOOD("serverAuth", ATTACHED BY(tls), ECDSA, 256, false),
	GOOD("anyExtendedKeyUsage", ATTACHED BY(any), ECDSA, 256, false),
	GOOD("no EKU", ATTACHED BY(plain), ECDSA, 256, false),

	BAD("stream", ATTACHED "-stream " BY(policy), MALFORMED),
	BAD("detached", "-md sha256 " BY(policy), MALFORMED),
	BAD("other content type", ATTACHED "-econtent_type 1.2.3.4 " BY(policy), MALFORMED),
	BAD("two signers", ATTACHED BY(policy) BY(root), SIGNERS),
	BAD("sha1", "-nodetach -md sha1 " BY(policy), WEAK_HASH),
	BAD("sha224", "-nodetach -md sha224 " BY(policy), WEAK_HASH),
	BAD("md5", "-nodetach -md md5 " BY(policy), WEAK_HASH),
	BAD("sha1, ECDSA", "-nodetach -md sha1 " BY(p256), WEAK_HASH),
	BAD("rsa2048", ATTACHED BY(rsa2048), WEAK_KEY),
	BAD("rsa3071", ATTACHED BY(rsa3071), WEAK_KEY),
	BAD("pss", ATTACHED BY(policy) "-keyopt rsa_padding_mode:pss", ALGORITHM),
	BAD("pss key", ATTACHED BY(psskey) "-keyopt rsa_padding_mode:pss", ALGORITHM),
	BAD("p521", ATTACHED BY(p521), ALGORITHM),
	BAD("secp256k1", ATTACHED BY(secp256k1), ALGORITHM),
	BAD("explicit curve", ATTACHED BY(explicit), ALGORITHM),
	BAD("nocerts", ATTACHED "-nocerts " BY(policy), NO_CERTIFICATE),
	BAD("another's certificate", ATTACHED "-nocerts -certfile root.crt " BY(policy), NO_CERTIFICATE),
	BAD("issued in a circle", ATTACHED "-certfile back.crt " BY(forth), WRONG_KEY),
	BAD("keyid", ATTACHED "-keyid " BY(policy), KEY_ID),
	BAD("keyid, another's certificate", ATTACHED "-keyid -nocerts -certfile root.crt " BY(policy), KEY_ID),
};

enum edit_op {
	EDIT_REMOVE,
	EDIT_TWICE,
	EDIT_PADDED,		/* a length that is longer than it must be */
	EDIT_INDEFINITE,	/* BER's indefinite length */
	EDIT_SEGMENT,		/* the constructed bit of the tag turned over */
	EDIT_GENERAL,		/* as many as are made without bytes: the ones above */
	EDIT_RAW = EDIT_GENERAL,/* bytes in its place */
	EDIT_AFTER,		/* bytes behind it */
	EDIT_CONTENT,		/* bytes as its content */
	EDIT_TAG,		/* another tag */
};

/* One change to the element at @path of a good message: its index among its siblings, from the outside in. */
struct edit {
	const char *path;
	enum edit_op op;
	const char *bytes;
	u32 len;
};

struct edit_case {
	const char *name;
	const char *base;	/* a good case */
	struct edit edit;
	enum rampart_reason reason;
};

#define EDIT(name, base, path, op, literal, reason)                                                        \
	{ name, base, { path, EDIT_##op, literal, sizeof(literal) - 1 }, RAMPART_REASON_##reason }

#define P_INFO "0"
#define P_SIGNED P_INFO ".1.0"
#define P_HASHES P_SIGNED ".1"
#define P_ENCAP P_SIGNED ".2"
#define P_CERTS P_SIGNED ".3"
#define P_CERT P_CERTS ".0"
#define P_TBS P_CERT ".0"
#define P_NOT_BEFORE P_TBS ".4.0"
#define P_NOT_AFTER P_TBS ".4.1"
#define P_SPKI P_TBS ".6"
#define P_EXTENSIONS P_TBS ".7.0"
#define P_SIGNERS P_SIGNED ".4"
#define P_SIGNER P_SIGNERS ".0"
#define P_ATTRS P_SIGNER ".3"

#define SHA2(n) "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" n
#define OID_RSA(n) "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n
/* basicConstraints, with the lengths of the extension and of its value */
#define CONSTRAINTS(all, len) "\x30" all "\x06\x03\x55\x1d\x13\x04" len
/* keyUsage with a value of four bytes */
#define KEY_USAGE(value) "\x30\x0b\x06\x03\x55\x1d\x0f\x04\x04" value
#define OID_ECDSA(n) "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" n

static const struct edit_case edit_cases[] = {
	EDIT("not SignedData", "attrs", P_INFO ".0", RAW, "\x06\x01\x2a", MALFORMED),
	EDIT("another outer tag", "attrs", P_INFO, TAG, "\x31", MALFORMED),
	EDIT("more in ContentInfo", "attrs", P_INFO ".1", AFTER, "\x05\x00", MALFORMED),
	EDIT("more beside SignedData", "attrs", P_SIGNED, AFTER, "\x05\x00", MALFORMED),
	EDIT("more in SignedData", "attrs", P_SIGNERS, AFTER, "\x05\x00", MALFORMED),
	EDIT("indefinite, outside", "attrs", P_INFO, INDEFINITE, "", MALFORMED),
	EDIT("indefinite, inside", "attrs", P_INFO ".1", INDEFINITE, "", MALFORMED),
	EDIT("padded, outside", "attrs", P_INFO, PADDED, "", MALFORMED),
	EDIT("padded, inside", "attrs", P_HASHES, PADDED, "", MALFORMED),
	EDIT("version 0", "attrs", P_SIGNED ".0", CONTENT, "\x00", MALFORMED),
	EDIT("version 2", "attrs", P_SIGNED ".0", CONTENT, "\x02", MALFORMED),
	EDIT("version 3, though the signer has 1", "attrs", P_SIGNED ".0", CONTENT, "\x03", MALFORMED),
	EDIT("version 257", "attrs", P_SIGNED ".0", CONTENT, "\x01\x01", MALFORMED),
	EDIT("version in two bytes", "attrs", P_SIGNED ".0", CONTENT, "\x00\x01", MALFORMED),
	EDIT("version in no byte", "attrs", P_SIGNED ".0", CONTENT, "", MALFORMED),
	EDIT("long tag", "attrs", P_SIGNED ".0", RAW, "\x1f\x02\x01\x01", MALFORMED),

	EDIT("digest with NULL", "attrs", P_HASHES ".0", CONTENT, SHA2("\x01") "\x05\x00", OK),
	EDIT("digest with other parameters", "attrs", P_HASHES ".0", CONTENT, SHA2("\x01") "\x04\x00", MALFORMED),
	EDIT("digest with a false NULL", "attrs", P_HASHES ".0", CONTENT, SHA2("\x01") "\x05\x01\x00", MALFORMED),
	EDIT("digest twice", "attrs", P_HASHES ".0", TWICE, "", MALFORMED),
	EDIT("no digest", "attrs", P_HASHES, CONTENT, "", MALFORMED),
	EDIT("two digests", "attrs", P_HASHES ".0", AFTER, "\x30\x0b" SHA2("\x02"), MALFORMED),
	EDIT("another digest", "attrs", P_HASHES ".0", CONTENT, SHA2("\x02"), MALFORMED),
	EDIT("SHA3-256", "attrs", P_HASHES ".0", CONTENT, SHA2("\x08"), WEAK_HASH),
	EDIT("digest 0", "attrs", P_HASHES ".0", CONTENT, SHA2("\x00"), WEAK_HASH),
	EDIT("digest without OID", "attrs", P_HASHES ".0", CONTENT, "", MALFORMED),
	EDIT("the signer's SHA-1", "attrs", P_SIGNER ".2", CONTENT, "\x06\x05\x2b\x0e\x03\x02\x1a", WEAK_HASH),
	EDIT("the signer's SHA-512", "attrs", P_SIGNER ".2", CONTENT, SHA2("\x03"), MALFORMED),

	EDIT("content of another type", "attrs", P_ENCAP ".0", CONTENT, "\x2a", MALFORMED),
	EDIT("no content", "attrs", P_ENCAP ".1", REMOVE, "", MALFORMED),
	EDIT("content of no octets", "attrs", P_ENCAP ".1", CONTENT, "", MALFORMED),
	EDIT("content in segments", "attrs", P_ENCAP ".1.0", RAW, "\x24\x03\x04\x01" "a", MALFORMED),
	EDIT("more beside the octets", "attrs", P_ENCAP ".1.0", AFTER, "\x05\x00", MALFORMED),
	EDIT("more beside the content", "attrs", P_ENCAP ".1", AFTER, "\x05\x00", MALFORMED),
	EDIT("empty content", "attrs", P_ENCAP ".1.0", CONTENT, "", OK),

	EDIT("no certificates", "attrs", P_CERTS, REMOVE, "", NO_CERTIFICATE),
	EDIT("empty certificates", "attrs", P_CERTS, CONTENT, "", NO_CERTIFICATE),
	EDIT("the same certificate twice", "attrs", P_CERT, TWICE, "", MALFORMED),
	EDIT("an attribute certificate", "attrs", P_CERT, AFTER, "\xa2\x00", MALFORMED),
	EDIT("an empty certificate", "attrs", P_CERT, AFTER, "\x30\x00", MALFORMED),
	EDIT("revocation lists", "attrs", P_CERTS, AFTER, "\xa1\x00", MALFORMED),

	EDIT("certificate's algorithm, not as signed", "attrs", P_CERT ".1", CONTENT, OID_RSA("\x0b"), MALFORMED),
	EDIT("certificate without version", "attrs", P_TBS ".0", REMOVE, "", OK),
	EDIT("certificate of another serial", "attrs", P_TBS ".1", CONTENT, "\x05", NO_CERTIFICATE),
	EDIT("certificate of a padded serial", "attrs", P_TBS ".1", CONTENT, "\x00\x05", MALFORMED),
	EDIT("certificate of a padded negative serial", "attrs", P_TBS ".1", CONTENT, "\xff\x85", MALFORMED),
	EDIT("certificate of a negative serial", "attrs", P_TBS ".1", CONTENT, "\xff\x05", NO_CERTIFICATE),
	EDIT("certificate of another issuer", "attrs", P_TBS ".3", CONTENT, "", NO_CERTIFICATE),
	EDIT("certificate without subject", "attrs", P_TBS ".5", REMOVE, "", MALFORMED),
	EDIT("certificate with unique identifiers", "attrs", P_SPKI, AFTER, "\x81\x02\x00\x01\x82\x02\x00\x01", OK),
	EDIT("an issuer's identifier without an end", "attrs", P_SPKI, AFTER, "\x81\x80", MALFORMED),
	EDIT("a subject's identifier without an end", "attrs", P_SPKI, AFTER, "\x82\x80", MALFORMED),
	EDIT("certificate without a key", "attrs", P_SPKI, TAG, "\x31", MALFORMED),
	EDIT("certificate without extensions", "attrs", P_TBS ".7", REMOVE, "", OK),
	EDIT("more behind the extensions", "attrs", P_TBS ".7", AFTER, "\x05\x00", MALFORMED),
	EDIT("more beside the extensions", "attrs", P_EXTENSIONS, AFTER, "\x05\x00", MALFORMED),
	EDIT("certificate without signature", "attrs", P_CERT ".2", REMOVE, "", MALFORMED),
	EDIT("certificate's signature in odd bits", "attrs", P_CERT ".2", CONTENT, "\x01\x02", MALFORMED),
	EDIT("more in the certificate", "attrs", P_CERT ".2", AFTER, "\x05\x00", MALFORMED),
	EDIT("EKU twice", "attrs", P_EXTENSIONS ".0", TWICE, "", MALFORMED),
	EDIT("key identifier twice", "attrs", P_EXTENSIONS ".1", TWICE, "", MALFORMED),
	EDIT("critical EKU", "attrs", P_EXTENSIONS ".0.0", AFTER, "\x01\x01\xff", OK),
	EDIT("EKU, critical FALSE spelt out", "attrs", P_EXTENSIONS ".0.0", AFTER, "\x01\x01\x00", MALFORMED),
	EDIT("EKU, critical 1", "attrs", P_EXTENSIONS ".0.0", AFTER, "\x01\x01\x01", MALFORMED),
	EDIT("EKU that is no sequence", "attrs", P_EXTENSIONS ".0.1", CONTENT, "\x05\x00", MALFORMED),
	EDIT("EKU with more behind it", "attrs", P_EXTENSIONS ".0.1", CONTENT, "\x30\x00\x05\x00", MALFORMED),
	EDIT("EKU that holds no OID", "attrs", P_EXTENSIONS ".0.1", CONTENT, "\x30\x02\x05\x00", MALFORMED),
	EDIT("extension without a value", "attrs", P_EXTENSIONS ".0.1", REMOVE, "", MALFORMED),

	EDIT("empty key identifier", "attrs", P_EXTENSIONS ".1.1", CONTENT, "\x04\x00", MALFORMED),
	EDIT("no authority's key identifier", "attrs", P_EXTENSIONS ".2.1", CONTENT, "\x30\x00", MALFORMED),
	EDIT("authority twice", "attrs", P_EXTENSIONS ".2", TWICE, "", MALFORMED),
	EDIT("no authority", "attrs", P_EXTENSIONS ".2", REMOVE, "", OK),
	EDIT("unknown extension", "attrs", P_EXTENSIONS ".2", RAW, "\x30\x06\x06\x01\x2a\x04\x01\x00", OK),
	EDIT("unknown critical extension", "attrs", P_EXTENSIONS ".2", RAW,
	     "\x30\x09\x06\x01\x2a\x01\x01\xff\x04\x01\x00", WRONG_KEY),
	EDIT("CA", "attrs", P_EXTENSIONS ".2", RAW, CONSTRAINTS("\x0c", "\x05") "\x30\x03\x01\x01\xff", OK),
	EDIT("CA FALSE spelt out", "attrs", P_EXTENSIONS ".2", RAW,
	     CONSTRAINTS("\x0c", "\x05") "\x30\x03\x01\x01\x00", MALFORMED),
	EDIT("CA with a path of -1", "attrs", P_EXTENSIONS ".2", RAW,
	     CONSTRAINTS("\x0f", "\x08") "\x30\x06\x01\x01\xff\x02\x01\xff", MALFORMED),
	EDIT("a path without a CA", "attrs", P_EXTENSIONS ".2", RAW,
	     CONSTRAINTS("\x0c", "\x05") "\x30\x03\x02\x01\x00", MALFORMED),

	EDIT("CA with a path of no number", "attrs", P_EXTENSIONS ".2", RAW,
	     CONSTRAINTS("\x0e", "\x07") "\x30\x05\x01\x01\xff\x05\x00", MALFORMED),
	EDIT("CA with more behind the path", "attrs", P_EXTENSIONS ".2", RAW,
	     CONSTRAINTS("\x11", "\x0a") "\x30\x08\x01\x01\xff\x02\x01\x00\x05\x00", MALFORMED),
	EDIT("empty authority's key identifier", "attrs", P_EXTENSIONS ".2.1", CONTENT, "\x30\x02\x80\x00", MALFORMED),
	EDIT("no key identifier of its own", "attrs", P_EXTENSIONS ".1", REMOVE, "", OK),
	EDIT("key usage twice", "attrs", P_EXTENSIONS ".2", RAW, KEY_USAGE("\x03\x02\x00\x04") KEY_USAGE("\x03\x02\x00\x04"),
	     MALFORMED),
	EDIT("key usage that is no bits", "attrs", P_EXTENSIONS ".2", RAW, KEY_USAGE("\x04\x02\x00\x04"), MALFORMED),
	EDIT("key usage with eight bits unused", "attrs", P_EXTENSIONS ".2", RAW, KEY_USAGE("\x03\x02\x08\x04"), MALFORMED),
	EDIT("key usage without a byte", "attrs", P_EXTENSIONS ".2", RAW, "\x30\x09\x06\x03\x55\x1d\x0f\x04\x02\x03\x00", MALFORMED),
	EDIT("issued with a key's algorithm", "attrs", P_TBS ".2", CONTENT, OID_RSA("\x01") "\x05\x00", MALFORMED),

	EDIT("no validity", "attrs", P_TBS ".4", CONTENT, "", MALFORMED),
	EDIT("no end of validity", "attrs", P_NOT_AFTER, REMOVE, "", MALFORMED),
	EDIT("three times", "attrs", P_NOT_AFTER, TWICE, "", MALFORMED),

	EDIT("RSA key without NULL", "attrs", P_SPKI ".0", CONTENT, OID_RSA("\x01"), OK),
	EDIT("key of no known kind", "attrs", P_SPKI ".0", CONTENT, "\x06\x03\x2b\x65\x70", ALGORITHM),
	EDIT("key without algorithm", "attrs", P_SPKI ".0", REMOVE, "", MALFORMED),
	EDIT("key in odd bits", "attrs", P_SPKI ".1", CONTENT, "\x01", MALFORMED),
	EDIT("key in no bits", "attrs", P_SPKI ".1", CONTENT, "", MALFORMED),
	EDIT("empty RSA key", "attrs", P_SPKI ".1", CONTENT, "\x00", MALFORMED),
	EDIT("RSA modulus alone", "attrs", P_SPKI ".1", CONTENT, "\x00\x30\x03\x02\x01\x05", MALFORMED),
	EDIT("RSA modulus 0", "attrs", P_SPKI ".1", CONTENT, "\x00\x30\x06\x02\x01\x00\x02\x01\x03", MALFORMED),
	EDIT("RSA modulus -1", "attrs", P_SPKI ".1", CONTENT, "\x00\x30\x06\x02\x01\xff\x02\x01\x03", MALFORMED),
	EDIT("RSA modulus of 3 bits", "attrs", P_SPKI ".1", CONTENT, "\x00\x30\x06\x02\x01\x05\x02\x01\x03", WEAK_KEY),
	EDIT("ECDSA key without curve", "p256", P_SPKI ".0.1", REMOVE, "", ALGORITHM),
	EDIT("more behind the curve", "p256", P_SPKI ".0.1", AFTER, "\x05\x00", ALGORITHM),

	EDIT("no signer", "attrs", P_SIGNERS, CONTENT, "", SIGNERS),
	EDIT("the signer twice", "attrs", P_SIGNER, TWICE, "", SIGNERS),
	EDIT("a signer that is no sequence", "attrs", P_SIGNER, TAG, "\x31", MALFORMED),
	EDIT("signer of version 3 by serial", "attrs", P_SIGNER ".0", CONTENT, "\x03", MALFORMED),
	EDIT("signer of version 1 by key", "keyid", P_SIGNER ".0", CONTENT, "\x01", MALFORMED),
	EDIT("signer of version 2", "attrs", P_SIGNER ".0", CONTENT, "\x02", MALFORMED),
	EDIT("signer with another serial", "attrs", P_SIGNER ".1.1", CONTENT, "\x05", NO_CERTIFICATE),
	EDIT("signer with another issuer", "attrs", P_SIGNER ".1.0", CONTENT, "", NO_CERTIFICATE),
	EDIT("more behind the serial", "attrs", P_SIGNER ".1.1", AFTER, "\x05\x00", MALFORMED),
	EDIT("empty attributes", "attrs", P_ATTRS, CONTENT, "", MALFORMED),
	EDIT("attribute twice", "attrs", P_ATTRS ".2", TWICE, "", MALFORMED),
	EDIT("attribute without values", "attrs", P_ATTRS ".0.1", CONTENT, "", MALFORMED),
	EDIT("more in an attribute", "attrs", P_ATTRS ".0.1", AFTER, "\x05\x00", MALFORMED),
	EDIT("no signature algorithm", "attrs", P_SIGNER ".4", CONTENT, "", MALFORMED),
	EDIT("rsaEncryption without NULL", "attrs", P_SIGNER ".4", CONTENT, OID_RSA("\x01"), OK),
	EDIT("sha256WithRSAEncryption", "attrs", P_SIGNER ".4", CONTENT, OID_RSA("\x0b") "\x05\x00", ALGORITHM),
	EDIT("RSASSA-PSS", "attrs", P_SIGNER ".4", CONTENT, OID_RSA("\x0a") "\x30\x00", ALGORITHM),
	EDIT("RSA key, ECDSA signature", "attrs", P_SIGNER ".4", CONTENT, OID_ECDSA("\x02"), ALGORITHM),
	EDIT("ECDSA key, RSA signature", "p256", P_SIGNER ".4", CONTENT, OID_RSA("\x01") "\x05\x00", ALGORITHM),
	EDIT("ECDSA with another digest", "p256", P_SIGNER ".4", CONTENT, OID_ECDSA("\x03"), ALGORITHM),
	EDIT("ECDSA with parameters", "p256", P_SIGNER ".4", CONTENT, OID_ECDSA("\x02") "\x05\x00", ALGORITHM),
	EDIT("empty signature", "attrs", P_SIGNER ".5", CONTENT, "", MALFORMED),
	EDIT("no signature", "attrs", P_SIGNER ".5", REMOVE, "", MALFORMED),
	EDIT("unsigned attributes", "attrs", P_SIGNER ".5", AFTER,
	     "\xa1\x0b\x30\x09\x06\x03\x2a\x03\x04\x31\x02\x05\x00", UNSIGNED_ATTRS),
	EDIT("empty unsigned attributes", "attrs", P_SIGNER ".5", AFTER, "\xa1\x00", UNSIGNED_ATTRS),
	EDIT("more in the signer", "attrs", P_SIGNER ".5", AFTER, "\x05\x00", MALFORMED),
};

/* The first and the last, and whatever is not quite a time. Tag 0x17 is UTCTime, 0x18 GeneralizedTime. */
struct time_case {
	u8 tag;
	const char *text;
	bool good;
	s64 seconds;
};

static const struct time_case time_cases[] = {
	{ 0x17, "500101000000Z", true, -631152000 },		/* 1950 */
	{ 0x17, "691231235959Z", true, -1 },
	{ 0x17, "700101000000Z", true, 0 },
	{ 0x17, "991231235959Z", true, 946684799 },
	{ 0x17, "000101000000Z", true, 946684800 },
	{ 0x17, "000229120000Z", true, 951825600 },		/* 2000 was a leap year */
	{ 0x17, "380119031408Z", true, 2147483648 },
	{ 0x17, "491231235959Z", true, 2524607999 },		/* 2049 */
	{ 0x18, "20500101000000Z", true, 2524608000 },
	{ 0x18, "19491231235959Z", true, -631152001 },
	{ 0x18, "21000228235959Z", true, 4107542399 },
	{ 0x18, "99991231235959Z", true, 253402300799 },	/* RFC 5280's "no end" */
	{ 0x18, "00010101000000Z", true, -62135596800 },
	{ 0x18, "00000101000000Z", false, 0 },
	{ 0x18, "21000229000000Z", false, 0 },			/* 2100 will be none */
	{ 0x17, "010229000000Z", false, 0 },
	{ 0x17, "010001000000Z", false, 0 },
	{ 0x17, "011301000000Z", false, 0 },
	{ 0x17, "010100000000Z", false, 0 },
	{ 0x17, "010132000000Z", false, 0 },
	{ 0x17, "010431000000Z", false, 0 },
	{ 0x17, "010101240000Z", false, 0 },
	{ 0x17, "010101006000Z", false, 0 },
	{ 0x17, "010101000060Z", false, 0 },
	{ 0x17, "0101010000Z", false, 0 },			/* without seconds */
	{ 0x17, "010101000000", false, 0 },
	{ 0x17, "010101000000+0100", false, 0 },
	{ 0x17, "010101000000z", false, 0 },
	{ 0x17, "01010100000 Z", false, 0 },
	{ 0x17, "/10101000000Z", false, 0 },
	{ 0x17, "01010:000000Z", false, 0 },
	{ 0x17, "20500101000000Z", false, 0 },
	{ 0x17, "", false, 0 },
	{ 0x18, "20500101000000.5Z", false, 0 },
	{ 0x18, "20500101000000", false, 0 },
	{ 0x18, "500101000000Z", false, 0 },
	{ 0x18, "2050-1-1000000Z", false, 0 },
	{ 0x18, "2O500101000000Z", false, 0 },
	{ 0x16, "500101000000Z", false, 0 },
};

#undef GOOD
#undef BAD
#undef EDIT

#endif
