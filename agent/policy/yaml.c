// SPDX-License-Identifier: Apache-2.0
#include "policy/yaml.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#include "policy/array.h"
#include "policy/text.h"
#include "policy/yaml_compose.h"
#include "util/cleanup.h"

/* How a person may have meant it, for the complaints of libyaml that people meet most. */
static const struct {
	const char *problem;
	const char *advice;
} advices[] = {
	{"found character that cannot start any token",
	 "indent with spaces, and quote what begins with @, `, % or a tab"},
	{"mapping values are not allowed in this context",
	 "quote a value that has \": \" in it, or mend the indentation"},
	{"did not find expected key", "mend the indentation or the quotes here"},
	{"did not find expected '-' indicator", "mend the indentation of the list"},
	{"did not find expected ',' or ']'",
	 "close the list with \"]\" or separate its items with commas"},
	{"did not find expected ',' or '}'",
	 "close the map with \"}\" or separate its pairs with commas"},
	{"could not find expected ':'", "a key is followed by a colon and a space"},
	{"did not find expected node content",
	 "add a value, close the bracket that is open, or quote what begins with \":\""},
	{"did not find expected alphabetic or numeric character",
	 "quote a value that begins with * or &"},
	{"found unexpected end of stream", "close the quotes or brackets"},
	{"control characters are not allowed",
	 "a file of policies is text, not binary data"},
};

static const char *advice_for(const char *problem)
{
	for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
		if (!strcmp(advices[i].problem, problem))
			return advices[i].advice;
	return "mend the YAML here";
}

/* libyaml gives the reader's problems a byte offset, all others a line and a column from
 * 0. */
static void problem_position(const yaml_parser_t *parser, const char *text, size_t length,
			     unsigned *ret_line, unsigned *ret_column)
{
	*ret_line = (unsigned)parser->problem_mark.line + 1;
	*ret_column = (unsigned)parser->problem_mark.column + 1;
	if (parser->error != YAML_READER_ERROR)
		return;
	*ret_line = *ret_column = 1;
	for (size_t i = 0; i < length && i < parser->problem_offset; i++) {
		(*ret_column)++;
		if (text[i] == '\n') {
			(*ret_line)++;
			*ret_column = 1;
		}
	}
}

static int report_syntax(struct composer *composer, const char *text, size_t length)
{
	const yaml_parser_t *parser = &composer->parser;
	const char *problem = parser->problem ? parser->problem : "it cannot be read";
	unsigned line, column;

	composer->is_broken = true;
	problem_position(parser, text, length, &line, &column);
	if (parser->context && parser->context_mark.line + 1 != line)
		return diagnostics_add(composer->diagnostics, SEVERITY_ERROR,
				       composer->source, line, column,
				       "%s (%s that begins on line %zu); %s", problem,
				       parser->context, parser->context_mark.line + 1,
				       advice_for(problem));
	return diagnostics_add(composer->diagnostics, SEVERITY_ERROR, composer->source,
			       line, column, "%s; %s", problem, advice_for(problem));
}

static bool looks_like_json(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && strchr(" \t\r\n", text[i]))
		i++;
	return i < length && (text[i] == '{' || text[i] == '[');
}

static void parser_delete(yaml_parser_t **parser)
{
	yaml_parser_delete(*parser);
}

/* YAML first, since it knows lines; as JSON only what is no YAML. */
static int compose_text(struct composer *composer, const char *text, size_t length,
			struct yaml_tree **ret_json)
{
	_cleanup_(parser_delete) yaml_parser_t *parser = &composer->parser;
	int r;

	if (!yaml_parser_initialize(parser))
		return -ENOMEM;
	yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
	r = compose_stream(composer);
	if (r != COMPOSE_E_SYNTAX)
		return r;
	if (!composer->is_broken && looks_like_json(text, length)) {
		r = yaml_read_json(text, length, ret_json);
		if (r != -EINVAL)
			return r;
	}
	return report_syntax(composer, text, length);
}

int yaml_read(const char *text, size_t length, const char *source,
	      struct diagnostics *diagnostics, struct yaml_tree **ret_tree)
{
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = calloc(1, sizeof(*tree));
	struct composer composer = {
		.source = source,
		.diagnostics = diagnostics,
		.tree = tree,
	};
	struct yaml_tree *json = NULL;
	int r;

	if (!tree)
		return -ENOMEM;
	r = text_check(text, length, source, diagnostics);
	if (r == -EINVAL)
		composer.is_broken = true;
	else if (!r)
		r = compose_text(&composer, text, length, &json);
	if (r == -ENOMEM)
		return r;
	*ret_tree = json ? json : TAKE_PTR(tree);
	return composer.is_broken ? YAML_E_BROKEN : 0;
}

struct yaml_tree *yaml_tree_free(struct yaml_tree *tree)
{
	if (!tree)
		return NULL;
	arena_clear(&tree->arena);
	free(tree->documents);
	free(tree);
	return NULL;
}
