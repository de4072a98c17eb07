"""What launchers use: a rank's plan, agreement, PyTorch's file, the fallback."""

import os
import stat

import pytest

import pipesched
from pipesched import DisagreementError, Pipeline, agree, pytorch_csv

# 1f1b_overlap on 3 stages and 4 microbatches, by its definition.
OVERLAP_CSV = (
    "0F0,0F1,0F2,0F3,0B0,0B1,0B2,0B3\n"
    "1F0,1F1,1F2,(1F3;1B0)OVERLAP_F_B,1B1,1B2,1B3\n"
    "2F0,(2F1;2B0)OVERLAP_F_B,(2F2;2B1)OVERLAP_F_B,(2F3;2B2)OVERLAP_F_B,2B3\n"
)


@pytest.fixture
def overlap(client):
    pipeline = Pipeline(num_stages=3, num_microbatches=4)
    return client.compute_schedule(pipeline, "1f1b_overlap", view="full")


def test_every_rank_gets_its_part(client, pipeline):
    whole = client.compute_schedule(pipeline, "1f1b", view="full")
    plans = [client.plan_for_rank(pipeline, "1f1b", rank) for rank in range(4)]
    for rank, plan in enumerate(plans):
        assert list(plan.tokens) == whole.timeline.tokens(rank)
        assert list(plan.ops) == list(whole.timeline.ops(rank))
        assert not plan.from_fallback
        agree(plan.order_digest, lambda _: [p.order_digest for p in plans])


def test_disagreement_names_the_ranks():
    with pytest.raises(DisagreementError, match="aaaa on ranks 0, 2; bbbb on rank 1") as raised:
        agree("aaaa", lambda mine: [mine, "bbbb", "aaaa"])
    assert raised.value.ranks == {"aaaa": (0, 2), "bbbb": (1,)}


def test_csv(overlap, tmp_path):
    path = tmp_path / "schedule.csv"
    overlap.write_pytorch_csv(path)
    assert path.read_text() == OVERLAP_CSV
    assert os.listdir(tmp_path) == ["schedule.csv"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert pytorch_csv.order_digest(pytorch_csv.read(path)) == overlap.order_digest


def test_csv_is_written_whole_or_not_at_all(overlap, tmp_path, monkeypatch):
    path = tmp_path / "schedule.csv"
    path.write_text("old")

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        overlap.write_pytorch_csv(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["schedule.csv"]


def test_csv_needs_all_ops(client, pipeline, tmp_path):
    path = tmp_path / "schedule.csv"
    with pytest.raises(ValueError, match='the view "full"'):
        client.compute_schedule(pipeline, "1f1b").write_pytorch_csv(path)
    part = client.compute_schedule(pipeline, "1f1b", view="full", ranks=[1, 2])
    with pytest.raises(ValueError, match=r"lacks \[0, 3\]"):
        part.write_pytorch_csv(path)
    assert not path.exists()


def test_csv_holds_one_replica(tmp_path):
    with pytest.raises(ValueError, match="stage 1 is on ranks 0 and 1"):
        pytorch_csv.write(tmp_path / "x.csv", [["0F0", "1F1"], ["1F0"]])
    assert os.listdir(tmp_path) == []


def test_fallback(overlap, tmp_path):
    path = tmp_path / "schedule.csv"
    overlap.write_pytorch_csv(path)
    pipeline = Pipeline(num_stages=3, num_microbatches=4)
    with pipesched.Client(f"unix:{tmp_path}/none") as down:
        plan = down.plan_for_rank(pipeline, "1f1b_overlap", 1, fallback_csv=path)
        assert plan.from_fallback
        assert list(plan.tokens) == overlap.timeline.tokens(1)
        assert plan.ops == ()
        # Ranks with and without a daemon agree.
        agree(plan.order_digest, lambda mine: [mine, overlap.order_digest])
        with pytest.raises(pipesched.UnavailableError):
            down.plan_for_rank(pipeline, "1f1b_overlap", 1)
        with pytest.raises(ValueError, match="3 rows, none for rank 3"):
            down.plan_for_rank(pipeline, "1f1b_overlap", 3, fallback_csv=path)


def test_fallback_is_not_for_wrong_requests(client, tmp_path):
    with pytest.raises(pipesched.InvalidRequestError):
        client.plan_for_rank(Pipeline(), "1f1b", 0, fallback_csv=tmp_path / "none")


@pytest.mark.parametrize("cell", ["0X1", "0SEND_F0", "(0F1;0B0)", "0F", "0F0x"])
def test_csv_is_read_strictly(tmp_path, cell):
    path = tmp_path / "x.csv"
    path.write_text(f"0F0,,0B0\n1F0,{cell}\n")
    with pytest.raises(ValueError, match="row 1, column 1: "):
        pytorch_csv.read(path)
    path.write_text("0F0,,0B0\n")
    assert pytorch_csv.read(path) == [["0F0", "0B0"]]
