/* SPDX-License-Identifier: Apache-2.0 */
/* lsmd: options, the loop, exit codes. The outermost layer: what it cannot go on with, it
 * says. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agent_state.h"
#include "ctl/namespaces.h"
#include "pause/file.h"
#include "policy/array.h"
#include "privileges.h"
#include "util/cleanup.h"
#include "util/explain.h"
#include "util/notify.h"

#define EXIT_USAGE 2

enum {
	OPTION_POLICIES = 256,
	OPTION_PODS,
	OPTION_CLUSTER,
	OPTION_KUBECONFIG,
	OPTION_CONTEXT,
	OPTION_WATCH_SILENCE,
	OPTION_EVENTS,
	OPTION_NODE,
	OPTION_NODE_LABELS,
	OPTION_SOCKET,
	OPTION_LISTEN,
	OPTION_PIN_DIRECTORY,
	OPTION_STATE_DIRECTORY,
	OPTION_HOST_ROOT,
	OPTION_PAUSE_FILE,
	OPTION_BOOT,
	OPTION_EXEMPT,
	OPTION_PENDING,
	OPTION_RECORDS,
	OPTION_HISTORY,
	OPTION_CHECK,
	OPTION_PROBE,
	OPTION_UNLOAD,
};

enum mode {
	MODE_RUN,
	MODE_CHECK,
	MODE_PROBE,
	MODE_UNLOAD,
};

struct command {
	struct agent_options agent;
	enum mode mode;
};

static const struct argp_option options[] = {
	{"policies", OPTION_POLICIES, "DIRECTORY", 0,
	 "Policies: every *.yaml, *.yml and *.json in it (/etc/lsmd/policies)", 1},
	{"pods", OPTION_PODS, "FILE", 0,
	 "Pods of this node, as `kubectl get pods -A -o json` prints them, or in YAML",
	 1},
	{"cluster", OPTION_CLUSTER, NULL, 0,
	 "Instead: follow the API server, as this pod's service account, for this node's "
	 "pods, and for policies that are objects",
	 1},
	{"kubeconfig", OPTION_KUBECONFIG, "FILE", 0, "The same, as a kubeconfig says", 1},
	{"context", OPTION_CONTEXT, "NAME", 0, "Of the kubeconfig (its current one)", 1},
	{"node", OPTION_NODE, "NAME", 0,
	 "Name of this node ($NODE_NAME, or the host's name)", 1},
	{"node-labels", OPTION_NODE_LABELS, "KEY=VALUE,...", 0,
	 "Its labels, which nodeSelector asks for (none; in a cluster besides those that "
	 "it has there)",
	 1},
	{"exempt-namespaces", OPTION_EXEMPT, "NAME,...", 0,
	 "Namespaces that a policy selects only by their name, as it does kube-system "
	 "(none)",
	 1},
	{"socket", OPTION_SOCKET, "PATH", 0,
	 "Unix socket for lsmctl, mode 0600 (/run/lsmd/lsmd.sock)", 2},
	{"listen", OPTION_LISTEN, "ADDRESS:PORT", 0,
	 "Serve the API read-only on TCP too (off)", 2},
	{"pin-directory", OPTION_PIN_DIRECTORY, "DIRECTORY", 0,
	 "Where programs and maps are pinned (/sys/fs/bpf/lsmd)", 3},
	{"state-directory", OPTION_STATE_DIRECTORY, "DIRECTORY", 0,
	 "Where denials by hand and last good policies are kept (/var/lib/lsmd)", 3},
	{"host-root", OPTION_HOST_ROOT, "DIRECTORY", 0,
	 "The host's root, below which the runtimes keep their containers (PID 1's)", 3},
	{"pause-file", OPTION_PAUSE_FILE, "PATH", 0,
	 "While this file is there, nothing is denied, all is reported (" PAUSE_FILE ")",
	 3},
	{"pending", OPTION_PENDING, "allow|deny", 0,
	 "What pods may do that lsmd has not heard of yet: allow reports it (allow)", 3},
	{"records-per-second", OPTION_RECORDS, "N", 0,
	 "Records per subject and second; counts go on beyond (200)", 3},
	{"history", OPTION_HISTORY, "N", 0, "Denials kept in memory (4096)", 3},
	{"events", OPTION_EVENTS, NULL, 0,
	 "Tell of denials by Events on their pods, a few for each pod and rule (off)", 2},
	{"watch-silence", OPTION_WATCH_SILENCE, "SECONDS", 0,
	 "A watch of the API server that is silent for so long is begun anew (180)", 3},
	{"boot", OPTION_BOOT, NULL, 0,
	 "Put in force what the state directory keeps, until another lsmd starts; for "
	 "a unit that is started before kubelet",
	 4},
	{"check", OPTION_CHECK, NULL, 0,
	 "Read policies and pods, say what is wrong, change nothing, exit", 4},
	{"probe", OPTION_PROBE, NULL, 0,
	 "Try whether this kernel enforces: load, be denied once, unload; say why not, "
	 "exit",
	 4},
	{"unload", OPTION_UNLOAD, NULL, 0,
	 "Detach and remove everything from the kernel, exit", 4},
	{0},
};

static const char documentation[] =
	"Denies, in the kernel and before it happens, what a container's policy "
	"forbids.\v"
	"SIGHUP reads policies and pods again; changed files are noticed without it. "
	"SIGTERM "
	"and SIGINT stop lsmd and leave everything in force, as a crash would; --unload "
	"lifts "
	"it.\n\n"
	"Examples:\n"
	"  lsmd --pods /etc/lsmd/pods.json\n"
	"  lsmd --cluster --listen 0.0.0.0:9670\n"
	"  lsmd --policies ./policies --pods pods.yaml --check\n"
	"  lsmd --unload\n\n"
	"Exit status: 0 ended as asked, 1 something failed, 2 the command line is wrong.";

static uint32_t parse_number(struct argp_state *state, const char *name, const char *text,
			     unsigned long max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || number == 0 || number > max)
		argp_error(state, "--%s: \"%s\" is not a number from 1 to %lu", name,
			   text, max);
	return (uint32_t)number;
}

static error_t parse_labels(const struct argp_state *state, const char *text,
			    struct labels *labels)
{
	_cleanup_(freep) char *why = NULL;
	int r = labels_parse(text, labels, &why);

	if (r == -EINVAL)
		argp_error(state, "--node-labels: %s", why);
	return -r;
}

static void check_together(const struct argp_state *state,
			   const struct agent_options *agent)
{
	if (agent->pods && agent->cluster)
		argp_error(state, "--pods, and --cluster or --kubeconfig, both give the "
				  "pods; say one of them");
	if (agent->context && !agent->kubeconfig)
		argp_error(state, "--context is of a kubeconfig; say --kubeconfig too");
	if (agent->events && !agent->cluster)
		argp_error(state, "--events is of a cluster; say --cluster or "
				  "--kubeconfig too");
}

/* Options that are nothing but a text. */
static const struct {
	int key;
	size_t place; /* in struct agent_options */
} texts[] = {
	{OPTION_POLICIES, offsetof(struct agent_options, policies)},
	{OPTION_PODS, offsetof(struct agent_options, pods)},
	{OPTION_CONTEXT, offsetof(struct agent_options, context)},
	{OPTION_NODE, offsetof(struct agent_options, node)},
	{OPTION_SOCKET, offsetof(struct agent_options, socket_path)},
	{OPTION_LISTEN, offsetof(struct agent_options, listen)},
	{OPTION_PIN_DIRECTORY, offsetof(struct agent_options, pin_directory)},
	{OPTION_STATE_DIRECTORY, offsetof(struct agent_options, state_directory)},
	{OPTION_HOST_ROOT, offsetof(struct agent_options, host_root)},
	{OPTION_PAUSE_FILE, offsetof(struct agent_options, pause_file)},
};

