/* SPDX-License-Identifier: Apache-2.0 */

/* Why an event is judged as it is. */

#include "compiled.h"
#include "policy/event.h"
#include "policy/judgement.h"

/* "deny by x", then what matches and makes no difference: "; allow y: why". */
static char *judge(const char *text, enum eval_kind kind, const char *asked)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(text);
	_cleanup_(freep) char *message = NULL;
	struct event event;
	char *line = NULL;
	size_t size, i;
	FILE *file = open_memstream(&line, &size);
	json_t *json, *item;

	cr_assert_eq(event_parse(kind, asked, &event, &message), 0, "%s", message);
	cr_assert_eq(judgement_json(&compiled.parsed.policies, compiled.image,
				    &event.eval, &json),
		     0);
	fputs(json_string_value(json_object_get(json, "verdict")), file);
	item = json_object_get(json_object_get(json, "rule"), "name");
	if (item)
		fprintf(file, " %s by %s",
			json_string_value(json_object_get(json, "errno")),
			json_string_value(item));
	json_array_foreach (json_object_get(json, "reports"), i, item)
		fprintf(file, "; reported, would %s: %s",
			json_string_value(json_object_get(item, "would")),
			json_string_value(
				json_object_get(json_object_get(item, "rule"), "name")));
	json_array_foreach (json_object_get(json, "others"), i, item)
		fprintf(file, "; %s %s: %s",
			json_string_value(json_object_get(item, "action")),
			json_string_value(
				json_object_get(json_object_get(item, "rule"), "name")),
			json_string_value(json_object_get(item, "why")));
	fclose(file);
	json_decref(json);
	event_clear(&event);
	return line;
}

static void expect(const char *text, enum eval_kind kind, const char *asked,
		   const char *wanted)
{
	_cleanup_(freep) char *line = judge(text, kind, asked);

	cr_expect_str_eq(line, wanted, "%s\n--- instead of\n%s", line, wanted);
}

Test(judgement, what_nothing_matches_is_allowed_without_a_word)
{
	expect(NAMESPACED("a", ANY
			  "  exec: {rules: [{name: x, action: deny, paths: [/a]}]}\n"),
	       EVAL_EXEC, "/b", "allow");
}

Test(judgement, the_stricter_rule_is_named_and_why_the_others_lost)
{
	expect(NAMESPACED("p",
			  ANY "  exec:\n    rules:\n"
			      "    - {name: files, action: allow, paths: [\"/a/**\"]}\n"
			      "    - {name: first, action: deny, paths: [\"/a/*\"]}\n"
			      "    - {name: second, action: deny, paths: [/a/b]}\n"
			      "    - {name: worst, action: kill, paths: [/a/k]}\n"),
	       EVAL_EXEC, "/a/b",
	       "deny EPERM by first; allow files: deny first of p is stricter; "
	       "deny second: deny first of p comes first");
}

Test(judgement, kill_is_stricter_than_deny)
{
	expect(NAMESPACED("p", ANY "  exec:\n    rules:\n"
				   "    - {name: d, action: deny, paths: [/a]}\n"
				   "    - {name: k, action: kill, paths: [/a]}\n"),
	       EVAL_EXEC, "/a", "kill EPERM by k; deny d: kill k of p is stricter");
}

Test(judgement, an_allow_spares_the_default_of_its_own_tier_alone)
{
	static const char policies[] =
		NAMESPACED("t", ANY "  exec: {default: deny, rules: [{name: a, action: "
				    "allow, paths: [/a]}]}\n")
			CLUSTER("c",
				ANY "  exec: {default: deny, rules: [{name: b, action: "
				    "allow, paths: [/b]}]}\n");

	expect(policies, EVAL_EXEC, "/a",
	       "deny EPERM by default; allow a: the default of c, of the other tier, "
	       "holds; "
	       "deny default: deny default of c comes first");
	expect(NAMESPACED("t",
			  ANY "  exec: {default: deny, rules: [{name: a, action: allow, "
			      "paths: [/a]}]}\n"),
	       EVAL_EXEC, "/a",
	       "allow; allow a: it spares the default of t; deny default: allow a of t "
	       "holds");
}

