// SPDX-License-Identifier: Apache-2.0
/* In a cgroup: as runc and crun bring a container there, in their order, or by itself. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
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

int run_nested(int n, char **words)
{
	const char *cgroup = words[0];
	char path[4096], pid[32];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (mkdir(cgroup, 0755) < 0 && errno != EEXIST)
		die(cgroup);
	if (write_file(path, pid) < 0)
		die(path);
	return try_and_tell(n - 1, words + 1);
}

/* Everything here happens inside the subject, before the container's program: it must
 * work. */
static void enter_root(const char *root)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("the runtime's own open");
	close(fd);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0)
		die("the runtime's own socket");
	close(fd);
	if (unshare(CLONE_NEWNS) < 0)
		die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("make / private");
	if (mount(root, root, NULL, MS_BIND | MS_REC, NULL) < 0)
		die("bind root");
	if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		die("pivot_root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die("leave the old root");
}

int run_container(int n, char **words)
{
	const char *cgroup = words[0], *root = words[1];
	char **command = words + 2;
	char path[4096], pid[32];
	int gate[2], status;
	pid_t child;

	(void)n;
	if (pipe2(gate, O_CLOEXEC) < 0)
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		char go;

		close(gate[1]);
		if (read(gate[0], &go, 1) != 1)
			exit(USAGE);
		if (strcmp(root, "-"))
			enter_root(root);
		execv(command[0], command);
		print_result(stdout, errno);
		_exit(errno);
	}
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	snprintf(pid, sizeof(pid), "%d", child);
	if (write_file(path, pid) < 0)
		die(path);
	if (write(gate[1], "", 1) != 1)
		die("gate");
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
