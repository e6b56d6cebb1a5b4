// SPDX-License-Identifier: Apache-2.0
#include "dryrun/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/command.h"
#include "dryrun/scratch.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* Records are read while the command runs: the ring is small beside what a build does. */
static int watch(struct session *session, struct command_child *child,
		 struct tally *tally)
{
	struct pollfd ready[] = {{.fd = session_fd(session), .events = POLLIN},
				 {.fd = child->signal_fd, .events = POLLIN}};
	int r = 0;

	while (r == 0) {
		if (poll(ready, ARRAY_SIZE(ready), -1) < 0 && errno != EINTR)
			return -errno;
		r = session_consume(session, tally);
		if (r == 0)
			r = command_turn(child);
	}
	return r < 0 ? r : session_consume(session, tally);
}

static int start(const struct run_options *options, const struct scratch *scratch,
		 struct command_child *child, char **reterr_detail)
{
	int r = command_start(options->argv, scratch->procs_fd, options->user, child);

	if (r < 0)
		explain(reterr_detail, "run %s: %s", options->argv[0], strerror(-r));
	return r;
}

static int finish(struct session *session, const struct scratch *scratch, struct run *run,
		  char **reterr_detail)
{
	int r = session_counts(session, &run->counts);

	if (r == 0)
		r = scratch_members(scratch, &run->running, &run->n_running);
	if (r == 0 && !session_has_seen(session)) {
		explain(reterr_detail,
			"the kernel called none of the programs, so that nothing can be "
			"said of this run");
		r = -ENODATA;
	}
	return r;
}

static int run_in(struct session *session, const struct scratch *scratch,
		  const struct run_options *options, struct run *run,
		  char **reterr_detail)
{
	_cleanup_(command_clear) struct command_child child = {.pid = -1,
							       .signal_fd = -1};
	int r = start(options, scratch, &child, reterr_detail);

	if (r < 0)
		return r;
	r = watch(session, &child, run->tally);
	if (r < 0) {
		explain(reterr_detail, "read the records: %s", strerror(-r));
		return r;
	}
	run->status = child.status;
	return finish(session, scratch, run, reterr_detail);
}

int run_command(const struct run_options *options, struct run *ret_run,
		char **reterr_detail)
{
	_cleanup_(scratch_close) struct scratch scratch = {.root = {.fd = -1},
							   .procs_fd = -1};
	_cleanup_(session_freep) struct session *session = NULL;
	_cleanup_(run_clear) struct run run = {0};
	const char *missing = requirements_missing_capability();
	int r = tally_new(&run.tally);

	if (missing) {
		explain(reterr_detail, "a dry run needs root: %s is missing", missing);
		return -EPERM;
	}
	if (r == 0)
		r = scratch_open(&scratch, reterr_detail);
	if (r == 0)
		r = session_new(options->image, options->policies, &scratch, &session,
				reterr_detail);
	if (r)
		return r;
	run.tracing = session_is_tracing(session);
	r = run_in(session, &scratch, options, &run, reterr_detail);
	if (r)
		return r;
	*ret_run = run;
	run = (struct run){0};
	return 0;
}

void run_clear(struct run *run)
{
	tally_free(run->tally);
	free(run->counts.rules);
	free(run->running);
	*run = (struct run){0};
}
