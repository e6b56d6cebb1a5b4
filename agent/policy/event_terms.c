// SPDX-License-Identifier: Apache-2.0
#include "policy/event_terms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/explain.h"

#define KIND(kind) (1U << (kind))
#define KINDS_ALL  (KIND(EVENT_KINDS) - 1)
#define KINDS_NAME (KIND(EVAL_EXEC) | KIND(EVAL_OPEN) | KIND(EVAL_UNIX))

const struct event_word event_words[EVENT_WORDS] = {
	{"fileless", KIND(EVAL_EXEC), offsetof(struct eval_event, fileless)},
	{"drifted", KIND(EVAL_EXEC), offsetof(struct eval_event, drifted)},
	{"stdio-socket", KIND(EVAL_EXEC), offsetof(struct eval_event, stdio_socket)},
	{"owner-other", KIND(EVAL_OPEN), offsetof(struct eval_event, owner_other)},
	{"other-namespace", KINDS_NAME, offsetof(struct eval_event, untrusted_name)},
	{"from-other-namespace", KINDS_ALL,
	 offsetof(struct eval_event, untrusted_program)},
};

static const struct {
	const char *name;
	uint32_t kinds;
	size_t text; /* offset in struct eval_event */
} texts[EVENT_TEXTS] = {
	[EVENT_FROM] = {"from", KINDS_ALL, offsetof(struct eval_event, program)},
	[EVENT_FROM_SCRIPT] = {"fromScript", KINDS_ALL,
			       offsetof(struct eval_event, program_script)},
	[EVENT_SCRIPT] = {"script", KIND(EVAL_EXEC), offsetof(struct eval_event, script)},
	[EVENT_CALLED] = {"called", KIND(EVAL_EXEC), offsetof(struct eval_event, called)},
	[EVENT_IDENTITY] = {"identity", KINDS_NAME,
			    offsetof(struct eval_event, identity)},
};

static int add_word(struct event_terms *terms, const char *word, char **reterr_message)
{
	for (size_t i = 0; i < EVENT_WORDS; i++) {
		if (!strcmp(event_words[i].name, word)) {
			terms->words |= 1U << i;
			return 0;
		}
	}
	explain(reterr_message,
		"\"%.80s\" is nothing that can be so; give fileless, drifted, "
		"stdio-socket, owner-other, other-namespace or from-other-namespace",
		word);
	return -EINVAL;
}

static int add_words(struct event_terms *terms, const char *text, char **reterr_message)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *rest = copy;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && rest)
		r = add_word(terms, strsep(&rest, ","), reterr_message);
	return r;
}

static int set_text(char **text, const char *value, char **reterr_message)
{
	int r = event_check_path(value, reterr_message);
	char *copy = r < 0 ? NULL : strdup(value);

	if (!copy)
		return r < 0 ? r : -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

int event_terms_add(struct event_terms *terms, const char *name, const char *text,
		    char **reterr_message)
{
	terms->said = true;
	if (!strcmp(name, "with"))
		return add_words(terms, text, reterr_message);
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		if (!strcmp(texts[i].name, name))
			return set_text(&terms->texts[i], text, reterr_message);
	explain(reterr_message, "\"%.80s\" is nothing to be said of an event; see --help",
		name);
	return -EINVAL;
}

/* Where an event has one of the texts. */
static const char **place_of(struct eval_event *event, size_t which)
{
	return (const char **)(void *)((char *)event + texts[which].text);
}

static bool is_of(const struct event *event, uint32_t kinds)
{
	return kinds & KIND(event->eval.kind);
}

static int apply_text(struct event *event, size_t which, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(event->texts[which]);
	event->texts[which] = copy;
	*place_of(&event->eval, which) = copy;
	return 0;
}

int event_copy(const struct eval_event *event, struct event *ret_event)
{
	struct event copy = {.eval = *event};
	int r = 0;

	if (event->path) {
		copy.path = strdup(event->path);
		copy.eval.path = copy.path;
		r = copy.path ? 0 : -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < EVENT_TEXTS; i++) {
		const char *text = *place_of((struct eval_event *)event, i);

		if (text)
			r = apply_text(&copy, i, text);
	}
	if (r < 0)
		event_clear(&copy);
	else
		*ret_event = copy;
	return r;
}

static int apply_to(const struct event_terms *terms, struct event *event)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < EVENT_TEXTS; i++)
		if (terms->texts[i] && is_of(event, texts[i].kinds))
			r = apply_text(event, i, terms->texts[i]);
	for (size_t i = 0; r == 0 && i < EVENT_WORDS; i++)
		if (terms->words >> i & 1 && is_of(event, event_words[i].kinds))
			*(bool *)((char *)&event->eval + event_words[i].flag) = true;
	return r;
}

/* Something that none of the events can take. */
static const char *find_idle(const struct event_terms *terms, const struct event *events,
			     size_t n)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < n; i++)
		kinds |= KIND(events[i].eval.kind);
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		if (terms->texts[i] && !(texts[i].kinds & kinds))
			return texts[i].name;
	for (size_t i = 0; i < EVENT_WORDS; i++)
		if (terms->words >> i & 1 && !(event_words[i].kinds & kinds))
			return event_words[i].name;
	return NULL;
}

int event_terms_apply(const struct event_terms *terms, struct event *events, size_t n,
		      char **reterr_message)
{
	const char *idle = find_idle(terms, events, n);
	int r = 0;

	if (idle) {
		explain(reterr_message,
			"\"%s\" is nothing that can be so of what is asked; leave it out",
			idle);
		return -EINVAL;
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		r = apply_to(terms, &events[i]);
	return r;
}

void event_terms_clear(struct event_terms *terms)
{
	for (size_t i = 0; i < EVENT_TEXTS; i++)
		free(terms->texts[i]);
	*terms = (struct event_terms){0};
}
