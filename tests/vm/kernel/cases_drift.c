// SPDX-License-Identifier: Apache-2.0
/* Drift: programs that the container's image did not bring. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define DRIFTED                                                                          \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: drift, "        \
	"namespace: shop}\nspec:\n  podSelector: {}\n"                                   \
	"  exec: {rules: [{name: r, action: deny, drifted: true}]}\n"

#define LAYERS	       "/tmp/layers"
#define MERGED	       LAYERS "/merged"

#define START_DELAY_US 50000

/* The root of the container: this system as its image, and a volume. */
static void mount_layers(void)
{
	make_directory("/programs");
	make_program("/programs/chowned");
	make_program("/programs/changed");
	make_program("/programs/touched");
	make_directory("/tmp");
	make_directory(LAYERS);
	CHECK(mount("layers", LAYERS, "tmpfs", 0, NULL) == 0);
	make_directory(LAYERS "/upper");
	make_directory(LAYERS "/work");
	make_directory(LAYERS "/volume");
	make_directory(MERGED);
	make_program(LAYERS "/volume/program");
	CHECK(mount("overlay", MERGED, "overlay", 0,
		    "lowerdir=/,upperdir=" LAYERS "/upper,workdir=" LAYERS "/work") == 0);
	make_directory(MERGED "/volume");
	CHECK(mount(LAYERS "/volume", MERGED "/volume", NULL, MS_BIND, NULL) == 0);
}

static void unmount_layers(void)
{
	umount2(MERGED "/volume", MNT_DETACH);
	umount2(MERGED, MNT_DETACH);
	umount2(LAYERS, MNT_DETACH);
}

static void append(const char *path)
{
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, "x", 1) == 1);
}

/* Another overlay, whose lower layer is one's own. */
static int exec_from_own_overlay(void)
{
	make_directory("/volume/lower");
	make_directory("/volume/merged");
	make_directory("/volume/upper");
	make_directory("/volume/work");
	make_program("/volume/lower/program");
	CHECK(mount("overlay", "/volume/merged", "overlay", 0,
		    "lowerdir=/volume/lower,upperdir=/volume/upper,workdir=/volume/"
		    "work") == 0);
	return try_exec("/volume/merged/program");
}

static void drift_is_denied(void)
{
	CHECK(try_exec("/bin/kernel-test") == 0);
	CHECK(try_exec("/programs/chowned") == 0);
	/* Copied up for its attributes alone. */
	CHECK(chown("/programs/chowned", 1, 1) == 0 &&
	      chmod("/programs/chowned", 0755) == 0);
	CHECK(try_exec("/programs/chowned") == 0);
	append("/programs/changed");
	CHECK(try_exec("/programs/changed") == EPERM);
	CHECK(utimes("/programs/touched", NULL) == 0);
	CHECK(try_exec("/programs/touched") == EPERM);
	make_program("/tmp/new");
	CHECK(try_exec("/tmp/new") == EPERM);
	CHECK(rename("/bin/kernel-test", "/tmp/renamed") == 0);
	CHECK(try_exec("/tmp/renamed") == 0);
	CHECK(rename("/tmp/renamed", "/bin/kernel-test") == 0);

	CHECK(try_exec("/volume/program") == 0);
	make_program("/volume/new");
	CHECK(try_exec("/volume/new") == EPERM);
	CHECK(exec_from_own_overlay() == EPERM);
}

/* In the overlay as its root. What was made just before would be of the same tick. */
static pid_t start_in_layers(const struct test_case *test)
{
	pid_t pid;

	usleep(START_DELAY_US);
	pid = fork();
	if (pid == 0) {
		CHECK(unshare(CLONE_NEWNS) == 0);
		CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		move_to(fixture.cgroup, getpid());
		CHECK(chroot(MERGED) == 0 && chdir("/") == 0);
		execl("/bin/kernel-test", "kernel-test", "inside", test->name, NULL);
		_exit(1);
	}
	return pid;
}

static void drift_is_counted(const struct test_case *test)
{
	CHECK(wait_ok(start_in_layers(test)));
	CHECK(harvest().by_rule == 5);
}

/* --- the clock of file systems
 * --------------------------------------------------------------- */

#define MILLISECOND	(NS_PER_SECOND / 1000)
#define STAMPED_SOON_MS 5
#define STAMPED_LONG_MS 200

static void set_real_time(uint64_t time)
{
	const struct timespec real = {.tv_sec = (time_t)(time / NS_PER_SECOND),
				      .tv_nsec = (long)(time % NS_PER_SECOND)};

	CHECK(clock_settime(CLOCK_REALTIME, &real) == 0);
}

static uint64_t changed_at(const char *path)
{
	struct stat status;

	CHECK(stat(path, &status) == 0);
	return (uint64_t)status.st_ctim.tv_sec * NS_PER_SECOND +
	       (uint64_t)status.st_ctim.tv_nsec;
}

/* A change is stamped with the time of the last tick: shown by setting the clock back by
 * what that may be. It may go on past the start before the change is made; then once
 * more. To look at the stamp leaves a mark beside it in the inode, from 6.13 on. */
static void change_before(const char *path, uint64_t start, unsigned milliseconds)
{
	do {
		set_real_time(start - milliseconds * MILLISECOND);
		CHECK(chmod(path, 0755) == 0);
	} while (changed_at(path) >= start);
}

static void a_tick_is_drift(void)
{
	raise(SIGSTOP);
	CHECK(try_exec("/volume/program") == 0);
	CHECK(try_exec("/volume/soon") == EPERM);
}

static void mount_stamped(void)
{
	mount_layers();
	make_program(LAYERS "/volume/soon");
}

/* While the container's program waits. */
static void stamp_files(const struct test_case *test)
{
	pid_t pid = start_in_layers(test);
	uint64_t offset = enforcer_state(fixture.enforcer)->realtime_offset, start;
	int status;

	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	start = enforcer_slot_arrived(fixture.enforcer, fixture.slot) + offset;
	change_before(LAYERS "/volume/soon", start, STAMPED_SOON_MS);
	change_before(LAYERS "/volume/program", start, STAMPED_LONG_MS);
	set_real_time(clock_boot() + offset);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(wait_ok(pid));
}

const struct test_case drift_cases[] = {
	CASE("what the image did not bring is denied", DRIFTED, drift_is_denied,
	     .set_up = mount_layers, .tear_down = unmount_layers,
	     .outside = drift_is_counted),
	CASE("a change is drift though its stamp is of the tick before the start",
	     DRIFTED, a_tick_is_drift, .set_up = mount_stamped,
	     .tear_down = unmount_layers, .outside = stamp_files),
	{0},
};
