// SPDX-License-Identifier: Apache-2.0
#include "import/output.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#include "policy/yaml.h"

#define WIDTH	   100
#define FLOW_BYTES 72 /* of all items of a list that is written on one line */

/* The emitter takes the event in any case. */
static int emit(yaml_emitter_t *emitter, yaml_event_t *event)
{
	if (yaml_emitter_emit(emitter, event))
		return 0;
	return emitter->error == YAML_MEMORY_ERROR ? -ENOMEM : -EIO;
}

/* Would YAML read the text as it stands as a string? */
static bool is_plain(const char *text)
{
	struct yaml_node node = {.text = text, .n = strlen(text)};

	yaml_resolve(&node);
	return node.type == YAML_STRING;
}

static int put_scalar(yaml_emitter_t *emitter, const char *text,
		      yaml_scalar_style_t style)
{
	yaml_event_t event;

	if (!yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
					  (int)strlen(text), 1, 1, style))
		return -ENOMEM;
	return emit(emitter, &event);
}

/* A text of several lines is quoted: in a block, YAML would fold or indent it. */
static int put_string(yaml_emitter_t *emitter, const char *text)
{
	bool plain = *text && !strpbrk(text, "\n\t\r") && is_plain(text);

	return put_scalar(emitter, text,
			  plain ? YAML_ANY_SCALAR_STYLE
				: YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static int put_integer(yaml_emitter_t *emitter, json_int_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, number);
	return put_scalar(emitter, text, YAML_PLAIN_SCALAR_STYLE);
}

static bool fits_on_a_line(const json_t *list)
{
	size_t bytes = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (json_is_object(item) || json_is_array(item))
			return false;
		bytes += json_is_string(item) ? json_string_length(item) + 4 : 8;
	}
	return bytes <= FLOW_BYTES;
}

static int put_value(yaml_emitter_t *emitter, const json_t *value);

static int put_list(yaml_emitter_t *emitter, const json_t *list)
{
	yaml_sequence_style_t style = fits_on_a_line(list) ? YAML_FLOW_SEQUENCE_STYLE
							   : YAML_BLOCK_SEQUENCE_STYLE;
	yaml_event_t event;
	int r;

	if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, style))
		return -ENOMEM;
	r = emit(emitter, &event);
	for (size_t i = 0; !r && i < json_array_size(list); i++)
		r = put_value(emitter, json_array_get(list, i));
	if (r)
		return r;
	if (!yaml_sequence_end_event_initialize(&event))
		return -ENOMEM;
	return emit(emitter, &event);
}

static int put_map(yaml_emitter_t *emitter, const json_t *map)
{
	yaml_mapping_style_t style = json_object_size(map) ? YAML_BLOCK_MAPPING_STYLE
							   : YAML_FLOW_MAPPING_STYLE;
	yaml_event_t event;
	const char *key;
	json_t *value;
	int r;

	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, style))
		return -ENOMEM;
	r = emit(emitter, &event);
	json_object_foreach ((json_t *)map, key, value) {
		if (!r)
			r = put_string(emitter, key);
		if (!r)
			r = put_value(emitter, value);
	}
	if (r)
		return r;
	if (!yaml_mapping_end_event_initialize(&event))
		return -ENOMEM;
	return emit(emitter, &event);
}

static int put_value(yaml_emitter_t *emitter, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return put_map(emitter, value);
	case JSON_ARRAY:
		return put_list(emitter, value);
	case JSON_STRING:
		return put_string(emitter, json_string_value(value));
	case JSON_INTEGER:
		return put_integer(emitter, json_integer_value(value));
	case JSON_TRUE:
	case JSON_FALSE:
		return put_scalar(emitter, json_is_true(value) ? "true" : "false",
				  YAML_PLAIN_SCALAR_STYLE);
	case JSON_REAL:
	case JSON_NULL:
	default:
		return put_scalar(emitter, "null", YAML_PLAIN_SCALAR_STYLE);
	}
}

static int put_document(yaml_emitter_t *emitter, const json_t *document, bool first)
{
	yaml_event_t event;
	int r;

	if (!yaml_document_start_event_initialize(&event, NULL, NULL, NULL, first))
		return -ENOMEM;
	r = emit(emitter, &event);
	if (!r)
		r = put_value(emitter, document);
	if (r)
		return r;
	if (!yaml_document_end_event_initialize(&event, 1))
		return -ENOMEM;
	return emit(emitter, &event);
}

static int put_stream(yaml_emitter_t *emitter, const json_t *documents)
{
	yaml_event_t event;
	int r;

	if (!yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING))
		return -ENOMEM;
	r = emit(emitter, &event);
	for (size_t i = 0; !r && i < json_array_size(documents); i++)
		r = put_document(emitter, json_array_get(documents, i), i == 0);
	if (r)
		return r;
	if (!yaml_stream_end_event_initialize(&event))
		return -ENOMEM;
	return emit(emitter, &event);
}

int output_yaml(const json_t *documents, FILE *file)
{
	yaml_emitter_t emitter;
	int r;

	if (!yaml_emitter_initialize(&emitter))
		return -ENOMEM;
	yaml_emitter_set_output_file(&emitter, file);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, WIDTH);
	r = put_stream(&emitter, documents);
	yaml_emitter_delete(&emitter);
	return r;
}
