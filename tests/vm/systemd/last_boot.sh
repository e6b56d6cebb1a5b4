#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of the guest: makes what the boot before this one left on the disk, enables the
# units, and is systemd from then on. What is wrong before that is said once there is somebody to hear.

# shellcheck source=tests/vm/systemd/node.sh
. /ring/systemd/node.sh

{
	make_root
	echo text >/etc/neighbour
	mkdir -p "$policies" "$cgroup_web"
	write_pods "app: web" "app: other"
	four_hooks
	write_policy units <<-'YAML'
	apiVersion: lsmd.io/v1alpha1
	kind: ClusterLsmPolicy
	metadata: {name: units}
	spec:
	  unitSelector: {names: [web-1.service]}
	  file: {rules: [{name: no-secret, action: deny, paths: [/etc/secret]}]}
	YAML
	start_lsmd
	stop_lsmd
	lsmd --unload
	rmdir "$cgroup_web" "${cgroup_web%/*}" "$cgroup_root/kubepods"
	# The boot has the copies alone: a node of a cluster has no files of policies.
	mv "$policies" "$policies.away"
	mkdir "$policies"
	mkfifo /run/web-1.in /run/web-1.out /run/other-1.in /run/other-1.out
	systemctl --quiet enable lsmd-boot.service lsmd-pause.path kubelet.service web-1.service other-1.service units.service
} >/run/last_boot.log 2>&1

exec /usr/lib/systemd/systemd
