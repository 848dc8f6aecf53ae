// SPDX-License-Identifier: MIT
/* usage: twin CERT ISSUER: prints CERT, which ISSUER has signed with ECDSA, with its signature spelt the other way. */
#include <stdio.h>

#include <openssl/pem.h>

#include "../twin.h"

static X509 *read_certificate(const char *path)
{
	FILE *in = fopen(path, "r");
	X509 *cert = in ? PEM_read_X509(in, NULL, NULL, NULL) : NULL;

	if (in)
		fclose(in);
	return cert;
}

int main(int argc, char **argv)
{
	X509 *cert = argc == 3 ? read_certificate(argv[1]) : NULL;
	X509 *issuer = cert ? read_certificate(argv[2]) : NULL;
	X509 *twin = issuer ? make_twin(cert, X509_get0_pubkey(issuer)) : NULL;

	if (!twin || X509_verify(twin, X509_get0_pubkey(issuer)) != 1) {
		fprintf(stderr, "usage: twin CERT ISSUER (PEM files, signed with ECDSA)\n");
		return 2;
	}
	return !PEM_write_X509(stdout, twin);
}
