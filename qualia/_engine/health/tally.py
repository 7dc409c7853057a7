"""How the plugins of one Core have done since it began: counted as it happens, without an event being made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from attrs import Factory, define, field

from qualia._engine.breaker.lock import ForkSafe
from qualia.events import EventKind
from qualia.health import Fact

_LATEST = 200
_RECENT = 20
_MOST_NEWS = 1000


@define(kw_only=True)
class _Count:
    calls: int = 0
    errors: int = 0
    cached: int = 0
    last_error: str = ""
    last_error_at: str = ""
    last_error_when_s: float | None = None
    opened_s: float | None = None
    reload_error: str = ""
    latest_s: deque[float] = field(default=Factory(lambda: deque[float](maxlen=_LATEST)))
    recent: deque[bool] = field(default=Factory(lambda: deque[bool](maxlen=_RECENT)))
    """Of the latest calls that were made, whether each failed."""


class Tally(ForkSafe):
    """Counts calls and failures by plugin, and keeps the times of the latest calls that were computed.

    Args:
        wall: seconds since 1970.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        super().__init__()
        self._wall: Callable[[], float] = wall
        self._counts: dict[str, _Count] = {}
        self._news: deque[tuple[str, Mapping[str, Any]]] = deque()

    def taps(self) -> Mapping[EventKind, Callable[[str, Mapping[str, Any]], object]]:
        """Return what counts each kind of fact."""
        return {
            EventKind.STEP_FINISHED: self._finished,
            EventKind.STEP_FAILED: self._failed,
            EventKind.BREAKER_MOVED: self._moved,
            EventKind.PLUGIN_REMOVED: self._removed,
            EventKind.PLUGIN_RELOADED: self._reloaded,
            EventKind.RELOAD_FAILED: self._not_reloaded,
        }

    def of(self, plugin: str) -> dict[str, Fact]:
        """Return how a plugin has done.

        ``calls`` holds those the cache answered (``cached``), and ``errors`` those that the plugin failed; the seconds
        are of its latest 200 calls that were computed, and of the latest 20 ``recent_errors`` failed.
        """
        with self._locked():
            self._take_in()
            count = self._counts.get(plugin) or _Count()
            latest = sorted(count.latest_s)
            return {
                "calls": count.calls,
                "errors": count.errors,
                "cached": count.cached,
                "p50_s": _at(latest, 0.5),
                "p95_s": _at(latest, 0.95),
                "recent_calls": len(count.recent),
                "recent_errors": sum(count.recent),
                "last_error": count.last_error,
                "last_error_at": count.last_error_at,
                "last_error_when_s": count.last_error_when_s,
                "opened_s": count.opened_s,
                "reload_error": count.reload_error,
            }

    def _finished(self, plugin: str, details: Mapping[str, Any]) -> None:
        # A call waits for this, so it is only written down here, which takes no lock.
        self._news.append((plugin, details))
        if len(self._news) >= _MOST_NEWS:
            with self._locked():
                self._take_in()

    def _take_in(self) -> None:
        """Count what was written down; the lock is held."""
        while self._news:
            plugin, details = self._news.popleft()
            count = self._counts.get(plugin) or self._counts.setdefault(plugin, _Count())
            count.calls += 1
            if details["cached"]:
                count.cached += 1
            else:
                count.latest_s.append(details["elapsed_s"])
                count.recent.append(False)

    def _failed(self, plugin: str, details: Mapping[str, Any]) -> None:
        place = details.get("place")
        if place is None:
            # It was refused, given up or could not be used: that says nothing about the plugin's code.
            return
        with self._locked():
            self._take_in()
            count = self._counts.setdefault(plugin, _Count())
            count.calls += 1
            count.errors += 1
            count.recent.append(True)
            count.last_error, count.last_error_at = str(details["error"]), str(place)
            count.last_error_when_s = self._wall()

    def _moved(self, plugin: str, details: Mapping[str, Any]) -> None:
        with self._locked():
            count = self._counts.setdefault(plugin, _Count())
            if details["state"] in ("open", "forced_open"):
                count.opened_s = self._wall()
            elif details["state"] != "half_open":
                count.opened_s = None
                self._begin_anew(count)

    def _reloaded(self, plugin: str, _details: Mapping[str, Any]) -> None:
        with self._locked():
            count = self._counts.setdefault(plugin, _Count())
            count.reload_error = ""
            self._begin_anew(count)

    def _not_reloaded(self, plugin: str, details: Mapping[str, Any]) -> None:
        # Without a version that goes on answering the plugin is failing anyway, and its state says so.
        with self._locked():
            if details["generation"]:
                places = (str(details[name]) for name in ("place", "cause"))
                self._counts.setdefault(plugin, _Count()).reload_error = ": ".join(filter(None, places))

    def _begin_anew(self, count: _Count) -> None:
        """Forget what the code before, or the time before somebody closed the breaker, says about now."""
        self._take_in()
        count.recent.clear()

    def _removed(self, plugin: str, _details: Mapping[str, Any]) -> None:
        with self._locked():
            self._take_in()
            self._counts.pop(plugin, None)


def _at(ordered: list[float], share: float) -> float | None:
    """Return the value below which a share of the values lies; None of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
