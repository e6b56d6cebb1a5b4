// SPDX-License-Identifier: Apache-2.0

/* POLICY.md, "Decision". */

#include "reference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

/* Those who decide together: a tier, or a policy in audit mode, "as if it were alone". In
 * reason order, "first by kind, namespace, name, section and rule number". */
struct bench {
	const struct drawn_policy *policies[DRAWN_POLICIES];
	unsigned places[DRAWN_POLICIES];
	size_t n;
};

/* --- one rule ---------------------------------------------------------------------- */

/* "`multicall: by-name` on a rule denies only the named links instead": the file by
 * whatever name it is found or called by, and never what it is. An allow rule goes by
 * names anyway. */
static bool goes_by_name(const struct drawn_rule *rule)
{
	return rule->by_name && strcmp(rule->action, "allow") != 0;
}

/* Sections, file: "`access`: default: both". */
static bool rule_covers(const struct drawn_rule *rule, bool reads, bool writes)
{
	return !rule->access || (reads && strstr(rule->access, "read")) ||
	       (writes && strstr(rule->access, "write"));
}

/*
 * "Allow, `except` and `from` match names in the container's own mount namespace";
 * "identity only widens deny and kill".
 */
static bool path_matches(const struct drawn_rule *rule, const struct call *call)
{
	bool is_allow = !strcmp(rule->action, "allow");
	bool excepted = path_is_any(call->path, rule->except, rule->n_except);

	if (call->by == (goes_by_name(rule) ? IDENTITY : CALLED))
		return false;
	if (is_allow && (!call->name_counts || call->by != NAME))
		return false;
	if (excepted && (call->name_counts || call->by != NAME))
		return false;
	return !rule->n_paths || path_is_any(call->path, rule->paths, rule->n_paths);
}

/* "`unix` is never under a `network` default", thus an allow rule lifts nothing. */
static bool network_matches(const struct drawn_rule *rule, const struct call *call)
{
	if (!call->event->is_unix)
		return connect_matches(rule, call);
	return strcmp(rule->action, "allow") != 0 && unix_matches(rule, call);
}

static bool rule_matches(const struct drawn_rule *rule, const struct call *call,
			 bool reads, bool writes)
{
	if (rule->until == DRAWN_ENDED || !conditions_hold(rule, call))
		return false;
	switch (call->event->section) {
	case DRAWN_SOCKETS:
		return socket_matches(rule, call->event);
	case DRAWN_NETWORK:
		return network_matches(rule, call);
	case DRAWN_FILE:
		return rule_covers(rule, reads, writes) && path_matches(rule, call);
	case DRAWN_EXEC:
	case DRAWN_SECTIONS:
		break;
	}
	return path_matches(rule, call);
}

/* --- one bench --------------------------------------------------------------------- */

static const struct drawn_rules *rules_of(const struct bench *bench, size_t i,
					  const struct call *call)
{
	return &bench->policies[i]->sections[call->event->section];
}

/* POLICY.md, "Errno". */
static unsigned default_error(const struct call *call)
{
	return call->event->section == DRAWN_FILE ? EACCES : EPERM;
}

static struct opinion opinion_of(const struct bench *bench, size_t i, unsigned number,
				 enum reference_verdict verdict, const struct call *call)
{
	const struct drawn_rules *rules = rules_of(bench, i, call);
	struct opinion opinion = {.verdict = verdict,
				  .policy = bench->policies[i],
				  .number = number,
				  .place = bench->places[i] * (DRAWN_RULES + 1) + number};

	if (number < rules->n)
		opinion.rule = &rules->rules[number];
	if (verdict != REFERENCE_AUDIT)
		opinion.error = opinion.rule && opinion.rule->error ? opinion.rule->error
								    : default_error(call);
	return opinion;
}

/* "Of several rules of the deciding rank, the first ... is the reason." */
static bool first_of(const struct bench *bench, const struct call *call,
		     const char *action, enum reference_verdict verdict,
		     struct opinion *ret_opinion)
{
	for (size_t i = 0; i < bench->n; i++) {
		const struct drawn_rules *rules = rules_of(bench, i, call);

		for (unsigned k = 0; k < rules->n; k++) {
			if (strcmp(rules->rules[k].action, action) != 0 ||
			    !rule_matches(&rules->rules[k], call, call->event->reads,
					  call->event->writes))
				continue;
			*ret_opinion = opinion_of(bench, i, k, verdict, call);
			return true;
		}
	}
	return false;
}

/* "`default: deny` includes a documented base that a process cannot do without; `base:
 * none` drops it": it is there where some default has it. */
static bool base_allows(const struct bench *bench, const struct call *call, bool writes)
{
	bool has_base = false;

	for (size_t i = 0; i < bench->n; i++) {
		const struct drawn_rules *rules = rules_of(bench, i, call);

		has_base = has_base || (rules->default_deny && !rules->base_none);
	}
	return has_base && call->by == NAME && call->name_counts &&
	       path_is_base(call->path, writes);
}

