"""The calls of the service, as values that Client and aio.Client run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Iterable, List, Optional, Sequence, TypeVar, Union

from ._plan import Note, Plan
from ._timeline import Timeline
from .errors import BrokenResponseError
from .v1 import schedule_service_pb2 as service
from .v1 import search_pb2 as search
from .v1.exchange_pb2 import ExportOptions, Lowering, Transport
from .v1.pipeline_pb2 import Pipeline
from .v1.schedule_pb2 import Schedule, ScheduleKind, ScheduleKindInfo
from .v1.validate_pb2 import ValidateScheduleRequest, ValidateScheduleResponse

_KIND_PREFIX = "SCHEDULE_KIND_"
_VIEWS = {"summary": service.VIEW_SUMMARY, "full": service.VIEW_FULL}

#: A schedule, or the name of its kind, for example "1f1b".
AnySchedule = Union[Schedule, str]

Result = TypeVar("Result")


@dataclass(frozen=True)
class Call(Generic[Result]):
    """One call: its method's name, its request, and what its answer becomes. The
    answer of a streaming method is its messages, merged."""

    method: str
    request: Any
    convert: Callable[[Any], Result]


def make_schedule(kind: str, **parameters: Any) -> Schedule:
    """A schedule by the name of its kind, with the kind's parameters: fields of the
    contract's Schedule. ValueError: no such kind, with those that there are."""
    known = {name[len(_KIND_PREFIX) :].lower(): name for name in ScheduleKind.keys()[1:]}
    if kind not in known:
        raise ValueError(f"schedule kind = {kind!r}, want one of {', '.join(known)}")
    return Schedule(kind=known[kind], **parameters)


def _schedule(schedule: AnySchedule) -> Schedule:
    return make_schedule(schedule) if isinstance(schedule, str) else schedule


def compute_schedule(
    pipeline: Pipeline, schedule: AnySchedule, view: str, ranks: Iterable[int]
) -> Call[Plan]:
    if view not in _VIEWS:
        raise ValueError(f"view = {view!r}, want one of {', '.join(_VIEWS)}")
    request = service.ComputeScheduleRequest(
        pipeline=pipeline, schedule=_schedule(schedule), view=_VIEWS[view], ranks=ranks
    )
    return Call("ComputeSchedule", request, lambda answer: _plan(answer, view == "full"))


def stream_schedule(pipeline: Pipeline, schedule: AnySchedule, ranks: Iterable[int]) -> Call[Plan]:
    request = service.StreamScheduleRequest(
        pipeline=pipeline, schedule=_schedule(schedule), ranks=ranks
    )
    return Call("StreamSchedule", request, lambda answer: _plan(answer, True))


def merge(messages: Sequence[service.StreamScheduleResponse]) -> service.StreamScheduleResponse:
    """The messages of a stream as one."""
    merged = service.StreamScheduleResponse()
    for message in messages:
        merged.MergeFrom(message)
    return merged


def render_schedule(
    pipeline: Pipeline,
    schedule: AnySchedule,
    format: "service.RenderFormat",
    options: Optional[service.RenderOptions],
    compared: Iterable[AnySchedule],
) -> Call[service.RenderScheduleResponse]:
    request = service.RenderScheduleRequest(
        pipeline=pipeline,
        schedule=_schedule(schedule),
        format=format,
        options=options,
        compared=[_schedule(other) for other in compared],
    )
    return Call("RenderSchedule", request, _same)


def export_schedule(
    pipeline: Pipeline,
    schedule: AnySchedule,
    format: "service.ExportFormat",
    options: Optional[ExportOptions],
) -> Call[service.ExportScheduleResponse]:
    request = service.ExportScheduleRequest(
        pipeline=pipeline, schedule=_schedule(schedule), format=format, options=options
    )
    return Call("ExportSchedule", request, _same)


def validate_schedule(
    schedule: AnySchedule,
    pipeline: Optional[Pipeline],
    transport: "Transport",
    lowering: "Lowering",
) -> Call[ValidateScheduleResponse]:
    request = ValidateScheduleRequest(
        pipeline=pipeline, schedule=_schedule(schedule), transport=transport, lowering=lowering
    )
    return Call("ValidateSchedule", request, _same)


def compare_schedules(
    pipeline: Pipeline, chunks_per_rank: Iterable[int], fit_memory: bool
) -> Call[search.CompareSchedulesResponse]:
    request = search.CompareSchedulesRequest(
        pipeline=pipeline, chunks_per_rank=chunks_per_rank, fit_memory=fit_memory
    )
    return Call("CompareSchedules", request, _same)


def last_of_search(
    request: search.SearchScheduleRequest, last: Optional[search.SearchScheduleResponse]
) -> search.SearchScheduleResponse:
    """The last message, which must be one."""
    if last is None or not last.search.finished:
        raise BrokenResponseError("the server sent no last message")
    if request.with_timeline or last.HasField("timeline"):
        Timeline(last.timeline).check(last.shape)
    return last


def list_schedule_kinds() -> Call[List[ScheduleKindInfo]]:
    return Call("ListScheduleKinds", service.ListScheduleKindsRequest(), lambda a: list(a.kinds))


def get_server_info() -> Call[service.GetServerInfoResponse]:
    return Call("GetServerInfo", service.GetServerInfoRequest(), _same)


def _same(answer: Any) -> Any:
    return answer


def _plan(answer: Any, full: bool) -> Plan:
    """The plan of an answer, which has a timeline if it is `full`."""
    timeline = None
    if full or answer.HasField("timeline"):
        timeline = Timeline(answer.timeline)
        timeline.check(answer.shape)
    notes = tuple(Note(n.code, n.message, dict(n.metadata)) for n in answer.notes)
    return Plan(answer.digest, answer.order_digest, answer.metrics, notes, answer.shape, timeline)
