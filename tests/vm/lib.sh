# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154,SC2119,SC2120 # what cases use and set
# What the cases of the VM ring share. Sourced in the guest, by busybox's shell.
#
# Two pods, "web" and "other", of one container each; `in_pod web COMMAND...` runs a command in
# it the way a runtime does. A case file starts lsmd as it needs it, and says ok or not ok for
# each thing that it shows.

ring=/ring
policies=/tmp/policies
pods=/tmp/pods.yaml
state=/tmp/state
root=/tmp/root
agent=
passed=0
failed=0

if [ -d /sys/fs/cgroup/pids ]; then
	cgroup_root=/sys/fs/cgroup/pids
else
	cgroup_root=/sys/fs/cgroup
fi

uid_web=aaaaaaaa-0000-4000-8000-000000000001
uid_other=aaaaaaaa-0000-4000-8000-000000000002
id_web=1111111111111111111111111111111111111111111111111111111111111111
id_other=2222222222222222222222222222222222222222222222222222222222222222
cgroup_web=$cgroup_root/kubepods/pod$uid_web/$id_web
cgroup_other=$cgroup_root/kubepods/pod$uid_other/$id_other

ok()
{
	passed=$((passed + 1))
	echo "ok $case_name: $1"
}

not_ok()
{
	failed=$((failed + 1))
	echo "not ok $case_name: $1"
	shift
	for line; do
		echo "#   $line"
	done
}

# expect NAME WANTED COMMAND...: the command's output is the wanted text.
expect()
{
	name=$1
	wanted=$2
	shift 2
	seen=$("$@" 2>&1) || true
	if [ "$seen" = "$wanted" ]; then
		ok "$name"
	else
		not_ok "$name" "ran: $*" "wanted: $wanted" "saw: $seen"
	fi
}

# expect_failure NAME PATTERN COMMAND...: it fails, with just one line on stderr, which matches.
expect_failure()
{
	name=$1
	pattern=$2
	shift 2
	if "$@" >/tmp/out 2>/tmp/err; then
		not_ok "$name" "it exited 0"
	elif [ "$(wc -l </tmp/err)" -ne 1 ]; then
		not_ok "$name" "wanted one line on stderr, saw:" "$(cat /tmp/err)"
	elif ! grep -qE "$pattern" /tmp/err; then
		not_ok "$name" "wanted: $pattern" "saw: $(cat /tmp/err)"
	else
		ok "$name"
	fi
}

# soon NAME WANTED COMMAND...: as expect, but it may take up to ten seconds to come true.
soon()
{
	name=$1
	wanted=$2
	shift 2
	tries=0
	while [ "$tries" -lt 100 ]; do
		seen=$("$@" 2>&1) || true
		if [ "$seen" = "$wanted" ]; then
			ok "$name"
			return
		fi
		tries=$((tries + 1))
		sleep 0.1
	done
	not_ok "$name" "ran: $*" "wanted within 10 s: $wanted" "saw: $seen"
}

# write_pods WEB_LABELS OTHER_LABELS: labels in YAML's flow form, as "app: web".
write_pods()
{
	cat >"$pods.new" <<-YAML
	apiVersion: v1
	kind: List
	items:
	- {apiVersion: v1, kind: Pod,
	   metadata: {namespace: shop, name: web, uid: $uid_web, labels: {$1}},
	   spec: {containers: [{name: app}]},
	   status: {containerStatuses: [{name: app, containerID: "containerd://$id_web"}]}}
	- {apiVersion: v1, kind: Pod,
	   metadata: {namespace: shop, name: other, uid: $uid_other, labels: {$2}},
	   spec: {containers: [{name: app}]},
	   status: {containerStatuses: [{name: app, containerID: "containerd://$id_other"}]}}
	YAML
	mv "$pods.new" "$pods"
}

# write_policy NAME: from stdin, the way an editor does it.
write_policy()
{
	cat >"$policies/.$1.new"
	mv "$policies/.$1.new" "$policies/$1.yaml"
}

lsmd_options()
{
	echo --policies "$policies" --pods "$pods" --node ring --state-directory "$state"
}

