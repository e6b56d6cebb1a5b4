# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# An allowed name counts in the container's own mount namespace alone (BYPASSES.md, F18), and there
# it counts for every container of the pod.

write_policy ring <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: ring, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  exec:
    default: deny
    rules: [{name: listed, action: allow, paths: [/probe, /bin/neighbour]}]
YAML
start_lsmd || return

expect "the listed program runs" allowed in_pod web /probe exec /bin/neighbour
expect "another does not" "denied EPERM" in_pod web /probe exec /bin/forbidden
forged="via bind /bin/forbidden:/bin/neighbour exec /bin/neighbour"
# shellcheck disable=SC2086 # attempts are words
{
	expect "another, mounted under the listed name" "denied EPERM" \
		in_pod web /probe via userns - $forged
	# The first namespace is gone by then, and its inode number is the second one's.
	expect "the same, two namespaces on" "denied EPERM" \
		in_pod web /probe via userns - via userns - $forged
	expect "the same, three namespaces on" "denied EPERM" \
		in_pod web /probe via userns - via userns - via userns - $forged
}

stop_lsmd KILL
for container in first second; do
	mkdir -p "${cgroup_web%/*}/$container"
	expect "a $container container, made while lsmd is away, runs what is listed" allowed \
		/probe run "${cgroup_web%/*}/$container" "$root" /probe exec /bin/neighbour
	expect "and nothing else ($container)" "denied EPERM" \
		/probe run "${cgroup_web%/*}/$container" "$root" /probe exec /bin/forbidden
	rmdir "${cgroup_web%/*}/$container"
done
