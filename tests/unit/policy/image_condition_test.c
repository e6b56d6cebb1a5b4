/* SPDX-License-Identifier: Apache-2.0 */

/* Rules under conditions: they hold when these do, and hide no other rule when not. */

#include "compiled.h"

#define EXEC_OF(...)                                                                     \
	{                                                                                \
		.kind = EVAL_EXEC, __VA_ARGS__                                           \
	}
#define OPEN_OF(...)                                                                     \
	{                                                                                \
		.kind = EVAL_OPEN, __VA_ARGS__                                           \
	}
#define UNIX_OF(...)                                                                     \
	{                                                                                \
		.kind = EVAL_UNIX, __VA_ARGS__                                           \
	}

#define READ_WRITE (ACCESS_READ | ACCESS_WRITE)

static const struct row {
	const char *spec;
	struct eval_event event;
	enum verdict want;
} rows[] = {
	/* Facts, of any object and of those named. */
	{"exec: {rules: [{action: kill, fileless: true}]}",
	 EXEC_OF(.path = "/a", .fileless = true), VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true}]}",
	 EXEC_OF(.path = NULL, .fileless = true), VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true}]}", EXEC_OF(.path = "/a"),
	 VERDICT_ALLOW},
	{"exec: {rules: [{action: kill, fileless: true}]}", EXEC_OF(.path = "/dev/shm/a"),
	 VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true}]}",
	 EXEC_OF(.path = "/run/shm/d/a", .untrusted_name = true), VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true}]}", EXEC_OF(.path = "/dev/shmx"),
	 VERDICT_ALLOW},
	{"exec: {rules: [{action: kill, fileless: true, paths: [\"/dev/shm/a/**\"]}]}",
	 EXEC_OF(.path = "/dev/shm/b"), VERDICT_ALLOW},
	{"exec: {rules: [{action: kill, fileless: true, paths: [\"/dev/shm/a/**\"]}]}",
	 EXEC_OF(.path = "/dev/shm/a/b"), VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true, except: [/dev/shm/b]}]}",
	 EXEC_OF(.path = "/dev/shm/b", .fileless = true), VERDICT_ALLOW},
	{"exec: {rules: [{action: kill, fileless: true, except: [/dev/shm/b]}]}",
	 EXEC_OF(.path = "/dev/shm/b", .untrusted_name = true), VERDICT_KILL},
	{"exec: {rules: [{action: kill, fileless: true, stdio: socket}]}",
	 EXEC_OF(.path = "/dev/shm/b"), VERDICT_ALLOW},
	{"exec: {rules: [{action: kill, fileless: true, stdio: socket}]}",
	 EXEC_OF(.path = "/dev/shm/b", .stdio_socket = true), VERDICT_KILL},
	{"exec: {rules: [{action: deny, drifted: true}]}",
	 EXEC_OF(.path = "/a", .drifted = true), VERDICT_DENY},
	{"exec: {rules: [{action: deny, drifted: true}]}", EXEC_OF(.path = "/a"),
	 VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, drifted: true, except: [\"/app/**\"]}]}",
	 EXEC_OF(.path = "/app/a", .drifted = true), VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, paths: [/a, /b], stdio: socket}]}",
	 EXEC_OF(.path = "/a", .stdio_socket = true), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [/a, /b], stdio: socket}]}",
	 EXEC_OF(.path = "/c", .stdio_socket = true), VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, paths: [/a, /b], stdio: socket}]}",
	 EXEC_OF(.path = "/a"), VERDICT_ALLOW},
	{"exec: {default: deny, rules: [{action: allow, drifted: true}]}",
	 EXEC_OF(.path = "/a"), VERDICT_DENY},

	/* A condition that does not hold leaves what comes behind. */
	{"exec: {rules: [{action: kill, paths: [\"/**\"], drifted: true}, "
	 "{action: deny, paths: [/a]}]}",
	 EXEC_OF(.path = "/a"), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [\"/**\"], drifted: true}, "
	 "{action: deny, paths: [\"/**\"], stdio: socket}]}",
	 EXEC_OF(.path = "/a", .stdio_socket = true), VERDICT_DENY},
	{"exec: {default: deny, rules: [{action: deny, paths: [\"/**\"], drifted: true}, "
	 "{action: allow, paths: [/a]}]}",
	 EXEC_OF(.path = "/a"), VERDICT_ALLOW},
	{"exec: {default: deny, rules: [{action: allow, paths: [\"/**\"], from: [/x]}, "
	 "{action: allow, paths: [/a]}]}",
	 EXEC_OF(.path = "/a"), VERDICT_ALLOW},

	/* Interpreters. */
	{"exec: {rules: [{action: deny, paths: [/bin/sh], as: direct}]}",
	 EXEC_OF(.path = "/bin/sh", .script = "/s"), VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, paths: [/bin/sh], as: direct}]}",
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [/bin/sh]}]}",
	 EXEC_OF(.path = "/bin/sh", .script = "/s"), VERDICT_DENY},
	{"exec: {default: deny, rules: [{action: allow, paths: [/s]}]}",
	 EXEC_OF(.path = "/bin/sh", .script = "/s"), VERDICT_ALLOW},
	{"exec: {default: deny, rules: [{action: allow, paths: [/s]}]}",
	 EXEC_OF(.path = "/bin/sh", .script = "/t"), VERDICT_DENY},

	/* multicall: by-name. */
	{"exec: {rules: [{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/bin/busybox", .called = "/bin/sh"), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/bin/busybox", .called = "/bin/ls"), VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/bin/sh"), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/bin/sh", .untrusted_name = true), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/bin/busybox", .identity = "/bin/sh"), VERDICT_ALLOW},
	{"exec: {rules: [{action: deny, paths: [\"/bin/**\"]}, "
	 "{action: deny, paths: [/bin/sh], multicall: by-name}]}",
	 EXEC_OF(.path = "/opt/busybox", .called = "/bin/sh"), VERDICT_DENY},
	{"exec: {rules: [{action: deny, paths: [\"/bin/*\"], except: [/bin/ls], "
	 "multicall: by-name}]}",
	 EXEC_OF(.path = "/opt/busybox", .called = "/bin/ls"), VERDICT_ALLOW},

	/* from: a name that does not count only widens what is denied. */
	{"file: {rules: [{action: deny, paths: [/s], from: {not: [/usr/bin/d]}}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ, .program = "/usr/bin/d"),
	 VERDICT_ALLOW},
	{"file: {rules: [{action: deny, paths: [/s], from: {not: [/usr/bin/d]}}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ, .program = "/usr/bin/e"),
	 VERDICT_DENY},
	{"file: {rules: [{action: deny, paths: [/s], from: {not: [/usr/bin/d]}}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ), VERDICT_DENY},
	{"file: {rules: [{action: deny, paths: [/s], from: {not: [/usr/bin/d]}}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ, .program = "/usr/bin/d",
		 .untrusted_program = true),
	 VERDICT_DENY},
	{"file: {rules: [{action: deny, paths: [/s], from: [\"/tmp/**\"]}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ, .program = "/tmp/a",
		 .untrusted_program = true),
	 VERDICT_DENY},
	{"file: {rules: [{action: deny, paths: [/s], from: [\"/tmp/**\"]}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ, .program = "/bin/sh",
		 .program_script = "/tmp/a"),
	 VERDICT_DENY},
	{"file: {default: deny, rules: [{action: allow, from: [/app]}]}",
	 OPEN_OF(.path = "/s", .access = READ_WRITE, .program = "/app"), VERDICT_ALLOW},
	{"file: {default: deny, rules: [{action: allow, from: [/app]}]}",
	 OPEN_OF(.path = "/s", .access = READ_WRITE, .program = "/app",
		 .untrusted_program = true),
	 VERDICT_DENY},
	{"file: {default: deny, rules: [{action: allow, from: {not: [/app]}}]}",
	 OPEN_OF(.path = "/s", .access = ACCESS_READ), VERDICT_DENY},
	{"sockets: {rules: [{action: deny, types: [raw], from: {not: [/bin/ping]}}]}",
	 {.kind = EVAL_SOCKET,
	  .family = AF_INET,
	  .type = SOCK_RAW,
	  .program = "/bin/ping"},
	 VERDICT_ALLOW},
	{"sockets: {rules: [{action: deny, types: [raw], from: {not: [/bin/ping]}}]}",
	 {.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_RAW, .program = "/bin/x"},
	 VERDICT_DENY},
	{"network: {rules: [{action: deny, from: [/bin/x]}]}",
	 {.kind = EVAL_CONNECT,
	  .family = AF_INET,
	  .address_family = AF_INET,
	  .protocol = IPPROTO_TCP,
	  .program = "/bin/x"},
	 VERDICT_DENY},

	/* Reading and writing at once, allowed by two rules. */
	{"file: {default: deny, rules: [{action: allow, access: [read], paths: [/f]}, "
	 "{action: allow, access: [write], paths: [/f], from: [/app]}]}",
	 OPEN_OF(.path = "/f", .access = READ_WRITE, .program = "/app"), VERDICT_ALLOW},
	{"file: {default: deny, rules: [{action: allow, access: [read], paths: [/f]}, "
	 "{action: allow, access: [write], paths: [/f], from: [/app]}]}",
	 OPEN_OF(.path = "/f", .access = READ_WRITE, .program = "/b"), VERDICT_DENY},
	{"file: {default: deny, rules: [{action: allow, access: [read], from: [/app]}, "
	 "{action: allow, access: [write], paths: [/f], from: [/app]}]}",
	 OPEN_OF(.path = "/f", .access = READ_WRITE, .program = "/app"), VERDICT_ALLOW},
	{"file: {default: deny, rules: [{action: allow, access: [read], from: [/a]}, "
	 "{action: allow, access: [write], from: [/b]}]}",
	 OPEN_OF(.path = "/f", .access = READ_WRITE, .program = "/a"), VERDICT_DENY},
	{"file: {default: deny, rules: [{action: allow, access: [write], "
	 "paths: [/lib/x]}]}",
	 OPEN_OF(.path = "/lib/x", .access = READ_WRITE), VERDICT_ALLOW},

	/* owner */
	{"file: {rules: [{action: deny, owner: other, paths: [\"/home/**\"]}]}",
	 OPEN_OF(.path = "/home/a", .access = ACCESS_READ, .owner_other = true),
	 VERDICT_DENY},
	{"file: {rules: [{action: deny, owner: other, paths: [\"/home/**\"]}]}",
	 OPEN_OF(.path = "/home/a", .access = ACCESS_READ), VERDICT_ALLOW},
	{"file: {rules: [{action: deny, owner: self}]}",
	 OPEN_OF(.path = "/home/a", .access = ACCESS_WRITE), VERDICT_DENY},

	/* unix: never under a default of network. */
	{"network: {rules: [{action: deny, unix: [/run/c.sock]}]}",
	 UNIX_OF(.path = "/run/c.sock"), VERDICT_DENY},
	{"network: {rules: [{action: deny, unix: [/run/c.sock]}]}",
	 UNIX_OF(.path = "/run/d.sock"), VERDICT_ALLOW},
	{"network: {rules: [{action: deny, unix: [\"@/tmp/*\", \"@x*z\"]}]}",
	 UNIX_OF(.path = "@/tmp/a"), VERDICT_DENY},
	{"network: {rules: [{action: deny, unix: [\"@/tmp/*\", \"@x*z\"]}]}",
	 UNIX_OF(.path = "@/tmp/a/b"), VERDICT_ALLOW},
	{"network: {rules: [{action: deny, unix: [\"@/tmp/*\", \"@x*z\"]}]}",
	 UNIX_OF(.path = "@xyz"), VERDICT_DENY},
	{"network: {rules: [{action: deny, unix: [\"@**\"]}]}", UNIX_OF(.path = "@/a//b"),
	 VERDICT_DENY},
	{"network: {rules: [{action: deny, unix: [\"@**\"]}]}", UNIX_OF(.path = "/a"),
	 VERDICT_ALLOW},
	{"network: {rules: [{action: deny, unix: [\"@**\"]}]}",
	 {.kind = EVAL_CONNECT,
	  .family = AF_INET,
	  .address_family = AF_INET,
	  .protocol = IPPROTO_TCP},
	 VERDICT_ALLOW},
	{"network: {default: deny}", UNIX_OF(.path = "/run/c.sock"), VERDICT_ALLOW},
	{"network: {rules: [{action: deny, unix: [/c], from: {not: [/app]}}]}",
	 UNIX_OF(.path = "/c", .program = "/app"), VERDICT_ALLOW},
	{"network: {rules: [{action: deny, unix: [/c], from: {not: [/app]}}]}",
	 UNIX_OF(.path = "/c", .program = "/b"), VERDICT_DENY},
};

