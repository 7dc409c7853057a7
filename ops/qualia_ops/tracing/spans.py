"""Which span begins and ends with which event, whatever the order they come in.

A run has a span, each of its steps one within, and within that the plugin's own work one, unless the cache answered.
Ends that never come are made up when the run, or all, ends; ends of what never began are passed over. Within a run
times are taken from the clock that never goes back, and no span ends before those within it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import define, field

from qualia.events import Event, EventKind

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

_NS = 1_000_000_000
_REMEMBERED = 1000
"""Runs that ended of which the trace is still known: whoever logs hears of them a moment later."""
_MOST_NOTES = 100
"""What is noted on one span at most."""
_UNHEARD = "EndUnheard"
"""What is told as the error of a span whose end did not come."""
_STEP_ENDS = (EventKind.STEP_FINISHED, EventKind.STEP_FAILED, EventKind.STEP_SKIPPED)


@define(kw_only=True)
class _Open:
    """A span that has not ended."""

    span: Span
    began_ns: int
    latest_ns: int
    """When the last of what is within it ended so far."""
    thread: int
    token: Token[Context] | None = None
    """What makes the span current no more where it began."""
    notes: int = 0


@define(kw_only=True, eq=False)
class _Run:
    opened: _Open
    offset_s: float
    """What makes monotonic seconds those since 1970."""
    steps: dict[str, _Open] = field(factory=dict[str, _Open])
    is_over: bool = False

    def ns(self, event: Event) -> int:
        return max(self.opened.began_ns, int((event.monotonic_s + self.offset_s) * _NS))


class Spans:
    """Makes spans of events. Safe to share between threads; no lock is held while a span begins or ends.

    Args:
        tracer: where spans are begun.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer: Tracer = tracer
        self._runs: dict[str, _Run] = {}
        self._traces: dict[str, str] = {}
        self._order: deque[str] = deque()
        self._lock: threading.Lock = threading.Lock()

    def hear(self, event: Event) -> None:
        """Take in one event, in the thread where it happens."""
        if event.run_id is None:
            return
        if event.kind is EventKind.RUN_STARTED:
            self._begin_run(event.run_id, event)
        elif event.kind in (EventKind.RUN_FINISHED, EventKind.RUN_FAILED):
            run = self._taken(event.run_id)
            if run is not None:
                error = _error_of(event) if event.kind is EventKind.RUN_FAILED else None
                self._end_run(run, run.ns(event), error=error)
        elif event.step is not None:
            run = self._runs.get(event.run_id)
            if run is not None:
                self._hear_step(run, event.step, event)

    def span_of(self, run_id: str) -> Span | None:
        """Return the span of a run that is under way; None of any other."""
        run = self._runs.get(run_id)
        return None if run is None else run.opened.span

    def trace_id(self, run_id: str) -> str | None:
        """Return the trace of a run, 32 hexadecimal digits; None of one that is not known, or no more."""
        return self._traces.get(run_id)

    def end_all(self) -> None:
        """End what has not ended, where the last thing heard of it ended."""
        # A run may have been begun within another.
        for run_id in reversed(list(self._runs)):
            run = self._taken(run_id)
            if run is not None:
                self._end_run(run, run.opened.latest_ns, error=_UNHEARD)

    def _begin_run(self, run_id: str, event: Event) -> None:
        before = self._taken(run_id)
        if before is not None:
            # The same run cannot begin twice: the end of the first was not heard.
            self._end_run(before, before.opened.latest_ns, error=_UNHEARD)
        name, steps = str(event.details.get("name", "")), event.details.get("steps")
        facts: dict[str, str | int] = {"qualia.run_id": run_id, "qualia.pipeline": name}
        if isinstance(steps, int):
            facts["qualia.steps"] = steps
        opened = self._opened(f"qualia.run {name}", facts, int(event.at_s * _NS))
        run = _Run(opened=opened, offset_s=event.at_s - event.monotonic_s)
        with self._lock:
            self._runs[run_id] = run
            self._traces[run_id] = f"{opened.span.get_span_context().trace_id:032x}"
            self._order.append(run_id)
            while len(self._order) > _REMEMBERED:
                self._traces.pop(self._order.popleft(), None)

    def _taken(self, run_id: str) -> _Run | None:
        """Take out a run, to which no step is added from now on."""
        with self._lock:
            run = self._runs.pop(run_id, None)
            if run is not None:
                run.is_over = True
        return run

    def _end_run(self, run: _Run, at_ns: int, *, error: str | None) -> None:
        # Taken out at once: a step that was left behind may end in its own thread meanwhile.
        with self._lock:
            left, run.steps = list(run.steps.values()), {}
        for step in reversed(left):
            self._end_step(run, step, at_ns, error=_UNHEARD)
        _end(run.opened, at_ns, error=error)

    def _hear_step(self, run: _Run, step: str, event: Event) -> None:
        at_ns = run.ns(event)
        if event.kind is EventKind.STEP_STARTED:
            self._begin_step(run, step, event, at_ns)
            return
        if event.kind not in _STEP_ENDS:
            opened = run.steps.get(step)
            if opened is not None:
                _note(opened, event, at_ns)
            return
        with self._lock:
            opened = run.steps.pop(step, None)
        if opened is not None:
            at_ns = max(at_ns, opened.latest_ns)
            self._add_plugin(opened, event, at_ns)
            self._end_step(run, opened, at_ns, error=_error_of(event) if _has_failed(event) else None)

    def _begin_step(self, run: _Run, step: str, event: Event, at_ns: int) -> None:
        plugin = event.plugin or ""
        facts = {"qualia.run_id": event.run_id or "", "qualia.step": step, "qualia.plugin": plugin}
        opened = self._opened(f"qualia.step {plugin}", facts, at_ns, within=run.opened.span)
        with self._lock:
            before, is_late = run.steps.pop(step, None), run.is_over
            if not is_late:
                run.steps[step] = opened
        if before is not None:
            self._end_step(run, before, at_ns, error=_UNHEARD)
        if is_late:
            self._end_step(run, opened, at_ns, error=_UNHEARD)

    def _end_step(self, run: _Run, opened: _Open, at_ns: int, *, error: str | None) -> None:
        _end(opened, at_ns, error=error)
        run.opened.latest_ns = max(run.opened.latest_ns, at_ns, opened.latest_ns)

    def _add_plugin(self, step: _Open, event: Event, at_ns: int) -> None:
        """Add what is known of the plugin's own work, of which its step tells when it is over."""
        details = event.details
        if event.kind is EventKind.STEP_SKIPPED:
            step.span.set_attribute("qualia.skipped", value=True)
            return
        if not _has_failed(event):
            step.span.set_attribute("qualia.cached", bool(details.get("cached")))
        # What refused the call, and the cache, answered in the plugin's place.
        if details.get("cached") or (_has_failed(event) and "place" not in details):
            return
        elapsed_s: object = details.get("elapsed_s")
        spent_ns = int(elapsed_s * _NS) if isinstance(elapsed_s, float) else at_ns
        facts = {"qualia.plugin": event.plugin or "", **_place(event)}
        began_ns = max(step.began_ns, at_ns - spent_ns)
        work = self._opened(f"qualia.plugin {event.plugin}", facts, began_ns, within=step.span, is_current=False)
        _end(work, at_ns, error=_error_of(event) if _has_failed(event) else None)

    def _opened(
        self,
        name: str,
        facts: Mapping[str, str | int],
        began_ns: int,
        *,
        within: Span | None = None,
        is_current: bool = True,
    ) -> _Open:
        from opentelemetry import context
        from opentelemetry.trace import set_span_in_context

        around = None if within is None else set_span_in_context(within)
        span = self._tracer.start_span(name, context=around, attributes=facts, start_time=began_ns)
        opened = _Open(span=span, began_ns=began_ns, latest_ns=began_ns, thread=threading.get_ident())
        if is_current:
            # What libraries that the plugin calls tell of this thread becomes part of the step.
            opened.token = context.attach(set_span_in_context(span))
        return opened


