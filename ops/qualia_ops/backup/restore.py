"""Bringing a snapshot back: checked first, written beside the project, and exchanged with it in one step.

What a snapshot leaves out by its rules, such as secrets, git and the backups themselves, stays as it is: the new folder
gets it under a second name before the exchange. So at every moment the project is the old one or the new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.ciphering import NO_KEYS, Keys
from qualia_ops.backup.databases import BESIDE
from qualia_ops.backup.disk import Disk, is_folder, stands
from qualia_ops.backup.errors import BackupFailed, NoSpace, of_system
from qualia_ops.backup.exchange import put_in_place, recover, sibling
from qualia_ops.backup.extract import Staging
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Entry, Manifest, Rules
from qualia_ops.backup.opening import unwrapped
from qualia_ops.backup.reading import LIMITS, Limits, Told, read_archive, read_manifest, read_sealed
from qualia_ops.backup.selection import Selection, select

_PIECE_BYTES = 1024 * 1024


@frozen(kw_only=True)
class Difference:
    """What restoring would change, by path."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """What the project has now, the snapshot had not, and no rule leaves out."""
    kept: tuple[str, ...] = ()
    """What the snapshot leaves out, so it stays as it is."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.added or self.changed or self.removed)


@frozen(kw_only=True)
class Restored:
    """What was restored."""

    manifest: Manifest
    to: Path
    difference: Difference
    old: Path | None = None
    """Where the former project stands now; None when it was removed, or there was none."""


def compare(project: Path, manifest: Manifest, folder: Path) -> Difference:
    """Return what restoring a snapshot would change in a project.

    Args:
        project: its folder, which may be missing.
        manifest: the snapshot's.
        folder: where the archives are kept, which is no part of the project.

    Raises:
        OSError: the project cannot be read.
    """
    then = {entry.path: entry for entry in manifest.entries}
    selection = _now(project, manifest, folder)
    now = {found.path: found for found in selection.found}
    changed = [path for path, found in now.items() if path in then and not _is_same(found.source, then[path])]
    return Difference(
        added=tuple(path for path in then if path not in now),
        changed=tuple(changed),
        removed=tuple(path for path in now if path not in then),
        kept=tuple(sorted(path for path, _source in _kept(selection, project, manifest.rules))),
    )


def restore(
    archive: Path,
    project: Path,
    folder: Path,
    *,
    only: Sequence[str] = (),
    keep_old: bool = False,
    limits: Limits = LIMITS,
    keys: Keys = NO_KEYS,
    disk: Disk | None = None,
) -> Told[Restored]:
    """Bring a snapshot back into the project it was made of.

    Args:
        archive: the snapshot.
        project: the folder that becomes what it was then; it may be missing.
        folder: where the archives are kept, whose lock is taken.
        only: paths below the project, with all that is below them; empty for everything. Each file is replaced in
            one step, and everything else stays.
        keep_old: whether the former project is kept beside the new one.
        limits: how much the archive may ask for.
        keys: what opens the archive, where it is encrypted.
        disk: what writes; None for the real one.

    Raises:
        BackupLocked: another backup is at work here.
        ArchiveUnsafe: the archive is damaged or refused; nothing was changed.
        WrongKey: it is encrypted, and no key that opens it was given; nothing was changed.
        NoSpace: the disk is full; nothing was changed.
        BackupFailed: something cannot be read or written; nothing was changed.
    """
    source = _archive(archive, limits, keys)
    return (yield from restore_from(source, project, folder, only=only, keep_old=keep_old, disk=disk))


def restore_from(
    source: Source,
    project: Path,
    folder: Path,
    *,
    only: Sequence[str] = (),
    keep_old: bool = False,
    disk: Disk | None = None,
) -> Told[Restored]:
    """Bring back what a source gives; as `restore` in everything else.

    Raises:
        BackupFailed: as `restore`.
    """
    disk = disk or Disk()
    target = project.resolve()
    try:
        if not stands(target):
            # The lock may lie within what is missing.
            recover(target, disk)
        is_there = stands(target) or stands(folder)
        lock: AbstractContextManager[None] = locked(folder) if is_there else nullcontext()
        with lock:
            recover(target, disk)
            work = _Restoring(source, target, folder, disk)
            return (yield from (work.some(only) if only else work.all(keep_old=keep_old)))
    except OSError as error:
        raise of_system(error, str(target)) from error