# start_lsmd [OPTION...]: returns when everything is in force.
start_lsmd()
{
	# shellcheck disable=SC2046 # words are wanted
	lsmd $(lsmd_options) "$@" 2>/tmp/lsmd.log &
	agent=$!
	tries=0
	until lsmctl status >/dev/null 2>&1; do
		tries=$((tries + 1))
		if ! kill -0 "$agent" 2>/dev/null || [ "$tries" -gt 300 ]; then
			not_ok "lsmd starts" "$(cat /tmp/lsmd.log)"
			return 1
		fi
		sleep 0.1
	done
}

# stop_lsmd [SIGNAL]
stop_lsmd()
{
	[ -n "$agent" ] || return 0
	kill -"${1:-TERM}" "$agent" 2>/dev/null || true
	wait "$agent" 2>/dev/null || true
	agent=
}

# in_pod POD COMMAND...: as its container's runtime.
in_pod()
{
	pod=$1
	shift
	eval "cgroup=\$cgroup_$pod"
	mkdir -p "$cgroup"
	/probe run "$cgroup" "$root" "$@"
}

# A container that nobody ran in yet: web's, made anew and under rules of its own.
new_container()
{
	rmdir "$cgroup_web"
	mkdir "$cgroup_web"
	tries=0
	until lsmctl pods -o json | jq -e --arg id "$(stat -c %i "$cgroup_web")" \
		'.items[].containers[] | select(.cgroupId == $id and .state == "enforced")' \
		>/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ]; then
			not_ok "a new container is covered" "$(lsmctl pods)"
			return 1
		fi
		sleep 0.1
	done
}

# in_sibling COMMAND...: in a further container of web, which its pod's cgroup covers.
in_sibling()
{
	siblings=$((${siblings:-0} + 1))
	mkdir -p "${cgroup_web%/*}/sibling$siblings"
	/probe run "${cgroup_web%/*}/sibling$siblings" "$root" "$@"
	rmdir "${cgroup_web%/*}/sibling$siblings" 2>/dev/null || true
}

# A container's root, with things that the cases forbid and their neighbours.
make_root()
{
	mkdir -p "$root/bin" "$root/etc" "$root/data/deep/er" "$root/proc" "$root/dev" "$root/cgroup" "$root/tmp" \
		"$root/fifo"
	cp /probe "$root/probe"
	cp /probe "$root/bin/forbidden"
	cp /probe "$root/bin/neighbour"
	for file in etc/secret etc/neighbour data/one data/deep/er/two; do
		echo text >"$root/$file"
	done
	echo text >/etc/secret
	cp /probe /bin/forbidden
	mount --bind "$cgroup_root" "$root/cgroup"
}

# What a case leaves running in a pod has that case's root, and would be taken for the next one's.
nobody_in()
{
	while [ -n "$(cat "$1/cgroup.procs" 2>/dev/null)" ]; do
		xargs kill -KILL <"$1/cgroup.procs" 2>/dev/null || true
		sleep 0.05
	done
}

# fresh CASE: no lsmd, nobody in the pods, nothing in the kernel, no policies, no labels.
fresh()
{
	stop_lsmd
	nobody_in "$cgroup_web"
	nobody_in "$cgroup_other"
	lsmd --unload || not_ok "unload" "exit status $?"
	rm -rf "$policies" "$state"
	mkdir -p "$policies"
	rm -f /tmp/lsmd.log /etc/lsmd/pause
	mkdir -p "$cgroup_web" "$cgroup_other"
	write_pods "app: web" "app: other"
}

# One policy that touches each of the four hooks.
four_hooks()
{
	write_policy ring <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: ring, namespace: shop}
	spec:
	  mode: ${1:-enforce}
	  podSelector: {matchLabels: {app: web}}
	  exec: {rules: [{name: no-forbidden, action: deny, paths: [/bin/forbidden]}]}
	  file: {rules: [{name: no-secret, action: deny, paths: [/etc/secret, "/data/**"]}]}
	  sockets: {rules: [{name: no-raw, action: deny, types: [raw]}]}
	  network: {rules: [{name: no-4444, action: deny, ports: [4444]}]}
	YAML
}
