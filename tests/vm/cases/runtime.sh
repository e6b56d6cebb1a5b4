# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The runtime's own steps go through, what it starts does not; children are covered.

write_policy ring <<YAML
apiVersion: lsmd.io/v1alpha1
kind: ClusterLsmPolicy
metadata: {name: tight}
spec:
  podSelector: {matchLabels: {app: web}}
  exec:
    default: deny
    rules: [{name: server, action: allow, paths: [/probe, /bin/sh]}]
  file:
    rules: [{name: nothing, action: deny, paths: ["/**"], except: [/etc/neighbour, "/cgroup/**"]}]
  sockets:
    rules: [{name: no-raw, action: deny, types: [raw]}]
YAML
start_lsmd || return

# A sibling's runtime opens /proc/self/status and a raw socket within the subject before it executes.
expect "a runtime enters under a policy that denies every open" "denied EACCES" \
	in_sibling /probe open /etc/secret r
expect "what the policy spares works" allowed in_sibling /probe open /etc/neighbour r
expect "its container's program is judged" "denied EPERM" in_sibling /bin/forbidden exit
expect "the steps are reported as entering" true sh -c \
	"lsmctl denials -o json | jq '[.items[] | select(.flags | index(\"entering\"))] |
	length > 0 and all(.verdict == \"audit\")'"

expect "a cgroup made inside is covered" "denied EACCES" \
	in_sibling /probe nest "/cgroup/kubepods/pod$uid_web/inner" open /etc/secret r
expect "and one made in that one" "denied EACCES" \
	in_sibling /probe nest "/cgroup/kubepods/pod$uid_web/inner/most" open /etc/secret r
expect "moving about inside is not entering" "denied EPERM" \
	in_sibling /probe nest "/cgroup/kubepods/pod$uid_web/inner" socket 2 3 1
rmdir "${cgroup_web%/*}/inner/most" "${cgroup_web%/*}/inner"

# A container runtime itself: its config says what kubelet's would.
bundle=/tmp/bundle
mkdir -p "$bundle"
jq -n --arg root "$root" --arg cgroup "${cgroup_web#"$cgroup_root"}-crun" '{
	ociVersion: "1.0.2",
	process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: ["PATH=/bin"],
		args: ["/probe", "open", "/etc/secret", "r"]},
	root: {path: $root},
	mounts: [{destination: "/proc", type: "proc", source: "proc"}],
	linux: {cgroupsPath: $cgroup, namespaces: [{type: "pid"}, {type: "mount"}]}}' \
	>"$bundle/config.json"
expect "crun starts a container, which is covered by its pod's cgroup" "denied EACCES" \
	crun --cgroup-manager=cgroupfs run --bundle "$bundle" ring
