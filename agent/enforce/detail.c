// SPDX-License-Identifier: Apache-2.0
#include "enforce/detail.h"

#include <stdarg.h>
#include <stdio.h>

int detail(char **reterr_detail, int outcome, const char *format, ...)
{
	va_list arguments;

	if (*reterr_detail)
		return outcome;
	va_start(arguments, format);
	if (vasprintf(reterr_detail, format, arguments) < 0)
		*reterr_detail = NULL;
	va_end(arguments);
	return outcome;
}
