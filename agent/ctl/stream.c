// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "ctl/client.h"
#include "ctl/complain.h"
#include "ctl/transfer.h"
#include "util/cleanup.h"

/* A line of NDJSON may come in pieces, or several at once. */
struct stream {
	void (*on_line)(const json_t *line, void *data);
	void *data;
	CURL *curl;
	CURLM *multi;
	int signals;
	struct buffer
		rest; /* what has no end of line yet; of a refusal, the whole body */
};

static size_t take_lines(struct stream *stream)
{
	size_t used = 0;
	char *end;

	while ((end = memchr(stream->rest.bytes + used, '\n',
			     stream->rest.length - used))) {
		size_t length = (size_t)(end - stream->rest.bytes) - used;
		json_t *line = json_loadb(stream->rest.bytes + used, length, 0, NULL);

		if (line)
			stream->on_line(line, stream->data);
		json_decref(line);
		used += length + 1;
	}
	return used;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct stream *stream = data;
	long status = 0;
	size_t used;

	if (buffer_add(&stream->rest, bytes, size * n) < 0)
		return 0;
	curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return size * n;
	used = take_lines(stream);
	stream->rest.length -= used;
	memmove(stream->rest.bytes, stream->rest.bytes + used, stream->rest.length);
	return ferror(stdout) ? 0 : size * n;
}

/* Ctrl-C is how a stream ends: it is waited for like the socket, not a sudden death. */
static int block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return -errno;
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Return: an exit code, or -1 to go on. */
static int finish(struct stream *stream, const struct options *options)
{
	_cleanup_(json_decrefp) json_t *reply = NULL;
	int left, r;
	CURLMsg *message = curl_multi_info_read(stream->multi, &left);

	if (!message || message->msg != CURLMSG_DONE)
		return -1;
	if (ferror(stdout))
		return EXIT_DONE; /* nobody reads any more; main() says why, if there is a
				     why */
	if (message->data.result == CURLE_COULDNT_CONNECT)
		return transfer_explain(options, stream->curl, message->data.result);
	if (stream->rest.bytes)
		reply = json_loadb(stream->rest.bytes, stream->rest.length, 0, NULL);
	r = message->data.result == CURLE_OK ? reply_explain(stream->curl, reply)
					     : EXIT_DONE;
	if (r != EXIT_DONE)
		return r;
	complain("lsmd ended the stream; it may have been stopped, see its log");
	return EXIT_UNREACHABLE;
}

static int run(struct stream *stream, const struct options *options)
{
	struct curl_waitfd signals = {.fd = stream->signals, .events = CURL_WAIT_POLLIN};
	int running, r;

	for (;;) {
		if (curl_multi_perform(stream->multi, &running) != CURLM_OK)
			return EXIT_FAILED;
		r = running ? -1 : finish(stream, options);
		if (r >= 0)
			return r;
		signals.revents = 0;
		if (curl_multi_poll(stream->multi, &signals, 1, 60000, NULL) != CURLM_OK)
			return EXIT_FAILED;
		if (signals.revents)
			return EXIT_DONE;
	}
}

static int run_multi(struct stream *stream, const struct options *options)
{
	int r = EXIT_FAILED;

	curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
	stream->multi = curl_multi_init();
	if (!stream->multi) {
		complain("out of memory");
		return r;
	}
	if (curl_multi_add_handle(stream->multi, stream->curl) == CURLM_OK) {
		r = run(stream, options);
		curl_multi_remove_handle(stream->multi, stream->curl);
	}
	curl_multi_cleanup(stream->multi);
	return r;
}

int client_stream(const struct options *options, const char *path,
		  void (*on_line)(const json_t *line, void *data), void *data)
{
	_cleanup_(transfer_freep) CURL *curl = transfer_new(options, path);
	_cleanup_(closep) int signals = block_signals();
	struct stream stream = {
		.on_line = on_line,
		.data = data,
		.curl = curl,
		.signals = signals,
	};
	int r;

	if (!curl)
		return EXIT_FAILED;
	if (signals < 0) {
		complain("cannot wait for signals (%s)", strerrordesc_np(-signals));
		return EXIT_FAILED;
	}
	r = run_multi(&stream, options);
	buffer_clear(&stream.rest);
	return r;
}
