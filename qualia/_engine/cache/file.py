"""The SQLite file behind the disk cache: made, opened, watched, and set aside when it is not what it should be."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from qualia._engine.network import is_on_network, read_mounts

FORMAT = 1
APPLICATION_ID = 0x51C0CACE
SIDE_FILES = ("-wal", "-shm", "-journal")
PAGE_BYTES = 4096
SPARE_PAGES = 8
"""Pages the file may have above its bound: the tables' own, and those a put splits."""

_BUSY_S = 2.0
_WAL_BYTES = 4 * 1024 * 1024
_DRAFT_S = 60.0
_SCHEMA = f"""
PRAGMA page_size = {PAGE_BYTES};
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
CREATE TABLE entries(id INTEGER PRIMARY KEY, used_us INTEGER NOT NULL, sum BLOB NOT NULL, body BLOB NOT NULL);
CREATE INDEX entries_used ON entries(used_us);
"""
# What SQLite says of a file that is no database, is damaged, or has other tables than ours.
_DAMAGE = frozenset(
    (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_INTERNAL,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_EMPTY,
    )
)
_DAMAGED_READS = (sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


class UnfitFile(Exception):
    """The file can be read, but it is not our cache, or its own figures contradict each other."""


class CacheFile:
    """One process' view of the file.

    A new file is made whole under another name and then linked into place, so nobody ever meets half of one. Whoever
    has it open looks before each use whether its name still means it, since others may have cleared it.

    Args:
        path: the file; its folder is made when it is missing.
        max_bytes: a larger one is begun anew.
        mounts: tells what is mounted where, as `read_mounts` does.
    """

    def __init__(self, path: Path, *, max_bytes: int, mounts: Callable[[], str] = read_mounts) -> None:
        self._path: Path = path
        self._name: str = str(path)
        self._max_pages: int = max_bytes // PAGE_BYTES + SPARE_PAGES
        self._mounts: Callable[[], str] = mounts
        self._db: sqlite3.Connection | None = None
        self._inode: int = 0
        self._wal_inode: int = 0

    def opened(self, *, to_write: bool) -> sqlite3.Connection:
        """Return a connection to the file that has the name now.

        Raises:
            sqlite3.Error: it cannot be opened, or is damaged.
            OSError: likewise.
            UnfitFile: it is something else.
        """
        if self._db is not None:
            if self._inode == _inode(self._name) and not (to_write and self._has_lost_its_log()):
                return self._db
            self.let_go()
        return self._open()

    def _has_lost_its_log(self) -> bool:
        """Tell whether others would write to another log than this connection."""
        return self._wal_inode != _inode(f"{self._name}-wal")

    def was_replaced(self) -> bool:
        """Tell whether somebody removed the file or its log since it was opened: no error says anything of it then."""
        if self._inode == 0:
            return False
        return self._inode != _inode(self._name) or (self._db is not None and self._has_lost_its_log())

    def exists(self) -> bool:
        """Tell whether there is anything under the name."""
        return os.path.lexists(self._name)

    def let_go(self) -> None:
        """Close the file; the next use opens it again."""
        db, self._db = self._db, None
        if db is not None:
            # Whatever is wrong with it, the next who opens it finds out.
            with suppress(sqlite3.Error):
                db.close()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._inode = 0
        found = os.lstat(self._name) if self.exists() else self._made()
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no ordinary file")
        if found.st_size > self._max_pages * PAGE_BYTES:
            self.remove()
            found = self._made()
        self._inode = found.st_ino
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        db = sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(db)
        except BaseException:
            with suppress(sqlite3.Error):
                db.close()
            raise
        self._db = db
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        check_ours(db)
        mode = self._journal()
        if str(db.execute("PRAGMA journal_mode").fetchone()[0]) != mode:
            db.execute(f"PRAGMA journal_mode = {mode}").fetchone()
        # Nobody waits for the disk on behalf of a cache: what a power cut tears, the checksums find.
        db.execute("PRAGMA synchronous = OFF")
        # Before 3.51.3 SQLite can damage a file when one connection writes while another checkpoints; `tend` does that
        # with the write lock held.
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute(f"PRAGMA max_page_count = {self._max_pages}")
        db.execute("SELECT id, used_us, sum, body FROM entries WHERE id = 0").fetchone()
        if self._inode != _inode(self._name):
            raise FileNotFoundError("it was replaced while it was opened")
        self._wal_inode = _inode(f"{self._name}-wal")

    def _journal(self) -> str:
        return "truncate" if is_on_network(self._path.parent, self._mounts()) else "wal"

    def _made(self) -> os.stat_result:
        """Make an empty file, only its owner's to read, and return what is now under the name."""
        descriptor, draft = tempfile.mkstemp(prefix=f"{self._path.name}.", suffix=".new", dir=self._path.parent)
        os.close(descriptor)
        try:
            db = sqlite3.connect(draft, isolation_level=None)
            try:
                db.execute("PRAGMA synchronous = OFF")
                db.executescript(_SCHEMA)
                db.execute(f"PRAGMA journal_mode = {self._journal()}")
            finally:
                db.close()
            self._put_in_place(draft)
        finally:
            Path(draft).unlink(missing_ok=True)
        return os.lstat(self._name)

    def _put_in_place(self, draft: str) -> None:
        try:
            os.link(draft, self._name)
        except FileExistsError:
            # Another process was faster.
            return
        except OSError:
            # A file system without links; of two who are here at once, the one that is replaced notices.
            os.replace(draft, self._name)

    def is_damage(self, error: BaseException) -> bool:
        """Tell whether an error means that the file is of no use, rather than that it cannot be reached."""
        if isinstance(error, UnfitFile):
            return True
        code = int(getattr(error, "sqlite_errorcode", 0))
        return code & 0xFF in _DAMAGE or code in _DAMAGED_READS

    def set_aside(self) -> None:
        """Give the file another name, unless somebody has replaced it already.

        Raises:
            OSError: that cannot be done.
        """
        self.let_go()
        if self._inode == _inode(self._name):
            self._remove_side_files()
            os.replace(self._name, f"{self._name}.damaged")

    def remove(self) -> None:
        """Remove the file, and what was set aside, without opening it.

        Raises:
            OSError: that cannot be done.
        """
        self.let_go()
        # The file goes last: who opens it in between has the old one, and who makes a new one finds no old log.
        self._remove_side_files()
        for path in (*self._forgotten_drafts(), Path(f"{self._name}.damaged"), self._path):
            path.unlink(missing_ok=True)

    def _forgotten_drafts(self) -> list[Path]:
        """Return what was left by processes that were killed while they made a file; others are at work on theirs."""
        drafts = self._path.parent.glob(f"{self._path.name}.*.new*")
        return [each for each in drafts if _age_s(str(each)) > _DRAFT_S]

    def _remove_side_files(self) -> None:
        for suffix in SIDE_FILES:
            Path(f"{self._name}{suffix}").unlink(missing_ok=True)

    def tend(self, db: sqlite3.Connection) -> None:
        """Empty the log once it has grown, unless somebody reads from it just now: then the next time."""
        if _size(f"{self._name}-wal") < _WAL_BYTES:
            return
        db.execute("PRAGMA busy_timeout = 0")
        try:
            with suppress(sqlite3.OperationalError):
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")


def check_ours(db: sqlite3.Connection) -> None:
    """Look whether an open file is a cache of this version.

    Raises:
        UnfitFile: it is something else.
        sqlite3.Error: it cannot be read, or is no database.
    """
    mark = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if mark != APPLICATION_ID:
        raise UnfitFile("it is not a cache of results")
    if version != FORMAT:
        raise UnfitFile(f"it has format {version} and this version writes {FORMAT}")
    if db.execute("PRAGMA page_size").fetchone()[0] != PAGE_BYTES:
        raise UnfitFile("its pages have another size")


def _inode(name: str) -> int:
    """Return what tells a file from others under the same name; 0 when there is none."""
    try:
        return os.stat(name).st_ino  # noqa: PTH116 - asked before each use, and Path.stat takes twice as long
    except OSError:
        return 0


def _age_s(name: str) -> float:
    try:
        return time.time() - Path(name).stat().st_mtime
    except OSError:
        return 0.0


def _size(name: str) -> int:
    try:
        return Path(name).stat().st_size
    except OSError:
        return 0
