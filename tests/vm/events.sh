#!/bin/sh
# SPDX-License-Identifier: MIT
# In a guest: what is reported, to whom, and that nothing of it is lost unseen; warnings and grants; the exit codes.
here=$(dirname "$0")
. "$here/lib.sh"
docs=/home/user/Documents
as_other() { setpriv --reuid=1001 --regid=1000 --clear-groups "$@"; }

# What programs cost in a guest is their start, and most of all jq's: one of it for all documents, awk for numbers.

# says CODE NAME COMMAND...: it exits with this. Its standard output, which has to be one JSON document, is kept in
# $doc.
mkdir /tmp/docs
says() {
	code=$1 name=$2 doc=/tmp/docs/$(echo "$2" | tr / .)
	shift 2
	"$@" --json > "$doc" 2> /tmp/stderr
	got=$?
	[ $got -eq "$code" ] && ok "$name" || not_ok "$name" "exit code $got instead of $code: $(cat "$doc")"
}
# holds NAME FILE FILTER ARGUMENT...: jq finds the filter true of the document.
holds() {
	name=$1 file=$2
	shift 2
	jq -e "$@" "$file" > /dev/null && ok "$name" || not_ok "$name" "$(cat "$file")"
}
# events NAME OPTION...: as JSON in $doc.
events() { name=$1; shift; settled; says 0 "$name" "$@" rampartctl events; }
blocks() { accounting blocks "$1"; }
# id_of PATTERN: of the last one of the newest 20 that matches.
id_of() { settled; rampartctl events --limit 20 | awk -v p="$1" '$0 ~ p { id = $1 } END { print id }'; }
# finds CHECK DETAIL: doctor has this to complain of.
finds() { rampartctl doctor | grep -q "^BAD  *$1 .*$2"; }
counts() { rampartctl status --json | awk '/^  "(allowed|audited|warned|bypassed|blocked)"/ { printf "%d ", $2 }'; }
# rose NAME "ALLOWED AUDITED WARNED BYPASSED BLOCKED": by so much since the last time.
rose() {
	old=$last
	last=$(counts)
	by=$(echo "$old $last" | awk '{ print $6 - $1, $7 - $2, $8 - $3, $9 - $4, $10 - $5 }')
	[ "$by" = "$2" ] && ok "$1" || not_ok "$1" "$by instead of $2"
}

# --- no policy, and one with something to complain of ---
mkdir -p /usr/local/bin /srv/ledger && chmod 777 /srv/ledger
echo original | tee /srv/ledger/victim /srv/ledger/mine $docs/victim > $docs/mine
chown -R user $docs /srv/ledger/mine
for name in outer inner tool tool2; do cp /usr/bin/dash /usr/local/bin/$name; done
cp /usr/bin/busybox /usr/local/bin/mv
says 3 status/no_policy rampartctl status
says 3 doctor/no_policy rampartctl doctor
check doctor/no_policy_found finds policy "no policy is in force"
says 1 show/no_policy rampartctl policy show
check apply_1 apply 1 block off
check doctor/absent_program finds policy /usr/local/bin/editor
install_editor
check apply_2 apply 2 block off
check enforcing wait_enforcing
says 0 doctor/good rampartctl doctor
holds doctor/kernel "$doc" --arg r "$(uname -r)" 'any(.check == "kernel" and (.detail | contains($r)))'
check doctor/text sh -c "rampartctl doctor | grep -q '^ok  *daemon  *running' && ! rampartctl doctor | grep ^BAD"

# --- each field of an event, against the truth ---
# chain UID FILE COMMAND...: outer, started by COMMAND, starts inner, which attacks. Who is who is in /tmp/chain.UID.*.
chain() {
	uid=$1 file=$2
	shift 2
	"$@" /usr/local/bin/outer -c "echo \$\$ > /tmp/chain.$uid.outer
		/usr/local/bin/inner -c 'echo \$\$ > /tmp/chain.$uid.inner; echo x >> $file; exit 0'; exit 0" 2> /dev/null
}
# truth NAME UID FILE LINEAGE USER: of the event by inner of that user in $doc. LINEAGE: exe and pid of each ancestor,
# nearest first.
truth() {
	dev=$(stat -c %d "$3")
	holds "$1" "$doc" --arg file "$3" --argjson uid "$2" --arg lineage "$4" --argjson ino "$(stat -c %i "$3")" \
		--argjson dev $((dev / 256 * 1048576 + dev % 256)) --argjson pid "$(cat "/tmp/chain.$2.inner")" \
		--argjson now "$(date +%s)" --argjson generation "$(status generation)" \
		--arg user "$5" --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '
		[.[] | select(.exe == "/usr/local/bin/inner" and .uid == $uid)] | select(length == 1) | last |
		.outcome == "blocked" and .op == "write" and .rule == "folders" and .mode == "block" and .count == 1 and
		(.reason | contains("folders.allow")) and .uid == $uid and .user == $user and .loginuid == null and
		.pid == $pid and .tid == $pid and .comm == "inner" and .path == $file and .ino == $ino and .dev == $dev and
		.generation == $generation and .policy == "test" and .version == 2 and .boot == ($boot | gsub("-"; "")) and
		((.time[0:19] + "Z" | fromdate) - $now | . > -60 and . <= 0) and
		([.lineage[] | "\(.exe)[\(.pid)]"] | join(" ") | startswith($lineage))'
}
chain 0 /srv/ledger/victim env
chain 1000 $docs/victim as_user
events fields
outer=$(cat /tmp/chain.0.outer)
truth fields/root 0 /srv/ledger/victim "/usr/local/bin/outer[$outer] /usr/bin/busybox[$outer] /usr/bin/dash[$$]" root
outer=$(cat /tmp/chain.1000.outer)
truth fields/user 1000 $docs/victim "/usr/local/bin/outer[$outer] /usr/bin/setpriv[$outer] /usr/bin/dash[$$]" user
check fields/nothing_written sh -c "[ \$(cat /srv/ledger/victim $docs/victim | tr -d '\n') = originaloriginal ]"
since=$(jq -r last.time "$doc")
root_event=$(id_of ' root ') user_event=$(id_of ' user ')

