"""Retries of calls that a server refuses because it is overloaded."""

import asyncio
import threading
import time
import types

import grpc
import pytest

import pipesched
from pipesched import _retry, aio
from pipesched.v1 import schedule_service_pb2 as service
from pipesched.v1.schedule_service_pb2_grpc import ScheduleServiceStub


def refuse(context, pushback):
    if pushback is not None:
        context.set_trailing_metadata((("grpc-retry-pushback-ms", pushback),))
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "overloaded")


def compute(target, pipeline):
    with pipesched.Client(target) as client:
        return client.compute_schedule(pipeline, "1f1b")


def aio_compute(target, pipeline):
    async def inside():
        async with aio.Client(target) as client:
            return await client.compute_schedule(pipeline, "1f1b")

    return asyncio.run(inside())


clients = pytest.mark.parametrize("ask", [compute, aio_compute])


@clients
def test_tries_again_when_told(fake, pipeline, ask):
    calls = []

    def answer(_, context):
        calls.append(1)
        if len(calls) < 5:
            refuse(context, "1")
        return service.ComputeScheduleResponse(digest="d")

    fake.service.compute = answer
    assert ask(fake.target, pipeline).digest == "d"
    assert len(calls) == 5


@clients
@pytest.mark.parametrize("pushback", [None, "-1", "31000", "soon", "9" * 20])
def test_does_not_otherwise(fake, pipeline, ask, pushback):
    calls = []

    def answer(_, context):
        calls.append(1)
        refuse(context, pushback)

    fake.service.compute = answer
    with pytest.raises(pipesched.OverloadedError):
        ask(fake.target, pipeline)
    assert len(calls) == 1


@clients
def test_gives_up(fake, pipeline, ask):
    calls = []

    def answer(_, context):
        calls.append(1)
        refuse(context, "0")

    fake.service.compute = answer
    with pytest.raises(pipesched.OverloadedError):
        ask(fake.target, pipeline)
    assert len(calls) == 5


def test_cancel_ends_the_wait(fake, pipeline):
    async def inside():
        refused = asyncio.Event()
        loop = asyncio.get_running_loop()

        def answer(_, context):
            loop.call_soon_threadsafe(refused.set)
            refuse(context, "3600000")

        fake.service.compute = answer
        async with aio.Client(fake.target, timeout=86400) as client:
            call = asyncio.create_task(client.compute_schedule(pipeline, "1f1b"))
            await asyncio.wait_for(refused.wait(), 10)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(call, 10)

    asyncio.run(inside())


# Takes a worker a while; each p2p time is another plan.
def heavy(p2p_time):
    return pipesched.Pipeline(num_stages=4096, num_microbatches=512, p2p_time=p2p_time)


def test_a_daemon_that_is_overloaded(monkeypatch):
    """A call that the daemon refuses is answered once it has time again."""
    waits = []
    callers = []
    enough = threading.Event()

    def sleep(seconds):
        waits.append(seconds)
        enough.set()
        for caller in callers:
            caller.join()
        time.sleep(seconds)

    fake_time = types.SimpleNamespace(sleep=sleep, monotonic=time.monotonic)
    monkeypatch.setattr(_retry, "time", fake_time)
    with pipesched.Client.spawn("--workers=1", "--queue=1", timeout=300) as client:

        def load(p2p_time):
            with grpc.insecure_channel(client.target) as channel:
                stub = ScheduleServiceStub(channel)
                while not enough.is_set():
                    request = service.ComputeScheduleRequest(
                        pipeline=heavy(p2p_time), schedule=pipesched.make_schedule("1f1b")
                    )
                    try:
                        stub.ComputeSchedule(request, timeout=300)
                    except grpc.RpcError as error:
                        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
                    p2p_time += 1

        callers += [threading.Thread(target=load, args=(1000 * n,)) for n in (1, 2, 3)]
        for caller in callers:
            caller.start()
        try:
            p2p_time = 10_000
            while not waits:  # The daemon may have had time for the first.
                plan = client.compute_schedule(heavy(p2p_time), "1f1b")
                p2p_time += 1
        finally:
            enough.set()
    assert waits[0] > 0
    assert plan.metrics.makespan > 0
