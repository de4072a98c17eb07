"""Orders of papers and other programs, and of the slow simulator."""

from __future__ import annotations

import oracle
from make.requests import GOLDEN, SIMPLE_KINDS, case, full, request


def golden_orders():
    """Orders written out in the definitions; F=I=W=1, B=2, no p2p time."""
    yield case(
        "1f1b-p3-m4",
        full(request("1f1b", 3, 4)),
        {
            "makespan": 18,
            "peak_activations": [3, 2, 1],
            "order": [
                "0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3",
                "1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3",
                "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3",
            ],
        },
    )
    yield case(
        "1f1b_overlap-p3-m4",
        full(request("1f1b_overlap", 3, 4, costs={"overlapped_pair": 2.5})),
        {
            "makespan": 16.5,
            "order": [
                "0F0 0F1 0F2 0F3 0B0 0B1 0B2 0B3",
                "1F0 1F1 1F2 (1F3;1B0) 1B1 1B2 1B3",
                "2F0 (2F1;2B0) (2F2;2B1) (2F3;2B2) 2B3",
            ],
        },
    )
    yield case(
        "zb_h1-p3-m5",
        full(request("zb_h1", 3, 5)),
        {
            "makespan": 17,
            "order": [
                "0F0 0F1 0F2 0I0 0W0 0F3 0I1 0W1 0F4 0I2 0W2 0I3 0W3 0I4 0W4",
                "1F0 1F1 1I0 1F2 1I1 1W0 1F3 1I2 1W1 1F4 1I3 1W2 1I4 1W3 1W4",
                "2F0 2I0 2F1 2I1 2F2 2I2 2W0 2F3 2I3 2W1 2F4 2I4 2W2 2W3 2W4",
            ],
        },
    )
    yield case(
        "zb_h2-p3-m5-rank-2",
        full(request("zb_h2", 3, 5, ranks=[2])),
        {
            "makespan": 17,
            "longest_rank_span": 15,
            "order": ["", "", "2F0 2I0 2F1 2I1 2F2 2I2 2F3 2I3 2F4 2I4 2W0 2W1 2W2 2W3 2W4"],
        },
    )
    yield case(
        "interleaved_1f1b-p2-v2-m4",
        full(request("interleaved_1f1b", 4, 4, chunks=2, group=2)),
        {
            "makespan": 27,
            "peak_activations": [5, 3],
            "order": [
                "0F0 0F1 2F0 2F1 0F2 2B0 0F3 2B1 2F2 0B0 2F3 0B1 2B2 2B3 0B2 0B3",
                "1F0 1F1 3F0 3B0 3F1 3B1 1F2 1B0 1F3 1B1 3F2 3B2 3F3 3B3 1B2 1B3",
            ],
        },
    )
    yield case(
        "interleaved_1f1b_overlap-p2-v2-m4-rank-0",
        full(
            request(
                "interleaved_1f1b_overlap",
                4,
                4,
                chunks=2,
                costs={"overlapped_pair": 2.5},
                ranks=[0],
            )
        ),
        {
            "makespan": 24.5,
            "peak_activations": [6],
            "order": ["0F0 0F1 2F0 2F1 0F2 (0F3;2B0) (2F2;2B1) (2F3;0B0) 0B1 2B2 2B3 0B2 0B3", ""],
        },
    )
    yield case(
        "looped_bfs-p2-v2-m2-rank-0",
        full(request("looped_bfs", 4, 2, chunks=2, ranks=[0])),
        {"makespan": 15, "order": ["0F0 0F1 2F0 2F1 2B1 2B0 0B1 0B0", ""]},
    )
    yield case(
        "interleaved_zb-p2-v2-m4-rank-0",
        full(request("interleaved_zb", 4, 4, chunks=2, ranks=[0])),
        {
            "makespan": 25,
            "peak_activations": [4],
            "order": [
                "0F0 0F1 2F0 2F1 2I0 2W0 0F2 2I1 2W1 0F3 0I0 0W0 2F2 0I1 0W1 2F3 2I2 2W2 2I3 2W3 "
                "0I2 0W2 0I3 0W3",
                "",
            ],
        },
    )


