// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

/* What each command asks, and how it shows the answer. */

TestSuite(ctl, .init = start_server, .fini = stop_server, .timeout = 60);

/* Is there a line that has these words in this order, whatever is between them? */
static bool has_line(const char *text, const char *const *words, size_t n)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		const char *at = line += *line == '\n', *end = strchr(line, '\n');
		size_t i;

		for (i = 0; i < n && at; i++) {
			at = strstr(at, words[i]);
			at = at && (!end || at < end) ? at + strlen(words[i]) : NULL;
		}
		if (at && i == n)
			return true;
	}
	return false;
}

#define expect_line(...)                                                                 \
	do {                                                                             \
		const char *const words_[] = {__VA_ARGS__};                              \
		cr_expect(has_line(lsmctl.out, words_, ARRAY_SIZE(words_)), "%s",        \
			  lsmctl.out);                                                   \
	} while (0)

Test(ctl, status_says_the_state_and_every_problem)
{
	server.reply =
		"{\"version\":\"0.1.0\",\"node\":\"n1\",\"kernel\":\"6.1.0\",\"ready\":"
		"true,"
		"\"reason\":\"\",\"paused\":false,\"uptimeSeconds\":93784,\"subjects\":"
		"12,"
		"\"pods\":8,\"policies\":5,\"policyErrors\":[{\"severity\":\"error\","
		"\"file\":"
		"\"/p/a.yaml\",\"line\":3,\"column\":7,\"message\":\"bad\\u001b; "
		"good\"}],"
		"\"rules\":{\"enforced\":40,\"partial\":2,\"refused\":1},\"programs\":[{"
		"\"name\":"
		"\"file_open\",\"attachTo\":\"file_open\",\"id\":41,\"attached\":true,"
		"\"verifiedInstructions\":18000}],\"memory\":{\"residentBytes\":12582912,"
		"\"kernelBytes\":4194304},\"records\":{\"recorded\":1234,\"dropped\":5,"
		"\"lostCgroupEvents\":0},\"cgroup\":{\"version\":2,\"root\":\"/sys/fs/"
		"cgroup\"},"
		"\"overflow\":false,\"problems\":[\"the pods file has errors\"]}";
	cr_expect_eq(run("status"), 0);
	cr_expect_str_eq(server.url, "/v1/status");
	expect_line("State:", "in force");
	expect_line("Version:", "0.1.0, up 1d2h");
	expect_line("Node:", "n1, Linux 6.1.0, cgroup v2 at /sys/fs/cgroup");
	expect_line("Subjects:", "12, of 8 pods");
	expect_line("Policies:", "5; rules: 40 enforced, 2 partial, 1 refused");
	expect_line("Denials:", "1234 recorded, 5 dropped");
	expect_line("Memory:", "12.0 MiB, and 4.0 MiB");
	expect_line("Problem:", "the pods file has errors");
	expect_line("/p/a.yaml:3:7: error: bad\\x1b; good");
	cr_expect(!strstr(lsmctl.out, "PROGRAM"));
	cr_expect_eq(run("status", "-o", "wide"), 0);
	expect_line("file_open", "41", "yes", "18000");
}

#define PAUSED_BY_HAND                                                                   \
	"{\"paused\":true,\"remainingSeconds\":600,\"sources\":[{\"source\":\"hand\","   \
	"\"reason\":\"up\\u001b\",\"remainingSeconds\":600}]}"

Test(ctl, status_tells_paused_and_not_ready)
{
	server.reply = "{\"ready\":true,\"paused\":true,\"pause\":" PAUSED_BY_HAND "}";
	cr_expect_eq(run("status"), 0);
	expect_line("State:", "paused (by hand for 10m: up", "): nothing is denied");
	server.reply = "{\"ready\":false,\"reason\":\"no BTF\"}";
	cr_expect_eq(run("status"), 0);
	expect_line("State:", "not ready: no BTF");
}

