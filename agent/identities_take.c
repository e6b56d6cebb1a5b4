// SPDX-License-Identifier: Apache-2.0
/* What a look has found becomes what is known of a subject's files. */
#include <errno.h>
#include <string.h>

#include "agent_state.h"
#include "identities_private.h"

static bool same_files(const struct found_files *a, const struct found_files *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].file.inode != b->items[i].file.inode ||
		    a->items[i].file.device != b->items[i].file.device ||
		    strcmp(a->items[i].path, b->items[i].path) != 0)
			return false;
	return true;
}

/* What the kernel did not see made: a container that was there before its slot. */
static void tell_root(const struct identities *identities, const struct subject *subject,
		      const struct look *look)
{
	struct enforcer *enforcer = identities->agent->enforcer;

	if (!enforcer_is_entering(enforcer, look->pid))
		enforcer_slot_set_root(enforcer, subject->slot, look->found_namespace,
				       look->root.device);
}

static bool is_below(const char *path, const struct unfounds *unfounds)
{
	for (size_t i = 0; i < unfounds->n; i++) {
		const char *above = unfounds->items[i].path;
		size_t length = strcmp(above, "/") ? strlen(above) : 0;

		if (!strncmp(path, above, length) &&
		    (!path[length] || path[length] == '/'))
			return true;
	}
	return false;
}

/* What could not be looked at now is taken for what it was. */
static int keep_unfound(const struct subject_files *files, struct look *look)
{
	struct found_files *found = &look->files;

	for (size_t i = 0; i < files->files.n; i++) {
		const struct found_file *old = &files->files.items[i];

		if (!is_below(old->path, &look->unfound) &&
		    !is_below(old->path, &files->hung))
			continue;
		if (found_files_add(found, old->path, &old->file) < 0)
			return -ENOMEM;
	}
	return 0;
}

void look_take(struct identities *identities, struct subject *subject, struct look *look)
{
	struct subject_files *files = subject->files;
	bool is_first = !files->looked, is_new;

	if (keep_unfound(files, look) < 0)
		return;
	is_new = !same_files(&files->files, &look->files);
	found_files_clear(&files->files);
	unfounds_clear(&files->unfound);
	multicalls_clear(&files->multicalls);
	files->files = look->files;
	files->unfound = look->unfound;
	files->multicalls = look->multicalls;
	files->absent = look->absent;
	look->files = (struct found_files){0};
	look->unfound = (struct unfounds){0};
	look->multicalls = (struct multicalls){0};
	files->looked = true;
	files->looked_at = clock_wall();
	if (is_first || is_new || files->missing)
		identities_publish(identities, subject, subject->image);
	if (is_first)
		files->before_start =
			enforcer_is_entering(identities->agent->enforcer, look->pid);
	tell_root(identities, subject, look);
}
