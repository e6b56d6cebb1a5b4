#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/image/build.sh: what it builds runs by itself, and is an image by the rules.
#
#   tests/deploy/image_test.sh [BUILD]     where it is compiled; kept for the next time
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$top/build-tests/image}
out=$build/image
root=$out/root

ok() { echo "ok image: $1"; }
not_ok() { echo "not ok image: $1"; shift; printf '%s\n' "$@" | tail -n 20 | sed 's/^/#   /'; }

# expect NAME WANTED COMMAND...: its output, stderr too.
expect()
{
	local name=$1 wanted=$2 seen
	shift 2
	seen=$("$@" 2>&1)
	if [ "$seen" = "$wanted" ]; then ok "$name"; else not_ok "$name" "wanted: $wanted" "saw: $seen"; fi
}

# expect_run NAME PATTERN COMMAND...: in the image it ends with 0, and says so.
expect_run()
{
	local name=$1 pattern=$2 seen
	shift 2
	if seen=$(chroot "$root" "$@" 2>&1) && grep -qE -- "$pattern" <<<"$seen"; then ok "$name"
	else not_ok "$name" "$seen"; fi
}

# Each name in the layout is the digest of what is under it, and each size is right.
blobs_are_whole()
{
	local blob digest size
	for blob in "$out"/oci/blobs/sha256/*; do
		[ "$(sha256sum "$blob" | cut -d' ' -f1)" = "$(basename "$blob")" ] || echo "digest of $blob"
	done
	jq -r '.manifests[] | "\(.digest) \(.size)"' "$out/oci/index.json" >"$out/descriptors"
	jq -r '.config, .layers[] | "\(.digest) \(.size)"' "$(manifest)" >>"$out/descriptors"
	while read -r digest size; do
		[ "$(stat -c %s "$out/oci/blobs/sha256/${digest#sha256:}")" = "$size" ] || echo "size of $digest"
	done <"$out/descriptors"
	rm "$out/descriptors"
}

manifest()
{
	echo "$out/oci/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$out/oci/index.json")"
}

# The layer unpacked is what the configuration says, and is the root that was tried.
layer_is_the_root()
{
	local layer config
	layer=$out/oci/blobs/sha256/$(jq -r '.layers[0].digest[7:]' "$(manifest)")
	config=$out/oci/blobs/sha256/$(jq -r '.config.digest[7:]' "$(manifest)")
	[ "sha256:$(gzip -dc "$layer" | sha256sum | cut -d' ' -f1)" = "$(jq -r '.rootfs.diff_ids[0]' "$config")" ] ||
		echo "the layer is not what the configuration says"
	[ -x "$root$(jq -r '.config.Entrypoint[0]' "$config")" ] || echo "no entry point"
	gzip -dc "$layer" | tar -t | sort | cmp - <(cd "$root" && find . -printf '%p%y\n' |
		sed 's,d$,/,; s,\(.*\)[^/]$,\1,' | sort)
}

# Nobody but root owns or may change anything, but for /tmp.
nothing_is_loose()
{
	find "$root" \( -perm /6000 -o -perm -o+w ! -type l \) ! -path "$root/tmp"
}

# The manifests run what is there.
commands_are_there()
{
	local path
	sed -n 's/.*command: \[\([a-z/]*\)[],].*/\1/p' "$top/deploy/kubernetes/base/daemonset.yaml" | sort -u |
		while read -r path; do [ -x "$root$path" ] || echo "$path"; done
}

# It needs a kernel with BPF-LSM. Where this one has none, one line says what to do.
probe_is_clear()
{
	local said status
	said=$(chroot "$root" /usr/sbin/lsmd --probe 2>&1)
	status=$?
	if [ $status -eq 0 ]; then return; fi
	[ $status -eq 1 ] && [ "$(wc -l <<<"$said")" -eq 1 ] && [[ $said == lsmd:* ]] || echo "$status: $said"
}

if ! log=$("$top/deploy/image/build.sh" --build "$build" 2>&1); then
	not_ok "builds" "$log"
	exit 1
fi
ok "builds"
echo "# image: $(tail -n1 <<<"$log")"
digest=$(sha256sum "$out/lsmd.tar" | cut -d' ' -f1)

expect_run "lsmd runs" "Denies, in the kernel" /usr/sbin/lsmd --help
expect_run "lsmctl runs, and finds the policies good" "" /usr/bin/lsmctl check /usr/share/lsmd/policies
expect_run "lsmctl prints the definitions" "^kind: CustomResourceDefinition" /usr/bin/lsmctl schema --crd
expect "lsmd says why it cannot enforce here" "" probe_is_clear
expect "what the manifests run is there" "" commands_are_there
expect "the layout's digests and sizes" "" blobs_are_whole
expect "the layer is the root" "" layer_is_the_root
expect "nothing may be changed" "" nothing_is_loose
expect "there is no shell" "" find "$root" -name '*sh' -perm /111 -type f
size=$(du -sm "$root" | cut -f1)
if [ "$size" -le 40 ]; then ok "is small: $size MiB"; else not_ok "is small" "$size MiB"; fi
"$top/deploy/image/build.sh" --build "$build" >/dev/null 2>&1
expect "the same sources give the same bytes" "$digest" sh -c "sha256sum '$out/lsmd.tar' | cut -d' ' -f1"
