// SPDX-License-Identifier: Apache-2.0
/* Attempts to execute a file, by each of the calls and threads that may. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "probe_attempt.h"

int attempt_exec(char **words)
{
	char *arguments[] = {words[0], (char *)"exit", NULL};
	int status, r;
	pid_t child;

	r = posix_spawn(&child, words[0], NULL, NULL, arguments, environ);
	if (r == 0)
		waitpid(child, &status, 0);
	return r;
}

/* Without a name. Return: as an attempt. */
static int exec_descriptor(int fd, char *name)
{
	char *arguments[] = {name, (char *)"exit", NULL};
	pid_t child = fork();
	int status;

	if (child < 0)
		return errno;
	if (child == 0) {
		syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
		_exit(errno);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

/* A file that was opened without a hook (O_PATH), executed without a name. */
int attempt_descriptor_exec(char **words)
{
	int r, fd = open(words[0], O_PATH);

	if (fd < 0)
		return errno;
	r = exec_descriptor(fd, words[0]);
	close(fd);
	return r;
}

static void *exec_thread(void *path)
{
	char *arguments[] = {path, (char *)"exit", NULL};

	execv(path, arguments);
	_exit(errno);
}

/* Executed by a thread that is not the process's first. */
int attempt_thread_exec(char **words)
{
	pthread_t thread;
	pid_t child = fork();
	int status;

	if (child < 0)
		return errno;
	if (child == 0) {
		if (pthread_create(&thread, NULL, exec_thread, words[0]))
			_exit(USAGE);
		pthread_join(thread, NULL);
		_exit(USAGE);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

/* The bytes of a file, executed where no file has them. */
int attempt_memory_exec(char **words)
{
	int from = open(words[0], O_RDONLY | O_CLOEXEC);
	int r, fd = memfd_create("memory", 0);

	if (from < 0 || fd < 0)
		return errno;
	while (sendfile(fd, from, NULL, 1 << 20) > 0)
		;
	r = exec_descriptor(fd, words[0]);
	close(from);
	close(fd);
	return r;
}
