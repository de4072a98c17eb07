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


def test_daemon_that_never_gets_ready(monkeypatch, tmp_path):
    program = tmp_path / "pipeschedd"
    program.write_text("#!/bin/sh\necho starting >&2\necho $$ > pid\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PIPESCHED_DAEMON", str(program))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pipesched.DaemonError, match="not ready after 2 s; it said: starting"):
        pipesched.Client.spawn(start_timeout=2)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
