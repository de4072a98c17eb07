"""What a schedule must be, worked out slowly from the definitions in docs and papers,
apart from the product: orders of the simple kinds, times, peaks, digests.

Requests are the JSON form of pipesched.v1.ComputeScheduleRequest, with proto names.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from fractions import Fraction

OP = re.compile(r"(\d+)([FBIW])(\d+)")


class Pipeline:
    """A request's pipeline with its defaults resolved."""

    def __init__(self, pipeline):
        self.stages = pipeline["num_stages"]
        self.microbatches = pipeline["num_microbatches"]
        self.chunks = pipeline.get("chunks_per_rank", 1)
        self.ranks = self.stages // self.chunks
        costs = pipeline.get("stage_costs") or [{}]
        self.costs = [resolve(cost) for cost in costs]
        if len(self.costs) == 1:
            self.costs *= self.stages
        same = [Fraction(pipeline.get("p2p_time", 0))] * (self.stages - 1)
        self.p2p_forward = exact(pipeline.get("p2p_times_forward")) or same
        self.p2p_backward = exact(pipeline.get("p2p_times_backward")) or same
        limits = [int(limit) for limit in pipeline.get("memory_limit_bytes", [])]
        self.limits = limits * self.ranks if len(limits) == 1 else limits

    def pair_time(self, forward_stage, backward_stage):
        """Of a fused block: the larger of the values of its two stages."""
        one_by_one = self.costs[forward_stage]["F"] + self.costs[backward_stage]["B"]
        given = [self.costs[stage]["pair"] for stage in (forward_stage, backward_stage)]
        return max(one_by_one if value is None else value for value in given)


def exact(values):
    return [Fraction(value) for value in values or []]


