/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_EVAL_CASES_H
#define LSMD_CTL_EVAL_CASES_H

/* `lsmctl eval --cases`: policies held against what is expected of them. */

#include <stddef.h>

#include "policy/model.h"

enum case_report {
	CASE_REPORT_TABLE, /* a line a case: "ok NAME", "not ok NAME: wanted ..., got ..."
			    */
	CASE_REPORT_JSON,
	CASE_REPORT_JUNIT,
};

/**
 * eval_cases() - Run the cases of a file, and print what came of them.
 * Return: EXIT_DONE when all are as wanted, EXIT_FAILED when some are not, EXIT_USAGE
 * when the file has errors or the policies cannot be compiled.
 */
int eval_cases(const char *path, const struct policy_list *policies,
	       enum case_report report);

#endif
