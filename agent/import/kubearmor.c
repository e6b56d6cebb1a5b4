// SPDX-License-Identifier: Apache-2.0
/*
 * KubeArmorPolicy, KubeArmorHostPolicy and KubeArmorClusterPolicy
 * (docs.kubearmor.io, Security Policy Specification).
 */
#include "import/kubearmor.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

static void level_clear(struct ka_level *level)
{
	strings_clear(&level->tags, &level->n_tags);
}

void ka_policy_clear(struct ka_policy *policy)
{
	level_clear(&policy->level);
	for (size_t i = 0; i < KA_SECTIONS; i++)
		level_clear(&policy->sections[i]);
	for (size_t i = 0; i < policy->n_rules; i++) {
		level_clear(&policy->rules[i].level);
		free(policy->rules[i].sources);
	}
	free(policy->rules);
	*policy = (struct ka_policy){0};
}

bool ka_allows(const struct ka_policy *policy, enum ka_section section)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].section == section &&
		    policy->rules[i].level.action == KA_ALLOW)
			return true;
	return false;
}

static json_t *tag_list(const struct ka_level *level)
{
	json_t *tags = json_array();

	for (size_t i = 0; tags && i < level->n_tags; i++)
		if (json_add_string(tags, level->tags[i])) {
			json_decref(tags);
			return NULL;
		}
	return tags;
}

/*
 * Where a level says something that the policy says otherwise, the rule repeats it. Tags
 * of ours add up and KubeArmor's replace each other: once one differs, all stand at the
 * rules.
 */
json_t *ka_rule_new(const struct ka_policy *policy, const struct ka_level *level,
		    const char *action)
{
	_cleanup_(json_decrefp) json_t *rule = json_pack("{ss}", "action", action);
	bool failed = !rule;

	if (level->severity != policy->level.severity)
		failed |= json_object_set_new(rule, "severity",
					      json_integer(level->severity)) != 0;
	if (level->message && level->message != policy->level.message)
		failed |= json_object_set_new(rule, "message",
					      json_string(level->message)) != 0;
	if (policy->own_tags && level->n_tags)
		failed |= json_object_set_new(rule, "tags", tag_list(level)) != 0;
	return failed ? NULL : TAKE_PTR(rule);
}

static int read_spec_level(struct parse *parse, const struct yaml_pair *pair,
			   void *object)
{
	return ka_read_level(parse, pair, &((struct ka_policy *)object)->level);
}

static int read_profile(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return import_lack(
		importer_of(parse), pair->key, IMPORT_PROFILE,
		"\"%s\" holds a profile of another security module; write its rules as "
		"rules of file, exec and capabilities",
		pair->key->text);
}

static int read_status(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const char *const words[] = {"Active", "Inactive"};
	size_t word = 0;
	int r = parse_word(parse, pair, words, ARRAY_SIZE(words), &word);

	(void)object;
	if (r || !word)
		return r;
	return import_lack(
		importer_of(parse), pair->value, IMPORT_INACTIVE,
		"KubeArmor does not enforce a policy that is inactive, and here one that "
		"is there is in force; leave it out, or set it active");
}

static int read_preset_name(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	if (!r)
		*(const struct yaml_node **)object = pair->value;
	return r;
}

static int read_preset(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_preset_name, FIELD_REQUIRED},
		{"action", NULL, FIELD_IGNORED}, /* named in what is said of the preset */
	};
	const struct yaml_node *name = NULL;
	int r = parse_map(parse, pair->value, "a preset", fields, ARRAY_SIZE(fields),
			  &name);

	(void)object;
	if (r || !name)
		return r;
	return import_lack(importer_of(parse), name, IMPORT_PRESET,
			   "the preset \"%.80s\" is code of KubeArmor's; of its kind are "
			   "\"fileless\" "
			   "of exec and \"ptrace\" of process",
			   name->text);
}

int ka_read_presets(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_preset, object);
}

static void inherit(const struct ka_policy *policy, struct ka_rule *rule)
{
	const struct ka_level *levels[] = {&policy->sections[rule->section],
					   &policy->level};
	struct ka_level *own = &rule->level;

	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		if (own->action == KA_UNSAID)
			own->action = levels[i]->action;
		if (!own->severity)
			own->severity = levels[i]->severity;
		if (!own->message)
			own->message = levels[i]->message;
	}
	if (own->action == KA_UNSAID)
		own->action = KA_BLOCK; /* KubeArmor's default */
}

/* Tags of the nearest level that has any. */
static int inherit_tags(struct ka_policy *policy, struct ka_rule *rule)
{
	const struct ka_level *from = &policy->sections[rule->section];
	int r = 0;

	if (rule->level.n_tags || !policy->own_tags)
		return 0;
	if (!from->n_tags)
		from = &policy->level;
	for (size_t i = 0; !r && i < from->n_tags; i++)
		r = strings_add(&rule->level.tags, &rule->level.n_tags, from->tags[i]);
	return r;
}

static int inherit_all(struct ka_policy *policy)
{
	int r = 0;

	for (size_t i = 0; i < KA_SECTIONS; i++)
		policy->own_tags |= policy->sections[i].n_tags != 0;
	for (size_t i = 0; i < policy->n_rules; i++)
		policy->own_tags |= policy->rules[i].level.n_tags != 0;
	for (size_t i = 0; !r && i < policy->n_rules; i++) {
		inherit(policy, &policy->rules[i]);
		r = inherit_tags(policy, &policy->rules[i]);
	}
	return r;
}

