# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # for oci.sh
# Containers of a real OCI runtime in kubelet's cgroups, by the names of both of its drivers: what a
# container is called comes from its bundle, as the pods file has no ids; sandboxes, init and
# ephemeral containers, restarts, and `crun exec`.

uid_driver=cccccccc-0000-4000-8000-000000000001

write_policy containers <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: app, namespace: shop}
spec:
  podSelector: {matchLabels: {app: driver}}
  containers: [app]
  exec: {rules: [{name: no-forbidden, action: deny, paths: [/bin/forbidden]}]}
---
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: helpers, namespace: shop}
spec:
  podSelector: {matchLabels: {app: driver}}
  containers: ["init-*", "debugger-*"]
  exec: {rules: [{name: no-neighbour, action: deny, paths: [/bin/neighbour]}]}
---
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: list, namespace: shop}
spec:
  podSelector: {matchLabels: {app: driver}}
  exec:
    default: deny
    rules: [{name: known, action: allow, paths: [/probe, "/bin/*"]}]
YAML
cat >"$pods" <<YAML
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: driver, uid: $uid_driver, labels: {app: driver}}
spec: {containers: [{name: app}], initContainers: [{name: init-db}]}
YAML
cp /probe "$root/pause"
mkfifo "$root/fifo/in" "$root/fifo/out"
start_lsmd || return

# shellcheck source=tests/vm/oci.sh
. /ring/oci.sh

try_driver()
{
	runs "a sandbox runs what no container may" allowed "" sandbox /pause exec /pause
	runs "what it would not be allowed" "denied EPERM" app container /probe exec /pause
	runs "an init container under its own rules" "denied EPERM" \
		init-db container /probe exec /bin/neighbour
	runs "and not under another's" allowed init-db container /probe exec /bin/forbidden
	runs "an ephemeral container, which the spec does not know" "denied EPERM" \
		debugger-x7 container /probe exec /bin/neighbour
	runs "the app" "denied EPERM" app container /probe exec /bin/forbidden
	runs "the app started again has another id" "denied EPERM" app container /probe exec /bin/forbidden
	runs "and what its rules spare" allowed app container /probe exec /bin/neighbour

	create app container /probe listen /fifo/in /fifo/out # waits for somebody at the FIFOs
	crun_ start "$id"
	expect "$about: crun exec" allowed crun_ exec "$id" /probe exec /bin/neighbour
	expect "$about: what crun exec runs is judged" "denied EPERM" \
		crun_ exec "$id" /probe exec /bin/forbidden
	expect "$about: crun exec of what is denied" denied sh -c \
		"crun --cgroup-manager=cgroupfs exec $id /bin/forbidden exit 2>&1 | grep -q 'not permitted' && echo denied"
	remove
}

pod_uid=$uid_driver
pod_name=driver
pod_namespace=shop

about=cgroupfs
cgroup_of() { echo "/kubepods/burstable/pod$uid_driver/$1"; }
mkdir -p "$cgroup_root/kubepods/burstable/pod$uid_driver"
try_driver
rmdir "$cgroup_root/kubepods/burstable/pod$uid_driver"

about=systemd
slice=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod$(echo "$uid_driver" | tr - _).slice
cgroup_of() { echo "$slice/cri-containerd-$1.scope"; }
mkdir -p "$cgroup_root$slice"
try_driver
rmdir "$cgroup_root$slice"
