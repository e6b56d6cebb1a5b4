# SPDX-License-Identifier: Apache-2.0
"""Custom resources: their definitions, and what structural schemas refuse and prune."""
import copy
import re

import status

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "number": (int, float)}


def find(store, group, plural):
    return store.objects.get(("apiextensions.k8s.io/customresourcedefinitions", "",
                              f"{plural}.{group}"))


def establish(definition):
    names = definition["spec"]["names"]
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", names["kind"] + "List")
    definition["status"] = {"acceptedNames": copy.deepcopy(names), "storedVersions": [
        version["name"] for version in definition["spec"]["versions"] if version["storage"]],
        "conditions": [{"type": "Established", "status": "True"}]}


def discovery(store, group, version):
    resources = []
    for key in sorted(store.objects):
        if key[0] != "apiextensions.k8s.io/customresourcedefinitions":
            continue
        spec = store.objects[key]["spec"]
        served = {item["name"]: item for item in spec["versions"] if item["served"]}
        if spec["group"] != group or version not in served:
            continue
        verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
        common = {"namespaced": spec["scope"] == "Namespaced", "kind": spec["names"]["kind"]}
        resources.append({"name": spec["names"]["plural"], **common, "verbs": verbs,
                          "singularName": spec["names"]["singular"],
                          "shortNames": spec["names"].get("shortNames", [])})
        if "status" in served[version].get("subresources", {}):
            resources.append({"name": spec["names"]["plural"] + "/status", **common,
                              "singularName": "", "verbs": ["get", "patch", "update"]})
    if not resources:
        return None
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}",
            "resources": resources}


def version_of(target):
    for version in target.definition["spec"]["versions"]:
        if version["name"] == target.version:
            return version
    return {}


def schema_of(target):
    return version_of(target).get("schema", {}).get("openAPIV3Schema", {})


def has_subresource(target):
    return target.sub in version_of(target).get("subresources", {})


def has_status(target):
    return "status" in version_of(target).get("subresources", {})


def count_generation(target, before, after):
    """One more for each change but those of metadata, and of a status that is by itself."""
    apart = {"metadata", "status"} if has_status(target) else {"metadata"}
    was, is_now = ({key: value for key, value in found.items() if key not in apart}
                   for found in (before, after))
    after["metadata"]["generation"] = before["metadata"]["generation"] + (was != is_now)


def is_type(value, kind):
    if kind in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, TYPES.get(kind, object))


def check_scalar(value, schema, path, causes):
    if "enum" in schema and value not in schema["enum"]:
        supported = ", ".join(f'"{item}"' for item in schema["enum"])
        causes.append((path, f'Unsupported value: "{value}": supported values: {supported}'))
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        causes.append((path, f'Invalid value: "{value}": {path} in body should match '
                             f"'{schema['pattern']}'"))
    if isinstance(value, str) and not \
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        causes.append((path, f'Invalid value: "{value}": {path} in body has a wrong length'))
    for key, word, wrong in (("minimum", "greater", lambda a, b: a < b),
                             ("maximum", "less", lambda a, b: a > b)):
        if key in schema and is_type(value, "number") and wrong(value, schema[key]):
            causes.append((path, f"Invalid value: {value}: {path} in body should be {word} than "
                                 f"or equal to {schema[key]}"))


def check(value, schema, path, causes):
    """Note what is wrong, and prune what the schema does not name."""
    if "x-kubernetes-int-or-string" in schema:
        return
    if "type" in schema and not is_type(value, schema["type"]):
        causes.append((path, f"Invalid value: {path} in body must be of type {schema['type']}"))
        return
    check_scalar(value, schema, path, causes)
    if isinstance(value, list):
        if "maxItems" in schema and len(value) > schema["maxItems"]:
            causes.append((path, f"Invalid value: {len(value)}: {path} in body should have at most "
                                 f"{schema['maxItems']} items"))
        for item in value:
            check(item, schema.get("items", {}), path, causes)
    if isinstance(value, dict):
        check_map(value, schema, path, causes)


def check_map(value, schema, path, causes):
    properties = schema.get("properties", {})
    for key in schema.get("required", []):
        if key not in value:
            causes.append((f"{path}.{key}".lstrip("."), "Required value"))
    for key in list(value):
        below = f"{path}.{key}".lstrip(".")
        if path == "" and key in ("metadata", "kind", "apiVersion"):
            continue
        if key in properties:
            check(value[key], properties[key], below, causes)
        elif isinstance(schema.get("additionalProperties"), dict):
            check(value[key], schema["additionalProperties"], below, causes)
        elif not schema.get("x-kubernetes-preserve-unknown-fields") and \
                "additionalProperties" not in schema:
            del value[key]


def admit(target, body):
    body = copy.deepcopy(body)
    causes = []
    check(body, schema_of(target), "", causes)
    if causes:
        name = body.get("metadata", {}).get("name", "")
        text = ", ".join(f"{path}: {message}" for path, message in causes)
        if len(causes) > 1:
            text = f"[{text}]"
        raise status.Failure(
            422, "Invalid", f'{target.kind}.{target.group} "{name}" is invalid: {text}',
            {"name": name, "group": target.group, "kind": target.kind, "causes": [
                {"reason": "FieldValueInvalid", "message": message, "field": path}
                for path, message in causes]})
    return body