Test(ctl, pods_has_a_row_for_each_container)
{
	server.reply =
		"{\"items\":[{\"namespace\":\"shop\",\"name\":\"web\",\"containers\":["
		"{\"name\":\"app\",\"state\":\"enforced\",\"rules\":12,\"slot\":3,"
		"\"cgroup\":\"/k/a\","
		"\"policies\":[\"LsmPolicy/shop/web\",\"ClusterLsmPolicy/base\"]},"
		"{\"name\":\"side\",\"state\":\"failed\",\"rules\":0,\"policies\":[],"
		"\"problem\":\"too large\"}]},"
		"{\"namespace\":\"shop\",\"name\":\"new\",\"containers\":[]}]}";
	cr_expect_eq(run("pods"), 0);
	expect_line("NAMESPACE", "POD", "CONTAINER", "STATE", "POLICIES");
	expect_line("shop", "web", "app", "enforced", "12",
		    "LsmPolicy/shop/web,ClusterLsmPolicy/base");
	expect_line("shop", "web", "side", "failed", "too large");
	expect_line("shop", "new", "-", "-");
	cr_expect(!strstr(lsmctl.out, "/k/a"));
	cr_expect_eq(run("pods", "-o", "wide"), 0);
	expect_line("app", "enforced", "3", "/k/a");
}

Test(ctl, pods_has_a_row_for_each_unit)
{
	server.reply =
		"{\"items\":[],\"host\":[{\"name\":\"web.service\",\"state\":"
		"\"enforced\",\"rules\":2,\"policies\":[\"ClusterLsmPolicy/a\"]}]}";
	cr_expect_eq(run("pods"), 0);
	expect_line("-", "-", "web.service", "enforced", "2", "ClusterLsmPolicy/a");
}

Test(ctl, policies_says_what_stays_open)
{
	server.reply =
		"{\"items\":[{\"kind\":\"LsmPolicy\",\"namespace\":\"shop\",\"name\":"
		"\"web\",\"mode\":"
		"\"enforce\",\"source\":\"/p/web.yaml\",\"line\":4,\"pods\":2,\"rules\":["
		"{\"section\":\"exec\",\"name\":\"a\",\"action\":\"deny\",\"state\":"
		"\"enforced\"},"
		"{\"section\":\"file\",\"name\":\"b\",\"action\":\"deny\",\"state\":"
		"\"partial\","
		"\"openWays\":\"rename\"}]},"
		"{\"kind\":\"ClusterLsmPolicy\",\"namespace\":\"\",\"name\":\"units\","
		"\"state\":\"refused\","
		"\"openWays\":\"no "
		"units\",\"rules\":[{\"section\":\"exec\",\"name\":\"c\",\"action\":"
		"\"deny\","
		"\"state\":\"refused\"},{\"section\":\"network\",\"name\":\"default\","
		"\"action\":\"deny\","
		"\"state\":\"refused\",\"openWays\":\"no bind\"}]}],"
		"\"errors\":[{\"severity\":\"error\",\"file\":\"/p/x.yaml\","
		"\"line\":0,\"column\":0,\"message\":\"no\"}]}";
	cr_expect_eq(run("policies"), 0);
	expect_line("LsmPolicy", "shop", "web", "enforce", "2", "2, 1 partial",
		    "/p/web.yaml:4");
	expect_line("LsmPolicy shop/web, file rule b, partial: rename");
	expect_line("ClusterLsmPolicy", "units", "2, 2 refused");
	expect_line("ClusterLsmPolicy units, refused: no units");
	expect_line("ClusterLsmPolicy units, network rule default, refused: no bind");
	cr_expect(!strstr(lsmctl.out, "exec rule c"));
	expect_line("/p/x.yaml: error: no");
}

Test(ctl, totals_are_a_table)
{
	server.reply = "{\"items\":[{\"namespace\":\"shop\",\"pod\":\"web\","
		       "\"container\":\"app\","
		       "\"policyKind\":\"LsmPolicy\",\"policyNamespace\":\"shop\","
		       "\"policy\":\"web\","
		       "\"section\":\"exec\",\"rule\":\"no-shells\",\"verdict\":\"deny\","
		       "\"count\":9007199254740993}]}";
	cr_expect_eq(run("totals"), 0);
	expect_line("shop", "web", "app", "shop/web", "exec", "no-shells", "deny",
		    "9007199254740993");
	server.reply = "{\"items\":[]}";
	cr_expect_eq(run("totals"), 0);
	cr_expect_str_eq(lsmctl.out, "");
	cr_expect_str_eq(lsmctl.err, "Nothing was denied.\n");
}

