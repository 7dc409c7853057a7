"""The log of runs, in one SQLite file that several processes share: what ran, on what, how it ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from qualia._engine.database import Database, Migrations
from qualia._values import FrozenDict, freeze
from qualia.errors import HistoryUnreadable
from qualia.result import Provenance

APPLICATION_ID = 0x51554149
"""What marks a file as a history."""
MIGRATIONS: Migrations = (
    (
        # The id is when the run started, in microseconds: with it at its end, every index is in order of time.
        """CREATE TABLE runs(
             id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, document TEXT,
             started_s REAL NOT NULL, elapsed_s REAL NOT NULL, outcome TEXT NOT NULL, error TEXT NOT NULL,
             steps TEXT NOT NULL)""",
        # As much of a digest as tells documents apart; the whole of it would double the file's pages.
        "CREATE INDEX runs_document ON runs(substr(document, 1, 12))",
        "CREATE INDEX runs_troubled ON runs(outcome) WHERE outcome <> 'ok'",
        "CREATE TABLE run_plugins(plugin TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY(plugin, run)) WITHOUT ROWID",
        """CREATE TABLE daily(
             day TEXT NOT NULL, plugin TEXT NOT NULL, outcome TEXT NOT NULL, steps INTEGER NOT NULL,
             cached INTEGER NOT NULL, total_s REAL NOT NULL, longest_s REAL NOT NULL,
             PRIMARY KEY(day, plugin, outcome)) WITHOUT ROWID""",
    ),
)
"""How each version of the file is made from the one before; the last is the newest this version writes."""

_DAY_S, _RETRY_AFTER_S, _PRUNED_AT_ONCE = 86_400.0, 30.0, 1_000

RunOutcome = Literal["ok", "failed", "cancelled"]
StepStatus = Literal["ok", "failed", "skipped"]


@frozen(kw_only=True)
class StepEntry:
    """One step of a run."""

    step: str
    plugin: str
    outcome: StepStatus
    elapsed_s: float
    """How long the plugin took, in seconds, when the value was computed; 0 when it gave none."""
    cached: bool = False
    error: str = ""
    """The sentence of the error, or why it was skipped; empty otherwise."""
    key: str = ""
    """What the cache knows the result by; empty when there is none."""
    provenance: Provenance | None = None
    """None when there is no result."""


@frozen(kw_only=True)
class RunEntry:
    """One run."""

    run_id: str
    name: str
    """The pipeline's name, or the plugin's id when one plugin was asked for."""
    document: str | None
    """The document's id; None when records were given instead."""
    started_at: datetime
    """In UTC."""
    elapsed_s: float
    """Wall time of the whole run, in seconds."""
    outcome: RunOutcome
    error: str = ""
    steps: tuple[StepEntry, ...] = field(default=())


@frozen(kw_only=True)
class DayCount:
    """How one plugin did on one day."""

    day: str
    """``YYYY-MM-DD`` in UTC."""
    plugin: str
    outcome: StepStatus
    steps: int
    cached: int
    """How many of ``steps`` the cache answered."""
    total_s: float
    """Seconds spent in the plugin."""
    longest_s: float


