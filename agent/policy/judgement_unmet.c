// SPDX-License-Identifier: Apache-2.0
#include "policy/judgement_unmet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/probe.h"
#include "util/cleanup.h"

/* A rule under one of its conditions, if it has that one. @bare: the same under none. */
static bool keep_fileless(const struct policy_rule *rule, struct policy_rule *bare)
{
	return bare->fileless = rule->fileless;
}

static bool keep_drifted(const struct policy_rule *rule, struct policy_rule *bare)
{
	return bare->drifted = rule->drifted;
}

static bool keep_stdio(const struct policy_rule *rule, struct policy_rule *bare)
{
	return bare->stdio_socket = rule->stdio_socket;
}

static bool keep_direct(const struct policy_rule *rule, struct policy_rule *bare)
{
	return bare->direct = rule->direct;
}

static bool keep_owner(const struct policy_rule *rule, struct policy_rule *bare)
{
	bare->owner = rule->owner;
	return rule->owner != OWNER_ANY;
}

static bool keep_from(const struct policy_rule *rule, struct policy_rule *bare)
{
	bare->from = rule->from;
	bare->n_from = rule->n_from;
	return rule->n_from;
}

static const struct {
	bool (*keep)(const struct policy_rule *rule, struct policy_rule *bare);
	const char *words;
} conditions[] = {
	{keep_fileless, "the file is not fileless"},
	{keep_drifted, "the file has not drifted"},
	{keep_stdio, "no socket is on the descriptors 0 to 2"},
	{keep_direct, "a script led to the interpreter"},
	{keep_owner, "the owner is not the one that is meant"},
	{keep_from, "the program is not one that is meant"},
};

static struct policy_rule without_conditions(const struct policy_rule *rule)
{
	struct policy_rule bare = *rule;

	bare.fileless = bare.drifted = bare.stdio_socket = bare.direct = false;
	bare.owner = OWNER_ANY;
	bare.from = NULL;
	bare.n_from = 0;
	return bare;
}

/* Names that deny, and do not allow (DESIGN.md 5). */
static void write_names(const struct policy_rule *rule, const struct eval_event *event,
			FILE *file)
{
	if (rule->action != ACTION_ALLOW)
		return;
	if (event->untrusted_name)
		fputs(", the name is of another mount namespace", file);
	if (rule->n_from && event->untrusted_program)
		fputs(", the program's name is of another mount namespace", file);
}

static int write_unmet(const struct policy *policy, const struct policy_rule *rule,
		       const struct eval_event *event, FILE *file)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(conditions); i++) {
		struct policy_rule one = without_conditions(rule);
		bool holds = true;

		if (conditions[i].keep(rule, &one))
			r = probe_rule(policy, &one, event, &holds);
		if (r == 0 && !holds)
			fprintf(file, ", %s", conditions[i].words);
	}
	write_names(rule, event, file);
	return r;
}

int unmet_find(const struct policy *policy, const struct policy_rule *rule,
	       const struct eval_event *event, char **ret_unmet)
{
	const struct policy_rule bare = without_conditions(rule);
	_cleanup_(freep) char *text = NULL;
	bool is_about = false;
	size_t length = 0;
	FILE *file;
	int r = probe_rule(policy, &bare, event, &is_about);

	*ret_unmet = NULL;
	if (r < 0 || !is_about)
		return r;
	file = open_memstream(&text, &length);
	if (!file)
		return -ENOMEM;
	r = write_unmet(policy, rule, event, file);
	if (fclose(file) && r == 0)
		r = -ENOMEM;
	if (r < 0 || !length)
		return r;
	*ret_unmet = strdup(text + strlen(", "));
	return *ret_unmet ? 0 : -ENOMEM;
}
