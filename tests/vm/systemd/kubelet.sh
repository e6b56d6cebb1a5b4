# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What kubelet does first after a boot: the pod's cgroup, a moment for its sandbox, then a container
# that tries at once what its policy denies, and what it does not.

# shellcheck source=tests/vm/systemd/node.sh
. /ring/systemd/node.sh
mkdir -p "${cgroup_web%/*}"
sleep 2
in_pod web /probe open /etc/secret r >/run/kubelet.secret
in_pod web /probe open /etc/neighbour r >/run/kubelet.neighbour
exit 0
