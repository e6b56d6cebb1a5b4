// SPDX-License-Identifier: Apache-2.0
#include "import/traffic.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/prefix.h"
#include "util/cleanup.h"

int traffic_init(struct traffic *traffic)
{
	traffic->destinations = json_array();
	traffic->services = json_array();
	return traffic->destinations && traffic->services ? 0 : -ENOMEM;
}

void traffic_clear(struct traffic *traffic)
{
	json_decref(traffic->destinations);
	json_decref(traffic->services);
	*traffic = (struct traffic){0};
}

int traffic_prefix(struct parse *parse, const struct yaml_pair *pair, json_t *list)
{
	char plain[PREFIX_TEXT];
	struct prefix prefix;
	const char *text;
	int r = parse_string(parse, pair, &text);

	if (r)
		return r;
	r = prefix_parse(text, &prefix);
	if (r && r != PREFIX_E_HOST_BITS)
		return parse_error(
			parse, pair->value,
			"\"%.80s\" is no address prefix; write it as \"10.0.0.0/8\" or "
			"\"2001:db8::/32\"",
			text);
	prefix_format(&prefix, plain);
	return json_add_string(list, plain);
}

int traffic_to(struct traffic *traffic, json_t *to, json_t *except)
{
	json_t *destination = json_pack("{so}", "to", to);
	int r = 0;

	if (except && json_array_size(except))
		r = json_object_set(destination, "except", except);
	json_decref(except);
	r |= json_array_append_new(traffic->destinations, destination);
	return r ? -ENOMEM : 0;
}

/* Of a protocol; a new one of no ports when it is not there. */
static json_t *find_service(struct traffic *traffic, const char *protocol, bool *ret_new)
{
	json_t *service;
	size_t i;

	json_array_foreach (traffic->services, i, service) {
		const json_t *name =
			json_array_get(json_object_get(service, "protocols"), 0);

		*ret_new = false;
		if (!strcmp(json_string_value(name), protocol))
			return service;
	}
	*ret_new = true;
	service = json_pack("{s[s]}", "protocols", protocol);
	if (json_array_append_new(traffic->services, service))
		return NULL;
	return service;
}

static json_t *port_range(int64_t first, int64_t last)
{
	if (first == last)
		return json_integer(first);
	return json_sprintf("%" PRId64 "-%" PRId64, first, last);
}

int traffic_port(struct traffic *traffic, const char *protocol, int64_t first,
		 int64_t last)
{
	bool is_new = false;
	json_t *service = find_service(traffic, protocol, &is_new);
	json_t *ports = json_object_get(service, "ports");

	if (!service)
		return -ENOMEM;
	if (!last)
		return json_object_del(service, "ports"), 0;
	if (!ports && !is_new)
		return 0; /* it has all of them */
	if (!ports) {
		ports = json_array();
		if (json_object_set_new(service, "ports", ports))
			return -ENOMEM;
	}
	return json_array_append_new(ports, port_range(first, last)) ? -ENOMEM : 0;
}

/* Of one destination and one service; NULL: of all. */
static json_t *make_rule(const char *action, const char *direction,
			 const json_t *destination, const json_t *service)
{
	_cleanup_(json_decrefp) json_t *rule = json_pack("{ss}", "action", action);
	bool failed = !rule;

	if (strcmp(direction, "connect") != 0)
		failed |= json_object_set_new(rule, "direction",
					      json_string(direction)) != 0;
	if (destination)
		failed |= json_object_update(rule, (json_t *)destination) != 0;
	if (service)
		failed |= json_object_update(rule, (json_t *)service) != 0;
	if (!destination && !service)
		failed |= json_object_set_new(rule, "to",
					      json_pack("[s, s]", "0.0.0.0/0", "::/0")) !=
			  0;
	return failed ? NULL : TAKE_PTR(rule);
}

static int emit_services(const struct traffic *traffic, struct importer *importer,
			 const char *action, const char *direction,
			 const json_t *destination, const struct yaml_node *node)
{
	size_t n = traffic->says_what ? json_array_size(traffic->services) : 1;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		const json_t *service =
			traffic->says_what ? json_array_get(traffic->services, i) : NULL;

		r = import_count_rule(importer, node);
		if (!r)
			r = draft_rule(&importer->draft, SECTION_NETWORK,
				       make_rule(action, direction, destination, service),
				       node->line);
	}
	return r;
}

int traffic_emit(const struct traffic *traffic, struct importer *importer,
		 const char *action, const char *direction, const struct yaml_node *node)
{
	bool anywhere = !traffic->says_where || strcmp(direction, "connect") != 0;
	size_t n = anywhere ? 1 : json_array_size(traffic->destinations);
	int r = 0;

	if (traffic->lost) {
		importer->lost_allow |= !strcmp(action, "allow");
		return 0;
	}
	for (size_t i = 0; !r && i < n; i++)
		r = emit_services(
			traffic, importer, action, direction,
			anywhere ? NULL : json_array_get(traffic->destinations, i), node);
	return r;
}

int traffic_close(struct importer *importer, const struct yaml_node *node)
{
	int r = draft_rule(&importer->draft, SECTION_NETWORK,
			   json_pack("{ss s[s, s]}", "action", "allow", "to",
				     "127.0.0.0/8", "::1/128"),
			   node->line);

	if (!r)
		r = draft_direction(&importer->draft, "connect");
	if (r)
		return r;
	return parse_warning(
		&importer->parse, node,
		"here what a UDP server replies counts as a connection: where the pods "
		"serve UDP, allow their clients' addresses as well; and a pod's own "
		"address, as far as it is not loopback, is one like all others");
}