/* Is there an allow rule that matches? @among: those without conditions and those with
 * the same as it; NULL: all */
static bool rule_allows(const struct bench *bench, const struct call *call, bool reads,
			bool writes, const struct drawn_rule *among)
{
	for (size_t i = 0; i < bench->n; i++) {
		const struct drawn_rules *rules = rules_of(bench, i, call);

		for (size_t k = 0; k < rules->n; k++) {
			const struct drawn_rule *rule = &rules->rules[k];
			bool has_conditions = rule->n_from || rule->owner;

			if (among && has_conditions && !conditions_are_same(rule, among))
				continue;
			if (!strcmp(rule->action, "allow") &&
			    rule_matches(rule, call, reads, writes))
				return true;
		}
	}
	return false;
}

static bool both_are_allowed(const struct bench *bench, const struct call *call,
			     const struct drawn_rule *among)
{
	return (base_allows(bench, call, false) ||
		rule_allows(bench, call, true, false, among)) &&
	       (base_allows(bench, call, true) ||
		rule_allows(bench, call, false, true, among));
}

/*
 * "Within a tier, allow rules add up": one may allow to read what another allows to
 * write. Two that hold under different conditions are not added up for one open that does
 * both.
 */
static bool file_is_allowed(const struct bench *bench, const struct call *call)
{
	const struct drawn_event *event = call->event;
	const struct drawn_rule none = {.action = "allow"};
	bool allowed;

	if (!event->reads || !event->writes)
		return base_allows(bench, call, event->writes) ||
		       rule_allows(bench, call, event->reads, event->writes, NULL);
	allowed = both_are_allowed(bench, call, &none);
	for (size_t i = 0; i < bench->n; i++) {
		const struct drawn_rules *rules = rules_of(bench, i, call);

		for (size_t k = 0; k < rules->n; k++)
			allowed = allowed ||
				  both_are_allowed(bench, call, &rules->rules[k]);
	}
	return allowed;
}

static bool is_allowed(const struct bench *bench, const struct call *call)
{
	return call->event->section == DRAWN_FILE
		       ? file_is_allowed(bench, call)
		       : rule_allows(bench, call, false, false, NULL);
}

/* "an interpreter that is reached by `#!` from an explicitly allowed script is allowed"
 */
static bool is_spared(const struct bench *bench, const struct call *call)
{
	const struct call script = {.event = call->event,
				    .path = call->event->script,
				    .name_counts = true,
				    .is_script = true};

	return call->event->section == DRAWN_EXEC && *script.path &&
	       rule_allows(bench, &script, false, false, NULL);
}

/* "... and a default is deny if any policy says so." "A default's denial is the first
 * policy's that set it." What a file merely is or is called as well is under no default.
 */
static struct opinion by_default(const struct bench *bench, const struct call *call)
{
	for (size_t i = 0; i < bench->n && call->by == NAME && !call->event->is_unix; i++)
		if (rules_of(bench, i, call)->default_deny)
			return opinion_of(bench, i, DRAWN_RULES, REFERENCE_DENY, call);
	return (struct opinion){0};
}

/* "kill if a kill rule matches; else deny if a deny rule matches, or if the default is
 * deny and no allow rule matches; else allow. Order never matters." */
static struct opinion judge(const struct bench *bench, const struct call *call)
{
	struct opinion opinion = {0};

	if (first_of(bench, call, "kill", REFERENCE_KILL, &opinion) ||
	    first_of(bench, call, "deny", REFERENCE_DENY, &opinion) ||
	    is_allowed(bench, call) || is_spared(bench, call))
		return opinion;
	return by_default(bench, call);
}

/* --- all of them ------------------------------------------------------------------- */

/* Return: the number of policies that come before in reason order. */
static unsigned place_of(const struct drawn_policies *policies,
			 const struct drawn_policy *policy)
{
	unsigned before = 0;

	for (size_t i = 0; i < policies->n; i++) {
		const struct drawn_policy *other = &policies->items[i];

		if (other->cluster != policy->cluster)
			before += other->cluster;
		else
			before += strcmp(other->name, policy->name) < 0;
	}
	return before;
}

static void bench_add(struct bench *bench, const struct drawn_policies *policies,
		      const struct drawn_policy *policy)
{
	unsigned place = place_of(policies, policy);
	size_t i = bench->n++;

	for (; i && bench->places[i - 1] > place; i--) {
		bench->places[i] = bench->places[i - 1];
		bench->policies[i] = bench->policies[i - 1];
	}
	bench->places[i] = place;
	bench->policies[i] = policy;
}

