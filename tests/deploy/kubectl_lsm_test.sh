#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/kubectl-lsm against a kubectl that knows two nodes, and refuses what kubectl would.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH=$work:$PATH KUBECTL_LOG=$work/log

cat >"$work/kubectl" <<'KUBECTL'
#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in
	--context | --kubeconfig) [ $# -gt 1 ] || exit 1; echo "option $1 $2" >>"$KUBECTL_LOG"; shift 2 ;;
	*) break ;;
	esac
done
verb=$1
shift
namespace= fields= name=
while [ $# -gt 0 ]; do
	case $1 in
	--namespace) namespace=$2; shift 2 ;;
	--selector) [ "$2" = app.kubernetes.io/name=lsmd ] || exit 1; shift 2 ;;
	--field-selector) fields=$2; shift 2 ;;
	--container) [ "$2" = lsmd ] || exit 1; shift 2 ;;
	-o) shift 2 ;;
	--) shift; break ;;
	-*) echo "error: unknown flag: $1" >&2; exit 1 ;;
	*) name=$name$1/; shift ;;
	esac
done
case $verb:$namespace:$name in
get:lsmd:pods/)
	case $fields in
	*spec.nodeName=node-a) echo "lsmd-aa node-a" ;;
	*spec.nodeName=*) ;;
	*) echo "lsmd-aa node-a"; echo "lsmd-bb node-b" ;;
	esac ;;
get:shop:pod/web-0/) printf node-a ;;
get:shop:pod/pending/) ;;
get:*) echo "Error from server (NotFound): pods not found" >&2; exit 1 ;;
exec:lsmd:lsmd-??/)
	printf '%s' "$name" >>"$KUBECTL_LOG"
	for argument; do printf ' [%s]' "$argument" >>"$KUBECTL_LOG"; done
	echo >>"$KUBECTL_LOG"
	[ "$name" = lsmd-bb/ ] && exit 1
	exit 0 ;;
*) echo "kubectl: unexpected $verb $namespace $name" >&2; exit 1 ;;
esac
KUBECTL
chmod +x "$work/kubectl"

# expect NAME STATUS LOG ARGUMENT...: the plugin ends so, having run this, a line each.
expect()
{
	local name=$1 status=$2 log=$3 got
	shift 3
	: >"$work/log"
	"$top/deploy/kubectl-lsm" "$@" >"$work/out" 2>&1
	got=$?
	if [ "$got" -eq "$status" ] && [ "$(cat "$work/log")" = "$log" ]; then
		echo "ok kubectl-lsm: $name"
	else
		echo "not ok kubectl-lsm: $name"
		echo "#   status $got, log: $(cat "$work/log"), said: $(cat "$work/out")"
	fi
}

expect "finds the pod's node" 0 \
	"lsmd-aa/ [lsmctl] [deny] [--pod] [shop/web-0] [--connect] [0.0.0.0/0:4444] [--for] [1h]" \
	deny --pod shop/web-0 --connect 0.0.0.0/0:4444 --for 1h
expect "gives the pod its namespace" 0 "lsmd-aa/ [lsmctl] [allow] [--pod] [shop/web-0]" \
	-n shop allow --pod web-0
expect "takes --pod=NAME" 0 "lsmd-aa/ [lsmctl] [allow] [--pod=shop/web-0]" \
	--namespace=shop allow --pod=web-0
expect "keeps what a shell would take apart" 0 \
	"lsmd-aa/ [lsmctl] [deny] [--pod] [shop/web-0] [--exec] [/a b'\$(c)\"]" \
	deny --pod shop/web-0 --exec "/a b'\$(c)\""
expect "asks every node to read, and says the worst" 1 \
	"lsmd-aa/ [lsmctl] [status]"$'\n'"lsmd-bb/ [lsmctl] [status]" status
expect "hands kubectl its options" 0 \
	"option --context it's"$'\n'"option --context it's"$'\n'"lsmd-aa/ [lsmctl] [status]" \
	--context "it's" --node node-a status
expect "a change wants a pod or a node" 2 "" allow --id 4
expect "says that a pod is not there" 3 "" deny --pod shop/none --socket inet
expect "says that a pod is on no node" 3 "" deny --pod shop/pending --socket inet
expect "says that a node has no agent" 3 "" --node node-c status
expect "an unknown option is wrong usage" 2 "" --frobnicate status
expect "help is help" 0 "" --help
