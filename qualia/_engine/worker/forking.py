"""The fork server: a process of one thread that has the engine loaded and becomes a worker whenever it is asked to.

A program with threads must not fork, and starting an interpreter takes a hundred times as long as a fork. Python's own
fork server runs the program's main script again in each child; this one knows nothing of the program but its search
path. It is the parent of all workers, so it alone knows for sure which of them is still alive, and signals them.
"""

from __future__ import annotations

import gc
import os
import select
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs import define

from qualia._engine.encoding import json_bytes, json_value, put_together, taken_apart
from qualia._engine.worker.fences import Room
from qualia._engine.worker.inside import Inside
from qualia._engine.worker.process import FORK, KILL, REQUEST, WHERE, WORD
from qualia._values import to_plain
from qualia.document import Document, Segment
from qualia.records import Sentiment, WordFrequencies

_GRACE_S = 5.0
_LOOK_UP_S = 1.0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_MORE_PROCESSES = 1024


@define
class _Child:
    """A worker that has not been reaped."""

    pid: int
    status_fd: int
    until_s: float | None = None
    """When it is killed unless it has ended; None when nobody asked it to."""


class ForkServer:
    """Forks workers, signals them and tells how they ended.

    Args:
        control: takes requests; when its other end is closed, everything ends.
        host_pid: the program's process; when it is gone, everything ends.
        root: a folder whose subfolders are the workers' own; empty for none.
        children: processes that one call may start.
    """

    def __init__(self, control: socket.socket, *, host_pid: int, root: str, children: int) -> None:
        self._control: socket.socket = control
        self._host_pid: int = host_pid
        self._root: str = root
        self._children: int = children
        self._workers: dict[int, _Child] = {}
        self._numbers: dict[int, int] = {}
        self._processes: int | None = _most_processes()
        self._woken: socket.socket
        self._waker: socket.socket
        self._woken, self._waker = socket.socketpair()
        self._is_worker: bool = False

    def serve(self) -> None:
        """Do what the host asks until it is gone; return in each worker, too, when that has done its work."""
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        signal.signal(signal.SIGCHLD, _note_nothing)
        # Asked for before a worker is ready to tell where it stands.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        poll, host_fd = select.poll(), _watched(self._host_pid)
        for fd in (self._control.fileno(), self._woken.fileno(), host_fd):
            if fd >= 0:
                poll.register(fd, select.POLLIN)
        goes_on = True
        while goes_on and (host_fd >= 0 or os.getppid() == self._host_pid):
            for fd, _ in poll.poll(self._patience_ms(host_fd)):
                goes_on = goes_on and fd != host_fd
                if fd == self._control.fileno():
                    goes_on = self._obey()
                    if self._is_worker:
                        return
                elif fd == self._woken.fileno():
                    self._reap()
            self._end_those_who_stay()
        self._end_all()

    def _patience_ms(self, host_fd: int) -> float | None:
        waits = [_LOOK_UP_S] if host_fd < 0 or any(each.until_s for each in self._workers.values()) else []
        return _LOOK_UP_S * 1000 if waits else None

    def _obey(self) -> bool:
        """Do one thing the host asks; return whether it is still there."""
        try:
            request, fds, _, _ = socket.recv_fds(self._control, REQUEST.size, 3)
        except ConnectionError:
            return False
        if len(request) < REQUEST.size:
            return False
        what, number = REQUEST.unpack(request)
        if what == FORK:
            self._fork(number, *fds)
            return True
        child = self._workers.get(number)
        if child is None:
            return True
        if what == KILL:
            _kill_group(child.pid)
        elif what == WHERE:
            os.kill(child.pid, signal.SIGUSR1)
        else:
            child.until_s = time.monotonic() + _GRACE_S
        return True

    def _fork(self, number: int, line_fd: int, trace_fd: int, status_fd: int) -> None:
        try:
            pid = os.fork()
        except OSError:
            # The host learns it from the status, which ends without a word.
            for fd in (line_fd, trace_fd, status_fd):
                os.close(fd)
            return
        if pid == 0:
            self._is_worker = True
            self._become_worker(number, line_fd, trace_fd, status_fd)
            return
        os.close(line_fd)
        os.close(trace_fd)
        self._workers[number] = _Child(pid, status_fd)
        self._numbers[pid] = number
        with suppress(OSError):
            os.write(status_fd, WORD.pack(pid))

    def _become_worker(self, number: int, line_fd: int, trace_fd: int, status_fd: int) -> None:
        server_pid = os.getppid()
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for sock in (self._control, self._woken, self._waker):
            sock.close()
        for fd in (status_fd, *(each.status_fd for each in self._workers.values())):
            os.close(fd)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server_pid:
            return
        room = Room(
            trace_fd=trace_fd,
            scratch=f"{self._root}{os.sep}{number}" if self._root else "",
            children=self._children,
            processes=self._processes,
        )
        Inside(socket.socket(fileno=line_fd), room).run()

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            self._woken.recv(4096)
        with suppress(ChildProcessError):
            while (ended := _ended()) is not None:
                pid, status = ended
                number = self._numbers.pop(pid, None)
                if number is not None:
                    self._tell(number, self._workers.pop(number), status)
        self._end_orphans()

    def _tell(self, number: int, child: _Child, status: int) -> None:
        with suppress(OSError):
            os.write(child.status_fd, WORD.pack(status))
        os.close(child.status_fd)
        if child.until_s is not None and self._root:
            # Nobody waits for it any more, so nobody else clears up.
            shutil.rmtree(f"{self._root}{os.sep}{number}", ignore_errors=True)

    def _end_orphans(self) -> None:
        """Kill what dead workers left behind: processes that nobody but this one is the parent of any more."""
        task = Path(f"/proc/self/task/{os.getpid()}/children")
        try:
            pids = [int(pid) for pid in task.read_text(encoding="ascii").split()]
        except OSError:
            return
        for pid in pids:
            with suppress(OSError):
                if pid not in self._numbers and os.getsid(pid) not in self._numbers:
                    os.kill(pid, signal.SIGKILL)

    def _end_those_who_stay(self) -> None:
        now_s = time.monotonic()
        for child in self._workers.values():
            if child.until_s is not None and child.until_s <= now_s:
                _kill_group(child.pid)

    def _end_all(self) -> None:
        for child in self._workers.values():
            _kill_group(child.pid)
        until_s = time.monotonic() + _GRACE_S
        while self._workers and time.monotonic() < until_s:
            select.select([self._woken], [], [], 0.1)
            self._reap()
        if self._root:
            shutil.rmtree(self._root, ignore_errors=True)


