// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/denial_columns.h"
#include "ctl/pod.h"
#include "ctl/terminal.h"
#include "util/cleanup.h"

struct arguments {
	struct options common;
	struct pod pod;
	bool follow;
	const char *limit, *since, *container, *policy, *verdict, *hook;
};

enum {
	KEY_LIMIT = 0x100,
	KEY_SINCE,
	KEY_POLICY,
	KEY_VERDICT,
	KEY_HOOK,
};

static const struct argp_option options[] = {
	{"follow", 'f', NULL, 0, "go on with every new one until interrupted", 0},
	{"limit", KEY_LIMIT, "N", 0, "the newest N, at most 1000 [100]", 0},
	{"since", KEY_SINCE, "SEQUENCE", 0, "only those after this one", 0},
	{"pod", 'p', "[NAMESPACE/]NAME", 0, "of this pod", 0},
	{"namespace", 'n', "NAMESPACE", 0, "of pods in this namespace", 0},
	{"container", 'c', "NAME", 0, "of containers of this name", 0},
	{"policy", KEY_POLICY, "NAME", 0, "by policies of this name", 0},
	{"verdict", KEY_VERDICT, "VERDICT", 0, "audit, deny or kill", 0},
	{"hook", KEY_HOOK, "HOOK", 0, "at this LSM hook", 0},
	{0},
};

static const char **find_text(struct arguments *arguments, int key)
{
	const struct {
		int key;
		const char **text;
	} texts[] = {
		{'c', &arguments->container},
		{KEY_POLICY, &arguments->policy},
		{KEY_VERDICT, &arguments->verdict},
		{KEY_HOOK, &arguments->hook},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].key == key)
			return texts[i].text;
	return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	const char **text = find_text(arguments, key);

	if (text) {
		*text = argument;
		return 0;
	}
	switch (key) {
	case 'f':
		arguments->follow = true;
		return 0;
	case KEY_LIMIT:
		options_number(state, "limit", argument);
		arguments->limit = argument;
		return 0;
	case KEY_SINCE:
		options_number(state, "since", argument);
		arguments->since = argument;
		return 0;
	case ARGP_KEY_END:
		pod_finish(&arguments->pod, state);
		return 0;
	default:
		return pod_parse(&arguments->pod, key, argument);
	}
}

static const struct command_line line = {
	.doc = "The last denials on this node, oldest first.\v"
	       "With --follow: then every new one, until Ctrl-C; -o json prints one "
	       "object a "
	       "line, and {\"dropped\": N} where N went by unread. When lsmd goes away, "
	       "the "
	       "exit status is 3.\n\n"
	       "  lsmctl denials --limit 20\n"
	       "  lsmctl denials --follow -n shop --verdict deny\n"
	       "  lsmctl denials --follow --limit 0 -o json | jq .object",
	.options = options,
	.parser = parse,
};

static char *make_path(const struct arguments *arguments)
{
	const struct parameter parameters[] = {
		{"limit", arguments->limit},
		{"since", arguments->since},
		{"namespace", arguments->pod.name_space},
		{"pod", arguments->pod.name},
		{"container", arguments->container},
		{"policy", arguments->policy},
		{"verdict", arguments->verdict},
		{"hook", arguments->hook},
		{"follow", arguments->follow ? "true" : NULL},
	};

	return client_path("/v1/denials", NULL, parameters, ARRAY_SIZE(parameters));
}

static void print_json(const json_t *denial, void *data)
{
	(void)data;
	terminal_json_line(denial);
}

static void print_row(const json_t *denial, void *data)
{
	json_int_t dropped = json_number(denial, "dropped");

	if (dropped)
		printf("... %lld denials went by unread\n", (long long)dropped);
	else
		table_row(data, denial);
	fflush(stdout);
}

static int follow(const struct arguments *arguments, const char *path)
{
	struct table table;

	if (arguments->common.output == OUTPUT_JSON)
		return client_stream(&arguments->common, path, print_json, NULL);
	table_init(&table, denial_columns, n_denial_columns, &arguments->common);
	table_header(&table);
	fflush(stdout);
	return client_stream(&arguments->common, path, print_row, &table);
}

int command_denials(int argc, char **argv)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	_cleanup_(freep) char *path = NULL;
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	path = make_path(&arguments);
	if (!path)
		return EXIT_FAILED;
	if (arguments.follow)
		return follow(&arguments, path);
	r = client_get(&arguments.common, path, &reply);
	if (r != EXIT_DONE)
		return r;
	if (arguments.common.output == OUTPUT_JSON)
		terminal_json(reply);
	else
		table_print(denial_columns, n_denial_columns, json_path(reply, "items"),
			    &arguments.common, "No denials.");
	return EXIT_DONE;
}
