#!/bin/sh
# SPDX-License-Identifier: MIT
# Application control: what exec denies by its path, its content and its package, and what runs when only what is trusted does. Each way
# around it is first seen to work where nothing is refused.
here=$(dirname "$0")
. "$here/lib.sh"
share=$(realpath "$here")
tools=/srv/tools
home=/home/user/exec
dash=$(readlink -f "$(command -v dash)")
loader=/lib64/ld-linux-x86-64.so.2
library=$(readlink -f /lib/x86_64-linux-gnu/libc.so.6)
echo 0 > /tmp/version
# control EXEC [MORE]: the section exec, and more of the policy, in force.
control() {
	version=$(($(cat /tmp/version) + 1))
	echo $version > /tmp/version
	apply_yaml <<-YAML && wait_enforcing
		rampart: 1
		name: test
		version: $((${version_before:-0} + version))
		valid: {from: 2020-01-01, until: 2040-01-01}
		exec: $1
		# Commands that are links to busybox would be interpreters of what they read.
		classes:
		  shell: {paths: [/usr/bin/dash, /usr/bin/bash], roles: [interprets]}
		  interpreter: {paths: [/usr/bin/dash, /usr/bin/bash], roles: [interprets]}
		${2-}
	YAML
}
digest() { sha256sum "$1" | cut -d ' ' -f 1; }
runs() { "$@" -c :; }
by_loader() { $loader "$1" -c :; }
# last FILTER: of the last event.
last() {
	settled
	rampartctl events --json --limit 1 > /tmp/event
	jq -e ".[0] | $1" /tmp/event > /dev/null || { cat /tmp/event; return 1; }
}
# A shell that has another digest than the system's.
prepare() {
	rm -rf $tools $home /tmp/tool && mkdir -p $tools $home && cp "$dash" $tools/psexec && echo >> $tools/psexec
	chmod 755 $tools/psexec
	printf '#!/bin/sh\n: a script that is known\n' > $tools/script && chmod 755 $tools/script
	cp "$library" $tools/lib.so && echo >> $tools/lib.so
	cp $tools/psexec /tmp/tool && cp $tools/psexec $home/tool && cp $tools/script $home/script && cp $tools/lib.so $home/lib.so
	chown -R 1000:1000 $home
}
interpreted() { printf '#!/tmp/tool\n:\n' > /tmp/interpreted && chmod 755 /tmp/interpreted && /tmp/interpreted; }
in_memory() { "$here/told" memory /tmp/tool -c :; }
# bash opens a library by dlopen(3); this one is none of its own.
opens() { bash -c "enable -f $1 none" 2>&1 | tee /tmp/said; }
loads() { opens "$1" | grep -q 'cannot find'; }

# --- by path ---
prepare
check off/runs runs $tools/psexec
check off/loader by_loader $tools/psexec
check off/memory in_memory
check off/interpreted interpreted
check off/script $tools/script
check off/library loads $tools/lib.so

check audit control "{mode: audit, deny: [{path: $tools/psexec}, {sha256: $(digest /tmp/tool)}]}"
check audit/runs runs $tools/psexec
# First it is executed, then it is loaded.
check audit/reported last '.rule == "exec_deny" and .outcome == "audited"'
check audit/loader by_loader $tools/psexec
check audit/memory in_memory

check path control "{mode: block, deny: [{path: $tools/psexec}]}"
refused path/runs runs $tools/psexec
check path/reported last '.rule == "exec_deny" and .outcome == "blocked" and .path == "/srv/tools/psexec"'
refused path/loader by_loader $tools/psexec
ln -sf $tools/psexec /tmp/symlink
refused path/symlink runs /tmp/symlink
ln -f $tools/psexec $tools/link
refused path/hard_link runs $tools/link
mv $tools/psexec $tools/renamed
refused path/renamed runs $tools/renamed
mv $tools/renamed $tools/psexec
check path/copy runs /tmp/tool
check path/others runs "$dash"

check folder control "{mode: block, deny: [{path: $tools}]}"
refused folder/runs runs $tools/psexec
refused folder/script $tools/script

# --- by content ---
check content control "{mode: block, deny: [{sha256: $(digest /tmp/tool)}, {sha256: $(digest $tools/script)}, {sha256: $(digest $tools/lib.so)}]}"
refused content/runs runs $tools/psexec
refused content/runs_again runs $tools/psexec
refused content/copy runs /tmp/tool
refused content/of_a_user as_user $home/tool -c :
mv $tools/psexec $tools/renamed
refused content/renamed runs $tools/renamed
mv $tools/renamed $tools/psexec
refused content/loader by_loader /tmp/tool
refused content/memory in_memory
refused content/interpreted interpreted
refused content/script $tools/script
cp $tools/script /tmp/script
refused content/script_copy /tmp/script
opens $tools/lib.so > /dev/null
check content/library grep -q 'failed to map' /tmp/said
check content/others runs "$dash"
echo >> $tools/psexec
check content/changed runs $tools/psexec
# What was remembered of the file holds no more, whichever way it is written to.
cp /tmp/tool $tools/psexec
refused content/changed_back runs $tools/psexec

