/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_TETRAGON_H
#define LSMD_IMPORT_TETRAGON_H

/*
 * Tetragon's policies: probes on functions of the kernel, each with selectors of
 * conditions and actions. A probe on a function that does what one of our hooks judges is
 * a rule.
 */

#include "import/importer.h"

/* What a function's arguments are about. */
enum tetragon_object {
	TETRAGON_FILE,
	TETRAGON_EXEC,
	TETRAGON_CONNECT,
	TETRAGON_SOCKET,
	TETRAGON_CAPABILITY,
	TETRAGON_OPERATION,
};

struct tetragon_hook {
	const char *name;
	enum tetragon_object object;
	unsigned
		argument; /* that names the object; TETRAGON_SOCKET: the first of three */
	unsigned mask;	  /* argument with the kind of access; 0: none */
	uint8_t read_bit; /* of it */
	uint8_t write_bit;
	const char *word; /* access, protocol or operation that it is always about; NULL:
			     none */
};

/** tetragon_hook_find() - Return: NULL when no hook of ours judges what the function
 * does. */
const struct tetragon_hook *tetragon_hook_find(const char *name);

#define TETRAGON_ARGUMENTS 16

/* A kprobe or LSM hook. Nodes and texts are borrowed from the tree. */
struct tetragon_probe {
	const struct yaml_node *name;
	const struct yaml_node *selectors;
	unsigned arguments[TETRAGON_ARGUMENTS]; /* number in the function of each listed
						   one */
	size_t n_arguments;
	const char *message;
	json_t *tags; /* NULL: none */
	const struct tetragon_hook *hook;
	bool has_passed; /* a selector so far lets pass what it matches */
	bool has_denied; /* and one denies without killing */
};

/* One selector on its way to a rule. */
struct tetragon_selector {
	const struct tetragon_probe *probe;
	json_t *rule; /* conditions */
	bool lost;
	bool kills, denies, reports, is_silent;
	int64_t error; /* 0: not said */
};

/** tetragon_selector_lack() - A condition has no equivalent: the selector is left out. */
#define tetragon_selector_lack(selector, importer, node, reason, ...)                    \
	((selector)->lost = true, import_lack(importer, node, reason, __VA_ARGS__))

/** tetragon_convert_selectors() - Make rules of a probe whose hook is found. */
int tetragon_convert_selectors(struct importer *importer, struct tetragon_probe *probe);

/* One item of matchArgs or matchBinaries. */
struct tetragon_match {
	const struct yaml_node *node;
	unsigned argument;
	const char *op;
	const struct yaml_node *values; /* a list of scalars, never empty */
};

/** tetragon_use_argument() - Add a condition on an argument of the function. */
int tetragon_use_argument(struct parse *parse, struct tetragon_selector *selector,
			  const struct tetragon_match *match);
/** tetragon_use_binaries() - Add "from". */
int tetragon_use_binaries(struct parse *parse, struct tetragon_selector *selector,
			  const struct tetragon_match *match);
/** tetragon_complete() - Where a rule has no condition, say that it is about everything.
 */
int tetragon_complete(struct tetragon_selector *selector);

#endif
