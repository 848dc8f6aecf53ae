// SPDX-License-Identifier: MIT
/*
 * usage: attrs unsigned|twice FILE: prints a signed message, which has signed attributes, with an attribute that nobody
 * signed, or with one of the signed ones twice.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/cms.h>

static int change(CMS_SignerInfo *si, const char *how)
{
	if (!strcmp(how, "unsigned"))
		return CMS_unsigned_add1_attr_by_NID(si, NID_pkcs9_unstructuredName, V_ASN1_UTF8STRING, "x", 1);
	return !strcmp(how, "twice") && CMS_signed_get_attr_count(si) > 0 &&
	       CMS_signed_add1_attr(si, CMS_signed_get_attr(si, 0));
}

int main(int argc, char **argv)
{
	BIO *in = argc == 3 ? BIO_new_file(argv[2], "r") : NULL;
	CMS_ContentInfo *cms = in ? d2i_CMS_bio(in, NULL) : NULL;
	STACK_OF(CMS_SignerInfo) *infos = cms ? CMS_get0_SignerInfos(cms) : NULL;

	if (sk_CMS_SignerInfo_num(infos) != 1 || !change(sk_CMS_SignerInfo_value(infos, 0), argv[1])) {
		fputs("usage: attrs unsigned|twice FILE\n", stderr);
		return 2;
	}
	return i2d_CMS_bio(BIO_new_fp(stdout, BIO_NOCLOSE), cms) != 1;
}
