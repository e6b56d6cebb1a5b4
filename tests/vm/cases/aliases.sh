# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # what lib.sh sets
# What a rule allows, excepts and calls a program by a name with links is what the links lead to
# in that container, as they were before its program started.

lower=/tmp/linked/lower
mkdir -p "$lower/usr/bin" "$lower/proc" "$lower/fifo" "$lower/tmp" "$lower/etc" "$lower/dev"
ln -s usr/bin "$lower/bin"
cp /probe "$lower/probe"
for each in ls cat id neighbour busybox; do cp /probe "$lower/usr/bin/$each"; done
ln -s busybox "$lower/usr/bin/vi"
echo text >"$lower/etc/secret"
for each in one two; do
	base=/tmp/linked/$each
	mkdir -p "$base/upper" "$base/work" "$base/root"
	mount -t overlay overlay \
		-o "lowerdir=$lower,upperdir=$base/upper,workdir=$base/work" "$base/root"
	mount -t proc proc "$base/root/proc"
	mkfifo "$base/root/fifo/in" "$base/root/fifo/out"
done
root_web=/tmp/linked/one/root
root_other=/tmp/linked/two/root
root=$root_web

# ask POD ATTEMPT...: of the process that runs all the while in its container
ask()
{
	eval "asked=\$root_$1"
	shift
	echo "$*" | timeout 20 tee "$asked/fifo/in" >/dev/null
	timeout 20 cat "$asked/fifo/out"
}

# known POD FILTER: of what is known of its container's files
known()
{
	lsmctl pods -o json | jq -r --arg pod "$1" ".items[] | select(.name == \$pod) |
		.containers[] | select(.id != \"\") | .identities$2"
}

# alias_of POD PATH
alias_of()
{
	known "$1" ".aliases[]? | select(.path == \"$2\") | .name"
}

end_all()
{
	while read -r pid; do kill -9 "$pid"; done <"$1/cgroup.procs"
}

# rules EXEC: of exec, besides a rule of files; one a line
rules()
{
	write_policy ring <<-YAML
	apiVersion: lsmd.io/v1alpha1
	kind: LsmPolicy
	metadata: {name: ring, namespace: shop}
	spec:
	  podSelector: {matchLabels: {app: web}}
	  exec:
	    default: deny
	    rules: [{name: listed, action: allow, paths: [/probe, /usr/bin/cat, $1]}]
	  file:
	    rules:
	    - {name: own, action: deny, paths: [/etc/secret], from: {not: [/bin/cat]}}
	    - {name: names, action: deny, paths: ["/bin/*"], except: [/bin/ls]}
	YAML
}

rules /bin/ls
write_pods "app: web" "app: web"
start_lsmd || return
/probe run "$cgroup_web" "$root_web" /probe listen /fifo/in /fifo/out &
soon "a container's links are found" /usr/bin/ls alias_of web /bin/ls
expect "what is allowed, as it is written" allowed ask web exec /bin/ls
expect "and by the name behind the link" allowed ask web exec /usr/bin/ls
expect "its neighbour" "denied EPERM" ask web exec /bin/neighbour
expect "what is excepted" allowed ask web open /bin/ls r
expect "its neighbour too" "denied EACCES" ask web open /usr/bin/neighbour r
expect "a program that may not" "denied EACCES" ask web open /etc/secret r
expect "another program by the allowed name" "denied EPERM" in_pod web /probe via userns - \
	via bind /usr/bin/id:/usr/bin/ls exec /bin/ls

/probe run "$cgroup_other" "$root_other" /usr/bin/cat listen /fifo/in /fifo/out &
other=$!
soon "a second container of the same layout" /usr/bin/ls alias_of other /bin/ls
expect "is allowed the same" allowed ask other exec /bin/ls
expect "and is the program that may" allowed ask other open /etc/secret r
expect "and no more" "denied EPERM" ask other exec /bin/id

# --- while lsmd is away, and when it comes back -------------------------------------------------

stop_lsmd KILL
expect "without lsmd" allowed ask web exec /bin/ls
chown -h 1 "$root_other/bin"
start_lsmd || return
expect "when it is back" allowed ask web exec /bin/ls
expect "with what is denied" "denied EPERM" ask web exec /bin/id
soon "it finds the same" /usr/bin/ls alias_of web /bin/ls
soon "a link that has another owner now" /usr/bin/ls alias_of other /bin/ls
expect "still leads there" allowed ask other exec /bin/ls

# --- what a container does later -----------------------------------------------------------------

ln -s /usr/bin/neighbour "$root_web/tmp/x"
ln -sf id "$root_web/usr/bin/ls"
rules "/bin/ls, /tmp/x, /bin/id"
soon "a new rule's links are found" /usr/bin/id alias_of web /bin/id
expect "by a link of the container's nothing is allowed" "denied EPERM" ask web exec /tmp/x
expect "nor the file behind it" "denied EPERM" ask web exec /usr/bin/neighbour
rules "/bin/ls"
soon "what a link was exchanged for" "denied EPERM" ask web exec /bin/ls
stop_lsmd KILL
start_lsmd || return
soon "the other's links are there" /usr/bin/ls alias_of other /bin/ls
soon "nor does another start make a difference" "denied EPERM" ask web exec /usr/bin/id

rules /bin/vi
soon "a link to a program of many names" "denied EPERM" ask other exec /bin/ls
expect "allows it not" "denied EPERM" ask other exec /bin/vi

# --- a container older than lsmd ------------------------------------------------------------------

stop_lsmd
lsmd --unload
rules "/bin/ls, /tmp/y"
end_all "$cgroup_other"
wait "$other" 2>/dev/null
if [ "$cgroup_root" = /sys/fs/cgroup ]; then
	mkdir -p /tmp/bundle
	jq -n --arg root "$root_other" --arg cgroup "${cgroup_other#"$cgroup_root"}" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: ["PATH=/bin"],
			args: ["/probe", "listen", "/fifo/in", "/fifo/out"]},
		root: {path: $root},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {cgroupsPath: $cgroup, namespaces: [{type: "pid"}, {type: "mount"}]}}' \
		>/tmp/bundle/config.json
	find "$cgroup_other" -mindepth 1 -depth -type d -exec rmdir {} +
	soon "the container before has gone" "" rmdir "$cgroup_other"
	crun --cgroup-manager=cgroupfs run --detach --bundle /tmp/bundle older >/tmp/older.log 2>&1 ||
		not_ok "crun runs a container" "$(cat /tmp/older.log)"
	ln -s /usr/bin/neighbour "$root_other/tmp/y"
	start_lsmd || return
	soon "its first process tells how old it is" /usr/bin/ls alias_of other /bin/ls
	expect "by which links are older" allowed ask other exec /bin/ls
	expect "or are not" "denied EPERM" ask other exec /tmp/y
	timeout 20 crun --cgroup-manager=cgroupfs delete --force older
else
	start_lsmd || return
fi
soon "where nothing tells, no link counts" "resolved" known web .state
expect "but names as they are written" "denied EPERM" ask web exec /bin/ls
expect "which are enough without links" allowed ask web exec /probe
stop_lsmd
end_all "$cgroup_web"
root=/tmp/root
