"""The log of runs, in one SQLite file that several processes share: what ran, on what, how it ended."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from attrs import field, frozen

from qualia._values import from_plain, to_plain
from qualia.errors import HistoryUnreadable
from qualia.result import Provenance

T = TypeVar("T")

SCHEMA_VERSION = 1
"""The newest format of the file this version writes."""
_APPLICATION_ID = 0x51554149
_BUSY_S = 5.0
_RETRY_AFTER_S = 30.0

RunOutcome = Literal["ok", "failed", "cancelled"]
StepStatus = Literal["ok", "failed", "skipped"]

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs(
             id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, document TEXT,
             started_s REAL NOT NULL, elapsed_s REAL NOT NULL, outcome TEXT NOT NULL, error TEXT NOT NULL,
             steps TEXT NOT NULL)""",
        "CREATE INDEX runs_started ON runs(started_s)",
        "CREATE INDEX runs_document ON runs(document, started_s)",
        "CREATE INDEX runs_outcome ON runs(outcome, started_s)",
        """CREATE TABLE run_plugins(
             plugin TEXT NOT NULL, started_s REAL NOT NULL, run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
             PRIMARY KEY(plugin, started_s, run)) WITHOUT ROWID""",
        "CREATE INDEX run_plugins_run ON run_plugins(run)",
        """CREATE TABLE daily(
             day TEXT NOT NULL, plugin TEXT NOT NULL, outcome TEXT NOT NULL, steps INTEGER NOT NULL,
             cached INTEGER NOT NULL, total_s REAL NOT NULL, longest_s REAL NOT NULL,
             PRIMARY KEY(day, plugin, outcome)) WITHOUT ROWID""",
    ),
)