def _end(opened: _Open, at_ns: int, *, error: str | None) -> None:
    from opentelemetry import context
    from opentelemetry.trace import Status, StatusCode

    if error is not None:
        opened.span.set_status(Status(StatusCode.ERROR, error))
        opened.span.set_attribute("error.type", error)
    opened.latest_ns = max(at_ns, opened.latest_ns)
    opened.span.end(opened.latest_ns)
    if opened.token is not None and opened.thread == threading.get_ident():
        context.detach(opened.token)


def _note(opened: _Open, event: Event, at_ns: int) -> None:
    """Note on a span what happened meanwhile; progress would only fill it."""
    if event.kind is EventKind.STEP_PROGRESS or opened.notes >= _MOST_NOTES:
        return
    opened.notes += 1
    at_ns = max(at_ns, opened.began_ns)
    opened.latest_ns = max(opened.latest_ns, at_ns)
    opened.span.add_event(str(event.kind), _place(event), timestamp=at_ns)


def _place(event: Event) -> Mapping[str, str]:
    place = event.details.get("place")
    return {"code.location": str(place)} if place else {}


def _has_failed(event: Event) -> bool:
    return event.kind is EventKind.STEP_FAILED


def _error_of(event: Event) -> str:
    """Return the class of an error, the plugin's own where it raised one: its sentence may quote a document."""
    named = (event.details.get(name) for name in ("cause", "error_type"))
    return next((each for each in named if isinstance(each, str) and each.isidentifier()), "Error")
