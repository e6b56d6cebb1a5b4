// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dryrun/learn_random.h"
#include "policy/text.h"
#include "util/cleanup.h"
#include "util/printable.h"

#define PROC	"/proc/"
#define CGROUPS "/sys/fs/cgroup/"

#define NUMBER	"[0-9]*"

static const char *const temporaries[] = {"/tmp", "/var/tmp", "/dev/shm"};

/* Digits that only a number that grows, or a time, has as many of. */
#define LONG_NUMBER 5

/* A name (the part between two slashes) on its way into a pattern. */
struct name {
	const struct learn_context *context;
	const char *text;
	size_t n;
	enum learn_place place;
	FILE *file;
};

static bool is_below(const char *path, const char *directory)
{
	size_t length = directory ? strlen(directory) : 0;

	return length && !strncmp(path, directory, length) &&
	       (!path[length] || path[length] == '/');
}

bool learn_is_temporary(const struct learn_context *context, const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(temporaries); i++)
		if (is_below(path, temporaries[i]))
			return true;
	return is_below(path, context->temporary);
}

/* --- characters -----------------------------------------------------------------------
 */

static bool is_shown(const char *bytes, size_t length)
{
	_cleanup_(freep) char *shown = printable(bytes, length);

	return shown && strlen(shown) == length && !memcmp(shown, bytes, length);
}

/* One character as itself. Return: its bytes. */
static size_t write_character(const struct name *name, size_t at)
{
	const char *bytes = name->text + at;
	size_t length = text_utf8_length(bytes, name->n - at);

	if (!length || !is_shown(bytes, length)) {
		fputc('?', name->file);
		return 1;
	}
	if (strchr("*?[\\", *bytes))
		fputc('\\', name->file);
	fwrite(bytes, 1, length, name->file);
	return length;
}

static void write_literal(const struct name *name, size_t at, size_t length)
{
	for (size_t end = at + length; at < end;)
		at += write_character(name, at);
}

/* What divides a UUID or a date stays. */
static void write_any(const struct name *name, size_t at, size_t length)
{
	for (; length--; at++)
		fputc(strchr("-.", name->text[at]) ? name->text[at] : '?', name->file);
}

/* --- numbers --------------------------------------------------------------------------
 */

static size_t count_digits(const struct name *name, size_t at)
{
	size_t length = 0;

	while (at + length < name->n && isdigit((unsigned char)name->text[at + length]))
		length++;
	return length;
}

static bool is_pid(const struct name *name, size_t at, size_t length)
{
	uint32_t pid = 0;

	if (!name->context->has_pid || length < 2 || length > 7)
		return false;
	for (size_t i = 0; i < length; i++)
		pid = pid * 10 + (uint32_t)(name->text[at + i] - '0');
	return name->context->has_pid(name->context->data, pid);
}

static bool is_number(const struct name *name, size_t at, size_t length)
{
	return name->place == LEARN_TEMPORARY || length >= LONG_NUMBER ||
	       is_pid(name, at, length);
}

/* --- words: what lies between the characters that are neither letter nor digit ---------
 */

static size_t count_word(const struct name *name, size_t at)
{
	size_t length = 0;

	while (at + length < name->n && isalnum((unsigned char)name->text[at + length]))
		length++;
	return length;
}

/* A word that ends with the number of a process: "server1234". */
static bool write_numbered(const struct name *name, size_t at, size_t length)
{
	size_t digits = 0;

	while (digits < length &&
	       isdigit((unsigned char)name->text[at + length - digits - 1]))
		digits++;
	if (!is_pid(name, at + length - digits, digits))
		return false;
	write_literal(name, at, length - digits);
	fputs(NUMBER, name->file);
	return true;
}

static void write_word(const struct name *name, size_t at, size_t length)
{
	size_t random = learn_random_tail(name->text, name->n, at, length, name->place);

	if (count_digits(name, at) == length) {
		if (is_number(name, at, length))
			fputs(NUMBER, name->file);
		else
			write_literal(name, at, length);
		return;
	}
	if (!random && write_numbered(name, at, length))
		return;
	write_literal(name, at, length - random);
	write_any(name, at + length - random, random);
}

