"""One at a time: a lock on a folder of backups that the system lets go of when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from qualia_ops.backup.errors import BackupLocked

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold a folder's lock as long as the block lasts; the folder is made when it is missing.

    Raises:
        BackupLocked: somebody else holds it.
        OSError: the folder or the lock cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with holding(folder / NAME, BackupLocked):
        yield


@contextmanager
def holding(path: Path, locked_by: Callable[[str], Exception]) -> Generator[None]:
    """Hold the lock of a file, which names its holder, as long as the block lasts.

    Args:
        path: the file; it is made when it is missing, and a link is none.
        locked_by: makes the error that says which process holds it already.

    Raises:
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if not taken(descriptor):
            raise locked_by(os.pread(descriptor, 20, 0).decode("ascii", "replace").strip())
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def taken(descriptor: int) -> bool:
    """Take the lock of an open file, and return whether that could be done; closing the file gives it back."""
    try:
        import fcntl
    except ImportError:
        return _taken_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken_on_windows(descriptor: int) -> bool:
    from importlib import import_module

    msvcrt = import_module("msvcrt")
    os.lseek(descriptor, 1 << 20, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
