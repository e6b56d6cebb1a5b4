# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Other ways to the same thing: each is denied as the plain one is, and its neighbour is not.

write_policy bypass <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: bypass, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  exec: {rules: [{name: no-forbidden, action: deny, paths: [/bin/forbidden, "/**/file"]}]}
  file: {rules: [{name: no-secret, action: deny, paths: [/etc/secret, "/data/**"], except: ["/data/deep/er/**"]}]}
  network: {rules: [{name: no-4444, action: deny, ports: [4444]}]}
YAML
mkdir -p "$root/data/low" "$root/free"
grep -q " $root/proc " /proc/mounts || mount --bind /proc "$root/proc"
printf '#!/bin/forbidden exit\n' >"$root/bin/script"
chmod 755 "$root/bin/script"
start_lsmd || return

# both NAME DENIED-WITH FORBIDDEN NEIGHBOUR: attempts, and what comes before them, as words.
both()
{
	# shellcheck disable=SC2086 # attempts are words
	expect "$1" "denied $2" in_pod web /probe $3
	# shellcheck disable=SC2086
	expect "$1: the neighbour" allowed in_pod web /probe $4
}

both "exec" EPERM "exec /bin/forbidden" "exec /bin/neighbour"
both "exec, by .." EPERM "exec /bin/../etc/.././bin/forbidden" "exec /etc/../bin/neighbour"
both "exec, relative" EPERM "via in /bin exec ./forbidden" "via in /bin exec ./neighbour"
both "exec, of a descriptor" EPERM "descriptor-exec /bin/forbidden" "descriptor-exec /bin/neighbour"
both "exec, by a thread" EPERM "thread-exec /bin/forbidden" "thread-exec /bin/neighbour"
expect "exec, by a script" "denied EPERM" in_pod web /probe exec /bin/script
both "exec, under chroot" EPERM "via chroot /bin exec /forbidden" "via chroot /bin exec /neighbour"
both "exec, in a new mount namespace" EPERM "via mountns - exec /bin/forbidden" \
	"via mountns - exec /bin/neighbour"
both "exec, in a user namespace of its own" EPERM "via userns - exec /bin/forbidden" \
	"via userns - exec /bin/neighbour"
both "open, by .." EACCES "open /etc/../data/../etc/secret r" "open /data/../etc/neighbour r"
both "open, relative" EACCES "via in /etc open secret r" "via in /etc open neighbour r"
both "open, under chroot" EACCES "via chroot /etc open /secret r" "via chroot /etc open /neighbour r"
both "open, in a user namespace of its own" EACCES "via userns - via chroot /etc open /secret r" \
	"via userns - via chroot /etc open /neighbour r"
both "ring open" EACCES "ring-open /etc/secret" "ring-open /etc/neighbour"
both "ring connect" EPERM "ring-connect 127.0.0.1 4444" "ring-connect 127.0.0.1 4445"
both "connect, v4-mapped" EPERM "connect ::ffff:127.0.0.1 4444" "connect ::ffff:127.0.0.1 4445"
both "connect, IPv4 address on an IPv6 socket" EPERM "mixed-connect 127.0.0.1 4444" \
	"mixed-connect 127.0.0.1 4445"
both "connect, without a scope" EPERM "short-connect ::1 4444" "short-connect ::1 4445"
both "open, 300 names deep" EACCES "via deep /data/low:300:3 open file r" "via deep /free:300:3 open file r"
both "open, names of 255 bytes" EACCES "via deep /data/low:14:255 open file r" \
	"via deep /free:14:255 open file r"
both "born into a nested cgroup, from inside" EACCES \
	"via clone-into /cgroup/kubepods/pod$uid_web/$id_web/born open /etc/secret r" \
	"via clone-into /cgroup/kubepods/pod$uid_web/$id_web/born open /etc/neighbour r"
expect "moved to a nested cgroup, from inside" "denied EACCES" in_pod web /probe nest \
	"/cgroup/kubepods/pod$uid_web/$id_web/moved" open /etc/secret r
expect "beyond what a path can be" "denied EACCES" in_pod web /probe via deep /free:40:250 open file r
both "open, by /proc/self/root" EACCES "open /proc/self/root/etc/secret r" \
	"open /proc/self/root/etc/neighbour r"
both "open, of a descriptor that was opened by O_PATH" EACCES "via o_path - open /etc/secret r" \
	"via o_path - open /etc/neighbour r"
both "exec, by /proc/self/root" EPERM "exec /proc/self/root/bin/forbidden" \
	"exec /proc/self/root/bin/neighbour"
