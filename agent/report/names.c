// SPDX-License-Identifier: Apache-2.0
#include "report/names.h"

#include <stdio.h>
#include <string.h>

#include "lsm/abi.h"
#include "policy/model_names.h"
#include "util/cleanup.h"

static const struct report_hook hooks[HOOK_COUNT] = {
	[HOOK_BPRM_CHECK_SECURITY] = {"bprm_check_security", "exec", REPORT_OBJECT_FILE},
	[HOOK_FILE_OPEN] = {"file_open", "file", REPORT_OBJECT_FILE},
	[HOOK_SOCKET_CREATE] = {"socket_create", "sockets", REPORT_OBJECT_SOCKET},
	[HOOK_SOCKET_CONNECT] = {"socket_connect", "network", REPORT_OBJECT_ADDRESS},
	[HOOK_SOCKET_SENDMSG] = {"socket_sendmsg", "network", REPORT_OBJECT_ADDRESS},
	[HOOK_UNIX_STREAM_CONNECT] = {"unix_stream_connect", "network",
				      REPORT_OBJECT_PEER},
	[HOOK_UNIX_MAY_SEND] = {"unix_may_send", "network", REPORT_OBJECT_PEER},
};

const struct report_hook *report_hook(uint8_t hook)
{
	return hook < HOOK_COUNT ? &hooks[hook] : NULL;
}

const char *report_verdict_name(uint8_t verdict)
{
	return verdict < ARRAY_SIZE(verdict_names) ? verdict_names[verdict] : NULL;
}

void report_errno_name(uint8_t number, char text[REPORT_ERRNO_TEXT])
{
	/* glibc names 0 as well, "0". */
	const char *name = number ? strerrorname_np(number) : "";

	if (name)
		snprintf(text, REPORT_ERRNO_TEXT, "%.*s", REPORT_ERRNO_TEXT - 1, name);
	else
		snprintf(text, REPORT_ERRNO_TEXT, "%u", (unsigned)number);
}

const char *report_number_name(const struct name_table *table, uint32_t number)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct name_row *row = &table->rows[i];

		if (row->number == number && names_find(table, row->name, 0) == i)
			return row->name;
	}
	return NULL;
}
