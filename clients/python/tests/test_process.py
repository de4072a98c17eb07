"""What needs a process of its own: fork, and other packages of google.rpc."""

import os
import subprocess
import sys

import grpc
import pytest

FORK = """
import os, sys
from pipesched import Client, Pipeline

pipeline = Pipeline(num_stages=4, num_microbatches=8)
with Client.spawn() as client:
    client.compute_schedule(pipeline, "1f1b")
    children = []
    for kind in ("gpipe", None):
        child = os.fork()
        if child == 0:
            try:
                if kind:
                    assert client.compute_schedule(pipeline, kind).makespan == 33
                client.close()
            except RuntimeError as error:
                print(error)
                sys.stdout.flush()
                os._exit(3)
            except BaseException as error:
                print(repr(error))
                sys.stdout.flush()
                os._exit(4)
            os._exit(0)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert client.compute_schedule(pipeline, "1f1b").makespan == 33
    print(codes)
"""


def run(program, **environment):
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


GRPC_VERSION = tuple(int(part) for part in grpc.__version__.split(".")[:2])


@pytest.mark.skipif(GRPC_VERSION < (1, 60), reason="grpcio 1.51 was seen to hang in a forked child")
def test_forked_child_has_a_connection_of_its_own():
    assert run(FORK, GRPC_ENABLE_FORK_SUPPORT="1").endswith("[0, 0]\n")


def test_forked_child_without_grpcs_fork_support_says_so():
    out = run(FORK, GRPC_ENABLE_FORK_SUPPORT="0")
    assert "GRPC_ENABLE_FORK_SUPPORT=1" in out
    assert out.endswith("[3, 0]\n")


BESIDE = """
{first}
{second}
from google.rpc import error_details_pb2
try:
    Client(sys.argv[1] if sys.argv[1:] else None).compute_schedule(Pipeline(), "1f1b")
except PipeschedError as error:
    print(error.reason)
"""


@pytest.mark.parametrize("ours_first", [True, False])
def test_beside_other_code_of_google_rpc(client, ours_first):
    pytest.importorskip("google.rpc")
    imports = [
        "import sys; from pipesched import Client, Pipeline, PipeschedError",
        "from google.rpc import status_pb2, code_pb2",
    ]
    if not ours_first:
        imports.reverse()
    program = BESIDE.format(first=imports[0], second=imports[1])
    assert run(program, PIPESCHED_SERVER=client.target) == "INVALID_REQUEST\n"


def test_import_has_no_side_effects():
    """No thread, no connection, no environment variable."""
    out = run(
        "import os, threading; before = dict(os.environ); import pipesched, pipesched.aio;"
        "print(threading.active_count(), dict(os.environ) == before)"
    )
    assert out == "1 True\n"
