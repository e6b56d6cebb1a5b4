// SPDX-License-Identifier: Apache-2.0

/*
 * The enforcer on a real kernel: load, deny, be killed, adopt, replace, unload. A victim
 * process asks for what is denied all the while, and counts what it got.
 *
 *     enforce_test CGROUP_ROOT v1|v2 HIERARCHY
 *
 * Prints one line a case, and exits with 1 when one failed.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "enforce/enforcer.h"
#include "enforce/self_test_image.h"
#include "lsm/image.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define PINS	"/sys/fs/bpf/lsmd-enforce-test"
#define CGROUP	"enforce-test"

#define CHANGES 30

/* What the victim shares with us. */
struct victim {
	uint64_t denied;  /* calls that failed with EPERM */
	uint64_t allowed; /* calls that went through */
	uint32_t go;
	uint32_t stop;
};

static struct victim *victim;
static const char *cgroup_root;
static struct enforcer_options options = {.pin_directory = PINS};
static unsigned n_failed;

static void check(bool holds, const char *what)
{
	printf("%s %s\n", holds ? "ok" : "not ok", what);
	fflush(stdout);
	n_failed += !holds;
}

static double ms_since(uint64_t start)
{
	return (double)(clock_boot() - start) / 1e6;
}

static void sleep_ms(long ms)
{
	const struct timespec time = {.tv_sec = ms / 1000,
				      .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* --- the victim
 * --------------------------------------------------------------------------- */

static void ask_once(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd >= 0) {
		close(fd);
		victim->allowed++;
	} else if (errno == EPERM) {
		victim->denied++;
	}
}

__attribute__((noreturn)) static void run_victim(void)
{
	while (!__atomic_load_n(&victim->go, __ATOMIC_ACQUIRE))
		sleep_ms(1);
	while (!__atomic_load_n(&victim->stop, __ATOMIC_ACQUIRE)) {
		ask_once();
		sched_yield();
	}
	_exit(0);
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (pid == 0)
		run_victim();
	return pid;
}

static uint64_t make_cgroup(const char *name, pid_t pid)
{
	_cleanup_(fclosep) FILE *file = NULL;
	struct stat status;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", cgroup_root, name);
	if (mkdir(path, 0755) < 0 || stat(path, &status) < 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", cgroup_root, name);
	file = fopen(path, "we");
	if (!file || fprintf(file, "%d", (int)pid) < 0 || fflush(file))
		return 0;
	return status.st_ino;
}

/* --- the agent
 * ---------------------------------------------------------------------------- */

static struct enforcer *open_or_die(const char *what, double *ret_ms)
{
	_cleanup_(freep) char *why = NULL;
	struct enforcer *enforcer = NULL;
	uint64_t start = clock_boot();
	int r = enforcer_open(&options, &enforcer, &why);

	printf("# %s: %.0f ms\n", what, ms_since(start));
	if (ret_ms)
		*ret_ms = ms_since(start);
	if (r == 0)
		return enforcer;
	printf("not ok %s: %d: %s\n", what, r, why ? why : strerror(r < 0 ? -r : EIO));
	exit(1);
}

static void add_gain(uint32_t slot, const struct image *image, uint32_t counter,
		     uint32_t rule, uint64_t count, void *data)
{
	(void)slot;
	if (image && counter == COUNTER_RULES && rule == 0)
		*(uint64_t *)data += count;
}

static uint64_t harvest(struct enforcer *enforcer)
{
	uint64_t gained = 0;

	enforcer_harvest(enforcer, add_gain, &gained);
	return gained;
}

struct seen {
	uint64_t denials;
	uint64_t named;
	uint64_t cgroup;
};

static void on_denial(const struct denial_event *event, const struct image *image,
		      void *data)
{
	struct seen *seen = data;

	if (event->cgroup != seen->cgroup)
		return;
	seen->denials++;
	seen->named += image != NULL;
}

static void on_cgroup(const struct cgroup_event *event, void *data)
{
	(void)event;
	(void)data;
}

static uint32_t slot_of_cgroup;

static int find_slot(uint64_t cgroup_id, const struct cgroup_value *value, void *data)
{
	if (cgroup_id == *(const uint64_t *)data)
		slot_of_cgroup = value->slot;
	return 0;
}

/* --- the cases
 * ---------------------------------------------------------------------------- */

static void deny_and_count(struct enforcer *enforcer, uint64_t cgroup, uint32_t *ret_slot)
{
	_cleanup_(freep) char *why = NULL;
	struct enforcer *second;
	struct image *image = NULL;
	uint64_t start;

	check(!enforcer_adopted(enforcer), "a first load adopts nothing");
	check(enforcer_open(&options, &second, &why) == ENFORCER_E_BUSY && why,
	      "a second lsmd is told that the first runs");
	start = clock_boot();
	check(enforcer_self_test(enforcer, cgroup_root) == 0, "the self-test is denied");
	printf("# self-test: %.0f ms\n", ms_since(start));
	check(harvest(enforcer) == 0, "the self-test's denial is not counted");
	check(enforcer_slot_new(enforcer, ret_slot) == 0, "a slot is given out");
	check(self_test_image(&image) == 0, "the image is well-formed");
	start = clock_boot();
	check(enforcer_publish(enforcer, *ret_slot, image) == 0, "an image is published");
	printf("# publish of a new image: %.1f ms\n", ms_since(start));
	check(enforcer_assign(enforcer, cgroup, *ret_slot, CGROUP_F_HOST_ROOT) == 0,
	      "a cgroup is assigned");
	image_unref(image);
}

static void publish_again(struct enforcer *enforcer)
{
	struct image *image = NULL;
	uint64_t start;
	uint32_t slot = 0;
	int r = self_test_image(&image);

	if (r == 0)
		r = enforcer_slot_new(enforcer, &slot);

	start = clock_boot();
	for (int i = 0; i < 100 && r == 0; i++) {
		r = enforcer_publish(enforcer, slot, NULL);
		if (r == 0)
			r = enforcer_publish(enforcer, slot, image);
	}
	printf("# publish of a known image: %.4f ms\n", ms_since(start) / 200);
	check(r == 0, "a known image is published again and again");
	enforcer_slot_free(enforcer, slot);
	harvest(enforcer);
	image_unref(image);
}

/* An image that says the same, with another severity. */
static int other_image(uint64_t severity, struct image **ret_image)
{
	struct image *image;
	int r = self_test_image(&image);

	if (r < 0)
		return r;
	image->words[WORD_LO(image->words[IMAGE_H_RULES])] |= severity << 24;
	r = image_load(image->words, image->n_words, ret_image);
	image_unref(image);
	return r;
}

/* Return: how long it took, in ms; less than 0: it could not be published. */
static double publish_other(struct enforcer *enforcer, uint32_t slot, uint64_t severity)
{
	struct image *image = NULL;
	int r = other_image(severity, &image);
	uint64_t start = clock_boot();

	if (r == 0)
		r = enforcer_publish(enforcer, slot, image);
	image_unref(image);
	return r == 0 ? ms_since(start) : -1;
}

/* While the victim calls: it is to be denied by one image or the next, never by one that
 * is not whole, which would be counted as closed. */
static void change_images(struct enforcer *enforcer, uint32_t slot, uint64_t first,
			  long pause_ms)
{
	double slowest = 0;
	bool all = true;

	for (uint64_t severity = first; severity < first + CHANGES; severity++) {
		double took;

		sleep_ms(pause_ms);
		took = publish_other(enforcer, slot, severity);
		slowest = took > slowest ? took : slowest;
		all = all && took >= 0;
	}
	check(all, "one new image after another is published");
	printf("# %d new images, %ld ms apart: at most %.1f ms for one\n", CHANGES,
	       pause_ms, slowest);
}

/* To have only what is needed after opening. */
static int drop_privileges(void)
{
	static const cap_value_t kept[] = {CAP_BPF, CAP_PERFMON};
	cap_t capabilities = cap_get_proc();
	int r = cap_clear_flag(capabilities, CAP_EFFECTIVE);

	if (r == 0)
		r = cap_set_flag(capabilities, CAP_EFFECTIVE, ARRAY_SIZE(kept), kept,
				 CAP_SET);
	if (r == 0)
		r = cap_set_proc(capabilities);
	cap_free(capabilities);
	return r;
}

static void serve_without_privilege(struct enforcer *enforcer, uint64_t cgroup)
{
	cap_t privileges = cap_get_proc();
	struct image *image = NULL;
	uint32_t slot = 0;

	check(drop_privileges() == 0, "all but CAP_BPF and CAP_PERFMON is given up");
	check(other_image(5, &image) == 0 && enforcer_slot_new(enforcer, &slot) == 0 &&
		      enforcer_publish(enforcer, slot, image) == 0,
	      "a new image is published without it");
	check(enforcer_assign(enforcer, cgroup, slot, 0) == 0 &&
		      enforcer_remove(enforcer, cgroup) == 0,
	      "a cgroup is assigned without it");
	enforcer_slot_free(enforcer, slot);
	harvest(enforcer);
	check(enforcer_memory(enforcer) > 0, "memory is told without it");
	/* Unloading asks by id, for which it takes more. */
	check(cap_set_proc(privileges) == 0, "what was given up is taken back");
	cap_free(privileges);
	image_unref(image);
}

/* An agent that is killed while it loads or serves. */
static void kill_agent_after(long ms)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct enforcer *enforcer = NULL;
		char *why = NULL;

		if (enforcer_open(&options, &enforcer, &why) == 0)
			pause();
		_exit(1);
	}
	sleep_ms(ms);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void check_adopted(uint64_t cgroup, uint64_t *denied_before)
{
	struct enforcer *enforcer = open_or_die("adopt", NULL);
	struct seen seen = {.cgroup = cgroup};
	const struct enforcer_events handlers = {on_denial, on_cgroup, &seen};

	check(enforcer_adopted(enforcer), "a later life adopts");
	slot_of_cgroup = 0;
	check(enforcer_cgroups(enforcer, find_slot, &cgroup) == 0 && slot_of_cgroup,
	      "the cgroup is still assigned");
	check(enforcer_image(enforcer, slot_of_cgroup) != NULL, "the image is read back");
	check(enforcer_consume(enforcer, &handlers) >= 0 && seen.denials > 0 &&
		      seen.named == seen.denials,
	      "records from before name their image");
	*denied_before += harvest(enforcer);
	enforcer_free(enforcer);
}

/* Another constant makes another build, so that each start is to replace the one before.
 */
static void replace_and_kill(double load_ms)
{
	static const unsigned percent[] = {1,  10,  30,	 60,  80,  90,
					   95, 100, 105, 110, 120, 150};
	uint32_t hierarchy = options.cgroup_hierarchy;

	for (size_t i = 0; i < ARRAY_SIZE(percent); i++) {
		options.cgroup_hierarchy = hierarchy + 1000 + (uint32_t)i;
		kill_agent_after((long)(load_ms * percent[i] / 100));
	}
	options.cgroup_hierarchy = hierarchy + 2000;
	enforcer_free(open_or_die("replace by another build", NULL));
	options.cgroup_hierarchy = hierarchy;
}

static int programs_attached(const struct enforcer *enforcer)
{
	struct enforcer_program programs[32];
	size_t n = enforcer_programs(enforcer, programs, 32);
	int attached = 0;

	for (size_t i = 0; i < n; i++) {
		printf("# %s on %s: %u instructions verified\n", programs[i].name,
		       programs[i].attach_to, programs[i].verified_instructions);
		attached += programs[i].attached;
	}
	return attached == (int)n ? attached : 0;
}

static void finish(struct enforcer *enforcer, uint64_t cgroup, uint32_t slot, pid_t pid,
		   uint64_t harvested)
{
	uint64_t denied;

	__atomic_store_n(&victim->stop, 1, __ATOMIC_RELEASE);
	waitpid(pid, NULL, 0);
	harvested += harvest(enforcer);
	denied = victim->denied;
	printf("# %llu denied, %llu counted, %llu allowed\n", (unsigned long long)denied,
	       (unsigned long long)harvested, (unsigned long long)victim->allowed);
	check(victim->allowed == 0, "not one call went through");
	check(denied > 0 && harvested == denied, "every denial was counted once");
	printf("# maps: %.1f MiB\n", (double)enforcer_memory(enforcer) / 1048576);
	check(enforcer_remove(enforcer, cgroup) == 0, "a cgroup is made nobody's");
	enforcer_slot_free(enforcer, slot);
}

static void unload(void)
{
	_cleanup_(freep) char *why = NULL;
	uint64_t before = victim->allowed;

	check(enforcer_unload(PINS, &why) == 0, "everything is unloaded");
	check(access(PINS, F_OK) < 0, "no pin is left");
	check(enforcer_unload(PINS, &why) == 0, "unloading nothing is no error");
	ask_once();
	check(victim->allowed == before + 1, "nothing is denied any more");
}

int main(int argc, char **argv)
{
	struct enforcer *enforcer;
	uint64_t cgroup, harvested = 0;
	uint32_t slot = 0;
	double load_ms;
	pid_t pid;

	if (argc != 4)
		return 2;
	cgroup_root = argv[1];
	options.cgroup_v1 = !strcmp(argv[2], "v1");
	options.cgroup_hierarchy = (uint32_t)strtoul(argv[3], NULL, 10);
	victim = mmap(NULL, sizeof(*victim), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (victim == MAP_FAILED)
		return 2;
	pid = start_victim();
	cgroup = make_cgroup(CGROUP, pid);
	check(cgroup != 0, "a cgroup is made");
	enforcer = open_or_die("first load", &load_ms);
	deny_and_count(enforcer, cgroup, &slot);
	__atomic_store_n(&victim->go, 1, __ATOMIC_RELEASE);
	check(programs_attached(enforcer) > 0, "every program is attached");
	sleep_ms(100);
	enforcer_free(enforcer);

	kill_agent_after(1500);
	check_adopted(cgroup, &harvested);
	/* What a life harvested is reported again by the next, as part of what the blocks
	 * hold. */
	harvested = 0;
	replace_and_kill(load_ms);
	enforcer = open_or_die("replace", NULL);
	check(enforcer_image(enforcer, slot) != NULL,
	      "the image is in force after replacing");
	check(programs_attached(enforcer) > 0,
	      "every program is attached after replacing");
	check(enforcer_self_test(enforcer, cgroup_root) == 0,
	      "the self-test is denied again");
	change_images(enforcer, slot, 10, 100);
	change_images(enforcer, slot, 10 + CHANGES, 0);
	finish(enforcer, cgroup, slot, pid, harvested);
	publish_again(enforcer);
	serve_without_privilege(enforcer, cgroup);
	enforcer_free(enforcer);
	unload();
	printf("# %u failed\n", n_failed);
	return n_failed ? 1 : 0;
}
