"""The cache's file seen from outside: what is in it, whether it is sound, and how parts of it are dropped.

Everything here works while others use the file. Unlike the cache itself, which answers trouble with a miss, this tells
of it: whoever asks wants to know.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._engine.cache.codec import Codec, plugin_in
from qualia._engine.cache.file import PAGE_BYTES, SIDE_FILES, CacheFile, UnfitFile, check_ours
from qualia.errors import CacheUnreadable
from qualia.result import Result

_BUSY_S = 2.0
# An entry begins with its plugin; more would have SQLite read on to other pages.
_BEGINNING_BYTES = 128
_TOLD_EVERY = 1_000
_QUICK_BYTES = 32 * 1024 * 1024
_TROUBLE = (sqlite3.Error, sqlite3.Warning, OSError, UnfitFile)

_HEADS = "SELECT id, used_us, length(body), substr(body, 1, ?) FROM entries ORDER BY id"
_WHOLE = "SELECT sum, body FROM entries WHERE id = ?"
_DROP_IF_DAMAGED = "DELETE FROM entries WHERE id = ? AND sum IS ?"
_DROP_IF_UNUSED = "DELETE FROM entries WHERE id = ? AND used_us <= ?"

KeysOf = Callable[[Result[Any]], Iterable[str]]
"""Gives the keys that a result may be kept under."""


@frozen(kw_only=True)
class PluginShare:
    """What one plugin has in the cache."""

    plugin: str
    """Its id; empty for entries that do not tell."""
    entries: int
    size_bytes: int


@frozen(kw_only=True)
class Survey:
    """What is in a cache's file."""

    entries: int
    size_bytes: int
    """Bytes of all entries."""
    file_bytes: int
    """Bytes on the disk, with the log beside the file and what was set aside."""
    oldest: datetime | None
    """When the entry that was used least recently was used, in UTC; None when there is none."""
    newest: datetime | None
    """When an entry was used last, in UTC; None when there is none."""
    plugins: tuple[PluginShare, ...]
    """Those that take the most first."""


@frozen(kw_only=True)
class DamagedEntry:
    """An entry that is not what was put there."""

    plugin: str
    """Id of the plugin it says it is from; empty when it says nothing."""
    size_bytes: int
    reason: str


@frozen(kw_only=True)
class Verification:
    """What became of a look at every entry."""

    entries: int
    """How many were looked at."""
    damaged: tuple[DamagedEntry, ...]
    trouble: str
    """What is wrong with the file as a whole; empty when nothing is."""
    removed: int
    """Damaged entries that were removed."""
    aside: Path | None
    """Where a damaged file was put; None when it stayed."""


@frozen(kw_only=True)
class Dropped:
    """What was dropped, or would be."""

    entries: int
    size_bytes: int


def survey(path: Path) -> Survey:
    """Return what is in a cache's file; a file that is not there holds nothing.

    Raises:
        CacheUnreadable: it is damaged, something else, or cannot be read.
    """
    shares: dict[str, list[int]] = {}
    moments: list[int] = []
    size_bytes = 0
    for _row_id, used_us, length, plugin in _heads(path):
        share = shares.setdefault(plugin, [0, 0])
        share[0] += 1
        share[1] += length
        size_bytes += length
        moments.append(used_us)
    plugins = [PluginShare(plugin=name, entries=each[0], size_bytes=each[1]) for name, each in shares.items()]
    return Survey(
        entries=len(moments),
        size_bytes=size_bytes,
        file_bytes=disk_bytes(path),
        oldest=_moment(min(moments)) if moments else None,
        newest=_moment(max(moments)) if moments else None,
        plugins=tuple(sorted(plugins, key=lambda each: (-each.size_bytes, each.plugin))),
    )


