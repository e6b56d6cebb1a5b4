# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A policy for everybody passes by the namespaces that are exempt, and lsmd's own pod.

# everybody [NAMESPACE]: a policy for all pods, or for those of a namespace by its name.
everybody()
{
	selector=
	[ $# -eq 0 ] || selector="namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: $1}}"
	write_policy everybody <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: ClusterLsmPolicy
	metadata: {name: everybody}
	spec:
	  $selector
	  file: {rules: [{name: no-secret, action: deny, paths: [/etc/secret]}]}
	YAML
}

exempt()
{
	lsmctl pods -o json | jq -r --arg name "$1" '.items[] | select(.name == $name) | .exempt // "no"'
}

everybody
start_lsmd || return
expect "a policy for everybody: denied" "denied EACCES" in_pod web /probe open /etc/secret r
expect "and says no pod is exempt" no exempt web
stop_lsmd

start_lsmd --exempt-namespaces monitoring,shop || return
expect "an exempt namespace: allowed" allowed in_pod web /probe open /etc/secret r
expect "its pods say so" "its namespace is selected by name alone" exempt web
expect "status counts them" "3 2" sh -c "lsmctl status -o json |
	jq -r '.exempt | \"\(.namespaces | length) \(.pods)\"'"
everybody shop
soon "a policy that names it: denied" "denied EACCES" in_pod web /probe open /etc/secret r
everybody monitoring
soon "one that names another: allowed" allowed in_pod web /probe open /etc/secret r
four_hooks
soon "one of the namespace's own: denied" "denied EACCES" in_pod web /probe open /etc/secret r
rm "$policies/ring.yaml"
soon "and without it: allowed" allowed in_pod web /probe open /etc/secret r
lsmctl deny --pod shop/web --open /etc/secret >/dev/null 2>&1
expect "by hand: denied" "denied EACCES" in_pod web /probe open /etc/secret r
lsmctl allow --pod shop/web >/dev/null
stop_lsmd

# lsmd as a DaemonSet has it: in a container of the pod "other". Nothing is in force before: its shell
# would be on its way into a container, and stay that, since lsmd is no program of that container's.
lsmd --unload || not_ok "unload" "exit status $?"
everybody
# shellcheck disable=SC2046 # words are wanted
sh -c "echo \$\$ >$cgroup_other/cgroup.procs; exec lsmd $(lsmd_options)" 2>/tmp/lsmd.log &
agent=$!
soon "lsmd in a pod: ready" true sh -c "lsmctl status -o json 2>/dev/null | jq .ready"
expect "its own pod is exempt" "lsmd runs in it" exempt other
expect "and no subject" 0 sh -c "lsmctl pods -o json |
	jq '.items[] | select(.name == \"other\").containers | length'"
expect "what runs in it is allowed" allowed in_pod other /probe open /etc/secret r
expect "another pod is denied" "denied EACCES" in_pod web /probe open /etc/secret r
stop_lsmd
