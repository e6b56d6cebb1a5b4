// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "ctl/check_files.h"
#include "ctl/check_print.h"
#include "ctl/check_root.h"
#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/options.h"
#include "policy/image.h"
#include "policy/together.h"
#include "util/cleanup.h"

/* A note says what stays open of a rule here; the file is right all the same. Notes are
 * JSON, as diagnostics are when they are printed. */
struct check {
	struct policy_list policies;
	struct diagnostics diagnostics;
	json_t *notes;
};

struct arguments {
	struct options common;
	bool strict;
	const char *root; /* NULL: none */
	const char **paths;
	size_t n_paths;
};

enum {
	KEY_ROOT = 256,
};

static const struct argp_option options[] = {
	{"strict", 'S', NULL, 0, "warnings are exit status 1", 0},
	{"root", KEY_ROOT, "DIRECTORY", 0,
	 "say which denied programs have other names in this root, as a multi-call "
	 "program "
	 "has",
	 0},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'S':
		arguments->strict = true;
		return 0;
	case KEY_ROOT:
		arguments->root = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (!arguments->paths)
			arguments->paths =
				calloc((size_t)state->argc, sizeof(*arguments->paths));
		if (!arguments->paths)
			return ENOMEM;
		arguments->paths[arguments->n_paths++] = argument;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state,
			   "check what? give files or directories, - is standard input");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct command_line line = {
	.arguments = "FILE|DIRECTORY...",
	.doc = "Read policies as the agent does, and say everything that is wrong with "
	       "them.\v"
	       "Of a directory: its *.yaml, *.yml and *.json. All that is given is "
	       "judged "
	       "together, as one node would hold it. Needs neither lsmd nor privileges. "
	       "A "
	       "rule that this version cannot enforce at all is a warning; what stays "
	       "open "
	       "of one enforced in part, a note. Exit status: 0 clean, 1 warnings with "
	       "--strict, 2 errors.\n\n"
	       "  lsmctl check /etc/lsmd/policies\n"
	       "  lsmctl check --strict -o sarif policies >check.sarif",
	.options = options,
	.parser = parse,
	.findings = true,
};

/* A policy that alone passes a limit can never be in force. */
static int check_sizes(struct check *check)
{
	for (size_t i = 0; i < check->policies.n; i++) {
		struct policy_list one = {.items = &check->policies.items[i], .n = 1};
		struct image *image = NULL;
		int r = image_compile(&one, &check->diagnostics, &image);

		image_unref(image);
		if (r < 0 && r != -E2BIG)
			return r;
	}
	return 0;
}

static int add_note(struct check *check, const struct policy *policy,
		    const struct policy_rule *rule)
{
	return json_array_append_new(
		check->notes,
		json_pack("{ss ss sI si so}", "severity", "note", "file", policy->source,
			  "line", (json_int_t)rule->line, "column", 0, "message",
			  json_sprintf("rule \"%s\" is enforced in part; %s", rule->name,
				       rule->open_ways ? rule->open_ways : "")));
}

/* Of a rule that is refused the parser warns. */
static int check_enforcement(struct check *check)
{
	int r = 0;

	for (size_t i = 0; i < check->policies.n; i++) {
		const struct policy *policy = check->policies.items[i];

		for (size_t s = 0; s < SECTION_COUNT; s++) {
			const struct policy_section *section = &policy->sections[s];

			for (size_t n = 0; n < section->n_rules; n++)
				if (section->rules[n].enforcement == PARTIAL)
					r |= add_note(check, policy, &section->rules[n]);
		}
	}
	return r ? -ENOMEM : 0;
}

static int run_check(struct check *check, const struct arguments *arguments)
{
	int r = 0;

	for (size_t i = 0; i < arguments->n_paths && r == 0; i++)
		r = check_read(arguments->paths[i], &check->diagnostics,
			       &check->policies);
	if (r < 0)
		return r;
	policy_list_sort(&check->policies);
	r = policy_check(&check->policies, &check->diagnostics);
	if (r < 0 && r != -EINVAL)
		return r;
	r = check_sizes(check);
	if (r == 0)
		r = policies_check_together(&check->policies, &check->diagnostics);
	if (r == 0)
		r = check_enforcement(check);
	if (r == 0 && arguments->root)
		r = check_root(&check->policies, arguments->root, check->notes);
	return r;
}

static int print(const struct check *check, const struct arguments *arguments)
{
	_cleanup_(json_decrefp) json_t *all = diagnostics_json(&check->diagnostics);
	struct check_result result = {
		.n_policies = check->policies.n,
		.findings = all,
	};
	int r;

	if (!all || json_array_extend(all, check->notes) < 0)
		return -ENOMEM;
	r = check_print(&result, arguments->common.output);
	if (r < 0)
		return r;
	if (check_count(all, "error"))
		return EXIT_USAGE;
	return arguments->strict && check_count(all, "warning") ? EXIT_FAILED : EXIT_DONE;
}

int command_check(int argc, char **argv)
{
	struct check check = {.notes = json_array()};
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	r = run_check(&check, &arguments);
	if (r == 0)
		r = print(&check, &arguments);
	policy_list_clear(&check.policies);
	diagnostics_clear(&check.diagnostics);
	json_decref(check.notes);
	free(arguments.paths);
	if (r < 0) {
		complain("cannot check%s%s (%s)", arguments.root ? " in " : "",
			 arguments.root ? arguments.root : "", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	return r;
}
