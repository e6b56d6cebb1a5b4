// SPDX-License-Identifier: Apache-2.0
/* The policies that ship for Falco's rules, their table in README.md, and their cases:
 * one cannot say what another does not. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <string.h>

#include "policy/model.h"
#include "policy/text.h"
#include "util/cleanup.h"

#define STABLE_RULES 25
#define NOT_YET	     "not yet: needs the hook"

static const char *directory(void)
{
	const char *path = getenv("POLICIES");

	cr_assert(path, "POLICIES is not set: run this by \"meson test\"");
	return path;
}

static char *read_text(const char *relative)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *path = NULL;
	size_t length;
	char *text;

	cr_assert(asprintf(&path, "%s/%s", directory(), relative) > 0);
	cr_assert_eq(text_read_file(path, &diagnostics, &text, &length), 0, "%s", path);
	return text;
}

/* "| rule | [file](file) | how |"; a file of "" is "-". */
struct row {
	char rule[128], file[128], how[256];
};

static size_t read_table(struct row *rows, size_t max)
{
	_cleanup_(freep) char *text = read_text("falco/README.md");
	const char *line = strstr(text, "\n|---|---|---|\n");
	size_t n = 0;

	cr_assert(line);
	for (line += strlen("\n|---|---|---|\n"); *line == '|' && n < max; n++) {
		struct row *row = &rows[n];

		*row = (struct row){0};
		if (sscanf(line, "| %127[^|] | [%127[^]]](%*[^)]) | %255[^|\n]",
			   row->rule, row->file, row->how) != 3)
			cr_assert_eq(sscanf(line, "| %127[^|] | - | %255[^|\n]",
					    row->rule, row->how),
				     2, "%.80s", line);
		row->rule[strcspn(row->rule, "|")] = '\0';
		for (char *end = row->rule + strlen(row->rule); end[-1] == ' '; end--)
			end[-1] = '\0';
		for (char *end = row->how + strlen(row->how); end[-1] == ' '; end--)
			end[-1] = '\0';
		line = strchr(line, '\n') + 1;
	}
	return n;
}

static struct policy_list read_policy(const char *file)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *path = NULL;
	struct policy_list policies = {0};

	cr_assert(asprintf(&path, "%s/falco/%s", directory(), file) > 0);
	cr_assert_eq(policy_read_file(path, &diagnostics, &policies), 0, "%s", path);
	cr_assert_eq(policies.n, 1, "%s", path);
	return policies;
}

Test(falco_policies, the_table_has_each_stable_rule_once)
{
	struct row rows[STABLE_RULES + 1];
	size_t n = read_table(rows, STABLE_RULES + 1);

	cr_assert_eq(n, STABLE_RULES);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(rows[i].rule, rows[j].rule);
}

Test(falco_policies, the_table_says_what_the_policies_say)
{
	struct row rows[STABLE_RULES];
	size_t n = read_table(rows, STABLE_RULES);

	for (size_t i = 0; i < n; i++) {
		_cleanup_(policy_list_clear) struct policy_list policies = {0};

		if (!*rows[i].file) {
			cr_expect(!strncmp(rows[i].how, NOT_YET, strlen(NOT_YET)), "%s",
				  rows[i].rule);
			continue;
		}
		policies = read_policy(rows[i].file);
		cr_expect_str_eq(policies.items[0]->prevents, rows[i].rule);
		cr_expect_str_eq(policies.items[0]->how, rows[i].how, "%s", rows[i].rule);
	}
}

/* "Run shell untrusted" is falco-run-shell-untrusted, in run-shell-untrusted.yaml. */
static void slug(const char *rule, char *ret_slug)
{
	size_t n = 0;

	for (; *rule; rule++) {
		bool word = strchr("abcdefghijklmnopqrstuvwxyz0123456789", *rule | 0x20);

		if (word)
			ret_slug[n++] = (char)(*rule | 0x20);
		else if (n && ret_slug[n - 1] != '-')
			ret_slug[n++] = '-';
	}
	ret_slug[n] = '\0';
}

static void check_names(const char *file)
{
	_cleanup_(policy_list_clear) struct policy_list policies = read_policy(file);
	const struct policy *policy = policies.items[0];
	char wanted[128] = "falco-";

	cr_assert(policy->prevents, "%s", file);
	slug(policy->prevents, wanted + strlen("falco-"));
	cr_expect_str_eq(policy->name, wanted);
	cr_expect(
		!strncmp(file, wanted + strlen("falco-"), strlen(file) - strlen(".yaml")),
		"%s", file);
}

static void check_is_told(const char *file)
{
	struct row rows[STABLE_RULES];
	size_t n = read_table(rows, STABLE_RULES), found = 0;

	for (size_t i = 0; i < n; i++)
		found += !strcmp(rows[i].file, file);
	cr_expect_eq(found, 1, "%s is %zu times in README.md", file, found);
}

/* Each *.yaml of a directory of policies. */
static void each_policy(const char *relative, void (*check)(const char *file))
{
	_cleanup_(freep) char *path = NULL;
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	cr_assert(asprintf(&path, "%s/%s", directory(), relative) > 0);
	dir = opendir(path);
	cr_assert(dir, "%s", path);
	while ((entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".yaml") != 0)
			continue;
		check(entry->d_name);
		n++;
	}
	closedir(dir);
	cr_expect_gt(n, 0);
}

Test(falco_policies, each_is_named_after_its_rule)
{
	each_policy("falco", check_names);
}

Test(falco_policies, each_is_in_the_table)
{
	each_policy("falco", check_is_told);
}

/* That meson.build names it means that it is installed, checked, and held against its
 * cases, of which a file that is missing is an error there. */
static void check_is_named(const char *file, const char *build)
{
	_cleanup_(freep) char *text = read_text(build), *quoted = NULL;
	int length = (int)(strlen(file) - strlen(".yaml"));

	cr_assert(asprintf(&quoted, "'%.*s'", length, file) > 0);
	cr_expect(!!strstr(text, quoted), "%s is not in %s", file, build);
}

static void check_is_built(const char *file)
{
	check_is_named(file, "meson.build");
}

static void check_falco_is_built(const char *file)
{
	check_is_named(file, "falco/meson.build");
}

Test(falco_policies, each_policy_is_built)
{
	each_policy(".", check_is_built);
	each_policy("falco", check_falco_is_built);
}
