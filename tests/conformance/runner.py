#!/usr/bin/env python3
"""Asks one daemon the cases of cases/, by every client, and prints how many each
answered right.

    runner.py --daemon PATH NAME=COMMAND...

NAME is a client, COMMAND its program (see README.md). Besides:

  mutated   the same cases while answers are falsified: every client must notice all
  older     the cases as a program of older.binpb, an older contract, asks them

Exits with 1 if anything is wrong, and says what.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import re
import shlex
import subprocess
import sys

import oracle
import pipesched
from fault_server import FaultServer
from older import OlderContract

HERE = pathlib.Path(__file__).resolve().parent
ERRORS = HERE.parents[1] / "docs/errors.md"
GROUPS = (
    "golden",
    "oracle",
    "formulas",
    "paper",
    "recorded",
    "views",
    "pictures",
    "exchange",
    "searches",
    "errors",
    "faults",
)

# Falsified answers: by what, and which cases' expectations it must break.
FALSIFIED = {
    "wrong_digest": "digest",
    "wrong_order_digest": "order_digest",
    "swap_times": "ends",
}


class Program:
    """A client's program: a line in, a line out."""

    def __init__(self, command):
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, question):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program ended with {self._process.wait()}")
        return json.loads(line)

    def close(self):
        self._process.stdin.close()
        if self._process.wait(60) != 0:
            raise RuntimeError(f"the program ended with {self._process.returncode}")


def load():
    return {group: json.loads((HERE / f"cases/{group}.json").read_text()) for group in GROUPS}


def method_of(case):
    return case.get("method", "ComputeSchedule")


def question(case, target):
    return {
        "method": method_of(case),
        "request": case["request"],
        "target": target,
        "timeout": case.get("timeout", 30),
        "calls": case.get("repeat", 1),
    }


def canonical_name(request):
    """What a schedule is called in the walk that digests a plan."""
    name = request["schedule"]["kind"][len("SCHEDULE_KIND_") :].lower()
    if name == "custom":
        ranks = request["schedule"]["stage_to_rank"]
        return " ".join([name, "ranks", *map(str, ranks)])
    if not name.startswith("interleaved_1f1b"):
        return name
    pipeline = request["pipeline"]
    ranks = pipeline["num_stages"] // pipeline.get("chunks_per_rank", 1)
    return f"{name} group {request['schedule'].get('microbatch_group_size', ranks)}"


def expectation(case, algorithm_version):
    """What must come of a case, with the digests that follow from the rest."""
    expect = dict(case["expect"])
    lines = expect.get("order")
    if lines and all(lines):
        expect.setdefault("order_digest", oracle.order_digest(lines))
    if "order_digest" in expect and "fault" not in case:
        expect["digest"] = oracle.plan_digest(
            case["request"],
            canonical_name(case["request"]),
            algorithm_version,
            expect["order_digest"],
        )
    return expect


def equal(want, got, tolerance):
    if isinstance(want, dict):
        return isinstance(got, dict) and all(
            key in got and equal(value, got[key], tolerance) for key, value in want.items()
        )
    if isinstance(want, list):
        return (
            isinstance(got, list)
            and len(want) == len(got)
            and all(equal(*pair, tolerance) for pair in zip(want, got))
        )
    if isinstance(want, (int, float)) and isinstance(got, (int, float)):
        return math.isclose(want, got, rel_tol=1e-12, abs_tol=tolerance)
    return want == got


def differences(expect, answer, tolerance=0.0):
    """The parts of an expectation that an answer does not meet."""
    if "error" in answer and "error" not in expect:
        return [f"error = {answer['error']}"]
    if answer.get("peak_activations"):
        answer = {**answer, "peak": max(answer["peak_activations"])}
    return [
        f"{key} = {answer.get(key)!r}, want {want!r}"
        for key, want in expect.items()
        if key not in answer or not equal(want, answer[key], tolerance)
    ]


