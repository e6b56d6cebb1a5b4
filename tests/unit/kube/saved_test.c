// SPDX-License-Identifier: Apache-2.0
#include "kube/saved.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "kube/saver.h"
#include "util/cleanup.h"
#include "util/file.h"

static char directory[] = "/tmp/saved-XXXXXX";
static char path[64];
static struct objects objects;
static char given[256];

static void setup(void)
{
	cr_assert(!!mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/pods", directory);
}

static void teardown(void)
{
	objects_clear(&objects);
	unlink(path);
	rmdir(directory);
}

TestSuite(saved, .init = setup, .fini = teardown);
TestSuite(saver, .init = setup, .fini = teardown);

static void put(const char *key, const char *text)
{
	struct object *object;

	cr_assert_eq(objects_get(&objects, key, &object), 0);
	object->text = text ? strdup(text) : NULL;
}

static char *text_of(const char *node)
{
	size_t length;
	char *text;

	put("a", "{\"a\":1}");
	put("b", NULL);
	put("c", "{\"c\":3}");
	cr_assert_eq(saved_text(&objects, node, &text, &length), 0);
	cr_assert_eq(strlen(text), length);
	return text;
}

static void save(const char *text, size_t length)
{
	cr_assert_eq(file_write(path, text, length), 0);
}

static int on_object(void *data, const char *text)
{
	(void)data;
	strncat(given, text, sizeof(given) - strlen(given) - 1);
	return 0;
}

static void expect_refused(const char *node, const char *pattern)
{
	_cleanup_(freep) char *why = NULL;

	cr_expect_eq(saved_read(path, node, on_object, NULL, &why), -EBADMSG);
	cr_expect(why && strstr(why, pattern), "%s", why);
	cr_expect_str_eq(given, "");
}

Test(saved, gives_back_what_could_be_used)
{
	_cleanup_(freep) char *text = text_of("n1"), *why = NULL;

	save(text, strlen(text));
	cr_expect_eq(saved_read(path, "n1", on_object, NULL, &why), 0);
	cr_expect_str_eq(given, "{\"a\":1}{\"c\":3}");
	cr_expect_eq(saved_read(path, NULL, on_object, NULL, &why), 0, "whosever it is");
}

Test(saved, knows_that_there_was_nothing)
{
	_cleanup_(freep) char *text = NULL, *why = NULL;
	size_t length;

	cr_assert_eq(saved_text(&objects, "n1", &text, &length), 0);
	save(text, length);
	cr_expect_eq(saved_read(path, "n1", on_object, NULL, &why), 0);
	unlink(path);
	cr_expect_eq(saved_read(path, "n1", on_object, NULL, &why), -ENOENT);
}

Test(saved, refuses_every_changed_byte)
{
	_cleanup_(freep) char *text = text_of("n1");
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++) {
		_cleanup_(freep) char *why = NULL;

		text[i] ^= 1;
		save(text, length);
		cr_expect_eq(saved_read(path, "n1", on_object, NULL, &why), -EBADMSG,
			     "byte %zu", i);
		cr_expect_str_eq(given, "");
		text[i] ^= 1;
	}
}

Test(saved, refuses_a_file_that_was_cut)
{
	_cleanup_(freep) char *text = text_of("n1");

	for (size_t length = 0; length < strlen(text); length++) {
		save(text, length);
		expect_refused("n1", "damaged");
	}
}

Test(saved, refuses_another_node_s)
{
	_cleanup_(freep) char *text = text_of("n2");

	save(text, strlen(text));
	expect_refused("n1", "it is of node \"n2\"");
}

Test(saved, refuses_another_version)
{
	static const char text[] = "{\"version\":2,\"node\":\"n1\",\"checksum\":\"x\"}\n";

	save(text, strlen(text));
	expect_refused("n1", "version 2");
}

static unsigned collected, failures;

static int collect(void *data, struct saver *saver)
{
	char number[8];
	int length = snprintf(number, sizeof(number), "%u", ++collected);

	(void)data;
	return saver_add(saver, "pods", strdup(number), (size_t)length);
}

static void on_failed(void *data, const char *name, int error)
{
	(void)data;
	cr_expect_str_eq(name, "pods");
	cr_expect_lt(error, 0);
	failures++;
}

static struct saver *open_saver(uv_loop_t *loop)
{
	const struct saver_options options = {.directory = directory,
					      .period_ms = 20,
					      .collect = collect,
					      .failed = on_failed};
	struct saver *saver = NULL;

	uv_loop_init(loop);
	cr_assert_eq(saver_new(loop, &options, &saver), 0);
	return saver;
}

static void close_saver(uv_loop_t *loop, struct saver *saver)
{
	saver_free(saver);
	uv_run(loop, UV_RUN_DEFAULT);
	cr_expect_eq(uv_loop_close(loop), 0);
}

static void expect_file(const char *wanted)
{
	_cleanup_(freep) char *text = NULL;
	size_t length;

	cr_assert_eq(file_read(path, 64, &text, &length), 0);
	cr_expect_str_eq(text, wanted);
}

Test(saver, writes_once_for_many_changes)
{
	uv_loop_t loop;
	struct saver *saver = open_saver(&loop);

	for (unsigned i = 0; i < 100; i++)
		saver_mark(saver);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(collected, 1);
	expect_file("1");
	saver_mark(saver);
	uv_run(&loop, UV_RUN_DEFAULT);
	expect_file("2");
	close_saver(&loop, saver);
	cr_expect_eq(collected, 2, "nothing was stale at the end");
}

Test(saver, writes_what_is_stale_at_the_end)
{
	uv_loop_t loop;
	struct saver *saver = open_saver(&loop);

	saver_mark(saver);
	close_saver(&loop, saver);
	expect_file("1");
}

Test(saver, tells_what_could_not_be_written)
{
	uv_loop_t loop;
	struct saver *saver = open_saver(&loop);

	cr_assert_eq(rmdir(directory), 0);
	saver_mark(saver);
	uv_run(&loop, UV_RUN_DEFAULT);
	cr_expect_eq(failures, 1);
	close_saver(&loop, saver);
	cr_assert_eq(mkdir(directory, 0700), 0);
}
