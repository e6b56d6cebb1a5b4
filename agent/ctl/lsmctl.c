// SPDX-License-Identifier: Apache-2.0
/*
 * lsmctl: the command line of lsmd. A command is a row of the table below and a file of
 * its own.
 */
#include <argp.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/options.h"
#include "util/cleanup.h"

static const struct command commands[] = {
	{"status", command_status, "the agent, and what is in force on this node"},
	{"pods", command_pods, "pods, their containers, and the policies on them"},
	{"policies", command_policies, "policies, and what of them is enforced here"},
	{"denials", command_denials, "the last denials, or every one from now on"},
	{"totals", command_totals, "exact counts of denials by pod, policy and rule"},
	{"check", command_check, "read policies, say what is wrong, change nothing"},
	{"eval", command_eval, "what policies would say to an event, and why"},
	{"diff", command_diff, "what a change of policies newly denies and allows"},
	{"dry-run", command_dry_run, "what policies would have denied a command"},
	{"schema", command_schema, "the form of policies, for editors"},
	{"import", command_import, "turn policies of other systems into ours"},
	{"deny", command_deny, "deny something to a pod by hand, at once"},
	{"allow", command_allow, "take denials by hand back"},
	{"denies", command_denies, "list denials by hand"},
	{"pause", command_pause, "deny nothing on this node, report everything"},
	{"resume", command_resume, "take that back"},
	{"doctor", command_doctor, "what this node has and lacks, and the remedy"},
	{"health", command_health, "is everything in force? for probes"},
	{"reload", command_reload, "read policies and pods again"},
};

static void print_version(FILE *file, struct argp_state *state)
{
	(void)state;
	fputs("lsmctl " LSMD_VERSION "\n", file);
}

/* What is left of the command line when the options in front of the command are read. */
struct rest {
	int argc;
	char **argv;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct rest *rest = state->input;

	switch (key) {
	case 's':
		/* A command takes it from there, as it does without the option. */
		return setenv(SOCKET_ENVIRONMENT, argument, 1) < 0 ? errno : 0;
	case ARGP_KEY_ARG:
		rest->argv = state->argv + state->next - 1;
		rest->argc = state->argc - state->next + 1;
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *help_filter(int key, const char *text, void *input)
{
	char *help = NULL;
	size_t size;
	FILE *file;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	file = open_memstream(&help, &size);
	if (!file)
		return (char *)text;
	fputs("Commands:\n", file);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\nlsmctl COMMAND --help says more. Exit status: 0 done, 1 lsmd said no, 2 "
	      "bad "
	      "usage or input, 3 lsmd does not answer; check, eval, diff and dry-run "
	      "have their "
	      "own.",
	      file);
	return fclose(file) ? (char *)text : help;
}

static const struct argp_option options[] = {
	{"socket", 's', "PATH", 0,
	 "lsmd's socket [" SOCKET_DEFAULT ", or $" SOCKET_ENVIRONMENT "]", 0},
	{0},
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "COMMAND [ARGUMENT...]",
	.doc = "Look at what lsmd denies on this node, and deny by hand.\v"
	       " ",
	.help_filter = help_filter,
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_command(const struct command *command, const struct rest *rest)
{
	_cleanup_(freep) char *name = NULL;
	int r;

	if (asprintf(&name, "lsmctl %s", command->name) < 0) {
		name = NULL;
		complain("out of memory");
		return EXIT_FAILED;
	}
	rest->argv[0] = name; /* what --help and errors call the program */
	r = command->run(rest->argc, rest->argv);
	if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) {
		complain("cannot write the output (%s)", strerrordesc_np(errno));
		return r ? r : EXIT_FAILED;
	}
	return r;
}

int main(int argc, char **argv)
{
	struct rest rest = {0};
	const struct command *command;
	int r;

	/* Assigned, not defined: hidden symbols would not take the place of libc's. */
	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &rest))
		return EXIT_FAILED;
	command = find_command(rest.argv[0]);
	if (!command) {
		complain("there is no command %s; lsmctl --help lists them",
			 rest.argv[0]);
		return EXIT_USAGE;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	r = run_command(command, &rest);
	curl_global_cleanup();
	return r;
}
