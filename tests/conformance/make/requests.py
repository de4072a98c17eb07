"""What cases are made of."""

from __future__ import annotations

import pathlib

# What other programs gave, recorded.
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"


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


def machine(ranks, microbatches, **more):
    """The pipeline of a comparison or search."""
    return request("1f1b", ranks, microbatches, **more)["pipeline"]
