// SPDX-License-Identifier: Apache-2.0
#include "doctor/window.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/kubelet.h"
#include "kube/taint.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define PINS	     "/sys/fs/bpf/lsmd"
#define TAINT_VALUE  "true:NoSchedule"
#define TAINT_OPTION "--register-with-taints=" TAINT_KEY "=" TAINT_VALUE

/* By a link in a target's directory, as `systemctl enable` makes it. */
static bool is_enabled(const char *root, const char *unit)
{
	_cleanup_(freep) char *pattern = NULL;
	glob_t found = {0};
	bool enabled;

	if (asprintf(&pattern, "%s/etc/systemd/system/*.{wants,requires}/%s", root,
		     unit) < 0) {
		pattern = NULL;
		return false;
	}
	enabled = glob(pattern, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0;
	globfree(&found);
	return enabled;
}

/* --- after a boot ---------------------------------------------------------------------
 */

static const char *boot_remedy(const struct node_image *image)
{
	if (!strcmp(image->family, "bottlerocket"))
		return "replace nodes instead of rebooting them, so that the start-up "
		       "taint holds; nothing can be installed on Bottlerocket";
	return "deploy/nodes/install.sh IMAGE_ROOT lsmd-boot.service, as "
	       "deploy/nodes/README.md says";
}

static int say_open(const struct doctor *doctor, const struct kubelet *kubelet,
		    struct finding *finding)
{
	const char *remedy = boot_remedy(&doctor->image);
	uint64_t now = clock_boot() / NS_PER_SECOND;

	/* What is pinned is of this boot, and of an lsmd that was up by then. */
	if (access(PINS, F_OK) == 0)
		return finding_say(
			finding, FINDING_WARNING, remedy,
			"lsmd-boot.service is not enabled: after a boot pods run "
			"without policies until lsmd is up");
	return finding_say(finding, FINDING_WARNING, remedy,
			   "lsmd-boot.service is not enabled: pods run without policies "
			   "until lsmd is up, %llu s by now since kubelet started",
			   (unsigned long long)(now - kubelet->started));
}

int check_boot(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(kubelet_clear) struct kubelet kubelet = {0};
	int r = kubelet_find(&kubelet);

	if (r == -ENOMEM)
		return r;
	if (is_enabled(doctor->root, "lsmd-boot.service"))
		return finding_say(finding, FINDING_OK, NULL,
				   "lsmd-boot.service puts the last policies in force "
				   "before kubelet starts");
	if (r == 0)
		return say_open(doctor, &kubelet, finding);
	if (is_enabled(doctor->root, "lsmd.service"))
		return finding_say(finding, FINDING_OK, NULL,
				   "lsmd.service is started before the runtimes");
	return finding_say(finding, FINDING_OK, NULL,
			   "no kubelet runs here, and no unit starts lsmd");
}

/* --- a new node -----------------------------------------------------------------------
 */

static const char *taint_remedy(const struct node_image *image)
{
	static const struct {
		const char *family, *remedy;
	} remedies[] = {
		{"al2", "in the node's user data: bootstrap.sh CLUSTER "
			"--kubelet-extra-args '" TAINT_OPTION "'"},
		{"al2023", "in the node's NodeConfig: spec: {kubelet: {flags: "
			   "[\"" TAINT_OPTION "\"]}}"},
		{"bottlerocket", "in the node's user data: "
				 "[settings.kubernetes.node-taints] \"" TAINT_KEY
				 "\" = [\"" TAINT_VALUE "\"]"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (!strcmp(image->family, remedies[i].family))
			return remedies[i].remedy;
	return "start kubelet with " TAINT_OPTION;
}

int check_start_up_taint(const struct doctor *doctor, struct finding *finding)
{
	_cleanup_(kubelet_clear) struct kubelet kubelet = {0};
	int r = kubelet_find(&kubelet);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return finding_say(finding, FINDING_OK, NULL, "no kubelet runs here");
	if (kubelet_has_taint(&kubelet, doctor->root, TAINT_KEY))
		return finding_say(finding, FINDING_OK, NULL,
				   "kubelet registers the node with " TAINT_KEY);
	return finding_say(finding, FINDING_WARNING, taint_remedy(&doctor->image),
			   "kubelet registers the node without " TAINT_KEY
			   ": on a new one, what the scheduler places there first runs "
			   "without policies until lsmd is up");
}
