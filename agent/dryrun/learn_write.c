// SPDX-License-Identifier: Apache-2.0
#include "dryrun/learn_write.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "dryrun/learn_yaml.h"
#include "policy/kubename.h"
#include "util/cleanup.h"
#include "util/printable.h"

#define PORTS_PATH "/proc/sys/net/ipv4/ip_local_port_range"

void learn_uses_clear(struct learn_uses *uses)
{
	learn_paths_clear(&uses->executed);
	learn_paths_clear(&uses->opened);
	learn_calls_clear(&uses->sockets);
	learn_calls_clear(&uses->connects);
}

/* --- the head -------------------------------------------------------------------------
 */

/* After the file, without its directory and suffix, if that is a name that objects have.
 */
static void write_policy_name(const char *path, FILE *file)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	_cleanup_(freep) char *stem = strndup(name, strcspn(name, "."));

	for (char *c = stem; c && *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	fputs(stem && kubename_is_subdomain(stem) ? stem : "learned", file);
}

static void write_command(char *const *command, FILE *file)
{
	for (; *command; command++) {
		fputc(' ', file);
		printable_write(*command, strlen(*command), file);
	}
}

static void write_selector(const struct labels *labels, FILE *file)
{
	if (!labels->n) {
		fputs("  podSelector: {}\n", file);
		return;
	}
	fputs("  podSelector:\n    matchLabels:\n", file);
	for (size_t i = 0; i < labels->n; i++) {
		fputs("      ", file);
		learn_yaml_text(labels->items[i].key, file);
		fputs(": ", file);
		learn_yaml_text(labels->items[i].value, file);
		fputc('\n', file);
	}
}

static void write_head(const struct learn_options *options, FILE *file)
{
	fputs("# What one run did and, where a name is made up anew each time, what the "
	      "next would do:\n#",
	      file);
	write_command(options->command, file);
	fputs("\n# Behind each line: how often the run needed it. None can be dropped.\n"
	      "apiVersion: lsmd.io/v1alpha1\nkind: LsmPolicy\nmetadata:\n  name: ",
	      file);
	write_policy_name(options->file, file);
	fputs("\n  namespace: ", file);
	learn_yaml_text(options->name_space, file);
	fputs("\nspec:\n", file);
	write_selector(options->labels, file);
}

/* --- sections -------------------------------------------------------------------------
 */

static void begin_section(const char *name, bool has_rules, FILE *file)
{
	fprintf(file, "  %s:\n    default: deny\n%s", name,
		has_rules ? "    rules:\n" : "");
}

static size_t count_lines(const struct learn_lines *lines, bool write)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n; i++)
		n += lines->items[i].write == write;
	return n;
}

/* @head: the rule without its paths. */
static void write_lines(const struct learn_lines *lines, bool write, const char *head,
			FILE *file)
{
	if (!count_lines(lines, write))
		return;
	fprintf(file, "    - %s\n      action: allow\n      paths:\n", head);
	for (size_t i = 0; i < lines->n; i++) {
		const struct learn_line *line = &lines->items[i];

		if (line->write != write)
			continue;
		fputs("      - ", file);
		learn_yaml_text(line->pattern, file);
		learn_yaml_uses(line->count, line->n_paths, file);
	}
}

static int write_exec(const struct learn_context *context,
		      const struct learn_paths *paths, FILE *file)
{
	_cleanup_(learn_lines_clear) struct learn_lines lines = {0};
	int r = learn_lines_of(context, paths, false, &lines);

	if (r < 0)
		return r;
	begin_section("exec", lines.n, file);
	write_lines(&lines, false, "name: programs", file);
	return 0;
}

static int write_file(const struct learn_context *context,
		      const struct learn_paths *paths, FILE *file)
{
	_cleanup_(learn_lines_clear) struct learn_lines lines = {0};
	int r = learn_lines_of(context, paths, true, &lines);

	if (r < 0)
		return r;
	begin_section("file", lines.n, file);
	write_lines(&lines, false, "name: read\n      access: [read]", file);
	write_lines(&lines, true, "name: write\n      access: [read, write]", file);
	return 0;
}

static struct learn_ports local_ports(void)
{
	_cleanup_(fclosep) FILE *file = fopen(PORTS_PATH, "re");
	struct learn_ports ports = {0};

	if (!file || fscanf(file, "%" SCNu16 " %" SCNu16, &ports.first, &ports.last) != 2)
		return (struct learn_ports){0};
	return ports;
}

int learn_write(const struct learn_context *context, const struct learn_uses *uses,
		const struct learn_options *options, FILE *file)
{
	const struct learn_ports ports = local_ports();
	int r;

	write_head(options, file);
	r = write_exec(context, &uses->executed, file);
	if (r == 0)
		r = write_file(context, &uses->opened, file);
	if (r < 0)
		return r;
	begin_section("sockets", uses->sockets.n, file);
	r = learn_sockets_write(&uses->sockets, file);
	if (r < 0)
		return r;
	begin_section("network", uses->connects.n, file);
	return learn_network_write(&uses->connects, &ports, file);
}