#define DENIAL                                                                           \
	"{\"sequence\":7,\"time\":\"2025-11-21T21:30:01.123456789Z\",\"verdict\":"       \
	"\"deny\","                                                                      \
	"\"would\":\"deny\",\"hook\":\"socket_connect\",\"errno\":\"EPERM\",\"policy\":" \
	"{\"kind\":"                                                                     \
	"\"LsmPolicy\",\"namespace\":\"shop\",\"name\":\"web\"},\"section\":"            \
	"\"network\","                                                                   \
	"\"rule\":\"c2\",\"pod\":{\"namespace\":\"shop\",\"name\":\"web-1\"},"           \
	"\"container\":"                                                                 \
	"{\"name\":\"app\"},\"process\":{\"pid\":42,\"executable\":\"/usr/bin/"          \
	"nc\"},\"object\":"                                                              \
	"{\"type\":\"address\",\"family\":\"inet6\",\"address\":\"2001:db8::1\","        \
	"\"port\":4444,"                                                                 \
	"\"protocol\":\"tcp\"},\"flags\":[]}"

Test(ctl, denials_are_a_table)
{
	server.reply = "{\"items\":[" DENIAL
		       ",{\"time\":\"t\",\"verdict\":\"audit\",\"cgroup\":\"/unit\","
		       "\"policy\":{\"name\":\"\"},\"flags\":[\"closed\",\"paused\"],"
		       "\"process\":{\"pid\":1,"
		       "\"executable\":\"\",\"command\":\"x\\u001b]0;\"},\"object\":{"
		       "\"type\":\"file\","
		       "\"path\":\"/etc/shadow\",\"access\":[\"read\",\"write\"]}},"
		       "{\"object\":{\"type\":\"socket\",\"family\":\"inet\","
		       "\"socketType\":\"raw\","
		       "\"protocol\":262}}],\"last\":7,\"dropped\":0}";
	cr_expect_eq(run("denials"), 0);
	expect_line("2025-11-21T21:30:01Z", "deny", "shop/web-1", "app",
		    "shop/web network c2", "/usr/bin/nc[42]", "[2001:db8::1]:4444/tcp");
	expect_line("audit", "/unit", "closed,paused", "x\\x1b]0;[1]",
		    "/etc/shadow read+write");
	expect_line("inet,raw,262");
	cr_expect(!strchr(lsmctl.out, '\x1b'));
}

Test(ctl, denials_asks_for_what_was_said)
{
	server.reply = "{\"items\":[]}";
	cr_expect_eq(run("denials"), 0);
	cr_expect_str_eq(server.url, "/v1/denials");
	cr_expect_eq(run("denials", "--limit", "5", "--since", "9", "--pod", "shop/web",
			 "-c", "a&b=c d", "--verdict", "deny", "--hook", "file_open",
			 "--policy", "p"),
		     0);
	cr_expect_str_eq(server.url,
			 "/v1/denials?limit=5&since=9&namespace=shop&pod=web&container="
			 "a&b=c d&policy=p&verdict=deny&hook=file_open");
	cr_expect_eq(run("denials", "-n", "shop"), 0);
	cr_expect_str_eq(server.url, "/v1/denials?namespace=shop");
	cr_expect_eq(run("denials", "--limit", "-5"), 2);
	cr_expect_eq(run("denials", "--limit", "ten"), 2);
	cr_expect_eq(run("denials", "--pod", "a/b/c"), 2);
}

static void wait_for(const char *text)
{
	for (int i = 0; i < 500; i++) {
		peek();
		if (strstr(lsmctl.out, text))
			return;
		usleep(10000);
	}
	cr_assert(false, "not seen: %s in %s", text, lsmctl.out);
}

Test(ctl, follow_shows_each_at_once_and_ends_by_interrupt)
{
	server.reply = DENIAL "\n{\"dropped\":3}\n" DENIAL "\n";
	server.endless = true;
	begin("denials", "--follow");
	wait_for("... 3 denials went by unread\n");
	cr_expect_str_eq(server.url, "/v1/denials?follow=true");
	kill(lsmctl.pid, SIGINT);
	cr_expect_eq(finish(), 0);
	cr_expect_str_eq(lsmctl.err, "");
}

Test(ctl, follow_says_when_the_server_goes_away)
{
	server.reply = DENIAL "\n" DENIAL "\n";
	cr_expect_eq(run("denials", "-f", "-o", "json"), 3);
	cr_expect_str_eq(
		lsmctl.err,
		"lsmctl: lsmd ended the stream; it may have been stopped, see its log\n");
	cr_expect_eq(strchr(lsmctl.out, '\n') - lsmctl.out,
		     (ptrdiff_t)(strlen(lsmctl.out) / 2 - 1));
}

Test(ctl, follow_says_why_it_was_turned_away)
{
	server.status = 503;
	server.reply = "{\"error\":\"too many; end one\"}";
	cr_expect_eq(run("denials", "-f"), 1);
	cr_expect_str_eq(lsmctl.err, "lsmctl: too many; end one\n");
}

