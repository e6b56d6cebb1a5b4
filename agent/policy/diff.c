// SPDX-License-Identifier: Apache-2.0
#include "policy/diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "policy/examples_programs.h"
#include "policy/image_rule_json.h"
#include "policy/sets.h"
#include "util/cleanup.h"

static const char *const names[] = {
	[DIFF_DENIED] = "newly denied",		  [DIFF_ALLOWED] = "newly allowed",
	[DIFF_CHANGED] = "denied differently",	  [DIFF_REPORTED] = "newly reported",
	[DIFF_UNREPORTED] = "no longer reported", [DIFF_REASON] = "by another rule",
};

struct comparison {
	const struct image *const *images;
	bool all;
	struct example_programs programs;
	struct sets keys; /* of the items, ids being their places */
	struct diff diff;
};

/* Kind, access, whether the name counts, and two sides. */
#define KEY_NUMBERS 9

const char *diff_change_name(enum diff_change change)
{
	return names[change];
}

static void item_clear(struct diff_item *item)
{
	event_clear(&item->example);
}

void diff_clear(struct diff *diff)
{
	for (size_t i = 0; i < diff->n; i++)
		item_clear(&diff->items[i]);
	free(diff->items);
	*diff = (struct diff){0};
}

static void comparison_clear(struct comparison *comparison)
{
	example_programs_clear(&comparison->programs);
	sets_clear(&comparison->keys);
	diff_clear(&comparison->diff);
}

static struct diff_side side_of(const struct image *image, const struct eval_event *event)
{
	struct eval_result result;
	struct diff_side side = {.rule = RULE_CLOSED};

	eval(image, event, &result);
	side.verdict = eval_verdict(&result);
	if (side.verdict == VERDICT_AUDIT) {
		side.rule = result.audits[0].rule;
	} else if (side.verdict != VERDICT_ALLOW) {
		side.rule = result.decision.rule;
		side.error = result.decision.error;
	}
	return side;
}

/* Numbers of rules are each image's own; what they are called is not. */
static bool is_same_rule(const struct comparison *comparison,
			 const struct diff_side sides[2])
{
	struct image_rule_info infos[2];

	for (size_t i = 0; i < 2; i++)
		if (!comparison->images[i] ||
		    image_rule(comparison->images[i], sides[i].rule, &infos[i]) < 0)
			return sides[0].rule == sides[1].rule;
	return infos[0].is_default == infos[1].is_default &&
	       !strcmp(infos[0].kind, infos[1].kind) &&
	       !strcmp(infos[0].name_space, infos[1].name_space) &&
	       !strcmp(infos[0].policy, infos[1].policy) &&
	       !strcmp(infos[0].rule, infos[1].rule);
}

static bool is_denied(const struct diff_side *side)
{
	return side->verdict == VERDICT_DENY || side->verdict == VERDICT_KILL;
}

static bool find_change(const struct comparison *comparison,
			const struct diff_side sides[2], enum diff_change *ret_change)
{
	if (is_denied(&sides[0]) != is_denied(&sides[1]))
		*ret_change = is_denied(&sides[1]) ? DIFF_DENIED : DIFF_ALLOWED;
	else if (sides[0].verdict != sides[1].verdict && is_denied(&sides[0]))
		*ret_change = DIFF_CHANGED;
	else if (sides[0].verdict != sides[1].verdict)
		*ret_change = sides[1].verdict == VERDICT_AUDIT ? DIFF_REPORTED
								: DIFF_UNREPORTED;
	else if (comparison->all && sides[0].error != sides[1].error)
		*ret_change = DIFF_CHANGED;
	else if (comparison->all && !is_same_rule(comparison, sides))
		*ret_change = DIFF_REASON;
	else
		return false;
	return true;
}

