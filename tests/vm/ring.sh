#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The VM ring: the real hooks on real kernels.
#
#   tests/vm/ring.sh [--kernel VERSION]... [--cgroup v1] [--build DIR] [CASE...]
#
# A CASE is a file of tests/vm/cases, or no_lsm: a boot without BPF-LSM; CASE@VERSION runs on that
# kernel alone, of those that are asked for, in a boot of its own. Two kernels run at a time,
# each on CPUs that take turns in one thread. The races want CPUs that run at the same instant
# (vm.sh --parallel), so they come after, a kernel at a time.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
kernels=()
options=()
label=
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernels+=("$2"); shift 2 ;;
	--cgroup) options+=(--cgroup "$2"); label=" $2"; shift 2 ;;
	--build) build=$2; shift 2 ;;
	--*) echo "ring.sh: unknown option \"$1\"; see its head" >&2; exit 2 ;;
	*) break ;;
	esac
done
[ ${#kernels[@]} -gt 0 ] || kernels=(5.10 6.1 6.12 7.2)
cases=("$@")
if [ ${#cases[@]} -eq 0 ]; then
	for file in "$top"/tests/vm/cases/*.sh; do cases+=("$(basename "$file" .sh)"); done
	cases+=(no_lsm)
fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# run_on KERNEL LOG OPTIONS... -- SCRIPT CASE...
run_on()
{
	local kernel=$1 log=$2
	shift 2
	local vm_options=()
	while [ "$1" != -- ]; do vm_options+=("$1"); shift; done
	shift
	"$top/deploy/vm.sh" --kernel "$kernel" --cpus 2 --timeout 2700 "${options[@]}" \
		"${vm_options[@]}" --build "$build" --add "$top/tests/vm:/ring" \
		--add "$top/policies:/policies" --add "$top/deploy/kubernetes:/kubernetes" \
		--add "$build/tests/vm/probe:/probe" \
		--add "$build/tests/vm/stranger:/stranger" \
		--add "$build/lsmd-oci-hook:/lsmd-oci-hook" \
		--add "$build/deploy/demo-listen:/probe-listen" \
		--add "$(command -v crun):/usr/bin/crun" --add "$(command -v jq):/usr/bin/jq" \
		--add "$(command -v curl):/usr/bin/curl" \
		-- env "RING_RACE_SECONDS=${RING_RACE_SECONDS:-2}" sh "/ring/$1" "${@:2}" \
		>"$log" 2>&1
}

status=0

# show KERNEL LOG STATUS: a machine that failed has shown nothing of what would have come.
show()
{
	sed "s/^\(ok\|not ok\|#\) /\1 $1$label /" "$2"
	[ "$3" -eq 0 ] || status=1
	if [ "$3" -ne 0 ] && ! grep -q '^not ok ' "$2"; then
		echo "not ok $1$label the machine: ended with status $3"
	fi
}

plain=()
race=
for case in "${cases[@]}"; do
	case $case in
	race) race=1 ;;
	*) plain+=("$case") ;;
	esac
done

# A machine each: what all kernels run, which takes longest and goes first; then each case that is
# for one of them, and no_lsm.
machines=()
small=()
for kernel in "${kernels[@]}"; do
	common=
	for case in "${plain[@]}"; do
		case $case in
		*@"$kernel") small+=("$kernel ${case%@*}") ;;
		*@*) ;;
		no_lsm) small+=("$kernel no_lsm") ;;
		*) common+=" $case" ;;
		esac
	done
	[ -z "$common" ] || machines+=("$kernel$common")
done
machines+=("${small[@]}")

# machine NUMBER KERNEL CASE...
machine()
{
	local result=0
	case $3 in
	no_lsm) run_on "$2" "$logs/$1" --append lsm=yama -- no_lsm.sh || result=$? ;;
	*) run_on "$2" "$logs/$1" -- guest.sh "${@:3}" || result=$? ;;
	esac
	echo "$result" >"$logs/$1.status"
}

# Two at a time; the next begins when one of them ends.
for i in "${!machines[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
	read -ra words <<<"${machines[i]}"
	machine "$i" "${words[@]}" &
done
wait
for i in "${!machines[@]}"; do show "${machines[i]%% *}" "$logs/$i" "$(cat "$logs/$i.status")"; done

# With CPUs in threads of their own the emulator itself may fail (status 125); that says nothing
# of the guest, and is tried again.
for kernel in "${kernels[@]}"; do
	[ -n "$race" ] || break
	for _ in 1 2 3; do
		result=0
		run_on "$kernel" "$logs/race" --parallel -- guest.sh race || result=$?
		[ "$result" -eq 125 ] || break
		echo "# $kernel race: the machine failed, tried again"
	done
	show "$kernel" "$logs/race" "$result"
done

exit "$status"
