// SPDX-License-Identifier: Apache-2.0

/*
 * What a guarded call costs, counted in guest instructions (vm.sh --icount: one is one
 * ns):
 *
 *     hook-costs CGROUP_ROOT v1|v2 HIERARCHY
 *
 * Medians of seven loops, after a warm-up, of this process outside and of one in a
 * subject, with images from none to ten thousand rules.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "enforce/enforcer.h"
#include "policy/model.h"
#include "util/cleanup.h"

#define LOOPS 7
#define CALLS 400

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- the calls
 * ------------------------------------------------------------------------------ */

static void open_passwd(void)
{
	close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static void open_deep(void)
{
	close(open("/tmp/one/two/three/four/five/file-with-a-longer-name",
		   O_RDONLY | O_CLOEXEC));
}

static void open_null(void)
{
	close(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void create_socket(void)
{
	close(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int connected = -1;

static void connect_udp(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect(connected, (struct sockaddr *)&address, sizeof(address));
}

static const struct {
	const char *name;
	void (*call)(void);
} calls[] = {
	{"open 2 names", open_passwd}, {"open 7 names", open_deep},
	{"open mount", open_null},     {"socket", create_socket},
	{"connect", connect_udp},
};

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static uint64_t measure(void (*call)(void))
{
	uint64_t start, taken[LOOPS];

	for (int i = 0; i < CALLS; i++)
		call();
	for (int loop = 0; loop < LOOPS; loop++) {
		start = now();
		for (int i = 0; i < CALLS; i++)
			call();
		taken[loop] = (now() - start) / CALLS;
	}
	qsort(taken, LOOPS, sizeof(taken[0]), compare);
	return taken[LOOPS / 2];
}

static void measure_all(const char *what)
{
	connected = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	printf("%-44s", what);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		printf(" %12llu", (unsigned long long)measure(calls[i].call));
	printf("\n");
	fflush(stdout);
	close(connected);
}

/* --- the subject
 * ---------------------------------------------------------------------------- */

static struct enforcer *enforcer;
static char cgroup[PATH_MAX];
static uint32_t slot;

static void make_cgroup(const char *root)
{
	snprintf(cgroup, sizeof(cgroup), "%s/hook-costs", root);
	if (mkdir(cgroup, 0755) < 0)
		die(cgroup);
}

static void make_subject(void)
{
	struct stat status;

	if (stat(cgroup, &status) < 0)
		die(cgroup);
	if (enforcer_slot_new(enforcer, &slot) != 0 ||
	    enforcer_assign(enforcer, status.st_ino, slot, CGROUP_F_HOST_ROOT) != 0)
		die("subject");
}

static void publish(const char *text)
{
	struct diagnostics diagnostics = {0};
	struct policy_list policies = {0};
	struct image *image = NULL;

	if (policy_parse(text, strlen(text), "bench", &diagnostics, &policies) != 0 ||
	    image_compile(&policies, &diagnostics, &image) != 0 ||
	    enforcer_publish(enforcer, slot, image) != 0) {
		diagnostics_print(&diagnostics, stderr);
		die("publish");
	}
	image_unref(image);
	diagnostics_clear(&diagnostics);
	policy_list_clear(&policies);
}

/* In the subject, after an exec, so that it is not entering any more. */
static void run_inside(const char *what)
{
	_cleanup_(fclosep) FILE *file = NULL;
	char path[PATH_MAX];
	pid_t pid;

	snprintf(path, sizeof(path), "%.4000s/cgroup.procs", cgroup);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		file = fopen(path, "we");
		if (!file || fprintf(file, "%d", (int)getpid()) < 0 || fflush(file))
			die(path);
		execl("/proc/self/exe", "hook-costs", "inside", what, NULL);
		die("exec");
	}
	waitpid(pid, NULL, 0);
}

#define HEAD                                                                             \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: bench, "        \
	"namespace: shop}\n"                                                             \
	"spec:\n  podSelector: {}\n"

/* Rules of all four sections, @n of each, none of which matches what is called. */
static void publish_rules(unsigned n, const char *section)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(fclosep) FILE *file = NULL;
	size_t size;

	file = open_memstream(&text, &size);
	fprintf(file, HEAD "  %s:\n    rules:\n", section);
	for (unsigned i = 0; i < n; i++) {
		if (!strcmp(section, "network"))
			fprintf(file,
				"    - {name: r%u, action: deny, to: [10.%u.%u.0/24], "
				"ports: [%u]}\n",
				i, i / 256, i % 256, 1000 + i % 5000);
		else if (!strcmp(section, "sockets"))
			fprintf(file,
				"    - {name: r%u, action: deny, families: [packet]}\n",
				i);
		else
			fprintf(file,
				"    - {name: r%u, action: deny, paths: "
				"[/etc/denied/number-%u/file,"
				" /tmp/one/two/three/four/five/other-%u]}\n",
				i, i, i);
	}
	fflush(file);
	publish(text);
}

static void measure_subject(void)
{
	static const unsigned sizes[] = {1, 100, 5000};
	char what[64];

	run_inside("subject without an image");
	publish_rules(1, "exec");
	run_inside("image without a rule for the hook");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		publish_rules(sizes[i], "file");
		snprintf(what, sizeof(what), "%u file rules, none matches", sizes[i]);
		run_inside(what);
	}
	publish(HEAD
		"  file:\n    default: deny\n    rules:\n"
		"    - {name: all, action: allow, access: [read], paths: [\"/**\"]}\n");
	run_inside("file default deny, one pattern allows");
	publish_rules(1, "sockets");
	run_inside("1 sockets rule, does not match");
	publish_rules(1, "network");
	run_inside("1 network rule, does not match");
	publish_rules(10000, "network");
	run_inside("10000 network rules, none matches");
}

static void make_files(void)
{
	char path[PATH_MAX] = "/tmp";

	mkdir(path, 0755);
	for (const char *const *name = (const char *const[]){"/one", "/two", "/three",
							     "/four", "/five", NULL};
	     *name; name++) {
		strcat(path, *name);
		mkdir(path, 0755);
	}
	strcat(path, "/file-with-a-longer-name");
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	close(open("/etc/passwd", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

int main(int argc, char **argv)
{
	struct enforcer_options options = {.pin_directory =
						   "/sys/fs/bpf/lsmd-hook-costs"};
	_cleanup_(freep) char *why = NULL;

	if (argc == 3 && !strcmp(argv[1], "inside")) {
		measure_all(argv[2]);
		return 0;
	}
	if (argc != 4)
		return 2;
	options.cgroup_v1 = !strcmp(argv[2], "v1");
	options.cgroup_hierarchy = (uint32_t)strtoul(argv[3], NULL, 10);
	make_files();
	printf("%-44s", "instructions a call");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		printf(" %12s", calls[i].name);
	printf("\n");
	/* The cgroup itself costs: sockets and files are charged to it. */
	make_cgroup(argv[1]);
	run_inside("no programs");
	if (enforcer_open(&options, &enforcer, &why) != 0)
		die(why ? why : "enforcer");
	run_inside("no subject");
	make_subject();
	measure_subject();
	enforcer = enforcer_free(enforcer);
	return enforcer_unload(options.pin_directory, &why) ? 1 : 0;
}
