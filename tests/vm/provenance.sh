#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: provenance.sh [off|audit|block]...: in these modes, by default in all of them
# Where files come from: what a program has fetched, saved, installed or copied is known as such, whatever becomes of it. Each attack is
# tried without a rule (it works), with one that reports, and with one that refuses; and what was not fetched runs all the time.
here=$(dirname "$0")
. "$here/lib.sh"
bin=/usr/local/bin
mkdir -p $bin
for name in fetch save pack copy interp other; do cp "$here/told" $bin/$name && chmod 755 $bin/$name; done
# Root's too, so that he can be the one who attacks.
work=/srv/work
mkdir -p $work && chmod 1777 $work
cp "$here/told" $work/program
printf '#!/bin/sh\necho run\n' > $work/script && chmod 755 $work/script
chmod 755 $work/program
# Most of the disk's tools are one busybox here, which would be everything at once.
echo 0 > /tmp/version
rule() {
	version=$(($(cat /tmp/version) + 1))
	echo $version > /tmp/version
	apply_yaml <<-YAML && { [ "$1" = off ] || wait_enforcing; }
		rampart: 1
		name: test
		version: $((${version_before:-0} + version))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr:
		  script_dl_exec: {mode: $1}
		  mail_exec: {mode: $1}
		  removable_exec: {mode: $1}
		  tool_copy: {mode: $1}
		  obf_script: {mode: $1}
		classes:
		  browser: {paths: [/usr/local/bin/browser], roles: [downloads]}
		  fetcher: {paths: [$bin/fetch], roles: [downloads]}
		  mail: {paths: [$bin/save], roles: [mails]}
		  package_manager: {paths: [$bin/pack], roles: [packages]}
		  copier: {paths: [$bin/copy], roles: [copies]}
		  shell: {paths: [/usr/bin/dash, /usr/bin/bash], roles: [interprets]}
		  interpreter: {paths: [$bin/interp], roles: [interprets]}
		  packaged_only: {paths: [$bin/packaged_only]}
		rules:
		  - {id: own_packaged, mode: $1, on: exec, exe: [packaged_only], not_object: [packaged], title: "only packages"}
	YAML
}
# who COMMAND...: as root or as the ordinary user.
who() { if [ "$by" = user ]; then as_user "$@"; else "$@"; fi; }
last() {
	settled
	rampartctl events --json --limit 1 > /tmp/event
	jq -e ".[0] | $1" /tmp/event > /dev/null || { cat /tmp/event; return 1; }
}
fetched() { who $bin/fetch copy $work/$1 $dir/$2 && who chmod 755 $dir/$2; }
runs() { [ "$("$@" 2> /dev/null)" = run ]; }

