"""Every change that a backup makes to a file system, one method each: where a test lets one fail or the process end."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import BinaryIO

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_BY_DESCRIPTOR = os.utime in os.supports_fd and hasattr(os, "fchmod")


def stands(path: Path) -> bool:
    """Tell whether something has this name, be it a link that leads nowhere.

    Raises:
        OSError: nobody can tell, which is no "no": what is taken for missing may be written over or forgotten.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def is_folder(path: Path) -> bool:
    """Tell whether a folder has this name; a link to one is none.

    Raises:
        OSError: nobody can tell.
    """
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


class Disk:
    """What changes files and folders. Readers need none of it."""

    def new_file(self, path: Path, mode: int = 0o600) -> BinaryIO:
        """Open a file that must not exist yet; a link in its place is no file."""
        return os.fdopen(os.open(path, _NEW_FILE, mode), "wb", buffering=0)

    def whole_file(self, path: Path, data: bytes | bytearray, mode: int, mtime_ns: int) -> None:
        """Write a short file that must not exist yet, with its mode and time of change."""
        descriptor = os.open(path, _NEW_FILE, 0o600)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            if _BY_DESCRIPTOR:
                os.fchmod(descriptor, mode)
                os.utime(descriptor, ns=(mtime_ns, mtime_ns))
        finally:
            os.close(descriptor)
        if not _BY_DESCRIPTOR:
            self.dress(path, mode, mtime_ns)

    def write(self, file: BinaryIO, data: bytes | bytearray | memoryview) -> None:
        """Write all of the data."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file.fileno(), rest) :]

    def settle(self, what: BinaryIO | Path) -> None:
        """Wait until a file's bytes, or the names in a folder where folders can be asked to, are on the disk."""
        if not isinstance(what, Path):
            os.fsync(what.fileno())
            return
        if os.name != "posix":
            return
        descriptor = os.open(what, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def settle_all(self, path: Path) -> None:
        """Wait until everything written to the file system that holds ``path`` is on the disk."""
        if sys.platform == "linux":
            descriptor = os.open(path, os.O_RDONLY)
            try:
                if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) == 0:
                    return
            finally:
                os.close(descriptor)
        if hasattr(os, "sync"):
            os.sync()

    def rename(self, path: Path, to: Path) -> None:
        """Give a file or folder another name, in one step; a file of that name is replaced."""
        os.replace(path, to)

    def exchange(self, path: Path, other: Path) -> bool:
        """Exchange two names in one step; return whether this system can."""
        if sys.platform != "linux":
            return False
        try:
            renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        except AttributeError:
            return False
        names = (os.fsencode(path), os.fsencode(other))
        if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
            return True
        number = ctypes.get_errno()
        if number in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
            return False
        raise OSError(number, os.strerror(number), str(path))

    def make_folder(self, path: Path, mode: int = 0o700) -> None:
        """Make a folder that must not exist yet."""
        path.mkdir(mode)

    def make_link(self, path: Path, target: str) -> None:
        """Make a symbolic link."""
        path.symlink_to(target)

    def keep(self, path: Path, at: Path) -> None:
        """Give a file a second name, or copy it where files have one name only."""
        try:
            os.link(path, at, follow_symlinks=False)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS):
                raise
            shutil.copy2(path, at, follow_symlinks=False)

    def dress(self, path: Path, mode: int, mtime_ns: int) -> None:
        """Give a file or folder its mode and time of change."""
        path.chmod(mode)
        os.utime(path, ns=(mtime_ns, mtime_ns))

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it, if it is there; links are removed, never followed."""
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        try:
            shutil.rmtree(path)
        except PermissionError:
            # A folder nobody may write to keeps its files; it is ours to remove all the same.
            for folder, _folders, _files in os.walk(path):
                Path(folder).chmod(0o700)
            shutil.rmtree(path)
