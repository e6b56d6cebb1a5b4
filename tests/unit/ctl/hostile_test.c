// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>

#include "fixture.h"

/*
 * `lsmctl check` over files that mean harm, or that nobody meant: an error each, told in
 * bounded memory and time, as the program that was built spends them.
 */

TestSuite(ctl_hostile, .init = start_server, .fini = stop_server, .timeout = 110);

#define HEAD                                                                             \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: web}\n"         \
	"spec:\n  podSelector: {}\n"
#define PATHS "  exec:\n    rules:\n    - action: deny\n      paths:\n"

#define MIB   (1UL << 20)

/* A file of @n times @part between @head and @tail. A "%" in the part is the number of
 * the repetition. */
struct hostile {
	const char *what;
	const char *head;
	const char *part;
	size_t n;
	const char *tail;
	size_t part_length; /* 0: up to its NUL */
	const char *expected;
};

static void write_part(const struct hostile *hostile, size_t i, FILE *file)
{
	const char *mark = hostile->part_length ? NULL : strchr(hostile->part, '%');

	if (mark)
		fprintf(file, "%.*s%zu%s", (int)(mark - hostile->part), hostile->part, i,
			mark + 1);
	else
		fwrite(hostile->part, 1,
		       hostile->part_length ? hostile->part_length
					    : strlen(hostile->part),
		       file);
}

static char *write_hostile(const struct hostile *hostile)
{
	char *path;
	FILE *file;

	cr_assert(asprintf(&path, "%s/hostile.yaml", server.directory) > 0);
	file = fopen(path, "w");
	fputs(hostile->head, file);
	for (size_t i = 0; i < hostile->n; i++)
		write_part(hostile, i, file);
	fputs(hostile->tail, file);
	cr_assert_eq(fclose(file), 0);
	return path;
}

struct spent {
	size_t bytes;	/* the most at once */
	double seconds; /* of a processor */
};

/* As finish() does. */
static struct spent check(const char *path)
{
	struct rusage usage;
	int status;

