// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/dry_run_options.h"
#include "ctl/dry_run_output.h"
#include "ctl/dry_run_report.h"
#include "ctl/policy_files.h"
#include "dryrun/findings.h"
#include "dryrun/learn.h"
#include "dryrun/run.h"
#include "node/root_alias.h"
#include "policy/image.h"
#include "policy/selected.h"
#include "util/cleanup.h"

/* What it ends with when something would have been denied. */
#define EXIT_WOULD_DENY 3

/* --- what it is run under -------------------------------------------------------------
 */

struct setting {
	struct user user;
	struct policy_list all, selected;
	struct policy *learner; /* NULL: nothing is to be learned; of @selected */
	struct image *image;
};

static void setting_clear(struct setting *setting)
{
	user_clear(&setting->user);
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
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	const struct image_options wanted = {.aliases = &aliases, .dry = true};
	int r = root_aliases_of("/", &setting->selected, &aliases);

	if (r == 0)
		r = image_compile_for(&setting->selected, &wanted, &diagnostics,
				      &setting->image);

	policy_files_say(&diagnostics);
	if (r == 0)
		return EXIT_DONE;
	complain("the policies cannot be compiled (%s)",
		 r == -E2BIG ? "they are too large" : strerrordesc_np(-r));
	return EXIT_USAGE;
}

static int find_user(const char *name, struct user *user)
{
	int r = name ? user_find(name, user) : 0;

	if (r == 0)
		return EXIT_DONE;
	complain("there is no user %s (%s)", name, strerrordesc_np(-r));
	return EXIT_USAGE;
}

static int prepare(const struct dry_run_options *options, struct setting *setting)
{
	const struct selection selection = subject_options_selection(&options->subject);
	int r = policy_files_read(options->policies, options->n_policies, &setting->all);

	if (r != EXIT_DONE)
		return r;
	r = policies_selected(&setting->all, &selection, &setting->selected);
	if (r == 0 && options->n_policies && !setting->selected.n)
		complain("no policy selects a pod with these labels in namespace %s; "
			 "--labels and -n say which pod to run as",
			 selection.name_space);
	if (r == 0 && options->learn)
		r = add_learner(setting);
	if (r < 0) {
		complain("cannot select policies (%s)", strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	return compile(setting);
}

/* --- running, and what came of it -----------------------------------------------------
 */

static int report(const struct dry_run_options *options, const struct setting *setting,
		  const struct run *run)
{
	_cleanup_(json_decrefp) json_t *findings =
		findings_json(run, setting->image, &setting->selected, setting->learner,
			      options->command);

	if (!findings || dry_run_report(findings, options->report) < 0) {
		complain("cannot write the report (out of memory)");
		return EXIT_FAILED;
	}
	if (findings_are_denials(findings))
		return EXIT_WOULD_DENY;
	return options->exit_status ? dry_run_exit_status(run->status) : EXIT_DONE;
}

static int learn(const struct dry_run_options *options, const struct setting *setting,
		 const struct run *run, struct dry_run_output *output)
{
	const struct learn_options wanted = {
		.file = options->learn,
		.name_space = subject_options_selection(&options->subject).name_space,
		.labels = &options->subject.labels,
		.command = options->command,
	};
	_cleanup_(learned_clear) struct learned learned = {0};
	int r = learn_from(run, setting->image, setting->learner, &wanted, &learned);

	if (r == 0)
		r = dry_run_output_write(output, learned.text, learned.length);
	if (r < 0) {
		complain("cannot write %s (%s)", options->learn, strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < learned.n_lacks; i++)
		complain("no rule can allow: %s", learned.lacks[i]);
	if (learned.unrecorded)
		complain("%" PRIu64 " records are missing, and what they said is not "
			 "in %s",
			 learned.unrecorded, options->learn);
	return learned.n_lacks || learned.unrecorded ? EXIT_WOULD_DENY : EXIT_DONE;
}

static int run_and_tell(const struct dry_run_options *options,
			const struct setting *setting, struct dry_run_output *policy,
			struct dry_run_output *output)
{
	_cleanup_(run_clear) struct run run = {0};
	_cleanup_(freep) char *detail = NULL;
	int learned = EXIT_DONE;
	const struct run_options wanted = {
		.image = setting->image,
		.policies = &setting->selected,
		.argv = options->command,
		.user = options->user ? &setting->user : NULL,
	};
	int r = run_command(&wanted, &run, &detail);

	if (r) {
		complain("%s", detail ? detail : strerrordesc_np(r < 0 ? -r : EIO));
		return EXIT_FAILED;
	}
	dry_run_say_running(&run);
	if (options->learn)
		learned = learn(options, setting, &run, policy);
	if (learned == EXIT_FAILED || !options->n_policies)
		return learned;
	r = dry_run_output_redirect(output);
	if (r < 0) {
		complain("cannot write %s (%s)", options->output, strerrordesc_np(-r));
		return EXIT_FAILED;
	}
	r = report(options, setting, &run);
	return r == EXIT_DONE ? learned : r;
}

static int open_output(const char *path, struct dry_run_output *output)
{
	int r = path ? dry_run_output_open(path, output) : 0;

	if (r < 0)
		complain("cannot write %s (%s)", path, strerrordesc_np(-r));
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int dry_run(const struct dry_run_options *options)
{
	_cleanup_(dry_run_output_close) struct dry_run_output policy = {.fd = -1};
	_cleanup_(dry_run_output_close) struct dry_run_output output = {.fd = -1};
	_cleanup_(setting_clear) struct setting setting = {0};
	int r = find_user(options->user, &setting.user);

	if (r == EXIT_DONE)
		r = prepare(options, &setting);

	/* Before the command, which may run for hours. */
	if (r == EXIT_DONE)
		r = open_output(options->learn, &policy);
	if (r == EXIT_DONE)
		r = open_output(options->output, &output);
	return r == EXIT_DONE ? run_and_tell(options, &setting, &policy, &output) : r;
}

int command_dry_run(int argc, char **argv)
{
	struct dry_run_options options;
	int r;

	dry_run_options_parse(argc, argv, &options);
	r = dry_run(&options);
	dry_run_options_clear(&options);
	return r;
}
