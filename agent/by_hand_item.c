/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand_item.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define MAX_SECONDS (10ULL * 366 * 24 * 3600)

__attribute__((format(printf, 2, 3))) static int refuse(char **reterr_message,
							const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = vasprintf(reterr_message, format, arguments);
	va_end(arguments);
	return r < 0 ? -ENOMEM : -EINVAL;
}

/* --- from a request's words to a rule of the policy language
 * -------------------------------- */

/* "CIDR[:PORTS]" with an IPv6 CIDR in brackets where ports follow, as in a URL. */
static json_t *connect_rule(const char *object)
{
	const char *colon = strrchr(object, ':');
	const char *bracket = strchr(object, ']');
	bool v6 = strchr(object, ':') != colon;
	bool has_ports = colon && (!v6 || (bracket && colon == bracket + 1));
	size_t length = has_ports ? (size_t)(colon - object) : strlen(object);
	_cleanup_(freep) char *to = NULL;
	_cleanup_(freep) char *ports = has_ports ? strdup(colon + 1) : NULL;
	json_t *list = json_array();
	char *save = NULL;

	if (*object == '[' && length >= 2 && object[length - 1] == ']')
		to = strndup(object + 1, length - 2);
	else
		to = strndup(object, length);
	for (char *port = ports ? strtok_r(ports, ",", &save) : NULL; port;
	     port = strtok_r(NULL, ",", &save))
		json_array_append_new(list, json_string(port));
	if (has_ports)
		return json_pack("{s:[s], s:o}", "to", to ? to : "", "ports", list);
	json_decref(list);
	return json_pack("{s:[s]}", "to", to ? to : "");
}

static json_t *path_rule(const char *object)
{
	return json_pack("{s:[s]}", "paths", object);
}

/* "FAMILY[,TYPE[,PROTOCOL]]". */
static json_t *socket_rule(const char *object)
{
	static const char *const keys[] = {"families", "types", "protocols"};
	_cleanup_(freep) char *copy = strdup(object);
	json_t *rule = json_object();
	char *rest = copy;

	for (size_t i = 0; i < ARRAY_SIZE(keys) && rest; i++) {
		char *word = strsep(&rest, ",");

		if (*word || i == 0)
			json_object_set_new(rule, keys[i], json_pack("[s]", word));
	}
	if (rest)
		json_object_set_new(rule, "protocols", json_pack("[s, s]", "", rest));
	return rule;
}

static const struct what {
	const char *key; /* of the request */
	const char *section;
	json_t *(*rule)(const char *object);
} whats[] = {
	{"connect", "network", connect_rule},
	{"exec", "exec", path_rule},
	{"open", "file", path_rule},
	{"socket", "sockets", socket_rule},
};

static const struct what *what_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		if (!strcmp(whats[i].key, key))
			return &whats[i];
	return NULL;
}

/* --- items
 * ---------------------------------------------------------------------------------- */

/* The policy document of an item, in the words that its author would have used. */
static json_t *document_of(const json_t *item)
{
	const struct what *what =
		what_of(json_string_value(json_object_get(item, "what")));
	const char *container = json_string_value(json_object_get(item, "container"));
	json_t *rule, *document;

	if (!what)
		return NULL;
	rule = what->rule(json_string_value(json_object_get(item, "object")));
	json_object_set_new(rule, "name", json_string("by-hand"));
	json_object_set_new(rule, "action",
			    json_string(json_is_true(json_object_get(item, "audit"))
						? "audit"
						: "deny"));
	document = json_pack("{s:s, s:s, s:{s:s}, s:{s:{}, s:{s:[o]}}}", "apiVersion",
			     "lsmd.io/v1alpha1", "kind", "ClusterLsmPolicy", "metadata",
			     "name", json_string_value(json_object_get(item, "id")),
			     "spec", "podSelector", what->section, "rules", rule);
	if (container && *container)
		json_object_set_new(json_object_get(document, "spec"), "containers",
				    json_pack("[s]", container));
	return document;
}

static int parse_item(const json_t *item, struct policy **ret_policy,
		      char **reterr_message)
{
	struct diagnostics diagnostics = {0};
	struct policy_list list = {0};
	json_t *document = document_of(item);
	_cleanup_(freep) char *text =
		document ? json_dumps(document, JSON_COMPACT) : NULL;
	int r = text ? policy_parse(text, strlen(text), "request", &diagnostics, &list)
		     : -ENOMEM;

	json_decref(document);
	for (size_t i = 0; r == -EINVAL && i < diagnostics.n && !*reterr_message; i++)
		if (diagnostics.items[i].severity == SEVERITY_ERROR)
			r = refuse(reterr_message, "%s", diagnostics.items[i].message);
	diagnostics_clear(&diagnostics);
	if (r == 0)
		*ret_policy = policy_ref(list.items[0]);
	policy_list_clear(&list);
	return r;
}

