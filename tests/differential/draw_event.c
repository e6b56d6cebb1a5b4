// SPDX-License-Identifier: Apache-2.0

/*
 * Events by chance: most are made of what a rule names, with a small difference now and
 * then, so that they fall on its edges, on either side.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "drawn.h"
#include "util/cleanup.h"

/* --- paths ------------------------------------------------------------------------- */

/* Room for one more piece, whichever it is. */
#define PIECE_BYTES 8

static const char *draw_bytes(struct random *random, bool slashes)
{
	if (slashes && chance(random, 40))
		return ONE_OF(random, "/", "a/b", "/a", "b/", "a/b/c");
	return ONE_OF(random, "", "a", "b", "ab", ".so", "c", "\xc3\xa9", "-");
}

/* A byte that the set at @pattern may have in it. Return: the set's last byte. */
static const char *draw_member(struct random *random, const char *pattern, char *ret_byte)
{
	size_t length = 1;

	while (pattern[length] != ']')
		length += pattern[length] == '\\' ? 2 : 1;
	*ret_byte = chance(random, 50) ? pattern[1 + below(random, length - 1)]
				       : "abcdxyz!]-^\\*"[below(random, 13)];
	return pattern + length;
}

/* A path that a pattern may match. */
static void fill_in(struct random *random, const char *pattern, char *path)
{
	char *end = path, byte;

	for (; *pattern && end < path + DRAWN_PATH_BYTES - PIECE_BYTES; pattern++) {
		switch (*pattern) {
		case '*':
			end = stpcpy(end, draw_bytes(random, pattern[1] == '*'));
			break;
		case '?':
			*end++ = "abc-\xa9"[below(random, 5)];
			break;
		case '[':
			pattern = draw_member(random, pattern, &byte);
			*end++ = byte;
			break;
		case '\\':
			*end++ = *++pattern;
			break;
		default:
			*end++ = *pattern;
		}
	}
	*end = '\0';
}

static void change(struct random *random, char *path)
{
	size_t length = strlen(path), at = below(random, length + 1);

	if (length + PIECE_BYTES >= DRAWN_PATH_BYTES)
		return;
	switch (below(random, 4)) {
	case 0:
		path[at] = at < length ? "ab/*c"[below(random, 5)] : '\0';
		break;
	case 1:
		memmove(path + at + 1, path + at, length - at + 1);
		path[at] = "ab/.c"[below(random, 5)];
		break;
	case 2:
		path[at] = '\0';
		break;
	default:
		strcpy(path + length, ONE_OF(random, "/a", "/b", "a", "/a/b", "/c"));
	}
}

static bool is_dots(const char *name, size_t length)
{
	return length <= 2 && strspn(name, ".") >= length;
}

/* As the kernel walks it: absolute, names that are not empty, "." or "..". */
static void tidy(char *path)
{
	char tidied[DRAWN_PATH_BYTES + 2] = "", *end = tidied;

	for (const char *name = path; *name;) {
		size_t length = strcspn(name, "/");

		if (length && !is_dots(name, length)) {
			*end++ = '/';
			end = mempcpy(end, name, length);
		}
		name += length;
		name += strspn(name, "/");
	}
	*end = '\0';
	tidied[DRAWN_PATH_BYTES - 1] = '\0';
	strcpy(path, *tidied ? tidied : "/");
}

static const struct drawn_rule *draw_rule_of(struct random *random,
					     const struct drawn_policies *policies,
					     enum drawn_section section)
{
	size_t first = below(random, policies->n);

	for (size_t i = 0; i < policies->n; i++) {
		const struct drawn_rules *rules =
			&policies->items[(first + i) % policies->n].sections[section];

		if (rules->n)
			return &rules->rules[below(random, rules->n)];
	}
	return NULL;
}

static void draw_path_of(struct random *random, const struct drawn_policies *policies,
			 enum drawn_section section, char *path)
{
	const struct drawn_rule *rule = draw_rule_of(random, policies, section);

	if (chance(random, 10))
		strcpy(path,
		       ONE_OF(random, "/", "/lib", "/lib/a", "/lib64/a/b", "/usr/lib/a",
			      "/usr", "/dev/null", "/dev/tty", "/dev/pts/0", "/dev/pts",
			      "/dev/pts/0/a", "/dev/random", "/dev/zero", "/dev/full",
			      "/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/urandom",
			      "/etc/ld.so.cachea", "/usr/lib64/a", "/libx"));
	else if (!rule)
		strcpy(path, ONE_OF(random, "/a", "/b", "/a/b", "/ab/c/a"));
	else if (rule->n_except && chance(random, 40))
		fill_in(random, rule->except[below(random, rule->n_except)], path);
	else if (rule->n_paths)
		fill_in(random, rule->paths[below(random, rule->n_paths)], path);
	if (chance(random, 35))
		change(random, path);
	tidy(path);
}

