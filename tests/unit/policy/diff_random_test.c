/* SPDX-License-Identifier: Apache-2.0 */

/* Differences of random policies, held against the decision core. */

#include <arpa/inet.h>
#include <sys/socket.h>

#include "compared.h"
#include "policy/image_rule_json.h"
#include "reference.h"

static unsigned seed;

static const char *one_of(const char *const *words, size_t n)
{
	return words[next_random(&seed, (unsigned)n)];
}
#define ONE_OF(...)                                                                      \
	one_of((const char *const[]){__VA_ARGS__},                                       \
	       ARRAY_SIZE(((const char *const[]){__VA_ARGS__})))

static void write_path(FILE *file)
{
	fputs("\"", file);
	for (unsigned n = 1 + next_random(&seed, 3); n; n--)
		fprintf(file, "/%s%s",
			ONE_OF("a", "b", "a*", "?", "[ab]", "*", "**", ".a"),
			ONE_OF("", "", "b", "?", "*"));
	fputs("\"", file);
}

static void write_paths(FILE *file)
{
	unsigned exceptions = next_random(&seed, 2);

	fputs("paths: [", file);
	for (unsigned n = 1 + next_random(&seed, 2); n; n--) {
		write_path(file);
		fputs(n > 1 ? ", " : "]", file);
	}
	if (exceptions) {
		fputs(", except: [", file);
		write_path(file);
		fputs("]", file);
	}
}

static void write_from(FILE *file)
{
	if (next_random(&seed, 3))
		return;
	fputs(next_random(&seed, 2) ? ", from: {not: [" : ", from: {not: [/c, ", file);
	write_path(file);
	fputs("]}", file);
}

static void write_exec(FILE *file)
{
	write_paths(file);
	fputs(ONE_OF("", "", ", drifted: true", ", stdio: socket",
		     ", fileless: true, drifted: true"),
	      file);
	write_from(file);
}

static void write_rules(const char *section, void (*write)(FILE *file), FILE *file)
{
	fprintf(file, "  %s:\n    default: %s\n    rules:\n", section,
		ONE_OF("allow", "deny"));
	for (unsigned n = 1 + next_random(&seed, 3); n; n--) {
		fprintf(file, "    - {name: r%u, action: %s, ", n,
			ONE_OF("allow", "deny", "deny", "kill", "audit"));
		write(file);
		fputs("}\n", file);
	}
}

static void write_file(FILE *file)
{
	fprintf(file, "access: [%s], ", ONE_OF("read", "write", "read, write"));
	write_paths(file);
	fputs(ONE_OF("", "", ", owner: other", ", owner: self"), file);
	write_from(file);
}

static void write_socket(FILE *file)
{
	fprintf(file, "families: %s, types: %s, protocols: %s",
		ONE_OF("[inet]", "[inet6, unix]", "{not: [inet]}", "[200]",
		       "{not: [200]}"),
		ONE_OF("[stream]", "[raw, dgram]", "{not: [dgram]}", "{not: [rdm]}"),
		ONE_OF("[tcp]", "[0]", "{not: [udp]}", "[0, 6, 17]", "[icmp]"));
}

static void write_network(FILE *file)
{
	static const char *const addresses[] = {"0.0.0.0/0",
						"10.0.0.0/8",
						"10.1.0.0/16",
						"127.0.0.0/8",
						"0.0.0.0",
						"\"::/0\"",
						"\"::1\"",
						"\"::\"",
						"\"64:ff9b::/96\"",
						"\"64:ff9b::a00:0/104\"",
						"\"2001:db8::/32\"",
						"\"::/64\"",
						"\"::ffff:10.0.0.0/104\""};

	fprintf(file, "to: [%s, %s]", one_of(addresses, ARRAY_SIZE(addresses)),
		one_of(addresses, ARRAY_SIZE(addresses)));
	if (next_random(&seed, 2))
		fprintf(file, ", except: [%s]", one_of(addresses, ARRAY_SIZE(addresses)));
	fprintf(file, ", protocols: %s", ONE_OF("[tcp]", "[udp, icmp]", "{not: [tcp]}"));
	if (next_random(&seed, 2))
		fprintf(file, ", ports: %s",
			ONE_OF("[80]", "[80-90, 443]", "{not: [80]}"));
}

