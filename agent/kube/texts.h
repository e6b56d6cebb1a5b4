/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_TEXTS_H
#define LSMD_KUBE_TEXTS_H

/* Texts that many things have in common, each kept once and known by a number. */

#include <stddef.h>
#include <stdint.h>

struct texts;

/** texts_new() - @max_bytes: of all texts together. Return: 0, -ENOMEM. */
int texts_new(size_t max_bytes, struct texts **ret_texts);

/**
 * texts_take() - The number of a text; taken as often, it is to be dropped as often.
 * @length: of @text, which need not end there
 * Return: 0, -ENOSPC beyond what is to be kept, -ENOMEM.
 */
int texts_take(struct texts *texts, const char *text, size_t length,
	       uint32_t *ret_number);

/** texts_drop() - Take it no more; with the last the number may come to mean another. */
void texts_drop(struct texts *texts, uint32_t number);

/** texts_get() - Return: borrowed, until it is dropped. */
const char *texts_get(const struct texts *texts, uint32_t number);

/** texts_limit() - Every number is below it. */
uint32_t texts_limit(const struct texts *texts);

/** texts_hash() - FNV-1a of some bytes. */
uint64_t texts_hash(const char *text, size_t length);

/** texts_free() - Takes NULL. Return: NULL. */
struct texts *texts_free(struct texts *texts);

#endif
