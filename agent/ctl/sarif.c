// SPDX-License-Identifier: Apache-2.0
#include "ctl/sarif.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "ctl/terminal.h"
#include "util/cleanup.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

struct sarif {
	json_t *rules;	 /* array of reportingDescriptor, 3.49 */
	json_t *results; /* array of result, 3.27 */
};

static const char *const levels[] = {
	[SARIF_ERROR] = "error",
	[SARIF_WARNING] = "warning",
	[SARIF_NOTE] = "note",
};

int sarif_new(const struct sarif_rule *rules, size_t n_rules, struct sarif **ret_log)
{
	_cleanup_(sarif_freep) struct sarif *log = calloc(1, sizeof(*log));

	if (!log)
		return -ENOMEM;
	log->rules = json_array();
	log->results = json_array();
	if (!log->rules || !log->results)
		return -ENOMEM;
	for (size_t i = 0; i < n_rules; i++)
		if (json_array_append_new(log->rules,
					  json_pack("{ss s{ss}}", "id", rules[i].id,
						    "shortDescription", "text",
						    rules[i].text)) < 0)
			return -ENOMEM;
	*ret_log = TAKE_PTR(log);
	return 0;
}

struct sarif *sarif_free(struct sarif *log)
{
	if (!log)
		return NULL;
	json_decref(log->rules);
	json_decref(log->results);
	free(log);
	return NULL;
}

/* The bytes that stand for themselves in a path of a URI (RFC 3986, 3.3), without ":",
 * which would end a scheme. */
static bool is_plain(char byte)
{
	unsigned char c = (unsigned char)byte;

	return c < 0x80 && (isalnum(c) || (c && strchr("/-._~!$&'()*+,;=@", c)));
}

/* A path as a URI reference: absolute ones have a scheme, relative ones stay relative. */
static char *path_uri(const char *path)
{
	_cleanup_(freep) char *uri = NULL;
	size_t size;
	FILE *memory = open_memstream(&uri, &size);

	if (!memory)
		return NULL;
	if (*path == '/')
		fputs("file://", memory);
	/* "//host/a" would name a host. */
	while (path[0] == '/' && path[1] == '/')
		path++;
	for (; *path; path++) {
		if (is_plain(*path))
			fputc(*path, memory);
		else
			fprintf(memory, "%%%02X", (unsigned)(unsigned char)*path);
	}
	return fclose(memory) ? NULL : TAKE_PTR(uri);
}

static json_t *make_region(unsigned line, unsigned column)
{
	return column ? json_pack("{sI sI}", "startLine", (json_int_t)line, "startColumn",
				  (json_int_t)column)
		      : json_pack("{sI}", "startLine", (json_int_t)line);
}

static json_t *make_location(const char *path, unsigned line, unsigned column)
{
	_cleanup_(freep) char *uri = path_uri(path);
	json_t *region = line ? make_region(line, column) : NULL;

	if (!uri || (line && !region)) {
		json_decref(region);
		return NULL;
	}
	return json_pack("{s{s{ss} so*}}", "physicalLocation", "artifactLocation", "uri",
			 uri, "region", region);
}

static int find_rule(const struct sarif *log, const char *id)
{
	size_t i;
	json_t *rule;

	json_array_foreach (log->rules, i, rule)
		if (!strcmp(json_string_value(json_object_get(rule, "id")), id))
			return (int)i;
	return -EINVAL;
}

int sarif_add(struct sarif *log, const char *id, enum sarif_level level,
	      const char *message, const char *path, unsigned line, unsigned column)
{
	int rule = find_rule(log, id);
	json_t *locations;

	if (rule < 0)
		return rule;
	locations =
		path ? json_pack("[o]", make_location(path, line, column)) : json_array();
	if (!locations)
		return -ENOMEM;
	if (json_array_append_new(log->results,
				  json_pack("{ss si ss s{ss} so}", "ruleId", id,
					    "ruleIndex", rule, "level", levels[level],
					    "message", "text", message, "locations",
					    locations)) < 0)
		return -ENOMEM;
	return 0;
}

int sarif_print(const struct sarif *log)
{
	_cleanup_(json_decrefp) json_t *json =
		json_pack("{ss ss s[{s{s{ss ss sO}} ss sO}]}", "$schema", SCHEMA,
			  "version", "2.1.0", "runs", "tool", "driver", "name", "lsmctl",
			  "version", LSMD_VERSION, "rules", log->rules, "columnKind",
			  "unicodeCodePoints", "results", log->results);

	if (!json)
		return -ENOMEM;
	terminal_json(json);
	return 0;
}
