// SPDX-License-Identifier: Apache-2.0
#include "hook/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define CHUNK 65536

void container_state_clear(struct container_state *state)
{
	free(state->id);
	bundle_free(state->bundle);
	*state = (struct container_state){0};
}

int container_state_parse(const char *text, size_t length,
			  struct container_state *ret_state)
{
	_cleanup_(json_decrefp) json_t *json = json_loadb(text, length, 0, NULL);
	const char *id = json_string_value(json_object_get(json, "id"));
	_cleanup_(container_state_clear) struct container_state state = {0};
	int r;

	if (!id || !*id)
		return -EBADMSG;
	state.id = strdup(id);
	if (!state.id)
		return -ENOMEM;
	r = bundle_of_annotations(json_object_get(json, "annotations"), id,
				  &state.bundle);
	if (r < 0)
		return r;
	*ret_state = state;
	state = (struct container_state){0};
	return 0;
}

static int read_all(int fd, char **ret_text, size_t *ret_length)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	ssize_t n;

	do {
		char *grown = realloc(text, length + CHUNK);

		if (!grown)
			return -ENOMEM;
		text = grown;
		n = read(fd, text + length, CHUNK);
		if (n > 0)
			length += (size_t)n;
		if (length > BUNDLE_BYTES_MAX)
			return -EFBIG;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

int container_state_read(int fd, struct container_state *ret_state)
{
	_cleanup_(freep) char *text = NULL;
	size_t length = 0;
	int r = read_all(fd, &text, &length);

	return r < 0 ? r : container_state_parse(text, length, ret_state);
}
