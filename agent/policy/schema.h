/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_SCHEMA_H
#define LSMD_POLICY_SCHEMA_H

/*
 * The form of policies as data: which keys there are, and of which type. For editors as a
 * JSON Schema, for the API server as the schema of custom resources (crd.h), and for
 * whatever else wants to know the form without reading a policy.
 *
 * What the form allows parse_*.c may still refuse, and it says more about it; whatever
 * they accept the form allows. A test holds the two against each other, key by key.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy/names.h"

enum schema_kind {
	SCHEMA_ANY, /* of no meaning here */
	SCHEMA_BOOLEAN,
	SCHEMA_INTEGER,
	SCHEMA_STRING,
	SCHEMA_WORD,   /* a string of a few */
	SCHEMA_NAME,   /* a word of a table, whatever its case; or its number */
	SCHEMA_LIST,   /* of items of one form, one at least */
	SCHEMA_LABELS, /* keys and values of labels */
	SCHEMA_MAP,
	SCHEMA_EITHER, /* one of two forms */
};

struct schema_key;

/* What must hold between the keys of a map, in the API server's words (CEL): of keys
 * alone whose form has a type there, which one of two forms need not have. */
struct schema_bond {
	const char *expression, *message;
};

struct schema {
	enum schema_kind kind;
	/* INTEGER: the range; STRING: last is its greatest length, 0: any */
	int first, last;
	const char *pattern;	  /* STRING: NULL, or what both POSIX (extended) and ECMA
				     262 read alike */
	const char *const *words; /* WORD */
	size_t n_words;
	const struct name_table *names; /* NAME */
	const char *prefix;		/* NAME: that may stand before; no numbers then */
	const struct schema *forms[2];	/* EITHER; LIST: of an item, the first */
	bool may_be_empty;		/* LIST */
	const struct schema_key
		*keys; /* MAP: besides those of forms[0], if it is there */
	size_t n_keys;
	bool reserved;		   /* MAP: known only to be refused by name */
	const char *const *any_of; /* MAP: NULL, or keys of which one is there at least */
	const struct schema_bond *bonds; /* MAP: besides those of forms[0] */
	size_t n_bonds;
	const char *list_key; /* LIST: NULL, or what no two items have alike */
};

#define SCHEMA_REQUIRED	    1U
#define SCHEMA_OF_CLUSTER   2U /* of a ClusterLsmPolicy alone */
#define SCHEMA_OF_NAMESPACE 4U /* of an LsmPolicy alone */

struct schema_key {
	const char *key;
	const struct schema *form;
	unsigned flags;
	const char *about; /* a sentence; NULL: it goes without saying */
};

#define SCHEMA_GROUP   "lsmd.io"
#define SCHEMA_VERSION "v1alpha1"

/* What a policy says under "spec". */
extern const struct schema schema_spec;

/* A document of kind LsmPolicy or ClusterLsmPolicy. */
extern const struct schema schema_policy;

/**
 * schema_names_pattern() - A pattern for the words of a table, whatever their case.
 * @form: of kind SCHEMA_NAME
 * Return: owned; NULL: no memory.
 */
char *schema_names_pattern(const struct schema *form);

/**
 * schema_json() - The form of a policy as a JSON Schema, draft 7, which editors read.
 * Return: a new reference; NULL: no memory.
 */
json_t *schema_json(void);

#endif
