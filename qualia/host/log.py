"""What happened in a host, numbered, so that a client that was away can go on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from attrs import frozen

from qualia.protocol import notification

MOST = 10_000
"""Events that are kept."""
MOST_BYTES = 8 * 1024 * 1024
"""What they may take together, as they are sent."""
_SLACK = 4


@frozen
class Batch:
    """Some events on their way to a client."""

    data: bytes
    """Their lines, ready to be sent; empty when there are none."""
    last: int
    """The number of the last of them, or the one before it where there are none."""


class EventLog:
    """Keeps the latest events as the lines that tell of them; whoever reads brings the number read last.

    No client has a queue of its own here: one that takes nothing costs nothing, and hears of the gap when it is back.

    Args:
        most: events that are kept.
        most_bytes: what they may take together.
    """

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most: int = most
        self._most_bytes: int = most_bytes
        self._lines: list[bytes] = []
        self._bytes: int = 0
        self._first: int = 1
        self._lock: Lock = Lock()
        self._waiting: dict[object, Callable[[], object]] = {}

    @property
    def last(self) -> int:
        """The number of the latest event; 0 before the first."""
        with self._lock:
            return self._first + len(self._lines) - 1

    @property
    def first(self) -> int:
        """The number of the oldest event that is kept."""
        return self._first

    def add(self, facts: Mapping[str, Any]) -> int:
        """Keep one event and return its number; the oldest go when there are too many."""
        with self._lock:
            number = self._first + len(self._lines)
            line = notification("event", {"seq": number, **facts})
            self._lines.append(line)
            self._bytes += len(line)
            if len(self._lines) > self._most or self._bytes > self._most_bytes:
                self._drop_oldest()
            waiting = self._waiting
            if waiting:
                self._waiting = {}
        for wake in waiting.values():
            wake()
        return number

    def read(self, after: int, *, most_bytes: int) -> Batch:
        """Return events that came after a number, at least one if there is one; a gap is told before them.

        Args:
            after: the number read last; 0 reads from the oldest that is kept.
            most_bytes: about how much to return.
        """
        with self._lock:
            missing = self._first - 1 - after
            place, taken = max(0, -missing), 0
            begin = place
            while place < len(self._lines) and taken < most_bytes:
                taken += len(self._lines[place])
                place += 1
            lines, last = self._lines[begin:place], self._first + place - 1
        if missing > 0:
            lines.insert(0, notification("gap", {"first": after + 1, "last": after + missing}))
        return Batch(b"".join(lines), max(last, after))

    def wake_once(self, who: object, wake: Callable[[], object]) -> None:
        """Call ``wake``, which must be quick, at the next event; whoever is at work on earlier ones is not called."""
        with self._lock:
            self._waiting[who] = wake

    def forget(self, who: object) -> None:
        """Call somebody no more."""
        with self._lock:
            self._waiting.pop(who, None)

    def _drop_oldest(self) -> None:
        """Let the oldest go, a good part of them at once: taking off a list's beginning moves all the rest."""
        gone = len(self._lines) // _SLACK or 1
        self._bytes -= sum(map(len, self._lines[:gone]))
        while self._bytes > self._most_bytes:
            # A few large ones may be most of it.
            self._bytes -= len(self._lines[gone])
            gone += 1
        del self._lines[:gone]
        self._first += gone