static int convert_level(struct ka_policy *policy)
{
	struct draft *draft = &policy->importer->draft;
	const struct ka_level *level = &policy->level;
	int r = 0;

	if (level->severity)
		r = draft_set(draft, "severity", json_integer(level->severity));
	if (!r && level->message)
		r = draft_set(draft, "message", json_string(level->message));
	if (!r && level->n_tags && !policy->own_tags)
		r = draft_set(draft, "tags", tag_list(level));
	return r;
}

static int convert_sections(struct ka_policy *policy)
{
	int r = ka_convert_paths(policy, KA_PROCESS);

	if (!r)
		r = ka_convert_paths(policy, KA_FILE);
	if (!r)
		r = ka_convert_words(policy, KA_NETWORK);
	if (!r)
		r = ka_convert_words(policy, KA_CAPABILITIES);
	return r;
}

/* What denies all that is not allowed is worth a word: KubeArmor only does so where it is
 * told. */
static int tell_posture(struct ka_policy *policy, const struct yaml_node *node)
{
	static const enum ka_section all[] = {KA_PROCESS, KA_FILE, KA_NETWORK,
					      KA_CAPABILITIES};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (ka_allows(policy, all[i]))
			return parse_warning(
				&policy->importer->parse, node,
				"what its Allow rules leave out is denied, as in "
				"KubeArmor under the default posture \"block\"; where "
				"yours is \"audit\", add \"mode: audit\"");
	return 0;
}

/*
 * Its subjects are the processes of the node. Those of systemd's units can be selected,
 * except those without which there is no node: so some of what it is about is always
 * lost.
 */
static int convert_host(struct importer *importer, const struct yaml_node *node)
{
	int r = import_lack(
		importer, yaml_get(node, "kind"), IMPORT_HOST,
		"a KubeArmorHostPolicy is about every process of the host; here only "
		"the cgroups of services and logins can be selected, and never those of "
		"PID 1, kubelet, the container runtime, sshd and lsmd");

	if (!r)
		r = draft_set(&importer->draft, "cgroups",
			      json_pack("[s, s]", "/system.slice/**", "/user.slice/**"));
	return r;
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field pod_fields[] = {
		{"selector", ka_read_pod_selector, 0}, {"process", ka_read_section, 0},
		{"file", ka_read_section, 0},	       {"network", ka_read_section, 0},
		{"capabilities", ka_read_section, 0},  {"syscalls", ka_read_section, 0},
		{"severity", read_spec_level, 0},      {"tags", read_spec_level, 0},
		{"message", read_spec_level, 0},       {"action", read_spec_level, 0},
		{"apparmor", read_profile, 0},	       {"selinux", read_profile, 0},
		{"presets", ka_read_presets, 0},       {"status", read_status, 0},
	};
	static const struct field host_fields[] = {
		{"nodeSelector", ka_read_node_selector, 0},
		{"process", ka_read_section, 0},
		{"file", ka_read_section, 0},
		{"network", ka_read_section, 0},
		{"capabilities", ka_read_section, 0},
		{"syscalls", ka_read_section, 0},
		{"severity", read_spec_level, 0},
		{"tags", read_spec_level, 0},
		{"message", read_spec_level, 0},
		{"action", read_spec_level, 0},
		{"apparmor", read_profile, 0},
		{"selinux", read_profile, 0},
	};
	bool host = !strcmp(importer_of(parse)->kind, "KubeArmorHostPolicy");

	if (host)
		return parse_map(parse, pair->value, "\"spec\"", host_fields,
				 ARRAY_SIZE(host_fields), object);
	return parse_map(parse, pair->value, "\"spec\"", pod_fields,
			 ARRAY_SIZE(pod_fields), object);
}

static int read_document(struct ka_policy *policy, const struct yaml_node *node)
{
	static const struct field fields[] = {
		{"apiVersion", NULL, FIELD_IGNORED},
		{"kind", NULL, FIELD_IGNORED},
		{"metadata", import_metadata, FIELD_REQUIRED},
		{"spec", read_spec, FIELD_REQUIRED},
		{"status", NULL, FIELD_IGNORED},
	};

	return parse_map(&policy->importer->parse, node, "a policy of KubeArmor", fields,
			 ARRAY_SIZE(fields), policy);
}

int kubearmor_convert(struct importer *importer, const struct yaml_node *node)
{
	_cleanup_(ka_policy_clear) struct ka_policy policy = {.importer = importer};
	bool host = !strcmp(importer->kind, "KubeArmorHostPolicy");
	int r;

	if (strcmp(importer->kind, "KubeArmorPolicy") != 0)
		importer->draft.kind = POLICY_CLUSTER;
	r = read_document(&policy, node);
	if (!r && host)
		r = convert_host(importer, node);
	if (!r && !host && !json_object_get(importer->draft.spec, "podSelector"))
		r = draft_set(&importer->draft, "podSelector", json_object());
	if (!r)
		r = inherit_all(&policy);
	if (!r)
		r = convert_level(&policy);
	if (!r)
		r = convert_sections(&policy);
	if (!r)
		r = tell_posture(&policy, node);
	if (!r && !importer->lacks && draft_is_empty(&importer->draft))
		r = parse_error(&importer->parse, node,
				"a policy without a rule; add process, file, network or "
				"capabilities");
	return r;
}
