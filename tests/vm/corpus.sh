#!/bin/sh
# SPDX-License-Identifier: MIT
# The attacks on files of tests/bypass/file, in a guest, as root and as a user: each succeeds with no policy and in audit mode
# and fails in block mode, but for known gaps, which are to be seen open. Prints the table of all of them at its end.
here=$(dirname "$0")
. "$here/lib.sh"
file="$here/file"
docs=/home/user/Documents
tab=$(printf '\t')
install_editor
tmp=/tmp/corpus
mkdir -p $tmp /srv/layers /srv/exported/work /mnt/nfs /var/lib/nfs/v4recovery
chmod 777 /srv/exported/work
for module in loop overlay btrfs fuse cachefiles dm_mod nfsd nfsv4; do modprobe -q $module; done

# --- the file systems of the places: /srv/PLACE with a folder for root, one for the user, and one for the attacker's own ---
# image NAME MB COMMAND...: a file system, made by COMMAND, on a loop device at /srv/NAME.
image() {
	img=/var/tmp/$1.img point=/srv/$1
	truncate -s "$2M" "$img"
	shift 2
	"$@" "$img" > /dev/null 2>&1 && mkdir -p "$point" && mount -o loop "$img" "$point" 2> /dev/null
}
# open_place NAME: its attackers' folder. A place without one is missing.
open_place() { mkdir -p "/srv/$1/work" && chmod 777 "/srv/$1/work"; }
places=
image ext4 16 mke2fs -q -t ext4 -b 4096 -O verity && places="$places ext4"
image casefold 8 mke2fs -q -t ext4 -b 4096 -O casefold && rmdir /srv/casefold/lost+found && chattr +F /srv/casefold && places="$places casefold"
image btrfs 128 mkfs.btrfs && places="$places btrfs subvolume" &&
	mkdir /srv/btrfs/top /srv/subvolume && mount --bind /srv/btrfs/top /srv/subvolume &&
	btrfs -q subvolume create /srv/btrfs/bin && touch /srv/btrfs/bin/1 /srv/btrfs/bin/2 /srv/btrfs/bin/3 &&
	cp /usr/local/bin/editor /srv/btrfs/bin/ &&
	more_allow="
    - {exe: /srv/btrfs/bin/editor}"
truncate -s 16M /var/tmp/dm.img && mke2fs -q -t ext4 -b 4096 /var/tmp/dm.img 2> /dev/null && loop=$(losetup -f --show /var/tmp/dm.img) &&
	dmsetup create bypass --table "0 32768 linear $loop 0" > /dev/null && mkdir /srv/dm && mount /dev/dm-0 /srv/dm && places="$places dm"
mount_overlay() {
	mkdir -p /srv/layers/lower /srv/layers/upper /srv/layers/work /srv/overlay &&
		mount -t overlay -o lowerdir=/srv/layers/lower,upperdir=/srv/layers/upper,workdir=/srv/layers/work overlay /srv/overlay
}
mount_overlay && places="$places overlay"
# What mountd and exportfs tell the kernel: /srv is the root of what is exported, to anybody on this machine.
serve() {
	rpc=/proc/net/rpc never=2147483647
	mount -t nfsd nfsd /proc/fs/nfsd &&
		{ echo -3 > /proc/fs/nfsd/versions && echo "tcp 2049" > /proc/fs/nfsd/portlist && echo 2 > /proc/fs/nfsd/threads; } &&
		echo "nfsd 127.0.0.1 $never bypass" > $rpc/auth.unix.ip/channel &&
		echo "bypass /srv $never 9234 65534 65534 0" > $rpc/nfsd.export/channel &&
		printf '%s\n' "bypass 1 \x00000000 $never /srv" > $rpc/nfsd.fh/channel
	echo Y > /proc/fs/nfsd/v4_end_grace
	mkdir -p /srv/nfs
	mount -i -t nfs4 -o vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1 127.0.0.1:/ /mnt/nfs &&
		mount -i -t nfs4 -o vers=4.2,addr=127.0.0.1,clientaddr=127.0.0.1 127.0.0.1:/exported /srv/nfs
}
serve && places="$places served nfs"
for p in $places; do
	open_place "$p"
	more_folders="$more_folders${more_folders:+, }/srv/$p/ledger, /srv/$p/Documents"
done

