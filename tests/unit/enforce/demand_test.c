// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "enforce/demand.h"
#include "enforce/skeleton.h"
#include "fake.h"
#include "lsm/image.h"
#include "util/cleanup.h"

static const struct {
	const char *attach_to;
	uint32_t demand;
} hooks[] = {
	{"socket_sendmsg", IMAGE_HAS_SENDMSG},
	{"unix_stream_connect", IMAGE_HAS_UNIX},
	{"unix_may_send", IMAGE_HAS_UNIX},
	{"bprm_check_security", 0},
	{"file_open", 0},
	{"socket_create", 0},
	{"socket_connect", 0},
};

static const struct bpf_program *program_on(const struct skeleton *skeleton,
					    const char *attach_to)
{
	const struct bpf_program *program = NULL;
	char section[64];

	snprintf(section, sizeof(section), "lsm/%s", attach_to);
	while ((program = skeleton_next_program(skeleton, program)))
		if (!strcmp(bpf_program__section_name(program), section))
			return program;
	return NULL;
}

Test(demand, is_of_the_programs_on_the_hooks_that_every_message_passes)
{
	struct skeleton *skeleton;

	cr_assert_eq(skeleton_open(&skeleton), 0);
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		const struct bpf_program *program =
			program_on(skeleton, hooks[i].attach_to);

		cr_assert(program, "%s", hooks[i].attach_to);
		cr_expect_eq(demand_of(bpf_program__name(program)), hooks[i].demand, "%s",
			     hooks[i].attach_to);
	}
	skeleton_free(skeleton);
}

Test(demand, of_an_image_is_what_it_says)
{
	struct image *image = fake_image(1, 1);

	cr_assert_eq(demand_by(image), 0);
	image->words[IMAGE_H_SECTIONS] = WORD(IMAGE_HAS_UNIX, IMAGE_HAS_SENDMSG);
	cr_assert_eq(demand_by(image), IMAGE_HAS_UNIX);
	image_unref(image);
}
