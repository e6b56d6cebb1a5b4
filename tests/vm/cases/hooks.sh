# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Each of the four hooks: the forbidden call, and its allowed neighbours.

four_hooks
start_lsmd || return

# hook NAME DENIED FORBIDDEN... -- NEIGHBOUR...
hook()
{
	hook=$1
	denied=$2
	forbidden=$3
	neighbour=$4
	# shellcheck disable=SC2086 # attempts are words
	{
		expect "$hook: denied in the selected pod" "$denied" in_pod web /probe $forbidden
		expect "$hook: allowed in the other pod" allowed in_pod other /probe $forbidden
		expect "$hook: allowed on the host" allowed /probe $forbidden
		expect "$hook: the neighbour is allowed" allowed in_pod web /probe $neighbour
	}
}

hook bprm_check_security "denied EPERM" "exec /bin/forbidden" "exec /bin/neighbour"
hook file_open "denied EACCES" "open /etc/secret r" "open /etc/neighbour r"
hook socket_create "denied EPERM" "socket 2 3 1" "socket 2 2 0"
hook socket_connect "denied EPERM" "connect 127.0.0.1 4444" "connect 127.0.0.1 4445"

expect "file_open: writing is denied" "denied EACCES" in_pod web /probe open /etc/secret w
expect "file_open: below a directory" "denied EACCES" in_pod web /probe open /data/one r
expect "file_open: deep below it" "denied EACCES" in_pod web /probe open /data/deep/er/two rw
expect "file_open: by a longer name of it" "denied EACCES" \
	in_pod web /probe open /data/../etc/./secret r
expect "socket_connect: IPv6" "denied EPERM" in_pod web /probe connect ::1 4444
expect "socket_connect: IPv4 by IPv6" "denied EPERM" in_pod web /probe connect ::ffff:127.0.0.1 4444
expect "socket_connect: UDP" "denied EPERM" in_pod web /probe connect 127.0.0.1 4444 udp
expect "socket_connect: the unspecified address" "denied EPERM" in_pod web /probe connect 0.0.0.0 4444
