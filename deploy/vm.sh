#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Run a command as root on a real kernel, in a machine that QEMU emulates.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=vm-kernel.sh
. "$here/vm-kernel.sh"
# shellcheck source-path=SCRIPTDIR source=vm-root.sh
. "$here/vm-root.sh"

cache=${LSMD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lsmd}
kernel=6.1
cgroup=v2
cpus=1
icount=
parallel=
memory=1G
timeout=300
accel=tcg
append=
init=
build=
console=
added=()

# State.
run=
qemu=
command_ended=

usage() {
	cat <<'END'
usage: vm.sh [OPTION]... [--] COMMAND [ARGUMENT]...
       vm.sh --fetch [--kernel VERSION]
       vm.sh --list

Runs COMMAND as root on a Debian kernel with BPF-LSM, in an emulated machine. Its stdout and
stderr come out here, apart from each other and byte for byte; its exit status is the status.
It has no stdin. The arguments are passed as they are: for a pipe, say sh -c '...'.

  --kernel VERSION   5.10, 6.1, 6.12 or 7.2 (that or newer); default 6.1
  --cgroup v1|v2     what is mounted on /sys/fs/cgroup; default v2
  --cpus N           default 1, with which the guest is fastest, too
  --parallel         with more CPUs, really at once. QEMU before 8.1 then lets a CPU run what another
                     has just patched, as a kernel patches itself when it boots and when a program
                     attaches: a run in fifteen ends with 125 and "Oops: int3"
  --icount           one instruction is one nanosecond of the guest's time; one CPU
  --memory SIZE      default 1G
  --timeout SECONDS  default 300
  --add FILE:PATH    put a file or directory of this machine there, with the libraries of the
                     programs in it; may be repeated
  --build DIR        the project as built there goes into the guest too; default: build in this
                     tree, if it is there; none: without
  --append TEXT      more of the kernel's command line; the last of a kind wins
  --init PATH        the guest's first process, systemd for one, once all is mounted; it has to start
                     "/init run", which runs COMMAND
  --console FILE     keep what the kernel printed
  --kvm              let the hardware run it; without, never
  --fetch            only download the kernel, or all of them; what is there is not made newer:
                     for that, remove it
  --list             say which kernels there are, and which are downloaded

status: the command's; 124 when time ran out; 125 when the machine failed, not the command.
Downloads are kept in $LSMD_CACHE, else ~/.cache/lsmd. They come from the Debian mirror of this
machine's apt, or from LSMD_MIRROR (a URL ending in /debian; its -security beside it).

examples:
  vm.sh uname -r
  vm.sh --kernel 5.10 --cgroup v1 cat /proc/cgroups
  vm.sh --add /usr/bin/crun:/usr/bin/crun crun --version
  vm.sh --append lsm=yama sh -c 'cat /sys/kernel/security/lsm; lsmctl status'
END
}

say() {
	echo "vm.sh: $*" >&2
}

die() {
	say "$*"
	exit 125
}

# need_argument OPTION COUNT: COUNT words are left of the command line, OPTION among them.
need_argument() {
	(($2 > 1)) || die "$1 needs a value; see --help"
}

parse_options() {
	local fetch='' names=()
	while (($#)); do
		case $1 in
		--kernel | --cgroup | --cpus | --memory | --timeout | --append | --build | --console | \
			--init | --add)
			need_argument "$1" $#
			set_option "$1" "$2"
			[[ $1 != --kernel ]] || names=("$2")
			shift
			;;
		--icount) icount=yes ;;
		--parallel) parallel=yes ;;
		--kvm) accel=kvm ;;
		--fetch) fetch=yes ;;
		--list) kernel_list && exit ;;
		--help | -h) usage && exit ;;
		--) shift && break ;;
		-*) die "unknown option $1; see --help" ;;
		*) break ;;
		esac
		shift
	done
	if [[ -n $fetch ]]; then
		((${#names[@]})) || mapfile -t names < <(kernel_names)
		fetch_all "${names[@]}"
		exit
	fi
	command=("$@")
}

set_option() {
	case $1 in
	--kernel) kernel=$2 ;;
	--cgroup) cgroup=$2 ;;
	--cpus) cpus=$2 ;;
	--memory) memory=$2 ;;
	--timeout) timeout=$2 ;;
	--append) append+=" $2" ;;
	--init) init=$2 ;;
	--build) build=$2 ;;
	--console) console=$2 ;;
	--add) added+=("$2") ;;
	esac
}

