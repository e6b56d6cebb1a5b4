// SPDX-License-Identifier: Apache-2.0
#include "doctor/barrier.h"

#include "node_root.h"

TestSuite(doctor_barrier, .init = make_root, .fini = remove_root);

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
