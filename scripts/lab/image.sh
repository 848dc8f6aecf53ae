# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the makers of guest roots.

# copy_program FILE ROOT [PATH [LIBRARIES]]: copies a program into ROOT, at PATH or its own, with the libraries it is linked with,
# but for those that the file LIBRARIES names.
copy_program() {
	local file=$1 root=$2 path=${3:-$1} there=${4:-/dev/null} lib
	path=$(usr_path "$path")
	mkdir -p "$root${path%/*}"
	cp --remove-destination -Lp "$file" "$root$path"
	for lib in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
		path=$(usr_path "$lib")
		[ ! -e "$root$path" ] && ! grep -qxF "$path" "$there" || continue
		mkdir -p "$root${path%/*}"
		cp -Lp "$lib" "$root$path"
	done
}

# In the guests /bin, /sbin, /lib and /lib64 are links into /usr, as in Debian.
usr_path() {
	case $1 in
	/bin/* | /sbin/* | /lib/* | /lib64/*) echo "/usr$1" ;;
	*) echo "$1" ;;
	esac
}

# make_image FOLDER IMAGE SIZE NUMBER: an ext4 image of FOLDER. The number tells the guest's file systems apart by their UUID.
# It is the same each time it is made, and leaves nothing for the guest to initialise.
make_image() {
	local id=72616d70-6172-7400-0000-00000000000$4
	truncate -s "$3" "$2"
	mke2fs -q -t ext4 -J size=16 -U "$id" -E "hash_seed=$id,lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0" -d "$1" "$2"
}
