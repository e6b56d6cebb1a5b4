# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# lsmd dies, comes back and goes; nothing gets through before it is told to unload.

four_hooks
start_lsmd || return

in_pod web /probe flood 4 12 open /etc/secret r >/tmp/flood &
flood=$!
for _ in 1 2 3; do
	sleep 0.7
	stop_lsmd KILL
	sleep 0.3
	start_lsmd || return
done
stop_lsmd TERM
wait "$flood"
read -r allowed denied other </tmp/flood
expect "kill -9 and restart under load: none gets through" "allowed=0 other=0" echo "$allowed $other"
expect "and it was load" yes sh -c "[ ${denied#denied=} -gt 100 ] && echo yes"
echo "# restart: $denied in 12 s, 3 kills"

expect "stopped by SIGTERM: still in force" "denied EACCES" in_pod web /probe open /etc/secret r
mkdir -p "$cgroup_web/later"
expect "a cgroup made while lsmd is away is covered" "denied EACCES" \
	/probe run "$cgroup_web/later" "$root" /probe open /etc/secret r
rmdir "$cgroup_web/later"
start_lsmd || return
expect "the next life counts on" true sh -c "lsmctl totals -o json |
	jq '[.items[] | select(.rule == \"no-secret\") | .count] | add >= ${denied#denied=}'"
stop_lsmd
lsmd --unload || not_ok "unload" "exit status $?"
expect "after --unload: allowed" allowed in_pod web /probe open /etc/secret r
expect "after --unload: no pins" "" sh -c "ls /sys/fs/bpf"
expect "after --unload: no program" 0 sh -c "ls /sys/fs/bpf | wc -l"
