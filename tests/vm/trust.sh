#!/bin/sh
# SPDX-License-Identifier: MIT
# Whom a policy trusts: a script by its path, a program by its content, what a program starts. Each way to be taken for one of
# them is first seen to work where nothing is refused.
here=$(dirname "$0")
. "$here/lib.sh"
book=/srv/ledger/book
bin=/usr/local/bin
mkdir -p /srv/ledger $bin && echo original > $book && chmod 777 /srv/ledger && chmod 666 $book
install_editor
dash=$(readlink -f "$(command -v dash)")
wrote() { grep -qx "$1" $book; }
# writes TEXT COMMAND...: whether it came to stand in the book.
writes() {
	text=$1
	shift
	"$@" > /tmp/said 2>&1
	wrote "$text"
}

# --- scripts ---

cp "$here/slow" $bin/slow && chmod 755 $bin/slow
script() { printf '#!%s/slow\nappend %s %s\n' $bin "$2" $book > "$1" && chmod 755 "$1"; }
script $bin/backup good
script /tmp/evil evil
# begin COMMAND...: which waits for /tmp/go before it reads its script. go: once something was done meanwhile; its status.
begin() {
	rm -f /tmp/go
	$bin/editor $book original
	"$@" > /tmp/began 2> /tmp/said &
	began=$!
	eventually grep -q ready /tmp/began
}
go() {
	: > /tmp/go
	wait $began
}
swapped_link() {
	ln -sf $bin/backup /tmp/backup
	begin /tmp/backup
	ln -sf /tmp/evil /tmp/backup
	go
}
open=/usr/local/open
swapped_directory() {
	rm -rf ${open:?} && mkdir -p $open/a $open/b && chmod 777 $open && ln $bin/backup $open/a/backup && script $open/b/backup evil
	begin $open/a/backup
	mv $open/a $open/c && mv $open/b $open/a
	go
}
relative() {
	rm -rf ${open:?} && mkdir $open && ln $bin/backup $open/backup
	cd $open && begin ./backup
	mv backup old && cp /tmp/evil backup
	go
	cd /
}
# In a mount namespace of its own, whose /usr/local/bin is another one by the time the script is read.
mounted_over() {
	mkdir -p /tmp/over && cp /tmp/evil /tmp/over/backup && cp $bin/slow /tmp/over/
	# shellcheck disable=SC2016 # the inner shell's
	begin unshare -m sh -c '{ until [ -e /tmp/mount ]; do sleep 0.05; done; mount --bind /tmp/over /usr/local/bin; : > /tmp/mounted; } &
		exec /usr/local/bin/backup'
	: > /tmp/mount
	eventually test -e /tmp/mounted
	rm -f /tmp/mount /tmp/mounted
	go
}
changed_root() {
	root=$open/root
	rm -rf ${open:?} && mkdir -p $root$bin $root/srv $root/tmp && mount --bind /srv $root/srv && mount --bind /tmp $root/tmp
	ln $bin/slow $bin/backup $root$bin/
	begin chroot $root $bin/backup
	rm $root$bin/backup && cp /tmp/evil $root$bin/backup
	go
	umount $root/srv $root/tmp
}
by_descriptor() {
	begin sh -c "exec 7< $bin/backup; exec /proc/self/fd/7"
	go
}
attacks="swapped_link swapped_directory relative mounted_over changed_root"
deceived() { "$1"; wrote evil; }
plain() { begin $bin/backup; go; wrote good; }
by_another_name() { by_descriptor; wrote good; }
by_hand() { begin $bin/slow $bin/backup; go; wrote good; }

more_allow="
    - {exe: $bin/backup}"
check audit/apply apply 1 audit off
check audit/enforcing wait_enforcing
for attack in $attacks; do
	check "script/audit/$attack" deceived "$attack"
done
check script/audit/by_another_name by_another_name
check script/audit/by_hand by_hand
check block/apply apply 2 block off
check script/trusted plain
for attack in $attacks; do
	refused "script/$attack" deceived "$attack"
