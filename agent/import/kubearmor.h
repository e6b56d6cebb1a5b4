/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_KUBEARMOR_H
#define LSMD_IMPORT_KUBEARMOR_H

/*
 * KubeArmor's policies. Read whole before anything is converted, since an action may
 * stand behind what it is about, and since one rule can take something out of another.
 */

#include "import/importer.h"

enum ka_action {
	KA_UNSAID,
	KA_ALLOW,
	KA_AUDIT,
	KA_BLOCK,
};

enum ka_section {
	KA_PROCESS,
	KA_FILE,
	KA_NETWORK,
	KA_CAPABILITIES,
	KA_SYSCALLS,
	KA_SECTIONS,
};

/* What can be said of a policy, of a section and of a rule; the innermost holds. */
struct ka_level {
	enum ka_action action;
	int64_t severity;    /* 0: not said */
	const char *message; /* NULL: not said; borrowed from the tree */
	char **tags;
	size_t n_tags;
};

enum ka_match {
	KA_PATH,
	KA_DIRECTORY,
	KA_PATTERN,
	KA_EXECNAME,
	KA_WORD, /* a protocol, a capability */
};

/* One item of a match list. Texts are borrowed from the tree. */
struct ka_rule {
	enum ka_section section;
	enum ka_match match;
	const struct yaml_node *node; /* that names the object */
	const char **sources;
	size_t n_sources;
	bool owner_only;
	bool read_only;
	bool recursive;
	struct ka_level level; /* as read; ka_policy_inherit() makes it what holds */
};

struct ka_policy {
	struct importer *importer;
	enum ka_section section; /* that is being read */
	struct ka_level level;
	struct ka_level sections[KA_SECTIONS];
	struct ka_rule *rules;
	size_t n_rules;
	bool own_tags; /* a section or a rule has tags of its own */
};

void ka_policy_clear(struct ka_policy *policy);

/* Readers of the spec's fields; @object is the struct ka_policy. */
int ka_read_level(struct parse *parse, const struct yaml_pair *pair,
		  struct ka_level *level);
int ka_read_section(struct parse *parse, const struct yaml_pair *pair, void *object);
int ka_read_pod_selector(struct parse *parse, const struct yaml_pair *pair, void *object);
int ka_read_node_selector(struct parse *parse, const struct yaml_pair *pair,
			  void *object);
int ka_read_presets(struct parse *parse, const struct yaml_pair *pair, void *object);

/** ka_allows() - Has the section an Allow rule, and so a default of denying? */
bool ka_allows(const struct ka_policy *policy, enum ka_section section);

/** ka_rule_new() - A rule of ours with what @level says besides. Return: NULL: no memory.
 */
json_t *ka_rule_new(const struct ka_policy *policy, const struct ka_level *level,
		    const char *action);

/** ka_convert_paths() - The rules of process and file. */
int ka_convert_paths(struct ka_policy *policy, enum ka_section section);
/** ka_convert_words() - Those of network and capabilities. */
int ka_convert_words(struct ka_policy *policy, enum ka_section section);

#endif