Test(judgement, an_allow_of_half_the_access)
{
	expect(NAMESPACED(
		       "p", ANY
		       "  file:\n    default: deny\n    rules:\n"
		       "    - {name: r, action: allow, access: [read], paths: [/a]}\n"),
	       EVAL_OPEN, "/a:rw",
	       "deny EACCES by default; allow r: it does not allow all of this access");
}

Test(judgement, what_every_process_needs_is_spared)
{
	expect(NAMESPACED("p", ANY "  file: {default: deny}\n"), EVAL_OPEN,
	       "/dev/null:rw", "allow; deny default: it spares what every process needs");
}

Test(judgement, audit_is_reported_beside_whatever_decides)
{
	expect(NAMESPACED("p", ANY "  exec:\n    rules:\n"
				   "    - {name: w, action: audit, paths: [\"/**\"]}\n"
				   "    - {name: v, action: audit, paths: [/a]}\n"
				   "    - {name: d, action: deny, paths: [/a]}\n"),
	       EVAL_EXEC, "/a",
	       "deny EPERM by d; reported, would audit: w; audit v: another rule reports "
	       "it already");
}

Test(judgement, a_policy_in_audit_mode_is_judged_by_itself)
{
	expect(NAMESPACED("a", ANY "  mode: audit\n  exec:\n    rules:\n"
				   "    - {name: k, action: kill, paths: [/a]}\n"
				   "    - {name: d, action: deny, paths: [/a]}\n")
		       NAMESPACED("b",
				  ANY "  exec: {rules: [{name: e, action: deny, paths: "
				      "[/b]}]}\n"),
	       EVAL_EXEC, "/a",
	       "audit; reported, would kill: k; deny d: kill k of a is stricter");
}

Test(judgement, sockets_and_addresses)
{
	static const char policy[] = NAMESPACED(
		"p",
		ANY "  sockets: {rules: [{name: raw, action: deny, types: [raw]}]}\n"
		    "  network: {rules: [{name: net, action: deny, to: [10.0.0.0/8], "
		    "ports: [80]}]}\n");

	expect(policy, EVAL_SOCKET, "inet,raw", "deny EPERM by raw");
	expect(policy, EVAL_SOCKET, "inet,dgram", "allow");
	expect(policy, EVAL_CONNECT, "10.1.2.3:80", "deny EPERM by net");
	expect(policy, EVAL_CONNECT, "[::ffff:10.1.2.3]:80", "deny EPERM by net");
	expect(policy, EVAL_CONNECT, "10.1.2.3:81", "allow");
}

Test(judgement, a_rule_whose_condition_does_not_hold_says_which)
{
	expect(NAMESPACED("p", ANY
			  "  exec:\n    rules:\n"
			  "    - {name: d, action: deny, paths: [/a], drifted: true, "
			  "from: {not: [/b]}}\n"
			  "    - {name: e, action: kill, paths: [/a], fileless: true, "
			  "stdio: socket}\n"
			  "    - {name: f, action: kill, paths: [/b], fileless: "
			  "true}\n"),
	       EVAL_EXEC, "/a",
	       "allow; deny d: the file has not drifted; kill e: the file is not "
	       "fileless, "
	       "no socket is on the descriptors 0 to 2");
	expect(NAMESPACED("p", ANY "  file:\n    default: deny\n    rules:\n"
				   "    - {name: o, action: allow, owner: other}\n"
				   "    - {name: p, action: allow, from: [/b]}\n"),
	       EVAL_OPEN, "/a",
	       "deny EACCES by default; allow o: the owner is not the one that is meant; "
	       "allow p: the program is not one that is meant");
}
