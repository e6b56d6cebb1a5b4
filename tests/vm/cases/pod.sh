# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The agent in a container such as the DaemonSet asks for: its capabilities, its mounts, the node's
# processes, a root that cannot be written to, no new privileges. No more than that.

daemonset=/kubernetes/base/daemonset.yaml
agent_root=/tmp/agent-root
agent_bundle=/tmp/agent-bundle
agent_cgroup=/kubepods/podaaaaaaaa-0000-4000-8000-00000000000a/agent

# As JSON, ["CAP_SYS_ADMIN", ...]: what stands between "add:" and the first line that is no item.
capabilities()
{
	sed -n '/^ *add:$/,/^ *[^- #]/s/^ *- \([A-Z_]*\).*/CAP_\1/p' "$daemonset" | jq -R . | jq -cs .
}

# As OCI mounts: the container's own paths are the node's own (the paths agree in the manifest).
node_mounts()
{
	sed -n 's/^ *- {name: [a-z]*, mountPath: \([a-z/]*\)\(.*\)}$/\1 \2/p' "$daemonset" |
		jq -R 'split(" ") as $words | {destination: $words[0], source: $words[0], type: "bind",
			options: ["rbind", "rslave", if test("readOnly: true") then "ro" else "rw" end]}' |
		jq -cs .
}

# agent_config ARGUMENT...: config.json of one run of the agent's container.
agent_config()
{
	jq -n --arg root "$agent_root" --arg cgroup "$agent_cgroup" --argjson caps "$(capabilities)" \
		--argjson mounts "$(node_mounts)" --argjson command "$(printf '%s\n' "$@" | jq -R . | jq -cs .)" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", noNewPrivileges: true,
			env: ["PATH=/usr/sbin:/usr/bin", "NODE_NAME=ring"], args: $command,
			capabilities: {bounding: $caps, effective: $caps, permitted: $caps}},
		root: {path: $root, readonly: true},
		mounts: ([
			{destination: "/proc", type: "proc", source: "proc"},
			{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755"]},
			{destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro", "nosuid"]}
			] + $mounts + [
			{destination: "/tmp", type: "bind", source: "/tmp", options: ["rbind", "ro"]}]),
		linux: {cgroupsPath: $cgroup, namespaces: [{type: "mount"}, {type: "ipc"}, {type: "uts"},
			{type: "cgroup"}],
			maskedPaths: ["/proc/kcore", "/proc/keys", "/sys/firmware"]}}' \
		>"$agent_bundle/config.json"
}

mkdir -p "$agent_root/proc" "$agent_root/sys" "$agent_root/dev" "$agent_root/tmp" "$agent_root/var/lib/lsmd" \
	"$agent_root/run/lsmd" "$agent_root/etc" "$agent_bundle" /var/lib/lsmd /run/lsmd
for directory in bin sbin lib lib64 usr; do
	[ ! -e "/$directory" ] || cp -a "/$directory" "$agent_root/" 2>/dev/null
done
# Where the image has them.
cp "$(command -v lsmd)" "$agent_root/usr/sbin/lsmd"
cp "$(command -v lsmctl)" "$agent_root/usr/bin/lsmctl"

runtime()
{
	crun --root /tmp/crun-agent --cgroup-manager=cgroupfs "$@"
}

expect "the manifest's capabilities are read" true \
	sh -c "echo '$(capabilities)' | jq 'length > 3 and index(\"CAP_BPF\") != null'"

four_hooks
agent_config /usr/bin/lsmctl doctor --root /proc/1/root
if runtime run --bundle "$agent_bundle" doctor >/tmp/doctor.log 2>&1; then
	ok "doctor finds the node ready with the init container's privileges"
else
	not_ok "doctor finds the node ready with the init container's privileges" "$(cat /tmp/doctor.log)"
fi

agent_config /usr/sbin/lsmd --policies "$policies" --pods "$pods"
runtime run --bundle "$agent_bundle" agent >/tmp/lsmd.log 2>&1 &
agent=$!
tries=0
until lsmctl health 2>/tmp/health; do
	tries=$((tries + 1))
	if ! kill -0 "$agent" 2>/dev/null || [ "$tries" -gt 300 ]; then
		not_ok "the agent starts in its container" "$(cat /tmp/lsmd.log /tmp/health)"
		return
	fi
	sleep 0.1
done
ok "the agent starts in its container"
expect "a forbidden file is denied" "denied EACCES" in_pod web /probe open /etc/secret r
expect "its neighbour is not" allowed in_pod web /probe open /etc/neighbour r
expect "a forbidden program is denied" "denied EPERM" in_pod web /bin/forbidden exit
ln -f "$root/etc/secret" "$root/etc/another"
mkfifo "$root/fifo/in" "$root/fifo/out"
in_pod web /probe listen /fifo/in /fifo/out &
ask_web()
{
	echo "$*" >"$root/fifo/in"
	cat "$root/fifo/out"
}
soon "a hard link to a forbidden file is denied" "denied EACCES" ask_web open /etc/another r
expect "a raw socket is denied" "denied EPERM" in_pod web /probe socket 2 3 1
expect "another pod is not touched" allowed in_pod other /probe open /etc/secret r
# Bits 1, 19, 21, 24, 38 and 39: what the manifest gives is what lsmd keeps of all that root has.
privileges()
{
	sed -n 's/^\(CapPrm\|CapEff\|CapInh\|NoNewPrivs\):[[:space:]]*//p' "/proc/$(pidof lsmd)/status" | tr '\n' ' '
}
kept="0000000000000000 000000c001280002 000000c001280002 1 "
expect "it has the privileges that it needs" "$kept" privileges
expect "nothing is wrong" "[]" sh -c "lsmctl status -o json | jq -c .problems"
expect "the probe's command runs in the container" "" runtime exec agent /usr/bin/lsmctl health
runtime kill agent KILL
wait "$agent" 2>/dev/null || true
agent=
expect "what is in force stays when the container is killed" "denied EACCES" \
	in_pod web /probe open /etc/secret r
agent_config /usr/sbin/lsmd --unload
expect "unload from such a container" "" runtime run --bundle "$agent_bundle" unload
soon "lifts it" allowed in_pod web /probe open /etc/secret r
start_lsmd || return
expect "started with all of root's it keeps no others" "$kept" privileges
