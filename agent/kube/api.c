// SPDX-License-Identifier: Apache-2.0
/* libcurl's multi interface on the event loop: it says which sockets and what time it
 * waits for. */
#include "kube/api.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"

/* How long a connection may take to be made, TLS included. */
#define CONNECT_TIMEOUT_MS 10000L

/* A peer that is gone without a word is noticed by the kernel after about a minute, also
 * where a server sends nothing for long. */
#define KEEPALIVE_IDLE	   30L
#define KEEPALIVE_INTERVAL 10L

#define USER_AGENT	   "lsmd/" LSMD_VERSION

struct kube_api {
	struct kube_access access;
	bool token_refused;
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t *timer;
	struct kube_call *calls;
	struct kube_traffic traffic;
	uint64_t received; /* the bytes at hand; CLOCK_BOOTTIME, ns */
};

struct kube_call {
	struct kube_api *api;
	struct kube_call *next;
	CURL *curl;
	struct curl_slist *headers;
	uv_timer_t *silence;
	int stopped; /* what on_body returned, or -ETIMEDOUT */
	char error[CURL_ERROR_SIZE];
	struct kube_request request; /* its callbacks and silence alone */
};

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

static uv_timer_t *timer_new(uv_loop_t *loop, void *data)
{
	uv_timer_t *timer = malloc(sizeof(*timer));

	if (!timer)
		return NULL;
	uv_timer_init(loop, timer);
	timer->data = data;
	return timer;
}

static void timer_close(uv_timer_t *timer)
{
	if (timer)
		uv_close((uv_handle_t *)timer, free_handle);
}

static void unlink_call(struct kube_call *call)
{
	struct kube_call **link = &call->api->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
}

static void free_call(struct kube_call *call)
{
	timer_close(call->silence);
	curl_easy_cleanup(call->curl);
	curl_slist_free_all(call->headers);
	free(call);
}

struct kube_call *kube_call_cancel(struct kube_call *call)
{
	if (!call)
		return NULL;
	curl_multi_remove_handle(call->api->multi, call->curl);
	unlink_call(call);
	free_call(call);
	return NULL;
}

/* --- ends --------------------------------------------------------------------------- */

static int error_of(const struct kube_call *call, CURLcode code)
{
	static const struct {
		CURLcode code;
		int error;
	} table[] = {
		{CURLE_OPERATION_TIMEDOUT, -ETIMEDOUT},
		{CURLE_COULDNT_RESOLVE_HOST, -EHOSTUNREACH},
		{CURLE_COULDNT_CONNECT, -EHOSTUNREACH},
		{CURLE_RECV_ERROR, -ECONNRESET},
		{CURLE_SEND_ERROR, -ECONNRESET},
		{CURLE_GOT_NOTHING, -ECONNRESET},
		{CURLE_PARTIAL_FILE, -ECONNRESET},
		{CURLE_OUT_OF_MEMORY, -ENOMEM},
	};

	if (code == CURLE_OK)
		return 0;
	if (call->stopped)
		return call->stopped;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].code == code)
			return table[i].error;
	return -EPROTO;
}

static const char *message_of(const struct kube_call *call, CURLcode code, int error)
{
	if (!error)
		return "";
	if (call->stopped == -ETIMEDOUT)
		return "the server has fallen silent";
	if (call->stopped)
		return strerrordesc_np(-call->stopped);
	return call->error[0] ? call->error : curl_easy_strerror(code);
}

static void end_call(struct kube_call *call, CURLcode code)
{
	struct kube_result result = {.error = error_of(call, code)};
	curl_off_t retry_after = 0;
	long status = 0;

	result.message = message_of(call, code, result.error);
	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->curl, CURLINFO_RETRY_AFTER, &retry_after);
	result.status = (unsigned)status;
	if (retry_after > 0)
		result.retry_after = retry_after < 3600 ? (unsigned)retry_after : 3600;
	curl_multi_remove_handle(call->api->multi, call->curl);
	unlink_call(call);
	call->request.on_end(call->request.data, &result);
	free_call(call);
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
		end_call(call, message->data.result);
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

