// SPDX-License-Identifier: Apache-2.0
/* The form of a policy's sections and their rules. */
#include "policy/schema_section.h"

#include "util/cleanup.h"

static const char *const verdicts[] = {"allow", "deny"};
static const char *const actions[] = {"audit", "allow", "deny", "kill"};
static const char *const accesses[] = {"read", "write"};
static const char *const directions[] = {"connect", "bind", "listen", "accept"};
static const char *const operations[] = {"ptrace", "setuid", "mount",
					 "userns", "module", "bpf"};
static const char *const socket_word[] = {"socket"}, *const owners[] = {"other", "self"},
			 *const direct_word[] = {"direct"},
			 *const by_name_word[] = {"by-name"},
			 *const judge_word[] = {"judge"}, *const none_word[] = {"none"};

static const struct schema any = {.kind = SCHEMA_ANY};
static const struct schema boolean = {.kind = SCHEMA_BOOLEAN};
static const struct schema verdict = SCHEMA_WORDS(verdicts);
static const struct schema action = SCHEMA_WORDS(actions);
static const struct schema error = {.kind = SCHEMA_INTEGER, .first = 1, .last = 133};
static const struct schema rule_name = {
	.kind = SCHEMA_STRING, .last = 63, .pattern = "^[A-Za-z0-9_.-]+$"};

const struct schema schema_text = {.kind = SCHEMA_STRING};
const struct schema schema_severity = {.kind = SCHEMA_INTEGER, .first = 1, .last = 10};
const struct schema schema_message = {.kind = SCHEMA_STRING, .last = 512};
static const struct schema tag = {
	.kind = SCHEMA_STRING, .last = 64, .pattern = "^[^,\n\t\r]+$"};
const struct schema schema_tags = SCHEMA_LIST_OF(&tag);

/* An empty section says nothing. */
static const char *const exec_any[] = {"default", "rules", "libraries", NULL},
			 *const file_any[] = {"default", "rules", "base", NULL},
			 *const section_any[] = {"default", "rules", NULL};

/* --- paths
 * -------------------------------------------------------------------------------------
 */

static const struct schema path = {.kind = SCHEMA_STRING, .last = 4095, .pattern = "^/"};
static const struct schema paths = SCHEMA_LIST_OF(&path);
static const struct schema_key not_paths_keys[] = {
	{"not", &paths, SCHEMA_REQUIRED, "By any program but these."},
};
static const struct schema not_paths = SCHEMA_KEYS(not_paths_keys);
static const struct schema from = SCHEMA_ONE_OF(&paths, &not_paths);

static const struct schema_key rule_keys[] = {
	{"name", &rule_name, 0,
	 "In denials, counters and status; \"rule-N\" unless said."},
	{"action", &action, SCHEMA_REQUIRED,
	 "kill beats deny, deny beats allow, whatever the order. audit reports."},
	{"errno", &error, 0, "What a denied call gets, instead of EPERM or EACCES."},
	{"severity", &schema_severity, 0, "Travels with every denial."},
	{"tags", &schema_tags, 0, "Travel with every denial."},
	{"message", &schema_message, 0, "Travels with every denial."},
	{"strict", &boolean, 0, "Refuse the rule where it can be enforced only in part."},
	{"from", &from, 0, "By which program; {not: [...]}: by any but these."},
};
static const struct schema rule = SCHEMA_KEYS(rule_keys);

/* --- exec, file
 * ----------------------------------------------------------------------------------
 */

static const struct schema stdio = SCHEMA_WORDS(socket_word);
static const struct schema as = SCHEMA_WORDS(direct_word);
static const struct schema multicall = SCHEMA_WORDS(by_name_word);
static const struct schema_key exec_rule_keys[] = {
	{"paths", &paths, 0,
	 "Programs. \"*\" and \"?\" stay within a name, \"**\" crosses \"/\"."},
	{"except", &paths, 0, "But not these of them."},
	{"fileless", &boolean, 0,
	 "No link left, a memfd, or on a tmpfs for shared memory."},
	{"drifted", &boolean, 0, "Data that is not from the container's image."},
	{"stdio", &stdio, 0, "Standard input, output or error is a network socket."},
	{"as", &as, 0, "direct: spares interpreters that a script names."},
	{"multicall", &multicall, 0,
	 "by-name: of a multi-call program the named links alone, which is in part."},
};
static const char *const exec_rule_any[] = {"paths", "fileless", "drifted",
					    "stdio", "from",	 NULL};
