/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_MODEL_H
#define LSMD_POLICY_MODEL_H

/*
 * The policy model: what a policy document says, checked, before it is compiled. One
 * struct policy per YAML document. Immutable once read; shared by reference count.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lsm/abi.h"
#include "lsm/image.h"
#include "policy/diagnostic.h"
#include "policy/selector.h"

enum policy_kind {
	/* ClusterLsmPolicy, and denials by hand: the cluster's tier. */
	POLICY_CLUSTER = 0,
	/* LsmPolicy. */
	POLICY_NAMESPACED,
};

enum action {
	ACTION_AUDIT,
	ACTION_ALLOW,
	ACTION_DENY,
	ACTION_KILL,
};

/* Whose a file is, to the acting user. */
enum file_owner {
	OWNER_ANY, /* not said */
	OWNER_OTHER,
	OWNER_SELF,
};

/* How much of a rule this version can enforce (DESIGN.md 14). */
enum enforcement {
	ENFORCED,
	PARTIAL, /* policy_rule.open_ways says what stays open */
	REFUSED, /* policy_rule.open_ways says why; the rule is in force nowhere */
};

/* An inclusive range of numbers: ports, families, types, protocols. */
struct number_range {
	uint32_t first;
	uint32_t last;
};

/* A set of numbers as the rule wrote it: "any", a list, or everything but a list. */
struct number_set {
	bool any;    /* not said: every number */
	bool negate; /* {not: [...]} */
	struct number_range *ranges;
	size_t n_ranges;
};

bool number_set_has(const struct number_set *set, uint32_t number);

/* An address prefix. IPv4 is kept as ::ffff:a.b.c.d/96+n only when is_v4 is true. */
struct prefix {
	uint8_t address[16]; /* network order; of IPv4 the first 4 bytes */
	uint8_t length;	     /* in bits of its own family */
	bool is_v4;
};

struct policy_rule {
	/* Never NULL: "rule-N" (N from 0, within its section) where not named. */
	char *name;
	unsigned line; /* of the file */
	enum action action;
	enum image_section section;
	unsigned number;  /* within its section, from 0 */
	uint8_t error;	  /* positive errno that the caller gets */
	uint8_t severity; /* 1-10, 0: not said (the policy's holds; already merged in) */
	char *message;	  /* NULL: none; rule's, else the policy's */
	char **tags;
	size_t n_tags;
	bool strict;
	enum enforcement enforcement;
	char *open_ways; /* NULL when ENFORCED */
	uint64_t until;	 /* CLOCK_BOOTTIME ns; 0: no end. Set for denials by hand alone */

	/* By which program: patterns as of paths; n_from == 0: any. */
	char **from;
	size_t n_from;
	bool from_not; /* {not: [...]} */

	/* exec, file: patterns as written, checked (absolute, no ".."). n_paths == 0: any
	 * object, also what has no name; then a condition is said. */
	char **paths;
	size_t n_paths;
	char **except;
	size_t n_except;
	uint32_t access; /* ACCESS_READ | ACCESS_WRITE; exec: ACCESS_EXEC */

	/* exec: conditions, false where not said */
	bool fileless;
	bool drifted;
	bool stdio_socket;
	bool direct;  /* as: direct; interpreters that a `#!` led to are spared */
	bool by_name; /* multicall: by-name; the file behind the name is not meant */

	/* file */
	enum file_owner owner;

	/* sockets */
	struct number_set families, types;
	/* sockets, and network (there by IP protocol number) */
	struct number_set protocols;

	/* network, direction connect */
	struct prefix *to; /* n_to == 0: any address */
	size_t n_to;
	struct prefix *not_to; /* "except" of a network rule */
	size_t n_not_to;
	struct number_set ports;
	/* network, instead of addresses: sockets by name, "@" before what is no file's;
	 * n_unix == 0: the rule is about addresses. */
	char **unix_names;
	size_t n_unix;
};

