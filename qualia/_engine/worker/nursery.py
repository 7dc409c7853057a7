"""The host's side of the fork server: it is started by the first worker that is needed, and again when it is gone."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from qualia._engine.worker.process import FORK, KILL, LEAVE, REQUEST, WHERE, WORD, NotStarted, command
from qualia._engine.worker.wire import Line

_CODE = "from qualia._engine.worker.forking import main; main(*map(int, sys.argv[2:5]), sys.argv[5])"
_END_S = 3.0
_LONGEST_TRACE = 64 * 1024


class Forked:
    """A worker that the fork server forked.

    Args:
        number: what the server knows it by.
        request: asks something of the server, of this worker; returns whether it is there to hear it.
        trace_fd: what the worker writes when it dies or is asked where it stands.
        status_fd: what the server tells of it.
        scratch: its folder; empty for none.
    """

    def __init__(
        self, number: int, request: Callable[[int, int], bool], *, trace_fd: int, status_fd: int, scratch: str
    ) -> None:
        self._number: int = number
        self._request: Callable[[int, int], bool] = request
        self._trace_fd: int = trace_fd
        self._status_fd: int = status_fd
        self._scratch: str = scratch
        self._told: bytes = b""
        self._is_closed: bool = False

    @property
    def has_begun(self) -> bool:
        """Whether the server forked it."""
        return len(self._told) >= WORD.size or self._hear(0)

    def kill(self) -> None:
        """Kill it and what it started."""
        self._request(KILL, self._number)

    def ask(self) -> bool:
        """Have it write where it stands."""
        return self._request(WHERE, self._number)

    def leave(self) -> None:
        """Have the server kill it in a few seconds."""
        self._request(LEAVE, self._number)

    def ended(self, wait_s: float) -> int | None:
        """Return its exit code; None when it has not ended in time, or the server is gone."""
        until_s = time.monotonic() + wait_s
        while len(self._told) < 2 * WORD.size:
            if not self._hear(max(0.0, until_s - time.monotonic())):
                return None
        return os.waitstatus_to_exitcode(WORD.unpack_from(self._told, WORD.size)[0])

    def _hear(self, wait_s: float) -> bool:
        """Read what the server tells of it; return whether that is anything."""
        if self._is_closed or not _readable(self._status_fd, wait_s):
            return False
        data = os.read(self._status_fd, WORD.size)
        self._told += data
        return bool(data)

    def trace(self, wait_s: float = 0) -> str:
        """Return what it wrote to its trace since the last time."""
        found = b""
        while not self._is_closed and len(found) < _LONGEST_TRACE and _readable(self._trace_fd, 0 if found else wait_s):
            data = os.read(self._trace_fd, _LONGEST_TRACE)
            if not data:
                break
            found += data
        return found.decode("ascii", "replace")

    def close(self) -> None:
        """Forget it, and remove its scratch folder."""
        if self._is_closed:
            return
        self._is_closed = True
        os.close(self._trace_fd)
        os.close(self._status_fd)
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _readable(fd: int, wait_s: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(wait_s * 1000))


class Nursery:
    """Has workers forked by a server of its own.

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
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._root: str = ""

    def start(self) -> tuple[Line, Forked]:
        """Ask for a worker; it is on its way when this returns.

        Raises:
            NotStarted: there is no server, and none can be started.
        """
        with self._lock:
            number = next(self._numbers)
            ours, theirs = socket.socketpair()
            trace, trace_end = os.pipe()
            status, status_end = os.pipe()
            for fd in (trace, trace_end):
                os.set_blocking(fd, False)
            fds = [theirs.fileno(), trace_end, status_end]
            try:
                self._hand_over(number, fds)
            except NotStarted:
                ours.close()
                os.close(trace)
                os.close(status)
                raise
            finally:
                theirs.close()
                os.close(trace_end)
                os.close(status_end)
            scratch = f"{self._root}{os.sep}{number}" if self._root else ""
            forked = Forked(number, self._request, trace_fd=trace, status_fd=status, scratch=scratch)
            return Line(ours, clock=self._clock, most_bytes=self._frame_bytes), forked

    def _hand_over(self, number: int, fds: list[int]) -> None:
        for _ in range(2):
            try:
                socket.send_fds(self._control or self._begun(), [REQUEST.pack(FORK, number)], fds)
            except OSError:
                # The server died; its workers did with it.
                self._end_server()
            else:
                return
        raise NotStarted("its fork server ends at once")

    def _begun(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            self._root = tempfile.mkdtemp(prefix="qualia-workers-")
        except OSError:
            self._root = ""
        words = command(_CODE, str(theirs.fileno()), str(os.getpid()), str(self._children), self._root)
        try:
            self._server = subprocess.Popen(  # noqa: S603 - this interpreter, and no shell
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise NotStarted(str(error)) from error
        finally:
            theirs.close()
        self._control = ours
        return ours

    def _request(self, what: int, number: int) -> bool:
        with self._lock:
            try:
                return self._control is not None and self._control.send(REQUEST.pack(what, number)) > 0
            except OSError:
                return False

    def close(self) -> None:
        """End the server, and every worker with it."""
        with self._lock:
            self._end_server()

    def _end_server(self) -> None:
        if self._control is not None:
            with suppress(OSError):
                # A child that the program forked may have the socket too, so closing it would tell nobody.
                self._control.shutdown(socket.SHUT_RDWR)
            self._control.close()
            self._control = None
        if self._server is not None:
            try:
                self._server.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._root:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = ""

    def forget(self) -> None:
        """Let go of the server, which is the parent's."""
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            # It is not this process's child, so there is nothing to wait for.
            self._server.returncode = 0
        self._control = self._server = None
        self._root = ""
