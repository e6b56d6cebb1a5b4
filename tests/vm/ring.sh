#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The VM ring: the real hooks on real kernels.
#
#   tests/vm/ring.sh [--kernel VERSION]... [--cgroup v1] [--build DIR] [CASE...]
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
kernels=()
options=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernels+=("$2"); shift 2 ;;
	--cgroup) options+=(--cgroup "$2"); shift 2 ;;
	--build) build=$2; shift 2 ;;
	*) break ;;
	esac
done
[ ${#kernels[@]} -gt 0 ] || kernels=(5.10 6.1 6.12 7.2)

status=0
for kernel in "${kernels[@]}"; do
	"$top/deploy/vm.sh" --kernel "$kernel" --cpus 2 --timeout 900 "${options[@]}" \
		--build "$build" --add "$top/tests/vm:/ring" --add "$build/tests/vm/probe:/probe" \
		--add "$build/deploy/demo-listen:/probe-listen" \
		--add "$(command -v crun):/usr/bin/crun" --add "$(command -v jq):/usr/bin/jq" \
		--add "$(command -v curl):/usr/bin/curl" \
		-- env "RING_RACE_SECONDS=${RING_RACE_SECONDS:-2}" sh /ring/guest.sh "$@" | sed -u "s/^\(ok\|not ok\|#\) /\1 $kernel /" || status=1
done
exit "$status"
