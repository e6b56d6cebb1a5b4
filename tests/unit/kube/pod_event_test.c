// SPDX-License-Identifier: Apache-2.0
#include "kube/pod_event.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

#define DENIAL                                                                           \
	"{\"verdict\": \"deny\", \"hook\": \"bprm_check_security\", \"rule\": "          \
	"\"no-shells\", \"section\": \"exec\", \"message\": \"ask the team\", "          \
	"\"policy\": {\"kind\": \"LsmPolicy\", \"namespace\": \"shop\", \"name\": "      \
	"\"web\"}, \"pod\": {\"namespace\": \"shop\", \"name\": \"web-0\", \"uid\": "    \
	"\"u1\"}, \"container\": {\"name\": \"app\"}, \"process\": {\"executable\": "    \
	"\"/usr/bin/nginx\"}, \"object\": {\"type\": \"file\", \"path\": \"/bin/sh\"}}"

static json_t *denial;

static void begin(void)
{
	denial = json_loads(DENIAL, 0, NULL);
	cr_assert(denial);
}

static void end(void)
{
	json_decref(denial);
}

TestSuite(pod_event, .init = begin, .fini = end);

Test(pod_event, tells_who_what_and_by_which_rule)
{
	_cleanup_(pod_event_clear) struct pod_event event = {0};
	_cleanup_(json_decrefp) json_t *json = NULL;
	const json_t *involved;

	cr_assert_eq(pod_event_begin(&event, denial, 1000000000), 0);
	pod_event_count(&event, denial, 1000000000);
	json = pod_event_json(&event, "node-a");
	cr_assert(json);
	involved = json_object_get(json, "involvedObject");
	cr_assert_str_eq(json_string_value(json_object_get(json, "message")),
			 "bprm_check_security of /bin/sh by /usr/bin/nginx was denied: "
			 "rule no-shells of LsmPolicy shop/web: ask the team");
	cr_assert_str_eq(json_string_value(json_object_get(json, "type")), "Warning");
	cr_assert_str_eq(json_string_value(json_object_get(involved, "fieldPath")),
			 "spec.containers{app}");
	cr_assert_eq(json_integer_value(json_object_get(json, "count")), 1);
}

Test(pod_event, counts_up_with_the_words_of_the_first)
{
	_cleanup_(pod_event_clear) struct pod_event event = {0};
	_cleanup_(json_decrefp) json_t *patch = NULL;

	cr_assert_eq(pod_event_begin(&event, denial, 0), 0);
	event.written = 40;
	pod_event_count(&event, denial, 1);
	pod_event_count(&event, denial, 2);
	patch = pod_event_patch(&event);
	cr_assert_eq(json_integer_value(json_object_get(patch, "count")), 42);
	cr_assert(strstr(event.message, "/bin/sh"));
}

Test(pod_event, is_another_for_another_rule_or_pod)
{
	_cleanup_(json_decrefp) json_t *other = json_deep_copy(denial);
	uint64_t key = pod_event_key(denial);

	cr_assert_eq(pod_event_key(other), key);
	json_object_set_new(json_object_get(other, "object"), "path", json_string("/x"));
	cr_assert_eq(pod_event_key(other), key, "whatever it is about");
	json_object_set_new(other, "rule", json_string("other"));
	cr_assert_neq(pod_event_key(other), key);
	json_decref(other);
	other = json_deep_copy(denial);
	json_object_set_new(json_object_get(other, "pod"), "uid", json_string("u2"));
	cr_assert_neq(pod_event_key(other), key);
}

Test(pod_event, is_for_pods_alone)
{
	cr_assert(pod_event_is_of_pod(denial));
	json_object_set_new(json_object_get(denial, "pod"), "name", json_string(""));
	cr_assert_not(pod_event_is_of_pod(denial));
}

Test(pod_event, has_a_message_that_the_server_takes)
{
	_cleanup_(pod_event_clear) struct pod_event event = {0};
	char path[4096];

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	json_object_set_new(json_object_get(denial, "object"), "path", json_string(path));
	json_object_set_new(json_object_get(denial, "process"), "executable",
			    json_string(path));
	json_object_set_new(json_object_get(denial, "policy"), "name", json_string(path));
	json_object_set_new(denial, "message", json_string(path));
	cr_assert_eq(pod_event_begin(&event, denial, 0), 0);
	pod_event_count(&event, denial, 0);
	cr_assert_lt(strlen(event.message), POD_EVENT_MESSAGE);
}
