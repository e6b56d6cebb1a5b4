// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complain.h"
#include "ctl/eval_cases.h"
#include "ctl/eval_print.h"
#include "ctl/policy_files.h"
#include "ctl/root.h"
#include "ctl/subject_options.h"
#include "node/root_alias.h"
#include "policy/array.h"
#include "policy/event_terms.h"
#include "policy/image.h"
#include "policy/judgement.h"
#include "policy/selected.h"
#include "util/cleanup.h"

struct arguments {
	struct options common;
	struct subject_options subject;
	const char **policies;
	size_t n_policies;
	struct event *events;
	size_t n_events;
	struct event_terms terms;
	const char *root;
	const char *cases;
	enum case_report report;
	bool has_report;
	bool exit_verdict;
};

enum {
	KEY_EXEC = 0x100,		   /* + enum eval_kind */
	KEY_TERM = KEY_EXEC + EVENT_KINDS, /* + place in term_names */
	KEY_CASES = KEY_TERM + EVENT_TEXTS + 1,
	KEY_REPORT,
	KEY_ROOT,
	KEY_EXIT_VERDICT,
};

static const struct argp_option options[] = {
	{"policy", 'P', "FILE|DIRECTORY", 0, "policies, as for check; again for more", 0},
	SUBJECT_OPTIONS,
	HOST_SUBJECT_OPTIONS,
	{"exec", KEY_EXEC + EVAL_EXEC, "PATH|-", 0, "execute it; -: what has no name", 1},
	{"open", KEY_EXEC + EVAL_OPEN, "PATH[:r|w|rw]", 0, "open it [:r]", 1},
	{"socket", KEY_EXEC + EVAL_SOCKET, "FAMILY[,TYPE[,PROTOCOL]]", 0, "make one", 1},
	{"connect", KEY_EXEC + EVAL_CONNECT, "ADDRESS:PORT[/PROTOCOL]", 0,
	 "connect there, or send [/tcp]", 1},
	{"unix", KEY_EXEC + EVAL_UNIX, "PATH|@NAME", 0, "connect to a unix socket", 1},
	{"from", KEY_TERM + EVENT_FROM, "PATH", 0, "this program does it", 2},
	{"from-script", KEY_TERM + EVENT_FROM_SCRIPT, "PATH", 0, "which runs this script",
	 2},
	{"script", KEY_TERM + EVENT_SCRIPT, "PATH", 0,
	 "--exec: the #! of this script names it", 2},
	{"called", KEY_TERM + EVENT_CALLED, "PATH", 0,
	 "--exec: by this name, as its caller gives it", 2},
	{"identity", KEY_TERM + EVENT_IDENTITY, "PATH", 0,
	 "it is the file of this path of a rule, too", 2},
	{"with", KEY_TERM + EVENT_TEXTS, "WORD,...", 0,
	 "what is so of it: fileless, drifted, stdio-socket, owner-other, "
	 "other-namespace, from-other-namespace",
	 2},
	{"root", KEY_ROOT, "DIRECTORY", 0,
	 "follow symbolic links in this root, of the paths asked about and of those in "
	 "rules",
	 3},
	{"exit-verdict", KEY_EXIT_VERDICT, NULL, 0,
	 "exit status 4 when anything is denied", 3},
	{"cases", KEY_CASES, "FILE", 0, "hold the policies against a file of cases", 4},
	{"report", KEY_REPORT, "FORMAT", 0, "of cases: table, json or junit", 4},
	{0},
};

static const char *const report_names[] = {
	[CASE_REPORT_TABLE] = "table",
	[CASE_REPORT_JSON] = "json",
	[CASE_REPORT_JUNIT] = "junit",
};

static void set_report(struct arguments *arguments, const char *name,
		       const struct argp_state *state)
{
	for (size_t i = 0; i < ARRAY_SIZE(report_names); i++) {
		if (strcmp(name, report_names[i]) == 0) {
			arguments->report = (enum case_report)i;
			arguments->has_report = true;
			return;
		}
	}
	argp_error(state, "--report %s; give table, json or junit", name);
}

static error_t add_policy(struct arguments *arguments, const char *path)
{
	const char **grown =
		array_grow(arguments->policies, arguments->n_policies, sizeof(*grown));

	if (!grown)
		return ENOMEM;
	arguments->policies = grown;
	grown[arguments->n_policies++] = path;
	return 0;
}

