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
# The list that it has, and bpf: a list leaves out what it does not name.
expect "doctor says what to boot with" \
	"put \"lsm=$(cat /sys/kernel/security/lsm),bpf\" on the kernel's command line and reboot" \
	sh -c "lsmctl doctor -o json | jq -r '.items[] | select(.check == \"lsm-list\") | .remedy'"
expect "nothing stays pinned" "" ls /sys/fs/bpf
expect "a call is not denied" allowed in_pod web /probe open /etc/secret r

# A dry run has nothing to stop.
lsmctl dry-run -f "$policies" -n shop --labels app=web --report json --report-file /tmp/report.json -- \
	sh -c '/probe open /etc/secret r; /probe exec /bin/forbidden; /probe socket 2 3 1; /probe connect 127.0.0.1 4444' \
	>/tmp/out 2>&1
expect "a dry run says what would be denied" "3 tracing
1 no-forbidden
1 no-secret
1 no-raw
1 no-4444" sh -c "echo $? \$(jq -r .hooks /tmp/report.json); jq -r '.rules[] | \"\(.count) \(.rule)\"' /tmp/report.json"
expect "a dry run leaves nothing pinned" "" ls /sys/fs/bpf
echo "# $(uname -r): $passed passed, $failed failed"
[ "$failed" -eq 0 ]