def main(control_fd: int, host_pid: int, children: int, root: str) -> None:
    """Serve one host. Whatever happens, nothing of this process outlives the function."""
    status = 1
    try:
        _warm_up()
        control = socket.socket(fileno=control_fd)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        ForkServer(control, host_pid=host_pid, root=root, children=children).serve()
        status = 0
    finally:
        os._exit(status)


def _note_nothing(_signal: int, _frame: object) -> None:
    """Let a signal wake the process; without a handler it would not."""


def _warm_up() -> None:
    """Do once what every worker would have to do: converters are made when they are first used."""
    for sample in (
        Document("a", segments=(Segment(0, 1),)),
        WordFrequencies(words=(), total=0, distinct=0),
        Sentiment(status="empty", language=None),
    ):
        kind, plain, data = taken_apart(sample)
        put_together(kind, json_value(json_bytes(plain)), data)
    to_plain(1)
    gc.collect()
    gc.freeze()


def _ended() -> tuple[int, int] | None:
    """Reap a child that ended and kill what is left of its group; return its process id and wait status, or None."""
    if sys.platform == "darwin":
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            _kill_group(pid)
        return (pid, status) if pid else None
    found: Any = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if found is None:
        return None
    # As long as the dead leader has its name, its group cannot be somebody else's.
    _kill_group(found.si_pid)
    return os.waitpid(found.si_pid, 0)


def _kill_group(pid: int) -> None:
    """Kill a worker and what it started; one that was just forked has no group yet."""
    for kill in (os.killpg, os.kill):
        with suppress(OSError):
            kill(pid, signal.SIGKILL)


def _watched(pid: int) -> int:
    """Return a descriptor that tells when a process ends; -1 where there is none."""
    if sys.platform == "linux":
        with suppress(OSError):
            return os.pidfd_open(pid)
    return -1


def _prctl(option: int, value: int) -> None:
    """Ask the Linux kernel for something that Python has no function for; elsewhere do nothing."""
    if sys.platform == "linux" and find_spec("_ctypes") is not None:
        import ctypes

        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)


def _most_processes() -> int | None:
    """Return how many processes and threads the user may have from now on; None where that is not known.

    A bound holds for the user, not for a process, so it leaves much room for what else the user starts.
    """
    if sys.platform != "linux" or os.geteuid() == 0:
        return None
    count = 0
    for task in Path("/proc").glob("[0-9]*/task"):
        with suppress(OSError):
            if task.stat().st_uid == os.geteuid():
                count += sum(1 for _ in task.iterdir())
    return count + _MORE_PROCESSES
