#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every test, ring by ring. The last line is "N passed, N failed"; exit 0 when none failed.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
logs=$top/build-tests/logs
passed=0
failed=0

usage()
{
	cat <<-TEXT
	Usage: tests/run.sh [--long] [RING...]

	Installs what is missing, builds, and runs the rings (all of them by default):
	  build         gcc and clang with every warning an error; shell scripts; manual pages
	  unit          the unit tests under ASan and UBSan
	  differential  the decision core on the host, in the kernel, and POLICY.md taken literally
	  fuzz          each fuzzer for a bounded time
	  deploy        deploy/vm.sh itself, the container image, the set-up of nodes
	  vm            the real hooks on 5.10, 6.1, 6.12 and 7.2

	  --long  full counts: fuzzers 600 s each instead of 20, races 20 s instead of 2,
	          faults of the API server 600 s instead of 60,
	          10,000,000 differential cases instead of 1,000,000,
	          3,200 events by real hooks instead of 512,
	          a real API server, built from Debian's sources the first time,
	          the policies that ship, dry runs, real containers, the API server and the like
	          on four kernels instead of one each
	  --help  this text
	TEXT
}

fuzz_seconds=20
fault_seconds=60
race_seconds=2
cases=1000000
hook_sets=16
real_server=
cluster_kernels=(--kernel 6.1)
# Cases that take minutes, or ask more of the agent than of the kernel, are for one kernel each.
declare -A only=([policies]=5.10 [dry_run]=6.1 [aliases]=6.12 [bad_input]=6.12 [containers]=6.12
	[pause]=6.12 [pending]=6.12 [pod]=6.12 [units]=6.12 [boot]=7.2 [doctor]=5.10 [exempt]=7.2
	[short_lived]=7.2)
rings=()
while [ $# -gt 0 ]; do
	case $1 in
	--long) fuzz_seconds=600; fault_seconds=600; race_seconds=20; cases=10000000; hook_sets=100; only=()
		real_server=yes
		cluster_kernels=(--kernel 5.10 --kernel 6.1 --kernel 6.12 --kernel 7.2) ;;
	--help) usage; exit 0 ;;
	build | unit | differential | fuzz | deploy | vm) rings+=("$1") ;;
	*) echo "run.sh: unknown argument \"$1\"; see --help" >&2; exit 2 ;;
	esac
	shift
