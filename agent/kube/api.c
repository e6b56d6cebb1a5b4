// SPDX-License-Identifier: Apache-2.0
/* libcurl's multi interface on the event loop: it says which sockets and what time it
 * waits for. */
#include "kube/api.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/api_private.h"
#include "util/clock.h"

/* A socket that libcurl has; freed when its handle is closed. */
struct watched {
	uv_poll_t poll;
	struct kube_api *api;
	curl_socket_t socket;
};

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void take_messages(struct kube_api *api)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(api->multi, &left))) {
		struct kube_call *call;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		kube_call_end(call, message->data.result);
	}
}

/* --- the loop ----------------------------------------------------------------------- */

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	struct kube_api *api = watched->api;
	int running, mask = 0;

	api->received = clock_boot();
	if (status < 0)
		mask = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		mask |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(api->multi, watched->socket, mask, &running);
	take_messages(api);
}

static void on_alarm(void *data)
{
	struct kube_api *api = data;
	int running;

	curl_multi_socket_action(api->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_messages(api);
}

static int want_timer(CURLM *multi, long milliseconds, void *data)
{
	struct kube_api *api = data;

	(void)multi;
	if (milliseconds < 0)
		alarm_stop(api->alarm);
	else
		alarm_set(api->alarm, (uint64_t)milliseconds);
	return 0;
}

static struct watched *watch_socket(struct kube_api *api, curl_socket_t socket)
{
	struct watched *watched = calloc(1, sizeof(*watched));

	if (!watched)
		return NULL;
	watched->api = api;
	watched->socket = socket;
	watched->poll.data = watched;
	if (uv_poll_init_socket(api->loop, &watched->poll, socket) < 0) {
		free(watched);
		return NULL;
	}
	curl_multi_assign(api->multi, socket, watched);
	return watched;
}

static int want_socket(CURL *curl, curl_socket_t socket, int what, void *data, void *own)
{
	struct watched *watched = own;
	struct kube_api *api = data;
	int events = 0;

	(void)curl;
	if (what == CURL_POLL_REMOVE) {
		if (watched)
			uv_close((uv_handle_t *)&watched->poll, free_handle);
		curl_multi_assign(api->multi, socket, NULL);
		return 0;
	}
	if (!watched)
		watched = watch_socket(api, socket);
	if (!watched)
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&watched->poll, events, on_socket);
}

/* --- the whole ---------------------------------------------------------------------- */

int kube_api_new(uv_loop_t *loop, struct kube_access *access, struct kube_api **ret_api)
{
	struct kube_api *api = calloc(1, sizeof(*api));

	if (!api)
		return -ENOMEM;
	api->access = *access;
	*access = (struct kube_access){0};
	api->loop = loop;
	api->multi = curl_multi_init();
	if (alarm_new(loop, 0, on_alarm, api, &api->alarm) < 0 || !api->multi) {
		kube_api_free(api);
		return -ENOMEM;
	}
	curl_multi_setopt(api->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(api->multi, CURLMOPT_SOCKETDATA, api);
	curl_multi_setopt(api->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(api->multi, CURLMOPT_TIMERDATA, api);
	*ret_api = api;
	return 0;
}

struct kube_api *kube_api_free(struct kube_api *api)
{
	if (!api)
		return NULL;
	while (api->calls)
		kube_call_cancel(api->calls);
	curl_multi_cleanup(api->multi);
	alarm_free(api->alarm);
	kube_access_clear(&api->access);
	free(api);
	return NULL;
}

void kube_api_refused(struct kube_api *api)
{
	api->token_refused = true;
}

uint64_t kube_api_received(const struct kube_api *api)
{
	return api->received;
}

const struct kube_traffic *kube_api_traffic(const struct kube_api *api)
{
	return &api->traffic;
}

const char *kube_api_server(const struct kube_api *api)
{
	return api->access.server;
}