done
refused script/by_another_name by_another_name
refused script/by_hand by_hand

# Nothing of the caller's environment reaches it: the PATH by which it finds what it starts, what its interpreter loads first.
mkdir -p /tmp/evil.d && printf '#!%s\necho evil >> %s\n' "$dash" $book > /tmp/evil.d/tool && chmod 755 /tmp/evil.d/tool
printf '#!%s\ntool\necho "by ${MARK:-nobody}" >> %s\n' "$dash" $book > $bin/nightly && chmod 755 $bin/nightly
by_path() { writes evil env PATH=/tmp/evil.d MARK=me $bin/nightly; }
more_allow="
    - {exe: $bin/nightly, children: true}"
check environment/apply apply 3 audit off
check environment/audit by_path
check environment/audit/all wrote 'by me'
check environment/block apply 4 block off
$bin/editor $book original
refused environment/path by_path
check environment/none wrote 'by nobody'

# --- content ---

mkdir -p /home/user/bin && cp "$here/editor" /home/user/bin/agent && chown -R 1000:1000 /home/user/bin && chmod 755 /home/user/bin/agent
agent=/home/user/bin/agent
digest=$(sha256sum $agent | cut -d' ' -f1)
cp $agent /tmp/agent
agent_writes() { writes "$1" as_user $agent $book "$1"; }
other_content() { as_user sh -c "cat /tmp/agent > $agent; echo >> $agent"; }
same_content() { as_user sh -c "cat /tmp/agent > $agent"; }
more_allow="
    - {exe: $agent}"
check content/apply apply 5 block off
refused content/unsafe agent_writes 1
more_allow="
    - {exe: $agent, sha256: $digest}"
check content/apply_digest apply 6 block off
check content/trusted agent_writes 2
# told WHY-NOT: what rampartctl trusted says of the agent.
told() { rampartctl trusted --json | jq -e --arg exe $agent --argjson why "$1" 'any(.[]; .exe == $exe and .why_not == $why)'; }
check content/told told null
other_content
check content/told_changed told '"has another content"'
check content/still_runs as_user $agent /tmp/agent.out x
refused content/changed agent_writes 3
same_content
check content/as_before agent_writes 4
as_user sh -c "cp $agent $agent.new && mv $agent.new $agent"
check content/another_file agent_writes 5
as_user sh -c "cp $bin/slow $agent.new && mv $agent.new $agent"
refused content/another_program agent_writes 6
as_user sh -c "cp /tmp/agent $agent.new && mv $agent.new $agent"
check content/back agent_writes 7
# While it runs, and while somebody could write to it.
begin_agent() { as_user $agent $book "$1" --wait < /tmp/agent.in > /dev/null 2> /tmp/said & }
mkfifo /tmp/agent.in
begin_agent 8
exec 8> /tmp/agent.in
eventually pidof agent
says content/running busy same_content
exec 8>&-
wait $!
check content/ran wrote 8
exec 8>> $agent
says content/open busy as_user $agent $book 9
exec 8>&-
# It was started before the policy that asks for its content, so that nobody has looked at it.
more_allow=
check content/apply_none apply 7 block off
begin_agent 10
exec 8> /tmp/agent.in
eventually pidof agent
more_allow="
    - {exe: $agent, sha256: $digest}"
check content/apply_late apply 8 block off
exec 8>&-
wait $!
refused content/late wrote 10
check content/late/again agent_writes 11

# --- what it starts ---