# --- asking for events ---
says 0 limit rampartctl events --limit 1
holds limit_newest "$doc" --argjson id "$user_event" 'length == 1 and .[0].id == $id'
says 0 since rampartctl events --since "$since"
holds since_newest "$doc" --argjson id "$user_event" 'length == 1 and .[0].id == $id'
check since_age sh -c '[ "$(rampartctl events --since 1h | wc -l)" = 2 ]'
rampartctl events --follow --json --limit 1 > /tmp/follow &
follow=$!
rampartctl events --follow --limit 1 > /tmp/follow.text &
as_user sh -c "echo x > $docs/live" 2> /dev/null
for _ in $(seq 50); do grep -q live /tmp/follow && grep -q live /tmp/follow.text && break; sleep 0.1; done
holds follow /tmp/follow -s --argjson id "$user_event" \
	'length == 2 and .[0].id == $id and .[1].op == "create" and (.[1].path | endswith("/live"))'
check follow_text grep -q 'blocked .* create .* user .* -\?.*/live' /tmp/follow.text
says 0 why rampartctl why "$user_event"
holds why_json "$doc" '
	.event.rule == "folders" and .event.policy == "test" and (.exclusion | contains("/usr/local/bin/inner"))'
rampartctl why "$user_event" > /tmp/why
check why_rule grep -q '^Rule: *folders, mode block: only programs' /tmp/why
check why_policy grep -q '^Policy: *test, version 2, generation' /tmp/why
check why_lineage grep -q "^Started: *by /usr/local/bin/outer (process $outer)" /tmp/why

# --- who may ask what, and the exit codes ---
says 0 user/events as_user rampartctl events
holds user/own_only "$doc" 'length == 2 and all(.uid == 1000)'
says 0 user/why as_user rampartctl why "$user_event"
says 4 user/why_other as_user rampartctl why "$root_event"
says 4 user/apply as_user rampartctl policy apply /tmp/p.bundle
says 4 user/show as_user rampartctl policy show
says 0 user/status as_user rampartctl status
says 4 exit/no_event rampartctl why 999999
says 2 exit/usage rampartctl events --limit 0
says 2 exit/command rampartctl evnts
says 5 exit/no_daemon env RAMPART_SOCKET=/nowhere rampartctl events
says 0 exit/status rampartctl status
says 0 exit/show rampartctl policy show
says 0 exit/dry_run rampartctl policy apply /tmp/p.bundle --dry-run
says 0 exit/verify rampartctl policy verify /tmp/p.bundle
says 0 exit/same rampartctl policy diff /tmp/p.bundle
policy 1 audit off > /tmp/other.yaml
says 1 exit/differs rampartctl policy diff /tmp/other.yaml
says 0 exit/request rampartctl disarm --request
says 4 grant/block_mode as_user rampartctl grant "$user_event"
holds grant/block_mode_reason "$doc" '.reason == "not_warn"'

# --- the daemon away: what fits the ring is delivered, what does not is counted ---
burst() {
	taskset -c 0 sh -c "i=0; while [ \$i -lt $1 ]; do echo x >> /srv/ledger/burst; i=\$((i + 1)); done" 2> /dev/null
}
stored() { rampartctl events --limit 10000 | grep -c /srv/ledger/burst; }
back() { start_daemon && settled; }
settled
kill_daemon
wait $follow
[ $? = 5 ] && ok follow_ends || not_ok follow_ends "not with exit code 5"
check away/doctor finds daemon "does not answer"
burst 100
check away/pending test "$(blocks pending)" = 100
check away/back back
check away/all_stored test "$(stored)" = 100
check away/none_lost test "$(blocks dropped)" = 0
says 0 away/event rampartctl events --limit 1
holds away/policy_known "$doc" '.[0] | .path == "/srv/ledger/burst" and .policy == "test" and .version == 2'

