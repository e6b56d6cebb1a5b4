// SPDX-License-Identifier: Apache-2.0

/*
 * Policies by chance. The words are few, so that rules overlap, cut and hide each other;
 * chance may also write what can match nothing, which the parser refuses.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drawn.h"
#include "util/cleanup.h"

/* --- paths ------------------------------------------------------------------------- */

static const char *draw_name(struct random *random)
{
	static const char *const names[] = {
		"a",	 "b",	 "ab",	 "c",	   ".a",  "a-b",  "x y",     "\xc3\xa9",
		"*",	 "*",	 "?",	 "a*",	   "*b",  "a?",	  "?*",	     "*.so",
		"**",	 "**",	 "a**",	 "**b",	   "***", "[ab]", "[!a]",    "[^b]*",
		"[a-c]", "[-a]", "[a-]", "[a\\]]", "\\*", "a\\b", "[\\!-a]", "[!a-y]b",
	};

	return names[below(random, ARRAY_SIZE(names))];
}

/* What a process cannot do without has patterns of its own, to cut through. */
static const char *draw_base(struct random *random)
{
	return ONE_OF(random, "/dev/shm/**", "/dev/shm/a", "/run/**", "/lib/**", "/lib/*",
		      "/usr/**", "/usr/lib/a", "/dev/*", "/dev/null", "/dev/[nz]*",
		      "/dev/pts/?", "/dev/pts/0", "/etc/**", "/etc/ld.so.*", "/lib64",
		      "/dev/**", "/**");
}

static void draw_path(struct random *random, bool is_exec, char *path)
{
	size_t length = 0;

	if (chance(random, 12)) {
		strcpy(path, draw_base(random));
		return;
	}
	for (unsigned n = 1 + below(random, 3); n; n--)
		length += (size_t)sprintf(path + length, "/%s", draw_name(random));
	if (!is_exec && chance(random, 8))
		strcpy(path + length, "/");
}

static size_t draw_paths(struct random *random, bool is_exec,
			 char (*paths)[DRAWN_PATH_BYTES])
{
	size_t n = 1 + below(random, DRAWN_PATHS);

	for (size_t i = 0; i < n; i++)
		draw_path(random, is_exec, paths[i]);
	return n;
}

/* Return: is there one that a rule may say alone? */
static bool draw_conditions(struct random *random, bool is_exec, struct drawn_rule *rule)
{
	if (!is_exec && chance(random, 25))
		rule->owner = ONE_OF(random, "other", "self");
	if (!is_exec || chance(random, 60))
		return rule->owner || rule->n_from;
	rule->fileless = chance(random, 30);
	rule->drifted = chance(random, 30);
	rule->stdio = chance(random, 30);
	rule->direct = chance(random, 30);
	rule->by_name = chance(random, 30);
	return !rule->by_name &&
	       (rule->fileless || rule->drifted || rule->stdio || rule->n_from);
}

static void draw_path_rule(struct random *random, bool is_exec, struct drawn_rule *rule)
{
	if (!draw_conditions(random, is_exec, rule) || chance(random, 70))
		rule->n_paths = draw_paths(random, is_exec, rule->paths);
	if (chance(random, 40))
		rule->n_except = draw_paths(random, is_exec, rule->except);
	if (!is_exec && chance(random, 60))
		rule->access = ONE_OF(random, "read", "write", "read, write");
}

/* --- numbers ----------------------------------------------------------------------- */

static struct drawn_set draw_set(struct random *random, const char *const *words,
				 size_t n, bool may_negate)
{
	struct drawn_set set = {.negate = may_negate && chance(random, 30),
				.n = 1 + below(random, DRAWN_WORDS)};

	for (size_t i = 0; i < set.n; i++)
		set.words[i] = words[below(random, n)];
	return set;
}
#define SET(random, words, may_negate)                                                   \
	draw_set(random, words, ARRAY_SIZE(words), may_negate)

static const char *const families[] = {
	"unix", "inet", "inet6", "netlink", "packet", "vsock",
	"smc",	"0",	"2",	 "10",	    "200",    "255",
};
static const char *const types[] = {"stream", "dgram", "raw", "seqpacket",
				    "packet", "1",     "2",   "10"};
static const char *const protocols[] = {
	"tcp", "udp", "icmp", "sctp", "mptcp", "smc",	"udplite",
	"0",   "6",   "17",   "132",  "255",   "65535",
};

static void draw_sockets_rule(struct random *random, struct drawn_rule *rule)
{
	unsigned said = 1 + below(random, 7);

	if (said & 1)
		rule->families = SET(random, families, true);
	if (said & 2)
		rule->types = SET(random, types, true);
	if (said & 4)
		rule->protocols = SET(random, protocols, true);
}

/* Prefixes within each other, beside each other, and around where one family is another.
 */
