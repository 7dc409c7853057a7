"""What the operations of backups are asked: where the archives are, which rules hold, what time it is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from attrs import frozen

from qualia.operations import OperationContext
from qualia.plugin import param
from qualia_ops.backup.errors import WrongPolicy

NO_PROJECT = "no project stands here; go to its folder, or name it with --project"
EngineName = Literal["archive", "restic"]
_ENGINE = "What keeps them; archive, unless BACKUP_ENGINE or .qualia/backup.toml says otherwise."
_REPOSITORY = "A folder, or an address restic knows; .qualia/backups/restic of the project otherwise."
_KEY_FILE = "A file with the password of encrypted archives (- reads a line) or the restic repository."
_IDENTITY = "A file with the secret key of encrypted archives; BACKUP_IDENTITY_FILE otherwise."
CompressName = Literal["gz", "zst"]
_FOLDER = "Where the archives are kept; the project's .qualia/backups otherwise, or BACKUP_DIR."


def folder_param() -> Any:
    """Declare the option that every operation has."""
    return param(None, help=_FOLDER)


def repository_param() -> Any:
    """Declare the option that says where restic keeps them."""
    return param(None, help=_REPOSITORY)


def password_param() -> Any:
    """Declare the option that says where restic's password is."""
    return param(None, help=_KEY_FILE)


@frozen
class CreateParams:
    """What a new snapshot is made of."""

    note: str = param("", help="A word about it.")
    exclude: tuple[str, ...] = param((), help="Leave out what matches this pattern, as in a .gitignore.")
    include: tuple[str, ...] = param((), help="Take what would be left out by default; secrets never are.")
    include_secrets: bool = param(False, help="Insist on secrets: refuse to make an archive that is not encrypted.")
    recipient: tuple[str, ...] = param((), help="Encrypt for this public key (age1...); secrets go along then.")
    compress: CompressName | None = param(None, help="zst, or gz, for every tar; BACKUP_COMPRESS or zst otherwise.")
    with_cache: bool = param(False, help="Take kept results along.")
    max_file_mb: int = param(0, ge=0, help="Leave out files larger than N MB; 0 for no bound.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    password_file: str | None = password_param()


@frozen
class FolderParams:
    """Where to look."""

    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    password_file: str | None = password_param()


@frozen
class ShowParams:
    """Which snapshot to tell of."""

    snapshot: str = param("latest", help="An id, the beginning of one, a file, or latest.")
    files: bool = param(False, help="Name every file, too.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    identity: str | None = param(None, help=_IDENTITY)
    password_file: str | None = password_param()


@frozen
class VerifyParams:
    """Which snapshots to read through."""

    snapshot: str = param("latest", help="An id, the beginning of one, a file, or latest.")
    all: bool = param(False, help="Read every snapshot.")
    trust: bool = param(False, help="Set no bound to size and number of its files.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    identity: str | None = param(None, help=_IDENTITY)
    password_file: str | None = password_param()


@frozen
class RestoreParams:
    """What to bring back, and where to."""

    snapshot: str = param("latest", help="An id, the beginning of one, a file, or latest.")
    only: tuple[str, ...] = param((), help="Bring back this file or folder alone.")
    to: str | None = param(None, help="Write it into this folder, which must be missing or empty.")
    dry_run: bool = param(False, help="Only tell what would change.")
    keep_old: bool = param(False, help="Keep the former project beside the new one.")
    trust: bool = param(False, help="Set no bound to size and number of its files.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    identity: str | None = param(None, help=_IDENTITY)
    password_file: str | None = password_param()


@frozen
class PruneParams:
    """How many to keep."""

    keep_last: int = param(3, ge=0, help="Keep the newest N.")
    keep_hourly: int = param(0, ge=0, help="Keep the newest of each of N hours.")
    keep_daily: int = param(7, ge=0, help="Keep the newest of each of N days.")
    keep_weekly: int = param(5, ge=0, help="Keep the newest of each of N weeks.")
    keep_monthly: int = param(12, ge=0, help="Keep the newest of each of N months.")
    keep_yearly: int = param(3, ge=0, help="Keep the newest of each of N years.")
    keep_days: float | None = param(None, ge=0, help="Keep all younger than N days; BACKUP_KEEP_DAYS otherwise.")
    zone: str | None = param(None, help="Time zone in which days begin, such as America/Sao_Paulo; this machine's.")
    dry_run: bool = param(False, help="Only tell what would go.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    password_file: str | None = password_param()


@frozen
class DrillParams:
    """Which snapshot to rehearse with."""

    snapshot: str = param("latest", help="An id, the beginning of one, a file, or latest.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    identity: str | None = param(None, help=_IDENTITY)
    password_file: str | None = password_param()


@frozen
class ScheduleParams:
    """Which system makes them, and when."""

    systemd: bool = param(False, help="Units of systemd.")
    cron: bool = param(False, help="Lines of a crontab.")
    launchd: bool = param(False, help="Agents of launchd.")
    at: str = param("02:30", help="Hour and minute of each day.")
    print: bool = param(False, help="Show the files; so it is without a word, too.")
    write: bool = param(False, help="Write the files where they belong instead of showing them.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    password_file: str | None = password_param()


@frozen
class ExportParams:
    """What to copy where."""

    snapshot: str = param("latest", help="An id, the beginning of one, a file, or latest.")
    to: str = param(".", help="A folder, or the name of the copy.")
    folder: str | None = folder_param()
    engine: EngineName | None = param(None, help=_ENGINE)
    repository: str | None = repository_param()
    identity: str | None = param(None, help=_IDENTITY)
    password_file: str | None = password_param()


def project_in(context: OperationContext[Any]) -> Path:
    """Return the project.

    Raises:
        WrongPolicy: there is none.
    """
    if context.project is None:
        raise WrongPolicy(NO_PROJECT)
    return context.project


def folder_in(context: OperationContext[Any], environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the archives are kept: as asked, else as ``BACKUP_DIR`` says, else in the project's state folder.

    Raises:
        WrongPolicy: nothing says where.
    """
    named = context.params.folder or environ.get("BACKUP_DIR")
    if named:
        return Path(named).expanduser()
    return project_in(context) / ".qualia" / "backups"


def keep_days_in(context: OperationContext[PruneParams], environ: Mapping[str, str] = os.environ) -> float:
    """Return within how many days everything is kept; 0 for no such rule.

    Raises:
        WrongPolicy: ``BACKUP_KEEP_DAYS`` is no number of days.
    """
    if context.params.keep_days is not None:
        return context.params.keep_days
    text = environ.get("BACKUP_KEEP_DAYS") or "0"
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 100_000:
        raise WrongPolicy(f"BACKUP_KEEP_DAYS must be a number of days, not {text!r}")
    return days


def zone_of(name: str | None) -> tzinfo:
    """Return a time zone by name; None for this machine's.

    Raises:
        WrongPolicy: there is none of this name.
    """
    if name is None:
        return _local()
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise WrongPolicy(f"there is no time zone {name!r}; one is called like Europe/Lisbon") from error


def _local() -> tzinfo:
    """Return this machine's zone with its changes over the year where that is known, else as it is today."""
    for name in (os.environ.get("TZ", "").lstrip(":"), _linked_zone()):
        try:
            if name:
                return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            continue
    return datetime.now().astimezone().tzinfo or UTC


def _linked_zone() -> str:
    place = str(Path("/etc/localtime").resolve())
    return place.partition("/zoneinfo/")[2]