static void draw_file(struct random *random, const struct drawn_policies *policies,
		      struct drawn_event *event)
{
	draw_path_of(random, policies, event->section, event->path);
	event->untrusted = chance(random, 25);
	if (chance(random, 20))
		draw_path_of(random, policies, event->section, event->identity);
}

static void draw_open(struct random *random, const struct drawn_policies *policies,
		      struct drawn_event *event)
{
	unsigned access = 1 + below(random, 3);

	draw_file(random, policies, event);
	event->reads = access & 1;
	event->writes = access & 2;
	event->owner_other = chance(random, 50);
}

static void draw_exec(struct random *random, const struct drawn_policies *policies,
		      struct drawn_event *event)
{
	draw_file(random, policies, event);
	event->fileless = chance(random, 20);
	event->drifted = chance(random, 30);
	event->stdio = chance(random, 30);
	if (chance(random, 25))
		draw_path_of(random, policies, DRAWN_EXEC, event->script);
	if (chance(random, 25))
		draw_path_of(random, policies, DRAWN_EXEC, event->called);
	if (event->fileless && chance(random, 40))
		event->path[0] = '\0';
}

/* What acts, by what some rule of any section says of it. */
static void draw_program(struct random *random, const struct drawn_policies *policies,
			 char *path)
{
	for (unsigned i = 0; i < 2 * DRAWN_SECTIONS; i++) {
		const struct drawn_rule *rule =
			draw_rule_of(random, policies,
				     (enum drawn_section)below(random, DRAWN_SECTIONS));

		if (!rule || !rule->n_from)
			continue;
		fill_in(random, rule->from[below(random, rule->n_from)], path);
		break;
	}
	if (chance(random, 20))
		change(random, path);
	tidy(path);
}

static void draw_who(struct random *random, const struct drawn_policies *policies,
		     struct drawn_event *event)
{
	if (chance(random, 15))
		return;
	draw_program(random, policies, event->program);
	if (chance(random, 15))
		draw_program(random, policies, event->program_script);
	event->untrusted_program = chance(random, 20);
}

/* --- sockets ----------------------------------------------------------------------- */

static void draw_unix(struct random *random, const struct drawn_policies *policies,
		      struct drawn_event *event)
{
	const struct drawn_rule *rule = draw_rule_of(random, policies, DRAWN_NETWORK);
	const char *pattern =
		ONE_OF(random, "/a", "/a/b", "@a", "@ab", "@bc", "@a/b", "@a//b", "@b/");

	event->is_unix = true;
	if (rule && rule->unix_names.n)
		pattern = rule->unix_names.words[below(random, rule->unix_names.n)];
	fill_in(random, pattern, event->path);
	if (*event->path == '/') {
		tidy(event->path);
		event->untrusted = chance(random, 20);
	} else if (!event->path[1]) {
		strcpy(event->path, "@a");
	}
	if (chance(random, 15))
		strcpy(event->identity, ONE_OF(random, "/a", "/a/b", "/run/a", "/b/c"));
}

static void draw_socket(struct random *random, struct drawn_event *event)
{
	static const uint32_t families[] = {0,	1,  2,	2,  10,	 10, 16,
					    17, 40, 43, 44, 200, 255};
	static const uint32_t types[] = {1, 1, 2, 2, 3, 4, 5, 6, 10};
	static const uint32_t protocols[] = {0,	  0,   1,   6,	 17,  132,  136,
					     255, 256, 261, 262, 263, 65535};

	event->family = families[below(random, ARRAY_SIZE(families))];
	event->type = types[below(random, ARRAY_SIZE(types))];
	event->protocol = protocols[below(random, ARRAY_SIZE(protocols))];
}

/* --- addresses --------------------------------------------------------------------- */

static bool read_address(const char *text, uint32_t *ret_family, uint8_t *address)
{
	char bare[INET6_ADDRSTRLEN];

	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(text, "/"), text);
	*ret_family = strchr(bare, ':') ? AF_INET6 : AF_INET;
	return inet_pton((int)*ret_family, bare, address) == 1;
}

