#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The programs of lsm/ on each kernel, on cgroup v2 and v1; their races on CPUs that run at once; and
# on v2 what loads, fills and replaces them (enforce-test).
#
#   tests/vm/kernel/run.sh --build DIR [KERNEL...]
set -uo pipefail

top=$(cd "$(dirname "$0")/../../.." && pwd)
build=$top/build
if [ "${1:-}" = --build ]; then
	build=$2
	shift 2
fi
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7.2
status=0

# run_on LABEL WORD OPTION...: the cases whose name has the word; without one all, and on v2
# enforce-test. v1's hierarchy id is the guest's.
run_on()
{
	local label=$1 word=$2
	shift 2
	# shellcheck disable=SC2016 # expanded in the guest
	"$top/deploy/vm.sh" "$@" --timeout 600 \
		--add "$build/tests/vm/kernel/kernel-test:/bin/kernel-test" \
		--add "$build/tests/vm/enforce-test:/bin/enforce-test" -- sh -c '
		if [ -d /sys/fs/cgroup/pids ]; then
			set -- "$1" /sys/fs/cgroup/pids v1 \
				"$(awk "\$1 == \"pids\" { print \$2 }" /proc/cgroups)"
		else
			set -- "$1" /sys/fs/cgroup v2 0
		fi
		kernel-test "$2" "$3" "$4" "$1" || status=1
		[ -n "$1" ] || [ "$3" = v1 ] || enforce-test "$2" "$3" "$4" || status=1
		exit "${status:-0}"' sh "$word" 2>&1 |
		sed "s/^\(ok\|not ok\|#\) /\1 $label: /"
	[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
}

for kernel; do
	run_on "$kernel" "" --kernel "$kernel"
	run_on "$kernel parallel" threads --kernel "$kernel" --cpus 4 --parallel
done
run_on "5.10 v1" "" --kernel 5.10 --cgroup v1
run_on "7.2 v1" "" --kernel 7.2 --cgroup v1
exit "$status"
