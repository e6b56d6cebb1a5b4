// SPDX-License-Identifier: Apache-2.0
/* Many threads at one denied call, while others rename: what gets through is 0, and what
 * was denied is counted exactly. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"

#define POLICY                                                                           \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: race, "         \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n"                                                     \
	"  file:\n    rules:\n    - {name: f, action: deny, paths: "                     \
	"[\"/tmp/race/**/secret\"]}\n"                                                   \
	"  sockets:\n    rules:\n    - {name: s, action: deny, types: [raw]}\n"

#define THREADS 64
#define CALLS	300

static atomic_bool stop;

static void *open_and_create(void *data)
{
	(void)data;
	for (int i = 0; i < CALLS; i++) {
		CHECK(try_open("/tmp/race/a/b/secret", O_RDONLY) == EACCES);
		CHECK(try_open("/tmp/race/a/b/other", O_RDONLY) == 0);
		CHECK(try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == EPERM);
	}
	return NULL;
}

static void *rename_elsewhere(void *data)
{
	(void)data;
	while (!atomic_load(&stop)) {
		CHECK(rename("/tmp/race/x", "/tmp/race/y") == 0);
		CHECK(rename("/tmp/race/y", "/tmp/race/x") == 0);
	}
	return NULL;
}

static void run_threads(void)
{
	pthread_t threads[THREADS], renamer;

	CHECK(pthread_create(&renamer, NULL, rename_elsewhere, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, open_and_create, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	atomic_store(&stop, true);
	CHECK(pthread_join(renamer, NULL) == 0);
}

static void build(void)
{
	make_directory("/tmp");
	make_directory("/tmp/race");
	CHECK(mount("race", "/tmp/race", "tmpfs", 0, NULL) == 0);
	make_directory("/tmp/race/x");
	make_directory("/tmp/race/a");
	make_directory("/tmp/race/a/b");
	write_file("/tmp/race/a/b/secret", "", 0600);
	write_file("/tmp/race/a/b/other", "", 0600);
}

static void unbuild(void)
{
	umount2("/tmp/race", MNT_DETACH);
}

static void nothing_gets_through(const struct test_case *test)
{
	struct counted counted;

	CHECK(wait_ok(subject_start(test->name)));
	counted = harvest();
	CHECK(counted.by_rule == 2ULL * THREADS * CALLS);
	CHECK(counted.fixed[COUNTER_CLOSED + HOOK_FILE_OPEN] == 0);
}

const struct test_case race_cases[] = {
	CASE("of 64 threads nothing gets through or uncounted", POLICY, run_threads,
	     .set_up = build, .tear_down = unbuild, .outside = nothing_gets_through),
	{0},
};
