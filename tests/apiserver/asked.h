/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_APISERVER_ASKED_H
#define LSMD_TESTS_APISERVER_ASKED_H

/* A program of a test's that is asked line by line what it knows: a line of JSON each. */

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

/* Return: a new reference. */
static json_t *(*asked_for)(const char *line);

/* The end of the questions is the loop's. */
static inline void asked_on_input(uv_poll_t *poll, int status, int events)
{
	static char line[1 << 20];
	json_t *said;

	(void)events;
	if (status < 0 || !fgets(line, sizeof(line), stdin)) {
		uv_poll_stop(poll);
		uv_stop(poll->loop);
		return;
	}
	said = asked_for(line);
	json_dumpf(said, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(said);
}

static inline void asked_begin(uv_loop_t *loop, uv_poll_t *input,
			       json_t *(*answer)(const char *line))
{
	asked_for = answer;
	uv_poll_init(loop, input, STDIN_FILENO);
	uv_poll_start(input, UV_READABLE, asked_on_input);
}

#endif
