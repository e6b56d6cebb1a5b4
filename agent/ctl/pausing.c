// SPDX-License-Identifier: Apache-2.0
#include "ctl/pausing.h"

#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/duration.h"
#include "ctl/report.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "enforce/pinned_state.h"
#include "pause/kept.h"
#include "util/cleanup.h"
#include "util/clock.h"

void offline_init(struct offline *offline)
{
	*offline = (struct offline){
		.pin_directory = "/sys/fs/bpf/lsmd",
		.state_directory = "/var/lib/lsmd",
		.pause_file = PAUSE_FILE,
	};
}

error_t offline_parse(struct offline *offline, int key, const char *argument)
{
	switch (key) {
	case KEY_OFFLINE:
		offline->asked_for = true;
		return 0;
	case KEY_PIN_DIRECTORY:
		offline->pin_directory = argument;
		return 0;
	case KEY_STATE_DIRECTORY:
		offline->state_directory = argument;
		return 0;
	case KEY_PAUSE_FILE:
		offline->pause_file = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* --- without lsmd
 * ---------------------------------------------------------------------------- */

/* Where the state directory says nothing, the kernel does. */
static void read_pinned(const struct offline *offline, struct pauses *pauses)
{
	uint32_t sources;
	uint64_t until;

	if (pinned_state_read(offline->pin_directory, &sources, &until) < 0)
		return;
	for (unsigned i = 0; i < PAUSE_SOURCES; i++)
		if (i != PAUSE_BY_FILE && sources & 1U << i)
			pauses_set(pauses, i, until, NULL);
}

static int apply(const struct offline *offline, const struct pauses *pauses)
{
	uint64_t until;
	uint32_t sources = pauses_in_force(pauses, clock_boot(), &until);
	int r = pinned_state_pause(offline->pin_directory, sources, until);

	if (r == 0)
		return EXIT_DONE;
	if (r == -ENOENT) {
		complain("nothing is in force on this node; lsmd will start like this");
		return EXIT_DONE;
	}
	complain(r == -EPROTO
			 ? "what is in force in %s is of another version of lsmd (%s)"
			 : "cannot reach what is pinned in %s (%s); run this as root",
		 offline->pin_directory, strerrordesc_np(-r));
	return EXIT_FAILED;
}

int offline_change(const struct offline *offline, enum offline_change change,
		   uint64_t until, const char *reason, json_t **ret_pause)
{
	_cleanup_(pauses_clear) struct pauses pauses = {0};
	_cleanup_(freep) char *path = kept_path(offline->state_directory);
	_cleanup_(freep) char *why = NULL;
	int r = path ? kept_read(path, &pauses, &why) : -ENOMEM;

	if (r < 0)
		read_pinned(offline, &pauses);
	pause_file_read(offline->pause_file, &pauses);
	if (change == OFFLINE_RESUME)
		pauses_lift(&pauses, PAUSE_BY_HAND);
	else if (change == OFFLINE_PAUSE)
		pauses_set(&pauses, PAUSE_BY_HAND, until, reason);
	/* On disk first: an lsmd that runs puts in force what is there. */
	r = path && change != OFFLINE_REFRESH ? kept_write(path, &pauses) : 0;
	if (r < 0)
		complain("it cannot be kept in %s (%s); the next start of lsmd may not "
			 "know of it",
			 offline->state_directory, strerrordesc_np(-r));
	*ret_pause = pauses_json(&pauses, clock_boot());
	return apply(offline, &pauses);
}

/* --- what is paused
 * -------------------------------------------------------------------------- */

static const char *by(const char *source)
{
	return !strcmp(source, "hand")	 ? "by hand"
	       : !strcmp(source, "file") ? "by the file on the node"
					 : "by the node's annotation";
}

static void write_remaining(const json_t *of, FILE *file)
{
	const json_t *seconds = json_object_get(of, "remainingSeconds");

	if (!json_is_integer(seconds))
		return;
	fputs(" for ", file);
	duration_write((uint64_t)json_integer_value(seconds), file);
}

void pausing_write(const json_t *pause, FILE *file)
{
	const json_t *source;
	size_t i;

	fputs("paused", file);
	json_array_foreach (json_object_get(pause, "sources"), i, source) {
		const char *reason = json_text(source, "reason");

		fprintf(file, "%s%s", i ? ", " : " (", by(json_text(source, "source")));
		write_remaining(source, file);
		if (*reason)
			fputs(": ", file);
		report_text(reason, file);
	}
	fputs(i ? "): " : ": ", file);
	fputs("nothing is denied, everything is reported", file);
}

int pausing_report(const json_t *pause, const struct options *options)
{
	const char *problem = json_string_value(json_object_get(pause, "problem"));

	if (options->output == OUTPUT_JSON) {
		terminal_json(pause);
		return EXIT_DONE;
	}
	if (json_is_true(json_object_get(pause, "paused")))
		pausing_write(pause, stdout);
	else
		fputs("in force", stdout);
	putchar('\n');
	if (problem)
		complain("%s", problem);
	return EXIT_DONE;
}
