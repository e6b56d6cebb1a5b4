# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016 # awk's and inner shells' own
# Each policy that ships does what its cases say, to real processes in containers with the labels
# that the cases name: what is denied fails with the errno, its neighbours work. `crun exec` into such
# a container works, too.
#
# A new case in policies/cases is tried here without a word: the table is what `lsmctl eval --cases`
# gives. A container's root is an overlay of what the table's events name, so that nothing but a rule can
# make them fail; every address is this machine's own, so that a connection is refused and not lost.

layers=/tmp/layers
table=/tmp/table.json
rows=/tmp/rows # of it, see policies.jq
bundle=/tmp/bundle
number=0 # of the policy
tab=$(printf '\t')

# The cgroup of the pod of the table's n-th subject. No two policies have a pod in common, since each
# has an image of its own.
pod_of() { printf '%s/kubepods/podbbbbbbbb-0000-4000-%04d-%012d' "$cgroup_root" "$number" "$1"; }

# The table's subjects as pods, each with a container.
pods_of_table()
{
	jq --arg policy "$(printf %04d "$number")" '{apiVersion: "v1", kind: "List", items: [
		[.results[].subject] | unique | to_entries[] | ("000000000000\(.key)"[-12:]) as $number |
		{apiVersion: "v1", kind: "Pod",
		metadata: {namespace: .value.namespace, name: "pod\(.key)", labels: .value.labels,
			uid: "bbbbbbbb-0000-4000-\($policy)-\($number)"},
		spec: {containers: [{name: "app"}]},
		status: {containerStatuses: [{name: "app", containerID:
			("containerd://" + "0" * 48 + $policy + $number)}]}}]}' "$table"
}

# make_file KIND PATH TO: what an event needs, in the image's layer.
make_file()
{
	[ ! -e "$layers/image$2" ] || return 0 # another's directory
	mkdir -p "$layers/image${2%/*}"
	case $1 in
	exec) cp /probe "$layers/image$2" ;;
	open) echo text >"$layers/image$2" ;;
	link) ln -s "$3" "$layers/image$2" ;;
	script) echo "#!$3" >"$layers/image$2" && chmod +x "$layers/image$2" ;;
	esac
}

# The longest first, since a path may be another's directory.
make_image()
{
	umount "$layers/root" 2>/dev/null
	rm -rf "${layers:?}"/*
	mkdir -p "$layers/image/proc" "$layers/image/dev" "$layers/image/tmp" "$layers/image/fifo" \
		"$layers/upper" "$layers/work" "$layers/root"
	cp /probe "$layers/image/probe"
	mkfifo "$layers/image/fifo/in" "$layers/image/fifo/out"
	while IFS=$tab read -r _ kind argument _ _ from _ _ _ by; do
		case $kind,$argument in
		exec,*) echo "exec $argument" ;;
		open,*) echo "open ${argument%:*}" ;;
		unix,/*) echo "directory ${argument%/*}/." ;;
		esac
		[ "$by" = - ] || echo "$by $argument"
		[ "$from" = - ] || echo "exec $from"
	done <"$rows" | awk '{print length($2), $0}' | sort -k 1,1rn -k 2,2 | while read -r _ kind path to; do
		make_file "$kind" "$path" "$to"
	done
	mount -t overlay overlay -o "lowerdir=$layers/image,upperdir=$layers/upper,workdir=$layers/work" \
		"$layers/root"
}

# in_container SUBJECT PROGRAM...: of a new container of the subject's pod, which the pod's cgroup covers.
in_container()
{
	container=$(mktemp -d "$(pod_of "$1")/containerXXXXXX")
	shift
	/probe run "$container" "$layers/root" "$@" </dev/null 2>&1
	rmdir "$container" 2>/dev/null
}

# base_of SUBJECT: a program that may run there.
base_of()
{
	if [ "$(in_container "$1" /probe exit)" = "" ]; then
		echo /probe
	else
		awk -F "$tab" -v subject="$1" \
			'$1 == subject && $2 == "exec" && $4 == "allow" && $10 == "-" {print $3; exit}' "$rows"
	fi
}

# judge NAME: of lines "seen, wanted, event", each a "not ok" where the two differ.
judge()
{
	while IFS=$tab read -r seen wanted event; do
		tried=$((tried + 1))
		# The kernel's own reasons are none of a rule's: a family or protocol that it does not have.
		case $seen,$wanted in
		*EAFNOSUPPORT,allowed | *EPROTONOSUPPORT,allowed | *ESOCKTNOSUPPORT,allowed) continue ;;
		esac
		[ "$seen" = "$wanted" ] || not_ok "$1: $event" "wanted: $wanted" "saw: $seen"
	done
}

# What is wanted of a row, and what it is, in awk.
awk_wanted='function wanted() {
	return ($4 == "allow" || $4 == "audit" ? "allowed" : "denied " $5) FS $8 ": " $2 " " $3 " from " $6 " with " $7
}'

# ask_all NAME SUBJECT: of one process in a container of the subject, all that it can try by itself.
ask_all()
{
	asked='$1 == subject && $6 == "-" && $7 != "drifted" && $9 !~ /^(-|via)/'
	awk -F "$tab" -v subject="$2" "$asked {print \$9}" "$rows" >/tmp/attempts
	awk -F "$tab" -v subject="$2" "$awk_wanted $asked {print wanted()}" "$rows" >/tmp/wanted
	[ -s /tmp/attempts ] || return 0
	in_container "$2" "$(base_of "$2")" listen /fifo/in /fifo/out >/dev/null &
	listener=$!
	timeout 120 sh -c 'cat /tmp/attempts >"$0/in" & cat "$0/out"' "$layers/root/fifo" >/tmp/seen
	# shellcheck disable=SC2046 # words are wanted
	kill -9 $(cat "$(pod_of "$2")"/container*/cgroup.procs 2>/dev/null) 2>/dev/null
	wait "$listener"
	rmdir "$(pod_of "$2")"/container* 2>/dev/null
	paste /tmp/seen /tmp/wanted >/tmp/judged
	judge "$1" </tmp/judged
}

