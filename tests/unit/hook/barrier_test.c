// SPDX-License-Identifier: Apache-2.0
/* The barrier against something that answers as lsmd would, or does not. */
#include "hook/barrier.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../temporary.h"
#include "hook/question.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define NS_PER_MS 1000000ULL
#define REFUSED	  "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
#define CONFIRMED "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static char directory[] = "/tmp/barrier_testXXXXXX";
static char path[64];
static int listener = -1;

/* What each question gets; NULL or the end of the wait ends them, and "" is no answer. */
static const char *const *answers;
static char asked[256];

static void *answer(void *data)
{
	(void)data;
	for (; *answers; answers++) {
		int fd = accept(listener, NULL, NULL);
		ssize_t n;

		if (fd < 0)
			break;
		n = recv(fd, asked, sizeof(asked) - 1, 0);
		asked[n > 0 ? n : 0] = '\0';
		send(fd, *answers, strlen(*answers), MSG_NOSIGNAL);
		if (**answers)
			close(fd);
	}
	return NULL;
}

static void listen_there(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	temporary_make(directory);
	snprintf(path, sizeof(path), "%s/lsmd.sock", directory);
	strcpy(address.sun_path, path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(listener, 8), 0);
}

static void remove_there(void)
{
	close(listener);
	temporary_remove(directory);
}

TestSuite(barrier, .init = listen_there, .fini = remove_there, .timeout = 20);

static int wait_while(const char *const *given, uint64_t timeout)
{
	const struct barrier barrier = {.socket_path = path, .timeout = timeout};
	pthread_t thread;
	int r;

	answers = given;
	cr_assert_eq(pthread_create(&thread, NULL, answer, NULL), 0);
	r = barrier_wait(&barrier, "0123abc");
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	return r;
}

Test(barrier, opens_when_it_is_confirmed)
{
	static const char *const given[] = {CONFIRMED, NULL};

	cr_expect_eq(wait_while(given, NS_PER_SECOND), 0);
	cr_expect_not_null(strstr(asked, "GET /v1/containers/0123abc HTTP/1.1\r\n"));
}

Test(barrier, asks_again_until_it_is)
{
	static const char *const given[] = {REFUSED, "nonsense, not HTTP", REFUSED,
					    CONFIRMED, NULL};

	cr_expect_eq(wait_while(given, 10 * NS_PER_SECOND), 0);
}

Test(barrier, ends_in_time_without_an_answer)
{
	static const char *const given[] = {"", NULL};
	uint64_t start = clock_boot();

	cr_expect_eq(wait_while(given, 100 * NS_PER_MS), -ETIMEDOUT);
	cr_expect_lt(clock_boot() - start, 5 * NS_PER_SECOND);
}

Test(barrier, ends_in_time_without_a_confirmation)
{
	static const char *const given[] = {REFUSED, REFUSED, REFUSED, REFUSED, NULL};

	cr_expect_eq(wait_while(given, 30 * NS_PER_MS), -ETIMEDOUT);
}

Test(barrier, without_lsmd_says_so)
{
	const struct barrier barrier = {.socket_path = "/nowhere/lsmd.sock",
					.timeout = 20 * NS_PER_MS};

	cr_expect_eq(barrier_wait(&barrier, "0123abc"), -ENOENT);
}

Test(barrier, asks_for_no_id_that_could_be_more_than_one_word)
{
	static const char *const ids[] = {"", "../status", "a b", "a\r\nHost: b", "a?b"};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		cr_expect_eq(question_ask(path, ids[i], clock_boot() + NS_PER_SECOND),
			     -EINVAL);
}
