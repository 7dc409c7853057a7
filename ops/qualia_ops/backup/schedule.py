"""Files that let the system make backups by itself: units of systemd, lines of cron, agents of launchd."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
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
    """Weekday of the weekly drill, 0 for Sunday; it begins an hour after the backup of that day."""
    options: tuple[str, ...] = ()
    """Further words for each command, such as those that choose the engine."""
    create_options: tuple[str, ...] = ()
    """Further words for making one, such as whom it is encrypted for."""
    drill_options: tuple[str, ...] = ()
    """Further words for the drill, such as the key that opens one."""

    @property
    def drill_at(self) -> tuple[int, int, int]:
        """Weekday, hour and minute of the drill."""
        hour, minute = map(int, self.at.split(":"))
        return (self.drill_day + (hour + 1) // 24) % 7, (hour + 1) % 24, minute

    @property
    def delay_s(self) -> int:
        """Seconds that cron and launchd, which know no random delay, wait before they begin: other ones elsewhere."""
        return int(place_of(self.project)[:8], 16) % _DELAY_S


_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_DELAY_S = 15 * 60


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
        where = ("--project", str(plan.project.resolve()), *plan.options)
        return (python, "-m", "qualia", "backup", action, *more, *where)

    made = words("create", *plan.create_options)
    return {"backup": (made, words("prune", "--yes")), "drill": (words("drill", *plan.drill_options),)}


def _name(plan: Plan) -> str:
    return f"qualia-{place_of(plan.project)[:8]}"


def _systemd(plan: Plan, home: Path, python: str) -> tuple[Unit, ...]:
    folder = home / ".config" / "systemd" / "user"
    day, hour, minute = plan.drill_at
    times = {"backup": f"*-*-* {plan.at}:00", "drill": f"{_DAYS[day]} *-*-* {hour:02}:{minute:02}:00"}
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
    day, drill_hour, drill_minute = plan.drill_at
    times = {"backup": f"{int(minute)} {int(hour)} * * *", "drill": f"{drill_minute} {drill_hour} * * {day}"}
    lines = [f"# Qualia: {plan.project.resolve().name!r}; add these lines with `crontab -e`"]
    for task, commands in _tasks(plan, python).items():
        # In a crontab a per cent sign ends the command unless it is escaped.
        lines.append(f"{times[task]} {_line(plan, commands)}".replace("%", "\\%"))
    return (Unit(path=home / f"{_name(plan)}.crontab", text="\n".join(lines) + "\n"),)


def _line(plan: Plan, commands: Iterable[Sequence[str]]) -> str:
    """Return commands as one line of a shell, which waits first."""
    return " ; ".join([f"sleep {plan.delay_s}", *(shlex.join(words) for words in commands)])


def _launchd(plan: Plan, home: Path, python: str) -> tuple[Unit, ...]:
    found: list[Unit] = []
    for task, commands in _tasks(plan, python).items():
        day, hour, minute = plan.drill_at if task == "drill" else (None, *map(int, plan.at.split(":")))
        weekday = "" if day is None else f"<key>Weekday</key><integer>{day}</integer>"
        label = f"org.qualia.{_name(plan)}.{task}"
        line = escape(_line(plan, commands))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
            f'<plist version="1.0"><dict>\n<key>Label</key><string>{label}</string>\n'
            "<key>ProgramArguments</key>\n<array><string>/bin/sh</string><string>-c</string>"
            f"<string>{line}</string></array>\n"
            f"<key>StartCalendarInterval</key><dict>{weekday}<key>Hour</key><integer>{hour}</integer>"
            f"<key>Minute</key><integer>{minute}</integer></dict>\n"
            "<key>LowPriorityIO</key><true/>\n</dict></plist>\n"
        )
        found.append(Unit(path=home / "Library" / "LaunchAgents" / f"{label}.plist", text=text))
    return tuple(found)
