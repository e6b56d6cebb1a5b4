#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the real hooks say to real processes, on each kernel, held against the reference.
#
#   tests/differential/hooks.sh --build DIR [--sets N] [--seed N] [KERNEL...]
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
sets=16
seed=1
while [ $# -gt 0 ]; do
	case $1 in
	--build) build=$2; shift 2 ;;
	--sets) sets=$2; shift 2 ;;
	--seed) seed=$2; shift 2 ;;
	*) break ;;
	esac
done
[ $# -gt 0 ] || set -- 5.10 6.1 6.12 7.2
status=0

for kernel; do
	"$top/deploy/vm.sh" --kernel "$kernel" --timeout 600 --build none \
		--add "$build/tests/differential/differential-hooks:/opt/differential-hooks" \
		--add "$build/tests/differential/nothing:/opt/nothing" \
		-- /opt/differential-hooks /sys/fs/cgroup v2 0 "$sets" "$seed" 2>&1 |
		sed "s/^\(ok\|not ok\|#\) /\1 differential $kernel: /"
	[ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done
exit "$status"