def resolve(cost):
    halves = cost.get("backward_input"), cost.get("backward_weight")
    backward = cost.get("backward")
    if backward is None:
        backward = 2 if None in halves else Fraction(halves[0]) + Fraction(halves[1])
    backward = Fraction(backward)
    activation = int(cost.get("activation_bytes", 0))
    return {
        "F": Fraction(cost.get("forward", 1)),
        "B": backward,
        "I": backward / 2 if halves[0] is None else Fraction(halves[0]),
        "W": backward / 2 if halves[1] is None else Fraction(halves[1]),
        "pair": None if cost.get("overlapped_pair") is None else Fraction(cost["overlapped_pair"]),
        "activation": activation,
        "weight": int(cost.get("weight_grad_bytes", activation // 2)),
        "static": int(cost.get("static_bytes", 0)),
    }


# Orders: a list a rank of order text tokens.


def gpipe(ranks, microbatches):
    return [
        [f"{r}F{j}" for j in range(microbatches)] + [f"{r}B{j}" for j in range(microbatches)]
        for r in range(ranks)
    ]


def warm_up_then_alternate(ranks, microbatches, warm_up, fused=False):
    """n forwards, then a forward and a backward in turn, then backwards."""
    order = []
    for r in range(ranks):
        n = min(warm_up(r), microbatches)
        row = [f"{r}F{j}" for j in range(n)]
        for j in range(microbatches):
            if n + j < microbatches:
                pair = f"{r}F{n + j}", f"{r}B{j}"
                row += [f"({pair[0]};{pair[1]})"] if fused else pair
            else:
                row.append(f"{r}B{j}")
        order.append(row)
    return order


def zero_bubble(ranks, microbatches, warm_up, delay):
    """n forwards; F, I and from the delay on one W; then I, W in turn; then W."""
    order = []
    for r in range(ranks):
        n = min(warm_up(r), microbatches)
        row = [f"{r}F{j}" for j in range(n)]
        weights = 0
        for j in range(microbatches):
            steady = n + j < microbatches
            if steady:
                row.append(f"{r}F{n + j}")
            row.append(f"{r}I{j}")
            if not steady or j >= delay(r):
                row.append(f"{r}W{weights}")
                weights += 1
        order.append(row + [f"{r}W{j}" for j in range(weights, microbatches)])
    return order


def simple_order(kind, p, m):
    """The order of a kind with one chunk a rank."""
    return {
        "gpipe": lambda: gpipe(p, m),
        "1f1b": lambda: warm_up_then_alternate(p, m, lambda r: p - 1 - r),
        "eager_1f1b": lambda: warm_up_then_alternate(p, m, lambda r: 2 * (p - 1 - r)),
        "1f1b_overlap": lambda: warm_up_then_alternate(
            p, m, lambda r: 2 * (p - 1 - r) + 1, fused=True
        ),
        "zb_h1": lambda: zero_bubble(p, m, lambda r: p - 1 - r, lambda r: r),
        "zb_h2": lambda: zero_bubble(p, m, lambda r: 2 * (p - 1 - r), lambda r: 2 * r),
    }[kind]()


# Times: every op as early as its inputs and its rank allow.


def parse(token):
    return [(int(s), kind, int(j)) for s, kind, j in OP.findall(token)]


def simulate(pipeline, order):
    """(start, end) of each op, keyed by (rank, stage, kind, microbatch)."""
    p = pipeline
    done = {}  # (stage, kind, microbatch): its end and rank
    times = {}
    position = [0] * len(order)
    free = [Fraction(0)] * len(order)

    def arrival(rank, transfer, *ops):
        """When the output of the one of `ops` that ran can be used; None: not yet."""
        for op in ops:
            if op in done:
                end, from_rank = done[op]
                return end + (transfer if from_rank != rank else 0)
        return None

    def arrivals(rank, op):
        """Of the op's inputs."""
        stage, kind, j = op
        if kind == "W":
            return [arrival(rank, 0, (stage, "I", j))]
        if kind == "F":
            if stage == 0:
                return []
            return [arrival(rank, p.p2p_forward[stage - 1], (stage - 1, "F", j))]
        own = arrival(rank, 0, (stage, "F", j))
        if stage == p.stages - 1:
            return [own]
        transfer = p.p2p_backward[stage]
        return [own, arrival(rank, transfer, (stage + 1, "B", j), (stage + 1, "I", j))]

    moved = True
    while moved:
        moved = False
        for rank, row in enumerate(order):
            while position[rank] < len(row):
                block = parse(row[position[rank]])
                ready = [time for op in block for time in arrivals(rank, op)]
                if None in ready:
                    break
                start = max([free[rank], *ready])
                end = start + block_time(p, block)
                for op in block:
                    done[op] = (end, rank)
                    times[(rank, *op)] = (start, end)
                free[rank] = end
                position[rank] += 1
                moved = True
    assert all(position[r] == len(row) for r, row in enumerate(order)), "the order deadlocks"
    return times


def block_time(p, block):
    if len(block) == 2:
        return p.pair_time(block[0][0], block[1][0])
    stage, kind, _ = block[0]
    return p.costs[stage][kind]


def peak_activations(order, times):
    """Most (stage, microbatch) alive at once, per rank: from the start of F to the
    end of B or W. What ends at a time is gone before what starts at it."""
    peaks = []
    for rank, row in enumerate(order):
        events = []
        for token in row:
            for op in parse(token):
                start, end = times[(rank, *op)]
                if op[1] == "F":
                    events.append((start, 1))
                elif op[1] in "BW":
                    events.append((end, -1))
        alive = peak = 0
        for _, change in sorted(events):
            alive += change
            peak = max(peak, alive)
        peaks.append(peak)
    return peaks


def expect_of_order(request, order):
    """All that follows from an order: the summary, the order, its times."""
    pipeline = Pipeline(request["pipeline"])
    times = simulate(pipeline, order)
    flat = [(rank, *op) for rank, row in enumerate(order) for token in row for op in parse(token)]
    makespan = max(end for _, end in times.values())
    busy = []
    spans = []
    for rank, row in enumerate(order):
        busy.append(sum(block_time(pipeline, parse(token)) for token in row))
        of_rank = [times[key] for key in flat if key[0] == rank]
        spans.append(max(e for _, e in of_rank) - min(s for s, _ in of_rank))
    idle = len(order) * makespan - sum(busy)
    return {
        "makespan": float(makespan),
        "bubble_rate": float(idle / (len(order) * makespan)),
        "bubble_overhead": float(idle / sum(busy)),
        "longest_rank_span": float(max(spans)),
        "peak_activations": peak_activations(order, times),
        "order": [" ".join(row) for row in order],
        "starts": [float(times[key][0]) for key in flat],
        "ends": [float(times[key][1]) for key in flat],
    }


# Digests.


def order_digest(lines):
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def plan_digest(request, schedule_name, algorithm_version, order_digest_hex):
    """The canonical walk that engine/digest/digest.h describes, for times that are
    whole ticks of 1e-9 unit."""
    p = Pipeline(request["pipeline"])
    out = bytearray()

    def number(value):
        out.extend(struct.pack("<q", value))

    def text(value):
        number(len(value))
        out.extend(value)

    def numbers(values):
        number(len(values))
        for value in values:
            number(value)

    text(b"pipesched plan 1")
    number(algorithm_version)
    text(schedule_name.encode())
    for value in (p.ranks, p.chunks, p.microbatches, -9):
        number(value)
    number(p.stages)
    for cost in p.costs:
        for kind in "FBIW":
            number(ticks(cost[kind]))
        number(-1 if cost["pair"] is None else ticks(cost["pair"]))
        for size in ("activation", "weight", "static"):
            number(cost[size])
    numbers([ticks(time) for time in p.p2p_forward])
    numbers([ticks(time) for time in p.p2p_backward])
    numbers(p.limits)
    text(bytes.fromhex(order_digest_hex))
    return hashlib.sha256(bytes(out)).hexdigest()


def ticks(time):
    return math.floor(time * 10**9 + Fraction(1, 2))
