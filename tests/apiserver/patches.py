# SPDX-License-Identifier: Apache-2.0
"""Patches: RFC 7386; of the strategic kind what merges maps, and an apply of one manager."""

APPLY = "application/apply-patch+yaml"
KINDS = {"application/merge-patch+json", "application/strategic-merge-patch+json", APPLY}


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


def merge(found, patch, sub):
    """Of the subresource "status" only that is changed; without, all but that."""
    patch = {key: value for key, value in patch.items() if key not in ("kind", "apiVersion")}
    if sub == "status":
        patch = {key: value for key, value in patch.items() if key in ("status", "metadata")}
    merge_map(found, patch)
