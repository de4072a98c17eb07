"""What is refused."""

from __future__ import annotations

from make.requests import UNIT, case, request


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
