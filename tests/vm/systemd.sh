#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/systemd under a real systemd: this machine's own boots the guest, and what it makes of the
# units is asked there (tests/vm/systemd).
#
#   tests/vm/systemd.sh [--kernel VERSION] [--build DIR] [--console FILE]
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
kernel=6.12
options=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=$2; shift 2 ;;
	--build) build=$2; shift 2 ;;
	--console) options+=(--console "$2"); shift 2 ;;
	*) echo "systemd.sh: unknown argument \"$1\"; see its head" >&2; exit 2 ;;
	esac
done

# Without devices, users and a journal: what orders, starts, confines and watches services is enough.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
units=$tree/etc/systemd/system
mkdir -p "$tree/usr/lib/systemd/system" "$units/service.d" "$tree/etc/default"
for name in systemd systemd-executor systemd-shutdown; do
	[ ! -e "/usr/lib/systemd/$name" ] || cp "/usr/lib/systemd/$name" "$tree/usr/lib/systemd"
done
cp /usr/lib/systemd/system/*.target "$tree/usr/lib/systemd/system"
cp "$top"/deploy/systemd/* "$top"/tests/vm/systemd/*.service "$units"
# What services say, in the place of a journal.
printf '[Service]\nStandardOutput=append:/run/services.log\n' >"$units/service.d/log.conf"
# One that systemd finds empty it fills by itself, and takes the boot for the machine's first.
echo 5d4b3a2918070615243342516f7e8d9c >"$tree/etc/machine-id"
echo 'LSMD_OPTIONS="--pods /etc/lsmd/pods.yaml --node ring"' >"$tree/etc/default/lsmd"

status=0
"$top/deploy/vm.sh" --kernel "$kernel" --cpus 2 --timeout 400 "${options[@]}" --build "$build" \
	--init /ring/systemd/last_boot.sh \
	--append "systemd.log_target=kmsg systemd.show_status=0" \
	--add "$tree/usr:/usr" --add "$tree/etc:/etc" \
	--add /usr/bin/systemctl:/usr/bin/systemctl --add /usr/bin/systemd-analyze:/usr/bin/systemd-analyze \
	--add "$top/tests/vm:/ring" --add "$build/tests/vm/probe:/probe" --add "$(command -v jq):/usr/bin/jq" \
	-- sh /ring/systemd/units.sh | sed "s/^\(ok\|not ok\|#\) /\1 $kernel /" || status=$?
exit "$status"
