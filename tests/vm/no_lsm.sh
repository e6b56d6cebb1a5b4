#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# On a kernel that runs no BPF-LSM programs: one clear line, and nothing left behind.
set -u

# shellcheck source=tests/vm/lib.sh
. /ring/lib.sh
case_name=no_lsm
make_root
mkdir -p "$policies"
write_pods "app: web" "app: other"
four_hooks
# shellcheck disable=SC2046 # words are wanted
expect_failure "lsmd says what to boot with" "lsm=.*bpf" lsmd $(lsmd_options)
expect_failure "lsmd --probe says so too" "lsm=.*bpf" lsmd --probe
expect "nothing stays pinned" "" ls /sys/fs/bpf
expect "a call is not denied" allowed in_pod web /probe open /etc/secret r
echo "# $(uname -r): $passed passed, $failed failed"
[ "$failed" -eq 0 ]
