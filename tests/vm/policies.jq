# SPDX-License-Identifier: Apache-2.0
# What `lsmctl eval --cases -o json` says, as lines of tab-separated words, one an event:
#
#   subject, kind, argument, verdict, errno, program, facts, name, attempt, by
#
# "-" is what is not said. The subject is its number among all that the table has; the attempt is for
# /probe, "-" where it cannot try such an event; by is what leads to the program: "script PATH" or
# "link PATH". What needs the image changed comes last.

def families: {unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, alg: 38, vsock: 40, xdp: 44};
def types: {stream: 1, dgram: 2, raw: 3, seqpacket: 5, packet: 10};
def protocols: {icmp: 1, tcp: 6, udp: 17, icmpv6: 58, raw: 255};
def of($table): if . == null then 0 else $table[.] // . end;

def connection: capture("^(\\[(?<six>[^]]+)\\]|(?<four>[0-9.]+)):(?<port>[0-9]+)/(?<protocol>tcp|udp)$")
	| "connect \(.six // .four) \(.port)\(if .protocol == "udp" then " udp" else "" end)";

# From {kind, argument, facts, by}.
def attempt:
	if .by != "-" then (if .facts == "-" then "exec \(.by | split(" ")[1])" else "-" end)
	elif .kind == "exec" then
		({"-": "exec", drifted: "exec", fileless: "memory-exec",
			"stdio-socket": "via stdio-socket - exec"}[.facts]) as $way
		| if $way then "\($way) \(.argument)" else "-" end
	elif .facts != "-" then "-"
	elif .kind == "open" then .argument | capture("^(?<path>.*):(?<access>[rw]+)$") | "open \(.path) \(.access)"
	elif .kind == "unix" then "unix-connect \(.argument)"
	elif .kind == "socket" then
		.argument | split(",") | "socket \(.[0] | of(families)) \(.[1] | of(types)) \(.[2] | of(protocols))"
	else .argument | (connection // "-")
	end;

def dash: if . == null or . == "" then "-" else . end;

# "exec /bin/sh (from /usr/sbin/nginx, fileless)"
def event:
	capture("^(?<kind>[^ ]+) (?<argument>[^ ]+)( [(](?<besides>.*)[)])?$")
	| (.besides // "" | split(", ")) as $besides
	| .program = ([$besides[] | select(startswith("from ")) | .[5:]] | first | dash)
	| .by = ([$besides[] | capture("^(?<way>by #! of|called) (?<path>.*)$")
		| "\({"by #! of": "script", called: "link"}[.way]) \(.path)"] | first | dash)
	| .facts = ([$besides[] | select(test("^(from|by #! of|called) ") | not)] | join(",") | dash);

([.results[].subject] | unique) as $subjects
| [.results[] | (.subject as $subject | $subjects | index([$subject])) as $number
	| (.event | event) as $event
	| [$number, $event.kind, $event.argument, .want, (.errno | dash), $event.program, $event.facts, .name,
		([$event | attempt] | first | dash), $event.by]]
| sort_by(.[6] == "drifted")[] | @tsv
