"""Numbers of closed forms and of papers."""

from __future__ import annotations

from make.requests import UNIT, case, request


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
