"""What can go wrong with backups. Each condition is a class, with the code a command that met it ends with.

::

    OperationFailed
     +- BackupFailed
         +- BackupLocked       11  somebody else is at work on the same backups
         +- WrongKey           12  an encrypted archive, and no key that opens it
         +- ArchiveUnsafe      13  an archive that is damaged, or holds what must not be written
         +- NoSpace            28  the disk is full
         +- NoSuchSnapshot      2  no archive has this name
         +- WrongPolicy         2  rules that cannot be followed
"""

from __future__ import annotations

import errno

from qualia.errors import OperationFailed

OPERATION = "backup"


class BackupFailed(OperationFailed):
    """A backup, or what was to be done with one, did not reach its end."""

    template = "{reason}"
    exit_code = 1

    def __init__(self, reason: str) -> None:
        super().__init__(OPERATION, reason, self.exit_code)
        self.args = (reason,)


class BackupLocked(BackupFailed):
    """Somebody else is at work on the same backups; ``holder`` is the process's number, empty when it does not tell."""

    template = "another backup is at work here{holder}; wait until it has ended"
    exit_code = 11

    def __init__(self, pid: str) -> None:
        super().__init__("another backup is at work here")
        self.args = (pid,)
        self.holder: str = f" (process {pid})" if pid else ""


class WrongKey(BackupFailed):
    """An archive is encrypted and cannot be opened with what was given."""

    exit_code = 12


class WrongArchiveKey(WrongKey):
    """The same, of an archive that has a name."""

    template = "{archive}: {reason}"

    def __init__(self, archive: str, reason: str) -> None:
        super().__init__(reason)
        self.args = (archive, reason)
        self.archive: str = archive


class ArchiveUnsafe(BackupFailed):
    """An archive is damaged, is none, or holds something that must not be written."""

    template = "{archive}: {reason}"
    exit_code = 13

    def __init__(self, archive: str, reason: str) -> None:
        super().__init__(reason)
        self.args = (archive, reason)
        self.archive: str = archive


class NoSpace(BackupFailed):
    """The disk is full; nothing half-written is left under a name that counts."""

    template = "there is no space left to write {path!r}; nothing was changed"
    exit_code = 28

    def __init__(self, path: str) -> None:
        super().__init__("there is no space left")
        self.args = (path,)
        self.path: str = path


class NoSuchSnapshot(BackupFailed):
    """No archive, or more than one, goes by this name."""

    template = "there is no snapshot {name!r}: {reason}"
    exit_code = 2

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.args = (name, reason)
        self.name: str = name


class WrongPolicy(BackupFailed):
    """What was asked for cannot be followed as it is."""

    exit_code = 2


def of_system(error: OSError, path: str) -> BackupFailed:
    """Return what a refusal of the operating system means for whoever asked for a backup."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace(str(error.filename or path))
    return BackupFailed(f"{error.filename or path}: {(error.strerror or str(error)).lower()}")
