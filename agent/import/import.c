// SPDX-License-Identifier: Apache-2.0
#include "import/import.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "import/importer.h"
#include "policy/kubename.h"
#include "policy/nearest.h"
#include "util/cleanup.h"

/* What is converted, and by whom. */
static const struct kind {
	const char *group; /* of apiVersion, in front of "/" */
	const char *name;
	enum import_origin origin;
	int (*convert)(struct importer *importer, const struct yaml_node *node);
} kinds[] = {
	{"security.kubearmor.com", "KubeArmorPolicy", IMPORT_KUBEARMOR,
	 kubearmor_convert},
	{"security.kubearmor.com", "KubeArmorHostPolicy", IMPORT_KUBEARMOR,
	 kubearmor_convert},
	{"security.kubearmor.com", "KubeArmorClusterPolicy", IMPORT_KUBEARMOR,
	 kubearmor_convert},
	{"networking.k8s.io", "NetworkPolicy", IMPORT_NETWORK_POLICY,
	 network_policy_convert},
	{"cilium.io", "CiliumNetworkPolicy", IMPORT_CILIUM, cilium_convert},
	{"cilium.io", "CiliumClusterwideNetworkPolicy", IMPORT_CILIUM, cilium_convert},
	{"cilium.io", "TracingPolicy", IMPORT_TETRAGON, tetragon_convert},
	{"cilium.io", "TracingPolicyNamespaced", IMPORT_TETRAGON, tetragon_convert},
};

/* One text on its way. */
struct reading {
	struct importer importer;
	const struct import_options *options;
	json_t *policies;
	struct import_counts *counts;
	bool broken; /* the text has an error that is no document's */
};

__attribute__((format(printf, 3, 0))) static int say_lack(struct importer *importer,
							  const struct yaml_node *node,
							  const char *format,
							  va_list arguments)
{
	bool left_out = importer->partial && !importer->hopeless;
	_cleanup_(freep) char *message = NULL;
	struct parse *parse = &importer->parse;

	if (vasprintf(&message, format, arguments) < 0) {
		message = NULL;
		return -ENOMEM;
	}
	return diagnostics_add(
		parse->diagnostics, left_out ? SEVERITY_WARNING : SEVERITY_ERROR,
		parse->source, node ? node->line : 0, node ? node->column : 0,
		"no equivalent%s: %s", left_out ? ", left out" : "", message);
}

int import_lack(struct importer *importer, const struct yaml_node *node,
		enum import_reason reason, const char *format, ...)
{
	va_list arguments;
	int r;

	importer->lacks |= 1ULL << reason;
	importer->hopeless |= reason == IMPORT_SELECTION || reason == IMPORT_INACTIVE ||
			      reason == IMPORT_UNFIT;
	va_start(arguments, format);
	r = say_lack(importer, node, format, arguments);
	va_end(arguments);
	return r;
}

int import_count_rule(struct importer *importer, const struct yaml_node *node)
{
	if (importer->n_rules++ < IMPORT_RULES_MAX)
		return 0;
	if (importer->n_rules > IMPORT_RULES_MAX + 1)
		return PARSE_E_WRONG; /* it has been said */
	return parse_error(&importer->parse, node,
			   "more than %d rules in one policy; make it several",
			   IMPORT_RULES_MAX);
}

void import_lower_case(const char *word, char *ret_text, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && word[i]; i++)
		ret_text[i] = (char)tolower((unsigned char)word[i]);
	ret_text[i] = '\0';
}

static int set_metadata(struct importer *importer, const char *key, const char *value)
{
	return json_object_set_new(importer->draft.metadata, key, json_string(value))
		       ? -ENOMEM
		       : 0;
}

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	(void)object;
	if (r)
		return r;
	if (!kubename_is_subdomain(name))
		return parse_error(parse, pair->value,
				   "\"%.80s\" is no object's name; a name "
				   "is " KUBENAME_SUBDOMAIN_FORM,
				   name);
	return set_metadata(importer_of(parse), "name", name);
}

