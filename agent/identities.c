// SPDX-License-Identifier: Apache-2.0
/*
 * When to look into which container's root, and what follows from what was found.
 *
 * A container's root is there before its program starts: the runtime has pivoted, and
 * waits to be told to execute. So a new subject is asked often at first.
 */
#include "identities.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "identities_private.h"
#include "policy/accept.h"
#include "policy/eval.h"
#include "policy/room.h"
#include "util/cleanup.h"

#define NS_PER_MS 1000000ULL

/* How long until a subject without a root is asked again, by its age. */
static const struct {
	uint64_t age, wait; /* ns */
} retries[] = {
	{2 * NS_PER_SECOND, 5 * NS_PER_MS},
	{60 * NS_PER_SECOND, 100 * NS_PER_MS},
	{UINT64_MAX, NS_PER_SECOND},
};

/* Links may have changed. Each subject has its own moment within the period. */
#define LOOK_PERIOD_NS (30 * NS_PER_SECOND)
/* After a denial, no more often than this. */
#define SUSPECT_NS NS_PER_SECOND
/* A path of which the file system does not answer, and how many of them a subject may
 * have. */
#define HUNG_NS	 (600 * NS_PER_SECOND)
#define MAX_HUNG 4

/* --- life
 * ------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

/* The root of PID 1; of this process where that cannot be seen. */
static int read_host_root(const struct agent *agent, struct enforcer_file *ret_root)
{
	_cleanup_(closep) int reader = enforcer_reader(agent->enforcer);
	_cleanup_(closep) int fd = open("/proc/1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (reader < 0)
		return reader;
	if (fd < 0)
		fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : enforcer_read_file(reader, fd, ret_root);
}

static void identities_freep(struct identities **identities)
{
	identities_free(*identities);
}

int identities_new(struct agent *agent, struct identities **ret_identities)
{
	static const struct root_pool_options options = {
		.workers = 2, .hung = 16, .deadline = LOOK_DEADLINE_NS};
	_cleanup_(identities_freep) struct identities *identities =
		calloc(1, sizeof(*identities));
	int r;

	if (!identities)
		return -ENOMEM;
	identities->agent = agent;
	identities->timer = calloc(1, sizeof(*identities->timer));
	if (!identities->timer)
		return -ENOMEM;
	r = uv_timer_init(agent->loop, identities->timer);
	if (r == 0)
		r = read_host_root(agent, &identities->host_root);
	if (r == 0)
		r = root_pool_new(agent->loop, &options, &identities->pool);
	if (r < 0)
		return r;
	identities->timer->data = identities;
	*ret_identities = TAKE_PTR(identities);
	return 0;
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

struct identities *identities_free(struct identities *identities)
{
	if (!identities)
		return NULL;
	root_pool_free(identities->pool);
	if (identities->timer && identities->timer->loop)
		uv_close((uv_handle_t *)identities->timer, free_handle);
	else
		free(identities->timer);
	free(identities);
	return NULL;
}

void identities_forget(struct subject *subject)
{
	struct subject_files *files = subject->files;

	if (!files)
		return;
	found_files_clear(&files->files);
	unfounds_clear(&files->unfound);
	unfounds_clear(&files->hung);
	multicalls_clear(&files->multicalls);
	aliases_clear(&files->aliases);
	policy_list_clear(&files->aliased);
	image_unref(files->image);
	free(files);
	subject->files = NULL;
}

size_t identities_hung(const struct identities *identities)
{
	return root_pool_hung(identities->pool);
}

/* --- into the kernel
 * --------------------------------------------------------------------- */

/* What was found, as an image means it. */
static struct enforcer_identity *identities_of(const struct found_files *files,
					       const struct image *image, size_t *ret_n)
{
	struct enforcer_identity *items = calloc(files->n + 1, sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; items && i < files->n; i++) {
		uint32_t accept = eval_accept(image, files->items[i].path);

		if (accept_widens(image, accept))
			items[n++] = (struct enforcer_identity){
				.file = files->items[i].file, .accept = accept};
	}
	*ret_n = n;
	return items;
}

int identities_publish(struct identities *identities, struct subject *subject,
		       struct image *image)
{
	struct enforcer *enforcer = identities->agent->enforcer;
	struct subject_files *files = subject->files;
	_cleanup_(freep) struct enforcer_identity *items = NULL;
	size_t n;

	/* What an earlier life knew stays until this one knows better. */
	if (!image || !files || !files->looked)
		return enforcer_publish(enforcer, subject->slot, image);
	items = identities_of(&files->files, image, &n);
	if (!items)
		return -ENOMEM;
	return enforcer_publish_identified(enforcer, subject->slot, image, items, n,
					   &files->missing);
}

/* --- when to look
 * ------------------------------------------------------------------------ */

static void schedule(struct identities *identities)
{
	const struct subject_table *subjects = &identities->agent->subjects;
	uint64_t now = clock_boot(), next = UINT64_MAX;

	for (size_t i = 0; i < subjects->n; i++) {
		const struct subject_files *files = subjects->items[i]->files;

		if (files && !files->running && files->next < next)
			next = files->next;
	}
	if (next == UINT64_MAX)
		uv_timer_stop(identities->timer);
	else
		uv_timer_start(identities->timer, on_timer,
			       next > now ? (next - now + NS_PER_MS - 1) / NS_PER_MS : 0,
			       0);
}

/* Is there what may be another file by and by? */
static bool wants_looks(const struct identities *identities,
			const struct subject *subject)
{
	const struct enforcer *enforcer = identities->agent->enforcer;

	return WORD_LO(subject->image->words[IMAGE_H_SECTIONS]) & IMAGE_HAS_IDENTITIES ||
	       !enforcer_slot_mount_namespace(enforcer, subject->slot);
}

static bool wants_look(const struct identities *identities, const struct subject *subject)
{
	/* Whose containers have a root each, and slots of their own soon. */
	if (subject->flags & CGROUP_F_SHARED || !subject->image)
		return false;
	return wants_looks(identities, subject) || aliases_are_wanted(&subject->policies);
}

bool identities_are_awaited(const struct subject *subject,
			    const struct policy_list *policies)
{
	return subject->adopted && subject->image &&
	       !(subject->flags & CGROUP_F_SHARED) && aliases_are_wanted(policies);
}

static const struct aliases *aliases_of(const struct subject *subject)
{
	static const struct aliases none;

	return subject->files ? &subject->files->aliases : &none;
}

int identities_aliases(const struct subject *subject, const struct policy_list *policies,
		       struct aliases *ret_aliases)
{
	return aliases_copy(aliases_of(subject), policies, ret_aliases);
}

void identities_follow(struct identities *identities, struct subject *subject)
{
	uint64_t now = clock_boot();

	if (!wants_look(identities, subject)) {
		identities_forget(subject);
		return;
	}
	if (!subject->files) {
		subject->files = calloc(1, sizeof(*subject->files));
		if (!subject->files)
			return;
		subject->files->made = now;
	} else if (subject->files->image == subject->image && !aliases_are_due(subject)) {
		return;
	}
	image_unref(subject->files->image);
	subject->files->image = image_ref(subject->image);
	unfounds_clear(&subject->files->hung);
	subject->files->next = now;
	schedule(identities);
}

void identities_suspect(struct identities *identities, struct subject *subject)
{
	struct subject_files *files = subject->files;
	uint64_t soon = clock_boot() + SUSPECT_NS;

	if (!files || !files->looked || files->next <= soon ||
	    !wants_looks(identities, subject))
		return;
	files->next = soon;
	schedule(identities);
}

static uint64_t wait_for_root(const struct subject_files *files, uint64_t now)
{
	size_t i = 0;

	while (now - files->made >= retries[i].age)
		i++;
	return retries[i].wait;
}

/* --- a look
 * ------------------------------------------------------------------------------ */

static void on_done(struct root_task *task, int status);

/* What was published by an earlier life needs to stay no longer. */
static void force_looked_at(struct identities *identities, struct subject *subject)
{
	subject->adopted = false;
	force_subject(identities->agent, subject);
}

static void start(struct identities *identities, struct subject *subject, uint64_t now)
{
	struct subject_files *files = subject->files;
	int r = look_new(identities, subject, on_done, &files->running);

	if (r == 0) {
		root_pool_submit(identities->pool, &files->running->task);
		return;
	}
	files->running = NULL;
	files->error = r;
	files->next = now + NS_PER_SECOND;
	if (subject->adopted)
		force_looked_at(identities, subject);
}

static void on_timer(uv_timer_t *timer)
{
	struct identities *identities = timer->data;
	const struct subject_table *subjects = &identities->agent->subjects;
	uint64_t now = clock_boot();

	for (size_t i = 0; i < subjects->n; i++) {
		struct subject_files *files = subjects->items[i]->files;

		if (files && !files->running && files->next <= now)
			start(identities, subjects->items[i], now);
	}
	schedule(identities);
}

/* --- what comes of it
 * -------------------------------------------------------------------- */

/* In a subject's own moment of the period; never, where nothing can change any more. */
static uint64_t next_regular(const struct identities *identities,
			     const struct subject *subject, uint64_t now)
{
	uint64_t moment = (uint64_t)subject->slot * 0x9e3779b97f4a7c15ULL % NS_PER_SECOND;

	return wants_looks(identities, subject) ? now + LOOK_PERIOD_NS + moment
						: UINT64_MAX;
}

/* A path where the thread hangs is left out for a time; aliases are, for good; a root
 * that hangs, all. */
static void note_hung(const struct subject *subject, const struct look *look,
		      uint64_t now)
{
	struct subject_files *files = subject->files;
	size_t at = atomic_load(&look->at);

	files->next = now + HUNG_NS;
	if (at == LOOK_NOWHERE) {
		files->error = -ETIMEDOUT;
		return;
	}
	if (at == LOOK_ALIASES) {
		aliases_give_up(subject);
		files->next = now;
		return;
	}
	if (unfounds_add(&files->hung, look->patterns[at].path, -ETIMEDOUT,
			 files->next) == 0 &&
	    files->hung.n < MAX_HUNG)
		files->next = now;
}

/* Return: is the subject's image to be another for it? */
static bool finish_look(struct identities *identities, struct subject *subject,
			struct look *look, int status)
{
	struct subject_files *files = subject->files;
	uint64_t now = clock_boot();
	bool is_renamed = false;

	files->running = NULL;
	files->error = status < 0 ? status : look->error;
	if (status == -ETIMEDOUT) {
		files->error = 0;
		note_hung(subject, look, now);
	} else if (files->error) {
		files->next = now + wait_for_root(files, now);
	} else {
		look_take(identities, subject, look);
		is_renamed = aliases_take(identities->agent, subject, look);
		files->next = next_regular(identities, subject, now);
	}
	if (look->image != subject->image || aliases_are_due(subject))
		files->next = now;
	return is_renamed;
}

static void on_done(struct root_task *task, int status)
{
	struct look *look = (struct look *)task;
	struct identities *identities = look->identities;
	struct subject *subject =
		subject_table_find(&identities->agent->subjects, look->cgroup_id);
	bool is_stale;

	/* The subject has gone, or is another by now. */
	if (!subject || !subject->files || subject->files->running != look)
		return;
	is_stale = finish_look(identities, subject, look, status);
	if (status == -ECANCELED)
		return;
	if (is_stale || subject->adopted)
		force_looked_at(identities, subject);
	if (!wants_look(identities, subject))
		identities_forget(subject);
	schedule(identities);
}