/* Is there no item yet that stands for the event? */
static int note(struct comparison *comparison, const struct diff_side sides[2],
		const struct eval_event *event, bool *ret_new)
{
	const uint32_t key[KEY_NUMBERS] = {
		event->kind,	  event->access, event->untrusted_name,
		sides[0].verdict, sides[0].rule, sides[0].error,
		sides[1].verdict, sides[1].rule, sides[1].error,
	};
	size_t known = comparison->keys.n;
	uint32_t id;
	int r = sets_intern(&comparison->keys, key, KEY_NUMBERS, &id);

	*ret_new = r == 0 && id >= known;
	return r;
}

static int add(struct diff *diff, enum diff_change change,
	       const struct diff_side sides[2], const struct eval_event *event)
{
	struct diff_item *grown = array_grow(diff->items, diff->n, sizeof(*grown));
	struct diff_item item = {.change = change, .sides = {sides[0], sides[1]}};

	if (!grown)
		return -ENOMEM;
	diff->items = grown;
	if (event_copy(event, &item.example) < 0)
		return -ENOMEM;
	grown[diff->n++] = item;
	return 0;
}

static int compare_one(const struct eval_event *event, void *data)
{
	struct comparison *comparison = data;
	const struct diff_side sides[2] = {side_of(comparison->images[0], event),
					   side_of(comparison->images[1], event)};
	enum diff_change change;
	bool is_new;
	int r;

	if (!find_change(comparison, sides, &change))
		return 0;
	r = note(comparison, sides, event, &is_new);
	return r == 0 && is_new ? add(&comparison->diff, change, sides, event) : r;
}

static int compare(const struct eval_event *event, void *data)
{
	struct comparison *comparison = data;

	return examples_vary(comparison->images, &comparison->programs, event,
			     compare_one, comparison);
}

/* Is the item's example a name that does not count, though one that does shows the same?
 */
static int is_shadow(struct comparison *comparison, const struct diff_item *item,
		     bool *ret_shadow)
{
	struct eval_event event = item->example.eval;
	bool is_new = true;
	int r = 0;

	if (event.untrusted_name) {
		event.untrusted_name = false;
		r = note(comparison, item->sides, &event, &is_new);
	}
	*ret_shadow = !is_new;
	return r;
}

static int drop_shadows(struct comparison *comparison)
{
	struct diff *diff = &comparison->diff;
	size_t kept = 0, i;
	int r = 0;

	for (i = 0; r == 0 && i < diff->n; i++) {
		bool shadow = false;

		r = is_shadow(comparison, &diff->items[i], &shadow);
		if (shadow)
			item_clear(&diff->items[i]);
		else
			diff->items[kept++] = diff->items[i];
	}
	while (i < diff->n)
		diff->items[kept++] = diff->items[i++];
	diff->n = kept;
	return r;
}

static bool are_equal(const struct image *const images[2])
{
	if (!images[0] || !images[1])
		return images[0] == images[1];
	return images[0]->n_words == images[1]->n_words &&
	       !memcmp(images[0]->words, images[1]->words,
		       images[0]->n_words * sizeof(*images[0]->words));
}

int diff_images(const struct image *const images[2], bool all, struct diff *ret_diff)
{
	_cleanup_(comparison_clear) struct comparison comparison = {
		.images = images,
		.all = all,
		.keys = {.limit = (size_t)KEY_NUMBERS * EXAMPLES_PAIRS},
	};
	int r;

	if (are_equal(images)) {
		*ret_diff = (struct diff){0};
		return 0;
	}
	r = examples_programs(images, &comparison.programs);
	if (r == 0)
		r = examples_paths(images, compare, &comparison);
	if (r == 0)
		r = examples_sockets(images, compare, &comparison);
	if (r == 0)
		r = examples_connects(images, compare, &comparison);
	if (r == 0)
		r = drop_shadows(&comparison);
	if (r < 0)
		return r;
	*ret_diff = comparison.diff;
	comparison.diff = (struct diff){0};
	return 0;
}
