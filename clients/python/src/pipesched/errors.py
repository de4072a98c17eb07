"""Errors that calls raise. All are PipeschedError.

The class says what a caller can do; `reason` is the daemon's stable name for it,
listed in the contract (schedule_service.proto).
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Type

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


@dataclass(frozen=True)
class Violation:
    """One field that is wrong: its path, and its value and what is allowed."""

    field: str
    description: str


class PipeschedError(Exception):
    """A call failed.

    code: the canonical gRPC code, a grpc.StatusCode.
    reason: the daemon's name for it; "" if it does not come from the daemon.
    metadata: the values that the message names.
    violations: every field that is wrong.
    retry_delay: least seconds to wait before a retry, if the daemon said so.
    __cause__ is the grpc.RpcError.
    """

    def __init__(
        self,
        message: str,
        *,
        code: Any = grpc.StatusCode.UNKNOWN,
        reason: str = "",
        metadata: Optional[Mapping[str, str]] = None,
        violations: Sequence[Violation] = (),
        retry_delay: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.metadata: Dict[str, str] = dict(metadata or {})
        self.violations: Tuple[Violation, ...] = tuple(violations)
        self.retry_delay = retry_delay

    def __str__(self) -> str:
        return f"{self.reason or self.code.name}: {self.message}"


class InvalidRequestError(PipeschedError, ValueError):
    """The request is wrong; `violations` says where."""


class LimitExceededError(InvalidRequestError):
    """The request or its result is larger than the server allows."""


class OverloadedError(PipeschedError):
    """The server has too much to do; try again after `retry_delay`."""


class UnavailableError(PipeschedError, ConnectionError):
    """No server answers, or it is stopping; also after the retries."""


class DeadlineError(PipeschedError, TimeoutError):
    """The call took longer than its timeout."""


class CancelledError(PipeschedError):
    """The call was cancelled."""


class NotAllowedError(PipeschedError, PermissionError):
    """The server does not serve this caller: its token or its certificate."""


class UnauthenticatedError(NotAllowedError):
    """The server wants a bearer token that it knows: `token` of the client."""


class UnsupportedError(PipeschedError, NotImplementedError):
    """The server has no such method: it is older than this client."""


class InternalError(PipeschedError):
    """A defect of the server."""


class BrokenResponseError(PipeschedError):
    """The server's answer contradicts itself: columns of different lengths, say."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code=grpc.StatusCode.DATA_LOSS)


class DisagreementError(Exception):
    """Ranks hold different plans. `ranks` maps each digest to the ranks that hold it."""

    def __init__(self, ranks: Mapping[str, Sequence[int]]) -> None:
        self.ranks = {digest: tuple(held) for digest, held in ranks.items()}
        parts = [
            f"{digest[:12]} on rank{'s' if len(held) > 1 else ''} {', '.join(map(str, held))}"
            for digest, held in self.ranks.items()
        ]
        super().__init__(f"ranks hold different plans: {'; '.join(parts)}")


class DaemonError(RuntimeError):
    """A daemon of Client.spawn did not start; the message has what it said."""


_BY_REASON: Dict[str, Type[PipeschedError]] = {
    "INVALID_REQUEST": InvalidRequestError,
    "LIMIT_EXCEEDED": LimitExceededError,
    "NO_ORDER_FITS": InvalidRequestError,
    "OVERLOADED": OverloadedError,
    "DRAINING": UnavailableError,
    "DEADLINE_EXCEEDED": DeadlineError,
    "CANCELLED": CancelledError,
    "UNAUTHENTICATED": UnauthenticatedError,
    "PEER_NOT_ALLOWED": NotAllowedError,
    "UNKNOWN_METHOD": UnsupportedError,
    "INTERNAL": InternalError,
}

# For errors that gRPC makes itself, and for reasons that are newer than this client.
_BY_CODE: Dict[Any, Type[PipeschedError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.FAILED_PRECONDITION: InvalidRequestError,
    grpc.StatusCode.OUT_OF_RANGE: InvalidRequestError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineError,
    grpc.StatusCode.CANCELLED: CancelledError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowedError,
    grpc.StatusCode.UNIMPLEMENTED: UnsupportedError,
    grpc.StatusCode.INTERNAL: InternalError,
    grpc.StatusCode.UNKNOWN: InternalError,
}

_DETAILS_KEY = "grpc-status-details-bin"


def _load_google_rpc() -> Dict[str, Any]:
    """The messages of google.rpc by full name, in a pool of their own: the default
    pool may hold those of googleapis-common-protos, and takes no second ones."""
    data = pkgutil.get_data("pipesched", "v1/google_rpc_status.binpb")
    files = descriptor_pb2.FileDescriptorSet.FromString(data or b"")
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())
    names = ("Status", "ErrorInfo", "BadRequest", "RetryInfo")
    return {
        f"google.rpc.{name}": _message_class(pool.FindMessageTypeByName(f"google.rpc.{name}"))
        for name in names
    }


def _message_class(descriptor: Any) -> Any:
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    factory: Any = message_factory.MessageFactory()  # protobuf 3.20 and 4.21
    return factory.GetPrototype(descriptor)


_GOOGLE_RPC = _load_google_rpc()


@dataclass
class _Details:
    reason: str = ""
    metadata: Dict[str, str] = field(default_factory=dict)
    violations: Tuple[Violation, ...] = ()
    retry_delay: Optional[float] = None


def _parse_details(trailer: bytes) -> _Details:
    """What a grpc-status-details-bin trailer says; nothing if it is broken."""
    details = _Details()
    try:
        status = _GOOGLE_RPC["google.rpc.Status"].FromString(trailer)
        for any_message in status.details:
            name = any_message.type_url.rpartition("/")[2]
            if name not in _GOOGLE_RPC:
                continue
            message = _GOOGLE_RPC[name].FromString(any_message.value)
            if name == "google.rpc.ErrorInfo":
                details.reason = message.reason
                details.metadata = dict(message.metadata)
            elif name == "google.rpc.BadRequest":
                details.violations = tuple(
                    Violation(v.field, v.description) for v in message.field_violations
                )
            elif name == "google.rpc.RetryInfo":
                delay = message.retry_delay
                details.retry_delay = delay.seconds + delay.nanos * 1e-9
    except Exception:  # protobuf's DecodeError differs by implementation
        return _Details()
    return details


def from_rpc_error(error: Any) -> PipeschedError:
    """The typed error of a grpc.RpcError."""
    trailer = b""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            trailer = value
    details = _parse_details(trailer)
    code = error.code()
    kind = _BY_REASON.get(details.reason) or _BY_CODE.get(code, PipeschedError)
    return kind(
        error.details() or "",
        code=code,
        reason=details.reason,
        metadata=details.metadata,
        violations=details.violations,
        retry_delay=details.retry_delay,
    )
