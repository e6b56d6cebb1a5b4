#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Put lsmd onto a node itself, from the file system of its image, whatever the node's own libraries are:
# for lsmd-boot.service, which enforces from before the first container on, for the file that pauses it,
# and for hosts without a cluster.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
units=$here/../systemd
root=

usage() {
	cat <<'END'
usage: install.sh [--root DIR] IMAGE_ROOT [UNIT...]

IMAGE_ROOT is the image's file system: build-image/image/root, or `ctr images mount IMAGE DIR`. It is
copied to /opt/lsmd; /usr/local has commands that run it with its own libraries, and lsmd-oci-hook for the
runtime (deploy/hooks.d). Each UNIT (lsmd-boot.service, lsmd-pause.path, lsmd.service) is enabled.
An older one is replaced.

  --root DIR  install there instead, and enable nothing (for images of nodes, and tests)
END
}

die() {
	echo "install.sh: $*" >&2
	exit 1
}

# wrapper COMMAND: in place of a program that the node's own loader may not be able to start.
wrapper() {
	local path=$1 loader=$2
	mkdir -p "$root/usr/local/${path%/*}"
	cat >"$root/usr/local/$path" <<-END
		#!/bin/sh
		exec /opt/lsmd$loader --library-path "$libraries" --argv0 "\$0" /opt/lsmd/usr/$path "\$@"
	END
	chmod 755 "$root/usr/local/$path"
}

# The directories that the image's libraries are in, as they will be named on the node.
library_path() {
	(cd "$1" && find . -name '*.so*' -type f -printf '/opt/lsmd/%P\n') | sed 's,/[^/]*$,,' |
		sort -u | paste -sd:
}

main() {
	local image loader unit path
	while [[ ${1-} == --* ]]; do
		case $1 in
		--root) root=$2 && shift 2 ;;
		--help) usage && exit ;;
		*) die "unknown option $1; see --help" ;;
		esac
	done
	(($#)) || die "which image's file system? see --help"
	image=$1 && shift
	[[ -x $image/usr/sbin/lsmd ]] || die "$image has no usr/sbin/lsmd"
	loader=$(cd "$image" && find . -name 'ld-linux*' -printf '/%P\n' | head -n1)
	[[ -n $loader ]] || die "$image has no loader"
	libraries=$(library_path "$image")

	# The old one runs on from its open files.
	rm -rf "$root/opt/lsmd.new"
	mkdir -p "$root/opt" "$root/etc/lsmd/policies" "$root/etc/systemd/system"
	cp -a "$image" "$root/opt/lsmd.new"
	rm -rf "$root/opt/lsmd"
	mv "$root/opt/lsmd.new" "$root/opt/lsmd"
	for path in sbin/lsmd bin/lsmctl libexec/lsmd/lsmd-oci-hook; do
		[[ -x $image/usr/$path ]] || continue
		if grep -qaF "$loader" "$image/usr/$path"; then
			wrapper "$path" "$loader"
		else # it is linked with nothing
			install -D -m 755 "$image/usr/$path" "$root/usr/local/$path"
		fi
	done
	for unit; do
		install -m 644 "$units/$unit" "$root/etc/systemd/system/$unit"
		# A path's service comes with it.
		[[ $unit != *.path ]] || install -m 644 "$units/${unit%.path}.service" \
			"$root/etc/systemd/system/${unit%.path}.service"
	done
	if [[ -z $root && $# -gt 0 ]]; then
		systemctl daemon-reload
		systemctl enable "$@"
	fi
}

main "$@"
