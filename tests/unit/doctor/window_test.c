// SPDX-License-Identifier: Apache-2.0
#include "doctor/window.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor/kubelet.h"
#include "node_root.h"

static pid_t kubelet;

/* A process of that name, with arguments: a shell that waits for a pipe's end. */
static void start_kubelet(const char *argument)
{
	int ends[2];
	char byte;

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	kubelet = fork();
	if (kubelet == 0) {
		char *program;

		if (asprintf(&program, "%s/kubelet", root) > 0)
			execl(program, "kubelet", "-c", "read -r line; exit 0", "kubelet",
			      argument, NULL);
		_exit(127);
	}
	close(ends[1]);
	/* The other end closes when it executes. */
	cr_assert_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}

static void begin(void)
{
	_cleanup_(freep) char *command = NULL;
	/* One at a time: each would find the others'. The lock goes with the process. */
	int lock =
		open("/tmp/doctor_window_test.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	struct kubelet other;

	cr_assert_geq(lock, 0);
	cr_assert_eq(flock(lock, LOCK_EX), 0);
	make_root();
	if (kubelet_find(&other) == 0)
		cr_skip_test("a kubelet runs on this machine");
	cr_assert_gt(asprintf(&command, "cp /bin/sh %s/kubelet", root), 0);
	cr_assert_eq(system(command), 0);
}

static void end(void)
{
	if (kubelet > 0) {
		kill(kubelet, SIGKILL);
		waitpid(kubelet, NULL, 0);
	}
	remove_root();
}

TestSuite(doctor_window, .init = begin, .fini = end);

static void finds(doctor_check check, const char *family, enum finding_result result,
		  const char *detail, const char *remedy)
{
	const struct doctor doctor = {.root = root, .image = {.family = family}};
	_cleanup_(freep) char *said = NULL, *advised = NULL;
	struct finding finding = {0};

	cr_assert_eq(check(&doctor, &finding), 0);
	said = finding.detail;
	advised = finding.remedy;
	cr_expect_eq(finding.result, result, "%s", said);
	cr_expect_not_null(strstr(said, detail), "%s", said);
	cr_expect_eq(!advised, !remedy, "%s", said);
	if (advised && remedy)
		cr_expect_not_null(strstr(advised, remedy), "%s", advised);
}

Test(doctor_window, a_host_without_kubelet_has_none)
{
	finds(check_boot, "debian", FINDING_OK, "no kubelet", NULL);
	finds(check_start_up_taint, "debian", FINDING_OK, "no kubelet", NULL);
	put("etc/systemd/system/sysinit.target.wants/lsmd.service", "");
	finds(check_boot, "debian", FINDING_OK, "lsmd.service", NULL);
}

Test(doctor_window, a_node_without_the_unit_is_open_after_a_boot)
{
	start_kubelet("");
	finds(check_boot, "al2023", FINDING_WARNING, "until lsmd is up", "install.sh");
	finds(check_boot, "bottlerocket", FINDING_WARNING, "until lsmd is up",
	      "replace nodes");
	put("etc/systemd/system/sysinit.target.wants/lsmd.service", "");
	finds(check_boot, "al2023", FINDING_WARNING, "until lsmd is up", "install.sh");
	put("etc/systemd/system/multi-user.target.wants/lsmd-boot.service", "");
	finds(check_boot, "al2023", FINDING_OK, "before kubelet", NULL);
}

Test(doctor_window, a_kubelet_without_the_taint_is_told_how_to_get_it)
{
	start_kubelet("--node-labels=a=b");
	finds(check_start_up_taint, "al2", FINDING_WARNING, "without lsmd.io/",
	      "--kubelet-extra-args '--register-with-taints=lsmd.io/agent-not-ready=true:"
	      "NoSchedule'");
	finds(check_start_up_taint, "al2023", FINDING_WARNING, "without lsmd.io/",
	      "flags: [");
	finds(check_start_up_taint, "bottlerocket", FINDING_WARNING, "without lsmd.io/",
	      "[settings.kubernetes.node-taints]");
	finds(check_start_up_taint, "other", FINDING_WARNING, "without lsmd.io/",
	      "start kubelet with --register-with-taints=");
}

Test(doctor_window, the_taint_may_be_among_the_arguments)
{
	start_kubelet("--register-with-taints=a=b:NoSchedule,"
		      "lsmd.io/agent-not-ready=true:NoSchedule");
	finds(check_start_up_taint, "al2", FINDING_OK, "with lsmd.io/", NULL);
}

Test(doctor_window, the_taint_may_be_in_the_configuration)
{
	start_kubelet("--config=/etc/kubernetes/kubelet.yaml");
	put("etc/kubernetes/kubelet.yaml", "registerWithTaints: []\n");
	finds(check_start_up_taint, "al2", FINDING_WARNING, "without lsmd.io/",
	      "extra-args");
	put("etc/kubernetes/kubelet.yaml",
	    "registerWithTaints: [{key: lsmd.io/agent-not-ready, effect: NoSchedule}]\n");
	finds(check_start_up_taint, "al2", FINDING_OK, "with lsmd.io/", NULL);
}

Test(doctor_window, a_kubelet_that_is_built_in_reads_its_distribution_s_file)
{
	start_kubelet("--config /nowhere");
	put("etc/rancher/k3s/config.yaml",
	    "node-taint: [lsmd.io/agent-not-ready:NoSchedule]\n");
	finds(check_start_up_taint, "other", FINDING_OK, "with lsmd.io/", NULL);
}
