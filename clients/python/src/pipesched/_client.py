"""The client."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import Any, Callable, Generator, Iterable, List, Optional, Tuple, Type, TypeVar

import grpc

from . import _calls, _health, _retry, _spawn, launch
from ._calls import AnySchedule, Call
from ._channel import DEFAULT_TIMEOUT, Endpoint, Tls, Token, resolve_target
from ._plan import Path, Plan, RankPlan
from .errors import DeadlineError, UnavailableError, from_rpc_error
from .v1 import schedule_service_pb2 as service
from .v1 import search_pb2 as search
from .v1.exchange_pb2 import (
    LOWERING_UNSPECIFIED,
    TRANSPORT_UNSPECIFIED,
    ExportOptions,
    Lowering,
    Transport,
)
from .v1.pipeline_pb2 import Pipeline
from .v1.schedule_pb2 import ScheduleKindInfo
from .v1.schedule_service_pb2_grpc import ScheduleServiceStub
from .v1.validate_pb2 import ValidateScheduleResponse

Result = TypeVar("Result")


class Client:
    """Asks a daemon about schedules. May be used from many threads.

        with Client("unix:/run/pipesched.sock") as client:
            plan = client.compute_schedule(Pipeline(num_stages=4, num_microbatches=8), "1f1b")

    target: "host:port", "dns:///host:port" or "unix:/path"; None: PIPESCHED_SERVER,
    else 127.0.0.1:50551. Connects with the first call.
    tls: transport security; None: none.
    token: sent as a bearer token; needs tls or a Unix socket.
    timeout: longest time of a call, retries included, in seconds; each method takes
    its own.

    All calls raise PipeschedError (see pipesched.errors). A forked child may use the
    client if GRPC_ENABLE_FORK_SUPPORT=1 was set before grpc was imported; it then has
    a connection of its own. If not, its calls raise RuntimeError.
    """

    def __init__(
        self,
        target: Optional[str] = None,
        *,
        tls: Optional[Tls] = None,
        token: Optional[Token] = None,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        self._endpoint = Endpoint(resolve_target(target), tls, token)
        self._timeout = timeout
        self._daemon: Optional[_spawn.Daemon] = None
        self._open()

    @classmethod
    def spawn(
        cls,
        *arguments: str,
        timeout: float = DEFAULT_TIMEOUT,
        start_timeout: float = _spawn.START_TIMEOUT,
    ) -> "Client":
        """A client with a daemon of its own: `pipeschedd` of PATH (or of
        PIPESCHED_DAEMON), on a private Unix socket, ended with the client.

        arguments: further flags of pipeschedd. start_timeout: longest wait for it, in
        seconds. DaemonError: it did not start, or not in time."""
        daemon = _spawn.Daemon(arguments, start_timeout)
        try:
            client = cls(daemon.target, timeout=timeout)
        except BaseException:
            daemon.stop()
            raise
        client._daemon = daemon
        return client

    def _open(self) -> None:
        self._pid = os.getpid()
        self._channel = self._endpoint.open(grpc)
        self._stub = ScheduleServiceStub(self._channel)

    def close(self) -> None:
        """Closes the connection, and ends a daemon of spawn."""
        if os.getpid() != self._pid:
            return  # The parent's.
        self._channel.close()
        if self._daemon is not None:
            self._daemon.stop()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    @property
    def target(self) -> str:
        return self._endpoint.target

    def compute_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        view: str = "summary",
        ranks: Iterable[int] = (),
        timeout: Optional[float] = None,
    ) -> Plan:
        """A schedule. view: "summary", or "full" for its ops too. ranks: those that
        metrics.ranks and the ops are of; () is all."""
        return self._run(_calls.compute_schedule(pipeline, schedule, view, ranks), timeout)

    def stream_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        ranks: Iterable[int] = (),
        timeout: Optional[float] = None,
    ) -> Plan:
        """compute_schedule with view "full" for schedules of any size."""
        return self._run(_calls.stream_schedule(pipeline, schedule, ranks), timeout)

    def render_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        format: "service.RenderFormat" = service.RENDER_FORMAT_PNG,
        options: Optional[service.RenderOptions] = None,
        compared: Iterable[AnySchedule] = (),
        timeout: Optional[float] = None,
    ) -> service.RenderScheduleResponse:
        """A picture: content, content_type, width, height. compared: more schedules,
        drawn below."""
        call = _calls.render_schedule(pipeline, schedule, format, options, compared)
        return self._run(call, timeout)

    def export_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        format: "service.ExportFormat" = service.EXPORT_FORMAT_ORDER,
        options: Optional[ExportOptions] = None,
        timeout: Optional[float] = None,
    ) -> service.ExportScheduleResponse:
        """A file of another program: content, content_type."""
        return self._run(_calls.export_schedule(pipeline, schedule, format, options), timeout)

    def validate_schedule(
        self,
        schedule: AnySchedule,
        *,
        pipeline: Optional[Pipeline] = None,
        transport: "Transport" = TRANSPORT_UNSPECIFIED,
        lowering: "Lowering" = LOWERING_UNSPECIFIED,
        timeout: Optional[float] = None,
    ) -> ValidateScheduleResponse:
        """Whether a schedule can run, with everything that is wrong with it. Of a custom
        schedule the sizes are what it says, unless a pipeline gives them."""
        call = _calls.validate_schedule(schedule, pipeline, transport, lowering)
        return self._run(call, timeout)

    def compare_schedules(
        self,
        pipeline: Pipeline,
        *,
        chunks_per_rank: Iterable[int] = (),
        fit_memory: bool = False,
        timeout: Optional[float] = None,
    ) -> search.CompareSchedulesResponse:
        """All schedule kinds on the machine that the pipeline describes, by makespan."""
        call = _calls.compare_schedules(pipeline, chunks_per_rank, fit_memory)
        return self._run(call, timeout)

    def search_schedule(
        self,
        request: search.SearchScheduleRequest,
        *,
        progress: Optional[Callable[[search.SearchScheduleResponse], Optional[bool]]] = None,
        timeout: Optional[float] = None,
    ) -> search.SearchScheduleResponse:
        """The best order that a search of a machine finds: the last message.

        progress: called with each message; those with an `order` hold the best so far.
        Where it returns False the search ends, and the result is the best order that
        came, with `search.finished` False."""
        self._check_process()
        last: Optional[search.SearchScheduleResponse] = None
        best: Optional[search.SearchScheduleResponse] = None
        messages = self._stream(self._stub.SearchSchedule, request, timeout)
        try:
            for last in messages:
                best = last if last.order else best
                if progress is not None and progress(last) is False and best is not None:
                    messages.close()
                    return best
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return _calls.last_of_search(request, last)

    def list_schedule_kinds(self, *, timeout: Optional[float] = None) -> List[ScheduleKindInfo]:
        """The schedule kinds that the server knows."""
        return self._run(_calls.list_schedule_kinds(), timeout)

    def get_server_info(self, *, timeout: Optional[float] = None) -> service.GetServerInfoResponse:
        """The server's version, limits and abilities."""
        return self._run(_calls.get_server_info(), timeout)

    def is_serving(self, *, timeout: Optional[float] = None) -> bool:
        """What the server says of its health; raises if it does not answer."""
        self._check_process()
        check = self._channel.unary_unary(_health.METHOD, _health.same, _health.same)
        try:
            answer = check(
                _health.REQUEST,
                timeout=self._timeout if timeout is None else timeout,
                metadata=self._endpoint.metadata(),
                wait_for_ready=True,
            )
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return bool(answer == _health.SERVING)

    def wait_ready(self, timeout: float = DEFAULT_TIMEOUT) -> None:
        """Waits until the server serves. DeadlineError: it did not within `timeout`
        seconds."""
        deadline = time.monotonic() + timeout
        while not self.is_serving(timeout=max(0.0, deadline - time.monotonic())):
            if time.monotonic() + _health.POLL >= deadline:
                raise DeadlineError(
                    f"{self.target} does not serve after {timeout} s",
                    code=grpc.StatusCode.DEADLINE_EXCEEDED,
                )
            time.sleep(_health.POLL)

    def plan_for_rank(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        rank: int,
        *,
        fallback_csv: Optional[Path] = None,
        timeout: Optional[float] = None,
    ) -> RankPlan:
        """What one rank runs, with the digest of the whole order (see agree).

        fallback_csv: a file of Plan.write_pytorch_csv to read instead if no server
        answers; it should hold the same plan, which agree proves."""
        try:
            call = _calls.compute_schedule(pipeline, schedule, "full", [rank])
            return launch.rank_plan(self._run(call, timeout), rank)
        except (UnavailableError, DeadlineError):
            if fallback_csv is None:
                raise
            return launch.rank_plan_of_file(fallback_csv, rank)

    def _run(self, call: Call[Result], timeout: Optional[float]) -> Result:
        self._check_process()
        method: Any = getattr(self._stub, call.method)
        try:
            if call.method == "StreamSchedule":
                answer: Any = _calls.merge(list(self._stream(method, call.request, timeout)))
            else:
                answer = _retry.unary(*self._attempt(method, call.request, timeout))
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return call.convert(answer)

    def _stream(
        self, method: Any, request: Any, timeout: Optional[float]
    ) -> Generator[Any, None, None]:
        return _retry.stream(*self._attempt(method, request, timeout))

    def _attempt(
        self, method: Any, request: Any, timeout: Optional[float]
    ) -> Tuple[_retry.Start, float]:
        """How to make a call once, and the time of all attempts."""
        metadata = self._endpoint.metadata()
        return (
            lambda rest: method(request, timeout=rest, metadata=metadata),
            self._timeout if timeout is None else timeout,
        )

    def _check_process(self) -> None:
        """In a forked child: a connection of its own."""
        if os.getpid() == self._pid:
            return
        if os.environ.get("GRPC_ENABLE_FORK_SUPPORT", "0").lower() not in ("1", "true", "yes"):
            raise RuntimeError(
                "a pipesched client cannot be used in a forked child unless "
                "GRPC_ENABLE_FORK_SUPPORT=1 was set before grpc was imported; "
                "ask for the plan before the fork, or start the child by spawn"
            )
        self._daemon = None
        self._open()
