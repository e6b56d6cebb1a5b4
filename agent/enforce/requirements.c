// SPDX-License-Identifier: Apache-2.0
#include "enforce/requirements.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include "enforce/detail.h"
#include "enforce/enforcer.h"
#include "enforce/libbpf_log.h"
#include "util/cleanup.h"

#define BTF_PATH      "/sys/kernel/btf/vmlinux"
#define LSM_PATH      "/sys/kernel/security/lsm"
#define LOCKDOWN_PATH "/sys/kernel/security/lockdown"

static const struct {
	cap_value_t value;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},		  /* maps and programs at all */
	{CAP_PERFMON, "CAP_PERFMON"},	  /* programs that read kernel memory */
	{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, /* opening by id, and mounting */
};

static bool read_line(const char *path, char *line, int size)
{
	_cleanup_(fclosep) FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

int requirements_lsm_lacks_bpf(const char *list)
{
	for (const char *name = list; *name;) {
		size_t length = strcspn(name, ",");

		if (length == 3 && !strncmp(name, "bpf", 3))
			return 0;
		name += length + (name[length] == ',');
	}
	return 1;
}

int requirements_check(bool tracing, char **reterr_detail)
{
	char list[256];

	if (access(BTF_PATH, R_OK) < 0)
		return detail(reterr_detail, ENFORCER_E_NO_BTF,
			      BTF_PATH ": %s: the kernel must be built with "
				       "CONFIG_DEBUG_INFO_BTF=y, and /sys be mounted",
			      strerror(errno));
	if (!tracing && read_line(LSM_PATH, list, sizeof(list)) &&
	    requirements_lsm_lacks_bpf(list))
		return detail(
			reterr_detail, ENFORCER_E_NO_LSM,
			"bpf is not among the active LSMs: put lsm=%s,bpf on the kernel "
			"command line (CONFIG_BPF_LSM=y) and reboot",
			list);
	return 0;
}

bool requirements_lsm_is_active(void)
{
	char list[256];

	return read_line(LSM_PATH, list, sizeof(list)) &&
	       !requirements_lsm_lacks_bpf(list);
}

const char *requirements_missing_capability(void)
{
	cap_t capabilities = cap_get_proc();
	const char *missing = NULL;

	for (size_t i = 0; capabilities && i < ARRAY_SIZE(needed) && !missing; i++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (cap_get_flag(capabilities, needed[i].value, CAP_EFFECTIVE, &value) ==
			    0 &&
		    value == CAP_CLEAR)
			missing = needed[i].name;
	}
	cap_free(capabilities);
	return missing;
}

static bool is_locked_down(void)
{
	char line[128];

	return read_line(LOCKDOWN_PATH, line, sizeof(line)) &&
	       strstr(line, "[confidentiality]");
}

/* Before 5.11 maps are charged to this limit, and it is EPERM when they don't fit. */
static bool is_memory_limited(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

int requirements_explain(int error, const char *what, char **reterr_detail)
{
	const char *log = libbpf_log_text();
	const char *missing = error == -EPERM || error == -EACCES
				      ? requirements_missing_capability()
				      : NULL;

	if (missing)
		return detail(reterr_detail, ENFORCER_E_PRIVILEGE,
			      "%s: %s is missing: run as root with it, or add it to the "
			      "container's capabilities",
			      what, missing);
	if (error == -EPERM && is_locked_down())
		return detail(
			reterr_detail, ENFORCER_E_PRIVILEGE,
			"%s: the kernel is locked down (confidentiality), which forbids "
			"BPF programs to read kernel memory: boot with "
			"lockdown=integrity",
			what);
	if (error == -EPERM && is_memory_limited())
		return detail(reterr_detail, ENFORCER_E_PRIVILEGE,
			      "%s: locked memory is limited: run with CAP_SYS_RESOURCE, "
			      "or with "
			      "LimitMEMLOCK=infinity",
			      what);
	if (!log[0])
		return detail(reterr_detail, error, "%s: %s", what, strerror(-error));
	return detail(reterr_detail, ENFORCER_E_LOAD, "%s: %s: %s", what,
		      strerror(-error), log);
}
