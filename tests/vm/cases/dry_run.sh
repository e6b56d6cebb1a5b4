# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A command under policies that deny nothing: what they would have denied, and a policy learned of
# what it did.

dry=/tmp/dry
rm -rf "$dry"
mkdir "$dry"
cat >"$dry/web.yaml" <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: dry, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  exec: {rules: [{name: no-forbidden, action: kill, paths: [/bin/forbidden]}]}
  file: {rules: [{name: no-secret, action: deny, paths: [/etc/secret]}]}
  sockets: {rules: [{name: no-raw, action: deny, types: [raw]}]}
  network: {rules: [{name: no-4444, action: deny, ports: [4444]}, {name: see, action: audit, ports: [4445]}]}
YAML
echo text >/etc/neighbour

# As the pod that the policy selects.
run_as_web()
{
	lsmctl dry-run -n shop --labels app=web "$@"
}

# What would be denied of a command, in lines: count, verdict, rule, object, first command.
report()
{
	jq -r '.rules[] | . as $rule | .objects[] |
		"\(.count) \($rule.would) \($rule.rule) \(.object) \(.first.command)"' "$dry/report.json"
}

dry_run()
{
	run_as_web -f "$dry/web.yaml" --report json --report-file "$dry/report.json" -- "$@" \
		>"$dry/out" 2>"$dry/err"
	echo "exit $?"
	report
}

# Its exit status alone.
status_of()
{
	"$@" >"$dry/out" 2>"$dry/err"
	echo $?
}

cgroups_left()
{
	find "$cgroup_root" -name 'lsmctl-dry-run-*' | wc -l
}

wait_for()
{
	until [ -e "$1" ]; do sleep 0.1; done
}

cat >"$dry/attempts.sh" <<'SH'
/probe open /etc/secret r
/probe open /etc/secret r
/probe open /etc/neighbour r
/probe exec /bin/forbidden
/probe socket 2 3 1
/probe connect 127.0.0.1 4444
/probe connect 127.0.0.1 4445
SH

expect "each rule, object, count and first process" \
	"exit 3
1 kill no-forbidden exec /usr/bin/forbidden probe
2 deny no-secret open /etc/secret:r probe
1 deny no-raw socket inet,raw,icmp probe
1 deny no-4444 connect 127.0.0.1:4444/tcp probe
1 audit see connect 127.0.0.1:4445/tcp probe" \
	dry_run sh "$dry/attempts.sh"
expect "nothing is denied" "7 allowed" sh -c "uniq -c $dry/out | sed 's/^ *//'"
expect "seen by LSM programs" "lsm 5 1 0" \
	jq -r '"\(.hooks) \(.denied) \(.audited) \(.unrecorded)"' "$dry/report.json"
expect "at the rule's line" "$dry/web.yaml 7" \
	jq -r '.rules[] | select(.rule == "no-secret") | "\(.file) \(.line)"' "$dry/report.json"
expect "nothing against the policies" "exit 0" dry_run /probe open /etc/neighbour r

# --- the command is the caller's, in all but what is seen of it -----------------------------------

echo hello | run_as_web -f "$dry/web.yaml" --report json --report-file "$dry/report.json" -- \
	sh -c 'cat; exit 5' >"$dry/out" 2>"$dry/err"
expect "standard input and output" hello cat "$dry/out"
expect "its status is in the report" 5 jq .exit.status "$dry/report.json"
expect "its status instead of 0" 5 status_of run_as_web -f "$dry/web.yaml" --exit-status -- sh -c 'exit 5'
expect_failure "a command that is not there" "/nonexistent: No such file" \
	run_as_web -f "$dry/web.yaml" -- /nonexistent
expect "that it could not run" 1 status_of run_as_web -f "$dry/web.yaml" -- /nonexistent

cat >"$dry/trap.sh" <<'SH'
trap 'echo got it; exit' TERM
touch /tmp/dry/ready
while :; do sleep 0.1; done
SH
lsmctl dry-run -f "$dry/web.yaml" --report-file "$dry/report" -- sh "$dry/trap.sh" >"$dry/out" 2>"$dry/err" &
wait_for "$dry/ready"
kill $!
wait $!
expect "a signal reaches it" "got it" cat "$dry/out"

