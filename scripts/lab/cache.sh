# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the lab's scripts: messages, and the cache of what is slow to make.

# shellcheck disable=SC2034 # used by those that source this
cache=${RAMPART_CACHE:-$HOME/.cache/rampart}

say() {
	echo "${0##*/}: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# A short name for the content of files, or of standard input.
hash_of() {
	cat -- "$@" | sha256sum | cut -c1-12
}

# cached DIR BUILDER ARGUMENT...: unless DIR exists, has BUILDER fill a new folder (its last argument) and renames that to
# DIR. Of two that want the same DIR at once, one builds and the other waits.
cached() {
	local dest=$1 lock
	shift
	[ ! -e "$dest" ] || return 0
	mkdir -p "$(dirname "$dest")"
	exec {lock}>"$dest.lock"
	flock "$lock"
	if [ ! -e "$dest" ]; then
		rm -rf "$dest.tmp"
		mkdir "$dest.tmp"
		"$@" "$dest.tmp"
		mv -T "$dest.tmp" "$dest"
	fi
	exec {lock}>&-
}