static void expect_body(const char *expected)
{
	_cleanup_(json_decrefp) json_t *given = json_loads(server.body, 0, NULL);
	_cleanup_(json_decrefp) json_t *json = json_loads(expected, 0, NULL);

	cr_expect(json_equal(given, json), "%s", server.body);
}

#define DENY                                                                             \
	"{\"id\":\"7\",\"pod\":{\"namespace\":\"shop\",\"name\":\"web\",\"uid\":\"u\"}," \
	"\"container\":\"\",\"what\":\"exec\",\"object\":\"/bin/sh\",\"audit\":false,"   \
	"\"until\":\"2025-01-01T00:00:00Z\",\"remainingSeconds\":600,\"created\":"       \
	"\"2024\"}"

Test(ctl, deny_sends_what_was_said)
{
	server.status = 201;
	server.reply = DENY;
	cr_expect_eq(run("deny", "--pod", "shop/web", "--exec", "/bin/sh"), 0);
	cr_expect_str_eq(server.method, "POST");
	cr_expect_str_eq(server.url, "/v1/denies");
	cr_expect_str_eq(server.type, "application/json");
	expect_body("{\"pod\":\"shop/web\",\"exec\":\"/bin/sh\"}");
	expect_line("7", "shop/web", "-", "exec", "/bin/sh", "no", "10m");
	cr_expect_eq(run("deny", "-p", "web", "-n", "shop", "-c", "app", "--connect",
			 "10.0.0.0/8:80", "--for", "1h30m", "--audit"),
		     0);
	expect_body("{\"pod\":\"shop/web\",\"connect\":\"10.0.0.0/"
		    "8:80\",\"container\":\"app\","
		    "\"for\":5400,\"audit\":true}");
	cr_expect_eq(run("deny", "-p", "web", "--socket", "inet,raw"), 0);
	expect_body("{\"pod\":\"default/web\",\"socket\":\"inet,raw\"}");
	cr_expect_eq(run("deny", "-p", "web", "--open", "/x"), 0);
	expect_body("{\"pod\":\"default/web\",\"open\":\"/x\"}");
}

Test(ctl, deny_refuses_what_makes_no_sense)
{
	cr_expect_eq(run("deny", "--exec", "/bin/sh"), 2);
	cr_expect(!!strstr(lsmctl.err, "which pod?"));
	cr_expect_eq(run("deny", "-p", "web"), 2);
	cr_expect(!!strstr(lsmctl.err, "deny what?"));
	cr_expect_eq(run("deny", "-p", "web", "--exec", "/a", "--open", "/b"), 2);
	cr_expect(!!strstr(lsmctl.err, "--exec and --open; give one"));
	cr_expect_eq(run("deny", "-p", "a/b", "-n", "c", "--exec", "/a"), 2);
	cr_expect(!!strstr(lsmctl.err, "disagree"));
	cr_expect_eq(run("deny", "-p", "a", "--exec", "/a", "--for", "10"), 2);
	cr_expect(!!strstr(lsmctl.err, "10m, 1h30m or 2d"));
	cr_expect_eq(run("deny", "-p", "a", "--socket", "/run/lsmd.sock"), 2);
	cr_expect(!!strstr(lsmctl.err, "lsmctl --socket /run/lsmd.sock deny"));
	cr_expect_eq(run("deny", "-p", "a", "--exec", "/\xff"), 2);
	cr_expect(!!strstr(lsmctl.err, "no UTF-8"));
	cr_expect_str_eq(server.method, "", "nothing was sent");
}

Test(ctl, allow_takes_one_or_all_of_a_pod)
{
	server.reply = "{\"items\":[" DENY "]}";
	cr_expect_eq(run("allow", "--id", "a/../b?c"), 0);
	cr_expect_str_eq(server.method, "DELETE");
	cr_expect_str_eq(server.url, "/v1/denies/a/../b?c");
	expect_line("7", "shop/web", "exec", "/bin/sh");
	cr_expect_eq(run("allow", "--pod", "web", "-n", "shop"), 0);
	cr_expect_str_eq(server.url, "/v1/denies?pod=shop/web");
	cr_expect_eq(run("allow"), 2);
	cr_expect_eq(run("allow", "--id", "7", "--pod", "web"), 2);
	cr_expect_eq(run("allow", "--id", ""), 2);
}

