#!/usr/bin/env python3
"""Condenses the timed orders recorded from other programs into timings.txt.

    condense_timings.py          print the table
    condense_timings.py --check  compare it with timings.txt beside this file
"""

import hashlib
import sys

import condense

HEADER = """\
# Orders of other programs with their times, recorded by running them: the schedulers of
# sail-sg/zero-bubble-pipeline-parallelism at 39f2c186 (zb-...), DualPipe's step() at 3da1bbea
# (dp-...) and Victarry/PP-Schedule-Visualization at 1dd92bf and 56a94ad (vic-...).
# Condensed by condense_timings.py. Times are in thousandths.
#
# ID KIND RANKS CHUNKS MICROBATCHES GROUP (0: none) F B I W PAIR (-: not given) P2P, each one value or
# one a stage; then = or <= and the makespan, the peak activations of each rank (-: not compared), and
# the SHA-256 of the order as our order text (-: not compared). <=: ours is no longer, and holds no
# more on any rank. A makespan of an order whose program times it by other rules is that of the
# recording's own simulator, which times it by ours.
#
# Left out on purpose:
# * zb, zbv, v_auto of zb-...: searches under a memory limit, bounds for a search;
# * zb1p of vic-...: its rule for W is its own;
# * vic-109, vic-110, vic-132: they charge the pair time of the forward stage, not the larger of the two;
# * vic-123: dualpipe with M < 2P, which we refuse as DualPipe does;
# * entries that failed there: vic-027 (1f1b, M < P) and vic-102 (interleaved overlap, M = P) run
#   here, the others are refused here too (`refused` instead of a makespan).
"""

NOT_COMPARED = {"vic-109", "vic-110", "vic-132", "vic-123"}
RUN_HERE = {"vic-027", "vic-102"}

ZB_KINDS = {
    "basic1f1b": ("1f1b", "="),
    "vpp": ("interleaved_1f1b", "="),
    "zbv_greedy_half": ("v_half", "<="),
    "zbv_greedy_min": ("v_min", "<="),
    "v1f1b": ("v_1f1b", "<="),
}
VICTARRY_KINDS = {
    "1f1b": "1f1b",
    "interleave": "interleaved_1f1b",
    "1f1b_overlap": "1f1b_overlap",
    "1f1b_interleave_overlap": "interleaved_1f1b_overlap",
    "dualpipe": "dualpipe",
    "dualpipe_v": "dualpipe_v",
}


def thousandths(value):
    """A time, or one a stage, in thousandths."""
    if isinstance(value, dict):
        value = [value[str(s)] for s in range(len(value))]
    if isinstance(value, list):
        return ",".join(thousandths(v) for v in value)
    return str(round(1000 * value))


def line(e_id, kind, sizes, times, result):
    return " ".join([e_id, kind, *map(str, sizes), *times, result])


def zb_lines(entries):
    for e in entries:
        if e["scheduler"] not in ZB_KINDS:
            continue
        kind, relation = ZB_KINDS[e["scheduler"]]
        q = e["params"]
        v = q.get("v", 1 if kind == "1f1b" else 2)
        f, i, w, c = (thousandths(q[k]) for k in ("f", "b", "w", "comm"))
        b = thousandths(q["b"] + q["w"])
        peaks = ",".join(map(str, e["peak_acts_free_at_W"]))
        result = f"{relation} {thousandths(e['makespan'])} {peaks} -"
        yield line(e["id"], kind, (q["p"], v, q["m"], 0), (f, b, i, w, "-", c), result)


def dualpipe_lines(entries):
    for e in entries:
        if e["outcome"] != "ok":
            continue
        sizes = (e["p"], 1 if e["kind"] == "dualpipe" else 2, e["num_chunks"], 0)
        peaks = ",".join(map(str, e["peak_acts_free_at_W"]))
        for key in e:
            if not key.startswith("sim_"):
                continue
            f, b, i, w, pair, c = (
                thousandths(float(part.lstrip("fbiwc"))) for part in key.split("_")[1:]
            )
            result = f"= {thousandths(e[key]['makespan'])} {peaks} -"
            yield line(e["id"], e["kind"], sizes, (f, b, i, w, pair, c), result)


def victarry_order(e):
    """SHA-256 of the order as an order text."""

    def text(op):
        if op[0] == "FB":
            return f"({op[2]}F{op[1]};{op[4]}B{op[3]})"
        return f"{op[2]}{op[0].replace('D', 'I')}{op[1]}"

    ranks = "".join(" ".join(map(text, ops)) + "\n" for ops in e["devices"])
    return hashlib.sha256(ranks.encode()).hexdigest()


def victarry_lines(entries):
    for e in entries:
        kind = VICTARRY_KINDS.get(e["strategy"])
        if kind is None or e["id"] in NOT_COMPARED or e["id"] in RUN_HERE:
            continue
        q = e["params"]
        sizes = (
            q["num_devices"],
            q["num_stages"] // q["num_devices"],
            q["num_batches"],
            q["microbatch_group_size_per_vp_stage"] or 0,
        )
        given = q["op_times"] or {}
        default = {"forward": 1, "backward": 2, "backward_D": 1, "backward_W": 1}
        times = [thousandths(given.get(name, default[name])) for name in default]
        pair = given.get("overlapped_forward_backward")
        times += ["-" if pair is None else thousandths(pair), thousandths(q["p2p_latency"])]
        result = "refused"
        if e["outcome"] == "ok":
            result = f"= {thousandths(e['plain_sim_makespan'])} - {victarry_order(e)}"
        yield line(e["id"], kind, sizes, times, result)


def lines(entries):
    yield from zb_lines(entries("zb.json"))
    yield from dualpipe_lines(entries("dualpipe.json"))
    yield from victarry_lines(entries("victarry.json"))


if __name__ == "__main__":
    sys.exit(condense.run("timings.txt", HEADER, lines))
