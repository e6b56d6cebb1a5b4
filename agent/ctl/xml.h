/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_CTL_XML_H
#define LSMD_CTL_XML_H

#include <stdio.h>

/**
 * xml_write() - Write text so that it stands for itself in XML 1.0, in an attribute too.
 *
 * "<", ">", "&" and both quotes are escaped; tab, line feed and carriage return are
 * written as references, since a parser would turn them into blanks. What is no legal
 * character (XML 1.0, production 2: other control characters, U+FFFE, U+FFFF) and what is
 * no UTF-8 has no representation at all, and becomes U+FFFD.
 */
void xml_write(const char *text, FILE *file);

#endif