static bool take_text(struct agent_options *agent, int key, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i].key != key)
			continue;
		memcpy((char *)agent + texts[i].place, &text, sizeof(text));
		return true;
	}
	return false;
}

static const struct {
	int key;
	enum mode mode;
} modes[] = {
	{OPTION_CHECK, MODE_CHECK},
	{OPTION_PROBE, MODE_PROBE},
	{OPTION_UNLOAD, MODE_UNLOAD},
};

static bool take_mode(struct command *command, int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].key != key)
			continue;
		command->mode = modes[i].mode;
		return true;
	}
	return false;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	struct agent_options *agent = &command->agent;

	if (take_text(agent, key, text) || take_mode(command, key))
		return 0;
	switch (key) {
	case OPTION_KUBECONFIG:
		agent->kubeconfig = text;
		agent->cluster = true;
		return 0;
	case OPTION_CLUSTER:
		agent->cluster = true;
		return 0;
	case OPTION_EVENTS:
		agent->events = true;
		return 0;
	case OPTION_WATCH_SILENCE:
		agent->watch_silence_ms =
			1000 * parse_number(state, "watch-silence", text, 86400);
		return 0;
	case OPTION_NODE_LABELS:
		return parse_labels(state, text, &agent->node_labels);
	case OPTION_EXEMPT:
		return namespaces_parse(state, text, &agent->exempt_namespaces,
					&agent->n_exempt_namespaces);
	case OPTION_PENDING:
		if (pending_posture_parse(text, &agent->pending) < 0)
			argp_error(state, "--pending: \"%s\" is neither allow nor deny",
				   text);
		return 0;
	case OPTION_BOOT:
		agent->boot = true;
		return 0;
	case OPTION_RECORDS:
		agent->records_per_second =
			parse_number(state, "records-per-second", text, 1000000);
		return 0;
	case OPTION_HISTORY:
		agent->history = parse_number(state, "history", text, 10000000);
		return 0;
	case ARGP_KEY_END:
		check_together(state, agent);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%s\"", text);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The lsmd that stays is there already: all that the boot wanted. */