	/* What a sanitizer keeps of freed memory is none of the program's. */
	setenv("ASAN_OPTIONS", "quarantine_size_mb=1", 1);
	begin("check", path);
	cr_assert_eq(wait4(lsmctl.pid, &status, 0, &usage), lsmctl.pid);
	lsmctl.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	peek();
	close(lsmctl.out_fd);
	close(lsmctl.err_fd);
	return (struct spent){
		.bytes = (size_t)usage.ru_maxrss * 1024,
		.seconds =
			(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
	};
}

/* What a small file costs, this process and its sanitizers included. */
static size_t bytes_of_nothing(void)
{
	static const struct hostile nothing = {.head = "", .part = "", .tail = "a: 1\n"};
	char *path = write_hostile(&nothing);
	struct spent spent = check(path);

	unlink(path);
	free(path);
	return spent.bytes;
}

static void check_all(const struct hostile *cases, size_t n, size_t bytes, double seconds)
{
	size_t least = bytes_of_nothing();

	for (size_t i = 0; i < n; i++) {
		char *path = write_hostile(&cases[i]);
		struct spent spent = check(path);

		cr_expect_eq(lsmctl.code, 2, "%s: exit status %d", cases[i].what,
			     lsmctl.code);
		cr_expect(!!strstr(lsmctl.out, cases[i].expected), "%s: %.300s",
			  cases[i].what, lsmctl.out);
		cr_expect_leq(spent.bytes, least + bytes, "%s: %zu MiB, a small file %zu",
			      cases[i].what, spent.bytes / MIB, least / MIB);
		cr_expect_leq(spent.seconds, seconds, "%s: %.1f s", cases[i].what,
			      spent.seconds);
		unlink(path);
		free(path);
	}
}

#define TEN(item)                                                                        \
	"[" item "," item "," item "," item "," item "," item "," item "," item "," item \
	"," item "]\n"

static const char alias_bomb[] = "a: &a " TEN("x") "b: &b " TEN("*a") "c: &c " TEN(
	"*b") "d: &d " TEN("*c") "e: &e " TEN("*d") "f: &f " TEN("*e") "g: &g " TEN("*f");

/* The text, and as much again for the program to hold it. */
#define TEXT (40 * MIB)

Test(ctl_hostile, what_is_no_policy_at_all_is_refused_before_it_is_built)
{
	static const struct hostile cases[] = {
		{"100 MB", "", "- {a: b}\n", 100 * MIB / 9, "", 0,
		 "larger than 16 MiB; split it into several files"},
		{"alias bomb", alias_bomb, "", 0, "", 0,
		 "more than 1000000 values, aliases counted as copies"},
		{"merge bomb", "a: &a {k: [" TEN("x") "]}\nb:\n", "- {<<: *a}\n", 200000,
		 "", 0, "more than 1000000 values"},
		{"deep lists", "", "[", 1000000, "", 0,
		 "lists and maps nest deeper than 64 levels; nest less"},
		{"deep maps", "", "{a: ", 1000000, "", 0, "nest deeper than 64 levels"},
		{"NUL byte", HEAD "  description: a", "\0", 1, "b\n", 1,
		 ":6:17: error: byte 0x00 is not text"},
		{"NUL bytes", "", "\0", 15 * MIB, "", 1, ":1:1: error: byte 0x00"},
		{"not UTF-8", HEAD "  description: ", "\xff", 15 * MIB, "\n", 0,
		 ":6:16: error: byte 0xff is not text"},
		{"overlong UTF-8", "a: ", "\xc0\xaf", 1, "\n", 0,
		 ":1:4: error: byte 0xc0 is not text"},
		{"control characters", "", "a: b\x01\n", 100000, "", 0,
		 "control characters are not allowed"},
		{"cyclic anchors", "a: &a\n  b: &b\n    c: *a\n    d: *b\n", "", 0, "", 0,
		 "alias \"*a\" is inside of what it names"},
		{"cyclic merge", "a: &a {<<: *a}\n", "", 0, "", 0,
		 "a value cannot hold itself"},
		{"key twice", HEAD "  exec: {default: deny}\n", "  exec: {}\n", 1, "", 0,
		 ":7:3: error: key \"exec\" is there twice, first on line 6"},
	};

	check_all(cases, ARRAY_SIZE(cases), TEXT, 10);
}

/* Twice a native build's most, and what its sanitizers add. */
#define TREE (600 * MIB)

Test(ctl_hostile, as_much_as_fits_is_told_in_bounded_memory_and_time)
{
	static const struct hostile cases[] = {
		{"the same key", "", "a: 1\n", 3 * MIB, "", 0,
		 "more than 1000000 values"},
		{"documents", "", "---\n", 3 * MIB, "", 0, "more than 1000000 values"},
		{"unknown keys", HEAD, "  k%: 1\n", 100000, "", 0,
		 "error: unknown key \"k0\" in \"spec\""},
		{"anchors", "", "- &a% 1\n", 100000, "", 0, "a document is a map"},
		{"a long name", "metadata: {name: ", "x", 15 * MIB, "}\n", 0, "error: "},
		{"a long tag", "- !!", "x", 15 * MIB, "", 0, "does not fit here"},
		{"empty rules", HEAD "  exec: {rules: [", "{},", 100000, "]}\n", 0,
		 "a rule of exec has no \"action\""},
		{"rules", HEAD "  exec:\n    rules:\n",
		 "    - {action: deny, paths: [/a%]}\n", 110000, "", 0,
		 "do not fit into an image"},
		{"paths", HEAD PATHS, "      - /a%\n", 900000, "", 0,
		 "has patterns that multiply with those of others"},
		{"patterns", HEAD PATHS, "      - /**/a%*/**/b\n", 20000, "", 0,
		 "has patterns that multiply with those of others"},
	};

	check_all(cases, ARRAY_SIZE(cases), TREE, 40);
}
