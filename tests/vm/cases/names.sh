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
mount --bind /proc "$root/proc"

# own NAME WANTED ATTEMPT...: in a container of its own
own()
{
	new_container || return
	shown=$1
	wanted=$2
	shift 2
	expect "$shown" "$wanted" in_pod web /probe "$@"
}

forged="via bind /bin/forbidden:/bin/neighbour exec /bin/neighbour"
own "the listed program runs" allowed exec /bin/neighbour
own "another does not" "denied EPERM" exec /bin/forbidden
own "a namespace of its own alone makes its names not count" "denied EPERM" \
	via mountns - exec /bin/neighbour
# shellcheck disable=SC2086 # attempts are words
{
	# "bind" makes a namespace of its own: the one before it is gone by then, and its inode
	# number is given again.
	own "another, mounted under the listed name" "denied EPERM" via userns - $forged
	own "the same, one more namespace on" "denied EPERM" via userns - via mountns - $forged
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
umount "$root/proc"