cat >"$dry/nest.sh" <<'SH'
own=$(grep -E '^0:|[:,]pids[:,]' /proc/self/cgroup | tail -n 1 | cut -d : -f 3)
exec /probe nest "$1$own/inner" open /etc/secret r
SH
expect "cgroups that it makes are covered" "exit 3
1 deny no-secret open /etc/secret:r probe" dry_run sh "$dry/nest.sh" "$cgroup_root"

run_as_web -f "$dry/web.yaml" -- sh -c "sleep 1000 & echo \$! >$dry/pid" >"$dry/out" 2>"$dry/err"
expect "what still runs is said" 1 grep -c "left 1 running.* $(cat "$dry/pid")$" "$dry/err"
expect "and is not killed" sleep cat "/proc/$(cat "$dry/pid")/comm"
expect "no cgroup is left" 0 cgroups_left
kill "$(cat "$dry/pid")"
# shellcheck disable=SC2016 # the run is to expand it
expect "as another user" "65534 $(awk -F : '$3 == 65534 {print $6}' /etc/passwd)" run_as_web -f "$dry/web.yaml" -u 65534 \
	--report-file "$dry/report" -- sh -c 'echo "$(id -u) $HOME"'

# --- an lsmd on the same machine ------------------------------------------------------------------

four_hooks
start_lsmd || return
pins=$(find /sys/fs/bpf | sort)
rm -f "$dry/ready"
lsmctl dry-run -f "$dry/web.yaml" -- sh -c "touch $dry/ready; exec sleep 1000" >"$dry/out" 2>"$dry/err" &
running=$!
wait_for "$dry/ready"
expect "during a dry run lsmd denies" "denied EACCES" in_pod web /probe open /etc/secret r
stop_lsmd
start_lsmd || return
expect "an lsmd that starts during a dry run takes nothing of it" "denied EACCES" \
	in_pod web /probe open /etc/secret r
kill -9 "$running"
wait "$running" 2>/dev/null
expect "after kill -9 lsmd denies" "denied EACCES" in_pod web /probe open /etc/secret r
expect "nothing else is pinned" "$pins" sh -c 'find /sys/fs/bpf | sort'
killall sleep
expect "after kill -9 a dry run works" "exit 3
1 deny no-secret open /etc/secret:r probe" dry_run /probe open /etc/secret r
expect "and what the killed one left is gone" 0 cgroups_left
stop_lsmd

# --- learning -------------------------------------------------------------------------------------

mkdir -p "$dry/www" /srv/many
echo page >"$dry/www/index.html"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$i" >"/srv/many/$i.txt"; done
httpd -p 127.0.0.1:8088 -h "$dry/www"

# What a test run does: pipes, temporary files, its own /proc, many files, the network.
cat >"$dry/work.sh" <<'SH'
set -e
cat /etc/passwd | sort | uniq -c | wc -l
scratch=$(mktemp)
directory=$(mktemp -d /tmp/work-XXXXXX)
echo $$ >"$scratch"
cat "$scratch" "/proc/$$/stat" >"$directory/out.$$"
mkdir -p /srv/out
date >"/srv/out/log-$(date +%Y-%m-%d)"
sed -i s/a/b/ "$scratch"
cat /srv/many/*.txt | md5sum
ls /srv / >/dev/null
for i in 1 2 3; do sh -c 'cat /proc/self/status' >/dev/null; done
curl -s http://127.0.0.1:8088/index.html
jq -n '{a: 1}' >"$directory/x.json"
rm -r "$scratch" "$directory"
SH
expect "learning: all that the command did can be allowed" 0 \
	status_of run_as_web --learn "$dry/learned.yaml" -- sh "$dry/work.sh"
expect "what is learned is right" 0 status_of lsmctl check --strict "$dry/learned.yaml"
for day in 1 2; do
	run_as_web -f "$dry/learned.yaml" --report json --report-file "$dry/report.json" -- \
		sh "$dry/work.sh" >"$dry/out" 2>"$dry/err"
	expect "under what is learned nothing would be denied, run $day" "" report
	expect "and the command does the same, run $day" 0 jq .exit.status "$dry/report.json"
done
expect "many files are one line" 1 grep -c '/srv/many/\*  # 12 paths' "$dry/learned.yaml"
expect "what it did not do would be denied" 3 \
	status_of run_as_web -f "$dry/learned.yaml" -- cat /etc/secret
grep -v /srv/many/ "$dry/learned.yaml" >"$dry/less.yaml"
expect "without one of its lines something would be" 3 \
	status_of run_as_web -f "$dry/less.yaml" -- sh "$dry/work.sh"
killall httpd
