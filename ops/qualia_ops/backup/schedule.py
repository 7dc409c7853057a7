"""Files that let the system make backups by itself: units of systemd, lines of cron, agents of launchd."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from attrs import frozen

from qualia_ops.backup.create import place_of


@frozen(kw_only=True)
class Unit:
    """A file for the system."""

    path: Path
    """Where it belongs."""
    text: str


@frozen(kw_only=True)
class Plan:
    """What is to be run and when."""

    project: Path
    at: str = "02:30"
    """Hour and minute of the daily backup."""
    drill_day: int = 0
    """Weekday of the weekly drill, 0 for Sunday."""


_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def units(kind: str, plan: Plan, *, home: Path, python: str = sys.executable) -> tuple[Unit, ...]:
    """Return the files that schedule a daily backup with pruning, and a weekly drill.

    Args:
        kind: ``systemd``, ``cron`` or ``launchd``.
        plan: what is to be run and when.
        home: the user's folder.
        python: the interpreter that runs Qualia.
    """
    writers = {"systemd": _systemd, "cron": _cron, "launchd": _launchd}
    return writers[kind](plan, home, python)


def _tasks(plan: Plan, python: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    def words(action: str, *more: str) -> tuple[str, ...]:
        return (python, "-m", "qualia", "backup", action, *more, "--project", str(plan.project.resolve()))

    return {"backup": (words("create"), words("prune", "--yes")), "drill": (words("drill"),)}


def _name(plan: Plan) -> str:
    return f"qualia-{place_of(plan.project)[:8]}"


def _systemd(plan: Plan, home: Path, python: str) -> tuple[Unit, ...]:
    folder = home / ".config" / "systemd" / "user"
    times = {"backup": f"*-*-* {plan.at}:00", "drill": f"{_DAYS[plan.drill_day]} *-*-* {plan.at}:00"}
    found: list[Unit] = []
    for task, commands in _tasks(plan, python).items():
        told = f"Qualia: {task} of {_unit_text(plan.project.resolve().name)}"
        runs = "\n".join(f"ExecStart={' '.join(_unit_word(word) for word in words)}" for words in commands)
        # An incomplete snapshot, 3, is one: the journal says what was missing.
        service = (
            f"[Unit]\nDescription={told}\n\n[Service]\nType=oneshot\n{runs}\nSuccessExitStatus=3\n"
            "Nice=10\nIOSchedulingClass=idle\nUMask=0077\n"
        )
        delay = "15min" if task == "backup" else "2h"
        timer = (
            f"[Unit]\nDescription={told}\n\n[Timer]\nOnCalendar={times[task]}\nPersistent=true\n"
            f"RandomizedDelaySec={delay}\n\n[Install]\nWantedBy=timers.target\n"
        )
        name = f"{_name(plan)}-{task}"
        found += [Unit(path=folder / f"{name}.service", text=service), Unit(path=folder / f"{name}.timer", text=timer)]
    return tuple(found)


def _unit_text(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text).replace("%", "%%")


def _unit_word(word: str) -> str:
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$").replace("\n", "\\n")
    return f'"{safe}"'


def _cron(plan: Plan, home: Path, python: str) -> tuple[Unit, ...]:
    hour, minute = plan.at.split(":")
    times = {"backup": "* * *", "drill": f"* * {plan.drill_day}"}
    lines = [f"# Qualia: {plan.project.resolve().name!r}; add these lines with `crontab -e`"]
    for task, commands in _tasks(plan, python).items():
        # In a crontab a per cent sign ends the command unless it is escaped.
        runs = " ; ".join(shlex.join(words) for words in commands).replace("%", "\\%")
        lines.append(f"{int(minute)} {int(hour)} {times[task]} {runs}")
    return (Unit(path=home / f"{_name(plan)}.crontab", text="\n".join(lines) + "\n"),)


def _launchd(plan: Plan, home: Path, python: str) -> tuple[Unit, ...]:
    hour, minute = plan.at.split(":")
    found: list[Unit] = []
    for task, commands in _tasks(plan, python).items():
        day = f"<key>Weekday</key><integer>{plan.drill_day}</integer>" if task == "drill" else ""
        label = f"org.qualia.{_name(plan)}.{task}"
        line = escape(" ; ".join(shlex.join(words) for words in commands))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
            f'<plist version="1.0"><dict>\n<key>Label</key><string>{label}</string>\n'
            "<key>ProgramArguments</key>\n<array><string>/bin/sh</string><string>-c</string>"
            f"<string>{line}</string></array>\n"
            f"<key>StartCalendarInterval</key><dict>{day}<key>Hour</key><integer>{int(hour)}</integer>"
            f"<key>Minute</key><integer>{int(minute)}</integer></dict>\n"
            "<key>LowPriorityIO</key><true/>\n</dict></plist>\n"
        )
        found.append(Unit(path=home / "Library" / "LaunchAgents" / f"{label}.plist", text=text))
    return tuple(found)
