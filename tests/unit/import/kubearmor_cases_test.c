// SPDX-License-Identifier: Apache-2.0
/*
 * Random policies of KubeArmor: what it decides, by a plain reading of its look-ups,
 * against what the imported policy decides. Without sources and owners, which this
 * version does not judge.
 */
#include <stdio.h>

#include "imported.h"

#define RULES	 6
#define POLICIES 1500

static const char *const names[] = {"a", "b", "c"};

enum match { PATH, DIRECTORY };
enum act { ALLOW, AUDIT, BLOCK };
static const char *const act_words[] = {"Allow", "Audit", "Block"};

struct rule {
	enum match match;
	enum act act;
	bool recursive, read_only;
	char path[32]; /* a directory's ends in "/" */
};

struct rules {
	struct rule items[RULES];
	size_t n;
	bool file; /* else process */
};

static void make_path(uint64_t *state, bool directory, char *path)
{
	size_t depth = 1 + next_random(state) % 3;

	*path = '\0';
	for (size_t i = 0; i < depth; i++) {
		strcat(path, "/");
		strcat(path, names[next_random(state) % 3]);
	}
	if (directory)
		strcat(path, "/");
}

/* Twice the same place is a conflict, or the order of a hash: left to other tests. */
static bool is_there(const struct rules *rules, const char *path)
{
	size_t length = strlen(path) - (path[strlen(path) - 1] == '/');

	for (size_t i = 0; i < rules->n; i++) {
		const char *other = rules->items[i].path;
		size_t n = strlen(other) - (other[strlen(other) - 1] == '/');

		if (n == length && !strncmp(other, path, n))
			return true;
	}
	return false;
}

static struct rules make_rules(uint64_t *state)
{
	struct rules rules = {.file = next_random(state) % 2};
	size_t wanted = 1 + next_random(state) % RULES;

	for (size_t i = 0; i < wanted; i++) {
		struct rule rule = {
			.match = next_random(state) % 2 ? PATH : DIRECTORY,
			.act = (enum act)(next_random(state) % 3),
			.recursive = next_random(state) % 2,
			.read_only = rules.file && next_random(state) % 3 == 0,
		};

		make_path(state, rule.match == DIRECTORY, rule.path);
		if (!is_there(&rules, rule.path))
			rules.items[rules.n++] = rule;
	}
	return rules;
}

static void write_list(FILE *file, const struct rules *rules, enum match match)
{
	bool any = false;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->items[i];

		if (rule->match != match)
			continue;
		if (!any)
			fprintf(file, "    %s:\n",
				match == PATH ? "matchPaths" : "matchDirectories");
		any = true;
		fprintf(file, "    - {%s: %s, action: %s%s%s}\n",
			match == PATH ? "path" : "dir", rule->path, act_words[rule->act],
			match == DIRECTORY && rule->recursive ? ", recursive: true" : "",
			rule->read_only ? ", readOnly: true" : "");
	}
}

static char *write_policy(const struct rules *rules)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file,
		"apiVersion: security.kubearmor.com/v1\nkind: KubeArmorPolicy\n"
		"metadata: {name: k}\nspec:\n  %s:\n",
		rules->file ? "file" : "process");
	write_list(file, rules, PATH);
	write_list(file, rules, DIRECTORY);
	fclose(file);
	return text;
}

/* Its look-up: the path itself, which a directory of a rule is as well; then directories.
 */
static const struct rule *look_up(const struct rules *rules, const char *path)
{
	const struct rule *found = NULL;
	size_t length = strlen(path);

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->items[i];
		size_t n = strlen(rule->path) - (rule->match == DIRECTORY);

		if (rule->act == AUDIT)
			continue;
		if (n == length && !strncmp(rule->path, path, n) &&
		    (rule->match == PATH || rules->file))
			return rule;
	}
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->items[i];
		size_t n = strlen(rule->path);

		if (rule->act == AUDIT || rule->match != DIRECTORY ||
		    strncmp(rule->path, path, n) != 0)
			continue;
		if (!rule->recursive && strchr(path + n, '/'))
			continue;
		if (!found || n > strlen(found->path))
			found = rule;
	}
	return found;
}

static bool has_allow(const struct rules *rules)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->items[i].act == ALLOW)
			return true;
	return false;
}

static bool theirs_denies(const struct rules *rules, const char *path, uint32_t access)
{
	const struct rule *rule = look_up(rules, path);

	if (!rule)
		return has_allow(rules);
	if (rule->read_only)
		return access & ACCESS_WRITE;
	return rule->act == BLOCK;
}

static void compare(const struct rules *rules, const struct image *image,
		    const char *text, const char *path)
{
	static const uint32_t accesses[] = {ACCESS_READ, ACCESS_WRITE,
					    ACCESS_READ | ACCESS_WRITE};

	for (size_t i = 0; i < (rules->file ? 3 : 1); i++) {
		const struct eval_event event = {
			.kind = rules->file ? EVAL_OPEN : EVAL_EXEC,
			.path = path,
			.access = rules->file ? accesses[i] : 0,
		};
		bool theirs = theirs_denies(rules, path, accesses[i]);

		cr_assert_eq(is_denied(image, &event), theirs, "%s %u: theirs %s\n%s",
			     path, accesses[i], theirs ? "denies" : "allows", text);
	}
}

static void compare_all(const struct rules *rules, const struct image *image,
			const char *text)
{
	char path[32];

	for (unsigned i = 0; i < 3 + 9 + 27 + 81; i++) {
		unsigned depth = i < 3 ? 1 : i < 12 ? 2 : i < 39 ? 3 : 4, rest = i;

		*path = '\0';
		for (unsigned d = 0; d < depth; d++, rest /= 3) {
			strcat(path, "/");
			strcat(path, names[rest % 3]);
		}
		compare(rules, image, text, path);
	}
}

Test(kubearmor_cases, decides_as_kubearmor_does)
{
	uint64_t state = 1;
	size_t compared = 0;

	for (size_t i = 0; i < POLICIES; i++) {
		struct rules rules = make_rules(&state);
		char *text = write_policy(&rules);
		struct imported imported = import(text);
		struct image *image;

		cr_assert_eq(imported.counts.converted, 1, "%s\n%s", text, imported.said);
		image = image_of(&imported);
		compare_all(&rules, image, text);
		compared++;
		image_unref(image);
		imported_clear(&imported);
		free(text);
	}
	cr_assert_eq(compared, POLICIES);
}
