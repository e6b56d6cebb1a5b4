// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "policy/diagnostic.h"
#include "said.h"
#include "util/cleanup.h"

Test(diagnostic, prints_place_severity_and_message)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *text = NULL;

	cr_assert_eq(diagnostics_add(&diagnostics, SEVERITY_ERROR, "a.yaml", 3, 7,
				     "%d bad", 2),
		     0);
	cr_assert_eq(
		diagnostics_add(&diagnostics, SEVERITY_WARNING, "a.yaml", 0, 0, "odd"),
		0);
	text = said(&diagnostics);
	cr_assert_str_eq(text, "a.yaml:3:7: error: 2 bad\na.yaml: warning: odd\n");
	cr_assert_eq(diagnostics.n_errors, 1);
}

Test(diagnostic, does_not_let_a_file_steer_the_terminal)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *text = NULL;

	diagnostics_add(&diagnostics, SEVERITY_ERROR, "a\nb", 1, 1, "x\033[2Jy\xc2\x9bz");
	text = said(&diagnostics);
	cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1);
	cr_assert_null(strchr(text, '\033'));
	cr_assert_null(strstr(text, "\xc2\x9b"));
}

Test(diagnostic, json_has_the_same_and_survives_broken_utf8)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(json_decrefp) json_t *json = NULL;
	const json_t *item;

	diagnostics_add(&diagnostics, SEVERITY_ERROR, "\xff.yaml", 3, 7, "cut \xe2\x82");
	json = diagnostics_json(&diagnostics);
	item = json_array_get(json, 0);
	cr_assert_str_eq(json_string_value(json_object_get(item, "severity")), "error");
	cr_assert_str_eq(json_string_value(json_object_get(item, "file")), "?.yaml");
	cr_assert_str_eq(json_string_value(json_object_get(item, "message")), "cut ??");
	cr_assert_eq(json_integer_value(json_object_get(item, "line")), 3);
	cr_assert_eq(json_integer_value(json_object_get(item, "column")), 7);
}

Test(diagnostic, keeps_a_bounded_number_of_one_source_and_counts_all)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};

	for (unsigned i = 0; i < 3 * DIAGNOSTICS_MAX; i++)
		cr_assert_eq(
			diagnostics_add(&diagnostics, SEVERITY_ERROR, "a", i, 1, "x"), 0);
	cr_assert_eq(diagnostics.n, DIAGNOSTICS_MAX);
	cr_assert_eq(diagnostics.n_errors, 3 * DIAGNOSTICS_MAX);
	cr_assert_str_eq(diagnostics.items[DIAGNOSTICS_MAX - 1].message,
			 "there is more to say than is shown; mend these first");
	cr_assert(diagnostics_are_full(&diagnostics, "a"));
	cr_assert_not(diagnostics_are_full(&diagnostics, "b"));
	cr_assert_eq(
		diagnostics_add(&diagnostics, SEVERITY_ERROR, "b", 1, 1, "of another"),
		0);
	cr_assert_eq(diagnostics.n, DIAGNOSTICS_MAX + 1);
}
