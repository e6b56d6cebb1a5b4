// SPDX-License-Identifier: Apache-2.0

/* What rules say of names with links, said of the names that the kernel walks. */

#include "policy/image_cache.h"

#include "compiled.h"

static void add(struct aliases *aliases, const char *written, const char *resolved)
{
	const struct alias alias = {.written = (char *)written,
				    .resolved = (char *)resolved};

	cr_assert_eq(aliases_add(aliases, &alias), 0);
}

static void add_target(struct aliases *aliases, const char *written, const char *resolved)
{
	const struct alias alias = {.written = (char *)written,
				    .resolved = (char *)resolved,
				    .is_target = true};

	cr_assert_eq(aliases_add(aliases, &alias), 0);
}

static struct compiled compile_aliased(const char *text, const struct aliases *aliases)
{
	return compile_for(text, &(struct image_options){.aliases = aliases});
}

Test(image_alias, an_allowed_path_is_allowed_by_the_name_behind_its_links)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};
	struct eval_event event = exec("/usr/bin/ls");

	add(&aliases, "/bin/ls", "/usr/bin/ls");
	compiled = compile_aliased(NAMESPACED("a", ANY "  exec: {default: deny, rules: "
						       "[{action: allow, paths: "
						       "[/bin/ls]}]}\n"),
				   &aliases);
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, exec("/bin/ls")), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/id")), VERDICT_DENY);
	event.untrusted_name = true;
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event = exec("/tmp/x");
	event.identity = "/usr/bin/ls";
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image_alias, what_is_excepted_is_by_the_name_behind_its_links)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	add(&aliases, "/bin/ls", "/usr/bin/ls");
	add(&aliases, "/bin/*", "/usr/bin/*");
	compiled = compile_aliased(
		NAMESPACED("a",
			   ANY "  exec: {rules: [{action: deny, paths: [\"/bin/*\"], "
			       "except: [/bin/ls]}]}\n"),
		&aliases);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/ls")), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/id")), VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, exec("/bin/id")), VERDICT_DENY);
}

Test(image_alias, programs_act_by_the_name_behind_their_links)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};
	struct eval_event event = open_as("/etc/secret", ACCESS_READ);

	add(&aliases, "/bin/cat", "/usr/bin/cat");
	compiled = compile_aliased(
		NAMESPACED("a",
			   ANY "  file: {rules: [{action: deny, paths: [/etc/secret], "
			       "from: {not: [/bin/cat]}}]}\n"),
		&aliases);
	event.program = "/usr/bin/cat";
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.untrusted_program = true;
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.program = "/usr/bin/dd";
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

/* What is there by none of the names that were looked at, such as a later file. */
Test(image_alias, a_denied_directory_is_denied_behind_its_links)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	add(&aliases, "/var/run/secrets/**", "/run/secrets/**");
	compiled = compile_aliased(NAMESPACED("a", ANY
					      "  file: {rules: [{action: deny, paths: "
					      "[\"/var/run/secrets/**\"]}]}\n"),
				   &aliases);
	cr_expect_eq(verdict_of(&compiled, open_as("/run/secrets/new", ACCESS_READ)),
		     VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, open_as("/run/other", ACCESS_READ)),
		     VERDICT_ALLOW);
}

/* What it is when it becomes another file is told by its identity. */
Test(image_alias, a_links_target_is_not_denied_by_name)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	add(&aliases, "/bin/sh", "/usr/bin/sh");
	add_target(&aliases, "/bin/sh", "/usr/bin/dash");
	add_target(&aliases, "/bin/ls", "/opt/ls");
	compiled = compile_aliased(
		NAMESPACED("a", ANY "  exec: {rules: [{action: deny, paths: [/bin/sh, "
				    "\"/opt/*\"], except: [/bin/ls]}]}\n"),
		&aliases);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/sh")), VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/dash")), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, exec("/opt/ls")), VERDICT_ALLOW);
	cr_expect_eq(verdict_of(&compiled, exec("/opt/x")), VERDICT_DENY);
}

