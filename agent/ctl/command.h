/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_COMMAND_H
#define LSMD_CTL_COMMAND_H

/*
 * The commands of lsmctl. Each takes its own arguments (argv[0] is "lsmctl COMMAND"),
 * prints what it has to say and returns one of these; bad usage and --help end the
 * program.
 */

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED =
		1, /* lsmd said no, or does not have it; check: warnings with --strict */
	EXIT_USAGE = 2,	      /* bad usage or input; check: errors */
	EXIT_UNREACHABLE = 3, /* lsmd does not answer */
	EXIT_DENIED = 4,      /* eval --exit-verdict: something is denied */
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

int command_allow(int argc, char **argv);
int command_check(int argc, char **argv);
int command_denials(int argc, char **argv);
int command_denies(int argc, char **argv);
int command_deny(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_dry_run(int argc, char **argv);
int command_eval(int argc, char **argv);
int command_health(int argc, char **argv);
int command_import(int argc, char **argv);
int command_pause(int argc, char **argv);
int command_pods(int argc, char **argv);
int command_policies(int argc, char **argv);
int command_reload(int argc, char **argv);
int command_resume(int argc, char **argv);
int command_schema(int argc, char **argv);
int command_status(int argc, char **argv);
int command_totals(int argc, char **argv);

#endif
