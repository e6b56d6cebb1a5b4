// SPDX-License-Identifier: Apache-2.0
#include "imported.h"

#define HEAD                                                                             \
	"apiVersion: cilium.io/v2\n"                                                     \
	"kind: CiliumNetworkPolicy\n"                                                    \
	"metadata: {name: c, namespace: shop}\n"                                         \
	"spec:\n"                                                                        \
	"  endpointSelector: {matchLabels: {'k8s:app': web}}\n"

#define SELECTS	 "{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"}},\"network\":{"
#define LOOPBACK "\"action\":\"allow\",\"to\":[\"127.0.0.0/8\",\"::1/128\"]}"

Test(cilium, turns_prefixes_and_ports_into_connections)
{
	struct imported imported =
		import(HEAD "  egress:\n"
			    "  - toCIDR: [192.0.2.1]\n"
			    "    toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]\n"
			    "    toPorts: [{ports: [{port: '80', protocol: TCP}, {port: "
			    "'90', endPort: 99, protocol: UDP}]}]\n");

	assert_spec(imported,
		    SELECTS "\"default\":{\"connect\":\"deny\"},\"rules\":["
			    "{\"name\":\"line-7\",\"action\":\"allow\",\"to\":[\"192.0.2."
			    "1/32\"],\"ports\":[80],\"protocols\":[\"tcp\"]},"
			    "{\"name\":\"line-7-2\",\"action\":\"allow\",\"to\":[\"192.0."
			    "2.1/32\"],\"ports\":[\"90-99\"],\"protocols\":[\"udp\"]},"
			    "{\"name\":\"line-7-3\",\"action\":\"allow\",\"to\":[\"10.0."
			    "0.0/8\"],\"except\":[\"10.1.0.0/"
			    "16\"],\"ports\":[80],\"protocols\":[\"tcp\"]},"
			    "{\"name\":\"line-7-4\",\"action\":\"allow\",\"to\":[\"10.0."
			    "0.0/8\"],\"except\":[\"10.1.0.0/"
			    "16\"],\"ports\":[\"90-99\"],\"protocols\":[\"udp\"]},"
			    "{\"name\":\"line-6\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(cilium, denies_all_else_even_where_it_only_denies)
{
	struct imported imported = import(
		HEAD
		"  egressDeny: [{toPorts: [{ports: [{port: '25', protocol: TCP}]}]}]\n");

	assert_spec(imported, SELECTS "\"default\":{\"connect\":\"deny\"},\"rules\":["
				      "{\"name\":\"line-6\",\"action\":\"deny\","
				      "\"ports\":[25],\"protocols\":[\"tcp\"]},"
				      "{\"name\":\"line-6-2\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(cilium, stays_open_where_enableDefaultDeny_says_so)
{
	struct imported imported =
		import(HEAD "  enableDefaultDeny: {egress: false}\n"
			    "  egressDeny: [{toEntities: [all], toPorts: [{ports: "
			    "[{port: '25', protocol: TCP}]}]}]\n");

	assert_spec(imported,
		    SELECTS "\"rules\":["
			    "{\"name\":\"line-7\",\"action\":\"deny\",\"to\":[\"0.0.0.0/"
			    "0\",\"::/0\"],\"ports\":[25],\"protocols\":[\"tcp\"]}]}}");
	imported_clear(&imported);
}

Test(cilium, takes_an_empty_rule_for_nothing)
{
	struct imported imported = import(HEAD "  egress: [{}]\n");

	assert_spec(imported, SELECTS "\"default\":{\"connect\":\"deny\"},\"rules\":["
				      "{\"name\":\"line-6\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(cilium, takes_a_port_without_protocol_for_every_one_that_has_ports)
{
	struct imported imported =
		import(HEAD "  egress: [{toPorts: [{ports: [{port: '443'}]}]}]\n");

	assert_spec(imported, SELECTS "\"default\":{\"connect\":\"deny\"},\"rules\":["
				      "{\"name\":\"line-6\",\"action\":\"allow\","
				      "\"ports\":[443],\"protocols\":[\"tcp\"]},"
				      "{\"name\":\"line-6-2\",\"action\":\"allow\","
				      "\"ports\":[443],\"protocols\":[\"udp\"]},"
				      "{\"name\":\"line-6-3\",\"action\":\"allow\","
				      "\"ports\":[443],\"protocols\":[\"sctp\"]},"
				      "{\"name\":\"line-6-4\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(cilium, selects_namespaces_of_clusterwide_policies)
{
	struct imported imported = import(
		"apiVersion: cilium.io/v2\n"
		"kind: CiliumClusterwideNetworkPolicy\n"
		"metadata: {name: c}\n"
		"spec:\n"
		"  description: why\n"
		"  endpointSelector:\n"
		"    matchLabels: {app: web, 'k8s:io.kubernetes.pod.namespace': shop}\n"
		"    matchExpressions: [{key: 'any:tier', operator: Exists}]\n"
		"  egress: [{toCIDR: [192.0.2.0/24]}]\n");

	assert_spec(
		imported,
		"{\"podSelector\":{\"matchLabels\":{\"app\":\"web\"},"
		"\"matchExpressions\":["
		"{\"key\":\"tier\",\"operator\":\"Exists\"}]},"
		"\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/"
		"metadata.name\":\"shop\"}},"
		"\"network\":{\"default\":{\"connect\":\"deny\"},\"rules\":["
		"{\"name\":\"line-9\",\"action\":\"allow\",\"to\":[\"192.0.2.0/24\"]},"
		"{\"name\":\"line-9-2\"," LOOPBACK "]}}");
	imported_clear(&imported);
}

Test(cilium, names_what_it_cannot_say)
{
	static const struct {
		const char *spec;
		enum import_reason reason;
	} cases[] = {
		{"  egress: [{toEndpoints: [{}]}]\n", IMPORT_PODS},
		{"  egress: [{toFQDNs: [{matchName: a.example}]}]\n", IMPORT_NAMES},
		{"  egress: [{toServices: [{}]}]\n", IMPORT_SERVICES},
		{"  egress: [{toEntities: [world]}]\n", IMPORT_ENTITY},
		{"  egress: [{toCIDRSet: [{cidrGroupRef: g}]}]\n", IMPORT_ENTITY},
		{"  egress: [{icmps: [{fields: [{type: 8}]}]}]\n", IMPORT_ICMP},
		{"  egress: [{toPorts: [{ports: [{port: http}]}]}]\n", IMPORT_PORT_NAME},
		{"  egress: [{toPorts: [{ports: [{port: '80'}], rules: {http: "
		 "[{}]}}]}]\n",
		 IMPORT_APPLICATION},
		{"  ingress: [{fromEntities: [world]}]\n", IMPORT_INGRESS},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct imported imported;

		snprintf(text, sizeof(text), HEAD "%s", cases[i].spec);
		imported = import(text);
		assert_reason(imported, cases[i].reason);
		cr_assert_eq(imported.counts.refused, 1, "%s", text);
		imported_clear(&imported);
	}
}

Test(cilium, never_selects_more_pods_than_it_is_about)
{
	static const char *const selectors[] = {
		"  nodeSelector: {}\n",
		"  endpointSelector: {matchLabels: {'reserved:host': ''}}\n",
		"  endpointSelector: {matchLabels: "
		"{'io.cilium.k8s.policy.serviceaccount': a}}\n",
		"  endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': "
		"other}}\n",
	};

	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		char text[512];
		struct imported imported;

		snprintf(text, sizeof(text),
			 "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: "
			 "{name: c}\n"
			 "spec:\n%s  egress: [{toCIDR: [192.0.2.0/24]}]\n",
			 selectors[i]);
		imported = import_partial(text);
		cr_assert_eq(json_array_size(imported.policies), 0, "%s", text);
		imported_clear(&imported);
	}
}