def golden_orders_of_two_chunks():
    yield case(
        "zbv-p2-m4",
        full(request("zbv", 4, 4, chunks=2)),
        {
            "makespan": 25,
            "longest_rank_span": 24,
            "peak_activations": [4, 4],
            "order": [
                "0F0 0F1 0F2 3F0 3I0 3W0 3F1 3I1 3W1 0F3 0I0 0W0 3F2 3I2 3W2 0I1 0W1 3F3 3I3 3W3 "
                "0I2 0W2 0I3 0W3",
                "1F0 2F0 1F1 2F1 2I0 2W0 1F2 1I0 1W0 2F2 2I1 2W1 1F3 1I1 1W1 2F3 2I2 2W2 1I2 2I3 "
                "1I3 1W2 2W3 1W3",
            ],
        },
    )
    yield case(
        "dualpipe_v-p2-m4",
        full(request("dualpipe_v", 4, 4, chunks=2)),
        {
            "makespan": 26,
            "peak_activations": [5, 5],
            "order": [
                "0F0 0F1 0F2 3F0 3I0 3W0 3F1 (0F3;3B1) (3F2;0B0) 3B2 (3F3;0B1) 3B3 0I2 0W2 0I3 0W3",
                "1F0 2F0 1F1 2F1 1F2 2B0 (2F2;1B0) (1F3;2B1) (2F3;1B1) 2B2 1B2 2I3 1I3 2W3 1W3",
            ],
        },
    )


def golden():
    yield from golden_orders()
    yield from golden_orders_of_two_chunks()


def worked_out():
    """Orders and times of the kinds with one chunk a rank, by oracle.py, over costs
    that differ by stage, p2p times, and few microbatches."""
    shapes = {
        "p1-m1": dict(stages=1, microbatches=1),
        "p4-m2": dict(stages=4, microbatches=2),
        "p4-m8-uneven": dict(
            stages=4,
            microbatches=8,
            costs=[
                {"forward": 1.25, "backward_input": 1.5, "backward_weight": 0.5},
                {"forward": 1, "backward_input": 1, "backward_weight": 1},
                {"forward": 0.75, "backward_input": 2, "backward_weight": 1.25},
                {"forward": 2, "backward_input": 1.75, "backward_weight": 2.5},
            ],
            pipeline={
                "p2p_times_forward": [0.25, 0.5, 0],
                "p2p_times_backward": [0.125, 1, 0.5],
            },
        ),
    }
    for kind in SIMPLE_KINDS:
        for name, shape in shapes.items():
            asked = full(request(kind, **shape))
            order = oracle.simple_order(kind, shape["stages"], shape["microbatches"])
            yield case(f"{kind}-{name}", asked, oracle.expect_of_order(asked, order))
    asked = full(request("1f1b", 4, 6, costs={"forward": 0.1, "backward": 0.3}))
    order = oracle.simple_order("1f1b", 4, 6)
    expect = oracle.expect_of_order(asked, order)
    for name in ("starts", "ends"):  # Decimal fractions: ticks, not binary fractions, add up.
        expect[name] = [round(time, 9) for time in expect[name]]
    expect["makespan"] = 3.6
    yield case("1f1b-decimal-fractions", asked, expect)
    yield from custom_orders()


def custom_orders():
    """Orders of the caller: one that mixes B with I and W, sizes given or not."""
    order = [["0F0", "0F1", "3F1", "3F0", "3I0", "0B0", "3W0", "3B1", "0B1"]]
    order.append(["1F0", "1F1", "2F1", "2F0", "2B0", "1B0", "2I1", "1B1", "2W1"])
    text = "".join(" ".join(row) + "\n" for row in order)
    asked = full(request("custom", 4, 2, chunks=2, pipeline={"p2p_time": 0.5}))
    asked["schedule"].update(order=text, stage_to_rank=[0, 1, 1, 0])
    expect = oracle.expect_of_order(asked, order)
    yield case("custom", asked, expect)
    unsized = {**asked, "pipeline": {"p2p_time": 0.5}, "schedule": {**asked["schedule"]}}
    del unsized["schedule"]["stage_to_rank"]
    del expect["order"]  # Its digest is that of a request with sizes.
    yield case("custom-without-sizes", unsized, expect)


def recorded():
    """Orders of Megatron-LM and PyTorch: digests, and what they refuse."""
    recorded = (GOLDEN / "orders.txt").read_text().splitlines()
    lines = [line.split() for line in recorded if line[:1] not in "#"]
    seen = {}
    for identity, kind, ranks, chunks, microbatches, group, digest in lines:
        seen.setdefault((kind, digest == "refused"), []).append(
            (identity, int(ranks), int(chunks), int(microbatches), int(group), digest)
        )
    for (kind, refused), rows in sorted(seen.items()):
        for identity, ranks, chunks, microbatches, group, digest in rows[:: max(1, len(rows) // 3)]:
            expect = {"order_digest": digest}
            if refused:
                expect = {"error": {"code": "INVALID_ARGUMENT", "reason": "INVALID_REQUEST"}}
            yield case(
                f"{kind}-recorded-{identity}",
                request(kind, ranks * chunks, microbatches, chunks=chunks, group=group or None),
                expect,
            )


def order_of(kind, p, m):
    return oracle.simple_order(kind, p, m)
