"""Columns: NumPy arrays, and those that contradict each other."""

import pytest

import pipesched
from pipesched import Timeline
from pipesched.v1 import timeline_pb2
from pipesched.v1.pipeline_pb2 import PipelineShape


def test_arrays_are_the_columns(client, pipeline):
    numpy = pytest.importorskip("numpy")
    timeline = client.compute_schedule(pipeline, "1f1b", view="full").timeline
    arrays = timeline.arrays()
    for name, array in arrays._asdict().items():
        assert list(array) == list(getattr(timeline.message, name)), name
        assert not array.flags.writeable
    # Each rank is busy 8 (F + B).
    busy = numpy.add.reduceat(arrays.ends - arrays.starts, arrays.rank_offsets[:-1])
    assert list(busy) == [24, 24, 24, 24]
    assert arrays.ends.max() == 33


def test_arrays_of_no_ops():
    pytest.importorskip("numpy")
    timeline = Timeline(timeline_pb2.Timeline(rank_offsets=[0, 0]))
    timeline.check(PipelineShape(num_ranks=1, num_stages=1, num_microbatches=1))
    assert timeline.arrays().starts.dtype == "float64"
    assert len(timeline) == 0


def test_without_numpy(monkeypatch, client, pipeline):
    monkeypatch.setattr("pipesched._timeline.numpy", None)
    timeline = client.compute_schedule(pipeline, "1f1b", view="full").timeline
    assert len(list(timeline)) == 64
    with pytest.raises(ImportError, match=r"pip install pipesched\[numpy\]"):
        timeline.arrays()


def good():
    """One stage on each of two ranks, one microbatch: an F and a B each."""
    return timeline_pb2.Timeline(
        rank_offsets=[0, 2, 4],
        kinds=[1, 2, 1, 2],
        stages=[0, 0, 1, 1],
        microbatches=[0, 0, 0, 0],
        starts=[0, 4, 1, 2],
        ends=[1, 6, 2, 4],
        fused=[False] * 4,
        critical=[True] * 4,
    )


def change(column, values):
    def apply(message):
        del getattr(message, column)[:]
        getattr(message, column).extend(values)

    return apply


@pytest.mark.parametrize("has_numpy", [True, False])
@pytest.mark.parametrize(
    "breaking, says",
    [
        (change("stages", [0, 0, 1]), "stages has 3 ops, rank_offsets end at 4"),
        (change("critical", []), "critical has 0 ops, rank_offsets end at 4"),
        (change("held_bytes", [1]), "held_bytes has 1 ops, rank_offsets end at 4"),
        (change("rank_offsets", [0, 4]), "2 rank_offsets, want 3"),
        (change("rank_offsets", []), "0 rank_offsets, want 3"),
        (change("rank_offsets", [1, 2, 4]), "do not rise from 0"),
        (change("rank_offsets", [0, 5, 4]), "do not rise from 0"),
        (change("kinds", [1, 2, 1, 0]), r"kinds has 0, want \[1, 4\]"),
        (change("stages", [0, 0, 1, 2]), r"stages has 2, want \[0, 1\]"),
        (change("microbatches", [0, -1, 0, 0]), r"microbatches has -1, want \[0, 0\]"),
    ],
)
def test_broken_timeline(monkeypatch, breaking, says, has_numpy):
    if not has_numpy:
        monkeypatch.setattr("pipesched._timeline.numpy", None)
    message = good()
    shape = PipelineShape(num_ranks=2, num_stages=2, num_microbatches=1)
    Timeline(message).check(shape)
    breaking(message)
    with pytest.raises(pipesched.BrokenResponseError, match=says):
        Timeline(message).check(shape)


def test_rank_out_of_range():
    with pytest.raises(IndexError, match=r"rank = 2, want \[0, 1\]"):
        list(Timeline(good()).ops(2))
