/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_VM_PROBE_H
#define LSMD_TESTS_VM_PROBE_H

/* What the probe's files share, and what it does with an attempt. */

#include <stdio.h>

/* An exit status that no errno is. */
#define USAGE 99

/** die() - What the probe itself needs did not work; errno says why. */
void die(const char *what) __attribute__((noreturn));

/** write_file() - To one that is there. Return: 0, negative errno. */
int write_file(const char *path, const char *text);

/** print_result() - "allowed" for 0, else "denied ERRNO". */
void print_result(FILE *file, int r);

/** try_and_tell() - Make the attempt that @words are, and print how it ended.
 * Return: the exit status; USAGE: they are none. */
int try_and_tell(int n, char **words);

/*
 * The rest of the command line is @words, as many as the table in probe.c asks for at the
 * least. Each returns the exit status.
 */
int run_container(int n, char **words);
int run_nested(int n, char **words);
int run_via(int n, char **words);
int run_flood(int n, char **words);

#endif
