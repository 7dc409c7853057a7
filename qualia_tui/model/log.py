"""Events of a host as lines of a log: their level, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Literal

from attrs import field, frozen

from qualia.client import HostEvent
from qualia_tui.model import facts
from qualia_tui.model.amounts import duration
from qualia_tui.model.texts import figure
from qualia_tui.words import translated

_SENTENCES = ("message", "error", "reason", "told")
"""Details that are sentences; a line begins with the first it has."""
_LEFT_OUT = frozenset({*_SENTENCES, "name", "cause", "error_type", "excerpt", "code_hash", "trace", "source", "looks"})
_NOTHING: tuple[object, ...] = (None, "", (), [], {})
Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
_LEVELS: Mapping[str, Level] = {
    "run_failed": "error",
    "step_failed": "error",
    "plugin_failed": "error",
    "reload_failed": "error",
    "run_started": "debug",
    "step_finished": "debug",
    "plugin_retired": "debug",
    "step_progress": "debug",
    "step_started": "debug",
    "cache_hit": "debug",
    "document_finished": "debug",
    "warning": "warning",
    "plugin_slow": "warning",
    "step_skipped": "warning",
    "events_dropped": "warning",
    "client_dropped": "warning",
    "gap": "warning",
    "restarted": "warning",
}


@frozen(kw_only=True)
class LogLine:
    """One event, ready to be shown."""

    seq: int
    at_s: float | None
    """Seconds since 1970; None of what the link itself says."""
    level: Level
    kind: str
    plugin: str
    run: str
    step: str
    details: Mapping[str, Any] = field(factory=dict[str, Any])


def log_line(event: HostEvent) -> LogLine:
    """Return an event as a line of the log."""
    return LogLine(
        seq=event.seq,
        at_s=event.at_s,
        level=_level(event),
        kind=event.kind,
        plugin=event.plugin or "",
        run=event.run or event.run_id or "",
        step=event.step or "",
        details=event.details,
    )


def _level(event: HostEvent) -> Level:
    state = event.details.get("state")
    if event.details.get("error_type") == "RunCancelled":
        # Somebody wanted that.
        return "warning"
    if event.kind == "breaker_moved":
        return "info" if state == "closed" else "warning"
    if event.kind == "link":
        return "info" if state == "live" else "warning"
    if event.kind == "job_changed":
        return _level_of_job(event)
    return _LEVELS.get(event.kind, "info")


def subject(entry: LogLine) -> str:
    """Return the plugin a line is about, or the run or operation by its name."""
    return entry.plugin or facts.text(entry.details, "name")


def _level_of_job(event: HostEvent) -> Level:
    details, is_run = event.details, facts.text(event.details, "job", "run") == "run"
    if facts.text(details, "state") in {"failed", "lost"}:
        # One that began has told why it failed already.
        return "debug" if is_run and event.run_id and facts.text(details, "state") == "failed" else "error"
    # How runs go, their own events tell, and of what only looks there is nothing to tell.
    is_told = is_run or details.get("looks") is True
    state = facts.text(details, "state")
    if state in {"waiting", "running"} or (is_told and state != "cancelled"):
        return "debug"
    return "info"


def sentence(entry: LogLine) -> str:
    """Return what a line says beside its kind, plugin and step: the details that fit a line, as ``name=value``."""
    told = entry.details
    first = translated(next((str(told[name]) for name in _SENTENCES if told.get(name)), ""))
    # The plugin stands beside it, and the place at the end: what went wrong comes first.
    place = facts.text(told, "place")
    _before, is_placed, what = first.partition(f"{place}: ") if place else ("", "", "")
    first = what if is_placed else first
    rest = (_short(name, value) for name, value in told.items() if name not in _LEFT_OUT and value not in _NOTHING)
    return " ".join((first, *rest)).strip()


def _short(name: str, value: object) -> str:
    if name == "elapsed_s" and isinstance(value, (int, float)):
        return duration(value)
    if name == "place":
        return f"({PurePath(str(value)).name})"
    return f"{name}={figure(value)}"


def admits(entry: LogLine, *, level: Level, wanted: str) -> bool:
    """Return whether a filter lets a line through.

    Args:
        entry: the line.
        level: the least level that is shown.
        wanted: part of the kind, plugin, step or sentence, in any case; with ``!`` before it what has none of it.
    """
    if LEVELS.index(entry.level) < LEVELS.index(level):
        return False
    return matches(wanted, entry.kind, subject(entry), entry.step, entry.run, sentence(entry))


def matches(wanted: str, *texts: str) -> bool:
    """Return whether one of the texts holds what is wanted, in any case; after ``!`` whether none does."""
    inverse = wanted.startswith("!")
    asked = wanted.removeprefix("!").casefold()
    if not asked:
        return True
    return any(asked in text.casefold() for text in texts) is not inverse
