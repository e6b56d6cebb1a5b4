# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# 100 containers of a real OCI runtime, one after the other, whose first act is forbidden: 100
# denials, none through. Nobody waits for lsmd to have seen them.

four_hooks
start_lsmd || return

bundle=/tmp/short_lived
mkdir -p "$bundle"
jq -n --arg root "$root" '{
	ociVersion: "1.0.2",
	process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: [],
		args: ["/probe", "open", "/etc/secret", "r"]},
	root: {path: $root},
	mounts: [{destination: "/proc", type: "proc", source: "proc"}],
	linux: {cgroupsPath: "CGROUP", namespaces: [{type: "mount"}]}}' >/tmp/short_lived.json

pod=${cgroup_web%/*}
number=0
while [ "$number" -lt 100 ]; do
	number=$((number + 1))
	id=$(printf '%064x' "$number")
	sed "s|CGROUP|${pod#"$cgroup_root"}/$id|" /tmp/short_lived.json >"$bundle/config.json"
	crun --cgroup-manager=cgroupfs run --bundle "$bundle" "$id" </dev/null 2>&1
done >/tmp/seen
expect "each of 100 containers is denied what it does first" "100 denied EACCES" \
	sh -c "sort /tmp/seen | uniq -c | sed 's/^ *//'"
soon "100 denials are counted" 100 sh -c "lsmctl totals -o json |
	jq '[.items[] | select(.verdict == \"deny\" and .rule == \"no-secret\") | .count] | add'"
