// SPDX-License-Identifier: Apache-2.0

/* What there is for the worker to open, to execute and to connect to. */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hooks.h"
#include "tests/vm/kernel/fixture.h"
#include "util/cleanup.h"

static const char *const directories[] = {
	"", "/a", "/b", "/ab", "/a/a", "/a/b", "/b/a", "/b/b", "/ab/a", "/a/ab", "/b/ab"};
static const char *const leaves[] = {"c",	 ".a", "a-b", "x y",
				     "\xc3\xa9", "*",  "cab", "c.so"};
/* By their real names: none leads through a symbolic link. */
static const char *const others[] = {"/usr/lib/a", "/usr/lib64/a",     "/usr/a",
				     "/dev/shm/a", "/run/a",	       "/etc/ld.so.a",
				     "/opt/a",	   "/etc/ld.so.cache", "/usr/lib/a.so"};

#define LEAF_OWNED "c.so" /* by someone else */

static void put_file(const char *path)
{
	CHECK(unlink(path) == 0 || errno == ENOENT);
	CHECK(link(HOOKS_NOTHING, path) == 0);
}

/* A copy, since an owner is the inode's. */
static void put_owned(const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "cp %s '%s'", HOOKS_NOTHING, path);
	CHECK(system(command) == 0);
	CHECK(chown(path, 1000, 1000) == 0);
}

static void leaf_path(unsigned directory, unsigned leaf, char *path)
{
	sprintf(path, "%s/%s", directories[directory], leaves[leaf]);
}

void world_make(void)
{
	static const char *const needed[] = {"/usr/lib", "/usr/lib64", "/dev/shm", "/run",
					     "/etc"};
	char path[DRAWN_PATH_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		make_directory(needed[i]);
	for (unsigned d = 0; d < ARRAY_SIZE(directories); d++) {
		if (d)
			make_directory(directories[d]);
		for (unsigned l = 0; l < ARRAY_SIZE(leaves); l++) {
			leaf_path(d, l, path);
			if (strcmp(leaves[l], LEAF_OWNED) != 0)
				put_file(path);
			else
				put_owned(path);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		put_owned(others[i]);
}

/* --- policies ---------------------------------------------------------------------- */

/* The worker is one program; patterns by which it is that one, and by which it is not. */
static void name_program(struct random *random, struct drawn_rule *rule)
{
	for (size_t i = 0; i < rule->n_from; i++)
		strcpy(rule->from[i], ONE_OF(random, HOOKS_PROGRAM, "/bin/*", "/**/d*",
					     "/bin/a", "/b/*", "/*"));
}

void world_policies(struct random *random, struct drawn_policies *policies)
{
	for (size_t p = 0; p < policies->n; p++)
		for (size_t s = 0; s < DRAWN_SECTIONS; s++)
			for (size_t i = 0; i < policies->items[p].sections[s].n; i++) {
				struct drawn_rule *rule =
					&policies->items[p].sections[s].rules[i];

				if (s == DRAWN_EXEC || s == DRAWN_FILE)
					name_program(random, rule);
				else
					rule->n_from = 0;
				/* What a file of this root was when its container began
				 * would have to be undone. */
				if (rule->drifted)
					rule->stdio = true;
				rule->drifted = false;
				if (!rule->unix_names.n)
					continue;
				rule->unix_names.n = 0;
				rule->to =
					(struct drawn_set){.n = 1, .words = {"10.1.2.3"}};
			}
}

/* --- events ------------------------------------------------------------------------ */

static bool is_owned(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_uid != 0;
}

static void draw_file(struct random *random, struct drawn_event *event)
{
	if (chance(random, 20))
		strcpy(event->path, others[below(random, ARRAY_SIZE(others))]);
	else
		leaf_path(below(random, ARRAY_SIZE(directories)),
			  below(random, ARRAY_SIZE(leaves)), event->path);
	event->untrusted = chance(random, 25);
}

static void draw_open(struct random *random, struct drawn_event *event)
{
	unsigned access = 1 + below(random, 3);

	draw_file(random, event);
	if (chance(random, 10))
		strcpy(event->path,
		       ONE_OF(random, "/dev/null", "/dev/zero", "/dev/urandom"));
	event->reads = access & 1;
	event->writes = access & 2;
	event->owner_other = is_owned(event->path);
}

static void draw_exec(struct random *random, struct hooks_event *event)
{
	draw_file(random, &event->drawn);
	event->drawn.stdio = chance(random, 40);
	event->from_memory = chance(random, 15);
	strcpy(event->drawn.called, event->drawn.path);
	if (!event->from_memory)
		return;
	event->drawn.fileless = true;
	event->drawn.path[0] = '\0';
	/* The worker names it by a descriptor: /dev/fd/N. */
	strcpy(event->drawn.called, "/dev/fd/9");
}

/* What the kernel itself refuses before anyone is asked has no verdict: families that are
 * not built in are asked about, other numbers are not. */
static void draw_socket(struct random *random, struct drawn_event *event)
{
	static const uint32_t families[] = {AF_UNIX,  AF_INET,	  AF_INET,
					    AF_INET6, AF_NETLINK, AF_PACKET};
	static const uint32_t types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW,
					 SOCK_SEQPACKET};
	static const uint32_t protocols[] = {0, 0, 1, 6, 17, 132, 255};

	event->family = families[below(random, ARRAY_SIZE(families))];
	event->type = types[below(random, ARRAY_SIZE(types))];
	event->protocol = protocols[below(random, ARRAY_SIZE(protocols))];
}

/* A drawn connect, by a socket that every kernel has: raw ones have the protocol they ask
 * for. */
static void draw_connect(struct random *random, const struct drawn_policies *policies,
			 struct drawn_event *event)
{
	static const uint32_t raw[] = {1, 33, 132, 136};

	do
		draw_event(random, policies, event);
	while (event->section != DRAWN_NETWORK || event->is_unix);
	event->family = chance(random, 50) ? AF_INET : AF_INET6;
	if (event->address_family == AF_INET || event->address_family == AF_INET6)
		event->family = event->address_family;
	switch (below(random, 3)) {
	case 0:
		event->type = SOCK_STREAM;
		event->protocol = IPPROTO_TCP;
		break;
	case 1:
		event->type = SOCK_DGRAM;
		event->protocol = IPPROTO_UDP;
		break;
	default:
		event->type = SOCK_RAW;
		event->protocol = raw[below(random, ARRAY_SIZE(raw))];
	}
}

void world_event(struct random *random, const struct drawn_policies *policies,
		 struct hooks_event *ret_event)
{
	struct drawn_event *event = &ret_event->drawn;
	enum drawn_section section = (enum drawn_section)below(random, DRAWN_SECTIONS);

	memset(ret_event, 0, sizeof(*ret_event));
	event->section = section;
	if (section == DRAWN_EXEC)
		draw_exec(random, ret_event);
	else if (section == DRAWN_FILE)
		draw_open(random, event);
	else if (section == DRAWN_SOCKETS)
		draw_socket(random, event);
	else
		draw_connect(random, policies, event);
	strcpy(event->program, HOOKS_PROGRAM);
	event->program_script[0] = '\0';
	/* The program's name belongs to the namespace that the worker has left then. */
	event->untrusted_program = event->untrusted;
}