/* Binds the policy to the pod and to its end; the fields that no document can say. */
static int bind_policy(struct policy *policy, const char *uid, uint64_t until)
{
	free(policy->source);
	policy->source = strdup("by hand");
	policy->pod_uid = strdup(uid);
	for (unsigned section = 0; section < SECTION_COUNT; section++)
		for (size_t i = 0; i < policy->sections[section].n_rules; i++)
			policy->sections[section].rules[i].until = until;
	return policy->source && policy->pod_uid ? 0 : -ENOMEM;
}

int by_hand_item_policy(const json_t *item, uint64_t until, struct policy **ret_policy,
			char **reterr_message)
{
	const json_t *pod = json_object_get(item, "pod");
	struct policy *policy = NULL;
	int r = parse_item(item, &policy, reterr_message);

	if (r == 0)
		r = bind_policy(policy, json_string_value(json_object_get(pod, "uid")),
				until);
	if (r < 0)
		policy_unref(policy);
	else
		*ret_policy = policy;
	return r;
}

bool by_hand_item_is_whole(const json_t *item)
{
	static const char *const strings[] = {"id", "what", "object", "container",
					      "created"};
	const json_t *pod = json_object_get(item, "pod");

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		if (!json_is_string(json_object_get(item, strings[i])))
			return false;
	return json_is_string(json_object_get(pod, "uid")) &&
	       json_is_string(json_object_get(pod, "name")) &&
	       json_is_string(json_object_get(pod, "namespace")) &&
	       json_is_integer(json_object_get(item, "endWallNs")) &&
	       what_of(json_string_value(json_object_get(item, "what")));
}

/* --- requests
 * -------------------------------------------------------------------------------- */

static int check_request(const json_t *request, const struct what **ret_what,
			 uint64_t *ret_seconds, char **reterr_message)
{
	const json_t *end = json_object_get(request, "for");
	const json_t *audit = json_object_get(request, "audit");
	const json_t *container = json_object_get(request, "container");
	const struct what *what = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(whats); i++) {
		const json_t *object = json_object_get(request, whats[i].key);

		if (!object)
			continue;
		if (!json_is_string(object))
			return refuse(reterr_message, "\"%s\" is not a string",
				      whats[i].key);
		if (what)
			return refuse(
				reterr_message,
				"both \"%s\" and \"%s\" are given; ask once for each",
				what->key, whats[i].key);
		what = &whats[i];
	}
	if (!what)
		return refuse(reterr_message,
			      "nothing to deny is named; give one of \"connect\", "
			      "\"exec\", \"open\" or \"socket\"");
	if (audit && !json_is_boolean(audit))
		return refuse(reterr_message, "\"audit\" is not true or false");
	if (container && !json_is_string(container))
		return refuse(reterr_message, "\"container\" is not a string");
	if (end && (!json_is_integer(end) || json_integer_value(end) <= 0 ||
		    (uint64_t)json_integer_value(end) > MAX_SECONDS))
		return refuse(reterr_message,
			      "\"for\" is not a number of seconds from 1 to %llu",
			      MAX_SECONDS);
	*ret_what = what;
	*ret_seconds = end ? (uint64_t)json_integer_value(end) : 0;
	return 0;
}

static int make_item(const json_t *request, const struct what *what, uint64_t seconds,
		     const char *name_space, const char *pod, const char *uid,
		     json_t **ret_item)
{
	const json_t *container = json_object_get(request, "container");
	uint64_t wall = clock_wall();
	uint64_t end = seconds ? wall + seconds * NS_PER_SECOND : 0;
	char id[16], created[CLOCK_TEXT], until[CLOCK_TEXT] = "";
	unsigned random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(id, sizeof(id), "deny-%08x", random);
	clock_text(wall, created);
	clock_text(end, until);
	*ret_item = json_pack(
		"{s:s, s:{s:s, s:s, s:s}, s:s, s:s, s:s, s:b, s:s?, s:I, s:s}", "id", id,
		"pod", "namespace", name_space, "name", pod, "uid", uid, "container",
		container ? json_string_value(container) : "", "what", what->key,
		"object", json_string_value(json_object_get(request, what->key)), "audit",
		json_is_true(json_object_get(request, "audit")), "until",
		end ? until : NULL, "endWallNs", (json_int_t)end, "created", created);
	return *ret_item ? 0 : -ENOMEM;
}

int by_hand_item_new(const json_t *request, const char *name_space, const char *pod,
		     const char *uid, json_t **ret_item, uint64_t *ret_seconds,
		     char **reterr_message)
{
	const struct what *what = NULL;
	int r = check_request(request, &what, ret_seconds, reterr_message);

	return r < 0 ? r
		     : make_item(request, what, *ret_seconds, name_space, pod, uid,
				 ret_item);
}
