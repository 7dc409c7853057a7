"""The ``qualia`` command: a face on `Core` that adds no logic of its own.

It stands on argparse, with each sub-command's module imported when it is asked for. Measured CPU of a program with 13
sub-commands: argparse 28 ms, click 59 ms, cyclopts 120 ms, typer 192 ms, against a budget of 40 ms for ``--version``.

stdout holds the data alone; narration, warnings, progress and errors go to stderr. The codes it ends with are in
`qualia.cli.exit_codes`. ``QUALIA_DEBUG=1`` shows the traceback of a failure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qualia.cli.arguments import asked_format, parse
from qualia.cli.exit_codes import ExitCode
from qualia.cli.words import _, speaking, wanted_language

if TYPE_CHECKING:
    import argparse

__all__ = ["main"]

_ENDED_BY_CTRL_C = frozenset({"batch", "dev", "host", "menu", "watch", "watch-plugins"})
"""Commands that are meant to be ended so, or that say themselves how to go on."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing is raised.

    Args:
        argv: the words behind the program's name; None takes the process's own.
    """
    import os

    words = sys.argv[1:] if argv is None else list(argv)
    with speaking(wanted_language(words, os.environ)):
        try:
            return _run(words)
        except KeyboardInterrupt:
            if sys.stderr is not None:
                print("qualia:", _("interrupted; nothing unfinished was kept"), file=sys.stderr)
            return ExitCode.INTERRUPTED
        except BrokenPipeError:
            from qualia.cli.output import drop_unwritten

            drop_unwritten()
            return ExitCode.BROKEN_PIPE


def _run(words: Sequence[str]) -> int:
    try:
        asked = parse(words)
        code = ExitCode.OK if asked is None else _answer(asked)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - the outermost frame: whatever happened becomes a sentence and a code
        from qualia.cli.failure import tell

        return tell(error, form=asked_format(words), has_trace=_has_trace(words))
    return code


def _answer(asked: argparse.Namespace) -> int:
    """Run a command and return the code it ends with; most return none, which means that it worked."""
    import os
    from functools import partial
    from importlib import import_module
    from importlib.util import find_spec

    from qualia.cli.colour import coloured, colours
    from qualia.cli.output import Face

    missing = [name for name in ("rich", "yaml") if find_spec(name) is None]
    if missing:
        from qualia.cli.usage import ExtraMissing

        raise ExtraMissing("cli", tuple(missing))
    module, _colon, function = asked.run.partition(":")
    face = Face(sys.stdout, sys.stderr, quiet=asked.quiet, verbose=asked.verbose, has_pager=not asked.no_pager)
    is_styled = colours(os.environ, is_terminal=face.is_terminal, is_refused=asked.no_color)
    with coloured(is_styled), face.showing_warnings():
        if asked.command in _ENDED_BY_CTRL_C:
            code: int | None = getattr(import_module(module), function)(asked, face)
        else:
            command = partial(getattr(import_module(module), function), asked, face)
            code = _interruptible(command, form=getattr(asked, "format", None))
    return ExitCode.OK if code is None else code


def _interruptible(command: Callable[[], int | None], *, form: str | None) -> int | None:
    from qualia.cli.interrupts import Interrupts, hearing

    interrupts = Interrupts(lambda: _("interrupted; nothing unfinished was kept"))
    with hearing(interrupts):
        try:
            return command()
        except KeyboardInterrupt:
            interrupts.tell()
            if form in ("json", "jsonl") and sys.stdout is not None:
                print('{"error": "Interrupted", "message": "interrupted; nothing unfinished was kept"}', flush=True)
            return ExitCode.INTERRUPTED


def _has_trace(words: Sequence[str]) -> bool:
    return "--debug" in (words[: words.index("--")] if "--" in words else words)
