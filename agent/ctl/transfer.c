// SPDX-License-Identifier: Apache-2.0
#include "ctl/transfer.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "util/cleanup.h"

int buffer_add(struct buffer *buffer, const char *bytes, size_t length)
{
	char *grown;

	if (length > REPLY_MAX - buffer->length)
		return -EMSGSIZE;
	grown = realloc(buffer->bytes, buffer->length + length + 1);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + buffer->length, bytes, length);
	buffer->bytes = grown;
	buffer->length += length;
	grown[buffer->length] = '\0';
	return 0;
}

void buffer_clear(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){0};
}

void transfer_freep(CURL **transfer)
{
	curl_easy_cleanup(*transfer);
}

CURL *transfer_new(const struct options *options, const char *path)
{
	_cleanup_(freep) char *url = NULL;
	CURL *curl = curl_easy_init();

	if (asprintf(&url, "http://lsmd%s", path) < 0)
		url = NULL;
	if (!curl || !url) {
		complain("out of memory");
		curl_easy_cleanup(curl);
		return NULL;
	}
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, options->socket);
	/* A proxy of the environment is meant for the network. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	/* SIGPIPE is left as it is: it ends `lsmctl denials | head` as it should. */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	return curl;
}

static int explain_connect(const char *path, int error)
{
	static const struct {
		int error;
		const char *what;
	} table[] = {
		{ENOENT, "does not exist; start lsmd, or give its --socket"},
		{ECONNREFUSED, "is left over, nobody answers on it; start lsmd"},
		{EACCES, "is for root alone; run lsmctl as root"},
		{EAGAIN, "does not take more connections now; try again"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].error == error) {
			complain("cannot reach lsmd: %s %s", path, table[i].what);
			return EXIT_UNREACHABLE;
		}
	}
	complain("cannot reach lsmd on %s (%s); is lsmd running?", path,
		 error ? strerrordesc_np(error) : "no connection");
	return EXIT_UNREACHABLE;
}

int transfer_explain(const struct options *options, CURL *transfer, CURLcode code)
{
	long error = 0;

	if (strlen(options->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		complain("the path of lsmd's socket is too long; give another --socket");
		return EXIT_USAGE;
	}
	curl_easy_getinfo(transfer, CURLINFO_OS_ERRNO, &error);
	if (code == CURLE_COULDNT_CONNECT)
		return explain_connect(options->socket, (int)error);
	if (code == CURLE_OPERATION_TIMEDOUT)
		complain("lsmd does not answer on %s within %ld s; look at its log",
			 options->socket, REPLY_TIMEOUT);
	else
		complain("lsmd's answer on %s broke off (%s); look at its log",
			 options->socket, curl_easy_strerror(code));
	return EXIT_UNREACHABLE;
}

int reply_explain(CURL *transfer, const json_t *reply)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	long status = 0;

	curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return EXIT_DONE;
	if (error)
		complain("%s", error);
	else
		complain("the answer was HTTP status %ld; is this lsmd's socket?",
			 status);
	return status == 400 || status == 413 || status == 422 ? EXIT_USAGE : EXIT_FAILED;
}