# --- the attacks ---
# rule_of ATTACK: that refuses it.
rule_of() {
	case $1 in
	mailed*) echo mail_exec ;;
	tool*) echo tool_copy ;;
	encoded* | escaped | shared_memory) echo obf_script ;;
	removable*) echo removable_exec ;;
	*) echo script_dl_exec ;;
	esac
}
a_program() { fetched program f && who sh -c "$dir/f; [ \$? = 2 ]"; }
a_renamed() { fetched program f && who mv $dir/f $dir/g && who sh -c "$dir/g; [ \$? = 2 ]"; }
a_linked() { fetched program f && who ln $dir/f $dir/h && who sh -c "$dir/h; [ \$? = 2 ]"; }
a_symlink() { fetched program f && who ln -s f $dir/s && who sh -c "$dir/s; [ \$? = 2 ]"; }
a_copied() { fetched program f && who $bin/copy copy $dir/f $dir/c && who sh -c "$dir/c; [ \$? = 2 ]"; }
a_copied_twice() {
	fetched program f && who $bin/copy copy $dir/f $dir/c && who $bin/copy copy $dir/c $dir/d &&
		who sh -c "$dir/d; [ \$? = 2 ]"
}
a_copied_out() {
	fetched program f && who sh -c "$bin/copy print $dir/f > $dir/c" && who chmod 755 $dir/c &&
		who sh -c "$dir/c; [ \$? = 2 ]"
}
a_written_out() {
	who sh -c "$bin/fetch print $work/program > $dir/f" && who chmod 755 $dir/f && who sh -c "$dir/f; [ \$? = 2 ]"
}
a_over_another() {
	who cp $work/script $dir/mine && fetched program mine && who sh -c "$dir/mine; [ \$? = 2 ]"
}
a_script() { fetched script f && runs who sh $dir/f; }
a_script_by_line() { fetched script f && runs who sh -c "$dir/f"; }
a_script_renamed() { fetched script f && who mv $dir/f $dir/f.txt && runs who bash $dir/f.txt; }
a_script_by_link() { fetched script f.sh && who ln -s f.sh $dir/x && runs who sh $dir/x; }
a_script_option() { fetched script f && runs who sh -e $dir/f; }
a_sourced() { fetched script f.sh && runs who sh -c ". $dir/f.sh"; }
a_input() { fetched script f && runs who sh -c "sh < $dir/f"; }
a_input_option() { fetched script f && runs who sh -c "sh -s one two < $dir/f"; }
a_pipe() { runs who sh -c "$bin/fetch print $work/script | sh"; }
a_pipe_late() { runs who sh -c "{ sleep 1; exec $bin/fetch print $work/script; } | sh"; }
a_pipe_early() { runs who sh -c "$bin/fetch print $work/script | { sleep 1; exec sh; }"; }
a_pipe_through() { runs who sh -c "$bin/fetch print $work/script | $bin/copy print /dev/stdin | sh"; }
a_pipe_named() {
	who mkfifo $dir/pipe && runs who sh -c "$bin/fetch print $work/script > $dir/pipe & sh < $dir/pipe"
}
a_library() { fetched program f && who $bin/interp load $dir/f; }
a_mailed() { who $bin/save copy $work/program $dir/f && who $bin/other exec $dir/f; [ $? = 2 ]; }
a_mailed_script() { who $bin/save copy $work/script $dir/f && runs who sh $dir/f; }
a_mailed_unpacked() {
	who $bin/save copy $work/program $dir/f && who $bin/copy copy $dir/f $dir/g && who $bin/other exec $dir/g
	[ $? = 2 ]
}
a_tool() { who $bin/copy copy /usr/bin/dash $dir/harmless && runs who $dir/harmless -c 'echo run'; }
a_tool_twice() {
	who $bin/copy copy /usr/bin/dash $dir/one && who $bin/copy copy $dir/one $dir/two &&
		runs who $dir/two -c 'echo run'
}
a_tool_moved() {
	who $bin/copy copy /usr/bin/dash $dir/one && who mv $dir/one $dir/kworker &&
		runs who $dir/kworker -c 'echo run'
}
a_encoded() {
	runs who sh -c "echo ZWNobyBydW4= | base64 -d | sh"
}
a_encoded_long() {
	runs who sh -c "x=$(printf '#%0600d\necho run\n' 1 | openssl enc -aes-128-ctr -K 0 -iv 0 2> /dev/null | base64 -w 0); echo run"
}
a_escaped() { runs who sh -c "printf '\\x65\\x63\\x68\\x6f\\x20\\x72\\x75\\x6e\\x20\\x23\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20\\x20' > /dev/null; echo run"; }
a_shared_memory() {
	who cp $work/script /dev/shm/$by && runs who sh /dev/shm/$by
}
a_removable() { who $bin/other exec /media/stick/program; [ $? = 2 ]; }
a_removable_script() { runs who sh /media/stick/script; }
a_removable_copy() { who $bin/copy copy /media/stick/program $dir/f && who $bin/other exec $dir/f; [ $? = 2 ]; }
a_removable_library() { who $bin/other load /media/stick/program; }
attacks="program renamed linked symlink copied copied_twice copied_out written_out over_another script script_by_line script_renamed
	script_by_link script_option sourced input input_option pipe pipe_late pipe_early pipe_through pipe_named library mailed
	mailed_script mailed_unpacked tool tool_twice tool_moved encoded encoded_long escaped shared_memory"
