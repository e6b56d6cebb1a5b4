/* SPDX-License-Identifier: Apache-2.0 */

/* What is told of single changes. That nothing is left out: diff_random_test.c. */

#include "compared.h"

#define POLICY(spec)                                                                     \
	"apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata: {name: a}\n"           \
	"spec:\n  podSelector: {}\n" spec

/* All differences as "newly denied: exec /a", one a line. */
static char *lines_of(const struct diff *diff)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_item *item = &diff->items[i];
		_cleanup_(freep) char *example = event_text(&item->example.eval);

		fprintf(file, "%s%s: %s", i ? "\n" : "", diff_change_name(item->change),
			example);
	}
	fclose(file);
	return text;
}

static void expect(const char *old, const char *new, bool all, const char *wanted)
{
	_cleanup_(compared_clear) struct compared compared = compare_texts(old, new, all);
	_cleanup_(freep) char *lines = lines_of(&compared.diff);

	cr_expect_str_eq(lines, wanted, "\n%s\n--- instead of\n%s", lines, wanted);
}

#define EXEC(rules) POLICY("  exec: {rules: [" rules "]}\n")

Test(diff, the_same_in_other_words_is_no_difference)
{
	expect(EXEC("{name: x, action: deny, paths: [/a, /b]}"),
	       EXEC("{name: x, action: deny, paths: [\"/[ab]\"]}"), false, "");
	expect(POLICY("  network: {rules: [{name: x, action: deny, to: "
		      "[10.0.0.0/8]}]}\n"),
	       POLICY("  network: {rules: [{name: x, action: deny, to: [10.0.0.0/9, "
		      "10.128.0.0/9]}]}\n"),
	       true, "");
}

Test(diff, nothing_to_something_and_back)
{
	static const char nothing[] = EXEC("{action: allow, paths: [/x]}");

	expect(nothing, EXEC("{name: x, action: deny, paths: [/bin/sh]}"), false,
	       "newly denied: exec /bin/sh");
	expect(EXEC("{name: x, action: deny, paths: [/bin/sh]}"), nothing, false,
	       "newly allowed: exec /bin/sh");
	expect(nothing, nothing, true, "");
}

Test(diff, an_example_is_the_shortest)
{
	expect(EXEC("{name: x, action: deny, paths: [\"/usr/**\"]}"),
	       EXEC("{name: x, action: deny, paths: [\"/usr/**\"], except: "
		    "[\"/usr/bin/**\"]}"),
	       false, "newly allowed: exec /usr/bin/a");
}

Test(diff, a_default_changes_all_but_what_is_allowed)
{
	expect(POLICY("  exec: {rules: [{name: x, action: allow, paths: [\"/a*\"]}]}\n"),
	       POLICY("  exec: {default: deny, rules: [{name: x, action: allow, paths: "
		      "[\"/a*\"]}]}\n"),
	       false, "newly denied: exec /b");
}

Test(diff, no_example_is_a_path_that_no_file_has)
{
	/* Between the two patterns lie only names that cannot be. */
	expect(EXEC("{name: x, action: deny, paths: [\"/a/?*\"]}"),
	       EXEC("{name: x, action: deny, paths: [\"/a/*\"]}"), true, "");
	expect(EXEC("{name: x, action: deny, paths: [\"/[!.]*\", \"/.?*\"]}"),
	       EXEC("{name: x, action: deny, paths: [\"/*\"]}"), true, "");
}

Test(diff, reading_and_writing_are_told_apart)
{
	expect(POLICY("  file: {rules: [{name: x, action: deny, paths: [/a]}]}\n"),
	       POLICY("  file: {rules: [{name: x, action: deny, access: [write], paths: "
		      "[/a]}]}\n"),
	       false, "newly allowed: open /a:r");
}

Test(diff, stricter_and_milder_denials)
{
	expect(EXEC("{name: x, action: deny, paths: [/a]}"),
	       EXEC("{name: x, action: kill, paths: [/a]}"), false,
	       "denied differently: exec /a");
	expect(EXEC("{name: x, action: deny, paths: [/a]}"),
	       EXEC("{name: x, action: deny, errno: 2, paths: [/a]}"), false, "");
	expect(EXEC("{name: x, action: deny, paths: [/a]}"),
	       EXEC("{name: x, action: deny, errno: 2, paths: [/a]}"), true,
	       "denied differently: exec /a");
	expect(EXEC("{name: x, action: deny, paths: [/a]}"),
	       EXEC("{name: z, action: deny, paths: [/a]}"), true,
	       "by another rule: exec /a");
}

Test(diff, reports)
{
	expect(EXEC("{name: x, action: audit, paths: [/a]}"),
	       EXEC("{name: x, action: deny, paths: [/a]}"), false,
	       "newly denied: exec /a");
	expect(EXEC("{name: x, action: audit, paths: [/a]}"),
	       EXEC("{name: x, action: audit, paths: [/b]}"), false,
	       "no longer reported: exec /a\nnewly reported: exec /b");
}

