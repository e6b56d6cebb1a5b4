// SPDX-License-Identifier: Apache-2.0
/* TracingPolicy and TracingPolicyNamespaced (tetragon.io, Tracing Policy). */
#include "import/tetragon.h"

#include <errno.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

/*
 * Functions that tell what ours judges, as kprobes and as LSM hooks name them. What reads
 * or writes an open file (security_file_permission) is judged when it is opened.
 */
static const struct tetragon_hook hooks[] = {
	{"security_file_permission", TETRAGON_FILE, 0, 1, 4, 2, NULL},
	{"file_permission", TETRAGON_FILE, 0, 1, 4, 2, NULL},
	{"security_file_open", TETRAGON_FILE, 0, 0, 0, 0, NULL},
	{"file_open", TETRAGON_FILE, 0, 0, 0, 0, NULL},
	{"security_path_truncate", TETRAGON_FILE, 0, 0, 0, 0, "write"},
	{"path_truncate", TETRAGON_FILE, 0, 0, 0, 0, "write"},
	{"security_file_truncate", TETRAGON_FILE, 0, 0, 0, 0, "write"},
	{"security_mmap_file", TETRAGON_FILE, 0, 1, 1, 2, NULL},
	{"mmap_file", TETRAGON_FILE, 0, 1, 1, 2, NULL},
	{"security_bprm_check", TETRAGON_EXEC, 0, 0, 0, 0, NULL},
	{"bprm_check_security", TETRAGON_EXEC, 0, 0, 0, 0, NULL},
	{"sys_execve", TETRAGON_EXEC, 0, 0, 0, 0, NULL},
	{"tcp_connect", TETRAGON_CONNECT, 0, 0, 0, 0, "tcp"},
	{"security_socket_connect", TETRAGON_CONNECT, 1, 0, 0, 0, NULL},
	{"socket_connect", TETRAGON_CONNECT, 1, 0, 0, 0, NULL},
	{"sys_connect", TETRAGON_CONNECT, 1, 0, 0, 0, NULL},
	{"security_socket_create", TETRAGON_SOCKET, 0, 0, 0, 0, NULL},
	{"socket_create", TETRAGON_SOCKET, 0, 0, 0, 0, NULL},
	{"sys_socket", TETRAGON_SOCKET, 0, 0, 0, 0, NULL},
	{"cap_capable", TETRAGON_CAPABILITY, 2, 0, 0, 0, NULL},
	{"security_capable", TETRAGON_CAPABILITY, 2, 0, 0, 0, NULL},
	{"capable", TETRAGON_CAPABILITY, 2, 0, 0, 0, NULL},
	{"sys_ptrace", TETRAGON_OPERATION, 0, 0, 0, 0, "ptrace"},
	{"security_ptrace_access_check", TETRAGON_OPERATION, 0, 0, 0, 0, "ptrace"},
	{"ptrace_access_check", TETRAGON_OPERATION, 0, 0, 0, 0, "ptrace"},
	{"sys_mount", TETRAGON_OPERATION, 0, 0, 0, 0, "mount"},
	{"security_sb_mount", TETRAGON_OPERATION, 0, 0, 0, 0, "mount"},
	{"sb_mount", TETRAGON_OPERATION, 0, 0, 0, 0, "mount"},
	{"userns_create", TETRAGON_OPERATION, 0, 0, 0, 0, "userns"},
	{"sys_bpf", TETRAGON_OPERATION, 0, 0, 0, 0, "bpf"},
	{"security_bpf", TETRAGON_OPERATION, 0, 0, 0, 0, "bpf"},
	{"bpf", TETRAGON_OPERATION, 0, 0, 0, 0, "bpf"},
};

const struct tetragon_hook *tetragon_hook_find(const char *name)
{
	/* As the function of a system call is called on the two architectures. */
	static const char *const prefixes[] = {"__x64_", "__arm64_"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			name += strlen(prefixes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hooks[i].name, name))
			return &hooks[i];
	return NULL;
}

static int read_name(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	const char *name;

	((struct tetragon_probe *)object)->name = pair->value;
	return parse_string(parse, pair, &name);
}

static int read_index(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	int64_t index = 0;
	int r = parse_number(parse, pair, 0, TETRAGON_ARGUMENTS - 1, &index);

	*(unsigned *)object = (unsigned)index;
	return r;
}

