// SPDX-License-Identifier: Apache-2.0
#include "doctor/below.h"

#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/file.h"

#define FILE_BYTES_MAX (1U << 20)

char *below_read(const char *root, const char *path)
{
	_cleanup_(freep) char *full = NULL;
	char *text = NULL;
	size_t length;

	if (asprintf(&full, "%s/%s", root, path) < 0) {
		full = NULL;
		return NULL;
	}
	return file_read(full, FILE_BYTES_MAX, &text, &length) < 0 ? NULL : text;
}

bool below_names(const char *root, const char *path, const char *word)
{
	_cleanup_(freep) char *text = below_read(root, path);

	return text && strstr(text, word);
}
