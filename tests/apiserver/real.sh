#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The definitions, the manifests and the agent's client against a real API server.

set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${LSMD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lsmd}
build=$top/build

usage() {
	cat <<'END'
usage: real.sh [--build DIR]
       real.sh --fetch

Starts a real API server on loopback, with etcd and RBAC, and tries against it: the definitions
of the custom resources, the policies that ship, wrong policies, the manifests, and agents with a
token of their service account and no other right, also when the server is killed and has
forgotten what was. Each check is a line "ok" or "not ok".

Debian has no package of a server, but the sources of one: of kube-apiserver 1.20 whole, and of
the libraries that serve custom resources new. Both are built the first time, which takes a core
some 15 minutes and 6 GB; what comes out stays in $LSMD_CACHE, else ~/.cache/lsmd. Nothing is
installed. The packages are those of the Debian mirror of this machine's apt, or of LSMD_MIRROR
(a URL ending in /debian).

  --build DIR  the project as built there; default: build in this tree
  --fetch      only build the server
  --help       this text
END
}

say() {
	echo "real.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# shellcheck source-path=SCRIPTDIR source=real/programs.sh
. "$top/tests/apiserver/real/programs.sh"

main() {
	local fetch='' status=0
	while (($#)); do
		case $1 in
		--build) build=${2:?--build wants a directory} && shift ;;
		--fetch) fetch=yes ;;
		--help | -h) usage && exit ;;
		*) die "unknown option $1; see --help" ;;
		esac
		shift
	done
	programs_are_cached || programs_build
	[[ -z $fetch ]] || exit 0
	build=$(cd "$build" && pwd)
	"$top/tests/apiserver/real/definitions_test.py" "$build/lsmctl" "$top/policies" \
		"$cache/apiserver" || status=1
	"$top/tests/apiserver/real/own_node_test.py" "$cache/apiserver" || status=1
	"$top/tests/apiserver/real/agents_test.py" "$cache/apiserver" "$build" || status=1
	exit $status
}

main "$@"
