// SPDX-License-Identifier: Apache-2.0
#include "policy/event.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lsm/limits.h"
#include "policy/names.h"
#include "policy/prefix.h"
#include "util/cleanup.h"
#include "util/explain.h"

#define NAME_BYTES 255 /* NAME_MAX of Linux's file systems */
#define ABSTRACT_BYTES                                                                   \
	107 /* sun_path of unix(7), without the NUL that it begins with                  \
	     */
#define PROTOCOL_TCP 6

static const char *const kind_names[EVENT_KINDS] = {
	[EVAL_EXEC] = "exec",	    [EVAL_OPEN] = "open", [EVAL_SOCKET] = "socket",
	[EVAL_CONNECT] = "connect", [EVAL_UNIX] = "unix",
};

static const struct {
	const char *suffix;
	uint32_t access;
} accesses[] = {
	{":r", ACCESS_READ},
	{":w", ACCESS_WRITE},
	{":rw", ACCESS_READ | ACCESS_WRITE},
};

/* Families of which no stream can be made. */
static const struct {
	uint32_t family, type;
} usual_types[] = {
	{AF_NETLINK, SOCK_RAW},
	{AF_PACKET, SOCK_RAW},
};

const char *event_kind_name(enum eval_kind kind)
{
	return kind_names[kind];
}

/* --- paths
 * ------------------------------------------------------------------------------ */

static bool is_name(const char *name, size_t length)
{
	return length && length <= NAME_BYTES && !(length == 1 && *name == '.') &&
	       !(length == 2 && name[0] == '.' && name[1] == '.');
}

static bool is_path(const char *path)
{
	if (*path != '/' || strlen(path) >= LIMIT_PATH)
		return false;
	if (!path[1])
		return true;
	for (;;) {
		size_t length = strcspn(++path, "/");

		if (!is_name(path, length))
			return false;
		path += length;
		if (!*path)
			return true;
	}
}

int event_check_path(const char *path, char **reterr_message)
{
	if (is_path(path))
		return 0;
	explain(reterr_message,
		"\"%.80s\" is no path of a file; give an absolute one, without "
		"\".\", "
		"\"..\", \"//\" and \"/\" at its end",
		path);
	return -EINVAL;
}

static int parse_path(const char *text, size_t length, struct event *event,
		      char **reterr_message)
{
	event->path = strndup(text, length);
	event->eval.path = event->path;
	return event->path ? event_check_path(event->path, reterr_message) : -ENOMEM;
}

static int parse_exec(const char *text, struct event *event, char **reterr_message)
{
	if (!strcmp(text, "-"))
		return 0;
	return parse_path(text, strlen(text), event, reterr_message);
}

static int parse_open(const char *text, struct event *event, char **reterr_message)
{
	size_t length = strlen(text);

	event->eval.access = ACCESS_READ;
	for (size_t i = 0; i < ARRAY_SIZE(accesses); i++) {
		size_t suffix = strlen(accesses[i].suffix);

		if (length > suffix &&
		    !strcmp(text + length - suffix, accesses[i].suffix)) {
			event->eval.access = accesses[i].access;
			length -= suffix;
			break;
		}
	}
	return parse_path(text, length, event, reterr_message);
}

static int parse_unix(const char *text, struct event *event, char **reterr_message)
{
	size_t length = strlen(text);

	if (*text != '@')
		return parse_path(text, length, event, reterr_message);
	if (length > ABSTRACT_BYTES + 1) {
		explain(reterr_message,
			"\"%.80s...\" is no name of a unix socket; give one of at most "
			"107 bytes",
			text);
		return -EINVAL;
	}
	event->path = strdup(text);
	event->eval.path = event->path;
	return event->path ? 0 : -ENOMEM;
}

/* --- sockets and addresses
 * -------------------------------------------------------------- */

static bool read_number(const char *text, uint32_t last, uint32_t *ret_number)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 9 || text[digits])
		return false;
	*ret_number = (uint32_t)strtoul(text, NULL, 10);
	return *ret_number <= last;
}

