"""A worker's process as the host sees it, and what can give one birth."""

from __future__ import annotations

import json
import struct
import sys
from typing import Protocol

from qualia._engine.worker.wire import Line

REQUEST = struct.Struct(">BQ")
FORK, KILL, WHERE, LEAVE = range(1, 5)
"""What a fork server can be asked for, of the worker whose number follows."""
WORD = struct.Struct(">i")
"""What a fork server writes to a worker's status: its process id, and in the end its wait status."""


class NotStarted(Exception):
    """No process could be started; the text says why."""


class Process(Protocol):
    """What the host can do to a worker's process."""

    @property
    def has_begun(self) -> bool:
        """Whether there is, or was, such a process; it may be on its way."""
        ...

    def kill(self) -> None:
        """Kill it and what it started; once it is dead, do nothing."""

    def ask(self) -> bool:
        """Have it write where it stands to its trace; return whether it can."""
        ...

    def leave(self) -> None:
        """Kill it in a few seconds unless it has ended by then."""

    def ended(self, wait_s: float) -> int | None:
        """Return its exit code, negative for a signal; None when it has not ended in time, or nobody knows."""
        ...

    def trace(self, wait_s: float = 0) -> str:
        """Return what it has written to its trace since it was last asked; wait for the first of it."""
        ...

    def close(self) -> None:
        """Forget it, and remove what it left in its scratch folder; it is dead, or ends by itself."""


class Origin(Protocol):
    """What starts workers."""

    def start(self) -> tuple[Line, Process]:
        """Start a worker; it may still be on its way.

        Raises:
            NotStarted: that is not possible.
        """
        ...

    def close(self) -> None:
        """End all that it started, in bounded time."""

    def forget(self) -> None:
        """Let go of everything, in a forked child to which none of it belongs."""


def command(code: str, *arguments: str) -> list[str]:
    """Return the command of an interpreter that finds what this one finds, and runs some code.

    It reads no environment and no folder of its own accord, so it runs nothing that this one would not.
    """
    flags = [
        "-I",
        *(["-B"] if sys.dont_write_bytecode else []),
        *(["-O"] * sys.flags.optimize),
        *(["-X", "utf8"] if sys.flags.utf8_mode else []),
    ]
    found = json.dumps([str(each) for each in sys.path])
    begun = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); {code}"
    return [sys.executable, *flags, "-c", begun, found, *arguments]
