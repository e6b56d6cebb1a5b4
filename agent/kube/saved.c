// SPDX-License-Identifier: Apache-2.0
#include "kube/saved.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/explain.h"
#include "util/file.h"

#define VERSION	      1
#define MAX_BYTES     (64U << 20)
#define CHECKSUM_SIZE 17

/* FNV-1a: against a torn or rotten file, not against whoever may write here, who may do
 * anything. */
static void checksum(const char *bytes, size_t length, char ret_text[CHECKSUM_SIZE])
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001b3;
	snprintf(ret_text, CHECKSUM_SIZE, "%016" PRIx64, hash);
}

static char *head_of(const char *node, const char *body, size_t length)
{
	_cleanup_(json_decrefp) json_t *head = NULL;
	char sum[CHECKSUM_SIZE];

	checksum(body, length, sum);
	head = json_pack("{s:i, s:s, s:s}", "version", VERSION, "node", node, "checksum",
			 sum);
	return head ? json_dumps(head, JSON_COMPACT) : NULL;
}

static int body_of(const struct objects *objects, char **ret_text, size_t *ret_length)
{
	FILE *file = open_memstream(ret_text, ret_length);

	if (!file)
		return -ENOMEM;
	for (size_t i = 0; i < objects->n; i++)
		if (objects->items[i].text)
			fprintf(file, "%s\n", objects->items[i].text);
	return fclose(file) == 0 ? 0 : -ENOMEM;
}

int saved_text(const struct objects *objects, const char *node, char **ret_text,
	       size_t *ret_length)
{
	_cleanup_(freep) char *body = NULL, *head = NULL;
	size_t length = 0;
	int n, r = body_of(objects, &body, &length);

	if (r == 0)
		head = head_of(node, body, length);
	if (!head)
		return -ENOMEM;
	n = asprintf(ret_text, "%s\n%s", head, body);
	if (n < 0)
		return -ENOMEM;
	*ret_length = (size_t)n;
	return 0;
}

/* Return: 0; -EBADMSG with why. */
static int check_head(const char *line, const char *body, size_t length, const char *node,
		      char **reterr_why)
{
	_cleanup_(json_decrefp) json_t *head = json_loads(line, 0, NULL);
	const char *sum = json_string_value(json_object_get(head, "checksum"));
	const char *whose = json_string_value(json_object_get(head, "node"));
	json_int_t version = json_integer_value(json_object_get(head, "version"));
	char own[CHECKSUM_SIZE];

	checksum(body, length, own);
	if (!sum || !whose || !version)
		explain(reterr_why, "it is damaged: its first line tells nothing");
	else if (version != VERSION)
		explain(reterr_why, "it has version %lld, this lsmd reads %d",
			(long long)version, VERSION);
	else if (strcmp(sum, own) != 0)
		explain(reterr_why, "it is damaged: its checksum is wrong");
	else if (node && strcmp(whose, node) != 0)
		explain(reterr_why, "it is of node \"%s\", and this is \"%s\"", whose,
			node);
	else
		return 0;
	return -EBADMSG;
}

int saved_read(const char *path, const char *node,
	       int (*on_object)(void *data, const char *text), void *data,
	       char **reterr_why)
{
	_cleanup_(freep) char *text = NULL;
	char *rest, *line, *head;
	size_t length = 0;
	int r = file_read(path, MAX_BYTES, &text, &length);

	if (r < 0)
		return r;
	rest = text;
	head = strsep(&rest, "\n");
	if (!rest) {
		explain(reterr_why, "it is damaged: its first line tells nothing");
		return -EBADMSG;
	}
	r = check_head(head, rest, length - (size_t)(rest - text), node, reterr_why);
	while (r == 0 && (line = strsep(&rest, "\n")))
		if (*line)
			r = on_object(data, line);
	return r;
}
