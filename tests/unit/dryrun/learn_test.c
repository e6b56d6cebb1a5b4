// SPDX-License-Identifier: Apache-2.0

/* A whole run: what is learned of it allows it, and nothing of that can be left out. */

#include <netinet/in.h>
#include <stdlib.h>

#include "dryrun/learn.h"
#include "record.h"
#include "util/cleanup.h"

/* A run under the learner alone. */
struct lesson {
	struct policy *learner;
	struct image *image;
	struct run run;
	struct learned learned;
	struct policy_list policies; /* what was learned, read back */
};

static struct lesson lesson;

static void begin(void)
{
	struct diagnostics diagnostics = {0};
	struct policy_list list = {.items = &lesson.learner, .n = 1};

	unsetenv("TMPDIR");
	cr_assert_eq(learn_policy(&lesson.learner), 0);
	cr_assert_eq(image_compile_for(&list, &(struct image_options){.dry = true},
				       &diagnostics, &lesson.image),
		     0);
	cr_assert_eq(tally_new(&lesson.run.tally), 0);
	lesson.run.counts.rules = calloc(lesson.image->n_rules, sizeof(uint64_t));
}

static void end(void)
{
	policy_list_clear(&lesson.policies);
	learned_clear(&lesson.learned);
	run_clear(&lesson.run);
	image_unref(lesson.image);
	policy_unref(lesson.learner);
}

TestSuite(learn, .init = begin, .fini = end);

/* As the kernel does: nothing that the learner allows is reported. @script: whose
 * interpreter is executed; NULL: none */
static void did_for(struct record record, const char *script, unsigned times)
{
	struct eval_result result;
	struct eval_event event;
	struct access access;

	cr_assert_eq(access_read(&record.event, &access), 0);
	event = access_event(&access);
	event.script = script;
	eval(lesson.image, &event, &result);
	access_clear(&access);
	for (uint32_t i = 0; i < result.n_audits; i++) {
		count(lesson.run.tally, record, result.audits[i].rule, times);
		lesson.run.counts.rules[result.audits[i].rule] += times;
	}
}

static void did(struct record record, unsigned times)
{
	did_for(record, NULL, times);
}

static const char *learn(const struct labels *labels)
{
	char *command[] = {(char *)"make", (char *)"test", NULL};
	const struct learn_options options = {.file = "out/Web_app.yaml",
					      .name_space = "shop",
					      .labels = labels,
					      .command = command};
	struct diagnostics diagnostics = {0};

	cr_assert_eq(learn_from(&lesson.run, lesson.image, lesson.learner, &options,
				&lesson.learned),
		     0);
	cr_assert_eq(policy_parse(lesson.learned.text, lesson.learned.length, "t",
				  &diagnostics, &lesson.policies),
		     0, "%s", lesson.learned.text);
	cr_assert_eq(policy_check(&lesson.policies, &diagnostics), 0);
	cr_assert_eq(diagnostics.n, 0, "%s", lesson.learned.text);
	return lesson.learned.text;
}

/* How many of the run's accesses the policy denies, as it is now. */
static size_t count_denied(void)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	const struct tally_entry *const *entries;
	struct image *image = NULL;
	size_t n, denied = 0;

	cr_assert_eq(image_compile(&lesson.policies, &diagnostics, &image), 0);
	entries = tally_entries(lesson.run.tally, &n);
	for (size_t i = 0; i < n; i++) {
		const struct eval_event event = access_event(&entries[i]->access);
		struct eval_result result;

		eval(image, &event, &result);
		denied += result.decision.verdict != VERDICT_ALLOW;
	}
	image_unref(image);
	return denied;
}

/* Take one thing at a time out of a rule: a path, an address, its kind of socket. */
static void expect_rule_is_needed(struct policy_rule *rule)
{
	struct number_range nothing = {255, 255};
	struct number_set families = rule->families;
	struct prefix to;

	for (size_t i = 0; i < rule->n_paths; i++) {
		char *path = rule->paths[i];

		rule->paths[i] = (char *)"/nothing/of/that/name";
		cr_expect_gt(count_denied(), 0, "%s is not needed", path);
		rule->paths[i] = path;
	}
	for (size_t i = 0; i < rule->n_to; i++) {
		to = rule->to[i];
		rule->to[i] = (struct prefix){
			.address = {240, 0, 0, 1}, .length = 32, .is_v4 = true};
		cr_expect_gt(count_denied(), 0, "an address of %s is not needed",
			     rule->name);
		rule->to[i] = to;
	}
	if (rule->section != SECTION_SOCKETS)
		return;
	rule->families = (struct number_set){.ranges = &nothing, .n_ranges = 1};
	cr_expect_gt(count_denied(), 0, "%s is not needed", rule->name);
	rule->families = families;
}

