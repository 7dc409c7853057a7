"""``qualia status``: every fact of the health report as a line of its own, for scripts and for those who listen."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from qualia._safe import safe_line
from qualia.cli.exit_codes import ExitCode
from qualia.cli.output import Face
from qualia.cli.upkeep.health import CODES, follow, looking, pause_of, told_status
from qualia.cli.watching import clock
from qualia.cli.words import _, heading, translated
from qualia.health import Component, Fact
from qualia.host.look import Looked

_HOST = ("name", "pid", "project", "began_at_s", "clients", "running", "waiting", "read_only")
_MOMENTS = ("last_error_when_s", "latest_run_s", "opened_s")
"""Facts that are moments, beside those that end in ``_at_s``; they are told in the zone of this machine."""
_RESTLESS = ("uptime_s", "used_bytes", "free_bytes", "retry_after_s", "age_s")
"""Facts that differ at every look: watching does not tell of them again."""
_GONE = "-"

Lines = dict[str, str]


def status(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Tell every fact: once, or from then on those that change, until Ctrl-C.

    Raises:
        WrongUsage: a folder that was asked for is none, or the pause is no number of seconds.
        InvalidSetting: a setting is unknown or ill-typed.
        UnwritableOutput: stdout cannot be written.
    """
    with looking(asked) as look:
        if asked.watch:
            tell = Changes(face.data)
            code = follow(look, tell, changed=tell.of, every_s=pause_of(asked))
            face.note(_("watching is over"))
            return code
        seen = look()
        face.data("\n".join(f"{name}: {value}" for name, value in lines_of(seen).items()))
        return CODES[seen.report.status]


class Changes:
    """Tells all lines of the first look, and of later ones those that differ, with the time.

    Args:
        write: takes one text.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write: Callable[[str], object] = write
        self._before: Lines = {}

    def __call__(self, seen: Looked) -> None:
        """Tell what is new."""
        now = lines_of(seen)
        if not self._before:
            self._write("\n".join(f"{name}: {value}" for name, value in now.items()))
        else:
            changed = {name: value for name, value in self.of(seen).items() if self._is_news(name, now)}
            gone = dict.fromkeys((name for name in self._before if name not in now), _GONE)
            time = clock(seen.report.at_s)
            told = [f"{time}  {name}: {value}" for name, value in {**changed, **gone}.items()]
            if told:
                self._write("\n".join(told))
        self._before = now

    def _is_news(self, name: str, now: Lines) -> bool:
        """Whether a line differs by more than who looked: another process knows a status since its own first look."""
        of, _dot, fact = name.rpartition(".")
        if fact == "since" and self._before.get(of) == now.get(of):
            return False
        return self._before.get(name) != now[name]

    def of(self, seen: Looked) -> Lines:
        """Return the lines whose change is told."""
        lines = lines_of(seen)
        return {name: value for name, value in lines.items() if name.rpartition(".")[2] not in _RESTLESS}


def lines_of(seen: Looked) -> Lines:
    """Return every fact as a line, by its name: names are the same in every language, and so is their order."""
    lines: dict[str, str] = {"health": told_status(seen.report.status), "engine.version": seen.report.engine}
    if seen.host is None and seen.report.component("host") is not None:
        lines["source"] = _("this command, as the host gives no answer")
    elif seen.host is None:
        lines["source"] = _("this command, as no host is running")
    else:
        lines["source"] = _("the running host")
        lines |= _facts("host", {name: seen.host.get(name) for name in _HOST})
    for run in seen.runs:
        state = heading("running") if run.get("state") == "running" else heading("waiting")
        lines[f"run.{run.get('run')}"] = f"{state}, {run.get('name')}"
    for each in seen.report.components:
        lines |= _component(each)
    return {safe_line(name): safe_line(value) for name, value in lines.items()}


def _component(component: Component) -> Lines:
    name = component.name.replace(":", ".")
    lines = {name: told_status(component.status)}
    if component.reason:
        lines[f"{name}.reason"] = translated(component.reason)
    if component.remedy:
        lines[f"{name}.remedy"] = translated(component.remedy)
    if component.since_s is not None:
        lines[f"{name}.since"] = _moment(component.since_s)
    return lines | _facts(name, component.facts)


def _facts(of: str, facts: Mapping[str, Fact | Any]) -> Lines:
    shown = {name: name.removesuffix("_s") if _is_moment(name) else name for name in facts}
    return {f"{of}.{shown[name]}": _value(name, value) for name, value in facts.items()}


def _value(name: str, value: Fact | Any) -> str:
    if value is None or value == "":
        return _GONE
    if isinstance(value, bool):
        return heading("yes") if value else heading("no")
    if _is_moment(name) and isinstance(value, (int, float)):
        return _moment(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _is_moment(name: str) -> bool:
    return name in _MOMENTS or name.endswith("_at_s")


def _moment(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).astimezone().isoformat(timespec="seconds")
