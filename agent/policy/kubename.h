/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_POLICY_KUBENAME_H
#define LSMD_POLICY_KUBENAME_H

/* The forms of names that Kubernetes allows (k8s.io/apimachinery, util/validation). */

#include <stdbool.h>

/* A namespace's or container's name: RFC 1123 label, at most 63 bytes. */
bool kubename_is_label(const char *name);
/* An object's name: RFC 1123 subdomain, at most 253 bytes. */
bool kubename_is_subdomain(const char *name);
/* A label's key: [subdomain "/"] name of at most 63 bytes. */
bool kubename_is_label_key(const char *key);
/* A label's value: empty, or at most 63 bytes of letters, digits, "-", "_" and ".". */
bool kubename_is_label_value(const char *value);

/* What would be right, for messages: "lower-case letters, ...". */
#define KUBENAME_LABEL_FORM                                                              \
	"at most 63 lower-case letters, digits and \"-\", a letter or digit first and "  \
	"last"
#define KUBENAME_SUBDOMAIN_FORM                                                          \
	"at most 253 lower-case letters, digits, \"-\" and \".\", a letter or digit "    \
	"first and last"
#define KUBENAME_KEY_FORM                                                                \
	"an optional DNS prefix and \"/\", then at most 63 letters, digits, \"-\", "     \
	"\"_\" and \".\""
#define KUBENAME_VALUE_FORM                                                              \
	"at most 63 letters, digits, \"-\", \"_\" and \".\", a letter or digit first "   \
	"and last"

#endif
