"""Asking before something is thrown away."""

from __future__ import annotations

import argparse

from qualia.cli.consent import agreed
from qualia.cli.upkeep.places import WorkUndone
from qualia.cli.words import _


def consented(asked: argparse.Namespace, question: str) -> None:
    """Make sure that it is wanted: ``--yes`` says so, otherwise the person at the terminal does.

    Raises:
        WrongUsage: there is no ``--yes``, and nobody who could be asked.
        WorkUndone: the person said no, or nothing.
    """
    if asked.yes:
        return
    nobody = _("{question} Nobody can be asked here; say it with --yes", question=question)
    if not agreed(f"{question} [{_('y/N')}]", nobody=nobody):
        raise WorkUndone(_("nothing was changed"))
