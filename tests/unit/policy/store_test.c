/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "policy/store.h"
#include "util/cleanup.h"
#include "util/file.h"

static char directory[] = "/tmp/store_test.XXXXXX";
static char policies[64], state[64];
static struct policy_store *store;

static void open_store(void)
{
	cr_assert_eq(policy_store_new(policies, state, &store), 0);
}

static void setup(void)
{
	temporary_make(directory);
	snprintf(policies, sizeof(policies), "%s/policies", directory);
	snprintf(state, sizeof(state), "%s/state", directory);
	cr_assert_eq(mkdir(policies, 0755), 0);
	open_store();
}

static void teardown(void)
{
	policy_store_free(store);
	temporary_remove(directory);
}

TestSuite(policy_store, .init = setup, .fini = teardown);

static void write_text(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", policies, name);
	cr_assert_eq(file_write(path, text, strlen(text)), 0);
}

static void write_policy(const char *file, const char *name, const char *program)
{
	char text[512];

	snprintf(
		text, sizeof(text),
		"apiVersion: lsmd.io/v1alpha1\nkind: ClusterLsmPolicy\nmetadata: {name: "
		"%s}\n"
		"spec: {podSelector: {}, exec: {rules: [{action: deny, paths: [%s]}]}}\n",
		name, program);
	write_text(file, text);
}

static const char *denied(size_t policy)
{
	return policy_store_policies(store)
		->items[policy]
		->sections[SECTION_EXEC]
		.rules[0]
		.paths[0];
}

Test(policy_store, takes_over_files_in_reason_order)
{
	write_policy("1.yaml", "b", "/b");
	write_policy("2.yml", "a", "/a");
	write_policy("3.json", "c", "/c");
	write_policy("4.txt", "no", "/no");
	write_policy(".5.yaml", "no", "/no");
	cr_assert_eq(policy_store_read(store), 0);
	cr_assert_eq(policy_store_policies(store)->n, 3);
	cr_assert_str_eq(denied(0), "/a");
	cr_assert_str_eq(denied(2), "/c");
}

Test(policy_store, an_error_changes_nothing_of_its_file_and_nothing_else)
{
	write_policy("a.yaml", "a", "/old");
	write_policy("b.yaml", "b", "/old");
	cr_assert_eq(policy_store_read(store), 0);
	write_text("a.yaml", "kind: [");
	write_policy("b.yaml", "b", "/new");
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_policies(store)->n, 2);
	cr_assert_str_eq(denied(0), "/old");
	cr_assert_str_eq(denied(1), "/new");
	cr_assert_gt(policy_store_diagnostics(store)->n_errors, 0);
	cr_assert_eq(policy_store_missing(store), 0);
}

Test(policy_store, the_last_good_version_outlives_a_restart)
{
	write_policy("a.yaml", "a", "/good");
	cr_assert_eq(policy_store_read(store), 0);
	write_text("a.yaml", "kind: [");
	policy_store_free(store);
	open_store();
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_policies(store)->n, 1);
	cr_assert_str_eq(denied(0), "/good");
	cr_assert_eq(policy_store_missing(store), 0);
}

Test(policy_store, a_file_that_was_never_good_is_missing)
{
	write_text("a.yaml", "kind: [");
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_policies(store)->n, 0);
	cr_assert_eq(policy_store_missing(store), 1);
}

Test(policy_store, a_removed_file_takes_its_policies_along)
{
	char path[128];

	write_policy("a.yaml", "a", "/a");
	cr_assert_eq(policy_store_read(store), 0);
	snprintf(path, sizeof(path), "%s/a.yaml", policies);
	unlink(path);
	cr_assert_eq(policy_store_read(store), 0);
	cr_assert_eq(policy_store_policies(store)->n, 0);
	/* A broken file of that name later has no old version to fall back to. */
	write_text("a.yaml", "kind: [");
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_missing(store), 1);
}

Test(policy_store, the_same_policy_twice_is_an_error_of_the_second_file)
{
	write_policy("a.yaml", "same", "/a");
	write_policy("b.yaml", "same", "/b");
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_policies(store)->n, 1);
	cr_assert_str_eq(denied(0), "/a");
}

Test(policy_store, a_directory_that_went_away_changes_nothing)
{
	char moved[80];

	write_policy("a.yaml", "a", "/a");
	cr_assert_eq(policy_store_read(store), 0);
	snprintf(moved, sizeof(moved), "%s.away", policies);
	cr_assert_eq(rename(policies, moved), 0);
	cr_assert_eq(policy_store_read(store), -ENOENT);
	cr_assert_eq(policy_store_policies(store)->n, 1);
}

Test(policy_store, what_is_no_regular_file_is_an_error)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/directory.yaml", policies);
	cr_assert_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/fifo.yaml", policies);
	cr_assert_eq(mkfifo(path, 0644), 0);
	snprintf(path, sizeof(path), "%s/dangling.yaml", policies);
	cr_assert_eq(symlink("nowhere", path), 0);
	cr_assert_eq(policy_store_read(store), -EINVAL);
	cr_assert_eq(policy_store_diagnostics(store)->n_errors, 3);
}

Test(policy_store, the_same_text_stays_the_same_policies)
{
	const struct policy *before;

	write_policy("a.yaml", "a", "/a");
	write_policy("b.yaml", "b", "/b");
	cr_assert_eq(policy_store_read(store), 0);
	before = policy_store_policies(store)->items[0];
	write_policy("b.yaml", "b", "/c");
	cr_assert_eq(policy_store_read(store), 0);
	cr_assert_eq(policy_store_policies(store)->items[0], before);
	cr_assert_str_eq(denied(1), "/c");
}
