/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_SAVED_H
#define LSMD_KUBE_SAVED_H

/*
 * The objects of one kind in a file, for the time between a start and the API server's
 * first answer: a line that tells what the file is, then a line for each object.
 */

#include "kube/objects.h"

/**
 * saved_text() - What the file is to hold: every object that could be used.
 * @node: whose file it is
 * @ret_text: owned
 * Return: 0, -ENOMEM.
 */
int saved_text(const struct objects *objects, const char *node, char **ret_text,
	       size_t *ret_length);

/**
 * saved_read() - Read such a file.
 * @node: the file of another node, as in a copied disk, is none of ours; NULL: it is
 * @on_object: each object's text; a negative errno ends the reading
 * @reterr_why: on -EBADMSG, what is wrong with the file; owned
 *
 * Nothing is given of a file whose checksum or version is wrong.
 *
 * Return: 0; -ENOENT; -EBADMSG; other negative errno.
 */
int saved_read(const char *path, const char *node,
	       int (*on_object)(void *data, const char *text), void *data,
	       char **reterr_why);

#endif
