// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/learn_write.h"
#include "policy/array.h"
#include "util/cleanup.h"

/* Of the policy in memory. */
#define LEARNER "lsmctl-dry-run-learns"

/* What is executed directly is told from what is the interpreter of a script, which is
 * spared where its script is allowed: the one is denied by a rule, the other by default.
 */
static const char learner_text[] = "apiVersion: lsmd.io/v1alpha1\n"
				   "kind: ClusterLsmPolicy\n"
				   "metadata: {name: " LEARNER "}\n"
				   "spec:\n"
				   "  mode: audit\n"
				   "  podSelector: {}\n"
				   "  exec:\n"
				   "    default: deny\n"
				   "    rules:\n"
				   "    - {name: direct, action: deny, paths: [\"/**\"], "
				   "as: direct}\n"
				   "  file: {default: deny}\n"
				   "  sockets: {default: deny}\n"
				   "  network: {default: deny}\n";

int learn_policy(struct policy **ret_policy)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	struct policy_list list = {0};
	int r = policy_parse(learner_text, strlen(learner_text), LEARNER, &diagnostics,
			     &list);

	if (r < 0)
		return r;
	*ret_policy = policy_ref(list.items[0]);
	policy_list_clear(&list);
	return 0;
}

/* --- what the run did -----------------------------------------------------------------
 */

/* Which rules of the image say what is to be learned. */
static bool is_learners(const struct image *image, uint32_t rule,
			const struct policy *learner)
{
	struct image_rule_info info;

	if (image_rule(image, rule, &info) < 0 || strcmp(info.policy, learner->name) != 0)
		return false;
	return info.section != SECTION_EXEC || !info.is_default;
}

static int add_entry(struct learn_uses *uses, const struct tally_entry *entry)
{
	const struct access *access = &entry->access;
	const struct learn_path path = {
		.path = access->path,
		.truncated = access->truncated,
		.written = access->access & ACCESS_WRITE,
		.count = entry->count,
	};

	if (access->nameless)
		return 0;
	switch (access->kind) {
	case EVAL_EXEC:
		return learn_paths_add(&uses->executed, &path);
	case EVAL_OPEN:
		return learn_paths_add(&uses->opened, &path);
	case EVAL_SOCKET:
		return learn_calls_add(&uses->sockets, access, entry->count);
	case EVAL_CONNECT:
		return learn_calls_add(&uses->connects, access, entry->count);
	case EVAL_UNIX: /* no default has a word on them */
		return 0;
	}
	return 0;
}

/* --- what the policy makes of it -------------------------------------------------------
 */

static int add_lack(struct learned *learned, const struct access *access)
{
	_cleanup_(freep) char *text = access_text(access);

	return text ? strings_add(&learned->lacks, &learned->n_lacks, text) : -ENOMEM;
}

static bool is_allowed(const struct image *image, const struct access *access)
{
	const struct eval_event event = access_event(access);
	struct eval_result result;

	eval(image, &event, &result);
	return result.decision.verdict == VERDICT_ALLOW;
}

static int compile(const struct learned *learned, struct image **ret_image)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(policy_list_clear) struct policy_list list = {0};
	int r = policy_parse(learned->text, learned->length, "learned", &diagnostics,
			     &list);

	return r < 0 ? r : image_compile(&list, &diagnostics, ret_image);
}

struct lesson {
	const struct image *image; /* that was run under */
	const struct policy *learner;
	struct tally *tally;
};

/* Call for each access that the learner has seen. */
static int visit(const struct lesson *lesson,
		 int (*each)(const struct tally_entry *entry, void *data), void *data)
{
	size_t n;
	const struct tally_entry *const *entries = tally_entries(lesson->tally, &n);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		if (entries[i]->rule == RULE_CLOSED ||
		    is_learners(lesson->image, entries[i]->rule, lesson->learner))
			r = each(entries[i], data);
	return r;
}

struct trial {
	const struct image *image;
	struct learned *learned;
};

static int try_one(const struct tally_entry *entry, void *data)
{
	struct trial *trial = data;

	if (entry->rule != RULE_CLOSED && is_allowed(trial->image, &entry->access))
		return 0;
	return add_lack(trial->learned, &entry->access);
}

static int try_all(const struct lesson *lesson, struct learned *learned)
{
	struct image *image = NULL;
	struct trial trial = {.learned = learned};
	int r = compile(learned, &image);

	trial.image = image;
	if (r == 0)
		r = visit(lesson, try_one, &trial);
	image_unref(image);
	return r;
}

/* --- learning --------------------------------------------------------------------------
 */

static int gather(const struct tally_entry *entry, void *data)
{
	return entry->rule == RULE_CLOSED ? 0 : add_entry(data, entry);
}

static bool has_pid(const void *data, uint32_t pid)
{
	return tally_has_pid(data, pid);
}

static int write_text(const struct learn_uses *uses, struct tally *tally,
		      const struct learn_options *options, struct learned *learned)
{
	const struct learn_context context = {
		.has_pid = has_pid, .data = tally, .temporary = getenv("TMPDIR")};
	FILE *file = open_memstream(&learned->text, &learned->length);
	int r;

	if (!file)
		return -ENOMEM;
	r = learn_write(&context, uses, options, file);
	return fclose(file) && r == 0 ? -ENOMEM : r;
}

static int sum_recorded(const struct tally_entry *entry, void *data)
{
	if (entry->rule != RULE_CLOSED)
		*(uint64_t *)data += entry->count;
	return 0;
}

static int count_unrecorded(const struct run *run, const struct lesson *lesson,
			    struct learned *learned)
{
	uint64_t recorded = 0, counted = 0;
	int r = visit(lesson, sum_recorded, &recorded);

	for (uint32_t rule = 0; rule < lesson->image->n_rules; rule++)
		if (is_learners(lesson->image, rule, lesson->learner))
			counted += run->counts.rules[rule];
	learned->unrecorded = counted > recorded ? counted - recorded : 0;
	return r;
}

int learn_from(const struct run *run, const struct image *image,
	       const struct policy *learner, const struct learn_options *options,
	       struct learned *ret_learned)
{
	_cleanup_(learned_clear) struct learned learned = {0};
	_cleanup_(learn_uses_clear) struct learn_uses uses = {0};
	const struct lesson lesson = {image, learner, run->tally};
	int r = visit(&lesson, gather, &uses);

	if (r == 0)
		r = write_text(&uses, run->tally, options, &learned);
	if (r == 0)
		r = try_all(&lesson, &learned);
	if (r == 0)
		r = count_unrecorded(run, &lesson, &learned);
	if (r < 0)
		return r;
	*ret_learned = learned;
	learned = (struct learned){0};
	return 0;
}

void learned_clear(struct learned *learned)
{
	free(learned->text);
	strings_clear(&learned->lacks, &learned->n_lacks);
	*learned = (struct learned){0};
}
