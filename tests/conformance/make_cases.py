#!/usr/bin/env python3
"""Writes cases/*.json: requests and what must come of them. Nothing here asks
pipesched: values are closed forms, orders of the papers and of other programs
(tests/golden/orders.txt), and what oracle.py works out.

    make_cases.py          writes them
    make_cases.py --check  says whether the committed ones are these
"""

from __future__ import annotations

import json
import pathlib
import sys

import oracle

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE.parent / "golden/orders.txt"

SIMPLE_KINDS = ("gpipe", "1f1b", "eager_1f1b", "1f1b_overlap", "zb_h1", "zb_h2")


def request(kind, stages, microbatches, *, chunks=None, group=None, costs=None, **more):
    pipeline = {"num_stages": stages, "num_microbatches": microbatches}
    if chunks is not None:
        pipeline["chunks_per_rank"] = chunks
    if costs is not None:
        pipeline["stage_costs"] = costs if isinstance(costs, list) else [costs]
    pipeline.update(more.pop("pipeline", {}))
    schedule = {"kind": f"SCHEDULE_KIND_{kind.upper()}"}
    if group is not None:
        schedule["microbatch_group_size"] = group
    return {"pipeline": pipeline, "schedule": schedule, **more}


def case(name, request, expect, **more):
    return {"name": name, "request": request, "expect": expect, **more}


def full(request):
    return {**request, "view": "VIEW_FULL"}


UNIT = {"forward": 1, "backward_input": 1, "backward_weight": 1}


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