static struct compiled compile_spec(const char *spec)
{
	_cleanup_(freep) char *text = NULL;

	cr_assert_gt(asprintf(&text, "%s%s", POLICY_HEAD, spec), 0);
	return compile(text);
}

Test(image_condition, rule_holds_when_its_condition_does)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(compiled_clear) struct compiled compiled = {0};
		_cleanup_(freep) char *spec = NULL;

		cr_assert_gt(asprintf(&spec, "  %s\n", rows[i].spec), 0);
		compiled = compile_spec(spec);
		cr_expect_eq(verdict_of(&compiled, rows[i].event), rows[i].want,
			     "row %zu: %s", i, spec);
	}
}

/* What a list has of a rule, and what it has not. */
Test(image_condition, rules_under_equal_conditions_are_in_a_list_once)
{
	_cleanup_(freep) char *spec = NULL;
	size_t length;
	FILE *file = open_memstream(&spec, &length);
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	fputs("  file:\n    rules:\n", file);
	for (size_t i = 0; i < 2 * LIMIT_LIST; i++)
		fprintf(file, "    - {action: deny, from: {not: [/a, /b]}}\n"
			      "    - {action: deny, from: {not: [/b, /a, /a]}}\n");
	fclose(file);
	compiled = compile_spec(spec);
	cr_assert_eq(WORD_LO(compiled.image->words[IMAGE_H_PROGRAMS]),
		     IMAGE_HAS(SECTION_FILE));
}

