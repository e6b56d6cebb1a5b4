// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "import/falco.h"
#include "policy/array.h"
#include "policy/parse.h"
#include "util/cleanup.h"

/* Falco's words, the more urgent first. "info" is its short form. */
static const char *const priorities[] = {
	"emergency", "alert",	      "critical", "error", "warning",
	"notice",    "informational", "info",	  "debug",
};

/* One item of a file that is about a rule, before it is known what it does to it. */
struct item {
	const char *name;
	const char *priority;
	const char *events;
	const struct yaml_node *enabled; /* NULL: not said */
	bool defines;			 /* a condition of its own */
	bool append;
	bool overrides;
	bool condition; /* what is appended or overridden is what it detects */
};

struct reader {
	struct parse parse; /* first */
	struct falco_rules *rules;
};

/* --- the fields of an item */

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;

	return parse_string(parse, pair, &item->name);
}

static int read_priority(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;
	const char *word;
	int r = parse_string(parse, pair, &word);

	if (r)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(priorities); i++)
		if (!strcasecmp(priorities[i], word))
			item->priority = priorities[i];
	if (item->priority)
		return 0;
	return parse_error(
		parse, pair->value,
		"\"%.80s\" is no priority of Falco; from emergency, alert, critical, "
		"error, warning, notice, informational to debug there are eight",
		word);
}

static int read_events(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;
	int r = parse_string(parse, pair, &item->events);

	if (!r && !strcmp(item->events, "syscall"))
		item->events = NULL;
	return r;
}

static int read_enabled(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;
	bool enabled;
	int r = parse_bool(parse, pair, &enabled);

	if (!r)
		item->enabled = pair->value;
	return r;
}

static int read_append(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;

	return parse_bool(parse, pair, &item->append);
}

static int read_condition(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;

	(void)parse;
	item->condition = true;
	item->defines |= !strcmp(pair->key->text, "condition");
	return 0;
}

static int read_override(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct item *item = object;

	if (pair->value->type != YAML_MAP)
		return parse_error(
			parse, pair->value,
			"\"override\" is a map, not %s; write \"key: append\" or "
			"\"key: replace\"",
			yaml_type_name(pair->value->type));
	item->overrides = true;
	return 0;
}

static const struct field rule_fields[] = {
	{"rule", read_name, FIELD_REQUIRED}, {"priority", read_priority, 0},
	{"source", read_events, 0},	     {"enabled", read_enabled, 0},
	{"append", read_append, 0},	     {"condition", read_condition, 0},
	{"exceptions", read_condition, 0},   {"override", read_override, 0},
};

/* --- what an item does to the rules */

static int add_rule(struct reader *reader, const struct yaml_node *node, const char *name,
		    struct falco_rule **ret_rule)
{
	struct falco_rules *rules = reader->rules;
	struct falco_rule *grown, *rule;

	if (rules->n >= FALCO_RULES_MAX)
		return parse_error(&reader->parse, node,
				   "more than %d rules; give fewer files at a time",
				   FALCO_RULES_MAX);
	grown = array_grow(rules->items, rules->n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rules->items = grown;
	rule = &grown[rules->n++];
	*rule = (struct falco_rule){
		.name = strdup(name),
		.file = strdup(reader->parse.source),
		.line = node->line,
	};
	*ret_rule = rule;
	return rule->name && rule->file ? 0 : -ENOMEM;
}

static int set_text(char **text, const char *value)
{
	free(*text);
	*text = value ? strdup(value) : NULL;
	return value && !*text ? -ENOMEM : 0;
}

static int note_change(struct reader *reader, const struct yaml_node *node,
		       struct falco_rule *rule)
{
	rule->changed_line = node->line;
	return set_text(&rule->changed_file, reader->parse.source);
}

static int apply(struct reader *reader, const struct yaml_node *node,
		 const struct item *item)
{
	struct falco_rule *rule = falco_rules_find(reader->rules, item->name);
	bool amends = item->append || item->overrides || !item->defines;
	bool known = rule;
	int r = 0;

	if (!rule)
		r = add_rule(reader, node, item->name, &rule);
	if (!r && (known || amends) && item->condition)
		r = note_change(reader, node, rule);
	if (r)
		return r;
	if (item->priority)
		rule->priority = item->priority;
	if (item->enabled)
		rule->disabled = !item->enabled->number;
	else if (!amends)
		rule->disabled = false;
	return amends ? 0 : set_text(&rule->events, item->events);
}

static int read_rule(struct reader *reader, const struct yaml_node *node)
{
	struct item item = {0};
	int r = parse_open_map(&reader->parse, node, "a rule", rule_fields,
			       ARRAY_SIZE(rule_fields), &item);

	if (r)
		return r;
	if (!item.defines && !item.append && !item.overrides && !item.enabled)
		return parse_error(
			&reader->parse, node,
			"the rule has no \"condition\", and neither \"append\", "
			"\"override\" nor \"enabled\" that would change another; add it");
	return apply(reader, node, &item);
}

/* What a rules file has besides rules. */
static bool is_other_item(const struct yaml_node *node)
{
	static const char *const keys[] = {"macro", "list", "required_engine_version",
					   "required_plugin_versions"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (yaml_get(node, keys[i]))
			return true;
	return false;
}

static int read_item(struct reader *reader, const struct yaml_node *node)
{
	if (node->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (node->type == YAML_MAP && yaml_get(node, "rule"))
		return read_rule(reader, node);
	if (node->type == YAML_MAP && is_other_item(node))
		return 0;
	return parse_error(
		&reader->parse, node,
		"no item of a rules file of Falco; an item is a rule, a macro, a "
		"list or a required version");
}

static int read_document(struct reader *reader, const struct yaml_node *node)
{
	int r = 0;

	if (node->type == YAML_NULL)
		return 0;
	if (node->type == YAML_BROKEN)
		return PARSE_E_WRONG;
	if (node->type != YAML_LIST)
		return parse_error(&reader->parse, node,
				   "a rules file of Falco is a list, not %s; write "
				   "\"- rule: ...\"",
				   yaml_type_name(node->type));
	for (size_t i = 0; r >= 0 && i < node->n; i++)
		r = read_item(reader, node->items[i]);
	return r;
}

int falco_rules_read(const char *text, size_t length, const char *source,
		     struct diagnostics *diagnostics, struct falco_rules *rules)
{
	struct reader reader = {
		.parse = {.source = source, .diagnostics = diagnostics},
		.rules = rules,
	};
	_cleanup_(yaml_tree_freep) struct yaml_tree *tree = NULL;
	size_t n_errors = diagnostics->n_errors;
	int r = yaml_read(text, length, source, diagnostics, &tree);

	if (r < 0)
		return r;
	r = 0;
	for (size_t i = 0; r >= 0 && i < tree->n_documents; i++)
		r = read_document(&reader, tree->documents[i]);
	if (r < 0)
		return r;
	return diagnostics->n_errors > n_errors ? -EINVAL : 0;
}