def run_case(ask, case, expect, daemon):
    """What is wrong with the answer to a case; nothing, hopefully."""
    if "fault" not in case:
        return differences(expect, ask(question(case, daemon)), case.get("tolerance", 0.0))
    server = FaultServer(daemon, case["fault"])
    try:
        wrong = differences(expect, ask(question(case, server.target)))
    finally:
        server.stop()
    if server.calls != case["calls"]:
        wrong.append(f"{server.calls} calls, want {case['calls']}")
    return wrong


def run_mutated(ask, cases, daemon, algorithm_version):
    """(noticed, falsified) answers, and the cases that were not noticed."""
    falsified, missed = 0, []
    for mutation, part in FALSIFIED.items():
        server = FaultServer(daemon, {"mutate": mutation})
        try:
            for case in cases:
                expect = expectation(case, algorithm_version)
                if part not in expect or method_of(case) not in ("ComputeSchedule",):
                    continue
                falsified += 1
                if not differences(expect, ask(question(case, server.target))):
                    missed.append(f"{mutation} of {case['name']} was not noticed")
        finally:
            server.stop()
    return falsified, missed


def run_older(cases, daemon, algorithm_version):
    """(cases that an older contract can ask, what is wrong with their answers)."""
    older, asked, wrong = OlderContract(daemon), 0, []
    for case in cases:
        if not older.knows(question(case, daemon)):
            continue
        asked += 1
        answer = older.ask(question(case, daemon))
        expect = expectation(case, algorithm_version)
        if "error" in expect:
            expect = {"error": {"code": expect["error"]["code"]}}
        told = {key: value for key, value in expect.items() if key in answer or "error" in answer}
        problems = differences(told, answer, case.get("tolerance", 0.0))
        wrong += [f"older: {case['name']}: {text}" for text in problems]
    return asked, wrong


def kinds_without_case(cases, client):
    used = {
        case["request"]["schedule"]["kind"]
        for case in cases
        if "error" not in case["expect"] and "schedule" in case["request"]
    }
    listed = {f"SCHEDULE_KIND_{kind.name.upper()}" for kind in client.list_schedule_kinds()}
    return sorted(listed - used)


def reasons_without_case(cases):
    """Reasons of docs/errors.md, which is made from the daemon's table, that no case has."""
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", ERRORS.read_text(), re.MULTILINE))
    return sorted(listed - {case["expect"].get("error", {}).get("reason") for case in cases})


def print_matrix(columns, rows):
    """A table in Markdown: a row a group of cases, a column a client."""
    print("| cases | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--daemon", required=True)
    parser.add_argument("programs", nargs="+", metavar="NAME=COMMAND")
    arguments = parser.parse_args()

    groups = load()
    wrong, rows = [], {name: [] for name in (*groups, "mutated")}
    columns = []
    os.environ["PIPESCHED_DAEMON"] = arguments.daemon
    with pipesched.Client.spawn() as client:
        version = client.get_server_info().algorithm_version
        clean = [case for group in groups.values() for case in group if "fault" not in case]
        wrong += [f"{kind} has no case" for kind in kinds_without_case(clean, client)]
        every = [case for group in groups.values() for case in group]
        wrong += [f"the reason {reason} has no case" for reason in reasons_without_case(every)]
        for argument in arguments.programs:
            name, _, command = argument.partition("=")
            columns.append(name)
            program = Program(command)
            for group, cases in groups.items():
                failed = 0
                for case in cases:
                    problems = run_case(
                        program.ask, case, expectation(case, version), client.target
                    )
                    wrong += [f"{name}: {group}: {case['name']}: {text}" for text in problems]
                    failed += bool(problems)
                rows[group].append(f"{len(cases) - failed} of {len(cases)}")
            falsified, missed = run_mutated(program.ask, clean, client.target, version)
            wrong += [f"{name}: {text}" for text in missed]
            rows["mutated"].append(f"{falsified - len(missed)} of {falsified} noticed")
            program.close()
        asked, problems = run_older(clean, client.target, version)
        wrong += problems

    print_matrix(columns, rows.items())
    print(f"\nan older contract (older.binpb): {asked} cases asked")
    for text in wrong:
        print(text[:500], file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
