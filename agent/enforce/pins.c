// SPDX-License-Identifier: Apache-2.0
#include "enforce/pins.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "enforce/bpffs.h"
#include "enforce/detail.h"
#include "enforce/enforcer.h"
#include "enforce/requirements.h"
#include "util/cleanup.h"

/* In the order in which they are removed: without its links nothing is in force. */
static const char *const kinds[PIN_KINDS] = {
	[PIN_NEW] = "new",
	[PIN_LINKS] = "links",
	[PIN_PROGRAMS] = "programs",
	[PIN_MAPS] = "maps",
};

static const enum pin_kind removal_order[] = {PIN_NEW, PIN_LINKS, PIN_PROGRAMS, PIN_MAPS};

static int path_of(const struct pins *pins, enum pin_kind kind, const char *name,
		   char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s/%s", pins->path, kinds[kind], name);

	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* An unload may have removed the directory between our opening and our locking it. */
static bool is_still_there(const struct pins *pins)
{
	struct stat path, fd;

	return stat(pins->path, &path) == 0 && fstat(pins->fd, &fd) == 0 &&
	       path.st_ino == fd.st_ino && path.st_dev == fd.st_dev;
}

static int lock(const struct pins *pins, char **reterr_detail)
{
	if (flock(pins->fd, LOCK_EX | LOCK_NB) == 0 && is_still_there(pins))
		return 0;
	return detail(reterr_detail, ENFORCER_E_BUSY,
		      "another lsmd holds %s: stop it first, there is one on a node",
		      pins->path);
}

int pins_open_existing(const char *path, struct pins *ret_pins, char **reterr_detail)
{
	_cleanup_(pins_close) struct pins pins = {.fd = -1};
	int r = bpffs_require(path, reterr_detail);

	if (r)
		return r;
	pins.path = strdup(path);
	if (!pins.path)
		return -ENOMEM;
	pins.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pins.fd < 0)
		return -errno;
	r = lock(&pins, reterr_detail);
	if (r)
		return r;
	*ret_pins = pins;
	pins = (struct pins){.fd = -1};
	return 0;
}

int pins_open(const char *path, struct pins *ret_pins, char **reterr_detail)
{
	_cleanup_(pins_close) struct pins pins = {.fd = -1};
	int r = bpffs_require(path, reterr_detail);

	if (r)
		return r;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return requirements_explain(-errno, "make the pin directory",
					    reterr_detail);
	r = pins_open_existing(path, &pins, reterr_detail);
	if (r == -EACCES || r == -EPERM)
		return requirements_explain(r, "open the pin directory", reterr_detail);
	if (r)
		return detail(reterr_detail, r, "open %s: %s", path, strerror(-r));
	for (int kind = 0; kind < PIN_KINDS; kind++)
		if (mkdirat(pins.fd, kinds[kind], 0700) < 0 && errno != EEXIST)
			return detail(reterr_detail, -errno, "mkdir %s/%s: %s", path,
				      kinds[kind], strerror(errno));
	*ret_pins = pins;
	pins = (struct pins){.fd = -1};
	return 0;
}

void pins_close(struct pins *pins)
{
	free(pins->path);
	if (pins->fd >= 0)
		close(pins->fd);
	*pins = (struct pins){.fd = -1};
}

int pins_get(const struct pins *pins, enum pin_kind kind, const char *name, int *ret_fd)
{
	char path[PATH_MAX];
	int r = path_of(pins, kind, name, path);

	if (r < 0)
		return r;
	r = bpf_obj_get(path);
	if (r < 0)
		return r;
	*ret_fd = r;
	return 0;
}

int pins_put(const struct pins *pins, enum pin_kind kind, const char *name, int fd)
{
	char path[PATH_MAX];
	int r = path_of(pins, kind, name, path);

	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	return bpf_obj_pin(fd, path);
}

/* Call for each pin of a kind; non-zero from @visit ends it and is returned. */
static int visit_pins(const struct pins *pins, enum pin_kind kind,
		      int (*visit)(int directory, const char *name, void *data),
		      void *data)
{
	_cleanup_(closedirp) DIR *directory = NULL;
	int fd = openat(pins->fd, kinds[kind], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			r = visit(fd, entry->d_name, data);
	return r;
}

bool pins_has(const struct pins *pins, enum pin_kind kind, const char *name)
{
	char path[PATH_MAX];

	return path_of(pins, kind, name, path) == 0 && access(path, F_OK) == 0;
}

static int find_one(int directory, const char *name, void *data)
{
	(void)directory;
	(void)name;
	(void)data;
	return 1;
}

bool pins_has_any(const struct pins *pins, enum pin_kind kind)
{
	return visit_pins(pins, kind, find_one, NULL) == 1;
}

struct visit {
	int (*visit)(const char *name, void *data);
	void *data;
};

static int visit_one(int directory, const char *name, void *data)
{
	const struct visit *visit = data;

	(void)directory;
	return visit->visit(name, visit->data);
}

int pins_visit(const struct pins *pins, enum pin_kind kind,
	       int (*visit)(const char *name, void *data), void *data)
{
	struct visit wrapped = {visit, data};

	return visit_pins(pins, kind, visit_one, &wrapped);
}

struct promotion {
	const struct pins *pins;
	enum pin_kind kind;
};

static int promote(int directory, const char *name, void *data)
{
	const struct promotion *promotion = data;
	char path[PATH_MAX];
	int r = path_of(promotion->pins, promotion->kind, name, path);

	if (r < 0)
		return r;
	return renameat(directory, name, AT_FDCWD, path) < 0 ? -errno : 0;
}

int pins_promote(const struct pins *pins, enum pin_kind kind)
{
	struct promotion promotion = {pins, kind};

	return visit_pins(pins, PIN_NEW, promote, &promotion);
}

struct sweep {
	bool (*keep)(const char *name, void *data);
	void *data;
};

static int sweep_one(int directory, const char *name, void *data)
{
	const struct sweep *sweep = data;

	if (sweep->keep && sweep->keep(name, sweep->data))
		return 0;
	return unlinkat(directory, name, 0) < 0 ? -errno : 0;
}

int pins_keep(const struct pins *pins, enum pin_kind kind,
	      bool (*keep)(const char *name, void *data), void *data)
{
	struct sweep sweep = {keep, data};

	return visit_pins(pins, kind, sweep_one, &sweep);
}

int pins_remove(const struct pins *pins)
{
	for (size_t i = 0; i < ARRAY_SIZE(removal_order); i++) {
		enum pin_kind kind = removal_order[i];
		int r = pins_keep(pins, kind, NULL, NULL);

		if (r < 0)
			return r;
		if (unlinkat(pins->fd, kinds[kind], AT_REMOVEDIR) < 0 && errno != ENOENT)
			return -errno;
	}
	return rmdir(pins->path) < 0 ? -errno : 0;
}
