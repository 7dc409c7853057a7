"""What a log line says of an event: its level, and those of its facts that quote nothing of a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from attrs import frozen

from qualia_ops.words import _

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")

_STEP = ("elapsed_s", "cached")
_FAILURE = ("error_type", "place")
_CALL_FAILURE = ("error_type", "cause", "place")
_CLASSES = frozenset({"cause", "error_type"})
"""Details that name a class, and are told only when they can be one."""


@frozen
class _Saying:
    level: Level
    facts: tuple[str, ...] = ()
    """Which details are told; no other ever is."""


SAYINGS: Mapping[str, _Saying] = {
    "run_started": _Saying("debug", ("name", "steps")),
    "run_finished": _Saying("info", ("name",)),
    "run_failed": _Saying("error", ("name", *_CALL_FAILURE, "left")),
    "step_started": _Saying("debug"),
    "step_finished": _Saying("info", _STEP),
    "step_failed": _Saying("error", _CALL_FAILURE),
    "step_skipped": _Saying("warning"),
    "step_progress": _Saying("debug", ("done",)),
    "document_finished": _Saying("debug", ("index",)),
    "cache_hit": _Saying("debug", ("degraded",)),
    "plugin_loaded": _Saying("info"),
    "plugin_failed": _Saying("error", _FAILURE),
    "plugin_found": _Saying("info", ("generation", "version")),
    "plugin_removed": _Saying("info"),
    "plugin_reloaded": _Saying("info", ("generation", "version")),
    "plugin_retired": _Saying("debug", ("generation",)),
    "plugin_slow": _Saying("warning", ("elapsed_s", "place")),
    "reload_failed": _Saying("error", (*_FAILURE, "generation")),
    "breaker_moved": _Saying("warning", ("before", "state")),
    "warning": _Saying("warning", ("message",)),
    "events_dropped": _Saying("warning", ("dropped",)),
    "job_changed": _Saying("debug", ("state",)),
    "client_dropped": _Saying("warning", ("reason",)),
    "gap": _Saying("warning", ("first", "last")),
    "restarted": _Saying("warning"),
    "link": _Saying("info", ("state", "reason")),
}
"""What is told of each kind of event."""
_UNKNOWN = _Saying("debug")
_CLOSED = "closed"
_REFUSED = frozenset({"CircuitHeld", "CircuitOpen", "PluginBusy", "Quarantined"})
"""Errors of calls that were never made: what went wrong before has been told."""


@frozen(kw_only=True)
class Line:
    """A log line that has not been written yet."""

    kind: str
    """What happened, as a machine reads it."""
    level: Level
    at_s: float | None
    """Seconds since 1970; None for now."""
    facts: Mapping[str, Any]

    def as_facts(self, *, now_s: float) -> dict[str, Any]:
        """Return it as one mapping, as JSON shows it."""
        at_s = now_s if self.at_s is None else self.at_s
        moment = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"timestamp": moment, "level": self.level, "event": self.kind, **self.facts}


def line_of(
    kind: str,
    *,
    at_s: float | None = None,
    run: str | None = None,
    step: str | None = None,
    plugin: str | None = None,
    details: Mapping[str, Any],
    trace_of: Callable[[str], str | None] | None = None,
) -> Line:
    """Return the line that tells of an event.

    Args:
        kind: what happened.
        at_s: when, in seconds since 1970; None for now.
        run: the run it belongs to; None outside a run.
        step: the step; None for none.
        plugin: the plugin; None for none.
        details: more facts, of which only those are told that are known to quote nothing.
        trace_of: gives the trace of a run; None for no traces.
    """
    saying = SAYINGS.get(kind, _UNKNOWN)
    facts: dict[str, Any] = {
        "run_id": run,
        "trace_id": trace_of(run) if trace_of is not None and run is not None else None,
        "step": step,
        "plugin": plugin,
    }
    facts |= {name: _told(name, details.get(name)) for name in saying.facts}
    if kind == "document_finished":
        facts["outcome"] = "ok" if details.get("error") is None else "failed"
    return Line(
        kind=kind,
        level=_level(kind, details, saying),
        at_s=at_s,
        facts={name: value for name, value in facts.items() if value is not None},
    )


def _told(name: str, value: object) -> object:
    if name in _CLASSES:
        return value if isinstance(value, str) and value.isidentifier() else None
    if name == "elapsed_s" and isinstance(value, float):
        return round(value, 6)
    # Nothing that was left behind is nothing to tell of.
    return value if value != () and value != [] else None


def _level(kind: str, details: Mapping[str, Any], saying: _Saying) -> Level:
    if kind == "breaker_moved" and details.get("state") == _CLOSED:
        return "info"
    if kind == "link" and details.get("state") == "lost":
        return "warning"
    if kind == "document_finished" and details.get("error") is not None:
        return "warning"
    if saying.level == "error" and details.get("error_type") in _REFUSED:
        return "warning"
    return saying.level


def sentence(kind: str) -> str:
    """Return what happened in the language spoken; a kind that is not known says itself."""
    said = {
        "run_started": _("run started"),
        "run_finished": _("run finished"),
        "run_failed": _("run failed"),
        "step_started": _("step started"),
        "step_finished": _("step finished"),
        "step_failed": _("step failed"),
        "step_skipped": _("step skipped"),
        "step_progress": _("step goes on"),
        "document_finished": _("document finished"),
        "cache_hit": _("the cache answered"),
        "plugin_loaded": _("plugin loaded"),
        "plugin_failed": _("plugin cannot be loaded"),
        "plugin_found": _("plugin found"),
        "plugin_removed": _("plugin removed"),
        "plugin_reloaded": _("plugin reloaded"),
        "plugin_retired": _("old version let go"),
        "plugin_slow": _("plugin takes long"),
        "reload_failed": _("reload failed"),
        "breaker_moved": _("breaker changed"),
        "warning": _("warning"),
        "events_dropped": _("events were lost"),
        "job_changed": _("run or operation changed"),
        "client_dropped": _("client dropped"),
        "gap": _("events were missed"),
        "restarted": _("another host answers"),
        "link": _("link to the host"),
    }
    return said.get(kind, kind)
