"""The log of runs and the results that the cache still has of them."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from qualia.core import Core
from qualia.history import History, RunEntry
from qualia.protocol import HostRefused
from qualia.result import Result


@frozen
class KeptRuns:
    """What a Core keeps of its runs."""

    core: Core

    def result(self, key: str) -> Result[Any] | None:
        """Return a result by its key; None when the cache has it no more."""
        return self.core.cache.get(key) if key else None

    def entry(self, verb: str, run_id: str) -> RunEntry:
        """Return a run of the log.

        Raises:
            HostRefused: there is none of this id, or no log.
        """
        entry = self.history(verb).run(run_id)
        if entry is None:
            raise HostRefused(verb, f"there is no run {run_id!r} in the log")
        return entry

    def history(self, verb: str) -> History:
        """Return the log.

        Raises:
            HostRefused: none is kept.
        """
        if self.core.history is None:
            raise HostRefused(verb, "no history is kept; give the host a project")
        return self.core.history
