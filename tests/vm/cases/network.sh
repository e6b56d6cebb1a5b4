# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Each call that names whom it sends to is judged as a connect is; the neighbour's goes through.

# network_policy MODE
network_policy()
{
	write_policy network <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: network, namespace: shop}
	spec:
	  mode: $1
	  podSelector: {matchLabels: {app: web}}
	  network:
	    rules:
	    - {name: no-4444, action: deny, to: [127.0.0.0/8, "::1/128"], ports: [4444]}
	    - {name: no-runtime, action: deny, unix: [/tmp/docker.sock, "/**/containerd.sock", "@forbidden*"]}
	YAML
}

network_policy enforce
mkdir -p "$root/tmp/deep" "$root/run"
sysctl -qw net.ipv4.tcp_fastopen=3 2>/dev/null || echo 3 >/proc/sys/net/ipv4/tcp_fastopen
start_lsmd || return

# both NAME FORBIDDEN NEIGHBOUR: attempts, as words.
both()
{
	# shellcheck disable=SC2086 # attempts are words
	expect "$1" "denied EPERM" in_pod web /probe $2
	# shellcheck disable=SC2086
	expect "$1: the neighbour" allowed in_pod web /probe $3
	# shellcheck disable=SC2086
	expect "$1: another pod" allowed in_pod other /probe $2
}

for how in sendto sendmsg sendmmsg connect connected-sendto; do
	both "UDP, $how" "send $how 127.0.0.1 4444" "send $how 127.0.0.1 4445"
done
for how in sendto sendmsg connected-sendto; do
	both "UDP over IPv6, $how" "send $how ::1 4444" "send $how ::1 4445"
done
both "UDP, v4-mapped" "send sendto ::ffff:127.0.0.1 4444" "send sendto ::ffff:127.0.0.1 4445"
both "TCP, fast open" "send fastopen 127.0.0.1 4444" "send fastopen 127.0.0.1 4445"
both "TCP over IPv6, fast open" "send fastopen ::1 4444" "send fastopen ::1 4445"

both "unix stream, a path" "unix-connect /tmp/docker.sock" "unix-connect /tmp/other.sock"
both "unix stream, a pattern" "unix-connect /tmp/deep/containerd.sock" "unix-connect /tmp/deep/containerd.log"
both "unix stream, an abstract name" "unix-connect @forbidden-x" "unix-connect @allowed"
for how in sendto sendmsg sendmmsg connect; do
	both "unix datagrams, $how" "unix-send $how /tmp/docker.sock" "unix-send $how /tmp/other.sock"
done
both "unix datagrams, an abstract name" "unix-send sendto @forbidden" "unix-send sendto @allowed"

# --- audit: the same, reported
network_policy audit
soon "audit: allowed" allowed in_pod web /probe send sendto 127.0.0.1 4444
expect "audit: fast open" allowed in_pod web /probe send fastopen 127.0.0.1 4444
expect "audit: unix stream" allowed in_pod web /probe unix-connect /tmp/docker.sock
expect "audit: unix datagrams" allowed in_pod web /probe unix-send sendto @forbidden
soon "audit: each was reported" "no-4444 socket_sendmsg
no-runtime unix_may_send
no-runtime unix_stream_connect" sh -c "lsmctl denials -o json | jq -r '.items[] |
	select(.verdict == \"audit\" and .would == \"deny\") | \"\(.rule) \(.hook)\"' | sort -u"
