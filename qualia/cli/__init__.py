"""The ``qualia`` command: a face on `Core` that adds no logic of its own.

It stands on argparse, with each sub-command's module imported when it is asked for. Measured CPU of a program with 13
sub-commands: argparse 28 ms, click 59 ms, cyclopts 120 ms, typer 192 ms, against a budget of 40 ms for ``--version``.

stdout holds the data alone; narration, warnings, progress and errors go to stderr. The codes it ends with are in
`qualia.cli.exit_codes`. ``QUALIA_DEBUG=1`` shows the traceback of a failure.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qualia.cli.arguments import asked_format, parse
from qualia.cli.exit_codes import ExitCode
from qualia.cli.words import _, speaking, wanted_language

if TYPE_CHECKING:
    import argparse

__all__ = ["main"]


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

        return tell(error, as_json=asked_format(words) == "json")
    return code


def _answer(asked: argparse.Namespace) -> int:
    """Run a command and return the code it ends with; most return none, which means that it worked."""
    from importlib import import_module
    from importlib.util import find_spec

    from qualia.cli.output import Face

    missing = [name for name in ("rich", "yaml") if find_spec(name) is None]
    if missing:
        from qualia.cli.usage import ExtraMissing

        raise ExtraMissing("cli", tuple(missing))
    module, _colon, function = asked.run.partition(":")
    face = Face(sys.stdout, sys.stderr, quiet=asked.quiet)
    with face.showing_warnings():
        code: int | None = getattr(import_module(module), function)(asked, face)
    return ExitCode.OK if code is None else code