# --- a list of them in a file, and exclusions ---
{ echo '# known'; digest /tmp/tool; seq 1000 | awk '{ printf "%064x\n", $1 }'; } > /tmp/known
check file control "{mode: block, deny_file: /tmp/known}"
refused file/runs runs /tmp/tool
check exclusion control "{mode: block, deny_file: known, exclude: [{object: $tools, name: tools, owner: me, reason: a test}]}"
check exclusion/runs runs $tools/psexec
check exclusion/reported last '.outcome == "allowed" and .exclusion == "tools"'
refused exclusion/elsewhere runs /tmp/tool

# --- by package ---
package=$(dpkg-query -S "$dash" 2> /dev/null | cut -d : -f 1)
if [ "$package" = dash ]; then
	check package control "{mode: block, deny: [{package: 'dash*'}]}"
	refused package/runs runs "$dash"
	ln -sf "$dash" /tmp/symlink
	refused package/symlink runs /tmp/symlink
	check package/copy runs /tmp/tool
else
	skip package "dpkg knows no dash here"
fi

# --- only what is trusted ---
check trust/audit control "{mode: audit, trust: [packages, $share]}"
check trust/audit/home as_user $home/tool -c :
check trust/audit/reported last '.rule == "trust_exec" and .outcome == "audited"'
check trust/audit/library loads $home/lib.so
check trust control "{mode: block, trust: [packages, $share]}"
refused trust/home as_user $home/tool -c :
check trust/reported last '.rule == "trust_exec" and .outcome == "blocked" and .op == "exec"'
refused trust/tmp runs /tmp/tool
refused trust/script as_user $home/script
refused trust/loader by_loader /tmp/tool
refused trust/memory in_memory
refused trust/library loads $home/lib.so
check trust/installed as_user "$dash" -c :
check trust/installed_library loads "$library"
check trust/admin rampartctl status
check trust/session as_user "$dash" -c 'exec env ls /'
check trust/root "$dash" -c 'mount > /dev/null && id'

check trusted_path control "{mode: block, trust: [packages, $share, $tools]}"
check trusted_path/runs runs $tools/psexec
check trusted_path/script $tools/script
refused trusted_path/elsewhere as_user $home/tool -c :

check trusted_digest control "{mode: block, trust: [packages, $share, {sha256: $(digest $home/tool)}, {sha256: $(digest $home/script)}, {sha256: $(digest $home/lib.so)}]}"
check trusted_digest/runs as_user $home/tool -c :
check trusted_digest/runs_again as_user $home/tool -c :
refused trusted_digest/memory in_memory
# What is read again, or can be written to once it is mapped, is root's to trust.
refused trusted_digest/script as_user $home/script
refused trusted_digest/library loads $home/lib.so
check trusted_digest/script_of_root $tools/script
check trusted_digest/library_of_root loads $tools/lib.so
as_user "$dash" -c "echo >> $home/tool"
refused trusted_digest/changed as_user $home/tool -c :

# --- what has not changed for long ---
# later DAYS: by the clock.
later() { date -s "@$(($(date +%s) + $1 * 86400))" > /dev/null; }
held() { loads $home/lib.so; } 3>> $home/lib.so
prepare
cp $home/tool /dev/shm/tool && chown 1000:1000 /dev/shm/tool
check aged control "{mode: block, trust: [packages, $share]}" "aged_days: 30"
refused aged/new as_user $home/tool -c :
later 29
refused aged/not_yet as_user $home/tool -c :
later 2
check aged/runs as_user $home/tool -c :
check aged/script as_user $home/script
check aged/library loads $home/lib.so
refused aged/open_for_writing held
mkdir -p /mnt/nosuid && mount --bind $home /mnt/nosuid
check aged/bound as_user /mnt/nosuid/tool -c :
mount -o remount,bind,nosuid /mnt/nosuid
refused aged/nosuid as_user /mnt/nosuid/tool -c :
umount /mnt/nosuid
refused aged/memory as_user /dev/shm/tool -c :
refused aged/memory_only in_memory
as_user "$dash" -c "cat $home/tool > $home/copy && chmod 755 $home/copy && touch -d 2020-01-01 $home/copy"
refused aged/copy_with_old_time as_user $home/copy -c :
as_user mv $home/tool $home/renamed
refused aged/renamed as_user $home/renamed -c :
as_user "$dash" -c "echo >> $home/script && touch -d 2020-01-01 $home/script"
refused aged/changed as_user $home/script
check aged/not_asked control "{mode: block, trust: [packages, $share]}"
refused aged/not_asked/library loads $home/lib.so
later -31
prepare

check trust_exclusion control "{mode: block, trust: [packages, $share]}" \
	"asr: {trust_exec: {exclude: [{object: $home, name: own, owner: me, reason: a test}]}}"
check trust_exclusion/runs as_user $home/tool -c :
refused trust_exclusion/elsewhere runs /tmp/tool
check trust_off control "{mode: block, trust: [packages, $share]}" "asr: {trust_exec: {mode: audit}}"
check trust_off/runs runs /tmp/tool
finish
