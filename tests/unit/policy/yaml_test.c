// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "policy/text.h"
#include "policy/yaml.h"
#include "said.h"
#include "util/cleanup.h"

static struct yaml_tree *read_well(const char *text)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *messages = NULL;
	struct yaml_tree *tree = NULL;
	int r = yaml_read(text, strlen(text), "t", &diagnostics, &tree);

	messages = said(&diagnostics);
	cr_assert_eq(r, 0, "%s", messages);
	return tree;
}

static void assert_says(const char *text, size_t length, const char *expected)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	_cleanup_(freep) char *messages = NULL;
	int r = yaml_read(text, length, "t", &diagnostics, &tree);

	messages = said(&diagnostics);
	cr_assert_eq(r, YAML_E_BROKEN, "%.60s: %d", text, r);
	cr_expect_str_eq(messages, expected, "%.60s\n says: %s not: %s", text, messages,
			 expected);
}

Test(yaml, gives_scalars_the_types_that_kubectl_gives)
{
	static const struct {
		const char *text;
		enum yaml_type type;
		int64_t number;
	} cases[] = {
		{"[~]", YAML_NULL, 0},
		{"[null]", YAML_NULL, 0},
		{"[yes]", YAML_BOOL, 1},
		{"[off]", YAML_BOOL, 0},
		{"[n]", YAML_BOOL, 0},
		{"[true]", YAML_BOOL, 1},
		{"['true']", YAML_STRING, 0},
		{"[!!str true]", YAML_STRING, 0},
		{"[! 1]", YAML_STRING, 0},
		{"[12]", YAML_INTEGER, 12},
		{"[-3]", YAML_INTEGER, -3},
		{"[0x1F]", YAML_INTEGER, 31},
		{"[0]", YAML_INTEGER, 0},
		{"[007]", YAML_STRING, 0},
		{"[1.5]", YAML_FLOAT, 0},
		{"[1e3]", YAML_FLOAT, 0},
		{"[.inf]", YAML_FLOAT, 0},
		{"[1e]", YAML_STRING, 0},
		{"[99999999999999999999]", YAML_FLOAT, 0},
		{"[1.2.3.4]", YAML_STRING, 0},
		{"[6660-6669]", YAML_STRING, 0},
		{"[2001:db8::1]", YAML_STRING, 0},
		{"[/bin/sh]", YAML_STRING, 0},
		{"[\"12\"]", YAML_STRING, 0},
		{"[!!int \"12\"]", YAML_INTEGER, 12},
		{"['']", YAML_STRING, 0},
		{"[2026-11-21]", YAML_STRING, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
			read_well(cases[i].text);
		const struct yaml_node *node = tree->documents[0]->items[0];

		cr_expect_eq(node->type, cases[i].type, "%s is %s", cases[i].text,
			     yaml_type_name(node->type));
		if (node->type == YAML_INTEGER || node->type == YAML_BOOL)
			cr_expect_eq(node->number, cases[i].number, "%s", cases[i].text);
	}
}

Test(yaml, knows_where_each_node_is)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("a: 1\nb:\n  - x\n  - {c: z}\n");
	const struct yaml_node *list = yaml_get(tree->documents[0], "b");
	const struct yaml_node *inner = yaml_get(list->items[1], "c");

	cr_assert_eq(list->line, 3);
	cr_assert_eq(list->column, 3);
	cr_assert_eq(inner->line, 4);
	cr_assert_eq(inner->column, 9);
	cr_assert_str_eq(yaml_text(inner), "z");
}

Test(yaml, reads_several_documents_and_empty_ones)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("---\na: 1\n---\n---\nb: 2\n");

	cr_assert_eq(tree->n_documents, 3);
	cr_assert_eq(tree->documents[1]->type, YAML_NULL);
	cr_assert_eq(yaml_get(tree->documents[2], "b")->number, 2);
}

Test(yaml, an_empty_text_has_no_documents)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = read_well("# nothing\n");

	cr_assert_eq(tree->n_documents, 0);
}

Test(yaml, shares_what_an_alias_names)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("a: &x [1, 2]\nb: *x\n");
	const struct yaml_node *document = tree->documents[0];

	cr_assert_eq(yaml_get(document, "a"), yaml_get(document, "b"));
	cr_assert_eq(document->weight, 1 + 2 * (1 + 3));
}

