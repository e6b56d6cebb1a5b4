/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_OUTPUT_H
#define LSMD_IMPORT_OUTPUT_H

/* JSON trees written as YAML, the way people write policies. */

#include <jansson.h>
#include <stdio.h>

/**
 * output_yaml() - Write documents.
 * @documents: an array; strings that YAML would take for something else are quoted, so
 * that yaml_read() gives the same tree again Return: 0; -ENOMEM; -EIO when @file takes no
 * more.
 */
int output_yaml(const json_t *documents, FILE *file);

#endif