def restore_elsewhere(
    archive: Path,
    to: Path,
    *,
    limits: Limits = LIMITS,
    keys: Keys = NO_KEYS,
    disk: Disk | None = None,
) -> Told[Restored]:
    """Write a snapshot into a folder of its own, which must be missing or empty and appears whole.

    Raises:
        ArchiveUnsafe: the archive is damaged or refused; nothing was written.
        WrongKey: it is encrypted, and no key that opens it was given; nothing was written.
        NoSpace: the disk is full; nothing is left of it.
        BackupFailed: there is something already, or it cannot be written.
    """
    return (yield from restore_elsewhere_from(_archive(archive, limits, keys), to, disk))


def restore_elsewhere_from(source: Source, to: Path, disk: Disk | None = None) -> Told[Restored]:
    """Write what a source gives into a folder of its own; as `restore_elsewhere` in everything else.

    Raises:
        BackupFailed: as `restore_elsewhere`.
    """
    disk = disk or Disk()
    target = to.resolve()
    try:
        if stands(target) and (not is_folder(target) or any(target.iterdir())):
            raise BackupFailed(f"{target} is there already and not an empty folder; name another")
        work = _Restoring(source, target, None, disk)
        return (yield from work.all(keep_old=False))
    except OSError as error:
        raise of_system(error, str(target)) from error


class Source(Protocol):
    """What a snapshot is read from."""

    @property
    def name(self) -> str:
        """What errors call it."""
        ...

    def verify(self) -> Told[Manifest]:
        """Read all of it and compare every byte; nothing is written."""
        ...

    def extract(self, staging: Staging, manifest: Manifest) -> Told[None]:
        """Give its files to a folder, every byte compared again."""
        ...


@frozen
class _Archive:
    path: Path
    limits: Limits
    keys: Keys

    @property
    def name(self) -> str:
        return self.path.name

    def verify(self) -> Told[Manifest]:
        return (yield from read_sealed(self.path, self.limits, keys=self.keys))

    def extract(self, staging: Staging, manifest: Manifest) -> Told[None]:
        yield from read_archive(self.path, staging, self.limits, keys=self.keys, known=manifest)


def _archive(path: Path, limits: Limits, keys: Keys) -> _Archive:
    """Return an archive as a source, the slow work of a password done once for both times it is read."""
    try:
        return _Archive(path, limits, unwrapped(path, keys))
    except OSError as error:
        raise of_system(error, str(path)) from error


