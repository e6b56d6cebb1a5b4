# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # the library's
# The ring's pods and policies where lsmd.service looks for them. Sourced in the guest.

# shellcheck source=tests/vm/lib.sh
. /ring/lib.sh
case_name=systemd
policies=/etc/lsmd/policies
pods=/etc/lsmd/pods.yaml
state=/var/lib/lsmd
