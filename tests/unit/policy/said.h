/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_POLICY_SAID_H
#define LSMD_TESTS_POLICY_SAID_H

/* What diagnostics say, as one string to compare with. */

#include <stdio.h>

#include "policy/diagnostic.h"

/* Owned. */
static inline char *said(const struct diagnostics *diagnostics)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	diagnostics_print(diagnostics, file);
	fclose(file);
	return text;
}

#endif
