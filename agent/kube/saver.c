// SPDX-License-Identifier: Apache-2.0
#include "kube/saver.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kube/alarm.h"
#include "util/cleanup.h"
#include "util/file.h"

struct file {
	char *path, *text;
	const char *name; /* within path */
	size_t length;
	int error;
	struct file *next;
};

struct saver {
	struct saver_options options;
	char *directory;
	uv_loop_t *loop;
	struct alarm *alarm; /* while something is to be saved */
	uv_work_t work;
	struct file *files; /* that are written, or about to be */
	bool writing, marked_again;
};

static void write_files(struct saver *saver)
{
	for (struct file *file = saver->files; file; file = file->next)
		file->error = file_write(file->path, file->text, file->length);
}

static void drop_files(struct saver *saver)
{
	struct file *file;

	while ((file = saver->files)) {
		saver->files = file->next;
		if (file->error < 0)
			saver->options.failed(saver->options.data, file->name,
					      file->error);
		free(file->path);
		free(file->text);
		free(file);
	}
}

static void on_work(uv_work_t *work)
{
	write_files(work->data);
}

static void on_written(uv_work_t *work, int status)
{
	struct saver *saver = work->data;

	(void)status;
	saver->writing = false;
	drop_files(saver);
	if (saver->marked_again)
		saver_mark(saver);
}

int saver_add(struct saver *saver, const char *name, char *text, size_t length)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file || asprintf(&file->path, "%s/%s", saver->directory, name) < 0) {
		free(file);
		free(text);
		return -ENOMEM;
	}
	file->name = file->path + strlen(saver->directory) + 1;
	file->text = text;
	file->length = length;
	file->next = saver->files;
	saver->files = file;
	return 0;
}

static void on_alarm(void *data)
{
	struct saver *saver = data;

	if (saver->options.collect(saver->options.data, saver) < 0)
		saver->marked_again = true;
	saver->writing =
		uv_queue_work(saver->loop, &saver->work, on_work, on_written) == 0;
	if (!saver->writing)
		on_written(&saver->work, 0);
}

void saver_mark(struct saver *saver)
{
	saver->marked_again = saver->writing;
	if (!saver->writing && !alarm_is_set(saver->alarm))
		alarm_set(saver->alarm, saver->options.period_ms);
}

int saver_new(uv_loop_t *loop, const struct saver_options *options,
	      struct saver **ret_saver)
{
	struct saver *saver = calloc(1, sizeof(*saver));
	int r;

	if (!saver)
		return -ENOMEM;
	saver->options = *options;
	saver->loop = loop;
	saver->work.data = saver;
	saver->directory = strdup(options->directory);
	r = saver->directory ? directory_make(options->directory) : -ENOMEM;
	if (r == 0)
		r = alarm_new(loop, 0, on_alarm, saver, &saver->alarm);
	if (r < 0) {
		free(saver->directory);
		free(saver);
		return r;
	}
	*ret_saver = saver;
	return 0;
}

struct saver *saver_free(struct saver *saver)
{
	if (!saver)
		return NULL;
	/* The thread's older text must not come over the last. */
	while (saver->writing)
		uv_run(saver->loop, UV_RUN_ONCE);
	if (alarm_is_set(saver->alarm)) {
		saver->options.collect(saver->options.data, saver);
		write_files(saver);
		drop_files(saver);
	}
	alarm_free(saver->alarm);
	free(saver->directory);
	free(saver);
	return NULL;
}
