#!/usr/bin/env python3
"""Condenses zb_ilp.json, recorded from another program, into zb_ilp.txt.

    condense_zb_ilp.py          print the table
    condense_zb_ilp.py --check  compare it with zb_ilp.txt beside this file
"""

import sys

import condense

HEADER = """\
# Optima of the integer program of sail-sg/zero-bubble-pipeline-parallelism (branch legacy-main,
# 93af65c6, auto_schedule.py), solved with CBC: the smallest longest rank span of linear pipelines
# with split backwards under a memory limit a rank, where ranks may start late and microbatches
# ascend within each of F, I, W of a rank. Facts recorded by running it; condensed by
# condense_zb_ilp.py. Times are in thousandths.
#
# ID RANKS MICROBATCHES F I W P2P (each one value or one a stage), bytes of an activation, the part
# of it that stays until W, memory limit (one value or one a rank), then = or, where the solver did
# not prove it, <= and the span.
"""


def text(value):
    return ",".join(str(v) for v in value) if isinstance(value, list) else str(value)


def lines(entries):
    for entry in entries("zb_ilp.json"):
        params = entry["params"]
        takes, input_change, weight_change = params["mem"]
        assert takes + input_change + weight_change == 0
        solver = entry["solver"]
        times = [params[key] for key in ("f", "b", "w", "comm")]
        yield " ".join(
            [entry["id"], str(params["p"]), str(params["m"])]
            + [text(value) for value in times]
            + [str(takes), str(-weight_change), text(params["max_mem"])]
            + ["=" if solver["proved_optimal"] else "<=", str(solver["objective_max_rank_extent"])]
        )


if __name__ == "__main__":
    sys.exit(condense.run("zb_ilp.txt", HEADER, lines))
