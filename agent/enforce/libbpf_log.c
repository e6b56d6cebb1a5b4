// SPDX-License-Identifier: Apache-2.0
#include "enforce/libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define LOG_BEGIN "-- BEGIN PROG LOAD LOG --\n"

/* Lines of a verifier's log that tell how it went, not why. */
static const char *const statistics[] = {
	"processed ",	"verification time ", "stack depth ",	  "max_states_per_insn",
	"-- END PROG ", "-- BEGIN PROG ",     "insns processed ", "libbpf: ",
};

static char first_warning[256];
static char reason[256];

static bool is_statistic(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(statistics); i++)
		if (!strncmp(line, statistics[i], strlen(statistics[i])))
			return true;
	return false;
}

const char *libbpf_log_reason(const char *log, unsigned long *ret_length)
{
	const char *found = NULL;

	for (const char *line = log; *line;) {
		size_t length = strcspn(line, "\n");

		if (length > 0 && !is_statistic(line)) {
			found = line;
			*ret_length = length;
		}
		line += length + (line[length] == '\n');
	}
	return found;
}

static void keep(char kept[static 256], const char *text, size_t length)
{
	if (length > 255)
		length = 255;
	memcpy(kept, text, length);
	kept[length] = '\0';
	for (char *at = kept; *at; at++)
		if (*at < ' ' || *at == 0x7f)
			*at = ' ';
}

static void keep_text(const char *text)
{
	const char *log = strstr(text, LOG_BEGIN);
	const char *line = text;
	unsigned long length;

	if (!first_warning[0]) {
		if (!strncmp(line, "libbpf: ", 8))
			line += 8;
		keep(first_warning, line, strcspn(line, "\n"));
	}
	if (log && !reason[0]) {
		const char *why = libbpf_log_reason(log + strlen(LOG_BEGIN), &length);

		if (why)
			keep(reason, why, length);
	}
}

__attribute__((format(printf, 2, 0))) static int
print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	_cleanup_(freep) char *text = NULL;

	if (level != LIBBPF_WARN || vasprintf(&text, format, arguments) < 0) {
		text = NULL;
		return 0;
	}
	keep_text(text);
	return 0;
}

void libbpf_log_start(void)
{
	first_warning[0] = '\0';
	reason[0] = '\0';
	libbpf_set_print(print);
}

const char *libbpf_log_text(void)
{
	static char text[sizeof(first_warning) + sizeof(reason) + 4];

	snprintf(text, sizeof(text), "%s%s%s", first_warning, reason[0] ? ": " : "",
		 reason);
	return text;
}
