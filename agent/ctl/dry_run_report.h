/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_DRY_RUN_REPORT_H
#define LSMD_CTL_DRY_RUN_REPORT_H

/* What a dry run found, for people and for machines. */

#include <jansson.h>

#include "dryrun/run.h"

enum dry_run_report {
	DRY_RUN_TABLE,
	DRY_RUN_JSON,
	DRY_RUN_JUNIT,
	DRY_RUN_SARIF,
};

/** dry_run_report() - Findings as findings_json() has them, on standard output. Return:
 * 0, -ENOMEM. */
int dry_run_report(const json_t *findings, enum dry_run_report report);

/** dry_run_say_running() - On standard error what the command left running, if anything.
 */
void dry_run_say_running(const struct run *run);

/** dry_run_exit_status() - As a shell would have it: the status, or 128 and the signal.
 */
int dry_run_exit_status(int status);

#endif