static void expect_allowed_and_needed(void)
{
	struct policy *policy = lesson.policies.items[0];

	cr_expect_eq(lesson.learned.n_lacks, 0);
	cr_expect_eq(count_denied(), 0, "%s", lesson.learned.text);
	for (size_t s = 0; s < SECTION_COUNT; s++)
		for (size_t i = 0; i < policy->sections[s].n_rules; i++)
			expect_rule_is_needed(&policy->sections[s].rules[i]);
}

static const struct labels none = {0};

Test(learn, allows_what_a_build_does_and_no_line_too_many)
{
	char path[64];

	did(executed("/usr/bin/make"), 1);
	did(executed("/usr/bin/gcc"), 12);
	did(opened("/proc/77/maps", ACCESS_READ), 1);
	did(opened("/proc/78/maps", ACCESS_READ), 2);
	did(opened("/tmp/ccAbCdEf.s", ACCESS_READ | ACCESS_WRITE), 1);
	did(opened("/tmp/ccGhIjKl.s", ACCESS_READ), 1);
	did(opened("/home/dev/src", ACCESS_READ), 1);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/home/dev/src/dir%u/file%u.c", i % 5, i);
		did(opened(path, ACCESS_READ), i + 1);
		snprintf(path, sizeof(path), "/home/dev/src/out/file%u.o", i);
		did(opened(path, ACCESS_WRITE), 1);
	}
	did(made_socket(AF_UNIX, SOCK_STREAM, 0), 3);
	did(made_socket(AF_INET, SOCK_STREAM, 0), 3);
	did(made_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), 1);
	did(made_socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), 1);
	did(made_socket(AF_NETLINK, SOCK_RAW, 15), 1);
	did(connected("192.0.2.1", 443, IPPROTO_TCP), 2);
	did(connected("192.0.2.2", 443, IPPROTO_TCP), 1);
	did(connected("192.0.2.1", 53, IPPROTO_UDP), 1);
	did(connected("192.0.2.9", 0, IPPROTO_ICMP), 1);
	did(connected("2001:db8::1", 443, IPPROTO_TCP), 1);
	did(connected("::ffff:192.0.2.77", 443, IPPROTO_TCP), 1);
	did(connected("::", 8080, IPPROTO_TCP), 1);
	did(connected("0.0.0.0", 8081, IPPROTO_TCP), 1);
	did(connected("64:ff9b::c000:201", 8082, IPPROTO_TCP), 1);
	learn(&none);
	expect_allowed_and_needed();
}

Test(learn, of_a_run_that_did_nothing_allows_nothing)
{
	const char *text = learn(&none);

	cr_expect(!!strstr(text, "podSelector: {}"), "%s", text);
	cr_expect(!strstr(text, "allow"), "%s", text);
	for (size_t s = SECTION_EXEC; s <= SECTION_NETWORK; s++)
		cr_expect(lesson.policies.items[0]->sections[s].default_deny);
}

Test(learn, says_how_often_and_by_how_many_each_line_was_used)
{
	const char *text;

	did(executed("/usr/bin/make"), 1);
	did(executed("/usr/bin/gcc"), 12);
	did(opened("/proc/77/maps", ACCESS_READ), 1);
	did(opened("/proc/78/maps", ACCESS_READ), 2);
	text = learn(&none);
	cr_expect(!!strstr(text, "- /usr/bin/make  # once\n"), "%s", text);
	cr_expect(!!strstr(text, "- /usr/bin/gcc  # 12 times\n"), "%s", text);
	cr_expect(!!strstr(text, "- /proc/[0-9]*/maps  # 2 paths, 3 times\n"), "%s",
		  text);
}

Test(learn, leaves_out_what_a_default_allows_anyway)
{
	did(opened("/dev/null", ACCESS_WRITE), 1);
	did(opened("/etc/ld.so.cache", ACCESS_READ), 1);
	cr_expect(!strstr(learn(&none), "allow"), "%s", lesson.learned.text);
}

