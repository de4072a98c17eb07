"""The README's programs run."""

import os
import pathlib
import re

import pytest

import pipesched

README = pathlib.Path(__file__).parents[1] / "README.md"


def test_readme(client, monkeypatch, capsys):
    pytest.importorskip("numpy")  # One example uses it.
    monkeypatch.setenv("PIPESCHED_SERVER", client.target)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)
    assert len(blocks) == 3
    first, launcher, errors = blocks
    exec(first, {})
    assert "33.0 0.2727" in capsys.readouterr().out
    names = {}
    exec(launcher, names)
    digest = client.plan_for_rank(
        pipesched.Pipeline(num_stages=4, num_microbatches=8), "1f1b", 0
    ).order_digest
    assert names["rank_main"](0, lambda mine: [mine, digest])[:2] == ("0F0", "0F1")
    exec(errors, {})
    assert "pipeline.num_stages 0, want" in capsys.readouterr().out


def test_readme_of_the_project(client, monkeypatch, capsys):
    monkeypatch.setenv("PIPESCHED_SERVER", client.target)
    readme = pathlib.Path(__file__).parents[3] / "README.md"
    (block,) = re.findall(r"```python\n(.*?)```", readme.read_text(), re.S)
    exec(block, {})
    assert "33.0 0.2727" in capsys.readouterr().out


def test_typed():
    assert os.path.exists(pathlib.Path(pipesched.__file__).with_name("py.typed"))
