# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016 # another shell's
# What systemd makes of deploy/systemd: from the boot on, through crashes, stops and pauses.
set -u

# shellcheck source=tests/vm/systemd/node.sh
. /ring/systemd/node.sh

# said UNIT PROPERTY: what systemd says of it
said()
{
	systemctl show --value --property "$2" "$1"
}

# asked UNIT ATTEMPT...: what a process of the service saw when it tried
asked()
{
	unit=$1
	shift
	timeout 20 sh -c 'echo "$0" >"$1.in" && cat "$1.out"' "$*" "/run/$unit"
}

# before UNIT UNIT: whether the one was up when the other's first process started
before()
{
	[ "$(said "$1" ActiveEnterTimestampMonotonic)" -gt 0 ] &&
		[ "$(said "$1" ActiveEnterTimestampMonotonic)" -lt "$(said "$2" ExecMainStartTimestampMonotonic)" ] &&
		echo yes
}

# problems: what lsmd says is wrong, a line each
problems()
{
	lsmctl status -o json | jq -r '.problems[]'
}

# process UNIT FIELD: of the service's main process, as /proc has it
process()
{
	awk -v name="$2:" '$1 == name { print $2 }' "/proc/$(said "$1" MainPID)/status"
}

# What lsmd may have at the most, as deploy/kubernetes/base has it: DAC_OVERRIDE, SYS_PTRACE, SYS_ADMIN,
# SYS_RESOURCE, PERFMON, BPF (<linux/capability.h>).
least=$(printf '%016x' $((1 << 1 | 1 << 19 | 1 << 21 | 1 << 24 | 1 << 38 | 1 << 39)))

expect "what the last boot left was made" "" cat /run/last_boot.log
expect "every unit is sound" "" systemd-analyze verify --man=no --recursive-errors=no \
	/etc/systemd/system/lsmd.service /etc/systemd/system/lsmd-boot.service \
	/etc/systemd/system/lsmd-pause.path /etc/systemd/system/lsmd-pause.service

# --- the boot ----------------------------------------------------------------------------------------

expect "lsmd-boot is up" active systemctl is-active lsmd-boot.service
expect "lsmd-boot is up before kubelet starts" yes before lsmd-boot.service kubelet.service
expect "lsmd-boot has the capabilities of the DaemonSet" "$least" process lsmd-boot.service CapBnd
expect "and gains no others" 1 process lsmd-boot.service NoNewPrivs
expect "kubelet's first container is denied, by the copies of the policies" "denied EACCES" cat /run/kubelet.secret
expect "kubelet's first container: the neighbour is allowed" allowed cat /run/kubelet.neighbour
soon "a unit is denied at the boot" "denied EACCES" asked web-1 open /etc/secret r
expect "a unit at the boot: the neighbouring unit is allowed" allowed asked other-1 open /etc/secret r

# --- lsmd.service --------------------------------------------------------------------------------------

rmdir "$policies"
mv "$policies.away" "$policies"
expect "lsmd.service starts" "" systemctl start lsmd.service
expect "and is ready as soon as systemd says so" true sh -c 'lsmctl status -o json | jq .ready'
soon "lsmd-boot makes way" inactive systemctl is-active lsmd-boot.service
expect "and its end is a success" success said lsmd-boot.service Result
expect "nothing is wrong under the unit's confinement" "" problems
expect "it has no new privileges" 1 process lsmd.service NoNewPrivs
expect "and the capabilities of the DaemonSet" "$least" process lsmd.service CapBnd
expect "and its system calls are filtered" 2 process lsmd.service Seccomp
expect "a unit is denied" "denied EACCES" asked web-1 open /etc/secret r
expect "a unit: the neighbouring file is allowed" allowed asked web-1 open /etc/neighbour r
expect "the neighbouring unit is allowed" allowed asked other-1 open /etc/secret r
expect "a pod is denied" "denied EACCES" in_pod web /probe open /etc/secret r
expect "lsmd-boot beside it is not needed" "" systemctl start lsmd-boot.service
soon "and ends" inactive systemctl is-active lsmd-boot.service
expect "with success" success said lsmd-boot.service Result
expect "and is not started again" 0 said lsmd-boot.service NRestarts

# --- a crash -----------------------------------------------------------------------------------------

first=$(said lsmd.service MainPID)
in_pod web /probe flood 4 8 open /etc/secret r >/tmp/flood &
flood=$!
sleep 1
[ "$first" -gt 1 ] && kill -9 "$first"
wait "$flood"
read -r allowed denied other </tmp/flood
expect "killed: not one call gets through meanwhile" "allowed=0 other=0" echo "$allowed $other"
expect "killed: and there were some" yes sh -c "[ ${denied#denied=} -gt 100 ] && echo yes"
soon "killed: systemd starts it again" active systemctl is-active lsmd.service
expect "killed: another process" yes sh -c "[ $(said lsmd.service MainPID) != $first ] && echo yes"
expect "killed: once" 1 said lsmd.service NRestarts
expect "killed: ready" true sh -c 'lsmctl status -o json | jq .ready'

# --- a stop, and the pause that works without lsmd ------------------------------------------------------

systemctl stop lsmd.service
expect "stopped" inactive systemctl is-active lsmd.service
expect "stopped: its end is a success" success said lsmd.service Result
expect "stopped: a pod is denied" "denied EACCES" in_pod web /probe open /etc/secret r
expect "stopped: a unit is denied" "denied EACCES" asked web-1 open /etc/secret r
expect "the pause is watched for" active systemctl is-active lsmd-pause.path
echo why >/etc/lsmd/pause
soon "paused by the file, without lsmd: a pod is allowed" allowed in_pod web /probe open /etc/secret r
expect "paused: a unit is allowed" allowed asked web-1 open /etc/secret r
expect "paused: that unit's end is a success" success said lsmd-pause.service Result
rm /etc/lsmd/pause
soon "the file is gone: a pod is denied" "denied EACCES" in_pod web /probe open /etc/secret r
systemctl start lsmd.service
expect "started again: a unit is denied" "denied EACCES" asked web-1 open /etc/secret r

# A policy that is wrong is said to be, and is the only one that does not hold.
echo "spec: [" >"$policies/bad.yaml"
expect "a policy that is wrong at the start: it starts" "" systemctl restart lsmd.service
expect "the others hold" "denied EACCES" asked web-1 open /etc/secret r
expect "and it says which is wrong" "$policies/bad.yaml" sh -c \
	"lsmctl status -o json | jq -r '.policyErrors[].file'"
rm "$policies/bad.yaml"
mv "$policies" "$policies.away"
expect "without the directory of policies it does not start" 1 sh -c \
	'systemctl restart lsmd.service 2>&1 | grep -c "Job for lsmd.service failed"'
expect "it is denied all the same" "denied EACCES" asked web-1 open /etc/secret r
mv "$policies.away" "$policies"
soon "mended, it is started without being asked" active systemctl is-active lsmd.service

[ "$failed" -eq 0 ] || sed 's/^/#   services: /' /run/services.log
echo "# $(systemctl --version | head -n 1): $passed passed, $failed failed"
[ "$failed" -eq 0 ]
