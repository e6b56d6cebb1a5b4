// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of patterns, an empty line, lines of paths: any patterns become one automaton, or
 * are refused in bounded memory and time; and the automaton says of each path what a
 * search through the pattern's own characters says.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lsm/limits.h"
#include "policy/automaton.h"
#include "policy/image_words.h"
#include "policy/path.h"
#include "util/cleanup.h"

#include "lsm/automaton.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATTERNS_MAX	  64
#define PATTERN_BYTES_MAX 512
/* The accept of a set of tags is that far behind its number. */
#define ACCEPT_BASE 64U

/* --- one pattern, slowly ------------------------------------------------------------ */

struct token {
	enum { TOKEN_BYTE, TOKEN_ANY, TOKEN_SET, TOKEN_STAR, TOKEN_STARS } kind;
	uint8_t byte;
	bool bytes[256]; /* of a set */
};

struct tokens {
	struct token items[PATTERN_BYTES_MAX];
	size_t n;
	bool abstract; /* a socket's name, of which no byte means anything */
};

static const char *read_set(const char *text, struct token *token)
{
	bool negate = *text == '!' || *text == '^';

	text += negate;
	memset(token->bytes, negate, sizeof(token->bytes));
	while (*text != ']') {
		unsigned first, last;

		text += *text == '\\';
		first = last = (uint8_t)*text++;
		if (text[0] == '-' && text[1] != ']') {
			text += text[1] == '\\' ? 2 : 1;
			last = (uint8_t)*text++;
		}
		for (; first <= last; first++)
			token->bytes[first] = !negate;
	}
	token->kind = TOKEN_SET;
	token->bytes[0] = token->bytes['/'] = false;
	return text + 1;
}

static const char *read_token(const char *text, struct token *token)
{
	size_t stars = strspn(text, "*");

	if (stars) {
		token->kind = stars > 1 ? TOKEN_STARS : TOKEN_STAR;
		return text + stars;
	}
	if (*text == '[')
		return read_set(text + 1, token);
	token->kind = *text == '?' ? TOKEN_ANY : TOKEN_BYTE;
	text += *text == '\\';
	token->byte = (uint8_t)*text;
	return text + 1;
}

static struct tokens read_tokens(const char *text)
{
	struct tokens tokens = {.abstract = *text == '@'};
	const struct token *last;

	while (*text)
		text = read_token(text, &tokens.items[tokens.n++]);
	last = &tokens.items[tokens.n - 1];
	/* "/dir/" is the directory itself. */
	if (!tokens.abstract && tokens.n > 1 && last->kind == TOKEN_BYTE &&
	    last->byte == '/')
		tokens.n--;
	return tokens;
}

static bool is_slash(const struct tokens *tokens, size_t i)
{
	return i < tokens->n && tokens->items[i].kind == TOKEN_BYTE &&
	       tokens->items[i].byte == '/';
}

/* That the path so far leads up to a token, or to the end. */
static void arrive(const struct tokens *tokens, bool *at, size_t i)
{
	at[i] = true;
	if (i == tokens->n || tokens->items[i].kind < TOKEN_STAR)
		return;
	arrive(tokens, at, i + 1);
	/* As a whole name, "**" is no name as well. */
	if (tokens->items[i].kind == TOKEN_STARS && !tokens->abstract && i &&
	    is_slash(tokens, i - 1) && is_slash(tokens, i + 1))
		arrive(tokens, at, i + 2);
}

static void take(const struct tokens *tokens, size_t i, uint8_t byte, bool *next)
{
	const struct token *token = &tokens->items[i];
	bool takes = byte != '/';

	if (token->kind >= TOKEN_STAR) {
		if (!takes && token->kind == TOKEN_STAR)
			return;
		next[i] = true;
		arrive(tokens, next, i + 1);
		return;
	}
	if (token->kind == TOKEN_BYTE)
		takes = byte == token->byte;
	else if (token->kind == TOKEN_SET)
		takes = token->bytes[byte];
	if (takes)
		arrive(tokens, next, i + 1);
}

static bool tokens_match(const struct tokens *tokens, const char *path)
{
	bool at[PATTERN_BYTES_MAX + 1] = {false};

	/* The root is below nothing. */
	if (!strcmp(path, "/"))
		return tokens->n == 1 && is_slash(tokens, 0);
	arrive(tokens, at, 0);
	for (; *path; path++) {
		bool next[PATTERN_BYTES_MAX + 1] = {false};

		for (size_t i = 0; i < tokens->n; i++)
			if (at[i])
				take(tokens, i, (uint8_t)*path, next);
		memcpy(at, next, sizeof(at));
	}
	return at[tokens->n];
}

/* --- all of them, as an image ------------------------------------------------------ */

