// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/policy_files.h"
#include "ctl/subject_options.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "policy/diff.h"
#include "policy/diff_json.h"
#include "policy/image.h"
#include "policy/selected.h"
#include "policy/selections.h"
#include "util/cleanup.h"

enum {
	OLD,
	NEW,
	SIDES,
};

struct arguments {
	struct options common;
	struct subject_options subject;
	const char *paths[SIDES];
	size_t n_paths;
	bool all;
};

struct comparison {
	struct policy_list policies[SIDES];
	struct diff_list differences;
	size_t n_containers;
	bool all;
};

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0,
	 "also where only the rule that decides, or the errno, changes", 0},
	SUBJECT_OPTIONS,
	HOST_SUBJECT_OPTIONS,
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'a':
		arguments->all = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->n_paths == SIDES)
			argp_error(state, "\"%s\" is one too many; give OLD and NEW",
				   argument);
		arguments->paths[arguments->n_paths++] = argument;
		return 0;
	case ARGP_KEY_END:
		if (arguments->n_paths != SIDES)
			argp_error(state, "compare what? give OLD and NEW");
		return 0;
	default:
		return subject_options_parse(&arguments->subject, key, argument, state);
	}
}

static const struct command_line line = {
	.arguments = "OLD NEW",
	.doc = "What a change of policies newly denies and newly allows, with an example "
	       "of "
	       "each.\v"
	       "OLD and NEW are files or directories, as for check. Found in what the "
	       "policies "
	       "compile to, not in their text: that nothing is shown means that nothing "
	       "changes. Compared for the container that the options describe, or "
	       "without any "
	       "for each one that the policies' selectors tell from others. Exit status: "
	       "0 no "
	       "difference, 1 differences, 2 errors.\n\n"
	       "  lsmctl diff old.yaml new.yaml\n"
	       "  lsmctl diff /etc/lsmd/policies ./policies --labels app=web -n shop",
	.options = options,
	.parser = parse,
};

/* --- comparing
 * -------------------------------------------------------------------------- */

static int compile(const struct policy_list *policies, const struct selection *selection,
		   struct image **ret_image)
{
	_cleanup_(policy_list_clear) struct policy_list selected = {0};
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	int r = policies_selected(policies, selection, &selected);

	if (r == 0)
		r = image_compile(&selected, &diagnostics, ret_image);
	policy_files_say(&diagnostics);
	return r;
}

static int compare_container(struct comparison *comparison,
			     const struct selection *selection)
{
	struct image *compiled[SIDES] = {0};
	_cleanup_(diff_clear) struct diff diff = {0};
	int r = compile(&comparison->policies[OLD], selection, &compiled[OLD]);

	if (r == 0)
		r = compile(&comparison->policies[NEW], selection, &compiled[NEW]);
	if (r == 0) {
		const struct image *const images[SIDES] = {compiled[OLD], compiled[NEW]};

		r = diff_images(images, comparison->all, &diff);
		if (r == 0)
			r = diff_list_add(&comparison->differences, &diff, images,
					  selection);
	}
	comparison->n_containers++;
	image_unref(compiled[OLD]);
	image_unref(compiled[NEW]);
	return r;
}

static int compare_all(struct comparison *comparison)
{
	_cleanup_(selections_clear) struct selections selections = {0};
	int r = selections_of(comparison->policies, &selections);

	for (size_t i = 0; r == 0 && i < selections.n; i++) {
		const struct selection selection =
			made_up_selection(&selections.items[i]);

		r = compare_container(comparison, &selection);
	}
	return r;
}

static int compare(struct comparison *comparison, const struct arguments *arguments)
{
	const struct selection selection = subject_options_selection(&arguments->subject);
	int r;

	for (size_t i = 0; i < SIDES; i++) {
		r = policy_files_read(&arguments->paths[i], 1, &comparison->policies[i]);
		if (r != EXIT_DONE)
			return r;
	}
	r = arguments->subject.is_said ? compare_container(comparison, &selection)
				       : compare_all(comparison);
	if (r == 0)
		return EXIT_DONE;
	complain("cannot compare (%s)",
		 r == -E2BIG ? "the policies are too large" : strerrordesc_np(-r));
	return EXIT_USAGE;
}

/* --- printing
 * --------------------------------------------------------------------------- */

static void write_side(const json_t *side, FILE *file)
{
	const json_t *rule = json_object_get(side, "rule");
	const char *name_space = json_text(rule, "namespace");

	fputs(json_text(side, "verdict"), file);
	if (json_is_object(rule))
		fprintf(file, " %s of %s%s%s", json_text(rule, "name"), name_space,
			*name_space ? "/" : "", json_text(rule, "policy"));
}

static void write_from(const json_t *item, FILE *file)
{
	write_side(json_object_get(item, "from"), file);
}

static void write_to(const json_t *item, FILE *file)
{
	write_side(json_object_get(item, "to"), file);
}

static void write_labels(const json_t *container, const char *path, FILE *file)
{
	const char *key, *separator = " ";
	json_t *value;

	json_object_foreach ((json_t *)json_path(container, path), key, value) {
		fprintf(file, "%s%s=%s", separator, key, json_string_value(value));
		separator = ",";
	}
}

/* The first of the containers, and how many more there are. */
static void write_containers(const json_t *item, FILE *file)
{
	const json_t *all = json_object_get(item, "for"), *first = json_array_get(all, 0);
	const char *container = json_text(first, "container");

	if (json_object_get(first, "cgroup")) {
		fprintf(file, "cgroup %s", json_text(first, "cgroup"));
	} else {
		fputs(json_text(first, "namespace"), file);
		write_labels(first, "namespaceLabels", file);
		fputs(":", file);
		write_labels(first, "labels", file);
	}
	write_labels(first, "nodeLabels", file);
	fprintf(file, "%s%s", *container ? " " : "", container);
	if (json_array_size(all) > 1)
		fprintf(file, " +%zu", json_array_size(all) - 1);
}

static const struct column columns[] = {
	{.title = "CHANGE", .path = "change"},
	{.title = "EXAMPLE", .path = "example"},
	{.title = "FROM", .write = write_from},
	{.title = "TO", .write = write_to},
	{.title = "FOR", .write = write_containers},
};

static int print(const struct comparison *comparison, const struct options *common)
{
	json_t *found = comparison->differences.items;
	json_t *items = found ? json_incref(found) : json_array();
	size_t n = json_array_size(items);

	if (common->output == OUTPUT_JSON) {
		json_t *json = json_pack("{sI sO}", "containers",
					 (json_int_t)comparison->n_containers,
					 "differences", items);

		terminal_json(json);
		json_decref(json);
	} else {
		table_print(columns, ARRAY_SIZE(columns), items, common, "no difference");
	}
	json_decref(items);
	return n ? EXIT_FAILED : EXIT_DONE;
}

int command_diff(int argc, char **argv)
{
	struct comparison comparison = {0};
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	comparison.all = arguments.all;
	r = compare(&comparison, &arguments);
	if (r == EXIT_DONE)
		r = print(&comparison, &arguments.common);
	for (size_t i = 0; i < SIDES; i++)
		policy_list_clear(&comparison.policies[i]);
	diff_list_clear(&comparison.differences);
	subject_options_clear(&arguments.subject);
	return r;
}
