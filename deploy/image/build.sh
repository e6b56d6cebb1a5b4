#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Build the container image: lsmd, lsmctl, what they are linked with, and the policies, on nothing.
# Wants no container engine and no other image: a C compiler and Debian's packages (deploy/setup.sh).

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/build-image
output=$top/build-image/image
name=lsmd
epoch=${SOURCE_DATE_EPOCH:-}

usage() {
	cat <<'END'
usage: build.sh [--build DIR] [--output DIR] [--name NAME]

Compiles in DIR (build-image), and leaves in the output directory (build-image/image)

  root/       the image's file system, for chroot or crun
  oci/        the image as an OCI layout: skopeo copy oci:DIR/oci:TAG docker://REGISTRY/lsmd:TAG
  lsmd.tar    the same as one file: ctr images import, podman load, docker load (from 25)

The image's bytes depend on the sources, the compiler and the libraries alone; the time in it is
SOURCE_DATE_EPOCH or the last commit's. --name is the image's name in its index.
END
}

say() {
	echo "build.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

version() {
	sed -n "s/^ *version: '\(.*\)',$/\1/p" "$top/meson.build" | head -n1
}

compile() {
	[[ -e $build/build.ninja ]] ||
		meson setup "$build" "$top" --prefix /usr --buildtype release --strip -Dtests=false \
			-Dwerror=false >"$build.log" 2>&1 || die "meson failed: $(tail -n3 "$build.log")"
	ninja -C "$build" >"$build.log" 2>&1 || die "the build failed: $(tail -n20 "$build.log")"
	rm -rf "$output/root"
	DESTDIR=$output/root meson install --no-rebuild --quiet -C "$build"
	rm -rf "$output/root/usr/share/man" "$output/root/usr/share/bash-completion"
}

# libraries_of FILE...: the files that the loader would take, by the names under which it asks.
libraries_of() {
	ldd "$@" | sed -nE 's,^(.*=> )?[[:space:]]*(/[^ :]+) \(0x.*,\2,p' | sort -u
}

# add_licence FILE: the copyright of the package that a library is from.
add_licence() {
	local package
	package=$(dpkg-query -S "$(realpath "$1")" 2>/dev/null | head -n1 | cut -d: -f1) || return 0
	[[ -n $package && -e /usr/share/doc/$package/copyright ]] || return 0
	install -D -m 644 "/usr/share/doc/$package/copyright" \
		"$output/root/usr/share/doc/$package/copyright"
}

add_libraries() {
	local library
	while read -r library; do
		install -D -m 755 "$(realpath "$library")" "$output/root$library"
		add_licence "$library"
	done < <(find "$output/root/usr" -type f -perm /111 -print0 | xargs -0 "$0" --libraries)
}

# What a program expects to find. There is no shell, and no user but root.
add_etc() {
	local root=$output/root
	mkdir -p "$root"/{etc/lsmd/policies,proc,sys,dev,run/lsmd,var/lib/lsmd}
	mkdir -m 1777 "$root/tmp"
	echo root:x:0:0:root:/:/sbin/nologin >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	echo hosts: files dns >"$root/etc/nsswitch.conf"
	install -D -m 644 "$top/LICENSE" "$root/usr/share/doc/lsmd/LICENSE"
	# For webhooks; the API server's own certificate comes with the pod.
	[[ ! -e /etc/ssl/certs/ca-certificates.crt ]] || install -D -m 644 \
		"$(realpath /etc/ssl/certs/ca-certificates.crt)" "$root/etc/ssl/certs/ca-certificates.crt"
}

# put_blob FILE: into the layout, under its digest, which is printed.
put_blob() {
	local digest
	digest=$(sha256sum "$1" | cut -d' ' -f1)
	mv "$1" "$output/oci/blobs/sha256/$digest"
	echo "$digest"
}

# descriptor TYPE DIGEST: as the image specification has it.
descriptor() {
	jq -nc --arg type "$1" --arg digest "$2" \
		--argjson size "$(stat -c %s "$output/oci/blobs/sha256/$2")" \
		'{mediaType: $type, digest: ("sha256:" + $digest), size: $size}'
}

architecture() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) die "no name for the architecture $(uname -m)" ;;
	esac
}

pack_layout() {
	local type=application/vnd.oci.image work=$output/work diff layer config manifest created
	rm -rf "$output/oci" "$work" && mkdir -p "$output/oci/blobs/sha256" "$work"
	created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
	tar -C "$output/root" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" \
		--format=posix --pax-option=delete=atime,delete=ctime -cf "$work/layer" .
	diff=$(sha256sum "$work/layer" | cut -d' ' -f1)
	gzip -n9 "$work/layer"
	layer=$(put_blob "$work/layer.gz")
	jq -nc --arg created "$created" --arg architecture "$(architecture)" --arg diff "$diff" \
		--arg version "$(version)" '{
		created: $created, architecture: $architecture, os: "linux",
		config: {Entrypoint: ["/usr/sbin/lsmd"], Env: ["PATH=/usr/sbin:/usr/bin"], WorkingDir: "/",
			Labels: {"org.opencontainers.image.title": "lsmd",
				"org.opencontainers.image.version": $version,
				"org.opencontainers.image.licenses": "Apache-2.0 AND GPL-2.0-only"}},
		rootfs: {type: "layers", diff_ids: ["sha256:" + $diff]},
		history: [{created: $created, created_by: "deploy/image/build.sh"}]}' >"$work/config"
	config=$(put_blob "$work/config")
	jq -nc --argjson config "$(descriptor "$type.config.v1+json" "$config")" \
		--argjson layer "$(descriptor "$type.layer.v1.tar+gzip" "$layer")" --arg type "$type" \
		'{schemaVersion: 2, mediaType: ($type + ".manifest.v1+json"), config: $config,
		layers: [$layer]}' >"$work/manifest"
	manifest=$(put_blob "$work/manifest")
	jq -nc --argjson manifest "$(descriptor "$type.manifest.v1+json" "$manifest")" \
		--arg tag "$(version)" --arg name "$name:$(version)" '{schemaVersion: 2, manifests: [$manifest + {
		annotations: {"org.opencontainers.image.ref.name": $tag,
			"io.containerd.image.name": $name}}]}' >"$output/oci/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$output/oci/oci-layout"
	rmdir "$work"
	tar -C "$output/oci" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" \
		-cf "$output/lsmd.tar" .
}

main() {
	while (($#)); do
		case $1 in
		--build) build=$2 output=$2/image && shift 2 ;;
		--output) output=$2 && shift 2 ;;
		--name) name=$2 && shift 2 ;;
		--libraries) shift && libraries_of "$@" && exit ;; # for its own use
		--help | -h) usage && exit ;;
		*) die "unknown option $1; see --help" ;;
		esac
	done
	[[ -n $epoch ]] || epoch=$(git -C "$top" log -1 --format=%ct 2>/dev/null || echo 0)
	mkdir -p "$output"
	compile
	add_etc
	add_libraries
	pack_layout
	say "root $(du -sh "$output/root" | cut -f1), image $(du -h "$output/lsmd.tar" | cut -f1), in $output"
}

main "$@"
