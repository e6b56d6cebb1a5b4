// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "agent_state.h"
#include "doctor/barrier.h"
#include "doctor/doctor.h"
#include "doctor/hooks.h"
#include "doctor/window.h"
#include "enforce/requirements.h"
#include "node/cgroup_mount.h"
#include "util/cleanup.h"

#define BPFFS_MAGIC    0xcafe4a11
#define SECURITYFS     "/sys/kernel/security"
#define KERNEL_OLDEST  "5.10"
#define IOURING_JUDGED "5.10.162"

static bool read_line(const char *path, char *line, int size)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* --- the kernel -----------------------------------------------------------------------
 */

static bool is_older(const char *release, const char *than)
{
	unsigned own[3] = {0}, other[3] = {0};

	sscanf(release, "%u.%u.%u", &own[0], &own[1], &own[2]);
	sscanf(than, "%u.%u.%u", &other[0], &other[1], &other[2]);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i] != other[i])
			return own[i] < other[i];
	return false;
}

/* Debian numbers its releases by the interface and tells the version beside it. */
static const char *version_of(const struct utsname *kernel)
{
	static const char mark[] = "Debian ";
	const char *beside = strstr(kernel->version, mark);

	return beside ? beside + sizeof(mark) - 1 : kernel->release;
}

static int check_kernel(const struct doctor *doctor, struct finding *finding)
{
	struct utsname kernel;
	const char *version;

	(void)doctor;
	uname(&kernel);
	version = version_of(&kernel);
	if (is_older(version, KERNEL_OLDEST))
		return finding_say(finding, FINDING_MISSING,
				   "use a node image with Linux " KERNEL_OLDEST
				   " or later",
				   "Linux %s", version);
	if (is_older(version, IOURING_JUDGED))
		return finding_say(finding, FINDING_WARNING,
				   "update the node's kernel to " IOURING_JUDGED
				   " or later",
				   "Linux %s: what io_uring does is done by kernel "
				   "threads, which no "
				   "policy judges",
				   version);
	return finding_say(finding, FINDING_OK, NULL, "Linux %s", version);
}

static int check_btf(const struct doctor *doctor, struct finding *finding)
{
	(void)doctor;
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0)
		return finding_say(finding, FINDING_OK, NULL,
				   "the kernel describes its types");
	return finding_say(finding, FINDING_MISSING,
			   "use a kernel built with CONFIG_DEBUG_INFO_BTF=y",
			   "/sys/kernel/btf/vmlinux: %s", strerrordesc_np(errno));
}

static int check_lsm_list(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(freep) char *parameter = NULL, *remedy = NULL;
	char list[256];

	if (!read_line(SECURITYFS "/lsm", list, sizeof(list)))
		return finding_say(finding, FINDING_WARNING,
				   "mount -t securityfs securityfs " SECURITYFS,
				   SECURITYFS "/lsm cannot be read: %s",
				   strerrordesc_np(errno));
	if (!requirements_lsm_lacks_bpf(list))
		return finding_say(finding, FINDING_OK, NULL, "%s", list);
	if (asprintf(&parameter, "lsm=%s,bpf", list) < 0) {
		parameter = NULL;
		return -ENOMEM;
	}
	remedy = node_image_boot_remedy(&doctor->image, parameter);
	if (!remedy)
		return -ENOMEM;
	return finding_say(finding, FINDING_MISSING, remedy, "bpf is not in %s", list);
}

static int check_lockdown(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(freep) char *remedy = NULL;
	char line[128];

	if (!read_line(SECURITYFS "/lockdown", line, sizeof(line)))
		return finding_say(finding, FINDING_OK, NULL, "not in use");
	if (!strstr(line, "[confidentiality]"))
		return finding_say(finding, FINDING_OK, NULL, "%s", line);
	remedy = node_image_lockdown_remedy(&doctor->image);
	if (!remedy)
		return -ENOMEM;
	return finding_say(finding, FINDING_MISSING, remedy,
			   "%s: BPF programs may not read kernel memory", line);
}

/* --- the configuration ----------------------------------------------------------------
 */

/* Without these nothing loads; a kernel that does not tell its configuration is tried. */
static const char *const options[] = {
	"CONFIG_BPF_SYSCALL=y", "CONFIG_BPF_LSM=y",    "CONFIG_BPF_JIT=y",
	"CONFIG_FTRACE=y",	"CONFIG_CGROUP_BPF=y", "CONFIG_CGROUP_PIDS=y",
};

