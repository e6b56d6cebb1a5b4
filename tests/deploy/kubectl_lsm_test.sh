#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/kubectl-lsm as a plugin of the real kubectl, against the API server's stand-in with two nodes.
# Its pods run nothing: what would be executed in one is written down.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
if ! tools=$("$top/tests/deploy/tools.sh"); then
	echo "# kubectl-lsm: skipped: kubectl cannot be had"
	[ -z "${CI:-}" ] || exit 1
	exit 77
fi
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
export PATH=$work/bin:$PATH KUBECTL_LOG=$work/log KUBECTL=$tools/kubectl HOME=$work KUBECONFIG=$work/config
mkdir "$work/bin"
ln -s "$top/deploy/kubectl-lsm" "$work/bin/kubectl-lsm"

# What the plugin calls: kubectl itself, but for exec.
cat >"$work/bin/kubectl" <<'END'
#!/bin/sh
case " $* " in
*" exec "*) ;;
*) exec "$KUBECTL" "$@" ;;
esac
while [ "$1" != exec ]; do
	echo "option $1 $2" >>"$KUBECTL_LOG"
	shift 2
done
[ "$2 $3 $5 $6 $7" = "--namespace lsmd --container lsmd --" ] || exit 1
pod=$4
shift 7
printf '%s' "$pod" >>"$KUBECTL_LOG"
for argument; do printf ' [%s]' "$argument" >>"$KUBECTL_LOG"; done
echo >>"$KUBECTL_LOG"
[ "$pod" != lsmd-bb ]
END
chmod +x "$work/bin/kubectl"

python3 "$top/tests/apiserver/apiserver.py" --directory "$work" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
	[ -e "$work/port" ] && break
	sleep 0.1
done
url=https://127.0.0.1:$(cat "$work/port")

# api METHOD PATH BODY
api()
{
	curl -sSf -o /dev/null --cacert "$work/ca.crt" -H "Authorization: Bearer $(cat "$work/token")" \
		-H "Content-Type: application/merge-patch+json" -X "$1" "$url/api/v1/$2" -d "$3"
}

# pod NAMESPACE NAME NODE PHASE LABEL
pod()
{
	api POST "namespaces/$1/pods" "$(jq -n --arg name "$2" --arg node "$3" --arg app "$5" \
		'{metadata: {name: $name, labels: {"app.kubernetes.io/name": $app}},
			spec: ({containers: [{name: "lsmd"}]} + if $node == "" then {} else {nodeName: $node} end)}')"
	api PATCH "namespaces/$1/pods/$2/status" "{\"status\": {\"phase\": \"$4\"}}"
}

api POST namespaces '{"metadata": {"name": "lsmd"}}'
api POST namespaces '{"metadata": {"name": "shop"}}'
pod lsmd lsmd-aa node-a Running lsmd
pod lsmd lsmd-bb node-b Running lsmd
pod lsmd lsmd-cc node-c Failed lsmd
pod lsmd other node-a Running other
pod shop web-0 node-a Running web
pod shop pending "" Pending web

# Of two contexts, by name; a third is in neither.
jq -n --arg url "$url" --arg ca "$work/ca.crt" --arg token "$(cat "$work/token")" '{
	apiVersion: "v1", kind: "Config", "current-context": "here",
	clusters: [{name: "here", cluster: {server: $url, "certificate-authority": $ca}}],
	users: [{name: "me", user: {token: $token}}],
	contexts: [("here", "it\u0027s") | {name: ., context: {cluster: "here", user: "me"}}]}' >"$KUBECONFIG"

ok() { echo "ok kubectl-lsm: $1"; }
not_ok() { echo "not ok kubectl-lsm: $1"; echo "#   $2"; }

# expect NAME STATUS LOG ARGUMENT...: the plugin ends so, having run this, a line each.
expect()
{
	local name=$1 status=$2 log=$3 got
	shift 3
	: >"$work/log"
	"$KUBECTL" lsm "$@" >"$work/out" 2>&1
	got=$?
	if [ "$got" -eq "$status" ] && [ "$(cat "$work/log")" = "$log" ]; then
		ok "$name"
	else
		not_ok "$name" "status $got, log: $(cat "$work/log"), said: $(cat "$work/out")"
	fi
}

if found=$("$KUBECTL" plugin list --name-only 2>&1) && grep -qx kubectl-lsm <<<"$found"; then
	ok "kubectl finds it, and warns of nothing"
else
	not_ok "kubectl finds it, and warns of nothing" "$found"
fi
expect "finds the pod's node" 0 \
	"lsmd-aa [lsmctl] [deny] [--pod] [shop/web-0] [--connect] [0.0.0.0/0:4444] [--for] [1h]" \
	deny --pod shop/web-0 --connect 0.0.0.0/0:4444 --for 1h
expect "gives the pod its namespace" 0 "lsmd-aa [lsmctl] [allow] [--pod] [shop/web-0]" \
	-n shop allow --pod web-0
expect "takes --pod=NAME" 0 "lsmd-aa [lsmctl] [allow] [--pod=shop/web-0]" \
	--namespace=shop allow --pod=web-0
expect "keeps what a shell would take apart" 0 \
	"lsmd-aa [lsmctl] [deny] [--pod] [shop/web-0] [--exec] [/a b'\$(c)\"]" \
	deny --pod shop/web-0 --exec "/a b'\$(c)\""
expect "asks every node to read, and says the worst" 1 \
	"lsmd-aa [lsmctl] [status]"$'\n'"lsmd-bb [lsmctl] [status]" status
expect "hands kubectl its options" 0 "option --context it's"$'\n'"lsmd-aa [lsmctl] [status]" \
	--context "it's" --node node-a status
expect "hands them to each call" 3 "" --context nowhere --node node-a status
expect "a change wants a pod or a node" 2 "" allow --id 4
expect "says that a pod is not there" 3 "" deny --pod shop/none --socket inet
expect "says that a pod is on no node" 3 "" deny --pod shop/pending --socket inet
expect "says that a node has no agent that runs" 3 "" --node node-c status
expect "an unknown option is wrong usage" 2 "" --frobnicate status
expect "help is help" 0 "" --help
