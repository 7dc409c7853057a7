"""A run of the log once more: what of it has to be run, on which documents, and what is different now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from attrs import frozen

from qualia.citation import history_of, own_documents
from qualia.history import RunEntry, StepEntry
from qualia.result import Provenance, Rerun, Result

Verdict = Literal["same", "different", "unknown"]


@frozen(kw_only=True)
class Compared:
    """One result of a run, beside what it is now."""

    step: StepEntry
    before: Result[Any] | None
    """None when the cache has it no more."""
    again: Rerun

    @property
    def verdict(self) -> Verdict:
        """Whether the values are equal; "unknown" when there is no earlier one, and nothing it is made of differs."""
        if self.again.same is not None:
            return "same" if self.again.same else "different"
        return "different" if self.again.differences else "unknown"


def last_steps(run: RunEntry) -> tuple[tuple[StepEntry, Provenance], ...]:
    """Return the steps whose results no other step of the run was made of: running them again runs all."""
    made = [(step, step.provenance) for step in run.steps if step.provenance is not None]
    used = {_identity(each) for _step, provenance in made for each in provenance.upstream}
    return tuple((step, provenance) for step, provenance in made if _identity(provenance) not in used)


def _identity(provenance: Provenance) -> object:
    return provenance.plugin, provenance.code_hash, provenance.params, provenance.inputs


def documents_of(steps: Sequence[tuple[StepEntry, Provenance]]) -> tuple[str, ...]:
    """Return the ids of the documents that it all began with: a result that was given was made of one, too."""
    made = (each for _step, provenance in steps for each in history_of(provenance))
    return tuple(dict.fromkeys(document for each in made for document in own_documents(each)))


def verdict_of(verdicts: Sequence[Verdict]) -> bool | None:
    """Whether all are the same; None when that is not known of one of them, and none is different."""
    return False if "different" in verdicts else None if "unknown" in verdicts else True