static char *write_text(void)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (unsigned n = 1 + next_random(&seed, 2); n; n--) {
		fprintf(file,
			"---\napiVersion: lsmd.io/v1alpha1\nkind: %s\nmetadata: {name: "
			"p%u}\n"
			"spec:\n  podSelector: {}\n  mode: %s\n",
			ONE_OF("LsmPolicy", "ClusterLsmPolicy"), n,
			ONE_OF("enforce", "enforce", "audit"));
		write_rules("exec", write_exec, file);
		write_rules("file", write_file, file);
		write_rules("sockets", write_socket, file);
		write_rules("network", write_network, file);
	}
	fclose(file);
	return text;
}

/* Some that come out are refused, as rules that can match nothing are. */
static char *make_text(void)
{
	for (;;) {
		char *text = write_text();
		struct parsed parsed = parse(text);
		bool is_good = parsed.result == 0;

		parsed_clear(&parsed);
		if (is_good)
			return text;
		free(text);
	}
}

/* What a rule may depend on. Reading and writing at once is not looked at under a
 * program, as each of two rules may be about another one. */
static void vary(struct eval_event *event)
{
	event->fileless = next_random(&seed, 2);
	event->drifted = next_random(&seed, 2);
	event->stdio_socket = next_random(&seed, 2);
	event->owner_other = next_random(&seed, 2);
	if (event->access == (ACCESS_READ | ACCESS_WRITE) || next_random(&seed, 3) == 0)
		return;
	event->program = ONE_OF("/a", "/b", "/c", "/a/b", "/ab/b", "/z");
	event->untrusted_program = next_random(&seed, 2);
}

static struct eval_event random_path(char *path)
{
	struct eval_event event = {.kind = next_random(&seed, 2) ? EVAL_EXEC : EVAL_OPEN,
				   .path = path,
				   .untrusted_name = next_random(&seed, 2)};
	size_t length = 0;

	for (unsigned n = 1 + next_random(&seed, 4); n; n--)
		length += (size_t)sprintf(path + length, "/%s%s",
					  ONE_OF("a", "b", "c", "ab", "lib", "dev", ".a"),
					  ONE_OF("", "", "b", "c"));
	if (event.kind == EVAL_OPEN)
		event.access = 1 + next_random(&seed, 3);
	vary(&event);
	return event;
}

static struct eval_event random_socket(void)
{
	static const uint32_t families[] = {0, 1, 2, 3, 10, 11, 16, 200, 255};
	static const uint32_t protocols[] = {0, 1, 6, 17, 100, 255, 256, 262, 263, 70000};

	return (struct eval_event){
		.kind = EVAL_SOCKET,
		.family = families[next_random(&seed, ARRAY_SIZE(families))],
		.type = next_random(&seed, 11),
		.protocol = protocols[next_random(&seed, ARRAY_SIZE(protocols))]};
}

static struct eval_event random_connect(void)
{
	static const char *const addresses[] = {"0.0.0.0",
						"0.0.0.1",
						"10.0.0.0",
						"10.1.2.3",
						"127.0.0.1",
						"255.255.255.255",
						"::",
						"::1",
						"::2",
						"::ffff:10.1.0.1",
						"64:ff9b::",
						"64:ff9b::a00:1",
						"64:ff9b::7f00:1",
						"64:ff9b::1:0:0",
						"2001:db8::5",
						"ffff::ffff"};
	static const uint32_t protocols[] = {1, 6, 17, 132, 256, 262};
	static const uint16_t ports[] = {0, 1, 79, 80, 85, 443, 65535};
	const char *text = one_of(addresses, ARRAY_SIZE(addresses));
	bool v6 = strchr(text, ':');
	struct eval_event event = {
		.kind = EVAL_CONNECT,
		.family = v6 ? AF_INET6 : AF_INET,
		.address_family = v6 ? AF_INET6 : AF_INET,
		.protocol = protocols[next_random(&seed, ARRAY_SIZE(protocols))],
		.port = ports[next_random(&seed, ARRAY_SIZE(ports))]};

	inet_pton((int)event.address_family, text, event.address);
	return event;
}

static struct diff_side side_of(const struct image *image, const struct eval_event *event)
{
	struct eval_result result;
	struct diff_side side = {.rule = RULE_CLOSED};

