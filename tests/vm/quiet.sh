#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: quiet.sh [PART]...
# With all rules of attack surface reduction in block mode the ordinary work of a Debian goes on, and nothing of it is refused. For the
# guest with programs; what takes those that it has not is skipped. Was it booted with quiet-boot.sh's policy, then the boot too.
here=$(dirname "$0")
. "$here/lib.sh"
parts=${*:-boot units login packages kernel build cmake git python node office jobs logs admin accounts looking}
work=/var/tmp/quiet
home=/home/user
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# --- what is looked at ---
now() { date -u +%Y-%m-%dT%H:%M:%S.%NZ; }
# refusals SINCE: one a line.
refusals() {
	settled
	rampartctl events --json --since "$1" --limit 100000 | jq -r '.[] | select(.outcome | IN("blocked", "warned")) |
		"\(.rule): \(.exe) \(.op) \(.path) \(.path2 // "")"' | sort | uniq -c
}
# quiet NAME COMMAND...: it succeeds, and nothing is refused meanwhile.
quiet() {
	name=$1 begin=$(now)
	shift
	if "$@" > /tmp/quiet-out 2>&1 < /dev/null; then ok "$name"; else
		not_ok "$name" "$(tail -n 4 /tmp/quiet-out | tr '\n' ' ')"
	fi
	refused_now=$(refusals "$begin")
	[ -z "$refused_now" ] && ok "$name/quiet" || not_ok "$name/quiet" "$(echo "$refused_now" | head -n 5 | tr '\n' ';')"
}
# has NAME PROGRAM...: or the part is skipped.
has() {
	part=$1
	shift
	for program; do command -v "$program" > /dev/null || { skip "$part" "there is no $program"; return 1; }; done
}
# terminal COMMAND: in a terminal of its own.
terminal() { script -qec "$1" /dev/null; }
as_person() { setpriv --reuid=1000 --regid=1000 --init-groups env HOME=$home USER=user LOGNAME=user "$@"; }
# rules VERSION MODE: all of them. Whoever builds programs needs places where what is no package's may run.
rules() {
	apply_yaml <<-YAML
		rampart: 1
		name: quiet
		version: $((${version_before:-0} + $1))
		valid: {from: 2020-01-01, until: 2040-01-01}
		asr: {"*": {mode: $2}}
		exec: {mode: $2, trust: [packages, /home, $here]}
	YAML
}

# --- the boot itself ---
case $parts in *boot*)
	if [ "$(rampartctl status --json | jq -r .policy)" = quiet-boot ]; then
		check boot/enforcing wait_enforcing
		check boot/up systemctl is-active multi-user.target
		refused_now=$(refusals 1970-01-01)
		[ -z "$refused_now" ] && ok boot/quiet || not_ok boot/quiet "$(echo "$refused_now" | head -n 5 | tr '\n' ';')"
		check boot/failed test -z "$(systemctl --failed --plain --no-legend | grep -v '^rampart-lab')"
	else
		skip boot "no policy of quiet-boot.sh was in force"
	fi
	;;
esac

# --- before there are rules ---
check off/apply rules 1 off
rm -rf $work && mkdir -p $work/debs
mkdir -p /root/.ssh && chmod 700 /root/.ssh
install -d -m 700 -o 1000 -g 1000 $home/.ssh
as_person ssh-keygen -q -t ed25519 -N '' -f $home/.ssh/id_ed25519 < /dev/null
cat $home/.ssh/id_ed25519.pub > $home/.ssh/authorized_keys && chown 1000:1000 $home/.ssh/authorized_keys && chmod 600 $home/.ssh/authorized_keys
cat $home/.ssh/id_ed25519.pub > /root/.ssh/authorized_keys && chmod 600 /root/.ssh/authorized_keys
echo 'user ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/quiet && chmod 440 /etc/sudoers.d/quiet
printf '[Unit]\nDescription=old\n[Service]\nExecStart=/bin/true\n' > /etc/systemd/system/quiet-edited.service
if [ -d /etc/cron.d ]; then
	echo '* * * * * root /usr/bin/touch /run/quiet-cron-system' > /etc/cron.d/quiet
	printf '#!/bin/sh\ntouch /run/quiet-cron-daily\n' > /etc/cron.daily/quiet && chmod 755 /etc/cron.daily/quiet