class _Restoring:
    def __init__(self, source: Source, target: Path, folder: Path | None, disk: Disk) -> None:
        self._source: Source = source
        self._target: Path = target
        self._folder: Path | None = folder
        self._disk: Disk = disk
        self._staging: Path = sibling(target)

    def all(self, *, keep_old: bool) -> Told[Restored]:
        # Once before anything is written, and again as it is written: it may have changed in between.
        manifest = yield from self._source.verify()
        difference, kept = Difference(), list[tuple[str, Path]]()
        if self._folder is not None:
            yield Progress("comparing")
            difference = compare(self._target, manifest, self._folder)
            kept = _kept(_now(self._target, manifest, self._folder), self._target, manifest.rules)
        self._check_space(manifest)
        try:
            yield from self._extract(manifest, lambda _path: True)
            for path, source in kept:
                self._keep(path, source)
            if is_folder(self._target):
                shutil.copystat(self._target, self._staging)
            else:
                self._staging.chmod(0o755)
            self._disk.settle_all(self._staging)
            yield Progress("putting it in place", done=1.0)
            old = put_in_place(self._staging, self._target, self._disk, keep_old=keep_old)
        except BaseException:
            recover(self._target, self._disk)
            raise
        return Restored(manifest=manifest, to=self._target, difference=difference, old=old)

    def some(self, only: Sequence[str]) -> Told[Restored]:
        manifest = yield from self._source.verify()
        wanted = [each.strip("/") for each in only]

        def is_wanted(path: str) -> bool:
            return any(path == each or path.startswith(f"{each}/") for each in wanted)

        chosen = [entry for entry in manifest.entries if is_wanted(entry.path)]
        missing = [each for each in wanted if not any(entry.path == each for entry in chosen)]
        if missing:
            raise BackupFailed(f"the snapshot holds no {missing[0]!r}; `qualia backup show` lists what it holds")
        try:
            yield from self._extract(manifest, is_wanted)
            self._disk.settle_all(self._staging)
            changed = [entry.path for entry in chosen if self._move(entry)]
        finally:
            self._disk.remove(self._staging)
        return Restored(manifest=manifest, to=self._target, difference=Difference(changed=tuple(changed)))

    def _extract(self, manifest: Manifest, wanted: Callable[[str], bool]) -> Told[None]:
        self._disk.make_folder(self._staging)
        staging = Staging(self._staging, self._disk, self._source.name, wanted=wanted)
        try:
            yield from self._source.extract(staging, manifest)
            staging.finish()
        finally:
            staging.abandon()

    def _move(self, entry: Entry) -> bool:
        """Put one restored file or link into the project; return whether it was one."""
        place = self._target
        for part in entry.path.split("/")[:-1]:
            place /= part
            if place.is_symlink():
                raise BackupFailed(f"{place} is a link now; restoring through it could write anywhere")
            if not place.is_dir():
                self._disk.make_folder(place, 0o755)
        place = self._target / entry.path
        if entry.kind == "folder":
            if place.is_symlink() or not place.is_dir():
                self._disk.make_folder(place, 0o755)
            return False
        if place.is_dir() and not place.is_symlink():
            raise BackupFailed(f"{place} is a folder now; move it out of the way first")
        if entry.is_database:
            for ending in BESIDE:
                self._disk.remove(Path(f"{place}{ending}"))
        self._disk.rename(self._staging / entry.path, place)
        return True

    def _keep(self, path: str, source: Path) -> None:
        """Give something that the snapshot leaves out its place in the new folder."""
        place = self._staging / path
        for parent in reversed(Path(path).parents[:-1]):
            if not stands(self._staging / parent):
                self._disk.make_folder(self._staging / parent)
                shutil.copystat(self._target / parent, self._staging / parent)
        if is_folder(source):
            if not stands(place):
                self._disk.make_folder(place)
            for each in sorted(source.iterdir()):
                self._keep(f"{path}/{each.name}", each)
            shutil.copystat(source, place)
        elif stands(place):
            self._disk.keep(source, place.with_name(f"{place.name}.before-restore"))
        else:
            self._disk.keep(source, place)

    def _check_space(self, manifest: Manifest) -> None:
        if shutil.disk_usage(self._target.parent).free < manifest.size_bytes:
            raise NoSpace(str(self._target))


def _now(project: Path, manifest: Manifest, folder: Path) -> Selection:
    """Look through a project; what nobody can tell of it might be lost, so nothing is done then."""
    selection = select(project, manifest.rules, besides=(folder,)) if is_folder(project) else Selection()
    if selection.faults:
        raise selection.faults[0]
    return selection


def _kept(selection: Selection, project: Path, rules: Rules) -> list[tuple[str, Path]]:
    """Return what a snapshot leaves out and the project has, with where it stands."""
    secrets = [] if rules.with_secrets else selection.secrets
    left = [*selection.excluded, *secrets, *selection.problems]
    paths = [each.path.rstrip("/") for each in left]
    mains = set(paths)
    for each in selection.beside:
        # What stands beside a database that is brought back belongs to the one that goes.
        if any(each.path.removesuffix(ending) in mains for ending in BESIDE if each.path.endswith(ending)):
            paths.append(each.path)  # noqa: PERF401 - the reason reads better in place
    return [(path, project / path) for path in paths if stands(project / path)]


def _is_same(path: Path, entry: Entry) -> bool:
    status = path.lstat()
    if entry.kind == "folder":
        return stat.S_ISDIR(status.st_mode)
    if entry.kind == "link":
        return path.is_symlink() and os.readlink(path) == entry.target  # noqa: PTH115 - as it is written
    facts = (stat.S_ISREG(status.st_mode), status.st_size, status.st_mode & 0o777)
    # SQLite writes a copy in its own way, so a database tells nothing by its bytes.
    if entry.is_database or facts != (True, entry.size, entry.mode):
        return False
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while data := file.read(_PIECE_BYTES):
                digest.update(data)
    except OSError:
        return False
    return digest.hexdigest() == entry.sha256


def peek(archive: Path, project: Path, folder: Path, *, keys: Keys = NO_KEYS) -> tuple[Manifest, Difference]:
    """Return what an archive says of itself and what restoring it would change; nothing is written.

    Raises:
        ArchiveUnsafe: the archive is damaged or refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        BackupFailed: the project cannot be read.
    """
    try:
        manifest = read_manifest(archive, keys=keys)
        return manifest, compare(project.resolve(), manifest, folder)
    except OSError as error:
        raise of_system(error, str(project)) from error
