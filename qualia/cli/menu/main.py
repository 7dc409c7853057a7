"""The menu's first list, and how it begins and ends."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from qualia.cli.consent import is_terminal
from qualia.cli.exit_codes import ExitCode
from qualia.cli.menu.asking import BACK, Asker, Choice
from qualia.cli.menu.memory import Memory, memory_path
from qualia.cli.menu.session import Branch, Session
from qualia.cli.output import Face
from qualia.cli.usage import ExtraMissing, WrongUsage
from qualia.cli.words import _, speaking, spoken, wanted_language


def menu(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Ask what to do and do it, until somebody leaves.

    Raises:
        WrongUsage: stdin or stdout is no terminal.
        ExtraMissing: the library that draws questions is not installed.
    """
    del face
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise WrongUsage(_("the menu needs a terminal; `qualia --help` shows the commands that do without"))
    from qualia.cli import main
    from qualia.cli.commands import commands

    memory = Memory(memory_path(os.environ, Path.home()))
    session = Session(
        asker_for(is_plain=asked.plain, has_colour=not asked.no_color),
        memory,
        asked=asked,
        commands=[command.name for command in commands()],
        run=main,
        system=wanted_language((), os.environ),
    )
    if session.language is None:
        session.language = memory.read().language
    with _tidy_end():
        return visit(session)


class _Terminated(BaseException):
    """Somebody sent SIGTERM."""


@contextmanager
def _tidy_end() -> Generator[None, None, None]:
    """Let SIGTERM end the question first, which gives the terminal back as it was, and then the process."""
    import signal

    def terminated(number: int, frame: object) -> None:
        del number, frame
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    except _Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def visit(session: Session) -> ExitCode:
    """Ask for branches until somebody leaves, and return `ExitCode.OK`; `ExitCode.INTERRUPTED` after Ctrl-C."""
    told = ""
    last = ""
    while True:
        with speaking(session.language or spoken()):
            try:
                if told != spoken():
                    session.asker.tell(_("Qualia: answer the questions; each command is shown, so that you learn it."))
                    told = spoken()
                branches = _branches(session)
                leave = Choice(BACK, _("leave"))
                last = session.asker.choose(
                    _("What would you like to do?"), [*(choice for choice, _b in branches), leave], default=last
                )
            except EOFError:
                return ExitCode.OK
            except KeyboardInterrupt:
                return ExitCode.INTERRUPTED
            if last == BACK:
                return ExitCode.OK
            session.enter({choice.key: branch for choice, branch in branches}[last])


def _branches(session: Session) -> list[tuple[Choice, Branch]]:
    from qualia.cli.menu.answers import analyse, clean, draw
    from qualia.cli.menu.lessons import learn
    from qualia.cli.menu.many import export, many
    from qualia.cli.menu.pipelines import pipelines
    from qualia.cli.menu.preferences import preferences
    from qualia.cli.menu.shelf import plugins

    found: list[tuple[tuple[str, ...], Choice, Branch]] = [
        (("analyze",), Choice("analyse", _("analyse a document"), _("count words, judge moods")), analyse),
        (("process",), Choice("clean", _("clean a transcript"), _("or read a document of another kind")), clean),
        (("visualize",), Choice("draw", _("draw a picture"), _("of a document, or of a result you saved")), draw),
        (("pipeline",), Choice("pipelines", _("pipelines"), _("several steps at once; run or write one")), pipelines),
        (("batch", "watch"), Choice("many", _("many files"), _("a whole folder, now or as files arrive")), many),
        (("export",), Choice("export", _("export a result"), _("for a spreadsheet, a text or a page")), export),
        (("plugins",), Choice("plugins", _("plugins"), _("list, look at, switch on and off")), plugins),
        (("config",), Choice("settings", _("settings and upkeep"), _("language, cache, this machine")), preferences),
        (("demo",), Choice("learn", _("examples and tutorials"), _("begin here if you are new")), learn),
    ]
    return [(choice, branch) for names, choice, branch in found if any(session.has(name) for name in names)]


def asker_for(*, is_plain: bool, has_colour: bool) -> Asker:
    """Return who asks: with drawn lists where the terminal can, else with numbered lines.

    Raises:
        ExtraMissing: the library that draws is not installed.
    """
    from importlib.util import find_spec

    from qualia.cli.menu.plain import PlainAsker

    if is_plain or os.environ.get("TERM", "").lower() in ("dumb", "unknown"):
        return PlainAsker()
    if find_spec("prompt_toolkit") is None:
        raise ExtraMissing("cli", ("prompt_toolkit",))
    from qualia.cli.menu.prompting import DrawingAsker

    return DrawingAsker(has_colour=has_colour and not os.environ.get("NO_COLOR"))