cp "$dash" $bin/launcher
cp "$dash" $bin/other
starts() { text=$1; writes "$text" $bin/launcher -c "dash -c 'echo $text >> $book'; true"; }
# deep LEVELS TEXT: programs, each started by the one before.
deep() {
	command="echo $2 >> $book"
	for level in $(seq "$1"); do printf '%s; true\n' "$command" > "/tmp/level.$level"; command="dash /tmp/level.$level"; done
	writes "$2" $bin/launcher -c "$command; true"
}
replaced() { writes "$1" $bin/launcher -c "exec dash -c 'echo $1 >> $book'"; }
orphaned() {
	rm -f /tmp/orphan
	$bin/launcher -c "setsid dash -c 'sleep 0.5; echo $1 >> $book; : > /tmp/orphan' > /dev/null 2>&1 & true"
	eventually test -e /tmp/orphan
	wrote "$1"
}
traced() { writes "$1" $bin/launcher -c "strace -f -o /dev/null dash -c 'dash -c \"echo $1 >> $book; true\"; true'; true"; }
more_allow="
    - {exe: $bin/launcher}"
check children/apply apply 9 block off
check children/itself writes c1 $bin/launcher -c "echo c1 >> $book"
refused children/not_asked_for starts c2
refused children/not_replaced replaced c3
more_allow="
    - {exe: $bin/launcher, children: true}"
check children/apply_children apply 10 block off
check children/child starts c4
check children/replaced replaced c5
check children/orphaned orphaned c6
check children/deep deep 8 c7
refused children/too_deep deep 9 c8
refused children/traced traced c9
refused children/others writes c10 $bin/other -c "dash -c 'echo c10 >> $book'"
# At once for what runs already.
waiting() { echo "until [ -e /tmp/$1 ]; do sleep 0.05; done"; }
rm -f /tmp/end
$bin/launcher -c "dash -c '$(waiting end); echo c11 >> $book'; : > /tmp/ended" 2> /dev/null &
sleep 0.5
more_allow="
    - {exe: $bin/launcher}"
check children/apply_no_more apply 11 block off
: > /tmp/end
wait $!
refused children/no_more wrote c11

# --- allowed when it is denied ---

# One program goes on trying while the administrator acts; then it has to come through within two seconds.
printf '#!%s\nuntil echo "$1" >> %s; do sleep 0.1; done\ncut -d" " -f1 /proc/uptime > /tmp/came\n' "$dash" $book > $bin/patient
chmod 755 $bin/patient
patient() {
	rm -f /tmp/came
	$bin/patient "$1" 2> /dev/null &
	for _ in $(seq 100); do
		id=$(rampartctl events --json | jq -r "[.[] | select(.script == \"$bin/patient\")] | last | .id // empty")
		[ -n "$id" ] && [ "$id" != "$last" ] && break
		sleep 0.1
	done
	last=$id
}
# Uptime is in hundredths.
in_time() {
	eventually test -s /tmp/came
	rampartctl why "$id" > /tmp/why.txt
	awk -v from="$1" '{ exit !($1 - from <= 2) }' /tmp/came
}
now() { cut -d' ' -f1 /proc/uptime; }
last=
more_allow=
check denied/apply apply 12 block off
patient p1
rampartctl why "$id" --json > /tmp/why.json
check denied/why jq -e --arg exe "$dash" '.event.exe == $exe and (.event.lineage | length > 0) and .package == null and
	(.exclusion | contains("patient"))' /tmp/why.json
more_allow="
$(jq -r .exclusion /tmp/why.json | grep -- '- {')"
check denied/exclude apply 13 block off
excluded=$(now)
wait $!
check denied/excluded wrote p1
check denied/in_time in_time "$excluded"
check denied/words grep -q "with the script $bin/patient" /tmp/why.txt
more_allow=
check granted/apply apply 14 warn off
patient p2
check granted/grant rampartctl grant "$id"
granted=$(now)
wait $!
check granted/granted wrote p2
check granted/in_time in_time "$granted"
# An interpreter that is told what to do by its arguments is nothing that an exclusion could name.
dash -c "echo p3 >> $book" 2> /dev/null
id=$(rampartctl events --json | jq -r "last | .id")
check interpreter/why sh -c "rampartctl why $id --json | jq -e '.exclusion == null and .interpreter'"
check interpreter/words sh -c "rampartctl why $id | grep -q 'no policy can allow it'"
finish
