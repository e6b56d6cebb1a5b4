// SPDX-License-Identifier: Apache-2.0
#include "kube/objects.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

static struct objects objects;

static void teardown(void)
{
	objects_clear(&objects);
}

TestSuite(objects, .fini = teardown);

static struct object *get(const char *key)
{
	struct object *object = NULL;

	cr_assert_eq(objects_get(&objects, key, &object), 0);
	return object;
}

Test(objects, are_in_order_whatever_order_they_come_in)
{
	static const char *const keys[] = {"m/m", "a", "z", "m/a", "b", "a"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		get(keys[i]);
	cr_assert_eq(objects.n, 5);
	for (size_t i = 1; i < objects.n; i++)
		cr_expect_lt(strcmp(objects.items[i - 1].key, objects.items[i].key), 0);
}

Test(objects, are_found_until_removed)
{
	for (char key[] = "a"; *key <= 'z'; ++*key)
		get(key);
	for (char key[] = "a"; *key <= 'z'; *key = (char)(*key + 2))
		objects_remove(&objects, objects_find(&objects, key));
	cr_assert_eq(objects.n, 13);
	cr_expect_eq(objects_find(&objects, "a"), NULL);
	cr_expect_str_eq(objects_find(&objects, "b")->key, "b");
	cr_expect_eq(objects_find(&objects, "zz"), NULL);
}

Test(objects, know_the_newest_of_what_could_not_be_used)
{
	struct object *object = get("a");

	cr_expect(!object_is_newest(object, "1"));
	object->text = strdup("1");
	cr_expect(object_is_newest(object, "1"));
	object->refused = strdup("2");
	cr_expect(!object_is_newest(object, "1"), "going back to it is a change");
	cr_expect(object_is_newest(object, "2"));
}
