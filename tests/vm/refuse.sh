#!/bin/sh
# SPDX-License-Identifier: MIT
# What must not count is refused twice, in a guest: by the daemon in words, and by the kernel itself when a client
# speaks to it past the daemon. After each, what was in force still is. The kernel's PKCS#7 verifier, left alone, takes
# many of these: expired signers, trailing bytes, SHA-1, what a signer (revoked or not) has issued without being a
# CA, what a CA has issued after its end, and the other spelling of an ECDSA signature.
here=$(dirname "$0")
. "$here/lib.sh"
signed="$here/refuse"
rawnl="$here/rawnl"
ec=yes
variants=2000
# That kernel has no ECDSA; and a few will do to see that it does as the other.
case $(uname -r) in 6.1.*) ec= variants=200 ;; esac

# in_force: what is, as the kernel says.
in_force() { echo status | "$rawnl" | sed 's/.*| //'; }
# answer NAME EXPECTED COMMAND...: passes when what the command prints begins so, whatever its status.
answer() {
	name=$1 expected=$2
	shift 2
	out=$("$@" 2>&1)
	case $out in "$expected"*) ok "$name" ;; *) not_ok "$name" "$out instead of $expected" ;; esac
}
# raw: lines of what the kernel has to answer, as REASON/ERRNO, and what it is asked. What is in force must not move.
raw() {
	cat > /tmp/requests
	cut -d ' ' -f 2- /tmp/requests | "$rawnl" > /tmp/answers 2>&1
	exec 3< /tmp/answers
	while read -r expected request; do
		out=
		IFS= read -r out <&3
		case $out in
		"${expected%/*} ${expected#*/} "*"| $before") ok "kernel/$request" ;;
		*) not_ok "kernel/$request" "$out instead of $expected and $before" ;;
		esac
	done < /tmp/requests
}
# both: lines of NAME REASON ERRNO WORDS: bundles that both refuse.
both() {
	: > /tmp/loads
	while read -r name reason errno words; do
		echo "$reason/$errno load $signed/$name.bundle" >> /tmp/loads
		says "daemon/$name" "refused: $words" rampartctl policy apply "$signed/$name.bundle"
	done
	raw < /tmp/loads
}
still_in_force() {
	answer "$1/in_force" "$before" in_force
	refused "$1/protected" sh -c 'echo x > /srv/ledger/f'
	check "$1/allowed" /usr/local/bin/editor /srv/ledger/letter "$1"
	check "$1/saved" grep -q "$1" /srv/ledger/letter
}

mkdir -p /srv/ledger /usr/local/bin && echo original > /srv/ledger/f
cp "$here/editor" /usr/local/bin/editor && chmod 755 /usr/local/bin/editor
check base/apply rampartctl policy apply "$signed/base.bundle"
check base/enforcing wait_enforcing
before=$(in_force)

# --- every reason ---
both <<END
stranger wrong_key ENOKEY wrong key
alone wrong_key ENOKEY wrong key
mail wrong_eku EKEYREJECTED wrong EKU
signer-expired signer_expired EKEYEXPIRED expired: the signer
signer-future signer_not_yet EKEYREJECTED not yet valid: the signer
expired expired ETIME expired: the policy
future not_yet ETIME not yet valid: the policy
gone revoked EKEYREVOKED revoked
suicide revoked EKEYREVOKED revoked
older rolled_back ESTALE rolled back
other-10 same_version EEXIST same version with other content
truncated truncated EBADMSG truncated
trailing trailing EBADMSG trailing bytes
sha1 weak_hash EKEYREJECTED weak hash
md5 weak_hash EKEYREJECTED weak hash
sha1-cert weak_hash EKEYREJECTED weak hash
weak-key weak_key EKEYREJECTED weak key
weaker-key weak_key EKEYREJECTED weak key
unknown unknown_field EPROTO unknown field
cap over_cap E2BIG over a cap
elsewhere not_this_host EADDRNOTAVAIL not for this host
machine not_this_host EADDRNOTAVAIL not for this host
changed bad_signature EKEYREJECTED the content is not what was signed
mixed bad_signature EKEYREJECTED the content is not what was signed
unsigned malformed EBADMSG not a CMS SignedData
indefinite malformed EBADMSG not a CMS SignedData
endless truncated EBADMSG truncated
unsigned-attrs unsigned_attrs EKEYREJECTED attributes outside the signature
attrs-twice malformed EBADMSG not a CMS SignedData
nobody signers EKEYREJECTED exactly one signer
two-signers signers EKEYREJECTED exactly one signer
nocerts no_certificate EKEYREJECTED the signer's certificate is not in the message
keyid key_id EKEYREJECTED the signer is named by its key identifier
by-leaf wrong_key ENOKEY wrong key
by-gone wrong_key ENOKEY wrong key
deeper wrong_key ENOKEY wrong key
under-old signer_expired EKEYEXPIRED expired: the signer
under-gone revoked EKEYREVOKED revoked
END
if [ "$ec" ]; then
	both <<END
ec revoked EKEYREVOKED revoked
ec-twin revoked EKEYREVOKED revoked
END
else
	both <<END
ec algorithm ENOPKG this kernel cannot verify that signature algorithm
END
fi
truncate -s 65M /tmp/large.bundle
still_in_force refusals

