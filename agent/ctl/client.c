// SPDX-License-Identifier: Apache-2.0
#include "ctl/client.h"

#include <string.h>

#include "ctl/complain.h"
#include "ctl/transfer.h"
#include "util/cleanup.h"

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	return buffer_add(data, bytes, size * n) < 0 ? 0 : size * n;
}

static void free_headers(struct curl_slist **headers)
{
	curl_slist_free_all(*headers);
}

int client_request(const struct options *options, const char *method, const char *path,
		   const json_t *body, json_t **ret_reply)
{
	_cleanup_(transfer_freep) CURL *curl = transfer_new(options, path);
	_cleanup_(free_headers) struct curl_slist *headers =
		curl_slist_append(NULL, "Content-Type: application/json");
	_cleanup_(freep) char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	_cleanup_(buffer_clear) struct buffer buffer = {0};
	CURLcode code;
	int r;

	*ret_reply = NULL;
	if (!curl)
		return EXIT_FAILED;
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, REPLY_TIMEOUT);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &buffer);
	if (text) {
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
	}
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		return transfer_explain(options, curl, code);
	*ret_reply =
		buffer.bytes ? json_loadb(buffer.bytes, buffer.length, 0, NULL) : NULL;
	r = reply_explain(curl, *ret_reply);
	if (r == EXIT_DONE && !*ret_reply) {
		complain("the answer is no JSON; is %s lsmd's socket?", options->socket);
		return EXIT_FAILED;
	}
	return r;
}

int client_get(const struct options *options, const char *path, json_t **ret_reply)
{
	return client_request(options, "GET", path, NULL, ret_reply);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("-._~", c);
}

static void write_escaped(const char *text, FILE *file)
{
	for (; *text; text++) {
		if (is_plain(*text))
			fputc(*text, file);
		else
			fprintf(file, "%%%02X", (unsigned char)*text);
	}
}

static void write_path(const char *base, const char *name,
		       const struct parameter *parameters, size_t n, FILE *file)
{
	char separator = '?';

	fputs(base, file);
	if (name) {
		fputc('/', file);
		write_escaped(name, file);
	}
	for (size_t i = 0; i < n; i++) {
		if (!parameters[i].value)
			continue;
		fprintf(file, "%c%s=", separator, parameters[i].key);
		write_escaped(parameters[i].value, file);
		separator = '&';
	}
}

char *client_path(const char *base, const char *name, const struct parameter *parameters,
		  size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (file) {
		write_path(base, name, parameters, n, file);
		if (fclose(file) == 0)
			return text;
	}
	complain("out of memory");
	free(text);
	return NULL;
}
