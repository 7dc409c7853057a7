"""Runs of hosts before this one: those that a host took with it when it was killed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from qualia.core import Core
from qualia.errors import QualiaError
from qualia.host.jobs import Job
from qualia.host.journal import Fate
from qualia.protocol import RunLost


def settled(fates: list[Fate], core: Core) -> Iterator[Fate]:
    """Yield each run with how it ended: what has no end is lost, unless the log of runs knows of one.

    Args:
        fates: what the journal tells.
        core: whose log is asked; it is opened only when some run has no end.
    """
    for each in fates:
        yield each if each.state not in ("", "waiting", "running") else evolve(each, state=_ended(each, core))


def _ended(fate: Fate, core: Core) -> str:
    if fate.run_id is None:
        return "lost"
    try:
        entry = None if core.history is None else core.history.run(fate.run_id)
    except (QualiaError, sqlite3.Error, OSError):
        return "lost"
    return "lost" if entry is None else entry.outcome


def job_of(fate: Fate) -> Job:
    """Return a run of an earlier host as lists show it: over, without what it gave."""
    kind: Any = fate.kind
    state: Any = fate.state
    job = Job(kind, fate.name, _nothing, asked=fate.asked)
    job.id, job.asked_at_s, job.run_id, job.state = fate.run, fate.at_s, fate.run_id, state
    job.is_past = True
    if state == "lost":
        job.error = RunLost(fate.run, fate.name)
    return job


def _nothing(_job: Job) -> None:
    """Stand for the work of a run that is over."""


def fate_of(job: Job) -> Fate:
    """Return what the journal keeps of a run."""
    return Fate(
        run=job.id,
        kind=job.kind,
        name=job.name,
        at_s=job.asked_at_s,
        asked=job.asked,
        run_id=job.run_id,
        state=job.state,
    )
