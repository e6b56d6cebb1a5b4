/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/store_private.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/yaml.h"
#include "util/cleanup.h"
#include "util/file.h"

static void file_clear(struct policy_file *file)
{
	free(file->name);
	free(file->text);
	policy_list_clear(&file->policies);
	*file = (struct policy_file){0};
}

static void files_free(struct policy_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		file_clear(&files[i]);
	free(files);
}

int policy_store_new(const char *directory, const char *state,
		     struct policy_store **ret_store)
{
	struct policy_store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	store->directory = strdup(directory);
	r = store->directory ? 0 : -ENOMEM;
	if (r == 0 && state) {
		store->state = strdup(state);
		r = store->state ? directory_make(state) : -ENOMEM;
	}
	if (r < 0) {
		policy_store_free(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

struct policy_store *policy_store_free(struct policy_store *store)
{
	if (!store)
		return NULL;
	files_free(store->files, store->n_files);
	policy_list_clear(&store->policies);
	policy_list_clear(&store->objects);
	diagnostics_clear(&store->diagnostics);
	free(store->directory);
	free(store->state);
	free(store);
	return NULL;
}

static int is_policy_file(const struct dirent *entry)
{
	static const char *const suffixes[] = {".yaml", ".yml", ".json"};
	const char *dot = strrchr(entry->d_name, '.');

	if (entry->d_name[0] == '.' || !dot)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (!strcmp(dot, suffixes[i]))
			return 1;
	return 0;
}

static struct policy_file *find_file(struct policy_file *files, size_t n,
				     const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}

/* The text in @file becomes its policies. Errors are in the diagnostics, -EINVAL then. */
static int parse_file(const struct policy_store *store, struct policy_file *file,
		      struct diagnostics *diagnostics)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", store->directory, file->name) < 0)
		return -ENOMEM;
	return policy_parse(file->text, file->length, path, diagnostics, &file->policies);
}

static int read_text(const struct policy_store *store, struct policy_file *file,
		     struct diagnostics *diagnostics)
{
	_cleanup_(freep) char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", store->directory, file->name) < 0)
		return -ENOMEM;
	r = file_read(path, YAML_MAX_BYTES, &file->text, &file->length);
	if (r == -ENOMEM)
		return r;
	if (r == -EFBIG)
		r = diagnostics_add(diagnostics, SEVERITY_ERROR, path, 0, 0,
				    "larger than %u bytes; split it", YAML_MAX_BYTES);
	else if (r < 0)
		r = diagnostics_add(
			diagnostics, SEVERITY_ERROR, path, 0, 0,
			"cannot be read: %s; make it a readable file, or remove it",
			strerror(-r));
	else
		return 0;
	return r < 0 ? r : -EINVAL;
}

/* Does @file go together with everything else that holds? */
static int check_with(const struct policy_file *others, size_t n_others,
		      const struct policy_file *file, struct diagnostics *diagnostics)
{
	struct policy_list all = {0};
	int r = 0;

	for (size_t i = 0; i < n_others && r == 0; i++)
		r = policy_list_append(&all, &others[i].policies);
	if (r == 0)
		r = policy_list_append(&all, &file->policies);
	if (r == 0)
		r = policy_check(&all, diagnostics);
	policy_list_clear(&all);
	return r;
}

static int copy_path(const struct policy_store *store, const char *name, char **ret_path)
{
	return asprintf(ret_path, "%s/%s", store->state, name) < 0 ? -ENOMEM : 0;
}

/* The last good version: of this life, or of an earlier one from disk. -ENOENT: there is
 * none. */
static int last_good(const struct policy_store *store, const char *name,
		     struct policy_file *file)
{
	const struct policy_file *old = find_file(store->files, store->n_files, name);
	struct diagnostics ignored = {0};
	_cleanup_(freep) char *path = NULL;
	int r;

	if (old) {
		file->text = malloc(old->length + 1);
		if (!file->text)
			return -ENOMEM;
		memcpy(file->text, old->text, old->length + 1);
		file->length = old->length;
		return policy_list_append(&file->policies, &old->policies);
	}
	if (!store->state)
		return -ENOENT;
	r = copy_path(store, name, &path);
	if (r == 0)
		r = file_read(path, YAML_MAX_BYTES, &file->text, &file->length);
	if (r == 0)
		r = parse_file(store, file, &ignored);
	diagnostics_clear(&ignored);
	return r == -ENOMEM ? r : r < 0 ? -ENOENT : 0;
}

/* The same text gives the same policies: those that were read of it before go on, so that
 * what was compiled of them is still known. */
static int keep_same(const struct policy_store *store, struct policy_file *file)
{
	const struct policy_file *old =
		find_file(store->files, store->n_files, file->name);

	if (!old || old->length != file->length ||
	    memcmp(old->text, file->text, file->length) != 0)
		return 0;
	policy_list_clear(&file->policies);
	return policy_list_append(&file->policies, &old->policies);
}

/* Read one file into @ret_file; on its errors, its last good version. -ENOENT: it has
 * none. */
static int take_file(const struct policy_store *store, const char *name,
		     const struct policy_file *others, size_t n_others,
		     struct diagnostics *diagnostics, struct policy_file *ret_file)
{
	struct policy_file file = {.name = strdup(name)};
	int r;

	if (!file.name)
		return -ENOMEM;
	r = read_text(store, &file, diagnostics);
	if (r == 0)
		r = parse_file(store, &file, diagnostics);
	if (r == 0)
		r = check_with(others, n_others, &file, diagnostics);
	if (r == 0)
		r = keep_same(store, &file);
	if (r == -EINVAL) {
		file_clear(&file);
		file.name = strdup(name);
		r = file.name ? last_good(store, name, &file) : -ENOMEM;
	}
	if (r < 0)
		file_clear(&file);
	else
		*ret_file = file;
	return r;
}

/* Keeps the copies in step with what holds; a full disk costs the copy, not the policy.
 */
static int keep_copies(const struct policy_store *store, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < store->n_files; i++) {
		const struct policy_file *file = &store->files[i];
		_cleanup_(freep) char *path = NULL;
		_cleanup_(freep) char *kept = NULL;
		size_t length = 0;
		int r = copy_path(store, file->name, &path);

		if (r < 0)
			return r;
		r = file_read(path, YAML_MAX_BYTES, &kept, &length);
		if (r == 0 && length == file->length && !memcmp(kept, file->text, length))
			continue;
		r = file_write(path, file->text, file->length);
		if (r < 0 &&
		    diagnostics_add(diagnostics, SEVERITY_WARNING, path, 0, 0,
				    "cannot be written: %s; after a restart a broken "
				    "%s has no last good version",
				    strerror(-r), file->name) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* A file that was taken away is gone on purpose; its copy goes too. */
static void drop_copies(const struct policy_store *store)
{
	_cleanup_(closedirp) DIR *directory = opendir(store->state);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (is_policy_file(entry) &&
		    !find_file(store->files, store->n_files, entry->d_name))
			unlinkat(dirfd(directory), entry->d_name, 0);
}

static int take_all(const struct policy_store *store, struct dirent **entries, size_t n,
		    struct diagnostics *diagnostics, struct policy_file *files,
		    size_t *ret_n)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		int r = take_file(store, entries[i]->d_name, files, taken, diagnostics,
				  &files[taken]);

		if (r == 0)
			taken++;
		else if (r != -ENOENT)
			return files_free(files, taken), r;
	}
	*ret_n = taken;
	return 0;
}

static int adopt_files(struct policy_store *store, struct policy_file *files, size_t n)
{
	struct policy_list all = {0};

	if (policy_store_merge(files, n, &store->objects, &all, &store->n_hidden) < 0) {
		files_free(files, n);
		return -ENOMEM;
	}
	files_free(store->files, store->n_files);
	policy_list_clear(&store->policies);
	store->files = files;
	store->n_files = n;
	store->policies = all;
	return 0;
}

int policy_store_read(struct policy_store *store)
{
	struct diagnostics diagnostics = {0};
	struct dirent **entries = NULL;
	struct policy_file *files;
	size_t taken = 0;
	int n, r;

	n = scandir(store->directory, &entries, is_policy_file, alphasort);
	if (n < 0)
		return -errno;
	files = calloc((size_t)n + 1, sizeof(*files));
	r = files ? take_all(store, entries, (size_t)n, &diagnostics, files, &taken)
		  : -ENOMEM;
	if (r == 0)
		r = adopt_files(store, files, taken);
	if (r == 0)
		store->n_missing = (size_t)n - taken;
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	if (r == 0 && store->state) {
		drop_copies(store);
		r = keep_copies(store, &diagnostics);
	}
	if (r < 0) {
		diagnostics_clear(&diagnostics);
		return r;
	}
	diagnostics_clear(&store->diagnostics);
	store->diagnostics = diagnostics;
	return diagnostics.n_errors ? -EINVAL : 0;
}

const struct policy_list *policy_store_policies(const struct policy_store *store)
{
	return &store->policies;
}

const struct diagnostics *policy_store_diagnostics(const struct policy_store *store)
{
	return &store->diagnostics;
}

size_t policy_store_missing(const struct policy_store *store)
{
	return store->n_missing;
}
