# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Bad input: one clear line that says what to do, a non-zero exit, and nothing lost.

four_hooks
start_lsmd || return
expect "in force before" "denied EACCES" in_pod web /probe open /etc/secret r

# shellcheck disable=SC2046 # words are wanted
expect_failure "a second lsmd" "another lsmd" lsmd $(lsmd_options)
expect_failure "an unknown pod" "no pod shop/nobody .*lsmctl pods" \
	lsmctl deny --pod shop/nobody --exec /bin/sh
expect_failure "an unknown container" "no container" \
	lsmctl deny --pod shop/web --container nobody --exec /bin/sh
expect_failure "a root for doctor that is not there" "/tmp/nowhere: No such file" \
	lsmctl doctor --root /tmp/nowhere
expect_failure "events without a cluster" "say --cluster" \
	sh -c "lsmd $(lsmd_options) --events 2>&1 | head -1 >&2; exit 2"
expect_failure "what no runtime gives to a hook" "JSON with an id" \
	sh -c 'echo "{}" | /lsmd-oci-hook --on-failure closed'
expect_failure "a bad address" "300" lsmctl deny --pod shop/web --connect 300.0.0.0/8
expect_failure "a relative path" "relative path; begin it with" lsmctl deny --pod shop/web --open etc/shadow
stop_lsmd

expect_failure "lsmctl without lsmd" "lsmd" lsmctl status
# shellcheck disable=SC2046 # words are wanted
{
	expect_failure "a directory that is not there" "/tmp/nowhere.*--policies" \
		lsmd $(lsmd_options) --policies /tmp/nowhere
	expect_failure "a pods file that is not there" "/tmp/nowhere.*" \
		lsmd $(lsmd_options) --pods /tmp/nowhere
	/probe-listen 8472 &
	listener=$!
	sleep 0.2
	expect_failure "a port in use" "8472" lsmd $(lsmd_options) --listen 127.0.0.1:8472
	kill "$listener"
	chmod 755 /tmp "$policies"
	mkdir -p /tmp/nobody
	chown nobody /tmp/nobody
	expect_failure "a missing privilege" "CAP_|root|privilege" \
		su nobody -s /bin/sh -c "lsmd $(lsmd_options) --state-directory /tmp/nobody \
			--socket /tmp/nobody/sock"
}

mkdir -p "$cgroup_root/first"
echo 1 >"$cgroup_root/first/cgroup.procs"
cat >"$pods" <<YAML
apiVersion: v1
kind: Pod
metadata:
  {namespace: shop, name: init, uid: bbbbbbbb-0000-4000-8000-000000000001,
   annotations: {lsmd.io/cgroup: "/first"}}
spec: {containers: [{name: app}]}
YAML
# shellcheck disable=SC2046 # words are wanted
expect_failure "a cgroup that holds PID 1" "PID 1" lsmd $(lsmd_options)
write_pods "app: web" "app: other"
echo 1 >"$cgroup_root/cgroup.procs"
rmdir "$cgroup_root/first"

echo "kind: LsmPolicy" >"$policies/broken.yaml"
start_lsmd || return
expect "a broken policy at the start: the others are in force" "denied EACCES" \
	in_pod web /probe open /etc/secret r
expect "and status says where it is wrong" "$policies/broken.yaml 1" \
	sh -c "lsmctl status -o json | jq -r '.policyErrors[] | \"\(.file) \(.line)\"' | head -n 1"
stop_lsmd
mkdir /tmp/broken
mv "$policies/broken.yaml" /tmp/broken
# shellcheck disable=SC2046 # words are wanted
lsmd $(lsmd_options) --policies /tmp/broken --state-directory /tmp/broken.state >/tmp/out 2>&1 &&
	not_ok "nothing but a broken policy at the start" "it exited 0"
expect "nothing but a broken policy at the start: where" yes sh -c "grep -q 'broken.yaml:1:' /tmp/out && echo yes"

expect "in force after all that" "denied EACCES" in_pod web /probe open /etc/secret r