# Ordinary work: nothing that was fetched is run, or nobody runs it.
harmless() {
	check $1/own who sh -c "cp $work/script $dir/mine && chmod 755 $dir/mine && $dir/mine"
	check $1/data who sh -c "$bin/fetch copy $work/program $dir/data && wc -c < $dir/data && cat $dir/data | wc -c"
	check $1/data_pipe who sh -c "$bin/fetch print $work/script | cat | wc -l"
	check $1/data_script who sh -c "$bin/fetch print $work/script | sh $work/script"
	check $1/data_text who sh -c "$bin/fetch print $work/script | sh -c 'cat; echo end'"
	check $1/decoded who sh -c 'echo ZWNobyBydW4= | base64 -d | sha256sum'
	check $1/digest who sh -c "echo $(head -c 4096 /dev/zero | sha256sum | cut -c 1-64)$(head -c 4095 /dev/zero | sha256sum | cut -c 1-64)"
	check $1/data_copy who $bin/copy copy $work/script $dir/copy
	check $1/copy_runs runs who sh $dir/copy
}
removable() {
	modprobe -q sd_mod && modprobe -q scsi_debug dev_size_mb=16 removable=1 || return
	for _ in $(seq 50); do stick=$(ls /sys/bus/pseudo/drivers/scsi_debug/adapter0/host*/target*/*/block 2> /dev/null) && break; sleep 0.1; done
	[ -n "$stick" ] && mke2fs -q /dev/$stick && mkdir -p /media/stick && mount /dev/$stick /media/stick &&
		cp $work/program $work/script /media/stick/
}
if removable; then
	attacks="$attacks removable removable_script removable_copy removable_library"
else
	skip removable "this kernel has no scsi_debug, or no disk came of it"
fi

# each MODE
each() {
	for by in root user; do
		for attack in $attacks; do
			dir=$work/$1-$by-$attack
			who mkdir $dir
			case $1 in
			block)
				refused block/$by/$attack a_$attack
				check block/$by/$attack/reported last ".rule == \"$(rule_of $attack)\" and .outcome == \"blocked\""
				;;
			*) check $1/$by/$attack a_$attack ;;
			esac
			[ $1 != audit ] || check audit/$by/$attack/reported last ".rule == \"$(rule_of $attack)\" and .outcome == \"audited\""
		done
		dir=$work/$1-$by-harmless
		who mkdir $dir
		harmless $1/$by
	done
}
for mode in ${*:-off audit block}; do
	check $mode rule $mode
	each $mode
done

# --- the marks themselves ---
by=root dir=$work/marks
mkdir $dir
marks() { getfattr -n security.rampart -e hex --only-values "$1" 2> /dev/null | od -An -tx1; }
fetched program f
check marks/there test -n "$(marks $dir/f)"
refused marks/removed setfattr -x security.rampart $dir/f
check marks/removed_reported last '.rule == "provenance" and .op == "setxattr" and .outcome == "blocked"'
refused marks/changed setfattr -n security.rampart -v 0x0100000000 $dir/f
check marks/same setfattr -n security.rampart -v "0x$(marks $dir/f | tr -d ' ')" $dir/f
# As on a file system without such attributes: what copies them goes on.
says marks/invented 'not supported' setfattr -n security.rampart -v 0x0100080000 $work/script
check marks/not_invented test -z "$(marks $work/script)"
refused marks/in_a_namespace unshare -r setfattr -x security.rampart $dir/f
check marks/others_may setfattr -n user.rampart -v x $dir/f
: > $dir/f
check marks/stay_when_emptied test -n "$(marks $dir/f)"
cp $work/script $dir/sparse && truncate -s 100 $dir/sparse
check marks/none_by_others test -z "$(marks $dir/sparse)"

# --- packages: only what installs them makes files that are theirs, and only for as long as nobody else writes to them ---
lib=/usr/lib/packaged
mkdir -p $lib
cp "$here/told" $bin/packaged_only
check packaged/policy rule block
told_nothing() { "$@"; [ $? = 2 ]; }
packaged_runs() { told_nothing $bin/packaged_only exec $1; }
pack() { $bin/pack copy $work/program $lib/$1; }
by_script() { $bin/pack exec /bin/sh -c "cp $work/program $lib/$1"; }
check packaged/made pack program
check packaged/runs packaged_runs $lib/program
check packaged/made_by_script by_script scripted
check packaged/scripted_runs packaged_runs $lib/scripted
mv $lib/program $lib/moved
check packaged/moved_runs packaged_runs $lib/moved
cp $work/program $lib/foreign
refused packaged/foreign packaged_runs $lib/foreign
check packaged/foreign_reported last '.rule == "own_packaged" and .outcome == "blocked"'
cp $lib/moved $lib/copy
refused packaged/copy packaged_runs $lib/copy
echo >> $lib/moved
refused packaged/changed packaged_runs $lib/moved
check packaged/made_again pack again
truncate -s 500000 $lib/again
refused packaged/truncated packaged_runs $lib/again
as_user $bin/pack copy $work/program /tmp/theirs
refused packaged/by_user packaged_runs /tmp/theirs
$bin/pack copy $work/program /tmp/public
refused packaged/where_all_write packaged_runs /tmp/public
# The layers of an overlay get the mark from above.
mkdir -p /mnt/work/layers/upper /mnt/work/layers/work /mnt/work/layers/lower $lib/merged
if mount -t overlay -o lowerdir=/mnt/work/layers/lower,upperdir=/mnt/work/layers/upper,workdir=/mnt/work/layers/work overlay $lib/merged; then
	chmod 755 /mnt/work /mnt/work/layers
	check packaged/overlay pack merged/program
	check packaged/overlay_runs packaged_runs $lib/merged/program
	echo >> $lib/merged/program
	refused packaged/overlay_changed packaged_runs $lib/merged/program
else
	skip packaged/overlay "there are no overlays here"
fi
# Others than root may bring along what is mounted so.
mkdir -p /mnt/nosuid && mount --bind $lib /mnt/nosuid
check packaged/again pack twice
check packaged/bound packaged_runs /mnt/nosuid/twice
mount -o remount,bind,nosuid /mnt/nosuid
refused packaged/nosuid packaged_runs /mnt/nosuid/twice
umount /mnt/nosuid
userns() { unshare -rm sh -c "mount -t tmpfs none /mnt && cp $work/program /mnt/p && setfattr -n security.rampart -v 0x0100080000 /mnt/p; $bin/packaged_only exec /mnt/p; [ \$? = 2 ]"; }
refused packaged/forged userns
finish
