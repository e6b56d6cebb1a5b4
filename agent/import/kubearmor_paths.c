// SPDX-License-Identifier: Apache-2.0
/*
 * KubeArmor's rules on paths. Of all rules that fit, the most specific decides there: one
 * with a source before one without, a path before a directory, a deeper directory before
 * a shallower one (KubeArmor/BPF/shared.h). Here any deny rule decides. So what a rule
 * stops is cut down by what more specific rules let pass: by `except`, and by `from:
 * {not: ...}` where they name a source.
 *
 * ownerOnly and readOnly stop others, and writers, whatever the action; the owner, and
 * readers, they let pass.
 */
#include <errno.h>
#include <string.h>

#include "import/kubearmor.h"
#include "import/path.h"
#include "policy/array.h"
#include "util/cleanup.h"

/* What one rule and one of its sources is about. */
enum extent {
	EXACT,	  /* the path */
	CHILDREN, /* what is in the directory itself */
	BELOW,	  /* all that is below the directory */
};

struct element {
	const struct ka_rule *rule;
	enum extent extent;
	bool is_directory; /* EXACT: it is the directory of a rule on directories */
	const char *path;  /* CHILDREN and BELOW: with "/" at the end */
	size_t length; /* of it; EXACT: without "/" at the end, so that the root is empty
			*/
	const char *source; /* NULL: any */
};

struct paths {
	struct ka_policy *policy;
	enum ka_section section;
	bool denies_by_default;
	struct element *elements;
	size_t n;
};

static enum image_section section_of(const struct paths *paths)
{
	return paths->section == KA_FILE ? SECTION_FILE : SECTION_EXEC;
}

static bool is_static(const struct ka_rule *rule)
{
	return rule->owner_only || rule->read_only;
}

/* Audit rules are not among what KubeArmor decides by. */
static bool lets_pass(const struct ka_rule *rule)
{
	return rule->level.action == KA_ALLOW ||
	       (rule->level.action == KA_BLOCK && is_static(rule));
}

