/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/pattern.h"

#include <errno.h>
#include <string.h>

#include "policy/room.h"

static int add(struct pattern *pattern, enum element_kind kind, unsigned char byte,
	       uint32_t set)
{
	if (room_for(&pattern->elements, &pattern->room, pattern->n + 1) < 0)
		return -ENOMEM;
	pattern->elements[pattern->n++] =
		(struct element){.kind = (uint8_t)kind, .byte = byte, .set = set};
	return 0;
}

static void set_add(struct byte_set *set, unsigned first, unsigned last)
{
	for (unsigned byte = first; byte <= last; byte++)
		set->bits[byte / 64] |= 1ULL << byte % 64;
}

/* One byte of a set or of a name, unescaped. Return: false at the text's end. */
static bool take_byte(const char **text, unsigned char *ret_byte)
{
	if (**text == '\\')
		(*text)++;
	if (!**text)
		return false;
	*ret_byte = (unsigned char)*(*text)++;
	return true;
}

/* The members up to the first "]" that is not escaped. */
static int parse_members(const char **text, struct byte_set *set)
{
	unsigned char first, last;

	while (**text != ']') {
		if (!take_byte(text, &first))
			return -EINVAL;
		last = first;
		if ((*text)[0] == '-' && (*text)[1] != ']') {
			(*text)++;
			if (!take_byte(text, &last))
				return -EINVAL;
		}
		set_add(set, first, last);
	}
	(*text)++;
	return 0;
}

static int find_set(struct pattern *pattern, const struct byte_set *set,
		    uint32_t *ret_number)
{
	for (size_t i = 0; i < pattern->n_sets; i++) {
		if (!memcmp(&pattern->sets[i], set, sizeof(*set))) {
			*ret_number = (uint32_t)i;
			return 0;
		}
	}
	if (room_for(&pattern->sets, &pattern->sets_room, pattern->n_sets + 1) < 0)
		return -ENOMEM;
	*ret_number = (uint32_t)pattern->n_sets;
	pattern->sets[pattern->n_sets++] = *set;
	return 0;
}

static int parse_set(struct pattern *pattern, const char **text)
{
	struct byte_set set = {0};
	bool negate = **text == '!' || **text == '^';
	uint32_t number;
	int r;

	if (negate)
		(*text)++;
	r = parse_members(text, &set);
	if (r < 0)
		return r;
	for (size_t i = 0; negate && i < 4; i++)
		set.bits[i] = ~set.bits[i];
	/* Neither is in a name. */
	set.bits[0] &= ~(1ULL << '/' | 1ULL);
	if (!(set.bits[0] | set.bits[1] | set.bits[2] | set.bits[3]))
		return -EINVAL;
	r = find_set(pattern, &set, &number);
	return r < 0 ? r : add(pattern, ELEMENT_SET, 0, number);
}

static bool ends_with_slash(const struct pattern *pattern, size_t start)
{
	const struct element *last;

	if (pattern->n == start)
		return false;
	last = &pattern->elements[pattern->n - 1];
	return last->kind == ELEMENT_BYTE && last->byte == '/';
}

/* Does it end with a `**` and a slash? Then another `**` as a name adds nothing. */
static bool ends_with_names(const struct pattern *pattern, size_t start)
{
	const struct element *before;

	if (pattern->n < start + 2 || !ends_with_slash(pattern, start))
		return false;
	before = &pattern->elements[pattern->n - 2];
	return before->kind == ELEMENT_NAMES || before->kind == ELEMENT_STARS;
}

static int parse_stars(struct pattern *pattern, const char **text, size_t start)
{
	bool name_begins = ends_with_slash(pattern, start), several;
	size_t n = strspn(*text, "*");
	int r;

	*text += n;
	several = n > 1;
	if (name_begins && several && **text == '/' && (*text)[strspn(*text, "/")])
		return ends_with_names(pattern, start)
			       ? 0
			       : add(pattern, ELEMENT_NAMES, 0, 0);
	if (name_begins && !(*text)[strspn(*text, "/")]) {
		r = add(pattern, ELEMENT_ANY, 0, 0);
		if (r < 0)
			return r;
	}
	return add(pattern, several ? ELEMENT_STARS : ELEMENT_STAR, 0, 0);
}

