# SPDX-License-Identifier: Apache-2.0
"""Policies to hold a schema against, and what the parser says of them: for schema_test.py and
crd_test.py, which are called with LSMCTL POLICIES. Needs python3-jsonschema and python3-yaml.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema  # noqa: F401 # both tests want it
    import yaml
except ImportError:
    print("skipped: needs the packages python3-jsonschema and python3-yaml")
    sys.exit(1 if os.environ.get("CI") else 77)

LSMCTL, POLICIES = sys.argv[1], pathlib.Path(sys.argv[2])
UNKNOWN = "qqqqqqqqqqqq"  # near to no word that there is
KINDS = ("LsmPolicy", "ClusterLsmPolicy")

# Every key that there is, each at least once: where the parser takes this, so must the schema.
WHOLE = yaml.safe_load("""
apiVersion: lsmd.io/v1alpha1
kind: ClusterLsmPolicy
metadata: {name: whole, annotations: {a: b}, labels: {c: d}, creationTimestamp: x, uid: y,
  deletionGracePeriodSeconds: 1, deletionTimestamp: x, finalizers: [], generateName: a, generation: 1,
  managedFields: [], ownerReferences: [], resourceVersion: "1", selfLink: /a}
spec:
  description: All of it.
  podSelector:
    matchLabels: {app: web, a.b/c: ""}
    matchExpressions: [{key: tier, operator: In, values: [front]}, {key: x, operator: Exists, values: []}]
  namespaceSelector: {matchLabels: {team: shop}, matchExpressions: [{key: a, operator: Exists}]}
  nodeSelector: {matchLabels: {a: b}, matchExpressions: [{key: gpu, operator: DoesNotExist}]}
  unitSelector: {names: ["web-*.service", 'dev-a\\x2db.slice']}
  cgroups: [/batch/*, "machine.slice/**"]
  containers: [web, "init-*"]
  mode: audit
  severity: 3
  tags: [pci, web]
  message: ask
  exec:
    default: deny
    libraries: judge
    rules:
    - {name: a, action: kill, errno: 1, severity: 10, tags: [a], message: m, strict: false,
       from: [/usr/bin/a], paths: [/bin/sh, "/usr/bin/nc*"], except: [/usr/bin/nca]}
    - {action: deny, fileless: true, from: {not: [/usr/bin/b]}}
    - {action: deny, drifted: true, stdio: socket}
    - {action: deny, paths: [/bin/busybox], as: direct, multicall: by-name}
    - {action: allow, paths: ["/**"]}
  file:
    default: deny
    base: none
    rules:
    - {action: deny, access: [read, write], paths: [/etc/shadow], except: [/etc/shadow-], owner: other}
    - {action: allow, paths: ["/**"]}
  sockets:
    default: allow
    rules:
    - {action: deny, families: [unix, INET, Inet6, 40], types: [raw, 10], protocols: [tcp, 17]}
    - {action: deny, families: {not: [netlink]}, types: {not: [stream]}, protocols: {not: [udp]}}
  network:
    default: {connect: deny, bind: allow, listen: allow, accept: allow}
    rules:
    - {action: deny, direction: connect, to: [0.0.0.0/0, "::/0", 192.0.2.1, "2001:db8::1"],
       except: [10.0.0.0/8], ports: [4444, 6660-6669, "22"], protocols: [tcp]}
    - {action: deny, ports: {not: [22]}, to: [{pods: {}, names: [a], services: 1}, names]}
    - {action: deny, to: {names: [a]}}
    - {action: deny, unix: [/run/a.sock, "@x*"]}
    - {action: allow, ports: [1]}
  capabilities: {default: allow, rules: [{action: deny, capabilities: [SYS_ADMIN, CAP_NET_RAW, bpf]}]}
  process: {default: allow, rules: [{action: deny, operations: [ptrace, setuid, mount, userns, module, bpf]}]}
  isolate: false
status: {anything: 1}
""")
NAMESPACED = yaml.safe_load("""
apiVersion: lsmd.io/v1alpha1
kind: LsmPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, network: {default: deny, rules: [{action: allow, ports: [53]}]}}
""")

MUTANTS = [None, True, 0, -1, 1, 99999999999, 1.5, "", "x", "/x", "a/..", UNKNOWN + "*", "10.0.0.0/8", [],
           {}, [None], ["x"], ["/x"], [1], {"not": []}, {"not": ["x"]}, {UNKNOWN: 1}]


def check(documents):
    """What the parser says of each document: its errors."""
    with tempfile.TemporaryDirectory() as directory:
        names = [f"{directory}/{i:05}.json" for i in range(len(documents))]
        for name, document in zip(names, documents):
            pathlib.Path(name).write_text(json.dumps(document), "utf-8")
        run = subprocess.run([LSMCTL, "check", "-o", "json", directory], stdout=subprocess.PIPE,
                             check=False)
    errors = {name: [] for name in names}
    for item in json.loads(run.stdout)["diagnostics"]:
        # They are judged together, and share names on purpose.
        if item["severity"] == "error" and "is there already, at" not in item["message"]:
            errors[item["file"]].append(item["message"])
    return [errors[name] for name in names]


def positions(value, path=()):
    """Every place in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from positions(item, path + (key,))


def replaced(document, path, value, remove=False):
    if not path:
        return value
    copied = copy.deepcopy(document)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copied


def shipped():
    for path in sorted(POLICIES.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            if isinstance(document, dict) and document.get("kind") in KINDS:
                yield path, document
