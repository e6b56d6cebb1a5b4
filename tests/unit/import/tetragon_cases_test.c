// SPDX-License-Identifier: Apache-2.0
/*
 * Random tracing policies: what Tetragon does, by a plain reading (of a probe the first
 * selector that matches acts, and the strictest of the probes is what the caller sees),
 * against what the imported policy decides. What an earlier selector keeps a later,
 * stricter one from is refused by the importer, and only counted here.
 */
#include <stdio.h>

#include "imported.h"

#define PROBES	  2
#define SELECTORS 3
#define VALUES	  2
#define POLICIES  1500

enum act { REPORT, OVERRIDE, KILL };
enum operator_ { EQUAL, PREFIX, POSTFIX };

static const char *const act_texts[] = {
	"{action: Post}", "{action: Override, argError: -1}", "{action: Sigkill}"};
static const char *const operators[] = {"Equal", "Prefix", "Postfix"};
static const char *const names[] = {"a", "b", "ab"};
static const char *const programs[] = {"/x", "/y", "/z"};

struct condition {
	bool is_there, negate;
	enum operator_ op;
	char values[VALUES][16];
	size_t n;
};

struct selector_drawn {
	struct condition path;
	bool has_program, not_program;
	unsigned program;
	enum act act;
};

struct probe {
	struct selector_drawn selectors[SELECTORS];
	size_t n;
};

struct policy_drawn {
	struct probe probes[PROBES];
	size_t n;
	bool executes; /* else opens */
};

static void make_path(uint64_t *state, char *path)
{
	size_t depth = 1 + next_random(state) % 2;

	*path = '\0';
	for (size_t i = 0; i < depth; i++) {
		strcat(path, "/");
		strcat(path, names[next_random(state) % 3]);
	}
}

static struct condition make_condition(uint64_t *state)
{
	struct condition condition = {
		.is_there = next_random(state) % 4,
		.negate = next_random(state) % 3 == 0,
		.op = (enum operator_)(next_random(state) % 3),
		.n = 1 + next_random(state) % VALUES,
	};

	for (size_t i = 0; i < condition.n; i++)
		make_path(state, condition.values[i]);
	return condition;
}

static struct policy_drawn make_policy(uint64_t *state)
{
	struct policy_drawn policy = {
		.n = 1 + next_random(state) % PROBES,
		.executes = next_random(state) % 2,
	};

	for (size_t i = 0; i < policy.n; i++) {
		struct probe *probe = &policy.probes[i];

		probe->n = 1 + next_random(state) % SELECTORS;
		for (size_t k = 0; k < probe->n; k++)
			probe->selectors[k] = (struct selector_drawn){
				.path = make_condition(state),
				.has_program = next_random(state) % 2,
				.not_program = next_random(state) % 2,
				.program = next_random(state) % 3,
				.act = (enum act)(next_random(state) % 3),
			};
	}
	return policy;
}

static void write_selector(FILE *file, const struct selector_drawn *selector)
{
	const struct condition *path = &selector->path;

	fputs("    - {", file);
	if (path->is_there) {
		fprintf(file, "matchArgs: [{index: 0, operator: %s%s, values: [",
			path->negate ? "Not" : "", operators[path->op]);
		for (size_t i = 0; i < path->n; i++)
			fprintf(file, "%s%s", i ? ", " : "", path->values[i]);
		fputs("]}], ", file);
	}
	if (selector->has_program)
		fprintf(file, "matchBinaries: [{operator: %s, values: [%s]}], ",
			selector->not_program ? "NotIn" : "In",
			programs[selector->program]);
	fprintf(file, "matchActions: [%s]}\n", act_texts[selector->act]);
}