/* "the stricter verdict holds"; of equal ones, the first is the reason. */
static void decide(struct opinions *opinions, struct opinion opinion)
{
	struct opinion *decision = &opinions->decision;

	if (opinion.verdict > decision->verdict ||
	    (opinion.verdict == decision->verdict && opinion.verdict &&
	     opinion.place < decision->place))
		*decision = opinion;
}

/* Each reason reports once, whatever the event is called by. */
static void report(struct opinions *opinions, struct opinion opinion)
{
	if (opinion.verdict == REFERENCE_ALLOW)
		return;
	for (size_t i = 0; i < opinions->n_reports; i++)
		if (opinions->reports[i].place == opinion.place)
			return;
	opinions->reports[opinions->n_reports++] = opinion;
}

/* "An audit rule reports what it matches." */
static void report_audits(const struct bench *bench, const struct call *call,
			  struct opinions *opinions)
{
	struct opinion opinion;

	if (first_of(bench, call, "audit", REFERENCE_AUDIT, &opinion))
		report(opinions, opinion);
}

/* "Two tiers. All `ClusterLsmPolicy` ... decide together, all `LsmPolicy` ... decide
 * together." */
static void judge_tier(const struct drawn_policies *policies, bool cluster,
		       const struct call *call, struct opinions *opinions)
{
	struct bench bench = {.n = 0};

	for (size_t i = 0; i < policies->n; i++)
		if (policies->items[i].cluster == cluster &&
		    !policies->items[i].audit_mode)
			bench_add(&bench, policies, &policies->items[i]);
	decide(opinions, judge(&bench, call));
	report_audits(&bench, call, opinions);
}

/* "An audit-mode policy is decided by itself, as if it were alone, and its denials become
 * reports." */
static void judge_alone(const struct drawn_policies *policies,
			const struct drawn_policy *policy, const struct call *call,
			struct opinions *opinions)
{
	struct bench bench = {.n = 0};

	bench_add(&bench, policies, policy);
	report(opinions, judge(&bench, call));
	report_audits(&bench, call, opinions);
}

static void judge_call(const struct drawn_policies *policies, const struct call *call,
		       struct opinions *opinions)
{
	judge_tier(policies, true, call, opinions);
	judge_tier(policies, false, call, opinions);
	for (size_t i = 0; i < policies->n; i++)
		if (policies->items[i].audit_mode)
			judge_alone(policies, &policies->items[i], call, opinions);
}

/* DESIGN.md 11: "When a hook can't read what it needs and a rule could have applied, a
 * subject is denied". */
static struct opinion judge_unread(const struct drawn_policies *policies)
{
	for (size_t i = 0; i < policies->n; i++) {
		const struct drawn_rules *rules =
			&policies->items[i].sections[DRAWN_NETWORK];
		bool denies = rules->default_deny;

		for (size_t k = 0; k < rules->n; k++)
			denies = denies || (!rules->rules[k].unix_names.n &&
					    (*rules->rules[k].action == 'd' ||
					     *rules->rules[k].action == 'k'));
		if (denies && !policies->items[i].audit_mode)
			return (struct opinion){.verdict = REFERENCE_DENY,
						.closed = true,
						.error = EPERM};
	}
	return (struct opinion){0};
}

static void judge_connect(const struct drawn_policies *policies,
			  const struct drawn_event *event, struct opinions *opinions)
{
	struct call calls[CONNECT_ADDRESSES];
	size_t n = connect_addresses(event, calls);

	if (!connect_is_readable(event)) {
		opinions->decision = judge_unread(policies);
		return;
	}
	for (size_t i = 0; i < n; i++)
		judge_call(policies, &calls[i], opinions);
}

static void judge_file(const struct drawn_policies *policies,
		       const struct drawn_event *event, struct opinions *opinions)
{
	const struct call name = {.event = event,
				  .path = event->path,
				  .name_counts = *event->path && !event->untrusted};
	const struct call identity = {
		.event = event, .path = event->identity, .by = IDENTITY};
	const struct call called = {.event = event, .path = event->called, .by = CALLED};

	judge_call(policies, &name, opinions);
	if (*event->identity)
		judge_call(policies, &identity, opinions);
	if (*event->called)
		judge_call(policies, &called, opinions);
}

void reference_judge(const struct drawn_policies *policies,
		     const struct drawn_event *event, struct opinions *ret_opinions)
{
	const struct call call = {.event = event};

	memset(ret_opinions, 0, sizeof(*ret_opinions));
	switch (event->section) {
	case DRAWN_EXEC:
	case DRAWN_FILE:
		judge_file(policies, event, ret_opinions);
		break;
	case DRAWN_SOCKETS:
		judge_call(policies, &call, ret_opinions);
		break;
	case DRAWN_NETWORK:
	case DRAWN_SECTIONS:
		if (event->is_unix)
			judge_file(policies, event, ret_opinions);
		else
			judge_connect(policies, event, ret_opinions);
		break;
	}
}
