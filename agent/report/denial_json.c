// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "report/denial_fields.h"
#include "report/names.h"
#include "util/cleanup.h"
#include "util/clock.h"

struct bit_name {
	uint32_t bit;
	const char *name;
};

static const struct bit_name flag_names[] = {
	{DENIAL_F_ENTERING, "entering"},
	{DENIAL_F_PAUSED, "paused"},
	{DENIAL_F_CLOSED, "closed"},
	{DENIAL_F_TRUNCATED, "truncated"},
	{DENIAL_F_EXE_TRUNCATED, "executable-truncated"},
	{DENIAL_F_NO_NAME, "no-name"},
};

static const struct bit_name access_names[] = {
	{ACCESS_READ, "read"},
	{ACCESS_WRITE, "write"},
	{ACCESS_EXEC, "exec"},
};

static json_t *bits_json(uint32_t bits, const struct bit_name *names, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		if (bits & names[i].bit)
			json_array_append_new(array, json_string(names[i].name));
	return array;
}

/* A word, or the number that has none. */
static json_t *number_json(const struct name_table *table, uint32_t number)
{
	const char *name = report_number_name(table, number);

	return name ? json_string(name) : json_integer(number);
}

/* Protocol numbers mean what the table says in the IP families only. */
static json_t *protocol_json(uint32_t family, uint32_t protocol)
{
	if (family != AF_INET && family != AF_INET6)
		return json_integer(protocol);
	return number_json(&names_protocols, protocol);
}

#define DEVICE_TEXT 32

/* The kernel's own dev_t (include/linux/kdev_t.h), not the one of stat(2). */
static void write_device(uint32_t device, char text[DEVICE_TEXT])
{
	snprintf(text, DEVICE_TEXT, "%" PRIu32 ":%" PRIu32, device >> 20,
		 device & 0xfffff);
}

static json_t *file_json(const struct denial *denial)
{
	const struct denial_event *event = &denial->event;
	char device[DEVICE_TEXT], inode[32];

	write_device(event->object.file.device, device);
	snprintf(inode, sizeof(inode), "%" PRIu64, (uint64_t)event->object.file.inode);
	return json_pack("{ss ss so ss ss}", "type", "file", "path",
			 denial->text[TEXT_PATH], "access",
			 bits_json(event->object.file.access, access_names,
				   ARRAY_SIZE(access_names)),
			 "device", device, "inode", inode);
}

/* An abstract name is no file's. */
static json_t *peer_json(const struct denial *denial)
{
	const struct denial_event *event = &denial->event;
	char device[DEVICE_TEXT] = "", inode[32] = "";

	if (!event->object.peer.is_abstract) {
		write_device(event->object.peer.device, device);
		snprintf(inode, sizeof(inode), "%" PRIu64,
			 (uint64_t)event->object.peer.inode);
	}
	return json_pack("{ss ss ss ss}", "type", "unix", "path", denial->text[TEXT_PATH],
			 "device", device, "inode", inode);
}

static json_t *socket_json(const struct denial *denial)
{
	uint32_t family = denial->event.object.socket.family;

	return json_pack("{ss so so so}", "type", "socket", "family",
			 number_json(&names_families, family), "socketType",
			 number_json(&names_types, denial->event.object.socket.type),
			 "protocol",
			 protocol_json(family, denial->event.object.socket.protocol));
}

static json_t *address_json(const struct denial *denial)
{
	const struct denial_event *event = &denial->event;
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN] = "";

	memcpy(&address, event->object.network.address, sizeof(address));
	if (IN6_IS_ADDR_V4MAPPED(&address))
		inet_ntop(AF_INET, &address.s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, &address, text, sizeof(text));
	return json_pack("{ss so ss si so}", "type", "address", "family",
			 number_json(&names_families, event->object.network.family),
			 "address", text, "port", (int)event->object.network.port,
			 "protocol",
			 protocol_json(AF_INET, event->object.network.protocol));
}

static json_t *object_json(const struct denial *denial)
{
	static json_t *(*const writers[])(const struct denial *denial) = {
		[REPORT_OBJECT_FILE] = file_json,
		[REPORT_OBJECT_SOCKET] = socket_json,
		[REPORT_OBJECT_ADDRESS] = address_json,
		[REPORT_OBJECT_PEER] = peer_json,
	};

	return writers[report_hook(denial->event.hook)->object](denial);
}

static json_t *tags_json(const char *tags)
{
	json_t *array = json_array();

	while (*tags) {
		size_t length = strcspn(tags, ",");

		json_array_append_new(array, json_stringn(tags, length));
		tags += length + (tags[length] == ',');
	}
	return array;
}

static json_t *process_json(const struct denial *denial)
{
	const struct denial_event *event = &denial->event;

	return json_pack("{sI sI sI sI sI ss ss}", "pid", (json_int_t)event->pid, "tid",
			 (json_int_t)event->tid, "ppid", (json_int_t)event->ppid, "uid",
			 (json_int_t)event->uid, "gid", (json_int_t)event->gid,
			 "executable", denial->text[TEXT_EXECUTABLE], "command",
			 denial->text[TEXT_COMMAND]);
}

static json_t *subject_json(const struct denial *denial)
{
	const char *const *text = denial->text;

	return json_pack("{ss s{ss ss ss} s{ss ss} ss}", "node", text[TEXT_NODE], "pod",
			 "namespace", text[TEXT_NAMESPACE], "name", text[TEXT_POD], "uid",
			 text[TEXT_POD_UID], "container", "name", text[TEXT_CONTAINER],
			 "id", text[TEXT_CONTAINER_ID], "cgroup", text[TEXT_CGROUP]);
}

static json_t *reason_json(const struct denial *denial)
{
	const char *const *text = denial->text;

	return json_pack("{s{ss ss ss} ss ss si ss so}", "policy", "kind",
			 text[TEXT_POLICY_KIND], "namespace", text[TEXT_POLICY_NAMESPACE],
			 "name", text[TEXT_POLICY], "section", text[TEXT_SECTION], "rule",
			 text[TEXT_RULE], "severity", (int)denial->severity, "message",
			 text[TEXT_MESSAGE], "tags", tags_json(text[TEXT_TAGS]));
}

json_t *denial_json(const struct denial *denial)
{
	_cleanup_(json_decrefp) json_t *subject = subject_json(denial);
	_cleanup_(json_decrefp) json_t *reason = reason_json(denial);
	const struct denial_event *event = &denial->event;
	char time[CLOCK_TEXT], error[REPORT_ERRNO_TEXT];
	json_t *json;

	clock_text(denial->wall, time);
	report_errno_name(event->error, error);
	json = json_pack("{sI ss ss ss ss ss so so so}", "sequence",
			 (json_int_t)denial->sequence, "time", time, "verdict",
			 report_verdict_name(event->verdict), "would",
			 report_verdict_name(event->would), "hook",
			 report_hook(event->hook)->name, "errno", error, "process",
			 process_json(denial), "object", object_json(denial), "flags",
			 bits_json(event->flags, flag_names, ARRAY_SIZE(flag_names)));
	if (!json || json_object_update(json, subject) < 0 ||
	    json_object_update(json, reason) < 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}
