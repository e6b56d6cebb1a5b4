/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The victim of the VM ring, and as much of a container runtime as its cases need. One
 * static program, so that it runs in any root file system.
 *
 *   probe run CGROUP ROOT COMMAND...   as a runtime: the parent, outside, moves the child
 * into the cgroup; the child makes a mount namespace, pivots, executes. ROOT "-": no
 * mount namespace, the host's root probe nest CGROUP ATTEMPT          makes the cgroup,
 * moves itself there, then tries probe via WAY VALUE ATTEMPT        does something first
 * that hides names or identity, then tries probe ATTEMPT                      prints
 * "allowed" or "denied ERRNO"; exits 0 or with the errno probe flood THREADS SECONDS
 * ATTEMPT   prints "allowed=N denied=N other=N" probe listen FIFO FIFO             takes
 * attempts line by line from one, answers on the other
 *
 * ATTEMPT: open PATH r|w|rw | exec PATH | socket FAMILY TYPE PROTOCOL | connect ADDRESS
 * PORT [udp], numbers as the kernel has them; and by other calls: descriptor-exec PATH |
 *          thread-exec PATH | ring-open PATH | ring-connect ADDRESS PORT | mixed-connect
 * ADDRESS PORT | short-connect ADDRESS PORT |
 *          memory-exec PATH (its bytes, from a memfd) | unix-connect PATH|@NAME | send HOW ADDRESS PORT |
 *          unix-send HOW PATH|@NAME (probe_send.h) WAY:
 * chroot DIRECTORY | in DIRECTORY | userns - | mountns - | bind FROM:TO | o_path - | deep
 * DIRECTORY:NAMES:LENGTH | clone-into CGROUP | stdio-socket -
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_send.h"

#define MAX_WORDS 8
#define USAGE	  99

static void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(USAGE);
}

/* --- attempts: each returns 0 when the kernel let it through, or the errno
 * ---------------------- */

static int attempt_open(char **words)
{
	int flags = !strcmp(words[1], "rw") ? O_RDWR
		    : *words[1] == 'w'	    ? O_WRONLY
					    : O_RDONLY;
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

/* A refused connection was let through: nobody listens, but the packet went. */
static int attempt_connect(char **words)
{
	bool udp = words[2] && !strcmp(words[2], "udp");
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int fd = socket(address.ss_family,
			(udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0 && errno != ECONNREFUSED)
		r = errno;
	close(fd);
	return r;
}

/* A file that was opened without a hook (O_PATH), executed without a name. */
static int attempt_descriptor_exec(char **words)
{
	char *arguments[] = {words[0], (char *)"exit", NULL};
	int status, fd = open(words[0], O_PATH);
	pid_t child = fd < 0 ? -1 : fork();

	if (child < 0)
		return errno;
	if (child == 0) {
		syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
		_exit(errno);
	}
	close(fd);
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void *exec_thread(void *path)
{
	char *arguments[] = {path, (char *)"exit", NULL};

	execv(path, arguments);
	_exit(errno);
}

/* Executed by a thread that is not the process's first. */
static int attempt_thread_exec(char **words)
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

/* One request through an io_uring, by a worker thread. Return: its result; ENOSYS where
 * none is. */
static int ring_do(const struct io_uring_sqe *request)
{
	struct io_uring_params params = {0};
	int result, fd = (int)syscall(SYS_io_uring_setup, 1, &params);
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqe;
	char *rings;

	if (fd < 0)
		return -errno;
	rings = mmap(NULL,
		     params.cq_off.cqes + params.cq_entries * sizeof(*cqe) +
			     params.sq_off.array + 64,
		     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		     IORING_OFF_SQ_RING);
	sqes = mmap(NULL, sizeof(*sqes), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (rings == MAP_FAILED || sqes == MAP_FAILED)
		die("map the ring");
	*sqes = *request;
	sqes->flags |= IOSQE_ASYNC;
	*(unsigned *)(void *)(rings + params.sq_off.array) = 0;
	__atomic_store_n((unsigned *)(void *)(rings + params.sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		die("enter the ring");
	cqe = (struct io_uring_cqe *)(void *)(rings + params.cq_off.cqes);
	result = cqe->res;
	close(fd);
	return result;
}

static int attempt_ring_open(char **words)
{
	struct io_uring_sqe request = {
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)words[0],
	};
	int r = ring_do(&request);

	if (r >= 0)
		close(r);
	return r < 0 ? -r : 0;
}

static int attempt_ring_connect(char **words)
{
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int r, fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct io_uring_sqe request = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&address,
		.off = length,
	};

	if (fd < 0)
		return errno;
	r = ring_do(&request);
	close(fd);
	return r == -ECONNREFUSED || r >= 0 ? 0 : -r;
}

/* An IPv4 address on an IPv6 datagram socket. */
static int attempt_mixed_connect(char **words)
{
	struct sockaddr_storage address;
	socklen_t length = make_address(words[0], atoi(words[1]), &address);
	int r = 0, fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, length) < 0)
		r = errno;
	close(fd);
	return r;
}

/* IPv6 without its scope, the shortest that the kernel takes. */
static int attempt_short_connect(char **words)
{
	struct sockaddr_storage address;
	int r = 0, fd;

	make_address(words[0], atoi(words[1]), &address);
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address,
		    address.ss_family == AF_INET ? 16 : 24) < 0 &&
	    errno != ECONNREFUSED)
		r = errno;
	close(fd);
	return r;
}

