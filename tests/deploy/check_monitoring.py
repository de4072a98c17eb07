#!/usr/bin/env python3
"""check_monitoring.py METRICS: alerts and dashboard name nothing that a daemon has not.

METRICS is what /metrics answered. Also: each alert links a section of the runbook, each
section is of an alert, and each label value that is asked for exists.
"""

import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "deploy/helm/pipesched/files"
# Added by Prometheus when it scrapes.
SCRAPED = {"namespace", "pod", "job", "instance"}
# Labels that look like metrics.
LABELS = {"grpc_code", "grpc_method", "grpc_service", "grpc_type"}


def read_metrics(path):
    series = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, labels = re.match(r"([a-z_]+)(?:\{(.*)\})? ", line).groups()
        values = series.setdefault(name, {})
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels or ""):
            values.setdefault(label, set()).add(value)
    return series


def selectors(expr):
    """The (metric, {label: (operator, value)}) of an expression."""
    for name, labels in re.findall(r"\b((?:grpc|pipesched|process)_[a-z_]+)(?:\{([^}]*)\})?", expr):
        if name not in LABELS:
            yield name, re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', labels)


def check(where, expr, series):
    found = False
    for name, labels in selectors(expr):
        found = True
        if name not in series:
            yield f"{where}: no metric {name}"
            continue
        for label, operator, value in labels:
            if label in SCRAPED:
                continue
            if label not in series[name]:
                yield f"{where}: {name} has no label {label}"
            elif operator in ("=", "!=") and value not in series[name][label]:
                yield f"{where}: {name} is never with {label}={value}"
    for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", expr):
        for label in names.replace(" ", "").split(","):
            used = [series.get(name, {}) for name, _ in selectors(expr)]
            if label not in SCRAPED and not any(label in labels for labels in used):
                yield f"{where}: grouped by {label}, which no metric has"
    if not found:
        yield f"{where}: names no metric"


def main():
    series = read_metrics(sys.argv[1])
    problems = []
    runbook = (ROOT / "docs/runbook.md").read_text()
    sections = {}
    for section in re.split(r"^## ", runbook, flags=re.M)[1:]:
        title, body = section.split("\n", 1)
        sections[title.lower()] = body
    linked = set()
    alerts = 0
    for group in yaml.safe_load((FILES / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            alerts += 1
            problems += check(rule["alert"], rule["expr"], series)
            anchor = rule["annotations"]["runbook_url"].split("docs/runbook.md#")[-1]
            linked.add(anchor)
            for part in ("Meaning", "Check", "Action"):
                if f"**{part}.**" not in sections.get(anchor, ""):
                    problems.append(f"{rule['alert']}: the runbook has no {part} at #{anchor}")
            for name, _ in selectors(sections.get(anchor, "")):
                if name not in series and name + "_bucket" not in series:
                    problems.append(f"runbook, {anchor}: no metric {name}")
    problems += [f"runbook: no alert links #{name}" for name in set(sections) - linked]
    panels = json.loads((FILES / "dashboard.json").read_text())["panels"]
    for panel in panels:
        for target in panel["targets"]:
            problems += check(panel["title"], target["expr"], series)
    for problem in problems:
        print(problem)
    print(f"{alerts} alerts, {len(panels)} panels, {len(series)} metrics, {len(problems)} problems")
    return 1 if problems or not alerts or not panels else 0


if __name__ == "__main__":
    sys.exit(main())
