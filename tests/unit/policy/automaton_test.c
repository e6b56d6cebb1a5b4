/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/limits.h"
#include "policy/automaton.h"
#include "policy/image_words.h"
#include "reference.h"
#include "util/cleanup.h"

#include "lsm/automaton.h"

#define MAX_PATTERNS 8

/* An automaton of its own, as an image: the accept of a set of tags is at ACCEPT_BASE +
 * set. */
#define ACCEPT_BASE 64U

struct fixture {
	struct automaton *automaton;
	struct image image;
	uint64_t *words;
};

static void fixture_free(struct fixture *fixture)
{
	automaton_free(fixture->automaton);
	free(fixture->words);
}

static int pack(struct fixture *fixture, size_t base)
{
	_cleanup_(freep) uint64_t *words = NULL;
	uint32_t start;
	size_t n;
	int r = automaton_pack(fixture->automaton, base, LIMIT_IMAGE_WORDS, &words, &n,
			       &start);

	if (r < 0)
		return r;
	fixture->words = calloc(base + n, sizeof(*words));
	memcpy(fixture->words + base, words, n * sizeof(*words));
	fixture->words[IMAGE_H_AUTOMATON] = WORD(start, 0);
	fixture->image = (struct image){.words = fixture->words, .n_words = base + n};
	return 0;
}

static int compile(struct fixture *fixture)
{
	_cleanup_(freep) uint32_t *accepts = NULL;
	uint32_t tag;
	size_t n;
	int r = automaton_build(fixture->automaton, NULL, &tag);

	if (r < 0)
		return r;
	n = fixture->automaton->tag_sets.n;
	accepts = calloc(n, sizeof(*accepts));
	for (uint32_t i = 1; i < n; i++)
		accepts[i] = ACCEPT_BASE + i;
	cr_assert_eq(automaton_minimise(fixture->automaton, accepts), 0);
	return pack(fixture, ACCEPT_BASE + n);
}

static void make(struct fixture *fixture, const char *const *patterns, size_t n)
{
	*fixture = (struct fixture){0};
	cr_assert_eq(automaton_new(&fixture->automaton), 0);
	for (uint32_t i = 0; i < n; i++)
		cr_assert_eq(automaton_add(fixture->automaton, patterns[i], i), 0, "%s",
			     patterns[i]);
	cr_assert_eq(compile(fixture), 0);
}

static bool has_tag(const struct fixture *fixture, const char *path, uint32_t tag)
{
	uint32_t state = automaton_start(&fixture->image), accept;
	const uint32_t *tags;
	size_t n;

	state = automaton_feed(&fixture->image, state, (const uint8_t *)path,
			       (uint32_t)strlen(path), LIMIT_PATH);
	accept = automaton_accept(&fixture->image, state);
	if (!accept)
		return false;
	tags = sets_get(&fixture->automaton->tag_sets, accept - ACCEPT_BASE, &n);
	for (size_t i = 0; i < n; i++)
		if (tags[i] == tag)
			return true;
	return false;
}

static bool matches(const char *pattern, const char *path)
{
	_cleanup_(fixture_free) struct fixture fixture;

	make(&fixture, &pattern, 1);
	return has_tag(&fixture, path, 0);
}

Test(automaton, literal_matches_itself_alone)
{
	cr_assert(matches("/bin/sh", "/bin/sh"));
	cr_assert_not(matches("/bin/sh", "/bin/s"));
	cr_assert_not(matches("/bin/sh", "/bin/sha"));
	cr_assert_not(matches("/bin/sh", "/bin/sh/x"));
	cr_assert_not(matches("/bin/sh", "/"));
	cr_assert(matches("/", "/"));
	cr_assert_not(matches("/", "/a"));
}

Test(automaton, star_stays_within_a_name)
{
	cr_assert(matches("/bin/*sh", "/bin/sh"));
	cr_assert(matches("/bin/*sh", "/bin/bash"));
	cr_assert_not(matches("/bin/*sh", "/bin/x/bash"));
	cr_assert(matches("/a/*/c", "/a/b/c"));
	cr_assert_not(matches("/a/*/c", "/a/b/b/c"));
	cr_assert(matches("/bin/?", "/bin/a"));
	cr_assert_not(matches("/bin/?", "/bin/ab"));
	cr_assert_not(matches("/a?b", "/a/b"));
}

Test(automaton, directory_with_stars_is_all_below_it_and_not_itself)
{
	cr_assert(matches("/root/**", "/root/a"));
	cr_assert(matches("/root/**", "/root/a/b/c"));
	cr_assert_not(matches("/root/**", "/root"));
	cr_assert_not(matches("/root/**", "/roots"));
	cr_assert(matches("/**", "/a"));
	cr_assert_not(matches("/**", "/"));
	cr_assert_not(matches("/*", "/"));
}

Test(automaton, slash_at_the_end_is_the_directory_itself)
{
	cr_assert(matches("/dir/", "/dir"));
	cr_assert_not(matches("/dir/", "/dir/a"));
}

