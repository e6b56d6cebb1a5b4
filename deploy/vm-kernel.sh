# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # vm.sh sets cache
#
# The kernels that deploy/vm.sh boots: Debian's packages, found by apt's own means in directories of
# their own, so that nothing is installed and no file of the system changes. Sourced by vm.sh.

# One row a kernel: the suites that have it, and the packages' names as an extended expression.
# Names carry a version that moves; the newest match is taken. A name that vanished from one suite
# may live on in the next.
kernel_table() {
	cat <<-'END'
		5.10 bullseye,bullseye-security                    linux-image-5\.10\.0-[0-9]+-cloud-amd64
		6.1  bookworm,bookworm-security                    linux-image-6\.1\.0-[0-9]+-cloud-amd64
		6.12 bookworm-security,bookworm-backports,trixie   linux-image-6\.12\.[0-9.]+\+deb[0-9.]+-cloud-amd64
		7.2  sid                                           linux-binary-(7\.([2-9]|[1-9][0-9])|[89]\.[0-9]+)(\.[0-9]+)*\+deb[0-9.]+-cloud-amd64
	END
}

kernel_names() {
	kernel_table | awk '{ print $1 }'
}

# kernel_field NAME COLUMN
kernel_field() {
	kernel_table | awk -v name="$1" -v column="$2" '$1 == name { print $column }'
}

kernel_is_cached() {
	[[ -e $cache/kernels/$1/vmlinux ]]
}

# The first mirror of the machine's own sources whose path ends in the given archive's name.
machine_mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
		2>/dev/null | sed 's/#.*//' | tr -s ' \t' '\n' | sed 's,/*$,,' |
		grep -m1 -E "^[a-z+]+:.*/$1\$" || true
}

# write_sources SUITES: lines for a sources.list.
write_sources() {
	local main security suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
	main=${LSMD_MIRROR:-$(machine_mirror debian)}
	security=${LSMD_MIRROR:+$main-security}
	security=${security:-$(machine_mirror debian-security)}
	[[ -n $main ]] ||
		die "no Debian mirror in /etc/apt: set LSMD_MIRROR to one, a URL that ends in /debian"
	[[ -e $keyring ]] && options="[signed-by=$keyring] "
	for suite in ${1//,/ }; do
		case $suite in
		*-security) echo "deb $options${security:-$main-security} $suite main" ;;
		*) echo "deb $options$main $suite main" ;;
		esac
	done
}

# private_apt DIR TOOL ARGUMENT...: run one of apt's tools on DIR instead of on the system.
private_apt() {
	local dir=$1 tool=$2
	shift 2
	"$tool" -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache="$dir/cache" \
		-o Dir::State::status=/dev/null -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Retries=2 -o APT::Architecture=amd64 "$@"
}

# find_package DIR PATTERN: the newest package of that name, by version sort.
find_package() {
	private_apt "$1" apt-cache pkgnames linux- | grep -xE "$2" | sort -V | tail -n1
}

# download DIR PACKAGE: unpack it into DIR/root.
download() {
	(cd "$1" && private_apt "$1" apt-get download "$2" >>"$1/log" 2>&1) || return
	dpkg -x "$1/$2"_*.deb "$1/root"
}

# unpack_vmlinux BZIMAGE OUT: take the ELF kernel out, which QEMU boots by PVH. The guest then need
# not decompress, which emulated takes a second. Fields as in the kernel's x86/boot.rst.
unpack_vmlinux() {
	local setup offset length magic unpack
	field() {
		od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
	}
	setup=$(field "$1" $((0x1f1)) 1)
	offset=$(((setup + 1) * 512 + $(field "$1" $((0x248)) 4)))
	# The last four bytes are the size of what is unpacked.
	length=$(($(field "$1" $((0x24c)) 4) - 4))
	magic=$(od -An -t x1 -j "$offset" -N 4 "$1" | tr -d ' ')
	case $magic in
	02214c18) unpack='lz4 -dc' ;;
	28b52ffd) unpack='zstd -dc' ;;
	fd377a58) unpack='xz -dc --single-stream' ;;
	1f8b*) unpack='gzip -dc' ;;
	*) return 1 ;;
	esac
	dd if="$1" bs=64K iflag=skip_bytes,count_bytes skip="$offset" count="$length" status=none |
		$unpack >"$2" && grep -q Xen "$2"
}