static error_t add_event(struct arguments *arguments, enum eval_kind kind,
			 const char *text, const struct argp_state *state)
{
	_cleanup_(freep) char *message = NULL;
	struct event *grown =
		array_grow(arguments->events, arguments->n_events, sizeof(*grown));
	int r;

	if (!grown)
		return ENOMEM;
	arguments->events = grown;
	r = event_parse(kind, text, &grown[arguments->n_events], &message);
	if (r == -EINVAL)
		argp_error(state, "--%s: %s", event_kind_name(kind),
			   message ? message : text);
	if (r < 0)
		return -r;
	arguments->n_events++;
	return 0;
}

/* As policy/event_terms.h calls what the options say. */
static const char *const term_names[EVENT_TEXTS + 1] = {
	[EVENT_FROM] = "from",	       [EVENT_FROM_SCRIPT] = "fromScript",
	[EVENT_SCRIPT] = "script",     [EVENT_CALLED] = "called",
	[EVENT_IDENTITY] = "identity", [EVENT_TEXTS] = "with",
};

static error_t add_term(struct arguments *arguments, int key, const char *text,
			const struct argp_state *state)
{
	_cleanup_(freep) char *message = NULL;
	const char *name = term_names[key - KEY_TERM];
	int r = event_terms_add(&arguments->terms, name, text, &message);

	if (r == -EINVAL)
		argp_error(state, "%s: %s", name, message ? message : text);
	return -r;
}

static error_t apply_terms(struct arguments *arguments, const struct argp_state *state)
{
	_cleanup_(freep) char *message = NULL;
	int r = event_terms_apply(&arguments->terms, arguments->events,
				  arguments->n_events, &message);

	if (r == -EINVAL)
		argp_error(state, "%s", message ? message : "");
	return -r;
}

static void check(const struct arguments *arguments, const struct argp_state *state)
{
	if (!arguments->n_policies)
		argp_error(state, "which policies? give --policy FILE");
	if (arguments->cases &&
	    (arguments->n_events || arguments->terms.said || arguments->subject.is_said ||
	     arguments->root || arguments->exit_verdict))
		argp_error(
			state,
			"--cases says for whom and what; leave out what says it again");
	if (!arguments->cases && arguments->has_report)
		argp_error(state, "--report is for --cases; use -o json here");
	if (!arguments->cases && !arguments->n_events)
		argp_error(state,
			   "evaluate what? give --exec, --open, --socket, --connect, "
			   "--unix or --cases");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	if (key >= KEY_TERM && key < KEY_CASES)
		return add_term(arguments, key, argument, state);
	if (key >= KEY_EXEC && key < KEY_TERM)
		return add_event(arguments, (enum eval_kind)(key - KEY_EXEC), argument,
				 state);
	switch (key) {
	case 'P':
	case ARGP_KEY_ARG:
		return add_policy(arguments, argument);
	case KEY_CASES:
		arguments->cases = argument;
		return 0;
	case KEY_REPORT:
		set_report(arguments, argument, state);
		return 0;
	case KEY_ROOT:
		arguments->root = argument;
		return 0;
	case KEY_EXIT_VERDICT:
		arguments->exit_verdict = true;
		return 0;
	case ARGP_KEY_END:
		check(arguments, state);
		return apply_terms(arguments, state);
	default:
		return subject_options_parse(&arguments->subject, key, argument, state);
	}
}

static const struct command_line line = {
	.arguments = "FILE|DIRECTORY...",
	.doc = "What policies would say to an event, and why: decided by the code that "
	       "decides "
	       "in the kernel, without one. Needs neither lsmd nor privileges.\v"
	       "Names the rule that decides, what is reported, and the rules that match "
	       "and make "
	       "no difference. A path is one without symbolic links, as the kernel sees "
	       "it; "
	       "--root finds it. Exit status: 0 evaluated, whatever the verdict; with "
	       "--exit-verdict 4 when anything is denied. With --cases: 0 all as wanted, "
	       "1 some "
	       "not. 2: errors.\n\n"
	       "  lsmctl eval --policy web.yaml --labels app=web -n shop --exec /bin/sh\n"
	       "  lsmctl eval --policy /etc/lsmd/policies --labels app=web --open "
	       "/etc/shadow:rw "
	       "--connect 203.0.113.7:4444 --socket inet,raw\n"
	       "  lsmctl eval --policy web.yaml --labels app=web --exec /bin/sh --from "
	       "/usr/bin/node --with stdio-socket\n"
	       "  lsmctl eval --policy host.yaml --unit web.service --exec /bin/sh\n"
	       "  lsmctl eval --policy web.yaml --cases cases/web.yaml --report junit",
	.options = options,
	.parser = parse,
	.own_socket = true,
};

