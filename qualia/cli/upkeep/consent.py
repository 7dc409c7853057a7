"""Asking before something is thrown away."""

from __future__ import annotations

import argparse
import sys

from qualia.cli.output import safe_line
from qualia.cli.upkeep.places import WorkUndone
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _

_YES = ("y", "yes", "s", "sim")


def consented(asked: argparse.Namespace, question: str) -> None:
    """Make sure that it is wanted: ``--yes`` says so, otherwise the person at the terminal does.

    Raises:
        WrongUsage: there is no ``--yes``, and nobody who could be asked.
        WorkUndone: the person said no, or nothing.
    """
    if asked.yes:
        return
    if not _is_terminal(sys.stdin) or not _is_terminal(sys.stderr):
        raise WrongUsage(_("{question} Nobody can be asked here; say it with --yes", question=question))
    print(safe_line(f"{question} [{_('y/N')}]"), end=" ", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        # The end of input leaves the cursor behind the question.
        print(file=sys.stderr)
    if answer.strip().lower() not in _YES:
        raise WorkUndone(_("nothing was changed"))


def _is_terminal(stream: object) -> bool:
    try:
        return bool(stream is not None and getattr(stream, "isatty", bool)())
    except ValueError:
        return False
