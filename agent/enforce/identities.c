// SPDX-License-Identifier: Apache-2.0

/* The part of enforcer.h that says what files are. */

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>

#include "enforce/enforcer_private.h"
#include "util/cleanup.h"

int enforcer_reader(const struct enforcer *enforcer)
{
	int fd = fcntl(enforcer->kernel.calls[KERNEL_IDENTITY], F_DUPFD_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int read_part(int reader, int fd, enum identity_part part, uint32_t *ret_number)
{
	const uint64_t arguments[] = {(uint64_t)fd, part};

	return kernel_ask(reader, arguments, ARRAY_SIZE(arguments), ret_number);
}

int enforcer_read_file(int reader, int fd, struct enforcer_file *ret_file)
{
	uint32_t low, high, device;
	int r = read_part(reader, fd, IDENTITY_INODE_LO, &low);

	if (r == 0)
		r = read_part(reader, fd, IDENTITY_INODE_HI, &high);
	if (r == 0)
		r = read_part(reader, fd, IDENTITY_DEVICE, &device);
	if (r < 0)
		return r;
	if (!device)
		return -EBADF;
	*ret_file = (struct enforcer_file){.inode = (uint64_t)high << 32 | low,
					   .device = device};
	return 0;
}

int enforcer_read_namespace(int reader, int fd, uint32_t *ret_namespace)
{
	return read_part(reader, fd, IDENTITY_NAMESPACE, ret_namespace);
}

void enforcer_slot_set_root(struct enforcer *enforcer, uint32_t slot,
			    uint32_t mount_namespace, uint32_t device)
{
	slots_set_root(enforcer->slots, slot, mount_namespace, device);
}

/* A program reads the time of birth as well; for a process that is there now, its number
 * is enough. */
bool enforcer_is_entering(const struct enforcer *enforcer, int pid)
{
	uint32_t tgid = (uint32_t)pid;
	uint64_t born;

	return bpf_map_lookup_elem(enforcer->kernel.maps[KERNEL_ENTERING], &tgid,
				   &born) == 0;
}

static uint32_t index_in_force(uint32_t slot, const void *data)
{
	const struct slots *slots = data;
	const struct slot *cell = slots_cell(slots, slot);

	return cell ? SLOT_IMAGE(__atomic_load_n(&cell->image, __ATOMIC_RELAXED)) : 0;
}

void enforcer_trim_identities(struct enforcer *enforcer)
{
	identity_map_keep_all(enforcer->identities, index_in_force, enforcer->slots);
}

/* The image is held meanwhile, so that its index stays its own. */
int enforcer_publish_identified(struct enforcer *enforcer, uint32_t slot,
				struct image *image,
				const struct enforcer_identity *identities, size_t n,
				size_t *ret_missing)
{
	struct published *published;
	int r = enforcer_need_hooks(enforcer, image);

	if (r)
		return r;
	r = images_get(enforcer->images, image, &published);
	if (r)
		return r == IMAGES_E_FULL ? ENFORCER_E_IMAGES : r;
	r = identity_map_put(enforcer->identities, slot, published->index, identities, n,
			     ret_missing);
	if (r == 0)
		r = slots_publish(enforcer->slots, slot, image);
	/* What never was in force no program decides by. */
	if (r && published->index != index_in_force(slot, enforcer->slots))
		identity_map_put(enforcer->identities, slot, published->index, NULL, 0,
				 ret_missing);
	images_put(published);
	return r;
}
