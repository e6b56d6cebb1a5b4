// SPDX-License-Identifier: Apache-2.0
#include "policy/enforcement.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/pattern.h"
#include "util/cleanup.h"

#define ANY_SECTION	 SECTION_COUNT

#define NEEDS_HOOK(hook) "it needs the hook " hook ", which this version does not attach"
#define NEEDS_HOOKS(hooks)                                                               \
	"it needs the hooks " hooks ", which this version does not attach"

struct refusal {
	enum image_section section;
	const char *key;
	const char *why;
};

/* Keys of a rule. What is not here can be enforced, in whole or as open_ways say. */
static const struct refusal rule_refusals[] = {
	{ANY_SECTION, "from",
	 "it needs the executable of the acting process, which this version does not "
	 "look up"},
	{SECTION_EXEC, "fileless",
	 "it needs the file's link count and file system, which this version does not "
	 "judge"},
	{SECTION_EXEC, "drifted",
	 "it needs the overlay's layers, which this version does not look at"},
	{SECTION_EXEC, "stdio",
	 "it needs the sockets behind descriptors 0 to 2, which this version does not "
	 "look at"},
	{SECTION_EXEC, "as",
	 "it needs to tell an interpreter from a direct execution, which this version "
	 "does not"},
	{SECTION_EXEC, "multicall",
	 "it needs the file behind a name, and this version judges names alone; leave it "
	 "out"},
	{SECTION_FILE, "owner",
	 "it needs the file's owner, which this version does not judge"},
	{SECTION_NETWORK, "unix", NEEDS_HOOKS("unix_stream_connect and unix_may_send")},
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
	{ANY_SECTION, "unitSelector", "this version does not select systemd units"},
	{ANY_SECTION, "cgroups", "this version does not select cgroups by path"},
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

static bool always(const struct policy_rule *rule)
{
	(void)rule;
	return true;
}

static bool writes(const struct policy_rule *rule)
{
	return rule->access & ACCESS_WRITE;
}

static bool has_literal(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_paths; i++)
		if (pattern_is_literal(rule->paths[i]))
			return true;
	return false;
}

static bool has_pattern(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_paths; i++)
		if (!pattern_is_literal(rule->paths[i]))
			return true;
	return false;
}

#define BY_NAME_LITERAL                                                                  \
	"by name only: the file's other names (hard links, bind mounts) stay open, "     \
	"and a path that leads through a symbolic link has to be written as where it "   \
	"leads"
#define BY_NAME_PATTERN                                                                  \
	"by name only: other names of what matches (hard links, bind mounts) stay open"

/* Ways around a deny, kill or audit rule that this version leaves open, by section. */
static const struct open_way {
	enum image_section section;
	bool (*applies)(const struct policy_rule *rule);
	const char *text;
} open_ways[] = {
	{SECTION_EXEC, always,
	 "run by the loader: ld.so /bin/x; executable mappings stay open"},
	{SECTION_EXEC, has_literal, BY_NAME_LITERAL},
	{SECTION_EXEC, has_pattern, BY_NAME_PATTERN},
	{SECTION_FILE, writes,
	 "write is judged at open: truncate, unlink, rename, link, chmod, chown and "
	 "xattr without an open stay open"},
	{SECTION_FILE, has_literal, BY_NAME_LITERAL},
	{SECTION_FILE, has_pattern, BY_NAME_PATTERN},
	{SECTION_NETWORK, always,
	 "UDP sendto, sendmsg and TCP fast open without connect stay open"},
};

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

/* An allow rule has no way around it: what it does not match is stricter, not open. */
int enforcement_judge(struct policy_rule *rule)
{
	int r;

	if (rule->enforcement == REFUSED || rule->action == ACTION_ALLOW)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(open_ways); i++) {
		if (open_ways[i].section != rule->section || !open_ways[i].applies(rule))
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
		.enforcement = section->default_enforcement,
		.open_ways = section->default_open_ways,
	};
	int r;

	if (!section->default_deny)
		return 0;
	r = enforcement_judge(&rule);
	section->default_enforcement = rule.enforcement;
	section->default_open_ways = rule.open_ways;
	return r;
}