fi
printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c "touch /run/quiet-timer"\n' > /etc/systemd/system/quiet-timer.service
printf '[Timer]\nOnActiveSec=2\nAccuracySec=1\n' > /etc/systemd/system/quiet-timer.timer
systemctl daemon-reload
mkdir -p /boot/grub
# Modules are on a disk that cannot be written to.
modprobe -q overlay && mkdir -p /mnt/work/quiet/upper /mnt/work/quiet/work &&
	mount -t overlay -o lowerdir=/usr/lib/modules,upperdir=/mnt/work/quiet/upper,workdir=/mnt/work/quiet/work overlay /usr/lib/modules

# package NAME [POSTINST-LINES]: of what is in $work/NAME.
package() {
	mkdir -p "$work/$1/DEBIAN" "$work/$1/usr/share/quiet" && echo "$1" > "$work/$1/usr/share/quiet/$1"
	printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: a <a@localhost>\nDescription: %s\n' "$1" "$1" > "$work/$1/DEBIAN/control"
	for script in postinst prerm postrm; do
		[ -f "$work/$1/DEBIAN/$script" ] && chmod 755 "$work/$1/DEBIAN/$script"
	done
	find "$work/$1/etc" -type f 2> /dev/null | sed "s|^$work/$1||" > "$work/$1/DEBIAN/conffiles"
	dpkg-deb --root-owner-group -b "$work/$1" "$work/debs/$1.deb" > /dev/null
}
# file PACKAGE PATH [MODE]: what is on stdin.
file() { mkdir -p "$(dirname "$work/$1$2")" && cat > "$work/$1$2" && chmod "${3-644}" "$work/$1$2"; }
# unit_scripts PACKAGE UNIT: as debhelper makes them.
unit_scripts() {
	file "$1" /DEBIAN/postinst 755 <<-END
		#!/bin/sh
		set -e
		if [ "\$1" = configure ]; then
			deb-systemd-helper unmask $2 > /dev/null || true
			if deb-systemd-helper --quiet was-enabled $2; then deb-systemd-helper enable $2 > /dev/null || true; fi
			systemctl --system daemon-reload > /dev/null || true
			deb-systemd-invoke start $2 > /dev/null || true
		fi
	END
	file "$1" /DEBIAN/prerm 755 <<-END
		#!/bin/sh
		set -e
		[ "\$1" != remove ] || deb-systemd-invoke stop $2 > /dev/null || true
	END
	file "$1" /DEBIAN/postrm 755 <<-END
		#!/bin/sh
		set -e
		systemctl --system daemon-reload > /dev/null || true
		[ "\$1" != purge ] || deb-systemd-helper purge $2 > /dev/null || true
	END
}
postinst() { { printf '#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\n'; cat; } | file "$1" /DEBIAN/postinst 755; }

printf '[Unit]\nDescription=quiet\n[Service]\nExecStart=/bin/sleep 10000\n[Install]\nWantedBy=multi-user.target\n' |
	file quiet-service /lib/systemd/system/quiet-a.service
unit_scripts quiet-service quiet-a.service
printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c true\n' | file quiet-timed /lib/systemd/system/quiet-b.service
printf '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n' | file quiet-timed /lib/systemd/system/quiet-b.timer
unit_scripts quiet-timed quiet-b.timer
echo '17 3 * * * root true' | file quiet-cron /etc/cron.d/quiet-cron
printf '#!/bin/sh\ntrue\n' | file quiet-daily /etc/cron.daily/quiet-daily 755
printf '/var/log/quiet.log {\n\tdaily\n\trotate 2\n\tcreate\n\tpostrotate\n\t\ttouch /run/quiet-rotated\n\tendscript\n}\n' |
	file quiet-log /etc/logrotate.d/quiet-log