static int parse_named(const struct name_table *table, const char *word,
		       uint32_t *ret_number, char **reterr_message)
{
	size_t row = names_find(table, word, 0);
	const char *nearest;

	if (row < table->n) {
		*ret_number = table->rows[row].number;
		return 0;
	}
	if (read_number(word, table->last, ret_number))
		return 0;
	nearest = names_nearest(table, word);
	explain(reterr_message, "\"%.80s\" is not %s; %s \"%s\"%s", word, table->what,
		nearest ? "did you mean" : "give a word such as",
		nearest ? nearest : table->rows[1].name,
		nearest ? "?" : ", or its number");
	return -EINVAL;
}

static uint32_t usual_type(uint32_t family)
{
	for (size_t i = 0; i < ARRAY_SIZE(usual_types); i++)
		if (usual_types[i].family == family)
			return usual_types[i].type;
	return SOCK_STREAM;
}

static int parse_socket(const char *text, struct event *event, char **reterr_message)
{
	const struct {
		const struct name_table *table;
		uint32_t *number;
	} fields[] = {
		{&names_families, &event->eval.family},
		{&names_types, &event->eval.type},
		{&names_protocols, &event->eval.protocol},
	};
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy;
	int r = copy ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(fields) && rest; i++)
		r = parse_named(fields[i].table, strsep(&rest, ","), fields[i].number,
				reterr_message);
	if (r == 0 && rest) {
		explain(reterr_message,
			"\"%.80s\" says too much; give FAMILY[,TYPE[,PROTOCOL]]", text);
		return -EINVAL;
	}
	if (r == 0 && !event->eval.type)
		event->eval.type = usual_type(event->eval.family);
	return r;
}

static int wrong_address(const char *text, char **reterr_message)
{
	explain(reterr_message,
		"\"%.80s\" is no address with a port; give 192.0.2.1:443, "
		"[2001:db8::1]:443, and "
		"/udp behind it where it is not TCP",
		text);
	return -EINVAL;
}

/* @address: without the port, which has been cut off. */
static bool read_address(char *address, struct eval_event *event)
{
	size_t length = strlen(address);
	bool bracketed = *address == '[' && length > 2 && address[length - 1] == ']';

	if (bracketed) {
		address[length - 1] = '\0';
		address++;
	}
	event->address_family = bracketed ? AF_INET6 : AF_INET;
	event->family = event->address_family;
	return inet_pton((int)event->address_family, address, event->address) == 1;
}

static int parse_connect(const char *text, struct event *event, char **reterr_message)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy, *address, *port;
	uint32_t number;

	if (!copy)
		return -ENOMEM;
	address = strsep(&rest, "/");
	port = strrchr(address, ':');
	if (!port)
		return wrong_address(text, reterr_message);
	*port++ = '\0';
	if (!read_number(port, UINT16_MAX, &number) ||
	    !read_address(address, &event->eval))
		return wrong_address(text, reterr_message);
	event->eval.port = (uint16_t)number;
	event->eval.protocol = PROTOCOL_TCP;
	return rest ? parse_named(&names_protocols, rest, &event->eval.protocol,
				  reterr_message)
		    : 0;
}

int event_parse(enum eval_kind kind, const char *text, struct event *ret_event,
		char **reterr_message)
{
	static int (*const parsers[EVENT_KINDS])(const char *text, struct event *event,
						 char **reterr_message) = {
		[EVAL_EXEC] = parse_exec,     [EVAL_OPEN] = parse_open,
		[EVAL_SOCKET] = parse_socket, [EVAL_CONNECT] = parse_connect,
		[EVAL_UNIX] = parse_unix,
	};
	struct event event = {.eval = {.kind = kind}};
	int r = parsers[kind](text, &event, reterr_message);

	if (r < 0)
		event_clear(&event);
	else
		*ret_event = event;
	return r;
}

void event_clear(struct event *event)
{
	free(event->path);
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		free(event->texts[i]);
	*event = (struct event){0};
}
