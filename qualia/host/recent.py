"""What happened to each plugin lately: calls and failures over time, and the code that could not be loaded."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from attrs import Factory, define, field

from qualia.events import Event, EventKind

BUCKET_S = 5.0
BUCKETS = 60
"""How many buckets a series has: five minutes."""
_FAILURES = 10
_CALLS = (EventKind.STEP_FINISHED, EventKind.STEP_FAILED)
_TROUBLES = (EventKind.RELOAD_FAILED, EventKind.PLUGIN_FAILED)


@define
class _Lately:
    """One plugin's."""

    buckets: deque[tuple[int, int, int]] = field(default=Factory(lambda: deque[tuple[int, int, int]](maxlen=BUCKETS)))
    """Number of the bucket, calls, errors; only buckets in which something happened."""
    failures: deque[dict[str, Any]] = field(default=Factory(lambda: deque[dict[str, Any]](maxlen=_FAILURES)))


class Recent:
    """Counts calls by plugin and time, and keeps the latest failures to load.

    Args:
        clock: monotonic time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock: Callable[[], float] = clock
        self._plugins: dict[str, _Lately] = {}
        self._lock: Lock = Lock()

    def hear(self, event: Event) -> None:
        """Take in one event."""
        if event.plugin is None or event.kind not in (*_CALLS, *_TROUBLES):
            return
        with self._lock:
            lately = self._plugins.setdefault(event.plugin, _Lately())
            if event.kind in _TROUBLES:
                lately.failures.append(_failure(event))
            else:
                self._count(lately, is_error=event.kind is EventKind.STEP_FAILED)

    def series(self, plugin: str) -> Mapping[str, Any] | None:
        """Return how many calls and errors each of the last buckets had, the latest last; None without any call."""
        with self._lock:
            lately = self._plugins.get(plugin)
            found = [] if lately is None else [*lately.buckets]
        now = int(self._clock() // BUCKET_S)
        calls, errors = [0] * BUCKETS, [0] * BUCKETS
        for number, count, failed in found:
            place = BUCKETS - 1 - (now - number)
            if 0 <= place < BUCKETS:
                calls[place], errors[place] = count, failed
        return {"bucket_s": BUCKET_S, "calls": calls, "errors": errors} if any(calls) else None

    def failures(self, plugin: str) -> list[dict[str, Any]]:
        """Return the latest failures to load a plugin, the latest first."""
        with self._lock:
            lately = self._plugins.get(plugin)
            return [] if lately is None else [dict(each) for each in reversed(lately.failures)]

    def _count(self, lately: _Lately, *, is_error: bool) -> None:
        now = int(self._clock() // BUCKET_S)
        last = lately.buckets[-1] if lately.buckets else (now - 1, 0, 0)
        if last[0] == now:
            lately.buckets[-1] = (now, last[1] + 1, last[2] + is_error)
        else:
            lately.buckets.append((now, 1, int(is_error)))


def _failure(event: Event) -> dict[str, Any]:
    details = event.details
    return {
        "at_s": event.at_s,
        "what": "reload" if event.kind is EventKind.RELOAD_FAILED else "load",
        "error": str(details.get("message", details.get("error", ""))),
        "cause": str(details.get("cause", "")),
        "place": str(details.get("place", "")),
        "line": str(details.get("excerpt", "")),
    }
