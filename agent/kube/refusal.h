/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_REFUSAL_H
#define LSMD_KUBE_REFUSAL_H

/* What the API server says when it refuses a request: a code of HTTP and a Status object
 * (Kubernetes API conventions, "Response Status Kind"). */

#include <jansson.h>
#include <stdbool.h>

/** refusal_is_of_version() - Can the version that was asked for not be gone on from: is
 * it gone from the server's memory, or in its future? */
bool refusal_is_of_version(const json_t *status);

/** refusal_message() - For people. Return: borrowed; NULL: it says nothing. */
const char *refusal_message(const json_t *status);

/** refusal_advice() - What a code means for who has to mend it: "", or "; ...". */
const char *refusal_advice(unsigned code);

#endif
