// SPDX-License-Identifier: Apache-2.0
#include "kube/refusal.h"

#include <string.h>

#include "util/cleanup.h"

/* The version that was asked for lies in the server's future: it was set back to a
 * backup, or it lags behind the one that was asked before. Going on from there would
 * miss what happens until it has come so far (client-go: IsTooLargeResourceVersion). */
static bool is_too_large(const json_t *status)
{
	const json_t *causes =
		json_object_get(json_object_get(status, "details"), "causes");
	const json_t *cause;
	size_t i;

	json_array_foreach (causes, i, cause) {
		const char *reason = json_string_value(json_object_get(cause, "reason"));

		if (reason && !strcmp(reason, "ResourceVersionTooLarge"))
			return true;
	}
	return false;
}

bool refusal_is_of_version(const json_t *status)
{
	return json_integer_value(json_object_get(status, "code")) == 410 ||
	       is_too_large(status);
}

const char *refusal_message(const json_t *status)
{
	return json_string_value(json_object_get(status, "message"));
}

const char *refusal_advice(unsigned code)
{
	static const struct {
		unsigned code;
		const char *advice;
	} table[] = {
		{401, "; the token is not taken: is the service account still there?"},
		{403, "; give its role get, list and watch of this"},
		{404, "; install the custom resource definitions"},
		{429, "; the server is overloaded, it is asked again later"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].code == code)
			return table[i].advice;
	return "";
}