Test(ctl, denies_tells_what_has_no_end)
{
	server.reply =
		"{\"items\":[{\"id\":\"8\",\"pod\":{\"namespace\":\"a\",\"name\":\"b\"},"
		"\"what\":\"open\",\"object\":\"/x\",\"audit\":true,\"until\":null}]}";
	cr_expect_eq(run("denies"), 0);
	expect_line("8", "a/b", "-", "open", "/x", "yes", "no end");
}

Test(ctl, pause_sends_its_end_and_reason)
{
	server.reply = PAUSED_BY_HAND;
	cr_expect_eq(run("pause", "--for", "10m", "--reason", "up"), 0);
	cr_expect_str_eq(server.method, "POST");
	cr_expect_str_eq(server.url, "/v1/pause");
	cr_expect_str_eq(server.body, "{\"for\":600,\"reason\":\"up\"}");
	expect_line("paused (by hand for 10m: up\\x1b): nothing is denied");
	cr_expect_eq(run("pause"), 0);
	cr_expect_str_eq(server.body, "{}");
	cr_expect_eq(run("pause", "--for", "never"), 2);
	cr_expect_eq(run("pause", "--refresh"), 2);
}

Test(ctl, pause_says_what_could_not_be_kept)
{
	server.reply = "{\"paused\":true,\"sources\":[],\"problem\":\"disk full\"}";
	cr_expect_eq(run("pause"), 0);
	cr_expect(strstr(lsmctl.err, "disk full"));
}

Test(ctl, resume_fails_where_another_source_goes_on)
{
	server.reply = "{\"paused\":false,\"sources\":[]}";
	cr_expect_eq(run("resume"), 0);
	cr_expect_str_eq(server.method, "DELETE");
	cr_expect_str_eq(server.url, "/v1/pause");
	cr_expect_str_eq(lsmctl.out, "in force\n");
	server.reply = "{\"paused\":true,\"sources\":[{\"source\":\"file\"},{"
		       "\"source\":\"annotation\"}]}";
	cr_expect_eq(run("resume"), 1);
	expect_line("paused (by the file on the node, by the node's annotation):");
}

Test(ctl, pause_and_resume_hint_at_offline_where_nobody_answers)
{
	stop_server();
	cr_expect_eq(run("pause"), 3);
	cr_expect(strstr(lsmctl.err, "lsmctl pause --offline"));
	cr_expect_eq(run("resume"), 3);
	cr_expect(strstr(lsmctl.err, "lsmctl resume --offline"));
}

Test(ctl, pause_offline_keeps_it_where_nothing_is_in_force)
{
	char directory[] = "/tmp/ctl-pause-XXXXXX", path[64];

	cr_assert(!!mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/pause.json", directory);
	run("pause", "--offline", "--state-directory", directory, "--pin-directory",
	    directory, "--pause-file", "/nowhere", "--reason", "why");
	expect_line("paused (by hand: why)");
	cr_expect(access(path, F_OK) == 0);
	run("resume", "--offline", "--state-directory", directory, "--pin-directory",
	    directory, "--pause-file", "/nowhere");
	expect_line("in force");
	unlink(path);
	rmdir(directory);
}

Test(ctl, health_is_quiet_or_says_why_not)
{
	server.reply = "{\"ready\":true}";
	cr_expect_eq(run("health"), 0);
	cr_expect_str_eq(lsmctl.out, "");
	server.reply = "{\"ready\":false,\"reason\":\"not all in force\"}";
	cr_expect_eq(run("health"), 1);
	cr_expect_str_eq(lsmctl.err, "lsmctl: not ready: not all in force\n");
	cr_expect_eq(run("health", "--alive"), 0);
}

Test(ctl, reload_is_quiet_or_says_the_errors)
{
	server.reply = "{\"ok\":true,\"errors\":[]}";
	cr_expect_eq(run("reload"), 0);
	cr_expect_str_eq(server.method, "POST");
	cr_expect_str_eq(server.url, "/v1/reload");
	cr_expect_str_eq(lsmctl.out, "");
	cr_expect_str_eq(lsmctl.err, "");
	server.status = 422;
	server.reply =
		"{\"error\":\"an error; "
		"stays\",\"errors\":[{\"severity\":\"error\",\"file\":"
		"\"/p/a.yaml\",\"line\":3,\"column\":7,\"message\":\"bad; good\"}]}";
	cr_expect_eq(run("reload"), 1);
	cr_expect_str_eq(lsmctl.err,
			 "lsmctl: an error; stays\n/p/a.yaml:3:7: error: bad; good\n");
}
