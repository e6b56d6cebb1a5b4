/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DRY_RUN_OPTIONS_H
#define LSMD_CTL_DRY_RUN_OPTIONS_H

/* The arguments of `lsmctl dry-run`. */

#include <stdbool.h>
#include <stddef.h>

#include "ctl/dry_run_report.h"
#include "ctl/options.h"
#include "ctl/subject_options.h"

struct dry_run_options {
	struct options common;
	struct subject_options subject;
	const char **policies;
	size_t n_policies;
	char **command;
	const char *user;   /* NULL: the caller */
	const char *learn;  /* file to write; NULL: none */
	const char *output; /* of the report; NULL: standard output */
	enum dry_run_report report;
	bool exit_status; /* the command's own, where 0 would be said */
};

/** dry_run_options_parse() - Ends the program where they are wrong, as options_parse().
 */
void dry_run_options_parse(int argc, char **argv, struct dry_run_options *ret_options);
void dry_run_options_clear(struct dry_run_options *options);

#endif
