"""The Python client's program: answers conformance cases, one JSON object a line.
README.md of this folder has the form."""

import json
import sys
import time

from google.protobuf import json_format

import pipesched
from pipesched import Rule, Transport
from pipesched.v1 import schedule_service_pb2 as service
from pipesched.v1.validate_pb2 import ValidateScheduleRequest

REQUESTS = {
    "ComputeSchedule": service.ComputeScheduleRequest,
    "StreamSchedule": service.StreamScheduleRequest,
    "ExportSchedule": service.ExportScheduleRequest,
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


def ask(client, method, request):
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
