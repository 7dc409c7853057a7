"""Turns that processes take: a lock on one byte of a file, which the system releases when its holder dies."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import weakref
from functools import cache
from pathlib import Path


class LockFile:
    """This process' locks on one file; whoever wants one asks again until it is free.

    Such locks belong to the whole process, and closing the file anywhere in it releases them all. So everybody here
    who uses the same file shares one of these (`shared_lock_file`), which also keeps its own users apart.
    """

    def __init__(self, path: Path) -> None:
        self._path: Path = path
        self._lock: threading.Lock = threading.Lock()
        self._held: set[int] = set()
        self._users: int = 0
        self._file: int | None = None

    def join(self) -> None:
        """Count one more user."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """Close the file when its last user leaves."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._close()

    def acquire(self, key: str) -> bool:
        """Take the lock of a key and say whether that was possible.

        Where there can be no lock, for want of a folder or of a file system that has them, everybody gets it: computing
        twice is dearer, never wrong.
        """
        offset = _offset(key)
        with self._lock:
            if offset in self._held:
                return False
            file = self._open()
            if file is not None and not _try_lock(file, offset):
                return False
            self._held.add(offset)
            return True

    def release(self, key: str) -> None:
        """Give the lock back."""
        offset = _offset(key)
        with self._lock:
            self._held.discard(offset)
            if self._file is not None:
                _unlock(self._file, offset)

    def _open(self) -> int | None:
        if self._file is not None and not self._held and not self._is_in_place(self._file):
            self._close()
        if self._file is None:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
                self._file = os.open(self._path, flags, 0o600)
            except (OSError, ValueError):
                return None
        return self._file

    def _is_in_place(self, file: int) -> bool:
        """Tell whether others find the same file under the name; somebody may have removed the folder."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except OSError:
            return False

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


class _Shared:
    """The lock files of one process that somebody uses."""

    def __init__(self) -> None:
        self._lock: threading.Lock = threading.Lock()
        self._files: weakref.WeakValueDictionary[str, LockFile] = weakref.WeakValueDictionary()

    def of(self, path: Path) -> LockFile:
        name = os.path.realpath(path)
        with self._lock:
            file = self._files.get(name)
            if file is None:
                file = self._files[name] = LockFile(path)
            return file


@cache
def _shared(pid: int) -> _Shared:
    """Return what a process shares; a forked child holds none of its parent's locks and begins anew."""
    del pid
    return _Shared()


def shared_lock_file(path: Path) -> LockFile:
    """Return the one object through which this process uses a lock file."""
    return _shared(os.getpid()).of(path)


def _offset(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:7], "big")


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int, offset: int) -> bool:
        os.lseek(file, offset, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int, offset: int) -> None:
        os.lseek(file, offset, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import errno
    import fcntl

    def _try_lock(file: int, offset: int) -> bool:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            # A file system without locks lets everybody through.
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def _unlock(file: int, offset: int) -> None:
        try:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, offset)
        except OSError:
            return
