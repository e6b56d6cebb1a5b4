// SPDX-License-Identifier: Apache-2.0
#include "report/names.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

#include "lsm/abi.h"

static void errno_is(uint8_t number, const char *expected)
{
	char text[REPORT_ERRNO_TEXT];

	report_errno_name(number, text);
	cr_expect(eq(str, text, (char *)expected));
}

Test(report_names, knows_every_errno_that_a_rule_may_give)
{
	char text[REPORT_ERRNO_TEXT];

	errno_is(EPERM, "EPERM");
	errno_is(EACCES, "EACCES");
	errno_is(ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT");
	errno_is(133, "EHWPOISON");
	errno_is(0, "");
	errno_is(41, "41"); /* no such errno */
	errno_is(255, "255");
	for (uint8_t i = 1; i <= 133; i++) {
		report_errno_name(i, text);
		cr_expect(text[0] == 'E' || i == 41 || i == 58, "%u", i);
	}
}

Test(report_names, has_a_row_for_every_hook)
{
	for (uint8_t i = 0; i < HOOK_COUNT; i++) {
		cr_assert(ne(ptr, (void *)report_hook(i), NULL));
		cr_expect(ne(ptr, (void *)report_hook(i)->name, NULL));
		cr_expect(ne(ptr, (void *)report_hook(i)->section, NULL));
	}
	cr_expect(eq(ptr, (void *)report_hook(HOOK_COUNT), NULL));
	cr_expect(eq(ptr, (void *)report_hook(255), NULL));
}

Test(report_names, names_verdicts)
{
	cr_expect(eq(str, (char *)report_verdict_name(VERDICT_KILL), (char *)"kill"));
	cr_expect(eq(ptr, (void *)report_verdict_name(VERDICT_KILL + 1), NULL));
}

Test(report_names, gives_the_word_of_that_number_alone)
{
	cr_expect(
		eq(str, (char *)report_number_name(&names_protocols, 6), (char *)"tcp"));
	cr_expect(eq(str, (char *)report_number_name(&names_protocols, 262),
		     (char *)"mptcp"));
	cr_expect(eq(str, (char *)report_number_name(&names_protocols, 256),
		     (char *)"smc"));
	cr_expect(
		eq(str, (char *)report_number_name(&names_families, 1), (char *)"unix"));
	cr_expect(eq(ptr, (void *)report_number_name(&names_families, 4711), NULL));
}
