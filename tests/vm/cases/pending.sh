# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # for oci.sh
# Pods whose cgroups are there and that lsmd has not heard of: what each posture lets them do.

# shellcheck source=tests/vm/oci.sh
. /ring/oci.sh

cp /probe "$root/pause"
cgroup_of() { echo "/kubepods/pod$pod_uid/$1"; }

# new_pod NAMESPACE NAME: whose sandbox has been made and runs.
new_pod()
{
	pods_made=$((${pods_made:-0} + 1))
	pod_uid=$(printf 'dddddddd-0000-4000-8000-%012d' "$pods_made")
	pod_namespace=$1
	pod_name=$2
	about=$pod_name
	mkdir -p "$cgroup_root/kubepods/pod$pod_uid"
	create "" sandbox /pause open /etc/neighbour r
	crun_ start "$id" >>/tmp/seen 2>&1
	soon "$about: its sandbox runs" allowed cat /tmp/seen
}

pending_subjects() { lsmctl status -o json | jq .pending.subjects; }


# know NAME: the last pod becomes known.
know()
{
	write_pods "app: web" "app: other"
	cat >>"$pods" <<-YAML
	---
	apiVersion: v1
	kind: Pod
	metadata: {namespace: shop, name: $1, uid: $pod_uid, labels: {app: web}}
	spec: {containers: [{name: app}]}
	YAML
}

four_hooks
start_lsmd --pending deny || return
before=$(pending_subjects)
new_pod shop unknown
expect "its pod and its sandbox are pending" "$((before + 2))" pending_subjects
create app container /probe open /etc/neighbour r
crun_ start "$id" >>/tmp/seen 2>&1
soon "a container of a pod that is not known does not start" true \
	sh -c "grep -q 'not permitted' /tmp/seen && echo true"
soon "and the denial says why" "lsmd-pending unknown" sh -c "lsmctl denials -o json |
	jq -r '[.items[] | select(.policy.name == \"lsmd-pending\" and .verdict == \"deny\")] | last |
	\"\(.policy.name) \(.pod.name)\"'"
remove
know unknown
soon "when it is known nothing of it is pending" "$before" pending_subjects
runs "its containers start" allowed app container /probe open /etc/neighbour r
runs "under its own rules" "denied EACCES" app container /probe open /etc/secret r

new_pod kube-system dns
runs "what is of kube-system starts" allowed app container /probe exec /bin/neighbour
namespaces='[{"type": "pid"}, {"type": "mount"}]'
new_pod shop daemon
runs "what is in the host's network starts" allowed app container /probe exec /bin/neighbour
namespaces=

stop_lsmd
start_lsmd || return

# The start barrier, under the default posture: a hook of the runtime's.
barrier()
{
	printf '{"createRuntime": [{"path": "/lsmd-oci-hook", "args": ["lsmd-oci-hook", "--timeout", "%s",
		"--on-failure", "%s"]}]}' "$1" "$2"
}
new_pod shop awaited
attempt()
{
	made=refused
	create_only app container /probe open /etc/secret r && made=made
}
hooks=$(barrier 1 closed)
attempt
expect "a barrier that fails closed lets no container start" refused echo "$made"
expect "and the runtime says so" true sh -c "grep -q 'error executing hook' /tmp/seen && echo true"
rm -r "${tasks:?}/$id"
hooks=$(barrier 1 open)
attempt
expect "one that fails open lets it start" made echo "$made"
remove
hooks=$(barrier 60 closed)
(sleep 2; know awaited) &
attempt
expect "and one that sees the pod become known" made echo "$made"
crun_ start "$id" >>/tmp/seen 2>&1
soon "it starts under its rules" "denied EACCES" cat /tmp/seen
remove
hooks=

new_pod shop reported
runs "where nothing is denied it starts" allowed app container /probe exec /bin/neighbour
soon "and is reported" true sh -c "lsmctl denials -o json | jq '[.items[] |
	select(.policy.name == \"lsmd-pending\" and .pod.name == \"reported\")] |
	length > 0 and all(.verdict == \"audit\")'"

for id in $(crun_ list -q); do crun_ delete --force "$id"; done
rm -rf "${tasks:?}"/*
rmdir "$cgroup_root"/kubepods/poddddddddd-*/* "$cgroup_root"/kubepods/poddddddddd-* 2>/dev/null
