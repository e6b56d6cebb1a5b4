# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What doctor says of a node that lacks something, and of one on which there are others.

# look: what doctor says, for row; it takes its time
look()
{
	lsmctl doctor -o json >/tmp/doctor.json 2>/dev/null
	lsmd --unload
}

# row CHECK FIELD...
row()
{
	jq -r --arg check "$1" '.items[] | select(.check == $check) | [.[$ARGS.positional[]]] | join(": ")' \
		--args "$2" ${3+"$3"} </tmp/doctor.json
}

ready()
{
	jq .ready /tmp/doctor.json
}

# start_stranger NAME COUNT: returns when its programs are loaded
start_stranger()
{
	rm -f /tmp/stranger
	/stranger "$@" >/tmp/stranger 2>&1 &
	stranger=$!
	until grep -qs loaded /tmp/stranger; do
		kill -0 "$stranger" 2>/dev/null || break
		sleep 0.1
	done
}

stop_stranger()
{
	kill "$stranger"
	wait "$stranger" 2>/dev/null
}

# in_kernel HOOK...: those of them that the kernel has after all
in_kernel()
{
	for hook; do
		grep -o " bpf_lsm_$hook\$" /proc/kallsyms
	done
}

look
expect "a node that lacks nothing is ready" true ready
found=$(row hooks detail)
lacks=${found#not in this kernel:}
# shellcheck disable=SC2086 # a list
case $found in
"all "*) ok "hooks: $found" ;;
"not in this kernel:"*) expect "hooks: what is said to be missing is not there: $lacks" "" in_kernel $lacks ;;
*) not_ok "hooks: which are there" "$found" ;;
esac
expect "other programs: there are none" "ok: none but lsmd's" row other-programs result detail

# --- other programs ------------------------------------------------------------------------------------

four_hooks
start_lsmd || return
lsmctl doctor -o json >/tmp/doctor.json
expect "other programs: lsmd's are none" "ok: none but lsmd's" row other-programs result detail
stop_lsmd
start_stranger guard 2
look
expect "other programs: two are named" "ok: 2 of others, which can only deny more: guard guard" \
	row other-programs result detail
stop_stranger
start_stranger guard 19
look
expect "other programs: where a hook could get full it is a warning" warning row other-programs result
expect "other programs: and says where that would be seen" \
	"a hook has room for 38 programs: when other systems fill one, lsmctl status says so, and rules that need it are not in force" \
	row other-programs remedy
expect "other programs: the node is ready all the same" true ready
stop_stranger

# --- what is mounted -------------------------------------------------------------------------------------

umount -l /sys/fs/bpf
umount -l /sys/kernel/security
look
expect "without a BPF file system" missing row bpf-file-system result
expect "the node is not ready" false ready
expect "without securityfs" warning row lsm-list result
# The trial mounts what lsmd would, on the host.
umount -l /sys/fs/bpf 2>/dev/null
eval "$(row bpf-file-system remedy)"
eval "$(row lsm-list remedy)"
look
expect "the remedy for the BPF file system mends it" ok row bpf-file-system result
expect "that for securityfs mends it" ok row lsm-list result
expect "and the node is ready again" true ready
