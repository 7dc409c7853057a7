"""Databases are copied while others write to them: by SQLite itself, in one step, and checked before they count."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

MAGIC = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal")
"""What the names of files end in that stand beside a database and mean nothing without it."""
_PATIENCE_S = 30.0


class DatabaseUncopied(Exception):
    """A database could not be copied, or its copy is not whole."""


def copy_database(source: Path, to: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Copy a database that may be in use; the copy is one state of it, and whole.

    Args:
        source: the database.
        to: the copy, which must not exist.
        clock: monotonic time in seconds.

    Raises:
        DatabaseUncopied: somebody holds it for too long, or it is damaged.
    """
    deadline = clock() + _PATIENCE_S

    def waited(status: int, remaining: int, total: int) -> None:
        del remaining, total
        if status != sqlite3.SQLITE_DONE and clock() > deadline:
            raise DatabaseUncopied(f"somebody wrote to it for {_PATIENCE_S:.0f} s without a pause")

    try:
        with closing(_opened(source)) as found, closing(sqlite3.connect(to)) as copy:
            # One step: copied in several, it would begin anew with each change and might never end.
            found.backup(copy, pages=-1, progress=waited, sleep=0.05)
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as error:
        raise DatabaseUncopied(f"SQLite cannot copy it: {error}") from error
    told = fault_of(to)
    if told:
        raise DatabaseUncopied(f"it is damaged: {told}")


def fault_of(path: Path) -> str:
    """Return what is wrong with a database that nobody uses; empty when it is whole."""
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1", uri=True)) as db:
            rows = db.execute("PRAGMA integrity_check(3)").fetchall()
    except sqlite3.Error as error:
        return str(error)
    told = "; ".join(str(row[0]) for row in rows)
    return "" if told == "ok" else told


def _opened(source: Path) -> sqlite3.Connection:
    """Open a database; one that cannot be written to is read as it stands."""
    name = f"file:{quote(os.fsencode(source))}"
    try:
        return _answering(f"{name}?mode=rw")
    except sqlite3.OperationalError:
        if any(Path(f"{source}{end}").exists() for end in BESIDE):
            return _answering(f"{name}?mode=ro")
        return _answering(f"{name}?mode=ro&immutable=1")


def _answering(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=_PATIENCE_S)
    try:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except BaseException:
        db.close()
        raise
    return db
