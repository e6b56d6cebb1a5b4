#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# deploy/vm.sh keeps what its --help promises. One kernel and few boots: each is asked many things.
# One line a test: "ok NAME" or "not ok NAME" and why.
# shellcheck disable=SC2317 # expect calls what looks unreachable

set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vm=$top/deploy/vm.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect NAME COMMAND...: the command must succeed.
expect() {
	local name=$1
	shift
	if "$@" >"$work/why" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/#   /' "$work/why"
		failed=1
	fi
}

# boot RUN ARGUMENT...: leave RUN.out, RUN.err and RUN.status in the work directory.
boot() {
	local run=$work/$1 status=0
	shift
	"$vm" --build none "$@" >"$run.out" 2>"$run.err" || status=$?
	echo "$status" >"$run.status"
}

status_is() {
	[[ $(<"$work/$1.status") == "$2" ]] && return
	echo "status $(<"$work/$1.status"), not $2; stderr:"
	tail -n3 "$work/$1.err"
	return 1
}

# said RUN STREAM LINE: a line of it is that one. about RUN TEXT: its stderr has the text somewhere.
said() {
	grep -qxF -- "$3" "$work/$1.$2" && return
	echo "'$3' is not a line of $2:"
	tail -n30 "$work/$1.$2"
	return 1
}

about() {
	grep -qF -- "$2" "$work/$1.err" && return
	echo "'$2' is not in stderr:"
	tail -n5 "$work/$1.err"
	return 1
}

one_line() {
	[[ $(wc -l <"$work/$1.err") == 1 ]] && return
	cat "$work/$1.err"
	return 1
}

not() {
	! "$@"
}

# What the guest prints of itself, a fact a line.
write_guest_scripts() {
	mkdir -p "$work/add/sub"
	echo content >"$work/add/sub/file"
	chmod 640 "$work/add/sub/file"
	cat >"$work/add/facts" <<-'END'
		echo "directory $PWD, user $(id -u), host $(hostname)"
		for word; do echo "argument <$word>"; done
		tr , '\n' </sys/kernel/security/lsm | grep -x bpf
		[ -s /sys/kernel/btf/vmlinux ] && echo btf
		grep -q ' T cgroup_attach_task$' /proc/kallsyms && echo symbols
		stat -c '%n %a' /etc/shadow /add/sub/file
		tr ' ' '\n' </sys/fs/cgroup/cgroup.subtree_control | grep -x pids
		ping -c 1 127.0.0.1 >/dev/null && echo loopback
		[ -t 1 ] || echo 'no terminal'
		echo again >/dev/stdout
		read -r line || echo 'no stdin'
		built
		echo complaint >&2
		mkdir -p bundle/rootfs/bin && cp /bin/busybox bundle/rootfs/bin/sh && cd bundle
		crun spec && sed -i 's/"terminal": true/"terminal": false/;
			s/"sh"$/"sh", "-c", "echo container $$"/' config.json
		crun run test
		sleep 1000 &
		exit 7
	END
	cat >"$work/add/v1" <<-'END'
		for name in pids systemd cpu; do
			mkdir "/sys/fs/cgroup/$name/new" && [ -e "/sys/fs/cgroup/$name/new/tasks" ] && echo "$name"
		done
		nproc
	END
	cat >"$work/add/bytes" <<-'END'
		head -c 1048576 /dev/urandom >/tmp/bytes
		sha256sum </tmp/bytes >&2
		cat /tmp/bytes
		exec no-such-command
	END
}

# The least that meson can install: a program with a library of this machine.
build_project() {
	mkdir "$work/project"
	printf '%s\n' "project('p', 'c')" "executable('built', 'built.c', install: true)" \
		>"$work/project/meson.build"
	printf '%s\n' '#include <stdio.h>' 'int main(void) { return puts("built") < 0; }' \
		>"$work/project/built.c"
	meson setup "$work/build" "$work/project" >"$work/meson.log"
}

