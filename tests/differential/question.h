/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
#ifndef LSMD_TESTS_DIFFERENTIAL_QUESTION_H
#define LSMD_TESTS_DIFFERENTIAL_QUESTION_H

/* What the test asks the program in the kernel, and what that answers: elements of two
 * arrays, of which a run of the program reads and fills the next. */

#include "lsm/decide.h"

/* Questions of one run. */
#define QUESTIONS 256

/* Bytes of a path, and reports of an event. */
#define QUESTION_PATH	 64
#define QUESTION_REPORTS 64

enum question_path {
	QUESTION_OBJECT,
	QUESTION_IDENTITY,
	QUESTION_PROGRAM,
	QUESTION_PROGRAM_SCRIPT,
	QUESTION_SCRIPT,
	QUESTION_CALLED,
	QUESTION_PATHS,
};

struct question_text {
	__u32 given;
	__u32 length;
	__u8 bytes[QUESTION_PATH];
};

/* What is asked: enum accept_kind of a path, or one of these. */
enum question_kind {
	QUESTION_SOCKET = ACCEPT_UNIX + 1,
	QUESTION_CONNECT,
};

struct question {
	__u32 number; /* given back, so that an answer is known to be this one's */
	__u32 image;
	__u32 kind;
	__u32 trusted_name;
	__u32 trusted_program;
	__u32 socket[3]; /* family, type, protocol */
	__u64 facts;
	struct connect_call call;
	struct question_text paths[QUESTION_PATHS];
};

struct answer {
	__u32 number;
	__u32 n_reports;
	__u64 decision;
	__u64 reports[QUESTION_REPORTS]; /* as decide_audit() gives them */
};

#endif
