"""What happens during a run, as frozen facts, and the one way to hear of it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from enum import StrEnum
from typing import Any, TypeVar

from attrs import field, frozen

from qualia._values import frozen_mapping

T = TypeVar("T")

_FLUSH_S = 0.05
_CLOSE_S = 1.0
_IDLE_S = 5.0


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
    PLUGIN_FAILED = "plugin_failed"
    PLUGIN_FOUND = "plugin_found"
    PLUGIN_REMOVED = "plugin_removed"
    PLUGIN_RELOADED = "plugin_reloaded"
    PLUGIN_RETIRED = "plugin_retired"
    PLUGIN_SLOW = "plugin_slow"
    RELOAD_FAILED = "reload_failed"
    BREAKER_MOVED = "breaker_moved"
    WARNING = "warning"
    EVENTS_DROPPED = "events_dropped"


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
    """Who listens. Each is isolated: one that raises is logged, one that is slow is waited for by nobody.

    Args:
        wall: seconds since 1970.
        monotonic: seconds that never go back.
    """

    def __init__(self, *, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._wall: Callable[[], float] = wall
        self._monotonic: Callable[[], float] = monotonic
        self._observers: tuple[_Direct | _Queued, ...] = ()
        self._taps: Mapping[EventKind, Callable[[str, Mapping[str, Any]], object]] = {}
        self._lock: threading.Lock = threading.Lock()

    def tap(self, taps: Mapping[EventKind, Callable[[str, Mapping[str, Any]], object]]) -> None:
        """Have the engine itself count facts about plugins, on the spot and without an event being made.

        Args:
            taps: what takes a plugin's id and the details, for each kind that is counted.
        """
        self._taps = taps

    def add(self, observer: Observer, *, wait: bool = False, queue: int = 1000) -> Callable[[], None]:
        """Tell ``observer`` of each event from now on; the returned function takes it off again.

        Args:
            observer: takes one event.
            wait: whether it is called where the event happens, before that goes on, and perhaps by several threads at
                once; otherwise it is called by one thread of its own, in order.
            queue: events that may wait for it; when there are more, the oldest are dropped and an ``events_dropped``
                event tells how many.

        Raises:
            ValueError: ``queue`` is less than 1.
        """
        if queue < 1:
            raise ValueError(f"queue must be at least 1, not {queue}")
        added = _Direct(observer) if wait else _Queued(observer, queue, self._dropped)
        with self._lock:
            self._observers = (*self._observers, added)
        return lambda: self._remove(added)

    def _remove(self, added: _Direct | _Queued) -> None:
        with self._lock:
            self._observers = tuple(each for each in self._observers if each is not added)
        added.close(_FLUSH_S)

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._observers)

    def flush(self) -> None:
        """Let observers hear what has happened, for a moment; one that is behind already is not waited for."""
        until_s = time.monotonic() + _FLUSH_S
        for each in self._observers:
            each.flush(max(0.0, until_s - time.monotonic()))

    def close(self) -> None:
        """Let observers hear what has happened, for a second at most, and tell nobody anything from now on."""
        with self._lock:
            observers, self._observers = self._observers, ()
        until_s = time.monotonic() + _CLOSE_S
        for each in observers:
            each.close(max(0.0, until_s - time.monotonic()))

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
        tap = self._taps.get(kind)
        if tap is not None and plugin is not None:
            tap(plugin, details)
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
        for each in observers:
            each.tell(event)

    def _dropped(self, count: int) -> Event:
        return Event(
            kind=EventKind.EVENTS_DROPPED,
            at_s=self._wall(),
            monotonic_s=self._monotonic(),
            details={"dropped": count},
        )


class _Direct:
    """An observer that is called where the event happens."""

    def __init__(self, observer: Observer) -> None:
        self._observer: Observer = observer

    def tell(self, event: Event) -> None:
        tell_safely(self._observer, event)

    def flush(self, within_s: float) -> None:
        """Do nothing: it has heard everything."""

    def close(self, within_s: float) -> None:
        """Do nothing: it has heard everything."""


class _Queued:
    """An observer with a bounded queue, and a thread as long as there is something to tell."""

    def __init__(self, observer: Observer, most: int, dropped: Callable[[int], Event]) -> None:
        self._observer: Observer = observer
        self._most: int = most
        self._notice: Callable[[int], Event] = dropped
        # It is told in the context it was added in: that decides, say, the language of what it prints.
        self._context: Context = copy_context()
        self._begin()

    def _begin(self) -> None:
        self._pid: int = os.getpid()
        self._events: deque[Event] = deque()
        self._lost: int = 0
        self._thread: threading.Thread | None = None
        self._is_telling: bool = False
        self._is_behind: bool = False
        self._is_closed: bool = False
        lock = threading.Lock()
        self._more: threading.Condition = threading.Condition(lock)
        self._told: threading.Condition = threading.Condition(lock)

    def tell(self, event: Event) -> None:
        """Put an event into the queue; the oldest goes when it is full."""
        if self._pid != os.getpid():
            # A forked child has its parent's queue, but not the thread that empties it.
            self._begin()
        with self._more:
            if self._is_closed:
                return
            if len(self._events) == self._most:
                self._events.popleft()
                self._lost += 1
            self._events.append(event)
            if self._thread is None:
                self._start()
            else:
                self._more.notify()

    def _start(self) -> None:
        # A copy: the thread before this one may not have left the context yet.
        run = self._context.copy().run
        thread = threading.Thread(target=run, args=(self._deliver,), name="qualia-events", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # An interpreter that is ending starts no thread; then nobody hears, and nothing else is harmed.
            self._events.clear()
            return
        self._thread = thread

    def _deliver(self) -> None:
        while True:
            with self._more:
                self._is_telling = False
                if not self._events:
                    self._is_behind = False
                    self._told.notify_all()
                self._more.wait_for(lambda: self._events or self._is_closed, _IDLE_S)
                if not self._events:
                    # Without anything to tell for a while it goes, so that nothing holds a forgotten observer.
                    self._thread = None
                    return
                event, self._is_telling = self._events.popleft(), True
                lost, self._lost = self._lost, 0
            if lost:
                tell_safely(self._observer, self._notice(lost))
            tell_safely(self._observer, event)

    def flush(self, within_s: float) -> None:
        """Wait until all is told; not again, once that took too long, before it has caught up."""
        if self._pid == os.getpid() and self._thread is not threading.current_thread():
            with self._told:
                if not self._is_behind:
                    done = self._told.wait_for(lambda: not self._events and not self._is_telling, within_s)
                    self._is_behind = not done

    def close(self, within_s: float) -> None:
        """Wait until all is told, then forget what is not and end the thread."""
        if self._pid != os.getpid():
            return
        until_s = time.monotonic() + within_s
        self._is_behind = False
        self.flush(within_s)
        with self._more:
            self._is_closed = True
            self._events.clear()
            self._more.notify()
            thread = None if self._is_telling else self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.05, until_s - time.monotonic()))


def tell_safely(observer: Callable[[T], object], fact: T) -> None:
    """Hand one fact to one observer; what it raises is logged and harms nobody."""
    try:
        observer(fact)
    except Exception:
        import logging

        log = logging.getLogger("qualia.events")
        log.exception("an observer of %s events raised", getattr(fact, "kind", type(fact).__name__))