# try_rest NAME: what is by another program, or of a file that is not the image's.
try_rest()
{
	awk -F "$tab" "$awk_wanted"' ($6 != "-" || $7 == "drifted" || $9 ~ /^via/) && $9 != "-" {
		print $1, $3, $6, $7, $9, wanted()}' OFS="$tab" "$rows" >/tmp/rest
	while IFS=$tab read -r subject path program facts words line; do
		if [ "$facts" = drifted ]; then
			cp /probe "$layers/root$path.new"
			mv "$layers/root$path.new" "$layers/root$path"
		fi
		[ "$program" != - ] || program=$(base_of "$subject")
		# shellcheck disable=SC2086 # words are wanted
		printf '%s\t%s\n' "$(in_container "$subject" "$program" $words)" "$line"
	done </tmp/rest >/tmp/judged
	judge "$1" </tmp/judged
}

# try_rows NAME: every event of the table. One "ok" for a policy, "not ok" for each event.
try_rows()
{
	tried=0
	before=$failed
	subject=0
	while [ "$subject" -lt "$subjects" ]; do
		ask_all "$1" "$subject"
		subject=$((subject + 1))
	done
	try_rest "$1"
	if [ "$tried" -eq 0 ]; then
		not_ok "$1: no event of its cases could be tried"
	elif [ "$failed" -eq "$before" ]; then
		ok "$1: $tried of $(wc -l <"$rows") events of its cases"
	fi
}

write_bundle()
{
	mkdir -p "$bundle"
	jq -n --arg root "$layers/root" --arg cgroup "$1" --arg program "$2" '{
		ociVersion: "1.0.2",
		process: {terminal: false, user: {uid: 0, gid: 0}, cwd: "/", env: ["PATH=/bin"],
			args: [$program, "listen", "/fifo/in", "/fifo/out"]},
		root: {path: $root},
		mounts: [{destination: "/proc", type: "proc", source: "proc"}],
		linux: {cgroupsPath: $cgroup, namespaces: [{type: "pid"}, {type: "mount"}]}}' \
		>"$bundle/config.json"
}

# try_exec NAME: as `kubectl exec` and probes do, into a container of the first subject's pod.
try_exec()
{
	subject=$(awk -F "$tab" '$4 == "deny" {print $1; exit}' "$rows")
	program=$(base_of "$subject")
	pod=$(pod_of "$subject")
	write_bundle "${pod#"$cgroup_root"}/crun" "$program"
	if ! crun --cgroup-manager=cgroupfs run --detach --bundle "$bundle" shipped \
		</dev/null >/tmp/crun.log 2>&1; then
		not_ok "$1: crun starts a container" "$(cat /tmp/crun.log)"
		return
	fi
	expect "$1: crun exec" "" crun --cgroup-manager=cgroupfs exec shipped "$program" exit
	denied=$(awk -F "$tab" -v subject="$subject" \
		'$1 == subject && $2 == "exec" && $4 == "deny" && $6 == "-" && $7 == "-" && $10 == "-" {print $3; exit}' "$rows")
	[ -z "$denied" ] || expect "$1: crun exec of what is denied" denied sh -c \
		"crun --cgroup-manager=cgroupfs exec shipped $denied exit 2>&1 | grep -q 'not permitted' && echo denied"
	crun --cgroup-manager=cgroupfs delete --force shipped
}

# try_policy FILE
try_policy()
{
	shipped=$(basename "$1" .yaml)
	if ! lsmctl eval --policy "$1" --cases "${1%/*}/cases/${1##*/}" -o json >"$table" 2>/tmp/err; then
		not_ok "$shipped: its cases" "$(cat /tmp/err)"
		return
	fi
	jq -r -f "$ring/policies.jq" "$table" >"$rows"
	make_image
	rm -f "$policies"/*.yaml
	cp "$1" "$policies/"
	subjects=$(jq '[.results[].subject] | unique | length' "$table")
	subject=0
	while [ "$subject" -lt "$subjects" ]; do
		mkdir -p "$(pod_of "$subject")/$(printf '%052d%012d' "$number" "$subject")"
		subject=$((subject + 1))
	done
	pods_of_table >"$pods.new"
	mv "$pods.new" "$pods"
	lsmctl reload >/tmp/out 2>&1 || not_ok "$shipped: reload" "$(cat /tmp/out)"
	soon "$shipped: its pods are covered" "$subjects" sh -c "lsmctl pods -o json |
		jq '[.items[] | select(.containers | length > 0 and all(.cgroupId and .state != \"failed\"))] | length'"
	try_rows "$shipped"
	try_exec "$shipped"
	rmdir "$cgroup_root"/kubepods/podbbbbbbbb*/* "$cgroup_root"/kubepods/podbbbbbbbb* 2>/dev/null
	number=$((number + 1))
}

# What is let through gets an answer, and may use a datagram socket to ping.
own_every_address() # add|del
{
	ip link set lo up
	ip "route" "$1" local 0.0.0.0/0 dev lo
	ip -6 "route" "$1" local ::/0 dev lo
	echo "0 0" >/proc/sys/net/ipv4/ping_group_range
}

mkdir -p "$layers"
mount -t tmpfs tmpfs "$layers"
own_every_address add
start_lsmd || return
for policy in /policies/*.yaml /policies/falco/*.yaml; do
	try_policy "$policy"
done
own_every_address del
umount "$layers/root"
umount "$layers"
