// SPDX-License-Identifier: Apache-2.0
#include "ctl/check_files.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/yaml.h"
#include "util/cleanup.h"

/* Move the references of @from to the end of @to. */
static int join(struct policy_list *to, struct policy_list *from)
{
	struct policy **items;

	if (!from->n)
		return 0;
	items = reallocarray(to->items, to->n + from->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	memcpy(items + to->n, from->items, from->n * sizeof(*items));
	to->items = items;
	to->n += from->n;
	from->n = 0;
	return 0;
}

#define INPUT "<stdin>"

static int read_input(struct diagnostics *diagnostics, struct policy_list *ret_policies)
{
	_cleanup_(freep) char *text = malloc(YAML_MAX_BYTES + 1);
	size_t length;

	if (!text)
		return -ENOMEM;
	length = fread(text, 1, YAML_MAX_BYTES + 1, stdin);
	if (ferror(stdin))
		return diagnostics_add(diagnostics, SEVERITY_ERROR, INPUT, 0, 0,
				       "cannot be read: %m; give a file or a pipe");
	return policy_parse(text, length, INPUT, diagnostics, ret_policies);
}

static int read_file(const char *path, struct diagnostics *diagnostics,
		     struct policy_list *policies)
{
	_cleanup_(policy_list_clear) struct policy_list read = {0};
	int r = strcmp(path, "-") == 0 ? read_input(diagnostics, &read)
				       : policy_read_file(path, diagnostics, &read);

	/* Anything else has been said in a diagnostic. */
	if (r == -ENOMEM)
		return r;
	return r < 0 ? 0 : join(policies, &read);
}

static int is_policy_file(const struct dirent *entry)
{
	static const char *const suffixes[] = {".yaml", ".yml",
					       ".json"}; /* as the agent's store */
	const char *dot = strrchr(entry->d_name, '.');

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (dot && entry->d_name[0] != '.' && strcmp(dot, suffixes[i]) == 0)
			return 1;
	return 0;
}

static int read_entry(const char *directory, const char *name,
		      struct diagnostics *diagnostics, struct policy_list *policies)
{
	_cleanup_(freep) char *path = NULL;
	const char *slash = directory[strlen(directory) - 1] == '/' ? "" : "/";

	if (asprintf(&path, "%s%s%s", directory, slash, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return read_file(path, diagnostics, policies);
}

static int read_directory(const char *path, struct diagnostics *diagnostics,
			  struct policy_list *policies)
{
	_cleanup_(freep) struct dirent **entries = NULL;
	int n = scandir(path, &entries, is_policy_file, alphasort), r = 0;

	if (n < 0)
		return diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0,
				       "it cannot be read (%m)");
	if (n == 0)
		return diagnostics_add(
			diagnostics, SEVERITY_ERROR, path, 0, 0,
			"it has no policies; their names end in .yaml, .yml or .json");
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = read_entry(path, entries[i]->d_name, diagnostics, policies);
		free(entries[i]);
	}
	return r;
}

int check_read(const char *path, struct diagnostics *diagnostics,
	       struct policy_list *policies)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return read_directory(path, diagnostics, policies);
	return read_file(path, diagnostics, policies);
}
