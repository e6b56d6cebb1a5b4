// SPDX-License-Identifier: Apache-2.0
#include "kube/json_place.h"

#include <criterion/criterion.h>
#include <string.h>

#include "util/cleanup.h"

static const char object[] = "{\"metadata\":{\"name\":\"\\\"{[,é\"},\"spec\":{\"file\":{"
			     "\"rules\":[{\"name\":\"a\"},{\"paths\":[\"/x\",\"y\"]}]},"
			     "\"mode\":1}}";

/* The place of the first character of the text's last occurrence of a word. */
static void expect(const char *word, const char *wanted)
{
	const char *at = object, *found = NULL;
	_cleanup_(freep) char *place = NULL;
	unsigned column = 1;

	for (; (at = strstr(at, word)); at++)
		found = at;
	cr_assert(found, "%s", word);
	for (at = object; at < found; at++)
		column += ((unsigned char)*at & 0xc0) != 0x80;
	place = json_place(object, column);
	if (wanted)
		cr_expect(place && !strcmp(place, wanted), "%s: wanted %s, saw %s", word,
			  wanted, place);
	else
		cr_expect_null(place);
}

Test(json_place, of_a_value_is_its_path)
{
	expect("\"/x\"", "spec.file.rules[1].paths[0]");
	expect("\"y\"", "spec.file.rules[1].paths[1]");
	expect("\"a\"", "spec.file.rules[0].name");
	expect("1}", "spec.mode");
}

Test(json_place, of_an_object_or_a_list_is_its_own)
{
	expect("{\"paths\"", "spec.file.rules[1]");
	expect("[{\"name\"", "spec.file.rules");
}

Test(json_place, of_a_key_is_the_path_that_it_ends)
{
	expect("\"mode\"", "spec.mode");
	expect("\"paths\"", "spec.file.rules[1].paths");
}

Test(json_place, is_not_misled_by_what_is_in_strings)
{
	expect("\"\\\"{[,", "metadata.name");
	expect("\"spec\"", "spec");
}

Test(json_place, of_the_whole_is_none)
{
	_cleanup_(freep) char *whole = json_place(object, 1);

	cr_expect_null(whole);
	cr_expect_null(json_place(object, 0));
	cr_expect_null(json_place(object, 1000));
}

Test(json_place, is_none_where_it_is_too_deep)
{
	char deep[101];

	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	cr_expect_null(json_place(deep, 100));
}

Test(json_place, takes_text_that_is_cut_anywhere)
{
	for (size_t n = 0; n < sizeof(object); n++) {
		_cleanup_(freep) char *cut = strndup(object, n);

		for (unsigned column = 0; column <= n + 1; column++)
			free(json_place(cut, column));
	}
}
