/* SPDX-License-Identifier: MIT */
/* An ECDSA signature (r, s) has a twin, (r, n - s), which anyone can make and which is as good: another certificate. */
#ifndef TWIN_H
#define TWIN_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/x509.h>

/* A copy of @cert, which @issuer has signed with ECDSA, with the other signature; NULL when that cannot be made. */
static X509 *make_twin(X509 *cert, EVP_PKEY *issuer)
{
	const ASN1_BIT_STRING *signature;
	X509 *twin = X509_dup(cert);
	BIGNUM *order = NULL, *r, *s = BN_new();
	ECDSA_SIG *sig;
	const u_char *in;
	u_char *der = NULL;
	int len;

	X509_get0_signature(&signature, NULL, twin);
	in = ASN1_STRING_get0_data(signature);
	sig = d2i_ECDSA_SIG(NULL, &in, ASN1_STRING_length(signature));
	if (!sig || !EVP_PKEY_get_bn_param(issuer, OSSL_PKEY_PARAM_EC_ORDER, &order))
		return NULL;
	r = BN_dup(ECDSA_SIG_get0_r(sig));
	if (!BN_sub(s, order, ECDSA_SIG_get0_s(sig)) || !ECDSA_SIG_set0(sig, r, s))
		return NULL;
	len = i2d_ECDSA_SIG(sig, &der);
	if (len <= 0 || !ASN1_STRING_set((ASN1_BIT_STRING *)signature, der, len))
		return NULL;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	BN_free(order);
	return twin;
}

#endif