Test(image_alias, by_name_means_the_name)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};
	struct eval_event event = exec("/usr/bin/busybox");

	add(&aliases, "/bin/wget", "/usr/bin/wget");
	add_target(&aliases, "/bin/wget", "/usr/bin/busybox");
	compiled = compile_aliased(NAMESPACED("a", ANY
					      "  exec: {rules: [{action: deny, paths: "
					      "[/bin/wget], multicall: by-name}]}\n"),
				   &aliases);
	cr_expect_eq(verdict_of(&compiled, exec("/bin/wget")), VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.called = "/usr/bin/wget";
	cr_expect_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image_alias, an_alias_changes_nothing_that_others_say)
{
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	add(&aliases, "/bin/l", "/usr/bin/l");
	add(&aliases, "/bin/ls", "/usr/bin/ls");
	add(&aliases, "/bin/lsof", "/usr/bin/lsof");
	compiled = compile_aliased(
		NAMESPACED("a",
			   ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			       "[/bin/ls]}, {action: kill, paths: [/usr/bin/ls]}]}\n"),
		&aliases);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/ls")), VERDICT_KILL);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/l")), VERDICT_DENY);
	cr_expect_eq(verdict_of(&compiled, exec("/usr/bin/lsof")), VERDICT_DENY);
}

/* --- the cache
 * ----------------------------------------------------------------------------- */

static struct image *cached(struct image_cache *cache, const struct policy_list *policies,
			    const struct aliases *aliases)
{
	struct image *image = NULL;
	char *why = NULL;

	cr_assert_eq(image_cache_get(cache, policies,
				     &(struct image_options){.aliases = aliases}, &why,
				     &image),
		     0);
	return image;
}

Test(image_alias, roots_of_equal_aliases_share_an_image)
{
	_cleanup_(aliases_clear) struct aliases one = {0}, same = {0}, other = {0};
	_cleanup_(image_cache_clear) struct image_cache cache = {0};
	_cleanup_(parsed_clear) struct parsed parsed = parse(NAMESPACED(
		"a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			 "[/bin/ls, /bin/cp]}]}\n"));
	const struct image *image;

	add(&one, "/bin/cp", "/usr/bin/cp");
	add(&one, "/bin/ls", "/usr/bin/ls");
	add(&same, "/bin/ls", "/usr/bin/ls");
	add(&same, "/bin/cp", "/usr/bin/cp");
	add(&other, "/bin/ls", "/usr/bin/ls");
	image = cached(&cache, &parsed.policies, &one);
	cr_expect_eq(cached(&cache, &parsed.policies, &same), image);
	cr_expect_neq(cached(&cache, &parsed.policies, &other), image);
	cr_expect_neq(cached(&cache, &parsed.policies, NULL), image);
	cr_expect_eq(cache.n, 3);
	cr_expect_eq(cached(&cache, &parsed.policies, &one), image);
}

Test(image_alias, aliases_of_other_policies_make_no_difference)
{
	_cleanup_(aliases_clear) struct aliases all = {0}, own = {0}, none = {0};
	_cleanup_(parsed_clear) struct parsed parsed = parse(NAMESPACED(
		"a", ANY "  exec: {default: deny, rules: [{action: allow, paths: "
			 "[/bin/ls]}]}\n"));
	const struct alias *first = NULL;

	add(&all, "/bin/ls", "/usr/bin/ls");
	add(&all, "/bin/ls", "/opt/ls");
	add(&all, "/bin/ls", "/opt/ls");
	add(&all, "/bin/id", "/usr/bin/id");
	cr_assert_eq(aliases_copy(&all, &parsed.policies, &own), 0);
	cr_expect_eq(own.n, 2);
	cr_expect_eq(aliases_find(&own, "/bin/ls", &first), 2);
	cr_expect_str_eq(first->resolved, "/opt/ls");
	cr_expect_eq(aliases_find(&own, "/bin/l", &first), 0);
	cr_expect_eq(aliases_find(&own, "/bin/lsx", &first), 0);
	cr_expect_not(aliases_equal(&own, &all));
	cr_expect_not(aliases_equal(&own, &none));
}
