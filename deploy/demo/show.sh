#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo itself, on a kernel that runs BPF-LSM programs: DIRECTORY has bundle-web and
# bundle-tools (OCI bundles that differ in their name alone), pods.yaml and policies/.
set -eu

directory=$1
cgroup_root=/sys/fs/cgroup
socket=$directory/lsmd.sock
pins=/sys/fs/bpf/lsmd-demo
web=11111111-1111-4111-8111-111111111111
tools=22222222-2222-4222-8222-222222222222
listener=
agent=

finish()
{
	status=$?
	trap - EXIT
	if [ -n "$agent" ]; then
		kill "$agent" || true
		wait "$agent" || true
		lsmd --unload --pin-directory "$pins" || true
	fi
	[ -z "$listener" ] || kill "$listener" 2>/dev/null || true
	rmdir "$cgroup_root/kubepods/pod$web" "$cgroup_root/kubepods/pod$tools" \
		"$cgroup_root/kubepods" 2>/dev/null || true
	exit "$status"
}
trap finish EXIT

# As kubelet does: the pod's cgroup is there before any container.
mkdir -p "$cgroup_root/kubepods/pod$web" "$cgroup_root/kubepods/pod$tools"

# Somebody to connect to.
"$directory/listen" 4444 &
listener=$!

lsmd --policies "$directory/policies" --pods "$directory/pods.yaml" --node demo \
	--socket "$socket" --pin-directory "$pins" --state-directory "$directory/state" &
agent=$!
tries=0
until lsmctl --socket "$socket" status >/dev/null 2>&1; do
	tries=$((tries + 1))
	if ! kill -0 "$agent" 2>/dev/null || [ "$tries" -gt 300 ]; then
		agent=
		echo "demo: lsmd did not get ready; see above" >&2
		exit 1
	fi
	sleep 0.1
done

echo
echo "Two pods, one program. shop/web bears the label lsmd.io/profile=restricted:"
for pod in web tools; do
	crun --cgroup-manager=cgroupfs run --bundle "$directory/bundle-$pod" "demo-$pod" \
		>"$directory/$pod.out" && denied=0 || denied=$?
	counts="${counts:-}$pod $denied "
	cat "$directory/$pod.out"
done

echo
echo "The denials, as GET /v1/denials has them:"
lsmctl --socket "$socket" denials
echo
if [ "$counts" = "web 4 tools 0 " ]; then
	echo "shop/web was denied all four, shop/tools none."
else
	echo "demo: expected \"web 4 tools 0\", saw \"$counts\"" >&2
	exit 1
fi
