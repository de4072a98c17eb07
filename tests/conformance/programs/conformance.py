"""The Python client's program: answers conformance cases, one JSON object a line.
README.md of this folder has the form."""

import json
import sys
import time

from google.protobuf import json_format

import pipesched
from pipesched import Rule, Transport
from pipesched.v1 import schedule_service_pb2 as service
from pipesched.v1 import search_pb2 as search
from pipesched.v1.validate_pb2 import ValidateScheduleRequest

REQUESTS = {
    "ComputeSchedule": service.ComputeScheduleRequest,
    "StreamSchedule": service.StreamScheduleRequest,
    "ExportSchedule": service.ExportScheduleRequest,
    "CompareSchedules": search.CompareSchedulesRequest,
    "SearchSchedule": search.SearchScheduleRequest,
    "RenderSchedule": service.RenderScheduleRequest,
    "ValidateSchedule": ValidateScheduleRequest,
}


def answer_of_plan(plan):
    metrics = plan.metrics
    answer = {
        "digest": plan.digest,
        "order_digest": plan.order_digest,
        "makespan": plan.makespan,
        "bubble_rate": plan.bubble_rate,
        "bubble_overhead": metrics.bubble_overhead,
        "longest_rank_span": metrics.longest_rank_span,
        "longest_span_bubble_rate": metrics.longest_span_bubble_rate,
        "peak_activations": [rank.peak_activations for rank in metrics.ranks],
        "peak_bytes": [str(rank.peak_bytes) for rank in metrics.ranks],
        "notes": [note.code for note in plan.notes],
    }
    if plan.timeline is not None:
        ops = list(plan.timeline)
        answer["order"] = plan.timeline.order_text().splitlines()
        answer["starts"] = [op.start for op in ops]
        answer["ends"] = [op.end for op in ops]
    return answer


def answer_of_comparison(answer):
    there = [row for row in answer.rows if not row.left_out]
    return {
        "rows": [
            [row.name, row.chunks_per_rank, row.metrics.makespan, row.fits_memory] for row in there
        ],
        "left_out": [row.name for row in answer.rows if row.left_out],
    }


def answer_of_search(found):
    return {
        "objective_value": found.search.objective_value,
        "bound": found.search.bound,
        "proven_optimal": found.search.proven_optimal,
        "makespan": found.metrics.makespan,
        "pareto": [[point.peak_bytes, point.objective_value] for point in found.pareto],
    }


def ask(client, method, request):
    if method == "CompareSchedules":
        answer = client.compare_schedules(
            request.pipeline,
            chunks_per_rank=request.chunks_per_rank,
            fit_memory=request.fit_memory,
        )
        return answer_of_comparison(answer)
    if method == "SearchSchedule":
        return answer_of_search(client.search_schedule(request))
    if method == "ExportSchedule":
        file = client.export_schedule(
            request.pipeline, request.schedule, format=request.format, options=request.options
        )
        return {
            "content": file.content.decode(),
            "digest": file.digest,
            "order_digest": file.order_digest,
        }
    if method == "ValidateSchedule":
        result = client.validate_schedule(
            request.schedule,
            pipeline=request.pipeline if request.HasField("pipeline") else None,
            transport=request.transport,
            lowering=request.lowering,
        )
        return {
            "safe": result.safe,
            "findings": [
                f"{Rule.Name(f.rule)} {f.rank} {f.index} {f.action}: {f.message}"
                for f in result.findings
            ],
            "transport": Transport.Name(result.transport),
            "order_digest": result.order_digest,
        }
    if method == "RenderSchedule":
        picture = client.render_schedule(
            request.pipeline,
            request.schedule,
            format=request.format,
            options=request.options,
            compared=request.compared,
        )
        return {
            "content_type": picture.content_type,
            "start": picture.content[:4].hex(),
            "content": picture.content.decode() if picture.content_type.startswith("text") else "",
            "digest": picture.digest,
            "order_digest": picture.order_digest,
        }
    if method == "StreamSchedule":
        plan = client.stream_schedule(request.pipeline, request.schedule, ranks=request.ranks)
        return answer_of_plan(plan)
    view = "full" if request.view == service.VIEW_FULL else "summary"
    return answer_of_plan(
        client.compute_schedule(request.pipeline, request.schedule, view=view, ranks=request.ranks)
    )


def answer_of_error(error):
    return {
        "error": {
            "code": error.code.name,
            "reason": error.reason,
            "violations": [violation.field for violation in error.violations],
            "metadata": error.metadata,
            "retry_delay": error.retry_delay,
        }
    }


def measure(client, request, calls):
    """What each call of ComputeSchedule takes, its answer read and checked."""
    view = "full" if request.view == service.VIEW_FULL else "summary"
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        client.compute_schedule(request.pipeline, request.schedule, view=view)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}


def answer(case):
    request = json_format.ParseDict(case["request"], REQUESTS[case["method"]]())
    with pipesched.Client(case["target"], timeout=case["timeout"]) as client:
        if case.get("measure"):
            return measure(client, request, case["calls"])
        try:
            for _ in range(case["calls"]):
                result = ask(client, case["method"], request)
            return result
        except pipesched.PipeschedError as error:
            return answer_of_error(error)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
