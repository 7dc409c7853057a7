"""``qualia health``: the verdict over everything, what is not well, and what to do about it."""

from __future__ import annotations

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from qualia.cli.batch.stopping import Stop
from qualia.cli.colour import bold
from qualia.cli.exit_codes import ExitCode
from qualia.cli.forms import data_text
from qualia.cli.opening import project_of
from qualia.cli.output import Face, Format, as_json
from qualia.cli.pretty import cells
from qualia.cli.upkeep.folding import folded
from qualia.cli.usage import WrongUsage
from qualia.cli.watching import clock
from qualia.cli.words import _, heading, translated
from qualia.health import Component, Status
from qualia.host.look import Looked, Looking

CODES: Mapping[Status, ExitCode] = {
    "ok": ExitCode.OK,
    "degraded": ExitCode.PARTIAL,
    "failing": ExitCode.FAILED,
    "unknown": ExitCode.PARTIAL,
}
"""What ``health`` ends with; scripts rely on it."""
_ORDER: tuple[Status, ...] = ("failing", "degraded", "unknown", "ok")


def health(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Tell how everything is: once, or whenever that changes until Ctrl-C.

    Raises:
        WrongUsage: a folder that was asked for is none, or the pause is no number of seconds.
        InvalidSetting: a setting is unknown or ill-typed.
        UnwritableOutput: stdout cannot be written.
    """
    form: Format = "json" if asked.json else asked.format or "pretty"
    with looking(asked) as look:
        if asked.watch:
            every_s = pause_of(asked)
            code = follow(look, lambda seen: face.data(_once(seen, form, face.width)), changed=_told, every_s=every_s)
            face.note(_("watching is over"))
            return code
        seen = look()
        text = _shown(seen, face.width) if form == "pretty" else data_text(facts_of(seen), form)
        face.data(text, form=form)
        return CODES[seen.report.status]


def looking(asked: argparse.Namespace) -> Looking:
    """Return what looks at the project that was asked for.

    Raises:
        WrongUsage: a folder that was asked for is none.
        InvalidSetting: a setting is unknown or ill-typed.
    """
    return Looking(project_of(asked), os.environ, plugin_dirs=[Path(each) for each in asked.plugin_dirs])


def pause_of(asked: argparse.Namespace) -> float:
    """Return the seconds between two looks.

    Raises:
        WrongUsage: they are fewer than a tenth, or no number.
    """
    if not 0.1 <= asked.every <= 86_400:
        sentence = "--every {seconds}: give a number of seconds from 0.1 to 86400"
        raise WrongUsage(_(sentence, seconds=f"{asked.every:g}"))
    return float(asked.every)


def follow(
    look: Callable[[], Looked],
    tell: Callable[[Looked], object],
    *,
    changed: Callable[[Looked], object],
    every_s: float,
    sleep: Callable[[float], object] = time.sleep,
) -> ExitCode:
    """Look again and again until Ctrl-C, which ends it well, and tell of a look that differs from the one told before.

    Args:
        look: looks.
        tell: takes what was seen.
        changed: what of it counts: a look that gives the same is not told.
        every_s: seconds between two looks.
        sleep: waits for so many seconds.

    Raises:
        BrokenPipeError: nobody reads stdout any more, which is noticed though there is nothing to tell.
    """
    told: object = None
    with Stop(_interrupt) as stop, suppress(KeyboardInterrupt):
        while True:
            seen = look()
            now = changed(seen)
            if now != told:
                tell(seen)
                told = now
            elif _is_unread():
                raise BrokenPipeError
            sleep(every_s)
    return ExitCode.TERMINATED if stop.code == ExitCode.TERMINATED else ExitCode.OK


def _is_unread() -> bool:
    """Tell whether stdout is a pipe whose reader went away; False where that cannot be told."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        return any(what & select.POLLERR for _number, what in poll.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt


def facts_of(seen: Looked) -> dict[str, object]:
    """Return what was seen as plain data: the report, and the host that was asked, None without one."""
    return {**seen.report.to_plain(), "host": None if seen.host is None else dict(seen.host)}


def source_of(seen: Looked) -> str:
    """Say who was asked, in the language spoken."""
    if seen.host is None and seen.report.component("host") is not None:
        return _("the host gives no answer; this command looked itself")
    if seen.host is None:
        return _("no host is running; this command looked itself")
    return _("as the host of {name} says (process {pid})", name=seen.host.get("name"), pid=seen.host.get("pid"))


def _told(seen: Looked) -> object:
    """Return what makes two looks differ for people."""
    return seen.host is None, [(each.name, each.status, each.reason) for each in seen.report.components]


def _once(seen: Looked, form: Format, width: int | None) -> str:
    """Return one look of several: a line of JSON, or a block that begins with the time."""
    if form != "pretty":
        return as_json(facts_of(seen), indent=None)
    return f"{clock(seen.report.at_s)}\n{_shown(seen, width)}\n"


def _shown(seen: Looked, width: int | None) -> str:
    report = seen.report
    first = f"{told_status(report.status)}: Qualia Core {report.engine}, {source_of(seen)}"
    return "\n".join([*map(bold, folded("", first, width)), *_lines(report.components, width)])


def _lines(components: Sequence[Component], width: int | None) -> Iterator[str]:
    column = max(cells(told_status(each)) for each in _ORDER) + 2
    for status in _ORDER[:-1]:
        for each in (one for one in components if one.status == status):
            told = told_status(status)
            begin = f"  {told}{' ' * (column - cells(told))}"
            since = "" if each.since_s is None else _(", since {moment}", moment=clock(each.since_s))
            yield from folded(begin, f"{name_of(each)}{since}: {translated(each.reason)}", width)
            if each.remedy:
                yield from folded(" " * (column + 2) + "-> ", translated(each.remedy), width)
    well = [name_of(each) for each in components if each.status == "ok"]
    if well:
        told = told_status("ok")
        yield from folded(f"  {told}{' ' * (column - cells(told))}", ", ".join(well), width)


def told_status(status: Status) -> str:
    """Return a status in the language spoken."""
    words = {
        "ok": heading("ok"),
        "degraded": heading("degraded"),
        "failing": heading("failing"),
        "unknown": heading("unknown"),
    }
    return words[status]


def name_of(component: Component) -> str:
    """Return what a component is called, in the language spoken; a plugin goes by its id."""
    words = {
        "engine": heading("engine"),
        "cache": heading("cache"),
        "history": heading("history"),
        "disk": heading("disk"),
        "memory": heading("memory"),
        "backups": heading("backups"),
        "queue": heading("queue"),
        "host": heading("host"),
    }
    return component.plugin or words.get(component.name, component.name)
