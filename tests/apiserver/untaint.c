// SPDX-License-Identifier: Apache-2.0
/*
 * untaint KUBECONFIG NODE: follows the Node object and takes its start-up taint away, for
 * taint_test.py. The line "ready" on stdin says that all is in force; each line is
 * answered with what is the problem, or "-".
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "kube/reflector.h"
#include "kube/taint.h"
#include "util/cleanup.h"

static struct kube_api *api;
static struct taint *taint;
static bool ready;

static int on_object(void *data, const json_t *object)
{
	(void)data;
	taint_tell(taint, object);
	return 0;
}

static int on_deleted(void *data, const json_t *object)
{
	(void)data;
	(void)object;
	return 0;
}

static void on_nothing(void *data)
{
	(void)data;
}

static void on_problem(void *data, const char *problem)
{
	(void)data;
	(void)problem;
}

static bool is_ready(void *data)
{
	(void)data;
	return ready;
}

static struct kube_api *get_api(void *data)
{
	(void)data;
	return api;
}

static void on_input(uv_poll_t *poll, int status, int events)
{
	const char *problem = taint_problem(taint);
	char line[64];

	(void)events;
	if (status < 0 || !fgets(line, sizeof(line), stdin)) {
		uv_poll_stop(poll);
		uv_stop(poll->loop);
		return;
	}
	ready |= !strcmp(line, "ready\n");
	puts(problem ? problem : "-");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct reflector_handler handler = {.begin = on_nothing,
							 .object = on_object,
							 .deleted = on_deleted,
							 .synced = on_nothing,
							 .problem = on_problem};
	_cleanup_(freep) char *message = NULL;
	struct taint_options options = {.is_ready = is_ready, .api = get_api};
	struct reflector *reflector;
	struct kube_access access = {0};
	char path[256];
	uv_loop_t loop;
	uv_poll_t input;

	if (argc != 3 || kube_access_kubeconfig(argv[1], NULL, &access, &message) < 0) {
		fprintf(stderr, "untaint: %s\n", message ? message : "KUBECONFIG NODE");
		return 2;
	}
	snprintf(path, sizeof(path), "/api/v1/nodes?fieldSelector=metadata.name%%3D%s",
		 argv[2]);
	options.node = argv[2];
	curl_global_init(CURL_GLOBAL_DEFAULT);
	uv_loop_init(&loop);
	if (kube_api_new(&loop, &access, &api) < 0 ||
	    taint_new(&loop, &options, &taint) < 0 ||
	    reflector_new(&loop, api, path, 0, &handler, &reflector) < 0)
		return 1;
	uv_poll_init(&loop, &input, STDIN_FILENO);
	uv_poll_start(&input, UV_READABLE, on_input);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&input, NULL);
	reflector_free(reflector);
	taint_free(taint);
	kube_api_free(api);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	curl_global_cleanup();
	return 0;
}
