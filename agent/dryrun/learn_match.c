// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/pattern.h"
#include "util/cleanup.h"

/* All places in the pattern that the bytes so far lead to, byte by byte. */
struct matcher {
	struct pattern pattern;
	size_t fixed;	     /* elements at the start that are bytes */
	bool *places, *next; /* one for each element */
};

static void matcher_freep(struct matcher **matcher)
{
	matcher_free(*matcher);
}

int matcher_new(const char *pattern, struct matcher **ret_matcher)
{
	_cleanup_(matcher_freep) struct matcher *matcher = calloc(1, sizeof(*matcher));
	int r;

	if (!matcher)
		return -ENOMEM;
	r = pattern_parse(&matcher->pattern, pattern, 0);
	if (r < 0)
		return r;
	matcher->places = calloc(matcher->pattern.n, sizeof(bool));
	matcher->next = calloc(matcher->pattern.n, sizeof(bool));
	if (!matcher->places || !matcher->next)
		return -ENOMEM;
	while (matcher->pattern.elements[matcher->fixed].kind == ELEMENT_BYTE)
		matcher->fixed++;
	*ret_matcher = TAKE_PTR(matcher);
	return 0;
}

struct matcher *matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return NULL;
	pattern_clear(&matcher->pattern);
	free(matcher->places);
	free(matcher->next);
	free(matcher);
	return NULL;
}

/* A place, and those behind it that need no byte. */
static void reach(const struct pattern *pattern, bool *places, size_t at)
{
	for (;;) {
		places[at] = true;
		switch (pattern->elements[at].kind) {
		case ELEMENT_STAR:
		case ELEMENT_STARS:
			at++;
			continue;
		case ELEMENT_NAMES:
			/* No names, and no slash behind them. */
			at += 2;
			continue;
		default:
			return;
		}
	}
}

static void step(const struct pattern *pattern, bool *next, size_t at, unsigned char byte)
{
	const struct element *element = &pattern->elements[at];
	bool in_name = byte != '/';

	switch ((enum element_kind)element->kind) {
	case ELEMENT_BYTE:
		if (byte == element->byte)
			reach(pattern, next, at + 1);
		break;
	case ELEMENT_ANY:
		if (in_name)
			reach(pattern, next, at + 1);
		break;
	case ELEMENT_SET:
		if (byte_set_has(&pattern->sets[element->set], byte))
			reach(pattern, next, at + 1);
		break;
	case ELEMENT_STAR:
		if (in_name)
			reach(pattern, next, at);
		break;
	case ELEMENT_STARS:
		reach(pattern, next, at);
		break;
	case ELEMENT_NAMES:
		/* Once begun, the names end with the slash that is the next element. */
		next[at] = true;
		next[at + 1] = true;
		break;
	case ELEMENT_END:
		break;
	}
}

static void turn(struct matcher *matcher, unsigned char byte)
{
	bool *places = matcher->places;

	memset(matcher->next, 0, matcher->pattern.n * sizeof(bool));
	for (size_t i = 0; i < matcher->pattern.n; i++)
		if (places[i])
			step(&matcher->pattern, matcher->next, i, byte);
	matcher->places = matcher->next;
	matcher->next = places;
}

bool matcher_matches(struct matcher *matcher, const char *path)
{
	/* Most patterns differ from most paths early on. */
	for (size_t i = 0; i < matcher->fixed; i++, path++)
		if ((unsigned char)*path != matcher->pattern.elements[i].byte)
			return false;
	memset(matcher->places, 0, matcher->pattern.n * sizeof(bool));
	reach(&matcher->pattern, matcher->places, matcher->fixed);
	for (; *path; path++)
		turn(matcher, (unsigned char)*path);
	return matcher->places[matcher->pattern.n - 1];
}
