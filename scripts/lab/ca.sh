# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced: makes certificates for demonstrations and tests, with openssl. All files are in the current folder.

# ca_begin FOLDER: FOLDER takes what openssl needs to remember.
ca_begin() {
	ca_dir=$1
	cat >"$ca_dir/ca.cnf" <<-END
		[ca]
		default_ca = own
		[own]
		database = $ca_dir/index
		new_certs_dir = $ca_dir
		rand_serial = yes
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = supplied
		[root]
		basicConstraints = critical, CA:TRUE
		keyUsage = critical, keyCertSign, cRLSign
		subjectKeyIdentifier = hash
		[issuer]
		basicConstraints = critical, CA:TRUE, pathlen:0
		keyUsage = critical, keyCertSign
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid
		[leaf]
		basicConstraints = critical, CA:FALSE
		keyUsage = critical, digitalSignature
		extendedKeyUsage = codeSigning
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid
		[mail]
		basicConstraints = critical, CA:FALSE
		keyUsage = critical, digitalSignature
		extendedKeyUsage = emailProtection
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid
	END
	: >"$ca_dir/index"
}

ca_key_rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:"${2:-3072}" -out "$1.key"; }
ca_key_ec() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }

# ca_issue ISSUER NAME KEY SUBJECT EXTENSIONS FROM UNTIL [OPENSSL-ARGUMENT...]: NAME.crt for the key in KEY.key, issued
# by ISSUER.crt, or by itself when ISSUER is "self". FROM and UNTIL are words for date -d.
ca_issue() {
	local issuer=$1 name=$2 key=$3 subject=$4 extensions=$5 from=$6 until=$7 by
	shift 7
	by=(-cert "$issuer.crt" -keyfile "$issuer.key")
	[ "$issuer" != self ] || by=(-selfsign -keyfile "$key.key")
	openssl req -new -config /dev/null -key "$key.key" -subj "/CN=$subject" -out "$ca_dir/csr" &&
		openssl ca -batch -notext -config "$ca_dir/ca.cnf" -extensions "$extensions" -in "$ca_dir/csr" \
			-out "$name.crt" "${by[@]}" -startdate "$(date -ud "$from" +%Y%m%d%H%M%SZ)" \
			-enddate "$(date -ud "$until" +%Y%m%d%H%M%SZ)" "$@" 2>"$ca_dir/log" || {
		cat "$ca_dir/log" >&2
		return 1
	}
}