Test(image_condition, header_says_which_facts_are_asked_for)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile_spec(
		"  exec: {rules: [{action: deny, drifted: true}, {action: deny, paths: "
		"[/a], as: direct, multicall: by-name}, {action: allow, stdio: "
		"socket}]}\n"
		"  file: {rules: [{action: audit, owner: self}]}\n");
	const uint64_t *words = compiled.image->words;

	cr_assert_eq(
		words[IMAGE_H_FACTS],
		WORD(FACT_DRIFTED | FACT_INTERPRETER | FACT_CALLED, FACT_OWNER_OTHER));
	cr_assert_eq(words[IMAGE_H_PROGRAMS], 0);
}

Test(image_condition, one_list_of_programs_too_many_is_refused_by_name)
{
	_cleanup_(freep) char *spec = NULL;
	_cleanup_(freep) char *message = NULL;
	size_t length;
	FILE *file = open_memstream(&spec, &length);
	_cleanup_(compiled_clear) struct compiled compiled = {0};

	fputs("  file:\n    rules:\n", file);
	for (size_t i = 0; i <= LIMIT_PROGRAM_SETS; i++)
		fprintf(file, "    - {action: deny, from: {not: [/a%zu]}}\n", i);
	fclose(file);
	compiled.parsed = parse_spec(spec);
	diagnostics_clear(&compiled.parsed.diagnostics);
	cr_assert_eq(image_compile(&compiled.parsed.policies,
				   &compiled.parsed.diagnostics, &compiled.image),
		     -E2BIG);
	message = said(&compiled.parsed.diagnostics);
	cr_assert(strstr(message, "rule \"rule-32\" of section file says `from` with one "
				  "list too many"),
		  "%s", message);
}

Test(image_condition, a_map_with_a_condition_that_is_none_is_refused)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile_spec("  exec: {rules: [{action: deny, drifted: true}]}\n");
	uint64_t *words = compiled.image->words;
	uint64_t *condition =
		words + WORD_LO(words[IMAGE_H_RULES]) + (size_t)RULE_W_CONDITION;
	static const uint64_t wrong[] = {
		1ULL << 42, CONDITION_FROM | CONDITION_FROM_NOT, CONDITION(0, 0, 1),
		CONDITION(FACT_PROGRAM, 0, 0), CONDITION(0, FACT_TRUSTED_NAME, 0)};
	struct image *loaded;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		*condition = wrong[i];
		cr_expect_eq(image_load(words, compiled.image->n_words, &loaded),
			     -EBADMSG, "%zu", i);
	}
}
