// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/dry_run_output.h"
#include "ctl/dry_run_report.h"
#include "ctl/options.h"
#include "ctl/policy_files.h"
#include "ctl/subject_options.h"
#include "dryrun/findings.h"
#include "dryrun/learn.h"
#include "dryrun/run.h"
#include "policy/array.h"
#include "policy/image.h"
#include "policy/selected.h"
#include "util/cleanup.h"

/* What it ends with when something would have been denied. */
#define EXIT_WOULD_DENY 3

struct arguments {
	struct options common;
	struct subject_options subject;
	const char **policies;
	size_t n_policies;
	char **command;
	const char *learn;
	const char *output;
	enum dry_run_report report;
	bool has_report;
	bool exit_status;
};

enum {
	KEY_LEARN = 0x100,
	KEY_REPORT,
	KEY_REPORT_FILE,
	KEY_EXIT_STATUS,
};

static const struct argp_option options[] = {
	{"policy", 'f', "FILE|DIRECTORY", 0, "policies, as for check; again for more", 0},
	SUBJECT_OPTIONS,
	{"learn", KEY_LEARN, "FILE", 0,
	 "write a policy that allows what the command did, and denies the rest", 1},
	{"report", KEY_REPORT, "FORMAT", 0, "table, json, junit or sarif", 2},
	{"report-file", KEY_REPORT_FILE, "FILE", 0,
	 "write the report there, not behind what the command prints", 2},
	{"exit-status", KEY_EXIT_STATUS, NULL, 0,
	 "end as the command did when it failed and nothing would have been denied", 2},
	{0},
};

static const char *const report_names[] = {
	[DRY_RUN_TABLE] = "table",
	[DRY_RUN_JSON] = "json",
	[DRY_RUN_JUNIT] = "junit",
	[DRY_RUN_SARIF] = "sarif",
};

static void set_report(struct arguments *arguments, const char *name,
		       const struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(report_names); i++) {
		if (strcmp(name, report_names[i]) == 0) {
			arguments->report = (enum dry_run_report)i;
			arguments->has_report = true;
			return;
		}
	}
	argp_error(state, "--report %s; give table, json, junit or sarif", name);
}

static error_t add_policy(struct arguments *arguments, const char *path)
{
	const char **grown =
		array_grow(arguments->policies, arguments->n_policies, sizeof(*grown));

	if (!grown)
		return ENOMEM;
	arguments->policies = grown;
	grown[arguments->n_policies++] = path;
	return 0;
}

static void take_command(struct arguments *arguments, struct argp_state *state)
{
	arguments->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static void check(const struct arguments *arguments, const struct argp_state *state)
{
	if (!arguments->command)
		argp_error(state, "run what? give the command behind --");
	if (!arguments->n_policies && !arguments->learn)
		argp_error(state, "under which policies? give -f FILE, or --learn FILE");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case 'f':
		return add_policy(arguments, argument);
	case KEY_LEARN:
		arguments->learn = argument;
		return 0;
	case KEY_REPORT:
		set_report(arguments, argument, state);
		return 0;
	case KEY_REPORT_FILE:
		arguments->output = argument;
		return 0;
	case KEY_EXIT_STATUS:
		arguments->exit_status = true;
		return 0;
	case ARGP_KEY_ARG:
		take_command(arguments, state);
		return 0;
	case ARGP_KEY_END:
		check(arguments, state);
		return 0;
	default:
		return subject_options_parse(&arguments->subject, key, argument, state);
	}
}

static const struct command_line line = {
	.arguments = "-- COMMAND [ARGUMENT...]",
	.doc = "Run a command under policies that deny nothing, and report what they "
	       "would have denied: rule, object, how often, and who was first.\v"
	       "The policies are decided together as for a pod with the given labels. "
	       "Needs root, but neither lsmd, a cluster nor BPF-LSM, and leaves an lsmd "
	       "on "
	       "the node alone. The command gets standard input, output and error, and "
	       "the "
	       "signals; what it leaves running is not killed, and not seen any more. "
	       "Exit "
	       "status: 0 nothing would have been denied, 3 something, 1 it could not "
	       "run, 2 "
	       "bad usage or policies; how the command ended is in the report.\n\n"
	       "  lsmctl dry-run -f policies/ --labels app=web -- make test\n"
	       "  lsmctl dry-run -f web.yaml --report junit --report-file dry-run.xml -- "
	       "./test.sh\n"
	       "  lsmctl dry-run --learn web.yaml --labels app=web -- ./server "
	       "--self-test",
	.options = options,
	.parser = parse,
	.findings = true,
};

/* --- what it is run under -------------------------------------------------------------
 */

struct setting {
	struct policy_list all, selected;
	struct policy *learner; /* NULL: nothing is to be learned; of @selected */
	struct image *image;
};

static void setting_clear(struct setting *setting)
{
	policy_list_clear(&setting->all);
	policy_list_clear(&setting->selected);
	image_unref(setting->image);
}

