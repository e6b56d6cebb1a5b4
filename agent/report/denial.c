// SPDX-License-Identifier: Apache-2.0
#include "report/denial.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "report/denial_fields.h"
#include "report/escape.h"
#include "report/names.h"
#include "util/cleanup.h"
#include "util/clock.h"

static bool is_well_formed(const struct denial_event *event, size_t size)
{
	return event->type == EVENT_DENIAL && event->size <= size - sizeof(*event) &&
	       (uint32_t)event->object_length + event->exe_length <= event->size &&
	       report_hook(event->hook) && report_verdict_name(event->verdict) &&
	       report_verdict_name(event->would);
}

static const char *path_prefix(const struct denial_event *event)
{
	if (event->flags & DENIAL_F_TRUNCATED)
		return ".../";
	return event->flags & DENIAL_F_NO_NAME ? "" : "/";
}

/* An executable is never the root directory: no names are no path. */
static const char *executable_prefix(const struct denial_event *event)
{
	if (event->flags & DENIAL_F_EXE_TRUNCATED)
		return ".../";
	return event->exe_length ? "/" : "";
}

/* Without the NUL that ends it; others may be within it. */
static size_t abstract_length(const struct denial_event *event)
{
	return event->object_length ? event->object_length - 1U : 0;
}

static void write_object(const struct denial_event *event, const char *names, FILE *file)
{
	enum report_object object = report_hook(event->hook)->object;

	if (object == REPORT_OBJECT_PEER && event->object.peer.is_abstract)
		escape_write(names, abstract_length(event), file);
	else if (object == REPORT_OBJECT_FILE || object == REPORT_OBJECT_PEER)
		escape_path_write(names, event->object_length, path_prefix(event), file);
}

static void write_paths(const struct denial_event *event, const char *names, FILE *file)
{
	write_object(event, names, file);
	fputc('\0', file);
	escape_path_write(names + event->object_length, event->exe_length,
			  executable_prefix(event), file);
	fputc('\0', file);
}

/* All texts in one block, in their order, each ended by NUL. */
static int write_texts(struct denial *denial, const char *const copied[TEXT_COPIED],
		       const char *names)
{
	size_t size;
	FILE *file = open_memstream(&denial->memory, &size);
	const char *text;
	bool failed;

	if (!file)
		return -ENOMEM;
	for (size_t i = 0; i < TEXT_COPIED; i++) {
		escape_write(copied[i] ? copied[i] : "",
			     copied[i] ? strlen(copied[i]) : 0, file);
		fputc('\0', file);
	}
	write_paths(&denial->event, names, file);
	failed = ferror(file);
	if (fclose(file) || failed)
		return -ENOMEM;
	text = denial->memory;
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		denial->text[i] = text;
		text += strlen(text) + 1;
	}
	return 0;
}

static int fill(struct denial *denial, const struct image *image,
		const struct denial_subject *subject, const char *names)
{
	struct image_rule_info rule = {};
	char command[sizeof(denial->event.comm) + 1] = "";

	if (image && image_rule(image, denial->event.rule, &rule) < 0)
		rule = (struct image_rule_info){};
	denial->severity = rule.severity;
	memcpy(command, denial->event.comm, sizeof(denial->event.comm));
	const char *const copied[TEXT_COPIED] = {
		[TEXT_NODE] = subject->node,
		[TEXT_NAMESPACE] = subject->name_space,
		[TEXT_POD] = subject->pod,
		[TEXT_POD_UID] = subject->pod_uid,
		[TEXT_CONTAINER] = subject->container,
		[TEXT_CONTAINER_ID] = subject->container_id,
		[TEXT_CGROUP] = subject->cgroup,
		[TEXT_POLICY_KIND] = rule.kind,
		[TEXT_POLICY_NAMESPACE] = rule.name_space,
		[TEXT_POLICY] = rule.policy,
		[TEXT_SECTION] = rule.section_name
					 ? rule.section_name
					 : report_hook(denial->event.hook)->section,
		[TEXT_RULE] = rule.rule,
		[TEXT_MESSAGE] = rule.message,
		[TEXT_TAGS] = rule.tags,
		[TEXT_COMMAND] = command,
	};
	return write_texts(denial, copied, names);
}

int denial_new(const struct denial_event *event, size_t size, const struct image *image,
	       const struct denial_subject *subject, uint64_t sequence,
	       struct denial **ret_denial)
{
	struct denial *denial;
	int r;

	if (size < sizeof(*event))
		return -EBADMSG;
	denial = calloc(1, sizeof(*denial));
	if (!denial)
		return -ENOMEM;
	denial->references = 1;
	denial->sequence = sequence;
	/* Through char: a perf buffer aligns records to four bytes only. */
	memcpy((char *)denial + offsetof(struct denial, event), (const char *)event,
	       sizeof(*event));
	if (!is_well_formed(&denial->event, size)) {
		denial_unref(denial);
		return -EBADMSG;
	}
	/* The wall clock may be set at any time: what holds is the offset of now. */
	denial->wall = denial->event.time + (clock_wall() - clock_boot());
	r = fill(denial, image, subject, (const char *)event + sizeof(*event));
	if (r < 0) {
		denial_unref(denial);
		return r;
	}
	*ret_denial = denial;
	return 0;
}

struct denial *denial_ref(struct denial *denial)
{
	denial->references++;
	return denial;
}

struct denial *denial_unref(struct denial *denial)
{
	if (!denial || --denial->references)
		return NULL;
	free(denial->memory);
	free(denial);
	return NULL;
}

uint64_t denial_sequence(const struct denial *denial)
{
	return denial->sequence;
}

static bool is_wanted(const char *wanted, const char *text)
{
	return !wanted || !strcmp(wanted, text);
}

bool denial_matches(const struct denial *denial, const struct denial_filter *filter)
{
	return denial->sequence > filter->since_sequence &&
	       is_wanted(filter->name_space, denial->text[TEXT_NAMESPACE]) &&
	       is_wanted(filter->pod, denial->text[TEXT_POD]) &&
	       is_wanted(filter->container, denial->text[TEXT_CONTAINER]) &&
	       is_wanted(filter->policy, denial->text[TEXT_POLICY]) &&
	       is_wanted(filter->verdict, report_verdict_name(denial->event.verdict)) &&
	       is_wanted(filter->hook, report_hook(denial->event.hook)->name);
}
