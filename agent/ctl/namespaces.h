/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_NAMESPACES_H
#define LSMD_CTL_NAMESPACES_H

/* --exempt-namespaces, of lsmd and of the commands that judge as it would. */

#include <argp.h>
#include <stddef.h>

/** namespaces_parse() - Add "NAME,NAME"; ends the program when one is none. Return: 0,
 * ENOMEM. */
error_t namespaces_parse(const struct argp_state *state, const char *text,
			 char ***namespaces, size_t *n);

#endif