def verify(
    path: Path,
    *,
    keys: KeysOf = lambda result: (result.key,),
    repair: bool = False,
    tell: Callable[[int], object] = lambda _entries: None,
) -> Verification:
    """Look at the whole file and at every entry's checksum.

    Args:
        path: the file; one that is not there is sound.
        keys: which keys a result may be kept under; by default its own.
        repair: whether damaged entries are removed, and a file that is damaged as a whole is set aside.
        tell: told now and then how many entries were looked at.

    Raises:
        CacheUnreadable: it cannot be read, or not be repaired.
    """
    found: dict[int, tuple[object, DamagedEntry]] = {}
    entries, trouble = 0, ""
    try:
        with _reading(path) as db:
            if db is not None:
                trouble = _structure(db)
                for row_id, checksum, body in _bodies(db):
                    entries += 1
                    if entries % _TOLD_EVERY == 0:
                        tell(entries)
                    reason = _why_damaged(row_id, checksum, body, keys)
                    if reason:
                        plugin, size = plugin_in(body) if isinstance(body, bytes) else "", _length(body)
                        found[row_id] = (checksum, DamagedEntry(plugin=plugin, size_bytes=size, reason=reason))
    except _TROUBLE as error:
        if not _file(path).is_damage(error):
            raise _unreadable(path, error) from error
        trouble = str(error)
    removed, aside = 0, None
    if repair and trouble:
        aside = _set_aside(path)
    elif repair and found:
        removed = _delete(path, _DROP_IF_DAMAGED, ((row_id, checksum) for row_id, (checksum, _) in found.items()))
    damaged = tuple(each for _, each in found.values())
    return Verification(entries=entries, damaged=damaged, trouble=trouble, removed=removed, aside=aside)


def drop(
    path: Path, *, plugin: str | None = None, unused_since: datetime | None = None, dry_run: bool = False
) -> Dropped:
    """Drop entries; the file keeps its size, and the room in it is used again.

    Args:
        path: the file.
        plugin: only what this plugin gave; None for every plugin.
        unused_since: only what was not used after this moment; None for whenever it was used.
        dry_run: whether they are only counted.

    Raises:
        CacheUnreadable: the file is damaged, something else, or cannot be written.
    """
    until_us = _LATEST_US if unused_since is None else int(unused_since.timestamp() * 1e6)
    chosen = [
        (row_id, length)
        for row_id, used_us, length, whose in _heads(path)
        if used_us <= until_us and plugin in (None, whose)
    ]
    if chosen and not dry_run:
        _delete(path, _DROP_IF_UNUSED, ((row_id, until_us) for row_id, _ in chosen))
    return Dropped(entries=len(chosen), size_bytes=sum(length for _, length in chosen))


def remove(path: Path) -> int:
    """Remove the file without reading it, so that a broken one goes too, and return the bytes that this freed.

    Raises:
        CacheUnreadable: it cannot be removed.
    """
    before = disk_bytes(path)
    try:
        _file(path).remove()
    except OSError as error:
        raise _unreadable(path, error) from error
    return before - disk_bytes(path)


def quick_trouble(path: Path) -> str:
    """Return what is wrong with the file at a quick look, which passes over a large file's pages; empty for nothing.

    Raises:
        CacheUnreadable: it cannot be read.
    """
    try:
        with _reading(path) as db:
            if db is None or path.stat().st_size > _QUICK_BYTES:
                return ""
            return _structure(db, check="quick_check")
    except _TROUBLE as error:
        if _file(path).is_damage(error):
            return str(error)
        raise _unreadable(path, error) from error


def disk_bytes(path: Path) -> int:
    """Return the bytes of the file on the disk, with the log beside it and what was set aside."""
    names = [path, *(Path(f"{path}{suffix}") for suffix in (*SIDE_FILES, ".damaged"))]
    return sum(_size(each) for each in names)


_LATEST_US = 2**62


