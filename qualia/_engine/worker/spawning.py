"""Workers that are interpreters of their own, where there is no fork: each takes as long to start as Python does.

They cannot be asked where they stand, and Windows has no limits of memory and processor time that a process could set
for itself, and no groups of processes to kill.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from attrs import define

from qualia._engine.worker.fences import Room
from qualia._engine.worker.inside import Inside
from qualia._engine.worker.process import NotStarted, command
from qualia._engine.worker.wire import Line

_CODE = "from qualia._engine.worker.spawning import main; main(*map(int, sys.argv[2:4]), sys.argv[4])"
_GRACE_S = 5.0
_TRACE = "trace"


@define(eq=False)
class Spawned:
    """A worker that was started as an interpreter of its own."""

    popen: subprocess.Popen[bytes]
    folder: str
    """What is its own: its trace, its scratch folder."""
    until_s: float | None = None
    """When it is killed unless it has ended; None when nobody asked it to."""
    read: int = 0
    """How much of its trace was read."""

    @property
    def has_begun(self) -> bool:
        """Say that there is such a process."""
        return True

    def kill(self) -> None:
        """Kill it; what it started, too, where processes have groups."""
        if sys.platform != "win32" and self.popen.poll() is None:
            with suppress(OSError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        with suppress(OSError):
            self.popen.kill()

    def ask(self) -> bool:
        """Say that it cannot tell where it stands."""
        return False

    def leave(self) -> None:
        """Have it killed by the next that is started, or by the end, unless it has ended by itself."""
        self.until_s = time.monotonic() + _GRACE_S

    def ended(self, wait_s: float) -> int | None:
        """Return its exit code; None when it has not ended in time."""
        with suppress(subprocess.TimeoutExpired):
            return self.popen.wait(wait_s)
        return None

    def trace(self, wait_s: float = 0) -> str:
        """Return what it wrote to its trace since the last time; ``wait_s`` is not waited, for nobody asked it."""
        with suppress(OSError):
            found = Path(self.folder, _TRACE).read_bytes()[self.read :]
            self.read += len(found)
            return found.decode("ascii", "replace")
        return ""

    def close(self) -> None:
        """Forget it and remove its folder, unless it still has something to do there."""
        if self.popen.stdin is not None:
            with suppress(OSError):
                self.popen.stdin.close()
        if self.popen.poll() is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Spawner:
    """Starts an interpreter for each worker.

    Args:
        clock: monotonic time in seconds.
        frame_bytes: longest frame a worker may send.
        children: processes that one call may start.
    """

    def __init__(self, *, clock: Callable[[], float], frame_bytes: int, children: int) -> None:
        self._clock: Callable[[], float] = clock
        self._frame_bytes: int = frame_bytes
        self._children: int = children
        self._lock: threading.RLock = threading.RLock()
        self._numbers: count[int] = count(1)
        self._started: list[Spawned] = []
        self._root: str = ""

    def start(self) -> tuple[Line, Spawned]:
        """Start a worker; it is on its way when this returns.

        Raises:
            NotStarted: the system refuses.
        """
        with self._lock:
            self._sweep()
            ours, theirs = socket.socketpair()
            try:
                self._root = self._root or tempfile.mkdtemp(prefix="qualia-workers-")
                folder = Path(self._root, str(next(self._numbers)))
                folder.mkdir()
                popen = _interpreter(theirs, self._children, str(folder))
            except OSError as error:
                ours.close()
                raise NotStarted(str(error)) from error
            finally:
                theirs.close()
            self._started.append(Spawned(popen, str(folder)))
            return Line(ours, clock=self._clock, most_bytes=self._frame_bytes), self._started[-1]

    def _sweep(self) -> None:
        """Forget those that ended, and kill those that should have."""
        now_s = time.monotonic()
        for each in [each for each in self._started if each.until_s is not None and each.until_s < now_s]:
            each.kill()
        for each in [each for each in self._started if each.popen.poll() is not None]:
            each.close()
            self._started.remove(each)

    def close(self) -> None:
        """Kill whatever is left and remove its folders."""
        with self._lock:
            for each in self._started:
                each.kill()
            for each in self._started:
                each.ended(_GRACE_S)
                each.close()
            self._started = []
            if self._root:
                shutil.rmtree(self._root, ignore_errors=True)
            self._root = ""

    def forget(self) -> None:
        """Let go of what is the parent's."""
        for each in self._started:
            each.popen.returncode = 0
        self._started = []
        self._root = ""


def _interpreter(line: socket.socket, children: int, folder: str) -> subprocess.Popen[bytes]:
    popen = subprocess.Popen(  # noqa: S603 - this interpreter, and no shell
        command(_CODE, str(line.fileno()), str(children), folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=() if sys.platform == "win32" else (line.fileno(),),
        start_new_session=True,
    )
    if sys.platform == "win32" and popen.stdin is not None:
        popen.stdin.write(line.share(popen.pid))
        popen.stdin.flush()
    return popen


def main(line_fd: int, children: int, folder: str) -> None:
    """Be a worker until the host says that this is all, or is gone."""
    leave, status = os._exit, 1
    try:
        # It is the only one to hold the other end, so this one ends when the host does.
        watched = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        line = _line(line_fd, watched)

        def watch() -> None:
            os.read(watched, 1)
            leave(1)

        threading.Thread(target=watch, daemon=True).start()
        trace_fd = os.open(Path(folder, _TRACE), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        room = Room(trace_fd=trace_fd, scratch=str(Path(folder, "scratch")), children=children)
        Inside(line, room).run()
        status = 0
    finally:
        leave(status)


def _line(fd: int, shared_fd: int) -> socket.socket:
    if sys.platform == "win32":
        # The description of a shared socket has one length on one system.
        return socket.fromshare(os.read(shared_fd, 4096))
    return socket.socket(fileno=fd)