static int resolve_path(const char *root, char **path, const char **used)
{
	char *found;
	int r;

	/* An abstract socket's name is no file's. */
	if (!*path || **path != '/')
		return EXIT_DONE;
	r = root_resolve(root, *path, &found);
	if (r < 0) {
		complain("%s cannot be found in %s (%s)", *path, root,
			 strerrordesc_np(-r));
		return EXIT_USAGE;
	}
	free(*path);
	*path = found;
	*used = found;
	return EXIT_DONE;
}

/* What is acted on, and who acts; not what the caller called it. */
static int resolve(struct event *event, const char *root)
{
	const struct {
		char **path;
		const char **used;
	} paths[] = {
		{&event->path, &event->eval.path},
		{&event->texts[EVENT_FROM], &event->eval.program},
		{&event->texts[EVENT_FROM_SCRIPT], &event->eval.program_script},
		{&event->texts[EVENT_SCRIPT], &event->eval.script},
	};
	int r = EXIT_DONE;

	for (size_t i = 0; r == EXIT_DONE && i < ARRAY_SIZE(paths); i++)
		r = resolve_path(root, paths[i].path, paths[i].used);
	return r;
}

static int judge(const struct arguments *arguments, const struct policy_list *policies,
		 const struct image *image)
{
	json_t *events = json_array();
	int r = EXIT_DONE;

	for (size_t i = 0; r == EXIT_DONE && i < arguments->n_events; i++) {
		struct event *event = &arguments->events[i];
		json_t *judgement = NULL;

		if (arguments->root)
			r = resolve(event, arguments->root);
		if (r != EXIT_DONE)
			break;
		r = judgement_json(policies, image, &event->eval, &judgement);
		if (r < 0 || json_array_append_new(events, judgement) < 0) {
			complain("cannot evaluate (%s)",
				 strerrordesc_np(r < 0 ? -r : ENOMEM));
			r = EXIT_FAILED;
		}
	}
	if (r == EXIT_DONE)
		r = eval_print(policies, events, &arguments->common);
	json_decref(events);
	return r == EXIT_DENIED && !arguments->exit_verdict ? EXIT_DONE : r;
}

static int evaluate(const struct arguments *arguments, const struct policy_list *policies)
{
	const struct selection selection = subject_options_selection(&arguments->subject);
	_cleanup_(policy_list_clear) struct policy_list selected = {0};
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = {0};
	_cleanup_(aliases_clear) struct aliases aliases = {0};
	const struct image_options wanted = {.aliases = &aliases};
	struct image *image = NULL;
	int r = policies_selected(policies, &selection, &selected);

	if (r == 0 && arguments->root)
		r = root_aliases_of(arguments->root, &selected, &aliases);
	if (r < 0 && r != -ENOMEM) {
		complain("cannot look into %s (%s)", arguments->root,
			 strerrordesc_np(-r));
		return EXIT_USAGE;
	}
	if (r == 0)
		r = image_compile_for(&selected, &wanted, &diagnostics, &image);
	policy_files_say(&diagnostics);
	if (r < 0) {
		complain("the policies cannot be compiled (%s)",
			 r == -E2BIG ? "they are too large" : strerrordesc_np(-r));
		return EXIT_USAGE;
	}
	r = judge(arguments, &selected, image);
	image_unref(image);
	return r;
}

static void arguments_clear(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->n_events; i++)
		event_clear(&arguments->events[i]);
	free(arguments->events);
	event_terms_clear(&arguments->terms);
	free(arguments->policies);
	subject_options_clear(&arguments->subject);
}

int command_eval(int argc, char **argv)
{
	_cleanup_(policy_list_clear) struct policy_list policies = {0};
	_cleanup_(arguments_clear) struct arguments arguments = {0};
	int r;

	options_parse(&line, argc, argv, &arguments);
	if (!arguments.has_report && arguments.common.output == OUTPUT_JSON)
		arguments.report = CASE_REPORT_JSON;
	r = policy_files_read(arguments.policies, arguments.n_policies, &policies);
	if (r != EXIT_DONE)
		return r;
	if (arguments.cases)
		return eval_cases(arguments.cases, &policies, arguments.report);
	return evaluate(&arguments, &policies);
}
