/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_TERMINAL_H
#define LSMD_CTL_TERMINAL_H

/* What goes to a terminal: colours, and JSON that cannot steer it. */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define TERMINAL_PLAIN "\x1b[0m"

/** terminal_has_colour() - A terminal, and neither NO_COLOR (no-color.org) nor TERM=dumb.
 */
bool terminal_has_colour(FILE *file);

/** terminal_colour() - The sequence for a word such as "deny" or "failed"; "": none. */
const char *terminal_colour(const char *word);

/** terminal_json() - Print JSON, indented, to stdout; beyond ASCII escaped on a terminal.
 */
void terminal_json(const json_t *json);

/** terminal_json_line() - As terminal_json(), on one line, and flush it. */
void terminal_json_line(const json_t *json);

#endif
