/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_REPORT_HISTORY_H
#define LSMD_REPORT_HISTORY_H

/* The last denials, in memory, oldest dropped first; what was dropped is a number. */

#include "report/denial.h"

struct history;

/** history_new() - All memory for @capacity denials is taken here. Return: 0, -EINVAL for
 * 0, -ENOMEM. */
int history_new(size_t capacity, struct history **ret_history);
/** history_free() - Drop every reference; takes NULL. Return: NULL. */
struct history *history_free(struct history *history);
/**
 * history_add() - Take a reference.
 * Return: 0, -EINVAL when the sequence is not above the last one's.
 */
int history_add(struct history *history, struct denial *denial);
/**
 * history_next() - The first one after @sequence, borrowed; NULL when there is none.
 * Takes no longer than there are numbers missing between it and the newest.
 */
struct denial *history_next(const struct history *history, uint64_t sequence);
uint64_t history_last_sequence(const struct history *history);
uint64_t history_dropped(const struct history *history);
size_t history_count(const struct history *history);

#endif
