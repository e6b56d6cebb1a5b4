#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the custom resources' definitions against the API server's rules, and against the parser:
crd_test.py LSMCTL POLICIES DEFINITIONS

The rules are those of structural schemas (Kubernetes documentation, "Extend the Kubernetes API
with CustomResourceDefinitions"). What the expressions say is tried by reading the few words of CEL
that they are made of as Python.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

from documents import LSMCTL, NAMESPACED, check, jsonschema, shipped, yaml
from mistakes import BAD, CUSTOM, mutated, namespaced

DEFINITIONS = pathlib.Path(sys.argv[3])
OPEN, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
EXPRESSIONS = "x-kubernetes-validations"
STRUCTURE = {"type", "properties", "items", "additionalProperties", "description", OPEN, INT_OR_STRING,
             EXPRESSIONS, "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "default", "nullable"}
VALUES = {"required", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems",
          "maxItems", "maxProperties", "anyOf", "allOf", "oneOf", "not"}
TYPES = {"object", "array", "string", "integer", "number", "boolean"}
EITHER = [{"type": "integer"}, {"type": "string"}]
CEL = re.compile(r"has\(self\.(\w+)\)|self\.(\w+)|size\(|\|\||&&|!(?!=)|==|>|\bin\b|'[^']*'|[\[\](),\s]|\d+")
problems = []


def expect(what, actual, wanted):
    if actual != wanted:
        problems.append(f"{what}: {actual!r}, not {wanted!r}")


def hold_values(form, outer, path):
    """Below anyOf and its like: what looks at values alone, and at nothing that is not outside."""
    expect(f"{path}: no structure below anyOf", set(form) & STRUCTURE - {"properties", "items"}, set())
    expect(f"{path}: unknown words", set(form) - VALUES - {"properties", "items"}, set())
    for key in list(form.get("properties", {})) + form.get("required", []):
        expect(f"{path}.{key} is there outside", key in outer.get("properties", {}), True)


def hold_type(form, path):
    if INT_OR_STRING in form:
        expect(f"{path}: either", (form.get("anyOf"), "type" in form, OPEN in form), (EITHER, False, False))
    elif OPEN in form:
        expect(f"{path}: open", form[OPEN], True)
    else:
        expect(f"{path}: has a type", form.get("type") in TYPES, True)
        for other in form.get("anyOf", []):
            hold_values(other, form, path)
    expect(f"{path}: items", "items" in form, form.get("type") == "array" or OPEN in form and "minItems" in form)
    expect(f"{path}: either properties or additional ones",
           "properties" in form and "additionalProperties" in form, False)
    for key in form.get("required", []):
        expect(f"{path}.{key}: what is required is known", key in form.get("properties", {}), True)


def hold_list_keys(form, path):
    for key in form.get("x-kubernetes-list-map-keys", []):
        expect(f"{path}: key {key}", (form["x-kubernetes-list-type"], key in form["items"]["required"]),
               ("map", True))


def hold_expressions(form, path, bounded):
    """An expression knows the keys that have a type, and is not asked without bound."""
    typed = {key for key, value in form.get("properties", {}).items() if "type" in value}
    for item in form.get(EXPRESSIONS, []):
        expect(f"{path}: keys of an expression", set(item), {"rule", "message"})
        expect(f"{path}: {item['rule']} asks untyped keys", {
            one or other for one, other in CEL.findall(item["rule"]) if one or other} - typed, set())
        expect(f"{path}: {item['rule']} is CEL that is tried", CEL.sub("", item["rule"]), "")
        expect(f"{path}: {item['rule']} is asked a bounded number of times", bounded, True)
        expect(f"{path}: {item['message']} is one line", "\n" in item["message"], False)


def hold_structure(form, path="", bounded=True):
    expect(f"{path}: unknown words", set(form) - STRUCTURE - VALUES, set())
    hold_type(form, path)
    hold_list_keys(form, path)
    hold_expressions(form, path, bounded)
    if "pattern" in form:  # RE2 looks neither ahead nor behind nor back
        expect(f"{path}: pattern", re.search(r"\(\?|\\[1-9]", form["pattern"]), None)
        re.compile(form["pattern"])
    for key, value in form.get("properties", {}).items():
        if key != "metadata" or path:
            hold_structure(value, f"{path}.{key}", bounded)
    if "items" in form:
        hold_structure(form["items"], f"{path}[]", bounded and "maxItems" in form)
    if "additionalProperties" in form:
        hold_structure(form["additionalProperties"], f"{path}.*", False)


def hold_definition(definition, kind, plural, scope):
    spec = definition["spec"]
    expect("version of the API", (definition["apiVersion"], definition["kind"]),
           ("apiextensions.k8s.io/v1", "CustomResourceDefinition"))
    expect("name", definition["metadata"]["name"], f"{plural}.{spec['group']}")
    expect("names", (spec["names"]["kind"], spec["names"]["plural"], spec["names"]["singular"], spec["scope"]),
           (kind, plural, kind.lower(), scope))
    version, = spec["versions"]
    expect("version", (version["name"], version["served"], version["storage"], version.get("subresources")),
           ("v1alpha1", True, True, None if kind == "LsmNode" else {"status": {}}))
    root = version["schema"]["openAPIV3Schema"]
    expect("metadata is the API server's", root["properties"]["metadata"], {"type": "object"})
    expect("root", (root["type"], "additionalProperties" in root), ("object", False))
    hold_structure(root)
    for column in version["additionalPrinterColumns"]:
        form = root
        for step in re.sub(r"\[\?[^]]*\]", ".*", column["jsonPath"]).split(".")[1:]:
            at = form if form is not None else {}
            form = at.get("items") if step == "*" else at.get("properties", {}).get(step)
        expect(f"column {column['name']}", form is not None or column["jsonPath"].startswith(".metadata."), True)
    return root


def as_json_schema(form):
    """What the API server takes when kubectl asks it to refuse unknown keys, as it does by itself."""
    form = {key: copy.deepcopy(value) for key, value in form.items() if key not in (EXPRESSIONS, OPEN)}
    if form.get("type") == "object" and form.get("properties"):
        form["additionalProperties"] = False
    for key, value in form.get("properties", {}).items():
        form["properties"][key] = as_json_schema(value) if key != "metadata" else value
    for key in ("items", "additionalProperties"):
        if isinstance(form.get(key), dict):
            form[key] = as_json_schema(form[key])
    return form


def as_python(rule):
    """The few words of CEL that the expressions are made of."""
    def word(match):
        text = match.group(0)
        if match.group(1):
            return f"({match.group(1)!r} in self)"
        if match.group(2):
            return f"self[{match.group(2)!r}]"
        return {"size(": "len(", "||": " or ", "&&": " and ", "!": " not "}.get(text, text)
    return CEL.sub(word, rule)


def broken(form, value):
    """The messages of the expressions that do not hold."""
    if isinstance(value, dict):
        for item in form.get(EXPRESSIONS, []):
            if not eval(as_python(item["rule"]), {"__builtins__": {}, "len": len}, {"self": value}):
                yield item["message"]
        for key, part in value.items():
            yield from broken(form.get("properties", {}).get(key, {}), part)
    elif isinstance(value, list):
        for part in value:
            yield from broken(form.get("items", {}), part)


class Server:
    """What the API server would say, of either kind."""

    def __init__(self, roots):
        self.roots = roots
        self.validators = {kind: jsonschema.Draft7Validator(as_json_schema(root))
                           for kind, root in roots.items()}

    def refusals(self, document):
        """It decides on expressions only when the rest is right."""
        kind = document.get("kind") if isinstance(document, dict) else None
        if not isinstance(kind, str) or kind not in self.roots:
            return ["no such kind"]
        said = [f"{list(error.absolute_path)}: {error.message}"
                for error in self.validators[kind].iter_errors(document)]
        return said or list(broken(self.roots[kind], document))


def hold_bad(server):
    """Each is refused, by the parser as well, so that each is a mistake indeed."""
    documents = [namespaced(spec) for spec in BAD.values()]
    for name, document, errors in zip(BAD, documents, check(documents)):
        expect(f"{name}: the server refuses it", bool(server.refusals(document)), True)
        expect(f"{name}: the parser refuses it", bool(errors), True)


def hold_mutations(server):
    """Whatever the parser takes, the API server takes. Return: how much of what it refuses, too."""
    documents = mutated()
    refused = caught = 0
    for document, errors in zip(documents, check(documents)):
        said = server.refusals(document)
        refused += bool(errors)
        caught += bool(errors) and bool(said)
        if not errors and said:
            problems.append(f"the parser takes what the API server does not: {said[0]}")
    return len(documents), refused, caught


def hold_status(server):
    status = {"observedGeneration": 3, "nodes": {"enforcing": 4998, "partial": 1, "refused": 1},
              "refusals": [{"node": "a", "reason": "no hook", "generation": 3}],
              "conditions": [{"type": "Ready", "status": "False", "reason": "Refused", "message": "by one",
                              "observedGeneration": 3, "lastTransitionTime": "2025-01-01T00:00:00Z"}]}
    good = {**NAMESPACED, "status": status}
    expect("a status", server.refusals(good), [])
    for wrong in ({"nodes": {"enforcing": -1}}, {"nodes": {"a": {}}}, {"refusals": [{"node": "a"}]},
                  {"refusals": [{"node": "a", "reason": "b"}] * 33},
                  {"conditions": [{**status["conditions"][0], "status": "true"}]}):
        expect(f"status {wrong} is refused", bool(server.refusals({**NAMESPACED, "status": wrong})), True)


def hold_node(server):
    def node(**status):
        return {"apiVersion": "lsmd.io/v1alpha1", "kind": "LsmNode", "metadata": {"name": "a"}, "status": status}

    failed = {"policy": "shop/db@2-99aabbcc", "reason": "no hook"}
    expect("a node", server.refusals(node(
        version="0.1.0", kernel="6.1.0", counts={"enforced": 1, "partial": 0, "refused": 1, "notSelected": 0},
        enforced=["base@1-5a6b7c8d"], partial=[], refused=[failed], notSelected=[], omitted=0)), [])
    for wrong in (node(refused=["a"]), node(enforced=[failed]), node(omitted=-1),
                  {**node(), "status": None}):
        expect(f"node {wrong} is refused", bool(server.refusals(wrong)), True)


def main():
    printed = subprocess.run([LSMCTL, "schema", "--crd"], check=True, stdout=subprocess.PIPE).stdout
    kept = "".join(line for line in DEFINITIONS.read_text("utf-8").splitlines(True) if line[0] != "#")
    expect(f"{DEFINITIONS.name} is what lsmctl schema --crd prints", kept == printed.decode(), True)
    local, cluster, node = yaml.safe_load_all(printed)
    server = Server({"LsmPolicy": hold_definition(local, "LsmPolicy", "lsmpolicies", "Namespaced"),
                     "ClusterLsmPolicy": hold_definition(cluster, "ClusterLsmPolicy", "clusterlsmpolicies",
                                                         "Cluster"),
                     "LsmNode": hold_definition(node, "LsmNode", "lsmnodes", "Cluster")})
    documents = list(shipped())
    expect("policies are shipped", len(documents) > 0, True)
    for name, document in documents + [("whole", CUSTOM), ("namespaced", NAMESPACED)]:
        expect(f"{name}: refused", server.refusals(document), [])
    hold_bad(server)
    hold_status(server)
    hold_node(server)
    tried, refused, caught = hold_mutations(server)
    expect(f"the API server refuses {caught} of {refused}: enough", caught > 0.7 * refused, True)
    for problem in problems[:40]:
        print(problem)
    print(f"documents {len(documents)}, bad ones {len(BAD)}, mutations {tried}, refused {refused}, "
          f"by the API server too {caught}, bytes {len(json.dumps([local, cluster, node]))}, problems {len(problems)}")
    return 1 if problems else 0


sys.exit(main())
