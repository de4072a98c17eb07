#!/usr/bin/env python3
"""Condenses seed_1f1b.json, recorded from another program, into seed_1f1b.txt.

    condense_seed_1f1b.py          print the table
    condense_seed_1f1b.py --check  compare it with seed_1f1b.txt beside this file
"""

import sys

import condense

HEADER = """\
# 1F1B as computed by the Python script that this project began as: Victarry/PP-Schedule-Visualization,
# pipeline.py before its refactor (commits ec19476 to 7a4895e agree). Facts recorded by running it;
# condensed by condense_seed_1f1b.py.
#
# entry ID STAGES MICROBATCHES P2P_TIME, then its forward and backward times, then either
#   makespan T, overhead R (its "bubble rate": idle / busy), and a line a stage: KIND MICROBATCH @ START
# or `outcome error` (it raised an exception) or `outcome wrong` (it answered an input that has no
# answer, or padded lists silently).
"""


def numbers(values):
    return " ".join(f"{float(value):.9g}" for value in values)


def is_comparable(entry):
    """Whether the input has an answer and the program gave it."""
    inputs = entry["inputs"]
    stages = inputs["num_stages"]
    return (
        entry["outcome"] == "ok"
        and 1 <= stages <= inputs["num_batches"]
        and inputs["p2p_time"] >= 0
        and len(inputs["forward_times"]) == stages
        and len(inputs["backward_times"]) == stages
        and min(inputs["forward_times"]) > 0
    )


def lines_of(entry):
    inputs = entry["inputs"]
    sizes = f"{inputs['num_stages']} {inputs['num_batches']}"
    yield f"entry {entry['id']} {sizes} {numbers([inputs['p2p_time']])}"
    yield f"forward {numbers(inputs['forward_times'])}"
    yield f"backward {numbers(inputs['backward_times'])}"
    if not is_comparable(entry):
        yield "outcome " + ("error" if entry["outcome"] != "ok" else "wrong")
        return
    yield f"makespan {numbers([entry['makespan']])}"
    yield f"overhead {numbers([entry['bubble_rate']])}"
    for ops in entry["stages"]:
        # Its microbatches count from 1.
        yield " ".join(f"{kind}{batch - 1}@{numbers([start])}" for kind, batch, start in ops)


def lines(entries):
    for entry in entries("seed_1f1b.json"):
        yield from lines_of(entry)


if __name__ == "__main__":
    sys.exit(condense.run("seed_1f1b.txt", HEADER, lines))
