/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_PINS_H
#define LSMD_ENFORCE_PINS_H

/*
 * The pin directory: DIRECTORY/{maps,links,programs}/NAME, on a bpf file system. Whoever
 * has it open holds a lock on it, so that one lsmd at a time writes there.
 */

#include <stdbool.h>

struct pins {
	char *path;
	int fd; /* of the directory; bears the lock */
};

enum pin_kind {
	PIN_MAPS,
	PIN_LINKS,
	PIN_PROGRAMS,
	PIN_NEW, /* links that are attached, but not yet in place of the old ones */
	PIN_KINDS,
};

/**
 * pins_open() - Make and lock the directory.
 *
 * Mounts the bpf file system at /sys/fs/bpf when none is there, the directory is to be
 * below, and this is the host's own mount namespace: elsewhere it would go when the agent
 * does.
 *
 * Return: 0, ENFORCER_E_BUSY, ENFORCER_E_BPFFS, negative errno.
 */
int pins_open(const char *path, struct pins *ret_pins, char **reterr_detail);

/** pins_open_existing() - As pins_open(), but -ENOENT where the directory is not there.
 */
int pins_open_existing(const char *path, struct pins *ret_pins, char **reterr_detail);
void pins_close(struct pins *pins);

/** pins_get() - Open what is pinned. Return: 0, -ENOENT, another negative errno. */
int pins_get(const struct pins *pins, enum pin_kind kind, const char *name, int *ret_fd);

/** pins_put() - Pin; what bore the name is unpinned first. Return: 0, negative errno. */
int pins_put(const struct pins *pins, enum pin_kind kind, const char *name, int fd);

/**
 * pins_promote() - Move every pin of PIN_NEW to another kind, in place of what bore its
 * name: by one rename each, so that there is no moment without either. Return: 0,
 * negative errno.
 */
int pins_promote(const struct pins *pins, enum pin_kind kind);

/** pins_has() - Is it pinned? */
bool pins_has(const struct pins *pins, enum pin_kind kind, const char *name);

/** pins_has_any() - Is anything of that kind pinned? */
bool pins_has_any(const struct pins *pins, enum pin_kind kind);

/**
 * pins_visit() - Call for each pin of a kind, which may not be there.
 * Return: 0, what @visit returned if it was not 0, negative errno.
 */
int pins_visit(const struct pins *pins, enum pin_kind kind,
	       int (*visit)(const char *name, void *data), void *data);

/**
 * pins_keep() - Remove every pin of a kind but those that @keep holds for; NULL: all.
 * Return: 0, negative errno.
 */
int pins_keep(const struct pins *pins, enum pin_kind kind,
	      bool (*keep)(const char *name, void *data), void *data);

/** pins_remove() - Remove everything, links first, and the directory. Return: 0, -errno.
 */
int pins_remove(const struct pins *pins);

#endif
