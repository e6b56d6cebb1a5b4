# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # real.sh sets cache and top
#
# The programs of a real API server, from Debian's packages and source packages alone: nothing is
# installed, and no file of the system changes. Sourced by real.sh.

# shellcheck source-path=SCRIPTDIR source=../../../deploy/vm-kernel.sh
. "$top/deploy/vm-kernel.sh"

# The last release whose sources Debian has whole, and the etcd and the compiler of its time.
server_suites=bookworm
# The part that serves custom resources, as libraries; new enough to evaluate expressions.
definitions_suites=sid

programs_are_cached() {
	[[ -e $cache/apiserver/version ]]
}

# begin_apt DIR SUITES: the lists of their packages and sources.
begin_apt() {
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial" "$1/debs" "$1/root"
	write_sources "$2" | sed 'p; s/^deb /deb-src /' >"$1/sources.list"
	private_apt "$1" apt-get update >"$1/log" 2>&1 || true
}

# unpack DIR PACKAGE...: into DIR/root.
unpack() {
	local dir=$1 package
	shift
	(cd "$dir/debs" && private_apt "$dir" apt-get download "$@" >>"$dir/log" 2>&1) ||
		die "cannot download $*: $(tail -n1 "$dir/log")"
	for package in "$dir"/debs/*.deb; do
		dpkg -x "$package" "$dir/root"
	done
	rm -f "$dir"/debs/*.deb
}

# with_depends DIR PACKAGE: its name and those of the Go packages that it needs.
with_depends() {
	private_apt "$1" apt-get install -s --no-install-recommends "$2" 2>>"$1/log" |
		awk '$1 == "Inst" && $2 ~ /^golang-/ { print $2 }'
}

# find_go DIR: the compiler that was unpacked there.
find_go() {
	find "$1/root/usr/lib" -maxdepth 1 -name 'go-*' | sort -V | tail -n1
}

# go_build GOROOT GOPATH OUT PACKAGE [FLAG]...: without modules, so that nothing is asked of a network.
go_build() {
	local goroot=$1 gopath=$2 out=$3 package=$4
	shift 4
	env -i PATH="$goroot/bin:/usr/bin:/bin" HOME="$work" GOROOT="$goroot" GOPATH="$gopath" \
		GO111MODULE=off GOPROXY=off GOTOOLCHAIN=local CGO_ENABLED=0 GOCACHE="$work/gocache" \
		"$goroot/bin/go" build -ldflags '-s -w' "$@" -o "$out" "$package"
}

# The description of the API is not in the sources: their own generator writes it, from the same
# directories that their Makefile names.
generate_openapi() {
	local goroot=$1 gopath=$2 directory inputs=
	go_build "$goroot" "$gopath" "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
	while read -r directory; do
		directory=${directory/#staging\/src/vendor}
		inputs+=${inputs:+,}k8s.io/kubernetes/$directory
	done < <(grep -rl --include='*.go' '+k8s:openapi-gen=' staging/src/k8s.io pkg/apis |
		grep -vE 'code-generator|sample-apiserver|_test[.]go$' | xargs -n1 dirname | LC_ALL=C sort -u)
	env -i PATH="$goroot/bin:/usr/bin:/bin" HOME="$work" GOROOT="$goroot" GOPATH="$gopath" \
		GO111MODULE=off "$work/openapi-gen" -i "$inputs" -O zz_generated.openapi \
		-p k8s.io/kubernetes/pkg/generated/openapi -r "$work/violations" \
		-h vendor/k8s.io/code-generator/hack/boilerplate.go.txt
}

# build_server OUT: etcd, etcdctl and kube-apiserver.
build_server() {
	local apt=$work/server gopath=$work/gopath sources=$work/gopath/src/k8s.io/kubernetes goroot version
	begin_apt "$apt" "$server_suites"
	# shellcheck disable=SC2046 # names of packages
	unpack "$apt" etcd-server etcd-client golang-github-modern-go-reflect2-dev \
		$(with_depends "$apt" golang-go | grep -E '^golang-[0-9]')
	cp "$apt/root/usr/bin/etcd" "$apt/root/usr/bin/etcdctl" "$1"
	(cd "$apt/debs" && private_apt "$apt" apt-get source --download-only kubernetes >>"$apt/log" 2>&1) ||
		die "cannot download the sources of kubernetes: $(tail -n1 "$apt/log")"
	mkdir -p "$sources"
	tar -xf "$apt"/debs/kubernetes_*.orig.tar.gz -C "$sources" --strip-components=1
	goroot=$(find_go "$apt")
	version=$(private_apt "$apt" apt-cache showsrc kubernetes | sed -n 's/^Version: .*really\([0-9.]*\).*/v\1/p')
	cd "$sources" || return
	# Theirs walks maps in the way of compilers before 1.18, and crashes.
	rm vendor/github.com/modern-go/reflect2/*.{go,s}
	cp "$apt"/root/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2
	generate_openapi "$goroot" "$gopath"
	go_build "$goroot" "$gopath" "$1/kube-apiserver" ./cmd/kube-apiserver \
		-ldflags "-s -w -X k8s.io/kubernetes/vendor/k8s.io/component-base/version.gitVersion=${version:-v1.20.2}"
	rm -rf "$gopath"
}

# build_definitions OUT: apiextensions-apiserver, and kubectl.
build_definitions() {
	local apt=$work/definitions goroot
	begin_apt "$apt" "$definitions_suites"
	# shellcheck disable=SC2046 # names of packages
	unpack "$apt" kubectl $(with_depends "$apt" golang-k8s-apiextensions-apiserver-dev)
	cp "$apt/root/usr/bin/kubectl" "$1"
	goroot=$(find_go "$apt")
	cd "$work" || return
	go_build "$goroot" "$apt/root/usr/share/gocode" "$1/apiextensions-apiserver" \
		k8s.io/apiextensions-apiserver
}

# programs_build: have them in the cache. Two at once wait for each other; what is there is whole.
programs_build() {
	mkdir -p "$cache"
	(
		flock 9
		! programs_are_cached || exit 0
		say "building an API server from Debian's sources, once; $cache/apiserver.log says how far it is"
		work=$cache/.apiserver.part
		rm -rf "$work"
		mkdir "$work" "$work/out"
		trap 'tail -n 5 "$cache/apiserver.log" >&2' EXIT
		build_server "$work/out" >"$cache/apiserver.log" 2>&1
		build_definitions "$work/out" >>"$cache/apiserver.log" 2>&1
		trap - EXIT
		"$work/out/kube-apiserver" --version >"$work/out/version"
		rm -rf "$cache/apiserver"
		mv -T "$work/out" "$cache/apiserver"
		rm -rf "$work"
	) 9>"$cache/.apiserver.lock"
}
