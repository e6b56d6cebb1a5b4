# SPDX-License-Identifier: Apache-2.0
"""What kubectl and helm make of deploy/. Both are those of tools.sh, and run without anything of the
user's own: no settings, no caches, no cluster."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

TOP = pathlib.Path(__file__).resolve().parents[2]
CHART = TOP / "deploy/helm/lsmd"


def find_tools():
    """Where the two programs are. Where they cannot be had a test is skipped, but fails on CI."""
    run = subprocess.run([TOP / "tests/deploy/tools.sh"], stdout=subprocess.PIPE, check=False, text=True)
    if run.returncode != 0:
        print("skipped: neither kubectl nor helm can be had")
        sys.exit(1 if os.environ.get("CI") else 77)
    return pathlib.Path(run.stdout.strip())


TOOLS = find_tools()


class Refused(Exception):
    """A program ended with a status other than 0."""


def ask(tool, *arguments, text=None):
    """What the program says on its standard output."""
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run([TOOLS / tool, *arguments], input=text, env={"HOME": home}, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, check=False, text=True)
    if run.returncode != 0:
        raise Refused(run.stderr)
    return run.stdout


def documents_of(text):
    # An anchor's parts are one object until something changes one of them.
    return [json.loads(json.dumps(document)) for document in yaml.safe_load_all(text) if document]


def read(path):
    return documents_of(path.read_text("utf-8"))


def kustomize(directory, *components):
    """The documents of a kustomization, with components besides, as an overlay over it would name them."""
    if not components:
        return documents_of(ask("kubectl", "kustomize", str(directory)))
    with tempfile.TemporaryDirectory() as overlay:
        names = [os.path.relpath(path, os.path.realpath(overlay)) for path in (directory, *components)]
        (pathlib.Path(overlay) / "kustomization.yaml").write_text(json.dumps({
            "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
            "resources": names[:1], "components": names[1:]}), "utf-8")
        return kustomize(overlay)


def helm(values, namespace):
    """The documents of the chart, without its definitions."""
    return documents_of(ask("helm", "template", "lsmd", str(CHART), "--namespace", namespace, "--values", "-",
                            text=json.dumps(values)))


def definitions():
    """What the chart defines, which helm installs once and leaves alone from then on."""
    return documents_of(ask("helm", "show", "crds", str(CHART)))


def containers_of(document):
    spec = document.get("spec", {}).get("template", {}).get("spec", {})
    return spec.get("initContainers", []) + spec.get("containers", [])