class History:
    """A run log. Writing never fails a run: `trouble` says why one was left out, `written` and `unwritten` count them.

    Args:
        path: the file; its folder is made when something is written.
        wall: seconds since 1970.
        warn: told once for each kind of trouble.
        keep_days: runs older than this are forgotten, now and then when something is written; 0 keeps all.
    """

    def __init__(
        self, path: Path, *, wall: Callable[[], float], warn: Callable[[str], object], keep_days: float = 0.0
    ) -> None:
        self._path: Path = path
        self._wall: Callable[[], float] = wall
        self._warn: Callable[[str], object] = warn
        self._keep_days: float = keep_days
        self._warned: set[str] = set()
        self._file: Database = Database(path, MIGRATIONS, application_id=APPLICATION_ID, warn=self._tell)
        self._retry_at_s: float = 0.0
        self.trouble: str = ""
        self.written: int = 0
        self.unwritten: int = 0
        self._pruned_s: float | None = None

    def add(self, run: RunEntry) -> None:
        """Log a finished run; one that is in the log already is left as it is."""
        now_s = self._wall()
        if now_s < self._retry_at_s <= now_s + _RETRY_AFTER_S:
            self.unwritten += 1
            return
        try:
            self._file.write(lambda db: _insert(db, run))
            self._prune_now_and_then(now_s)
            self.trouble, self.written = "", self.written + 1
        except (sqlite3.Error, OSError, HistoryUnreadable) as error:
            self._file.close()
            self._retry_at_s, self.unwritten = now_s + _RETRY_AFTER_S, self.unwritten + 1
            self.trouble = error.reason if isinstance(error, HistoryUnreadable) else str(error)
            self._tell(f"the history {str(self._path)!r} cannot be written ({self.trouble})")

    def runs(
        self,
        *,
        document: str | None = None,
        plugin: str | None = None,
        outcome: RunOutcome | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
    ) -> tuple[RunEntry, ...]:
        """Return runs, newest first; every condition given must hold.

        Args:
            document: the id of the document they ran on.
            plugin: the id of a plugin they had a step of, whatever became of it.
            outcome: how they ended.
            since: when they started at the earliest.
            until: when they started, this moment left out.
            limit: how many, at most.

        Raises:
            HistoryUnreadable: the file is damaged, or newer than this version can read.
        """
        # The plugin's own list leads only where nothing else narrows the search further.
        leading = plugin is not None and document is None and outcome in (None, "ok")
        at = "p.run" if leading else "r.id"
        conditions = (
            # The sign keeps SQLite from putting the second condition into the first, which no index answers then.
            ("substr(r.document, 1, 12) = substr(?, 1, 12)", document),
            ("+r.document = ?", document),
            ("r.outcome = ?" if outcome == "ok" else "r.outcome <> 'ok' AND r.outcome = ?", outcome),
            (f"{at} >= ?", _number(since) if since else None),
            (f"{at} < ?", _number(until) if until else None),
            ("p.plugin = ?" if leading else _USES, plugin),
        )
        chosen = [(clause, _bound(value)) for clause, value in conditions if value is not None]
        where = f"WHERE {' AND '.join(clause for clause, _ in chosen)}" if chosen else ""
        source = "run_plugins p JOIN runs r ON r.id = p.run" if leading else "runs r"
        # Only the fixed clauses above enter the text; every value is bound.
        query = f"{_SELECT} FROM {source} {where} ORDER BY {at} DESC LIMIT ?"
        return self._runs(query, (*(value for _, value in chosen), limit))

    def beginning(self, start: str, *, of: Literal["run", "document"] = "run", limit: int = 10) -> tuple[str, ...]:
        """Return the ids that begin with some characters, in alphabetical order.

        Args:
            start: the characters.
            of: whose ids: of runs, or of the documents they ran on.
            limit: how many, at most.

        Raises:
            HistoryUnreadable: the file is damaged, or newer than this version can read.
        """
        start, end = _storable(start), "\U0010ffff"
        bounds: tuple[object, ...] = (start, start + end)
        query = "SELECT run_id FROM runs WHERE run_id >= ? AND run_id < ? ORDER BY 1 LIMIT ?"
        if of == "document":
            # As far as the index of documents goes, then the rest of what was asked for.
            bounds = (start[:12], start[:12] + end, *bounds)
            query = """SELECT DISTINCT document FROM runs WHERE substr(document, 1, 12) >= ?
                       AND substr(document, 1, 12) < ? AND document >= ? AND document < ? ORDER BY 1 LIMIT ?"""
        return tuple(str(each) for (each,) in self._file.read(query, (*bounds, limit)))

    def run(self, run_id: str) -> RunEntry | None:
        """Return one run; None when it is not in the log.

        Raises:
            HistoryUnreadable: the file is damaged, or newer than this version can read.
        """
        return next(iter(self._runs(f"{_SELECT} FROM runs r WHERE r.run_id = ?", (_storable(run_id),))), None)

    def daily(self, *, days: int = 30) -> tuple[DayCount, ...]:
        """Return how each plugin did on each of the last days, newest first.

        Raises:
            HistoryUnreadable: the file is damaged, or newer than this version can read.
        """
        first = datetime.fromtimestamp(self._wall() - (days - 1) * _DAY_S, UTC).date().isoformat()
        query = """SELECT day, plugin, outcome, steps, cached, total_s, longest_s FROM daily
                   WHERE day >= ? ORDER BY day DESC, plugin, outcome"""
        names = ("day", "plugin", "outcome", "steps", "cached", "total_s", "longest_s")
        rows = self._file.read(query, (first,))
        return tuple(DayCount(**dict(zip(names, row, strict=True))) for row in rows)

    def prune(self, *, keep_days: float, dry_run: bool = False) -> int:
        """Forget runs older than some days and return how many; the daily counts stay.

        Args:
            keep_days: how old a run may be.
            dry_run: whether they are only counted.

        Raises:
            HistoryUnreadable: the file is newer than this version, or cannot be read or written.
        """
        before_s = max(self._wall() - keep_days * _DAY_S, 0.0)
        if dry_run:
            rows = self._file.read("SELECT count(*) FROM runs WHERE id < ?", (round(before_s * 1e6),))
            return int(rows[0][0]) if rows else 0
        forgotten = 0
        try:
            while more := self._file.write(lambda db: _delete(db, before_s)):
                forgotten += more
        except (sqlite3.Error, OSError) as error:
            raise HistoryUnreadable(str(self._path), str(error)) from error
        return forgotten

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()

    def _prune_now_and_then(self, now_s: float) -> None:
        """Forget what is too old: at the first write, then daily, some of it at a time so that no run waits long."""
        if self._keep_days <= 0 or (self._pruned_s is not None and abs(now_s - self._pruned_s) < _DAY_S):
            return
        before_s = max(now_s - self._keep_days * _DAY_S, 0.0)
        if self._file.write(lambda db: _delete(db, before_s)) < _PRUNED_AT_ONCE:
            self._pruned_s = now_s

    def _runs(self, query: str, values: tuple[object, ...]) -> tuple[RunEntry, ...]:
        rows = self._file.read(query, values)
        try:
            return tuple(_run(row) for row in rows)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise HistoryUnreadable(str(self._path), f"an entry is damaged ({error})") from error

    def _tell(self, sentence: str) -> None:
        kind = sentence.partition("(")[0]
        if kind not in self._warned:
            self._warned.add(kind)
            self._warn(sentence)


