# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A path of a rule is the file that it names in that container, under every other name that the
# file has there (BYPASSES.md, E8, F2, F3, F4, F9), on overlayfs, whose numbers only the kernel knows.

# make_overlay NAME: a root of an overlay, from the layer that is at /tmp/NAME/lower.
make_overlay()
{
	base=/tmp/$1
	mkdir -p "$base/upper" "$base/work" "$base/root"
	mount -t overlay overlay -o "lowerdir=$base/lower,upperdir=$base/upper,workdir=$base/work" \
		"$base/root"
}

# As distributions have it: /bin is a link, the shell's name too; and one file of many names.
lower=/tmp/merged/lower
mkdir -p "$lower/usr/bin" "$lower/proc" "$lower/etc/alternatives" "$lower/run/secrets/token" \
	"$lower/var" "$lower/fifo" "$lower/tmp" "$lower/dev"
ln -s usr/bin "$lower/bin"
ln -s /run "$lower/var/run"
cp /probe "$lower/probe"
cp /probe "$lower/usr/bin/dash"
cp /probe "$lower/usr/bin/neighbour"
cp /probe "$lower/usr/bin/ncat"
cp /probe "$lower/usr/bin/busybox"
ln -s dash "$lower/usr/bin/sh"
ln "$lower/usr/bin/dash" "$lower/usr/bin/hard"
ln -s busybox "$lower/usr/bin/wget"
ln -s busybox "$lower/usr/bin/vi"
ln -s /etc/alternatives/nc "$lower/usr/bin/nc"
ln -s /usr/bin/ncat "$lower/etc/alternatives/nc"
ln -s sh "$lower/usr/bin/rsh"
echo text >"$lower/run/secrets/token/key"
echo text >"$lower/etc/neighbour"
make_overlay merged

# Another container, in which /bin is a directory and the shell is another file.
lower=/tmp/plain/lower
mkdir -p "$lower/bin" "$lower/usr/bin" "$lower/proc" "$lower/fifo"
cp /probe "$lower/probe"
cp /probe "$lower/bin/ash"
ln -s ash "$lower/bin/sh"
cp /probe "$lower/usr/bin/dash"
make_overlay plain

merged=/tmp/merged/root
plain=/tmp/plain/root
root=$merged
for each in "$merged" "$plain"; do
	mount -t proc proc "$each/proc"
	mkfifo "$each/fifo/in" "$each/fifo/out"
done

shells()
{
	write_policy ring <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: ring, namespace: shop}
	spec:
	  podSelector: {matchLabels: {app: web}}
	  exec:
	    rules:
	    - {name: shells, action: deny, paths: [/bin/sh]}
	    - {name: fetch, action: deny, paths: [/bin/wget, "/bin/nc*"]}
	  file:
	    rules:
	    - {name: secrets, action: deny, paths: ["/var/run/secrets/**"]}
	---
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: editors, namespace: shop}
	spec:
	  podSelector: {matchLabels: {app: edit}}
	  exec: {rules: [{name: editors, action: deny, paths: [/bin/vi, /bin/sh]}]}
	YAML
}

# state_of POD KEY: of its container's identities.
state_of()
{
	lsmctl pods -o json | jq -r --arg pod "$1" \
		".items[] | select(.name == \$pod) | .containers[] | select(.id != \"\") | .identities.$2"
}

# ask POD ATTEMPT...: of the process that runs all the while in its container
ask()
{
	eval "asked=\$root_$1"
	shift
	echo "$*" >"$asked/fifo/in"
	cat "$asked/fifo/out"
}
root_web=$merged
root_other=$plain

shells
write_pods "app: web" "app: web"
start_lsmd || return
/probe run "$cgroup_web" "$merged" /probe listen /fifo/in /fifo/out &
web=$!
soon "what the paths are is looked for" resolved state_of web state

# every NAME WANTED: of the shell, in the running container
shell_is()
{
	expect "$1: by its path" "$2" ask web exec /bin/sh
	expect "$1: by the name behind the link" "$2" ask web exec /usr/bin/dash
	expect "$1: by a hard link" "$2" ask web exec /usr/bin/hard
	expect "$1: by another link" "$2" ask web exec /usr/bin/rsh
	expect "$1: by /proc/self/root" "$2" ask web exec /proc/self/root/usr/bin/dash
	expect "$1: by descriptor" "$2" ask web descriptor-exec /usr/bin/dash
}

shell_is "the shell is denied" "denied EPERM"
expect "a copy is another file" allowed ask web exec /usr/bin/neighbour
expect "by a bind mount" "denied EPERM" in_pod web /probe via bind \
	/usr/bin/dash:/usr/bin/neighbour exec /usr/bin/neighbour
