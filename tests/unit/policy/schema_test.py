#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the JSON Schema of policies against the parser: schema_test.py LSMCTL POLICIES

Needs python3-jsonschema and python3-yaml. Black box: what the parser knows is what lsmctl check
says when it meets what it does not know.
"""
import json
import re
import subprocess
import sys

from documents import (LSMCTL, MUTANTS, NAMESPACED, POLICIES, UNKNOWN, WHOLE, check, jsonschema,
                       positions, replaced, shipped)

problems = []

def expect(what, actual, wanted):
    if actual != wanted:
        problems.append(f"{what}: {actual!r}, not {wanted!r}")


def document_with(path, value):
    """A document that has nothing but a value at a path of keys, and items of lists (0)."""
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    document = {"apiVersion": "lsmd.io/v1alpha1", "kind": "ClusterLsmPolicy",
                "metadata": {"name": "a"}, "spec": {}}
    document.update(value)
    return document


def walk(form, path=()):
    """Every part of the schema, with the path that leads to it."""
    yield form, path
    for other in form.get("anyOf", []):
        yield from walk(other, path)
    if "items" in form:
        yield from walk(form["items"], path + (0,))
    for key, value in form.get("properties", {}).items():
        yield from walk(value, path + (key,))


def words_of(text, separators):
    return set(re.split(separators, text))


def hold_keys(schema):
    """The keys of each map are those that the parser knows."""
    maps = [(form, path) for form, path in walk(schema) if form.get("additionalProperties") is False]
    said = check([document_with(path + (UNKNOWN,), 1) for _, path in maps])
    for (form, path), messages in zip(maps, said):
        known = [match.group(1) for message in messages
                 for match in [re.search(rf'unknown key "{UNKNOWN}" in .*; known are (.*)$', message)] if match]
        keys = set(form["properties"])
        meaningful = {key for key, value in form["properties"].items()
                      if {name for name in value if name != "description"} or key in ("apiVersion", "kind")}
        lists = [words_of(text, ", ") for text in known]
        expect(f"{'.'.join(map(str, path))} is a map that the parser knows", len(lists) > 0, True)
        # Where several maps are possible the parser has to know one of them just so.
        expect(f"keys of {'.'.join(map(str, path))}: {lists}",
               any(meaningful - {"apiVersion", "kind", "status"} <= names <= keys for names in lists), True)


def hold_words(schema):
    """The words of each choice are those that the parser offers."""
    choices = [(form, path) for form, path in walk(schema)
               if form.get("type") == "string" and "enum" in form and path[0] == "spec"]
    said = check([document_with(path, UNKNOWN) for _, path in choices])
    for (form, path), messages in zip(choices, said):
        offered = [words_of(match.group(1), ", | or ") for message in messages
                   for match in [re.search(rf'cannot be "{UNKNOWN}"; give (.*)$', message)] if match]
        expect(f"words of {'.'.join(map(str, path))}", offered, [set(form["enum"])])


def hold_names(schema):
    """Each name of a table is one for the parser, and no other is."""
    names = [(form, path) for form, path in walk(schema) if "enum" in form and "type" not in form]
    accepted = check([document_with(path[:-1], form["enum"]) for form, path in names])
    refused = check([document_with(path, UNKNOWN) for _, path in names])
    for (_, path), right, wrong in zip(names, accepted, refused):
        about = [message for message in right if "is not a" in message]
        expect(f"names of {'.'.join(map(str, path))} that the parser does not know", about, [])
        expect(f"{path}: the parser knows {UNKNOWN}", any(UNKNOWN in message for message in wrong), True)


def hold_numbers(schema):
    """Each range ends where the parser's does."""
    numbers = [(form, path) for form, path in walk(schema) if form.get("type") == "integer"]
    for bound, step in (("minimum", -1), ("maximum", 1)):
        inside = check([document_with(path, form[bound]) for form, path in numbers])
        outside = check([document_with(path, form[bound] + step) for form, path in numbers])
        for (form, path), right, wrong in zip(numbers, inside, outside):
            expect(f"{'.'.join(map(str, path))}: {form[bound]} is the {bound}", len(set(wrong) - set(right)), 1)


def hold_mutations(validator, documents):
    """Whatever the parser takes, the schema takes. Return: how much of what it refuses, too."""
    mutated = [replaced(document, path, value)
               for document in documents for path in positions(document) if path for value in MUTANTS]
    mutated += [replaced(document, path, None, remove=True)
                for document in documents for path in positions(document) if path]
    refused = caught = 0
    for document, errors in zip(mutated, check(mutated)):
        valid = validator.is_valid(document)
        refused += bool(errors)
        caught += bool(errors) and not valid
        if not errors and not valid:
            why = jsonschema.exceptions.best_match(validator.iter_errors(document))
            problems.append(f"the parser takes what the schema does not: {list(why.absolute_path)}: {why.message}")
    return len(mutated), refused, caught


def hold_documents(validator, documents):
    for name, document in documents:
        for error in validator.iter_errors(document):
            problems.append(f"{name}: {list(error.absolute_path)}: {error.message}")


def hold_whole(schema):
    """The documents have every key, so that none goes without a mutation. Keys that several maps
    share are known by the key above them."""
    there = {tuple(step for step in path if isinstance(step, str))[-2:]
             for document in (WHOLE, NAMESPACED) for path in positions(document)}
    for _, path in walk(schema):
        keys = tuple(step for step in path if step != 0)
        expect(f"{'.'.join(keys)} is tried", keys[-2:] in there, True)


def main():
    printed = subprocess.run([LSMCTL, "schema"], check=True, stdout=subprocess.PIPE).stdout
    kept = (POLICIES / "schema/lsmpolicy.schema.json").read_bytes()
    expect("lsmpolicy.schema.json is what lsmctl schema prints", printed == kept, True)
    schema = json.loads(printed)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    documents = list(shipped())
    expect("policies are shipped", len(documents) > 0, True)
    documents += [("whole", WHOLE), ("namespaced", NAMESPACED)]
    hold_documents(validator, documents)
    expect("the parser takes them", [errors for errors in check([d for _, d in documents]) if errors], [])
    hold_whole(schema)
    hold_keys(schema)
    hold_words(schema)
    hold_names(schema)
    hold_numbers(schema)
    tried, refused, caught = hold_mutations(validator, [WHOLE, NAMESPACED])
    # Not all: what a value means only the parser knows.
    expect(f"the schema refuses {caught} of {refused}: enough", caught > 0.8 * refused, True)
    for problem in problems[:40]:
        print(problem)
    print(f"documents {len(documents)}, mutations {tried}, refused {refused}, by the schema too {caught}, "
          f"problems {len(problems)}")
    return 1 if problems else 0


sys.exit(main())