struct compiled {
	struct automaton *automaton;
	struct image image;
	uint64_t *words;
	char *patterns[PATTERNS_MAX];
	uint32_t n;
};

static void compiled_clear(struct compiled *compiled)
{
	automaton_free(compiled->automaton);
	free(compiled->words);
}

static void pack(struct compiled *compiled, size_t base)
{
	_cleanup_(freep) uint64_t *words = NULL;
	uint32_t start;
	size_t n;
	int r = automaton_pack(compiled->automaton, base, LIMIT_IMAGE_WORDS, &words, &n,
			       &start);

	assert(r == 0 || r == -E2BIG);
	if (r < 0)
		return;
	compiled->words = calloc(base + n, sizeof(*words));
	memcpy(compiled->words + base, words, n * sizeof(*words));
	compiled->words[IMAGE_H_AUTOMATON] = WORD(start, 0);
	compiled->image = (struct image){.words = compiled->words, .n_words = base + n};
}

static void build(struct compiled *compiled)
{
	_cleanup_(freep) uint32_t *accepts = NULL;
	uint32_t tag = UINT32_MAX;
	size_t n;
	int r = automaton_build(compiled->automaton, NULL, &tag);

	assert(r == 0 || (r == -E2BIG && tag < compiled->n));
	if (r < 0)
		return;
	n = compiled->automaton->tag_sets.n;
	accepts = calloc(n, sizeof(*accepts));
	for (uint32_t i = 1; i < n; i++)
		accepts[i] = ACCEPT_BASE + i;
	r = automaton_minimise(compiled->automaton, accepts);
	assert(r == 0);
	pack(compiled, ACCEPT_BASE + n);
}

static bool has_tag(const struct compiled *compiled, const char *path, uint32_t tag)
{
	uint32_t state = automaton_start(&compiled->image), accept;
	const uint32_t *tags;
	bool found = false;
	size_t n;

	state = automaton_feed(&compiled->image, state, (const uint8_t *)path,
			       (uint32_t)strlen(path), LIMIT_PATH);
	accept = automaton_accept(&compiled->image, state);
	if (!accept)
		return false;
	tags = sets_get(&compiled->automaton->tag_sets, accept - ACCEPT_BASE, &n);
	for (size_t i = 0; i < n; i++)
		found = found || tags[i] == tag;
	return found;
}

/* What the parser accepts matches something, but for a set that leaves no byte. */
static void add(struct compiled *compiled, char *pattern)
{
	int r;

	if (compiled->n == PATTERNS_MAX || strlen(pattern) >= PATTERN_BYTES_MAX ||
	    socket_name_check(pattern))
		return;
	r = automaton_add(compiled->automaton, pattern, compiled->n);
	assert(r == 0 || (r == -EINVAL && strpbrk(pattern, "!^")));
	if (r == 0)
		compiled->patterns[compiled->n++] = pattern;
}

/* A path as the kernel walks it: names that are not empty. */
static bool is_path(const char *path)
{
	size_t length = strlen(path);

	if (length >= LIMIT_PATH)
		return false;
	if (*path == '@')
		return true;
	return *path == '/' && !strstr(path, "//") &&
	       (length == 1 || path[length - 1] != '/');
}

static void compare(const struct compiled *compiled, const char *path)
{
	for (uint32_t i = 0; i < compiled->n && is_path(path); i++) {
		struct tokens tokens = read_tokens(compiled->patterns[i]);

		assert(has_tag(compiled, path, i) == tokens_match(&tokens, path));
	}
}

/* Paths that are close to a pattern: its own text, with another byte, or none, for what
 * is special in it. */
static void compare_alike(const struct compiled *compiled, const char *pattern)
{
	static const char instead[] = {'*', 'a', '/', '\0'};

	for (size_t i = 0; i < ARRAY_SIZE(instead); i++) {
		char path[PATTERN_BYTES_MAX], *end = path;

		for (const char *c = pattern; *c; c++) {
			char byte = strchr("*?[]!^-\\", *c) ? instead[i] : *c;

			if (byte && (byte != '/' || end == path || end[-1] != '/'))
				*end++ = byte;
		}
		end -= end - path > 1 && end[-1] == '/';
		*end = '\0';
		compare(compiled, path);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = strndup((const char *)data, size);
	_cleanup_(compiled_clear) struct compiled compiled = {0};
	char *rest = text, *line;
	int r = automaton_new(&compiled.automaton);

	assert(r == 0);
	while ((line = strsep(&rest, "\n")) && *line)
		add(&compiled, line);
	if (!compiled.n)
		return 0;
	build(&compiled);
	while (compiled.words && (line = strsep(&rest, "\n")))
		compare(&compiled, line);
	for (uint32_t i = 0; compiled.words && i < compiled.n; i++)
		compare_alike(&compiled, compiled.patterns[i]);
	return 0;
}
