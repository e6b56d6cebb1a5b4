#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the page that PROGRAM prints with Prometheus' own parser (python3-prometheus-client)."""
import os
import subprocess
import sys

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    print("skipped: needs the package python3-prometheus-client")
    sys.exit(1 if os.environ.get("CI") else 77)

page = subprocess.run([sys.argv[1]], check=True, stdout=subprocess.PIPE).stdout.decode("utf-8")
families = {family.name: family for family in text_string_to_metric_families(page)}
problems = []


def expect(what, actual, wanted):
    if actual != wanted:
        problems.append(f"{what} is {actual!r}, not {wanted!r}")


for name, family in families.items():
    expect(f"{name}: documented", bool(family.documentation), True)
    expect(f"{name}: type", family.type in ("counter", "gauge"), True)
expect("number of families", len(families), 27)
expect("lsmd_subjects", families["lsmd_subjects"].samples[0].value, 4.0)
expect("lsmd_reloads", families["lsmd_reloads"].samples[0].value, 11.0)
expect("start", families["process_start_time_seconds"].samples[0].value, 1767225600.25)
expect("build", families["lsmd_build_info"].samples[0].labels,
       {"version": "0.1.0", "kernel_release": "6.1.0-42-cloud-amd64"})

denials = {sample.labels["verdict"]: sample for sample in families["lsmd_denials"].samples}
expect("denied", denials["deny"].value, float(9007199254740993))
expect("labels", denials["deny"].labels, {
    "namespace": "shop", "pod": "web-0", "container": "web", "policy_kind": "LsmPolicy",
    "policy_namespace": "shop", "policy": "web", "section": "file", "rule": "secrets",
    "verdict": "deny"})
expect("killed", denials["kill"].value, 15.0)
expect("hostile labels", denials["kill"].labels, {
    "namespace": 'a"b', "pod": r"c\\d", "container": r"e\x0af", "policy_kind": r"g\xffh",
    "policy_namespace": "i{j}", "policy": 'k,l="m"', "section": "", "rule": " ",
    "verdict": "kill"})

print("\n".join(problems) or f"{len(families)} families read back")
sys.exit(bool(problems))