static const struct schema_bond exec_rule_bonds[] = {
	{"!has(self.multicall) || has(self.paths)",
	 "multicall needs paths: the names that are meant"},
};
static const struct schema exec_rule =
	SCHEMA_RULE(&rule, exec_rule_keys, exec_rule_any, SCHEMA_BONDS(exec_rule_bonds));
static const struct schema exec_rules = SCHEMA_LIST_OF(&exec_rule);
static const struct schema libraries = SCHEMA_WORDS(judge_word);
static const struct schema_key exec_keys[] = {
	{"default", &verdict, 0, "deny: only what an allow rule names may run."},
	{"rules", &exec_rules, 0, NULL},
	{"libraries", &libraries, 0,
	 "judge: the default is for executable mappings too."},
};
const struct schema schema_exec = SCHEMA_RULE(NULL, exec_keys, exec_any);

static const struct schema access_word = SCHEMA_WORDS(accesses);
static const struct schema access_words = SCHEMA_LIST_OF(&access_word);
static const struct schema owner = SCHEMA_WORDS(owners);
static const struct schema_key file_rule_keys[] = {
	{"access", &access_words, 0,
	 "Both unless said. write covers create, unlink, rename, link, chmod and more."},
	{"paths", &paths, 0,
	 "Files. \"*\" and \"?\" stay within a name, \"**\" crosses \"/\"."},
	{"except", &paths, 0, "But not these of them."},
	{"owner", &owner, 0,
	 "Files of the acting user (self), or of any but it (other)."},
};
static const char *const file_rule_any[] = {"paths", "owner", "from", NULL};
static const struct schema file_rule = SCHEMA_RULE(&rule, file_rule_keys, file_rule_any);
static const struct schema file_rules = SCHEMA_LIST_OF(&file_rule);
static const struct schema base = SCHEMA_WORDS(none_word);
static const struct schema_key file_keys[] = {
	{"default", &verdict, 0, "deny: only what an allow rule names may be opened."},
	{"rules", &file_rules, 0, NULL},
	{"base", &base, 0, "none: without the files that no process can do without."},
};
const struct schema schema_file = SCHEMA_RULE(NULL, file_keys, file_any);

/* --- sockets
 * -----------------------------------------------------------------------------------
 */

static const struct schema family = {.kind = SCHEMA_NAME, .names = &names_families};
static const struct schema type = {.kind = SCHEMA_NAME, .names = &names_types};
static const struct schema protocol = {.kind = SCHEMA_NAME, .names = &names_protocols};

