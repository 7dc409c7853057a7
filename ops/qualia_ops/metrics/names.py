"""The metrics there are: name, type, help, labels and buckets of each, declared once.

Exposition, dashboard, alert rules and the reference page are all held against this table. Names and units follow the
conventions of Prometheus: base units in the name, ``_total`` behind counters, times as timestamps instead of ages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

Kind = Literal["counter", "gauge", "histogram"]
Origin = Literal["program", "project"]
"""Who exposes it: a program that embeds Qualia, through `qualia_ops.metrics.attach`, or ``qualia metrics``."""

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Bounds of the buckets of seconds: a word count takes a millisecond, a model minutes."""
MOST_PLUGINS = 200
"""Plugins that have a label of their own; the others share `OTHER`."""
MOST_COMPONENTS = 40
"""Components of health, without plugins, that have a label of their own."""
OTHER = "other"

_EVERYWHERE: tuple[Origin, ...] = ("program", "project")


@frozen(kw_only=True, eq=False)
class Metric:
    """One metric."""

    name: str
    """As it is exposed; a histogram's series end in ``_bucket``, ``_sum`` and ``_count``."""
    kind: Kind
    help: str
    labels: Mapping[str, str] = MappingProxyType({})
    """Its labels, each with the values it may have, in words."""
    origins: tuple[Origin, ...] = _EVERYWHERE

    @property
    def family(self) -> str:
        """Its name without what a counter's samples add."""
        return self.name.removesuffix("_total")


def _labels(**told: str) -> Mapping[str, str]:
    return MappingProxyType(told)


_PLUGIN = "id of the plugin; `other` beyond 200"
_OUTCOMES = (
    "`ok`, `cached` (the cache answered), `failed` (the plugin did), `refused` (by breaker, quarantine or queue, or "
    "the input does not suit), `cancelled`, `skipped`; the log of a project calls the refused and cancelled ones failed"
)
_CACHE = "`memory`, `disk`, or the name of one of your own"
_IN_PROGRAMS: tuple[Origin, ...] = ("program",)
_OF_PROJECTS: tuple[Origin, ...] = ("project",)

