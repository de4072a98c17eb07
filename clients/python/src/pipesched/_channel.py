"""How a client reaches a daemon: target, credentials, retries, limits."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Tuple, Union

import grpc

VERSION = "0.1.0"
DEFAULT_TARGET = "127.0.0.1:50551"
DEFAULT_TIMEOUT = 30.0
MAX_RECEIVE_BYTES = 64 << 20

#: A bearer token, or a function that is asked for it at every call.
Token = Union[str, Callable[[], str]]

# Every call is a pure function of its request, so all may be tried again; for
# RESOURCE_EXHAUSTED see _retry.py.
_SERVICE_CONFIG = json.dumps(
    {
        "methodConfig": [
            {
                "name": [{"service": "pipesched.v1.ScheduleService"}],
                "retryPolicy": {
                    "maxAttempts": 5,
                    "initialBackoff": "0.1s",
                    "maxBackoff": "2s",
                    "backoffMultiplier": 2,
                    "retryableStatusCodes": ["UNAVAILABLE"],
                },
            }
        ],
        "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
        # A name of several addresses is several daemons, whose answers are equal.
        "loadBalancingConfig": [{"round_robin": {}}],
    }
)


@dataclass(frozen=True)
class Tls:
    """Transport security; each value is the path of a PEM file.

    ca_file: certificates that the server's must come from; None: the system's.
    cert_file, key_file: what the client shows (mTLS); both or none.
    server_name: name to expect in the server's certificate; None: the target's.
    """

    ca_file: Optional[str] = None
    cert_file: Optional[str] = None
    key_file: Optional[str] = None
    server_name: Optional[str] = None

    def __post_init__(self) -> None:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("Tls: cert_file and key_file go together, got one of them")

    def credentials(self) -> Any:
        """The channel credentials; reads the files."""
        return grpc.ssl_channel_credentials(
            _read(self.ca_file), _read(self.key_file), _read(self.cert_file)
        )


def _read(path: Optional[str]) -> Optional[bytes]:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


@dataclass(frozen=True)
class Endpoint:
    """Where a daemon is and how to talk to it."""

    target: str
    tls: Optional[Tls] = None
    token: Optional[Token] = None

    def __post_init__(self) -> None:
        if self.token is not None and self.tls is None and not self.target.startswith("unix:"):
            raise ValueError(
                f"token: needs tls, or a target unix:/path; got target {self.target!r} without"
            )

    def open(self, api: Any) -> Any:
        """A channel. `api` is grpc or grpc.aio. Connects with the first call."""
        options = self._options()
        if self.tls is None:
            return api.insecure_channel(self.target, options=options)
        return api.secure_channel(self.target, self.tls.credentials(), options=options)

    def metadata(self) -> Tuple[Tuple[str, str], ...]:
        """What is sent with each call."""
        if self.token is None:
            return ()
        token = self.token() if callable(self.token) else self.token
        return (("authorization", f"Bearer {token}"),)

    def _options(self) -> List[Tuple[str, Any]]:
        options: List[Tuple[str, Any]] = [
            ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
            ("grpc.enable_http_proxy", 0),
            ("grpc.service_config", _SERVICE_CONFIG),
            ("grpc.primary_user_agent", f"pipesched-python/{VERSION}"),
        ]
        if self.tls is not None and self.tls.server_name is not None:
            options.append(("grpc.ssl_target_name_override", self.tls.server_name))
        return options


def resolve_target(target: Optional[str]) -> str:
    """`target`, or PIPESCHED_SERVER, or where a daemon listens by default."""
    return target or os.environ.get("PIPESCHED_SERVER") or DEFAULT_TARGET
