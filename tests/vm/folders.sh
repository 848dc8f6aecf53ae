#!/bin/sh
# SPDX-License-Identifier: MIT
# Controlled folders, in a guest: what is protected, and for whom it is not. What does not get around it: corpus.sh.
here=$(dirname "$0")
. "$here/lib.sh"
docs=/home/user/Documents
install_editor
mkdir -p /srv/ledger /srv/open/docs /root/Documents

changes() { sh -c "echo x >> $1"; }
# protected NAME FILE: soon, since the daemon has to see it first.
protected() {
	for _ in $(seq 50); do out=$(changes "$2" 2>&1) || break; sleep 0.1; done
	case $out in
	*"not permitted"*) ok "$1" ;;
	*) not_ok "$1" "$out" ;;
	esac
}

check off/apply apply 1 off off
echo original > /root/Documents/linked && ln /root/Documents/linked /srv/linked
check off/by_other_link changes /srv/linked
echo original > /srv/ledger/f
check off/changes changes /srv/ledger/f
check block/apply apply 2 block off
check block/enforcing wait_enforcing
refused block/changes changes /srv/ledger/f

check block/reading cat /srv/ledger/f
# Names as long and odd as they get.
odd=$(printf '/srv/ledger/a\nb \033\377%0249d' 0)
refused block/odd_name sh -c ': > "$1"' - "$odd"
settled
check block/odd_name_reported sh -c 'rampartctl events --limit 1 --json | jq -e ".[0].path | startswith(\"/srv/ledger/a\\\\x0ab \\\\x1b\\\\xff0000\")"'
check block/unprotected sh -c 'echo x > /srv/free.txt && mv /srv/free.txt /srv/free2.txt && rm /srv/free2.txt'
check block/allowed_editor /usr/local/bin/editor /srv/ledger/letter "dear reader"
check block/allowed_saved grep -q "dear reader" /srv/ledger/letter
cp /usr/local/bin/editor /tmp/editor
refused block/copy_of_editor /tmp/editor /srv/ledger/letter "evil"
check block/user_editor as_user /usr/local/bin/editor $docs/letter "dear reader"

# A hard link that is older than the policy.
protected links/outside /srv/linked
protected links/inside /root/Documents/linked
refused links/unlink rm -f /srv/linked
check links/reported sh -c 'rampartctl events --limit 20 | grep -q "blocked .* write .*/srv/linked"'

# "~": root's home, and those of users who come later, in the usual place and outside, also by a symlink.
protected home/root /root/Documents/new
check home/usual mkdir -p /home/later/Documents
protected home/usual_protected /home/later/Documents/f
account() { echo "$1:x:$2:$2::$3:/bin/sh" >> /etc/passwd; }
mkdir -p /data/people/ann/Documents
check home/before_the_account changes /data/people/ann/Documents/f
account ann 1003 /data/people/ann
protected home/outside /data/people/ann/Documents/f
account ben 1004 /data/people/ben
sleep 0.5
mkdir -p /data/people/ben/Documents
protected home/made_after_the_account /data/people/ben/Documents/f
mkdir -p /data/real/Documents && ln -s /data/real /home/cleo
account cleo 1005 /home/cleo
protected home/by_symlink /home/cleo/Documents/f
protected home/by_symlink_real /data/real/Documents/g
mv /data/people/ann /data/people/gone 2> /dev/null && not_ok home/moved "it could be" || ok home/moved

# What has just been seen to lie in no place is moved into one, by who may, or ends there and its memory is a new folder's.
mkdir -p /usr/local/bin/keeper
cp "$(realpath /bin/busybox)" /usr/local/bin/keeper/tidy
for program in mkdir mv rm touch; do ln -s tidy /usr/local/bin/keeper/$program; done
more_allow="
    - {exe: /usr/local/bin/keeper/tidy}"
check plain/apply apply 3 block off
check plain/enforcing wait_enforcing
keeper=/usr/local/bin/keeper
brief() { mkdir -p /srv/brief/below && changes /srv/brief/below/f && changes /srv/brief/below/f; }
check plain/warm brief
check plain/moved_in $keeper/mv /srv/brief /srv/ledger/brief
refused plain/inside changes /srv/ledger/brief/below/f
check plain/moved_out $keeper/mv /srv/ledger/brief /srv/brief
check plain/outside changes /srv/brief/below/f
again() {
	for _ in $(seq 300); do
		brief && rm -r /srv/brief && $keeper/mkdir /srv/ledger/new && $keeper/touch /srv/ledger/new/f || return
		if changes /srv/ledger/new/f 2> /dev/null; then
			echo "it was written to"
			return 1
		fi
		$keeper/rm -r /srv/ledger/new || return
	done
}
check plain/memory_used_again again
check block/still_enforcing wait_enforcing
finish
