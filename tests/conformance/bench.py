#!/usr/bin/env python3
"""What ComputeSchedule takes by every client, of one daemon, whose plans are cached: a
call, its answer read and checked. Medians, and their ratios to the C++ client's.

    bench.py --daemon PATH NAME=COMMAND...

NAME is a client, the first is what the others are compared with; COMMAND is its
program (see README.md).
"""

from __future__ import annotations

import argparse
import os
import statistics

import pipesched
from runner import Program, print_matrix

SIZES = ((8, 64), (64, 512))
VIEWS = ("SUMMARY", "FULL")
WARM_UP = 20
CALLS = 100
ROUNDS = 5  # by turns, since the machine is not always equally fast


def question(target, stages, microbatches, view, calls):
    return {
        "method": "ComputeSchedule",
        "request": {
            "pipeline": {"num_stages": stages, "num_microbatches": microbatches},
            "schedule": {"kind": "SCHEDULE_KIND_1F1B"},
            "view": f"VIEW_{view}",
        },
        "target": target,
        "timeout": 30,
        "calls": calls,
        "measure": True,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--daemon", required=True)
    parser.add_argument("programs", nargs="+", metavar="NAME=COMMAND")
    arguments = parser.parse_args()
    os.environ["PIPESCHED_DAEMON"] = arguments.daemon
    programs = {
        name: Program(command)
        for name, _, command in (argument.partition("=") for argument in arguments.programs)
    }
    rows = []
    with pipesched.Client.spawn() as client:
        for stages, microbatches in SIZES:
            for view in VIEWS:
                medians = {name: [] for name in programs}
                for program in programs.values():
                    program.ask(question(client.target, stages, microbatches, view, WARM_UP))
                for _ in range(ROUNDS):
                    for name, program in programs.items():
                        ask = question(client.target, stages, microbatches, view, CALLS)
                        medians[name].append(statistics.median(program.ask(ask)["seconds"]))
                times = [min(of_client) for of_client in medians.values()]
                cells = [f"{1000 * time:.2f} ms ({time / times[0]:.1f})" for time in times]
                rows.append((f"{view}, {stages}x{microbatches}", cells))
    for program in programs.values():
        program.close()
    print_matrix(list(programs), rows)


if __name__ == "__main__":
    main()
