#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the cases of the VM ring in the guest: guest.sh CASE....
set -u

# shellcheck source=tests/vm/lib.sh
. /ring/lib.sh
make_root
for case_name; do
	began=$(date +%s)
	fresh
	# shellcheck source=/dev/null
	. "/ring/cases/$case_name.sh"
	echo "# $case_name: $(($(date +%s) - began)) s"
done
stop_lsmd
case_name=ring
echo "# $(uname -r): $passed passed, $failed failed"
[ "$failed" -eq 0 ]
