"""Counts what events tell, in the thread where it happens: one lock and some additions for each.

The library's own counters lock and check for each of them, and seek a histogram's bucket one by one: that takes three
times as long, and runs would wait for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from threading import Lock

from attrs import Factory, define

from qualia.events import Event, EventKind
from qualia_ops.metrics.bounds import Bounded
from qualia_ops.metrics.families import Families
from qualia_ops.metrics.names import (
    BREAKER_MOVES,
    BUCKETS_S,
    DOCUMENTS,
    PLUGIN_CALLS_UNDER_WAY,
    PLUGIN_LOAD_FAILURES,
    PLUGIN_RELOADS,
    PLUGIN_RUN_SECONDS,
    PLUGIN_RUNS,
    PLUGIN_SLOW,
    RUN_SECONDS,
    RUNS,
    RUNS_UNDER_WAY,
    WARNINGS,
    Metric,
)

_GIVEN_UP = frozenset({"CoreClosed", "DeadlineExceeded", "RunCancelled"})
"""Errors with which a run ends that was given up; its history calls it cancelled as well."""
_REFUSED = frozenset({"CircuitHeld", "CircuitOpen", "InvalidParam", "PluginBusy", "Quarantined", "UnsupportedInput"})
"""Errors of steps in which the plugin's own work did not fail."""
_MOST_UNDER_WAY = 100_000
Place = tuple[Metric, tuple[str, ...]]
"""A metric, and the values of its labels in their order."""


@define
class _Times:
    total_s: float = 0.0
    buckets: list[int] = Factory(lambda: [0] * (len(BUCKETS_S) + 1))
    """How many fell into each, and behind the last bound."""

    def add(self, value_s: float) -> None:
        self.total_s += value_s
        self.buckets[bisect_left(BUCKETS_S, value_s)] += 1


class Counting:
    """Hears events and counts.

    Args:
        plugins: bounds the label of plugins.
    """

    def __init__(self, plugins: Bounded) -> None:
        self._plugin: Bounded = plugins
        # What has no labels is there from the beginning: a rate needs a first value.
        self._counts: dict[Place, int] = {(WARNINGS, ()): 0, **{(RUNS, (each,)): 0 for each in ("ok", "failed")}}
        self._times: dict[Place, _Times] = {(RUN_SECONDS, ()): _Times()}
        self._runs: dict[str | None, float] = {}
        self._steps: dict[tuple[str | None, str | None], str] = {}
        self._lock: Lock = Lock()
        acts: Mapping[EventKind, Callable[[Event], object]] = {
            EventKind.RUN_STARTED: self._run_started,
            EventKind.RUN_FINISHED: self._run_ended,
            EventKind.RUN_FAILED: self._run_ended,
            EventKind.STEP_STARTED: self._step_started,
            EventKind.STEP_FINISHED: self._step_finished,
            EventKind.STEP_FAILED: self._step_failed,
            EventKind.STEP_SKIPPED: self._step_skipped,
            EventKind.PLUGIN_SLOW: lambda event: self._count_plugin(PLUGIN_SLOW, event),
            EventKind.PLUGIN_FAILED: lambda event: self._count_plugin(PLUGIN_LOAD_FAILURES, event),
            EventKind.PLUGIN_RELOADED: lambda event: self._count_plugin(PLUGIN_RELOADS, event, "ok"),
            EventKind.RELOAD_FAILED: lambda event: self._count_plugin(PLUGIN_RELOADS, event, "failed"),
            EventKind.BREAKER_MOVED: self._breaker_moved,
            EventKind.DOCUMENT_FINISHED: self._document_finished,
            EventKind.WARNING: lambda _event: self._count(WARNINGS),
        }
        # By identity: the hash of an enumeration's member is computed in Python, which would be a third of the cost.
        self._acts: Mapping[int, Callable[[Event], object]] = {id(kind): act for kind, act in acts.items()}

    def hear(self, event: Event) -> None:
        """Take in one event; any thread may call."""
        act = self._acts.get(id(event.kind))
        if act is not None:
            with self._lock:
                act(event)

    def add_to(self, families: Families) -> None:
        """Add what was counted since the beginning, and what is under way now."""
        with self._lock:
            counts, under_way, runs = dict(self._counts), Tally(self._steps.values()), len(self._runs)
            times = [(place, each.total_s, tuple(each.buckets)) for place, each in self._times.items()]
        families.add(RUNS_UNDER_WAY, runs)
        for (metric, values), count in counts.items():
            families.add(metric, count, **dict(zip(metric.labels, values, strict=True)))
            if metric is PLUGIN_RUNS:
                # Nothing under way is a figure as well.
                families.add(PLUGIN_CALLS_UNDER_WAY, 0, plugin=values[0])
        for plugin, count in under_way.items():
            families.add(PLUGIN_CALLS_UNDER_WAY, count, plugin=plugin)
        for (metric, values), total_s, buckets in times:
            families.add_histogram(metric, buckets, total_s, **dict(zip(metric.labels, values, strict=True)))

    def _count(self, metric: Metric, *values: str) -> None:
        place = metric, values
        self._counts[place] = self._counts.get(place, 0) + 1

    def _run_started(self, event: Event) -> None:
        if len(self._runs) < _MOST_UNDER_WAY:
            self._runs[event.run_id] = event.monotonic_s

    def _run_ended(self, event: Event) -> None:
        outcome = "ok"
        if event.kind is EventKind.RUN_FAILED:
            outcome = "cancelled" if event.details.get("error_type") in _GIVEN_UP else "failed"
        self._count(RUNS, outcome)
        began_s = self._runs.pop(event.run_id, None)
        if began_s is not None:
            self._times[RUN_SECONDS, ()].add(max(0.0, event.monotonic_s - began_s))

    def _step_started(self, event: Event) -> None:
        if len(self._steps) < _MOST_UNDER_WAY:
            self._steps[event.run_id, event.step] = self._plugin(event.plugin or "")

    def _step_finished(self, event: Event) -> None:
        plugin = self._ended(event)
        if event.details.get("cached"):
            self._count(PLUGIN_RUNS, plugin, "cached")
            return
        self._count(PLUGIN_RUNS, plugin, "ok")
        place = PLUGIN_RUN_SECONDS, (plugin,)
        (self._times.get(place) or self._times.setdefault(place, _Times())).add(event.details.get("elapsed_s", 0.0))

    def _step_failed(self, event: Event) -> None:
        # Closing a plugin may fail as well, and is no step of a run.
        if event.run_id is not None:
            error = event.details.get("error_type")
            outcome = "refused" if error in _REFUSED else "cancelled" if error in _GIVEN_UP else "failed"
            self._count(PLUGIN_RUNS, self._ended(event), outcome)

    def _step_skipped(self, event: Event) -> None:
        self._count(PLUGIN_RUNS, self._ended(event), "skipped")

    def _ended(self, event: Event) -> str:
        """Return the plugin's label of a step that is no longer under way."""
        return self._steps.pop((event.run_id, event.step), None) or self._plugin(event.plugin or "")

    def _count_plugin(self, metric: Metric, event: Event, *values: str) -> None:
        self._count(metric, self._plugin(event.plugin or ""), *values)

    def _breaker_moved(self, event: Event) -> None:
        self._count_plugin(BREAKER_MOVES, event, str(event.details.get("state")))

    def _document_finished(self, event: Event) -> None:
        self._count(DOCUMENTS, "ok" if event.details.get("error") is None else "failed")
