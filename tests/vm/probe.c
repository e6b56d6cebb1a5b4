// SPDX-License-Identifier: Apache-2.0
/*
 * The victim of the VM ring, and as much of a container runtime as its cases need. One
 * static program, so that it runs in any root file system.
 *
 *   probe run CGROUP ROOT COMMAND...
 *       as a runtime: the parent, outside, moves the child into the cgroup; the
 *       child makes a mount namespace, pivots, executes. ROOT "-": no mount
 *       namespace, the host's root
 *
 *   probe nest CGROUP ATTEMPT
 *       makes the cgroup, moves itself there, then tries
 *
 *   probe via WAY VALUE ATTEMPT
 *       does something first that hides names or identity, then tries; of
 *       several, each has its own "via"
 *
 *   probe ATTEMPT
 *       prints "allowed" or "denied ERRNO"; exits with 0 or the errno
 *
 *   probe flood THREADS SECONDS ATTEMPT
 *       prints "allowed=N denied=N other=N"
 *
 *   probe listen FIFO FIFO
 *       takes attempts line by line from one, answers on the other
 *
 *   ATTEMPT
 *       open PATH r|w|rw | exec PATH | socket FAMILY TYPE PROTOCOL, numbers as
 *       the kernel has them | connect ADDRESS PORT [udp]; by other calls:
 *       descriptor-exec PATH | thread-exec PATH | memory-exec PATH (its bytes,
 *       from a memfd) | ring-open PATH | ring-connect ADDRESS PORT |
 *       mixed-connect ADDRESS PORT | short-connect ADDRESS PORT |
 *       unix-connect PATH|@NAME; those of probe_send.h:
 *       send HOW ADDRESS PORT | unix-send HOW PATH|@NAME
 *
 *   WAY
 *       chroot DIRECTORY | in DIRECTORY | userns - | mountns - | bind FROM:TO |
 *       o_path - | deep DIRECTORY:NAMES:LENGTH | clone-into CGROUP |
 *       stdio-socket -
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe_attempt.h"

#define MAX_WORDS 8

void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(USAGE);
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -errno : 0;
}

void print_result(FILE *file, int r)
{
	if (r == 0)
		fprintf(file, "allowed\n");
	else
		fprintf(file, "denied %s\n", strerrorname_np(r));
	fflush(file);
}

int try_and_tell(int n, char **words)
{
	const struct attempt *attempt = find_attempt(n, words);
	int r;

	if (!attempt)
		return USAGE;
	r = attempt->run(words + 1);
	print_result(stdout, r);
	return r;
}

/* A process that lives while the world around it changes. */
static int listen_loop(int n_words, char **fifos)
{
	char line[4096];

	(void)n_words;
	for (;;) {
		FILE *input = fopen(fifos[0], "re");
		FILE *output = fopen(fifos[1], "we");

		if (!input || !output)
			return errno;
		while (fgets(line, sizeof(line), input)) {
			char *words[MAX_WORDS] = {NULL}, *save = NULL;
			const struct attempt *attempt;
			int n = 0;

			for (char *word = strtok_r(line, " \n", &save);
			     word && n < MAX_WORDS - 1;
			     word = strtok_r(NULL, " \n", &save))
				words[n++] = word;
			attempt = n > 0 ? find_attempt(n, words) : NULL;
			print_result(output, attempt ? attempt->run(words + 1) : ENOSYS);
		}
		fclose(input);
		fclose(output);
	}
}

/* What another probe's "exec" attempt runs when it is let through. */
static int end(int n, char **words)
{
	(void)n;
	(void)words;
	return 0;
}

static const struct mode {
	const char *name;
	int words; /* at the least */
	int (*run)(int n, char **words);
} modes[] = {
	{"exit", 0, end},    {"run", 3, run_container}, {"nest", 2, run_nested},
	{"via", 3, run_via}, {"flood", 3, run_flood},	{"listen", 2, listen_loop},
};

int main(int argc, char **argv)
{
	if (argc > 1 && find_attempt(argc - 1, argv + 1))
		return try_and_tell(argc - 1, argv + 1);
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].name, argv[1]) && argc - 2 >= modes[i].words)
			return modes[i].run(argc - 2, argv + 2);
	fprintf(stderr, "usage: see the head of tests/vm/probe.c\n");
	return USAGE;
}
