// SPDX-License-Identifier: Apache-2.0
#include "node/root.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "root_tree.h"
#include "util/cleanup.h"

TestSuite(root, .init = root_tree_make, .fini = root_tree_remove);

/* Does a path lead to the file that the host calls @host? */
static bool leads_to(const char *path, const char *host)
{
	_cleanup_(closep) int fd = root_open(root, path);
	struct stat found, wanted;

	cr_assert_geq(fd, 0, "%s: %s", path, strerror(-fd));
	cr_assert_eq(fstat(fd, &found), 0);
	cr_assert_eq(stat(host, &wanted), 0);
	return found.st_ino == wanted.st_ino && found.st_dev == wanted.st_dev;
}

Test(root, follows_links_within)
{
	cr_assert(leads_to("/bin/sh", "root/usr/bin/dash"));
	cr_assert_eq(symlink("/usr/bin/dash", "root/absolute"), 0);
	cr_assert(leads_to("/absolute", "root/usr/bin/dash"));
}

Test(root, nothing_leads_out)
{
	cr_assert_eq(root_open(root, "/../outside"), -ENOENT);
	cr_assert_eq(symlink("../../../../outside", "root/escape"), 0);
	cr_assert_eq(root_open(root, "/escape"), -ENOENT);
	cr_assert_eq(symlink("/proc/self/root", "root/magic"), 0);
	cr_assert_eq(root_open(root, "/magic"), -ENOENT);
	cr_assert(leads_to("/../../..", "root"));
}

Test(root, a_loop_of_links_ends)
{
	cr_assert_eq(symlink("b", "root/a"), 0);
	cr_assert_eq(symlink("a", "root/b"), 0);
	cr_assert_eq(root_open(root, "/a"), -ELOOP);
}

Test(root, a_fifo_does_not_wait)
{
	cr_assert_eq(mkfifo("root/fifo", 0644), 0);
	cr_assert(leads_to("/fifo", "root/fifo"));
}

Test(root, names_are_any_bytes)
{
	close(creat("root/usr/bin/a \n\xff\"%s", 0755));
	cr_assert(leads_to("/bin/a \n\xff\"%s", "root/usr/bin/a \n\xff\"%s"));
}

Test(root, knows_a_link_on_the_way)
{
	cr_assert_eq(root_has_link(root, "/bin"), 1);
	cr_assert_eq(root_has_link(root, "/bin/dash"), 1);
	cr_assert_eq(root_has_link(root, "/usr/bin"), 0);
	cr_assert_eq(root_has_link(root, "/usr/bin/sh"), 1);
	cr_assert_eq(root_has_link(root, "/none"), -ENOENT);
}

struct seen {
	char names[4096];
	size_t n, enough;
};

static int see(const char *path, void *data)
{
	struct seen *seen = data;

	strcat(seen->names, path);
	strcat(seen->names, " ");
	return ++seen->n == seen->enough ? ROOT_ENOUGH : 0;
}

Test(root, lists_by_the_name_that_was_asked_for)
{
	const struct root_bounds bounds = {.entries = 10};
	struct seen seen = {0};

	cr_assert_eq(root_list(root, "/bin", &bounds, see, &seen), 0);
	cr_assert_eq(seen.n, 2);
	cr_assert_not_null(strstr(seen.names, "/bin/dash "));
	cr_assert_not_null(strstr(seen.names, "/bin/sh "));
}

Test(root, lists_within_its_bounds_and_says_so)
{
	const struct root_bounds one = {.entries = 1}, shallow = {10, 1}, deep = {10, 9};
	struct seen seen = {0};

	cr_assert_eq(root_list(root, "/bin", &one, see, &seen), -E2BIG);
	cr_assert_eq(seen.n, 1);
	cr_assert_eq(root_list(root, "/", &shallow, see, &seen), -E2BIG);
	seen = (struct seen){0};
	cr_assert_eq(root_list(root, "/", &deep, see, &seen), 0);
	cr_assert_eq(seen.n, 5, "%s", seen.names);
}

