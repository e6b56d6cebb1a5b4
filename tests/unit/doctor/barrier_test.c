// SPDX-License-Identifier: Apache-2.0
#include "doctor/barrier.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

static char root[] = "/tmp/doctor_barrierXXXXXX";

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void make_root(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(doctor_barrier, .init = make_root, .fini = remove_root);

static void put(const char *path, const char *text)
{
	_cleanup_(freep) char *full = NULL;
	_cleanup_(fclosep) FILE *file = NULL;

	cr_assert_gt(asprintf(&full, "%s/%s", root, path), 0);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "we");
	cr_assert_not_null(file);
	fputs(text, file);
}

Test(doctor_barrier, of_crio_is_a_file_among_its_hooks)
{
	put("etc/containers/oci/hooks.d/10-other.json", "{\"path\": \"/bin/other\"}");
	cr_expect(!barrier_of_crio(root));
	put("etc/containers/oci/hooks.d/90-lsmd.json",
	    "{\"hook\": {\"path\": \"/usr/local/libexec/lsmd/lsmd-oci-hook\"}}");
	cr_expect(barrier_of_crio(root));
	cr_expect(!barrier_of_containerd(root));
}

Test(doctor_barrier, of_containerd_is_in_the_specification_that_it_starts_from)
{
	put("etc/containerd/config.toml",
	    "version = 2\n[plugins.a]\n  base_runtime_spec = \"\"\n"
	    "[plugins.b]\n  base_runtime_spec = \"/etc/containerd/lsmd.json\"\n");
	cr_expect(!barrier_of_containerd(root));
	put("etc/containerd/lsmd.json", "{\"hooks\": {}}");
	cr_expect(!barrier_of_containerd(root));
	put("etc/containerd/lsmd.json", "{\"hooks\": {\"createRuntime\": [{\"path\": "
					"\"/usr/local/libexec/lsmd/lsmd-oci-hook\"}]}}");
	cr_expect(barrier_of_containerd(root));
	cr_expect(!barrier_of_crio(root));
}

Test(doctor_barrier, says_which_way_applies)
{
	static const struct {
		const char *path, *family, *says;
	} nodes[] = {
		{"etc/x", "al2023", "none; no runtime"},
		{"etc/containerd/x", "al2023", "none; containerd takes one by "},
		{"etc/containerd/x", "bottlerocket", "none, and Bottlerocket takes none"},
		{"etc/crio/x", "other", "none; CRI-O takes one in /etc/containers"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		const struct doctor doctor = {.root = root,
					      .image = {.family = nodes[i].family}};
		struct finding finding = {0};

		put(nodes[i].path, "");
		cr_assert_eq(check_start_barrier(&doctor, &finding), 0);
		cr_expect_eq(finding.result, FINDING_OK);
		cr_expect_not_null(strstr(finding.detail, nodes[i].says), "%s",
				   finding.detail);
		free(finding.detail);
		free(finding.remedy);
	}
}
