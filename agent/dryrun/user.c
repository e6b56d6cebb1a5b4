// SPDX-License-Identifier: Apache-2.0
#include "dryrun/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

static const struct passwd *look_up(const char *name)
{
	const struct passwd *entry = getpwnam(name);
	char *end;
	unsigned long number;

	if (entry || *name < '0' || *name > '9')
		return entry;
	number = strtoul(name, &end, 10);
	return *end || number > UINT32_MAX ? NULL : getpwuid((uid_t)number);
}

static int find_groups(struct user *user)
{
	int n = 0;

	getgrouplist(user->name, user->gid, NULL, &n);
	user->groups = calloc((size_t)n + 1, sizeof(*user->groups));
	if (!user->groups)
		return -ENOMEM;
	if (getgrouplist(user->name, user->gid, user->groups, &n) < 0)
		return -EAGAIN;
	user->n_groups = (size_t)n;
	return 0;
}

int user_find(const char *name, struct user *ret_user)
{
	_cleanup_(user_clear) struct user user = {0};
	const struct passwd *entry;
	int r;

	errno = 0;
	entry = look_up(name);
	if (!entry)
		return errno ? -errno : -ENOENT;
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	user.name = strdup(entry->pw_name);
	user.home = strdup(entry->pw_dir);
	if (!user.name || !user.home)
		return -ENOMEM;
	r = find_groups(&user);
	if (r < 0)
		return r;
	*ret_user = user;
	user = (struct user){0};
	return 0;
}

void user_clear(struct user *user)
{
	free(user->name);
	free(user->home);
	free(user->groups);
	*user = (struct user){0};
}

int user_become(const struct user *user)
{
	if (setgroups(user->n_groups, user->groups) < 0 || setgid(user->gid) < 0 ||
	    setuid(user->uid) < 0 || setenv("HOME", user->home, 1) < 0 ||
	    setenv("USER", user->name, 1) < 0 || setenv("LOGNAME", user->name, 1) < 0)
		return -errno;
	return 0;
}
