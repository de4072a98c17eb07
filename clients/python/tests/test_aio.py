"""The asyncio client gives what the other one gives."""

import asyncio
import inspect
import threading

import pytest

import pipesched
from pipesched import Pipeline, aio


def run(client, use):
    async def inside():
        async with aio.Client(client.target) as other:
            return await use(other)

    return asyncio.run(inside())


def test_same_methods():
    def methods(cls):
        return {
            name: inspect.signature(member)
            for name, member in inspect.getmembers(cls, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(aio.Client) == methods(pipesched.Client)


def test_same_answers(client, pipeline, tmp_path):
    async def all_of_them(other):
        await other.wait_ready(10)
        return await asyncio.gather(
            other.compute_schedule(pipeline, "1f1b", view="full"),
            other.stream_schedule(pipeline, "1f1b"),
            other.render_schedule(pipeline, "1f1b"),
            other.export_schedule(pipeline, "1f1b"),
            other.list_schedule_kinds(),
            other.get_server_info(),
            other.plan_for_rank(pipeline, "1f1b", 2),
        )

    full, stream, picture, file, kinds, info, part = run(client, all_of_them)
    expected = client.compute_schedule(pipeline, "1f1b", view="full")
    assert full.timeline.message == stream.timeline.message == expected.timeline.message
    assert full.digest == stream.digest == picture.digest == file.digest == expected.digest
    assert file.content.decode() == expected.timeline.order_text()
    assert kinds == client.list_schedule_kinds()
    assert info == client.get_server_info()
    assert list(part.tokens) == expected.timeline.tokens(2)


def test_errors(client):
    with pytest.raises(pipesched.InvalidRequestError) as raised:
        run(client, lambda other: other.compute_schedule(Pipeline(), "1f1b"))
    assert raised.value.violations
    with pytest.raises(pipesched.InvalidRequestError):
        run(client, lambda other: other.stream_schedule(Pipeline(), "1f1b"))


def test_cancel_ends_the_call(fake, pipeline):
    async def inside():
        started = asyncio.Event()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def compute(_, context):
            gone = threading.Event()
            context.add_callback(gone.set)
            loop.call_soon_threadsafe(started.set)
            if gone.wait(30):
                loop.call_soon_threadsafe(ended.set)

        fake.service.compute = compute
        async with aio.Client(fake.target) as other:
            call = asyncio.create_task(other.compute_schedule(pipeline, "1f1b"))
            await asyncio.wait_for(started.wait(), 10)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(inside())


def test_fallback(client, pipeline, tmp_path):
    path = tmp_path / "schedule.csv"
    client.compute_schedule(pipeline, "1f1b", view="full").write_pytorch_csv(path)

    async def inside():
        async with aio.Client(f"unix:{tmp_path}/none") as down:
            return await down.plan_for_rank(pipeline, "1f1b", 3, fallback_csv=path)

    assert asyncio.run(inside()).tokens[:3] == ("3F0", "3B0", "3F1")
