# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A denial carries who, what, when and why.

four_hooks
start_lsmd || return

in_pod web /probe open /etc/secret rw >/dev/null
in_pod web /probe exec /bin/forbidden >/dev/null
in_pod web /probe socket 2 3 1 >/dev/null
in_pod web /probe connect 127.0.0.1 4444 >/dev/null

# of HOOK FILTER: of the denial at a hook
of()
{
	lsmctl denials -o json | jq -r ".items[] | select(.hook == \"$1\" and .verdict == \"deny\") | $2"
}

soon "four denials" 4 sh -c "lsmctl denials -o json | jq '[.items[] | select(.verdict == \"deny\")] | length'"
for hook in bprm_check_security:no-forbidden:EPERM:exec file_open:no-secret:EACCES:file \
	socket_create:no-raw:EPERM:sockets socket_connect:no-4444:EPERM:network; do
	IFS=: read -r at rule error section <<-WORDS
	$hook
	WORDS
	expect "$at: why" "LsmPolicy shop ring $section $rule $error deny" of "$at" \
		'"\(.policy.kind) \(.policy.namespace) \(.policy.name) \(.section) \(.rule) \(.errno) \(.verdict)"'
	expect "$at: whose" "ring shop web $uid_web app $id_web" of "$at" \
		'"\(.node) \(.pod.namespace) \(.pod.name) \(.pod.uid) \(.container.name) \(.container.id)"'
	expect "$at: who" "true true true 0 0 /probe probe" of "$at" \
		'.process | "\(.pid > 1) \(.tid > 1) \(.ppid > 1) \(.uid) \(.gid) \(.executable) \(.command)"'
	expect "$at: when" true of "$at" \
		'(now - (.time[0:19] + "Z" | fromdate)) | . > -2 and . < 60'
done
expect "file_open: what" "file /etc/secret read,write" of file_open \
	'.object | "\(.type) \(.path) \(.access | join(","))"'
expect "bprm_check_security: what" "file /bin/forbidden exec" of bprm_check_security \
	'.object | "\(.type) \(.path) \(.access | join(","))"'
expect "socket_create: what" "socket inet raw icmp" of socket_create \
	'.object | "\(.type) \(.family) \(.socketType) \(.protocol)"'
expect "socket_connect: what" "address inet 127.0.0.1 4444 tcp" of socket_connect \
	'.object | "\(.type) \(.family) \(.address) \(.port) \(.protocol)"'
