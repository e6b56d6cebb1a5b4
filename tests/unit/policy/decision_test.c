/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Random policies and events: what the compiled image decides against POLICY.md's rules,
 * taken literally over the policy model. And random damage to images, which image_load()
 * has to find wherever the core would read it.
 */

#include <errno.h>

#include "parsed.h"
#include "policy/eval.h"
#include "policy/image.h"
#include "reference.h"
#include "util/cleanup.h"

#define MAX_REPORTS 32

/* Somebody's verdict: policy and rule are "" when it is nobody's. */
struct opinion {
	enum verdict verdict;
	const char *policy;
	const char *rule;
};

struct opinions {
	struct opinion decision;
	struct opinion audits[MAX_REPORTS];
	size_t n_audits;
};

static const char *pick(unsigned *seed, const char *const *texts, size_t n)
{
	return texts[next_random(seed, (unsigned)n)];
}

#define PICK(seed, ...)                                                                  \
	pick(seed, (const char *const[]){__VA_ARGS__},                                   \
	     ARRAY_SIZE(((const char *const[]){__VA_ARGS__})))

static const char *random_glob(unsigned *seed)
{
	return PICK(seed, "/a", "/a/b", "/a/*", "/a/**", "/**", "/**/b", "/b", "/?/b",
		    "/b/**", "/[ab]", "/a/b/**");
}

static void print_path_rule(FILE *file, unsigned *seed, const char *action, bool access)
{
	fprintf(file, "    - {action: %s, paths: [\"%s\"", action, random_glob(seed));
	if (next_random(seed, 2))
		fprintf(file, ", \"%s\"", random_glob(seed));
	fprintf(file, "]");
	if (next_random(seed, 3) == 0)
		fprintf(file, ", except: [\"%s\"]",
			PICK(seed, "/a/b/c", "/b/b", "/a/c", "/?/b/c", "/[b]"));
	if (access && next_random(seed, 2))
		fprintf(file, ", access: [%s]", PICK(seed, "read", "write"));
	fprintf(file, "}\n");
}

static void print_network_rule(FILE *file, unsigned *seed, const char *action)
{
	fprintf(file, "    - {action: %s, to: [\"%s\"]", action,
		PICK(seed, "10.0.0.0/8", "10.1.0.0/16", "11.1.1.1", "0.0.0.0/0"));
	if (next_random(seed, 3) == 0)
		fprintf(file, ", except: [\"%s\"]",
			PICK(seed, "10.1.1.0/24", "10.1.1.1"));
	if (next_random(seed, 2))
		fprintf(file, ", ports: [%s]", PICK(seed, "1-10", "5", "5-20"));
	if (next_random(seed, 2))
		fprintf(file, ", protocols: [%s]", PICK(seed, "tcp", "udp", "1"));
	fprintf(file, "}\n");
}

static void print_section(FILE *file, unsigned *seed, const char *name)
{
	fprintf(file, "  %s:\n    default: %s\n    rules:\n", name,
		PICK(seed, "allow", "allow", "deny"));
	for (unsigned i = 1 + next_random(seed, 3); i > 0; i--) {
		const char *action =
			PICK(seed, "allow", "allow", "audit", "deny", "kill");

		if (*name == 'n')
			print_network_rule(file, seed, action);
		else
			print_path_rule(file, seed, action, *name == 'f');
	}
}

static char *random_policies(unsigned *seed)
{
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	for (unsigned i = 0, n = 1 + next_random(seed, 5); i < n; i++) {
		fprintf(file,
			"---\napiVersion: lsmd.io/v1alpha1\nkind: %s\nmetadata: {name: "
			"p%u}\n"
			"spec:\n  podSelector: {}\n  mode: %s\n",
			PICK(seed, "LsmPolicy", "ClusterLsmPolicy"), i,
			PICK(seed, "enforce", "enforce", "audit"));
		if (next_random(seed, 3))
			print_section(file, seed, "exec");
		if (next_random(seed, 3))
			print_section(file, seed, "file");
		if (next_random(seed, 3))
			print_section(file, seed, "network");
	}
	fclose(file);
	return text;
}