Test(yaml, anchors_end_with_their_document_and_may_be_given_again)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("[&x 1, *x, &x 2, *x]");

	cr_assert_eq(tree->documents[0]->items[1]->number, 1);
	cr_assert_eq(tree->documents[0]->items[3]->number, 2);
	assert_says("a: &x 1\n---\nb: *x\n", 18,
		    "t:3:4: error: alias \"*x\" names nothing; give \"&x\" before it\n");
}

Test(yaml, merges_maps_below_the_own_keys_and_the_first_over_the_later)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("a: &a {k: 1, l: 1, m: 1}\n"
			  "b: &b {l: 2, n: 2}\n"
			  "c: {<<: [*b, *a], k: 3}\n"
			  "d: {\"<<\": 1}\n");
	const struct yaml_node *map = yaml_get(tree->documents[0], "c");

	cr_assert_eq(map->n, 4);
	cr_assert_eq(yaml_get(map, "k")->number, 3);
	cr_assert_eq(yaml_get(map, "l")->number, 2);
	cr_assert_eq(yaml_get(map, "m")->number, 1);
	cr_assert_eq(yaml_get(map, "n")->number, 2);
	cr_assert_eq(yaml_get(yaml_get(tree->documents[0], "d"), "<<")->number, 1);
}

Test(yaml, says_what_is_wrong_and_where)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"a: 1\nb: 2\na: 3\n", "t:3:1: error: key \"a\" is there twice, first on "
				       "line 1; keep one of them\n"},
		{"&a [*a]", "t:1:5: error: alias \"*a\" is inside of what it names; "
			    "a value cannot hold itself\n"},
		{"[*a]",
		 "t:1:2: error: alias \"*a\" names nothing; give \"&a\" before it\n"},
		{"a: !!binary aGVsbG8=",
		 "t:1:4: error: binary data has no place here; write text\n"},
		{"a: !mine 3",
		 "t:1:4: error: tag \"!mine\" does not fit here; leave it out\n"},
		{"a: !!int x",
		 "t:1:4: error: tag \"!!int\" does not fit here; leave it out\n"},
		{"a: !!set {b}",
		 "t:1:4: error: tag \"!!set\" does not fit here; leave it out\n"},
		{"a: \"x\\0y\"", "t:1:4: error: a NUL byte in a string; leave it out\n"},
		{"{[a]: 1}", "t:1:2: error: a list as a key; a key is a word\n"},
		{"a: {<<: 3}", "t:1:9: error: \"<<\" merges maps, this is a number; "
			       "give it an alias of a map, or a list of them\n"},
		{"a:\n\t- b\n",
		 "t:2:1: error: found character that cannot start any token; "
		 "indent with spaces, and quote what begins with @, `, % or a tab\n"},
		{"a: b: c\n",
		 "t:1:5: error: mapping values are not allowed in this context; "
		 "quote a value that has \": \" in it, or mend the indentation\n"},
		{"a: [::1]",
		 "t:1:5: error: did not find expected node content; "
		 "add a value, close the bracket that is open, or quote what begins "
		 "with \":\"\n"},
		{"a: [1\nb: 2\n",
		 "t:2:2: error: did not find expected ',' or ']' (while parsing a "
		 "flow sequence that begins on line 1); close the list with \"]\" or "
		 "separate its items with commas\n"},
		{"a: \"x\n",
		 "t:2:1: error: found unexpected end of stream (while scanning a quoted "
		 "scalar that begins on line 1); close the quotes or brackets\n"},
		{"a: b\x01", "t:1:5: error: control characters are not allowed; "
			     "a file of policies is text, not binary data\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_says(cases[i].text, strlen(cases[i].text), cases[i].expected);
}

Test(yaml, keeps_what_stands_before_an_error_of_grammar)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	const char *text = "a: 1\n---\nb: [\n";

	cr_assert_eq(yaml_read(text, strlen(text), "t", &diagnostics, &tree),
		     YAML_E_BROKEN);
	cr_assert_eq(tree->n_documents, 1);
	cr_assert_eq(diagnostics.n_errors, 1);
	cr_assert_eq(yaml_get(tree->documents[0], "a")->number, 1);
}