/* Only the place of an argument says what a condition on it is about. */
static int read_argument(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {{"index", read_index, 0}};
	struct tetragon_probe *probe = object;
	unsigned index = 0;
	int r = parse_open_map(parse, pair->value, "an argument", fields,
			       ARRAY_SIZE(fields), &index);

	if (r)
		return r;
	if (probe->n_arguments == TETRAGON_ARGUMENTS)
		return parse_error(parse, pair->value,
				   "more than %d arguments; no function has them",
				   TETRAGON_ARGUMENTS);
	probe->arguments[probe->n_arguments++] = index;
	return 0;
}

static int read_arguments(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_argument, object);
}

static int keep_selectors(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)parse;
	((struct tetragon_probe *)object)->selectors = pair->value;
	return 0;
}

static int read_message(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_string(parse, pair, &((struct tetragon_probe *)object)->message);
}

static int read_tags(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	struct tetragon_probe *probe = object;
	char **tags = NULL;
	size_t n = 0;
	int r = parse_tags(parse, pair, &tags, &n);

	json_decref(probe->tags);
	probe->tags = json_array();
	for (size_t i = 0; !r && i < n; i++)
		r = json_add_string(probe->tags, tags[i]);
	strings_clear(&tags, &n);
	return r;
}

static int convert_probe(struct importer *importer, struct tetragon_probe *probe)
{
	if (!probe->name)
		return PARSE_E_WRONG;
	probe->hook = tetragon_hook_find(probe->name->text);
	if (probe->hook)
		return tetragon_convert_selectors(importer, probe);
	return import_lack(
		importer, probe->name, IMPORT_HOOK,
		"no hook here does what \"%.80s\" tells; files, executions, connections, "
		"sockets, capabilities and ptrace are judged",
		probe->name->text);
}

static int read_probe(struct parse *parse, const struct yaml_pair *pair,
		      const struct field *fields, size_t n_fields)
{
	struct importer *importer = importer_of(parse);
	struct tetragon_probe probe = {0};
	int r = import_count_rule(importer, pair->value);

	if (!r)
		r = parse_map(parse, pair->value, "a probe", fields, n_fields, &probe);
	if (!r)
		r = convert_probe(importer, &probe);
	json_decref(probe.tags);
	return r;
}

static int read_kprobe(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"call", read_name, FIELD_REQUIRED},
		{"args", read_arguments, 0},
		{"selectors", keep_selectors, 0},
		{"message", read_message, 0},
		{"tags", read_tags, 0},
		/* How it is attached, and what else is reported. */
		{"syscall", NULL, FIELD_IGNORED},
		{"return", NULL, FIELD_IGNORED},
		{"returnArg", NULL, FIELD_IGNORED},
		{"returnArgAction", NULL, FIELD_IGNORED},
		{"data", NULL, FIELD_IGNORED},
		{"ignore", NULL, FIELD_IGNORED},
	};

	(void)object;
	return read_probe(parse, pair, fields, ARRAY_SIZE(fields));
}

static int read_lsm_hook(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"hook", read_name, FIELD_REQUIRED},
		{"args", read_arguments, 0},
		{"selectors", keep_selectors, 0},
		{"message", read_message, 0},
		{"tags", read_tags, 0},
	};

	(void)object;
	return read_probe(parse, pair, fields, ARRAY_SIZE(fields));
}

static int read_kprobes(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_kprobe, object);
}

static int read_lsm_hooks(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_lsm_hook, object);
}

static int lack_probes(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	(void)object;
	return import_lack(importer_of(parse), pair->key, IMPORT_HOOK,
			   "%s: only what has a hook of the security modules is judged",
			   pair->key->text);
}

static int read_pod_selector(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	json_t *selector = NULL;
	int r = import_selector(parse, pair, &selector);

	(void)object;
	return r ? r : draft_set(&importer_of(parse)->draft, "podSelector", selector);
}

/* Only names can be selected, and only those in a list. */
static int read_container_selector(struct parse *parse, const struct yaml_pair *pair,
				   void *object)
{
	_cleanup_(json_decrefp) json_t *selector = NULL;
	struct importer *importer = importer_of(parse);
	json_t *values = NULL, *expression;
	const char *key = NULL, *op = NULL;
	int r = import_selector(parse, pair, &selector);

	(void)object;
	if (r || !json_object_size(selector))
		return r;
	expression = json_array_get(json_object_get(selector, "matchExpressions"), 0);
	if (json_object_get(json_object_get(selector, "matchLabels"), "name"))
		values =
			json_object_get(json_object_get(selector, "matchLabels"), "name");
	else if (!json_unpack(expression, "{s:s, s:s, s:o}", "key", &key, "operator", &op,
			      "values", &values) &&
		 (strcmp(key, "name") != 0 || strcmp(op, "In") != 0))
		values = NULL;
	if (!values || json_object_size(selector) != 1 ||
	    json_array_size(json_object_get(selector, "matchExpressions")) > 1 ||
	    json_object_size(json_object_get(selector, "matchLabels")) > 1)
		return import_lack(importer, pair->key, IMPORT_SELECTION,
				   "containers are selected by a list of names alone; "
				   "write \"name\" "
				   "with operator In");
	return draft_set(&importer->draft, "containers",
			 json_is_array(values) ? json_incref(values)
					       : json_pack("[O]", values));
}