static void on_timer(uv_timer_t *timer)
{
	struct kube_api *api = timer->data;
	int running;

	curl_multi_socket_action(api->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_messages(api);
}

static int want_timer(CURLM *multi, long milliseconds, void *data)
{
	struct kube_api *api = data;

	(void)multi;
	if (milliseconds < 0)
		uv_timer_stop(api->timer);
	else
		uv_timer_start(api->timer, on_timer, (uint64_t)milliseconds, 0);
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

/* --- a call ------------------------------------------------------------------------- */

static void on_silence(uv_timer_t *timer)
{
	struct kube_call *call = timer->data;

	call->stopped = -ETIMEDOUT;
	end_call(call, CURLE_OPERATION_TIMEDOUT);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *data)
{
	struct kube_call *call = data;
	long status = 0;
	int r;

	call->api->traffic.bytes += size * n;
	uv_timer_again(call->silence);
	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	r = call->request.on_body(call->request.data, (unsigned)status, bytes, size * n);
	if (r == 0)
		return size * n;
	call->stopped = r;
	return 0;
}

static CURLcode set_blob(CURL *curl, CURLoption option, const char *pem)
{
	struct curl_blob blob = {
		.data = (void *)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};

	return curl_easy_setopt(curl, option, &blob);
}

static int set_tls(const struct kube_api *api, CURL *curl)
{
	const struct kube_access *access = &api->access;
	CURLcode code = CURLE_OK;

	if (access->insecure) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (access->ca)
		code = set_blob(curl, CURLOPT_CAINFO_BLOB, access->ca);
	if (code == CURLE_OK && access->certificate)
		code = set_blob(curl, CURLOPT_SSLCERT_BLOB, access->certificate);
	if (code == CURLE_OK && access->key)
		code = set_blob(curl, CURLOPT_SSLKEY_BLOB, access->key);
	return code == CURLE_OK ? 0 : -ENOMEM;
}

static int add_header(struct kube_call *call, const char *name, const char *value)
{
	_cleanup_(freep) char *line = NULL;
	struct curl_slist *grown;

	if (asprintf(&line, "%s: %s", name, value) < 0) {
		line = NULL;
		return -ENOMEM;
	}
	grown = curl_slist_append(call->headers, line);
	if (!grown)
		return -ENOMEM;
	call->headers = grown;
	return 0;
}

static int set_headers(struct kube_call *call, const struct kube_request *request)
{
	const char *token = call->api->access.token;
	_cleanup_(freep) char *bearer = NULL;
	int r = add_header(call, "Accept", "application/json");

	if (r == 0 && token) {
		if (asprintf(&bearer, "Bearer %s", token) < 0) {
			bearer = NULL;
			return -ENOMEM;
		}
		r = add_header(call, "Authorization", bearer);
	}
	if (r == 0 && request->content_type)
		r = add_header(call, "Content-Type", request->content_type);
	curl_easy_setopt(call->curl, CURLOPT_HTTPHEADER, call->headers);
	return r;
}

static int set_request(struct kube_call *call, const struct kube_request *request)
{
	_cleanup_(freep) char *url = NULL;
	CURL *curl = call->curl;

	if (asprintf(&url, "%s%s", call->api->access.server, request->path) < 0) {
		url = NULL;
		return -ENOMEM;
	}
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_length);
		if (curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request->body) !=
		    CURLE_OK)
			return -ENOMEM;
	}
	return 0;
}

static void set_transport(struct kube_call *call)
{
	CURL *curl = call->curl;

	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* A proxy of the environment is meant for what leaves the cluster. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_INTERVAL);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, call);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
}

static int prepare(struct kube_call *call, const struct kube_request *request)
{
	struct kube_api *api = call->api;
	int r;

	call->curl = curl_easy_init();
	call->silence = timer_new(api->loop, call);
	if (!call->curl || !call->silence)
		return -ENOMEM;
	/* A token that cannot be read leaves the last, which the server may still take.
	 */
	if (kube_access_renew(&api->access, api->token_refused) == 0)
		api->token_refused = false;
	set_transport(call);
	r = set_tls(api, call->curl);
	if (r == 0)
		r = set_headers(call, request);
	return r == 0 ? set_request(call, request) : r;
}

int kube_api_start(struct kube_api *api, const struct kube_request *request,
		   struct kube_call **ret_call)
{
	struct kube_call *call = calloc(1, sizeof(*call));
	int r;

	if (!call)
		return -ENOMEM;
	call->api = api;
	call->request = *request;
	r = prepare(call, request);
	if (r == 0 && curl_multi_add_handle(api->multi, call->curl) != CURLM_OK)
		r = -ENOMEM;
	if (r < 0) {
		free_call(call);
		return r;
	}
	call->next = api->calls;
	api->calls = call;
	api->traffic.requests++;
	uv_timer_start(call->silence, on_silence, request->silence_ms,
		       request->silence_ms);
	*ret_call = call;
	return 0;
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
	api->timer = timer_new(loop, api);
	if (!api->multi || !api->timer) {
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
	timer_close(api->timer);
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
