// SPDX-License-Identifier: Apache-2.0
#include "doctor/image.h"

#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"

struct release {
	char id[32], like[64], version[32];
};

/* The value of a line KEY="VALUE", if it is that key's. */
static void take(const char *line, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0 || line[length] != '=')
		return;
	line += length + 1;
	line += *line == '"' || *line == '\'';
	snprintf(value, size, "%.*s", (int)strcspn(line, "\"'\n"), line);
}

static FILE *open_release(const char *root)
{
	static const char *const places[] = {"/etc/os-release", "/usr/lib/os-release"};
	FILE *file = NULL;

	for (size_t i = 0; !file && i < ARRAY_SIZE(places); i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s%s", root, places[i]) < 0) {
			path = NULL;
			return NULL;
		}
		file = fopen(path, "re");
	}
	return file;
}

static const char *family_of(const struct release *release)
{
	if (!strcmp(release->id, "amzn"))
		return strcmp(release->version, "2") ? "al2023" : "al2";
	if (!strcmp(release->id, "bottlerocket"))
		return "bottlerocket";
	if (!strcmp(release->id, "debian") || strstr(release->like, "debian"))
		return "debian";
	return "other";
}

void node_image_read(const char *root, struct node_image *ret_image)
{
	_cleanup_(fclosep) FILE *file = open_release(root);
	struct release release = {0};
	char line[256];

	*ret_image = (struct node_image){.name = "unknown"};
	while (file && fgets(line, sizeof(line), file)) {
		take(line, "PRETTY_NAME", ret_image->name, sizeof(ret_image->name));
		take(line, "ID", release.id, sizeof(release.id));
		take(line, "ID_LIKE", release.like, sizeof(release.like));
		take(line, "VERSION_ID", release.version, sizeof(release.version));
	}
	ret_image->family = family_of(&release);
}

/* Text before and after the parameter. */
static const struct {
	const char *family, *before, *after;
} boot_remedies[] = {
	{"al2", "grubby --update-kernel=ALL --args=\"", "\" && reboot"},
	{"al2023", "grubby --update-kernel=ALL --args=\"", "\" && reboot"},
	{"debian", "add \"",
	 "\" to GRUB_CMDLINE_LINUX in /etc/default/grub, run update-grub, and reboot"},
};

/* Bottlerocket's boot settings are a table of parameters, each with a list of values. */
static char *bottlerocket_remedy(const char *parameter)
{
	size_t name = strcspn(parameter, "=");
	char *text;

	if (asprintf(&text,
		     "in the node's user data: [settings.boot] reboot-to-reconcile = "
		     "true and "
		     "[settings.boot.kernel-parameters] %.*s = [\"%s\"]",
		     (int)name, parameter,
		     parameter[name] ? parameter + name + 1 : "") < 0)
		return NULL;
	return text;
}

char *node_image_boot_remedy(const struct node_image *image, const char *parameter)
{
	const char *before = "put \"",
		   *after = "\" on the kernel's command line and reboot";
	char *text;

	if (!strcmp(image->family, "bottlerocket"))
		return bottlerocket_remedy(parameter);
	for (size_t i = 0; i < ARRAY_SIZE(boot_remedies); i++) {
		if (strcmp(image->family, boot_remedies[i].family) != 0)
			continue;
		before = boot_remedies[i].before;
		after = boot_remedies[i].after;
	}
	return asprintf(&text, "%s%s%s", before, parameter, after) < 0 ? NULL : text;
}

/* Bottlerocket has a setting of its own, which is stricter than the command line where
 * the two differ; what is locked down is unlocked by a boot alone. */
char *node_image_lockdown_remedy(const struct node_image *image)
{
	if (!strcmp(image->family, "bottlerocket"))
		return strdup("in the node's user data: [settings.kernel] lockdown = "
			      "\"integrity\"; and reboot");
	return node_image_boot_remedy(image, "lockdown=integrity");
}
