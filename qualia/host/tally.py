"""How the plugins of a host have done since it began, counted from events."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Any

from attrs import Factory, define, field

from qualia.events import Event, EventKind

_LATEST = 200


@define(kw_only=True)
class _Count:
    calls: int = 0
    errors: int = 0
    cached: int = 0
    last_error: str = ""
    last_error_at_s: float | None = None
    latest_s: deque[float] = field(default=Factory(lambda: deque[float](maxlen=_LATEST)))


class Tally:
    """Counts calls and failures by plugin, and keeps the times of the latest calls."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        self._lock: Lock = Lock()

    def hear(self, event: Event) -> None:
        """Take in one event."""
        if event.plugin is None or event.kind not in (EventKind.STEP_FINISHED, EventKind.STEP_FAILED):
            return
        with self._lock:
            count = self._counts.setdefault(event.plugin, _Count())
            count.calls += 1
            if event.kind is EventKind.STEP_FAILED:
                count.errors += 1
                count.last_error, count.last_error_at_s = str(event.details.get("error", "")), event.at_s
            elif event.details.get("cached"):
                count.cached += 1
            else:
                count.latest_s.append(float(event.details.get("elapsed_s", 0.0)))

    def of(self, plugin: str) -> Mapping[str, Any]:
        """Return how a plugin has done, as plain data; seconds are those of its latest calls that were computed."""
        with self._lock:
            count = self._counts.get(plugin) or _Count()
            latest = sorted(count.latest_s)
            return {
                "calls": count.calls,
                "errors": count.errors,
                "cached": count.cached,
                "p50_s": _at(latest, 0.5),
                "p95_s": _at(latest, 0.95),
                "last_error": count.last_error,
                "last_error_at_s": count.last_error_at_s,
            }


def _at(ordered: list[float], share: float) -> float | None:
    """Return the value below which a share of the values lies; None of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