/* The last address of a prefix, or one beside its first or last. */
static void move(struct random *random, const char *prefix, uint8_t *address, size_t size)
{
	size_t length =
		strchr(prefix, '/') ? (size_t)atoi(strchr(prefix, '/') + 1) : 8 * size;
	int step = (int)below(random, 3) - 1;

	if (chance(random, 50))
		for (size_t bit = length; bit < 8 * size; bit++)
			address[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	for (size_t i = size; step && i--;) {
		int sum = address[i] + step;

		address[i] = (uint8_t)sum;
		step = sum >> 8;
	}
}

static const char *draw_prefix_of(struct random *random,
				  const struct drawn_policies *policies)
{
	const struct drawn_rule *rule = draw_rule_of(random, policies, DRAWN_NETWORK);
	const struct drawn_set *set;

	if (!rule)
		return NULL;
	set = rule->not_to.n && chance(random, 40) ? &rule->not_to : &rule->to;
	return set->n ? set->words[below(random, set->n)] : NULL;
}

/* An IPv4 address as one of IPv6 that means it. */
static void widen(struct random *random, struct drawn_event *event)
{
	static const uint8_t forms[][12] = {{[10] = 0xff, [11] = 0xff},
					    {0, 0x64, 0xff, 0x9b},
					    {0},
					    {0, 0x64, 0xff, 0x9b, [11] = 1}};

	memcpy(event->address + 12, event->address, 4);
	memcpy(event->address, forms[below(random, ARRAY_SIZE(forms))], 12);
	event->address_family = AF_INET6;
}

static void draw_address(struct random *random, const struct drawn_policies *policies,
			 struct drawn_event *event)
{
	const char *prefix = draw_prefix_of(random, policies);

	if (!prefix || chance(random, 15))
		prefix = ONE_OF(random, "0.0.0.0", "::", "::ffff:0.0.0.0",
				"64:ff9b::", "10.1.2.3", "127.0.0.1", "::1", "::2",
				"192.0.2.1", "64:ff9b::7f00:1", "2001:db8::5",
				"::ffff:10.1.2.3");
	read_address(prefix, &event->address_family, event->address);
	if (chance(random, 60))
		move(random, prefix, event->address,
		     event->address_family == AF_INET ? 4 : 16);
	if (event->address_family == AF_INET && chance(random, 35))
		widen(random, event);
}

/*
 * Is there nothing but defaults that denies, and rules that may allow all of it again?
 * Nobody has to know then whether an address that cannot be read would be denied.
 */
static bool is_lifted(const struct drawn_policies *policies)
{
	bool allows = false, denies = false;

	for (size_t p = 0; p < policies->n; p++) {
		const struct drawn_rules *rules =
			&policies->items[p].sections[DRAWN_NETWORK];

		for (size_t i = 0; i < rules->n; i++) {
			char action = *rules->rules[i].action;

			/* Those of unix sockets are not about addresses. */
			if (rules->rules[i].unix_names.n)
				continue;

			allows = allows || !strcmp(rules->rules[i].action, "allow");
			denies = denies || (!policies->items[p].audit_mode &&
					    (action == 'd' || action == 'k'));
		}
	}
	return allows && !denies;
}

static void draw_connect(struct random *random, const struct drawn_policies *policies,
			 struct drawn_event *event)
{
	static const uint16_t ports[] = {0,  1,	 21,  22,  23,	78,  79,   80,
					 81, 82, 100, 101, 443, 444, 1023, 65535};
	static const uint32_t protocols[] = {6,	 6,   6,   17,	17,  1,
					     33, 132, 136, 256, 262, 255};
	static const uint32_t lengths[] = {1, 2, 3, 15, 16, 23, 24, 28, 128};
	static const uint32_t families[] = {0, 1, 16, 40};

	draw_address(random, policies, event);
	event->family = event->address_family;
	event->protocol = protocols[below(random, ARRAY_SIZE(protocols))];
	event->port = ports[below(random, ARRAY_SIZE(ports))];
	event->length = event->address_family == AF_INET ? 16 : 28;
	if (chance(random, 5) && !is_lifted(policies))
		event->length = lengths[below(random, ARRAY_SIZE(lengths))];
	if (chance(random, 4))
		event->family = 43;
	if (chance(random, 4))
		event->address_family = families[below(random, ARRAY_SIZE(families))];
}

void draw_event(struct random *random, const struct drawn_policies *policies,
		struct drawn_event *ret_event)
{
	memset(ret_event, 0, sizeof(*ret_event));
	ret_event->section = (enum drawn_section)below(random, DRAWN_SECTIONS);
	draw_who(random, policies, ret_event);
	switch (ret_event->section) {
	case DRAWN_EXEC:
		draw_exec(random, policies, ret_event);
		break;
	case DRAWN_FILE:
		draw_open(random, policies, ret_event);
		break;
	case DRAWN_SOCKETS:
		draw_socket(random, ret_event);
		break;
	case DRAWN_NETWORK:
	case DRAWN_SECTIONS:
		if (chance(random, 25))
			draw_unix(random, policies, ret_event);
		else
			draw_connect(random, policies, ret_event);
		break;
	}
}
