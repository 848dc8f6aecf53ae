#!/bin/sh
# SPDX-License-Identifier: MIT
# "~/Documents" in a policy is also the folder that a user has in its place (user-dirs.dirs), soon after he has said so. What he
# says protects nothing that is not below his home.
here=$(dirname "$0")
. "$here/lib.sh"
home=/home/user
changes() { echo x 2> /dev/null >> "$1"; }
# names WHERE: what the user's file says of his documents.
names() { as_user sh -c "mkdir -p $home/.config && echo 'XDG_DOCUMENTS_DIR=\"$1\"' > $home/.config/user-dirs.dirs"; }
# soon FILE: refused before a minute is over.
soon() {
	for _ in $(seq 120); do changes "$1" || return 0; sleep 0.5; done
	return 1
}

as_user mkdir -p $home/Dokumente/alt $home/Papiere
names '$HOME/Dokumente/'
changes $home/Dokumente/f
check apply apply 1 block off
check enforcing wait_enforcing
refused named/root changes $home/Dokumente/f
refused named/user as_user sh -c "echo x > $home/Dokumente/alt/f"
refused named/moved as_user mv $home/Dokumente $home/Elsewhere
check named/reading as_user cat $home/Dokumente/f
check named/beside as_user sh -c "echo x > $home/f"
settled
check named/reported sh -c "rampartctl events --json --limit 10 | jq -e 'any(.[]; .path == \"$home/Dokumente/alt/f\" and .rule == \"folders\")'"
refused usual_name changes $home/Documents/f

check other/before changes $home/Papiere/f
names '$HOME/Papiere'
check other/soon soon $home/Papiere/f
refused other/first_still changes $home/Dokumente/f
# By another name, and after it was made anew.
as_user sh -c "mkdir $home/Neues && echo x > $home/Neues/f && mv $home/Neues $home/Neu"
names '$HOME/Neu'
check other/later soon $home/Neu/f

# What would keep him, or all, from working.
as_user ln -s /srv $home/link
as_user mkdir -p $home/mnt
mount -t tmpfs none $home/mnt
: > /srv/f
for place in link link/. . .config/.. ../../srv mnt; do names "\$HOME/$place"; kill_daemon; start_daemon; done
names /srv
kill_daemon
check elsewhere/daemon start_daemon
check elsewhere/enforcing wait_enforcing
refused elsewhere/documents changes $home/Papiere/f
check elsewhere/srv changes /srv/f
check elsewhere/home as_user sh -c "echo x > $home/f"
check elsewhere/mount changes $home/mnt/f
# Only so many.
for n in $(seq 40); do
	"$here/rawnl" send hint path:text:$home folder:text:Documents below:text:d$n hint:u32:3
done > /tmp/hints
as_user sh -c "cd $home; for n in \$(seq 40); do mkdir -p d\$n; done"
for n in $(seq 40); do "$here/rawnl" send hint path:text:$home folder:text:Documents below:text:d$n hint:u32:3; done > /dev/null
n=0
for d in $(seq 40); do changes $home/d$d/f || n=$((n + 1)); done
check "bound: $n" test $n -gt 20 -a $n -le 32
umount $home/mnt
finish
