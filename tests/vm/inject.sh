#!/bin/sh
# SPDX-License-Identifier: MIT
# The way in through an allowed program: every attack works without enforcement, and in block mode none does.
here=$(dirname "$0")
. "$here/lib.sh"
# LD_AUDIT loads the loader once more, by the name that Debian has for it among the libraries.
[ -e /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 ] || ln -s /lib64/ld-linux-x86-64.so.2 /lib/x86_64-linux-gnu/
docs=/home/user/Documents
# attack NAME FILE
attack() {
	as_user "$here/inject" run "$1" /usr/local/bin/editor "$docs/$2" "$here/preload.so"
}
# phase NAME EXPECTED
phase() {
	for a in $("$here/inject" list); do
		r=$(attack "$a" "$1-$a")
		[ "${r%% *}" = "$2" ] && ok "$1/$a" || not_ok "$1/$a" "not $2: $r"
	done
}
check apply_off apply 1 off off
install_editor
mkdir -p $docs && chown user /home/user $docs
phase off changed
check apply apply 2 block off
check enforcing wait_enforcing
phase block unchanged
check allowed_all_the_while /usr/local/bin/editor $docs/letter "dear reader"
finish
