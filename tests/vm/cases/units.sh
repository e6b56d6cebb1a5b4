# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Units and cgroups of the host that policies select, and those that never may be.

# in_unit CGROUP COMMAND...: as systemd starts a service, on the host's root.
in_unit()
{
	unit=$cgroup_root/$1
	shift
	mkdir -p "$unit"
	# shellcheck disable=SC2016 # expands in there
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$unit" "$@"
}

# select_host NAME SELECTION: a policy that denies a secret
select_host()
{
	write_policy "$1" <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: ClusterLsmPolicy
	metadata: {name: $1}
	spec:
	  $2
	  file: {rules: [{name: no-secret, action: deny, paths: [${3:-/etc/secret}]}]}
	YAML
}

# covered NAME: whether a unit or cgroup of the host is under rules
covered()
{
	lsmctl pods -o json | jq -r --arg name "$1" \
		'[.host[] | select(.name == $name) | .state] | join(" ")'
}

# start_sshd UNIT, stop_sshd UNIT: a process of that name in a service
start_sshd()
{
	in_unit "system.slice/$1.service" /tmp/sshd listen /tmp/sshd.in /tmp/sshd.out &
	until grep -qs sshd /proc/"$(head -n 1 "$system/$1.service/cgroup.procs")"/comm; do
		sleep 0.1
	done
}

stop_sshd()
{
	# shellcheck disable=SC2046 # words are wanted
	kill $(cat "$system/$1.service/cgroup.procs")
	while [ -n "$(cat "$system/$1.service/cgroup.procs")" ]; do sleep 0.1; done
}

echo text >/etc/neighbour
system=$cgroup_root/system.slice
mkdir -p "$system/web.service" "$system/other.service" "$cgroup_root/batch/1" "$system/daemon.service"
select_host units 'unitSelector: {names: [web.service, "late-*.service", daemon.service]}'
select_host paths 'cgroups: ["/batch/*"]'
cp /probe /tmp/sshd
mkfifo /tmp/sshd.in /tmp/sshd.out
start_sshd daemon
start_lsmd || return

expect "a unit" "denied EACCES" in_unit system.slice/web.service /probe open /etc/secret r
expect "a unit: the neighbouring file" allowed \
	in_unit system.slice/web.service /probe open /etc/neighbour r
expect "another unit" allowed in_unit system.slice/other.service /probe open /etc/secret r
expect "a pod" allowed in_pod web /probe open /etc/secret r
expect "what a unit makes below" "denied EACCES" \
	in_unit system.slice/web.service/made/deep /probe open /etc/secret r
expect "a cgroup by its path" "denied EACCES" in_unit batch/1 /probe open /etc/secret r
expect "the cgroup above, which the glob leaves out" allowed in_unit batch /probe open /etc/secret r

mkdir "$system/late-1.service" "$cgroup_root/batch/2"
soon "a unit that comes" enforced covered late-1.service
expect "is under its rules" "denied EACCES" \
	in_unit system.slice/late-1.service /probe open /etc/secret r
soon "a cgroup that comes" enforced covered /batch/2
expect "is under its rules too" "denied EACCES" in_unit batch/2 /probe open /etc/secret r
rmdir "$system/late-1.service"
soon "a unit that goes" "" covered late-1.service

expect "denials say which unit" "web.service/system.slice/web.service" sh -c \
	"lsmctl denials -c web.service -o json | jq -r '.items[-1] | .container.name + \"/\" + .cgroup + .pod.name'"
expect "totals say which unit" 1 sh -c \
	"lsmctl totals -o json | jq '[.items[] | select(.container == \"web.service\" and .rule == \"no-secret\") | select(.count >= 2)] | length'"
expect "pods lists it" 1 sh -c "lsmctl pods | grep -c '^-  *-  *web.service  *enforced'"

# --- never ---------------------------------------------------------------------------------------

expect "a unit with sshd in it is none" "" covered daemon.service
expect "status says why" 1 sh -c \
	"lsmctl status -o json | jq -r '.problems[]' | grep -c 'units selects the cgroup \"system.slice/daemon.service\".*it holds sshd'"
start_sshd web
lsmctl reload >/dev/null
expect "one in which sshd is started is one no more" "" covered web.service
stop_sshd web
lsmctl reload >/dev/null
soon "and is again when it has ended" enforced covered web.service
select_host never 'cgroups: ["/kubepods", "/kubepods/**", "/batch"]'
soon "a cgroup that holds pods is none" 1 sh -c \
	"lsmctl status -o json | jq -r '.problems[]' | grep -c '\"kubepods\".*it holds pods'"
expect "nor is a pod" allowed in_pod web /probe open /etc/secret r

# --- one within another -----------------------------------------------------------------------------

select_host never 'cgroups: ["/batch"]' /etc/neighbour
soon "one around others" enforced covered /batch
soon "what is within is under both: its own" "denied EACCES" in_unit batch/1 /probe open /etc/secret r
expect "and the outer" "denied EACCES" in_unit batch/1 /probe open /etc/neighbour r
expect "the outer has none of the inner's" allowed in_unit batch /probe open /etc/secret r
rm "$policies/paths.yaml"
soon "an inner one that is none of its own any more" "" covered /batch/1
expect "is covered by the outer" "denied EACCES" in_unit batch/1 /probe open /etc/neighbour r
expect "alone" allowed in_unit batch/1 /probe open /etc/secret r

# --- another life -------------------------------------------------------------------------------------

stop_lsmd KILL
expect "while lsmd is dead" "denied EACCES" in_unit system.slice/web.service /probe open /etc/secret r
start_lsmd || return
expect "and after" "denied EACCES" in_unit system.slice/web.service /probe open /etc/secret r
select_host units 'nodeSelector: {matchLabels: {pool: edge}}
  unitSelector: {names: [web.service]}'
soon "a node that nodeSelector leaves out" "" covered web.service
expect "has no rules" allowed in_unit system.slice/web.service /probe open /etc/secret r
stop_lsmd
start_lsmd --node-labels pool=edge,a=b || return
expect "a node that it selects" "denied EACCES" in_unit system.slice/web.service /probe open /etc/secret r
rm "$policies"/*.yaml
soon "no policy, no subject" "" covered web.service
expect "and no effect" allowed in_unit system.slice/web.service /probe open /etc/secret r

stop_sshd daemon
rm -f /tmp/sshd /tmp/sshd.in /tmp/sshd.out
find "$system" "$cgroup_root/batch" -depth -type d -exec rmdir {} +