/* A section of a policy: its default and its rules. */
struct policy_section {
	bool present;
	/* A default that is refused is not here: it is in force nowhere. */
	bool default_deny;
	enum enforcement default_enforcement;
	char *default_open_ways; /* NULL when ENFORCED */
	bool base_none;		 /* file: the default spares nothing */
	unsigned line;
	struct policy_rule *rules;
	size_t n_rules;
};

struct policy {
	unsigned references;
	enum policy_kind kind;
	char *name_space; /* "" for cluster policies */
	char *name;
	char *description; /* NULL: none */
	/* Annotations lsmd.io/prevents and lsmd.io/how: the detection of another system
	 * that the policy makes needless, by its name there, and how close it comes.
	 * NULL: none. */
	char *prevents, *how;
	char *source; /* file it came from, "line" within it below; "by hand" */
	unsigned line;
	bool audit_mode; /* mode: audit */
	uint8_t severity;
	struct label_selector pod_selector;
	struct label_selector namespace_selector; /* cluster policies */
	struct label_selector node_selector;
	char **containers; /* globs; n_containers == 0: all */
	size_t n_containers;
	char **units; /* cluster policies: globs of systemd's names (policy/host.h) */
	size_t n_units;
	char **cgroups; /* cluster policies: globs of paths, without a "/" in front */
	size_t n_cgroups;
	char *pod_uid; /* denials by hand: this pod alone; NULL otherwise */
	/* Of the policy as a whole: REFUSED when it selects by what this version does not
	 * know, and then it selects nothing; PARTIAL when "isolate" is refused, the rest
	 * in force. */
	enum enforcement enforcement;
	char *open_ways; /* NULL when ENFORCED */
	struct policy_section sections[SECTION_COUNT];
};

/* Borrowed or owned references, in reason order: kind, namespace, name. */
struct policy_list {
	struct policy **items;
	size_t n;
};

struct policy *policy_ref(struct policy *policy);
/** policy_unref() - Drop a reference, free with the last. Return: NULL. */
struct policy *policy_unref(struct policy *policy);
/** policy_list_copy() - With references of its own. Return: 0, -ENOMEM. */
int policy_list_copy(const struct policy_list *list, struct policy_list *ret_list);
/** policy_list_same() - Are they the same policies in the same order? */
bool policy_list_same(const struct policy_list *a, const struct policy_list *b);
void policy_list_clear(struct policy_list *list);
/** policy_list_sort() - Put into reason order (POLICY.md, Decision 4). */
void policy_list_sort(struct policy_list *list);

/**
 * policy_parse() - Read every document of one YAML text.
 * @text, @length: the bytes; need not end in NUL, may be hostile
 * @source:        what the text is called in messages, usually the file's path
 * @diagnostics:   every error and warning of the text is added, never only the first
 * @ret_policies:  set on success only; the caller owns the references
 *
 * Memory and time are bounded by the text's length and limits in yaml.h.
 *
 * Return: 0; -EINVAL when there was an error (details in @diagnostics); -ENOMEM.
 */
int policy_parse(const char *text, size_t length, const char *source,
		 struct diagnostics *diagnostics, struct policy_list *ret_policies);

/**
 * policy_read_file() - policy_parse() of a file.
 * Return: as policy_parse(); also the negative errno of open and read, with a diagnostic.
 */
int policy_read_file(const char *path, struct diagnostics *diagnostics,
		     struct policy_list *ret_policies);

/**
 * policy_check() - What one policy alone cannot say: duplicates, pointless rules.
 *
 * Adds errors for duplicate kind/namespace/name, and warnings for allow rules that lift
 * nothing. Rules that another of their own policy makes pointless policy_parse() tells.
 *
 * Return: 0; -EINVAL when there was an error; -ENOMEM.
 */
int policy_check(const struct policy_list *policies, struct diagnostics *diagnostics);

#endif
