// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_random.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "util/cleanup.h"

/* The letters that a name is made up of. */
#define ALPHANUMERIC ""
#define PYTHON	     "abcdefghijklmnopqrstuvwxyz0123456789_"

/* Who puts what in front of how many random characters. */
static const struct maker {
	const char *prefix;
	size_t length;
	const char *alphabet; /* "": letters and digits */
} makers[] = {
	{"tmp.", 10, ALPHANUMERIC}, /* mktemp(1) */
	{"tmp", 8, PYTHON},	    /* tempfile.py */
	{"tmp", 6, ALPHANUMERIC},   /* mkstemp(3), as most call it */
	{"cc", 6, ALPHANUMERIC},    /* gcc, of its parts */
	{"file", 6, ALPHANUMERIC},  /* tempnam(3) */
	{"sed", 6, ALPHANUMERIC},   /* sed -i */
	{"sort", 6, ALPHANUMERIC},  /* sort(1) */
};

/* Lengths of what mkstemp(3), mkdtemp(3) and their likes are asked for. */
static const size_t usual_lengths[] = {6, 8, 10};

#define RANDOM_LEAST  6
#define HEX_LEAST     8
#define CHANGES_LEAST 3

enum letter { LOWER, UPPER, DIGIT };

static enum letter letter_of(char byte)
{
	if (isdigit((unsigned char)byte))
		return DIGIT;
	return isupper((unsigned char)byte) ? UPPER : LOWER;
}

static size_t count_kind(const char *text, size_t n, enum letter kind)
{
	size_t length = 0;

	while (length < n && letter_of(text[length]) == kind)
		length++;
	return length;
}

/* "backup", "Backup", "README", "sha256": what people call things. */
static bool is_word(const char *text, size_t length)
{
	size_t at = count_kind(text, length, UPPER);

	if (at < 2)
		at += count_kind(text + at, length - at, LOWER);
	at += count_kind(text + at, length - at, DIGIT);
	return at == length;
}

static size_t count_changes(const char *text, size_t length)
{
	size_t changes = 0;

	for (size_t i = 1; i < length; i++)
		changes += letter_of(text[i]) != letter_of(text[i - 1]);
	return changes;
}

static bool is_hex(const char *text, size_t length)
{
	size_t hex = 0, digits = 0;

	for (size_t i = 0; i < length; i++) {
		hex += isxdigit((unsigned char)text[i]) != 0;
		digits += isdigit((unsigned char)text[i]) != 0;
	}
	return length >= HEX_LEAST && hex == length && digits &&
	       count_changes(text, length) > 1;
}

/* Kinds of characters that alternate as they do not in words: "a7Xc2k", not "python3". A
 * name that is made to stay may be "MyOwnFile" as well. */
static bool is_mixed(const char *text, size_t length, enum learn_place place)
{
	bool digits = false;

	for (size_t i = 0; i < length; i++)
		digits |= letter_of(text[i]) == DIGIT;
	return length >= RANDOM_LEAST && count_changes(text, length) >= CHANGES_LEAST &&
	       (digits || place == LEARN_TEMPORARY);
}

static bool is_of(const char *alphabet, char byte)
{
	return *alphabet ? byte && strchr(alphabet, byte)
			 : isalnum((unsigned char)byte) != 0;
}

static size_t count_of(const char *alphabet, const char *text, size_t n)
{
	size_t length = 0;

	while (length < n && is_of(alphabet, text[length]))
		length++;
	return length;
}

static bool fits(const struct maker *maker, const char *name, size_t n,
		 enum learn_place place)
{
	size_t prefix = strlen(maker->prefix);

	if (n < prefix + maker->length || strncmp(name, maker->prefix, prefix) != 0 ||
	    count_of(maker->alphabet, name + prefix, n - prefix) != maker->length)
		return false;
	return place == LEARN_TEMPORARY || !is_word(name + prefix, maker->length);
}

static size_t match_maker(const char *name, size_t n, enum learn_place place,
			  size_t *ret_fixed)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (!fits(&makers[i], name, n, place))
			continue;
		*ret_fixed = strlen(makers[i].prefix);
		return *ret_fixed + makers[i].length;
	}
	return 0;
}

/* "0" stands for a digit, "x" for a hexadecimal one. */
static bool has_form(const char *text, size_t n, const char *form)
{
	size_t length = strlen(form);

	if (n < length || (n > length && isalnum((unsigned char)text[length])))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (form[i] == '0'   ? !isdigit((unsigned char)text[i])
		    : form[i] == 'x' ? !isxdigit((unsigned char)text[i])
				     : text[i] != form[i])
			return false;
	}
	return true;
}

static const char *const forms[] = {
	"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
	"0000-00-00",
	"0000_00_00",
	"0000.00.00",
};

static bool is_separator(char byte)
{
	return byte == '.' || byte == '-' || byte == '_';
}

/* The underscore is among what Python makes names of, and between words as well. */
static bool is_python_tail(const char *name, size_t n, size_t at)
{
	size_t length = count_of(PYTHON, name + at, n - at);

	return at && is_separator(name[at - 1]) && length == 8 &&
	       (at + length == n || name[at + length] == '.') &&
	       (memchr(name + at, '_', length) ||
		strcspn(name + at, "0123456789") < length);
}

size_t learn_random_shape(const char *name, size_t n, size_t at, enum learn_place place,
			  size_t *ret_fixed)
{
	size_t length = at ? 0 : match_maker(name, n, place, ret_fixed);

	if (length)
		return length;
	*ret_fixed = 0;
	if (at && isalnum((unsigned char)name[at - 1]))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (has_form(name + at, n - at, forms[i]))
			return strlen(forms[i]);
	return place == LEARN_TEMPORARY && is_python_tail(name, n, at) ? 8 : 0;
}

static bool is_usual(size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(usual_lengths); i++)
		if (usual_lengths[i] == length)
			return true;
	return false;
}

/* "confAbC12z": mkstemp(3) right behind a word. */
static bool has_random_tail(const char *text, size_t length)
{
	size_t word = length > RANDOM_LEAST ? length - RANDOM_LEAST : 0;

	return word && count_kind(text, word, LOWER) == word &&
	       !is_word(text + word, RANDOM_LEAST);
}

static size_t temporary_tail(const char *text, size_t length, bool apart, bool ends)
{
	if (apart && ends && is_usual(length))
		return length;
	if (ends && has_random_tail(text, length))
		return RANDOM_LEAST;
	return is_mixed(text, length, LEARN_TEMPORARY) ? length : 0;
}

static size_t made_tail(const char *text, size_t length, bool is_suffix)
{
	if (is_suffix && is_usual(length) && !is_word(text, length))
		return length;
	return is_mixed(text, length, LEARN_MADE) ? length : 0;
}

size_t learn_random_tail(const char *name, size_t n, size_t at, size_t length,
			 enum learn_place place)
{
	const char *text = name + at;
	bool last = at + length == n;

	if (is_hex(text, length))
		return length;
	if (place == LEARN_TEMPORARY)
		return temporary_tail(text, length, at && is_separator(text[-1]),
				      last || text[length] == '.');
	return made_tail(text, length, last && at && text[-1] == '.');
}
