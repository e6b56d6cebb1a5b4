// SPDX-License-Identifier: Apache-2.0
#include "subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/model.h"
#include "util/cleanup.h"

#define CENTURY (100ULL * 365 * 24 * 3600 * 1000000000ULL)

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
}

/* --- policies ---------------------------------------------------------------------- */

static const enum image_section sections[] = {
	[DRAWN_EXEC] = SECTION_EXEC,
	[DRAWN_FILE] = SECTION_FILE,
	[DRAWN_SOCKETS] = SECTION_SOCKETS,
	[DRAWN_NETWORK] = SECTION_NETWORK,
};

static struct policy *find(const struct policy_list *list,
			   const struct drawn_policy *drawn)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->items[i]->name, drawn->name))
			return list->items[i];
	abort();
}

/* What is refused since some hook is not attached yet is compiled all the same. */
static void lift_refusals(struct policy *policy)
{
	for (size_t s = 0; s < SECTION_COUNT; s++)
		for (size_t i = 0; i < policy->sections[s].n_rules; i++)
			policy->sections[s].rules[i].enforcement = ENFORCED;
}

/* What no YAML can say. */
static void set_until(const struct drawn_policy *drawn, struct policy *policy)
{
	for (size_t s = 0; s < DRAWN_SECTIONS; s++)
		for (size_t i = 0; i < drawn->sections[s].n; i++) {
			enum drawn_until until = drawn->sections[s].rules[i].until;

			if (until)
				policy->sections[sections[s]].rules[i].until =
					until == DRAWN_ENDED ? 1 : CENTURY;
		}
}

static void adapt(const struct drawn_policy *drawn, struct policy *policy)
{
	lift_refusals(policy);
	set_until(drawn, policy);
}

int subject_image(const struct drawn_policies *policies, struct image **ret_image)
{
	struct diagnostics diagnostics = {0};
	struct policy_list list = {0};
	_cleanup_(freep) char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	int r;

	drawn_write(policies, file);
	fclose(file);
	r = policy_parse(text, length, "drawn", &diagnostics, &list);
	for (size_t i = 0; r == 0 && i < policies->n; i++)
		adapt(&policies->items[i], find(&list, &policies->items[i]));
	if (r == 0)
		r = image_compile(&list, &diagnostics, ret_image);
	if (r && getenv("DIFFERENTIAL_SHOW_REFUSED"))
		diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	policy_list_clear(&list);
	return r;
}

/* --- events ------------------------------------------------------------------------ */

static const char *text_of(const char *text)
{
	return *text ? text : NULL;
}

void subject_event(const struct drawn_event *drawn, struct eval_event *ret_event)
{
	static const enum eval_kind kinds[] = {
		[DRAWN_EXEC] = EVAL_EXEC,
		[DRAWN_FILE] = EVAL_OPEN,
		[DRAWN_SOCKETS] = EVAL_SOCKET,
		[DRAWN_NETWORK] = EVAL_CONNECT,
	};

	*ret_event = (struct eval_event){
		.kind = drawn->is_unix ? EVAL_UNIX : kinds[drawn->section],
		.now = now(),
		.program = text_of(drawn->program),
		.program_script = text_of(drawn->program_script),
		.untrusted_program = drawn->untrusted_program,
		.path = text_of(drawn->path),
		.identity = text_of(drawn->identity),
		.owner_other = drawn->owner_other,
		.fileless = drawn->fileless,
		.drifted = drawn->drifted,
		.stdio_socket = drawn->stdio,
		.script = text_of(drawn->script),
		.called = text_of(drawn->called),
		.access = (drawn->reads ? ACCESS_READ : 0) |
			  (drawn->writes ? ACCESS_WRITE : 0),
		.untrusted_name = drawn->untrusted,
		.family = drawn->family,
		.type = drawn->type,
		.protocol = drawn->protocol,
		.address_family = drawn->address_family,
		.port = drawn->port,
		.length = drawn->length,
	};
	memcpy(ret_event->address, drawn->address, sizeof(ret_event->address));
}

/* --- answers ----------------------------------------------------------------------- */

