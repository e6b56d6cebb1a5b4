// SPDX-License-Identifier: Apache-2.0
/* One request to the API server: what is sent, what comes, and how it ended. */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kube/api_private.h"
#include "util/cleanup.h"

/* How long a connection may take to be made, TLS included. */
#define CONNECT_TIMEOUT_MS 10000L

/* A peer that is gone without a word is noticed by the kernel after about a minute, also
 * where a server sends nothing for long. */
#define KEEPALIVE_IDLE	   30L
#define KEEPALIVE_INTERVAL 10L

#define USER_AGENT	   "lsmd/" LSMD_VERSION

static void unlink_call(struct kube_call *call)
{
	struct kube_call **link = &call->api->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
}

static void free_call(struct kube_call *call)
{
	alarm_free(call->silence);
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

/* --- its end ------------------------------------------------------------------------ */

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

void kube_call_end(struct kube_call *call, CURLcode code)
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

/* --- its beginning ------------------------------------------------------------------ */

static void on_silence(void *data)
{
	struct kube_call *call = data;

	call->stopped = -ETIMEDOUT;
	kube_call_end(call, CURLE_OPERATION_TIMEDOUT);
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *data)
{
	struct kube_call *call = data;
	long status = 0;
	int r;

	call->api->traffic.bytes += size * n;
	alarm_set(call->silence, call->request.silence_ms);
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
	int r = alarm_new(api->loop, 0, on_silence, call, &call->silence);

	call->curl = curl_easy_init();
	if (r < 0 || !call->curl)
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
	alarm_set(call->silence, request->silence_ms);
	*ret_call = call;
	return 0;
}
