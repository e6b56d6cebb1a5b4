/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_PAUSING_H
#define LSMD_CTL_PAUSING_H

/* What `lsmctl pause` and `lsmctl resume` share. */

#include <argp.h>

#include "ctl/options.h"
#include "pause/file.h"

/* Of a node where lsmd does not run: what is pinned and kept there. */
struct offline {
	bool asked_for;
	const char *pin_directory, *state_directory, *pause_file;
};

enum {
	KEY_OFFLINE = 0x200,
	KEY_PIN_DIRECTORY,
	KEY_STATE_DIRECTORY,
	KEY_PAUSE_FILE,
};

/* clang-format off */
#define OFFLINE_OPTIONS \
	{"offline", KEY_OFFLINE, NULL, 0, \
	 "without lsmd: write to what is pinned in the kernel, as root", 1}, \
	{"pin-directory", KEY_PIN_DIRECTORY, "DIRECTORY", 0, \
	 "of lsmd, for --offline [/sys/fs/bpf/lsmd]", 1}, \
	{"state-directory", KEY_STATE_DIRECTORY, "DIRECTORY", 0, \
	 "of lsmd, for --offline [/var/lib/lsmd]", 1}, \
	{"pause-file", KEY_PAUSE_FILE, "PATH", 0, \
	 "of lsmd, for --offline [" PAUSE_FILE "]", 1}
/* clang-format on */

/** offline_init() - With lsmd's own defaults. */
void offline_init(struct offline *offline);

/** offline_parse() - One of OFFLINE_OPTIONS. Return: 0, ARGP_ERR_UNKNOWN. */
error_t offline_parse(struct offline *offline, int key, const char *argument);

enum offline_change {
	OFFLINE_REFRESH, /* nothing by hand: what the file and the state directory say */
	OFFLINE_PAUSE,
	OFFLINE_RESUME,
};

/**
 * offline_change() - Change it on disk and in the kernel.
 * @until:     CLOCK_BOOTTIME in ns; 0: no end
 * @reason:    NULL: none
 * @ret_pause: what is paused now, as lsmd's API has it; a new reference
 *
 * Says on stderr what went wrong. An lsmd that runs all the same takes it over within a
 * second.
 *
 * Return: an enum exit_code.
 */
int offline_change(const struct offline *offline, enum offline_change change,
		   uint64_t until, const char *reason, json_t **ret_pause);

/** pausing_write() - "paused (by hand for 10m: upgrade of containerd): nothing is denied,
 * ...", of what the API says. */
void pausing_write(const json_t *pause, FILE *file);

/** pausing_report() - What is paused now, for people or as JSON. Return: EXIT_DONE. */
int pausing_report(const json_t *pause, const struct options *options);

#endif