static int needless_at_boot(int r, char **reterr_message)
{
	if (r != -EADDRINUSE && r != ENFORCER_E_BUSY)
		return r;
	fprintf(stderr, "lsmd: %s\n", *reterr_message ? *reterr_message : "not needed");
	notify_ready();
	return 0;
}

static int run(const struct agent_options *agent_options, char **reterr_message)
{
	struct agent *agent;
	uv_loop_t loop;
	int r = uv_loop_init(&loop);

	if (r < 0)
		return r;
	r = agent_open(&loop, agent_options, &agent, reterr_message);
	if (r == 0) {
		fprintf(stderr, "lsmd: ready on node %s\n", agent_options->node);
		notify_ready();
		uv_run(&loop, UV_RUN_DEFAULT);
		agent_free(agent);
	}
	uv_loop_close(&loop);
	return agent_options->boot ? needless_at_boot(r, reterr_message) : r;
}

static int dispatch(const struct command *command, char **reterr_message)
{
	switch (command->mode) {
	case MODE_CHECK:
		return agent_check(&command->agent, reterr_message);
	case MODE_PROBE:
		return agent_probe(reterr_message);
	case MODE_UNLOAD:
		return enforcer_unload(command->agent.pin_directory, reterr_message);
	case MODE_RUN:
	default:
		return run(&command->agent, reterr_message);
	}
}

static void print_version(FILE *stream, struct argp_state *state)
{
	(void)state;
	fprintf(stream, "lsmd %s\n", LSMD_VERSION);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options, .parser = parse_option, .doc = documentation};
	static char host[256];
	_cleanup_(freep) char *message = NULL;
	struct command command = {.agent = {
					  .policies = "/etc/lsmd/policies",
					  .node = getenv("NODE_NAME"),
					  .name_space = getenv("POD_NAMESPACE"),
					  .socket_path = "/run/lsmd/lsmd.sock",
					  .pin_directory = "/sys/fs/bpf/lsmd",
					  .state_directory = "/var/lib/lsmd",
					  .pause_file = PAUSE_FILE,
					  .history = 4096,
				  }};
	int r;

	argp_program_version_hook = print_version;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &command);
	if (!command.agent.node || !*command.agent.node) {
		gethostname(host, sizeof(host) - 1);
		command.agent.node = host;
	}
	if (!command.agent.name_space || !*command.agent.name_space)
		command.agent.name_space = "lsmd";
	signal(SIGPIPE, SIG_IGN);
	r = privileges_drop(command.agent.listen);
	if (r < 0)
		explain(&message, "capabilities cannot be given up: %s", strerror(-r));
	else
		r = dispatch(&command, &message);
	labels_clear(&command.agent.node_labels);
	strings_clear(&command.agent.exempt_namespaces,
		      &command.agent.n_exempt_namespaces);
	if (r == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "lsmd: %s\n",
		message ? message
		: r < 0 ? strerror(-r)
			: "failed");
	return EXIT_FAILURE;
}