Test(automaton, stars_as_a_name_are_any_number_of_names)
{
	cr_assert(matches("/a/**/b", "/a/b"));
	cr_assert(matches("/a/**/b", "/a/x/b"));
	cr_assert(matches("/a/**/b", "/a/x/y/b"));
	cr_assert_not(matches("/a/**/b", "/a/xb"));
	cr_assert_not(matches("/a/**/b", "/ab"));
	cr_assert(matches("/**/*.so", "/x.so"));
	cr_assert(matches("/**/*.so", "/usr/lib/x.so"));
	cr_assert_not(matches("/**/*.so", "/usr/lib.so/x"));
}

Test(automaton, slash_of_an_abstract_name_is_a_byte)
{
	cr_assert(matches("@a**/b", "@a/b"));
	cr_assert(matches("@a**/b", "@ax//b"));
	cr_assert_not(matches("@a**/b", "@ab"));
	/* Two slashes are wanted, also where others follow from the first. */
	cr_assert_not(matches("@**/**/b", "@/b"));
	cr_assert(matches("@**/**/b", "@//b"));
	cr_assert(matches("@**/**/b", "@x/y/b"));
	cr_assert_not(matches("@a/**/b", "@a/b"));
}

Test(automaton, sets_never_match_a_slash)
{
	cr_assert(matches("/[a-c]", "/b"));
	cr_assert_not(matches("/[a-c]", "/d"));
	cr_assert(matches("/[!a-c]", "/d"));
	cr_assert_not(matches("/[^a-c]", "/b"));
	cr_assert_not(matches("/a[!b]c", "/a/c"));
	cr_assert(matches("/a[.-0]c", "/a.c"));
	cr_assert_not(matches("/a[.-0]c", "/a/c"));
	cr_assert(matches("/[\\]x]", "/]"));
	cr_assert(matches("/\xc3[\x80-\xbf]", "/\xc3\xa4"));
}

Test(automaton, backslash_escapes)
{
	cr_assert(matches("/a\\*", "/a*"));
	cr_assert_not(matches("/a\\*", "/ab"));
	cr_assert(matches("/a\\\\", "/a\\"));
}

Test(automaton, refuses_what_is_no_pattern)
{
	static const char *const bad[] = {"",	 "a",	 "/[",	 "/[a",
					  "/[]", "/[/]", "/a\\", "/[z-a]"};
	struct pattern pattern = {0};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		cr_assert_eq(pattern_parse(&pattern, bad[i], 0), -EINVAL, "%s", bad[i]);
	cr_assert_eq(pattern.n, 0);
	pattern_clear(&pattern);
}

Test(automaton, what_is_decided_stops_before_the_end)
{
	static const char *const patterns[] = {"/root/**", "/etc/shadow"};
	_cleanup_(fixture_free) struct fixture fixture;
	uint32_t state;

	make(&fixture, patterns, 2);
	state = automaton_feed(&fixture.image, automaton_start(&fixture.image),
			       (const uint8_t *)"/root/x", 7, 7);
	cr_assert(state & ACCEPT_FINAL);
	cr_assert(automaton_stops(state));
	state = automaton_feed(&fixture.image, automaton_start(&fixture.image),
			       (const uint8_t *)"/home", 5, 5);
	cr_assert_eq(state, STATE_DEAD);
	cr_assert(automaton_stops(state));
}

Test(automaton, no_pattern_is_dead_from_the_start)
{
	_cleanup_(fixture_free) struct fixture fixture;

	make(&fixture, NULL, 0);
	cr_assert_eq(automaton_start(&fixture.image), STATE_DEAD);
}

Test(automaton, reading_past_the_end_takes_the_default)
{
	/* The last state has the default of all bytes, though no words follow it. */
	static const char *const patterns[] = {"/\x01*"};
	_cleanup_(fixture_free) struct fixture fixture;

	make(&fixture, patterns, 1);
	cr_assert(has_tag(&fixture, "/\x01\xff", 0));
	cr_assert_not(has_tag(&fixture, "/\xff", 0));
}

static void random_pattern(unsigned *seed, char *text)
{
	static const char *const pieces[] = {"a",    "b",    "c", "*", "**", "?",
					     "[ab]", "[!a]", "/", "/", "/",  "a"};
	unsigned n = 1 + next_random(seed, 9);

	strcpy(text, "/");
	for (unsigned i = 0; i < n; i++) {
		const char *piece = pieces[next_random(seed, ARRAY_SIZE(pieces))];

		if (*piece != '/' || text[strlen(text) - 1] != '/')
			strcat(text, piece);
	}
	if (strlen(text) > 1 && text[strlen(text) - 1] == '/')
		text[strlen(text) - 1] = 0;
}

static void random_path(unsigned *seed, char *text)
{
	unsigned n = next_random(seed, 10);

	strcpy(text, "/");
	for (unsigned i = 0; i < n; i++) {
		char c = "abcd/"[next_random(seed, 5)];

		if (c != '/' || text[strlen(text) - 1] != '/')
			strncat(text, &c, 1);
	}
	if (strlen(text) > 1 && text[strlen(text) - 1] == '/')
		text[strlen(text) - 1] = 0;
}

