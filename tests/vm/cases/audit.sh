# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Audit reports and allows, and weakens nothing.

four_hooks audit
start_lsmd || return

for attempt in "exec /bin/forbidden" "open /etc/secret r" "socket 2 3 1" "connect 127.0.0.1 4444"; do
	# shellcheck disable=SC2086 # attempts are words
	expect "audit-mode policy: $attempt is allowed" allowed in_pod web /probe $attempt
done
soon "audit-mode policy: each was reported" \
	"no-4444 audit deny
no-forbidden audit deny
no-raw audit deny
no-secret audit deny" \
	sh -c "lsmctl denials -o json | jq -r '.items[] | select(.flags | index(\"entering\") | not) |
		\"\(.rule) \(.verdict) \(.would)\"' | sort -u"

write_policy ring <<YAML
apiVersion: lsmd.io/v1alpha1
kind: ClusterLsmPolicy
metadata: {name: list}
spec:
  podSelector: {matchLabels: {app: web}}
  exec:
    default: deny
    rules:
    - {name: server, action: allow, paths: [/probe]}
    - {name: watch, action: audit, paths: ["/**"]}
  file:
    rules:
    - {name: no-secret, action: deny, paths: [/etc/secret]}
    - {name: watch, action: audit, paths: ["/**"]}
YAML
kill -HUP "$agent"
soon "audit of /** beside a default deny: denied" "denied EPERM" \
	in_sibling /probe exec /bin/forbidden
expect "audit of /** beside a default deny: the listed one runs" allowed in_sibling /probe exec /probe
expect "audit of /** beside a deny rule: denied" "denied EACCES" in_sibling /probe open /etc/secret r
expect "audit of /**: the neighbour is allowed" allowed in_sibling /probe open /etc/neighbour r
