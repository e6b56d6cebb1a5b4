/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_CTL_SARIF_SHAPE_H
#define LSMD_TESTS_CTL_SARIF_SHAPE_H

/*
 * Is a text a log of SARIF 2.1.0? What the standard asks of the objects that lsmctl
 * writes, by section of it: which properties have to be there, of which type; and no
 * object has any that is not listed here.
 */

#include <criterion/criterion.h>
#include <jansson.h>
#include <string.h>

/* A property: its name, its type in json_unpack()'s letters, and whether it must be
 * there. */
struct sarif_property {
	const char *name;
	json_type type;
	bool required;
};

static inline void sarif_object(const json_t *json, const char *what,
				const struct sarif_property *properties, size_t n)
{
	const char *key;
	json_t *value;

	cr_assert(json_is_object(json), "%s is no object", what);
	for (size_t i = 0; i < n; i++) {
		value = json_object_get(json, properties[i].name);
		cr_assert(value || !properties[i].required, "%s has no %s", what,
			  properties[i].name);
		cr_assert(!value || json_typeof(value) == properties[i].type,
			  "%s of %s is of the wrong type", properties[i].name, what);
	}
	json_object_foreach ((json_t *)json, key, value) {
		bool known = false;

		for (size_t i = 0; i < n; i++)
			known = known || !strcmp(properties[i].name, key);
		cr_assert(known, "%s has %s, which is not known", what, key);
	}
}

#define SARIF_OBJECT(json, what, ...)                                                    \
	sarif_object(json, what, (const struct sarif_property[]){__VA_ARGS__},           \
		     sizeof((const struct sarif_property[]){__VA_ARGS__}) /              \
			     sizeof(struct sarif_property))

/* 3.10.1: a URI reference (RFC 3986). */
static inline void sarif_uri(const char *uri)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/-._~!$&'()*+,;=@%";

	cr_assert(strncmp(uri, "//", 2) != 0, "%s names a host", uri);
	if (!strncmp(uri, "file://", 7)) {
		uri += 7;
		cr_assert_eq(*uri, '/');
		cr_assert(strncmp(uri, "//", 2) != 0, "%s", uri);
	}
	cr_assert_eq(uri[strspn(uri, plain)], '\0', "%s", uri);
	for (const char *percent = strchr(uri, '%'); percent;
	     percent = strchr(percent + 1, '%'))
		cr_assert(strspn(percent + 1, "0123456789ABCDEF") >= 2, "%s", uri);
}

static inline void sarif_location(const json_t *json)
{
	const json_t *physical, *artifact, *region;

	/* 3.28, 3.29, 3.4, 3.30 */
	SARIF_OBJECT(json, "location", {"physicalLocation", JSON_OBJECT, true});
	physical = json_object_get(json, "physicalLocation");
	SARIF_OBJECT(physical, "physicalLocation",
		     {"artifactLocation", JSON_OBJECT, true},
		     {"region", JSON_OBJECT, false});
	artifact = json_object_get(physical, "artifactLocation");
	SARIF_OBJECT(artifact, "artifactLocation", {"uri", JSON_STRING, true});
	sarif_uri(json_string_value(json_object_get(artifact, "uri")));
	region = json_object_get(physical, "region");
	if (!region)
		return;
	SARIF_OBJECT(region, "region", {"startLine", JSON_INTEGER, true},
		     {"startColumn", JSON_INTEGER, false});
	cr_assert(json_integer_value(json_object_get(region, "startLine")) >= 1);
	cr_assert(!json_object_get(region, "startColumn") ||
		  json_integer_value(json_object_get(region, "startColumn")) >= 1);
}

static inline void sarif_result(const json_t *json, const json_t *rules)
{
	static const char *const levels[] = {"none", "note", "warning", "error"};
	const char *level = json_string_value(json_object_get(json, "level"));
	const json_t *rule, *locations = json_object_get(json, "locations");
	bool known = false;
	size_t i;

	/* 3.27 */
	SARIF_OBJECT(json, "result", {"ruleId", JSON_STRING, true},
		     {"ruleIndex", JSON_INTEGER, true}, {"level", JSON_STRING, true},
		     {"message", JSON_OBJECT, true}, {"locations", JSON_ARRAY, false});
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		known = known || !strcmp(levels[i], level);
	cr_assert(known, "level %s", level);
	/* 3.27.6: the index is that of the rule with this id. */
	rule = json_array_get(
		rules, (size_t)json_integer_value(json_object_get(json, "ruleIndex")));
	cr_assert_str_eq(json_string_value(json_object_get(rule, "id")),
			 json_string_value(json_object_get(json, "ruleId")));
	SARIF_OBJECT(json_object_get(json, "message"), "message",
		     {"text", JSON_STRING, true});
	for (i = 0; i < json_array_size(locations); i++)
		sarif_location(json_array_get(locations, i));
}

static inline void sarif_rule(const json_t *json)
{
	/* 3.49 */
	SARIF_OBJECT(json, "reportingDescriptor", {"id", JSON_STRING, true},
		     {"shortDescription", JSON_OBJECT, false});
	SARIF_OBJECT(json_object_get(json, "shortDescription"), "shortDescription",
		     {"text", JSON_STRING, true});
}

/* Return: the results of the log's only run; borrowed from @ret_log. */
static inline const json_t *sarif_results(const char *text, json_t **ret_log)
{
	const json_t *run, *driver, *rules, *results;
	json_error_t error;
	size_t i;

	*ret_log = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	cr_assert(!!*ret_log, "%s", error.text);
	/* 3.13, 3.14, 3.18, 3.19 */
	SARIF_OBJECT(*ret_log, "sarifLog", {"$schema", JSON_STRING, false},
		     {"version", JSON_STRING, true}, {"runs", JSON_ARRAY, true});
	cr_assert_str_eq(json_string_value(json_object_get(*ret_log, "version")),
			 "2.1.0");
	run = json_array_get(json_object_get(*ret_log, "runs"), 0);
	SARIF_OBJECT(run, "run", {"tool", JSON_OBJECT, true},
		     {"columnKind", JSON_STRING, false}, {"results", JSON_ARRAY, true});
	SARIF_OBJECT(json_object_get(run, "tool"), "tool", {"driver", JSON_OBJECT, true});
	driver = json_object_get(json_object_get(run, "tool"), "driver");
	SARIF_OBJECT(driver, "toolComponent", {"name", JSON_STRING, true},
		     {"version", JSON_STRING, false}, {"rules", JSON_ARRAY, false});
	rules = json_object_get(driver, "rules");
	for (i = 0; i < json_array_size(rules); i++)
		sarif_rule(json_array_get(rules, i));
	results = json_object_get(run, "results");
	for (i = 0; i < json_array_size(results); i++)
		sarif_result(json_array_get(results, i), rules);
	return results;
}

#endif