Test(automaton, agrees_with_a_reference_matcher)
{
	unsigned seed = 42, matched = 0;

	for (unsigned round = 0; round < 1500; round++) {
		char texts[MAX_PATTERNS][64], path[32];
		const char *patterns[MAX_PATTERNS];
		_cleanup_(fixture_free) struct fixture fixture;
		unsigned n = 1 + next_random(&seed, MAX_PATTERNS);

		for (unsigned i = 0; i < n; i++) {
			random_pattern(&seed, texts[i]);
			patterns[i] = texts[i];
		}
		make(&fixture, patterns, n);
		for (unsigned k = 0; k < 40; k++) {
			random_path(&seed, path);
			for (unsigned i = 0; i < n; i++) {
				bool expected = reference(texts[i], path, true);

				matched += expected;
				cr_assert_eq(has_tag(&fixture, path, i), expected,
					     "round %u: \"%s\" on \"%s\": expected %d",
					     round, texts[i], path, expected);
			}
		}
	}
	cr_assert_gt(matched, 10000);
}

/* Forty bytes, a random name every few of them. */
static void long_path(unsigned *seed, char *text)
{
	size_t n = 40;

	text[0] = '/';
	for (size_t i = 1; i < n; i++)
		text[i] = i % 9 ? (char)('a' + next_random(seed, 26)) : '/';
	text[n] = 0;
}

static void add_long_paths(struct fixture *fixture, unsigned n, char (*paths)[48])
{
	unsigned seed = 7;

	for (unsigned i = 0; i < n; i++) {
		long_path(&seed, paths[i]);
		cr_assert_eq(automaton_add(fixture->automaton, paths[i], i), 0);
	}
}

Test(automaton, ten_thousand_paths_fit_into_eight_mebibytes)
{
	enum { PATHS = 10000 };
	_cleanup_(fixture_free) struct fixture fixture = {0};
	_cleanup_(freep) char(*paths)[48] = calloc(PATHS, sizeof(*paths));

	cr_assert_eq(automaton_new(&fixture.automaton), 0);
	add_long_paths(&fixture, PATHS, paths);
	cr_assert_eq(compile(&fixture), 0);
	cr_assert_leq(fixture.image.n_words * sizeof(uint64_t), 8U << 20);
	for (uint32_t i = 0; i < PATHS; i++)
		cr_assert(has_tag(&fixture, paths[i], i));
	paths[0][20] = '#';
	cr_assert_not(has_tag(&fixture, paths[0], 0));
}

Test(automaton, a_thousand_paths_and_hundreds_of_stars_fit)
{
	enum { PATHS = 1000, STARS = 300 };
	_cleanup_(fixture_free) struct fixture fixture = {0};
	_cleanup_(freep) char(*paths)[48] = calloc(PATHS, sizeof(*paths));
	char text[48];

	cr_assert_eq(automaton_new(&fixture.automaton), 0);
	add_long_paths(&fixture, PATHS, paths);
	for (unsigned i = 0; i < STARS; i++) {
		snprintf(text, sizeof(text), "/**/secret%u", i);
		cr_assert_eq(automaton_add(fixture.automaton, text, PATHS + i), 0);
	}
	cr_assert_eq(compile(&fixture), 0);
	cr_assert(has_tag(&fixture, paths[9], 9));
	cr_assert(has_tag(&fixture, "/a/b/secret299", PATHS + 299));
	cr_assert_not(has_tag(&fixture, "/a/b/secret300", PATHS + 30));
}

Test(automaton, an_explosion_is_refused_and_named)
{
	_cleanup_(automaton_freep) struct automaton *automaton = NULL;
	uint32_t tag = 0;
	char text[64];

	cr_assert_eq(automaton_new(&automaton), 0);
	cr_assert_eq(automaton_add(automaton, "/etc/passwd", 0), 0);
	/* The state has to remember which of the last 30 bytes were an "a". */
	snprintf(text, sizeof(text), "/**a??????????????????????????????");
	cr_assert_eq(automaton_add(automaton, text, 1), 0);
	cr_assert_eq(automaton_build(automaton, NULL, &tag), -E2BIG);
	cr_assert_eq(tag, 1);
}

Test(automaton, what_decides_keeps_stars_from_multiplying)
{
	enum { STARS = 200 };
	_cleanup_(automaton_freep) struct automaton *automaton = NULL;
	struct automaton_tag tags[STARS];
	char text[64];
	uint32_t tag;

	cr_assert_eq(automaton_new(&automaton), 0);
	for (unsigned i = 0; i < STARS; i++) {
		tags[i] =
			(struct automaton_tag){.family = 3, .order = i, .decides = true};
		snprintf(text, sizeof(text), "/**/lib%u/**", i);
		cr_assert_eq(automaton_add(automaton, text, i), 0);
	}
	cr_assert_eq(automaton_build(automaton, tags, &tag), 0);
}