Test(yaml, tells_all_errors_that_do_not_end_the_reading)
{
	assert_says("a: *x\nb: !!binary x\nc: 1\nc: 2\n", 29,
		    "t:1:4: error: alias \"*x\" names nothing; give \"&x\" before it\n"
		    "t:2:4: error: binary data has no place here; write text\n"
		    "t:4:1: error: key \"c\" is there twice, first on line 3; keep one "
		    "of them\n");
}

Test(yaml, refuses_bytes_that_are_no_text)
{
	static const struct {
		const char *text;
		size_t length;
		const char *expected;
	} cases[] = {
		{"a: 1\nb\0c", 8, "t:2:2: error: byte 0x00 is not text; "},
		{"a: \xff", 4, "t:1:4: error: byte 0xff is not text; "},
		{"\xff\xfe"
		 "a\0",
		 4, "t:1:1: error: byte 0xff is not text; "},
		{"\xc0\x80", 2, "t:1:1: error: byte 0xc0 is not text; "},
		{"\xed\xa0\x80", 3, "t:1:1: error: byte 0xed is not text; "},
		{"\xf4\x90\x80\x80", 4, "t:1:1: error: byte 0xf4 is not text; "},
		{"a\n\xe2\x82", 4, "t:2:1: error: byte 0xe2 is not text; "},
		{"\x7f"
		 "ELF\x02\x01\x01\0",
		 8, "t:1:8: error: byte 0x00 is not text; "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(freep) char *expected = NULL;

		cr_assert_gt(asprintf(&expected,
				      "%sthe file must be UTF-8 without NUL bytes\n",
				      cases[i].expected),
			     0);
		assert_says(cases[i].text, cases[i].length, expected);
	}
}

Test(yaml, reads_utf8_and_a_byte_order_mark)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("\xef\xbb\xbf"
			  "a: \xe2\x82\xac\xf0\x9f\x98\x80\n");

	cr_assert_str_eq(yaml_text(yaml_get(tree->documents[0], "a")),
			 "\xe2\x82\xac\xf0\x9f\x98\x80");
}

/* A text of @n times @part between @head and @tail. Owned. */
static char *repeat(const char *head, const char *part, size_t n, const char *tail)
{
	char *text = malloc(strlen(head) + n * strlen(part) + strlen(tail) + 1);
	char *end = stpcpy(text, head);

	for (size_t i = 0; i < n; i++)
		end = stpcpy(end, part);
	strcpy(end, tail);
	return text;
}

Test(yaml, bounds_the_depth)
{
	_cleanup_(freep) char *deepest = repeat("", "[", YAML_DEPTH_MAX, "");
	_cleanup_(freep) char *closed = repeat(deepest, "]", YAML_DEPTH_MAX, "");
	_cleanup_(freep) char *deeper = repeat("", "[", 1000000, "");
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = read_well(closed);

	cr_assert_eq(tree->n_documents, 1);
	assert_says(
		deeper, strlen(deeper),
		"t:1:65: error: lists and maps nest deeper than 64 levels; nest less\n");
}

Test(yaml, bounds_the_nodes)
{
	_cleanup_(freep) char *text = repeat("[", "1,", YAML_NODES_MAX + 10, "]");

	assert_says(text, strlen(text),
		    "t:1:2000000: error: more than 1000000 values, aliases counted as "
		    "copies; "
		    "split the file\n");
}

Test(yaml, counts_what_aliases_expand_to)
{
	static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
				   "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
				   "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
				   "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
				   "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
				   "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";

	assert_says(bomb, strlen(bomb),
		    "t:6:29: error: more than 1000000 values, aliases counted as copies; "
		    "split the file\n");
}

Test(yaml, counts_what_merge_keys_expand_to)
{
	_cleanup_(freep) char *base = repeat("a: &a {", "k: 1, ", 1, "l: [");
	_cleanup_(freep) char *anchor = repeat(base, "x,", 2000, "]}\nb:\n");
	_cleanup_(freep) char *text = repeat(anchor, "- {<<: *a}\n", 1000, "");
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;

	cr_assert_eq(yaml_read(text, strlen(text), "t", &diagnostics, &tree),
		     YAML_E_BROKEN);
	cr_assert_eq(diagnostics.n, 1);
	cr_assert(strstr(diagnostics.items[0].message, "more than 1000000 values"));
}