# --- phases ---
round=0
holders=
# renew FOLDER OWNER: an empty one in its place. Not removed: there are paths in it that are longer than rm takes.
renew() {
	mkdir -p "${1%/*}/old"
	mv "$1" "${1%/*}/old/$round-${1##*/}" 2> /dev/null
	if [ "${1%/*}" = /srv/subvolume ]; then btrfs -q subvolume create "$1" > /dev/null; else mkdir -p "$1"; fi
	chown "$2" "$1"
}
clear_work() {
	rm -rf /var/tmp/bypass && mkdir -m 777 /var/tmp/bypass
	for p in $places; do rm -rf "/srv/$p/work" && open_place "$p"; done
}
# release: who holds descriptors from before lets go of them.
release() {
	for holder in $holders; do
		kill "$holder"
		while kill -0 "$holder" 2> /dev/null; do sleep 0.05; done
	done
}
prepare() {
	round=$((round + 1))
	release
	clear_work
	for p in "" $places; do
		renew "/srv/$p${p:+/}ledger" 0
		[ -z "$p" ] && renew $docs 1000 || renew "/srv/$p/Documents" 1000
	done
	"$file" prepare /srv/ledger && as_user "$file" prepare $docs || return
	case $places in
	*overlay*)
		umount /srv/overlay && rm -rf /srv/layers/lower /srv/layers/work && mv /srv/layers/upper /srv/layers/lower && mount_overlay
		;;
	esac
	holders="$("$file" hold /srv/ledger) $(as_user "$file" hold $docs)"
}
# attack PHASE WHO DIR [COMMAND...]: every attack, by COMMAND; what each has done is what it should.
attack() {
	phase=$1 who=$2 dir=$3
	shift 3
	"$file" list "$dir" > "$tmp/list-$who"
	clear_work
	"$@" "$file" run "$dir" > "$tmp/$phase-$who"
	awk -F "$tab" 'NR == FNR { kind[$2] = $4; need[$2] = $3; n++; next }
		{ split($0, r, " "); print r[1], kind[r[1]], need[r[1]], r[2], r[3] } END { exit FNR != n }' \
		"$tmp/list-$who" "$tmp/$phase-$who" > $tmp/results
	[ $? = 0 ] && ok "$phase/$who/all" || not_ok "$phase/$who/all" "attacks are missing"
	while read -r name kind need result errno; do
		expected=changed
		[ "$phase $kind" = "block attack" ] && expected=unchanged
		[ "$who $need" = "user root" ] && expected=unchanged
		case $result in
		missing) skip "$phase/$who/$name" "there is no $errno" ;;
		$expected) ok "$phase/$who/$name" ;;
		*) not_ok "$phase/$who/$name" "not $expected: $result $errno" ;;
		esac
	done < $tmp/results
}
# reported PHASE WHO OUTCOME UID: the daemon stored an event of this outcome about each attack, with who and why. The kernel's
# own threads are no program; 12345 is whom files belong to in an idmapped mount.
reported() {
	jq -r --rawfile list "$tmp/list-$2" --arg o "$3" --argjson uid "$4" '
		[.[] | select(.outcome == $o and ((.exe // "") == "" or (.uid == $uid or .uid == 12345) and
			(.exe | IN("/mnt/share/file", "/usr/bin/busybox", "/usr/sbin/debugfs", "/srv/btrfs/work/snapshot/editor"))))] as $events |
		$list | split("\n")[] | split("\t") | select(.[3] == "attack") | .[1] as $name | .[4] as $path | .[5] as $rule |
		first($events[] | select(.rule == $rule and (.path, .path2 | . != null and startswith($path))) | "\($name) \(.rule)")' \
		/tmp/events.json > "$tmp/$1-$2-rules"
	while read -r name kind need result errno; do
		[ "$kind" = attack ] && [ "$result" != missing ] && [ "$2 $need" != "user root" ] || continue
		if grep -q "^$name " "$tmp/$1-$2-rules"; then ok "$1/$2/reported/$name"
		else not_ok "$1/$2/reported/$name" "no event of its rule"; fi
	done < $tmp/results-$2
}
# phase NAME VERSION MODE OUTCOME: every attack under one policy, and then what was reported of it.
phase() {
	prepare && ok "$1/prepare" || not_ok "$1/prepare" "$round"
	check "$1/apply" apply "$2" "$3" off
	check "$1/enforcing" wait_enforcing
	attack "$1" root /srv/ledger
	cp $tmp/results $tmp/results-root
	attack "$1" user $docs as_user
	cp $tmp/results $tmp/results-user
	settled
	rampartctl events --json --limit 3000 > /tmp/events.json
	reported "$1" root "$4" 0
	reported "$1" user "$4" 1000
}
prepare && ok off/prepare || not_ok off/prepare "$round"
attack off root /srv/ledger
attack off user $docs as_user
phase audit 1 audit audited
phase block 2 block blocked
release

# The table: of a user where he may do it at all, of root else.
for who in root user; do
	for phase in off block; do awk -v p="$phase-$who" '{ print p, $0 }' "$tmp/$phase-$who"; done
	awk -v who="$who" '{ print "rule-" who, $0 }' "$tmp/block-$who-rules"
done | awk -F "$tab" '
	function with(w) { return r["block-" w, $2] == "changed" ? "changed" : "refused " e["block-" w, $2] }
	NR == FNR { split($0, f, " "); r[f[1], f[2]] = f[3]; e[f[1], f[2]] = f[4]; next }
	{
		out = $4 == "gap" ? "known gap" : $4 == "harmless" ? "allowed" : "blocked, rule " r["rule-root", $2]
		if (r["block-root", $2] == "missing") {
			print "# " $1 " " $2 " | not here: no " e["block-root", $2]
			next
		}
		without = r["off-root", $2]
		line = "# " $1 " " $2 " | without: " without " | with: " with("root")
		if ($3 == "root")
			line = line " | " out " (root only)"
		else if (r["off-user", $2] r["block-user", $2] e["block-user", $2] == without r["block-root", $2] e["block-root", $2])
			line = line " | " out
		else
			line = line ", a user: without " r["off-user", $2] ", with " with("user") " | " out
		print line
	}' - $tmp/list-root
"$file" elsewhere | sed 's/^/# /; s/: / | /'
finish
