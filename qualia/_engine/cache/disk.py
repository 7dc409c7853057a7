"""Results in an SQLite file that several processes share. Any trouble with the file is a miss, never an exception.

Each entry carries a sha256 over its key and its body, so a flipped bit, a torn write or a row under the
wrong key is found before its bytes are used. A file SQLite cannot read is set aside and a new one begun.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from qualia._engine.cache.codec import decode, encode
from qualia.cache import CacheStats
from qualia.result import Result

T = TypeVar("T")

_FORMAT = 1
_BUSY_S = 2.0
_TOUCH_EVERY_S = 60.0
_RETRY_AFTER_S = 30.0
_ROW_BYTES = 200
_EVICT_ROWS = 16
_SIDE_FILES = ("-wal", "-shm", "-journal")
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries(
  key TEXT PRIMARY KEY, sum BLOB NOT NULL, size INTEGER NOT NULL, used_s REAL NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS entries_used ON entries(used_s);
CREATE TABLE IF NOT EXISTS totals(id INTEGER PRIMARY KEY CHECK(id = 1), entries INTEGER, bytes INTEGER);
INSERT OR IGNORE INTO totals VALUES(1, 0, 0);
CREATE TRIGGER IF NOT EXISTS entry_added AFTER INSERT ON entries BEGIN
  UPDATE totals SET entries = entries + 1, bytes = bytes + NEW.size; END;
CREATE TRIGGER IF NOT EXISTS entry_gone AFTER DELETE ON entries BEGIN
  UPDATE totals SET entries = entries - 1, bytes = bytes - OLD.size; END;
COMMIT;
"""


