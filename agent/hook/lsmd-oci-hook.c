// SPDX-License-Identifier: Apache-2.0
/* lsmd-oci-hook: keeps a container from starting until its policies are in force. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook/barrier.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define EXIT_USAGE  2
#define EXEMPT_MAX  16
#define TIMEOUT_MAX 3600

struct command {
	struct barrier barrier;
	const char *exempt[EXEMPT_MAX];
	bool closed;
};

static const struct argp_option options[] = {
	{"socket", 's', "PATH", 0, "lsmd's unix socket (/run/lsmd/lsmd.sock)", 0},
	{"timeout", 't', "SECONDS", 0, "How long to wait (10)", 0},
	{"on-failure", 'f', "open|closed", 0,
	 "What becomes of the container when lsmd has not confirmed by then: it starts, "
	 "or "
	 "it does not, and kubelet tries again (open)",
	 0},
	{"exempt", 'e', "NAMESPACE", 0,
	 "Don't wait for pods of this namespace, nor of kube-system and lsmd", 0},
	{0},
};

static void parse_timeout(struct argp_state *state, const char *text,
			  struct barrier *barrier)
{
	char *end;
	unsigned long seconds;

	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || !seconds ||
	    seconds > TIMEOUT_MAX)
		argp_error(state, "--timeout: \"%s\" is not a number from 1 to %d", text,
			   TIMEOUT_MAX);
	barrier->timeout = seconds * NS_PER_SECOND;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case 's':
		command->barrier.socket_path = text;
		return 0;
	case 't':
		parse_timeout(state, text, &command->barrier);
		return 0;
	case 'f':
		command->closed = !strcmp(text, "closed");
		if (!command->closed && strcmp(text, "open") != 0)
			argp_error(state,
				   "--on-failure: \"%s\" is neither open nor closed",
				   text);
		return 0;
	case 'e':
		if (command->barrier.n_exempt == EXEMPT_MAX)
			argp_error(state, "--exempt: more than %d namespaces",
				   EXEMPT_MAX - 2);
		command->exempt[command->barrier.n_exempt++] = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%s\"", text);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Of what is on stdin. */
static const char *say_state(int r)
{
	return r == -EBADMSG
		       ? "it is not what a runtime gives to a hook, JSON with an id; "
			 "see the OCI runtime specification, State"
		       : strerror(-r);
}

static const char *say(int r)
{
	return r == -ETIMEDOUT ? "lsmd has not confirmed its policies" : strerror(-r);
}

static int hook(const struct command *command)
{
	_cleanup_(container_state_clear) struct container_state state = {0};
	int r = container_state_read(STDIN_FILENO, &state);

	if (r < 0) {
		fprintf(stderr, "lsmd-oci-hook: the container's state on stdin: %s\n",
			say_state(r));
	} else if (barrier_concerns(&command->barrier, &state)) {
		r = barrier_wait(&command->barrier, state.id);
		if (r < 0)
			fprintf(stderr,
				"lsmd-oci-hook: container %s of pod %s/%s: %s; it %s\n",
				state.id, state.bundle->name_space, state.bundle->pod,
				say(r), command->closed ? "does not start" : "starts");
	}
	return r < 0 && command->closed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Waits until lsmd has put in force what holds for a container: a "
		       "hook "
		       "of stage createRuntime, which reads the container's state on "
		       "stdin.\v"
		       "A container that is no pod's, or of an exempt namespace, is not "
		       "waited for.\n\n"
		       "Exit status: 0 the container may start, 1 it may not, 2 the "
		       "command "
		       "line is wrong.",
	};
	struct command command = {
		.barrier = {.socket_path = "/run/lsmd/lsmd.sock",
			    .timeout = 10 * NS_PER_SECOND,
			    .n_exempt = 2},
		.exempt = {"kube-system", "lsmd"},
	};

	argp_program_version = "lsmd-oci-hook " LSMD_VERSION;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	command.barrier.exempt = command.exempt;
	return hook(&command);
}
