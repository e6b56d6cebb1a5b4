// SPDX-License-Identifier: Apache-2.0

/* Policies and events that were drawn, in writing. */

#include "drawn.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

static const char *const section_names[] = {"exec", "file", "sockets", "network"};

static void write_set(const char *key, const struct drawn_set *set, FILE *file)
{
	if (!set->n)
		return;
	fprintf(file, ", %s: %s[", key, set->negate ? "{not: " : "");
	for (size_t i = 0; i < set->n; i++)
		fprintf(file, "%s\"%s\"", i ? ", " : "", set->words[i]);
	fputs(set->negate ? "]}" : "]", file);
}

/* Numbers have to be numbers, and ranges of them words. */
static void write_numbers(const char *key, const struct drawn_set *set, FILE *file)
{
	if (!set->n)
		return;
	fprintf(file, ", %s: %s[", key, set->negate ? "{not: " : "");
	for (size_t i = 0; i < set->n; i++)
		fprintf(file, "%s%s", i ? ", " : "", set->words[i]);
	fputs(set->negate ? "]}" : "]", file);
}

static void write_paths(const char *key, const char (*paths)[DRAWN_PATH_BYTES], size_t n,
			FILE *file)
{
	if (!n)
		return;
	fprintf(file, ", %s: [", key);
	for (size_t i = 0; i < n; i++)
		fprintf(file, "%s'%s'", i ? ", " : "", paths[i]);
	fputs("]", file);
}

static void write_from(const struct drawn_rule *rule, FILE *file)
{
	if (!rule->from_not) {
		write_paths("from", rule->from, rule->n_from, file);
		return;
	}
	fputs(", from: {not: [", file);
	for (size_t i = 0; i < rule->n_from; i++)
		fprintf(file, "%s'%s'", i ? ", " : "", rule->from[i]);
	fputs("]}", file);
}

static void write_conditions(const struct drawn_rule *rule, FILE *file)
{
	fputs(rule->fileless ? ", fileless: true" : "", file);
	fputs(rule->drifted ? ", drifted: true" : "", file);
	fputs(rule->stdio ? ", stdio: socket" : "", file);
	fputs(rule->direct ? ", as: direct" : "", file);
	fputs(rule->by_name ? ", multicall: by-name" : "", file);
	if (rule->owner)
		fprintf(file, ", owner: %s", rule->owner);
	if (rule->n_from)
		write_from(rule, file);
}

static void write_rule(const struct drawn_rule *rule, FILE *file)
{
	fprintf(file, "    - {action: %s", rule->action);
	if (*rule->name)
		fprintf(file, ", name: %s", rule->name);
	if (rule->error)
		fprintf(file, ", errno: %u", rule->error);
	write_paths("paths", rule->paths, rule->n_paths, file);
	write_paths("except", rule->except, rule->n_except, file);
	if (rule->access)
		fprintf(file, ", access: [%s]", rule->access);
	write_conditions(rule, file);
	write_numbers("families", &rule->families, file);
	write_numbers("types", &rule->types, file);
	write_numbers("protocols", &rule->protocols, file);
	write_set("to", &rule->to, file);
	write_set("except", &rule->not_to, file);
	write_numbers("ports", &rule->ports, file);
	write_set("unix", &rule->unix_names, file);
	fputs("}", file);
	if (rule->until)
		fprintf(file, " # by hand, until %s",
			rule->until == DRAWN_ENDED ? "a time that is over" : "later");
	fputs("\n", file);
}

static void write_policy(const struct drawn_policy *policy, FILE *file)
{
	fprintf(file,
		"---\n"
		"apiVersion: lsmd.io/v1alpha1\n"
		"kind: %s\n"
		"metadata: {name: %s}\n"
		"spec:\n"
		"  podSelector: {}\n"
		"  mode: %s\n",
		policy->cluster ? "ClusterLsmPolicy" : "LsmPolicy", policy->name,
		policy->audit_mode ? "audit" : "enforce");
	for (size_t s = 0; s < DRAWN_SECTIONS; s++) {
		const struct drawn_rules *section = &policy->sections[s];

		if (!section->present)
			continue;
		fprintf(file, "  %s:\n    default: %s\n", section_names[s],
			section->default_deny ? "deny" : "allow");
		if (section->base_none)
			fputs("    base: none\n", file);
		if (section->n)
			fputs("    rules:\n", file);
		for (size_t i = 0; i < section->n; i++)
			write_rule(&section->rules[i], file);
	}
}

void drawn_write(const struct drawn_policies *policies, FILE *file)
{
	for (size_t i = 0; i < policies->n; i++)
		write_policy(&policies->items[i], file);
}

static void write_address(const struct drawn_event *event, FILE *file)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (event->address_family == AF_INET || event->address_family == AF_INET6)
		inet_ntop((int)event->address_family, event->address, text, sizeof(text));
	fprintf(file,
		"connect of a socket of family %u and protocol %u to family %u, "
		"address %s, port %u, length %u",
		event->family, event->protocol, event->address_family,
		*text ? text : "none", event->port, event->length);
}

static void write_file(const struct drawn_event *event, FILE *file)
{
	static const char *const words[] = {
		[DRAWN_EXEC] = "exec", [DRAWN_FILE] = "open", [DRAWN_NETWORK] = "unix"};

	fprintf(file, "%s%s%s %s", words[event->section], event->reads ? " to read" : "",
		event->writes ? " to write" : "",
		*event->path ? event->path : "without a name");
	fputs(event->untrusted ? ", a name that does not count" : "", file);
	fputs(event->owner_other ? ", another's" : "", file);
	fputs(event->fileless ? ", fileless" : "", file);
	fputs(event->drifted ? ", drifted" : "", file);
	fputs(event->stdio ? ", a socket for its standard streams" : "", file);
	if (*event->identity)
		fprintf(file, ", which is %s as well", event->identity);
	if (*event->script)
		fprintf(file, ", as the interpreter of %s", event->script);
	if (*event->called)
		fprintf(file, ", called %s", event->called);
}

static void write_program(const struct drawn_event *event, FILE *file)
{
	if (!*event->program)
		return;
	fprintf(file, ", by %s%s%s%s", event->program,
		*event->program_script ? " of " : "", event->program_script,
		event->untrusted_program ? " whose names do not count" : "");
}

void drawn_write_event(const struct drawn_event *event, FILE *file)
{
	switch (event->section) {
	case DRAWN_EXEC:
	case DRAWN_FILE:
		write_file(event, file);
		break;
	case DRAWN_SOCKETS:
		fprintf(file, "socket of family %u, type %u, protocol %u", event->family,
			event->type, event->protocol);
		break;
	case DRAWN_NETWORK:
	case DRAWN_SECTIONS:
		if (event->is_unix)
			write_file(event, file);
		else
			write_address(event, file);
		break;
	}
	write_program(event, file);
}