Test(root, a_tree_is_listed_without_following_links)
{
	const struct root_bounds deep = {100, 9};
	struct seen seen = {0};

	cr_assert_eq(symlink("..", "root/usr/up"), 0);
	cr_assert_eq(root_list(root, "/usr", &deep, see, &seen), 0);
	cr_assert_eq(seen.n, 4, "%s", seen.names);
}

Test(root, a_visit_can_end_the_list)
{
	const struct root_bounds bounds = {.entries = 10};
	struct seen seen = {.enough = 1};

	cr_assert_eq(root_list(root, "/bin", &bounds, see, &seen), ROOT_ENOUGH);
	cr_assert_eq(root_list(root, "/none", &bounds, see, &seen), -ENOENT);
	cr_assert_eq(root_list(root, "/bin/sh", &bounds, see, &seen), -ENOTDIR);
}

/* --- whose root
 * -------------------------------------------------------------------------- */

static pid_t start_process(void)
{
	pid_t child = fork();

	cr_assert_geq(child, 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* What a process calls itself must not upset who reads of it. */
		prctl(PR_SET_NAME, ") S 1 2 3 (");
		pause();
		_exit(0);
	}
	return child;
}

static void end_process(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* A directory that reads as a cgroup's with these processes. */
static int fake_cgroup(const char *name, pid_t first, pid_t second)
{
	char path[64];
	FILE *file;

	mkdir(name, 0755);
	snprintf(path, sizeof(path), "%s/cgroup.procs", name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	if (first)
		fprintf(file, "%d\n%d\n", first, second);
	fclose(file);
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

struct asked {
	pid_t pids[8];
	size_t n;
	pid_t wanted;
};

static int ask(int fd, int pid, void *data)
{
	struct asked *asked = data;

	cr_assert_geq(fd, 0);
	asked->pids[asked->n++] = pid;
	return pid == asked->wanted;
}

Test(root, the_oldest_process_is_asked_first)
{
	pid_t older = start_process(), younger;
	struct asked asked = {0};
	int cgroup, fd, pid;

	usleep(20000);
	younger = start_process();
	cgroup = fake_cgroup("cgroup", younger, older);
	cr_assert_eq(root_find(cgroup, ask, &asked, &fd, &pid), -ESRCH);
	cr_assert_eq(asked.n, 2);
	cr_assert_eq(asked.pids[0], older);
	cr_assert_eq(asked.pids[1], younger);
	asked = (struct asked){.wanted = younger};
	cr_assert_eq(root_find(cgroup, ask, &asked, &fd, &pid), 0);
	cr_assert_eq(pid, younger);
	close(fd);
	close(cgroup);
	end_process(older);
	end_process(younger);
}

Test(root, processes_that_were_moved_down_are_found)
{
	pid_t process = start_process();
	struct asked asked = {.wanted = process};
	int cgroup = fake_cgroup("cgroup", 0, 0), fd, pid;

	close(fake_cgroup("cgroup/init.scope", process, process));
	cr_assert_eq(root_find(cgroup, ask, &asked, &fd, &pid), 0);
	cr_assert_eq(pid, process);
	close(fd);
	close(cgroup);
	end_process(process);
}

Test(root, a_process_that_has_gone_is_nobody)
{
	pid_t process = start_process();
	struct asked asked = {.wanted = process};
	int cgroup = fake_cgroup("cgroup", process, process), fd, pid;

	end_process(process);
	cr_assert_eq(root_find(cgroup, ask, &asked, &fd, &pid), -ESRCH);
	cr_assert_eq(asked.n, 0);
	close(cgroup);
}

Test(root, a_directory_below_is_not_the_top)
{
	_cleanup_(closep) int whole = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	cr_assert(root_is_top(whole));
	cr_assert_not(root_is_top(root));
}
