/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "by_hand_item.h"
#include "deadline.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/explain.h"
#include "util/file.h"

#define BY_HAND_MAX_BYTES (16U << 20)

static void deny_clear(struct by_hand_deny *deny)
{
	json_decref(deny->item);
	policy_unref(deny->policy);
	*deny = (struct by_hand_deny){0};
}

void by_hand_close(struct by_hand *by_hand)
{
	for (size_t i = 0; i < by_hand->n; i++)
		deny_clear(&by_hand->items[i]);
	free(by_hand->items);
	free(by_hand->path);
	*by_hand = (struct by_hand){0};
}

static int deny_of_item(json_t *item, uint64_t until, struct by_hand_deny *ret_deny,
			char **reterr_message)
{
	struct by_hand_deny deny = {.until = until};
	int r = by_hand_item_policy(item, until, &deny.policy, reterr_message);

	if (r < 0)
		return r;
	deny.item = json_incref(item);
	*ret_deny = deny;
	return 0;
}

static int append(struct by_hand *by_hand, const struct by_hand_deny *deny)
{
	struct by_hand_deny *items =
		reallocarray(by_hand->items, by_hand->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[by_hand->n++] = *deny;
	by_hand->items = items;
	return 0;
}

/* --- the file
 * -------------------------------------------------------------------------------- */

static json_t *kept_item(const struct by_hand_deny *deny)
{
	json_t *item = json_copy(deny->item);

	if (item && deny->until)
		deadline_keep(item, deny->until);
	return item;
}

static int save(const struct by_hand *by_hand)
{
	json_t *items = json_array();
	json_t *file = json_pack("{s:i, s:o}", "version", 1, "items", items);
	_cleanup_(freep) char *text = NULL;

	for (size_t i = 0; i < by_hand->n; i++)
		json_array_append_new(items, kept_item(&by_hand->items[i]));
	text = file ? json_dumps(file, JSON_INDENT(1)) : NULL;
	json_decref(file);
	return text ? file_write(by_hand->path, text, strlen(text)) : -ENOMEM;
}

static int take_items(struct by_hand *by_hand, json_t *items, char **reterr_message)
{
	size_t i;
	json_t *item;

	json_array_foreach (items, i, item) {
		struct by_hand_deny deny = {0};
		uint64_t until;
		int r;

		if (!by_hand_item_is_whole(item)) {
			explain(reterr_message, "item %zu is not whole", i);
			return -EINVAL;
		}
		if (!deadline_read(item, &until))
			continue;
		deadline_forget(item);
		r = deny_of_item(item, until, &deny, reterr_message);
		if (r == 0)
			r = append(by_hand, &deny);
		if (r < 0) {
			deny_clear(&deny);
			return r;
		}
	}
	return 0;
}

int by_hand_open(const char *path, struct by_hand *ret_by_hand, char **reterr_message)
{
	struct by_hand by_hand = {.path = strdup(path)};
	_cleanup_(freep) char *text = NULL;
	_cleanup_(json_decrefp) json_t *file = NULL;
	json_error_t error;
	size_t length = 0;
	int r = by_hand.path ? file_read(path, BY_HAND_MAX_BYTES, &text, &length)
			     : -ENOMEM;

	if (r == 0) {
		file = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
		if (!file)
			explain(reterr_message, "line %d: %s", error.line, error.text);
		else if (!json_is_array(json_object_get(file, "items")))
			explain(reterr_message, "it has no array \"items\"");
		else
			r = take_items(&by_hand, json_object_get(file, "items"),
				       reterr_message);
		if (*reterr_message || r == -EINVAL)
			r = -EBADMSG;
	} else if (r == -ENOENT) {
		r = 0;
	}
	if (r < 0)
		by_hand_close(&by_hand);
	else
		*ret_by_hand = by_hand;
	return r;
}

/* --- requests
 * -------------------------------------------------------------------------------- */

int by_hand_add(struct by_hand *by_hand, json_t *request, const char *name_space,
		const char *pod, const char *uid, const struct by_hand_deny **ret_deny,
		char **reterr_message)
{
	_cleanup_(json_decrefp) json_t *item = NULL;
	struct by_hand_deny deny = {0};
	uint64_t seconds;
	int r;

	r = by_hand_item_new(request, name_space, pod, uid, &item, &seconds,
			     reterr_message);
	if (r == 0)
		r = deny_of_item(item,
				 seconds ? clock_boot() + seconds * NS_PER_SECOND : 0,
				 &deny, reterr_message);
	if (r == 0)
		r = append(by_hand, &deny);
	if (r < 0) {
		deny_clear(&deny);
		return r;
	}
	r = save(by_hand);
	if (r < 0) {
		deny_clear(&by_hand->items[--by_hand->n]);
		return r;
	}
	*ret_deny = &by_hand->items[by_hand->n - 1];
	return 0;
}

static bool asked_for(const struct by_hand_deny *deny, const char *id, const char *pod)
{
	const json_t *of = json_object_get(deny->item, "pod");
	const char *name_space = json_string_value(json_object_get(of, "namespace"));
	size_t length = strlen(name_space);

	if (id)
		return !strcmp(id, json_string_value(json_object_get(deny->item, "id")));
	return !strncmp(pod, name_space, length) && pod[length] == '/' &&
	       !strcmp(pod + length + 1, json_string_value(json_object_get(of, "name")));
}

/* Moves what is asked for to the end; returns how many stay. */
static size_t partition(struct by_hand *by_hand, const char *id, const char *pod)
{
	size_t kept = 0;

	for (size_t i = 0; i < by_hand->n; i++) {
		struct by_hand_deny deny = by_hand->items[i];

		if (asked_for(&deny, id, pod))
			continue;
		memmove(&by_hand->items[kept + 1], &by_hand->items[kept],
			(i - kept) * sizeof(deny));
		by_hand->items[kept++] = deny;
	}
	return kept;
}

int by_hand_remove(struct by_hand *by_hand, const char *id, const char *pod,
		   json_t **ret_removed)
{
	size_t kept = partition(by_hand, id, pod), n = by_hand->n;
	json_t *removed = json_array();
	int r;

	by_hand->n = kept;
	r = !removed ? -ENOMEM : kept == n ? -ENOENT : save(by_hand);
	if (r < 0) {
		by_hand->n = n;
		json_decref(removed);
		return r;
	}
	for (size_t i = kept; i < n; i++) {
		json_array_append_new(removed, by_hand_deny_json(&by_hand->items[i]));
		deny_clear(&by_hand->items[i]);
	}
	*ret_removed = removed;
	return 0;
}

/* What the one rule of a denial leaves open; NULL: nothing. */
static const char *open_ways_of(const struct by_hand_deny *deny)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (deny->policy->sections[i].n_rules > 0)
			return deny->policy->sections[i].rules[0].open_ways;
	return NULL;
}

