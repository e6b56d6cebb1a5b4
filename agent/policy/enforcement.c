// SPDX-License-Identifier: Apache-2.0
#include "policy/enforcement.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "policy/pattern.h"
#include "util/cleanup.h"

#define ANY_SECTION	 SECTION_COUNT

#define NEEDS_HOOK(hook) "it needs the hook " hook ", which this version does not attach"
#define NEEDS_HOOKS(hooks)                                                               \
	"it needs the hooks " hooks ", which this version does not attach"

#define NEEDS_PROGRAM                                                                    \
	"it needs the executable of the acting process, which this version looks up "    \
	"for exec, file, sockets and network alone"

struct refusal {
	enum image_section section;
	const char *key;
	const char *why;
};

/* Keys of a rule. What is not here can be enforced, in whole or as open_ways say. */
static const struct refusal rule_refusals[] = {
	{SECTION_CAPABILITIES, "from", NEEDS_PROGRAM},
	{SECTION_PROCESS, "from", NEEDS_PROGRAM},
	{SECTION_NETWORK, "bind", NEEDS_HOOK("socket_bind")},
	{SECTION_NETWORK, "listen", NEEDS_HOOK("socket_listen")},
	{SECTION_NETWORK, "accept", NEEDS_HOOK("socket_accept")},
	{SECTION_NETWORK, "names", "names of hosts are reserved and not built yet"},
	{SECTION_NETWORK, "pods", "addresses of pods are reserved and not built yet"},
	{SECTION_NETWORK, "services",
	 "addresses of services are reserved and not built yet"},
	{SECTION_CAPABILITIES, "capabilities", NEEDS_HOOK("capable")},
	{SECTION_PROCESS, "ptrace", NEEDS_HOOK("ptrace_access_check")},
	{SECTION_PROCESS, "setuid", NEEDS_HOOK("task_fix_setuid")},
	{SECTION_PROCESS, "mount", NEEDS_HOOKS("sb_mount and move_mount")},
	{SECTION_PROCESS, "userns", NEEDS_HOOK("userns_create")},
	{SECTION_PROCESS, "module",
	 NEEDS_HOOKS("kernel_read_file, kernel_load_data and kernel_module_request")},
	{SECTION_PROCESS, "bpf", NEEDS_HOOK("bpf")},
};

static const struct refusal section_refusals[] = {
	{SECTION_EXEC, "libraries", NEEDS_HOOK("mmap_file")},
	{SECTION_NETWORK, "bind", NEEDS_HOOK("socket_bind")},
	{SECTION_NETWORK, "listen", NEEDS_HOOK("socket_listen")},
	{SECTION_NETWORK, "accept", NEEDS_HOOK("socket_accept")},
	{SECTION_CAPABILITIES, "default", NEEDS_HOOK("capable")},
	{SECTION_PROCESS, "default", "it needs hooks that this version does not attach"},
};

static const struct refusal policy_refusals[] = {
	{ANY_SECTION, "isolate",
	 "it needs the hooks socket_sendmsg and socket_recvmsg, which this version does "
	 "not attach"},
};

static const char *find(const struct refusal *refusals, size_t n,
			enum image_section section, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if ((refusals[i].section == section ||
		     refusals[i].section == ANY_SECTION) &&
		    !strcmp(refusals[i].key, key))
			return refusals[i].why;
	return NULL;
}

const char *enforcement_refusal(enum image_section section, const char *key)
{
	return find(rule_refusals, ARRAY_SIZE(rule_refusals), section, key);
}

const char *enforcement_section_refusal(enum image_section section, const char *key)
{
	return find(section_refusals, ARRAY_SIZE(section_refusals), section, key);
}

const char *enforcement_policy_refusal(const char *key)
{
	return find(policy_refusals, ARRAY_SIZE(policy_refusals), ANY_SECTION, key);
}

static bool denies(const struct policy_rule *rule)
{
	return rule->action != ACTION_ALLOW;
}

static bool writes(const struct policy_rule *rule)
{
	return denies(rule) && rule->access & ACCESS_WRITE;
}

static bool names_programs(const struct policy_rule *rule)
{
	return rule->n_from;
}

static bool denies_programs(const struct policy_rule *rule)
{
	return denies(rule) && rule->n_from && !rule->from_not;
}

static bool is_fileless(const struct policy_rule *rule)
{
	return denies(rule) && rule->fileless;
}

static bool is_drifted(const struct policy_rule *rule)
{
	return denies(rule) && rule->drifted;
}

static bool has_stdio(const struct policy_rule *rule)
{
	return denies(rule) && rule->stdio_socket;
}

static bool goes_by_name(const struct policy_rule *rule)
{
	return denies(rule) && rule->by_name;
}

static bool has_paths(const struct policy_rule *rule)
{
	return denies(rule) && rule->n_paths;
}

static bool has_literal(const struct policy_rule *rule)
{
	if (!denies(rule) || rule->by_name)
		return false;
	for (size_t i = 0; i < rule->n_paths; i++)
		if (pattern_is_literal(rule->paths[i]))
			return true;
	return false;
}

static bool has_pattern(const struct policy_rule *rule)
{
	if (!denies(rule))
		return false;
	for (size_t i = 0; i < rule->n_paths; i++)
		if (!pattern_is_literal(rule->paths[i]))
			return true;
	return false;
}

static bool goes_by_address(const struct policy_rule *rule)
{
	return denies(rule) && !rule->n_unix;
}

static bool may_be_sctp(const struct policy_rule *rule)
{
	return denies(rule) && !rule->n_unix &&
	       number_set_has(&rule->protocols, IPPROTO_SCTP);
}

