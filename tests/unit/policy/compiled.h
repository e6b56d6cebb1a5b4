/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_POLICY_COMPILED_H
#define LSMD_TESTS_POLICY_COMPILED_H

/* Policies compiled, and what their image says to events. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "parsed.h"
#include "policy/eval.h"
#include "policy/image.h"
#include "util/cleanup.h"

#define POLICY(kind, name, spec)                                                         \
	"---\napiVersion: lsmd.io/v1alpha1\nkind: " kind "\nmetadata: {name: " name      \
	"}\nspec:\n" spec
#define CLUSTER(name, spec)    POLICY("ClusterLsmPolicy", name, spec)
#define NAMESPACED(name, spec) POLICY("LsmPolicy", name, spec)

#define ANY		       "  podSelector: {}\n"
#define AUDIT		       ANY "  mode: audit\n"

struct compiled {
	struct parsed parsed;
	struct image *image;
};

static inline void compiled_clear(struct compiled *compiled)
{
	parsed_clear(&compiled->parsed);
	image_unref(compiled->image);
}

/* Whatever is compiled passes for sound when it comes from a map. */
static inline void compile_parsed(struct compiled *compiled,
				  const struct image_options *options)
{
	struct image *loaded;

	cr_assert_eq(image_compile_for(&compiled->parsed.policies, options,
				       &compiled->parsed.diagnostics, &compiled->image),
		     0);
	if (!compiled->image)
		return;
	cr_assert_eq(
		image_load(compiled->image->words, compiled->image->n_words, &loaded), 0);
	image_unref(loaded);
}

static inline struct compiled compile_for(const char *text,
					  const struct image_options *options)
{
	struct compiled compiled = {.parsed = parse(text)};

	cr_assert_eq(compiled.parsed.result, 0, "%s", compiled.parsed.said);
	compile_parsed(&compiled, options);
	return compiled;
}

static inline struct compiled compile(const char *text)
{
	return compile_for(text, &(struct image_options){0});
}

static inline struct eval_result decide(const struct compiled *compiled,
					struct eval_event event)
{
	struct eval_result result;

	eval(compiled->image, &event, &result);
	return result;
}

static inline enum verdict verdict_of(const struct compiled *compiled,
				      struct eval_event event)
{
	return decide(compiled, event).decision.verdict;
}

static inline struct eval_event exec(const char *path)
{
	return (struct eval_event){.kind = EVAL_EXEC, .path = path};
}

static inline struct eval_event open_as(const char *path, uint32_t access)
{
	return (struct eval_event){.kind = EVAL_OPEN, .path = path, .access = access};
}

static inline struct eval_event connect_by(const char *address, uint16_t port,
					   uint32_t protocol)
{
	struct eval_event event = {.kind = EVAL_CONNECT,
				   .family = AF_INET6,
				   .protocol = protocol,
				   .port = port,
				   .address_family = AF_INET6};

	if (inet_pton(AF_INET6, address, event.address) == 1)
		return event;
	event.address_family = AF_INET;
	cr_assert_eq(inet_pton(AF_INET, address, event.address), 1);
	return event;
}

static inline struct eval_event connect_to(const char *address)
{
	return connect_by(address, 443, IPPROTO_TCP);
}

static inline const char *rule_name(const struct compiled *compiled, uint32_t rule)
{
	struct image_rule_info info;

	cr_assert_eq(image_rule(compiled->image, rule, &info), 0);
	return info.rule;
}

#endif
