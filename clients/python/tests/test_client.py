"""Every method of the client against a real daemon; expected values are closed forms."""

import hashlib
import pickle
import threading

import grpc
import pytest

import pipesched
from pipesched import (
    ExportOptions,
    Lowering,
    OpKind,
    Pipeline,
    Rule,
    StageCost,
    Transport,
    make_schedule,
)
from pipesched.v1 import schedule_service_pb2 as service

# 1F1B on 3 stages, 4 microbatches, as the definition of 1F1B writes it.
ORDER_3_4 = (
    "0F0 0F1 0F2 0B0 0F3 0B1 0B2 0B3\n"
    "1F0 1F1 1B0 1F2 1B1 1F3 1B2 1B3\n"
    "2F0 2B0 2F1 2B1 2F2 2B2 2F3 2B3\n"
)


def test_summary_has_numbers_and_no_ops(client, pipeline):
    plan = client.compute_schedule(pipeline, "1f1b")
    # (M + P - 1)(F + B), idle (P - 1)(F + B) a rank.
    assert plan.makespan == 11 * 3
    assert plan.bubble_rate == pytest.approx(3 / 11)
    assert plan.metrics.bubble_overhead == pytest.approx(3 / 8)
    assert [rank.peak_activations for rank in plan.metrics.ranks] == [4, 3, 2, 1]
    assert plan.timeline is None
    assert len(plan.digest) == 64


def test_full_has_the_ops(client):
    plan = client.compute_schedule(Pipeline(num_stages=3, num_microbatches=4), "1f1b", view="full")
    assert plan.timeline.order_text() == ORDER_3_4
    assert plan.order_digest == hashlib.sha256(ORDER_3_4.encode()).hexdigest()
    ops = list(plan.timeline)
    assert len(ops) == len(plan.timeline) == 24
    assert ops[3]._replace(critical=False) == pipesched.Op(
        0, OpKind.Value("OP_KIND_BACKWARD"), 0, 0, 7.0, 9.0, False, False, None
    )


def test_stream_is_full(client, pipeline):
    full = client.compute_schedule(pipeline, "zb_h1", view="full")
    stream = client.stream_schedule(pipeline, "zb_h1")
    assert stream.timeline.message == full.timeline.message
    assert (stream.digest, stream.metrics) == (full.digest, full.metrics)


def test_stream_of_several_messages(client):
    pipeline = Pipeline(num_stages=64, num_microbatches=1024)
    plan = client.stream_schedule(pipeline, "gpipe")
    assert len(plan.timeline) == 64 * 1024 * 2
    assert plan.makespan == (64 + 1024 - 1) * 3


def test_ranks_filter_changes_no_digest(client, pipeline):
    whole = client.compute_schedule(pipeline, "1f1b", view="full")
    part = client.compute_schedule(pipeline, "1f1b", view="full", ranks=[2])
    assert (part.digest, part.order_digest) == (whole.digest, whole.order_digest)
    assert [op.rank for op in part.timeline] == [2] * 16
    assert list(part.timeline.ops(0)) == []
    assert part.timeline.tokens(2) == whole.timeline.tokens(2)
    assert [rank.rank for rank in part.metrics.ranks] == [2]


def test_notes(client):
    pipeline = Pipeline(num_stages=2, num_microbatches=2, memory_limit_bytes=[1])
    pipeline.stage_costs.append(StageCost(activation_bytes=10))
    notes = client.compute_schedule(pipeline, "1f1b").notes
    assert {note.code for note in notes} == {"MEMORY_LIMIT_EXCEEDED"}
    assert notes[0].metadata["limit_bytes"] == "1"


def test_picture(client, pipeline):
    picture = client.render_schedule(
        pipeline, "1f1b", options=service.RenderOptions(title="a title")
    )
    assert picture.content.startswith(b"\x89PNG")
    assert picture.content_type == "image/png"


def test_file(client):
    file = client.export_schedule(Pipeline(num_stages=3, num_microbatches=4), "1f1b")
    assert file.content.decode() == ORDER_3_4


# Sends that cross: safe where channels of the two directions are apart.
CRISS_CROSSED = (
    "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
    "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\n"
)


def test_validation_and_repair(client):
    hangs = make_schedule("custom", pytorch_csv=CRISS_CROSSED)
    result = client.validate_schedule(hangs)
    assert not result.safe
    assert [finding.rule for finding in result.findings] == [Rule.RULE_DEADLOCK]
    assert client.validate_schedule(hangs, transport=Transport.TRANSPORT_ASYNC).safe
    repaired = client.export_schedule(
        Pipeline(),
        hangs,
        format=service.EXPORT_FORMAT_PYTORCH_CSV_COMMS,
        options=ExportOptions(lowering=Lowering.LOWERING_REPAIR),
    )
    again = make_schedule("custom", pytorch_csv=repaired.content.decode())
    assert client.validate_schedule(again).safe
    made = client.validate_schedule("1f1b", pipeline=Pipeline(num_stages=3, num_microbatches=4))
    assert made.safe and not made.has_transfers


