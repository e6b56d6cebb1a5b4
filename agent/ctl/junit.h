/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_JUNIT_H
#define LSMD_CTL_JUNIT_H

#include <jansson.h>
#include <stdio.h>

/**
 * junit_write() - Results of cases as JUnit's XML, which CI systems read.
 * @suite:   what the cases are called together
 * @results: as policy_cases_run() gives them
 */
void junit_write(const char *suite, const json_t *results, FILE *file);

#endif