test_options() {
	boot bad --kernel 4.4 true
	expect vm_refuses_an_unknown_kernel status_is bad 125
	expect vm_says_so_in_one_line one_line bad
	boot icount --icount --cpus 2 true
	expect vm_refuses_icount_on_two_cpus status_is icount 125
	boot init --init bin/init true
	expect vm_refuses_an_init_that_is_no_path status_is init 125
	boot empty
	expect vm_refuses_an_empty_command status_is empty 125
	boot absent --add "$work/absent:/absent" true
	expect vm_refuses_to_add_what_is_not_there status_is absent 125
	expect vm_names_what_is_not_there about absent "$work/absent"
	boot list --list
	expect vm_lists_the_kernels grep -q '^6\.1 ' "$work/list.out"
	LSMD_CACHE=$work/cache LSMD_MIRROR=file:/nowhere/debian boot unreachable true
	expect vm_fails_without_a_mirror status_is unreachable 125
	expect vm_leaves_no_half_kernel not compgen -G "$work/cache/kernels/[0-9]*"
}

test_guest() {
	boot unbuilt --build "$work/build" true
	expect vm_refuses_a_build_that_is_unfinished status_is unbuilt 125
	ninja -C "$work/build" >>"$work/meson.log"
	boot facts --build "$work/build" --add "$work/add:/add" --add "$(command -v crun):/usr/bin/crun" \
		sh /add/facts 'two words' "quote'" '' "\$x *"
	local fact
	expect vm_passes_the_status_on status_is facts 7
	for fact in 'directory /root, user 0, host vm' bpf btf symbols 'no terminal' again 'no stdin' \
		built loopback pids '/etc/shadow 600' '/add/sub/file 640' \
		'argument <two words>' "argument <quote'>" 'argument <>' "argument <\$x *>"; do
		expect "vm_guest_says: $fact" said facts out "$fact"
	done
	expect vm_runs_containers said facts out 'container 1'
	expect vm_keeps_stderr_apart said facts err complaint
	expect vm_mixes_nothing_into_stderr one_line facts
}

test_bytes() {
	boot bytes --add "$work/add:/add" sh /add/bytes
	expect vm_reports_a_missing_command status_is bytes 127
	expect vm_passes_every_byte about bytes "$(sha256sum <"$work/bytes.out")"
}

test_two_at_once() {
	boot v1 --add "$work/add:/add" --cpus 2 --cgroup v1 sh /add/v1 &
	boot yama --append lsm=yama cat /sys/kernel/security/lsm
	wait
	expect vm_mounts_cgroup_v1 said v1 out pids
	expect vm_mounts_the_named_v1_hierarchy said v1 out systemd
	expect vm_links_paired_v1_controllers said v1 out cpu
	expect vm_has_two_cpus said v1 out 2
	expect vm_appends_to_the_command_line status_is yama 0
	expect vm_boots_without_bpf not grep -q bpf "$work/yama.out"
}

test_failures() {
	boot panic sh -c 'echo c >/proc/sysrq-trigger' &
	boot timeout --timeout 25 sh -c 'echo before; sleep 1000'
	wait
	expect vm_ends_a_hang status_is timeout 124
	expect vm_streams_before_the_end said timeout out before
	expect vm_says_that_time_ran_out about timeout 'time ran out'
	expect vm_tells_a_panic_from_a_status status_is panic 125
	expect vm_says_why_it_panicked about panic 'sysrq triggered crash'
	expect vm_keeps_the_console_of_a_panic test -s "$(sed 's/.*see //' "$work/panic.err")"
}

export TMPDIR=$work
"$vm" --fetch --kernel 6.1
write_guest_scripts
build_project
test_options
test_guest
test_bytes
test_two_at_once
test_failures
expect vm_leaves_nothing_behind not compgen -G "$work/lsmd-vm.*"
exit "$failed"