def _heads(path: Path) -> Iterator[tuple[int, int, int, str]]:
    """Yield id, moment of last use, length and plugin of every entry."""
    try:
        with _reading(path) as db:
            rows: list[tuple[Any, ...]] = [] if db is None else db.execute(_HEADS, (_BEGINNING_BYTES,)).fetchall()
    except _TROUBLE as error:
        raise _unreadable(path, error) from error
    for row_id, used_us, length, beginning in rows:
        moment = used_us if isinstance(used_us, int) else 0
        yield row_id, moment, _length(length), plugin_in(beginning) if isinstance(beginning, bytes) else ""


def _bodies(db: sqlite3.Connection) -> Iterator[tuple[int, object, object]]:
    """Yield id, checksum and body of every entry, each read by itself, so that nobody waits for the whole."""
    for (row_id,) in db.execute("SELECT id FROM entries ORDER BY id").fetchall():
        row = db.execute(_WHOLE, (row_id,)).fetchone()
        if row is not None:
            yield row_id, row[0], row[1]


def _why_damaged(row_id: int, checksum: object, body: object, keys: KeysOf) -> str:
    """Return what is wrong with an entry; empty for nothing."""
    if not isinstance(body, bytes):
        return "it holds no bytes"
    try:
        result = Codec().decode(body)
    except ValueError as error:
        return str(error)
    for key in keys(result):
        hashed = hashlib.sha256(key.encode("utf-8", "surrogatepass") + b"\n")
        if int.from_bytes(hashed.digest()[:8], "big", signed=True) == row_id:
            hashed.update(body)
            return "" if hashed.digest() == checksum else "its checksum is wrong"
    return "it lies under another key"


def _structure(db: sqlite3.Connection, *, check: str = "integrity_check") -> str:
    """Return what SQLite finds wrong with its own pages; empty for nothing."""
    told = str(db.execute(f"PRAGMA {check}(1)").fetchone()[0])
    return "" if told == "ok" else told


@contextmanager
def _reading(path: Path) -> Generator[sqlite3.Connection | None, None, None]:
    """Give a connection that reads; None when there is no file."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        yield None
        return
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is no ordinary file")
    with closing(_connected(path)) as db:
        check_ours(db)
        yield db


def _connected(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        db.close()
        if os.access(path.parent, os.W_OK):
            raise
        # Beside a file where nothing may be written, the log cannot be opened either.
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
    except BaseException:
        db.close()
        raise
    return db


def _delete(path: Path, statement: str, chosen: Iterable[tuple[object, ...]]) -> int:
    file = _file(path)
    try:
        db = file.opened(to_write=True)
        db.execute("BEGIN IMMEDIATE")
        try:
            count = sum(db.execute(statement, each).rowcount for each in chosen)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        file.tend(db)
    except _TROUBLE as error:
        raise _unreadable(path, error) from error
    finally:
        file.let_go()
    return count


def _set_aside(path: Path) -> Path:
    file = _file(path)
    try:
        # Opening it shows which file is meant, whether it succeeds or not.
        file.opened(to_write=False)
    except _TROUBLE as error:
        if not file.is_damage(error):
            raise _unreadable(path, error) from error
    try:
        file.set_aside()
    except OSError as error:
        raise _unreadable(path, error) from error
    return Path(f"{path}.damaged")


def _file(path: Path) -> CacheFile:
    """Return the file, whatever its bound: looking at it must not begin it anew."""
    return CacheFile(path, max_bytes=max(_size(path), PAGE_BYTES))


def _unreadable(path: Path, error: BaseException) -> CacheUnreadable:
    told = (error.strerror or "").lower() if isinstance(error, OSError) else ""
    return CacheUnreadable(str(path), told or str(error))


def _length(value: object) -> int:
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, (bytes, str)) else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _moment(used_us: int) -> datetime | None:
    """Return a moment; None for one that no calendar has, as damage makes it."""
    try:
        return datetime.fromtimestamp(used_us / 1e6, UTC)
    except (ValueError, OverflowError, OSError):
        return None
