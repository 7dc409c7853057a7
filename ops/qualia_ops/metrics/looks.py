"""What a health report says, as figures."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from qualia.cache import CacheStats
from qualia.health import Component, HealthReport, Status
from qualia.history import History
from qualia_ops.metrics.bounds import Bounded
from qualia_ops.metrics.families import Families
from qualia_ops.metrics.names import (
    BACKUP_NEWEST,
    BACKUP_NEWEST_VERIFIED,
    BACKUP_VERIFIED,
    BACKUPS,
    BREAKER_STATE,
    BUILD_INFO,
    CACHE_BYTES,
    CACHE_ENTRIES,
    CACHE_ERRORS,
    CACHE_EVICTIONS,
    CACHE_HITS,
    CACHE_LIMIT,
    CACHE_MISSES,
    DISK_FREE,
    DISK_SIZE,
    HEALTH,
    HISTORY_BYTES,
    HISTORY_NEWEST,
    HISTORY_WRITES,
    MEMORY_LIMIT,
    MEMORY_USED,
    OTHER,
    PLUGINS,
    PLUGINS_BY_STATUS,
    Metric,
)

STATUSES: tuple[str, ...] = get_args(Status)
STATES = ("enabled", "loaded", "failing", "disabled", "unavailable")
BREAKER_STATES = ("closed", "open", "half_open", "forced_open", "disabled")
_OVERALL = "overall"


def add_report(
    families: Families, report: HealthReport, plugins: Bounded, components: Bounded, *, is_live: bool = True
) -> None:
    """Add what a report says of the whole and of each component.

    Args:
        families: where it is added.
        report: the report.
        plugins: bounds the label of plugins.
        components: bounds the label of components.
        is_live: whether it is that of an engine at work; of one that was only made to look, its breakers, its memory
            and how long it has run say nothing.
    """
    families.add(BUILD_INFO, 1, version=report.engine, python=platform.python_version())
    states, verdicts = dict.fromkeys(STATES, 0), dict.fromkeys(STATUSES, 0)
    _add_status(families, _OVERALL, report.status)
    for each in report.components:
        if each.plugin is None:
            # The verdict has this name, and nothing that a stranger's check calls itself may be added to it.
            name = OTHER if each.name == _OVERALL else components(each.name)
            _add_status(families, name, each.status)
            continue
        verdicts[each.status] += 1
        state = str(each.facts.get("state"))
        if state in states:
            states[state] += 1
        breaker = each.facts.get("breaker")
        if is_live and breaker in BREAKER_STATES:
            known = {state: state == breaker for state in BREAKER_STATES}
            families.add_states(BREAKER_STATE, "state", known, plugin=plugins(each.plugin))
    for state, count in states.items():
        families.add(PLUGINS, count, state=state)
    for status, count in verdicts.items():
        families.add(PLUGINS_BY_STATUS, count, status=status)
    _add_facts(families, report, is_live=is_live)


def add_cache(families: Families, rows: Iterable[CacheStats]) -> None:
    """Add how a cache is used, tier by tier."""
    for row in rows:
        families.add(CACHE_ENTRIES, row.entries, cache=row.name)
        families.add(CACHE_BYTES, row.size_bytes, cache=row.name)
        families.add(CACHE_LIMIT, row.max_bytes, cache=row.name)
        families.add(CACHE_HITS, row.hits, cache=row.name)
        families.add(CACHE_MISSES, row.misses, cache=row.name)
        families.add(CACHE_EVICTIONS, row.evictions, cache=row.name)
        families.add(CACHE_ERRORS, row.errors + row.damaged, cache=row.name)


def add_history(families: Families, history: History) -> None:
    """Add how often this process wrote into the log of runs."""
    families.add(HISTORY_WRITES, history.written, outcome="ok")
    families.add(HISTORY_WRITES, history.unwritten, outcome="failed")


def add_cache_facts(families: Families, report: HealthReport, *, is_live: bool) -> None:
    """Add what a report says of the caches. How they are used, only an engine at work knows."""
    cache = report.component("cache")
    names = [name for name in ("memory", "disk") if cache is not None and f"{name}_bytes" in cache.facts]
    if not is_live:
        names = [name for name in names if name == "disk"]
    for name in names:
        _add(families, CACHE_BYTES, cache, f"{name}_bytes", cache=name)
        if is_live:
            _add(families, CACHE_HITS, cache, f"{name}_hits", cache=name)
    # The report tells the rest of the last one alone: what that does not have was missed.
    for last in names[-1:]:
        _add(families, CACHE_ENTRIES, cache, "entries", cache=last)
        _add(families, CACHE_LIMIT, cache, "limit_bytes", cache=last)
        if is_live:
            _add(families, CACHE_MISSES, cache, "misses", cache=last)
            _add(families, CACHE_EVICTIONS, cache, "evictions", cache=last)
            _add(families, CACHE_ERRORS, cache, "errors", cache=last)
            _add(families, CACHE_ERRORS, cache, "damaged", cache=last)


def _add_status(families: Families, component: str, status: str) -> None:
    families.add_states(HEALTH, "status", {each: each == status for each in STATUSES}, component=component)


def _add_facts(families: Families, report: HealthReport, *, is_live: bool) -> None:
    disk, memory, backups, history = map(_facts(report).get, ("disk", "memory", "backups", "history"))
    _add(families, DISK_FREE, disk, "free_bytes")
    _add(families, DISK_SIZE, disk, "total_bytes")
    if is_live:
        _add(families, MEMORY_USED, memory, "used_bytes")
        _add(families, MEMORY_LIMIT, memory, "limit_bytes")
    _add(families, BACKUPS, backups, "count")
    _add(families, BACKUP_NEWEST, backups, "newest_at_s")
    _add(families, BACKUP_VERIFIED, backups, "verified")
    _add(families, BACKUP_NEWEST_VERIFIED, backups, "newest_verified_at_s")
    _add(families, HISTORY_BYTES, history, "bytes")
    _add(families, HISTORY_NEWEST, history, "latest_run_s")


def _facts(report: HealthReport) -> Mapping[str, Component]:
    return {each.name: each for each in report.components}


def _add(families: Families, metric: Metric, component: Component | None, fact: str, **labels: str) -> None:
    value: Any = None if component is None else component.facts.get(fact)
    if isinstance(value, (int, float)) and math.isfinite(value):
        families.add(metric, value, **labels)
