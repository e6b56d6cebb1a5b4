// SPDX-License-Identifier: Apache-2.0
/* Prints the page that metrics_parser.py checks. */
#include "metrics_page.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	size_t length;
	char *text;

	if (metrics_page(&text, &length) < 0)
		return EXIT_FAILURE;
	fwrite(text, 1, length, stdout);
	free(text);
	return EXIT_SUCCESS;
}
