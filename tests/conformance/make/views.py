"""What else answers hold."""

from __future__ import annotations

import oracle
from make.orders import order_of
from make.requests import UNIT, case, full, request


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
