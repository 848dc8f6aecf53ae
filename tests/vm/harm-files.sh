# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154 # harm.sh's
# Sourced by harm.sh: system calls with their edge cases (syscalls/), as root and as the user, and the everyday tools for files.
# No shell writes here: what is allowed is the tools. Nor can an interpreter be allowed, for which busybox counts by its name.
tools=/usr/local/bin/busybox_tools
programs="/usr/local/bin/syscalls $tools"
changers=$programs
works="syscalls syscalls_user tools"
again=$works
controls=tools by_shell=
failing="(cmp|cp|ln|mv|rm|rmdir): 1"
operations="write create delete rename link setattr"
lines=100 least_reports=1000
cp "$here/syscalls" /usr/local/bin/ && cp /usr/bin/busybox $tools

work_syscalls() { /usr/local/bin/syscalls .; }
work_syscalls_user() { /usr/local/bin/syscalls . 1000; }

listed() {
	$tools find . | sort | while read -r name; do run stat -c '%n %F %a %u:%g %h %s' "$name"; done
	$tools find . -type f | sort | while read -r name; do run md5sum "$name"; done
}

work_tools() {
	run mkdir -p tree/a/b/c tree/d && cd tree || return
	seq 3000 | written numbers
	printf 'one\ntwo\nthree\n' | written text
	run cp text a/copy
	run cp -a a a2
	run cp text missing/copy
	run cp text d
	run mv a/copy a/b/moved
	run mv a2 d/
	run mv missing x
	run mv numbers d/a2
	run ln text hard
	run ln -s text soft
	printf -- '--- text\n+++ text\n@@ -1,3 +1,3 @@\n one\n-zwei\n+deux\n three\n' | written change.diff
	run ln text hard
	run sed -i s/two/zwei/ text
	run cat hard soft
	run dd if=d/a2/numbers of=part bs=100 skip=3 count=5 conv=notrunc
	run dd if=d/a2/numbers of=part bs=1 seek=200 count=50 conv=notrunc
	run truncate -s 400 part
	run fallocate -l 5000 space
	run touch -d '2001-02-03 04:05:06' text
	run stat -c %y text
	run chmod 751 text
	run chmod -R go-rwx d
	run chown 1000:1000 text
	run chown -h 1000 soft
	run tar -cf tree.tar a d text soft
	run mkdir unpacked
	run tar -xf tree.tar -C unpacked
	run gzip -k tree.tar
	run gunzip -f tree.tar.gz
	run tar -tf tree.tar
	run rm tree.tar
	run sort -r -o sorted text
	run cmp text d/text
	run diff -r a unpacked/a
	run patch -p0 -i change.diff
	run mkfifo pipe
	run mknod node c 1 3
	run rmdir a
	run rm a
	run rm -r a
	run rm -f missing
	run rm missing
	run unlink pipe
	run sync text
	listed
	cd ..
	run rm -r tree
	run ls -a
}
