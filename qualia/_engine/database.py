"""The history's SQLite file, which several processes share: opened late, migrated once, set aside when damaged.

SQLite before 3.51.3 can damage a file when one connection checkpoints while another writes. So nothing is
checkpointed on the side here: now and then a writer does it with the write lock held, and a last close does.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from qualia._engine.network import is_on_network, read_mounts
from qualia.errors import HistoryUnreadable

T = TypeVar("T")

Migrations = Sequence[Sequence[str]]
"""For each version of the file, from 1, the statements that make it from the one before."""

_BUSY_S = 5.0
# Each entry changes five pages or so; small ones are written faster.
_PAGE_BYTES = 2048
_WAL_BYTES = 16 * 1024 * 1024
_LOOK_AT_WAL_EVERY = 256
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """A file, and the two connections this process has open of it: one that writes, one that reads.

    Args:
        path: the file; it and its folder are made when something is written.
        migrations: how each version of it is made from the one before.
        application_id: what marks the file as ours.
        warn: told when a damaged file is set aside.
    """

    def __init__(
        self, path: Path, migrations: Migrations, *, application_id: int, warn: Callable[[str], object]
    ) -> None:
        self._path: Path = path
        self._name: str = str(path)
        self._migrations: Migrations = migrations
        self._application_id: int = application_id
        self._warn: Callable[[str], object] = warn
        self._locks: dict[int, threading.RLock] = {}
        self._pid: int = os.getpid()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._inodes: dict[str, int] = {}
        self._inherited: tuple[sqlite3.Connection | None, ...] = ()
        self._found_version: int = 0
        self._writes: int = 0

    def write(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in one transaction, all of it or nothing; a damaged file is set aside and begun anew first.

        Raises:
            HistoryUnreadable: the file is newer than this version, or another program's.
            sqlite3.Error: it cannot be written.
            OSError: likewise.
        """
        with self._lock():
            self._disown()
            try:
                return self._transaction(action)
            except sqlite3.DatabaseError as error:
                if not self._set_aside(error):
                    raise
            return self._transaction(action)

    def read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none when there is no file yet.

        Raises:
            HistoryUnreadable: the file is damaged, cannot be read, or is too new to be understood.
        """
        with self._lock():
            self._disown()
            try:
                db = self._open_to_read()
                return [] if db is None else db.execute(query, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._close_reader()
                found, newest = self._found_version, len(self._migrations)
                newer = f"; it has format {found} and this version knows {newest}" if found > newest else ""
                raise HistoryUnreadable(str(self._path), f"{error}{newer}") from error

    def close(self) -> None:
        """Close what this process has open; the next use opens it again."""
        with self._lock():
            self._disown()
            self._close_reader()
            self._close_writer()

    def _lock(self) -> threading.RLock:
        """Return this process's lock: a forked child must not wait for a thread that it does not have."""
        pid = os.getpid()
        return self._locks.get(pid) or self._locks.setdefault(pid, threading.RLock())

    def _disown(self) -> None:
        """Put away what a parent had open: SQLite forbids its child to use a connection, and even to close it."""
        if self._pid != os.getpid():
            self._inherited = (*self._inherited, self._writer, self._reader)
            self._writer = self._reader = None
            self._pid = os.getpid()

    def _transaction(self, action: Callable[[sqlite3.Connection], T]) -> T:
        db = self._open_to_write()
        db.execute("BEGIN IMMEDIATE")
        try:
            done = action(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._writes += 1
        if self._writes % _LOOK_AT_WAL_EVERY == 0:
            self._checkpoint(db)
        return done

    def _checkpoint(self, db: sqlite3.Connection) -> None:
        """Empty a log that has grown long, unless somebody is at work on the file just now."""
        try:
            if Path(f"{self._path}-wal").stat().st_size < _WAL_BYTES:
                return
        except OSError:
            return
        db.execute("PRAGMA busy_timeout = 0")
        try:
            # This kind takes the write lock first. What it cannot do now, it does later.
            with suppress(sqlite3.OperationalError):
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            db.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")

    def _open_to_write(self) -> sqlite3.Connection:
        if self._writer is not None and self._is_same_file("writer"):
            return self._writer
        self._close_writer()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Made here because SQLite would let everybody read it; its side files take over these permissions.
        # Only when it is missing: closing a descriptor of a live file would drop this process's locks on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._inodes["writer"] = self._path.stat().st_ino
        db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            _check_ours(db, str(self._path), self._application_id, len(self._migrations))
            _choose_journal(db, self._path)
            migrate(db, self._migrations, application_id=self._application_id)
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute("PRAGMA cache_size = -16384")
        except BaseException:
            db.close()
            raise
        self._writer = db
        return db

    def _open_to_read(self) -> sqlite3.Connection | None:
        """Return a connection that reads; None when there is no file, or nothing in it yet."""
        if self._reader is not None and self._is_same_file("reader"):
            return self._reader
        self._close_reader()
        if not self._path.exists():
            return None
        db, lasting = connect_to_read(self._path)
        try:
            version = self._found_version = _version(db)
            if version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                db.close()
                return None
            if 0 < version < len(self._migrations) and lasting:
                self._open_to_write()
        except BaseException:
            db.close()
            raise
        # What was opened as immutable never sees a change, so it is looked at afresh each time.
        self._reader, self._inodes["reader"] = db, self._path.stat().st_ino if lasting else -1
        return db

    def _is_same_file(self, name: str) -> bool:
        """Tell whether the path still means the file that is open; somebody may have put another in its place."""
        try:
            return os.stat(self._name).st_ino == self._inodes[name]  # noqa: PTH116 - each write and read waits for it
        except OSError:
            return False

    def _close_reader(self) -> None:
        db, self._reader = self._reader, None
        _close(db)

    def _close_writer(self) -> None:
        db, self._writer = self._writer, None
        _close(db)

    def _set_aside(self, error: sqlite3.DatabaseError) -> bool:
        """Rename a damaged file, with what belongs to it, and tell whether a new one can be begun."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            return False
        replaced = not self._is_same_file("writer")
        self.close()
        if replaced:
            # Another process was faster, and its new file must not be set aside too.
            return True
        number = 1
        while Path(f"{self._path}.damaged-{number}").exists():
            number += 1
        aside = f"{self._path}.damaged-{number}"
        for suffix in ("-wal", "-shm", "-journal", ""):
            with suppress(FileNotFoundError):
                Path(f"{self._path}{suffix}").replace(f"{aside}{suffix}")
        self._warn(f"the history {str(self._path)!r} was damaged; it is kept as {aside!r} and begun anew ({error})")
        return True


def migrate(db: sqlite3.Connection, migrations: Migrations, *, application_id: int) -> None:
    """Bring a file to the newest version, in one transaction for each, so that a kill leaves an old or a new one.

    Of several processes that begin at once, one migrates and the others wait for it.
    """
    while (version := _version(db)) < len(migrations):
        db.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while this one waited for the lock.
            if _version(db) == version:
                for statement in migrations[version]:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {application_id}")
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _close(db: sqlite3.Connection | None) -> None:
    """Close a connection, whatever its file has to say to that."""
    if db is not None:
        with suppress(sqlite3.Error):
            db.close()


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _check_ours(db: sqlite3.Connection, path: str, application_id: int, newest: int) -> None:
    version = _version(db)
    marked: int = db.execute("PRAGMA application_id").fetchone()[0]
    if marked != application_id and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0:
        # Asked again, because another process may just have made the file.
        marked = db.execute("PRAGMA application_id").fetchone()[0]
        if marked != application_id:
            raise HistoryUnreadable(path, "it is another program's file; name another state folder")
    if version > newest:
        reason = f"it has format {version} and this version writes {newest}; it can be read, not written"
        raise HistoryUnreadable(path, reason)


def _choose_journal(db: sqlite3.Connection, path: Path) -> None:
    """Switch to the write-ahead log. SQLite does not wait for others when it switches, so this does."""
    wanted = "truncate" if is_on_network(path.parent, read_mounts()) else "wal"
    give_up_s = time.monotonic() + _BUSY_S
    while True:
        try:
            db.execute(f"PRAGMA journal_mode = {wanted}").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_s:
                raise
            time.sleep(0.005)
        else:
            return


def connect_to_read(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Return a connection that reads, and whether it will see later changes.

    Raises:
        sqlite3.Error: the file cannot be read, or is no database.
    """
    address = path.absolute().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        db.close()
        if os.access(path.parent, os.W_OK):
            raise
        # A log beside the file cannot be opened where nothing may be written.
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, check_same_thread=False), False
    except BaseException:
        db.close()
        raise
    return db, True