bool subject_is_reason(const struct image *image, uint32_t rule,
		       const struct opinion *opinion)
{
	struct image_rule_info info;
	char name[16];

	if (opinion->closed)
		return rule == RULE_CLOSED;
	if (!image || image_rule(image, rule, &info) != 0)
		return false;
	snprintf(name, sizeof(name), "rule-%u", opinion->number);
	if (!opinion->rule)
		strcpy(name, "default");
	else if (*opinion->rule->name)
		strcpy(name, opinion->rule->name);
	return info.is_default == !opinion->rule && !strcmp(info.rule, name) &&
	       !strcmp(info.policy, opinion->policy->name) &&
	       !strcmp(info.kind,
		       opinion->policy->cluster ? "ClusterLsmPolicy" : "LsmPolicy");
}

static bool agrees(const struct image *image, const struct eval_outcome *outcome,
		   const struct opinion *opinion)
{
	static const enum verdict verdicts[] = {
		[REFERENCE_ALLOW] = VERDICT_ALLOW,
		[REFERENCE_AUDIT] = VERDICT_AUDIT,
		[REFERENCE_DENY] = VERDICT_DENY,
		[REFERENCE_KILL] = VERDICT_KILL,
	};

	if (outcome->verdict != verdicts[opinion->verdict])
		return false;
	return outcome->verdict == VERDICT_ALLOW ||
	       (outcome->error == opinion->error &&
		subject_is_reason(image, outcome->rule, opinion));
}

/* Reports come in whatever order; none is there twice. */
bool subject_agrees(const struct image *image, const struct eval_result *result,
		    const struct opinions *opinions)
{
	if (!agrees(image, &result->decision, &opinions->decision) ||
	    result->n_audits != opinions->n_reports)
		return false;
	for (size_t i = 0; i < opinions->n_reports; i++) {
		bool found = false;

		for (size_t k = 0; k < result->n_audits; k++)
			found = found ||
				agrees(image, &result->audits[k], &opinions->reports[i]);
		if (!found)
			return false;
	}
	return true;
}

static bool same_outcome(const struct eval_outcome *a, const struct eval_outcome *b)
{
	if (a->verdict == VERDICT_ALLOW && b->verdict == VERDICT_ALLOW)
		return true;
	return a->verdict == b->verdict && a->rule == b->rule && a->error == b->error;
}

bool subject_same(const struct eval_result *a, const struct eval_result *b)
{
	if (!same_outcome(&a->decision, &b->decision) || a->n_audits != b->n_audits)
		return false;
	for (size_t i = 0; i < a->n_audits; i++)
		if (!same_outcome(&a->audits[i], &b->audits[i]))
			return false;
	return true;
}

static const char *const verdict_words[] = {"allow", "audit", "deny", "kill"};

static void print_outcome(const struct image *image, const struct eval_outcome *outcome,
			  const char *what, FILE *file)
{
	struct image_rule_info info;

	fprintf(file, "  %s: %s", what, verdict_words[outcome->verdict]);
	if (outcome->verdict == VERDICT_ALLOW)
		fputs("\n", file);
	else if (outcome->rule == RULE_CLOSED)
		fprintf(file, ", errno %u, could not read\n", outcome->error);
	else if (image && image_rule(image, outcome->rule, &info) == 0)
		fprintf(file, ", errno %u, by %s %s, rule %s of %s\n", outcome->error,
			info.kind, info.policy, info.rule, info.section_name);
	else
		fprintf(file, ", errno %u, by a rule %u that is not there\n",
			outcome->error, outcome->rule);
}

void subject_print(const struct image *image, const struct eval_result *result,
		   FILE *file)
{
	print_outcome(image, &result->decision, "decision", file);
	for (size_t i = 0; i < result->n_audits; i++)
		print_outcome(image, &result->audits[i], "report", file);
}

static void print_opinion(const struct opinion *opinion, const char *what, FILE *file)
{
	fprintf(file, "  %s: %s", what, verdict_words[opinion->verdict]);
	if (opinion->closed)
		fprintf(file, ", errno %u, could not read", opinion->error);
	else if (opinion->policy)
		fprintf(file, ", errno %u, by %s %s, %s %u", opinion->error,
			opinion->policy->cluster ? "ClusterLsmPolicy" : "LsmPolicy",
			opinion->policy->name,
			opinion->rule ? "rule" : "default, not rule", opinion->number);
	fputs("\n", file);
}

void opinions_print(const struct opinions *opinions, FILE *file)
{
	print_opinion(&opinions->decision, "decision", file);
	for (size_t i = 0; i < opinions->n_reports; i++)
		print_opinion(&opinions->reports[i], "report", file);
}
