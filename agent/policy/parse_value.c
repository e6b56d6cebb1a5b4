// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "policy/array.h"
#include "policy/nearest.h"
#include "policy/parse.h"
#include "util/cleanup.h"

/* Each rule of a policy has the policy's message and tags: together they are what a short
 * text can be multiplied by. */
#define MESSAGE_BYTES 512
#define TAG_BYTES     64
#define TAGS_MAX      16

bool parse_is_full(const struct parse *parse)
{
	return diagnostics_are_full(parse->diagnostics, parse->source);
}

__attribute__((format(printf, 4, 0))) static int
say(struct parse *parse, enum severity severity, const struct yaml_node *node,
    const char *format, va_list arguments)
{
	_cleanup_(freep) char *message = NULL;

	if (parse_is_full(parse)) /* counted, and not worth the wording */
		return diagnostics_add(parse->diagnostics, severity, parse->source, 0, 0,
				       "x");
	if (vasprintf(&message, format, arguments) < 0) {
		message = NULL;
		return -ENOMEM;
	}
	return diagnostics_add(parse->diagnostics, severity, parse->source,
			       node ? node->line : 0, node ? node->column : 0, "%s",
			       message);
}

int parse_error(struct parse *parse, const struct yaml_node *node, const char *format,
		...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = say(parse, SEVERITY_ERROR, node, format, arguments);
	va_end(arguments);
	return r ? r : PARSE_E_WRONG;
}

int parse_warning(struct parse *parse, const struct yaml_node *node, const char *format,
		  ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = say(parse, SEVERITY_WARNING, node, format, arguments);
	va_end(arguments);
	return r;
}

int parse_string(struct parse *parse, const struct yaml_pair *pair, const char **ret_text)
{
	const struct yaml_node *value = pair->value;

	if (value->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (value->type == YAML_LIST || value->type == YAML_MAP)
		return parse_error(parse, value,
				   "\"%s\" takes a string, not %s; give one string",
				   pair->key->text, yaml_type_name(value->type));
	if (value->type == YAML_NULL)
		return parse_error(parse, value,
				   "\"%s\" takes a string, not nothing; give one",
				   pair->key->text);
	if (value->type != YAML_STRING)
		return parse_error(
			parse, value,
			"\"%s\" takes a string, not %s; put quotes around %.80s",
			pair->key->text, yaml_type_name(value->type), value->text);
	if (!value->n)
		return parse_error(parse, value,
				   "\"%s\" is empty; say something or leave it out",
				   pair->key->text);
	*ret_text = value->text;
	return 0;
}

int parse_text(struct parse *parse, const struct yaml_pair *pair, char **text)
{
	const char *value;
	char *copy;
	int r = parse_string(parse, pair, &value);

	if (r)
		return r;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int parse_bool(struct parse *parse, const struct yaml_pair *pair, bool *ret_value)
{
	const struct yaml_node *value = pair->value;

	if (value->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (value->type != YAML_BOOL)
		return parse_error(parse, value,
				   "\"%s\" takes a boolean, not %s; give true or false",
				   pair->key->text, yaml_type_name(value->type));
	*ret_value = value->number;
	return 0;
}

int parse_number(struct parse *parse, const struct yaml_pair *pair, int64_t first,
		 int64_t last, int64_t *ret_number)
{
	const struct yaml_node *value = pair->value;

	if (value->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (value->type != YAML_INTEGER)
		return parse_error(parse, value,
				   "\"%s\" takes a number, not %s; give one from %" PRId64
				   " to %" PRId64 " without quotes",
				   pair->key->text, yaml_type_name(value->type), first,
				   last);
	if (value->number < first || value->number > last)
		return parse_error(parse, value,
				   "\"%s\" is %.80s; give a number from %" PRId64
				   " to %" PRId64,
				   pair->key->text, value->text, first, last);
	*ret_number = value->number;
	return 0;
}

/* "a, b or c", into @text. */
static void join_words(const char *const *words, size_t n, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++) {
		const char *separator = !i ? "" : i + 1 < n ? ", " : " or ";

		used += (size_t)snprintf(text + used, size - used, "%s%s", separator,
					 words[i]);
	}
}

int parse_word(struct parse *parse, const struct yaml_pair *pair,
	       const char *const *words, size_t n_words, size_t *ret_word)
{
	struct nearest nearest = {0};
	char known[256];
	int r = parse_string(parse, pair, &nearest.word);

	if (r)
		return r;
	for (size_t i = 0; i < n_words; i++) {
		if (!strcmp(nearest.word, words[i])) {
			*ret_word = i;
			return 0;
		}
		nearest_try(&nearest, words[i]);
	}
	join_words(words, n_words, known, sizeof(known));
	if (nearest.best && n_words > 1)
		return parse_error(
			parse, pair->value,
			"\"%s\" cannot be \"%.80s\"; did you mean \"%s\"? (%s)",
			pair->key->text, nearest.word, nearest.best, known);
	return parse_error(parse, pair->value, "\"%s\" cannot be \"%.80s\"; give %s",
			   pair->key->text, nearest.word, known);
}

struct tag_list {
	char ***tags;
	size_t *n;
};

/* A comma would make two of one tag where tags are joined by commas. */
static int read_tag(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct tag_list *list = object;
	const char *tag;
	int r = parse_string(parse, pair, &tag);

	if (r)
		return r;
	if (strlen(tag) > TAG_BYTES || strpbrk(tag, ",\n\t\r"))
		return parse_error(
			parse, pair->value,
			"tag \"%.80s\" has a comma, is too long or spans lines; "
			"a tag is at most %d bytes on one line, without commas",
			tag, TAG_BYTES);
	if (strings_contain(*list->tags, *list->n, tag))
		return 0;
	if (*list->n == TAGS_MAX)
		return parse_error(parse, pair->value,
				   "more than %d tags; leave some out", TAGS_MAX);
	return strings_add(list->tags, list->n, tag);
}

int parse_tags(struct parse *parse, const struct yaml_pair *pair, char ***tags,
	       size_t *n_tags)
{
	struct tag_list list = {tags, n_tags};

	return parse_list(parse, pair, read_tag, &list);
}

int parse_message(struct parse *parse, const struct yaml_pair *pair, char **message)
{
	int r = parse_text(parse, pair, message);

	if (r || strlen(*message) <= MESSAGE_BYTES)
		return r;
	return parse_error(parse, pair->value,
			   "a message of %zu bytes; shorten it to at most %d",
			   strlen(*message), MESSAGE_BYTES);
}

int parse_severity(struct parse *parse, const struct yaml_pair *pair,
		   uint8_t *ret_severity)
{
	int64_t number = 0;
	int r = parse_number(parse, pair, 1, 10, &number);

	if (!r)
		*ret_severity = (uint8_t)number;
	return r;
}
