// SPDX-License-Identifier: MIT
/*
 * rampart_cms_parse(): what it accepts holds its own views, is refused when a byte is missing or too much, and means to
 * OpenSSL, if that can read it, the same content and the same signer.
 */
#include <env.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cms.h"
#include "fuzz.h"

static bool is_inside(struct pb_view v, struct pb_view of)
{
	return v.data >= of.data && v.len <= of.len && (size_t)(v.data - of.data) <= of.len - v.len;
}

static void check_ends(struct pb_view blob)
{
	struct rampart_cms cms;
	u8 *longer = malloc(blob.len + 1);

	memcpy(longer, blob.data, blob.len);
	longer[blob.len] = 0;
	REQUIRE(rampart_cms_parse((struct pb_view){ longer, blob.len + 1 }, &cms) == RAMPART_REASON_TRAILING);
	REQUIRE(rampart_cms_parse((struct pb_view){ longer, blob.len - 1 }, &cms) == RAMPART_REASON_TRUNCATED);
	free(longer);
}

static void same_content(CMS_ContentInfo *theirs, struct pb_view content)
{
	ASN1_OCTET_STRING **octets = CMS_get0_content(theirs);

	REQUIRE(octets && *octets && ASN1_STRING_length(*octets) == (int)content.len);
	REQUIRE(!content.len || !memcmp(ASN1_STRING_get0_data(*octets), content.data, content.len));
}

static void same_signer(CMS_ContentInfo *theirs, struct pb_view signer)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(theirs);
	const u8 *p = signer.data;
	X509 *cert = d2i_X509(NULL, &p, signer.len);

	REQUIRE(infos && sk_CMS_SignerInfo_num(infos) == 1);
	/* OpenSSL finds no key identifier where it cannot read some other extension. */
	if (cert && !(X509_get_extension_flags(cert) & EXFLAG_INVALID))
		REQUIRE(!CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(infos, 0), cert));
	X509_free(cert);
}

/* Without its content it is one whole element still, and not longer than was said. */
static void check_detached(const struct rampart_cms *cms)
{
	u8 *buf = malloc(RAMPART_CMS_DETACHED_MAX);
	u32 len = rampart_cms_detach(cms, buf);
	struct rampart_cms none;

	REQUIRE(len <= RAMPART_CMS_DETACHED_MAX);
	REQUIRE(rampart_cms_parse((struct pb_view){ buf, len }, &none) == RAMPART_REASON_MALFORMED);
	REQUIRE(rampart_cms_parse((struct pb_view){ buf, len - 1 }, &none) == RAMPART_REASON_TRUNCATED);
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pb_view blob = { data, size };
	struct rampart_cms cms;
	CMS_ContentInfo *theirs;

	if (rampart_cms_parse(blob, &cms))
		return 0;
	REQUIRE(is_inside(cms.content, blob) && is_inside(cms.signer.der, blob) &&
		is_inside(cms.signer.tbs, cms.signer.der));
	REQUIRE(cms.signer.key_bits >= (cms.signer.key_type == RAMPART_KEY_RSA ? 3072 : 256));
	check_ends(blob);
	check_detached(&cms);

	theirs = d2i_CMS_ContentInfo(NULL, &data, size);
	if (theirs) {
		same_content(theirs, cms.content);
		same_signer(theirs, cms.signer.der);
	}
	CMS_ContentInfo_free(theirs);
	ERR_clear_error();
	return 0;
}
