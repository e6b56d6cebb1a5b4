/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_REPORT_H
#define LSMD_CTL_REPORT_H

/* What is printed beside tables: lines with a title, problems, diagnostics. */

#include <jansson.h>
#include <stdio.h>

/** report_line() - "Title:   what @write wrote". */
void report_line(const char *title, void (*write)(const json_t *json, FILE *file),
		 const json_t *json);

/** report_problem() - One that the reader should do something about; NULL: nothing. */
void report_problem(const char *text);

/** report_diagnostics() - An array of diagnostics as diagnostics_json() has them, a line
 * each. */
void report_diagnostics(const json_t *diagnostics, FILE *file);

/** report_text() - Text of unknown origin, safe to be shown. */
void report_text(const char *text, FILE *file);

#endif