static struct eval_event random_event(unsigned *seed)
{
	struct eval_event event = {
		.kind = (const enum eval_kind[]){EVAL_EXEC, EVAL_OPEN,
						 EVAL_CONNECT}[next_random(seed, 3)],
		.path = PICK(seed, "/", "/a", "/b", "/a/b", "/a/c", "/a/b/c", "/b/b",
			     "/c/d/b"),
		.access = 1 + next_random(seed, 3),
		.untrusted_name = next_random(seed, 3) == 0,
		.family = 2,
		.protocol = (const uint32_t[]){1, 6, 17, 262}[next_random(seed, 4)],
		.address_family = 2,
		.address = {(uint8_t)(9 + next_random(seed, 3)),
			    (uint8_t)next_random(seed, 3), 1,
			    (uint8_t)next_random(seed, 3)},
		.port = (uint16_t)next_random(seed, 25),
	};

	return event;
}

static bool any_matches(char *const *patterns, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (reference(patterns[i], path, true))
			return true;
	return false;
}

static bool set_has(const struct number_set *set, uint32_t number)
{
	bool in = false;

	for (size_t i = 0; i < set->n_ranges; i++)
		in |= set->ranges[i].first <= number && number <= set->ranges[i].last;
	return set->any || in != set->negate;
}

static bool prefixes_have(const struct prefix *prefixes, size_t n, const uint8_t *address)
{
	for (size_t i = 0; i < n; i++) {
		unsigned bit = 0;

		while (bit < prefixes[i].length &&
		       !((prefixes[i].address[bit / 8] ^ address[bit / 8]) &
			 0x80 >> bit % 8))
			bit++;
		if (bit == prefixes[i].length)
			return true;
	}
	return false;
}

static bool network_matches(const struct policy_rule *rule,
			    const struct eval_event *event)
{
	bool has_ports =
		event->protocol == 6 || event->protocol == 17 || event->protocol == 262;

	return set_has(&rule->protocols, event->protocol) &&
	       (rule->ports.any || (has_ports && set_has(&rule->ports, event->port))) &&
	       (!rule->n_to || prefixes_have(rule->to, rule->n_to, event->address)) &&
	       !prefixes_have(rule->not_to, rule->n_not_to, event->address);
}

static bool rule_matches(const struct policy_rule *rule, const struct eval_event *event)
{
	bool excepted, allows = rule->action == ACTION_ALLOW;

	if (event->kind == EVAL_CONNECT)
		return network_matches(rule, event);
	if (!any_matches(rule->paths, rule->n_paths, event->path) ||
	    (event->kind == EVAL_OPEN && !(rule->access & event->access)))
		return false;
	excepted = any_matches(rule->except, rule->n_except, event->path);
	return allows ? !event->untrusted_name && !excepted
		      : event->untrusted_name || !excepted;
}

static const struct policy_section *section_of(const struct policy *policy,
					       const struct eval_event *event)
{
	static const enum image_section sections[] = {[EVAL_EXEC] = SECTION_EXEC,
						      [EVAL_OPEN] = SECTION_FILE,
						      [EVAL_CONNECT] = SECTION_NETWORK};

	return &policy->sections[sections[event->kind]];
}

/* The policies of a tier, or one in audit mode alone. */
struct bench {
	const struct policy_list *policies;
	enum policy_kind kind;
	const struct policy *alone;
};

static bool sits(const struct bench *bench, const struct policy *policy)
{
	if (bench->alone)
		return policy == bench->alone;
	return policy->kind == bench->kind && !policy->audit_mode;
}