static int read_namespace(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *name;
	int r = parse_string(parse, pair, &name);

	(void)object;
	if (r)
		return r;
	if (!kubename_is_label(name))
		return parse_error(parse, pair->value,
				   "\"%.80s\" is no namespace's name; a name "
				   "is " KUBENAME_LABEL_FORM,
				   name);
	/* A cluster's policy has none; what some write there nevertheless means nothing.
	 */
	if (importer_of(parse)->draft.kind == POLICY_CLUSTER)
		return 0;
	return set_metadata(importer_of(parse), "namespace", name);
}

int import_metadata(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_name, FIELD_REQUIRED},
		{"namespace", read_namespace, 0},
	};

	return parse_open_map(parse, pair->value, "\"metadata\"", fields,
			      ARRAY_SIZE(fields), object);
}

/* Of what the policy was made, which its own description, if it has one, stands in front
 * of. */
static int describe(struct importer *importer, const struct yaml_node *node)
{
	struct draft *draft = &importer->draft;
	const char *own = json_string_value(json_object_get(draft->spec, "description"));
	const char *name = json_string_value(json_object_get(draft->metadata, "name"));

	return draft_set(draft, "description",
			 json_sprintf("%s%sImported from %s %s, %s:%u", own ? own : "",
				      own ? "\n" : "", importer->kind, name ? name : "",
				      importer->parse.source, node->line));
}

/* The last word on every conversion is the parser of our own language. */
static int check_policy(struct importer *importer, const struct yaml_node *node,
			const json_t *policy)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(policy_list_clear) struct policy_list policies = {0};
	_cleanup_(freep) char *text = json_dumps(policy, JSON_COMPACT);
	int r;

	if (!text)
		return -ENOMEM;
	r = policy_parse(text, strlen(text), importer->parse.source, &diagnostics,
			 &policies);
	if (r != -EINVAL)
		return r;
	for (size_t i = 0; i < diagnostics.n; i++) {
		if (diagnostics.items[i].severity != SEVERITY_ERROR)
			continue;
		r = import_lack(importer, node, IMPORT_UNFIT,
				"the result would not be a policy (%s)",
				diagnostics.items[i].message);
		if (r)
			return r;
	}
	return PARSE_E_WRONG;
}

/* An allow-list that lacks an entry would deny what its source allows. */
static int spare(struct importer *importer, const struct yaml_node *node)
{
	int r;

	if (!importer->lost_allow)
		return 0;
	r = parse_warning(&importer->parse, node,
			  "what is left out was allowed, so the policy is in audit mode: "
			  "it reports "
			  "and denies nothing; complete it, then set \"mode: enforce\"");
	return r ? r : draft_set(&importer->draft, "mode", json_string("audit"));
}

static void count(struct reading *reading, size_t *counter)
{
	++*counter;
	if (counter == &reading->counts->wrong)
		return; /* there is no need of another reason */
	for (unsigned i = 0; i < IMPORT_REASONS; i++)
		reading->counts->reasons[i] += reading->importer.lacks >> i & 1;
}

static int finish(struct reading *reading, const struct yaml_node *node)
{
	struct importer *importer = &reading->importer;
	struct import_counts *counts = reading->counts;
	_cleanup_(json_decrefp) json_t *policy = NULL;
	int r = 0;

	/* What is broken may stand in it: all of the text has been read, and nothing is
	 * taken. */
	if (reading->broken) {
		count(reading, &counts->wrong);
		return 0;
	}
	if (importer->hopeless ||
	    (importer->lacks &&
	     (!importer->partial || draft_is_empty(&importer->draft)))) {
		count(reading, &counts->refused);
		return 0;
	}
	if (draft_is_empty(
		    &importer->draft)) { /* it allows everything, as no policy does */
		count(reading, &counts->converted);
		return 0;
	}
	if (importer->lacks)
		r = spare(importer, node);
	if (!r)
		r = describe(importer, node);
	if (r)
		return r;
	policy = draft_policy(&importer->draft);
	r = policy ? check_policy(importer, node, policy) : -ENOMEM;
	if (r == PARSE_E_WRONG) {
		count(reading, &counts->refused);
		return 0;
	}
	if (r || json_array_append(reading->policies, policy))
		return -ENOMEM;
	count(reading, importer->lacks ? &counts->partial : &counts->converted);
	return 0;
}