printf 'adduser --quiet --system --group --home /var/lib/quiet _quiet\n' | postinst quiet-user
echo 'kernel.sysrq = 176' | file quiet-kernel /usr/lib/sysctl.d/50-quiet.conf
echo overlay | file quiet-kernel /usr/lib/modules-load.d/quiet.conf
echo 'SUBSYSTEM=="quiet", MODE="0600"' | file quiet-kernel /lib/udev/rules.d/60-quiet.rules
printf 'systemctl restart systemd-sysctl systemd-modules-load\nudevadm control --reload\n' | postinst quiet-kernel
printf '#!/bin/sh\ntrue\n' | file quiet-tool /usr/bin/quiet-tool 755
printf 'update-alternatives --install /usr/bin/quiet quiet /usr/bin/quiet-tool 10\n' | postinst quiet-tool
printf '#!/bin/sh\nset -e\n[ "$1" = upgrade ] || update-alternatives --remove quiet /usr/bin/quiet-tool\n' | file quiet-tool /DEBIAN/prerm 755
printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: quiet-init\n# Required-Start:\n# Required-Stop:\n# Default-Start: 2 3 4 5\n# Default-Stop: 0 1 6\n# Short-Description: quiet\n### END INIT INFO\ntrue\n' |
	file quiet-init /etc/init.d/quiet-init 755
printf 'update-rc.d quiet-init defaults > /dev/null\ninvoke-rc.d quiet-init start || true\n' | postinst quiet-init
printf '#!/bin/sh\nset -e\n[ "$1" != purge ] || update-rc.d quiet-init remove > /dev/null\n' | file quiet-init /DEBIAN/postrm 755
echo 'Name: quiet
Default: yes
Priority: 0
Session-Type: Additional
Session:
	optional pam_permit.so' | file quiet-session /usr/share/pam-configs/quiet
echo 'polkit.addRule(function(action, subject) {});' | file quiet-session /usr/share/polkit-1/rules.d/60-quiet.rules
printf '#!/bin/sh\necho quiet\n' | file quiet-session /etc/profile.d/quiet.sh
printf 'pam-auth-update --package\nldconfig\n' | postinst quiet-session
ten="quiet-service quiet-timed quiet-cron quiet-daily quiet-log quiet-user quiet-kernel quiet-tool quiet-init quiet-session"
for p in $ten; do package "$p"; done
# As a package of the kernel: its scripts run what has put itself there.
release=6.99-quiet
: | file quiet-image /lib/modules/$release/modules.order
: | file quiet-image /lib/modules/$release/modules.builtin
cat /boot/vmlinuz* 2> /dev/null | head -c 65536 | file quiet-image /boot/vmlinuz-$release
printf 'CONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n' | file quiet-image /boot/config-$release
printf 'depmod %s\nDEB_MAINT_PARAMS=configure run-parts --exit-on-error --arg=%s --arg=/boot/vmlinuz-%s /etc/kernel/postinst.d\n' \
	$release $release $release | postinst quiet-image
printf '#!/bin/sh\nset -e\n[ ! -d /etc/kernel/postrm.d ] || DEB_MAINT_PARAMS=remove run-parts --exit-on-error --arg=%s --arg=/boot/vmlinuz-%s /etc/kernel/postrm.d\nrm -rf /lib/modules/%s\n' \
	$release $release $release | file quiet-image /DEBIAN/postrm 755
package quiet-image

check block/apply rules 2 block
check block/enforcing wait_enforcing

# --- what was done at boot, once more ---
part_units() {
	quiet units/reload systemctl daemon-reload
	quiet units/reexec systemctl daemon-reexec
	quiet units/tmpfiles systemd-tmpfiles --create --remove
	quiet units/sysusers systemd-sysusers
	quiet units/devices sh -c 'udevadm trigger && udevadm settle'
	for unit in $(systemctl list-units --type=service --state=active --plain --no-legend | awk '{ print $1 }'); do
		case $unit in rampart* | user@* | user-runtime-dir@* | dbus.service) continue ;; esac
		[ "$(systemctl show -P RefuseManualStart "$unit")$(systemctl show -P RefuseManualStop "$unit")" = nono ] || continue
		quiet "units/$unit" systemctl restart "$unit"
	done
	quiet units/target systemctl start multi-user.target
}

