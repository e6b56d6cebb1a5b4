// SPDX-License-Identifier: Apache-2.0

/* Who does what was drawn: in the subject, each event in a process of its own. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooks.h"
#include "tests/vm/kernel/fixture.h"
#include "util/cleanup.h"

/* Descriptors that the worker is started with, and those that it makes. */
enum {
	FD_SHARED = 5,
	FD_COMMANDS,
	FD_REPLIES,
	FD_REMOTE, /* a socket for standard streams */
	FD_MEMORY, /* a program without a file: world's "/dev/fd/9" */
	FD_SOCKETS,
};
_Static_assert(FD_MEMORY == 9, "as its name says");

struct worker {
	pid_t pid;
	int commands, replies;
	struct hooks_shared *shared;
};

/* --- outside ----------------------------------------------------------------------- */

static void keep_at(int fd, int at)
{
	CHECK(dup2(fd, at) == at);
}

static _Noreturn void become_worker(int shared, int commands, int replies)
{
	char byte;

	/* Out of the way of each other first. */
	shared = fcntl(shared, F_DUPFD, 100);
	commands = fcntl(commands, F_DUPFD, 100);
	replies = fcntl(replies, F_DUPFD, 100);
	keep_at(shared, FD_SHARED);
	keep_at(commands, FD_COMMANDS);
	keep_at(replies, FD_REPLIES);
	CHECK(read(FD_COMMANDS, &byte, 1) == 1);
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	execl(HOOKS_PROGRAM, "differential-hooks", "worker", NULL);
	_exit(errno);
}

struct worker *worker_start(const char *cgroup)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int shared = memfd_create("shared", MFD_CLOEXEC), commands[2], replies[2];

	CHECK(shared >= 0 && ftruncate(shared, sizeof(*worker->shared)) == 0);
	worker->shared = mmap(NULL, sizeof(*worker->shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED, shared, 0);
	CHECK(worker->shared != MAP_FAILED);
	CHECK(pipe2(commands, O_CLOEXEC) == 0 && pipe2(replies, O_CLOEXEC) == 0);
	worker->pid = fork();
	if (worker->pid == 0)
		become_worker(shared, commands[0], replies[1]);
	worker->commands = commands[1];
	worker->replies = replies[0];
	close(commands[0]);
	close(replies[1]);
	close(shared);
	move_to(cgroup, worker->pid);
	worker_prepare(worker);
	return worker;
}

struct hooks_shared *worker_shared(struct worker *worker)
{
	return worker->shared;
}

static void command(struct worker *worker, char what)
{
	CHECK(write(worker->commands, &what, 1) == 1);
	CHECK(read(worker->replies, &what, 1) == 1);
}

#define COMMAND_PREPARE 'p'

void worker_prepare(struct worker *worker)
{
	command(worker, COMMAND_PREPARE);
}

void worker_do(struct worker *worker, unsigned i)
{
	command(worker, (char)i);
}

void worker_stop(struct worker *worker)
{
	close(worker->commands);
	wait_status(worker->pid);
	close(worker->replies);
	munmap(worker->shared, sizeof(*worker->shared));
	free(worker);
}

/* --- inside ------------------------------------------------------------------------ */

static int do_open(const struct drawn_event *event)
{
	int flags = event->writes ? (event->reads ? O_RDWR : O_WRONLY) : O_RDONLY;

	return open(event->path, flags | O_CLOEXEC) < 0 ? errno : 0;
}

static int do_exec(const struct hooks_event *event)
{
	static char name[] = "nothing";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};

	if (event->drawn.stdio)
		keep_at(FD_REMOTE, STDIN_FILENO);
	if (event->from_memory)
		syscall(SYS_execveat, FD_MEMORY, "", arguments, environment,
			AT_EMPTY_PATH);
	else
		execve(event->drawn.path, arguments, environment);
	return errno;
}

static int do_socket(const struct drawn_event *event)
{
	return socket((int)event->family, (int)event->type | SOCK_CLOEXEC,
		      (int)event->protocol) < 0
		       ? errno
		       : 0;
}

static int do_connect(const struct drawn_event *event, int fd)
{
	struct sockaddr_storage storage = {.ss_family =
						   (sa_family_t)event->address_family};

	if (event->address_family == AF_INET) {
		struct sockaddr_in *address = (struct sockaddr_in *)&storage;

		address->sin_port = htons(event->port);
		memcpy(&address->sin_addr, event->address, 4);
	} else {
		struct sockaddr_in6 *address = (struct sockaddr_in6 *)&storage;

		address->sin6_port = htons(event->port);
		memcpy(&address->sin6_addr, event->address, 16);
	}
	return connect(fd, (struct sockaddr *)&storage, event->length) < 0 ? errno : 0;
}

static int do_event(const struct hooks_event *event, int fd)
{
	/* In a namespace of its own no name counts. */
	if (event->drawn.untrusted)
		CHECK(unshare(CLONE_NEWNS) == 0);
	switch (event->drawn.section) {
	case DRAWN_EXEC:
		return do_exec(event);
	case DRAWN_FILE:
		return do_open(&event->drawn);
	case DRAWN_SOCKETS:
		return do_socket(&event->drawn);
	case DRAWN_NETWORK:
	case DRAWN_SECTIONS:
		break;
	}
	return do_connect(&event->drawn, fd);
}

/* Return: what it ended with. What is executed ends with 0. */
static int do_apart(const struct hooks_event *event, int fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(do_event(event, fd));
	status = wait_status(pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* One for each time, since a connect leaves its mark. */
static void make_sockets(const struct hooks_shared *shared)
{
	for (int i = 0; i < HOOKS_EVENTS; i++) {
		const struct drawn_event *event = &shared->events[i].drawn;
		int fd;

		if (event->section != DRAWN_NETWORK || !event->type)
			continue;
		fd = socket((int)event->family, (int)event->type | SOCK_NONBLOCK,
			    event->type == SOCK_RAW ? (int)event->protocol : 0);
		CHECK(fd >= 0);
		keep_at(fd, FD_SOCKETS + i);
		close(fd);
	}
}

static void make_memory(void)
{
	int fd = memfd_create("memory", 0),
	    from = open(HOOKS_NOTHING, O_RDONLY | O_CLOEXEC);
	struct stat status;

	CHECK(fd >= 0 && from >= 0 && fstat(from, &status) == 0);
	CHECK(sendfile(fd, from, NULL, (size_t)status.st_size) == status.st_size);
	/* Executed through a descriptor that cannot write to it. */
	close(from);
	from = open("/proc/self/fd/3", O_RDONLY);
	CHECK(fd == 3 && from >= 0);
	close(fd);
	keep_at(from, FD_MEMORY);
	close(from);
}

static int make_descriptors(void)
{
	int fd;

	close(3);
	close(4);
	make_memory();
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	CHECK(fd >= 0);
	keep_at(fd, FD_REMOTE);
	close(fd);
	return 0;
}

int worker_run(void)
{
	struct hooks_shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					   MAP_SHARED, FD_SHARED, 0);
	char what;

	CHECK(shared != MAP_FAILED);
	make_descriptors();
	CHECK(write(FD_REPLIES, "", 1) == 1);
	while (read(FD_COMMANDS, &what, 1) == 1) {
		if (what == COMMAND_PREPARE)
			make_sockets(shared);
		else
			shared->events[(unsigned)what].code = do_apart(
				&shared->events[(unsigned)what], FD_SOCKETS + (int)what);
		CHECK(write(FD_REPLIES, &what, 1) == 1);
	}
	return 0;
}
