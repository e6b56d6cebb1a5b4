// SPDX-License-Identifier: Apache-2.0
#include "import/import.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/import_falco.h"
#include "ctl/input.h"
#include "ctl/terminal.h"
#include "import/output.h"
#include "util/cleanup.h"

/* How many documents, and what became of them. */
struct import {
	struct import_options options;
	struct diagnostics diagnostics;
	struct import_counts counts;
	json_t *policies;
	bool unread; /* a file could not be read */
};

struct arguments {
	struct import_options import;
	bool falco;
	const char *policies; /* NULL: not said */
	const char *output;   /* NULL: not said */
	const char **paths;
	size_t n_paths;
};

static const struct {
	const char *word;
	enum import_origin origin;
} origins[] = {
	{"kubearmor", IMPORT_KUBEARMOR},
	{"networkpolicy", IMPORT_NETWORK_POLICY},
	{"cilium", IMPORT_CILIUM},
	{"tetragon", IMPORT_TETRAGON},
};

/* Keys without a letter of their own. */
enum {
	KEY_FROM = 0x100,
	KEY_FROM_FALCO,
	KEY_POLICIES,
};

static const struct argp_option options[] = {
	{"from", KEY_FROM, "SYSTEM", 0,
	 "read kubearmor, networkpolicy, cilium or tetragon alone [what each document "
	 "says]",
	 0},
	{"partial", 'P', NULL, 0, "leave out what has no equivalent, and say so", 0},
	{"output", 'o', "FORMAT", 0, "yaml or json [yaml]", 0},
	{"from-falco", KEY_FROM_FALCO, NULL, 0,
	 "which rules of Falco are prevented by a policy, and how", 1},
	{"policies", KEY_POLICIES, "FILE|DIRECTORY", 0,
	 "with --from-falco: by these policies [" LSMD_POLICIES "/falco]", 1},
	{0},
};

static enum import_origin read_origin(const struct argp_state *state, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(origins); i++)
		if (!strcmp(origins[i].word, word))
			return origins[i].origin;
	argp_error(state,
		   "--from %s is not known; kubearmor, networkpolicy, cilium and "
		   "tetragon are",
		   word);
	return IMPORT_ANY;
}

static bool is_json(const struct arguments *arguments)
{
	return arguments->output && !strcmp(arguments->output, "json");
}

static void check(const struct arguments *arguments, const struct argp_state *state)
{
	if (arguments->policies && !arguments->falco)
		argp_error(state, "--policies is for --from-falco");
	if (arguments->falco && (arguments->import.from || arguments->import.partial))
		argp_error(state, "--from-falco converts nothing; leave --from and "
				  "--partial out");
	if (arguments->output && !is_json(arguments) &&
	    (arguments->falco || strcmp(arguments->output, "yaml") != 0))
		argp_error(state, arguments->falco
					  ? "with --from-falco --output is json, "
					    "or a table where it is not given"
					  : "--output is yaml or json");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_FROM:
		arguments->import.from = read_origin(state, argument);
		return 0;
	case 'P':
		arguments->import.partial = true;
		return 0;
	case 'o':
		arguments->output = argument;
		return 0;
	case KEY_FROM_FALCO:
		arguments->falco = true;
		return 0;
	case KEY_POLICIES:
		arguments->policies = argument;
		return 0;
	case ARGP_KEY_END:
		check(arguments, state);
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
		argp_error(state, "import what? give files, - is standard input");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Not of command_line: it talks to no lsmd, and its formats are others. */
static const struct argp argp = {
	.args_doc = "FILE...",
	.doc = "Turn policies of other systems into policies of lsmd.\v"
	       "Of KubeArmor all three kinds, NetworkPolicy, of Cilium both kinds, of "
	       "Tetragon "
	       "both kinds. The policies go to standard output, and what is wrong or has "
	       "no "
	       "equivalent, with its line and the reason, to standard error. A document "
	       "of which "
	       "anything has no equivalent is not converted unless --partial is given. "
	       "Exit "
	       "status: 0 all converted, 1 something was not, or with --partial in part, "
	       "2 bad "
	       "usage or input.\n\n"
	       "Rules of Falco are not converted: with --from-falco the files are rules "
	       "files, in the order in which Falco loads them, and a table says which "
	       "of their rules a policy prevents, by what policies say of themselves in "
	       "the annotation lsmd.io/prevents. Exit status: 0 all that are enabled, 1 "
	       "some not.\n\n"
	       "  lsmctl import kubearmor/*.yaml >policies/kubearmor.yaml\n"
	       "  kubectl get networkpolicy -A -o yaml | lsmctl import --partial -\n"
	       "  lsmctl import --from-falco falco_rules.yaml falco_rules.local.yaml",
	.options = options,
	.parser = parse,
};

static int import_file(struct import *import, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = input_read(path, &import->diagnostics, &text, &length);

	if (r == -ENOMEM)
		return r;
	if (r < 0) { /* said in a diagnostic */
		import->unread = true;
		return 0;
	}
	return import_text(text, length, input_name(path), &import->options,
			   &import->diagnostics, import->policies, &import->counts);
}

/* Of JSON one object is one policy, several are a List, as kubectl gives them. */
static int print_json(json_t *policies)
{
	_cleanup_(json_decrefp) json_t *list = NULL;

	if (json_array_size(policies) == 1) {
		terminal_json(json_array_get(policies, 0));
		return 0;
	}
	list = json_pack("{ss ss sO}", "apiVersion", "v1", "kind", "List", "items",
			 policies);
	if (!list)
		return -ENOMEM;
	terminal_json(list);
	return 0;
}

static int print(const struct import *import, bool json)
{
	diagnostics_print(&import->diagnostics, stderr);
	if (!json_array_size(import->policies))
		return 0;
	return json ? print_json(import->policies)
		    : output_yaml(import->policies, stdout);
}

static int exit_of(const struct import *import)
{
	const struct import_counts *counts = &import->counts;

	if (import->unread || counts->wrong)
		return EXIT_USAGE;
	return counts->refused || counts->partial ? EXIT_FAILED : EXIT_DONE;
}

static int convert(const struct arguments *arguments)
{
	struct import import = {.options = arguments->import, .policies = json_array()};
	int r = import.policies ? 0 : -ENOMEM, code;

	for (size_t i = 0; !r && i < arguments->n_paths; i++)
		r = import_file(&import, arguments->paths[i]);
	if (!r)
		r = print(&import, is_json(arguments));
	code = exit_of(&import);
	json_decref(import.policies);
	diagnostics_clear(&import.diagnostics);
	if (r < 0) {
		complain("cannot import (%s)", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	return code;
}

int command_import(int argc, char **argv)
{
	struct arguments arguments = {0};
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	if (arguments.falco)
		code = import_falco(arguments.paths, arguments.n_paths,
				    arguments.policies ? arguments.policies
						       : LSMD_POLICIES "/falco",
				    is_json(&arguments));
	else
		code = convert(&arguments);
	free(arguments.paths);
	return code;
}
