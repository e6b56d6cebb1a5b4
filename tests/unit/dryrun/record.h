/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DRYRUN_RECORD_H
#define LSMD_TESTS_DRYRUN_RECORD_H

/* Records as the kernel writes them. */

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>

#include "dryrun/tally.h"
#include "lsm/abi.h"

#define NAMES_MAX 512

struct record {
	union {
		struct denial_event event;
		char bytes[sizeof(struct denial_event) + NAMES_MAX];
	};
};

/* "/etc/passwd" as "passwd\0etc\0". */
static inline uint16_t put_names(char *names, const char *path)
{
	size_t end = strlen(path), used = 0;

	while (end) {
		size_t start = end;

		while (start && path[start - 1] != '/')
			start--;
		if (start < end) {
			memcpy(names + used, path + start, end - start);
			used += end - start;
			names[used++] = '\0';
		}
		end = start ? start - 1 : 0;
	}
	return (uint16_t)used;
}

static inline struct record record_of(uint8_t hook, const char *path)
{
	struct record record = {.event = {.type = EVENT_DENIAL,
					  .hook = hook,
					  .would = VERDICT_DENY,
					  .pid = 1234,
					  .tid = 1234,
					  .ppid = 1,
					  .comm = "cat"}};
	char *names = (char *)&record + sizeof(record.event);

	record.event.object_length = put_names(names, path);
	record.event.exe_length =
		put_names(names + record.event.object_length, "/usr/bin/cat");
	record.event.size = record.event.object_length + record.event.exe_length;
	return record;
}

static inline struct record opened(const char *path, uint32_t access)
{
	struct record record = record_of(HOOK_FILE_OPEN, path);

	record.event.object.file.access = access;
	return record;
}

static inline struct record executed(const char *path)
{
	return record_of(HOOK_BPRM_CHECK_SECURITY, path);
}

static inline struct record made_socket(uint32_t family, uint32_t type, uint32_t protocol)
{
	struct record record = record_of(HOOK_SOCKET_CREATE, "");

	record.event.object.socket.family = family;
	record.event.object.socket.type = type;
	record.event.object.socket.protocol = protocol;
	return record;
}

static inline struct record connected(const char *address, uint16_t port,
				      uint32_t protocol)
{
	struct record record = record_of(HOOK_SOCKET_CONNECT, "");
	uint8_t *bytes = record.event.object.network.address;
	bool v6 = strchr(address, ':');

	if (!v6)
		bytes[10] = bytes[11] = 0xff;
	cr_assert_eq(inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes + (v6 ? 0 : 12)),
		     1);
	record.event.object.network.family = v6 ? AF_INET6 : AF_INET;
	record.event.object.network.port = port;
	record.event.object.network.protocol = protocol;
	return record;
}

static inline void count(struct tally *tally, struct record record, uint32_t rule,
			 unsigned times)
{
	record.event.rule = rule;
	while (times--)
		cr_assert_eq(tally_add(tally, &record.event), 0);
}

#endif
