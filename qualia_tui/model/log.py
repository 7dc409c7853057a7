"""Events of a host as lines of a log: their level, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from qualia.client import HostEvent

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")
_LEVELS: Mapping[str, Level] = {
    "run_failed": "error",
    "step_failed": "error",
    "plugin_failed": "error",
    "reload_failed": "error",
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
    if event.kind == "breaker_moved":
        return "info" if state == "closed" else "warning"
    if event.kind == "link":
        return "info" if state == "live" else "warning"
    if event.kind == "job_changed" and state in {"failed", "lost"}:
        return "error"
    return _LEVELS.get(event.kind, "info")


def sentence(entry: LogLine) -> str:
    """Return what a line says beside its kind, plugin and step: the details that fit a line, as ``name=value``."""
    told = entry.details
    first = next((str(told[name]) for name in ("message", "error", "reason", "told") if told.get(name)), "")
    rest = (
        f"{name}={_short(value)}"
        for name, value in told.items()
        if name not in {"message", "error", "reason", "told", "trace", "source"} and value not in (None, "", (), {})
    )
    return " ".join((first, *rest)).strip()


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def admits(entry: LogLine, *, level: Level, wanted: str) -> bool:
    """Return whether a filter lets a line through.

    Args:
        entry: the line.
        level: the least level that is shown.
        wanted: part of the kind, plugin, step or sentence, in any case; with ``!`` before it what has none of it.
    """
    if LEVELS.index(entry.level) < LEVELS.index(level):
        return False
    return matches(wanted, entry.kind, entry.plugin, entry.step, entry.run, sentence(entry))


def matches(wanted: str, *texts: str) -> bool:
    """Return whether one of the texts holds what is wanted, in any case; after ``!`` whether none does."""
    inverse = wanted.startswith("!")
    asked = wanted.removeprefix("!").casefold()
    if not asked:
        return True
    return any(asked in text.casefold() for text in texts) is not inverse
