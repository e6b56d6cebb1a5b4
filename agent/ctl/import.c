// SPDX-License-Identifier: Apache-2.0
#include "import/import.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/terminal.h"
#include "import/output.h"
#include "policy/text.h"
#include "policy/yaml.h"
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
	bool json;
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
#define KEY_FROM 256

static const struct argp_option options[] = {
	{"from", KEY_FROM, "SYSTEM", 0,
	 "read kubearmor, networkpolicy, cilium or tetragon alone [what each document "
	 "says]",
	 0},
	{"partial", 'P', NULL, 0, "leave out what has no equivalent, and say so", 0},
	{"output", 'o', "FORMAT", 0, "yaml or json [yaml]", 0},
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
		arguments->json = !strcmp(argument, "json");
		if (!arguments->json && strcmp(argument, "yaml") != 0)
			argp_error(state, "--output is yaml or json");
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
	       "  lsmctl import kubearmor/*.yaml >policies/kubearmor.yaml\n"
	       "  kubectl get networkpolicy -A -o yaml | lsmctl import --partial -",
	.options = options,
	.parser = parse,
};

static int read_input(char **ret_text, size_t *ret_length)
{
	_cleanup_(freep) char *text = malloc(YAML_MAX_BYTES + 1);

	if (!text)
		return -ENOMEM;
	*ret_length = fread(text, 1, YAML_MAX_BYTES + 1, stdin);
	*ret_text = TAKE_PTR(text);
	return 0;
}

static int import_file(struct import *import, const char *path)
{
	bool input = !strcmp(path, "-");
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = input ? read_input(&text, &length)
		      : text_read_file(path, &import->diagnostics, &text, &length);

	if (r == -ENOMEM)
		return r;
	if (r < 0) { /* said in a diagnostic */
		import->unread = true;
		return 0;
	}
	return import_text(text, length, input ? "<stdin>" : path, &import->options,
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

int command_import(int argc, char **argv)
{
	struct import import = {.policies = json_array()};
	struct arguments arguments = {0};
	int r = import.policies ? 0 : -ENOMEM, code;

	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	import.options = arguments.import;
	for (size_t i = 0; !r && i < arguments.n_paths; i++)
		r = import_file(&import, arguments.paths[i]);
	if (!r)
		r = print(&import, arguments.json);
	code = exit_of(&import);
	json_decref(import.policies);
	diagnostics_clear(&import.diagnostics);
	free(arguments.paths);
	if (r < 0) {
		complain("cannot import (%s)", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	return code;
}
