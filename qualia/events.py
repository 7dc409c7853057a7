"""What happens during a run, as frozen facts, and the one way to hear of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from qualia._values import frozen_mapping

_log = logging.getLogger("qualia.events")


class EventKind(StrEnum):
    """What an event tells."""

    RUN_STARTED = "run_started"
    RUN_FINISHED = "run_finished"
    RUN_FAILED = "run_failed"
    STEP_STARTED = "step_started"
    STEP_FINISHED = "step_finished"
    STEP_FAILED = "step_failed"
    STEP_SKIPPED = "step_skipped"
    STEP_PROGRESS = "step_progress"
    DOCUMENT_FINISHED = "document_finished"
    CACHE_HIT = "cache_hit"
    PLUGIN_LOADED = "plugin_loaded"
    BREAKER_MOVED = "breaker_moved"
    WARNING = "warning"


@frozen(kw_only=True)
class Event:
    """One fact."""

    kind: EventKind
    at_s: float
    """Wall-clock time, in seconds since 1970."""
    monotonic_s: float
    """Monotonic time, in seconds; only differences mean something."""
    run_id: str | None = None
    """The run it belongs to; None outside a run."""
    step: str | None = None
    """The step's name; None when it concerns no step."""
    plugin: str | None = None
    """The plugin's id; None when it concerns no plugin."""
    details: Mapping[str, Any] = field(factory=dict[str, Any], converter=frozen_mapping)
    """More facts, JSON-like: ``elapsed_s``, ``error``, ``steps``, ``state`` ..."""


Observer = Callable[[Event], object]


class Observers:
    """Who listens. Observers are called in order, each isolated: one that raises is logged and harms nobody."""

    def __init__(self, *, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall: Callable[[], float] = wall
        self._monotonic: Callable[[], float] = monotonic
        # Each adding is a tuple of its own, so that taking one off never takes off another of the same observer.
        self._observers: tuple[tuple[Observer], ...] = ()
        self._lock: threading.Lock = threading.Lock()

    def add(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer`` with each event from now on; the returned function takes it off again."""
        added = (observer,)
        with self._lock:
            self._observers = (*self._observers, added)
        return lambda: self._remove(added)

    def _remove(self, added: tuple[Observer]) -> None:
        with self._lock:
            self._observers = tuple(each for each in self._observers if each is not added)

    def close(self) -> None:
        """Tell nobody anything from now on."""
        with self._lock:
            self._observers = ()

    def tell(
        self,
        kind: EventKind,
        *,
        run_id: str | None = None,
        step: str | None = None,
        plugin: str | None = None,
        **details: Any,
    ) -> None:
        """Make an event and hand it to every observer."""
        observers = self._observers
        if not observers:
            return
        event = Event(
            kind=kind,
            at_s=self._wall(),
            monotonic_s=self._monotonic(),
            run_id=run_id,
            step=step,
            plugin=plugin,
            details=details,
        )
        for (observer,) in observers:
            try:
                observer(event)
            except Exception:
                _log.exception("an observer of %s events raised", kind.value)
