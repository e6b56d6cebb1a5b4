# SPDX-License-Identifier: Apache-2.0
"""Patches: RFC 7386 and 6902; of the strategic kind what merges maps, and an apply of one manager."""
import copy

import status

APPLY = "application/apply-patch+yaml"
OPERATIONS = "application/json-patch+json"
KINDS = {"application/merge-patch+json", "application/strategic-merge-patch+json", APPLY,
         OPERATIONS}


def unprocessable(why):
    return status.Failure(422, "Invalid", f"the server rejected our request due to an error in "
                                          f"our request: {why}")


def step(value, name):
    if isinstance(value, list):
        if not name.isdigit() or int(name) >= len(value):
            raise unprocessable(f"no element {name}")
        return int(name)
    if not isinstance(value, dict) or name not in value:
        raise unprocessable(f"no member {name}")
    return name


def operate(found, operations):
    """Of RFC 6902 test and remove; all or nothing."""
    changed = copy.deepcopy(found)
    for operation in operations:
        names = operation["path"].split("/")[1:]
        value = changed
        for name in names[:-1]:
            value = value[step(value, name)]
        last = step(value, names[-1])
        if operation["op"] == "remove":
            del value[last]
        elif operation["op"] != "test" or value[last] != operation["value"]:
            raise unprocessable(f"{operation['op']} of {operation['path']}")
    found.clear()
    found.update(changed)


def merge_map(target, patch):
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(target.get(key), dict):
                target[key] = {}
            merge_map(target[key], value)
        else:
            target[key] = value


def merge(found, patch, sub, has_status=False):
    """Of the subresource "status" only that is changed; without, all but that, where there is
    such a subresource."""
    patch = {key: value for key, value in patch.items() if key not in ("kind", "apiVersion")}
    if sub == "status":
        patch = {key: value for key, value in patch.items() if key in ("status", "metadata")}
    elif has_status:
        patch.pop("status", None)
    merge_map(found, patch)
