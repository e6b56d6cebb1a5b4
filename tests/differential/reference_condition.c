// SPDX-License-Identifier: Apache-2.0

/* POLICY.md, "Sections": what a rule asks for besides its object. */

#include <string.h>

#include "reference.h"
#include "util/cleanup.h"

static bool is_allow(const struct drawn_rule *rule)
{
	return !strcmp(rule->action, "allow");
}

/* "a script counts under its own path and its interpreter's" */
static bool program_is_named(const struct drawn_rule *rule,
			     const struct drawn_event *event)
{
	return path_is_any(event->program, rule->from, rule->n_from) ||
	       (*event->program_script &&
		path_is_any(event->program_script, rule->from, rule->n_from));
}

/*
 * "Allow, `except` and `from` match names in the container's own mount namespace; nothing
 * that the container does later widens them." A name that does not count never gets a
 * program what an allow rule gives, nor out of what a deny rule takes; "unknown is *not*
 * in `from: not`".
 */
static bool from_holds(const struct drawn_rule *rule, const struct drawn_event *event)
{
	bool known = *event->program, named = known && program_is_named(rule, event);
	bool counts = named && !event->untrusted_program;

	if (!rule->n_from)
		return true;
	if (rule->from_not)
		return is_allow(rule) ? known && !named : !counts;
	return is_allow(rule) ? counts : named;
}

/* "`fileless`: no link left, or memfd, or shared-memory tmpfs", which is mounted there.
 */
static bool is_fileless(const struct call *call)
{
	static const char shared[][DRAWN_PATH_BYTES] = {"/dev/shm/**", "/run/shm/**"};

	return (call->event->fileless && !call->is_script) ||
	       path_is_any(call->path, shared, ARRAY_SIZE(shared));
}

static bool exec_holds(const struct drawn_rule *rule, const struct call *call)
{
	const struct drawn_event *event = call->event;

	if (rule->fileless && !is_fileless(call))
		return false;
	if (rule->drifted && (!event->drifted || call->is_script))
		return false;
	if (rule->stdio && !event->stdio)
		return false;
	/* "a deny rule with `as: direct` spares interpreters reached in that way" */
	return !rule->direct || !*event->script || call->is_script;
}

bool conditions_hold(const struct drawn_rule *rule, const struct call *call)
{
	if (!from_holds(rule, call->event))
		return false;
	if (call->event->section == DRAWN_EXEC)
		return exec_holds(rule, call);
	return !rule->owner || !strcmp(rule->owner, "other") == call->event->owner_other;
}

static bool has_program(const struct drawn_rule *rule, const char *program)
{
	for (size_t i = 0; i < rule->n_from; i++)
		if (!strcmp(rule->from[i], program))
			return true;
	return false;
}

static bool has_programs(const struct drawn_rule *outer, const struct drawn_rule *inner)
{
	for (size_t i = 0; i < inner->n_from; i++)
		if (!has_program(outer, inner->from[i]))
			return false;
	return true;
}

static bool same_owner(const struct drawn_rule *a, const struct drawn_rule *b)
{
	return a->owner && b->owner ? !strcmp(a->owner, b->owner) : a->owner == b->owner;
}

bool conditions_are_same(const struct drawn_rule *a, const struct drawn_rule *b)
{
	return same_owner(a, b) && (!a->n_from || a->from_not == b->from_not) &&
	       has_programs(a, b) && has_programs(b, a);
}
