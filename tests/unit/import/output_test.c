// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "import/output.h"
#include "import/path.h"
#include "policy/yaml.h"
#include "util/cleanup.h"

static char *written(json_t *documents)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	cr_assert_eq(output_yaml(documents, file), 0);
	fclose(file);
	json_decref(documents);
	return text;
}

Test(output, writes_documents_as_people_do)
{
	char *text = written(json_pack("[{ss s[s,s]}, {si s{}}]", "kind", "A", "paths",
				       "/bin/sh", "/usr/bin/*", "count", 3, "selector"));

	cr_assert_str_eq(
		text,
		"kind: A\npaths: [/bin/sh, /usr/bin/*]\n---\ncount: 3\nselector: {}\n");
	free(text);
}

/* Strings that YAML would read as something else, or that would not survive. */
Test(output, is_read_as_it_was_written)
{
	static const char *const texts[] = {
		"yes",
		"no",
		"on",
		"true",
		"null",
		"~",
		"",
		"12",
		"1.5",
		"0x1",
		"1e3",
		"010",
		"0b1",
		"- a",
		"a: b",
		"# c",
		"a #b",
		"*x",
		"&x",
		"!x",
		"%x",
		"@x",
		"`x",
		"'x",
		"\"x",
		"{",
		"[",
		"two\nlines",
		"tab\there",
		" lead",
		"trail ",
		"\\",
		"=",
		"<<",
		"2001-01-01",
		"\xc3\xa4",
		"\xe2\x80\xa8",
		"\x7f",
		"?",
		"-",
		":",
		"a,b",
		"---",
		"...",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct diagnostics diagnostics = {0};
		_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
		char *text = written(
			json_pack("[{ss s[s]}]", "key", texts[i], "list", texts[i]));
		const struct yaml_node *list;

		cr_assert_eq(yaml_read(text, strlen(text), "t", &diagnostics, &tree), 0,
			     "%s", text);
		list = yaml_get(tree->documents[0], "list");
		cr_assert_str_eq(yaml_text(yaml_get(tree->documents[0], "key")), texts[i],
				 "%s", text);
		cr_assert_str_eq(yaml_text(list->items[0]), texts[i], "%s", text);
		free(text);
	}
}

Test(output, says_when_it_cannot_write)
{
	FILE *full = fopen("/dev/full", "w");
	json_t *documents = json_array();

	for (size_t i = 0; i < 10000; i++)
		json_array_append_new(documents, json_pack("{ss}", "key", "value"));
	setvbuf(full, NULL, _IONBF, 0);
	cr_assert_lt(output_yaml(documents, full), 0);
	fclose(full);
	json_decref(documents);
}

/* What a pattern of AppArmor becomes: patterns joined by a blank, or what is wrong with
 * it. */
static const struct {
	const char *theirs;
	const char *ours;
	int result;
} patterns[] = {
	{"/etc/*.conf", "/etc/*.conf", 0},
	{"/**/x", "/*/**/x", 0},
	{"/a/**/b/**/c", "/a/*/**/b/*/**/c", 0},
	{"/a/**", "/a/**", 0},
	{"/a/**b", "/a/**b", 0},
	{"/a/**/", "/a/*/**/", 0},
	{"/a[0-9]?", "/a[0-9]?", 0},
	{"/a[^b]", "/a[^b]", 0},
	{"/{a,b}/c", "/b/c /a/c", 0},
	{"/{a,{b,c}}", "/c /b /a", 0},
	{"/a{,/**}", "/a/** /a", 0},
	{"/\\*x", "/\\*x", 0},
	{"/bin/rm -rf *", NULL, PATH_E_ARGUMENTS},
	{"^/proc/.*$", NULL, PATH_E_EXPRESSION},
	{"/[a-z]+\\Wssh/gm", NULL, PATH_E_EXPRESSION},
	{"/(a|b)", NULL, PATH_E_EXPRESSION},
	{"etc/x", NULL, PATH_E_RELATIVE},
	{"/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", NULL, PATH_E_ALTERNATIVES},
};

Test(path, reads_patterns_of_apparmor)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		char **ours = NULL, joined[256] = "";

		cr_assert_eq(path_apparmor(patterns[i].theirs, &ours), patterns[i].result,
			     "%s", patterns[i].theirs);
		for (char **at = ours; at && *at; at++)
			snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined),
				 "%s%s", *joined ? " " : "", *at);
		if (patterns[i].ours)
			cr_assert_str_eq(joined, patterns[i].ours);
		path_list_free(ours);
	}
}
