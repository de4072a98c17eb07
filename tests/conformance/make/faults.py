"""Servers that fail."""

from __future__ import annotations

from make.requests import UNIT, case, full, machine, request


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
    searched = {
        "asked": {"pipeline": machine(4, 8, costs=UNIT), "candidate_budget": 1000},
        "method": "SearchSchedule",
    }
    found = {"objective_value": 27, "proven_optimal": True}
    yield fault("unavailable-search", found, 2, status="UNAVAILABLE", times=1, **searched)
    yield fault(
        "overloaded-search",
        found,
        2,
        status="RESOURCE_EXHAUSTED",
        reason="OVERLOADED",
        pushback_ms=20,
        times=1,
        **searched,
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
