// SPDX-License-Identifier: Apache-2.0
/* What a rule of KubeArmor's stops, without what more specific ones let pass. */
#include <errno.h>
#include <string.h>

#include "import/kubearmor_paths.h"
#include "import/path.h"
#include "util/cleanup.h"

/* Where an element stops something, cut down to one region of it. */
struct cut {
	json_t *paths;
	json_t *except;
	json_t *from_not;
};

static void cut_clear(struct cut *cut)
{
	json_decref(cut->paths);
	json_decref(cut->except);
	json_decref(cut->from_not);
}

enum {
	CUT_E_NOTHING = 1, /* all of it is let pass */
};

/* Once, as several rules may let the same program pass. */
static int add_program(json_t *list, const char *program)
{
	_cleanup_(freep) char *path = path_literal("", program, "");
	size_t i;
	json_t *item;

	if (!path)
		return -ENOMEM;
	json_array_foreach (list, i, item)
		if (!strcmp(json_string_value(item), path))
			return 0;
	return json_add_string(list, path);
}

/* @region is @stop itself, or an element within it that names a source. */
static int cut_out(const struct ka_paths *paths, const struct ka_element *stop,
		   const struct ka_element *region, struct cut *cut)
{
	int r = ka_add_pattern(cut->paths, region);

	for (size_t i = 0; !r && i < paths->n; i++) {
		const struct ka_element *other = &paths->elements[i];

		if (!ka_takes_from(other, stop))
			continue;
		if (ka_covers(other, region) && ka_same_source(other, stop))
			return CUT_E_NOTHING;
		if (ka_covers(other, region))
			r = add_program(cut->from_not, other->source);
		else if (ka_covers(region, other))
			r = ka_add_pattern(cut->except, other);
	}
	return r;
}

/* Owned: the list of one program. */
static json_t *list_program(const char *program)
{
	_cleanup_(json_decrefp) json_t *list = json_array();

	return list && !add_program(list, program) ? TAKE_PTR(list) : NULL;
}

/* The conditions of a rule on a region. */
static int conditions_of(const struct ka_element *stop, const struct cut *cut,
			 json_t *conditions)
{
	bool failed = json_object_set(conditions, "paths", cut->paths) != 0;

	if (json_array_size(cut->except))
		failed |= json_object_set(conditions, "except", cut->except) != 0;
	if (stop->source)
		failed |= json_object_set_new(conditions, "from",
					      list_program(stop->source)) != 0;
	else if (json_array_size(cut->from_not))
		failed |=
			json_object_set_new(conditions, "from",
					    json_pack("{sO}", "not", cut->from_not)) != 0;
	return failed ? -ENOMEM : 0;
}

static int stop_region(struct ka_paths *paths, const struct ka_element *stop,
		       const struct ka_element *region)
{
	_cleanup_(cut_clear) struct cut cut = {json_array(), json_array(), json_array()};
	_cleanup_(json_decrefp) json_t *conditions = json_object();
	int r;

	if (!cut.paths || !cut.except || !cut.from_not || !conditions)
		return -ENOMEM;
	r = cut_out(paths, stop, region, &cut);
	if (r)
		return r == CUT_E_NOTHING ? 0 : r;
	r = conditions_of(stop, &cut, conditions);
	return r ? r : ka_emit_stop(paths, stop->rule, "deny", conditions);
}

/* Within @stop, where some source passes: it is stopped for all others. */
static bool is_region(const struct ka_paths *paths, const struct ka_element *stop,
		      size_t at)
{
	const struct ka_element *region = &paths->elements[at];

	if (stop->source || !region->source || !ka_takes_from(region, stop) ||
	    !ka_covers(stop, region) || ka_covers(region, stop))
		return false;
	for (size_t i = 0; i < at; i++) {
		const struct ka_element *earlier = &paths->elements[i];

		if (earlier->source && ka_takes_from(earlier, stop) &&
		    ka_covers(earlier, region) && ka_covers(region, earlier))
			return false;
	}
	return true;
}

static int convert_stop(struct ka_paths *paths, const struct ka_element *stop)
{
	int r = stop_region(paths, stop, stop);

	for (size_t i = 0; !r && i < paths->n; i++)
		if (is_region(paths, stop, i))
			r = stop_region(paths, stop, &paths->elements[i]);
	return r;
}

static int convert_plain(struct ka_paths *paths, const struct ka_element *element,
			 const char *action)
{
	const struct ka_rule *rule = element->rule;
	_cleanup_(json_decrefp) json_t *conditions = json_object();
	_cleanup_(json_decrefp) json_t *list = json_array();
	struct cut cut = {.paths = list};
	json_t *ours;
	int r = list && conditions ? ka_add_pattern(list, element) : -ENOMEM;

	if (!r)
		r = conditions_of(element, &cut, conditions);
	if (r)
		return r;
	if (strcmp(action, "allow") != 0)
		return ka_emit_stop(paths, rule, action, conditions);
	ours = ka_rule_new(paths->policy, &rule->level, action);
	if (rule->read_only)
		ours = ka_with_access(ours, "read");
	return ka_emit(paths, rule, ours, conditions);
}

int ka_convert_element(struct ka_paths *paths, const struct ka_element *element)
{
	const struct ka_rule *rule = element->rule;
	int r = 0;

	if (rule->level.action == KA_AUDIT)
		return convert_plain(paths, element, "audit");
	if (ka_lets_pass(rule) && paths->denies_by_default)
		r = convert_plain(paths, element, "allow");
	if (!r && (rule->level.action == KA_BLOCK || ka_is_static(rule)))
		r = convert_stop(paths, element);
	return r;
}
