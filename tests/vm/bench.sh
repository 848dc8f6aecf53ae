#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: bench.sh [REPETITIONS [siblings]]
# What Rampart costs, and what others do, in a Debian guest that counts instructions (scripts/bench). Each repetition goes through
# all configurations, but for auditd: once it has been there, every process is dearer. One that is not in force ends it. "siblings":
# only what depends on how many files there are.
here=$(dirname "$0")
. "$here/lib.sh"
trusted=/usr/local/bin/editor stranger=/usr/local/bin/writer confined=/usr/local/bin/confined
inside=/data/ledger outside=/data/public
programs=/usr/local/lib/many
many=/mnt/many million=/data/million
results=/tmp/bench
tracing=/sys/kernel/tracing
repetitions=${1:-2}

die() { echo "bench: $*" >&2; exit 1; }
say() { echo "bench: $(cut -d' ' -f1 /proc/uptime) s: $*" >&2; }
# count CONFIGURATION PROGRAM ARGUMENT...
count() {
	out=$results/$1.$rep
	program=$2
	shift 2
	sleep 15	# until what has just been started or loaded is done with its work
	"$program" "$@" >> "$out" || die "${out##*/} could not be measured"
	say "${out##*/}"
}
opens() { "$1" try "$2"; }
# does_not WHY COMMAND...: the command must fail.
does_not() {
	why=$1
	shift
	"$@" > /dev/null 2>&1 && die "$why"
	return 0
}