static struct opinion first_match(const struct bench *bench,
				  const struct eval_event *event, enum action action,
				  enum verdict verdict)
{
	for (size_t i = 0; i < bench->policies->n; i++) {
		const struct policy *policy = bench->policies->items[i];
		const struct policy_section *section = section_of(policy, event);

		for (size_t k = 0; sits(bench, policy) && k < section->n_rules; k++)
			if (section->rules[k].action == action &&
			    rule_matches(&section->rules[k], event))
				return (struct opinion){verdict, policy->name,
							section->rules[k].name};
	}
	return (struct opinion){VERDICT_ALLOW, "", ""};
}

static bool is_allowed(const struct bench *bench, const struct eval_event *event)
{
	struct eval_event part = *event;

	if (event->kind != EVAL_OPEN)
		return *first_match(bench, event, ACTION_ALLOW, VERDICT_ALLOW).rule;
	for (uint32_t access = ACCESS_READ; access <= ACCESS_WRITE; access <<= 1) {
		part.access = event->access & access;
		if (part.access &&
		    !*first_match(bench, &part, ACTION_ALLOW, VERDICT_ALLOW).rule)
			return false;
	}
	return true;
}

static struct opinion judge(const struct bench *bench, const struct eval_event *event)
{
	struct opinion opinion = first_match(bench, event, ACTION_KILL, VERDICT_KILL);

	if (opinion.verdict == VERDICT_ALLOW)
		opinion = first_match(bench, event, ACTION_DENY, VERDICT_DENY);
	if (opinion.verdict != VERDICT_ALLOW || is_allowed(bench, event))
		return opinion;
	for (size_t i = 0; i < bench->policies->n; i++)
		if (sits(bench, bench->policies->items[i]) &&
		    section_of(bench->policies->items[i], event)->default_deny)
			return (struct opinion){
				VERDICT_DENY, bench->policies->items[i]->name, "default"};
	return opinion;
}

static void report(struct opinions *opinions, struct opinion opinion)
{
	if (opinion.verdict != VERDICT_ALLOW)
		opinions->audits[opinions->n_audits++] = opinion;
}

static struct opinions judge_all(const struct policy_list *policies,
				 const struct eval_event *event)
{
	struct opinions opinions = {.decision = {VERDICT_ALLOW, "", ""}};

	for (int kind = POLICY_CLUSTER; kind <= POLICY_NAMESPACED; kind++) {
		struct bench bench = {.policies = policies,
				      .kind = (enum policy_kind)kind};
		struct opinion opinion = judge(&bench, event);

		if (opinion.verdict > opinions.decision.verdict)
			opinions.decision = opinion;
		report(&opinions,
		       first_match(&bench, event, ACTION_AUDIT, VERDICT_AUDIT));
	}
	for (size_t i = 0; i < policies->n; i++) {
		struct bench bench = {.policies = policies, .alone = policies->items[i]};

		if (!bench.alone->audit_mode)
			continue;
		report(&opinions, judge(&bench, event));
		report(&opinions,
		       first_match(&bench, event, ACTION_AUDIT, VERDICT_AUDIT));
	}
	return opinions;
}

static bool agrees(const struct image *image, const struct eval_outcome *outcome,
		   const struct opinion *opinion)
{
	struct image_rule_info info;

	if (outcome->verdict != opinion->verdict)
		return false;
	if (outcome->verdict == VERDICT_ALLOW)
		return true;
	return image_rule(image, outcome->rule, &info) == 0 &&
	       !strcmp(info.policy, opinion->policy) && !strcmp(info.rule, opinion->rule);
}

/* Reports come in whatever order; each is there once. */
static bool is_reported(const struct image *image, const struct eval_result *result,
			const struct opinion *opinion)
{
	for (uint32_t i = 0; i < result->n_audits; i++)
		if (agrees(image, &result->audits[i], opinion))
			return true;
	return false;
}

