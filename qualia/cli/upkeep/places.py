"""Where a project keeps its runs and results, and the one run that is meant."""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from qualia.cli.opening import project_of
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.errors import QualiaError, QualiaWarning
from qualia.history import History, RunEntry
from qualia.settings import Settings

HISTORY = "history.db"
CACHE = "cache.db"
_LATEST = ("last", "latest", "@")
_RERUN = "rerun "
_LOOKED_AT = 200


class WorkUndone(QualiaError):
    """What was asked could not be done as it was asked; ``sentence`` is in the reader's language already."""

    template = "{sentence}"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence: str = sentence


def state_of(asked: argparse.Namespace) -> tuple[Settings, Path]:
    """Return the settings here, and the folder that keeps runs and results.

    Raises:
        WrongUsage: there is none, or a folder that was asked for is none.
        InvalidSetting: a setting is unknown or ill-typed.
    """
    settings = Settings.read(os.environ, project_of(asked))
    if settings.state_dir is None:
        sentence = "there is no project here, so nothing is kept on the disk; go to one, or name it with --project"
        raise WrongUsage(_(sentence))
    return settings, settings.state_dir


@contextmanager
def opened_history(asked: argparse.Namespace) -> Generator[History, None, None]:
    """Open the log of runs for as long as the block lasts.

    Raises:
        WrongUsage: there is no project here, or its history is switched off.
        InvalidSetting: a setting is unknown or ill-typed.
    """
    settings, state = state_of(asked)
    path = state / HISTORY
    if not settings.history and not path.exists():
        sentence = (
            "the history is switched off here (history = false), so no run was logged; switch it on in qualia.toml"
        )
        raise WrongUsage(_(sentence))
    history = History(path, wall=time.time, warn=_warn)
    try:
        yield history
    finally:
        history.close()


def run_meant(history: History, wanted: str) -> RunEntry:
    """Return the run with an id, or whose id alone begins so; ``last`` is the latest that was no rerun.

    Raises:
        WrongUsage: there is none, or there are several.
        HistoryUnreadable: the log cannot be read.
    """
    if wanted.lower() in _LATEST:
        latest = history.runs(limit=_LOOKED_AT)
        if not latest:
            raise WrongUsage(_("no run has been logged here yet"))
        return next((each for each in latest if not each.name.startswith(_RERUN)), latest[0])
    run_ids = history.beginning(wanted, limit=6) if wanted else ()
    if wanted in run_ids:
        run_ids = (wanted,)
    if len(run_ids) > 1:
        sentence = "several runs begin with {wanted!r}: {known}; write more of the id"
        known = ", ".join(run_ids[:5]) + (", …" if len(run_ids) > 5 else "")
        raise WrongUsage(_(sentence, wanted=wanted, known=known))
    run = history.run(run_ids[0]) if run_ids else None
    if run is None:
        sentence = "there is no run whose id begins with {wanted!r}; `qualia history` lists them"
        raise WrongUsage(_(sentence, wanted=wanted))
    return run


def _warn(sentence: str) -> None:
    warnings.warn(sentence, QualiaWarning, stacklevel=3)
