// SPDX-License-Identifier: Apache-2.0
#include "ctl/denial_columns.h"

#include <string.h>

#include "util/cleanup.h"

/* "2025-11-21T21:30:01Z": to the second; -o json has the rest. */
static void write_time(const json_t *denial, FILE *file)
{
	const char *time = json_text(denial, "time");
	int seconds = (int)strcspn(time, ".");

	fprintf(file, "%.*s%s", seconds, time, time[seconds] == '.' ? "Z" : "");
}

static void write_pod(const json_t *denial, FILE *file)
{
	const char *name_space = json_text(denial, "pod.namespace"),
		   *pod = json_text(denial, "pod.name");

	if (*pod)
		fprintf(file, "%s/%s", name_space, pod);
	else
		fputs(json_text(denial, "cgroup"), file);
}

/* "shop/web exec no-shells"; a denial of the hook's own has flags in its place. */
static void write_reason(const json_t *denial, FILE *file)
{
	const char *name_space = json_text(denial, "policy.namespace");
	size_t i;
	json_t *flag;

	if (*json_text(denial, "policy.name")) {
		fprintf(file, "%s%s%s %s %s", name_space, *name_space ? "/" : "",
			json_text(denial, "policy.name"), json_text(denial, "section"),
			json_text(denial, "rule"));
		return;
	}
	json_array_foreach (json_path(denial, "flags"), i, flag)
		fprintf(file, "%s%s", i ? "," : "", json_string_value(flag));
}

static void write_process(const json_t *denial, FILE *file)
{
	const char *executable = json_text(denial, "process.executable");

	fprintf(file, "%s[%lld]",
		*executable ? executable : json_text(denial, "process.command"),
		(long long)json_number(denial, "process.pid"));
}

static void write_file(const json_t *object, FILE *file)
{
	const json_t *access = json_path(object, "access");
	size_t i;
	json_t *word;

	fputs(json_text(object, "path"), file);
	json_array_foreach (access, i, word)
		fprintf(file, "%s%s", i ? "+" : " ", json_string_value(word));
}

/* A name, or the number of what has none. */
static void write_name(const json_t *object, const char *key, char before, FILE *file)
{
	const json_t *value = json_path(object, key);

	if (before)
		fputc(before, file);
	if (json_is_string(value))
		fputs(json_string_value(value), file);
	else
		fprintf(file, "%lld", (long long)json_integer_value(value));
}

static void write_socket(const json_t *object, FILE *file)
{
	write_name(object, "family", '\0', file);
	write_name(object, "socketType", ',', file);
	write_name(object, "protocol", ',', file);
}

static void write_address(const json_t *object, FILE *file)
{
	const char *address = json_text(object, "address");
	bool colons = strchr(address, ':');

	fprintf(file, colons ? "[%s]:%lld" : "%s:%lld", address,
		(long long)json_number(object, "port"));
	write_name(object, "protocol", '/', file);
}

static void write_unix(const json_t *object, FILE *file)
{
	fprintf(file, "unix %s", json_text(object, "path"));
}

static void write_object(const json_t *denial, FILE *file)
{
	static const struct {
		const char *type;
		void (*write)(const json_t *object, FILE *file);
	} types[] = {{"file", write_file},
		     {"socket", write_socket},
		     {"address", write_address},
		     {"unix", write_unix}};
	const json_t *object = json_path(denial, "object");

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(types[i].type, json_text(object, "type")) == 0)
			types[i].write(object, file);
}

const struct column denial_columns[] = {
	{.title = "SEQUENCE", .path = "sequence", .wide = true},
	{.title = "TIME", .write = write_time, .width = 20},
	{.title = "VERDICT", .path = "verdict", .coloured = true},
	{.title = "WOULD", .path = "would", .wide = true},
	{.title = "POD", .write = write_pod, .width = 24},
	{.title = "CONTAINER", .path = "container.name", .width = 12},
	{.title = "REASON", .write = write_reason, .width = 24},
	{.title = "HOOK", .path = "hook", .wide = true, .width = 20},
	{.title = "ERRNO", .path = "errno", .wide = true},
	{.title = "UID", .path = "process.uid", .wide = true},
	{.title = "PROCESS", .write = write_process, .width = 20},
	{.title = "OBJECT", .write = write_object},
	{.title = "MESSAGE", .path = "message", .wide = true},
};

const size_t n_denial_columns = ARRAY_SIZE(denial_columns);