static int add_learner(struct setting *setting)
{
	struct policy_list *list = &setting->selected;
	struct policy **items =
		reallocarray(list->items, list->n + 1, sizeof(*list->items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	if (learn_policy(&items[list->n]) < 0)
		return -ENOMEM;
	setting->learner = items[list->n++];
	return 0;
}

static int compile(struct setting *setting)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	int r = image_compile_dry(&setting->selected, &diagnostics, &setting->image);

	policy_files_say(&diagnostics);
	if (r == 0)
		return EXIT_DONE;
	complain("the policies cannot be compiled (%s)",
		 r == -E2BIG ? "they are too large" : strerrordesc_np(-r));
	return EXIT_USAGE;
}

static int prepare(const struct arguments *arguments, struct setting *setting)
{
	const struct selection selection = subject_options_selection(&arguments->subject);
	int r = policy_files_read(arguments->policies, arguments->n_policies,
				  &setting->all);

	if (r != EXIT_DONE)
		return r;
	r = policies_selected(&setting->all, &selection, &setting->selected);
	if (r == 0 && arguments->n_policies && !setting->selected.n)
		complain("no policy selects a pod with these labels in namespace %s; "
			 "--labels and -n say which pod to run as",
			 selection.name_space);
	if (r == 0 && arguments->learn)
		r = add_learner(setting);
	if (r < 0) {
		complain("cannot select policies (%s)", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	return compile(setting);
}

/* --- running, and what came of it -----------------------------------------------------
 */

static int report(const struct arguments *arguments, const struct setting *setting,
		  const struct run *run)
{
	_cleanup_(json_decrefp) json_t *findings =
		findings_json(run, setting->image, &setting->selected, setting->learner,
			      arguments->command);

	if (!findings || dry_run_report(findings, arguments->report) < 0) {
		complain("cannot write the report (out of memory)");
		return EXIT_FAILED;
	}
	if (findings_are_denials(findings))
		return EXIT_WOULD_DENY;
	return arguments->exit_status ? dry_run_exit_status(run->status) : EXIT_DONE;
}

static int learn(const struct arguments *arguments, const struct setting *setting,
		 const struct run *run, struct dry_run_output *output)
{
	const struct learn_options wanted = {
		.file = arguments->learn,
		.name_space = subject_options_selection(&arguments->subject).name_space,
		.labels = &arguments->subject.labels,
		.command = arguments->command,
	};
	_cleanup_(learned_clear) struct learned learned = {0};
	int r = learn_from(run, setting->image, setting->learner, &wanted, &learned);

	if (r == 0)
		r = dry_run_output_write(output, learned.text, learned.length);
	if (r < 0) {
		complain("cannot write %s (%s)", arguments->learn, strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < learned.n_lacks; i++)
		complain("no rule can allow: %s", learned.lacks[i]);
	if (learned.unrecorded)
		complain("%" PRIu64 " records are missing, and what they said is not "
			 "in %s",
			 learned.unrecorded, arguments->learn);
	return learned.n_lacks || learned.unrecorded ? EXIT_WOULD_DENY : EXIT_DONE;
}

static int run_and_tell(const struct arguments *arguments, const struct setting *setting,
			struct dry_run_output *policy, struct dry_run_output *output)
{
	_cleanup_(run_clear) struct run run = {0};
	_cleanup_(freep) char *detail = NULL;
	int learned = EXIT_DONE;
	int r = run_command(setting->image, &setting->selected, arguments->command, &run,
			    &detail);

	if (r) {
		complain("%s", detail ? detail : strerrordesc_np(r < 0 ? -r : EIO));
		return EXIT_FAILED;
	}
	dry_run_say_running(&run);
	if (arguments->learn)
		learned = learn(arguments, setting, &run, policy);
	if (learned == EXIT_FAILED || !arguments->n_policies)
		return learned;
	r = dry_run_output_redirect(output);
	if (r < 0) {
		complain("cannot write %s (%s)", arguments->output, strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	r = report(arguments, setting, &run);
	return r == EXIT_DONE ? learned : r;
}

static int open_output(const char *path, struct dry_run_output *output)
{
	int r = path ? dry_run_output_open(path, output) : 0;

	if (r < 0)
		complain("cannot write %s (%s)", path, strerrordesc_np(-r));
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int dry_run(const struct arguments *arguments)
{
	_cleanup_(dry_run_output_close) struct dry_run_output policy = {.fd = -1};
	_cleanup_(dry_run_output_close) struct dry_run_output output = {.fd = -1};
	_cleanup_(setting_clear) struct setting setting = {0};
	int r = prepare(arguments, &setting);

	/* Before the command, which may run for hours. */
	if (r == EXIT_DONE)
		r = open_output(arguments->learn, &policy);
	if (r == EXIT_DONE)
		r = open_output(arguments->output, &output);
	return r == EXIT_DONE ? run_and_tell(arguments, &setting, &policy, &output) : r;
}

static enum dry_run_report report_of(enum output output)
{
	static const enum dry_run_report reports[] = {
		[OUTPUT_TABLE] = DRY_RUN_TABLE,
		[OUTPUT_WIDE] = DRY_RUN_TABLE,
		[OUTPUT_JSON] = DRY_RUN_JSON,
		[OUTPUT_SARIF] = DRY_RUN_SARIF,
	};

	return reports[output];
}

int command_dry_run(int argc, char **argv)
{
	struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	if (!arguments.has_report)
		arguments.report = report_of(arguments.common.output);
	r = dry_run(&arguments);
	free(arguments.policies);
	subject_options_clear(&arguments.subject);
	return r;
}
