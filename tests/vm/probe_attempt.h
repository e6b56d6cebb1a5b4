/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_VM_PROBE_ATTEMPT_H
#define LSMD_TESTS_VM_PROBE_ATTEMPT_H

/*
 * What the probe tries, each by words of a command line. An attempt returns 0 when the
 * kernel let it through, or the errno.
 */

struct attempt {
	const char *name;
	int words; /* that it takes, at the least */
	int (*run)(char **words);
};

/** find_attempt() - Whose name the first of @n words is, and that has enough. Return: or
 * NULL. */
const struct attempt *find_attempt(int n, char **words);

/* probe_exec.c, each of a PATH */
int attempt_exec(char **words);
int attempt_descriptor_exec(char **words);
int attempt_thread_exec(char **words);
int attempt_memory_exec(char **words);

/* probe_connect.c */
int attempt_socket(char **words);	 /* FAMILY TYPE PROTOCOL, numbers */
int attempt_connect(char **words);	 /* ADDRESS PORT [udp] */
int attempt_mixed_connect(char **words); /* ADDRESS PORT */
int attempt_short_connect(char **words); /* ADDRESS PORT */
int attempt_unix_connect(char **words);	 /* PATH|@NAME */

/* probe_ring.c */
int attempt_ring_open(char **words);	/* PATH */
int attempt_ring_connect(char **words); /* ADDRESS PORT */

#endif