static void check_event(const struct image *image, const struct policy_list *policies,
			const struct eval_event *event, const char *text)
{
	struct opinions expected = judge_all(policies, event);
	struct eval_result result;

	eval(image, event, &result);
	cr_assert(agrees(image, &result.decision, &expected.decision),
		  "kind %d path %s access %u untrusted %d: %d, expected %d by %s %s\n%s",
		  event->kind, event->path, event->access, event->untrusted_name,
		  result.decision.verdict, expected.decision.verdict,
		  expected.decision.policy, expected.decision.rule, text);
	cr_assert_eq(result.n_audits, expected.n_audits, "%u reports, expected %zu\n%s",
		     result.n_audits, expected.n_audits, text);
	for (size_t i = 0; i < expected.n_audits; i++)
		cr_assert(is_reported(image, &result, &expected.audits[i]),
			  "kind %d path %s access %u untrusted %d: no report %d by %s "
			  "%s\n%s",
			  event->kind, event->path, event->access, event->untrusted_name,
			  expected.audits[i].verdict, expected.audits[i].policy,
			  expected.audits[i].rule, text);
}

/* Return: NULL when the text has a rule that can match nothing, which chance brings
 * about. */
static struct image *compile(struct parsed *parsed)
{
	struct image *image = NULL;

	if (parsed->result < 0)
		return NULL;
	policy_list_sort(&parsed->policies);
	cr_assert_eq(image_compile(&parsed->policies, &parsed->diagnostics, &image), 0);
	return image;
}

Test(decision, is_what_the_policies_say)
{
	unsigned seed = 3, compiled = 0;

	for (unsigned round = 0; round < 600; round++) {
		_cleanup_(freep) char *text = random_policies(&seed);
		_cleanup_(parsed_clear) struct parsed parsed = parse(text);
		struct image *image = compile(&parsed);

		compiled += !!image;
		for (unsigned i = 0; parsed.result == 0 && i < 60; i++) {
			struct eval_event event = random_event(&seed);

			check_event(image, &parsed.policies, &event, text);
		}
		image_unref(image);
	}
	cr_assert_gt(compiled, 200, "%u", compiled);
}

/* One word changed in some way that matters. */
static void damage(unsigned *seed, uint64_t *words, size_t n)
{
	uint64_t *word = &words[next_random(seed, (unsigned)n)];

	switch (next_random(seed, 4)) {
	case 0:
		*word ^= 1ULL << next_random(seed, 64);
		break;
	case 1:
		*word = words[next_random(seed, (unsigned)n)];
		break;
	case 2:
		*word += 1;
		break;
	default:
		*word = UINT64_MAX >> next_random(seed, 64);
	}
}

Test(decision, damaged_image_is_refused_or_harmless)
{
	unsigned seed = 5, refused = 0;

	for (unsigned round = 0; round < 3000; round++) {
		_cleanup_(freep) char *text = random_policies(&seed);
		_cleanup_(parsed_clear) struct parsed parsed = parse(text);
		struct image *image = compile(&parsed), *loaded = NULL;

		if (!image)
			continue;
		damage(&seed, image->words, image->n_words);
		if (image_load(image->words, image->n_words, &loaded) < 0)
			refused++;
		/* A word beyond the image would show as a closed decision. */
		for (unsigned i = 0; loaded && i < 30; i++) {
			struct eval_event event = random_event(&seed);
			struct eval_result result;

			eval(loaded, &event, &result);
			cr_assert(result.decision.verdict == VERDICT_ALLOW ||
				  result.decision.rule != RULE_CLOSED);
		}
		image_unref(loaded);
		image_unref(image);
	}
	cr_assert_gt(refused, 500, "%u", refused);
}

Test(decision, no_image_of_this_version_is_refused)
{
	uint64_t words[IMAGE_HEADER_WORDS] = {0};
	struct image *image;

	cr_assert_eq(image_load(NULL, 0, &image), -EBADMSG);
	cr_assert_eq(image_load(words, ARRAY_SIZE(words), &image), -EBADMSG);
	words[IMAGE_H_ID] = WORD(IMAGE_MAGIC, ABI_VERSION + 1);
	words[IMAGE_H_SIZE] = IMAGE_HEADER_WORDS;
	cr_assert_eq(image_load(words, ARRAY_SIZE(words), &image), -EBADMSG);
}
