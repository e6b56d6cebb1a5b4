// SPDX-License-Identifier: Apache-2.0
/*
 * follow KUBECONFIG PATH [SILENCE_MS]: what the reflector knows, for fault_test.py. For
 * each line on stdin it prints one line: {"objects": {"ns/name": resourceVersion},
 * "counts": {...}, "problem": ...}.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "kube/reflector.h"
#include "util/cleanup.h"

static struct {
	json_t *objects, *listed;
	char *problem;
	struct reflector *reflector;
	struct kube_api *api;
} follow;

static char *key_of(const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name_space =
		json_string_value(json_object_get(metadata, "namespace"));
	char *key;

	if (asprintf(&key, "%s/%s", name_space ? name_space : "",
		     json_string_value(json_object_get(metadata, "name"))) < 0)
		return NULL;
	return key;
}

static void on_begin(void *data)
{
	(void)data;
	json_decref(follow.listed);
	follow.listed = json_object();
}

static int on_object(void *data, const json_t *object)
{
	_cleanup_(freep) char *key = key_of(object);
	json_t *version =
		json_object_get(json_object_get(object, "metadata"), "resourceVersion");

	(void)data;
	return json_object_set(follow.listed ? follow.listed : follow.objects, key,
			       version);
}

static int on_deleted(void *data, const json_t *object)
{
	_cleanup_(freep) char *key = key_of(object);

	(void)data;
	json_object_del(follow.objects, key);
	return 0;
}

static void on_synced(void *data)
{
	(void)data;
	json_decref(follow.objects);
	follow.objects = TAKE_PTR(follow.listed);
}

static void on_problem(void *data, const char *problem)
{
	(void)data;
	free(follow.problem);
	follow.problem = problem ? strdup(problem) : NULL;
}

static json_t *tell(const char *line)
{
	const struct reflector_counts *counts = reflector_counts(follow.reflector);
	const struct kube_traffic *traffic = kube_api_traffic(follow.api);

	(void)line;
	return json_pack("{sO s{sI sI sI sI sI sI} ss? sb}", "objects", follow.objects,
			 "counts", "lists", (json_int_t)counts->lists, "watches",
			 (json_int_t)counts->watches, "events",
			 (json_int_t)counts->events, "expired",
			 (json_int_t)counts->expired, "failures",
			 (json_int_t)counts->failures, "requests",
			 (json_int_t)traffic->requests, "problem", follow.problem,
			 "synced", reflector_is_synced(follow.reflector));
}

int main(int argc, char **argv)
{
	static const struct reflector_handler handler = {.begin = on_begin,
							 .object = on_object,
							 .deleted = on_deleted,
							 .synced = on_synced,
							 .problem = on_problem};
	_cleanup_(freep) char *message = NULL;
	struct kube_access access = {0};
	uv_loop_t loop;
	uv_poll_t input;

	unsigned silence = argc == 4 ? (unsigned)atoi(argv[3]) : 0;

	if (argc < 3 || argc > 4 ||
	    kube_access_kubeconfig(argv[1], NULL, &access, &message) < 0) {
		fprintf(stderr, "follow: %s\n",
			message ? message : "KUBECONFIG PATH [SILENCE_MS]");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	uv_loop_init(&loop);
	follow.objects = json_object();
	if (kube_api_new(&loop, &access, &follow.api) < 0 ||
	    reflector_new(&loop, follow.api, argv[2], silence, &handler,
			  &follow.reflector) < 0)
		return 1;
	asked_begin(&loop, &input, tell);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&input, NULL);
	reflector_free(follow.reflector);
	kube_api_free(follow.api);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	json_decref(follow.objects);
	json_decref(follow.listed);
	free(follow.problem);
	curl_global_cleanup();
	return 0;
}
