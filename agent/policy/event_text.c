// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/event_terms.h"
#include "policy/names.h"
#include "util/cleanup.h"
#include "util/printable.h"

static void write_named(const struct name_table *table, uint32_t number, FILE *file)
{
	for (size_t i = 0; i < table->n; i++) {
		const struct name_row *row = &table->rows[i];

		/* A word that means several numbers would be read as the first of them.
		 */
		if (row->number == number && names_find(table, row->name, 0) == i) {
			fputs(row->name, file);
			return;
		}
	}
	fprintf(file, "%u", number);
}

static void write_text(const char *text, FILE *file)
{
	printable_write(text, strlen(text), file);
}

static void write_path(const struct eval_event *event, FILE *file)
{
	write_text(event->path ? event->path : "-", file);
	if (event->kind != EVAL_OPEN)
		return;
	fprintf(file, ":%s%s", event->access & ACCESS_READ ? "r" : "",
		event->access & ACCESS_WRITE ? "w" : "");
}

static void write_socket(const struct eval_event *event, FILE *file)
{
	write_named(&names_families, event->family, file);
	fputc(',', file);
	write_named(&names_types, event->type, file);
	if (event->protocol) {
		fputc(',', file);
		write_named(&names_protocols, event->protocol, file);
	}
}

static void write_connect(const struct eval_event *event, FILE *file)
{
	bool v6 = event->address_family == AF_INET6;
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop((int)event->address_family, event->address, address, sizeof(address));
	fprintf(file, "%s%s%s:%u/", v6 ? "[" : "", address, v6 ? "]" : "", event->port);
	write_named(&names_protocols, event->protocol, file);
}

/* Begins and separates the parts in brackets. */
static void write_part(const char *words, const char *text, bool *in_brackets, FILE *file)
{
	fprintf(file, "%s%s", *in_brackets ? ", " : " (", words);
	if (text)
		write_text(text, file);
	*in_brackets = true;
}

static void write_besides(const struct eval_event *event, FILE *file)
{
	const struct {
		const char *words, *text;
	} parts[] = {
		{"from ", event->program},
		{"running ", event->program_script},
		{"by #! of ", event->script},
		{"called ", event->called},
		{"the same file as ", event->identity},
	};
	bool in_brackets = false;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].text)
			write_part(parts[i].words, parts[i].text, &in_brackets, file);
	for (size_t i = 0; i < EVENT_WORDS; i++)
		if (*(const bool *)((const char *)event + event_words[i].flag))
			write_part(event_words[i].name, NULL, &in_brackets, file);
	if (in_brackets)
		fputc(')', file);
}

char *event_text(const struct eval_event *event)
{
	_cleanup_(freep) char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fprintf(file, "%s ", event_kind_name(event->kind));
	if (event->kind == EVAL_SOCKET)
		write_socket(event, file);
	else if (event->kind == EVAL_CONNECT)
		write_connect(event, file);
	else
		write_path(event, file);
	write_besides(event, file);
	return fclose(file) ? NULL : TAKE_PTR(text);
}