@frozen(kw_only=True)
class StepEntry:
    """One step of a run."""

    step: str
    plugin: str
    outcome: StepStatus
    elapsed_s: float
    """How long the plugin took, in seconds, when the value was computed; 0 when it did not run."""
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
    """A run log. Writing never fails a run: what cannot be written is told once and left out.

    Args:
        path: the file; its folder is made when something is written.
        wall: seconds since 1970.
        warn: told once for each kind of trouble.
    """

    def __init__(self, path: Path, *, wall: Callable[[], float], warn: Callable[[str], object]) -> None:
        self._path: Path = path
        self._wall: Callable[[], float] = wall
        self._warn: Callable[[str], object] = warn
        self._warned: set[str] = set()
        self._lock: threading.RLock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._pid: int = 0
        self._retry_at_s: float = 0.0

    def add(self, run: RunEntry) -> None:
        """Log a finished run."""
        with self._lock:
            if self._wall() < self._retry_at_s <= self._wall() + _RETRY_AFTER_S:
                return
            try:
                _insert(self._writable(), run)
            except (sqlite3.Error, OSError, HistoryUnreadable) as error:
                self.close()
                self._retry_at_s = self._wall() + _RETRY_AFTER_S
                self._tell(f"the history {str(self._path)!r} cannot be written ({error})")

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

        Raises:
            HistoryUnreadable: the file is damaged.
        """
        clauses: list[str] = []
        values: list[object] = []
        conditions = (
            ("document = ?", document),
            ("outcome = ?", outcome),
            ("started_s >= ?", since.timestamp() if since else None),
            ("started_s < ?", until.timestamp() if until else None),
            ("id IN (SELECT run FROM run_plugins WHERE plugin = ?)", plugin),
        )
        for clause, value in conditions:
            if value is not None:
                clauses.append(clause)
                values.append(value)
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        # Only the fixed clauses above enter the text; every value is bound.
        query = f"{_SELECT} {where} ORDER BY started_s DESC, id DESC LIMIT ?"
        return tuple(_run(row) for row in self._rows(query, (*values, limit)))

    def run(self, run_id: str) -> RunEntry | None:
        """Return one run; None when it is not in the log.

        Raises:
            HistoryUnreadable: the file is damaged.
        """
        query = f"{_SELECT} WHERE run_id = ?"
        return next((_run(row) for row in self._rows(query, (run_id,))), None)

    def daily(self, *, days: int = 30) -> tuple[DayCount, ...]:
        """Return how each plugin did on each of the last days, newest first.

        Raises:
            HistoryUnreadable: the file is damaged.
        """
        first = datetime.fromtimestamp(self._wall() - (days - 1) * 86_400, UTC).date().isoformat()
        query = """SELECT day, plugin, outcome, steps, cached, total_s, longest_s FROM daily
                   WHERE day >= ? ORDER BY day DESC, plugin, outcome"""
        names = ("day", "plugin", "outcome", "steps", "cached", "total_s", "longest_s")
        return tuple(DayCount(**dict(zip(names, row, strict=True))) for row in self._rows(query, (first,)))

    def prune(self, *, keep_days: float) -> int:
        """Forget runs older than some days and return how many; the daily counts stay.

        Raises:
            HistoryUnreadable: the file is damaged, newer than this version, or cannot be written.
        """
        with self._lock:
            before = self._wall() - keep_days * 86_400
            try:
                return self._writable().execute("DELETE FROM runs WHERE started_s < ?", (before,)).rowcount
            except (sqlite3.Error, OSError) as error:
                raise HistoryUnreadable(str(self._path), str(error)) from error

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            db, self._db = self._db, None
            if db is not None and self._pid == os.getpid():
                db.close()

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        with self._lock:
            try:
                db = sqlite3.connect(
                    f"{self._path.absolute().as_uri()}?mode=ro",
                    uri=True,
                    timeout=_BUSY_S,
                )
                try:
                    return db.execute(query, values).fetchall()
                finally:
                    db.close()
            except (sqlite3.Error, OSError) as error:
                raise HistoryUnreadable(str(self._path), str(error)) from error

    def _writable(self) -> sqlite3.Connection:
        if self._db is not None and self._pid == os.getpid() and self._path.exists():
            return self._db
        self._db = None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            _migrate(db, str(self._path))
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        self._db, self._pid = db, os.getpid()
        return db

    def _tell(self, sentence: str) -> None:
        kind = sentence.partition("(")[0]
        if kind not in self._warned:
            self._warned.add(kind)
            self._warn(sentence)


_SELECT = "SELECT run_id, name, document, started_s, elapsed_s, outcome, error, steps FROM runs"
_INSERT = """INSERT INTO runs(run_id, name, document, started_s, elapsed_s, outcome, error, steps)
  VALUES(?, ?, ?, ?, ?, ?, ?, ?)"""


def _migrate(db: sqlite3.Connection, path: str) -> None:
    """Bring the file to `SCHEMA_VERSION`, one transaction for each version, so that a kill leaves old or new."""
    while True:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
        if version == SCHEMA_VERSION:
            return
        if version > SCHEMA_VERSION:
            reason = f"it has format {version} and this version writes {SCHEMA_VERSION}; it can be read, not written"
            raise HistoryUnreadable(path, reason)
        db.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while this one waited for the lock.
            if db.execute("PRAGMA user_version").fetchone()[0] == version:
                for statement in _MIGRATIONS[version]:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _insert(db: sqlite3.Connection, run: RunEntry) -> None:
    started_s = run.started_at.timestamp()
    day = run.started_at.astimezone(UTC).date().isoformat()
    steps = json.dumps(to_plain(run.steps), ensure_ascii=False, separators=(",", ":"))
    db.execute("BEGIN IMMEDIATE")
    try:
        row = (
            run.run_id,
            run.name,
            run.document,
            started_s,
            run.elapsed_s,
            run.outcome,
            run.error,
            steps,
        )
        number = db.execute(_INSERT, row).lastrowid
        plugins = {(step.plugin, started_s, number) for step in run.steps}
        db.executemany("INSERT INTO run_plugins VALUES(?, ?, ?)", plugins)
        db.executemany(_COUNT, [_counted(day, step) for step in run.steps])
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


_COUNT = """INSERT INTO daily VALUES(?, ?, ?, 1, ?, ?, ?) ON CONFLICT(day, plugin, outcome) DO UPDATE SET
  steps = steps + 1, cached = cached + excluded.cached, total_s = total_s + excluded.total_s,
  longest_s = max(longest_s, excluded.longest_s)"""


def _counted(day: str, step: StepEntry) -> tuple[object, ...]:
    spent_s = 0.0 if step.cached else step.elapsed_s
    return day, step.plugin, step.outcome, int(step.cached), spent_s, spent_s


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
        steps=tuple(from_plain(each, StepEntry) for each in json.loads(steps)),
    )