json_t *by_hand_deny_json(const struct by_hand_deny *deny)
{
	json_t *item = json_copy(deny->item), *left = json_null();
	const char *open_ways = open_ways_of(deny);
	uint64_t now = clock_boot();

	if (deny->until > now)
		left = json_integer((json_int_t)((deny->until - now + NS_PER_SECOND - 1) /
						 NS_PER_SECOND));
	else if (deny->until)
		left = json_integer(0);
	json_object_del(item, "endWallNs");
	if (open_ways)
		json_object_set_new(item, "openWays", json_string(open_ways));
	json_object_set_new(item, "remainingSeconds", left);
	return item;
}

size_t by_hand_expire(struct by_hand *by_hand)
{
	uint64_t now = clock_boot();
	size_t kept = 0, n = by_hand->n;

	for (size_t i = 0; i < n; i++) {
		if (by_hand->items[i].until && by_hand->items[i].until <= now)
			deny_clear(&by_hand->items[i]);
		else
			by_hand->items[kept++] = by_hand->items[i];
	}
	by_hand->n = kept;
	/* The file may keep them: whoever reads it compares the time again. */
	if (kept < n)
		save(by_hand);
	return n - kept;
}

uint64_t by_hand_next_end(const struct by_hand *by_hand)
{
	uint64_t next = 0;

	for (size_t i = 0; i < by_hand->n; i++)
		if (by_hand->items[i].until && (!next || by_hand->items[i].until < next))
			next = by_hand->items[i].until;
	return next;
}