# --- requests that no client of ours makes ---
good="$signed/good.bundle"
raw <<END
too_large/EFBIG load /tmp/large.bundle
-/EINVAL send load_policy
-/EINVAL send disarm
-/EINVAL send load_policy fd:u8:3
-/EINVAL send load_policy fd:u64:3
-/EINVAL send load_policy fd:beyond:64
-/EINVAL send load_policy fd:file:$good 99:u32:1
-/EINVAL headless
-/EOPNOTSUPP send 99
-/EOPNOTSUPP send events
unreadable/EIO send load_policy fd:u32:99
unreadable/EIO send load_policy fd:u32:4294967295
unreadable/EIO send load_policy fd:file:/tmp
unreadable/EIO send load_policy fd:write:/tmp/large.bundle
unreadable/EIO send load_policy fd:path:$good
unreadable/EIO send load_policy fd:pipe:
unreadable/EIO send load_policy fd:file:/dev/zero
unreadable/EIO send disarm fd:u32:99
unknown_field/EPROTO disarm $good
permission/EPERM send grant payload:hex:0a01
permission/EPERM send set_floor payload:hex:08ffffffffffffffff7f
-/EPERM send subscribe
-/EPERM send ack batch:u64:1
-/EINVAL send ack
-/ERANGE send grant payload:zeros:1025
-/ERANGE send set_floor payload:zeros:65000
-/EINVAL send hint
-/EINVAL send hint path:text:/home/x
-/EINVAL send hint path:text:relative hint:u32:1
-/EINVAL send hint path:text: hint:u32:1
-/EINVAL send hint path:text:/home/x hint:u32:99
-/EINVAL send hint path:hex:2f61 hint:u32:1
-/ENOENT send hint path:text:/nowhere hint:u32:2
-/EINVAL send hint path:text:/home/user hint:u32:3
-/EINVAL send hint path:text:/home/user folder:text:Documents hint:u32:3
-/EINVAL send hint path:text:/home/user folder:text:a/b below:text:x hint:u32:3
-/ENOENT send hint path:text:/home/user folder:text:Documents below:text:nowhere hint:u32:3
-/EINVAL send hint path:text:/home/user folder:text:Documents below:text:. hint:u32:3
END
answer kernel/unprivileged "- EPERM" setpriv --reuid=1000 --regid=1000 --clear-groups "$rawnl" load "$good"
answer kernel/without_net_admin "- EPERM" setpriv --bounding-set -net_admin "$rawnl" load "$good"
answer kernel/without_mac_admin "- EPERM" setpriv --bounding-set -mac_admin "$rawnl" load "$good"
check kernel/status_for_all setpriv --reuid=1000 --regid=1000 --clear-groups "$rawnl" status
still_in_force requests

# --- what was good once ---
check deep/intermediate rampartctl policy apply "$signed/deep.bundle"	# version 11
check deep/enforcing wait_enforcing
before=$(in_force)
# Set back, the clock counts for nothing: what has run out stays so. And the kernel forgets no revocation.
date -s 2020-06-01 > /dev/null
both <<END
base rolled_back ESTALE rolled back
expired expired ETIME expired: the policy
signer-expired signer_expired EKEYEXPIRED expired: the signer
gone revoked EKEYREVOKED revoked
END
date -s "@$(kernel floor_time)" > /dev/null
still_in_force replay

# --- another boot, as far as one guest can have it ---
check reload/token token "$(kernel challenge)" /tmp/token
answer reload/disarm "ok 0" "$rawnl" disarm /tmp/token
answer reload/disarm_again "challenge EKEYREJECTED" "$rawnl" disarm /tmp/token
end_daemon
check reload/unload rmmod rampart
check reload/load insmod /usr/lib/rampart/rampart.ko
answer reload/token_replayed "challenge EKEYREJECTED" "$rawnl" disarm /tmp/token
# Before the daemon is there, nobody knows of version 11.
answer reload/older_before_the_daemon "ok 0" "$rawnl" load "$signed/older.bundle"
check reload/daemon start_daemon
check reload/enforcing wait_enforcing
answer reload/floor "11" kernel floor_version
answer reload/version "11" kernel version
before=$(in_force)
both <<END
base rolled_back ESTALE rolled back
older rolled_back ESTALE rolled back
large-changed bad_signature EKEYREJECTED the content is not what was signed
END
still_in_force reload

check large/apply rampartctl policy apply "$signed/large.bundle"
check large/enforcing wait_enforcing
before=$(in_force)
answer large/version "test 12" in_force
still_in_force large

# --- 16 KiB, with one bit changed or cut ---
echo "# variants with seed ${RAMPART_SEED:=$(date +%s)}"
check torture/refused "$rawnl" torture "$signed/torture.bundle" "$variants" "$RAMPART_SEED"
echo "# $out"
still_in_force torture
answer torture/whole "ok 0" "$rawnl" load "$signed/torture.bundle"

# --- the last version of all ---
check last/apply rampartctl policy apply "$signed/last.bundle"
before=$(in_force)
answer last/version "test 18446744073709551615" in_force
both <<END
good rolled_back ESTALE rolled back
other-last same_version EEXIST same version with other content
END
finish
