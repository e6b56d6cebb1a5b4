// SPDX-License-Identifier: Apache-2.0
#include "http/socket.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../temporary.h"
#include "util/cleanup.h"

static char directory[64], path[96];
static char *message;

static void make_directory(void)
{
	strcpy(directory, "/tmp/lsmd-socket-XXXXXX");
	temporary_make(directory);
	snprintf(path, sizeof(path), "%s/lsmd/lsmd.sock", directory);
}

static void remove_directory(void)
{
	temporary_remove(directory);
	free(message);
}

TestSuite(http_socket, .init = make_directory, .fini = remove_directory, .timeout = 20);

static mode_t mode_of(const char *name)
{
	struct stat status;

	cr_assert(stat(name, &status) == 0);
	return status.st_mode & 07777;
}

Test(http_socket, is_private_in_a_directory_that_all_may_see)
{
	mode_t mask = umask(0);
	struct control_socket control;
	char parent[96];

	umask(mask);
	umask(022);
	cr_assert_eq(control_socket_open(path, &control, &message), 0, "%s", message);
	cr_expect_eq(mode_of(path), 0600);
	strcpy(parent, path);
	*strrchr(parent, '/') = '\0';
	cr_expect_eq(mode_of(parent), 0755);
	cr_expect_eq(umask(022), 022, "the umask is as it was");
	control_socket_close(&control);
	cr_expect(access(path, F_OK) < 0, "it takes its file away");
}

/* As an agent that was killed leaves it. */
static void leave_stale(void)
{
	struct control_socket control;

	cr_assert_eq(control_socket_open(path, &control, &message), 0);
	close(control.fd);
	close(control.lock_fd);
	free(control.path);
}

Test(http_socket, replaces_one_that_nobody_answers_on)
{
	struct control_socket control;

	leave_stale();
	cr_assert(access(path, F_OK) == 0);
	cr_expect_eq(control_socket_open(path, &control, &message), 0, "%s", message);
	control_socket_close(&control);
}

Test(http_socket, leaves_a_live_one_alone)
{
	struct control_socket control, other;

	cr_assert_eq(control_socket_open(path, &control, &message), 0);
	cr_expect_eq(control_socket_open(path, &other, &message), -EADDRINUSE);
	cr_expect(!!strstr(message, "another lsmd answers on"));
	cr_expect(access(path, F_OK) == 0);
	control_socket_close(&control);
}

Test(http_socket, leaves_a_live_one_alone_that_has_no_lock)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct control_socket control;

	leave_stale();
	unlink(path);
	strcpy(address.sun_path, path);
	cr_assert(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	cr_assert(listen(fd, 1) == 0);
	cr_expect_eq(control_socket_open(path, &control, &message), -EADDRINUSE);
	cr_expect(!!strstr(message, "another lsmd answers on"));
}

Test(http_socket, never_replaces_what_is_no_socket)
{
	struct control_socket control;

	leave_stale();
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	cr_expect_eq(control_socket_open(path, &control, &message), -EEXIST);
	cr_expect(!!strstr(message, "is no socket"));
	cr_expect(access(path, F_OK) == 0);
}

Test(http_socket, refuses_a_path_that_would_be_cut)
{
	struct control_socket control;
	char longer[200];

	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	cr_expect_eq(control_socket_open(longer, &control, &message), -ENAMETOOLONG);
	cr_expect(!!strstr(message, "107 bytes"));
}

Test(http_socket, takes_both_families)
{
	int fd;

	cr_expect_eq(tcp_socket_open("127.0.0.1:0", &fd, &message), 0, "%s", message);
	close(fd);
	cr_expect_eq(tcp_socket_open("[::1]:0", &fd, &message), 0, "%s", message);
	close(fd);
}

Test(http_socket, says_what_an_address_looks_like)
{
	static const char *const wrong[] = {
		"",	     "9640",	       ":9640",
		"127.0.0.1", "127.0.0.1:",     "127.0.0.1:99999",
		"::1",	     "::1:9640",       "[::1:9640",
		"[]:9640",   "localhost:9640", "127.0.0.1:+80",
		"[::1]",     "1.2.3.4:8x",     "1.2.3.4: 80",
	};
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		free(message);
		message = NULL;
		cr_expect_eq(tcp_socket_open(wrong[i], &fd, &message), -EINVAL, "%s",
			     wrong[i]);
		cr_expect(message && strstr(message, "ADDRESS:PORT"));
	}
}
