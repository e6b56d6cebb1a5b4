# SPDX-License-Identifier: Apache-2.0
"""Policies that the API server must take or refuse, for crd_test.py and for apiserver/real/."""
import copy

from documents import MUTANTS, NAMESPACED, WHOLE, positions, replaced


def without_reserved():
    """WHOLE, but for what is reserved in "to": the API server refuses its maps, the parser by name."""
    document = {key: copy.deepcopy(value) for key, value in WHOLE.items() if key != "status"}
    for rule in document["spec"]["network"]["rules"]:
        if "to" in rule and (isinstance(rule["to"], dict) or any(isinstance(to, dict) for to in rule["to"])):
            rule["to"] = ["::/0"]
    return document


CUSTOM = without_reserved()


def namespaced(spec):
    return {"apiVersion": "lsmd.io/v1alpha1", "kind": "LsmPolicy", "metadata": {"name": "a"}, "spec": spec}


RULE = {"action": "deny"}
# What kubectl apply must refuse: a person's mistakes, one each.
BAD = {
    "nothing said": {},
    "an unknown key": {"exec": {"default": "deny"}, "exce": {}},
    "a selector of the cluster": {"namespaceSelector": {}, "exec": {"default": "deny"}},
    "units in a namespace": {"unitSelector": {"names": ["a.service"]}, "exec": {"default": "deny"}},
    "an unknown mode": {"mode": "enforced", "exec": {"default": "deny"}},
    "a severity beyond 10": {"severity": 11, "exec": {"default": "deny"}},
    "an empty section": {"exec": {}},
    "no rules": {"exec": {"rules": []}},
    "an empty rule": {"exec": {"rules": [RULE]}},
    "no action": {"exec": {"rules": [{"paths": ["/bin/sh"]}]}},
    "an unknown action": {"exec": {"rules": [{"action": "block", "paths": ["/bin/sh"]}]}},
    "a relative path": {"file": {"rules": [{**RULE, "paths": ["etc/shadow"]}]}},
    "a path that is too long": {"file": {"rules": [{**RULE, "paths": ["/" + "a" * 4095]}]}},
    "no paths": {"file": {"rules": [{**RULE, "paths": []}]}},
    "one path, not a list": {"file": {"rules": [{**RULE, "paths": "/etc/shadow"}]}},
    "a wrong access": {"file": {"rules": [{**RULE, "paths": ["/a"], "access": ["exec"]}]}},
    "from by a relative path": {"exec": {"rules": [{**RULE, "from": ["sh"]}]}},
    "from: not, misspelt": {"exec": {"rules": [{**RULE, "from": {"nto": ["/bin/sh"]}}]}},
    "from: not, and more": {"exec": {"rules": [{**RULE, "from": {"not": ["/a"], "or": 1}}]}},
    "multicall without paths": {"exec": {"rules": [{**RULE, "fileless": True, "multicall": "by-name"}]}},
    "an unknown family": {"sockets": {"rules": [{**RULE, "families": ["inet7"]}]}},
    "a family beyond all": {"sockets": {"rules": [{**RULE, "families": [4711]}]}},
    "families: not, empty": {"sockets": {"rules": [{**RULE, "families": {"not": []}}]}},
    "a port 0": {"network": {"rules": [{**RULE, "ports": [0]}]}},
    "a port beyond 65535": {"network": {"rules": [{**RULE, "ports": [65536]}]}},
    "ports as words": {"network": {"rules": [{**RULE, "ports": ["http"]}]}},
    "an address that is none": {"network": {"rules": [{**RULE, "to": ["db.example.com"]}]}},
    "an unknown direction": {"network": {"rules": [{**RULE, "direction": "egress"}]}},
    "a default that is no word": {"network": {"default": "drop"}},
    "a default of a wrong direction": {"network": {"default": {"connect": "drop"}}},
    "unix beside addresses": {"network": {"rules": [{**RULE, "unix": ["/a"], "to": ["10.0.0.0/8"]}]}},
    "an unknown capability": {"capabilities": {"rules": [{**RULE, "capabilities": ["SYS_ROOT"]}]}},
    "an unknown operation": {"process": {"rules": [{**RULE, "operations": ["fork"]}]}},
    "an errno beyond all": {"exec": {"rules": [{**RULE, "paths": ["/a"], "errno": 134}]}},
    "a label that is none": {"podSelector": {"matchLabels": {"a": "b c"}}, "exec": {"default": "deny"}},
    "In without values": {"podSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]},
                          "exec": {"default": "deny"}},
    "Exists with values": {"podSelector": {"matchExpressions": [
        {"key": "a", "operator": "Exists", "values": ["b"]}]}, "exec": {"default": "deny"}},
    "an unknown operator": {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Is"}]},
                            "exec": {"default": "deny"}},
}


def mutated():
    """Everything that there is, with one place of it made another, or taken out."""
    places = [(document, path) for document in (CUSTOM, NAMESPACED) for path in positions(document)
              if path and path[0] == "spec"]
    return ([replaced(document, path, value) for document, path in places for value in MUTANTS] +
            [replaced(document, path, None, remove=True) for document, path in places])
