/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_KUBE_JSON_PLACE_H
#define LSMD_KUBE_JSON_PLACE_H

/* Where in an object an error is, as the API server's own messages have it: nobody has
 * seen the line that the object was read from. */

/**
 * json_place() - The path of the value, or of the key, at a column.
 * @text:   one line of JSON, as json_dumps() makes it
 * @column: in characters, from 1
 *
 * Return: "spec.file.rules[0].paths[1]", owned; NULL: it is in none, or more than thirty
 * deep, or there is no memory.
 */
char *json_place(const char *text, unsigned column);

#endif
