// SPDX-License-Identifier: Apache-2.0
/* A look into a container's root, before it is given to a thread: what it is to look for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "identities_private.h"
#include "policy/room.h"
#include "util/cleanup.h"

static void free_look(struct root_task *task)
{
	struct look *look = (struct look *)task;

	for (size_t i = 0; i < look->n_patterns; i++)
		root_pattern_clear(&look->patterns[i]);
	free(look->patterns);
	closep(&look->directory);
	closep(&look->reader);
	image_unref(look->image);
	policy_list_clear(&look->policies);
	aliases_clear(&look->aliases);
	found_files_clear(&look->files);
	unfounds_clear(&look->unfound);
	multicalls_clear(&look->multicalls);
	free(look);
}

static bool is_hung(const struct subject_files *files, const char *path, uint64_t now)
{
	for (size_t i = 0; i < files->hung.n; i++)
		if (files->hung.items[i].until > now &&
		    !strcmp(files->hung.items[i].path, path))
			return true;
	return false;
}

static bool has_pattern(const struct look *look, const struct root_pattern *pattern)
{
	for (size_t i = 0; i < look->n_patterns; i++)
		if (look->patterns[i].kind == pattern->kind &&
		    !strcmp(look->patterns[i].path, pattern->path))
			return true;
	return false;
}

static int add_pattern(struct look *look, const struct subject_files *files,
		       const char *text, size_t *room)
{
	struct root_pattern pattern;
	int r = root_pattern_read(text, &pattern);

	if (r == 0 && !has_pattern(look, &pattern) &&
	    !is_hung(files, pattern.path, clock_boot())) {
		r = room_for(&look->patterns, room, look->n_patterns + 1);
		if (r == 0) {
			look->patterns[look->n_patterns++] = pattern;
			return 0;
		}
	}
	if (r == 0 || r == -ENOMEM)
		root_pattern_clear(&pattern);
	return r == -EINVAL ? 0 : r;
}

static bool has_identity(const struct policy_rule *rule)
{
	return rule->action != ACTION_ALLOW && rule->enforcement != REFUSED &&
	       !rule->by_name;
}

static int add_rule(struct look *look, const struct subject *subject,
		    const struct policy_rule *rule, size_t *room)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->n_paths; i++)
		r = add_pattern(look, subject->files, rule->paths[i], room);
	for (size_t i = 0; r == 0 && i < rule->n_unix; i++)
		if (rule->unix_names[i][0] == '/')
			r = add_pattern(look, subject->files, rule->unix_names[i], room);
	return r;
}

static int add_patterns(struct look *look, const struct subject *subject)
{
	size_t room = 0;
	int r = 0;

	for (size_t i = 0; i < subject->policies.n; i++)
		for (unsigned s = SECTION_EXEC; s <= SECTION_NETWORK; s++) {
			const struct policy_section *section =
				&subject->policies.items[i]->sections[s];

			for (size_t j = 0; r == 0 && j < section->n_rules; j++)
				if (has_identity(&section->rules[j]))
					r = add_rule(look, subject, &section->rules[j],
						     &room);
		}
	return r;
}

int look_new(struct identities *identities, const struct subject *subject,
	     void (*done)(struct root_task *task, int status), struct look **ret_look)
{
	const struct agent *agent = identities->agent;
	struct look *look = calloc(1, sizeof(*look));
	int r;

	if (!look)
		return -ENOMEM;
	*look = (struct look){
		.task = {.run = look_run, .done = done, .free = free_look},
		.identities = identities,
		.cgroup_id = subject->cgroup_id,
		.image = image_ref(subject->image),
		.directory = cgroup_open_directory(&agent->cgroups, subject->cgroup),
		.reader = enforcer_reader(agent->enforcer),
		.mount_namespace =
			enforcer_slot_mount_namespace(agent->enforcer, subject->slot),
		.on_host = subject->flags & CGROUP_F_HOST_ROOT,
		.host_root = identities->host_root,
		.at = LOOK_NOWHERE,
	};
	r = look->directory < 0 ? look->directory : look->reader;
	if (r >= 0)
		r = add_patterns(look, subject);
	if (r == 0 && aliases_are_due(subject))
		r = policy_list_copy(&subject->policies, &look->policies);
	if (r < 0) {
		free_look(&look->task);
		return r;
	}
	*ret_look = look;
	return 0;
}