# --- people and files that come by ssh ---
ssh_opts="-o BatchMode=yes -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR"
part_login() {
	has login ssh sshd || return
	systemctl start ssh
	quiet login/key as_person ssh $ssh_opts user@127.0.0.1 true
	quiet login/terminal terminal "setpriv --reuid=1000 --regid=1000 --init-groups env HOME=$home ssh -tt $ssh_opts user@127.0.0.1 'bash -lc \"id; ls /; bash -c true; perl -e 1; :\"'"
	quiet login/root as_person ssh $ssh_opts root@127.0.0.1 uptime
	as_person dd if=/dev/urandom of=$home/Documents/sent bs=1k count=64 2> /dev/null
	quiet login/scp as_person scp -q $ssh_opts $home/Documents/sent user@127.0.0.1:/tmp/scp-received
	quiet login/scp_old as_person scp -O -q $ssh_opts $home/Documents/sent user@127.0.0.1:/tmp/scp-received
	echo "put $home/Documents/sent /tmp/sftp-received" > /tmp/batch && chmod 644 /tmp/batch
	quiet login/sftp as_person sftp -q $ssh_opts -b /tmp/batch user@127.0.0.1
	if has login/rsync rsync; then
		quiet login/rsync as_person rsync -a -e "ssh $ssh_opts" $home/Documents/ user@127.0.0.1:/tmp/rsynced
	fi
	if has login/git git; then
		as_person git init -q --bare /tmp/served.git && as_person rm -rf $home/served
		quiet login/git_clone as_person env GIT_SSH_COMMAND="ssh $ssh_opts" git clone -q user@127.0.0.1:/tmp/served.git $home/served
		as_person sh -c "cd $home/served && git config user.email a@localhost && git config user.name a && echo x > f && git add f && git commit -qm x"
		quiet login/git_push as_person env GIT_SSH_COMMAND="ssh $ssh_opts" git -C $home/served push -q origin HEAD
	fi
	quiet login/packages as_person ssh $ssh_opts root@127.0.0.1 "dpkg -i $work/debs/quiet-cron.deb && dpkg -P quiet-cron"
	quiet login/sudo terminal "setpriv --reuid=1000 --regid=1000 --init-groups env HOME=$home ssh -tt $ssh_opts user@127.0.0.1 'sudo -n systemctl status ssh > /dev/null; sudo -n bash -c true'"
}

part_packages() {
	has packages apt-get dpkg || return
	cd $work/debs || return
	for p in $ten; do quiet "packages/install/$p" apt-get install -y -q --no-install-recommends "./$p.deb"; done
	check packages/started systemctl is-active quiet-a.service
	check packages/enabled systemctl is-enabled quiet-b.timer
	quiet packages/again dpkg -i ./quiet-service.deb ./quiet-session.deb
	for p in $ten; do quiet "packages/purge/$p" apt-get purge -y -q "$p"; done
	quiet packages/all apt-get install -y -q ./quiet-service.deb ./quiet-timed.deb ./quiet-cron.deb ./quiet-log.deb
	quiet packages/remove apt-get remove -y -q quiet-service quiet-timed quiet-cron quiet-log
	cd /
}

part_kernel() {
	quiet kernel/install dpkg -i $work/debs/quiet-image.deb
	if has kernel/initramfs update-initramfs; then
		check kernel/initramfs test -s /boot/initrd.img-$release
		quiet kernel/update terminal "update-initramfs -u -k $release"
	fi
	if has kernel/grub update-grub; then
		quiet kernel/grub terminal "update-grub"
	fi
	quiet kernel/remove dpkg -P quiet-image
	quiet kernel/module sh -c 'modprobe dummy && modprobe -r dummy'
}

