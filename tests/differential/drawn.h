/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_DIFFERENTIAL_DRAWN_H
#define LSMD_TESTS_DIFFERENTIAL_DRAWN_H

/*
 * Policies and events that chance has drawn: words as a person would write them, not yet
 * read by anyone. drawn_write() turns policies into YAML, which the policy parser reads;
 * the reference takes the words as they are here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "random.h"

#define DRAWN_POLICIES	 5
#define DRAWN_RULES	 4
#define DRAWN_PATHS	 3
#define DRAWN_WORDS	 3
#define DRAWN_PATH_BYTES 64

enum drawn_section {
	DRAWN_EXEC,
	DRAWN_FILE,
	DRAWN_SOCKETS,
	DRAWN_NETWORK,
	DRAWN_SECTIONS,
};

/* How far the end of a rule lies. Only a denial by hand has one, and no YAML says it. */
enum drawn_until {
	DRAWN_LASTING,
	DRAWN_ENDING, /* in a century */
	DRAWN_ENDED,
};

/* A list of words, or {not: [...]}; n == 0: not said. */
struct drawn_set {
	bool negate;
	size_t n;
	const char *words[DRAWN_WORDS];
};

struct drawn_rule {
	char name[24];	    /* "": not said */
	const char *action; /* "allow", "audit", "deny", "kill" */
	unsigned error;	    /* 0: not said */
	enum drawn_until until;

	/* exec, file */
	/* By which program; n_from == 0: not said */
	size_t n_from;
	char from[DRAWN_PATHS][DRAWN_PATH_BYTES];
	bool from_not;
	size_t n_paths, n_except;
	char paths[DRAWN_PATHS][DRAWN_PATH_BYTES];
	char except[DRAWN_PATHS][DRAWN_PATH_BYTES];
	const char *access; /* "read", "write", "read, write"; NULL: not said */
	const char *owner;  /* file: "other", "self"; NULL: not said */
	bool fileless, drifted, stdio, direct, by_name; /* exec */

	/* sockets; network has protocols as well */
	struct drawn_set families, types, protocols;

	/* network; none of the three is ever negated */
	struct drawn_set to, not_to, unix_names;
	struct drawn_set ports;
};

struct drawn_rules {
	bool present;
	bool default_deny;
	bool base_none; /* file */
	size_t n;
	struct drawn_rule rules[DRAWN_RULES];
};

struct drawn_policy {
	bool cluster;
	bool audit_mode;
	char name[24];
	struct drawn_rules sections[DRAWN_SECTIONS];
};

struct drawn_policies {
	size_t n;
	struct drawn_policy items[DRAWN_POLICIES];
};

struct drawn_event {
	enum drawn_section section;

	/* Who does it; "": unknown, and no script */
	char program[DRAWN_PATH_BYTES];
	char program_script[DRAWN_PATH_BYTES];
	bool untrusted_program; /* their names do not count */

	/* exec, file, unix sockets; "": it has no name */
	char path[DRAWN_PATH_BYTES];
	char identity[DRAWN_PATH_BYTES]; /* what the file is called as well; "": nothing
					  */
	bool untrusted;			 /* the name does not count (DESIGN.md 5) */
	bool reads, writes;
	bool owner_other;

	/* exec */
	bool fileless, drifted, stdio;
	char script[DRAWN_PATH_BYTES]; /* whose `#!` names it; "": executed directly */
	char called[DRAWN_PATH_BYTES]; /* by the caller; "": as it is */

	/* sockets; and the socket that connects */
	uint32_t family, type, protocol;

	/* network: a connect, or of a unix socket its path alone */
	bool is_unix;
	uint32_t address_family;
	uint32_t length; /* of the address, as the caller gave it; never 0 */
	uint8_t address[16];
	uint16_t port;
};

/** draw_policies() - All policies that select one subject. */
void draw_policies(struct random *random, struct drawn_policies *ret_policies);
/** draw_event() - Something that a process of it does, aimed at what the policies name.
 */
void draw_event(struct random *random, const struct drawn_policies *policies,
		struct drawn_event *ret_event);

/** drawn_write() - Policies as YAML. */
void drawn_write(const struct drawn_policies *policies, FILE *file);
/** drawn_write_event() - An event for a reader: one line, without its end. */
void drawn_write_event(const struct drawn_event *event, FILE *file);

#endif
