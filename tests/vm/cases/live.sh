# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What changes while a process runs: labels, policies, denials by hand.

four_hooks
write_pods "app: none" "app: other"
start_lsmd || return

mkfifo "$root/fifo/in" "$root/fifo/out"
in_pod web /probe listen /fifo/in /fifo/out &
listener=$!

# ask ATTEMPT...: of the process that runs all the while
ask()
{
	echo "$*" >"$root/fifo/in"
	cat "$root/fifo/out"
}

expect "a pod that no policy selects" allowed ask connect 127.0.0.1 4444
write_pods "app: web" "app: other"
soon "a label that arrives, on the running process" "denied EPERM" ask connect 127.0.0.1 4444
write_pods "app: none" "app: other"
soon "a label that goes" allowed ask connect 127.0.0.1 4444
write_pods "app: web" "app: other"
soon "and comes again" "denied EPERM" ask connect 127.0.0.1 4444

echo "spec: [" | write_policy ring
soon "a broken file is reported" 1 sh -c "lsmctl status -o json | jq '.policyErrors | length'"
expect "a broken file changes nothing" "denied EPERM" ask connect 127.0.0.1 4444
sleep 1
expect "nor a second later" "denied EPERM" ask connect 127.0.0.1 4444
expect "it is in the metrics" "lsmd_policy_errors 1" sh -c \
	"curl -s --unix-socket /run/lsmd/lsmd.sock http://lsmd/metrics | grep '^lsmd_policy_errors'"
four_hooks audit
soon "a mended file counts again" allowed ask connect 127.0.0.1 4444
rm "$policies/ring.yaml"
soon "and its error is gone" 0 sh -c "lsmctl status -o json | jq '.policyErrors | length'"

expect "no policy, no effect" "allowed allowed allowed allowed" sh -c "
	echo \$(/probe run $cgroup_web $root /probe exec /bin/forbidden
	/probe run $cgroup_web $root /probe open /etc/secret rw
	/probe run $cgroup_web $root /probe socket 2 3 1
	/probe run $cgroup_web $root /probe connect 127.0.0.1 4444)"

# --- by hand ------------------------------------------------------------------------------------

lsmctl deny --pod shop/web --connect 127.0.0.0/8:4444,5000-5005 >/tmp/out 2>&1 ||
	not_ok "deny --connect" "$(cat /tmp/out)"
expect "deny --connect bites when it returns" "denied EPERM" ask connect 127.0.0.1 5003
expect "deny --connect: the neighbouring port" allowed ask connect 127.0.0.1 5006
lsmctl deny --pod shop/web --container app --open /etc/secret >/tmp/out 2>&1 ||
	not_ok "deny --open" "$(cat /tmp/out)"
expect "deny --open" "denied EACCES" ask open /etc/secret r
lsmctl deny --pod shop/web --exec /bin/forbidden >/tmp/out 2>&1 || not_ok "deny --exec" "$(cat /tmp/out)"
expect "deny --exec" "denied EPERM" ask exec /bin/forbidden
expect "deny --exec says which ways stay open" yes sh -c \
	"grep -q 'in part: .*ld.so' /tmp/out && echo yes"
lsmctl deny --pod shop/web --socket inet,raw >/tmp/out 2>&1 || not_ok "deny --socket" "$(cat /tmp/out)"
expect "deny --socket" "denied EPERM" ask socket 2 3 1
expect "deny --socket: another type" allowed ask socket 2 1 0
expect "denies lists them" 4 sh -c "lsmctl denies -o json | jq '.items | length'"
stop_lsmd KILL
start_lsmd || return
expect "they outlive lsmd" 4 sh -c "lsmctl denies -o json | jq '.items | length'"
expect "and stay in force" "denied EPERM" ask connect 127.0.0.1 4444
lsmctl allow --pod shop/web >/tmp/out 2>&1 || not_ok "allow --pod" "$(cat /tmp/out)"
expect "allow takes them back" "allowed" ask connect 127.0.0.1 4444
lsmctl deny --pod shop/web --connect 0.0.0.0/0:4444 --audit >/tmp/out 2>&1
expect "deny --audit allows" allowed ask connect 127.0.0.1 4444
lsmctl allow --pod shop/web >/dev/null
lsmctl deny --pod shop/web --connect 0.0.0.0/0:4444 --for 5s >/tmp/out 2>&1
expect "--for: denied at first" "denied EPERM" ask connect 127.0.0.1 4444
stop_lsmd KILL
expect "--for: denied while lsmd is dead" "denied EPERM" ask connect 127.0.0.1 4444
soon "--for ends, without lsmd" allowed ask connect 127.0.0.1 4444
start_lsmd || return
expect "--for: gone from the list" 0 sh -c "lsmctl denies -o json | jq '.items | length'"

kill "$listener" 2>/dev/null || true
# shellcheck disable=SC2046 # words are wanted
kill -9 $(cat "$cgroup_web/cgroup.procs") 2>/dev/null || true
wait "$listener" 2>/dev/null || true
