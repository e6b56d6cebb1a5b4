// SPDX-License-Identifier: Apache-2.0
/* What comes before an attempt, to hide what it is, or who makes it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"
#include "probe_attempt.h"

/* The two parts of "FROM:TO". */
static char *split(char *value)
{
	char *colon = strchr(value, ':');

	if (!colon) {
		errno = EINVAL;
		die(value);
	}
	*colon = '\0';
	return colon + 1;
}

static void way_chroot(char *value, char **words)
{
	(void)words;
	if (chroot(value) < 0 || chdir("/") < 0)
		die("chroot");
}

static void way_in(char *value, char **words)
{
	(void)words;
	if (chdir(value) < 0)
		die("chdir");
}

static void way_mountns(char *value, char **words)
{
	(void)value;
	(void)words;
	if (unshare(CLONE_NEWNS) < 0)
		die("unshare");
}

static void way_userns(char *value, char **words)
{
	(void)value;
	(void)words;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		die("unshare");
	if (write_file("/proc/self/uid_map", "0 0 1") < 0)
		die("uid_map");
}

static void way_bind(char *value, char **words)
{
	char *to = split(value);

	way_mountns(NULL, words);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(value, to, NULL, MS_BIND, NULL) < 0)
		die("bind");
}

static void way_o_path(char *value, char **words)
{
	static char path[32];
	int fd = open(words[0], O_PATH);

	(void)value;
	if (fd < 0)
		die(words[0]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	words[0] = path;
}

/* Down that many directories, each made without an open; the file there is made so as
 * well. */
static void way_deep(char *value, char **words)
{
	char *names = split(value), *length = split(names), name[256];
	size_t bytes = strtoul(length, NULL, 10);

	(void)words;
	if (chdir(value) < 0 || bytes == 0 || bytes >= sizeof(name))
		die(value);
	memset(name, 'n', bytes);
	name[bytes] = '\0';
	for (int i = atoi(names); i > 0; i--) {
		if ((mkdir(name, 0755) < 0 && errno != EEXIST) || chdir(name) < 0)
			die("go deeper");
	}
	if (mknod("file", S_IFREG | 0644, 0) < 0 && errno != EEXIST)
		die("make a file");
}

/* A child that is born into the cgroup goes on; we wait for it. */
static void way_clone_into(char *value, char **words)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int status, fd;
	pid_t child;

	(void)words;
	if (mkdir(value, 0755) < 0 && errno != EEXIST)
		die(value);
	fd = open(value, O_PATH | O_DIRECTORY | O_CLOEXEC);
	args.cgroup = (unsigned)fd;
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (fd < 0 || child < 0)
		die("clone3");
	if (child == 0)
		return;
	waitpid(child, &status, 0);
	exit(WEXITSTATUS(status));
}

/* Standard input is a connection, as a reverse shell's. */
static void way_stdio_socket(char *value, char **words)
{
	(void)value;
	(void)words;
	if (dup2(socket(AF_INET, SOCK_STREAM, 0), STDIN_FILENO) < 0)
		die("stdio-socket");
}

static const struct way {
	const char *name;
	void (*go)(char *value, char **words);
} ways[] = {
	{"chroot", way_chroot},
	{"in", way_in},
	{"mountns", way_mountns},
	{"userns", way_userns},
	{"bind", way_bind},
	{"o_path", way_o_path},
	{"deep", way_deep},
	{"clone-into", way_clone_into},
	{"stdio-socket", way_stdio_socket},
};

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, name))
			return &ways[i];
	return NULL;
}

/* WAY VALUE [via WAY VALUE]... ATTEMPT */
int run_via(int n, char **words)
{
	const struct way *way = find_way(words[0]);

	if (!way)
		return USAGE;
	way->go(words[1], words + 3);
	if (n > 5 && !strcmp(words[2], "via"))
		return run_via(n - 3, words + 3);
	return try_and_tell(n - 2, words + 2);
}
