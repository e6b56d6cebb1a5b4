// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util/cleanup.h"

struct fixture fixture;

void check_at(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "# %s:%d: %s\n", file, line, what);
	_exit(1);
}

/* --- attempts
 * ------------------------------------------------------------------------------ */

int try_open(const char *path, int flags)
{
	_cleanup_(closep) int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? errno : 0;
}

int try_exec(const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl(path, path, "true", NULL);
		_exit(errno);
	}
	status = wait_status(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int try_socket(int family, int type, int protocol)
{
	_cleanup_(closep) int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	return fd < 0 ? errno : 0;
}

int try_connect(const char *address, uint16_t port, int type)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	_cleanup_(closep) int fd =
		socket(is_v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0);
	int r;

	CHECK(is_v4 || inet_pton(AF_INET6, address, &v6.sin6_addr) == 1);
	CHECK(fd >= 0);
	r = is_v4 ? connect(fd, (struct sockaddr *)&v4, sizeof(v4))
		  : connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	return r < 0 ? errno : 0;
}

/* --- processes
 * ----------------------------------------------------------------------------- */

int wait_status(pid_t pid)
{
	int status = -1;

	CHECK(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR);
	return status;
}

bool wait_ok(pid_t pid)
{
	int status = wait_status(pid);

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void move_to(const char *cgroup, pid_t pid)
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	file = fopen(path, "we");
	CHECK(file && fprintf(file, "%d", (int)pid) > 0 && !fflush(file));
}

/* As a runtime does: the parent moves the child, which then makes itself at home and
 * executes. */
pid_t subject_start(const char *name)
{
	int go[2];
	pid_t pid;
	char byte;

	CHECK(pipe2(go, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		CHECK(read(go[0], &byte, 1) == 1);
		CHECK(unshare(CLONE_NEWNS) == 0);
		CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		execl("/bin/kernel-test", "kernel-test", "inside", name, NULL);
		CHECK(!"exec of the case");
	}
	move_to(fixture.cgroup, pid);
	CHECK(write(go[1], "", 1) == 1);
	close(go[0]);
	close(go[1]);
	return pid;
}

void make_directory(const char *path)
{
	CHECK(mkdir(path, 0755) == 0 || errno == EEXIST);
}

void copy_file(const char *from, int to)
{
	_cleanup_(closep) int fd = open(from, O_RDONLY | O_CLOEXEC);
	struct stat status;

	CHECK(fd >= 0 && fstat(fd, &status) == 0);
	CHECK(sendfile(to, fd, NULL, (size_t)status.st_size) == status.st_size);
}

void make_program(const char *path)
{
	_cleanup_(closep) int fd = -1;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	CHECK(fd >= 0);
	copy_file("/bin/kernel-test", fd);
}

void write_file(const char *path, const char *text, mode_t mode)
{
	_cleanup_(closep) int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

/* --- what the kernel tells
 * ------------------------------------------------------------------- */

static void add_counter(uint32_t slot, const struct image *image, uint32_t counter,
			uint32_t rule, uint64_t count, void *data)
{
	struct counted *counted = data;

	(void)image;
	(void)rule;
	if (slot != fixture.slot)
		return;
	if (counter < COUNTER_RULES)
		counted->fixed[counter] += count;
	else
		counted->by_rule += count;
}

struct counted harvest(void)
{
	struct counted counted = {0};

	enforcer_harvest(fixture.enforcer, add_counter, &counted);
	return counted;
}

/* Records wait here, since the ring hands them all over at once. */
static struct {
	struct denial_event *events[4096];
	size_t first, n;
} waiting;

static void keep_denial(const struct denial_event *event, const struct image *image,
			void *data)
{
	size_t size = sizeof(*event) + event->object_length + event->exe_length;
	struct denial_event *copy;

	(void)image;
	(void)data;
	if (event->slot != fixture.slot || waiting.n == ARRAY_SIZE(waiting.events))
		return;
	copy = malloc(size);
	CHECK(copy != NULL);
	memcpy(copy, event, size);
	waiting.events[waiting.n++] = copy;
}

static void ignore_cgroup(const struct cgroup_event *event, void *data)
{
	(void)event;
	(void)data;
}

const struct denial_event *next_denial(void)
{
	static const struct enforcer_events handlers = {keep_denial, ignore_cgroup, NULL};
	static struct denial_event *last;

	free(last);
	last = NULL;
	if (waiting.first == waiting.n) {
		waiting.first = waiting.n = 0;
		CHECK(enforcer_consume(fixture.enforcer, &handlers) >= 0);
	}
	if (waiting.first < waiting.n)
		last = waiting.events[waiting.first++];
	return last;
}
