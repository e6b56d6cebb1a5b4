# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Policies and pods as they come and go on disk: what was in force holds until the next good one.

# deny PATH: a policy on standard output
deny()
{
	cat <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: files, namespace: shop}
	spec:
	  podSelector: {matchLabels: {app: web}}
	  file: {rules: [{name: r, action: deny, paths: [$1]}]}
	YAML
}

# denied PATH...: those of the two files that are, in one line
denied()
{
	for path in /etc/secret /etc/neighbour; do
		[ "$(in_pod web /probe open "$path" r)" = allowed ] || printf '%s ' "$path"
	done
	echo
}

rm -rf /tmp/versions
mkdir -p /tmp/versions/one /tmp/versions/two
deny /etc/secret >/tmp/versions/one/web.yaml
deny /etc/neighbour >/tmp/versions/two/web.yaml

# As kubelet mounts a ConfigMap.
mkdir /tmp/versions/map
ln -s ../one /tmp/versions/map/..data
ln -s ..data/web.yaml /tmp/versions/map/web.yaml
start_lsmd --policies /tmp/versions/map || return
expect "a ConfigMap" "/etc/secret " denied
ln -s ../two /tmp/versions/map/..new
mv -T /tmp/versions/map/..new /tmp/versions/map/..data
soon "a ConfigMap that changes" "/etc/neighbour " denied
stop_lsmd

ln -s one /tmp/versions/current
start_lsmd --policies /tmp/versions/current || return
expect "a directory behind a link" "/etc/secret " denied
ln -s two /tmp/versions/new
mv -T /tmp/versions/new /tmp/versions/current
soon "a directory behind a link that changes" "/etc/neighbour " denied

mv /tmp/versions/two /tmp/versions/away
soon "a directory that is gone: said" "not ready" sh -c "lsmctl status | grep -o 'not ready'"
expect "a directory that is gone: the last policies hold" "/etc/neighbour " denied
mkdir /tmp/versions/two
deny /etc/secret >/tmp/versions/two/web.yaml
soon "a directory that comes back" "/etc/secret " denied

cp "$pods" /tmp/pods.whole
: >"$pods"
soon "a pods file that is being written: said" yes sh -c "lsmctl status | grep -q 'nothing is in it' && echo yes"
expect "a pods file that is being written: the last pods hold" "/etc/secret " denied
expect "a pods file with an error is read when it changes, not when its neighbours do" same sh -c "
	reloads() { curl -s --unix-socket /run/lsmd/lsmd.sock http://lsmd/metrics | grep ^lsmd_reloads_total; }
	sleep 2; before=\$(reloads)
	for i in 1 2 3 4 5 6 7 8 9 10; do echo \$i >/tmp/neighbour; sleep 0.1; done
	[ \"\$before\" = \"\$(reloads)\" ] && echo same"
cat /tmp/pods.whole >"$pods"
write_pods "app: other" "app: other"
soon "a pods file that is whole again" "" denied
