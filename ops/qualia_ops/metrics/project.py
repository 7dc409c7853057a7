"""Figures of a project: what its running host knows, or what can be seen without one, and what its log has counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from qualia.errors import HistoryUnreadable
from qualia.health import HealthReport
from qualia.history import DayCount, History
from qualia.host.look import looked
from qualia_ops.metrics.bounds import Bounded
from qualia_ops.metrics.families import Families
from qualia_ops.metrics.looks import add_cache_facts, add_report
from qualia_ops.metrics.names import (
    HOST_RUNS,
    HOST_UP,
    LOOKED_AT,
    MOST_COMPONENTS,
    MOST_PLUGINS,
    PLUGIN_RUN_SECONDS,
    PLUGIN_RUNS,
)

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

_DAYS = 20_000
"""Back to before there were computers of this kind: all that the log has counted."""


@frozen(kw_only=True)
class Seen:
    """What is known of a project at one moment."""

    project: str
    """What the label of every figure calls it."""
    report: HealthReport
    at_s: float
    """Seconds since 1970."""
    runs: tuple[str, ...] | None = None
    """The state of each run that its host has under way; None when no host runs."""
    days: tuple[DayCount, ...] = field(default=())

    def collect(self) -> Iterator[Family]:
        """Yield the figures, as a registry would."""
        families, plugins = Families({"project": self.project}), Bounded(MOST_PLUGINS)
        _add_days(families, self.days, plugins)
        add_report(families, self.report, plugins, Bounded(MOST_COMPONENTS), is_live=self.runs is not None)
        add_cache_facts(families, self.report, is_live=self.runs is not None)
        families.add(HOST_UP, float(self.runs is not None))
        if self.runs is not None:
            for state in ("waiting", "running"):
                families.add(HOST_RUNS, self.runs.count(state), state=state)
        families.add(LOOKED_AT, self.at_s)
        return families.collected()


def seen(
    project: Path,
    state_dir: Path | None,
    *,
    name: str = "",
    environ: Mapping[str, str] = os.environ,
    wall: Callable[[], float] = time.time,
) -> Seen:
    """Look at a project: ask its host when one runs, else look at what it keeps.

    Args:
        project: its folder.
        state_dir: its state folder; None when nothing is kept.
        name: what the label calls it; empty for the name of its folder.
        environ: the environment.
        wall: seconds since 1970.

    Raises:
        QualiaError: it cannot be looked at.
    """
    found = looked(project, environ)
    runs = None if found.host is None else tuple(str(each.get("state")) for each in found.runs)
    days: tuple[DayCount, ...] = ()
    if state_dir is not None and (state_dir / "history.db").exists():
        days = _days(state_dir / "history.db", wall)
    called = (name or project.resolve().name).encode("utf-8", "backslashreplace").decode()
    return Seen(project=called, report=found.report, runs=runs, days=days, at_s=wall())


def _days(path: Path, wall: Callable[[], float]) -> tuple[DayCount, ...]:
    log = History(path, wall=wall, warn=lambda _sentence: None)
    try:
        return log.daily(days=_DAYS)
    except HistoryUnreadable:
        # Health says so; figures that are missing are better than none at all.
        return ()
    finally:
        log.close()


def _add_days(families: Families, days: Iterable[DayCount], plugins: Bounded) -> None:
    """Add up what the log has counted; who came first keeps a label of its own, so that no count ever sinks."""
    for each in sorted(days, key=lambda day: (day.day, day.plugin, day.outcome)):
        plugin = plugins(each.plugin)
        if each.outcome != "ok":
            families.add(PLUGIN_RUNS, each.steps, plugin=plugin, outcome=each.outcome)
            continue
        families.add(PLUGIN_RUNS, each.steps - each.cached, plugin=plugin, outcome="ok")
        families.add(PLUGIN_RUNS, each.cached, plugin=plugin, outcome="cached")
        families.add_times(PLUGIN_RUN_SECONDS, count=each.steps - each.cached, total_s=each.total_s, plugin=plugin)
