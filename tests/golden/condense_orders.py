#!/usr/bin/env python3
"""Condenses the orders recorded from other programs into orders.txt.

    condense_orders.py          print the table
    condense_orders.py --check  compare it with orders.txt beside this file
"""

import hashlib
import sys

import condense

HEADER = """\
# Orders of other programs, recorded by running them: Megatron-LM's interleaved and plain 1F1B at
# d98e8a64 (meg-...; -overlap: with overlap_moe_expert_parallel_comm), the schedule classes of
# torch.distributed.pipelining 2.14.1 (pt-...), and the step() of deepseek-ai/DualPipe's DualPipe and
# DualPipeV at 3da1bbea (dp-...). Condensed by condense_orders.py.
#
# ID KIND RANKS CHUNKS MICROBATCHES GROUP (0: none), then the SHA-256 of the order as our order text,
# or `refused` where the program refuses the parameters.
"""

PYTORCH_KINDS = {
    "ScheduleGPipe": "gpipe",
    "ScheduleInterleaved1F1B": "interleaved_1f1b",
    "ScheduleLoopedBFS": "looped_bfs",
    "ScheduleInterleavedZeroBubble": "interleaved_zb",
    "ScheduleZBVZeroBubble": "zbv",
    "ScheduleDualPipeV": "dualpipe_v",
    # Schedule1F1B prints the last rank's microbatches from 1, an error of that version.
}
RUNTIME_ACTIONS = ("REDUCE_GRAD", "UNSHARD", "RESHARD")


def digest(ranks):
    """SHA-256 of an order text: a line a rank."""
    text = "".join(" ".join(ops) + "\n" for ops in ranks)
    return hashlib.sha256(text.encode()).hexdigest()


def megatron_op(token, rank, ranks):
    """F7.1 on rank r: microbatch 7 of chunk 1, stage 1 * P + r."""
    microbatch, chunk = token[1:].split(".")
    return f"{int(chunk) * ranks + rank}{token[0]}{microbatch}"


def megatron_lines(entries):
    for e in entries:
        p = e["p"]
        if e["kind"] == "plain_1f1b":
            kind, group = "1f1b", 0
        else:
            kind, group = "interleaved_1f1b", e["microbatch_group_size_per_vp_stage"]
        result = "refused"
        if e["megatron_accepts"]:
            result = digest(
                [megatron_op(t, r, p) for t in order.split()] for r, order in enumerate(e["orders"])
            )
        yield f"{e['id']} {kind} {p} {e['v']} {e['m']} {group} {result}"


def overlapped(ops, warmup):
    """The order of a rank with its steady state fused: `warmup` forwards, pairs, backwards."""
    forwards = [op for op in ops if "F" in op]
    backwards = [op for op in ops if "B" in op]
    pairs = [f"({f};{b})" for f, b in zip(forwards[warmup:], backwards)]
    return forwards[:warmup] + pairs + backwards[len(pairs) :]


def megatron_overlap_lines(entries):
    """What Megatron-LM runs with overlap_moe_expert_parallel_comm: one more warm-up forward."""
    for e in entries:
        if e["kind"] == "plain_1f1b" or not e["megatron_accepts"]:
            continue
        p, v, m, group = e["p"], e["v"], e["m"], e["microbatch_group_size_per_vp_stage"]
        ranks = []
        for r, order in enumerate(e["orders"]):
            ops = [megatron_op(t, r, p) for t in order.split()]
            ranks.append(overlapped(ops, e["warmup_with_overlap_moe"][r]))
        yield f"{e['id']}-overlap interleaved_1f1b_overlap {p} {v} {m} {group} {digest(ranks)}"


def pytorch_lines(entries):
    for e in entries:
        kind = PYTORCH_KINDS.get(e["schedule"])
        p, m = e["ranks"], e["microbatches"]
        rounds = max(1, m // p)
        group = 0
        if kind == "interleaved_1f1b":
            group = m // rounds
            # Its rounds are groups only where they divide M; below P ours are not legal.
            if m % rounds != 0 or group < p:
                continue
        if kind is None:
            continue
        result = "refused"
        if e["outcome"] == "ok":
            result = digest(
                [
                    t.removesuffix("OVERLAP_F_B")
                    for t in order.split()
                    if t != "-" and not t.endswith(RUNTIME_ACTIONS)
                ]
                for order in e["orders"]
            )
        yield f"{e['id']} {kind} {p} {e['stages_per_rank']} {m} {group} {result}"


def dualpipe_op(token, rank, entry):
    """F1.7 on rank r: microbatch 7 of direction 1, or of chunk 1; a pair is (F1.7;B0.3)."""
    if token.startswith("("):
        return "(" + ";".join(dualpipe_op(t, rank, entry) for t in token[1:-1].split(";")) + ")"
    p = entry["p"]
    lane, microbatch = map(int, token[1:].split("."))
    if entry["kind"] == "dualpipe":
        stage = rank if lane == 0 else p - 1 - rank
        microbatch += lane * entry["num_chunks"] // 2
    else:
        stage = rank if lane == 0 else 2 * p - 1 - rank
    return f"{stage}{token[0]}{microbatch}"


def dualpipe_lines(entries):
    for e in entries:
        chunks = 1 if e["kind"] == "dualpipe" else 2
        result = "refused"
        if e["outcome"] == "ok":
            result = digest(
                [dualpipe_op(t, r, e) for t in order.split()] for r, order in enumerate(e["orders"])
            )
        yield f"{e['id']} {e['kind']} {e['p']} {chunks} {e['num_chunks']} 0 {result}"


def lines(entries):
    yield from megatron_lines(entries("megatron.json"))
    yield from megatron_overlap_lines(entries("megatron.json"))
    yield from pytorch_lines(entries("pytorch.json"))
    yield from dualpipe_lines(entries("dualpipe.json"))


if __name__ == "__main__":
    sys.exit(condense.run("orders.txt", HEADER, lines))