Test(learn, selects_the_pods_that_the_run_stands_for)
{
	struct labels labels = {0};

	labels_add(&labels, "app.kubernetes.io/name", "true");
	learn(&labels);
	cr_expect_str_eq(lesson.policies.items[0]->name, "web-app");
	cr_expect_str_eq(lesson.policies.items[0]->name_space, "shop");
	cr_expect_str_eq(lesson.policies.items[0]->pod_selector.requirements[0].values[0],
			 "true");
	labels_clear(&labels);
}

Test(learn, keeps_names_that_yaml_or_a_pattern_would_change)
{
	did(opened("/srv/a: b # c", ACCESS_READ), 1);
	did(opened("/srv/\"quoted\"", ACCESS_READ), 1);
	did(opened("/srv/a*b[c]?\\d", ACCESS_READ), 1);
	did(opened("/srv/m\xc3\xbcll", ACCESS_READ), 1);
	did(opened("/srv/\xff\n\x01", ACCESS_READ), 1);
	did(opened("/", ACCESS_READ), 1);
	learn(&none);
	expect_allowed_and_needed();
}

Test(learn, names_what_no_rule_can_allow)
{
	struct record memfd = executed("/memfd:x");

	memfd.event.flags = DENIAL_F_NO_NAME;
	count(lesson.run.tally, memfd, RULE_CLOSED, 1);
	learn(&none);
	cr_assert_eq(lesson.learned.n_lacks, 1);
	cr_expect_str_eq(lesson.learned.lacks[0], "exec memfd:x");
}

Test(learn, counts_what_there_is_no_record_of)
{
	did(executed("/usr/bin/make"), 1);
	lesson.run.counts.rules[0] += 5;
	learn(&none);
	cr_expect_eq(lesson.learned.unrecorded, 5);
}

Test(learn, gives_the_same_text_for_the_same_run_in_another_order)
{
	_cleanup_(freep) char *first = NULL;

	did(executed("/usr/bin/make"), 1);
	did(opened("/srv/b", ACCESS_READ), 1);
	did(opened("/srv/a", ACCESS_WRITE), 1);
	did(connected("192.0.2.2", 443, IPPROTO_TCP), 1);
	did(connected("192.0.2.1", 443, IPPROTO_TCP), 1);
	first = strdup(learn(&none));
	end();
	lesson = (struct lesson){0};
	begin();
	did(connected("192.0.2.1", 443, IPPROTO_TCP), 1);
	did(connected("192.0.2.2", 443, IPPROTO_TCP), 1);
	did(opened("/srv/a", ACCESS_WRITE), 1);
	did(opened("/srv/b", ACCESS_READ), 1);
	did(executed("/usr/bin/make"), 1);
	cr_expect_str_eq(learn(&none), first);
}

/* A server of its own, on a port that the kernel picks. */
Test(learn, a_port_of_the_kernels_choice_on_loopback_is_any_such)
{
	did(connected("127.0.0.1", 40001, IPPROTO_TCP), 1);
	did(connected("192.0.2.1", 40001, IPPROTO_TCP), 1);
	learn(&none);
	expect_allowed_and_needed();
	cr_expect(!!strstr(lesson.learned.text, "tcp-40001"), "%s", lesson.learned.text);
	cr_expect(!!strstr(lesson.learned.text, "\"127.0.0.1/32\""));
	did(connected("127.0.0.1", 40002, IPPROTO_TCP), 1);
	cr_expect_eq(count_denied(), 0, "%s", lesson.learned.text);
}

/* It is allowed since its script is: a line for it could be left out. */
Test(learn, leaves_out_what_only_interprets_scripts)
{
	const char *text;

	did(executed("/srv/test.sh"), 2);
	did_for(executed("/usr/bin/dash"), "/srv/test.sh", 2);
	did(executed("/srv/tool.py"), 1);
	did_for(executed("/usr/bin/python3.11"), "/srv/tool.py", 1);
	did(executed("/usr/bin/python3.11"), 1);
	text = learn(&none);
	cr_expect(!!strstr(text, "- /srv/test.sh  # 2 times\n"), "%s", text);
	cr_expect(!strstr(text, "dash"), "%s", text);
	cr_expect(!!strstr(text, "- /usr/bin/python3.11  # once\n"), "%s", text);
	cr_expect_eq(lesson.learned.n_lacks, 0);
}