static int convert(struct reading *reading, const struct yaml_node *node,
		   const struct kind *kind)
{
	struct importer *importer = &reading->importer;
	int r;

	importer->lacks = 0;
	importer->lost_allow = importer->hopeless = false;
	importer->n_rules = 0;
	importer->kind = kind->name;
	r = draft_init(&importer->draft);
	if (!r)
		r = kind->convert(importer, node);
	if (!r)
		r = finish(reading, node);
	else if (r == PARSE_E_WRONG)
		count(reading, &reading->counts->wrong);
	draft_clear(&importer->draft);
	return r < 0 ? r : 0;
}

static int wrong_document(struct reading *reading, int r)
{
	if (r == PARSE_E_WRONG)
		reading->counts->wrong++;
	return r < 0 ? r : 0;
}

static bool has_group(const char *version, const char *group)
{
	size_t length = strlen(group);

	return !strncmp(version, group, length) && version[length] == '/';
}

static int unknown_kind(struct reading *reading, const struct yaml_node *version,
			const struct yaml_node *kind)
{
	struct nearest nearest = {.word = kind->text};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		nearest_try(&nearest, kinds[i].name);
	if (nearest.best)
		return parse_error(
			&reading->importer.parse, kind,
			"kind \"%.80s\" of \"%.80s\" is not known; did you mean \"%s\"?",
			kind->text, version->text, nearest.best);
	return parse_error(
		&reading->importer.parse, kind,
		"kind \"%.80s\" of \"%.80s\" is not known; policies of KubeArmor, Cilium "
		"and Tetragon and NetworkPolicy are",
		kind->text, version->text);
}

static int read_document(struct reading *reading, const struct yaml_node *node);

/* kubectl's List. */
static int read_list(struct reading *reading, const struct yaml_node *node)
{
	const struct yaml_node *items = yaml_get(node, "items");
	int r = 0;

	if (!items || items->type != YAML_LIST)
		return wrong_document(
			reading,
			parse_error(&reading->importer.parse, node,
				    "a List without a list of \"items\"; add the "
				    "policies there"));
	for (size_t i = 0; !r && i < items->n; i++)
		r = read_document(reading, items->items[i]);
	return r;
}

static int read_kind(struct reading *reading, const struct yaml_node *node,
		     const struct yaml_node *version, const struct yaml_node *name)
{
	enum import_origin from = reading->options->from;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *kind = &kinds[i];

		if (strcmp(name->text, kind->name) != 0 ||
		    !has_group(version->text, kind->group))
			continue;
		if (from == IMPORT_ANY || from == kind->origin)
			return convert(reading, node, kind);
		return wrong_document(reading,
				      parse_error(&reading->importer.parse, name,
						  "a %s is not what --from says; leave "
						  "--from out, or the document",
						  kind->name));
	}
	return wrong_document(reading, unknown_kind(reading, version, name));
}

static int read_document(struct reading *reading, const struct yaml_node *node)
{
	const struct yaml_node *version = yaml_get(node, "apiVersion");
	const struct yaml_node *kind = yaml_get(node, "kind");

	if (node->type == YAML_NULL)
		return 0;
	if (node->type == YAML_BROKEN)
		return wrong_document(reading, PARSE_E_WRONG);
	if (kind && yaml_text(kind) && !strcmp(kind->text, "List"))
		return read_list(reading, node);
	if (!yaml_text(version) || !yaml_text(kind))
		return wrong_document(
			reading,
			parse_error(&reading->importer.parse, node,
				    "a document without apiVersion and kind; they say "
				    "whose policy it is"));
	return read_kind(reading, node, version, kind);
}

int import_text(const char *text, size_t length, const char *source,
		const struct import_options *options, struct diagnostics *diagnostics,
		json_t *policies, struct import_counts *counts)
{
	struct reading reading = {
		.importer = {.parse = {.source = source, .diagnostics = diagnostics},
			     .partial = options->partial},
		.options = options,
		.policies = policies,
		.counts = counts,
	};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	size_t n_wrong = counts->wrong;
	int broken = yaml_read(text, length, source, diagnostics, &tree), r = 0;

	if (broken < 0)
		return broken;
	reading.broken = broken;
	for (size_t i = 0; !r && i < tree->n_documents; i++)
		r = read_document(&reading, tree->documents[i]);
	if (!r && broken && counts->wrong == n_wrong)
		counts->wrong++;
	return r;
}