static FILE *open_config(const char *root)
{
	_cleanup_(freep) char *path = NULL;
	struct utsname kernel;

	uname(&kernel);
	if (asprintf(&path, "%s/boot/config-%s", root, kernel.release) < 0) {
		path = NULL;
		return NULL;
	}
	return fopen(path, "re");
}

static int check_config(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(fclosep) FILE *file = open_config(doctor->root);
	bool has[ARRAY_SIZE(options)] = {0};
	char line[256];

	if (!file)
		return finding_say(
			finding, FINDING_OK, NULL,
			"not in /boot; what counts is whether the programs load");
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(options); i++)
			has[i] |= !strcmp(line, options[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!has[i])
			return finding_say(finding, FINDING_MISSING,
					   "use a node image whose kernel has it",
					   "the kernel was built without %s", options[i]);
	return finding_say(finding, FINDING_OK, NULL, "all that is needed is built in");
}

/* --- mounts and limits ----------------------------------------------------------------
 */

static int check_bpffs(const struct doctor *doctor, struct finding *finding)
{
	struct statfs bpffs;

	(void)doctor;
	if (statfs("/sys/fs/bpf", &bpffs) == 0 && bpffs.f_type == (__fsword_t)BPFFS_MAGIC)
		return finding_say(finding, FINDING_OK, NULL, "at /sys/fs/bpf");
	return finding_say(
		finding, FINDING_MISSING, "mount -t bpf bpf /sys/fs/bpf",
		"/sys/fs/bpf is no BPF file system: nothing could outlive lsmd");
}

static int check_cgroups(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(cgroup_mounts_clear) struct cgroup_mounts mounts = {0};
	_cleanup_(fclosep) FILE *mountinfo = fopen("/proc/1/mountinfo", "re");
	bool v1 = false, v2 = false;

	(void)doctor;
	if (!mountinfo)
		mountinfo = fopen("/proc/self/mountinfo", "re");
	if (mountinfo && cgroup_mounts_read(mountinfo, &mounts) == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < mounts.n; i++) {
		v1 |= mounts.items[i].v1;
		v2 |= !mounts.items[i].v1;
	}
	if (v1 || v2)
		return finding_say(finding, FINDING_OK, NULL, "%s",
				   v1 && v2 ? "v1, and v2 beside it"
				   : v1	    ? "v1, with the pids controller"
					    : "v2");
	return finding_say(
		finding, FINDING_MISSING, "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
		"neither cgroup v2 nor a v1 hierarchy with the pids controller is "
		"mounted");
}

static int check_memory_lock(const struct doctor *doctor, struct finding *finding)
{
	struct utsname kernel;
	struct rlimit limit;

	(void)doctor;
	uname(&kernel);
	if (!is_older(kernel.release, "5.11"))
		return finding_say(finding, FINDING_OK, NULL,
				   "maps are not charged to it");
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
		return finding_say(finding, FINDING_OK, NULL, "unlimited");
	return finding_say(finding, FINDING_WARNING,
			   "run lsmd with CAP_SYS_RESOURCE, or LimitMEMLOCK=infinity",
			   "limited to %llu KiB, to which this kernel charges maps",
			   (unsigned long long)limit.rlim_cur >> 10);
}

/* --- the trial ------------------------------------------------------------------------
 */

static int check_trial(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(freep) char *message = NULL;
	int r = agent_probe(&message);

	(void)doctor;
	if (r == -ENOMEM)
		return r;
	if (r == 0)
		return finding_say(finding, FINDING_OK, NULL,
				   "the programs load, attach, and deny");
	return finding_say(finding, FINDING_MISSING, "see the checks above", "%s",
			   message ? message : "the programs could not be tried");
}

static const struct check checks[] = {
	{"kernel", check_kernel},
	{"kernel-types", check_btf},
	{"kernel-config", check_config},
	{"lsm-list", check_lsm_list},
	{"lockdown", check_lockdown},
	{"hooks", check_hooks},
	{"other-programs", check_neighbours},
	{"bpf-file-system", check_bpffs},
	{"cgroups", check_cgroups},
	{"memory-lock", check_memory_lock},
	{"boot", check_boot},
	{"start-up-taint", check_start_up_taint},
	{"start-barrier", check_start_barrier},
	{"trial", check_trial},
};

const struct check *doctor_checks(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(checks);
	return checks;
}
