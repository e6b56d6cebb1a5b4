/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IMPORT_TRAFFIC_H
#define LSMD_IMPORT_TRAFFIC_H

/* One rule of a network policy: where to, and to which ports, as rules of our network
 * section. */

#include "import/importer.h"

/* Starts as {0}; traffic_init(). */
struct traffic {
	json_t *destinations; /* {"to": [...], "except": [...]} each */
	json_t *services; /* {"protocols": [...], "ports": [...]} each, no protocol twice
			   */
	bool says_where;  /* else it is about every destination */
	bool says_what;	  /* else about every protocol and port */
	bool lost;	  /* part of it has no equivalent */
};

int traffic_init(struct traffic *traffic);
void traffic_clear(struct traffic *traffic);

/**
 * traffic_prefix() - Read an address prefix. Bits behind it do not matter, as in
 * Kubernetes.
 * @list: that it is added to, in its plain form
 */
int traffic_prefix(struct parse *parse, const struct yaml_pair *pair, json_t *list);

/** traffic_to() - Add a destination. @except: taken; NULL: nothing. @to: taken. */
int traffic_to(struct traffic *traffic, json_t *to, json_t *except);

/**
 * traffic_port() - Add ports of a protocol.
 * @protocol: as policies write it
 * @last:     0: all ports of the protocol
 */
int traffic_port(struct traffic *traffic, const char *protocol, int64_t first,
		 int64_t last);

/**
 * traffic_emit() - Make rules of it.
 * @action:    "allow" or "deny"
 * @direction: "connect"; or "listen", then destinations are left out
 */
int traffic_emit(const struct traffic *traffic, struct importer *importer,
		 const char *action, const char *direction, const struct yaml_node *node);

/**
 * traffic_close() - Deny what is not allowed to be connected to, but for the own network
 * namespace: no network policy is about that.
 */
int traffic_close(struct importer *importer, const struct yaml_node *node);

/** traffic_lack() - A part of a rule has no equivalent: then none of the rule is
 * converted. */
#define traffic_lack(traffic, importer, node, reason, ...)                               \
	((traffic)->lost = true, import_lack(importer, node, reason, __VA_ARGS__))

#endif
