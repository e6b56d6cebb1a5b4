#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lsmd against the API server's stand-in, on real kernels: what objects say is in force, how soon,
# and what stays when the server is away.
#
#   tests/vm/cluster.sh [--kernel VERSION]... [--cgroup v1] [--icount] [--build DIR] [TEST...]
#
# A TEST is one of cluster_test.py's: objects, away, labels, telling, paused, rebooted. With --icount
# an instruction is a nanosecond: what labels measures then does not depend on how busy this
# machine is.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
kernels=()
options=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernels+=("$2"); shift 2 ;;
	--cgroup) options+=(--cgroup "$2"); shift 2 ;;
	--icount) options+=(--icount); shift ;;
	--build) build=$2; shift 2 ;;
	--*) echo "cluster.sh: unknown option \"$1\"; see its head" >&2; exit 2 ;;
	*) break ;;
	esac
done
[ ${#kernels[@]} -gt 0 ] || kernels=(6.1)

# The guest has no Python: it gets an interpreter and the modules that the programs load.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
python=$(readlink -f /usr/bin/python3)
library=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
mkdir -p "$tree$library"
install -D "$python" "$tree/usr/bin/python3"
PYTHONPATH=$top/tests/apiserver:$top/tests/vm PYTHONDONTWRITEBYTECODE=1 "$python" -c '
import sys
import apiserver, cluster_test
import encodings.ascii, encodings.idna, encodings.latin_1
for module in list(sys.modules.values()):
    print(getattr(module, "__file__", None) or "")' |
	grep "^$library/" | while read -r file; do
	mkdir -p "$tree$(dirname "$file")"
	cp "$file" "$tree$file"
done

status=0
for kernel in "${kernels[@]}"; do
	"$top/deploy/vm.sh" --kernel "$kernel" --timeout 1800 "${options[@]}" --build "$build" \
		--add "$tree$library:$library" --add "$tree/usr/bin/python3:/usr/bin/python3" \
		--add "$top/tests/apiserver:/apiserver" \
		--add "$top/tests/vm/cluster_guest.py:/apiserver/cluster_guest.py" \
		--add "$top/tests/vm/cluster_test.py:/apiserver/cluster_test.py" \
		--add "$top/tests/vm/cluster_life_test.py:/apiserver/cluster_life_test.py" \
		--add "$build/tests/vm/probe:/probe" --add /usr/bin/openssl:/usr/bin/openssl \
		--add /etc/ssl/openssl.cnf:/usr/lib/ssl/openssl.cnf \
		-- /usr/bin/python3 /apiserver/cluster_test.py "$@" |
		sed "s/^\(ok\|not ok\|#\) /\1 $kernel /" || status=1
done
exit "$status"
