"""Looking after archives that are there: checking them, and removing those that no rule keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import attrs
from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.ciphering import NO_KEYS, Keys
from qualia_ops.backup.create import place_of, sweep
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import ArchiveUnsafe, of_system
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Manifest
from qualia_ops.backup.opening import check_outside
from qualia_ops.backup.reading import LIMITS, NO_LIMITS, Limits, Sink, Told, read_archive
from qualia_ops.backup.retention import Dated, Policy, Verdict, decide
from qualia_ops.backup.store import Snapshot, note_check, snapshots


@frozen(kw_only=True)
class Pruned:
    """What became of each snapshot."""

    kept: tuple[tuple[Snapshot, tuple[str, ...]], ...]
    """With the reasons."""
    removed: tuple[Snapshot, ...]
    freed_bytes: int


def verify(
    path: Path,
    *,
    limits: Limits = LIMITS,
    keys: Keys = NO_KEYS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Told[Manifest]:
    """Read every byte of an archive, compare it with what was sealed, and note when that was.

    Raises:
        ArchiveUnsafe: it is damaged or refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        BackupFailed: it cannot be read.
    """
    try:
        manifest = yield from read_archive(path, Sink(), limits, keys=keys)
    except ArchiveUnsafe:
        note_check(path, None)
        raise
    except OSError as error:
        raise of_system(error, str(path)) from error
    note_check(path, clock())
    return manifest


def prune(
    project: Path,
    folder: Path,
    policy: Policy,
    *,
    zone: tzinfo,
    dry_run: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    disk: Disk | None = None,
) -> Told[Pruned]:
    """Remove the snapshots of a project that no rule keeps; those that cannot be read are left for people to look at.

    Before anything goes, the newest snapshot that is kept anyway is read through; when it is damaged the one before,
    until one is found whole. That one stays, whatever the rules say.

    Raises:
        BackupLocked: another backup is at work here.
        WrongPolicy: the rules would keep nothing.
        BackupFailed: something cannot be removed.
    """
    disk = disk or Disk()
    try:
        with locked(folder):
            if not dry_run:
                sweep(folder, disk)
            theirs = [each for each in snapshots(folder) if _is_of(each, project, folder)]
            verdicts = decide(map(_dated, theirs), policy, now=clock(), zone=zone)
            if any(not verdict.is_kept for verdict in verdicts):
                theirs = yield from _with_one_whole(theirs, clock())
                verdicts = decide(map(_dated, theirs), policy, now=clock(), zone=zone)
            return _apply(theirs, verdicts, folder, disk, dry_run=dry_run)
    except OSError as error:
        raise of_system(error, str(folder)) from error


def _with_one_whole(theirs: list[Snapshot], at: datetime) -> Told[list[Snapshot]]:
    """Read snapshots from the newest on until one is whole; the others count as not verified."""
    found = [attrs.evolve(each, verified_at=None) for each in theirs]
    for number, each in enumerate(found):
        yield Progress(f"reading {each.id}")
        try:
            if each.is_encrypted:
                # It was read through with its key when it was made; this tells that no byte of it is another now.
                check_outside(each.path)
            else:
                yield from read_archive(each.path, Sink(), NO_LIMITS)
        except (ArchiveUnsafe, OSError):
            continue
        found[number] = attrs.evolve(each, verified_at=at)
        break
    return found


def _apply(theirs: list[Snapshot], verdicts: Iterable[Verdict], folder: Path, disk: Disk, *, dry_run: bool) -> Pruned:
    reasons = {verdict.id: verdict.reasons for verdict in verdicts}
    kept = tuple((each, reasons[each.path.name]) for each in theirs if reasons[each.path.name])
    removed = tuple(each for each in theirs if not reasons[each.path.name])
    # Without one that is whole, even a bad copy may be the best there is.
    if not any(each.verified_at for each, _reasons in kept) and removed:
        kept = (*kept, *((each, ("no snapshot could be verified",)) for each in removed))
        removed = ()
    if not dry_run:
        for each in reversed(removed):
            disk.remove(each.path)
        disk.settle(folder)
    return Pruned(kept=kept, removed=removed, freed_bytes=sum(each.size_bytes for each in removed))


def _dated(each: Snapshot) -> Dated:
    created_at = each.manifest.created_at if each.manifest else datetime.now(UTC)
    return Dated(id=each.path.name, created_at=created_at, is_verified=each.verified_at is not None)


def _is_of(each: Snapshot, project: Path, folder: Path) -> bool:
    """Tell whether a snapshot is one of this project's: those in its own folder are, wherever the project was then."""
    if each.manifest is None:
        return False
    return folder.resolve().is_relative_to(project.resolve()) or each.manifest.place == place_of(project)