expect "by a bind mount in a user namespace" "denied EPERM" in_pod web /probe via userns - via bind \
	/usr/bin/hard:/usr/bin/neighbour exec /usr/bin/neighbour
expect "an applet of a multi-call program denies the file" "denied EPERM" ask web exec /usr/bin/busybox
expect "thus its other applets" "denied EPERM" ask web exec /usr/bin/vi
expect "which status tells" /bin/wget state_of web "multicall[].path"
expect "a pattern's link gives its target" "denied EPERM" ask web exec /usr/bin/ncat
expect "a pattern below a link" "denied EACCES" ask web open /run/secrets/token/key r
expect "the neighbour of what is denied" allowed ask web open /etc/neighbour r

# --- the same image, another root --------------------------------------------------------------

/probe run "$cgroup_other" "$plain" /probe listen /fifo/in /fifo/out &
other=$!
soon "a second container of the same image" resolved state_of other state
expect "its shell is another file" "denied EPERM" ask other exec /bin/ash
expect "by its path" "denied EPERM" ask other exec /bin/sh
expect "the first one's name is no shell here" allowed ask other exec /usr/bin/dash
expect "and here it still is" "denied EPERM" ask web exec /usr/bin/dash

# --- labels, restarts, changes -------------------------------------------------------------------

write_pods "app: edit" "app: web"
soon "another label: what it denies" "denied EPERM" ask web exec /usr/bin/vi
shell_is "what both deny" "denied EPERM"
soon "and no more" allowed ask web exec /usr/bin/ncat
write_pods "app: web" "app: web"
soon "the first label again" "denied EPERM" ask web exec /usr/bin/ncat
shell_is "as before" "denied EPERM"

stop_lsmd KILL
shell_is "while no lsmd runs" "denied EPERM"
start_lsmd || return
shell_is "after a restart" "denied EPERM"
soon "it is looked for again" resolved state_of web state
shell_is "and found" "denied EPERM"

ln -sf neighbour "$merged/usr/bin/sh"
ask web exec /usr/bin/dash >/dev/null
soon "a link that leads elsewhere now" "denied EPERM" ask web exec /usr/bin/neighbour
soon "its old target is free" allowed ask web exec /usr/bin/dash

# --- a container that was there before lsmd ------------------------------------------------------

stop_lsmd
lsmd --unload
write_policy ring <<YAML
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: ring, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  exec:
    default: deny
    rules: [{name: listed, action: allow, paths: [/probe, /usr/bin/neighbour]}]
YAML
start_lsmd || return
expect "a listed program in a container older than lsmd" allowed ask web exec /usr/bin/neighbour
soon "another under its name, in a namespace of one's own" "denied EPERM" in_pod web /probe via userns - \
	via bind /usr/bin/ncat:/usr/bin/neighbour exec /usr/bin/neighbour

# --- before the program starts: a runtime makes the container, and starts it later ---------------

kill "$web" "$other"
while read -r pid; do kill -9 "$pid"; done <"$cgroup_web/cgroup.procs"
shells
if [ "$cgroup_root" = /sys/fs/cgroup ]; then
	mkdir -p /tmp/bundle
	jq -n --arg root "$merged" --arg cgroup "${cgroup_web#"$cgroup_root"}" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: ["PATH=/bin"],
			args: ["/probe", "exec", "/usr/bin/neighbour"]},
		root: {path: $root},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {cgroupsPath: $cgroup, namespaces: [{type: "pid"}, {type: "mount"}]}}' \
		>/tmp/bundle/config.json
	# What an earlier case made within.
	find "$cgroup_web" -mindepth 1 -depth -type d -exec rmdir {} +
	soon "the container before has gone" "" rmdir "$cgroup_web"
	soon "and is no subject" "" state_of web state
	crun --cgroup-manager=cgroupfs create --bundle /tmp/bundle early >/tmp/early.log 2>&1 ||
		not_ok "crun creates a container" "$(cat /tmp/early.log)"
	soon "a container that is created and not started" resolved state_of web state
	expect "is known before its program starts" true state_of web beforeStart
	timeout 20 crun --cgroup-manager=cgroupfs start early
	soon "so that nothing it does comes before that" "denied EPERM" cat /tmp/early.log
	timeout 20 crun --cgroup-manager=cgroupfs delete --force early
fi
stop_lsmd
while read -r pid; do kill -9 "$pid"; done <"$cgroup_other/cgroup.procs"
root=/tmp/root
