/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_DEMAND_H
#define LSMD_ENFORCE_DEMAND_H

/* Which programs are attached only once an image needs them (DESIGN.md 14). */

#include <stdint.h>

#include "policy/image.h"

/**
 * demand_of() - What an image must have for a program to be attached.
 * Return: IMAGE_HAS_* bits, of which one is enough; 0: it is always attached.
 */
uint32_t demand_of(const char *program);

/** demand_by() - What an image demands. Return: IMAGE_HAS_* bits, others than those of
 * demand_of() among them. */
uint32_t demand_by(const struct image *image);

#endif