static bool has_socket(const struct policy_rule *rule, bool literal)
{
	if (!denies(rule))
		return false;
	for (size_t i = 0; i < rule->n_unix; i++)
		if (rule->unix_names[i][0] == '/' &&
		    pattern_is_literal(rule->unix_names[i]) == literal)
			return true;
	return false;
}

static bool has_socket_file(const struct policy_rule *rule)
{
	return has_socket(rule, true);
}

static bool has_socket_pattern(const struct policy_rule *rule)
{
	return has_socket(rule, false);
}

#define LINKS "what a symbolic link newly leads to stays open for up to 30 seconds"
#define OTHER_NAMES                                                                      \
	"by name: hard links and bind mounts of what matches the pattern stay open"

/* Ways around rules that this version leaves open, by section. */
static const struct open_way {
	enum image_section section;
	bool (*applies)(const struct policy_rule *rule);
	const char *text;
} open_ways[] = {
	{SECTION_EXEC, denies,
	 "run by the loader: ld.so /bin/x; executable mappings stay open"},
	{SECTION_EXEC, has_paths, "a copy under another name stays open"},
	{SECTION_EXEC, has_literal, LINKS},
	{SECTION_EXEC, has_pattern, OTHER_NAMES},
	{SECTION_FILE, writes,
	 "write is judged at open: truncate, unlink, rename, link, chmod, chown and "
	 "xattr without an open stay open"},
	{SECTION_FILE, has_literal, LINKS},
	{SECTION_FILE, has_pattern, OTHER_NAMES},
	{SECTION_NETWORK, goes_by_address,
	 "a connection that is there before the rule, or passed in, stays open; an "
	 "address is judged before a service or a proxy translates it"},
	{SECTION_NETWORK, may_be_sctp,
	 "SCTP's connectx stays open, unless sockets of that protocol are denied"},
	{SECTION_NETWORK, has_socket_file,
	 "unix: a socket that its server bound by another name less than 30 seconds ago "
	 "stays open"},
	{SECTION_NETWORK, has_socket_pattern,
	 "unix: by the name that its server bound a socket by: others that match the "
	 "pattern stay open"},
	{SECTION_EXEC, is_fileless,
	 "fileless: a tmpfs that is neither called shm nor on /dev/shm or /run/shm stays "
	 "open"},
	{SECTION_EXEC, is_drifted,
	 "drifted: a change in place that keeps the size and sets the time back stays "
	 "open; on volumes a change of owner or mode counts as well"},
	{SECTION_EXEC, goes_by_name,
	 "multicall: any other name of the program, and a path that is not absolute, "
	 "stays open"},
	{SECTION_EXEC, has_stdio,
	 "stdio: a socket on another descriptor, or behind a pipe or terminal, stays "
	 "open"},
	{ANY_SECTION, names_programs,
	 "from: what is loaded into a named program (LD_PRELOAD), or written into it "
	 "(ptrace), acts as it"},
	{ANY_SECTION, denies_programs, "from: a copy of a named program stays open"},
};

/* Of what POLICY.md has in the base. */
#define BASE_LACKS "/proc/self is denied as well, since by name it is that of any process"

static int append(char **text, const char *addition)
{
	const char *before = *text ? *text : "";
	char *joined;
	int length;

	length = asprintf(&joined, "%s%s%s", before, *before ? "; " : "", addition);
	if (length < 0)
		return -ENOMEM;
	free(*text);
	*text = joined;
	return 0;
}

int enforcement_lower(enum enforcement *enforcement, char **ways, enum enforcement to,
		      const char *key, const char *why)
{
	_cleanup_(freep) char *reason = NULL;

	if (asprintf(&reason, "%s: %s", key, why) < 0) {
		reason = NULL;
		return -ENOMEM;
	}
	if (*enforcement < to)
		*enforcement = to;
	return append(ways, reason);
}

static bool is_open(const struct open_way *way, const struct policy_rule *rule)
{
	return (way->section == ANY_SECTION || way->section == rule->section) &&
	       way->applies(rule);
}

/* Of an allow rule what it does not match is stricter, not open; what passes for a
 * program that it names is. */
int enforcement_judge(struct policy_rule *rule)
{
	int r;

	if (rule->enforcement == REFUSED)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(open_ways); i++) {
		if (!is_open(&open_ways[i], rule))
			continue;
		if (rule->enforcement < PARTIAL)
			rule->enforcement = PARTIAL;
		r = append(&rule->open_ways, open_ways[i].text);
		if (r)
			return r;
	}
	if (rule->strict && rule->enforcement == PARTIAL)
		return enforcement_lower(&rule->enforcement, &rule->open_ways, REFUSED,
					 "strict", "it can be enforced only in part");
	return 0;
}

int enforcement_judge_default(struct policy_section *section, enum image_section number)
{
	struct policy_rule rule = {
		.section = number,
		.action = ACTION_DENY,
		.access = ACCESS_READ | ACCESS_WRITE,
		.protocols = {.any = true},
		.enforcement = section->default_enforcement,
		.open_ways = section->default_open_ways,
	};
	int r;

	if (!section->default_deny)
		return 0;
	r = enforcement_judge(&rule);
	if (r == 0 && number == SECTION_FILE && !section->base_none)
		r = enforcement_lower(&rule.enforcement, &rule.open_ways, PARTIAL, "base",
				      BASE_LACKS);
	section->default_enforcement = rule.enforcement;
	section->default_open_ways = rule.open_ways;
	return r;
}