# --- people who make programs ---
part_build() {
	has build make gcc || return
	as_person mkdir -p $home/build && cd $home/build || return
	printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' > hello.c
	printf 'hello: hello.c\n\tgcc -O2 -o $@ $<\ncheck: hello\n\t./hello\ninstall: hello\n\tmkdir -p $(DESTDIR)/bin && install -m 755 hello $(DESTDIR)/bin\n' > Makefile
	chown -R 1000:1000 .
	quiet build/make as_person make check install DESTDIR=$home/build/out
	quiet build/run as_person $home/build/out/bin/hello
	if has build/autotools autoreconf automake; then
		as_person mkdir -p $home/auto && cd $home/auto || return
		cp $home/build/hello.c . && printf 'AC_INIT([hello], [1])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n' > configure.ac
		printf 'bin_PROGRAMS = hello\nhello_SOURCES = hello.c\nTESTS = hello\n' > Makefile.am
		chown -R 1000:1000 .
		quiet build/autoreconf as_person autoreconf -i
		quiet build/configure as_person ./configure --prefix=$home/auto/out
		quiet build/automake as_person make -s check install
	fi
	cd /
}
part_cmake() {
	has cmake cmake gcc || return
	as_person mkdir -p $home/cm && cd $home/cm || return
	printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' > hello.c
	printf 'cmake_minimum_required(VERSION 3.10)\nproject(hello C)\nadd_executable(hello hello.c)\nenable_testing()\nadd_test(hello hello)\ninstall(TARGETS hello)\n' > CMakeLists.txt
	chown -R 1000:1000 .
	quiet cmake/configure as_person cmake -S . -B build -DCMAKE_INSTALL_PREFIX=$home/cm/out
	quiet cmake/build as_person cmake --build build
	quiet cmake/test as_person sh -c 'cd build && ctest'
	quiet cmake/install as_person cmake --install build
	cd /
}
part_git() {
	has git git || return
	quiet git/work as_person sh -ec "
		rm -rf $home/repo $home/clone && mkdir $home/repo && cd $home/repo
		git init -q && git config user.email a@localhost && git config user.name a
		printf '#!/bin/sh\ntouch hook-ran\n' > .git/hooks/post-commit && chmod +x .git/hooks/post-commit
		for i in 1 2 3 4 5; do echo \$i > f\$i; git add f\$i; git commit -qm \$i; done
		test -e hook-ran
		git gc -q --aggressive --prune=now
		git clone -q . $home/clone && cd $home/clone && git log --oneline && git fsck"
}
part_python() {
	has python python3 || return
	python3 -c 'import venv, ensurepip' 2> /dev/null || { skip python "python has no venv"; return; }
	as_person mkdir -p $home/py && cd $home/py || return
	quiet python/venv as_person python3 -m venv venv
	as_person python3 - <<-END
		import zipfile
		with zipfile.ZipFile("quiet-1-py3-none-any.whl", "w") as w:
		    w.writestr("quiet.py", "def main():\n    print('hello')\n")
		    w.writestr("quiet-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: quiet\nVersion: 1\n")
		    w.writestr("quiet-1.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: a\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		    w.writestr("quiet-1.dist-info/entry_points.txt", "[console_scripts]\nquiet = quiet:main\n")
		    w.writestr("quiet-1.dist-info/RECORD", "")
	END
	quiet python/pip as_person venv/bin/pip install --no-index --quiet ./quiet-1-py3-none-any.whl
	quiet python/run as_person venv/bin/quiet
	cd /
}
part_node() {
	has node node npm || return
	as_person mkdir -p $home/js/quiet && cd $home/js || return
	echo '{"name": "quiet", "version": "1.0.0", "bin": "cli.js", "scripts": {"postinstall": "node -e 1"}}' > quiet/package.json
	printf '#!/usr/bin/env node\nconsole.log("hello")\n' > quiet/cli.js
	echo '{"name": "user", "version": "1.0.0"}' > package.json
	chown -R 1000:1000 .
	quiet node/install as_person npm install --offline --no-audit --no-fund ./quiet
	quiet node/run as_person node_modules/.bin/quiet
	cd /
}
part_office() {
	has office soffice || return
	as_person mkdir -p $home/Documents && echo hello | as_person tee $home/Documents/letter.txt > /dev/null
	quiet office/convert as_person soffice --headless --convert-to odt --outdir $home/Documents $home/Documents/letter.txt
	check office/converted test -s $home/Documents/letter.odt
	quiet office/again as_person soffice --headless --convert-to txt:Text --outdir $home/out $home/Documents/letter.odt
}

# --- what runs by itself ---
soon() {
	for _ in $(seq 700); do [ -e "$1" ] && return; sleep 0.2; done
	return 1
}
part_jobs() {
	quiet jobs/timer sh -c 'systemctl start quiet-timer.timer && for _ in $(seq 100); do [ -e /run/quiet-timer ] && exit; sleep 0.2; done; exit 1'
	quiet jobs/transient systemd-run --wait -q /bin/sh -c 'exit 0'
	quiet jobs/backup_of_dpkg systemctl start dpkg-db-backup.service
	has jobs/cron cron || return
	rm -f /run/quiet-cron-system
	systemctl start cron
	quiet jobs/crontab_of_user terminal "setpriv --reuid=1000 --regid=1000 --init-groups sh -c 'echo \"* * * * * touch /tmp/quiet-cron-user\" | crontab -'"
	quiet jobs/cron soon /run/quiet-cron-system
	quiet jobs/cron_of_user soon /tmp/quiet-cron-user
	quiet jobs/daily run-parts /etc/cron.daily
	has jobs/at at atd || return
	systemctl start atd
	# Debian's at belongs to the user daemon.
	[ "$(stat -c %u /usr/bin/at)" = 0 ] || { skip jobs/at "at is not root's"; return; }
	quiet jobs/at terminal "sh -c 'echo touch /run/quiet-at | at now'"
	quiet jobs/at_ran soon /run/quiet-at
}
part_logs() {
	has logs logrotate || return
	echo x > /var/log/quiet.log
	dpkg -i $work/debs/quiet-log.deb > /dev/null 2>&1
	quiet logs/rotate logrotate -f /etc/logrotate.conf
	check logs/rotated test -e /run/quiet-rotated
	quiet logs/service systemctl start logrotate.service
	quiet logs/journal sh -c 'journalctl --rotate && journalctl --vacuum-time=1s && journalctl -n 5'
}

# --- administrators, who sit before a terminal ---
vim=$(command -v vim.basic || command -v vim.tiny)
person() { terminal "setpriv --reuid=1000 --regid=1000 --init-groups env HOME=$home $1"; }
part_admin() {
	has admin sudo script || return
	quiet admin/shell person "sudo -n bash -c 'id; ls /root; :'"
	quiet admin/systemctl person "sudo -n systemctl enable quiet-edited.service; sudo -n systemctl disable quiet-edited.service"
	quiet admin/service person "sudo -n sh -c 'systemctl restart ssh; systemctl --no-pager status ssh'"
	[ -n "$vim" ] || { skip admin/editor "there is no vim"; return; }
	quiet admin/editor person "sudo -n $vim -es -c '%s/Description=.*/Description=new/' -c wq /etc/systemd/system/quiet-edited.service"
	check admin/edited grep -q new /etc/systemd/system/quiet-edited.service
	quiet admin/edit person "sudo -n env SYSTEMD_EDITOR='$vim -es -c %s/^.Service./[Service]/e -c wq' systemctl edit --full quiet-edited.service"
	quiet admin/sudoedit person "env SUDO_EDITOR='$vim -es -c %s/new/newer/ -c wq' sudo -n -e /etc/systemd/system/quiet-edited.service"
	check admin/sudoedited grep -q newer /etc/systemd/system/quiet-edited.service
	quiet admin/visudo person "sudo -n env EDITOR='$vim -es -c wq' visudo"
	quiet admin/shell_file person "$vim -es -c 'normal ggO#' -c wq $home/.bashrc"
	command -v crontab > /dev/null && quiet admin/crontab person "env EDITOR='$vim -es -c wq' crontab -e"
	command -v nano > /dev/null && quiet admin/nano terminal "sh -c 'printf \"#\\\\017\\\\n\\\\030\" | timeout 10 nano /etc/motd; :'"
	quiet admin/reload person "sudo -n systemctl daemon-reload"
}
part_accounts() {
	quiet accounts/useradd useradd -m -s /bin/bash quieta
	check accounts/skeleton test -e /home/quieta/.bashrc
	quiet accounts/password sh -c 'echo quieta:secret | chpasswd'
	quiet accounts/su su quieta -c true
	quiet accounts/chage chage -l quieta
	quiet accounts/usermod usermod -aG adm quieta
	quiet accounts/userdel userdel -r quieta
	has accounts/adduser adduser || return
	quiet accounts/adduser adduser --quiet --disabled-password --gecos '' quietb
	check accounts/adduser_skeleton test -e /home/quietb/.bashrc
	quiet accounts/deluser deluser --quiet --remove-home quietb
}
part_looking() {
	quiet looking/processes sh -c 'ps auxf && top -bn1 && pidof systemd'
	quiet looking/sockets ss -tulpen
	quiet looking/units sh -c 'systemctl --no-pager status; systemctl list-timers --no-pager; systemd-cgls --no-pager'
	quiet looking/trace strace -f -o /dev/null ls /
	quiet looking/log journalctl -b --no-pager -n 100
	quiet looking/configuration sh -c 'grep -r . /etc/systemd /etc/cron.d /etc/pam.d > /dev/null; cat /etc/ssh/sshd_config'
}

for part in $parts; do
	[ "$part" = boot ] || "part_$part"
done
check off/again rules 3 off
finish