class DiskCache:
    """Results in one file, bounded in bytes; the least recently used go first.

    Args:
        path: the file; its folder is made when it is missing.
        max_bytes: bound of the entries, keys and bookkeeping counted.
        wall: seconds since 1970, shared by all processes.
        warn: told once for each kind of trouble.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        wall: Callable[[], float],
        warn: Callable[[str], object],
    ) -> None:
        self._path: Path = path
        self._max_bytes: int = max_bytes
        self._wall: Callable[[], float] = wall
        self._warn: Callable[[str], object] = warn
        self._warned: set[str] = set()
        self._lock: threading.RLock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._pid: int = 0
        self._closed: bool = False
        self._inode: int = 0
        self._retry_at_s: float = 0.0
        self._hits: int = 0
        self._misses: int = 0
        self._evictions: int = 0
        self._damaged: int = 0
        self._errors: int = 0

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result kept under a key; None when there is none, or anything is wrong with it."""
        row = self._safely(lambda db: db.execute(_GET, (key,)).fetchone())
        result = None if row is None else self._verified(key, row)
        with self._lock:
            if result is None:
                self._misses += not again
            else:
                self._hits += not again
        return result

    def _verified(self, key: str, row: tuple[Any, ...]) -> Result[Any] | None:
        body, checksum, used_s = row
        now = self._wall()
        try:
            result = decode(_intact(key, body, checksum))
        except (ValueError, TypeError, RecursionError) as error:
            with self._lock:
                self._damaged += 1
            self._tell(f"an entry of the cache {str(self._path)!r} was damaged and is computed anew ({error})")
            self._delete(key)
            return None
        if not isinstance(used_s, float) or abs(now - used_s) > _TOUCH_EVERY_S:
            self._safely(lambda db: db.execute("UPDATE entries SET used_s = ? WHERE key = ?", (now, key)))
        return result

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result, unless it is larger than the bound by itself."""
        body = encode(result)
        size = len(body) + len(key) + _ROW_BYTES
        if size <= self._max_bytes:
            self._safely(lambda db: self._insert(db, key, body, size))

    def _insert(self, db: sqlite3.Connection, key: str, body: bytes, size: int) -> None:
        now = self._wall()
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("DELETE FROM entries WHERE key = ?", (key,))
            row = (key, _checksum(key, body), size, now, body)
            db.execute("INSERT INTO entries VALUES(?, ?, ?, ?, ?)", row)
            while self._total(db) > self._max_bytes and db.execute(_EVICT, (_EVICT_ROWS, key)).rowcount > 0:
                self._evictions += 1
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _total(self, db: sqlite3.Connection) -> int:
        row = db.execute("SELECT bytes FROM totals").fetchone()
        if row is None or not isinstance(row[0], int):
            raise sqlite3.DatabaseError("the totals are damaged")
        return row[0]

    def _delete(self, key: str) -> None:
        self._safely(lambda db: db.execute("DELETE FROM entries WHERE key = ?", (key,)))

    def clear(self) -> None:
        """Remove the file without reading it, so that a broken one goes too."""
        with self._lock:
            self._let_go()
            self._retry_at_s = 0.0
            try:
                for name in ("", *_SIDE_FILES):
                    Path(f"{self._path}{name}").unlink(missing_ok=True)
            except OSError:
                # Another process holds the file open on a system that then forbids its removal.
                self._safely(lambda db: db.execute("DELETE FROM entries"))

    def stats(self) -> tuple[CacheStats, ...]:
        """Return how full the file is, and how this process used it."""
        row = self._safely(lambda db: db.execute("SELECT entries, bytes FROM totals").fetchone())
        entries, size = row if row is not None else (0, 0)
        with self._lock:
            return (
                CacheStats(
                    name="disk",
                    entries=entries,
                    size_bytes=size,
                    max_bytes=self._max_bytes,
                    hits=self._hits,
                    misses=self._misses,
                    evictions=self._evictions,
                    damaged=self._damaged,
                    errors=self._errors,
                ),
            )

    def close(self) -> None:
        """Close the file for good: from now on it is empty."""
        with self._lock:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            db, self._db = self._db, None
            if db is not None and self._pid == os.getpid():
                try:
                    db.close()
                except sqlite3.Error as error:
                    self._tell(f"the cache {str(self._path)!r} could not be closed cleanly ({error})")

    def _safely(self, action: Callable[[sqlite3.Connection], T]) -> T | None:
        """Do something with the open file; trouble is counted, told once, and answered with None."""
        with self._lock:
            if self._closed:
                return None
            if self._retry_at_s > self._wall() and self._retry_at_s - self._wall() <= _RETRY_AFTER_S:
                return None
            try:
                return action(self._open())
            except (
                sqlite3.Error,
                sqlite3.Warning,
                OSError,
                OverflowError,
                MemoryError,
                UnicodeError,
            ) as error:
                self._errors += 1
                self._mend(error)
                return None

    def _open(self) -> sqlite3.Connection:
        if self._db is not None and self._pid == os.getpid() and self._is_same_file():
            return self._db
        if self._pid == os.getpid():
            self._let_go()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            _check_format(db)
            db.execute(f"PRAGMA journal_mode = {'TRUNCATE' if _is_on_network(self._path) else 'WAL'}")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA journal_size_limit = 16777216")
            db.executescript(_SCHEMA)
            db.execute(f"PRAGMA user_version = {_FORMAT}")
        except BaseException:
            db.close()
            raise
        self._db, self._pid, self._inode = db, os.getpid(), self._path.stat().st_ino
        return db

    def _is_same_file(self) -> bool:
        """Tell whether the name still means the file that is open; somebody may have cleared the cache."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def _mend(self, error: BaseException) -> None:
        """Set a damaged file aside; leave one that cannot be reached alone for a while."""
        self._let_go()
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            self._damaged += 1
            self._tell(f"the cache {str(self._path)!r} was damaged and is begun anew ({error})")
            try:
                for name in _SIDE_FILES:
                    Path(f"{self._path}{name}").unlink(missing_ok=True)
                self._path.replace(f"{self._path}.damaged")
            except OSError as failure:
                error = failure
            else:
                return
        if "locked" not in str(error):
            self._retry_at_s = self._wall() + _RETRY_AFTER_S
        self._tell(f"the cache {str(self._path)!r} cannot be used and results are computed anew ({error})")

    def _tell(self, sentence: str) -> None:
        kind = sentence.partition("(")[0]
        if kind not in self._warned:
            self._warned.add(kind)
            self._warn(sentence)


_GET = "SELECT body, sum, used_s FROM entries WHERE key = ?"
_EVICT = "DELETE FROM entries WHERE key IN (SELECT key FROM entries ORDER BY used_s LIMIT ?) AND key <> ?"


def _check_format(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] not in (0, _FORMAT):
        raise sqlite3.DatabaseError("the file has another format")


def _intact(key: str, body: Any, checksum: object) -> bytes:
    if not isinstance(body, bytes) or checksum != _checksum(key, body):
        raise ValueError("its checksum is wrong")
    return body


def _checksum(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + body).digest()


def _is_on_network(path: Path) -> bool:
    """Tell whether a file lies on a network file system, where SQLite's shared memory does not work (Linux only)."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    mounts = [line.split(" ")[1:3] for line in lines if line.count(" ") >= 2]
    folder = str(path.parent.resolve())
    holding = [each for each in mounts if f"{folder}/".startswith(f"{each[0].rstrip('/')}/")]
    kind = max(holding, key=lambda each: len(each[0]), default=["", ""])[1]
    return kind.startswith(("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ceph", "gluster"))