# Stopped, it may hold one batch; a ring has room for 512.
kill -STOP "$(status reader_pid)"
burst 100
check stopped/pending test "$(blocks pending)" = 100
burst 600
lost=$(blocks dropped)
check overflow/lost test "$lost" -ge 88
check overflow/pending test "$(blocks pending)" = $((700 - lost))
check overflow/stuck timeout 5 rampartctl status
kill -CONT "$(status reader_pid)"
check overflow/settled settled
check overflow/none_else_lost test "$(blocks dropped)" = "$lost"
check overflow/stored test "$(stored)" = $((800 - lost))
all=$(rampartctl events --limit 10000 | grep -c ' blocked ')
check overflow/counted test "$(counts | cut -d ' ' -f 5)" = $((all + lost))
check overflow/said sh -c "rampartctl status | grep -q '^lost  *$lost events'"
check overflow/logged grep -q "$lost events (blocks) were lost in the kernel" /var/log/rampartd.log

# --- warnings, grants ---
write() { "$@" -c "echo x >> $docs/mine" 2> /dev/null; }
check apply_warn apply 3 warn off
check warn/enforcing wait_enforcing
last=$(counts)
refused warn/denied write as_user tool
rose warn/counted "0 0 1 0 0"
id=$(id_of ' warned .*/bin/tool\\[')
check warn/why sh -c "rampartctl why $id | grep -q 'rampartctl grant $id'"
says 4 grant/by_other as_other rampartctl grant "$id"
says 2 grant/hours as_user rampartctl grant "$id" --hours 25
refused warn/denied_still write as_user tool
says 0 grant/own as_user rampartctl grant "$id"
check grant/let_through write as_user tool
check grant/for_the_place as_user tool -c "echo x >> $docs/victim"
rose grant/counted "0 0 1 2 0"
says 0 grant/event rampartctl events --limit 1
holds grant/bypassed "$doc" --arg p $docs/victim '
	.[0] | .outcome == "bypassed" and .mode == "warn" and .uid == 1000 and .path == $p'
refused grant/not_root write tool
refused grant/not_other_program write as_user tool2
refused grant/not_other_folder as_user tool -c 'echo x >> /srv/ledger/mine'
root=$(id_of ' root .*/bin/tool\\[')
says 4 grant/of_root_by_user as_user rampartctl grant "$root"
says 0 grant/of_root rampartctl grant "$root" --hours 1
check grant/root_let_through write tool
refused grant/not_other_folder_root tool -c 'echo x >> /srv/ledger/mine'
other=$(id_of '/bin/tool2\\[')
says 0 grant/by_root_for_user rampartctl grant "$other"
check grant/user_let_through write as_user tool2
refused grant/root_has_none write tool2
last=$(counts)
check warn/editor /usr/local/bin/editor /srv/ledger/letter hello
rose warn/editor_counted "3 0 0 0 0"

# A rename is about both of its ends.
as_user sh -c 'echo x > /home/user/new'
refused rename_in/denied as_user mv /home/user/new $docs/new
says 0 rename_in/grant as_user rampartctl grant "$(id_of ' rename ')"
check rename_in/let_through as_user mv /home/user/new $docs/new
refused rename_across/denied as_user mv $docs/new /srv/ledger/new
says 0 rename_across/grant as_user rampartctl grant "$(id_of ' warned .* rename ')"
check rename_across/let_through as_user mv $docs/new /srv/ledger/new

# It ends.
cp /usr/bin/dash /usr/local/bin/brief
refused expiry/denied write as_user brief
id=$(id_of /bin/brief)
granted=$(date +%s)
check expiry/granted test "$(as_user "$here/ask" "$id" 8)" = 0
check expiry/let_through write as_user brief
check expiry/zero test "$(as_user "$here/ask" "$id" 0)" = 22
check expiry/too_long test "$(as_user "$here/ask" "$id" 86401)" = 22
for _ in $(seq 60); do write as_user brief 2> /dev/null || break; sleep 0.5; done
refused expiry/denied_again write as_user brief
check expiry/not_before test $(($(date +%s) - granted)) -ge 7

# With the policy.
check apply_audit apply 4 audit off
check audit/enforcing wait_enforcing
says 4 grant/stale as_user rampartctl grant "$id"
holds grant/stale_reason "$doc" '.reason == "stale"'
last=$(counts)
check audit/let_through write as_user tool2
rose audit/counted "0 1 0 0 0"

# What why says is to be added to the policy does what it says.
grep -- '- {exe: ' /tmp/why > /tmp/exclusion
excluded() { policy 5 block off | sed '/bin.editor/r /tmp/exclusion' | apply_yaml; }
check why_exclusion/apply excluded
before=$(stat -c %s $docs/victim)
chain 1000 $docs/victim as_user
check why_exclusion/allowed test "$(stat -c %s $docs/victim)" -gt "$before"
refused why_exclusion/others write as_user tool2

# All that was said with --json: one document a file.
said=$(cd /tmp/docs && jq -n '[inputs | input_filename] | "\(length) \(unique | length)"' -r -- *)
kept=$(ls /tmp/docs | wc -l)
[ "$said" = "$kept $kept" ] && ok json || not_ok json "$said documents in $kept files"
finish
