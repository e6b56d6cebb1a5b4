// SPDX-License-Identifier: Apache-2.0
#include "ctl/complain.h"

#include <stdarg.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/printable.h"

void complain(const char *format, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	fputs("lsmctl: ", stderr);
	if (length < 0) {
		text = NULL;
		fputs("out of memory", stderr);
	} else {
		printable_write(text, (size_t)length, stderr);
	}
	fputc('\n', stderr);
}
