# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by what builds modules out of a folder of links, so that objects stay out of the source tree and of other builds.

# link_sources ROOT DIR FILE...: in DIR a link for each of the files, which are below ROOT, and none for those that are gone.
link_sources() {
	local root=$1 dir=$2 file
	shift 2
	for file; do
		file=${file#"$root"/}
		mkdir -p "$dir/$(dirname "$file")"
		[ "$(readlink "$dir/$file" 2>/dev/null)" = "$root/$file" ] || ln -sfn "$root/$file" "$dir/$file"
	done
	find "$dir" -xtype l -delete
}

# Without what the headers package cannot have: vmlinux, for BTF; and the very compiler that the kernel was built with.
without_known_notes() {
	sed -E '/Skipping BTF generation/d; /the compiler differs from the one used to build the kernel/d
		/^ *The kernel was built by:/d; /^ *You are using:/d'
}

# build_module KDIR DIR ASSIGNMENT...
build_module() {
	local kdir=$1 dir=$2
	shift 2
	MAKEFLAGS='' make -s -j"${JOBS:-1}" -C "$kdir" M="$dir" "$@" modules 2>&1 | without_known_notes >&2
}
