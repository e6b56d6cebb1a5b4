// SPDX-License-Identifier: Apache-2.0
#include "dryrun/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/event.h"
#include "report/names.h"
#include "util/cleanup.h"

/* What a truncated path is shown with. */
#define TRUNCATED "..."

char *path_of_names(const char *names, size_t length, const char *prefix)
{
	size_t used = strlen(prefix);
	char *path = malloc(used + length + 1);

	if (!path)
		return NULL;
	memcpy(path, prefix, used);
	/* The last name of the record is the first of the path. */
	while (length) {
		size_t start = length - 1;

		while (start && names[start - 1])
			start--;
		memcpy(path + used, names + start, length - 1 - start);
		used += length - 1 - start;
		path[used++] = '/';
		length = start;
	}
	if (used > strlen(prefix))
		used--;
	path[used] = '\0';
	return path;
}

static int read_file(const struct denial_event *event, struct access *access)
{
	access->kind = event->hook == HOOK_FILE_OPEN ? EVAL_OPEN : EVAL_EXEC;
	if (access->kind == EVAL_OPEN)
		access->access = event->object.file.access & (ACCESS_READ | ACCESS_WRITE);
	access->nameless = event->flags & DENIAL_F_NO_NAME;
	access->truncated = event->flags & DENIAL_F_TRUNCATED;
	access->path = path_of_names(event->names, event->object_length,
				     access->nameless ? "" : "/");
	return access->path ? 0 : -ENOMEM;
}

/* A unix socket's name: of a file, or "@" and bytes, which NUL may be among. */
static int read_peer(const struct denial_event *event, struct access *access)
{
	access->kind = EVAL_UNIX;
	access->nameless = event->flags & DENIAL_F_NO_NAME;
	access->path =
		path_of_names(event->names, event->object_length,
			      event->object_length && *event->names == '@' ? "" : "/");
	return access->path ? 0 : -ENOMEM;
}

static void read_socket(const struct denial_event *event, struct access *access)
{
	access->kind = EVAL_SOCKET;
	access->family = event->object.socket.family;
	access->type = event->object.socket.type;
	access->protocol = event->object.socket.protocol;
}

static void read_address(const struct denial_event *event, struct access *access)
{
	const uint8_t *address = event->object.network.address;

	access->kind = EVAL_CONNECT;
	access->family = event->object.network.family;
	access->protocol = event->object.network.protocol;
	access->port = event->object.network.port;
	/* The record has IPv4 as ::ffff:a.b.c.d. */
	if (access->family == AF_INET)
		memcpy(access->address, address + 12, 4);
	else
		memcpy(access->address, address, sizeof(access->address));
}

int access_read(const struct denial_event *event, struct access *ret_access)
{
	struct access access = {0};
	int r = 0;

	switch (event->hook) {
	case HOOK_SOCKET_CREATE:
		read_socket(event, &access);
		break;
	case HOOK_SOCKET_CONNECT:
	case HOOK_SOCKET_SENDMSG:
		read_address(event, &access);
		break;
	case HOOK_UNIX_STREAM_CONNECT:
	case HOOK_UNIX_MAY_SEND:
		r = read_peer(event, &access);
		break;
	default:
		r = read_file(event, &access);
		break;
	}
	if (r < 0)
		return r;
	*ret_access = access;
	return 0;
}

void access_clear(struct access *access)
{
	free(access->path);
	*access = (struct access){0};
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int access_compare(const struct access *a, const struct access *b)
{
	const uint32_t numbers[][2] = {
		{a->family, b->family},	     {a->type, b->type},
		{a->protocol, b->protocol},  {a->port, b->port},
		{a->access, b->access},	     {a->nameless, b->nameless},
		{a->truncated, b->truncated}};
	int order = compare_numbers(a->kind, b->kind);

	if (!order)
		order = strcmp(a->path ? a->path : "", b->path ? b->path : "");
	if (!order)
		order = memcmp(a->address, b->address, sizeof(a->address));
	for (size_t i = 0; !order && i < ARRAY_SIZE(numbers); i++)
		order = compare_numbers(numbers[i][0], numbers[i][1]);
	return order;
}

struct eval_event access_event(const struct access *access)
{
	struct eval_event event = {
		.kind = access->kind,
		.path = access->nameless ? NULL : access->path,
		.access = access->access,
		.family = access->family,
		.type = access->type,
		.protocol = access->protocol,
		.address_family = access->family,
		.port = access->port,
	};

	memcpy(event.address, access->address, sizeof(event.address));
	return event;
}

char *access_text(const struct access *access)
{
	_cleanup_(freep) char *path = NULL;
	struct eval_event event = access_event(access);

	if (access->path && asprintf(&path, "%s%s", access->truncated ? TRUNCATED : "",
				     access->path) < 0) {
		path = NULL;
		return NULL;
	}
	event.path = path;
	return event_text(&event);
}
