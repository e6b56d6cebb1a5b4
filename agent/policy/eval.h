/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_EVAL_H
#define LSMD_POLICY_EVAL_H

/* What an image says about an event, by the decision core that the kernel runs. */

#include <stdbool.h>
#include <stdint.h>

#include "lsm/abi.h"
#include "policy/image.h"

enum eval_kind {
	EVAL_EXEC,
	EVAL_OPEN,
	EVAL_SOCKET,
	EVAL_CONNECT,
	EVAL_UNIX, /* connecting or sending to a unix socket */
};

struct eval_event {
	enum eval_kind kind;
	uint64_t now; /* CLOCK_BOOTTIME, ns: what has ended by then does not hold */

	/* Who does it. A script that runs counts besides its interpreter. */
	const char *program;	    /* its executable; NULL: unknown */
	const char *program_script; /* NULL: none */
	bool untrusted_program;	    /* their names do not count */

	/* exec, open, unix */
	const char *path; /* absolute, as the walk of the dentries gives it; NULL: it has
			     no name. unix: "@" and its bytes where it is no file */
	uint32_t access;  /* open: ACCESS_READ | ACCESS_WRITE */
	bool untrusted_name;  /* the name does not count (DESIGN.md 5) */
	const char *identity; /* a literal path that names the same file; NULL: none */

	/* exec: what is so of the file, and of the process */
	bool fileless, drifted;
	bool stdio_socket;
	/* exec: the script whose `#!` names @path as its interpreter; NULL: executed
	 * directly. Only the interpreter is judged, the script is an event of its own. Of
	 * the script none of the conditions on a file holds, and its name counts. */
	const char *script;
	const char *called; /* exec: the name that the caller gave; NULL: that of @path */

	/* open */
	bool owner_other; /* the file is another user's */

	/* socket; and the socket that connects: family and protocol */
	uint32_t family, type, protocol;

	/* connect */
	uint32_t address_family;
	uint8_t address[16]; /* network order; of IPv4 the first 4 bytes */
	uint16_t port;
	uint32_t length; /* of the address, 0: as long as its family's is */
};

struct eval_outcome {
	enum verdict verdict;
	uint32_t rule; /* RULE_CLOSED: the event could not be read */
	uint8_t error;
};

struct eval_result {
	struct eval_outcome decision; /* ALLOW: its rule and errno say nothing */
	struct eval_outcome
		audits[LIMIT_GROUPS * 2]; /* reports; the verdict is "would" */
	uint32_t n_audits;
};

/**
 * eval() - Decide an event.
 * @image: NULL: no rules
 */
void eval(const struct image *image, const struct eval_event *event,
	  struct eval_result *ret_result);

/* What the lists of an event ask for besides its object. */
struct eval_asked {
	uint64_t facts; /* FACT_* bits */
	uint32_t sets;	/* of programs */
};

/**
 * eval_asked() - What could change what an image says to an event, its object being the
 * same?
 * @event: of which the circumstances do not matter
 */
void eval_asked(const struct image *image, const struct eval_event *event,
		struct eval_asked *ret_asked);

/** eval_programs() - The program sets that a path is in. */
uint32_t eval_programs(const struct image *image, const char *path);

/** eval_accept() - What a path matches; NULL: what has no name does, for
 * identity_value.accept. */
uint32_t eval_accept(const struct image *image, const char *path);

#endif
