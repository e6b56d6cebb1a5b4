# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016,SC2154 # jq's own; what cases set
# Containers of a real OCI runtime, made as containerd makes them. Sourced by cases, which set
#   pod_uid, pod_name, pod_namespace   whose the next container is
#   cgroup_of ID                       a function: its cgroup below the hierarchy
#   about                              what its tests are said to be about
#   namespaces                         JSON, instead of own_namespaces
#   hooks                              JSON, instead of none

tasks=/run/containerd/io.containerd.runtime.v2.task/k8s.io
last_id=0
no_hooks='{}'
own_namespaces='[{"type": "pid"}, {"type": "mount"}, {"type": "network"}]'

crun_() { crun --cgroup-manager=cgroupfs "$@"; }

# create_only NAME TYPE PROGRAM...: as containerd does: a bundle, then the container, not yet started.
create_only()
{
	name=$1
	type=$2
	shift 2
	last_id=$((last_id + 1))
	id=$(printf '%064x' "$last_id")
	mkdir -p "$tasks/$id"
	jq -n --arg root "$root" --arg cgroup "$(cgroup_of "$id")" --arg name "$name" --arg type "$type" \
		--arg id "$id" --arg uid "$pod_uid" --arg pod "$pod_name" --arg namespace "$pod_namespace" \
		--argjson namespaces "${namespaces:-$own_namespaces}" --argjson hooks "${hooks:-$no_hooks}" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: ["PATH=/bin"],
			args: $ARGS.positional},
		root: {path: $root}, hooks: $hooks,
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		annotations: ({"io.kubernetes.cri.container-type": $type,
			"io.kubernetes.cri.sandbox-id": $id, "io.kubernetes.cri.sandbox-name": $pod,
			"io.kubernetes.cri.sandbox-namespace": $namespace, "io.kubernetes.cri.sandbox-uid": $uid} +
			if $type == "sandbox" then {} else {"io.kubernetes.cri.container-name": $name} end),
		linux: {cgroupsPath: $cgroup, namespaces: $namespaces}}' \
		--args "$@" >"$tasks/$id/config.json"
	crun_ create --bundle "$tasks/$id" "$id" </dev/null >/tmp/seen 2>&1
}

# create NAME TYPE PROGRAM...: returns when lsmd knows it by its name.
create()
{
	if ! create_only "$@"; then
		not_ok "crun creates $name" "$(cat /tmp/seen)"
		return
	fi
	tries=0
	until lsmctl pods -o json | jq -e --arg id "$id" --arg name "$name" \
		'.pending[], .items[].containers[] | select(.id == $id and .name == $name)' >/dev/null; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ]; then
			not_ok "$name is known by its name" "$(lsmctl pods)"
			return
		fi
		sleep 0.1
	done
}

remove() { crun_ delete --force "$id"; rm -r "${tasks:?}/$id"; }

# runs NAME WANTED CONTAINER TYPE PROGRAM...: what a container's program says.
runs()
{
	what=$1
	wanted=$2
	shift 2
	create "$@"
	crun_ start "$id" >>/tmp/seen 2>&1
	soon "$about: $what" "$wanted" cat /tmp/seen
	remove
}
