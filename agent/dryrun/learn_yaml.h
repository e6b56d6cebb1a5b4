/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_LEARN_YAML_H
#define LSMD_DRYRUN_LEARN_YAML_H

/* Texts of a policy that is written with comments, which libyaml's emitter has none of.
 */

#include <stdint.h>
#include <stdio.h>

/**
 * learn_yaml_text() - A string as YAML reads it back: plain where that is safe, else in
 * double quotes.
 * @text: UTF-8 that can be shown
 */
void learn_yaml_text(const char *text, FILE *file);

/** learn_yaml_times() - "  # once", "  # 12 times", and an end of line. */
void learn_yaml_times(uint64_t count, FILE *file);

/** learn_yaml_uses() - The same with the number of paths, if it is not one. */
void learn_yaml_uses(uint64_t count, size_t n_paths, FILE *file);

#endif
