"""``qualia doctor``: whether everything is here and well, and what to do where it is not."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from qualia._safe import safe_line
from qualia._trouble import TROUBLE
from qualia.cli.colour import bold
from qualia.cli.exit_codes import ExitCode
from qualia.cli.forms import data_text
from qualia.cli.opening import project_of
from qualia.cli.output import Face, format_of
from qualia.cli.pretty import cells
from qualia.cli.upkeep import machine, project
from qualia.cli.upkeep.findings import Check, Finding, Surroundings
from qualia.cli.upkeep.folding import folded
from qualia.cli.words import _, heading, sentence_of
from qualia.errors import InvalidSetting, QualiaError
from qualia.settings import Settings


def checks() -> tuple[Check, ...]:
    """Return every check, in the order in which they are shown."""
    return (
        Check(name="versions", title=heading("versions"), look=machine.versions),
        Check(name="sqlite", title="SQLite", look=machine.sqlite),
        Check(name="extras", title=heading("extras"), look=machine.extras),
        Check(name="pictures", title=heading("pictures"), look=machine.pictures),
        Check(name="plugins", title=heading("plugins"), look=project.plugins),
        Check(name="settings", title=heading("settings"), look=project.settings),
        Check(name="folders", title=heading("folders"), look=project.folders),
        Check(name="history", title=heading("history"), look=project.history),
        Check(name="cache", title=heading("cache"), look=project.cache),
        Check(name="terminal", title=heading("terminal"), look=machine.terminal),
        Check(name="watching", title=heading("watching"), look=machine.watching),
        Check(name="clock", title=heading("clock"), look=machine.clock),
    )


def doctor(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Make every check, or those that were asked for; it ends with 1 when one found a problem.

    Raises:
        WrongUsage: a folder that was asked for is none.
        UnwritableOutput: stdout cannot be written.
    """
    form = format_of(asked.format, None)
    chosen = [check for check in checks() if not asked.checks or check.name in asked.checks]
    around = surroundings(asked, os.environ)
    found = [(check, made(check, around)) for check in chosen]
    every = [finding for _check, findings in found for finding in findings]
    has_problem = any(each.status == "problem" for each in every)
    if form == "pretty":
        face.pages(
            "\n\n".join([*(_shown(check, findings, face.width) for check, findings in found), _summed_up(every)])
        )
    else:
        face.data(data_text(_facts(found, has_problem=has_problem), form), form=form)
    return ExitCode.FAILED if has_problem else ExitCode.OK


def surroundings(asked: argparse.Namespace, environ: Mapping[str, str]) -> Surroundings:
    """Return what is looked at; settings that cannot be read are the defaults, and told of.

    Raises:
        WrongUsage: a folder that was asked for is none.
    """
    place = project_of(asked)
    trouble = ""
    try:
        settings = Settings.read(environ, place)
    except InvalidSetting as error:
        trouble = safe_line(sentence_of(error))
        settings = Settings(state_dir=None if place is None else place / ".qualia")
    return Surroundings(
        environ=environ,
        project=place,
        settings=settings,
        settings_trouble=trouble,
        plugin_dirs=tuple(map(Path, asked.plugin_dirs)),
        now_s=time.time(),
        is_debugging=getattr(asked, "debug", False) or environ.get("QUALIA_DEBUG", "") not in ("", "0"),
    )


def made(check: Check, around: Surroundings) -> list[Finding]:
    """Make a check; one that raises is told of as a problem, with what it had found by then."""
    found: list[Finding] = []
    try:
        for finding in check.look(around):
            found.append(finding)  # noqa: PERF402 - what was found before it raised is kept
    except TROUBLE as error:
        if around.is_debugging:
            raise
        told = sentence_of(error) if isinstance(error, QualiaError) else f"{type(error).__name__}: {error}"
        what = _("this could not be looked at: {told}", told=safe_line(told))
        found.append(Finding(status="problem", what=what, remedy=_("--debug shows more; please report it")))
    return found


def _shown(check: Check, findings: Sequence[Finding], width: int | None) -> str:
    words = {
        "ok": heading("ok"),
        "note": heading("note"),
        "warning": heading("warning"),
        "problem": heading("problem"),
    }
    column = max(map(cells, words.values())) + 2
    lines = [bold(check.title)]
    for each in findings:
        status = words[each.status]
        lines += folded(f"  {status}{' ' * (column - cells(status))}", each.what, width)
        if each.remedy:
            lines += folded(" " * (column + 2) + "-> ", each.remedy, width)
    return "\n".join(lines)


def _summed_up(found: Sequence[Finding]) -> str:
    counts = Counter(each.status for each in found)
    if counts["problem"]:
        sentence = "problems: {problems}, warnings: {warnings}, notes: {notes}"
        return _(sentence, problems=counts["problem"], warnings=counts["warning"], notes=counts["note"])
    sentence = "no problems; warnings: {warnings}, notes: {notes}"
    return _(sentence, warnings=counts["warning"], notes=counts["note"])


def _facts(found: Sequence[tuple[Check, Sequence[Finding]]], *, has_problem: bool) -> dict[str, object]:
    return {
        "status": "problem" if has_problem else "ok",
        "checks": [
            {"check": check.name, "status": each.status, "what": each.what, "remedy": each.remedy}
            for check, findings in found
            for each in findings
        ],
    }
