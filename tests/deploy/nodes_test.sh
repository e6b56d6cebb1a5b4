#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/nodes/ and deploy/systemd/: on trees that look like a node, with commands that write down how
# they are called.
#
#   tests/deploy/nodes_test.sh [IMAGE_ROOT]     without: what image_test.sh built, if it is there
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
image=${1:-$top/build-tests/image/image/root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/grubby" "$work/grub"
export CALLS=$work/calls ARGS=$work/args

cat >"$work/grubby/grubby" <<'END'
#!/bin/sh
case $1 in
--info=*) printf 'kernel="/boot/vmlinuz"\nargs="ro console=ttyS0 %s"\n' "$(cat "$ARGS" 2>/dev/null)" ;;
*) echo "grubby $*" >>"$CALLS"; echo "${2#--args=}" >"$ARGS" ;;
esac
END
# shellcheck disable=SC2016 # for its own shell
printf '#!/bin/sh\necho "update-grub $*" >>"$CALLS"\n' >"$work/grub/update-grub"
chmod +x "$work"/*/grubby "$work"/*/update-grub

ok() { echo "ok nodes: $1"; }
not_ok() { echo "not ok nodes: $1"; shift; printf '%s\n' "$@" | tail -n 20 | sed 's/^/#   /'; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted: $2" "saw: $3"; fi; }

# node LIST: a node whose modules are these, with a BPF file system.
node()
{
	rm -rf "$work/node" "$CALLS" "$ARGS"
	mkdir -p "$work/node/sys/kernel/security" "$work/node/proc"
	printf '%s' "$1" >"$work/node/sys/kernel/security/lsm"
	echo "bpf /sys/fs/bpf bpf rw 0 0" >"$work/node/proc/mounts"
	: >"$CALLS"
}

# prepare TOOLS: its exit status, and the calls.
prepare()
{
	PATH=$work/$1:/usr/bin:/bin "$top/deploy/nodes/prepare.sh" --root "$work/node" >"$work/out" 2>&1
	echo "$? $(cat "$CALLS")"
}

node lockdown,capability,yama,selinux
same "bpf goes behind what runs" "3 grubby --update-kernel=ALL --args=lsm=lockdown,yama,selinux,bpf" "$(prepare grubby)"
: >"$CALLS"
same "what the next boot has already is left" "3 " "$(prepare grubby)"
node capability,yama,bpf
same "a node that is right is left as it is" "0 " "$(prepare grubby)"
node capability,yama,bpfx
same "a module of a similar name is another" "3 grubby --update-kernel=ALL --args=lsm=yama,bpfx,bpf" "$(prepare grubby)"
node capability,landlock,apparmor
same "without grubby, grub's configuration" "3 update-grub " "$(prepare grub)"
# shellcheck disable=SC2016 # for grub's own shell
same "has the parameter in it" 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX lsm=landlock,apparmor,bpf"' \
	"$(tail -n1 "$work/node/etc/default/grub.d/lsmd.cfg")"
: >"$CALLS"
same "and is written once" "3 " "$(prepare grub)"
node capability,yama
: >"$work/node/proc/mounts"
prepare grubby >/dev/null
same "a node without a BPF file system gets its mount" "Where=/sys/fs/bpf" \
	"$(grep Where= "$work/node/etc/systemd/system/sys-fs-bpf.mount")"
node capability,yama
mkdir "$work/none"
same "with neither it says what to do" "1 " "$(prepare none)"
grep -q 'put "lsm=yama,bpf" on the kernel' "$work/out" || not_ok "with neither it says what to do" "$(cat "$work/out")"

if command -v systemd-analyze >/dev/null; then
	mkdir -p "$work/units"
	for unit in "$top"/deploy/systemd/*; do
		sed -E 's,^(Exec[A-Za-z]*=)/usr/local/s?bin/[a-z]+,\1/bin/true,' "$unit" >"$work/units/$(basename "$unit")"
	done
	same "systemd takes the units" "" "$(systemd-analyze verify --man=no "$work"/units/* 2>&1 | grep -F "$work")"
else
	echo "# nodes: systemd-analyze is not here: the units were not read"
fi
same "the units run what is installed" "/usr/local/bin/lsmctl /usr/local/sbin/lsmd" \
	"$(grep -ohE '/usr/local/s?bin/[a-z]+' "$top"/deploy/systemd/* | sort -u | paste -sd' ')"

if [ -x "$image/usr/sbin/lsmd" ]; then
	mkdir -p "$work/host"
	said=$("$top/deploy/nodes/install.sh" --root "$work/host" "$image" lsmd-boot.service lsmd-pause.path 2>&1)
	same "installs" "0 " "$? $said"
	same "with the units asked for" "lsmd-boot.service lsmd-pause.path lsmd-pause.service" \
		"$(cd "$work/host/etc/systemd/system" && echo *)"
	# As the node has it: its own shell, and no library that the image did not bring.
	mkdir -p "$work/host/bin"
	cp "$(command -v busybox)" "$work/host/bin/sh"
	for library in lib lib64; do rm -rf "${work:?}/host/$library"; done
	if chroot "$work/host" /usr/local/sbin/lsmd --help >"$work/out" 2>&1; then ok "runs with its own libraries"
	else not_ok "runs with its own libraries" "$(cat "$work/out")"; fi
	if chroot "$work/host" /usr/local/libexec/lsmd/lsmd-oci-hook --help >"$work/out" 2>&1; then ok "and lsmd-oci-hook"
	else not_ok "and lsmd-oci-hook" "$(cat "$work/out")"; fi
	if chroot "$work/host" /usr/local/bin/lsmctl schema --crd >"$work/out" 2>&1; then ok "and so does lsmctl"
	else not_ok "and so does lsmctl" "$(tail -n 3 "$work/out")"; fi
else
	echo "# nodes: $image is not there: install.sh was not tried"
fi
