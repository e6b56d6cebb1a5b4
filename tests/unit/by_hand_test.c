/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "by_hand.h"
#include "temporary.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/file.h"

static char directory[] = "/tmp/by_hand_test.XXXXXX";
static char path[64];
static struct by_hand by_hand;

static void setup(void)
{
	_cleanup_(freep) char *message = NULL;

	temporary_make(directory);
	snprintf(path, sizeof(path), "%s/denies.json", directory);
	cr_assert_eq(by_hand_open(path, &by_hand, &message), 0);
}

static void teardown(void)
{
	by_hand_close(&by_hand);
	temporary_remove(directory);
}

TestSuite(by_hand, .init = setup, .fini = teardown);

static int add(json_t *request, char **reterr_message)
{
	const struct by_hand_deny *deny;
	int r = by_hand_add(&by_hand, request, "shop", "web", "uid-1", &deny,
			    reterr_message);

	json_decref(request);
	return r;
}

static void add_well(json_t *request)
{
	_cleanup_(freep) char *message = NULL;
	int r = add(request, &message);

	cr_assert_eq(r, 0, "%s", message ? message : strerror(-r));
}

static void reopen(void)
{
	_cleanup_(freep) char *message = NULL;

	by_hand_close(&by_hand);
	cr_assert_eq(by_hand_open(path, &by_hand, &message), 0, "%s", message);
}

Test(by_hand, binds_to_the_pod_in_the_clusters_tier)
{
	const struct policy *policy;

	add_well(json_pack("{s:s, s:s}", "exec", "/bin/sh", "container", "app"));
	policy = by_hand.items[0].policy;
	cr_assert_eq(policy->kind, POLICY_CLUSTER);
	cr_assert_str_eq(policy->pod_uid, "uid-1");
	cr_assert_eq(policy->n_containers, 1);
	cr_assert_str_eq(policy->containers[0], "app");
	cr_assert_eq(policy->sections[SECTION_EXEC].n_rules, 1);
	cr_assert_str_eq(policy->sections[SECTION_EXEC].rules[0].paths[0], "/bin/sh");
}

Test(by_hand, reads_ports_behind_ipv4_and_bracketed_ipv6)
{
	static const struct {
		const char *text;
		size_t ports;
		uint8_t length;
	} cases[] = {
		{"10.0.0.0/8", 0, 8},
		{"10.0.0.0/8:443", 1, 8},
		{"0.0.0.0/0:443,6660-6669", 2, 0},
		{"2001:db8::/32", 0, 32},
		{"[2001:db8::/32]", 0, 32},
		{"[2001:db8::/32]:443", 1, 32},
		{"::/0", 0, 0},
		{"[::1]:22", 1, 128},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct policy_rule *rule;

		add_well(json_pack("{s:s}", "connect", cases[i].text));
		rule = &by_hand.items[i].policy->sections[SECTION_NETWORK].rules[0];
		cr_expect_eq(rule->n_to, 1, "%s", cases[i].text);
		cr_expect_eq(rule->to[0].length, cases[i].length, "%s", cases[i].text);
		cr_expect_eq(rule->ports.n_ranges, cases[i].ports, "%s", cases[i].text);
	}
}

Test(by_hand, refuses_what_is_wrong_and_keeps_nothing)
{
	json_t *const requests[] = {
		json_object(),
		json_pack("{s:s, s:s}", "exec", "/a", "open", "/b"),
		json_pack("{s:i}", "exec", 1),
		json_pack("{s:s}", "exec", "relative"),
		json_pack("{s:s}", "open", "/a/../b"),
		json_pack("{s:s}", "connect", ""),
		json_pack("{s:s}", "connect", "300.0.0.1"),
		json_pack("{s:s}", "connect", "10.0.0.0/8:70000"),
		json_pack("{s:s}", "connect", "10.0.0.0/8:"),
		json_pack("{s:s}", "socket", ""),
		json_pack("{s:s}", "socket", "nonsense"),
		json_pack("{s:s}", "socket", "inet,stream,tcp,more"),
		json_pack("{s:s, s:i}", "exec", "/a", "for", 0),
		json_pack("{s:s, s:i}", "exec", "/a", "for", -1),
		json_pack("{s:s, s:s}", "exec", "/a", "for", "10m"),
		json_pack("{s:s, s:s}", "exec", "/a", "audit", "yes"),
		json_pack("{s:s, s:i}", "exec", "/a", "container", 7),
	};

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		_cleanup_(freep) char *message = NULL;

		cr_expect_eq(add(requests[i], &message), -EINVAL, "request %zu", i);
		cr_expect(message && *message, "request %zu", i);
	}
	cr_assert_eq(by_hand.n, 0);
	reopen();
	cr_assert_eq(by_hand.n, 0);
}

/* Sets a field of the one that is kept on disk. */
static void set_kept(const char *key, json_t *value)
{
	json_t *file = json_load_file(path, 0, NULL);

	cr_assert(file);
	json_object_set_new(json_array_get(json_object_get(file, "items"), 0), key,
			    value);
	cr_assert_eq(json_dump_file(file, path, 0), 0);
	json_decref(file);
}

Test(by_hand, a_clock_that_is_set_forward_ends_nothing)
{
	uint64_t end;

	add_well(json_pack("{s:s, s:i}", "exec", "/bin/sh", "for", 600));
	end = by_hand.items[0].until;
	set_kept("endWallNs", json_integer(1));
	reopen();
	cr_assert_eq(by_hand.n, 1);
	cr_expect_eq(by_hand.items[0].until, end);
}

