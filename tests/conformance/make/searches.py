"""Comparisons and searches."""

from __future__ import annotations

from make.requests import GOLDEN, UNIT, case, machine


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
    rows = (GOLDEN / "zb_ilp.txt").read_text().splitlines()
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
