# SPDX-License-Identifier: Apache-2.0
"""What kustomize and helm make of the few of their words that deploy/ uses. Whatever else is met is
an error: so little of them is here that nothing is guessed."""
import copy
import json
import re

import yaml

# --- kustomize ---------------------------------------------------------------------------------------

KUSTOMIZATION = {"apiVersion", "kind", "namespace", "resources", "components", "images", "patches"}
CLUSTER_KINDS = {"Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
                 "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
# Lists that a strategic merge patch merges, and by what.
MERGE_KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "volumeMounts": "mountPath"}


def read(path):
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def merge(value, patch, key=None):
    if isinstance(value, dict) and isinstance(patch, dict):
        return {**value, **{name: merge(value.get(name), part, name) for name, part in patch.items()}}
    if isinstance(value, list) and key in MERGE_KEYS:
        by = MERGE_KEYS[key]
        known = {item[by] for item in value}
        changed = [merge(item, next((part for part in patch if part[by] == item[by]), {})) for item in value]
        return [part for part in patch if part[by] not in known] + changed
    return copy.deepcopy(patch)


def apply_operation(document, operation):
    steps = operation["path"].strip("/").split("/")
    place = document
    for step in steps[:-1]:
        place = place[int(step)] if isinstance(place, list) else place[step]
    last = int(steps[-1]) if isinstance(place, list) else steps[-1]
    before = place[last]  # it is there, for all
    if operation["op"] == "test" and before == operation["value"]:
        return
    if operation["op"] == "remove":
        del place[last]
    elif operation["op"] == "replace":
        place[last] = operation["value"]
    else:
        raise ValueError(operation)


def selected(documents, kind, name):
    found = [document for document in documents if (document["kind"], document["metadata"]["name"]) == (kind, name)]
    if not found:
        raise ValueError(f"nothing to patch: {kind} {name}")
    return found


def apply_patch(documents, patch, directory):
    if set(patch) == {"path"}:
        part, = read(directory / patch["path"])
        for document in selected(documents, part["kind"], part["metadata"]["name"]):
            document.update(merge(document, part))
    elif set(patch) == {"target", "patch"} and set(patch["target"]) == {"kind", "name"}:
        for document in selected(documents, patch["target"]["kind"], patch["target"]["name"]):
            for operation in yaml.safe_load(patch["patch"]):
                apply_operation(document, operation)
    else:
        raise ValueError(patch)


def containers_of(document):
    spec = document.get("spec", {}).get("template", {}).get("spec", {})
    return spec.get("initContainers", []) + spec.get("containers", [])


def kustomize(directory):
    """The documents of a kustomization."""
    said, = read(directory / "kustomization.yaml")
    if set(said) - KUSTOMIZATION:
        raise ValueError(f"{directory}: {set(said) - KUSTOMIZATION}")
    documents = []
    for name in said.get("resources", []) + said.get("components", []):
        path = directory / name
        documents += kustomize(path) if path.is_dir() else read(path)
    # An anchor's parts are one object until a patch makes them two.
    documents = [json.loads(json.dumps(document)) for document in documents]
    for patch in said.get("patches", []):
        apply_patch(documents, patch, directory)
    for document in documents:
        if "namespace" in said and document["kind"] not in CLUSTER_KINDS:
            document["metadata"]["namespace"] = said["namespace"]
        for container in containers_of(document):
            for image in said.get("images", []):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    return documents


# --- helm --------------------------------------------------------------------------------------------

ACTION = re.compile(r"(\s*)\{\{-\s+(.*?)\s+\}\}|\{\{ (.*?) \}\}", re.S)
WORD = re.compile(r'"[^"]*"|\S+')


def to_yaml(value):
    return yaml.safe_dump(value, default_flow_style=False, sort_keys=True, width=1000).rstrip("\n")


def text_of(value):
    return {True: "true", False: "false", None: ""}.get(value, value) if isinstance(value, (bool, type(None))) \
        else str(value)


FUNCTIONS = {
    "toYaml": to_yaml,
    "nindent": lambda count, text: "\n" + "\n".join(" " * count + line for line in text.split("\n")),
    "default": lambda other, value: value or other,
    "join": lambda separator, items: separator.join(items),
}


class Template:
    """A template's text, read from left to right; a block is read once, and kept or not."""

    def __init__(self, text, top):
        self.parts, self.top, last = [], top, 0
        for match in ACTION.finditer(text):
            self.parts.append(("text", text[last:match.start()]))
            self.parts.append(("do", match.group(2) or match.group(3)))
            last = match.end()
        self.parts.append(("text", text[last:]))
        if "{{" in "".join(part for kind, part in self.parts if kind == "text"):
            raise ValueError(f"unknown action in {text!r}")

    def word(self, word, dot):
        if word == ".":
            return dot
        if word.startswith('"'):
            return json.loads(word)
        if word.isdigit():
            return int(word)
        if not re.fullmatch(r"(\.[A-Za-z]+)+", word):
            raise ValueError(word)
        value = self.top
        for step in word[1:].split("."):
            value = value[step]
        return value

    def value(self, pipeline, dot):
        stages = [WORD.findall(stage) for stage in pipeline.split(" | ")]
        value, given = None, []
        for words in stages:
            if words[0] in FUNCTIONS:
                value = FUNCTIONS[words[0]](*[self.word(word, dot) for word in words[1:]], *given)
            else:
                value = self.word(*words, dot)
            given = [value]
        return value

    def block(self, place, dot, wanted):
        """Up to the end or else of a block: the text, and where it ends."""
        out = []
        while place < len(self.parts):
            kind, part = self.parts[place]
            place += 1
            if kind == "text":
                out.append(part)
            elif part in ("end", "else"):
                return "".join(out), place, part
            elif part.startswith(("if ", "with ")):
                word, pipeline = part.split(" ", 1)
                value = self.value(pipeline, dot)
                inner = value if word == "with" and value else dot
                kept, place, how = self.block(place, inner, bool(value) and wanted)
                other = ""
                if how == "else":
                    other, place, how = self.block(place, dot, wanted and not value)
                if how != "end":
                    raise ValueError(f"no end of {part}")
                out.append(kept if value else other)
            elif wanted:
                out.append(text_of(self.value(part, dot)))
        return "".join(out), place, None

    def render(self):
        text, _, how = self.block(0, self.top, True)
        if how:
            raise ValueError(f"{how} without a block")
        return text


def helm(directory, values, namespace):
    """The documents of a chart, and its definitions."""
    chart, = read(directory / "Chart.yaml")
    own, = read(directory / "values.yaml")
    top = {"Values": merge(own, values), "Release": {"Namespace": namespace, "Name": "lsmd"},
           "Chart": {"AppVersion": chart["appVersion"]}}
    documents = []
    for path in sorted((directory / "templates").iterdir()):
        text = Template(path.read_text("utf-8"), top).render()
        documents += [json.loads(json.dumps(document)) for document in yaml.safe_load_all(text) if document]
    definitions = [document for path in sorted((directory / "crds").iterdir()) for document in read(path)]
    return documents, definitions
