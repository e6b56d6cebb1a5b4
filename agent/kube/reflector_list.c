// SPDX-License-Identifier: Apache-2.0
/* Listing: page after page, from the server's cache at first. */
#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "kube/exchange.h"
#include "kube/reflector_private.h"
#include "util/cleanup.h"
#include "util/explain.h"

/* Objects of a page. Servers of 1.x up to some version ignore it where the version is 0.
 */
#define PAGE "100"

/* A page, however large its objects. */
#define PAGE_MAX_BYTES (64U << 20)

static int on_bytes(void *data, unsigned status, const char *bytes, size_t length)
{
	struct reflector *reflector = data;

	(void)status;
	return lines_put(&reflector->body, bytes, length, PAGE_MAX_BYTES);
}

static int give_items(struct reflector *reflector, const json_t *items)
{
	const json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		int r = reflector->handler.object(reflector->handler.data, item);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Return: 0; -EPROTO when it is no list; what the handler said. */
static int take_page(struct reflector *reflector)
{
	_cleanup_(json_decrefp) json_t *list =
		json_loadb(reflector->body.bytes ? reflector->body.bytes : "",
			   reflector->body.n, 0, NULL);
	const json_t *items = json_object_get(list, "items");
	const char *version = metadata_text(list, "resourceVersion");
	const char *next = metadata_text(list, "continue");
	int r;

	lines_clear(&reflector->body);
	/* An empty list of Go may be null. */
	if (!version || (items && !json_is_array(items) && !json_is_null(items)))
		return -EPROTO;
	if (!reflector->next)
		reflector->handler.begin(reflector->handler.data);
	r = give_items(reflector, items);
	if (r == 0)
		r = reflector_set_text(&reflector->next, next && *next ? next : NULL);
	if (r == 0 && !reflector->next)
		r = reflector_set_text(&reflector->version, version);
	return r;
}

static void on_end(void *data, const struct kube_result *result)
{
	struct reflector *reflector = data;
	char *problem = NULL;
	int r;

	reflector->call = NULL;
	if (result->error || result->status != 200) {
		if (!result->error)
			reflector_take_refusal(reflector);
		if (reflector->expired)
			reflector_expire(reflector);
		reflector_set_text(&reflector->next, NULL);
		reflector_go_wrong_by(reflector, result);
		return;
	}
	r = take_page(reflector);
	if (r < 0) {
		reflector_set_text(&reflector->next, NULL);
		explain(&problem, "%s%s: %s", kube_api_server(reflector->api),
			reflector->path,
			r == -EPROTO ? "the answer is not a list" : strerrordesc_np(-r));
		reflector_go_wrong(reflector, problem, 0);
		return;
	}
	reflector->absent = false;
	if (reflector->version) {
		reflector->synced = true;
		reflector->handler.synced(reflector->handler.data);
	}
	reflector_go_well(reflector);
	reflector_ask(reflector);
}

static char *path_of(struct reflector *reflector)
{
	char separator = strchr(reflector->path, '?') ? '&' : '?';
	char *path = NULL, *token;

	if (!reflector->next) {
		reflector->counts.lists++;
		explain(&path, "%s%climit=" PAGE "%s%s", reflector->path, separator,
			reflector->fallback ? "&resourceVersion=" : "",
			reflector->fallback ? reflector->fallback : "");
		return path;
	}
	token = curl_easy_escape(NULL, reflector->next, 0);
	if (token)
		explain(&path, "%s%climit=" PAGE "&continue=%s", reflector->path,
			separator, token);
	curl_free(token);
	return path;
}

const struct reflector_state reflector_listing = {
	.path = path_of,
	.on_body = on_bytes,
	.on_end = on_end,
};
