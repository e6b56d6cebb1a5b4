// SPDX-License-Identifier: Apache-2.0
#include "enforce/enforcer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "enforce/clock.h"
#include "enforce/detail.h"
#include "enforce/enforcer_private.h"
#include "enforce/lingering.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"

#define PIN_DIRECTORY "/sys/fs/bpf/lsmd"

/* Each takes a grace period of the thread that removes them: the rest at the next
 * harvest. */
#define SWEEP_BUDGET	   64

#define UNLOAD_PATIENCE_MS 5000

static void enforcer_freep(struct enforcer **enforcer)
{
	enforcer_free(*enforcer);
}

static const char *directory_or_default(const char *pin_directory)
{
	return pin_directory ? pin_directory : PIN_DIRECTORY;
}

static int new_tables(struct enforcer *enforcer, bool unpinned)
{
	struct images_backend backend = image_map_backend(&enforcer->image_map);
	int r = image_map_open(enforcer->kernel.maps[KERNEL_IMAGES],
			       &enforcer->image_map);

	if (r == 0)
		r = images_new(&backend, &enforcer->images);
	if (r == 0)
		r = counters_new(&enforcer->kernel.counters, &enforcer->counters);
	if (r == 0)
		r = slots_new(&enforcer->kernel.slots, enforcer->images,
			      enforcer->counters, &enforcer->slots);
	if (r == 0)
		r = events_new(enforcer->kernel.maps[KERNEL_EVENTS], enforcer->images,
			       &enforcer->events);
	if (r == 0)
		r = identity_map_new(enforcer->kernel.maps[KERNEL_IDENTITIES],
				     &enforcer->identities);
	enforcer->image_map.unlisted = unpinned;
	return r == 0 && !unpinned ? enforcer_adopt(enforcer) : r;
}

static int open_kernel(struct enforcer *enforcer, const struct enforcer_options *options,
		       char **reterr_detail)
{
	int r = requirements_check(options->tracing, reterr_detail);

	if (r == 0 && !options->unpinned)
		r = pins_open(directory_or_default(options->pin_directory),
			      &enforcer->pins, reterr_detail);
	if (r == 0)
		r = kernel_open(&enforcer->kernel, &enforcer->pins, options,
				reterr_detail);
	if (r)
		return r;
	r = new_tables(enforcer, options->unpinned);
	if (r == 0 && !options->unpinned)
		r = enforcer_adopt_hooks(enforcer);
	return r < 0 ? requirements_explain(r, "read the maps", reterr_detail) : 0;
}

int enforcer_open(const struct enforcer_options *options, struct enforcer **ret_enforcer,
		  char **reterr_detail)
{
	_cleanup_(enforcer_freep) struct enforcer *enforcer =
		calloc(1, sizeof(*enforcer));
	int r;

	*reterr_detail = NULL;
	if (!enforcer)
		return -ENOMEM;
	enforcer->pins.fd = -1;
	enforcer->image_map.none_fd = -1;
	kernel_init(&enforcer->kernel);
	r = open_kernel(enforcer, options, reterr_detail);
	if (r)
		return r;
	enforcer->kernel.state->records_per_second = options->records_per_second
							     ? options->records_per_second
							     : LIMIT_RECORDS_PER_SECOND;
	*ret_enforcer = TAKE_PTR(enforcer);
	return 0;
}

struct enforcer *enforcer_free(struct enforcer *enforcer)
{
	if (!enforcer)
		return NULL;
	events_free(enforcer->events);
	identity_map_free(enforcer->identities);
	slots_free(enforcer->slots);
	counters_free(enforcer->counters);
	images_free(enforcer->images);
	image_map_close(&enforcer->image_map);
	kernel_close(&enforcer->kernel);
	pins_close(&enforcer->pins);
	free(enforcer->hook_problem);
	free(enforcer);
	return NULL;
}

bool enforcer_adopted(const struct enforcer *enforcer)
{
	return enforcer->kernel.was_there;
}

static int wait_until_gone(const char *path, struct lingering *lingering,
			   char **reterr_detail)
{
	size_t n = lingering_wait(lingering, UNLOAD_PATIENCE_MS);

	if (n == 0)
		return 0;
	return detail(
		reterr_detail, ENFORCER_E_LINGERS,
		"%s is empty, but the kernel has not let go of %zu programs yet: it "
		"may be slow, or somebody else holds them; `bpftool prog` lists them",
		path, n);
}

int enforcer_unload(const char *pin_directory, char **reterr_detail)
{
	const char *path = directory_or_default(pin_directory);
	_cleanup_(lingering_clear) struct lingering lingering = {0};
	_cleanup_(pins_close) struct pins pins = {.fd = -1};
	int r;

	*reterr_detail = NULL;
	r = pins_open_existing(path, &pins, reterr_detail);
	if (r == 0)
		r = lingering_note(&pins, &lingering);
	if (r == 0)
		r = pins_remove(&pins);
	/* Where no bpf file system is, nothing can be pinned. */
	if (r == -ENOENT || r == ENFORCER_E_BPFFS) {
		free(*reterr_detail);
		*reterr_detail = NULL;
		return 0;
	}
	if (r)
		return detail(reterr_detail, r, "unpin %s: %s", path,
			      strerror(r < 0 ? -r : EIO));
	return wait_until_gone(path, &lingering, reterr_detail);
}

/* --- images
 * ------------------------------------------------------------------------------- */

int enforcer_publish(struct enforcer *enforcer, uint32_t slot, struct image *image)
{
	int r = image ? enforcer_need_hooks(enforcer, image) : 0;

	return r ? r : slots_publish(enforcer->slots, slot, image);
}

const struct image *enforcer_image(const struct enforcer *enforcer, uint32_t slot)
{
	return slots_image(enforcer->slots, slot);
}

void enforcer_harvest(struct enforcer *enforcer, enforcer_harvest_fn gained, void *data)
{
	/* Without the wait nothing is over; what is retired then stays until the next
	 * harvest. */
	bool is_over = slots_must_settle(enforcer->slots) &&
		       image_map_wait(&enforcer->image_map) == 0;

	clock_tell(enforcer->kernel.state);
	slots_harvest(enforcer->slots, gained, data);
	if (is_over) {
		enforcer_trim_identities(enforcer);
		slots_settle(enforcer->slots, events_written(enforcer->events));
	}
	slots_reclaim(enforcer->slots, events_read(enforcer->events));
	images_sweep(enforcer->images, SWEEP_BUDGET);
}

/* --- events
 * ------------------------------------------------------------------------------- */

int enforcer_event_fd(const struct enforcer *enforcer)
{
	return events_fd(enforcer->events);
}

int enforcer_consume(struct enforcer *enforcer, const struct enforcer_events *events)
{
	int n = events_consume(enforcer->events, events);

	slots_reclaim(enforcer->slots, events_read(enforcer->events));
	return n;
}
