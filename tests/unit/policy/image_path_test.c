/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of POLICY.md, What a path means, and of its section file. */

#include "compiled.h"

Test(image_path, name_that_does_not_count_is_neither_allowed_nor_excepted)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a",
		ANY "  exec: {default: deny, rules: [{action: allow, paths: [/app]}]}\n"
		    "  file: {rules: [{action: deny, paths: [\"/root/**\"], except: "
		    "[/root/ok]}]}\n"));
	struct eval_event app = exec("/app"), ok = open_as("/root/ok", ACCESS_READ);

	cr_assert_eq(verdict_of(&compiled, app), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, ok), VERDICT_ALLOW);
	app.untrusted_name = true;
	ok.untrusted_name = true;
	cr_assert_eq(verdict_of(&compiled, app), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, ok), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/root/x", ACCESS_READ)),
		     VERDICT_DENY);
}

Test(image_path, identity_widens_deny_and_never_allow)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  exec: {default: deny, rules: [{action: allow, paths: [/app, "
			 "/tmp/x]}, {action: kill, paths: [/bin/sh]}]}\n"));
	struct eval_event event = exec("/tmp/x");

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.identity = "/bin/sh";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_KILL);
	event.identity = "/nothing";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event = exec("/tmp/y");
	event.identity = "/app";
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image_path, reading_and_writing_at_once_is_denied_when_either_is)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  file: {rules: [{action: deny, access: [write], paths: [/etc/x]}]}\n"));
	struct eval_result result;

	cr_assert_eq(verdict_of(&compiled, open_as("/etc/x", ACCESS_READ)),
		     VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/etc/x", ACCESS_WRITE)),
		     VERDICT_DENY);
	result = decide(&compiled, open_as("/etc/x", ACCESS_READ | ACCESS_WRITE));
	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.decision.error, EACCES);
}

Test(image_path, reading_and_writing_at_once_is_allowed_when_both_are)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  file:\n    default: deny\n    rules:\n"
		"    - {action: allow, access: [read], paths: [\"/r/**\", \"/b/**\"]}\n"
		"    - {action: allow, access: [write], paths: [\"/w/**\", "
		"\"/b/**\"]}\n"));

	cr_assert_eq(verdict_of(&compiled, open_as("/r/x", ACCESS_READ)), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/r/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/w/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/b/x", ACCESS_READ | ACCESS_WRITE)),
		     VERDICT_ALLOW);
}

Test(image_path, base_none_spares_nothing_unless_another_policy_of_the_tier_does)
{
	_cleanup_(compiled_clear) struct compiled bare =
		compile(NAMESPACED("p", ANY "  file: {default: deny, base: none}\n"));
	_cleanup_(compiled_clear) struct compiled both =
		compile(NAMESPACED("p", ANY "  file: {default: deny, base: none}\n")
				NAMESPACED("q", ANY "  file: {default: deny}\n"));

	cr_expect_eq(verdict_of(&bare, open_as("/dev/null", ACCESS_READ)), VERDICT_DENY);
	cr_expect_eq(verdict_of(&both, open_as("/dev/null", ACCESS_READ)), VERDICT_ALLOW);
}

Test(image_path, default_of_files_includes_its_base)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  file: {default: deny}\n"));

	cr_assert_eq(verdict_of(&compiled,
				open_as("/lib64/ld-linux-x86-64.so.2", ACCESS_READ)),
		     VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/lib64/x", ACCESS_WRITE)),
		     VERDICT_DENY);
	cr_assert_eq(
		verdict_of(&compiled, open_as("/dev/null", ACCESS_READ | ACCESS_WRITE)),
		VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, open_as("/dev/sda", ACCESS_READ)),
		     VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, open_as("/proc/1/mem", ACCESS_READ)),
		     VERDICT_DENY);
}
