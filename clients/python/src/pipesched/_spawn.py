"""A daemon of the client's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from typing import List, Sequence

from .errors import DaemonError

# What pipeschedd says on standard error once it can be reached.
_READY = "listening on"
_STOP_TIMEOUT = 30.0
START_TIMEOUT = 30.0


class Daemon:
    """pipeschedd on a socket in a folder that only this user can enter."""

    def __init__(self, arguments: Sequence[str] = (), start_timeout: float = START_TIMEOUT) -> None:
        program = os.environ.get("PIPESCHED_DAEMON") or shutil.which("pipeschedd")
        if program is None:
            raise DaemonError("pipeschedd is not on PATH, and PIPESCHED_DAEMON is not set")
        self._folder = tempfile.mkdtemp(prefix="pipesched-")
        self.target = f"unix:{self._folder}/socket"
        try:
            self._process = subprocess.Popen(
                [program, "--listen", self.target, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._wait_until_ready(program, start_timeout)
        except OSError as error:
            self._remove_folder()
            raise DaemonError(f"{program}: {error.strerror}") from error
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, program: str, timeout: float) -> None:
        said: List[str] = []
        heard = threading.Event()  # it is ready, or it has ended
        ready = threading.Event()

        def listen() -> None:
            # To its end: the pipe must never be full.
            assert self._process.stderr is not None
            for line in self._process.stderr:
                if heard.is_set():
                    continue
                if _READY in line:
                    ready.set()
                    heard.set()
                said.append(line)
            heard.set()

        threading.Thread(target=listen, daemon=True).start()
        if not heard.wait(timeout):
            raise DaemonError(
                f"{program} is not ready after {timeout} s; it said: {''.join(said).strip()}"
            )
        if not ready.is_set():
            code = self._process.wait()
            raise DaemonError(f"{program} ended with exit code {code}: {''.join(said).strip()}")

    def stop(self) -> None:
        """Ends the daemon and removes its socket."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._remove_folder()

    def _remove_folder(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