def test_kinds_are_those_that_make_schedule_takes(client):
    for info in client.list_schedule_kinds():
        assert make_schedule(info.name).kind == info.kind


def test_make_schedule_names_the_kinds():
    with pytest.raises(ValueError, match="'1f2b', want one of gpipe, 1f1b"):
        make_schedule("1f2b")
    with pytest.raises(ValueError, match="view = 'all', want one of summary, full"):
        pipesched.Client().compute_schedule(Pipeline(), "1f1b", view="all")


def test_server_info(client):
    info = client.get_server_info()
    assert info.api_version_high == "v1"
    assert info.limits.max_message_bytes == 64 << 20


def test_ready(client):
    client.wait_ready(timeout=10)
    assert client.is_serving()


def test_nobody_becomes_ready(tmp_path):
    with pipesched.Client(f"unix:{tmp_path}/none") as nobody:
        with pytest.raises(pipesched.DeadlineError):
            nobody.wait_ready(timeout=0.1)


def test_targets(client, pipeline, monkeypatch):
    with pipesched.Client.spawn("--listen", "127.0.0.1:0") as spawned:
        assert spawned.compute_schedule(pipeline, "1f1b").makespan == 33
    monkeypatch.setenv("PIPESCHED_SERVER", client.target)
    with pipesched.Client() as other:
        assert other.target == client.target
        assert other.compute_schedule(pipeline, "1f1b").makespan == 33
    monkeypatch.delenv("PIPESCHED_SERVER")
    assert pipesched.Client().target == "127.0.0.1:50551"


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "dns:///127.0.0.1:{}"])
def test_tcp_targets(fake, pipeline, form):
    fake.service.compute = lambda *_: service.ComputeScheduleResponse(digest="d")
    with pipesched.Client(form.format(fake.port)) as client:
        assert client.compute_schedule(pipeline, "1f1b").digest == "d"
    assert fake.service.metadata["user-agent"].startswith("pipesched-python/")


def test_all_violations(client):
    pipeline = Pipeline(num_stages=0, num_microbatches=-1)
    with pytest.raises(pipesched.InvalidRequestError) as raised:
        client.compute_schedule(pipeline, "1f1b")
    error = raised.value
    assert [violation.field for violation in error.violations] == [
        "pipeline.num_stages",
        "pipeline.num_microbatches",
    ]
    assert error.reason == "INVALID_REQUEST"
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert isinstance(error, ValueError)
    assert isinstance(error.__cause__, grpc.RpcError)
    assert "pipeline.num_stages = 0" in str(error)


def test_limit(client):
    with pytest.raises(pipesched.LimitExceededError) as raised:
        client.compute_schedule(Pipeline(num_stages=1, num_microbatches=1 << 21), "1f1b")
    assert raised.value.reason == "LIMIT_EXCEEDED"
    assert raised.value.metadata["max"] == str(1 << 20)


def test_error_without_details(fake, pipeline):
    fake.service.compute = lambda _, context: context.abort(grpc.StatusCode.ABORTED, "no")
    with pipesched.Client(fake.target) as client:
        with pytest.raises(pipesched.PipeschedError) as raised:
            client.compute_schedule(pipeline, "1f1b")
    assert (raised.value.code, raised.value.reason) == (grpc.StatusCode.ABORTED, "")
    assert str(raised.value) == "ABORTED: no"


def test_an_older_server_has_not_every_method(fake, pipeline):
    with pipesched.Client(fake.target) as client:  # It has compute_schedule.
        with pytest.raises(pipesched.UnsupportedError):
            client.compare_schedules(pipeline)


def test_broken_details_are_none(fake, pipeline):
    def abort(_, context):
        context.set_trailing_metadata((("grpc-status-details-bin", b"\xff\xff"),))
        context.abort(grpc.StatusCode.INTERNAL, "no")

    fake.service.compute = abort
    with pipesched.Client(fake.target) as client:
        with pytest.raises(pipesched.InternalError) as raised:
            client.compute_schedule(pipeline, "1f1b")
    assert raised.value.reason == ""


def test_timeout(fake, pipeline):
    ended = threading.Event()
    fake.service.compute = lambda *_: ended.wait(30)
    with pipesched.Client(fake.target, timeout=0.1) as client:
        with pytest.raises(pipesched.DeadlineError) as raised:
            client.compute_schedule(pipeline, "1f1b")
    ended.set()
    assert isinstance(raised.value, TimeoutError)


def test_plan_travels(client, pipeline):
    plan = client.compute_schedule(pipeline, "1f1b", view="full")
    other = pickle.loads(pickle.dumps(plan))
    assert other.digest == plan.digest
    assert list(other.timeline) == list(plan.timeline)


def test_many_threads(client, pipeline):
    digests = []
    threads = [
        threading.Thread(
            target=lambda: digests.append(client.compute_schedule(pipeline, "1f1b").digest)
        )
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 16 and len(set(digests)) == 1