	eval(image, event, &result);
	side.verdict = eval_verdict(&result);
	if (side.verdict == VERDICT_AUDIT)
		side.rule = result.audits[0].rule;
	else if (side.verdict != VERDICT_ALLOW)
		side = (struct diff_side){side.verdict, result.decision.rule,
					  result.decision.error};
	return side;
}

static bool are_alike(const struct diff_side *a, const struct diff_side *b)
{
	return a->verdict == b->verdict && a->rule == b->rule && a->error == b->error;
}

static void check_examples(const struct compared *compared)
{
	for (size_t i = 0; i < compared->diff.n; i++) {
		const struct diff_item *item = &compared->diff.items[i];

		for (size_t k = 0; k < 2; k++) {
			struct diff_side side =
				side_of(compared->images[k], &item->example.eval);

			cr_assert(are_alike(&side, &item->sides[k]), "seed %u", seed);
		}
	}
}

static bool denies(const struct diff_side *side)
{
	return side->verdict >= VERDICT_DENY;
}

static bool is_found(const struct compared *compared, const struct eval_event *event,
		     const struct diff_side sides[2])
{
	bool both = event->access == (ACCESS_READ | ACCESS_WRITE);

	for (size_t i = 0; i < compared->diff.n; i++) {
		const struct diff_item *item = &compared->diff.items[i];

		if (item->example.eval.kind != event->kind)
			continue;
		/* The stricter of the two, each of which has examples. */
		if (both && denies(&item->sides[0]) == denies(&sides[0]) &&
		    denies(&item->sides[1]) == denies(&sides[1]))
			return true;
		if (item->example.eval.access == event->access &&
		    are_alike(&item->sides[0], &sides[0]) &&
		    are_alike(&item->sides[1], &sides[1]))
			return true;
	}
	return false;
}

static bool differ(const struct compared *compared, const struct eval_event *event,
		   const struct diff_side sides[2])
{
	struct image_rule_info infos[2];

	if (event->access == (ACCESS_READ | ACCESS_WRITE))
		return denies(&sides[0]) != denies(&sides[1]);
	if (sides[0].verdict != sides[1].verdict || sides[0].error != sides[1].error)
		return true;
	if (sides[0].verdict == VERDICT_ALLOW)
		return false;
	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(image_rule(compared->images[i], sides[i].rule, &infos[i]),
			     0);
	return strcmp(infos[0].kind, infos[1].kind) ||
	       strcmp(infos[0].policy, infos[1].policy) ||
	       strcmp(infos[0].rule, infos[1].rule);
}

static unsigned check_events(const struct compared *compared, unsigned n)
{
	unsigned found = 0;
	char path[64];

	for (unsigned i = 0; i < n; i++) {
		struct eval_event event = i % 3 == 0   ? random_path(path)
					  : i % 3 == 1 ? random_socket()
						       : random_connect();
		const struct diff_side sides[2] = {side_of(compared->images[0], &event),
						   side_of(compared->images[1], &event)};
		_cleanup_(freep) char *text = event_text(&event);

		if (!differ(compared, &event, sides))
			continue;
		found++;
		cr_assert(is_found(compared, &event, sides), "%s: seed %u", text, seed);
	}
	return found;
}

Test(diff_random, whatever_differs_in_random_policies_is_found, .timeout = 100)
{
	unsigned found = 0;

	for (unsigned round = 0; round < 300; round++) {
		_cleanup_(freep) char *old = NULL, *new = NULL;

		seed = round * 7919 + 1;
		old = make_text();
		new = make_text();
		{
			_cleanup_(compared_clear) struct compared compared =
				compare_texts(old, new, true);

			check_examples(&compared);
			found += check_events(&compared, 300);
		}
	}
	cr_expect_gt(found, 1000);
}

Test(diff_random, random_policies_do_not_differ_from_themselves)
{
	for (unsigned round = 0; round < 50; round++) {
		_cleanup_(freep) char *text = NULL;

		seed = round + 1;
		text = make_text();
		{
			_cleanup_(compared_clear) struct compared compared =
				compare_texts(text, text, true);

			cr_expect_eq(compared.diff.n, 0);
		}
	}
}