/* --- names ----------------------------------------------------------------------------
 */

static void write_made(const struct name *name)
{
	for (size_t at = 0; at < name->n;) {
		size_t fixed = 0;
		size_t length =
			learn_random_shape(name->text, name->n, at, name->place, &fixed);

		if (length) {
			write_literal(name, at, fixed);
			write_any(name, at + fixed, length - fixed);
		} else if ((length = count_word(name, at))) {
			write_word(name, at, length);
		} else {
			length = write_character(name, at);
		}
		at += length;
	}
}

/*
 * What is written as NAME.RANDOM is put in the place of NAME when it is complete, and the
 * next run finds NAME: one pattern for both. Return: the length of NAME, or 0.
 */
static size_t stem_of(const struct name *name)
{
	const char *dot = memrchr(name->text, '.', name->n);
	size_t stem = dot ? (size_t)(dot - name->text) : 0, suffix = name->n - stem - 1;

	if (!stem || name->place != LEARN_MADE || count_word(name, stem + 1) != suffix)
		return 0;
	if (count_digits(name, stem + 1) == suffix && suffix)
		return is_number(name, stem + 1, suffix) ? stem : 0;
	return learn_random_tail(name->text, name->n, stem + 1, suffix, LEARN_MADE) ==
				       suffix &&
			       suffix
		       ? stem
		       : 0;
}

static void write_name(struct name name)
{
	size_t stem = stem_of(&name);

	if (name.place == LEARN_PROC && count_digits(&name, 0) == name.n) {
		fputs(NUMBER, name.file);
	} else if (name.place == LEARN_FIXED || name.place == LEARN_PROC) {
		write_literal(&name, 0, name.n);
	} else if (stem) {
		name.n = stem;
		write_made(&name);
		fputc('*', name.file);
	} else {
		write_made(&name);
	}
}

/* --- paths ----------------------------------------------------------------------------
 */

static enum learn_place place_of(const struct learn_context *context, const char *path,
				 size_t before, bool made)
{
	_cleanup_(freep) char *directory = strndup(path, before);

	if (!directory)
		return LEARN_FIXED;
	if (learn_is_temporary(context, directory))
		return LEARN_TEMPORARY;
	if (!strncmp(path, PROC, strlen(PROC)))
		return LEARN_PROC;
	return made ? LEARN_MADE : LEARN_FIXED;
}

static void write_names(const struct learn_context *context, const char *path, bool made,
			FILE *file)
{
	const char *at = path;

	while (*at) {
		size_t before = (size_t)(at - path);
		size_t n = strcspn(++at, "/");

		fputc('/', file);
		write_name((struct name){.context = context,
					 .text = at,
					 .n = n,
					 .place = place_of(context, path, before, made),
					 .file = file});
		at += n;
	}
}

/* Where a cgroup is depends on who started it; which of its files is asked for does not.
 */
static bool write_cgroup(const struct learn_context *context, const char *path,
			 FILE *file)
{
	if (strncmp(path, CGROUPS, strlen(CGROUPS)) != 0)
		return false;
	fputs(CGROUPS "**", file);
	write_names(context, strrchr(path, '/'), false, file);
	return true;
}

int learn_pattern(const struct learn_context *context, const char *path, bool truncated,
		  bool made, char **ret_pattern)
{
	_cleanup_(freep) char *pattern = NULL;
	size_t size;
	FILE *file = open_memstream(&pattern, &size);

	if (!file)
		return -ENOMEM;
	if (truncated)
		fputs("/**", file);
	if (!write_cgroup(context, path, file))
		write_names(context, path, made, file);
	if (fclose(file))
		return -ENOMEM;
	*ret_pattern = TAKE_PTR(pattern);
	return 0;
}
