// SPDX-License-Identifier: Apache-2.0
#include "doctor/hooks.h"

#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/skeleton.h"

static struct finding finding;

static void clear(void)
{
	free(finding.detail);
	free(finding.remedy);
	finding = (struct finding){0};
}

TestSuite(hooks, .fini = clear, .timeout = 60);

static void add_function(struct btf *types, int prototype, const char *hook)
{
	char name[128];

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	cr_assert_gt(btf__add_func(types, name, BTF_FUNC_GLOBAL, prototype), 0);
}

/* The types of a kernel with every hook that a program is for, but one. */
static struct btf *kernel_without(const char *left_out)
{
	const struct bpf_program *program = NULL;
	struct btf *types = btf__new_empty();
	int prototype = btf__add_func_proto(types, 0);
	struct skeleton *skeleton;

	cr_assert_gt(prototype, 0);
	cr_assert_eq(skeleton_open(&skeleton), 0);
	while ((program = skeleton_next_program(skeleton, program))) {
		const char *section = bpf_program__section_name(program);

		if (!strncmp(section, "lsm/", 4) && strcmp(section + 4, left_out) != 0)
			add_function(types, prototype, section + 4);
	}
	skeleton_free(skeleton);
	return types;
}

Test(hooks, a_kernel_that_has_them_all_is_ok)
{
	struct btf *types = kernel_without("none");

	cr_assert_eq(hooks_judge(types, &finding), 0);
	cr_expect_eq(finding.result, FINDING_OK);
	cr_expect_eq(strncmp(finding.detail, "all ", 4), 0, "%s", finding.detail);
	cr_expect_null(finding.remedy);
	btf__free(types);
}

Test(hooks, one_that_is_not_in_the_kernel_is_named)
{
	struct btf *types = kernel_without("socket_connect");

	cr_assert_eq(hooks_judge(types, &finding), 0);
	cr_expect_eq(finding.result, FINDING_WARNING);
	cr_expect_str_eq(finding.detail, "not in this kernel: socket_connect");
	cr_assert_not_null(finding.remedy);
	cr_expect_not_null(strstr(finding.remedy, "lsmctl check"));
	btf__free(types);
}

Test(hooks, a_function_of_the_kernel_by_a_longer_name_is_no_hook)
{
	struct btf *types = kernel_without("file_open");

	add_function(types, btf__add_func_proto(types, 0), "file_open_more");
	cr_assert_eq(hooks_judge(types, &finding), 0);
	cr_expect_str_eq(finding.detail, "not in this kernel: file_open");
	btf__free(types);
}

Test(hooks, a_kernel_with_none_is_a_list_that_may_be_cut_but_never_overruns)
{
	struct btf *types = btf__new_empty();

	cr_assert_eq(hooks_judge(types, &finding), 0);
	cr_expect_eq(finding.result, FINDING_WARNING);
	cr_expect_lt(strlen(finding.detail), (size_t)600);
	btf__free(types);
}
