/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>

#include "pause/annotation.h"
#include "util/clock.h"

static struct pauses pauses;
static const struct pause *const pause_ = &pauses.sources[PAUSE_BY_NODE];

Test(pause_annotation, true_pauses_until_it_goes)
{
	cr_expect_eq(pause_annotation_read("true", &pauses), 0);
	cr_expect(pause_->on);
	cr_expect_eq(pause_->until, 0);
	cr_expect_eq(pause_annotation_read(NULL, &pauses), 0);
	cr_expect(!pause_->on);
}

Test(pause_annotation, false_and_nothing_are_none)
{
	static const char *const none[] = {"false", ""};

	for (int i = 0; i < 2; i++) {
		pause_annotation_read("true", &pauses);
		cr_expect_eq(pause_annotation_read(none[i], &pauses), 0);
		cr_expect(!pause_->on);
	}
}

Test(pause_annotation, a_time_is_when_it_ends)
{
	char text[CLOCK_TEXT];
	uint64_t left;

	clock_text(clock_wall() + 60 * NS_PER_SECOND, text);
	cr_expect_eq(pause_annotation_read(text, &pauses), 0);
	cr_assert(pause_->on);
	left = pause_->until - clock_boot();
	cr_expect(left > 50 * NS_PER_SECOND && left <= 60 * NS_PER_SECOND);
}

Test(pause_annotation, a_time_that_is_over_pauses_nothing)
{
	pause_annotation_read("true", &pauses);
	cr_expect_eq(pause_annotation_read("2020-01-01T00:00:00Z", &pauses), 0);
	cr_expect(!pause_->on);
}

Test(pause_annotation, what_is_neither_changes_nothing_and_is_told)
{
	static const char *const wrong[] = {"10m", "True", "yes", "2030-01-01", " true"};

	for (int i = 0; i < 5; i++) {
		pause_annotation_read(NULL, &pauses);
		cr_expect_eq(pause_annotation_read(wrong[i], &pauses), -EINVAL, "%s",
			     wrong[i]);
		cr_expect(!pause_->on);
		pause_annotation_read("true", &pauses);
		cr_expect_eq(pause_annotation_read(wrong[i], &pauses), -EINVAL);
		cr_expect(pause_->on);
	}
}