def closed_forms():
    """Makespans and peaks of equal stages, as formulas."""
    for p, m in ((2, 3), (8, 64), (5, 3)):
        uneven = {"forward": 3, "backward": 5}
        makespan = (m + p - 1) * 8
        peaks = {
            "gpipe": [m] * p,
            "1f1b": [min(p - r, m) for r in range(p)],
            "eager_1f1b": [min(2 * (p - r) - 1, m) for r in range(p)],
        }
        for kind, peak in peaks.items():
            yield case(
                f"{kind}-formula-p{p}-m{m}",
                request(kind, p, m, costs=uneven),
                {
                    "makespan": makespan,
                    "bubble_rate": (p - 1) / (m + p - 1),
                    "bubble_overhead": (p - 1) / m,
                    "peak_activations": peak,
                },
            )
    p, m, fb = 4, 8, 2.5
    yield case(
        "1f1b_overlap-formula",
        request("1f1b_overlap", p, m, costs={"overlapped_pair": fb}),
        {
            "makespan": (p - 1) * 3 + 3 + (m - 1) * fb,
            "peak_activations": [min(2 * (p - 1 - r) + 2, m) for r in range(p)],
        },
    )
    yield case(
        "zb_h1-formula",
        request("zb_h1", 4, 12, costs={"forward": 3, "backward_input": 4, "backward_weight": 2}),
        {"makespan": 12 * 9 + 3 * (3 + 4 - 2)},
    )
    yield case("zb_h1-p4-m8", request("zb_h1", 4, 8), {"makespan": 27})
    yield case("zb_h2-p4-m8", request("zb_h2", 4, 8), {"makespan": 27, "longest_rank_span": 24})
    for v, makespan in ((2, 57), (4, 105)):
        yield case(
            f"interleaved_1f1b-p4-v{v}-m8",
            request("interleaved_1f1b", 4 * v, 8, chunks=v),
            {"makespan": makespan, "bubble_overhead": 3 / (v * 8)},
        )
    yield case(
        "interleaved_1f1b-p8-v2-m16",
        request("interleaved_1f1b", 16, 16, chunks=2),
        {"makespan": (16 * 2 + 7) * 3, "peak_activations": [23, 21, 19, 17, 15, 13, 11, 9]},
    )
    p, v, m, g, fb = 4, 2, 8, 4, 2.5
    yield case(
        "interleaved_1f1b_overlap-formula",
        request("interleaved_1f1b_overlap", p * v, m, chunks=v, costs={"overlapped_pair": fb}),
        {"makespan": (p - 1) * 3 + (g * (v - 1) + 1) * 3 + (m * v - g * (v - 1) - 1) * fb},
    )
    yield case("looped_bfs-p4-v2-m8", request("looped_bfs", 8, 8, chunks=2), {"makespan": 57})
    yield case(
        "interleaved_zb-p4-v2-m8",
        request("interleaved_zb", 8, 8, chunks=2),
        {"makespan": 51, "peak_activations": [8, 8, 8, 8]},
    )
    yield from two_chunks()
    # p2p time c: F=I=W=1.
    p, m, c = 4, 8, 0.5
    latency = {"p2p_time": c}
    yield case(
        "1f1b-latency",
        request("1f1b", p, m, pipeline=latency),
        {"makespan": 3 * (m + p - 1) + 2 * c * ((p - 1) + (m - 1) * (p - 1) // p)},
    )
    for kind in ("gpipe", "eager_1f1b"):
        yield case(
            f"{kind}-latency",
            request(kind, p, m, pipeline=latency),
            {"makespan": 3 * (m + p - 1) + 2 * c * (p - 1)},
        )
    # One slow stage.
    slow = {"forward": 1.5, "backward_input": 1.5, "backward_weight": 1.5}
    makespans = {"gpipe": 45, "1f1b": 42, "eager_1f1b": 39, "zb_h1": 38, "zb_h2": 37}
    for kind, makespan in makespans.items():
        yield case(
            f"{kind}-slow-stage",
            request(kind, 4, 8, costs=[UNIT, slow, UNIT, UNIT]),
            {"makespan": makespan},
        )


def two_chunks():
    """Kinds of two chunks a rank, and of two replicas; F=I=W=1 for a chunk."""
    for p, m in ((4, 8), (8, 24), (3, 7)):
        whole = request("zbv", 2 * p, m, chunks=2)
        yield case(
            f"zbv-formula-p{p}-m{m}",
            whole,
            {"makespan": 6 * m + p - 1, "longest_rank_span": 6 * m, "peak": 2 * p},
        )
    v_half = {4: 3 * 4 - 7, 3: 3 * 3 - 4, 2: 1}
    v_min = {4: 4 * 4 - 5, 3: 4 * 3 - 7, 2: 4 * 2 - 5}
    v_1f1b = {4: 5 * 4 - 5, 5: 5 * 5 - 7, 9: 5 * 9 - 9}
    tables = {
        "v_half": (v_half, lambda p: 2 * ((p + 2) // 2)),
        "v_min": (v_min, lambda p: 2 * ((p + 4) // 3)),
        "v_1f1b": (v_1f1b, lambda p: 2 * (2 * p // 3 + 1)),
    }
    m = 12
    for kind, (beyond, peak) in tables.items():
        for p, more in beyond.items():
            yield case(
                f"{kind}-formula-p{p}",
                request(kind, 2 * p, m, chunks=2),
                {"makespan": 6 * m + more, "peak": peak(p)},
            )
    for p, m in ((4, 8), (8, 20)):
        yield case(
            f"dualpipe-formula-p{p}-m{m}",
            request("dualpipe", p, m),
            {"makespan": m * 3 + (p // 2 - 1) * 2, "peak": p + 1},
        )
    yield case(
        "dualpipe-fused",
        request("dualpipe", 8, 20, costs={"overlapped_pair": 2.5}),
        {"makespan": 59},
    )
    for pair, makespan in ((3, 54), (2.5, 49)):
        yield case(
            f"dualpipe_v-pair-{pair}",
            request("dualpipe_v", 8, 8, chunks=2, costs={"overlapped_pair": pair}),
            {"makespan": makespan},
        )
    for p in (2, 4, 6):
        yield case(
            f"chimera-formula-p{p}",
            request("chimera", p, p, costs={"forward": 2, "backward": 3}),
            {"makespan": p * 5 + (p - 2) * 3, "peak": p},
        )
    for p, waves in ((4, 1), (4, 2)):
        yield case(
            f"wave-formula-p{p}-w{waves}",
            request("wave", 2 * waves * p, p, chunks=2 * waves),
            {"makespan": 6 * waves * p + 4 * (p - 1)},
        )


def zero_bubble_paper():
    """Table of arXiv 2401.10241: the bubble rate over the longest rank span."""
    settings = [
        ("1", 8, 24, 18.522, 18.086, 9.337, 0.601, (0.2431, 0.1585, 0.1083)),
        ("4", 8, 24, 29.718, 29.444, 19.927, 0.527, (0.2347, 0.1323, 0.0698)),
        ("7", 16, 48, 11.347, 11.248, 8.132, 0.377, (0.2552, 0.1397, 0.0672)),
    ]
    for setting, p, m, forward, inputs, weights, p2p, rates in settings:
        costs = {"forward": forward, "backward_input": inputs, "backward_weight": weights}
        for kind, rate in zip(("1f1b", "zb_h1", "zb_h2"), rates):
            yield case(
                f"{kind}-paper-setting-{setting}",
                request(kind, p, m, costs=costs, pipeline={"p2p_time": p2p}),
                {"longest_span_bubble_rate": rate},
                tolerance=5e-5,
            )


def recorded():
    """Orders of Megatron-LM and PyTorch: digests, and what they refuse."""
    lines = [line.split() for line in RECORDED.read_text().splitlines() if line[:1] not in "#"]
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


def views_and_notes():
    asked = request("1f1b", 3, 4, ranks=[1])
    order = oracle.simple_order("1f1b", 3, 4)
    whole = oracle.expect_of_order(asked, order)
    part = {
        "makespan": whole["makespan"],
        "peak_activations": [2],
        "order_digest": oracle.order_digest(whole["order"]),
    }
    yield case("summary-of-one-rank", asked, part)
    yield case("full-of-one-rank", full(asked), {**part, "order": ["", whole["order"][1], ""]})
    streamed = {key: value for key, value in full(request("zb_h1", 4, 6)).items() if key != "view"}
    yield case(
        "stream",
        streamed,
        oracle.expect_of_order(streamed, oracle.simple_order("zb_h1", 4, 6)),
        method="StreamSchedule",
    )
    streamed = {key: value for key, value in request("gpipe", 64, 512).items()}
    order = oracle.simple_order("gpipe", 64, 512)
    yield case(
        "stream-in-parts",
        streamed,
        {"makespan": 575 * 3, "order_digest": oracle.order_digest(map(" ".join, order))},
        method="StreamSchedule",
    )
    asked = request("1f1b", 3, 4)
    yield case(
        "export-order",
        {**asked, "format": "EXPORT_FORMAT_ORDER"},
        {"content": "".join(" ".join(row) + "\n" for row in order_of("1f1b", 3, 4))},
        method="ExportSchedule",
    )
    yield case(
        "note-memory",
        request(
            "1f1b", 2, 2, costs={"activation_bytes": "10"}, pipeline={"memory_limit_bytes": ["15"]}
        ),
        {"notes": ["MEMORY_LIMIT_EXCEEDED"], "peak_bytes": ["20", "10"]},
    )
    # The split of these stages is given; that of the others above is not.
    yield case("note-none", request("zb_h1", 2, 4, costs=UNIT), {"notes": []})
    yield case("note-split", request("zb_h1", 2, 4), {"notes": ["BACKWARD_SPLIT_DEFAULTED"]})
    yield case(
        "note-validity",
        request("zb_h2", 4, 6, costs=UNIT),
        {"notes": ["BELOW_VALIDITY_LIMIT"]},
    )


def pictures():
    def draw(picture_format, asked, **options):
        return {**asked, "format": f"RENDER_FORMAT_{picture_format}", "options": options}

    asked = request("1f1b", 3, 4)
    order_digest = oracle.order_digest(
        oracle.expect_of_order(asked, oracle.simple_order("1f1b", 3, 4))["order"]
    )
    everything = {
        "title": "</title><script>",
        "time_unit": "ms",
        "theme": "THEME_DARK",
        "show_arrows": True,
        "show_critical_path": True,
        "memory": "MEMORY_CURVE_ON",
        "start_time": 1,
        "end_time": 12.5,
        "ranks": [0, 2],
        "width": 640,
        "height": 400,
        "scale": 1.5,
    }
    for picture_format, media_type, start in (
        ("PNG", "image/png", b"\x89PNG"),
        ("SVG", "image/svg+xml", b"<svg"),
        ("PDF", "application/pdf", b"%PDF"),
        ("HTML", "text/html; charset=utf-8", b"<!do"),
    ):
        expect = {"content_type": media_type, "start": start.hex(), "order_digest": order_digest}
        name = picture_format.lower()
        yield case(name, draw(picture_format, asked), expect, method="RenderSchedule")
        yield case(
            f"{name}-all-options",
            draw(picture_format, asked, **everything),
            expect,
            method="RenderSchedule",
        )
    small_digest = oracle.plan_digest(
        request("1f1b", 2, 2),
        "1f1b",
        1,
        oracle.order_digest(["0F0 0F1 0B0 0B1", "1F0 1B0 1F1 1B1"]),
    )
    # Drawn by hand: 5 characters a unit of time. Rank 1 begins when F0 of rank 0 is
    # done, B0 of rank 0 when that of rank 1 is.
    yield case(
        "text",
        draw("TEXT", request("1f1b", 2, 2), text={"columns": 60, "ascii": True}),
        {
            "content_type": "text/plain; charset=utf-8",
            "content": "1f1b, 2 ranks x 2 microbatches\n"
            "makespan 9 time units | bubble rate 33.33 % (idle / total)\n"
            "bubble overhead 50.00 % (idle / busy)\n"
            "\n"
            "rank 0  F0###F1###..........B0========.....B1========\n"
            "rank 1  .....F0###B0========F1###B1========..........\n"
            "        |         |         |         |         |\n"
            "        0         2         4         6         8\n"
            "\n"
            "## forward (F)  == backward (B)  .. idle\n"
            "forward (F) 1 | backward (B) 2 | p2p 0 | times in time units\n"
            "bubble rate = idle rank time / (ranks x makespan)\n"
            f"digest {small_digest[:12]}\n",
        },
        method="RenderSchedule",
    )
    compared = [{"kind": "SCHEDULE_KIND_ZB_H1"}, {"kind": "SCHEDULE_KIND_ZBV"}]
    yield case(
        "comparison",
        {**draw("SVG", asked), "compared": compared},
        {"content_type": "image/svg+xml", "start": b"<svg".hex(), "order_digest": order_digest},
        method="RenderSchedule",
    )

    def invalid(*fields):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "INVALID_REQUEST",
                "violations": list(fields),
            }
        }

    yield case(
        "no-format",
        request("1f1b", 2, 2),
        invalid("format"),
        method="RenderSchedule",
    )
    yield case(
        "all-options-wrong",
        draw(
            "PNG",
            asked,
            title="x" * 1025,
            time_unit="x" * 65,
            theme=7,
            memory=7,
            start_time=-1,
            width=319,
            height=-1,
            scale=9,
            ranks=[3],
            text={"columns": 39},
        ),
        invalid(
            "options.title",
            "options.time_unit",
            "options.theme",
            "options.memory",
            "options.start_time",
            "options.width",
            "options.height",
            "options.scale",
            "options.ranks[0]",
            "options.text.columns",
        ),
        method="RenderSchedule",
    )
    yield case(
        "end-before-start",
        draw("PNG", asked, start_time=2, end_time=2),
        invalid("options.end_time"),
        method="RenderSchedule",
    )
    yield case(
        "comparison-of-a-custom-order",
        {**draw("PNG", asked, ranks=[0]), "compared": [{"kind": "SCHEDULE_KIND_CUSTOM"}, {}]},
        invalid("options.ranks", "compared[0].kind", "compared[1].kind"),
        method="RenderSchedule",
    )
    yield case(
        "picture-too-large",
        draw("PNG", asked, width=32767, scale=8),
        {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "LIMIT_EXCEEDED",
                "metadata": {"limit": "max_picture_side", "max": "32767"},
            }
        },
        method="RenderSchedule",
    )


# Two ranks whose sends cross: safe where channels of the two directions are apart.
CRISS_CROSSED = (
    "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
    "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\n"
)


def csv_request(text, **rest):
    return {"schedule": {"kind": "SCHEDULE_KIND_CUSTOM", "pytorch_csv": text, **rest}}


def exchange():
    """Orders of other programs, by the definitions of docs/exchange.md."""

    def invalid(field):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "INVALID_REQUEST",
                "violations": [field],
            }
        }

    rows = order_of("1f1b", 3, 4)
    yield case(
        "export-csv",
        {**request("1f1b", 3, 4), "format": "EXPORT_FORMAT_PYTORCH_CSV"},
        {"content": "".join(",".join(row) + "\n" for row in rows)},
        method="ExportSchedule",
    )
    # The lists in the documentation of convert_schedule_table_to_order, of one chunk.
    yield case(
        "export-megatron",
        {**request("1f1b", 2, 3), "format": "EXPORT_FORMAT_MEGATRON_ORDER"},
        {"content": "[[1,1,-1,1,-1,-1],\n [1,-1,1,-1,1,-1]]\n"},
        method="ExportSchedule",
    )
    yield case(
        "export-legacy",
        {
            **csv_request("0F0,0I0,0W0,,0F1,0B1\r\n"),
            "pipeline": {},
            "format": "EXPORT_FORMAT_PYTORCH_CSV",
            "options": {"dialect": "CSV_DIALECT_PYTORCH_LEGACY"},
        },
        {"content": "0F0,0B0,0W0,0F1,0BW1\n"},
        method="ExportSchedule",
    )
    yield case(
        "export-repaired",
        {
            **csv_request(CRISS_CROSSED),
            "pipeline": {},
            "format": "EXPORT_FORMAT_PYTORCH_CSV_COMMS",
            "options": {"lowering": "LOWERING_REPAIR", "transport": "TRANSPORT_RENDEZVOUS"},
        },
        {
            "content": "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
            "1RECV_F0,1F0,1B0,1RECV_F1,1SEND_B0,1F1,1B1,1SEND_B1\n"
        },
        method="ExportSchedule",
    )
    yield case(
        "export-two-replicas",
        {**request("dualpipe", 4, 8), "format": "EXPORT_FORMAT_PYTORCH_CSV"},
        invalid("format"),
        method="ExportSchedule",
    )
    for transport, safe in (
        ("ASYNC", True),
        ("PER_EDGE_FIFO", True),
        ("PER_PAIR_FIFO", False),
        ("RENDEZVOUS", False),
    ):
        yield case(
            f"validate-{transport.lower()}",
            {**csv_request(CRISS_CROSSED), "transport": f"TRANSPORT_{transport}"},
            {
                "safe": safe,
                "transport": f"TRANSPORT_{transport}",
                "findings": []
                if safe
                else [
                    "RULE_DEADLOCK 0 3 0SEND_F1: rank 0 #3 0SEND_F1 waits for rank 1 #4 1RECV_F1 "
                    "behind rank 1 #3 1SEND_B0 waits for rank 0 #4 0RECV_B0 behind rank 0 #3 "
                    "0SEND_F1"
                ],
            },
            method="ValidateSchedule",
        )
    yield case(
        "validate-findings",
        csv_request("0F0,0F0,0BW0\n1F0\n", csv_dialect="CSV_DIALECT_PYTORCH_LEGACY"),
        {
            "safe": False,
            "findings": [
                "RULE_DUPLICATE 0 1 0F0: is at rank 0 #0 already",
                "RULE_MISSING 1 -1 1B0: no rank runs it, nor its I and W",
            ],
        },
        method="ValidateSchedule",
    )
    yield case(
        "validate-lowered",
        {**request("1f1b", 4, 8), "lowering": "LOWERING_EAGER", "transport": "TRANSPORT_ASYNC"},
        {"safe": True, "findings": []},
        method="ValidateSchedule",
    )
    yield case(
        "validate-unreadable",
        csv_request("0F0,2BW0\n"),
        invalid("schedule.pytorch_csv"),
        method="ValidateSchedule",
    )
    # 0.5, then 1, 1 and 2 on the other rank, 2, and 1 at the end.
    yield case(
        "fsdp-times",
        {
            **csv_request(
                "0UNSHARD,0F0,0B0,0REDUCE_GRAD\n1F0,1B0\n",
                fsdp_times={"unshard": 0.5, "reduce_grad": 1},
            ),
            "pipeline": {},
        },
        {"makespan": 7.5, "bubble_rate": 9 / 15},
    )


def order_of(kind, p, m):
    return oracle.simple_order(kind, p, m)


def errors():
    def invalid(*fields):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "INVALID_REQUEST",
                "violations": list(fields),
            }
        }

    def limit(name, maximum):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "LIMIT_EXCEEDED",
                "metadata": {"limit": name, "max": str(maximum)},
            }
        }

    yield case("no-stages", request("1f1b", 0, 4), invalid("pipeline.num_stages"))
    yield case(
        "all-violations",
        request("1f1b", -2, 0, costs={"forward": -1}),
        invalid(
            "pipeline.num_stages", "pipeline.num_microbatches", "pipeline.stage_costs[0].forward"
        ),
    )
    yield case(
        "not-a-number",
        request("1f1b", 2, 2, costs={"forward": "NaN", "backward": "Infinity"}),
        invalid("pipeline.stage_costs[0].forward", "pipeline.stage_costs[0].backward"),
    )
    yield case("no-kind", request("unspecified", 2, 2), invalid("schedule.kind"))
    yield case(
        "records", request("1f1b", 4, 4, costs=[UNIT, UNIT]), invalid("pipeline.stage_costs")
    )
    yield case("ranks", request("1f1b", 4, 4, ranks=[4, -1]), invalid("ranks[0]", "ranks[1]"))
    yield case(
        "chunks",
        request("interleaved_1f1b", 4, 4, chunks=3),
        invalid("pipeline.num_stages"),
    )
    yield case(
        "stream-error",
        request("1f1b", 0, 4),
        invalid("pipeline.num_stages"),
        method="StreamSchedule",
    )
    deadlock = request("custom", 2, 1)
    deadlock["schedule"]["order"] = "0B0 0F0\n1F0 1B0\n"
    yield case(
        "deadlock",
        deadlock,
        {"error": {"code": "FAILED_PRECONDITION", "reason": "ORDER_DEADLOCKS"}},
    )
    garbled = request("custom", 2, 1)
    garbled["schedule"]["order"] = "0F0 0X0\n1F0 1B0\n"
    yield case("garbled-order", garbled, invalid("schedule.order"))
    yield case("many-microbatches", request("1f1b", 1, 1 << 21), limit("max_microbatches", 1 << 20))
    yield case("many-ranks", request("1f1b", 5000, 1), limit("max_ranks", 4096))
    yield case("many-ops", request("1f1b", 4096, 1 << 20), limit("max_ops", 1 << 24))


def faults():
    """What clients must do while a server fails: fault_server.py does what `fault`
    says; `calls` is how many calls it must see."""
    asked = request("1f1b", 2, 2)
    good = {"makespan": 9}

    def error(code, **more):
        return {"error": {"code": code, **more}}

    def fault(name, expect, calls, asked=asked, **faults):
        more = {key: faults.pop(key) for key in ("timeout", "repeat", "method") if key in faults}
        return case(name, asked, expect, fault=faults, calls=calls, **more)

    yield fault("slow", good, 1, delay=0.3)
    yield fault("too-slow", error("DEADLINE_EXCEEDED"), 1, delay=2, timeout=0.3)
    yield fault("unavailable-twice", good, 3, status="UNAVAILABLE", times=2)
    yield fault(
        "unavailable-stream", good, 2, status="UNAVAILABLE", times=1, method="StreamSchedule"
    )
    yield fault(
        "draining",
        error("UNAVAILABLE", reason="DRAINING"),
        5,
        status="UNAVAILABLE",
        reason="DRAINING",
    )
    yield fault(
        "overloaded-then-free",
        good,
        2,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        pushback_ms=20,
        times=1,
    )
    yield fault(
        "overloaded-stream",
        good,
        2,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        pushback_ms=20,
        times=1,
        method="StreamSchedule",
    )
    yield fault(
        "overloaded-for-long",
        error("RESOURCE_EXHAUSTED", reason="OVERLOADED"),
        5,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        pushback_ms=0,
    )
    yield fault(
        "overloaded-says-not-when",
        error("RESOURCE_EXHAUSTED", reason="OVERLOADED"),
        1,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
    )
    # The refusal, not DEADLINE_EXCEEDED: clients do not wait for what comes too late.
    yield fault(
        "overloaded-past-the-deadline",
        error("RESOURCE_EXHAUSTED", reason="OVERLOADED"),
        1,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        pushback_ms=60000,
        timeout=10,
    )
    yield fault(
        "overloaded-do-not-retry",
        error("RESOURCE_EXHAUSTED", reason="OVERLOADED", retry_delay=0.25),
        1,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        retry_delay=0.25,
        pushback_ms=-1,
    )
    yield fault(
        "internal", error("INTERNAL", reason="INTERNAL"), 1, status="INTERNAL", reason="INTERNAL"
    )
    yield fault(
        "cancelled",
        error("CANCELLED", reason="CANCELLED"),
        1,
        status="CANCELLED",
        reason="CANCELLED",
    )
    yield fault(
        "deadline-of-the-server",
        error("DEADLINE_EXCEEDED", reason="DEADLINE_EXCEEDED"),
        1,
        status="DEADLINE_EXCEEDED",
        reason="DEADLINE_EXCEEDED",
    )
    for code, reason, metadata in (
        ("DEADLINE_EXCEEDED", "MAX_RPC_DURATION_EXCEEDED", {"max_rpc_duration": "1m"}),
        ("UNAUTHENTICATED", "UNAUTHENTICATED", {}),
        ("PERMISSION_DENIED", "PEER_NOT_ALLOWED", {}),
        ("UNIMPLEMENTED", "UNKNOWN_METHOD", {"method": "/pipesched.v1.ScheduleService/Later"}),
    ):
        yield fault(
            reason.lower().replace("_", "-"),
            error(code, reason=reason, **({"metadata": metadata} if metadata else {})),
            1,
            status=code,
            reason=reason,
            metadata=metadata,
        )
    # A server of before the method, and of before the reasons.
    yield fault("older-server", error("UNIMPLEMENTED", reason=""), 1, status="UNIMPLEMENTED")
    yield fault(
        "unknown-reason",
        error("FAILED_PRECONDITION", reason="OF_LATER", metadata={"key": "value"}),
        1,
        status="FAILED_PRECONDITION",
        reason="OF_LATER",
        metadata={"key": "value"},
    )
    for column in (
        "rank_offsets",
        "kinds",
        "stages",
        "microbatches",
        "starts",
        "ends",
        "fused",
        "critical",
    ):
        yield fault(f"cut-{column}", error("DATA_LOSS"), 1, full(asked), mutate=f"cut_{column}")
    # Stages are below 2, microbatches are not: an index out of range.
    yield fault(
        "swapped-indices", error("DATA_LOSS"), 1, full(request("1f1b", 2, 3)), mutate="swap_indices"
    )
    yield fault("cut-stream", error("DATA_LOSS"), 1, mutate="cut_ends", method="StreamSchedule")
    yield fault("no-timeline", error("DATA_LOSS"), 1, full(asked), mutate="no_timeline")
    yield fault(
        "no-timeline-stream",
        error("DATA_LOSS"),
        1,
        mutate="no_timeline",
        method="StreamSchedule",
    )
    yield fault("large", {"makespan": 9, "notes": ["LARGE"]}, 1, mutate="large")
    yield fault("oversize", error("RESOURCE_EXHAUSTED"), 1, mutate="oversize")
    yield fault("goaway", good, 40, goaway_ms=100, delay=0.02, repeat=40)


def machine(ranks, microbatches, **more):
    """The pipeline of a comparison or search."""
    return request("1f1b", ranks, microbatches, **more)["pipeline"]


def comparisons():
    """All kinds of one stage a rank, P = 2, M = 4, F = I = W = 1, by their closed forms."""
    many = ("interleaved_1f1b", "interleaved_1f1b_overlap", "looped_bfs", "interleaved_zb", "zbv")
    many += ("v_half", "v_min", "v_1f1b")
    asked = {"pipeline": machine(2, 4), "chunks_per_rank": [1]}
    by_makespan = [("dualpipe", 12), ("chimera", 12), ("zb_h1", 13), ("zb_h2", 13)]
    by_makespan += [("gpipe", 15), ("1f1b", 15), ("eager_1f1b", 15), ("1f1b_overlap", 15)]
    yield case(
        "kinds-of-one-stage-a-rank",
        asked,
        {
            "rows": [[name, 1, makespan, True] for name, makespan in by_makespan],
            "left_out": [*many, "dualpipe_v", "wave"],
        },
        method="CompareSchedules",
    )
    # Peaks in activations that stay whole until W, limit 2.
    fitting = ("chimera", "zb_h1", "1f1b")
    limited = machine(
        2,
        4,
        costs={"activation_bytes": 1, "weight_grad_bytes": 1},
        pipeline={"memory_limit_bytes": [2]},
    )
    yield case(
        "kinds-that-fit",
        {"pipeline": limited, "chunks_per_rank": [1], "fit_memory": True},
        {
            "rows": [[kind, 1, span, True] for kind, span in by_makespan if kind in fitting],
            "left_out": ["gpipe", "eager_1f1b", "1f1b_overlap", "zb_h2", *many]
            + ["dualpipe", "dualpipe_v", "wave"],
        },
        method="CompareSchedules",
    )


def recorded_optima():
    """Optima of the zero-bubble authors' integer program (tests/golden/zb_ilp.txt)."""
    rows = (HERE.parent / "golden/zb_ilp.txt").read_text().splitlines()
    rows = [row.split() for row in rows if not row.startswith("#")]
    for row in [row for row in rows if row[10] == "="][::12]:
        name, ranks, microbatches, f, i, w, p2p, activation, kept, limit, _, span = row
        values = [list(map(int, text.split(","))) for text in (f, i, w)]
        costs = [
            {
                "forward": values[0][stage % len(values[0])],
                "backward_input": values[1][stage % len(values[1])],
                "backward_weight": values[2][stage % len(values[2])],
                "activation_bytes": int(activation),
                "weight_grad_bytes": int(kept),
            }
            for stage in range(int(ranks))
        ]
        limits = list(map(int, limit.split(",")))
        extra = {"p2p_time": int(p2p), "memory_limit_bytes": limits}
        yield case(
            f"integer-program-{name}",
            {
                "pipeline": machine(int(ranks), int(microbatches), costs=costs, pipeline=extra),
                "objective": "SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START",
                "candidate_budget": 60_000,
            },
            {"objective_value": int(span)},
            method="SearchSchedule",
        )


def searches():
    """Comparisons, and searches whose optimum is known."""
    yield from comparisons()
    searched = {"method": "SearchSchedule"}
    budget = {"candidate_budget": 20_000}
    # M(F+I+W) + (P-1)F, and M(F+I+W).
    yield case(
        "makespan-of-zero-bubbles",
        {"pipeline": machine(4, 8, costs=UNIT), **budget},
        {"objective_value": 27, "bound": 27, "proven_optimal": True, "makespan": 27},
        **searched,
    )
    yield case(
        "span-of-zero-bubbles",
        {
            "pipeline": machine(4, 8, costs=UNIT),
            "objective": "SEARCH_OBJECTIVE_LONGEST_RANK_SPAN",
            **budget,
        },
        {"objective_value": 24, "bound": 24, "proven_optimal": True},
        **searched,
    )
    # (M+P-1)(F+B).
    yield case(
        "full-backwards",
        {"pipeline": machine(4, 8), "split_backward": False, **budget},
        {"objective_value": 33, "proven_optimal": True},
        **searched,
    )
    one = machine(1, 3, costs={"activation_bytes": 2, "weight_grad_bytes": 2})
    yield case(
        "curve-of-one-rank",
        {"pipeline": one, "pareto": True, **budget},
        {"objective_value": 9, "pareto": [[2, 9]]},
        **searched,
    )
    tight = machine(2, 4, costs={"activation_bytes": 5}, pipeline={"memory_limit_bytes": [4, 3]})
    yield case(
        "no-order-fits",
        {"pipeline": tight, **budget},
        {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "NO_ORDER_FITS",
                "violations": [f"pipeline.memory_limit_bytes[{rank}]" for rank in range(2)],
            }
        },
        **searched,
    )
    yield from recorded_optima()


def golden():
    yield from golden_orders()
    yield from golden_orders_of_two_chunks()


CASES = {
    "golden": golden,
    "oracle": worked_out,
    "formulas": closed_forms,
    "paper": zero_bubble_paper,
    "recorded": recorded,
    "views": views_and_notes,
    "pictures": pictures,
    "exchange": exchange,
    "searches": searches,
    "errors": errors,
    "faults": faults,
}


def main():
    check = sys.argv[1:] == ["--check"]
    status = 0
    for name, make in CASES.items():
        path = HERE / "cases" / f"{name}.json"
        rows = ",\n".join(json.dumps(case, separators=(", ", ": ")) for case in make())
        text = f"[\n{rows}\n]\n"
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path} is not what make_cases.py writes", file=sys.stderr)
            status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
