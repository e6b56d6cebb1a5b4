// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../temporary.h"
#include "policy/store.h"
#include "util/cleanup.h"
#include "util/file.h"

static char directory[] = "/tmp/store-objects-XXXXXX";
static struct policy_store *store;
static struct diagnostics diagnostics;

static void setup(void)
{
	temporary_make(directory);
	cr_assert_eq(policy_store_new(directory, NULL, &store), 0);
	cr_assert_eq(policy_store_read(store), 0);
}

static void teardown(void)
{
	policy_store_free(store);
	diagnostics_clear(&diagnostics);
	temporary_remove(directory);
}

TestSuite(store_objects, .init = setup, .fini = teardown);

static const char *text_of(const char *name, const char *mode)
{
	static char text[512];

	snprintf(text, sizeof(text),
		 "{\"apiVersion\":\"lsmd.io/v1alpha1\",\"kind\":\"LsmPolicy\","
		 "\"metadata\":{\"generation\":3,\"name\":\"%s\",\"namespace\":\"shop\","
		 "\"uid\":\"u\"},\"spec\":{\"podSelector\":{},\"mode\":\"%s\",\"exec\":"
		 "{\"rules\":[{\"action\":\"deny\",\"paths\":[\"/bin/sh\"]}]}}}",
		 name, mode);
	return text;
}

static int put(const char *name, const char *mode)
{
	struct policy *old = NULL, *new = NULL;
	int r = policy_store_put(store, text_of(name, mode), "object", &diagnostics, &old,
				 &new);

	policy_unref(old);
	policy_unref(new);
	return r;
}

static size_t count(void)
{
	return policy_store_policies(store)->n;
}

Test(store_objects, hold_beside_files_and_survive_their_reading)
{
	cr_expect_eq(put("a", "enforce"), 0);
	cr_expect_eq(put("b", "enforce"), 0);
	cr_expect_eq(count(), 2);
	cr_expect_eq(policy_store_read(store), 0);
	cr_expect_eq(count(), 2);
}

Test(store_objects, replace_what_bore_the_name)
{
	put("a", "enforce");
	cr_expect_eq(put("a", "audit"), 0);
	cr_assert_eq(count(), 1);
	cr_expect(policy_store_policies(store)->items[0]->audit_mode);
}

Test(store_objects, leave_the_last_good_version_in_force)
{
	put("a", "audit");
	cr_expect_eq(put("a", "wrong"), -EINVAL);
	cr_expect_gt(diagnostics.n_errors, 0);
	cr_expect_str_eq(diagnostics.items[0].source, "object");
	cr_assert_eq(count(), 1);
	cr_expect(policy_store_policies(store)->items[0]->audit_mode);
}

Test(store_objects, go_when_they_are_removed)
{
	struct policy *old = NULL;

	put("a", "enforce");
	cr_expect_eq(policy_store_remove(store, POLICY_NAMESPACED, "other", "a", &old),
		     -ENOENT);
	cr_expect_eq(policy_store_remove(store, POLICY_NAMESPACED, "shop", "a", &old), 0);
	cr_expect_str_eq(old->name, "a");
	policy_unref(old);
	cr_expect_eq(count(), 0);
}

Test(store_objects, stand_back_behind_a_file_s_policy)
{
	char path[64];
	const char *text = text_of("a", "audit");

	snprintf(path, sizeof(path), "%s/a.yaml", directory);
	cr_assert_eq(file_write(path, text, strlen(text)), 0);
	put("a", "enforce");
	cr_assert_eq(policy_store_read(store), 0);
	cr_assert_eq(count(), 1);
	cr_expect(policy_store_policies(store)->items[0]->audit_mode);
	cr_expect_eq(policy_store_hidden(store), 1);
	unlink(path);
	policy_store_read(store);
	cr_assert_eq(count(), 1);
	cr_expect(!policy_store_policies(store)->items[0]->audit_mode);
	cr_expect_eq(policy_store_hidden(store), 0);
}
