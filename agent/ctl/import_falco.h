/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_IMPORT_FALCO_H
#define LSMD_CTL_IMPORT_FALCO_H

/* `lsmctl import --from-falco`: which rules of Falco a policy prevents. */

#include <stdbool.h>
#include <stddef.h>

/**
 * import_falco() - Read rules files, look their rules up among policies, and print the
 * answer.
 * @paths:    rules files, in the order in which Falco loads them
 * @policies: a file or directory of policies
 * Return: EXIT_DONE when each rule that is enabled is prevented, EXIT_FAILED when some
 * are not, EXIT_USAGE when a file has errors.
 */
int import_falco(const char *const *paths, size_t n, const char *policies, bool json);

#endif
