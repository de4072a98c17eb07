"""A daemon of the client's own."""

import os
import pathlib

import pytest

import pipesched


def test_daemon_ends_with_the_context(pipeline):
    with pipesched.Client.spawn() as client:
        socket = pathlib.Path(client.target[len("unix:") :])
        assert client.compute_schedule(pipeline, "1f1b").makespan == 33
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        pid = client._daemon._process.pid
    assert not socket.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_daemon_is_found_on_path(pipeline, daemon_program, monkeypatch):
    monkeypatch.delenv("PIPESCHED_DAEMON")
    monkeypatch.setenv("PATH", os.path.dirname(daemon_program))
    with pipesched.Client.spawn() as client:
        assert client.compute_schedule(pipeline, "1f1b").makespan == 33


def test_no_daemon(monkeypatch, tmp_path):
    monkeypatch.delenv("PIPESCHED_DAEMON")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pipesched.DaemonError, match="not on PATH"):
        pipesched.Client.spawn()
    monkeypatch.setenv("PIPESCHED_DAEMON", str(tmp_path))
    with pytest.raises(pipesched.DaemonError, match="Permission denied"):
        pipesched.Client.spawn()


def test_daemon_that_does_not_start():
    with pytest.raises(pipesched.DaemonError, match="exit code 64: .*--nonsense"):
        pipesched.Client.spawn("--nonsense")