/* The bytes of a file, executed where no file has them. */
static int attempt_memory_exec(char **words)
{
	char *arguments[] = {words[0], (char *)"exit", NULL};
	int status, from = open(words[0], O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("memory", 0);
	pid_t child;

	while (from >= 0 && fd >= 0 && sendfile(fd, from, NULL, 1 << 20) > 0)
		;
	child = from < 0 || fd < 0 ? -1 : fork();
	if (child < 0)
		return errno;
	if (child == 0) {
		syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
		_exit(errno);
	}
	close(from);
	close(fd);
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

/* To a socket that listens there, since the kernel asks only once it has found one. */
static int attempt_unix_connect(char **words)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t length = strlen(words[0]);
	socklen_t size;
	int r = 0;

	if (server < 0 || fd < 0 || length >= sizeof(address.sun_path))
		die("unix");
	memcpy(address.sun_path, words[0], length);
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (*words[0] == '@')
		address.sun_path[0] = '\0';
	else
		unlink(words[0]);
	if (bind(server, (struct sockaddr *)&address, size) < 0 || listen(server, 1) < 0)
		die(words[0]);
	if (connect(fd, (struct sockaddr *)&address, size) < 0)
		r = errno;
	close(server);
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
	{"descriptor-exec", 1, attempt_descriptor_exec},
	{"thread-exec", 1, attempt_thread_exec},
	{"ring-open", 1, attempt_ring_open},
	{"ring-connect", 2, attempt_ring_connect},
	{"mixed-connect", 2, attempt_mixed_connect},
	{"short-connect", 2, attempt_short_connect},
	{"memory-exec", 1, attempt_memory_exec},
	{"unix-connect", 1, attempt_unix_connect},
	{"send", 3, attempt_send},
	{"unix-send", 2, attempt_unix_send},
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

/* --- flood
 * ----------------------------------------------------------------------------------------
 */

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

/* --- listen: a process that lives while the world around it changes
 * ------------------------------- */

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

			for (char *word = strtok_r(line, " \n", &save);
			     word && n < MAX_WORDS - 1;
			     word = strtok_r(NULL, " \n", &save))
				words[n++] = word;
			attempt = n > 0 ? find_attempt(n, words) : NULL;
			print_result(output, attempt ? attempt->run(words + 1) : ENOSYS);
		}
		fclose(input);
		fclose(output);
	}
}

/* --- run: what runc and crun do, in their order
 * ------------------------------------------------------ */

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -errno : 0;
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

/* --- via: what comes before an attempt, to hide what it is
 * ------------------------------------------- */

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

/* via WAY VALUE [via WAY VALUE]... ATTEMPT */
static int run_via(int n, char **words)
{
	const struct attempt *attempt;
	size_t i;
	int r;

	if (n < 4)
		return USAGE;
	attempt = find_attempt(n - 3, words + 3);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(ways[i].name, words[1]))
			break;
	if (i == sizeof(ways) / sizeof(*ways))
		return USAGE;
	ways[i].go(words[2], words + 4);
	if (!attempt && !strcmp(words[3], "via"))
		return run_via(n - 3, words + 3);
	if (!attempt)
		return USAGE;
	r = attempt->run(words + 4);
	print_result(stdout, r);
	return r;
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
	const struct attempt *attempt =
		argc > 1 ? find_attempt(argc - 1, argv + 1) : NULL;

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
	if (argc > 2 && !strcmp(argv[1], "via"))
		return run_via(argc - 1, argv + 1);
	if (argc > 5 && !strcmp(argv[1], "flood")) {
		flood.attempt = find_attempt(argc - 4, argv + 4);
		flood.words = argv + 5;
		if (flood.attempt)
			return run_flood(atoi(argv[2]), atoi(argv[3]));
	}
	fprintf(stderr, "usage: see the head of tests/vm/probe.c\n");
	return USAGE;
}