static int parse_one(struct pattern *pattern, const char **text, size_t start)
{
	unsigned char byte;

	switch (**text) {
	case '*':
		return parse_stars(pattern, text, start);
	case '?':
		(*text)++;
		return add(pattern, ELEMENT_ANY, 0, 0);
	case '[':
		(*text)++;
		return parse_set(pattern, text);
	default:
		if (!take_byte(text, &byte))
			return -EINVAL;
		if (byte == '/' && ends_with_slash(pattern, start))
			return 0;
		return add(pattern, ELEMENT_BYTE, byte, 0);
	}
}

static bool ends_with_stars(const struct pattern *pattern, size_t start)
{
	return pattern->n > start &&
	       pattern->elements[pattern->n - 1].kind == ELEMENT_STARS;
}

/* A slash that ends no name: behind `**` it must not be taken for the slash of a path,
 * behind which a pattern goes on as it does at that path's start. */
static int add_plain_slash(struct pattern *pattern)
{
	static const struct byte_set slash = {{1ULL << '/'}};
	uint32_t number;
	int r = find_set(pattern, &slash, &number);

	return r < 0 ? r : add(pattern, ELEMENT_SET, 0, number);
}

/* The same of an abstract socket's name, of which a slash is a byte that stars stop at.
 */
static int parse_abstract(struct pattern *pattern, const char **text, size_t start)
{
	size_t stars = strspn(*text, "*");

	if (**text != '/' && !stars)
		return parse_one(pattern, text, start);
	*text += stars ? stars : 1;
	if (stars)
		return add(pattern, stars > 1 ? ELEMENT_STARS : ELEMENT_STAR, 0, 0);
	return ends_with_stars(pattern, start) ? add_plain_slash(pattern)
					       : add(pattern, ELEMENT_BYTE, '/', 0);
}

int pattern_parse(struct pattern *pattern, const char *text, uint32_t tag)
{
	size_t start = pattern->n;
	bool abstract = *text == '@';
	int r;

	if (*text != '/' && !abstract)
		return -EINVAL;
	while (*text) {
		r = abstract ? parse_abstract(pattern, &text, start)
			     : parse_one(pattern, &text, start);
		if (r < 0) {
			pattern->n = start;
			return r;
		}
	}
	if (!abstract && pattern->n > start + 1 && ends_with_slash(pattern, start))
		pattern->n--;
	r = add(pattern, ELEMENT_END, 0, 0);
	for (size_t i = start; r == 0 && i < pattern->n; i++)
		pattern->elements[i].tag = tag;
	return r;
}

static bool matches_byte(const struct pattern *pattern, const struct element *element,
			 unsigned char byte)
{
	switch ((enum element_kind)element->kind) {
	case ELEMENT_BYTE:
		return element->byte == byte;
	case ELEMENT_ANY:
		return true;
	case ELEMENT_SET:
		return byte_set_has(&pattern->sets[element->set], byte);
	case ELEMENT_STAR:
	case ELEMENT_STARS:
	case ELEMENT_NAMES:
	case ELEMENT_END:
		break;
	}
	return false;
}

static const struct element *last_name(const struct pattern *pattern)
{
	const struct element *at = &pattern->elements[pattern->n - 1];

	while (at > pattern->elements &&
	       !(at[-1].kind == ELEMENT_BYTE && at[-1].byte == '/'))
		at--;
	return at;
}

/* As glob_matches(): only the last star seen needs another try. */
bool pattern_matches_name(const struct pattern *pattern, const char *name)
{
	const struct element *at = last_name(pattern), *star = NULL;
	const char *from = NULL;

	while (*name) {
		if (at->kind == ELEMENT_STAR) {
			star = ++at;
			from = name;
		} else if (matches_byte(pattern, at, (unsigned char)*name)) {
			at++;
			name++;
		} else if (star) {
			at = star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (at->kind == ELEMENT_STAR)
		at++;
	return at->kind == ELEMENT_END;
}

bool pattern_is_literal(const char *text)
{
	return !text[strcspn(text, "*?[\\")];
}

void pattern_clear(struct pattern *pattern)
{
	free(pattern->elements);
	free(pattern->sets);
	*pattern = (struct pattern){0};
}
