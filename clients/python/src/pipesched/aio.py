"""The client for asyncio: as pipesched.Client, with methods to await."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Any, Callable, Iterable, List, Optional, Tuple, Type, TypeVar

import grpc
import grpc.aio

from . import _calls, _health, _retry, launch
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
    """pipesched.Client for asyncio. Made and used inside one event loop.

    async with aio.Client("unix:/run/pipesched.sock") as client:
        plan = await client.compute_schedule(pipeline, "1f1b")
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
        self._channel = self._endpoint.open(grpc.aio)
        self._stub = ScheduleServiceStub(self._channel)

    async def close(self) -> None:
        """Closes the connection."""
        await self._channel.close()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    @property
    def target(self) -> str:
        return self._endpoint.target

    async def compute_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        view: str = "summary",
        ranks: Iterable[int] = (),
        timeout: Optional[float] = None,
    ) -> Plan:
        """As pipesched.Client.compute_schedule."""
        return await self._run(_calls.compute_schedule(pipeline, schedule, view, ranks), timeout)

    async def stream_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        ranks: Iterable[int] = (),
        timeout: Optional[float] = None,
    ) -> Plan:
        """As pipesched.Client.stream_schedule."""
        return await self._run(_calls.stream_schedule(pipeline, schedule, ranks), timeout)

    async def render_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        format: "service.RenderFormat" = service.RENDER_FORMAT_PNG,
        options: Optional[service.RenderOptions] = None,
        compared: Iterable[AnySchedule] = (),
        timeout: Optional[float] = None,
    ) -> service.RenderScheduleResponse:
        """As pipesched.Client.render_schedule."""
        call = _calls.render_schedule(pipeline, schedule, format, options, compared)
        return await self._run(call, timeout)

    async def export_schedule(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        *,
        format: "service.ExportFormat" = service.EXPORT_FORMAT_ORDER,
        options: Optional[ExportOptions] = None,
        timeout: Optional[float] = None,
    ) -> service.ExportScheduleResponse:
        """As pipesched.Client.export_schedule."""
        return await self._run(_calls.export_schedule(pipeline, schedule, format, options), timeout)

    async def validate_schedule(
        self,
        schedule: AnySchedule,
        *,
        pipeline: Optional[Pipeline] = None,
        transport: "Transport" = TRANSPORT_UNSPECIFIED,
        lowering: "Lowering" = LOWERING_UNSPECIFIED,
        timeout: Optional[float] = None,
    ) -> ValidateScheduleResponse:
        """As pipesched.Client.validate_schedule."""
        call = _calls.validate_schedule(schedule, pipeline, transport, lowering)
        return await self._run(call, timeout)

    async def compare_schedules(
        self,
        pipeline: Pipeline,
        *,
        chunks_per_rank: Iterable[int] = (),
        fit_memory: bool = False,
        timeout: Optional[float] = None,
    ) -> search.CompareSchedulesResponse:
        """As pipesched.Client.compare_schedules."""
        call = _calls.compare_schedules(pipeline, chunks_per_rank, fit_memory)
        return await self._run(call, timeout)

    async def search_schedule(
        self,
        request: search.SearchScheduleRequest,
        *,
        progress: Optional[Callable[[search.SearchScheduleResponse], Optional[bool]]] = None,
        timeout: Optional[float] = None,
    ) -> search.SearchScheduleResponse:
        """As pipesched.Client.search_schedule."""
        last: Optional[search.SearchScheduleResponse] = None
        best: Optional[search.SearchScheduleResponse] = None
        attempt = self._attempt(self._stub.SearchSchedule, request, timeout)
        messages = _retry.aio_stream(*attempt)
        try:
            async for last in messages:
                best = last if last.order else best
                if progress is not None and progress(last) is False and best is not None:
                    await messages.aclose()
                    return best
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return _calls.last_of_search(request, last)

    async def list_schedule_kinds(
        self, *, timeout: Optional[float] = None
    ) -> List[ScheduleKindInfo]:
        """As pipesched.Client.list_schedule_kinds."""
        return await self._run(_calls.list_schedule_kinds(), timeout)

    async def get_server_info(
        self, *, timeout: Optional[float] = None
    ) -> service.GetServerInfoResponse:
        """As pipesched.Client.get_server_info."""
        return await self._run(_calls.get_server_info(), timeout)

    async def is_serving(self, *, timeout: Optional[float] = None) -> bool:
        """As pipesched.Client.is_serving."""
        check = self._channel.unary_unary(_health.METHOD, _health.same, _health.same)
        try:
            answer = await check(
                _health.REQUEST,
                timeout=self._timeout if timeout is None else timeout,
                metadata=self._endpoint.metadata(),
                wait_for_ready=True,
            )
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return bool(answer == _health.SERVING)

    async def wait_ready(self, timeout: float = DEFAULT_TIMEOUT) -> None:
        """As pipesched.Client.wait_ready."""
        deadline = time.monotonic() + timeout
        while not await self.is_serving(timeout=max(0.0, deadline - time.monotonic())):
            if time.monotonic() + _health.POLL >= deadline:
                raise DeadlineError(
                    f"{self.target} does not serve after {timeout} s",
                    code=grpc.StatusCode.DEADLINE_EXCEEDED,
                )
            await asyncio.sleep(_health.POLL)

    async def plan_for_rank(
        self,
        pipeline: Pipeline,
        schedule: AnySchedule,
        rank: int,
        *,
        fallback_csv: Optional[Path] = None,
        timeout: Optional[float] = None,
    ) -> RankPlan:
        """As pipesched.Client.plan_for_rank."""
        try:
            call = _calls.compute_schedule(pipeline, schedule, "full", [rank])
            return launch.rank_plan(await self._run(call, timeout), rank)
        except (UnavailableError, DeadlineError):
            if fallback_csv is None:
                raise
            return launch.rank_plan_of_file(fallback_csv, rank)

    async def _run(self, call: Call[Result], timeout: Optional[float]) -> Result:
        method: Any = getattr(self._stub, call.method)
        attempt = self._attempt(method, call.request, timeout)
        try:
            if call.method == "StreamSchedule":
                messages = [message async for message in _retry.aio_stream(*attempt)]
                answer: Any = _calls.merge(messages)
            else:
                answer = await _retry.aio_unary(*attempt)
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        return call.convert(answer)

    def _attempt(
        self, method: Any, request: Any, timeout: Optional[float]
    ) -> Tuple[_retry.Start, float]:
        """How to make a call once, and the time of all attempts."""
        metadata = self._endpoint.metadata()
        return (
            lambda rest: method(request, timeout=rest, metadata=metadata),
            self._timeout if timeout is None else timeout,
        )
