#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Make a node able to enforce: bpf among its security modules, and a BPF file system. For images with
# grub: Amazon Linux 2 and 2023, Debian, Ubuntu, and what is like them. In the node's user data, before
# it joins the cluster.

set -euo pipefail

root=
reboot=

usage() {
	cat <<'END'
usage: prepare.sh [--reboot] [--root DIR]

Puts what the node's kernel runs with now, and bpf behind it, into lsm= on its command line, and has
/sys/fs/bpf mounted at boot. What is right already is left as it is; so it may run at each boot.

  --reboot    reboot when the command line was changed. Without: exit status 3 says that it must be
  --root DIR  look and write there instead (for tests)

Exit status: 0 nothing is left to do, 1 it cannot be done, 3 reboot.
END
}

say() {
	echo "prepare.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# The modules that run now, in their order. capability is always the first, and not to be named.
modules() {
	local list=$root/sys/kernel/security/lsm
	[[ -r $list ]] || mount -t securityfs securityfs "$root/sys/kernel/security" ||
		die "$list cannot be read"
	sed 's/^capability,//; s/,capability\(,\|$\)/\1/' "$list"
}

has_bpf() {
	[[ ,$1, == *,bpf,* ]]
}

# will_have_bpf: the next boot's command line names it already.
will_have_bpf() {
	grep -qsE '(^|[ "])lsm=([^ "]*,)?bpf([," ]|$)' "$root/etc/default/grub.d/lsmd.cfg" ||
		{ command -v grubby >/dev/null &&
			grubby --info=DEFAULT | grep -qE '(^args=|[ "])(.* )?lsm=([^ "]*,)?bpf([," ]|$)'; }
}

set_parameter() {
	if command -v grubby >/dev/null; then
		grubby --update-kernel=ALL --args="$1"
	elif command -v update-grub >/dev/null; then
		mkdir -p "$root/etc/default/grub.d"
		# shellcheck disable=SC2016 # for grub's own shell
		printf '# Of lsmd: bpf among the security modules.\nGRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX %s"\n' \
			"$1" >"$root/etc/default/grub.d/lsmd.cfg"
		update-grub
	else
		die "neither grubby nor update-grub is here: put \"$1\" on the kernel's command line"
	fi
}

# systemd mounts it by itself from version 238 on; Amazon Linux 2 has an older one.
mount_bpffs() {
	local unit=$root/etc/systemd/system/sys-fs-bpf.mount
	if [[ -e $unit || -e $root/usr/lib/systemd/system/sys-fs-bpf.mount ]] ||
		grep -qs ' /sys/fs/bpf bpf ' "$root/proc/mounts"; then
		return
	fi
	mkdir -p "$(dirname "$unit")"
	cat >"$unit" <<-'END'
		[Unit]
		Description=BPF file system
		DefaultDependencies=no
		Before=local-fs.target umount.target
		Conflicts=umount.target
		ConditionPathExists=/sys/fs/bpf

		[Mount]
		What=bpf
		Where=/sys/fs/bpf
		Type=bpf
		Options=nosuid,nodev,noexec,mode=700

		[Install]
		WantedBy=local-fs.target
	END
	[[ -n $root ]] || systemctl enable --now sys-fs-bpf.mount
	say "/sys/fs/bpf is mounted from now on"
}

main() {
	local list
	while (($#)); do
		case $1 in
		--reboot) reboot=yes && shift ;;
		--root) root=$2 && shift 2 ;;
		--help | -h) usage && exit ;;
		*) die "unknown option $1; see --help" ;;
		esac
	done
	mount_bpffs
	list=$(modules)
	if has_bpf "$list"; then
		say "bpf is among $list"
		exit
	fi
	if will_have_bpf; then
		say "bpf comes with the next boot"
	else
		set_parameter "lsm=$list,bpf"
		say "lsm=$list,bpf from the next boot on"
	fi
	[[ -z $reboot ]] || systemctl reboot
	exit 3
}

main "$@"
