// SPDX-License-Identifier: Apache-2.0
#include "ctl/junit.h"

#include "ctl/table.h"
#include "ctl/xml.h"

static void write_attribute(const char *name, const char *value, FILE *file)
{
	fprintf(file, " %s=\"", name);
	xml_write(value, file);
	fputc('"', file);
}

static void write_counts(const json_t *results, FILE *file)
{
	size_t failures = 0, i;
	json_t *result;

	json_array_foreach (results, i, result)
		failures += !json_is_true(json_object_get(result, "ok"));
	fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"0\"",
		json_array_size(results), failures);
}

static void write_case(const char *suite, const json_t *result, FILE *file)
{
	const char *message = json_text(result, "message");

	fputs("    <testcase", file);
	write_attribute("classname", suite, file);
	fputs(" name=\"", file);
	xml_write(json_text(result, "name"), file);
	fputs(": ", file);
	xml_write(json_text(result, "event"), file);
	fputc('"', file);
	write_attribute("file", json_text(result, "file"), file);
	fprintf(file, " line=\"%lld\"", (long long)json_number(result, "line"));
	if (json_is_true(json_object_get(result, "ok"))) {
		fputs("/>\n", file);
		return;
	}
	fputs(">\n      <failure", file);
	write_attribute("message", message, file);
	fputs("/>\n    </testcase>\n", file);
}

void junit_write(const char *suite, const json_t *results, FILE *file)
{
	size_t i;
	json_t *result;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", file);
	write_counts(results, file);
	fputs(">\n  <testsuite", file);
	write_attribute("name", suite, file);
	write_counts(results, file);
	fputs(">\n", file);
	json_array_foreach (results, i, result)
		write_case(suite, result, file);
	fputs("  </testsuite>\n</testsuites>\n", file);
}