#define NUMBERS(set, item)                                                               \
	static const struct schema set##_list = SCHEMA_LIST_OF(&(item));                 \
	static const struct schema_key set##_not_keys[] = {                              \
		{"not", &set##_list, SCHEMA_REQUIRED, "All but these."}};                \
	static const struct schema set##_not = SCHEMA_KEYS(set##_not_keys);              \
	static const struct schema set = SCHEMA_ONE_OF(&set##_list, &set##_not)

NUMBERS(families, family);
NUMBERS(types, type);
NUMBERS(protocols, protocol);

static const struct schema_key socket_rule_keys[] = {
	{"families", &families, 0, "Address families, by word or number."},
	{"types", &types, 0, "Types of sockets, by word or number."},
	{"protocols", &protocols, 0, "Protocols, by word or number."},
};
static const char *const socket_rule_any[] = {"families", "types", "protocols", "from",
					      NULL};
static const struct schema socket_rule =
	SCHEMA_RULE(&rule, socket_rule_keys, socket_rule_any);
static const struct schema socket_rules = SCHEMA_LIST_OF(&socket_rule);
static const struct schema_key sockets_keys[] = {
	{"default", &verdict, 0, "deny: only what an allow rule names may be made."},
	{"rules", &socket_rules, 0, NULL},
};
const struct schema schema_sockets = SCHEMA_RULE(NULL, sockets_keys, section_any);

/* --- network
 * -----------------------------------------------------------------------------------
 */

static const struct schema prefix = {.kind = SCHEMA_STRING,
				     .pattern = "^[0-9A-Fa-f:.]+(/[0-9]+)?$"};
static const struct schema prefixes = SCHEMA_LIST_OF(&prefix);
static const struct schema destination = {
	.kind = SCHEMA_STRING,
	.pattern = "^([0-9A-Fa-f:.]+(/[0-9]+)?|names|pods|services)$"};
static const struct schema_key reserved_keys[] = {
	{"names", &any, 0, "Reserved."},
	{"pods", &any, 0, "Reserved."},
	{"services", &any, 0, "Reserved."},
};
static const struct schema reserved = {.kind = SCHEMA_MAP,
				       .keys = reserved_keys,
				       .n_keys = ARRAY_SIZE(reserved_keys),
				       .reserved = true};
static const struct schema one_destination = SCHEMA_ONE_OF(&destination, &reserved);
static const struct schema destinations_list = SCHEMA_LIST_OF(&one_destination);
static const struct schema destinations = SCHEMA_ONE_OF(&destinations_list, &reserved);

static const struct schema port_number = {
	.kind = SCHEMA_INTEGER, .first = 1, .last = 65535};
static const struct schema port_range = {
	.kind = SCHEMA_STRING, .pattern = "^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$"};
static const struct schema port = SCHEMA_ONE_OF(&port_number, &port_range);
NUMBERS(ports, port);

static const struct schema direction = SCHEMA_WORDS(directions);
static const struct schema socket_name = {
	.kind = SCHEMA_STRING, .last = 4095, .pattern = "^[/@]"};
static const struct schema socket_names = SCHEMA_LIST_OF(&socket_name);
static const struct schema_key network_rule_keys[] = {
	{"direction", &direction, 0,
	 "connect unless said, which is every other way to send first, too."},
	{"to", &destinations, 0, "Addresses and prefixes; all unless said."},
	{"except", &prefixes, 0, "But not these of them."},
	{"ports", &ports, 0, "Ports and ranges: 4444, 6660-6669."},
	{"protocols", &protocols, 0, "tcp, udp, ...; tcp is MPTCP and SMC as well."},
	{"unix", &socket_names, 0,
	 "Unix sockets by path, or \"@\" and an abstract name."},
};
static const char *const network_rule_any[] = {"direction", "to",   "except", "ports",
					       "protocols", "unix", "from",   NULL};
static const struct schema_bond network_rule_bonds[] = {
	{"!has(self.unix) || (!has(self.to) && !has(self.except))",
	 "no socket has both a unix name and an address: make it two rules"},
};
static const struct schema network_rule = SCHEMA_RULE(
	&rule, network_rule_keys, network_rule_any, SCHEMA_BONDS(network_rule_bonds));
static const struct schema network_rules = SCHEMA_LIST_OF(&network_rule);
static const struct schema_key default_keys[] = {
	{"connect", &verdict, 0, NULL},
	{"bind", &verdict, 0, NULL},
	{"listen", &verdict, 0, NULL},
	{"accept", &verdict, 0, NULL},
};
static const struct schema default_map = SCHEMA_KEYS(default_keys);
static const struct schema network_default = SCHEMA_ONE_OF(&verdict, &default_map);
static const struct schema_key network_keys[] = {
	{"default", &network_default, 0,
	 "A word: of connect over inet and inet6; or a word for each direction."},
	{"rules", &network_rules, 0, NULL},
};
const struct schema schema_network = SCHEMA_RULE(NULL, network_keys, section_any);

/* --- capabilities, process
 * -------------------------------------------------------------------------
 */

static const struct schema capability = {
	.kind = SCHEMA_NAME, .names = &names_capabilities, .prefix = "CAP_"};
static const struct schema capability_list = SCHEMA_LIST_OF(&capability);
static const struct schema_key capability_rule_keys[] = {
	{"capabilities", &capability_list, 0, "By name: NET_RAW, SYS_ADMIN."},
};
static const char *const capability_rule_any[] = {"capabilities", NULL};
static const struct schema capability_rule =
	SCHEMA_RULE(&rule, capability_rule_keys, capability_rule_any);
static const struct schema capability_rules = SCHEMA_LIST_OF(&capability_rule);
static const struct schema_key capabilities_keys[] = {
	{"default", &verdict, 0, "deny: only what an allow rule names may be used."},
	{"rules", &capability_rules, 0, NULL},
};
const struct schema schema_capabilities =
	SCHEMA_RULE(NULL, capabilities_keys, section_any);

static const struct schema operation = SCHEMA_WORDS(operations);
static const struct schema operation_list = SCHEMA_LIST_OF(&operation);
static const struct schema_key process_rule_keys[] = {
	{"operations", &operation_list, 0, "What the process does."},
};
static const char *const process_rule_any[] = {"operations", NULL};
static const struct schema process_rule =
	SCHEMA_RULE(&rule, process_rule_keys, process_rule_any);
static const struct schema process_rules = SCHEMA_LIST_OF(&process_rule);
static const struct schema_key process_keys[] = {
	{"default", &verdict, 0, "deny: only what an allow rule names may be done."},
	{"rules", &process_rules, 0, NULL},
};
const struct schema schema_process = SCHEMA_RULE(NULL, process_keys, section_any);
