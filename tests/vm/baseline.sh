#!/bin/sh
# SPDX-License-Identifier: MIT
# What packages had installed before there was a policy gets the mark of what they install: then programs run without the places that
# trust_exec lets pass at first. In a Debian guest.
here=$(dirname "$0")
. "$here/lib.sh"
state=/var/lib/rampart
# control VERSION SYSTEM-PLACES
control() {
	apply_yaml <<-YAML && wait_enforcing
		rampart: 1
		name: baseline
		version: $((${version_before:-0} + $1))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr: {"*": {mode: block}}
		exec: {mode: block, trust: [packages, $here, /usr/sbin/rampartd, /usr/bin/rampartctl]}
		classes: {system_place: {paths: [$2]}}
	YAML
}
marks() { getfattr --absolute-names -n security.rampart "$1"; }
as_of_package() { marks "$1" | grep -q 0x0100080000 || marks "$1" | grep -q 0sAQAIAAA=; }
done_now() { [ -s $state/baseline ]; }
long() { for _ in $(seq 600); do "$@" > /dev/null 2>&1 && return; sleep 0.2; done; return 1; }
extra=/usr/local/bin/extra
md5() { md5sum "$1" | cut -d ' ' -f 1; }

dpkg-query -S /usr/bin/less > /dev/null || { skip baseline "no package has less"; finish; }
cp /usr/bin/true $extra
echo >> /usr/bin/less
echo '# mine' >> /etc/sudo.conf
refused before/marked marks /usr/bin/jq

check first control 1 /usr,/etc,/lib,/lib64
# It does not begin anew, nor is it forgotten, when it ends early.
systemctl kill -s KILL rampartd
wait_daemon
check marked long done_now
cat $state/baseline
check marked/program as_of_package /usr/bin/jq
check marked/library as_of_package "$(readlink -f /lib/x86_64-linux-gnu/libc.so.6)"
check marked/configuration as_of_package /etc/sudoers
check marked/of_root_only as_of_package /etc/cron.daily/dpkg
refused changed/program as_of_package /usr/bin/less
refused changed/configuration as_of_package /etc/sudo.conf
refused other/program marks $extra
settled
refused reported sh -c "rampartctl events --json --limit 100000 | jq -e 'any(.[]; .exe == \"/usr/sbin/rampartd\" and .outcome != \"allowed\")'"

# For want of the marks the host could not be repaired.
done_now || finish
check alone control 2 /run/none
check alone/runs jq -n 1
check alone/script sh -c '/usr/bin/ldd --version'
check alone/user as_user dash -c 'ls / && id'
refused alone/changed less --version
refused alone/other $extra
check alone/service systemctl restart systemd-journald

# Who may write to dpkg's records makes nothing of it.
echo "$(md5 $extra)  ${extra#/}" > /var/lib/dpkg/info/extra.md5sums
systemctl kill -s KILL rampartd
wait_daemon
check again control 3 /run/none
sleep 5
refused again/other $extra
refused again/marked marks $extra
finish
