"""The Python client's program: answers conformance cases, one JSON object a line.
README.md of this folder has the form."""

import json
import sys

from google.protobuf import json_format

import pipesched
from pipesched.v1 import schedule_service_pb2 as service

REQUESTS = {
    "ComputeSchedule": service.ComputeScheduleRequest,
    "StreamSchedule": service.StreamScheduleRequest,
    "ExportSchedule": service.ExportScheduleRequest,
    "RenderSchedule": service.RenderScheduleRequest,
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
        file = client.export_schedule(request.pipeline, request.schedule, format=request.format)
        return {
            "content": file.content.decode(),
            "digest": file.digest,
            "order_digest": file.order_digest,
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


def answer(case):
    request = json_format.ParseDict(case["request"], REQUESTS[case["method"]]())
    with pipesched.Client(case["target"], timeout=case["timeout"]) as client:
        try:
            for _ in range(case["calls"]):
                result = ask(client, case["method"], request)
            return result
        except pipesched.PipeschedError as error:
            return answer_of_error(error)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
