# SPDX-License-Identifier: Apache-2.0
"""Which objects a list or watch is about: a namespace, fields, labels."""
import status

FIELDS = {
    "metadata.name": lambda found: found["metadata"]["name"],
    "metadata.namespace": lambda found: found["metadata"].get("namespace", ""),
    "spec.nodeName": lambda found: found.get("spec", {}).get("nodeName", ""),
    "status.phase": lambda found: found.get("status", {}).get("phase", ""),
}


def read(text, known):
    terms = []
    for term in filter(None, text.split(",")):
        key, sign, value = term.partition("=")
        negate = key.endswith("!")
        key, value = key.rstrip("!"), value.lstrip("=")
        if not sign or (known is not None and key not in known):
            raise status.bad_request(f'field label not supported: {key}')
        terms.append((key, value, negate))
    return terms


class Selector:
    def __init__(self, query, target):
        self.namespace = target.namespace
        self.fields = read(query.get("fieldSelector", ""), FIELDS)
        self.labels = read(query.get("labelSelector", ""), None)

    def takes(self, found):
        if found is None:
            return False
        if self.namespace and found["metadata"].get("namespace") != self.namespace:
            return False
        labels = found["metadata"].get("labels") or {}
        return all((FIELDS[key](found) == value) != negate
                   for key, value, negate in self.fields) and \
            all((labels.get(key) == value) != negate for key, value, negate in self.labels)
