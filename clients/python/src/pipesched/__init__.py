"""Client of pipeschedd, which computes pipeline-parallel training schedules.

    from pipesched import Client, Pipeline

    with Client.spawn() as client:
        plan = client.compute_schedule(Pipeline(num_stages=4, num_microbatches=8), "1f1b")
        print(plan.makespan)

Pipeline, StageCost and Schedule are the messages of the contract, whose comments
say unit, range and default of every field (proto/pipesched/v1). pipesched.aio has
the same client for asyncio.
"""

from ._calls import make_schedule
from ._channel import VERSION, Tls
from ._client import Client
from ._plan import Note, Plan, RankPlan
from ._timeline import Op, Timeline, TimelineArrays
from .errors import (
    BrokenResponseError,
    CancelledError,
    DaemonError,
    DeadlineError,
    DisagreementError,
    InternalError,
    InvalidRequestError,
    LimitExceededError,
    NotAllowedError,
    OverloadedError,
    PipeschedError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedError,
    Violation,
)
from .launch import agree
from .v1.exchange_pb2 import CsvDialect, ExportOptions, FsdpTimes, Lowering, Rule, Transport
from .v1.pipeline_pb2 import Pipeline, StageCost
from .v1.schedule_pb2 import Schedule, ScheduleKind
from .v1.search_pb2 import (
    CompareSchedulesResponse,
    SearchObjective,
    SearchPlacement,
    SearchScheduleRequest,
    SearchScheduleResponse,
)
from .v1.timeline_pb2 import OpKind

__version__ = VERSION

__all__ = [
    "BrokenResponseError",
    "CancelledError",
    "Client",
    "CompareSchedulesResponse",
    "CsvDialect",
    "DaemonError",
    "DeadlineError",
    "DisagreementError",
    "ExportOptions",
    "FsdpTimes",
    "InternalError",
    "InvalidRequestError",
    "LimitExceededError",
    "Lowering",
    "NotAllowedError",
    "Note",
    "Op",
    "OpKind",
    "OverloadedError",
    "Pipeline",
    "PipeschedError",
    "Plan",
    "RankPlan",
    "Rule",
    "Schedule",
    "ScheduleKind",
    "SearchObjective",
    "SearchPlacement",
    "SearchScheduleRequest",
    "SearchScheduleResponse",
    "StageCost",
    "Timeline",
    "TimelineArrays",
    "Tls",
    "Transport",
    "UnauthenticatedError",
    "UnavailableError",
    "UnsupportedError",
    "Violation",
    "__version__",
    "agree",
    "make_schedule",
]
