// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>

#include "ctl/sarif.h"
#include "sarif_shape.h"
#include "util/cleanup.h"

static const struct sarif_rule rules[] = {
	{"first", "The first kind."},
	{"second", "The second kind."},
};

static char out[16384];

static void make_log(struct sarif **ret_log)
{
	cr_assert_eq(sarif_new(rules, ARRAY_SIZE(rules), ret_log), 0);
}

/* What it prints; a log. */
static const json_t *printed(const struct sarif *log, json_t **ret_log)
{
	FILE *file;
	size_t n;

	cr_redirect_stdout();
	cr_assert_eq(sarif_print(log), 0);
	fflush(stdout);
	file = cr_get_redirected_stdout();
	n = fread(out, 1, sizeof(out) - 1, file);
	out[n] = '\0';
	return sarif_results(out, ret_log);
}

static void expect_uri(const char *path, const char *uri)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;
	_cleanup_(json_decrefp) json_t *json = NULL;
	const char *got = NULL;

	make_log(&log);
	cr_assert_eq(sarif_add(log, "first", SARIF_ERROR, "x", path, 1, 1), 0);
	json_unpack((json_t *)json_array_get(printed(log, &json), 0), "{s[{s{s{ss}}}]}",
		    "locations", "physicalLocation", "artifactLocation", "uri", &got);
	cr_expect_str_eq(got, uri);
}

Test(sarif, an_empty_log_is_one)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;
	_cleanup_(json_decrefp) json_t *json = NULL;

	make_log(&log);
	cr_expect_eq(json_array_size(printed(log, &json)), 0);
}

Test(sarif, a_finding_has_its_kind_and_place)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;
	_cleanup_(json_decrefp) json_t *json = NULL;
	const json_t *results;

	make_log(&log);
	cr_assert_eq(sarif_add(log, "second", SARIF_NOTE, "\"x\"\n\x1b", "a.yaml", 7, 3),
		     0);
	cr_assert_eq(sarif_add(log, "first", SARIF_WARNING, "y", "a.yaml", 7, 0), 0);
	cr_assert_eq(sarif_add(log, "first", SARIF_ERROR, "z", "a.yaml", 0, 0), 0);
	cr_assert_eq(sarif_add(log, "first", SARIF_ERROR, "", NULL, 0, 0), 0);
	results = printed(log, &json);
	cr_assert_eq(json_array_size(results), 4);
	cr_expect_eq(json_integer_value(
			     json_object_get(json_array_get(results, 0), "ruleIndex")),
		     1);
	cr_expect_eq(
		json_array_size(json_object_get(json_array_get(results, 3), "locations")),
		0);
}

Test(sarif, a_kind_that_is_not_declared_is_refused)
{
	_cleanup_(sarif_freep) struct sarif *log = NULL;

	make_log(&log);
	cr_expect_eq(sarif_add(log, "third", SARIF_NOTE, "x", NULL, 0, 0), -EINVAL);
}

Test(sarif, a_relative_path_stays_relative)
{
	expect_uri("policies/a b.yaml", "policies/a%20b.yaml");
}

Test(sarif, an_absolute_path_is_a_file_s)
{
	expect_uri("/etc/lsmd/a.yaml", "file:///etc/lsmd/a.yaml");
}

Test(sarif, no_path_is_a_host_s)
{
	expect_uri("//host/a", "file:///host/a");
}

Test(sarif, no_path_has_a_scheme)
{
	expect_uri("http://x/", "http%3A//x/");
}

Test(sarif, what_has_a_meaning_in_a_uri_has_none_in_a_path)
{
	expect_uri("a%20?b#c", "a%2520%3Fb%23c");
}

Test(sarif, letters_beyond_ascii_are_escaped_by_their_bytes)
{
	expect_uri("\xc3\xa9", "%C3%A9");
}
