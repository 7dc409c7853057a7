"""What keeps a plugin within its process: limits of the system, a count of children, ears for what it prints.

Nothing here stops code that means harm: it is the process's own code and can take every fence down.
"""

from __future__ import annotations

import faulthandler
import io
import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import frozen

if sys.platform != "win32":
    import resource

NOTE = "qualia: "
"""Begins a line of the trace that says how the process ended."""
_STARTS_A_PROCESS = frozenset(
    {"os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "subprocess.Popen"}
)
_LONGEST_PRINTED = 16 * 1024


@frozen(kw_only=True)
class Room:
    """Where a worker may write, and how far it may spread."""

    trace_fd: int
    """Takes what the process says when it dies, and where it stands when it is asked; -1 for nowhere."""
    scratch: str
    """A folder for temporary files, to be made; empty for the system's own."""
    children: int
    """Processes a call may start."""
    processes: int | None = None
    """Processes and threads that its user may have in all; None for no bound."""


class Fence:
    """The fences of one worker.

    Args:
        room: what the worker may use.
        leave: called in every process that the plugin forks; it must let go of what is the worker's alone.
    """

    def __init__(self, room: Room, *, leave: Callable[[], object]) -> None:
        self._room: Room = room
        self._leave: Callable[[], object] = leave
        self._pid: int = os.getpid()
        self._children: int = room.children
        self._peak_bytes: int = _peak_bytes()
        self._exit: Callable[[int], Any] = os._exit
        self.printed: Printed = Printed()
        """What the plugin printed since `begin`."""

    def up(self) -> None:
        """Put the fences up, once and for good."""
        if self._room.scratch:
            Path(self._room.scratch).mkdir(0o700)
            tempfile.tempdir = self._room.scratch
            os.environ["TMPDIR"] = self._room.scratch
        sys.stdout = sys.stderr = self.printed
        if self._room.trace_fd >= 0:
            faulthandler.enable(self._room.trace_fd, all_threads=False)
        if sys.platform != "win32":
            self._limit()
            os.register_at_fork(after_in_child=self._forked)
        posix: Any = os
        posix._exit = self._told_exit  # noqa: SLF001 - what a plugin calls as well
        sys.addaudithook(self._heard)

    def _limit(self) -> None:
        if sys.platform == "win32":
            return
        if self._room.trace_fd >= 0:
            faulthandler.register(signal.SIGUSR1, self._room.trace_fd, all_threads=False)
            faulthandler.register(signal.SIGXCPU, self._room.trace_fd, all_threads=False, chain=True)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self._room.processes is not None:
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NPROC, (self._room.processes, self._room.processes))

    def bound(self, memory_bytes: int | None) -> None:
        """Bound the address space, where the system can."""
        if sys.platform != "win32" and memory_bytes is not None:
            # Only the soft limit, so that the next call may have another. macOS refuses.
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))

    def begin(self, cpu_s: float | None) -> None:
        """Begin a call that may use some seconds of processor time; None for any."""
        self._children = self._room.children
        if sys.platform != "win32" and cpu_s is not None:
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + cpu_s), hard))

    @property
    def grown_bytes(self) -> int:
        """By how much the process's peak memory grew since it began; 0 where the system does not say."""
        return _peak_bytes() - self._peak_bytes

    def note(self, text: str) -> None:
        """Leave a line for whoever asks how the process ended, and where it stands."""
        if self._room.trace_fd >= 0:
            with suppress(OSError):
                os.write(self._room.trace_fd, f"{NOTE}{text}\n".encode())
                faulthandler.dump_traceback(self._room.trace_fd, all_threads=False)

    def _told_exit(self, status: int) -> None:
        if os.getpid() == self._pid:
            self.note(f"it called os._exit({status})")
        self._exit(status)

    def _forked(self) -> None:
        self._children = 0
        self._leave()

    def _heard(self, event: str, _arguments: object) -> None:
        if event in _STARTS_A_PROCESS:
            self._children -= 1
            if self._children < 0:
                raise RuntimeError(f"a call may start {self._room.children} processes, and a process it forked none")


def _peak_bytes() -> int:
    if sys.platform == "win32":
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Printed(io.TextIOBase):
    """Keeps the beginning of what is printed, however much that is."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length: int = 0

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """What a plugin that asks is told."""
        return "utf-8"

    def writable(self) -> bool:
        """Say that it may be printed to."""
        return True

    def write(self, text: str, /) -> int:
        """Keep a text, or what there is room for."""
        room = _LONGEST_PRINTED - self._length
        if room > 0:
            self._parts.append(str.__str__(text)[:room])
            self._length += len(self._parts[-1])
        return len(text)

    def taken(self) -> str:
        """Return what was kept, and begin anew."""
        if not self._parts:
            return ""
        text = "".join(self._parts)
        self._parts, self._length = [], 0
        return text
