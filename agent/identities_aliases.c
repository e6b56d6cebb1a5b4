// SPDX-License-Identifier: Apache-2.0
/*
 * By which names the kernel knows the paths of rules in a container (policy/aliases.h).
 *
 * An alias widens what is allowed and excepted, thus no process of the container may
 * bring one about (POLICY.md, What a path means): with `allow /tmp/x`, a link of that
 * name would make it /bin/sh for all. A link counts when it was there before the
 * container's first program began, by its change time, on the root's own file system.
 * That is the same whenever it is looked at: by an lsmd that came late, or came back,
 * too. Who has the right to move a directory of such links to a place that a rule names
 * could as well have put a file there.
 *
 * When the container began, the programs recorded; of one that is older than its slot,
 * the first process of its pid namespace tells. Where there is none, only what is older
 * than this boot counts. And what an earlier lsmd left in force goes on where it is just
 * what the links make of the policies: links that a container gave to another owner are
 * new by their time, and lead where they led.
 */
#include <string.h>
#include <unistd.h>

#include "agent_state.h"
#include "identities_private.h"
#include "node/process.h"
#include "node/root_alias.h"
#include "util/cleanup.h"

/* File systems stamp with the time of the last tick; of HZ=100, which is the slowest. */
#define TICK_NS (NS_PER_SECOND / 100)

/* Of one subject; beyond, names hold as they are written. */
#define MAX_ALIASES 8192

/* --- in a thread of the pool
 * ------------------------------------------------------------------- */

struct alias_search {
	int root;
	struct look *look;
};

static int find_aliases(const char *written, void *data)
{
	const struct alias_search *search = data;
	struct aliases *found = &search->look->aliases;

	if (found->n >= MAX_ALIASES) {
		search->look->aliases_cut = true;
		return 1;
	}
	/* What cannot be walked has no alias. */
	return root_alias_find(search->root, written, found) == -ENOMEM ? -ENOMEM : 0;
}

static uint64_t container_began(int pid)
{
	uint64_t ticks;

	if (!process_is_first(pid) || process_birth(pid, &ticks) < 0)
		return 0;
	return ticks * (NS_PER_SECOND / (uint64_t)sysconf(_SC_CLK_TCK));
}

void look_for_aliases(struct look *look, int root)
{
	struct alias_search search = {root, look};

	if (!look->policies.n)
		return;
	look->began = container_began(look->pid);
	if (aliases_visit(&look->policies, find_aliases, &search) < 0)
		look->error = -ENOMEM;
}

/* --- in the loop's thread
 * ---------------------------------------------------------------------- */

static int say_yes(const char *written, void *data)
{
	(void)written;
	(void)data;
	return 1;
}

bool aliases_are_wanted(const struct policy_list *policies)
{
	return aliases_visit(policies, say_yes, NULL) > 0;
}

bool aliases_are_due(const struct subject *subject)
{
	const struct subject_files *files = subject->files;

	return !policy_list_same(&files->aliased, &subject->policies);
}

void aliases_give_up(const struct subject *subject)
{
	struct subject_files *files = subject->files;
	struct policy_list policies;

	if (policy_list_copy(&subject->policies, &policies) < 0)
		return;
	policy_list_clear(&files->aliased);
	files->aliased = policies;
	files->aliases_hang = true;
}

/* The real time before which a link must have been made. */
static uint64_t since(struct agent *agent, const struct subject *subject,
		      const struct look *look)
{
	uint64_t began = enforcer_slot_arrived(agent->enforcer, subject->slot);

	/* Who is still on his way in now was so during the look. */
	if (!began && enforcer_is_entering(agent->enforcer, look->pid))
		return UINT64_MAX;
	/* What an earlier life left has just these: some links have changed their owner.
	 */
	if (subject->adopted && force_is_same(agent, subject, &look->aliases))
		return UINT64_MAX;
	if (!began)
		began = look->began;
	return clock_wall() - clock_boot() + began - TICK_NS;
}

/* What a path is stays what it was found to be first. */
static int add_new(struct aliases *known, const struct aliases *found, uint64_t before)
{
	_cleanup_(aliases_clear) struct aliases old = {0};
	int r = aliases_copy(known, NULL, &old);

	for (size_t i = 0; r == 0 && i < found->n && known->n < MAX_ALIASES; i++) {
		const struct alias *alias = &found->items[i], *first;

		if (alias->made < before && !aliases_find(&old, alias->written, &first))
			r = aliases_add(known, alias);
	}
	return r;
}

bool aliases_take(struct agent *agent, const struct subject *subject, struct look *look)
{
	struct subject_files *files = subject->files;
	size_t before = files->aliases.n;

	if (!look->policies.n ||
	    add_new(&files->aliases, &look->aliases, since(agent, subject, look)) < 0)
		return false;
	policy_list_clear(&files->aliased);
	files->aliased = look->policies;
	files->aliases_hang = false;
	files->aliases_cut = look->aliases_cut || files->aliases.n == MAX_ALIASES;
	look->policies = (struct policy_list){0};
	return files->aliases.n > before;
}
