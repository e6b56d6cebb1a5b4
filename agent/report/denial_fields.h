/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_DENIAL_FIELDS_H
#define LSMD_REPORT_DENIAL_FIELDS_H

/* The inside of a denial, for denial.c and denial_json.c alone. */

#include "report/denial.h"

enum denial_text {
	TEXT_NODE,
	TEXT_NAMESPACE,
	TEXT_POD,
	TEXT_POD_UID,
	TEXT_CONTAINER,
	TEXT_CONTAINER_ID,
	TEXT_CGROUP,
	TEXT_POLICY_KIND,
	TEXT_POLICY_NAMESPACE,
	TEXT_POLICY,
	TEXT_SECTION,
	TEXT_RULE,
	TEXT_MESSAGE,
	TEXT_TAGS, /* joined by "," */
	TEXT_COMMAND,
	TEXT_COPIED, /* those from here on are put together */
	TEXT_PATH = TEXT_COPIED,
	TEXT_EXECUTABLE,
	TEXT_COUNT,
};

struct denial {
	unsigned references;
	uint64_t sequence;
	uint64_t wall; /* ns since the epoch */
	uint8_t severity;
	char *memory; /* of all texts, each fit to be shown and ended by NUL */
	const char *text[TEXT_COUNT];
	struct denial_event event; /* last for its array, which stays empty here */
};

#endif