# --- Rampart ---
# bundle NAME VERSION MODE FOLDERS PROGRAMS: the trusted program has several classes. Half of the folders are neighbours of
# those that are measured, half are in every home; and $also. $exclusions: all rules of the ASR catalogue, and so many exclusions;
# $digests: a file of those that trust_exec lets run, too.
bundle() {
	awk -v version="$2" -v mode="$3" -v folders="$4" -v allow="$5" -v exe=$trusted -v programs=$programs -v also="$also" \
		-v exclusions="${exclusions:-0}" -v digests="$digests" -v here="$here" 'BEGIN {
		print "rampart: 1\nname: bench\nversion: " version "\nvalid: {from: 2020-01-01, until: 2040-01-01}\nfolders:"
		printf "  mode: %s\n  protect: [/data/ledger%s", mode, also
		for (i = 1; i < folders; i++) printf ", \"%s/%d\"", i % 2 ? "/data" : "~", i
		print "]\n  allow:\n    - {exe: " exe "}"
		for (i = 1; i < allow; i++) printf "    - {exe: %s/%d}\n", programs, i
		print "self_protection: {mode: " mode ", updaters: [{exe: " exe "}]}"
		if (exclusions) print "asr:\n  \"*\":\n    mode: " mode "\n    exclude:"
		for (i = 1; i <= exclusions; i++) printf "      - {exe: %s/%d}\n", programs, i
		if (digests) print "exec: {mode: " mode ", trust: [packages, " here "], trust_file: " digests "}"
	}' > "/tmp/$1.yaml" && begin=$(date +%s%N) &&
	rampartctl policy compile "/tmp/$1.yaml" -o /tmp/p.pb && tell "$1 compile" $(($(date +%s%N) - begin)) &&
	rampartctl policy sign /tmp/p.pb --key $KEYS/policy.key --cert $KEYS/policy.crt -o "/tmp/$1.bundle" || die "no bundle $1"
}
start_rampart() {
	insmod /usr/lib/rampart/rampart.ko || die "the module does not load"
	start_daemon || die "no daemon"
}
# in_force NAME [REFUSED...]: loads it; none of these files can then be written, or, with none, an attempt is reported.
in_force() {
	name=$1
	shift
	rampartctl policy apply "/tmp/$name.bundle" > /dev/null && wait_enforcing || die "policy $name is not in force"
	[ "$(status version)" = "$(sed -n 's/^version: //p' "/tmp/$name.yaml")" ] || die "another policy than $name is in force"
	opens $trusted $inside/file || die "policy $name does not allow what it should"
	audited=$(status audited)
	if [ $# = 0 ]; then
		opens $stranger $inside/file || die "policy $name blocks"
		[ "$(status audited)" -gt "$audited" ] || die "policy $name reports nothing"
	fi
	for file; do
		does_not "policy $name does not protect $file" opens $stranger "$file"
	done
}
disarm() {
	token "$(status challenge)" /tmp/token && rampartctl disarm /tmp/token > /dev/null || die "cannot be disarmed"
	for file in $inside/file /data/999/file /data/99999/file; do
		opens $stranger $file || die "disarmed, it blocks $file"
	done
}
end_rampart() {
	end_daemon
	for _ in $(seq 50); do
		rmmod rampart 2> /dev/null && break
		sleep 0.1
	done
	does_not "the module stays" grep -q '^rampart ' /proc/modules
	rm -rf /var/lib/rampart
}
warm() { count "$1" $stranger warm $outside && count "$1.inside" $trusted warm $inside; }
cold() {
	count "$1" $trusted cold $outside $inside/moved
	sync && echo 2 > /proc/sys/vm/drop_caches
	count "$1" $trusted each $outside/many 1000 ", which the kernel had to read again"
	for n in 1000 10000 60000; do
		find $many > /dev/null
		count "$1" $trusted each $many $n ""
	done
}
# siblings CONFIGURATION: below a protected folder that has no more, and one that has 10^6 files; and outside.
siblings() {
	count "$1" $trusted siblings $million/few/alone "alone"
	count "$1" $trusted siblings $million/in/500 "of 1000 in one of 1000 folders"
	count "$1" $trusted siblings $million/in/flat "of 10000"
	count "$1.outside" $stranger siblings $million/out/alone "alone"
	count "$1.outside" $stranger siblings $million/out/flat "of 10000"
}
# The daemon looks through all places after a load.
wait_scan() {
	before=
	until [ "$(cpu "$(pidof rampartd)")" = "$before" ]; do
		before=$(cpu "$(pidof rampartd)")
		sleep 5
	done
}

# --- others ---
start_apparmor() {
	cat > /tmp/profile <<-END
		profile bench $confined {
			capability, network, signal,
			/ r,
			/** rwlkm,
			/usr/bin/true ix,
			$confined ix,
			deny /data/secret w,
		}
	END
	apparmor_parser -r /tmp/profile && opens $stranger /data/secret || die "no AppArmor"
	does_not "AppArmor does not act" opens $confined /data/secret
}
end_apparmor() { apparmor_parser -R /tmp/profile && opens $confined /data/secret || die "AppArmor stays"; }

# What is not trusted must not be executed. Debian's has no list of packages' files, so that it is given one.
prepare_fapolicyd() {
	printf '%s\n' 'permissive = 0' 'q_size = 640' 'uid = fapolicyd' 'gid = fapolicyd' 'db_max_size = 50' \
		'subj_cache_size = 1549' 'obj_cache_size = 8191' 'watch_fs = ext4,tmpfs' 'trust = file' 'integrity = none' \
		'syslog_format = rule,dec,perm,auid,pid,exe,:,path,ftype,trust' > /etc/fapolicyd/fapolicyd.conf
	printf '%s\n' 'allow perm=execute all : trust=1' 'deny perm=execute all : all' 'allow perm=open all : all' \
		> /etc/fapolicyd/compiled.rules
	rm -f /etc/fapolicyd/rules.d/*
	find /usr/bin /usr/sbin /usr/local/bin /usr/lib/systemd /usr/lib/x86_64-linux-gnu/ld-*.so* -type f -perm /111 \
		! -name untrusted -exec sha256sum {} + | while read -r sum file; do
			echo "$file $(stat -c %s "$file") $sum"
		done > /etc/fapolicyd/fapolicyd.trust
}
start_fapolicyd() {
	fapolicyd --debug-deny > /var/log/fapolicyd.log 2>&1 &
	for _ in $(seq 100); do
		/usr/local/bin/untrusted 2> /dev/null || return 0
		sleep 0.2
	done
	cat /var/log/fapolicyd.log >&2
	die "fapolicyd does not act"
}
end_fapolicyd() {
	killall fapolicyd
	while pidof fapolicyd > /dev/null; do sleep 0.1; done
	/usr/local/bin/untrusted || die "fapolicyd stays"
}
start_auditd() {
	auditd && auditctl -b 100000 > /dev/null && auditctl -w $outside/file -p rwxa -k bench || die "no auditd"
}

# --- memory ---
bytes() { echo $(($(memory) * 1024)); }
# tasks COUNT fork|exec: bytes that the kernel needs for each process.
tasks() {
	before=$(memory)
	after=$($stranger tasks "$1" "$2" ". $here/lib.sh; memory") || die "no $1 processes"
	echo $(((after - before) * 1024 / $1))
}
all_tasks() {
	for how in fork exec; do
		tell "$1 $how" "$(tasks 2000 $how)"
		say "$1, $how"
	done
}
# tell NAME VALUE: of what is found once.
tell() { printf '%s\t%s\n' "$1" "$2" >> $results/facts; }

# --- loading ---
# cpu PID: nanoseconds that a process has had.
cpu() { cut -d' ' -f1 "/proc/$1/schedstat"; }
traced='rampart_load_fd rampart_verify rampart_policy_decode rampart_ruleset_build rampart_resolve rampart_ruleset_free'
# load NAME: what each part of it takes on the processor. A reader runs meanwhile.
load() {
	sleep 15
	$stranger hold $outside/file 60 > $results/hold.$1 &
	hold=$!
	sleep 5
	: > $tracing/trace
	daemon=$(pidof rampartd)
	before=$(cpu "$daemon")
	rampartctl policy apply "/tmp/$1.bundle" > /dev/null || die "policy $1 does not load"
	tell "$1 rampartd" $(($(cpu "$daemon") - before))
	sleep 5
	kill -0 $hold 2> /dev/null || die "the load of $1 took longer than the reader ran"
	wait $hold || die "the reader failed"
	cat $tracing/trace > $results/trace.$1
	for function in $traced; do
		# A duration in microseconds, and the function's name at its end.
		awk -v this="$function" -v name="$1" '
			!n && index($0, this) && match($0, /[0-9.]+ us/) { n = substr($0, RSTART, RLENGTH - 3) * 1000 }
			END { if (!n) exit 1; printf "%s %s\t%.0f\n", name, this, n }' $results/trace.$1 >> $results/facts ||
			die "$function has not been seen"
	done
	tell "$1 again" "$(awk '/ rampart_resolve / && match($0, /[0-9.]+ us/) { n = substr($0, RSTART, RLENGTH - 3) * 1000 }
		END { printf "%.0f", n }' $results/trace.$1)"
	tell "$1 times" $(($(grep -c ' rampart_resolve ' $results/trace.$1) - 1))
	wait_enforcing || die "policy $1 is not in force"
	say "load of $1"
}

# A guest that counts starts at a fixed date, before the signer's certificate.
date -s "@$(stat -c %Y "$0")" > /dev/null
mkdir -p $results $inside/moved $inside/many $outside/many $programs $many $million ${trusted%/*} /data/999 /data/99999
for program in $trusted $stranger $confined /usr/local/bin/untrusted; do
	cp "$here/bench" $program && chmod 755 $program
done
for folder in $inside $outside; do
	mkdir -p $folder/2/3/4/5/6/7/8
	touch $folder/file $folder/2/3/4/5/6/7/8/file
done
touch /data/file /data/secret /data/999/file /data/99999/file
(cd $programs && seq 9999 | xargs touch && chmod -R 755 .)
mount -t tmpfs -o size=512M,nr_inodes=0 none $many
mount LABEL=million $million || die "no disk with 10^6 files"
(cd $many && seq 0 59999 | xargs mkdir && seq 0 59999 | sed 's,$,/file,' | xargs touch)
for folder in $inside $outside; do
	(cd $folder/many && seq 0 999 | xargs mkdir && seq 0 999 | sed 's,$,/file,' | xargs touch)
done
bundle audit 1 audit 1 1
bundle block1 2 block 1 1
bundle block1000 3 block 1000 1
bundle block100000 4 block 100000 1
# With those of the catalogue not more than there may be.
exclusions=99900 digests=
bundle excluded 5 block 1 1
digests=/tmp/digests
head -c 32000000 /dev/urandom | od -An -v -tx1 -w32 | tr -d ' ' > $digests
bundle catalogue 6 block 1 1
exclusions= digests=
also=", $million/few, $million/in"
bundle million 7 block 1 1
also=
prepare_fapolicyd
sync
say "prepared"

for rep in $(seq "$repetitions"); do
	start_rampart
	in_force million $million/few/alone/file $million/in/500/file $million/in/flat/file
	wait_scan
	siblings armed
	disarm
	siblings unarmed
	opens $stranger $million/in/500/file || die "armed again meanwhile"
	end_rampart
done
umount $million
if [ "${2-}" = siblings ]; then
	awk -f "$here/bench.awk" "$results"/*
	exit
fi

for rep in $(seq "$repetitions"); do
	warm none
	count landlock $stranger warm $outside landlock
	start_apparmor
	count apparmor $confined warm $outside
	end_apparmor
	start_fapolicyd
	count fapolicyd $stranger warm $outside
	end_fapolicyd

	start_rampart
	warm loaded
	in_force audit
	warm audit
	$trusted each $inside/many 200 "" > /dev/null || die "nothing cached"
	count allowed $trusted each $inside/many 200 ""
	count reported $stranger each $inside/many 200 ""
	in_force block1 $inside/file
	warm block1
	cold block1
	in_force block1000 $inside/file /data/999/file
	warm block1000
	in_force block100000 $inside/file /data/999/file /data/99999/file
	warm block100000
	cold block100000
	in_force catalogue $inside/file
	warm catalogue
	# Everything in place but the hooks.
	disarm
	warm disarmed
	cold disarmed
	opens $stranger $inside/file || die "armed again meanwhile"
	end_rampart
done

# What is found once: memory, and what a load takes. Bytes of programs, folders and directories are differences.
rep=1
bundle full 8 block 100000 10000
all_tasks warm
tell "no module memory" "$(bytes)"
start_rampart
tell "armed memory" "$(bytes)"
all_tasks armed
for name in block1 block1000 block100000 excluded catalogue; do
	in_force $name $inside/file
	sleep 15	# until what was in force before it is freed
	tell "$name memory" "$(bytes)"
done
echo 0 > $tracing/tracing_on
echo $traced | tr ' ' '\n' > $tracing/set_ftrace_filter && echo function_graph > $tracing/current_tracer || die "no tracer"
echo 1 > $tracing/options/funcgraph-tail
echo 0 > $tracing/options/sleep-time
echo 1 > $tracing/tracing_on
sleep 15
$stranger hold $outside/file 60 > $results/hold.none || die "the reader failed"
load full
tell "full memory" "$(bytes)"
bundle small 9 block 1 1
load small
echo nop > $tracing/current_tracer
disarm
all_tasks disarmed
opens $stranger $inside/file || die "armed again meanwhile"
end_rampart

start_auditd
for rep in $(seq "$repetitions"); do
	count auditd $stranger warm $outside
done
grep -q 'type=SYSCALL.*key="bench"' /var/log/audit/audit.log* || die "auditd has not acted"

awk -f "$here/bench.awk" "$results"/*
