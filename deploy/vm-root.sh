# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # vm.sh sets here, cache, run and the options
#
# The guest's file system, as cpio archives that the kernel unpacks one after the other: a base of
# busybox (cached), the kernel's modules (cached with it), and what one run brings. Sourced by vm.sh.

# pack_tree DIR: an archive of it on stdout, owned by root whoever packs it.
pack_tree() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0)
}

# link_merged DIR: /bin and its like are links into /usr, as on the systems that nodes run.
link_merged() {
	local name
	mkdir -p "$1"/usr/{bin,sbin,lib,lib64}
	for name in bin sbin lib lib64; do
		ln -s "usr/$name" "$1/$name"
	done
}

write_etc() {
	mkdir -p "$1"
	cat >"$1/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/sh
		daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
		user:x:1000:1000:user:/home/user:/bin/sh
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	END
	printf '%s\n' root:x:0: daemon:x:1: tty:x:5: user:x:1000: nogroup:x:65534: >"$1/group"
	printf '%s:*:19000:0:99999:7:::\n' root daemon user nobody >"$1/shadow"
	chmod 600 "$1/shadow"
	printf '%s: files\n' passwd group shadow hosts >"$1/nsswitch.conf"
	printf '127.0.0.1 localhost vm\n::1 localhost\n' >"$1/hosts"
	echo vm >"$1/hostname"
}

# base_archive: print the path of the cached base, made anew when busybox or guest-init changed.
base_archive() {
	local busybox key file tree applet
	busybox=$(command -v busybox) || die "busybox is missing: run deploy/setup.sh"
	key=$(cat "$busybox" "$here/guest-init" "$here/vm-root.sh" | sha256sum | cut -c1-16)
	file=$cache/base-$key.cpio
	if [[ ! -e $file ]]; then
		tree=$run/base
		mkdir -p "$cache" "$tree"/{dev,etc,home/user,mnt,proc,root,run,sys,tmp,usr/local/bin,var/lib,vm}
		ln -s ../run "$tree/var/run"
		chmod 700 "$tree/root"
		link_merged "$tree"
		write_etc "$tree/etc"
		cp "$busybox" "$tree/usr/bin/busybox"
		for applet in $("$busybox" --list-full); do
			mkdir -p "$tree/${applet%/*}"
			[[ $applet == */busybox ]] || ln -sf /usr/bin/busybox "$tree/$applet"
		done
		install -m 755 "$here/guest-init" "$tree/init"
		pack_tree "$tree" >"$file.$$"
		mv "$file.$$" "$file"
		find "$cache" -maxdepth 1 -name 'base-*' -mtime +7 -delete
	fi
	echo "$file"
}

# add_file TREE HOSTPATH GUESTPATH. A link in the tree must not lead out of it, into this machine.
add_file() {
	[[ $(realpath -m "$1/$3/..")/ == "$(realpath "$1")"/* ]] ||
		die "cannot put $2 at $3: a link on the way leads elsewhere"
	mkdir -p "$(dirname "$1/$3")"
	if [[ -d $2 ]]; then
		mkdir -p "$1/$3"
		cp -a "$2/." "$1/$3/"
	else
		cp -pL --remove-destination "$2" "$1/$3"
	fi
}

# add_libraries TREE: the shared libraries, and their loader, of every program in it.
add_libraries() {
	local library
	find "$1" -type f \( -perm /111 -o -name '*.so*' \) -print0 |
		xargs -0r grep -lZaE -m1 $'^\x7fELF' |
		{ xargs -0r ldd 2>/dev/null || true; } | # fails on a static one
		sed -nE 's,^(.*=> )?[[:space:]]*(/[^ :]+) \(0x.*,\2,p' | sort -u |
		while read -r library; do
			[[ -e $1/$library ]] || add_file "$1" "$library" "$library"
		done
}

# install_build TREE: a build that was not asked for may be unfinished.
install_build() {
	local wanted=$build
	[[ $build != none ]] || return 0
	[[ -n $build || ! -e $here/../build/meson-private/install.dat ]] || wanted=$here/../build
	if [[ -n $wanted ]] &&
		! DESTDIR=$1 meson install --no-rebuild --quiet -C "$wanted" >"$run/install.log" 2>&1; then
		[[ -z $build ]] ||
			die "cannot install from $build: build it first: $(tail -n1 "$run/install.log")"
		say "note: build/ is unfinished, the guest goes without: $(tail -n1 "$run/install.log")"
	fi
}

# run_archive: on stdout, what this run brings: the project, what was added, the command.
run_archive() {
	local tree=$run/tree pair
	link_merged "$tree"
	mkdir -p "$tree/vm"
	install_build "$tree"
	for pair in "${added[@]}"; do
		[[ -e ${pair%%:*} ]] || die "--add $pair: ${pair%%:*} does not exist"
		add_file "$tree" "${pair%%:*}" "${pair#*:}"
	done
	add_libraries "$tree"
	printf 'cgroup=%s\ninit=%q\n' "$cgroup" "$init" >"$tree/vm/config"
	printf 'exec %s\n' "$(quote "$@")" >"$tree/vm/command"
	pack_tree "$tree"
}

# quote WORD...: as any POSIX shell reads them back.
quote() {
	local word
	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}