_SELECT = "SELECT r.run_id, r.name, r.document, r.started_s, r.elapsed_s, r.outcome, r.error, r.steps"
_USES = "EXISTS(SELECT 1 FROM run_plugins p WHERE p.plugin = ? AND p.run = r.id)"
_INSERT = "INSERT OR IGNORE INTO runs VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_COUNT = """INSERT INTO daily VALUES(?, ?, ?, 1, ?, ?, ?) ON CONFLICT(day, plugin, outcome) DO UPDATE SET
  steps = steps + 1, cached = cached + excluded.cached, total_s = total_s + excluded.total_s,
  longest_s = max(longest_s, excluded.longest_s)"""
_OLDEST = "SELECT max(id) FROM (SELECT id FROM runs WHERE id < ? ORDER BY id LIMIT ?)"

_PLAIN = (str, int, float, bool, type(None))
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def _number(moment: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return round(moment.timestamp() * 1e6)


def _insert(db: sqlite3.Connection, run: RunEntry) -> None:
    number = _number(run.started_at)
    steps = _encode([_plain_step(each) for each in run.steps])
    document = None if run.document is None else _storable(run.document)
    row = (run.run_id, _storable(run.name), document, run.started_at.timestamp(), run.elapsed_s, run.outcome)
    while db.execute(_INSERT, (number, *row, _storable(run.error), steps)).rowcount == 0:
        if db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run.run_id,)).fetchone():
            return
        # Another run started at the very same moment.
        number += 1
    day = run.started_at.astimezone(UTC).date().isoformat()
    for plugin in {step.plugin for step in run.steps}:
        db.execute("INSERT INTO run_plugins VALUES(?, ?)", (plugin, number))
    for step in run.steps:
        spent_s = 0.0 if step.cached else step.elapsed_s
        db.execute(_COUNT, (day, step.plugin, step.outcome, step.cached, spent_s, spent_s))


def _delete(db: sqlite3.Connection, before_s: float) -> int:
    """Delete some of the oldest runs that started before a moment, and return how many."""
    last: int | None = db.execute(_OLDEST, (round(before_s * 1e6), _PRUNED_AT_ONCE)).fetchone()[0]
    if last is None:
        return 0
    for (plugin,) in db.execute("SELECT DISTINCT plugin FROM daily").fetchall():
        db.execute("DELETE FROM run_plugins WHERE plugin = ? AND run <= ?", (plugin, last))
    return db.execute("DELETE FROM runs WHERE id <= ?", (last,)).rowcount


def _bound(value: object) -> object:
    return _storable(value) if isinstance(value, str) else value


def _storable(text: str) -> str:
    """Return text as UTF-8 can hold it: an error's sentence may quote half a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