BUILD_INFO = Metric(
    name="qualia_build_info",
    kind="gauge",
    help="Version of the engine and of Python; always 1.",
    labels=_labels(version="of the engine", python="of Python"),
)
RUNS = Metric(
    name="qualia_runs_total",
    kind="counter",
    help="Runs that ended, by outcome.",
    labels=_labels(outcome="`ok`, `failed`, `cancelled`"),
    origins=_IN_PROGRAMS,
)
RUN_SECONDS = Metric(
    name="qualia_run_seconds",
    kind="histogram",
    help="Wall time of whole runs, whatever their outcome.",
    origins=_IN_PROGRAMS,
)
RUNS_UNDER_WAY = Metric(
    name="qualia_runs_under_way", kind="gauge", help="Runs that have begun and not ended.", origins=_IN_PROGRAMS
)
PLUGIN_RUNS = Metric(
    name="qualia_plugin_runs_total",
    kind="counter",
    help="Steps that ended, by plugin and outcome.",
    labels=_labels(plugin=_PLUGIN, outcome=_OUTCOMES),
)
PLUGIN_RUN_SECONDS = Metric(
    name="qualia_plugin_run_seconds",
    kind="histogram",
    help="Time a plugin took for an answer that was computed.",
    labels=_labels(plugin=_PLUGIN),
)
PLUGIN_CALLS_UNDER_WAY = Metric(
    name="qualia_plugin_runs_under_way",
    kind="gauge",
    help="Steps that have begun and not ended, by plugin.",
    labels=_labels(plugin=_PLUGIN),
    origins=_IN_PROGRAMS,
)
PLUGIN_SLOW = Metric(
    name="qualia_plugin_slow_calls_total",
    kind="counter",
    help="Calls that were told of as slow while they were under way.",
    labels=_labels(plugin=_PLUGIN),
    origins=_IN_PROGRAMS,
)
PLUGIN_LOAD_FAILURES = Metric(
    name="qualia_plugin_load_failures_total",
    kind="counter",
    help="Times a plugin could not be loaded when it was needed.",
    labels=_labels(plugin=_PLUGIN),
    origins=_IN_PROGRAMS,
)
PLUGIN_RELOADS = Metric(
    name="qualia_plugin_reloads_total",
    kind="counter",
    help="Changes of a plugin's files that were taken up, or could not be.",
    labels=_labels(plugin=_PLUGIN, outcome="`ok`, `failed` (the version before goes on answering)"),
    origins=_IN_PROGRAMS,
)
PLUGINS = Metric(
    name="qualia_plugins",
    kind="gauge",
    help="Plugins by state.",
    labels=_labels(state="`enabled`, `loaded`, `failing`, `disabled`, `unavailable`"),
)
PLUGINS_BY_STATUS = Metric(
    name="qualia_plugins_by_status",
    kind="gauge",
    help="Plugins by what health says of them.",
    labels=_labels(status="`ok`, `degraded`, `failing`, `unknown`"),
)
BREAKER_STATE = Metric(
    name="qualia_breaker_state",
    kind="gauge",
    help="1 for the state a plugin's breaker is in, 0 for the others.",
    labels=_labels(plugin=_PLUGIN, state="`closed`, `open`, `half_open`, `forced_open`, `disabled`"),
)
BREAKER_MOVES = Metric(
    name="qualia_breaker_transitions_total",
    kind="counter",
    help="Times a plugin's breaker came into a state.",
    labels=_labels(plugin=_PLUGIN, state="the state it came into"),
    origins=_IN_PROGRAMS,
)
DOCUMENTS = Metric(
    name="qualia_documents_total",
    kind="counter",
    help="Documents of a map that ended, by outcome.",
    labels=_labels(outcome="`ok`, `failed`"),
    origins=_IN_PROGRAMS,
)
WARNINGS = Metric(
    name="qualia_warnings_total",
    kind="counter",
    help="Warnings the engine told, such as a history that cannot be written.",
    origins=_IN_PROGRAMS,
)
CACHE_HITS = Metric(
    name="qualia_cache_hits_total",
    kind="counter",
    help="Results a cache had.",
    labels=_labels(cache=_CACHE),
)
CACHE_MISSES = Metric(
    name="qualia_cache_misses_total",
    kind="counter",
    help="Results a cache was asked for and did not have.",
    labels=_labels(cache=_CACHE),
)
CACHE_EVICTIONS = Metric(
    name="qualia_cache_evictions_total",
    kind="counter",
    help="Results that made room for others.",
    labels=_labels(cache=_CACHE),
)
CACHE_ERRORS = Metric(
    name="qualia_cache_errors_total",
    kind="counter",
    help="Times a cache could not be read or written, or held something damaged; each was a miss.",
    labels=_labels(cache=_CACHE),
)
CACHE_ENTRIES = Metric(
    name="qualia_cache_entries", kind="gauge", help="Results a cache holds.", labels=_labels(cache=_CACHE)
)
CACHE_BYTES = Metric(
    name="qualia_cache_size_bytes",
    kind="gauge",
    help="Room the results of a cache take.",
    labels=_labels(cache=_CACHE),
)
CACHE_LIMIT = Metric(
    name="qualia_cache_limit_bytes",
    kind="gauge",
    help="Room the results of a cache may take.",
    labels=_labels(cache=_CACHE),
)
HISTORY_WRITES = Metric(
    name="qualia_history_writes_total",
    kind="counter",
    help="Runs this process wrote into the log, or could not.",
    labels=_labels(outcome="`ok`, `failed`"),
    origins=_IN_PROGRAMS,
)
HISTORY_BYTES = Metric(name="qualia_history_size_bytes", kind="gauge", help="Size of the file of the log of runs.")
HISTORY_NEWEST = Metric(
    name="qualia_history_newest_run_timestamp_seconds", kind="gauge", help="When the newest run in the log began."
)
HEALTH = Metric(
    name="qualia_health_status",
    kind="gauge",
    help="1 for the status a component is in, 0 for the others; `overall` is the verdict.",
    labels=_labels(
        component="`overall`, `engine`, `cache`, `history`, `disk`, `memory`, `backups` ...; `other` beyond 40",
        status="`ok`, `degraded`, `failing`, `unknown`",
    ),
)
DISK_FREE = Metric(name="qualia_disk_free_bytes", kind="gauge", help="Free room where the project's state is kept.")
DISK_SIZE = Metric(name="qualia_disk_size_bytes", kind="gauge", help="Size of the disk the project's state is kept on.")
MEMORY_USED = Metric(name="qualia_memory_used_bytes", kind="gauge", help="Memory the process holds.")
MEMORY_LIMIT = Metric(name="qualia_memory_limit_bytes", kind="gauge", help="Memory the process may use.")
BACKUPS = Metric(name="qualia_backups", kind="gauge", help="Snapshots there are.")
BACKUP_NEWEST = Metric(
    name="qualia_backup_newest_timestamp_seconds",
    kind="gauge",
    help="When the newest snapshot was made; its age is time() minus this.",
)
BACKUP_VERIFIED = Metric(
    name="qualia_backup_verified", kind="gauge", help="1 when the newest snapshot was read through and found whole."
)
BACKUP_NEWEST_VERIFIED = Metric(
    name="qualia_backup_newest_verified_timestamp_seconds",
    kind="gauge",
    help="When the newest snapshot was made that was read through and found whole.",
)
HOST_UP = Metric(
    name="qualia_host_up",
    kind="gauge",
    help="1 when a host of the project runs, which alone knows breakers, memory and how the cache is used.",
    origins=_OF_PROJECTS,
)
HOST_RUNS = Metric(
    name="qualia_host_runs",
    kind="gauge",
    help="Runs that clients began on the host and that have not ended.",
    labels=_labels(state="`waiting`, `running`"),
    origins=_OF_PROJECTS,
)
LOOKED_AT = Metric(
    name="qualia_metrics_timestamp_seconds",
    kind="gauge",
    help="When these figures were put together; old figures mean that nobody writes them any more.",
    origins=_OF_PROJECTS,
)

METRICS: tuple[Metric, ...] = (
    BUILD_INFO,
    RUNS,
    RUN_SECONDS,
    RUNS_UNDER_WAY,
    PLUGIN_RUNS,
    PLUGIN_RUN_SECONDS,
    PLUGIN_CALLS_UNDER_WAY,
    PLUGIN_SLOW,
    PLUGIN_LOAD_FAILURES,
    PLUGIN_RELOADS,
    PLUGINS,
    PLUGINS_BY_STATUS,
    BREAKER_STATE,
    BREAKER_MOVES,
    DOCUMENTS,
    WARNINGS,
    CACHE_HITS,
    CACHE_MISSES,
    CACHE_EVICTIONS,
    CACHE_ERRORS,
    CACHE_ENTRIES,
    CACHE_BYTES,
    CACHE_LIMIT,
    HISTORY_WRITES,
    HISTORY_BYTES,
    HISTORY_NEWEST,
    HEALTH,
    DISK_FREE,
    DISK_SIZE,
    MEMORY_USED,
    MEMORY_LIMIT,
    BACKUPS,
    BACKUP_NEWEST,
    BACKUP_VERIFIED,
    BACKUP_NEWEST_VERIFIED,
    HOST_UP,
    HOST_RUNS,
    LOOKED_AT,
)
"""Every metric, in the order it is exposed in."""
