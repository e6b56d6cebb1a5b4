# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# From the boot on: lsmd --boot enforces what was kept, and hands over without a gap.

# start_boot: returns when what is kept is in force.
start_boot()
{
	rm -f /tmp/boot.log
	# shellcheck disable=SC2046 # words are wanted
	lsmd $(lsmd_options) --boot 2>/tmp/boot.log &
	boot=$!
	tries=0
	until grep -qs "ready on" /tmp/boot.log; do
		tries=$((tries + 1))
		if ! kill -0 "$boot" 2>/dev/null || [ "$tries" -gt 300 ]; then
			not_ok "lsmd --boot starts" "$(cat /tmp/boot.log)"
			return 1
		fi
		sleep 0.1
	done
}

# is_ready: the lsmd that was started last has everything in force.
is_ready()
{
	grep -c "ready on" /tmp/lsmd.log
}

four_hooks
start_lsmd || return
stop_lsmd
# What a boot leaves: the disk, and of that not the directory that a container had mounted.
lsmd --unload || not_ok "unload" "exit status $?"
mv "$policies" "$policies.away"
mkdir "$policies"
start_boot || return
expect "at the boot: denied, by the copies of the policies" "denied EACCES" in_pod web /probe open /etc/secret r
expect "at the boot: the neighbour is allowed" allowed in_pod web /probe open /etc/neighbour r
mkdir -p "$cgroup_web/first"
expect "at the boot: a new container of the pod is covered" "denied EACCES" \
	/probe run "$cgroup_web/first" "$root" /probe open /etc/secret r
rmdir "$cgroup_web/first"
rmdir "$policies"
mv "$policies.away" "$policies"

in_pod web /probe flood 4 8 open /etc/secret r >/tmp/flood &
flood=$!
sleep 1
rm -f /tmp/lsmd.log
start_lsmd || return
soon "the lsmd that stays takes over" 1 is_ready
wait "$boot"
expect "the one of the boot ends with status 0" 0 echo "$?"
wait "$flood"
read -r allowed denied other </tmp/flood
expect "not one call gets through meanwhile" "allowed=0 other=0" echo "$allowed $other"
expect "and there were some" yes sh -c "[ ${denied#denied=} -gt 100 ] && echo yes"
echo "# boot: $denied in 8 s, one handover"
expect "it answers" true sh -c "lsmctl status -o json | jq .ready"
expect "and enforces" "denied EACCES" in_pod web /probe open /etc/secret r

# shellcheck disable=SC2046 # words are wanted
expect "another one for the boot is not needed, and ends with status 0" 0 sh -c \
	"lsmd $(lsmd_options) --boot 2>/tmp/boot.log; echo \$?"
expect "and says why" 1 grep -c "another lsmd" /tmp/boot.log
# shellcheck disable=SC2046 # words are wanted
expect_failure "one that stays is asked by another: it stays" "another lsmd" lsmd $(lsmd_options)
expect "it is still there" true sh -c "lsmctl status -o json | jq .ready"

stop_lsmd
start_boot || return
kill -9 "$boot"
wait "$boot" 2>/dev/null
start_lsmd || return
expect "one of the boot that was killed is in nobody's way" "denied EACCES" in_pod web /probe open /etc/secret r
stop_lsmd

# An end that the newcomer does not come to: what is wrong with it is found before it asks.
start_boot || return
# shellcheck disable=SC2046 # words are wanted
lsmd $(lsmd_options) --policies /tmp/nowhere 2>/dev/null
expect "a newcomer that cannot start leaves the one of the boot" true sh -c "lsmctl status -o json | jq .ready"
kill "$boot"
wait "$boot"
