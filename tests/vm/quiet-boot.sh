#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tests/vm/quiet-boot.sh BUILD FOLDER
# On the host: puts the policy that quiet.sh looks for after a boot, all rules of attack surface reduction in block mode, where rampartd
# finds it in a guest with FOLDER on top of its root.
set -eu
build=$1 state=$2/var/lib/rampart
mkdir -p "$state"
chmod 700 "$state"
cat > "$state/policy.yaml" <<YAML
rampart: 1
name: quiet-boot
version: 1
valid: {from: 2020-01-01, until: 2040-01-01}
asr: {"*": {mode: block}}
exec: {mode: block, trust: [packages, /home, /mnt/share]}
YAML
"$build/bin/rampartctl" policy compile "$state/policy.yaml" -o "$state/policy.pb"
"$build/bin/rampartctl" policy sign "$state/policy.pb" --key "$build/keys/policy.key" --cert "$build/keys/policy.crt" -o "$state/policy.bundle"
rm "$state/policy.yaml" "$state/policy.pb"
