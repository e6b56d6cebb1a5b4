#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, shown: two pods that differ by a label try to run a shell, open a secret, make a
# raw socket and connect to port 4444. One is denied all four, the other none.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${LSMD_BUILD:-$top/build}

usage()
{
	cat <<-TEXT
	Usage: deploy/demo.sh [--vm] [--kernel VERSION]

	Installs what is missing (Debian's packages), builds into build/, and shows lsmd at work:
	in this machine's kernel where BPF-LSM programs run, in a VM where they do not.

	  --vm              in a VM in any case
	  --kernel VERSION  the VM's kernel: 5.10, 6.1 (default), 6.12 or 7.2
	  --help            this text

	Exit status: 0 shown, 1 something failed, 2 the command line is wrong.
	TEXT
}

vm=
kernel=6.1
while [ $# -gt 0 ]; do
	case $1 in
	--vm) vm="asked for by --vm" ;;
	--kernel) kernel=${2:?--kernel needs a version}; vm="asked for by --kernel"; shift ;;
	--help) usage; exit 0 ;;
	*) echo "demo.sh: unknown argument \"$1\"; see --help" >&2; exit 2 ;;
	esac
	shift
done

"$top/deploy/setup.sh"
[ -f "$build/build.ninja" ] || meson setup "$build" "$top" >/dev/null
ninja -C "$build" --quiet >/dev/null

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# make_bundle POD UID DIGIT: an OCI bundle whose cgroup has the name that kubelet would give it.
make_bundle()
{
	local bundle=$stage/bundle-$1
	mkdir -p "$bundle"/rootfs/{bin,dev,etc,proc}
	cp "$build/deploy/demo-attempts" "$bundle/rootfs/attempts"
	cp /bin/busybox "$bundle/rootfs/bin/sh"
	echo "root:*:19000:0:99999:7:::" >"$bundle/rootfs/etc/shadow"
	jq -n --arg pod "$1" --arg cgroup "/kubepods/pod$2/$(printf "%064d" 0 | tr 0 "$3")" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/",
			args: ["/attempts", $pod], env: ["PATH=/bin"],
			capabilities: (["CAP_NET_RAW"] | {bounding: ., effective: ., permitted: .})},
		root: {path: "rootfs"},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {cgroupsPath: $cgroup, namespaces: [{type: "pid"}, {type: "mount"}]}
	}' >"$bundle/config.json"
}

make_bundle web 11111111-1111-4111-8111-111111111111 1
make_bundle tools 22222222-2222-4222-8222-222222222222 2
mkdir "$stage/policies"
cp "$top/policies/restricted.yaml" "$stage/policies/"
cp "$top/deploy/demo/pods.yaml" "$top/deploy/demo/show.sh" "$stage/"
cp "$build/deploy/demo-listen" "$stage/listen"

# Whether programs load and run here is found out by trying: lsmd's self-test.
probe_host()
{
	local why
	why=$("$build/lsmd" --probe 2>&1) && return 0
	vm=${why#lsmd: }
}

[ -n "$vm" ] || probe_host
if [ -z "$vm" ]; then
	echo "In this machine's kernel ($(uname -r)): BPF-LSM programs run here."
	PATH=$build:$PATH "$stage/show.sh" "$stage"
else
	echo "In a VM with kernel $kernel: $vm"
	"$top/deploy/vm.sh" --kernel "$kernel" --build "$build" --add "$stage:/demo" \
		--add "$(command -v crun):/usr/bin/crun" -- sh /demo/show.sh /demo
fi