check_options() {
	local pair
	((${#command[@]})) || die "no command given; see --help"
	check_kernel "$kernel"
	[[ $cgroup == v[12] ]] || die "--cgroup is v1 or v2, not '$cgroup'"
	[[ $cpus =~ ^[1-9][0-9]*$ ]] || die "--cpus is a number, not '$cpus'"
	[[ $timeout =~ ^[1-9][0-9]*$ ]] || die "--timeout is a number of seconds, not '$timeout'"
	[[ -z $icount || $cpus == 1 ]] || die "--icount counts on one CPU: leave --cpus out"
	[[ -z $icount || $accel == tcg ]] || die "--icount counts what is emulated: leave --kvm out"
	[[ -z $build || $build == none || -d $build ]] || die "--build $build: no such directory"
	[[ -z $init || $init == /* ]] || die "--init is a path in the guest, not '$init'"
	for pair in "${added[@]}"; do
		[[ $pair == *?:/?* ]] || die "--add is HOSTFILE:/GUESTPATH, not '$pair'"
	done
}

check_kernel() {
	[[ -n $(kernel_field "$1" 1) ]] ||
		die "no kernel '$1'; there are: $(kernel_names | xargs)"
}

check_tools() {
	local tool
	for tool in qemu-system-x86_64 busybox cpio; do
		command -v "$tool" >/dev/null || die "$tool is missing: run deploy/setup.sh"
	done
}

fetch_all() {
	local name
	for name; do
		check_kernel "$name"
		kernel_fetch "$name"
	done
}

# It ends with us however we end. QEMU is never asked to choose an accelerator: where KVM is present
# but broken, it would choose that and hang.
start_qemu() {
	local directory=$cache/kernels/$kernel machine=() port number=0
	local line='console=ttyS0 quiet panic=-1 lsm=landlock,lockdown,yama,integrity,apparmor,bpf'
	# What only costs time here. The tests of the kernel's ciphers are a third of a boot.
	line+=' mitigations=off nokaslr random.trust_cpu=on cryptomgr.notests tsc=reliable'
	if [[ -n $icount ]]; then
		machine+=(-icount 'shift=0,sleep=off')
		# Calibrating its timer polls the clock, which is what counting makes slow: half a boot.
		line+=' nolapic pci=nomsi'
	fi
	for port in stdout stderr status; do
		machine+=(-chardev "file,id=$port,path=$run/$port"
			-device "virtserialport,chardev=$port,nr=$((++number))")
	done
	[[ $accel != tcg || -n $parallel ]] || accel+=,thread=single
	setpriv --pdeathsig KILL qemu-system-x86_64 -accel "$accel" -machine pc,usb=off -cpu max \
		-m "$memory" -smp "$cpus" -nodefaults -no-user-config -display none -no-reboot \
		-kernel "$directory/vmlinux" -initrd "$run/initrd" -append "$line$append" \
		-serial "file:$console" -device virtio-serial-pci "${machine[@]}" \
		</dev/null >"$run/qemu.log" 2>&1 5>&- 6>&- 7>&- &
	qemu=$!
}

# When our reader has gone away, the run ends as it would for a command that is killed by SIGPIPE.
relay() {
	cat || echo 141 0 >&7
}

# Both ends are held open here until QEMU is gone, so that nobody waits for one that failed to start.
start_relays() {
	mkfifo "$run/stdout" "$run/stderr" "$run/status"
	exec 5<>"$run/stdout" 6<>"$run/stderr" 7<>"$run/status"
	relay <"$run/stdout" 5>&- 6>&- &
	relays=($!)
	relay <"$run/stderr" >&2 5>&- 6>&- &
	relays+=($!)
}

# wait_for_status: set report to what the guest said at its end; empty when QEMU ended without.
wait_for_status() {
	local deadline=$((SECONDS + timeout)) part
	report=
	until read -r -t 0.5 -u 7 part; do
		# The time may have run out in the middle of the line.
		report+=$part
		if ! kill -0 "$qemu" 2>/dev/null; then
			# Ends the line that is there, or is the empty one that is not.
			echo >&7
			read -r -u 7 part
			break
		fi
		((SECONDS < deadline)) || return 124
	done
	report+=$part
}

stop_machine() {
	kill -9 "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	qemu=
	exec 5>&- 6>&-
	wait "${relays[@]}" || true
}

# keep_console: print where what the kernel printed can be read after we end.
keep_console() {
	if [[ $console == "$run"/* ]]; then
		local kept
		kept=$(mktemp "${TMPDIR:-/tmp}/lsmd-vm-console.XXXXXX")
		cp "$console" "$kept"
		echo "$kept"
	else
		echo "$console"
	fi
}

explain_no_report() {
	if grep -q 'Kernel panic' "$console" 2>/dev/null; then
		die "the kernel panicked: $(grep -m1 -o 'Kernel panic.*' "$console"); see $(keep_console)"
	elif [[ -s $run/qemu.log ]]; then
		die "QEMU failed: $(tail -n1 "$run/qemu.log")"
	else
		die "the machine went down before the command ended; its kernel's words: $(keep_console)"
	fi
}

run_machine() {
	local status tainted
	start_relays
	start_qemu
	if ! wait_for_status; then
		stop_machine
		say "time ran out: no end after $timeout s (--timeout); its kernel's words: $(keep_console)"
		exit 124
	fi
	stop_machine
	[[ -n $report ]] || explain_no_report
	read -r status tainted <<<"$report"
	# Died, warned, soft lock-up, as in the kernel's admin-guide/tainted-kernels.rst.
	((!(tainted & (128 | 512 | 16384)))) || say "the guest's kernel warned: see $(keep_console)"
	command_ended=yes
	exit "$status"
}

# What ends us unforeseen must not look like the command's own failure.
# shellcheck disable=SC2317 # a trap calls it
finish() {
	local status=$?
	[[ -z $qemu ]] || kill -9 "$qemu" 2>/dev/null || true
	[[ -z $run ]] || rm -rf "$run"
	case $command_ended$status in
	yes* | 0 | 124 | 125 | 130 | 143) ;;
	*)
		say "failed for a reason that it does not know ($status)"
		exit 125
		;;
	esac
}

main() {
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	parse_options "$@"
	check_options
	check_tools
	run=$(mktemp -d "${TMPDIR:-/tmp}/lsmd-vm.XXXXXX")
	console=${console:-$run/console}
	kernel_fetch "$kernel"
	run_archive "${command[@]}" >"$run/tree.cpio"
	base=$(base_archive)
	cat "$base" "$cache/kernels/$kernel/modules.cpio" "$run/tree.cpio" >"$run/initrd"
	run_machine
}

main "$@"
