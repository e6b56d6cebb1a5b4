// SPDX-License-Identifier: Apache-2.0
#include "policy/judgement_match.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "policy/image_rule_json.h"
#include "policy/judgement_unmet.h"
#include "policy/model_names.h"
#include "policy/parse.h"
#include "policy/probe.h"
#include "util/cleanup.h"

static const enum image_section sections[] = {
	[EVAL_EXEC] = SECTION_EXEC,	 [EVAL_OPEN] = SECTION_FILE,
	[EVAL_SOCKET] = SECTION_SOCKETS, [EVAL_CONNECT] = SECTION_NETWORK,
	[EVAL_UNIX] = SECTION_NETWORK,
};

static int add(struct matches *matches, const struct policy *policy,
	       const struct policy_rule *rule, char *unmet)
{
	struct match *grown = array_grow(matches->items, matches->n, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	matches->items = grown;
	grown[matches->n++] =
		(struct match){.policy = policy, .rule = rule, .unmet = unmet};
	return 0;
}

/* What denies matches or does not; what allows may be kept from it by a name as well. */
static int try_rule(const struct policy *policy, const struct policy_rule *rule,
		    const struct eval_event *event, struct matches *matches)
{
	_cleanup_(freep) char *unmet = NULL;
	bool is_match = false;
	int r = probe_rule(policy, rule, event, &is_match);

	if (r == 0 && (!is_match || rule->action == ACTION_ALLOW))
		r = unmet_find(policy, rule, event, &unmet);
	if (r == 0 && (is_match || unmet)) {
		r = add(matches, policy, rule, unmet);
		if (r == 0)
			unmet = NULL;
	}
	return r;
}

static int find_in(const struct policy *policy, const struct eval_event *event,
		   struct matches *matches)
{
	const struct policy_section *section = &policy->sections[sections[event->kind]];
	int r = 0;

	for (size_t i = 0; r == 0 && i < section->n_rules; i++)
		if (section->rules[i].enforcement != REFUSED)
			r = try_rule(policy, &section->rules[i], event, matches);
	/* No default covers unix sockets. */
	return r == 0 && section->default_deny && event->kind != EVAL_UNIX
		       ? add(matches, policy, NULL, NULL)
		       : r;
}

int matches_find(const struct policy_list *policies, const struct eval_event *event,
		 struct matches *matches)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < policies->n; i++)
		r = find_in(policies->items[i], event, matches);
	return r;
}

void matches_clear(struct matches *matches)
{
	for (size_t i = 0; i < matches->n; i++)
		free(matches->items[i].unmet);
	free(matches->items);
	*matches = (struct matches){0};
}

bool match_is(const struct match *match, const struct image_rule_info *info)
{
	const struct policy *policy = match->policy;

	if (!match->rule != info->is_default ||
	    strcmp(policy_kind_names[policy->kind], info->kind) != 0 ||
	    strcmp(policy->name_space, info->name_space) != 0 ||
	    strcmp(policy->name, info->policy) != 0)
		return false;
	return !match->rule || !strcmp(match->rule->name, info->rule);
}

/* Are both decided together? */
static bool is_of_group(const struct match *match, const struct policy *policy)
{
	if (policy->audit_mode || match->policy->audit_mode)
		return match->policy == policy;
	return match->policy->kind == policy->kind;
}

/* The first allow rule of a policy's group that matches, or its default; NULL: none does.
 */
static const struct match *find_match(const struct matches *matches,
				      const struct policy *policy, bool is_default)
{
	for (size_t i = 0; i < matches->n; i++) {
		const struct match *match = &matches->items[i];

		if (!match->unmet && is_of_group(match, policy) &&
		    !match->rule == is_default &&
		    (is_default || match->rule->action == ACTION_ALLOW))
			return match;
	}
	return NULL;
}

__attribute__((format(printf, 1, 2))) static char *say(const char *format, ...)
{
	char *text;
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(&text, format, arguments);
	va_end(arguments);
	return r < 0 ? NULL : text;
}

/* "deny no-shells of web is stricter". */
static char *say_ruling(const struct image_rule_info *ruling, const char *what)
{
	return say("%s %s of %s %s", verdict_names[ruling->verdict], ruling->rule,
		   ruling->policy, what);
}

static char *why_allow(const struct match *match, const struct matches *matches,
		       const struct image_rule_info *ruling)
{
	const struct match *by_default = find_match(matches, match->policy, true);

	if (!ruling)
		return by_default ? say("it spares the default of %s",
					by_default->policy->name)
				  : say("nothing denies by default");
	if (!ruling->is_default)
		return say_ruling(ruling, "is stricter");
	if (!by_default || !match_is(by_default, ruling))
		return say("the default of %s, of the other tier, holds", ruling->policy);
	return say("it does not allow all of this access");
}

static char *why_default(const struct match *match, const struct matches *matches,
			 const struct image_rule_info *ruling)
{
	const struct match *allow;

	if (ruling)
		return say_ruling(ruling, ruling->verdict == VERDICT_KILL
						  ? "is stricter"
						  : "comes first");
	allow = find_match(matches, match->policy, false);
	if (allow)
		return say("allow %s of %s holds", allow->rule->name,
			   allow->policy->name);
	return say("it spares what every process needs");
}

char *match_why(const struct match *match, const struct matches *matches,
		const struct image_rule_info *ruling)
{
	if (match->unmet)
		return strdup(match->unmet);
	if (!match->rule)
		return why_default(match, matches, ruling);
	if (match->rule->action == ACTION_ALLOW)
		return why_allow(match, matches, ruling);
	if (match->rule->action == ACTION_AUDIT)
		return say("another rule reports it already");
	if (!ruling) /* only by a clock: a denial by hand that has ended */
		return say("it has ended");
	if (ruling->verdict == VERDICT_KILL && match->rule->action != ACTION_KILL)
		return say_ruling(ruling, "is stricter");
	return say_ruling(ruling, "comes first");
}