done
[ ${#rings[@]} -gt 0 ] || rings=(build unit differential fuzz deploy vm)

pass() { passed=$((passed + 1)); echo "ok $1"; }
fail() { failed=$((failed + 1)); echo "not ok $1"; [ -z "${2:-}" ] || tail -n 40 "$2" | sed 's/^/#   /'; }

# check NAME COMMAND...: one test, its output kept in a log and shown when it fails.
check()
{
	local log=$logs/${1//[^a-zA-Z0-9]/-}.log name=$1
	shift
	if "$@" >"$log" 2>&1; then pass "$name"; else fail "$name" "$log"; fi
}

# collect NAME COMMAND...: many tests, a line "ok ..." or "not ok ..." each, and more on failure.
collect()
{
	local log=$logs/${1//[^a-zA-Z0-9]/-}.log name=$1 status began=$SECONDS
	shift
	"$@" 2>&1 | tee "$log" | grep --line-buffered -E '^(ok|not ok|#)'
	count "$name" "$log" "${PIPESTATUS[0]}"
	echo "# $name: $((SECONDS - began)) s"
}

# count NAME LOG STATUS: what a command has shown.
count()
{
	passed=$((passed + $(grep -c '^ok ' "$2")))
	failed=$((failed + $(grep -c '^not ok ' "$2")))
	# It said what it lacks; on CI it fails for that.
	[ "$3" -ne 77 ] || return
	# A run that ended early has shown nothing of what would have come.
	if [ "$3" -ne 0 ] && ! grep -q '^not ok ' "$2"; then
		fail "$1: ended with status $3" "$2"
	elif ! grep -q '^ok ' "$2"; then
		fail "$1: ran no test" "$2"
	fi
}

# begin NAME COMMAND...: as collect, beside one other; collected shows them, in this order.
begun=()
begin()
{
	local log=$logs/${1//[^a-zA-Z0-9]/-}.log name=$1
	shift
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
	begun+=("$name")
	(
		SECONDS=0
		"$@" >"$log" 2>&1
		echo "$? $SECONDS" >"$log.status"
	) &
}

collected()
{
	local name log status seconds
	wait
	for name in "${begun[@]}"; do
		log=$logs/${name//[^a-zA-Z0-9]/-}.log
		read -r status seconds <"$log.status"
		grep -E '^(ok|not ok|#)' "$log"
		count "$name" "$log" "$status"
		echo "# $name: $seconds s"
	done
	begun=()
}

configure()
{
	local directory=$top/build-tests/$1
	shift
	[ -f "$directory/build.ninja" ] || "$@" meson setup "$directory" "$top" "${setup_options[@]}"
}

compile()
{
	local directory=$top/build-tests/$1
	configure "$@" && ninja -C "$directory"
}

ring_build()
{
	setup_options=(-Dwerror=true)
	check "build: gcc, warnings are errors" compile gcc env CC=gcc
	check "build: clang, warnings are errors" compile clang env CC=clang
	# shellcheck disable=SC2046 # file names without blanks, as git lists them
	check "build: shell scripts" shellcheck -x $(cd "$top" && git ls-files '*.sh' deploy/kubectl-lsm | sed "s|^|$top/|")
	check "build: manual pages" mandoc -T lint -W warning "$top"/agent/*.8 "$top"/agent/ctl/*.1
}

# Each criterion case counts; meson's own log has its summaries.
ring_unit()
{
	local log=$top/build-tests/asan/meson-logs/testlog.txt cases
	setup_options=("-Db_sanitize=address,undefined" -Db_lundef=false)
	check "unit: builds under ASan and UBSan" compile asan env CC=gcc
	begin "unit: faults of the API server" python3 "$top/tests/apiserver/node_fault_test.py" \
		"$top/build-tests/asan/tests/apiserver/node" "$fault_seconds"
	check "unit: meson test" meson test -C "$top/build-tests/asan" --no-rebuild --print-errorlogs
	collected
	[ -z "$real_server" ] || collect "unit: a real API server" "$top/tests/apiserver/real.sh" \
		--build "$top/build-tests/asan"
	cases=$(grep -oE 'Tested: .*' "$log" | sed 's/\x1b\[[0-9;]*m//g' |
		awk -F'[:|]' '{ passed += $4; failed += $2 - $4 } END { print passed + 0, failed + 0 }')
	echo "# unit: cases passed and failed: $cases"
	passed=$((passed + ${cases% *}))
	failed=$((failed + ${cases#* }))
	[ "${cases% *}" -gt 0 ] || fail "unit: ran no test"
}

# Without the kernel it fails: a machine that loads no BPF program has compared nothing.
ring_differential()
{
	local seed=${DIFFERENTIAL_SEED:-1}
	setup_options=(-Dwerror=true)
	check "differential: builds" compile gcc env CC=gcc
	echo "# differential: $cases cases of seed $seed, and of one of today's"
	for seed in "$seed" "$(date +%Y%m%d)"; do
		begin "differential: seed $seed" "$top/build-tests/gcc/tests/differential/differential" \
			--seed "$seed" --cases "$cases"
	done
	collected
}

# fuzz FUZZER LOG: for a bounded time; the log's last line is the status.
fuzz()
{
	"$1" -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=1024 \
		-artifact_prefix="$logs/" >"$2" 2>&1
	echo "status $?" >>"$2"
}

ring_fuzz()
{
	local fuzzer name
	setup_options=(-Dfuzzers=true -Dtests=false "-Db_sanitize=address,undefined" -Db_lundef=false)
	check "fuzz: builds" compile fuzz env CC=clang
	echo "# fuzz: $fuzz_seconds s each"
	for fuzzer in "$top"/build-tests/fuzz/tests/fuzz/*_fuzz; do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
		fuzz "$fuzzer" "$logs/$(basename "$fuzzer").log" &
	done
	wait
	for fuzzer in "$top"/build-tests/fuzz/tests/fuzz/*_fuzz; do
		name=$(basename "$fuzzer")
		check "fuzz: $name" sh -c "cat '$logs/$name.log'; tail -n 1 '$logs/$name.log' | grep -qx 'status 0'"
	done
}

ring_deploy()
{
	collect "deploy: kubectl-lsm" "$top/tests/deploy/kubectl_lsm_test.sh"
	collect "deploy: image" "$top/tests/deploy/image_test.sh"
	collect "deploy: nodes" "$top/tests/deploy/nodes_test.sh"
	collect "deploy: vm.sh" "$top/tests/deploy/vm_test.sh"
}

ring_vm()
{
	local file case cases=()
	setup_options=(-Dwerror=true)
	check "vm: builds" compile gcc env CC=gcc
	check "vm: kernels are there" "$top/deploy/vm.sh" --fetch
	for file in "$top"/tests/vm/cases/*.sh; do
		case=$(basename "$file" .sh)
		cases+=("$case${only[$case]:+@${only[$case]}}")
	done
	echo "# vm: races of $race_seconds s"
	RING_RACE_SECONDS=$race_seconds collect "vm: ring" "$top/tests/vm/ring.sh" \
		--build "$top/build-tests/gcc" "${cases[@]}" no_lsm
	# One machine each.
	begin "vm: the programs" "$top/tests/vm/kernel/run.sh" --build "$top/build-tests/gcc"
	begin "vm: systemd" "$top/tests/vm/systemd.sh" --build "$top/build-tests/gcc"
	# As nodes of AL2 have it.
	begin "vm: ring on cgroup v1" "$top/tests/vm/ring.sh" --kernel 5.10 --cgroup v1 \
		--build "$top/build-tests/gcc" hooks runtime live restart short_lived containers pod
	begin "vm: the API server" "$top/tests/vm/cluster.sh" "${cluster_kernels[@]}" \
		--build "$top/build-tests/gcc" objects away telling paused rebooted
	begin "vm: how soon a label is in force" "$top/tests/vm/cluster.sh" --kernel 6.1 --icount \
		--build "$top/build-tests/gcc" labels
	begin "vm: the hooks and the policies" "$top/tests/differential/hooks.sh" \
		--build "$top/build-tests/gcc" --sets "$hook_sets"
	collected
}

# Published policies as test data, beside the repository; tests that need them fail without on CI.
[ -n "${LSMD_CORPUS:-}" ] || [ ! -d "$top/../shared/corpus" ] || export LSMD_CORPUS="$top/../shared/corpus"

mkdir -p "$logs"
"$top/deploy/setup.sh" >"$logs/setup.log" 2>&1 || { cat "$logs/setup.log"; fail "setup"; rings=(); }
for ring in "${rings[@]}"; do
	SECONDS=0
	"ring_$ring"
	echo "# $ring: $SECONDS s"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