Test(diff, a_name_that_does_not_count_is_told_of_where_no_other_shows_it)
{
	/* `except` spares no name from another mount namespace; a narrower pattern does.
	 */
	expect(EXEC("{name: x, action: deny, paths: [\"/a?\"], except: [/ab]}"),
	       EXEC("{name: x, action: deny, paths: [\"/a[!b]\"]}"), false,
	       "newly allowed: exec /ab (other-namespace)");
}

Test(diff, what_rules_depend_on)
{
	expect(EXEC("{name: x, action: deny, paths: [/a]}"),
	       EXEC("{name: x, action: deny, paths: [/a], drifted: true}"), false,
	       "newly allowed: exec /a");
	expect(EXEC("{name: x, action: deny, paths: [/a], drifted: true}"),
	       EXEC("{name: x, action: deny, paths: [/a], drifted: true}, "
		    "{name: z, action: kill, paths: [/a], stdio: socket}"),
	       false,
	       "newly denied: exec /a (stdio-socket)\n"
	       "denied differently: exec /a (drifted, stdio-socket)");
	expect(EXEC("{name: x, action: deny, fileless: true}"),
	       EXEC("{name: x, action: deny, paths: [\"/dev/shm/**\"], fileless: true}"),
	       false,
	       "newly allowed: exec /a (fileless)\nnewly allowed: exec /run/shm/a");
	expect(POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read]}]}\n"),
	       POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read], from: {not: [/bin/d]}}]}\n"),
	       false, "no longer reported: open /a:r (from /bin/d)");
	expect(POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read], from: {not: [/bin/d, /bin/e]}}]}\n"),
	       POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read], from: {not: [/bin/e, /bin/d]}}]}\n"),
	       true, "");
	expect(POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read], owner: other}]}\n"),
	       POLICY("  file: {rules: [{name: x, action: audit, paths: [/a], access: "
		      "[read], owner: self}]}\n"),
	       false,
	       "newly reported: open /a:r\nno longer reported: open /a:r (owner-other)");
}

Test(diff, sockets)
{
	expect(POLICY("  sockets: {rules: [{name: x, action: deny, types: [raw]}]}\n"),
	       POLICY("  sockets: {rules: [{name: x, action: deny, types: [raw], "
		      "families: {not: [netlink]}}]}\n"),
	       false, "newly allowed: socket netlink,raw");
	/* No protocol is TCP here, so the rule about protocol 0 says nothing. */
	expect(POLICY("  sockets: {rules: [{name: x, action: deny, families: [inet], "
		      "types: [stream], protocols: [tcp]}]}\n"),
	       POLICY("  sockets: {rules: [{name: x, action: deny, families: [inet], "
		      "types: [stream], protocols: [0, tcp]}]}\n"),
	       true, "");
	expect(POLICY("  sockets: {rules: [{name: x, action: deny, families: [inet], "
		      "types: [raw], protocols: [tcp]}]}\n"),
	       POLICY("  sockets: {rules: [{name: x, action: deny, families: [inet], "
		      "types: [raw], protocols: [0, tcp]}]}\n"),
	       true, "newly denied: socket inet,raw");
}

Test(diff, addresses)
{
	expect(POLICY("  network: {rules: [{name: x, action: deny, to: "
		      "[10.0.0.0/8]}]}\n"),
	       POLICY("  network: {rules: [{name: x, action: deny, to: [10.0.0.0/8], "
		      "except: [10.1.0.0/16]}]}\n"),
	       false, "newly allowed: connect 10.1.0.1:443/tcp");
	expect(POLICY("  network: {rules: [{name: x, action: deny, ports: [80]}]}\n"),
	       POLICY("  network: {rules: [{name: x, action: deny, ports: [80-81], "
		      "protocols: [tcp]}]}\n"),
	       false,
	       "newly denied: connect 192.0.2.1:81/tcp\nnewly allowed: connect "
	       "192.0.2.1:80/udp");
	/* 0.0.0.0 is judged as 127.0.0.1, and :: as both loopbacks. */
	expect(POLICY("  network: {rules: [{name: x, action: deny, to: [127.0.0.1]}]}\n"),
	       POLICY("  network: {rules: [{name: x, action: deny, to: [127.0.0.1, "
		      "0.0.0.0]}]}\n"),
	       true, "");
	expect(POLICY("  network: {rules: [{name: x, action: deny, to: "
		      "[\"64:ff9b::/96\"]}, {name: z, action: deny, to: "
		      "[10.0.0.0/8]}]}\n"),
	       POLICY("  network: {rules: [{name: x, action: deny, to: "
		      "[\"64:ff9b::/97\"]}, {name: z, action: deny, to: "
		      "[10.0.0.0/8]}]}\n"),
	       true, "newly allowed: connect [64:ff9b::8000:0]:443/tcp");
}

Test(diff, the_unspecified_address_is_both_loopbacks)
{
	expect(POLICY("  network: {rules: [{name: a, action: deny, to: [\"::1\"]}, "
		      "{name: b, action: deny, to: [127.0.0.1]}]}\n"),
	       POLICY("  network: {rules: [{name: a, action: deny, to: [\"::1\"]}, "
		      "{name: b, action: kill, to: [127.0.0.1]}]}\n"),
	       false,
	       "denied differently: connect 127.0.0.1:443/tcp\n"
	       "denied differently: connect [::]:443/tcp");
}
