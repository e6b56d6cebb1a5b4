/* SPDX-License-Identifier: Apache-2.0 */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/junit.h"
#include "ctl/xml.h"
#include "util/cleanup.h"

static void expect(const char *text, const char *wanted)
{
	_cleanup_(freep) char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	xml_write(text, file);
	fclose(file);
	cr_expect_str_eq(got, wanted, "%s", got);
}

Test(xml, what_has_a_meaning_is_escaped)
{
	expect("a<b>&\"c'", "a&lt;b&gt;&amp;&quot;c&#39;");
	expect("&lt;", "&amp;lt;");
	expect("]]>", "]]&gt;");
	expect("", "");
}

Test(xml, blanks_survive_an_attribute)
{
	expect("a\tb\nc\rd e", "a&#9;b&#10;c&#13;d e");
}

Test(xml, text_of_any_script_stays)
{
	expect("\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7",
	       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7");
	expect("\xef\xbf\xbd\xee\x80\x80", "\xef\xbf\xbd\xee\x80\x80");
}

Test(xml, what_is_no_character_of_xml_is_replaced)
{
	expect("\x01 \x1b[2J", "\xef\xbf\xbd \xef\xbf\xbd[2J");
	expect("\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd");
	/* A surrogate, a byte of Latin 1, a character cut short. */
	expect("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect("\xe4"
	       "a",
	       "\xef\xbf\xbd"
	       "a");
	expect("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
}

Test(junit, counts_and_messages)
{
	json_t *results =
		json_pack("[{ss ss ss si sb}, {ss ss ss si sb ss}]", "name", "a", "event",
			  "exec /a", "file", "c.yaml", "line", 3, "ok", 1, "name", "<b>",
			  "event", "exec /b", "file", "c.yaml", "line", 4, "ok", 0,
			  "message", "wanted \"x\"");
	_cleanup_(freep) char *got = NULL;
	size_t size;
	FILE *file = open_memstream(&got, &size);

	junit_write("c&d", results, file);
	fclose(file);
	json_decref(results);
	cr_expect_str_eq(
		got,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"2\" failures=\"1\" errors=\"0\">\n"
		"  <testsuite name=\"c&amp;d\" tests=\"2\" failures=\"1\" errors=\"0\">\n"
		"    <testcase classname=\"c&amp;d\" name=\"a: exec /a\" file=\"c.yaml\" "
		"line=\"3\"/>\n"
		"    <testcase classname=\"c&amp;d\" name=\"&lt;b&gt;: exec /b\" "
		"file=\"c.yaml\" line=\"4\">\n"
		"      <failure message=\"wanted &quot;x&quot;\"/>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
}
