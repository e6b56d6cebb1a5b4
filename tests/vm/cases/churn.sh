# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Labels that change faster than the kernel's tables are tidied: 100 pods of 700 rules use most of
# the counters with four changes, and each change is in force all the same.

pods_labelled()
{
	awk -v label="$1" 'BEGIN {
		print "apiVersion: v1\nkind: List\nitems:"
		for (i = 0; i < 100; i++)
			printf "- {apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: p%d, " \
				"uid: cccccccc-0000-4000-8000-%012d, labels: {change: \"%s\"}}, " \
				"spec: {containers: [{name: app}]}, status: {containerStatuses: " \
				"[{name: app, containerID: \"containerd://%064d\"}]}}\n", i, i, label, i
	}' >"$pods.new"
	mv "$pods.new" "$pods"
}

awk 'BEGIN {
	print "apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: many, namespace: shop}"
	print "spec:\n  podSelector: {}\n  network:\n    rules:"
	for (i = 0; i < 700; i++)
		printf "    - {name: r%d, action: deny, ports: [%d]}\n", i, 10000 + i
}' >"$policies/many.yaml"
write_policy secret <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: secret, namespace: shop}
spec: {podSelector: {matchLabels: {change: "on"}}, file: {rules: [{action: deny, paths: [/etc/secret]}]}}
YAML
pod=0
while [ "$pod" -lt 100 ]; do
	mkdir -p "$cgroup_root/kubepods/pod$(printf 'cccccccc-0000-4000-8000-%012d/%064d' "$pod" "$pod")"
	pod=$((pod + 1))
done
cgroup_last=$cgroup_root/kubepods/pod$(printf 'cccccccc-0000-4000-8000-%012d/%064d' 99 99)
pods_labelled off
start_lsmd || return
seen=
for change in on off on off on off on off; do
	pods_labelled "$change"
	lsmctl reload >/dev/null
	seen="$seen $(/probe run "$cgroup_last" "$root" /probe open /etc/secret r)"
done
expect "each change of labels is in force" \
	" denied EACCES allowed denied EACCES allowed denied EACCES allowed denied EACCES allowed" \
	echo "$seen"
expect "no pod is left behind" "[]" sh -c "lsmctl status -o json | jq -c .problems"