# Written out by hand, because a run waits for it: the general way to plain data takes three times as long.
def _plain_step(step: StepEntry) -> dict[str, Any]:
    return {
        "step": step.step,
        "plugin": step.plugin,
        "outcome": step.outcome,
        "elapsed_s": step.elapsed_s,
        "cached": step.cached,
        "error": step.error,
        "key": step.key,
        "provenance": None if step.provenance is None else _plain_provenance(step.provenance),
    }


def _plain_provenance(provenance: Provenance) -> dict[str, Any]:
    return {
        "plugin": provenance.plugin,
        "version": provenance.version,
        "code_hash": provenance.code_hash,
        "params": provenance.params,
        "produces": provenance.produces,
        "inputs": provenance.inputs,
        "upstream": [_plain_provenance(each) for each in provenance.upstream],
        "engine_version": provenance.engine_version,
        "started_at": provenance.started_at.isoformat(),
        "host": provenance.host,
    }


def _run(row: tuple[Any, ...]) -> RunEntry:
    run_id, name, document, started_s, elapsed_s, outcome, error, steps = row
    return RunEntry(
        run_id=run_id,
        name=name,
        document=document,
        started_at=datetime.fromtimestamp(started_s, UTC),
        elapsed_s=elapsed_s,
        outcome=outcome,
        error=error,
        steps=tuple(_steps(_decode(steps))),
    )


def _steps(data: list[Mapping[str, Any]]) -> Iterator[StepEntry]:
    for each in data:
        made = each["provenance"]
        yield StepEntry(
            step=each["step"],
            plugin=each["plugin"],
            outcome=each["outcome"],
            elapsed_s=each["elapsed_s"],
            cached=each["cached"],
            error=each["error"],
            key=each["key"],
            provenance=None if made is None else _provenance(made),
        )


def _provenance(data: Mapping[str, Any]) -> Provenance:
    return Provenance(
        plugin=data["plugin"],
        version=data["version"],
        code_hash=data["code_hash"],
        params=_params(data["params"]),
        produces=data["produces"],
        inputs=FrozenDict(data["inputs"]),
        upstream=tuple(_provenance(each) for each in data["upstream"]),
        engine_version=data["engine_version"],
        started_at=datetime.fromisoformat(data["started_at"]),
        host=FrozenDict(data["host"]),
    )


def _params(data: Mapping[str, Any]) -> FrozenDict:
    return FrozenDict({name: value if type(value) in _PLAIN else freeze(value) for name, value in data.items()})
