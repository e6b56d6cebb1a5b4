// SPDX-License-Identifier: Apache-2.0
#include "kube/pod_event.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/kube_time.h"
#include "kube/texts.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* A name has up to 253 characters; that of the pod is cut so that a number fits in. */
#define POD_IN_NAME 230

static const struct {
	const char *verdict, *reason, *type, *what;
} verdicts[] = {
	{"audit", "PolicyAudited", "Normal", "was reported"},
	{"deny", "PolicyDenied", "Warning", "was denied"},
	{"kill", "PolicyKilled", "Warning", "was denied and its process killed"},
};

static const char *text_of(const json_t *denial, const char *part, const char *key)
{
	const json_t *from = part ? json_object_get(denial, part) : denial;
	const char *text = json_string_value(json_object_get(from, key));

	return text ? text : "";
}

static size_t verdict_of(const char *verdict)
{
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(verdicts) && strcmp(verdicts[i].verdict, verdict) != 0)
		i++;
	return i;
}

bool pod_event_is_of_pod(const json_t *denial)
{
	return *text_of(denial, "pod", "namespace") && *text_of(denial, "pod", "name");
}

uint64_t pod_event_key(const json_t *denial)
{
	static const char *const parts[][2] = {
		{"pod", "uid"},	       {"pod", "namespace"},	{"pod", "name"},
		{"policy", "kind"},    {"policy", "namespace"}, {"policy", "name"},
		{NULL, "section"},     {NULL, "rule"},		{NULL, "verdict"},
		{"container", "name"},
	};
	uint64_t key = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *text = text_of(denial, parts[i][0], parts[i][1]);

		key = key * 31 + texts_hash(text, strlen(text));
	}
	return key;
}

/* --- the message ----------------------------------------------------------------------
 */

/* Owned; what was acted on, in a few words. */
static char *object_text(const json_t *denial)
{
	const json_t *object = json_object_get(denial, "object");
	const char *path = text_of(denial, "object", "path");
	const char *address = text_of(denial, "object", "address");
	char *text = NULL;

	if (*path)
		explain(&text, " of %.300s", path);
	else if (*address)
		explain(&text, " to %s port %" JSON_INTEGER_FORMAT, address,
			json_integer_value(json_object_get(object, "port")));
	else
		explain(&text, "%s", "");
	return text;
}

static char *message_of(const json_t *denial)
{
	size_t verdict = verdict_of(text_of(denial, NULL, "verdict"));
	const char *name_space = text_of(denial, "policy", "namespace");
	const char *said = text_of(denial, NULL, "message");
	_cleanup_(freep) char *object = object_text(denial);
	char *message = NULL;

	if (!object)
		return NULL;
	explain(&message, "%s%s by %.200s %s: rule %.64s of %s %s%s%.253s%s%.200s",
		text_of(denial, NULL, "hook"), object,
		text_of(denial, "process", "executable"), verdicts[verdict].what,
		text_of(denial, NULL, "rule"), text_of(denial, "policy", "kind"),
		name_space, *name_space ? "/" : "", text_of(denial, "policy", "name"),
		*said ? ": " : "", said);
	return message;
}

/* The API server refuses a longer one; no character is torn. */
static void cut(char *message)
{
	size_t length = strlen(message);

	if (length < POD_EVENT_MESSAGE)
		return;
	length = POD_EVENT_MESSAGE - 1;
	while (length && ((unsigned char)message[length] & 0xc0) == 0x80)
		length--;
	message[length] = '\0';
}

/* --- its life --------------------------------------------------------------------------
 */

void pod_event_clear(struct pod_event *event)
{
	free(event->name_space);
	free(event->pod);
	free(event->uid);
	free(event->container);
	free(event->verdict);
	free(event->message);
	free(event->name);
	*event = (struct pod_event){0};
}

int pod_event_begin(struct pod_event *event, const json_t *denial, uint64_t wall)
{
	*event = (struct pod_event){
		.name_space = strdup(text_of(denial, "pod", "namespace")),
		.pod = strdup(text_of(denial, "pod", "name")),
		.uid = strdup(text_of(denial, "pod", "uid")),
		.container = strdup(text_of(denial, "container", "name")),
		.verdict = strdup(text_of(denial, NULL, "verdict")),
		.key = pod_event_key(denial),
		.first = wall,
	};
	if (event->name_space && event->pod && event->uid && event->container &&
	    event->verdict)
		return 0;
	pod_event_clear(event);
	return -ENOMEM;
}

void pod_event_count(struct pod_event *event, const json_t *denial, uint64_t wall)
{
	if (!event->gained++) {
		free(event->message);
		event->message = message_of(denial);
		if (event->message)
			cut(event->message);
	}
	event->last = wall;
}

/* --- the object ------------------------------------------------------------------------
 */

static json_t *involved_json(const struct pod_event *event)
{
	json_t *json = json_pack("{ss ss ss ss ss}", "apiVersion", "v1", "kind", "Pod",
				 "namespace", event->name_space, "name", event->pod,
				 "uid", event->uid);

	if (json && *event->container)
		json_object_set_new(
			json, "fieldPath",
			json_sprintf("spec.containers{%s}", event->container));
	return json;
}

json_t *pod_event_json(struct pod_event *event, const char *node)
{
	size_t verdict = verdict_of(event->verdict);
	char first[KUBE_TIME_TEXT], last[KUBE_TIME_TEXT];

	if (asprintf(&event->name, "%.*s.%" PRIx64, POD_IN_NAME, event->pod,
		     event->key ^ event->first) < 0)
		event->name = NULL;
	kube_time(event->first, first);
	kube_time(event->last, last);
	return json_pack("{ss ss s{ss ss} so ss ss ss* s{ss ss} ss ss ss ss sI}",
			 "apiVersion", "v1", "kind", "Event", "metadata", "namespace",
			 event->name_space, "name", event->name ? event->name : "",
			 "involvedObject", involved_json(event), "type",
			 verdicts[verdict].type, "reason", verdicts[verdict].reason,
			 "message", event->message, "source", "component", "lsmd", "host",
			 node, "reportingComponent", "lsmd.io/lsmd", "reportingInstance",
			 node, "firstTimestamp", first, "lastTimestamp", last, "count",
			 (json_int_t)event->gained);
}

json_t *pod_event_patch(const struct pod_event *event)
{
	char last[KUBE_TIME_TEXT];

	kube_time(event->last, last);
	return json_pack("{sI ss ss*}", "count",
			 (json_int_t)(event->written + event->gained), "lastTimestamp",
			 last, "message", event->message);
}

char *pod_event_path(const struct pod_event *event)
{
	char *path = NULL;

	explain(&path, "/api/v1/namespaces/%s/events%s%s", event->name_space,
		event->name ? "/" : "", event->name ? event->name : "");
	return path;
}