static int add_element(struct paths *paths, const struct element *element)
{
	struct element *grown = array_grow(paths->elements, paths->n, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	paths->elements = grown;
	grown[paths->n++] = *element;
	return import_count_rule(paths->policy->importer, element->rule->node);
}

/* A directory is two: itself, which is listed, and what is in it. */
static int add_source(struct paths *paths, const struct ka_rule *rule, const char *source)
{
	struct element element = {
		.rule = rule,
		.extent = EXACT,
		.path = rule->node->text,
		.length = rule->node->n,
		.source = source,
	};
	int r;

	if (rule->match == KA_PATH)
		return add_element(paths, &element);
	if (paths->section == KA_FILE) {
		element.is_directory = true;
		element.length--;
		r = add_element(paths, &element);
		if (r)
			return r;
	}
	element.extent = rule->recursive ? BELOW : CHILDREN;
	element.is_directory = false;
	element.length = rule->node->n;
	return add_element(paths, &element);
}

static int add_elements(struct paths *paths)
{
	int r = 0;

	for (size_t i = 0; !r && i < paths->policy->n_rules; i++) {
		const struct ka_rule *rule = &paths->policy->rules[i];

		if (rule->section != paths->section ||
		    (rule->match != KA_PATH && rule->match != KA_DIRECTORY))
			continue;
		if (!rule->n_sources)
			r = add_source(paths, rule, NULL);
		for (size_t s = 0; !r && s < rule->n_sources; s++)
			r = add_source(paths, rule, rule->sources[s]);
	}
	return r;
}

static bool begins_with(const struct element *element, const struct element *directory)
{
	return element->length >= directory->length &&
	       !memcmp(element->path, directory->path, directory->length);
}

static bool same_place(const struct element *a, const struct element *b)
{
	return a->length == b->length && !memcmp(a->path, b->path, a->length);
}

/* Is all that @inner is about in @outer? */
static bool covers(const struct element *outer, const struct element *inner)
{
	if (outer->extent == EXACT)
		return inner->extent == EXACT && same_place(outer, inner);
	if (outer->extent == BELOW)
		return begins_with(inner, outer) &&
		       (inner->extent != EXACT || inner->length > outer->length);
	if (inner->extent == CHILDREN)
		return same_place(outer, inner);
	return inner->extent == EXACT && inner->length > outer->length &&
	       begins_with(inner, outer) &&
	       !memchr(inner->path + outer->length, '/', inner->length - outer->length);
}

static bool same_source(const struct element *a, const struct element *b)
{
	return a->source && b->source ? !strcmp(a->source, b->source)
				      : a->source == b->source;
}

/* Does @a decide before @b where both fit? */
static bool outranks(const struct element *a, const struct element *b)
{
	if (a->source && b->source && strcmp(a->source, b->source) != 0)
		return false;
	if (!a->source != !b->source)
		return a->source;
	if ((a->extent == EXACT) != (b->extent == EXACT))
		return a->extent == EXACT;
	return a->length > b->length;
}

static bool takes_from(const struct element *a, const struct element *b)
{
	return a->rule != b->rule && lets_pass(a->rule) && outranks(a, b);
}

/* Owned. */
static char *pattern_of(const struct element *element)
{
	_cleanup_(freep) char *path = strndup(element->path, element->length);
	const char *after = element->extent == CHILDREN ? "*"
			    : element->extent == BELOW	? "**"
							: "";

	if (!path)
		return NULL;
	if (element->is_directory || !element->length)
		after = "/";
	return path_literal("", path, after);
}

static int add_pattern(json_t *list, const struct element *element)
{
	_cleanup_(freep) char *pattern = pattern_of(element);

	return pattern ? json_add_string(list, pattern) : -ENOMEM;
}

/* A rule of one path, with all of KubeArmor's that our language says beside it. */
static int emit(struct paths *paths, const struct ka_rule *rule, json_t *ours,
		json_t *conditions)
{
	bool failed = !ours || !conditions || json_object_update(ours, conditions);

	if (failed) {
		json_decref(ours);
		return -ENOMEM;
	}
	return draft_rule(&paths->policy->importer->draft, section_of(paths), ours,
			  rule->node->line);
}

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
static int cut_out(const struct paths *paths, const struct element *stop,
		   const struct element *region, struct cut *cut)
{
	int r = add_pattern(cut->paths, region);

	for (size_t i = 0; !r && i < paths->n; i++) {
		const struct element *other = &paths->elements[i];

		if (!takes_from(other, stop))
			continue;
		if (covers(other, region) && same_source(other, stop))
			return CUT_E_NOTHING;
		if (covers(other, region))
			r = add_program(cut->from_not, other->source);
		else if (covers(region, other))
			r = add_pattern(cut->except, other);
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
static int conditions_of(const struct element *stop, const struct cut *cut,
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

static json_t *with_access(json_t *rule, const char *access)
{
	if (rule && json_object_set_new(rule, "access", json_pack("[s]", access))) {
		json_decref(rule);
		return NULL;
	}
	return rule;
}

static json_t *with_other_owner(json_t *rule)
{
	if (rule && json_object_set_new(rule, "owner", json_string("other"))) {
		json_decref(rule);
		return NULL;
	}
	return rule;
}

/* The one or two rules that stop (or report) what @rule does, under @conditions. */
static int emit_stop(struct paths *paths, const struct ka_rule *rule, const char *action,
		     json_t *conditions)
{
	struct ka_policy *policy = paths->policy;
	int r = 0;

	if (rule->owner_only)
		r = emit(paths, rule,
			 with_other_owner(ka_rule_new(policy, &rule->level, action)),
			 conditions);
	if (!r && rule->read_only)
		r = emit(paths, rule,
			 with_access(ka_rule_new(policy, &rule->level, action), "write"),
			 conditions);
	if (!r && !is_static(rule))
		r = emit(paths, rule, ka_rule_new(policy, &rule->level, action),
			 conditions);
	return r;
}

static int stop_region(struct paths *paths, const struct element *stop,
		       const struct element *region)
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
	return r ? r : emit_stop(paths, stop->rule, "deny", conditions);
}

/* Within @stop, where some source passes: it is stopped for all others. */
static bool is_region(const struct paths *paths, const struct element *stop, size_t at)
{
	const struct element *region = &paths->elements[at];

	if (stop->source || !region->source || !takes_from(region, stop) ||
	    !covers(stop, region) || covers(region, stop))
		return false;
	for (size_t i = 0; i < at; i++) {
		const struct element *earlier = &paths->elements[i];

		if (earlier->source && takes_from(earlier, stop) &&
		    covers(earlier, region) && covers(region, earlier))
			return false;
	}
	return true;
}

static int convert_stop(struct paths *paths, const struct element *stop)
{
	int r = stop_region(paths, stop, stop);

	for (size_t i = 0; !r && i < paths->n; i++)
		if (is_region(paths, stop, i))
			r = stop_region(paths, stop, &paths->elements[i]);
	return r;
}

static int convert_plain(struct paths *paths, const struct element *element,
			 const char *action)
{
	const struct ka_rule *rule = element->rule;
	_cleanup_(json_decrefp) json_t *conditions = json_object();
	_cleanup_(json_decrefp) json_t *list = json_array();
	struct cut cut = {.paths = list};
	json_t *ours;
	int r = list && conditions ? add_pattern(list, element) : -ENOMEM;

	if (!r)
		r = conditions_of(element, &cut, conditions);
	if (r)
		return r;
	if (strcmp(action, "allow") != 0)
		return emit_stop(paths, rule, action, conditions);
	ours = ka_rule_new(paths->policy, &rule->level, action);
	if (rule->read_only)
		ours = with_access(ours, "read");
	return emit(paths, rule, ours, conditions);
}

static int convert_element(struct paths *paths, const struct element *element)
{
	const struct ka_rule *rule = element->rule;
	int r = 0;

	if (rule->level.action == KA_AUDIT)
		return convert_plain(paths, element, "audit");
	if (lets_pass(rule) && paths->denies_by_default)
		r = convert_plain(paths, element, "allow");
	if (!r && (rule->level.action == KA_BLOCK || is_static(rule)))
		r = convert_stop(paths, element);
	return r;
}

/* Of one place, KubeArmor takes the rule that comes last; who wrote both may not have
 * meant it. */
static int check_conflict(struct paths *paths, size_t at)
{
	const struct element *element = &paths->elements[at];

	for (size_t i = 0; i < at; i++) {
		const struct element *other = &paths->elements[i];
		enum ka_action a = element->rule->level.action,
			       b = other->rule->level.action;

		if (same_place(element, other) && same_source(element, other) &&
		    (element->extent == EXACT) == (other->extent == EXACT) && a != b &&
		    a != KA_AUDIT && b != KA_AUDIT)
			return import_lack(
				paths->policy->importer, element->rule->node,
				IMPORT_CONFLICT,
				"\"%.200s\" is allowed and blocked (also on line %u), "
				"and "
				"here what is denied is denied; decide for one",
				element->rule->node->text, other->rule->node->line);
	}
	return 0;
}

static int lack_pattern(struct importer *importer, const struct ka_rule *rule, int reason)
{
	const char *pattern = rule->node->text;

	switch (reason) {
	case PATH_E_ARGUMENTS:
		return import_lack(
			importer, rule->node, IMPORT_ARGUMENTS,
			"\"%.200s\" is about the arguments of a program, which a caller "
			"can word as it likes; name the program alone",
			pattern);
	case PATH_E_EXPRESSION:
		return import_lack(
			importer, rule->node, IMPORT_EXPRESSION,
			"\"%.200s\" is a regular expression; write a pattern with \"*\", "
			"\"**\", \"?\" and \"[...]\"",
			pattern);
	case PATH_E_ALTERNATIVES:
		return import_lack(
			importer, rule->node, IMPORT_EXPRESSION,
			"\"%.80s\" stands for more than %d patterns; write those that "
			"matter",
			pattern, PATH_ALTERNATIVES);
	default:
		return parse_error(
			&importer->parse, rule->node,
			"\"%.200s\" is no absolute pattern; begin it with \"/\"",
			pattern);
	}
}

static void path_list_freep(char ***patterns)
{
	path_list_free(*patterns);
}

/* "**" of ours in front of a name is any number of directories, none as well. */
static int read_patterns(const struct ka_rule *rule, char ***ret_patterns)
{
	char **patterns;

	if (rule->match == KA_PATTERN)
		return path_apparmor(rule->node->text, ret_patterns);
	patterns = calloc(2, sizeof(*patterns));
	if (!patterns)
		return -ENOMEM;
	patterns[0] = path_literal("/**/", rule->node->text, "");
	if (!patterns[0]) {
		free(patterns);
		return -ENOMEM;
	}
	*ret_patterns = patterns;
	return 0;
}

/* Rules on patterns stand beside those on paths: of AppArmor's, a deny rule always
 * decides. */
static int convert_pattern(struct paths *paths, const struct ka_rule *rule)
{
	_cleanup_(json_decrefp) json_t *conditions = json_object();
	_cleanup_(path_list_freep) char **patterns = NULL;
	json_t *list = json_array(), *ours;
	int r = read_patterns(rule, &patterns);

	if (json_object_set_new(conditions, "paths", list))
		return -ENOMEM;
	if (r > 0)
		return lack_pattern(paths->policy->importer, rule, r);
	for (char **at = patterns; !r && *at; at++)
		r = json_add_string(list, *at);
	if (r)
		return r;
	if (lets_pass(rule) && paths->denies_by_default) {
		ours = ka_rule_new(paths->policy, &rule->level, "allow");
		r = emit(paths, rule, rule->read_only ? with_access(ours, "read") : ours,
			 conditions);
	}
	if (r || (rule->level.action == KA_ALLOW && !is_static(rule)))
		return r;
	return emit_stop(paths, rule, rule->level.action == KA_AUDIT ? "audit" : "deny",
			 conditions);
}

/* No rule of exec asks for the owner. Return: PARSE_E_WRONG when the rule is left out. */
static int lack_owner(struct paths *paths, const struct ka_rule *rule)
{
	struct importer *importer = paths->policy->importer;

	if (rule->section != KA_PROCESS || !rule->owner_only)
		return 0;
	importer->lost_allow |= rule->level.action == KA_ALLOW;
	return import_lack(
		importer, rule->node, IMPORT_OWNER,
		"ownerOnly of a program: exec has no condition on the owner; deny "
		"\"%.200s\" to all, or leave it to the file's mode",
		rule->node->text);
}

/* Rules that have no equivalent, taken out before they can take from others. */
static int drop_owner_rules(struct paths *paths)
{
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; !r && i < paths->n; i++) {
		const struct element *element = &paths->elements[i];

		if (paths->section == KA_PROCESS && element->rule->owner_only)
			continue;
		paths->elements[kept++] = *element;
	}
	paths->n = kept;
	for (size_t i = 0; !r && i < paths->policy->n_rules; i++)
		if (paths->policy->rules[i].section == paths->section)
			r = lack_owner(paths, &paths->policy->rules[i]);
	return r;
}

static int convert_patterns(struct paths *paths)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < paths->policy->n_rules; i++) {
		const struct ka_rule *rule = &paths->policy->rules[i];
		int e;

		if (rule->section != paths->section ||
		    (rule->match != KA_PATTERN && rule->match != KA_EXECNAME) ||
		    (rule->section == KA_PROCESS && rule->owner_only))
			continue;
		e = convert_pattern(paths, rule);
		r = e ? e : r;
	}
	return r;
}

static void elements_free(struct element **elements)
{
	free(*elements);
}

int ka_convert_paths(struct ka_policy *policy, enum ka_section section)
{
	struct paths paths = {
		.policy = policy,
		.section = section,
		.denies_by_default = ka_allows(policy, section),
	};
	_cleanup_(elements_free) struct element *elements = NULL;
	int r = add_elements(&paths);

	elements = paths.elements;
	if (!r)
		r = drop_owner_rules(&paths);
	for (size_t i = 0; !r && i < paths.n; i++)
		r = check_conflict(&paths, i);
	for (size_t i = 0; !r && i < paths.n; i++)
		r = convert_element(&paths, &paths.elements[i]);
	if (!r)
		r = convert_patterns(&paths);
	if (!r && paths.denies_by_default)
		r = draft_default(&policy->importer->draft, section_of(&paths));
	return r;
}