static char *write_policy(const struct policy_drawn *policy)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("apiVersion: cilium.io/v1alpha1\nkind: TracingPolicyNamespaced\n"
	      "metadata: {name: t, namespace: shop}\nspec:\n"
	      "  podSelector: {matchLabels: {app: web}}\n  kprobes:\n",
	      file);
	for (size_t i = 0; i < policy->n; i++) {
		fprintf(file, "  - call: %s\n    selectors:\n",
			policy->executes ? "security_bprm_check" : "security_file_open");
		for (size_t k = 0; k < policy->probes[i].n; k++)
			write_selector(file, &policy->probes[i].selectors[k]);
	}
	fclose(file);
	return text;
}

static bool value_has(enum operator_ op, const char *value, const char *path)
{
	size_t length = strlen(value), whole = strlen(path);

	switch (op) {
	case PREFIX:
		return !strncmp(path, value, length);
	case POSTFIX:
		return whole >= length && !strcmp(path + whole - length, value);
	case EQUAL:
	default:
		return !strcmp(path, value);
	}
}

static bool condition_holds(const struct condition *condition, const char *path)
{
	bool any = false;

	for (size_t i = 0; i < condition->n; i++)
		any |= value_has(condition->op, condition->values[i], path);
	return !condition->is_there || any != condition->negate;
}

static bool selector_matches(const struct selector_drawn *selector,
			     const struct eval_event *event)
{
	bool same = !strcmp(programs[selector->program], event->program);

	return condition_holds(&selector->path, event->path) &&
	       (!selector->has_program || same != selector->not_program);
}

static enum verdict theirs(const struct policy_drawn *policy,
			   const struct eval_event *event)
{
	static const enum verdict verdicts[] = {VERDICT_ALLOW, VERDICT_DENY,
						VERDICT_KILL};
	enum verdict strictest = VERDICT_ALLOW;

	for (size_t i = 0; i < policy->n; i++) {
		const struct probe *probe = &policy->probes[i];
		size_t k = 0;

		while (k < probe->n && !selector_matches(&probe->selectors[k], event))
			k++;
		if (k < probe->n && verdicts[probe->selectors[k].act] > strictest)
			strictest = verdicts[probe->selectors[k].act];
	}
	return strictest;
}

static enum verdict ours(const struct image *image, const struct eval_event *event)
{
	struct eval_result result;

	eval(image, event, &result);
	return result.decision.verdict;
}

static void compare(const struct policy_drawn *policy, const struct image *image,
		    const char *text)
{
	for (unsigned i = 0; i < 3 * (3 + 9 + 27); i++) {
		unsigned rest = i / 3, depth = rest < 3 ? 1 : rest < 12 ? 2 : 3;
		char path[16] = "";
		struct eval_event event = {
			.kind = policy->executes ? EVAL_EXEC : EVAL_OPEN,
			.path = path,
			.program = programs[i % 3],
			.access = policy->executes ? 0 : ACCESS_READ,
		};

		for (unsigned d = 0; d < depth; d++, rest /= 3) {
			strcat(path, "/");
			strcat(path, names[rest % 3]);
		}
		cr_assert_eq(ours(image, &event), theirs(policy, &event),
			     "%s of %s: ours %d, theirs %d\n%s", path, event.program,
			     ours(image, &event), theirs(policy, &event), text);
	}
}

Test(tetragon_cases, decides_as_tetragon_does)
{
	uint64_t state = 4;
	size_t compared = 0;

	for (size_t i = 0; i < POLICIES; i++) {
		struct policy_drawn policy = make_policy(&state);
		char *text = write_policy(&policy);
		struct imported imported = import(text);

		cr_assert_eq(imported.counts.wrong, 0, "%s\n%s", text, imported.said);
		if (imported.counts.converted) {
			struct image *image = image_of(&imported);

			compare(&policy, image, text);
			image_unref(image);
			compared++;
		} else {
			assert_reason(imported, IMPORT_ORDER);
		}
		imported_clear(&imported);
		free(text);
	}
	cr_assert_gt(compared, POLICIES / 3, "%zu", compared);
}
