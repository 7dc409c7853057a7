"""Results in an SQLite file that several processes share. Any trouble with the file is a miss, never an exception.

Each entry carries a sha256 over its key and its body, so a flipped bit, a torn write or an entry under the wrong key
is found before its bytes are used. A file that is damaged is set aside and a new one begun; one that cannot be reached
is left alone for a while.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from qualia._engine.cache.codec import Codec
from qualia._engine.cache.file import PAGE_BYTES, SPARE_PAGES, CacheFile, UnfitFile
from qualia._engine.network import read_mounts
from qualia.cache import CacheStats
from qualia.result import Result

T = TypeVar("T")

_TOUCH_EVERY_US = 60_000_000
_RETRY_AFTER_S = 30.0
_EVICT_ROWS = 64
_PUT_PAGES = 4
_TEND_EVERY_BYTES = 1024 * 1024
_LARGEST_BYTES = 512 * 1024 * 1024
_TROUBLE = (sqlite3.Error, sqlite3.Warning, OSError, OverflowError, MemoryError, ValueError, UnfitFile)

_GET = "SELECT body, sum, used_us FROM entries WHERE id = ?"
# An entry's time is never before another's that was used earlier, even when the clock goes back.
_NEXT_US = "max(?, coalesce((SELECT max(used_us) + 1 FROM entries), 0))"
_PUT = f"INSERT OR REPLACE INTO entries(id, used_us, sum, body) VALUES(?, {_NEXT_US}, ?, ?)"
_TOUCH = f"UPDATE entries SET used_us = {_NEXT_US} WHERE id = ?"  # noqa: S608
_OLDEST = "SELECT id, length(body) FROM entries ORDER BY used_us LIMIT ?"
_DROP = "DELETE FROM entries WHERE id = ?"
_DROP_IF = "DELETE FROM entries WHERE id = ? AND sum IS ?"


class DiskCache:
    """Results in one file, bounded in bytes; the least recently used go first.

    What is used again within a minute is not moved up anew, since that would turn each hit into a write.

    Args:
        path: the file; its folder is made when it is missing.
        max_bytes: bound of the file.
        wall: seconds since 1970, shared by all processes.
        warn: told once for each kind of trouble.
        mounts: tells what is mounted where, in the lines of Linux' ``/proc/self/mounts``.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        wall: Callable[[], float],
        warn: Callable[[str], object],
        mounts: Callable[[], str] = read_mounts,
    ) -> None:
        self._told_path: str = repr(str(path))
        self._max_bytes: int = max_bytes
        self._max_pages: int = max_bytes // PAGE_BYTES
        self._wall: Callable[[], float] = wall
        self._warn: Callable[[str], object] = warn
        self._warned: set[str] = set()
        self._untold: list[str] = []
        self._codec: Codec = Codec()
        self._file: CacheFile = CacheFile(path, max_bytes=max_bytes, mounts=mounts)
        self._pid: int = os.getpid()
        self._lock: threading.Lock = threading.Lock()
        self._closed: bool = False
        # Until when the file is neither read nor written, and until when it is not written.
        self._no_use_until_s: float = 0.0
        self._no_writes_until_s: float = 0.0
        self._bytes_put: int = 0
        self._hits: int = 0
        self._misses: int = 0
        self._evictions: int = 0
        self._damaged: int = 0
        self._errors: int = 0

    def get(self, key: str, *, again: bool = False) -> Result[Any] | None:
        """Return the result kept under a key; None when there is none, or anything is wrong with it."""
        hashed, row_id = _named(key)
        row = self._safely(lambda db: db.execute(_GET, (row_id,)).fetchone(), to_write=False)
        result = None if row is None else self._verified(hashed, row_id, row)
        with self._here():
            if result is None:
                self._misses += not again
            else:
                self._hits += not again
        return result

    def _verified(self, hashed: Any, row_id: int, row: tuple[Any, ...]) -> Result[Any] | None:
        body, checksum, used_us = row
        try:
            result = self._codec.decode(_intact(hashed, body, checksum))
        except ValueError as error:
            self._drop_damaged(row_id, checksum, error)
            return None
        now_us = int(self._wall() * 1e6)
        if not isinstance(used_us, int) or now_us - used_us > _TOUCH_EVERY_US:
            self._safely(lambda db: db.execute(_TOUCH, (now_us, row_id)), to_write=True)
        return result

    def _drop_damaged(self, row_id: int, checksum: object, error: ValueError) -> None:
        with self._here():
            self._damaged += 1
            self._note(f"an entry of the cache {self._told_path} was damaged and is computed anew ({error})")
        # Another process may have mended it meanwhile, and then its sum is another.
        self._safely(lambda db: db.execute(_DROP_IF, (row_id, checksum)), to_write=True)

    def put(self, key: str, result: Result[Any]) -> None:
        """Keep a result, unless it is larger than the bound by itself, or cannot be written as JSON."""
        try:
            body = self._codec.encode(result)
        except (TypeError, ValueError, RecursionError, AttributeError) as error:
            with self._here():
                self._errors += 1
                self._note(f"a result cannot be kept in the cache {self._told_path} ({error})")
            self._tell()
            return
        pages = len(body) // PAGE_BYTES + _PUT_PAGES
        if pages + SPARE_PAGES <= self._max_pages and len(body) <= _LARGEST_BYTES:
            hashed, row_id = _named(key)
            hashed.update(body)
            row = (row_id, int(self._wall() * 1e6), hashed.digest(), body)
            self._safely(lambda db: self._insert(db, row, pages), to_write=True)

    def _insert(self, db: sqlite3.Connection, row: tuple[object, ...], pages: int) -> None:
        evicted = 0
        try:
            db.execute("BEGIN IMMEDIATE")
            evicted = self._make_room(db, pages)
            db.execute(_PUT, row)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise
        self._evictions += evicted
        self._bytes_put += pages * PAGE_BYTES
        if self._bytes_put > _TEND_EVERY_BYTES:
            self._bytes_put = 0
            self._file.tend(db)

    def _make_room(self, db: sqlite3.Connection, pages: int) -> int:
        """Drop what was not used for longest until some pages are free, and return how many entries that were."""
        room = self._max_pages - pages - _number(db, "PRAGMA page_count")
        if room >= 0:
            return 0
        evicted = 0
        missing: float
        while (missing := -room - _number(db, "PRAGMA freelist_count")) > 0:
            oldest = db.execute(_OLDEST, (_EVICT_ROWS,)).fetchall()
            if not oldest:
                raise UnfitFile("it is full, and there is nothing in it")
            for row_id, size in oldest:
                evicted += db.execute(_DROP, (row_id,)).rowcount
                missing -= -(-size // PAGE_BYTES) if isinstance(size, int) and size > PAGE_BYTES else 0.25
                if missing <= 0:
                    break
        return evicted

    def clear(self) -> None:
        """Remove the file without reading it, so that a broken one goes too."""
        with self._here():
            self._no_use_until_s = self._no_writes_until_s = 0.0
            try:
                self._file.remove()
            except OSError as error:
                removed: OSError | None = error
            else:
                removed = None
        if removed is not None:
            # A system that does not remove what somebody has open; its entries can still go.
            self._safely(lambda db: db.execute("DELETE FROM entries"), to_write=True)

    def stats(self) -> tuple[CacheStats, ...]:
        """Return how full the file is, and how this process used it."""
        entries, size = 0, 0
        if self._file.exists():
            entries, size = self._safely(_fullness, to_write=False) or (0, 0)
        with self._here():
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
        with self._here():
            self._closed = True
            self._file.let_go()

    def _here(self) -> threading.Lock:
        """Return the lock; a forked child gets its own, since its parent's may be held by a thread it does not have."""
        if self._pid != os.getpid():
            if self._lock.locked():
                # Such a thread was at work on the file, and a connection in that state can neither be used nor closed.
                self._closed = True
            else:
                # Idle, it can be closed without harm to the parent, whose locks a child does not hold.
                self._file.let_go()
            self._lock, self._pid = threading.Lock(), os.getpid()
        return self._lock

    def _safely(self, action: Callable[[sqlite3.Connection], T], *, to_write: bool) -> T | None:
        """Do something with the open file; trouble is counted, told once, and answered with None."""
        answer: T | None = None
        with self._here():
            if not self._closed and not self._is_left_alone(to_write):
                try:
                    answer = action(self._file.opened(to_write=to_write))
                except _TROUBLE as error:
                    if self._file.was_replaced():
                        # Cleared by somebody in the middle of it: a miss, and the next use begins anew.
                        self._file.let_go()
                    else:
                        self._errors += 1
                        self._mend(error, to_write)
        if self._untold:
            self._tell()
        return answer

    def _is_left_alone(self, to_write: bool) -> bool:
        until_s = max(self._no_use_until_s, self._no_writes_until_s) if to_write else self._no_use_until_s
        if until_s == 0.0:
            return False
        # A clock that went back must not make it longer.
        return 0.0 < until_s - self._wall() <= _RETRY_AFTER_S

    def _mend(self, error: BaseException, to_write: bool) -> None:
        """Set a damaged file aside; leave one that cannot be read or written alone for a while."""
        if self._file.is_damage(error):
            self._damaged += 1
            self._note(f"the cache {self._told_path} was damaged and is begun anew ({error})")
            try:
                self._file.set_aside()
            except OSError as failure:
                error = failure
            else:
                return
        self._file.let_go()
        until_s = self._wall() + _RETRY_AFTER_S
        if to_write:
            self._no_writes_until_s = until_s
            self._note(f"the cache {self._told_path} cannot be written and results are computed anew ({error})")
        else:
            self._no_use_until_s = until_s
            self._note(f"the cache {self._told_path} cannot be used and results are computed anew ({error})")

    def _note(self, sentence: str) -> None:
        kind = sentence.partition(" (")[0]
        if kind not in self._warned:
            self._warned.add(kind)
            self._untold.append(sentence)

    def _tell(self) -> None:
        """Warn without the lock, for whoever hears it may use the cache, or turn it into an exception."""
        while self._untold:
            self._warn(self._untold.pop(0))


def _named(key: str) -> tuple[Any, int]:
    """Return a hash that has seen a key, and the number its row has."""
    hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass") + b"\n")
    return hashed, int.from_bytes(hashed.digest()[:8], "big", signed=True)


def _intact(hashed: Any, body: object, checksum: object) -> bytes:
    """Return a body that is what was put under the key that the hash has seen.

    Raises:
        ValueError: it is not.
    """
    if isinstance(body, bytes):
        hashed.update(body)
        if hashed.digest() == checksum:
            return body
    raise ValueError("its checksum is wrong")


def _number(db: sqlite3.Connection, query: str) -> int:
    row = db.execute(query).fetchone()
    if row is None or not isinstance(row[0], int):
        raise UnfitFile(f"it has no answer to {query}")
    return row[0]


def _fullness(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many entries there are and the bytes of the pages they take."""
    entries = _number(db, "SELECT count(*) FROM entries")
    pages = _number(db, "PRAGMA page_count") - _number(db, "PRAGMA freelist_count")
    return entries, pages * PAGE_BYTES if entries else 0