Test(yaml, refuses_a_text_that_is_too_large)
{
	_cleanup_(freep) char *text = repeat("", "# 3456789 123456\n", 1000000, "");

	assert_says(text, strlen(text),
		    "t: error: the text is larger than 16 MiB; split it into several "
		    "files\n");
}

Test(yaml, refuses_a_file_of_100_mb_in_constant_memory)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	char path[] = "/tmp/lsmd-yaml-test-XXXXXX";
	_cleanup_(closep) int fd = mkstemp(path);
	struct rusage before, after;
	char *text = NULL;
	size_t length;

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, 100 << 20), 0);
	getrusage(RUSAGE_SELF, &before);
	cr_assert_eq(text_read_file(path, &diagnostics, &text, &length), -EINVAL);
	getrusage(RUSAGE_SELF, &after);
	unlink(path);
	cr_assert_lt(after.ru_maxrss - before.ru_maxrss, 4096);
	cr_assert_str_eq(diagnostics.items[0].message,
			 "the text is larger than 16 MiB; split it into several files");
}

Test(yaml, says_why_a_file_cannot_be_read)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(freep) char *messages = NULL;
	char *text = NULL;
	size_t length;

	cr_assert_eq(text_read_file("/nonexistent/x.yaml", &diagnostics, &text, &length),
		     -ENOENT);
	cr_assert_eq(text_read_file("/tmp", &diagnostics, &text, &length), -EISDIR);
	messages = said(&diagnostics);
	cr_assert_str_eq(
		messages,
		"/nonexistent/x.yaml: error: cannot be read: No such file or directory; "
		"name a regular file that can be read\n"
		"/tmp: error: cannot be read: Is a directory; "
		"name a regular file that can be read\n");
}

Test(yaml, reads_json_with_lines)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree =
		read_well("{\n\t\"a\": [1, true, null, "
			  "\"\\u20ac\"],\n\t\"b\":{\"c\":\"d\\/e\"}\n}\n");
	const struct yaml_node *list = yaml_get(tree->documents[0], "a");

	cr_assert_eq(list->line, 2);
	cr_assert_eq(list->items[2]->type, YAML_NULL);
	cr_assert_str_eq(yaml_text(list->items[3]), "\xe2\x82\xac");
	cr_assert_str_eq(yaml_text(yaml_get(yaml_get(tree->documents[0], "b"), "c")),
			 "d/e");
}

Test(yaml, reads_json_that_yaml_cannot_read)
{
	_cleanup_(freep) char *key = repeat("{\"", "k", 2000, "\":1}");
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = read_well(
		" {\"a\": [\"\\ud83d\\ude00\", 1, -2.5, true, null, {}], \"yes\": {}}");
	_cleanup_(yaml_tree_freep) struct yaml_tree *long_key = read_well(key);
	const struct yaml_node *list = yaml_get(tree->documents[0], "a");

	cr_assert_str_eq(yaml_text(list->items[0]), "\xf0\x9f\x98\x80");
	cr_assert_eq(list->items[1]->number, 1);
	cr_assert_eq(list->items[2]->type, YAML_FLOAT);
	cr_assert_eq(list->items[3]->type, YAML_BOOL);
	cr_assert_eq(list->items[4]->type, YAML_NULL);
	cr_assert_eq(list->items[5]->type, YAML_MAP);
	cr_assert_eq(long_key->documents[0]->n, 1);
}

Test(yaml, bounds_json_that_yaml_cannot_read)
{
	_cleanup_(freep) char *wide =
		repeat("[\"\\ud83d\\ude00\"", ",[]", YAML_NODES_MAX, "]");
	_cleanup_(freep) char *deep = repeat("[\"\\ud83d\\ude00\",", "[", 100, "");

	assert_says(wide, strlen(wide),
		    "t:1:5: error: found invalid Unicode character escape code; "
		    "mend the YAML here\n");
	assert_says(deep, strlen(deep),
		    "t:1:5: error: found invalid Unicode character escape code; "
		    "mend the YAML here\n");
}
