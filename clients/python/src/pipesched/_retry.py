"""Retries of calls that an overloaded server refused, when it says to. gRPC's own
retries, of UNAVAILABLE, are in the service config: for RESOURCE_EXHAUSTED they would
not wait to be told."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, AsyncGenerator, Callable, Generator, Optional

import grpc

MAX_ATTEMPTS = 5
JITTER = 0.2  # A wait is longer than told by up to this share.
PUSHBACK_KEY = "grpc-retry-pushback-ms"

#: Starts a call that may take so many seconds.
Start = Callable[[float], Any]


class Attempts:
    """The attempts of one call, which end `timeout` seconds from now."""

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._made = 0

    def start(self, start: Start) -> Any:
        self._made += 1
        return start(max(0.0, self._deadline - time.monotonic()))

    def wait(self, error: Any) -> Optional[float]:
        """Seconds to wait before the next attempt; None: there is to be none."""
        if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED or self._made == MAX_ATTEMPTS:
            return None
        told = _pushback(error)
        if told is None:
            return None
        wait = told * random.uniform(1, 1 + JITTER)
        return wait if time.monotonic() + wait < self._deadline else None


def _pushback(error: Any) -> Optional[float]:
    """The seconds of a pushback that asks for a retry."""
    for key, value in error.trailing_metadata() or ():
        if key == PUSHBACK_KEY and str(value).isdecimal():
            return int(value) / 1000
    return None


def unary(start: Start, timeout: float) -> Any:
    """The answer of a call."""
    attempts = Attempts(timeout)
    while True:
        try:
            return attempts.start(start)
        except grpc.RpcError as error:
            wait = attempts.wait(error)
            if wait is None:
                raise
        time.sleep(wait)


def stream(start: Start, timeout: float) -> Generator[Any, None, None]:
    """The messages of a call, which is not tried again once one came. Closing the
    iterator cancels the call."""
    attempts = Attempts(timeout)
    while True:
        running = attempts.start(start)
        received = False
        try:
            for message in running:
                received = True
                yield message
            return
        except grpc.RpcError as error:
            wait = None if received else attempts.wait(error)
            if wait is None:
                raise
        finally:
            running.cancel()
        time.sleep(wait)


async def aio_unary(start: Start, timeout: float) -> Any:
    """unary for asyncio."""
    attempts = Attempts(timeout)
    while True:
        try:
            return await attempts.start(start)
        except grpc.RpcError as error:
            wait = attempts.wait(error)
            if wait is None:
                raise
        await asyncio.sleep(wait)


async def aio_stream(start: Start, timeout: float) -> AsyncGenerator[Any, None]:
    """stream for asyncio."""
    attempts = Attempts(timeout)
    while True:
        running = attempts.start(start)
        received = False
        try:
            async for message in running:
                received = True
                yield message
            return
        except grpc.RpcError as error:
            wait = None if received else attempts.wait(error)
            if wait is None:
                raise
        finally:
            running.cancel()
        await asyncio.sleep(wait)
