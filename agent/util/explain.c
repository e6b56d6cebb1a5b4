/* SPDX-License-Identifier: Apache-2.0 */
#include "util/explain.h"

#include <stdarg.h>
#include <stdio.h>

void explain(char **reterr_message, const char *format, ...)
{
	va_list arguments;

	if (*reterr_message)
		return;
	va_start(arguments, format);
	if (vasprintf(reterr_message, format, arguments) < 0)
		*reterr_message = NULL;
	va_end(arguments);
}
