// SPDX-License-Identifier: Apache-2.0
/* Policies that are right one by one, and too many for one container. */
#include "lsm/limits.h"
#include "parsed.h"
#include "policy/together.h"
#include "util/cleanup.h"

/* Policies in audit mode, each of which takes a group; the tiers have two. */
static void write_policies(const char *app, unsigned n, FILE *file)
{
	for (unsigned i = 0; i < n; i++)
		fprintf(file,
			"---\napiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\n"
			"metadata: {name: %s-%u}\nspec:\n  mode: audit\n"
			"  podSelector: {matchLabels: {app: %s}}\n"
			"  exec: {default: deny}\n",
			app, 100 + i, app);
}

static char *check(unsigned web, unsigned db)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(parsed_clear) struct parsed parsed = {0};
	_cleanup_(freep) char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	write_policies("web", web, file);
	write_policies("db", db, file);
	fclose(file);
	parsed = parse(text);
	cr_assert_eq(parsed.result, 0, "%s", parsed.said);
	policy_list_sort(&parsed.policies);
	cr_assert_eq(policies_check_together(&parsed.policies, &diagnostics), 0);
	return said(&diagnostics);
}

Test(together, what_selects_other_containers_is_not_counted)
{
	_cleanup_(freep) char *messages = check(LIMIT_GROUPS - 2, LIMIT_GROUPS - 2);

	cr_expect_str_eq(messages, "");
}

Test(together, a_set_that_is_too_large_is_told_once)
{
	_cleanup_(freep) char *messages = check(LIMIT_GROUPS - 1, 1);

	cr_expect_eq(strchr(messages, '\n') - messages + 1, (ptrdiff_t)strlen(messages),
		     "%s", messages);
	cr_expect(strstr(messages,
			 "error: policy \"web-100\" and 61 that select the same "
			 "containers are too large together, and not in force there; t:"),
		  "%s", messages);
	cr_expect(strstr(messages, "policy \"web-161\" is one too many in audit mode"),
		  "%s", messages);
}