Test(by_hand, the_boot_clock_of_another_boot_means_nothing)
{
	add_well(json_pack("{s:s, s:i}", "exec", "/bin/sh", "for", 600));
	set_kept("bootId", json_string("another"));
	set_kept("endBootNs", json_integer(1));
	reopen();
	cr_assert_eq(by_hand.n, 1);
	cr_expect_gt(by_hand.items[0].until, clock_boot() + 590 * NS_PER_SECOND);
}

Test(by_hand, says_what_remains_and_nothing_of_how_it_is_kept)
{
	json_t *json;

	add_well(json_pack("{s:s, s:i}", "exec", "/bin/sh", "for", 600));
	add_well(json_pack("{s:s}", "exec", "/bin/sh"));
	reopen();
	json = by_hand_deny_json(&by_hand.items[0]);
	cr_expect_gt(json_integer_value(json_object_get(json, "remainingSeconds")), 590);
	cr_expect_leq(json_integer_value(json_object_get(json, "remainingSeconds")), 600);
	cr_expect_null(json_object_get(json, "endWallNs"));
	cr_expect_null(json_object_get(json, "endBootNs"));
	cr_expect_null(json_object_get(json, "bootId"));
	json_decref(json);
	json = by_hand_deny_json(&by_hand.items[1]);
	cr_expect(json_is_null(json_object_get(json, "remainingSeconds")));
	json_decref(json);
}

Test(by_hand, outlives_a_restart_with_its_end)
{
	uint64_t end;

	add_well(json_pack("{s:s, s:i}", "socket", "inet,raw", "for", 600));
	add_well(json_pack("{s:s, s:b}", "open", "/etc/shadow", "audit", 1));
	end = by_hand.items[0].until;
	reopen();
	cr_assert_eq(by_hand.n, 2);
	cr_assert_lt(by_hand.items[0].until, end + NS_PER_SECOND);
	cr_assert_gt(by_hand.items[0].until, end - NS_PER_SECOND);
	cr_assert_eq(by_hand.items[0].policy->sections[SECTION_SOCKETS].rules[0].until,
		     by_hand.items[0].until);
	cr_assert_eq(by_hand.items[1].policy->sections[SECTION_FILE].rules[0].action,
		     ACTION_AUDIT);
	cr_assert_eq(by_hand_next_end(&by_hand), by_hand.items[0].until);
}

Test(by_hand, forgets_what_has_ended)
{
	add_well(json_pack("{s:s, s:i}", "exec", "/a", "for", 1));
	add_well(json_pack("{s:s}", "exec", "/b"));
	cr_assert_eq(by_hand_expire(&by_hand), 0);
	usleep(1100000);
	cr_assert_eq(by_hand_expire(&by_hand), 1);
	cr_assert_eq(by_hand.n, 1);
	cr_assert_str_eq(
		by_hand.items[0].policy->sections[SECTION_EXEC].rules[0].paths[0], "/b");
}

Test(by_hand, takes_back_by_id_and_by_pod)
{
	_cleanup_(freep) char *id = NULL;
	json_t *removed;

	add_well(json_pack("{s:s}", "exec", "/a"));
	add_well(json_pack("{s:s}", "exec", "/b"));
	add_well(json_pack("{s:s}", "exec", "/c"));
	id = strdup(json_string_value(json_object_get(by_hand.items[1].item, "id")));
	cr_assert_eq(by_hand_remove(&by_hand, id, NULL, &removed), 0);
	cr_assert_eq(json_array_size(removed), 1);
	json_decref(removed);
	cr_assert_eq(by_hand_remove(&by_hand, id, NULL, &removed), -ENOENT);
	cr_assert_eq(by_hand_remove(&by_hand, NULL, "shop/other", &removed), -ENOENT);
	cr_assert_eq(by_hand_remove(&by_hand, NULL, "shop/web", &removed), 0);
	cr_assert_eq(json_array_size(removed), 2);
	json_decref(removed);
	cr_assert_eq(by_hand.n, 0);
}

Test(by_hand, says_where_a_damaged_file_is_damaged)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{\"items\": {}}",
		"{\"items\": [{}]}",
		"{\"items\": [7]}",
		"{\"items\": [{\"id\": \"x\", \"what\": \"nonsense\", \"object\": \"\", "
		"\"container\": \"\", \"created\": \"\", \"endWallNs\": 0, "
		"\"pod\": {\"uid\": \"\", \"name\": \"\", \"namespace\": \"\"}}]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_(freep) char *message = NULL;
		struct by_hand other = {0};

		cr_assert_eq(file_write(path, texts[i], strlen(texts[i])), 0);
		cr_expect_eq(by_hand_open(path, &other, &message), -EBADMSG, "%s",
			     texts[i]);
		cr_expect(message && *message, "%s", texts[i]);
	}
}

Test(by_hand, changes_nothing_when_the_disk_refuses)
{
	_cleanup_(freep) char *message = NULL;
	json_t *removed;

	add_well(json_pack("{s:s}", "exec", "/a"));
	free(by_hand.path);
	by_hand.path = strdup("/proc/nowhere/denies.json");
	cr_assert_lt(add(json_pack("{s:s}", "exec", "/b"), &message), 0);
	cr_assert_eq(by_hand.n, 1);
	cr_assert_lt(by_hand_remove(&by_hand, NULL, "shop/web", &removed), 0);
	cr_assert_eq(by_hand.n, 1);
}
