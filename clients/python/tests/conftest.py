"""What tests share: a real daemon, and a server that answers as a test says."""

from __future__ import annotations

import os
import pathlib
import shutil
from concurrent import futures

import grpc
import pytest

import pipesched
from pipesched.v1 import schedule_service_pb2_grpc as rpc

REPO = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def daemon_program():
    """PIPESCHED_DAEMON, for Client.spawn: the release build's if it is not set."""
    built = REPO / "build/release/bin/pipeschedd"
    program = os.environ.setdefault("PIPESCHED_DAEMON", str(built))
    assert shutil.which(program), f"{program} is not built: cmake --workflow --preset release"
    return program


@pytest.fixture(scope="session")
def client(daemon_program):
    with pipesched.Client.spawn() as client:
        yield client


@pytest.fixture
def pipeline():
    return pipesched.Pipeline(num_stages=4, num_microbatches=8)


class FakeService(rpc.ScheduleServiceServicer):
    """Answers ComputeSchedule by `compute(request, context)`, and keeps the metadata."""

    def __init__(self):
        self.compute = None
        self.metadata = {}

    def ComputeSchedule(self, request, context):  # noqa: N802, gRPC's name
        self.metadata = dict(context.invocation_metadata())
        return self.compute(request, context)


class FakeServer:
    def __init__(self, credentials=None):
        self.service = FakeService()
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        rpc.add_ScheduleServiceServicer_to_server(self.service, self._server)
        add = (
            self._server.add_insecure_port
            if credentials is None
            else lambda address: self._server.add_secure_port(address, credentials)
        )
        self.port = add("127.0.0.1:0")
        self.target = f"127.0.0.1:{self.port}"
        self._server.start()

    def stop(self):
        self._server.stop(None).wait()


@pytest.fixture
def fake():
    server = FakeServer()
    yield server
    server.stop()