static const char *const prefixes[] = {
	"0.0.0.0/0",
	"0.0.0.0",
	"0.0.0.0/8",
	"10.0.0.0/8",
	"10.1.0.0/16",
	"10.1.2.3",
	"10.1.2.2/31",
	"127.0.0.0/8",
	"127.0.0.1",
	"128.0.0.0/1",
	"255.255.255.255/32",
	"::/0",
	"::",
	"::1",
	"::/95",
	"::/96",
	"::fffe:0:0/95",
	"::ffff:0:0/96",
	"::ffff:10.0.0.0/104",
	"::fffe:0:0/96",
	"64:ff9b::/96",
	"64:ff9b::/32",
	"64:ff9b::a00:0/104",
	"2001:db8::/32",
	"2001:db8::5",
	"8000::/1",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};
static const char *const ports[] = {
	"1",   "22",	  "80",	     "79-81", "81-100",
	"443", "1-65535", "2-65535", "65535", "1-1023",
};
static const char *const network_protocols[] = {
	"tcp", "tcp", "udp", "icmp", "sctp", "6", "17", "256", "262", "0", "33",
};

/* Those of files, and those without: of the latter a slash is a byte as any other. */
static const char *const unix_names[] = {
	"/a", "/a/*", "/**", "/run/**", "/b/?", "@a",	 "@a*",
	"@*", "@**",  "@?b", "@[ab]c",	"@a/b", "@a//b",
};

static void draw_network_rule(struct random *random, struct drawn_rule *rule)
{
	unsigned said = 1 + below(random, 15);

	if (chance(random, 20)) {
		rule->unix_names = SET(random, unix_names, false);
		return;
	}

	if (said & 1)
		rule->to = SET(random, prefixes, false);
	if (said & 2)
		rule->not_to = SET(random, prefixes, false);
	if (said & 4)
		rule->ports = SET(random, ports, true);
	if (said & 8)
		rule->protocols = SET(random, network_protocols, true);
}

/* --- policies ---------------------------------------------------------------------- */

static const char *draw_action(struct random *random)
{
	return ONE_OF(random, "allow", "allow", "allow", "audit", "audit", "deny", "deny",
		      "deny", "kill");
}

/* Names in an order of their own: "Order never matters". */
static void draw_rule(struct random *random, enum drawn_section section, size_t number,
		      struct drawn_rule *rule)
{
	*rule = (struct drawn_rule){.action = draw_action(random)};
	if (chance(random, 70))
		snprintf(rule->name, sizeof(rule->name), "%c%zu", 'z' - (char)number,
			 number);
	if (chance(random, 25))
		rule->error = 1 + below(random, 133);
	if (chance(random, 25)) {
		rule->n_from = draw_paths(random, true, rule->from);
		rule->from_not = chance(random, 50);
	}
	if (section == DRAWN_EXEC || section == DRAWN_FILE)
		draw_path_rule(random, section == DRAWN_EXEC, rule);
	else if (section == DRAWN_SOCKETS)
		draw_sockets_rule(random, rule);
	else
		draw_network_rule(random, rule);
}

static void draw_until(struct random *random, struct drawn_rule *rule)
{
	if (*rule->action != 'd' && *rule->action != 'k')
		return;
	if (chance(random, 15))
		rule->until = chance(random, 50) ? DRAWN_ENDED : DRAWN_ENDING;
}

static void draw_policy(struct random *random, struct drawn_policy *policy)
{
	policy->cluster = chance(random, 50);
	policy->audit_mode = chance(random, 25);
	for (unsigned s = 0; s < DRAWN_SECTIONS; s++) {
		struct drawn_rules *section = &policy->sections[s];

		section->present = chance(random, 70);
		section->default_deny = section->present && chance(random, 40);
		section->base_none =
			section->present && s == DRAWN_FILE && chance(random, 15);
		section->n = section->present ? below(random, DRAWN_RULES + 1) : 0;
		for (size_t i = 0; i < section->n; i++) {
			draw_rule(random, (enum drawn_section)s, i, &section->rules[i]);
			if (policy->cluster && !policy->audit_mode)
				draw_until(random, &section->rules[i]);
		}
	}
	/* A policy that says nothing is refused. */
	if (!policy->sections[0].present)
		policy->sections[0] = (struct drawn_rules){.present = true};
}

/* Their names are in no order, as those of files are not. */
void draw_policies(struct random *random, struct drawn_policies *ret_policies)
{
	unsigned first = below(random, DRAWN_POLICIES);

	memset(ret_policies, 0, sizeof(*ret_policies));
	ret_policies->n = 1 + below(random, DRAWN_POLICIES);
	for (size_t i = 0; i < ret_policies->n; i++) {
		struct drawn_policy *policy = &ret_policies->items[i];

		draw_policy(random, policy);
		snprintf(policy->name, sizeof(policy->name), "p%zu",
			 (first + 3 * i) % DRAWN_POLICIES);
	}
}
