"""What can be asked about the log of runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from attrs import frozen

from qualia._values import to_plain
from qualia.history import RunEntry
from qualia.host.comparing import compared
from qualia.host.kept import KeptRuns
from qualia.host.verbs import Verb
from qualia.protocol import HostRefused

_OUTCOMES = ("ok", "failed", "cancelled")
_MOST_ENTRIES = 1000
_PAGE = 200
_LOOKED_AT = 20_000


@frozen
class AboutHistory:
    """Answers what is asked about the log of runs."""

    kept: KeptRuns

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one = {"run_id": str}
        filters = {"plugin": str, "outcome": str, "document": str, "since": str, "until": str, "limit": int}
        return (
            Verb(
                name="history.list",
                told="Runs of the log, the latest first; `text` filters, with `!` before it the other way round.",
                call=self.all,
                may_take={**filters, "text": str, "before": str, "brief": bool},
                slow=True,
            ),
            Verb(name="history.show", told="One run of the log.", call=self.show, takes=one, slow=True),
            Verb(
                name="history.daily",
                told="How each plugin did on each of the last days.",
                call=self.daily,
                may_take={"days": int},
                slow=True,
            ),
            Verb(
                name="history.result",
                told="What the steps of a run gave, as far as the cache has it still.",
                call=self.result,
                takes=one,
                may_take={"step": str},
                slow=True,
            ),
            Verb(
                name="history.compare",
                told="What differs between two runs: params, versions, outcomes, times and values.",
                call=self.compare,
                takes={"first": str, "second": str},
                slow=True,
            ),
        )

    def all(
        self,
        plugin: str | None = None,
        outcome: Any = None,
        document: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
        text: str = "",
        before: str | None = None,
        *,
        brief: bool = False,
    ) -> list[Any]:
        """Return runs of the log; ``before`` is the run after which to go on, ``brief`` leaves provenance out."""
        verb = "history.list"
        if outcome not in (None, *_OUTCOMES):
            raise HostRefused(verb, f"outcome is one of {', '.join(_OUTCOMES)}")
        if not 1 <= limit <= _MOST_ENTRIES:
            raise HostRefused(verb, f"limit is 1 to {_MOST_ENTRIES}")
        end = _moment(verb, until) if before is None else self.kept.entry(verb, before).started_at
        ask = partial(
            self.kept.history(verb).runs,
            plugin=plugin,
            outcome=outcome,
            document=document,
            since=_moment(verb, since),
        )
        found: list[Any] = []
        for entry in _paged(ask, end, limit if not text else _PAGE):
            if fits(entry, text):
                found.append(_brief(entry) if brief else to_plain(entry))
                if len(found) == limit:
                    break
        return found

    def show(self, run_id: str) -> Any:
        """Return one run of the log."""
        return to_plain(self.kept.entry("history.show", run_id))

    def daily(self, days: int = 30) -> list[Any]:
        """Return how each plugin did on each day."""
        if not 1 <= days <= _MOST_ENTRIES:
            raise HostRefused("history.daily", f"days is 1 to {_MOST_ENTRIES}")
        return [to_plain(each) for each in self.kept.history("history.daily").daily(days=days)]

    def result(self, run_id: str, step: str | None = None) -> dict[str, Any]:
        """Return what a run's steps gave; None for one the cache has no more."""
        entry = self.kept.entry("history.result", run_id)
        steps = [each for each in entry.steps if step in (None, each.step)]
        if not steps:
            raise HostRefused("history.result", f"run {run_id!r} has no step {step!r}")
        found = {each.step: self.kept.result(each.key) for each in steps}
        rows = [
            {
                "step": each.step,
                "plugin": each.plugin,
                "status": each.outcome,
                "reason": each.error,
                "result": None if (result := found[each.step]) is None else to_plain(result),
            }
            for each in steps
        ]
        return {"run_id": run_id, "name": entry.name, "steps": rows}

    def compare(self, first: str, second: str) -> dict[str, Any]:
        """Return what differs between two runs."""
        verb = "history.compare"
        return compared(self.kept.entry(verb, first), self.kept.entry(verb, second), self.kept.result)


def fits(entry: RunEntry, text: str) -> bool:
    """Whether a text stands in what a list shows of a run; with ``!`` before it, whether it does not.

    Args:
        entry: the run.
        text: looked for without regard to upper and lower case; an empty one fits every run.
    """
    wanted = text.removeprefix("!").strip().casefold()
    if not wanted:
        return True
    shown = (entry.run_id, entry.name, entry.outcome, entry.document or "", entry.error)
    steps = (word for step in entry.steps for word in (step.step, step.plugin, step.error))
    return any(wanted in each.casefold() for each in (*shown, *steps)) is not text.startswith("!")


def _paged(ask: Any, end: datetime | None, size: int) -> Iterator[RunEntry]:
    """Yield runs, the latest first, a page at a time and up to a bound."""
    looked_at, seen = 0, ""
    while looked_at < _LOOKED_AT:
        entries: tuple[RunEntry, ...] = ask(until=end, limit=size)
        yield from entries
        looked_at += len(entries)
        if len(entries) < size or entries[-1].run_id == seen:
            return
        end, seen = entries[-1].started_at, entries[-1].run_id


def _brief(entry: RunEntry) -> dict[str, Any]:
    return {
        "run_id": entry.run_id,
        "name": entry.name,
        "document": entry.document,
        "started_at": entry.started_at.isoformat(),
        "elapsed_s": entry.elapsed_s,
        "outcome": entry.outcome,
        "error": entry.error,
        "plugins": list(dict.fromkeys(each.plugin for each in entry.steps)),
        "steps": len(entry.steps),
        "cached": sum(each.cached for each in entry.steps),
    }


def _moment(verb: str, text: str | None) -> datetime | None:
    try:
        # What says no zone is of this machine's; the first and the last days of the calendar are no moments in all.
        return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HostRefused(verb, f"{text!r} is no moment; write it as 2026-01-31T12:00:00+00:00") from error
