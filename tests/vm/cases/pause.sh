# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Nobody is locked out: by hand, by a file and without lsmd everything becomes audit at once.

four_hooks
start_lsmd || return

mkfifo "$root/fifo/in" "$root/fifo/out" 2>/dev/null
in_pod web /probe listen /fifo/in /fifo/out &
listener=$!

# ask ATTEMPT...: of a process that runs all the while
ask()
{
	echo "$*" >"$root/fifo/in"
	cat "$root/fifo/out"
}

secret()
{
	ask open /etc/secret r
}

sources()
{
	lsmctl status -o json | jq -c '[.pause.sources[].source]'
}

paused_count()
{
	lsmctl totals -o json | jq '[.items[] | select(.verdict == "paused") | .count] | add // 0'
}

expect "before: denied" "denied EACCES" secret
expect "before: status says in force" '[]' sources

# --- by hand
expect "pause: exit status 0" 0 sh -c "lsmctl pause --reason 'kernel upgrade' >/tmp/said; echo \$?"
expect "pause: says what it did" \
	"paused (by hand: kernel upgrade): nothing is denied, everything is reported" cat /tmp/said
expect "by hand: a running process is allowed, with the next call" allowed secret
expect "by hand: connect is allowed" allowed ask connect 127.0.0.1 4444
expect "by hand: a raw socket is allowed" allowed ask socket 2 3 1
expect "by hand: each is counted as paused" 3 paused_count
# Of a program that is let run the mappings are judged too: it counts more than once.
expect "by hand: exec is allowed" allowed in_pod web /probe exec /bin/forbidden
soon "by hand: each is reported as paused" "file_open audit paused" sh -c "lsmctl denials -o json |
	jq -r '[.items[] | select(.flags == [\"paused\"] and .rule == \"no-secret\")][0] |
	\"\(.hook) \(.verdict) \(.flags[])\"'"
expect "by hand: the metrics say so" "lsmd_paused 1" sh -c \
	"curl -s --unix-socket /run/lsmd/lsmd.sock http://lsmd/metrics | grep '^lsmd_paused '"
expect "by hand: status says so" "State:" sh -c "lsmctl status | grep 'kernel upgrade' | cut -d' ' -f1"
stop_lsmd KILL
expect "lsmd killed while paused: allowed" allowed secret
start_lsmd || return
expect "and started again: still paused" allowed secret
expect "with its reason" '"kernel upgrade"' sh -c "lsmctl status -o json | jq '.pause.sources[0].reason'"
expect "the pause of before is still counted" true sh -c "[ $(paused_count) -ge 6 ] && echo true"
expect "resume" "in force" lsmctl resume
expect "and the next call is denied" "denied EACCES" secret

lsmctl pause --for 3s >/dev/null
expect "for 3 s: allowed" allowed secret
stop_lsmd KILL
sleep 4
expect "for 3 s, lsmd killed: denied when they are over" "denied EACCES" secret
start_lsmd || return
expect "and lsmd knows" '[]' sources
expect_failure "pause --for nonsense" "give a duration" sh -c "lsmctl pause --for never 2>&1 | head -1 >&2; exit 2"

# --- by the file
mkdir -p /etc/lsmd
echo "called at night" >/etc/lsmd/pause
soon "the file: allowed" allowed secret
expect "the file: status has its first line" '"called at night"' sh -c \
	"lsmctl status -o json | jq '.pause.sources[] | select(.source == \"file\").reason'"
expect "resume while the file is there: says so" 1 sh -c "lsmctl resume >/tmp/said; echo \$?"
expect "and it goes on" allowed secret
stop_lsmd KILL
start_lsmd || return
expect "the file, lsmd killed and started: allowed" allowed secret
lsmctl pause >/dev/null
rm /etc/lsmd/pause
sleep 2
expect "the file is gone, by hand is not" '["hand"]' sources
expect "so it goes on" allowed secret
lsmctl resume >/dev/null
expect "until that is taken back" "denied EACCES" secret
mv /etc/lsmd /etc/lsmd.old
mkdir /etc/lsmd
: >/etc/lsmd/pause
soon "the file in a directory that is another: allowed" allowed secret
rm -r /etc/lsmd
soon "and without the directory: denied" "denied EACCES" secret
mkdir -p /etc/lsmd

# --- without lsmd
offline="--offline --state-directory $state"
stop_lsmd KILL
expect "lsmd is away: pause hints at --offline" 1 sh -c "lsmctl pause 2>&1 | grep -c -- --offline"
# shellcheck disable=SC2086 # words are wanted
expect "pause --offline" "paused (by hand: no agent): nothing is denied, everything is reported" \
	lsmctl pause $offline --reason "no agent"
expect "at once" allowed secret
start_lsmd || return
expect "lsmd, started, agrees" '["hand"]' sources
expect "and pauses" allowed secret
# shellcheck disable=SC2086 # words are wanted
expect "resume --offline beside an lsmd that runs" "in force" lsmctl resume $offline
expect "is in force" "denied EACCES" secret
soon "and lsmd agrees" '[]' sources
kill -STOP "$agent"
# shellcheck disable=SC2086 # words are wanted
lsmctl pause $offline >/dev/null
expect "an lsmd that is stuck does not stand in the way" allowed secret
# shellcheck disable=SC2086 # words are wanted
lsmctl resume $offline >/dev/null
kill -CONT "$agent"
stop_lsmd KILL
: >/etc/lsmd/pause
# shellcheck disable=SC2086 # words are wanted
expect "--refresh with the file, as the path unit does" \
	"paused (by the file on the node): nothing is denied, everything is reported" \
	lsmctl pause $offline --refresh
expect "allowed" allowed secret
rm /etc/lsmd/pause
# shellcheck disable=SC2086 # words are wanted
expect "--refresh without the file" "in force" lsmctl pause $offline --refresh
expect "denied" "denied EACCES" secret

# --- a state directory that went
start_lsmd || return
lsmctl pause --reason kept >/dev/null
stop_lsmd KILL
rm -f "$state/pause.json"
start_lsmd || return
expect "the file of pauses is lost: the kernel's own goes on" allowed secret
expect "lsmd takes it over" '["hand"]' sources
echo "{" >"$state/pause.json"
sleep 2
expect "a spoilt file takes nothing back" allowed secret
stop_lsmd
start_lsmd || return
expect "nor at a start" allowed secret
expect "resume, after all that" "in force" lsmctl resume
expect "denies" "denied EACCES" secret

kill "$listener" 2>/dev/null || true
# shellcheck disable=SC2046 # words are wanted
kill -9 $(cat "$cgroup_web/cgroup.procs") 2>/dev/null || true
wait "$listener" 2>/dev/null || true
