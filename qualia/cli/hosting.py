"""``qualia host``: a Core that other processes watch and use, until somebody ends it."""

from __future__ import annotations

import argparse
import math
import os
from contextlib import nullcontext, suppress
from typing import Any, NoReturn

from attrs import asdict

from qualia._safe import safe_line
from qualia.cli.batch.stopping import Stop
from qualia.cli.exit_codes import ExitCode
from qualia.cli.forms import data_text
from qualia.cli.opening import open_core, project_of
from qualia.cli.output import Face, stdout_to_stderr
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.host import Host, expose
from qualia.protocol.places import Found, running


def host(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Serve a project until Ctrl-C, which is how it is meant to end; or show the hosts that are running.

    Raises:
        WrongUsage: a folder is none, or the time is no number of seconds.
        InvalidSetting: a setting is unknown or ill-typed.
        HostRunning: a host serves the project already.
        UnwritableOutput: the socket cannot be made, or stdout cannot be written.
    """
    if asked.list:
        _show_running(asked, face)
        return ExitCode.OK
    idle_exit_s: float | None = asked.idle_exit
    if idle_exit_s is not None and not 0 <= idle_exit_s < math.inf:
        sentence = "--idle-exit {seconds}: give a number of seconds of at least 0"
        raise WrongUsage(_(sentence, seconds=f"{idle_exit_s:g}"))
    was_idle = False
    with Stop(_interrupt) as stop:
        with suppress(KeyboardInterrupt), open_core(asked) as core:
            watching = nullcontext() if asked.no_watch else core.watch()
            with watching, expose(core, project=project_of(asked), read_only=asked.read_only) as served:
                _begin(served, asked, face)
                with stdout_to_stderr():
                    was_idle = served.wait(idle_exit_s=idle_exit_s)
        face.note(_("the host is over, as nobody needed it") if was_idle else _("the host is over"))
        return ExitCode.TERMINATED if stop.code == ExitCode.TERMINATED else ExitCode.OK


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt


def _begin(served: Host, asked: argparse.Namespace, face: Face) -> None:
    """Say where it answers: the line on stdout comes when clients can."""
    facts = {"place": str(served.place.path), **served.facts}
    if asked.format != "pretty":
        face.data(data_text(facts, asked.format), form=asked.format)
        return
    face.data(safe_line(str(served.place.path)))
    face.note(_("serving {name}; Ctrl-C ends it", name=safe_line(str(served.facts["name"]))))


def _show_running(asked: argparse.Namespace, face: Face) -> None:
    found = running(os.environ)
    if asked.format != "pretty":
        face.data(data_text([_facts(each) for each in found], asked.format), form=asked.format)
    elif not found:
        face.note(_("no host is running; start one with: qualia host"))
    else:
        face.data("\n".join(safe_line(f"{each.pid:>8}  {each.started_at}  {each.name}") for each in found))


def _facts(found: Found) -> dict[str, Any]:
    facts = asdict(found)
    # The token stays in its file.
    return {**facts, "place": str(found.place.path)}
