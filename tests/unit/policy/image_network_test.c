/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of POLICY.md on sockets and network, each with its counterexample. */

#include "compiled.h"

#define CONNECT(address) verdict_of(&compiled, connect_to(address))

Test(image_network, socket_fields_must_all_hold)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  sockets:\n    rules:\n"
			 "    - {action: deny, families: [inet], types: [raw]}\n"
			 "    - {action: deny, families: [packet]}\n"));
	struct eval_event event = {
		.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_RAW};

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.type = SOCK_STREAM;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.family = AF_INET6;
	event.type = SOCK_RAW;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.family = AF_PACKET;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
}

Test(image_network, all_families_but_some)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  sockets: {rules: [{action: deny, families: {not: "
				    "[unix, inet, inet6, netlink]}}]}\n"));
	struct eval_event event = {.kind = EVAL_SOCKET, .type = SOCK_DGRAM};

	for (event.family = 1; event.family < 64; event.family++) {
		bool in = event.family == AF_UNIX || event.family == AF_INET ||
			  event.family == AF_INET6 || event.family == AF_NETLINK;

		cr_assert_eq(verdict_of(&compiled, event),
			     in ? VERDICT_ALLOW : VERDICT_DENY);
	}
}

Test(image_network, protocol_that_is_not_said_is_the_types_own)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  sockets: {rules: [{action: deny, "
					    "families: [inet], protocols: [tcp]}]}\n"));
	struct eval_event event = {
		.kind = EVAL_SOCKET, .family = AF_INET, .type = SOCK_STREAM};

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.protocol = 262;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.protocol = 0;
	event.type = SOCK_DGRAM;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
}

Test(image_network, addresses_but_for_some)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {rules: [{action: deny, to: "
					    "[0.0.0.0/0], except: [10.0.0.0/8]}]}\n"));

	cr_assert_eq(CONNECT("9.255.255.255"), VERDICT_DENY);
	cr_assert_eq(CONNECT("10.0.0.0"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("10.255.255.255"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("11.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("255.255.255.255"), VERDICT_DENY);
	cr_assert_eq(CONNECT("2001:db8::1"), VERDICT_ALLOW);
}

Test(image_network, mapped_address_is_judged_as_ipv4)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [1.2.3.4]}]}\n"));

	cr_assert_eq(CONNECT("::ffff:1.2.3.4"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::ffff:1.2.3.5"), VERDICT_ALLOW);
}

Test(image_network, every_ipv6_address_is_no_ipv4_one)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [\"::/0\"]}]}\n"));

	cr_assert_eq(CONNECT("2001:db8::1"), VERDICT_DENY);
	cr_assert_eq(CONNECT("1.2.3.4"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("::ffff:1.2.3.4"), VERDICT_ALLOW);
}

Test(image_network, unspecified_address_is_judged_as_loopback)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY
		"  network: {rules: [{action: deny, to: [127.0.0.0/8, \"::1\"]}]}\n"));

	cr_assert_eq(CONNECT("0.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::ffff:0.0.0.0"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::2"), VERDICT_ALLOW);
}

Test(image_network, unspecified_ipv6_address_can_be_the_ipv4_loopback)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [127.0.0.1]}]}\n"));

	cr_assert_eq(CONNECT("::"), VERDICT_DENY);
	cr_assert_eq(CONNECT("::1"), VERDICT_ALLOW);
}

Test(image_network, address_within_nat64_is_judged_as_both)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(
		NAMESPACED("a", ANY "  network: {rules: [{action: deny, to: [1.2.3.4]}, "
				    "{action: kill, to: [\"64:ff9b::505:505\"]}]}\n"));

	cr_assert_eq(CONNECT("64:ff9b::1.2.3.4"), VERDICT_DENY);
	cr_assert_eq(CONNECT("64:ff9b::5.5.5.5"), VERDICT_KILL);
	cr_assert_eq(CONNECT("64:ff9b::1.2.3.5"), VERDICT_ALLOW);
	cr_assert_eq(CONNECT("64:ff9b:0:0:0:1:102:304"), VERDICT_ALLOW);
}

Test(image_network, ports_are_those_of_protocols_that_have_them)
{
	static const uint32_t with[] = {6, 17, 33, 132, 136, 256, 262};
	static const uint32_t without[] = {0,  1,   2,	 5,   7,   47,
					   58, 255, 257, 261, 263, 65535};
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, ports: [53]}]}\n"));

	for (size_t i = 0; i < ARRAY_SIZE(with); i++)
		cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 53, with[i])),
			     VERDICT_DENY, "%u", with[i]);
	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 53, without[i])),
			     VERDICT_ALLOW, "%u", without[i]);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 54, IPPROTO_UDP)),
		     VERDICT_ALLOW);
}

Test(image_network, tcp_is_mptcp_and_smc_too)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {rules: [{action: deny, "
					    "protocols: [tcp], ports: [80-90]}]}\n"));
	struct eval_event smc = connect_by("1.1.1.1", 85, 0);

	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 90, 262)), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 90, 256)), VERDICT_DENY);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 91, 6)), VERDICT_ALLOW);
	cr_assert_eq(verdict_of(&compiled, connect_by("1.1.1.1", 85, 17)), VERDICT_ALLOW);
	smc.family = 43;
	cr_assert_eq(verdict_of(&compiled, smc), VERDICT_DENY);
}

Test(image_network, network_default_leaves_other_families_and_disconnects_alone)
{
	_cleanup_(compiled_clear) struct compiled compiled =
		compile(NAMESPACED("a", ANY "  network: {default: deny}\n"));
	struct eval_event event = connect_to("1.1.1.1");

	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.address_family = AF_UNSPEC;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.address_family = AF_UNIX;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
}

Test(image_network, short_address_is_closed_where_something_is_denied)
{
	_cleanup_(compiled_clear) struct compiled compiled = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: deny, to: [1.1.1.1]}]}\n"));
	_cleanup_(compiled_clear) struct compiled audits = compile(NAMESPACED(
		"a", ANY "  network: {rules: [{action: audit, to: [1.1.1.1]}]}\n"));
	struct eval_event event = connect_to("2.2.2.2");
	struct eval_result result;

	event.length = 15;
	result = decide(&compiled, event);
	cr_assert_eq(result.decision.verdict, VERDICT_DENY);
	cr_assert_eq(result.decision.rule, RULE_CLOSED);
	cr_assert_eq(verdict_of(&audits, event), VERDICT_ALLOW);
	event.length = 16;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event = connect_to("2001::1");
	event.length = 23;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
	event.length = 24;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_ALLOW);
	event.length = 1;
	cr_assert_eq(verdict_of(&compiled, event), VERDICT_DENY);
}
