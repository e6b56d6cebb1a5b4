/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The victim of the VM ring, and as much of a container runtime as its cases need. One static
 * program, so that it runs in any root file system.
 *
 *   probe run CGROUP ROOT COMMAND...   as a runtime: the parent, outside, moves the child into the
 *                                      cgroup; the child makes a mount namespace, pivots, executes.
 *                                      ROOT "-": no mount namespace, the host's root
 *   probe nest CGROUP ATTEMPT          makes the cgroup, moves itself there, then tries
 *   probe ATTEMPT                      prints "allowed" or "denied ERRNO"; exits 0 or with the errno
 *   probe flood THREADS SECONDS ATTEMPT   prints "allowed=N denied=N other=N"
 *   probe listen FIFO FIFO             takes attempts line by line from one, answers on the other
 *
 * ATTEMPT: open PATH r|w|rw | exec PATH | socket FAMILY TYPE PROTOCOL | connect ADDRESS PORT
 *          [udp], numbers as the kernel has them
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WORDS 8
#define USAGE 99

/* --- attempts: each returns 0 when the kernel let it through, or the errno ---------------------- */

static int attempt_open(char **words)
{
	int flags = !strcmp(words[1], "rw") ? O_RDWR : *words[1] == 'w' ? O_WRONLY : O_RDONLY;
	int fd = open(words[0], flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int attempt_exec(char **words)
{
	char *arguments[] = {words[0], (char *)"exit", NULL};
	int status, r;
	pid_t child;

	r = posix_spawn(&child, words[0], NULL, NULL, arguments, environ);
	if (r == 0)
		waitpid(child, &status, 0);
	return r;
}

static int attempt_socket(char **words)
{
	int fd = socket(atoi(words[0]), atoi(words[1]), atoi(words[2]));

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static socklen_t make_address(const char *text, int port, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? sizeof(*v6) : 0;
}

/* A refused connection was let through: nobody listens, but the packet went. */
static int attempt_connect(char **words)
{
	bool udp = words[2] && !strcmp(words[2], "udp");
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int fd = socket(address.ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0 && errno != ECONNREFUSED)
		r = errno;
	close(fd);
	return r;
}

static const struct attempt {
	const char *name;
	int words;
	int (*run)(char **words);
} attempts[] = {
	{"open", 2, attempt_open},
	{"exec", 1, attempt_exec},
	{"socket", 3, attempt_socket},
	{"connect", 2, attempt_connect},
};

static const struct attempt *find_attempt(int n, char **words)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (n > attempts[i].words && !strcmp(words[0], attempts[i].name))
			return &attempts[i];
	return NULL;
}

static void print_result(FILE *file, int r)
{
	if (r == 0)
		fprintf(file, "allowed\n");
	else
		fprintf(file, "denied %s\n", strerrorname_np(r));
	fflush(file);
}

/* --- flood ---------------------------------------------------------------------------------------- */

static struct {
	const struct attempt *attempt;
	char **words;
	atomic_bool stop;
	atomic_ulong allowed, denied, other;
} flood;

static void *flood_thread(void *unused)
{
	while (!atomic_load(&flood.stop)) {
		int r = flood.attempt->run(flood.words);

		if (r == 0)
			atomic_fetch_add(&flood.allowed, 1);
		else if (r == EPERM || r == EACCES)
			atomic_fetch_add(&flood.denied, 1);
		else
			atomic_fetch_add(&flood.other, 1);
	}
	return unused;
}

static int run_flood(int threads, int seconds)
{
	pthread_t *ids = calloc((size_t)threads, sizeof(*ids));
	struct timespec time = {.tv_sec = seconds};

	if (!ids)
		return USAGE;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, flood_thread, NULL))
			return USAGE;
	nanosleep(&time, NULL);
	atomic_store(&flood.stop, true);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	free(ids);
	printf("allowed=%lu denied=%lu other=%lu\n", atomic_load(&flood.allowed),
	       atomic_load(&flood.denied), atomic_load(&flood.other));
	return 0;
}

/* --- listen: a process that lives while the world around it changes ------------------------------- */

static int listen_loop(const char *in, const char *out)
{
	char line[4096];

	for (;;) {
		FILE *input = fopen(in, "re");
		FILE *output = fopen(out, "we");

		if (!input || !output)
			return errno;
		while (fgets(line, sizeof(line), input)) {
			char *words[MAX_WORDS] = {NULL}, *save = NULL;
			const struct attempt *attempt;
			int n = 0;

			for (char *word = strtok_r(line, " \n", &save); word && n < MAX_WORDS - 1;
			     word = strtok_r(NULL, " \n", &save))
				words[n++] = word;
			attempt = n > 0 ? find_attempt(n, words) : NULL;
			print_result(output, attempt ? attempt->run(words + 1) : ENOSYS);
		}
		fclose(input);
		fclose(output);
	}
}

/* --- run: what runc and crun do, in their order ------------------------------------------------------ */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -errno : 0;
}

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(USAGE);
}

static int run_nested(const char *cgroup, const struct attempt *attempt, char **words)
{
	char path[4096], pid[32];
	int r;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (mkdir(cgroup, 0755) < 0 && errno != EEXIST)
		die(cgroup);
	if (write_file(path, pid) < 0)
		die(path);
	r = attempt->run(words);
	print_result(stdout, r);
	return r;
}

/* Everything here happens inside the subject, before the container's program: it must work. */
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

static int run_container(const char *cgroup, const char *root, char **command)
{
	char path[4096], pid[32];
	int gate[2], status;
	pid_t child;

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

int main(int argc, char **argv)
{
	const struct attempt *attempt = argc > 1 ? find_attempt(argc - 1, argv + 1) : NULL;

	if (attempt) {
		int r = attempt->run(argv + 2);

		print_result(stdout, r);
		return r;
	}
	/* What another probe's "exec" attempt runs when it is let through. */
	if (argc == 2 && !strcmp(argv[1], "exit"))
		return 0;
	if (argc > 4 && !strcmp(argv[1], "run"))
		return run_container(argv[2], argv[3], argv + 4);
	if (argc == 4 && !strcmp(argv[1], "listen"))
		return listen_loop(argv[2], argv[3]);
	if (argc > 4 && !strcmp(argv[1], "nest") && find_attempt(argc - 3, argv + 3))
		return run_nested(argv[2], find_attempt(argc - 3, argv + 3), argv + 4);
	if (argc > 5 && !strcmp(argv[1], "flood")) {
		flood.attempt = find_attempt(argc - 4, argv + 4);
		flood.words = argv + 5;
		if (flood.attempt)
			return run_flood(atoi(argv[2]), atoi(argv[3]));
	}
	fprintf(stderr, "usage: see the head of tests/vm/probe.c\n");
	return USAGE;
}