# The modules that a guest may need, and theirs. The kernel loads all but the ports by itself, when
# first used, through modprobe.
modules_wanted='virtio_pci virtio_console overlay veth tun fuse sctp bridge loop vsock'

# pack_modules ROOT OUT VERSION: write OUT/modules.cpio; its /vm/modules lists those that carry the
# ports, each after what it depends on.
pack_modules() {
	local all=$1/all/lib/modules/$3 tree=$1/guest flat=$1/guest/lib/modules/$3 path paths
	mkdir -p "$flat" "$tree/vm" "${all%/*}"
	mv "$1"/lib/modules/"$3" "$all" 2>/dev/null || mv "$1"/usr/lib/modules/"$3" "$all"
	# depmod reads plain files only.
	find "$all" -name '*.ko.xz' -exec xz -d {} +
	busybox depmod -b "$1/all" "$3"
	paths=$(awk -v wanted="${modules_wanted// /|}" '
		$1 ~ "/(" wanted ")[.]ko:$" {
			sub(":", "", $1)
			for (i = NF; i; i--)
				if (!seen[$i]++)
					print $i
		}' "$all/modules.dep")
	for path in $paths; do
		cp "$all/$path" "$flat"
		[[ $path != */virtio* ]] || echo "/lib/modules/$3/${path##*/}"
	done >"$tree/vm/modules"
	busybox depmod -b "$tree" "$3"
	# The guest's /lib is a link to /usr/lib.
	mkdir "$tree/usr" && mv "$tree/lib" "$tree/usr/lib"
	pack_tree "$tree" >"$2/modules.cpio"
}

# fetch_into NAME DIR: download the kernel NAME and leave in DIR what a boot needs.
fetch_into() {
	local name=$1 dir=$2 package version image
	mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
	write_sources "$(kernel_field "$name" 2)" >"$dir/apt/sources.list"
	private_apt "$dir/apt" apt-get update >"$dir/apt/log" 2>&1 || true
	package=$(find_package "$dir/apt" "$(kernel_field "$name" 3)") ||
		die "no package for kernel $name found: $(grep -m1 '^[EW]:' "$dir/apt/log" ||
			echo "none matches in $(kernel_field "$name" 2)")"
	version=${package#linux-*-}
	download "$dir/apt" "$package" || die "cannot download $package: $(tail -n1 "$dir/apt/log")"
	# Newer Debian has the modules in a package of their own.
	[[ $package != linux-binary-* ]] || download "$dir/apt" "linux-modules-$version" ||
		die "cannot download linux-modules-$version: $(tail -n1 "$dir/apt/log")"
	image=$(find "$dir/apt/root" -name 'vmlinuz*' -type f)
	unpack_vmlinux "$image" "$dir/vmlinux" || cp "$image" "$dir/vmlinux"
	[[ $version == "$name".* ]] || say "note: kernel $name is $version now"
	pack_modules "$dir/apt/root" "$dir" "$version"
	echo "$version" >"$dir/version"
	rm -rf "$dir/apt"
}

# kernel_fetch NAME: have it in the cache. Two at once wait for each other; what is there is whole.
kernel_fetch() {
	local name=$1 dir=$cache/kernels
	! kernel_is_cached "$name" || return 0
	mkdir -p "$dir"
	(
		flock 9
		# What a download left that was killed.
		rm -rf "$dir/.$name."*.part
		if ! kernel_is_cached "$name"; then
			say "fetching kernel $name from Debian, once"
			mkdir -m 755 "$dir/.$name.$$.part"
			fetch_into "$name" "$dir/.$name.$$.part"
			mv -T "$dir/.$name.$$.part" "$dir/$name"
		fi
	) 9>"$dir/.$name.lock"
}

kernel_list() {
	local name
	for name in $(kernel_names); do
		if kernel_is_cached "$name"; then
			echo "$name cached $(<"$cache/kernels/$name/version")"
		else
			echo "$name not cached"
		fi
	done
}