struct option {
	const struct yaml_node *name, *value;
};

static int read_option_name(struct parse *parse, const struct yaml_pair *pair,
			    void *object)
{
	const char *name;

	((struct option *)object)->name = pair->value;
	return parse_string(parse, pair, &name);
}

static int read_option_value(struct parse *parse, const struct yaml_pair *pair,
			     void *object)
{
	const char *value;

	((struct option *)object)->value = pair->value;
	return parse_string(parse, pair, &value);
}

/* How probes are attached is Tetragon's affair; whether they enforce is the policy's. */
static int read_option(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"name", read_option_name, FIELD_REQUIRED},
		{"value", read_option_value, FIELD_REQUIRED},
	};
	struct importer *importer = importer_of(parse);
	struct option option = {0};
	int r = parse_map(parse, pair->value, "an option", fields, ARRAY_SIZE(fields),
			  &option);

	(void)object;
	if (r)
		return r;
	if (!strcmp(option.name->text, "disable-kprobe-multi") ||
	    !strcmp(option.name->text, "disable-uprobe-multi"))
		return 0;
	if (!strcmp(option.name->text, "policy-mode") &&
	    !strcmp(option.value->text, "enforce"))
		return 0;
	if (!strcmp(option.name->text, "policy-mode") &&
	    !strcmp(option.value->text, "monitor"))
		return draft_set(&importer->draft, "mode", json_string("audit"));
	return import_lack(importer, option.name, IMPORT_OPTION,
			   "option \"%.80s\": a setting of Tetragon's",
			   option.name->text);
}

static int read_options(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	return parse_list(parse, pair, read_option, object);
}

static int read_spec(struct parse *parse, const struct yaml_pair *pair, void *object)
{
	static const struct field fields[] = {
		{"podSelector", read_pod_selector, 0},
		{"containerSelector", read_container_selector, 0},
		{"kprobes", read_kprobes, 0},
		{"lsmhooks", read_lsm_hooks, 0},
		{"tracepoints", lack_probes, 0},
		{"uprobes", lack_probes, 0},
		{"usdts", lack_probes, 0},
		{"fentries", lack_probes, 0},
		{"options", read_options, 0},
		{"lists", NULL,
		 FIELD_IGNORED}, /* a probe that uses one has no hook here */
		{"enforcers", NULL, FIELD_IGNORED}, /* what NotifyEnforcer may reach */
	};

	return parse_map(parse, pair->value, "\"spec\"", fields, ARRAY_SIZE(fields),
			 object);
}

/* Without a selector it is about every process of the node. */
static int select_pods(struct importer *importer, const struct yaml_node *node)
{
	int r = 0;

	if (json_object_get(importer->draft.spec, "podSelector"))
		return 0;
	if (importer->draft.kind == POLICY_CLUSTER &&
	    !json_object_get(importer->draft.spec, "containers"))
		r = import_lack(importer, node, IMPORT_HOST,
				"a TracingPolicy without podSelector is about the host's "
				"own processes "
				"as well, of which some are never denied here; add "
				"\"podSelector: {}\"");
	return r ? r : draft_set(&importer->draft, "podSelector", json_object());
}

int tetragon_convert(struct importer *importer, const struct yaml_node *node)
{
	static const struct field fields[] = {
		{"apiVersion", NULL, FIELD_IGNORED},
		{"kind", NULL, FIELD_IGNORED},
		{"metadata", import_metadata, FIELD_REQUIRED},
		{"spec", read_spec, FIELD_REQUIRED},
		{"status", NULL, FIELD_IGNORED},
	};
	int r;

	if (!strcmp(importer->kind, "TracingPolicy"))
		importer->draft.kind = POLICY_CLUSTER;
	r = parse_map(&importer->parse, node, "a TracingPolicy", fields,
		      ARRAY_SIZE(fields), NULL);
	if (!r)
		r = select_pods(importer, yaml_get(node, "spec"));
	if (!r && !importer->lacks && draft_is_empty(&importer->draft))
		r = parse_error(&importer->parse, node,
				"a policy without probes; add kprobes or lsmhooks");
	return r;
}
