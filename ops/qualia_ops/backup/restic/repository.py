"""What a repository holds of a project: its snapshots, what each says of itself, and its files, every byte compared.

A snapshot's tags say what a list shows; its manifest lies in it, below `STAGE`, with the copies of databases. Its files
are taken from the tar that ``restic dump`` writes, so whatever writes them is the same for both engines.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import quote, unquote

from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, BackupLocked, NoSuchSnapshot
from qualia_ops.backup.manifest import Entry, Manifest, from_bytes, moment
from qualia_ops.backup.reading import Sink, Told
from qualia_ops.backup.restic.program import NoRepository, Restic, shown
from qualia_ops.backup.tarred import link_refusal, refusal

STAGE = ".qualia/backup-stage"
"""Where manifest and databases lie while a snapshot is made, and in it."""
MANIFEST = f"{STAGE}/manifest.json"
TAG = "qualia-backup"
_PIECE_BYTES = 1024 * 1024
_TELL_EVERY = 64


@frozen(kw_only=True)
class Kept:
    """A snapshot in a repository, as its tags tell of it."""

    restic_id: str
    id: str
    created_at: datetime
    place: str
    """Tells projects apart, as in a manifest."""
    project: str
    """The name of the project's folder then."""
    files: int
    size_bytes: int
    is_complete: bool
    note: str


def tags_of(manifest: Manifest) -> str:
    """Return the tags of a snapshot, as restic takes them; none holds a comma."""
    facts = {
        "id": manifest.id,
        "at": manifest.created_at.isoformat(),
        "place": manifest.place,
        "project": manifest.project,
        "files": str(sum(entry.kind == "file" for entry in manifest.entries)),
        "bytes": str(manifest.size_bytes),
        "complete": str(int(manifest.is_complete)),
        "note": manifest.note,
    }
    return ",".join([TAG, *(f"{name}={quote(value, safe=':+')}" for name, value in facts.items() if value)])


def database_path(number: int) -> str:
    """Return where in a snapshot the copy of a database lies; ``number`` counts databases from 0."""
    return f"{STAGE}/{number}.db"


@frozen(kw_only=True)
class Repository:
    """A repository of restic, as far as it concerns one project."""

    restic: Restic
    place: str | None
    """The project whose snapshots count; None for every one that Qualia made."""
    project: str = ""
    """The name of its folder, by which it is known where nothing of its place is."""

    @property
    def name(self) -> str:
        """What errors call it."""
        return shown(self.restic.repository)

    def snapshots(self) -> tuple[Kept, ...]:
        """Return the project's snapshots, the newest first; those made by other means are none.

        Raises:
            BackupFailed: they cannot be read.
        """
        return self._of_project(self.everybodys())

    def everybodys(self) -> tuple[Kept, ...]:
        """Return the snapshots of every project, the newest first.

        Raises:
            BackupFailed: they cannot be read.
        """
        rows = unlocking(self.restic, lambda: list(self.restic.lines("snapshots", "--tag", TAG)))
        found = [kept for kept in map(_kept, rows) if kept is not None]
        return tuple(sorted(found, key=lambda each: (each.created_at, each.id), reverse=True))

    def nearest(self) -> tuple[Kept, ...]:
        """Return the project's snapshots; where there are none, as after it was moved or lost, those of its name.

        Raises:
            BackupFailed: they cannot be read.
        """
        everybodys = self.everybodys()
        own = self._of_project(everybodys)
        return own or tuple(each for each in everybodys if each.project == self.project)

    def _of_project(self, there: Sequence[Kept]) -> tuple[Kept, ...]:
        return tuple(each for each in there if self.place in (None, each.place))

    def find(self, name: str) -> Kept:
        """Return the snapshot meant by an id, the beginning of one, restic's own id, or ``latest`` of the nearest.

        Raises:
            NoSuchSnapshot: none is, or several are.
        """
        try:
            there = self.nearest() if name == "latest" else self.everybodys()
        except NoRepository as error:
            raise NoSuchSnapshot(name, f"there is no restic repository at {error.place}") from error
        if name == "latest":
            if not there:
                raise NoSuchSnapshot(name, f"there is none in {self.name}; make one with `qualia backup create`")
            return there[0]
        meant = [each for each in there if name == each.id] or [
            each for each in there if name and (each.id.startswith(name) or each.restic_id.startswith(name))
        ]
        if len(meant) == 1:
            return meant[0]
        more = "several begin so" if meant else f"`qualia backup list` shows those in {self.name}"
        raise NoSuchSnapshot(name, more)

    def manifest(self, kept: Kept) -> Manifest:
        """Read what a snapshot says of itself.

        Raises:
            ArchiveUnsafe: it is damaged, or names what must not be written.
            BackupFailed: it cannot be read.
        """
        data = unlocking(self.restic, lambda: self.restic.answer("dump", kept.restic_id, f"/{MANIFEST}"))
        try:
            manifest = from_bytes(data)
        except ValueError as error:
            raise ArchiveUnsafe(kept.id, str(error)) from error
        for entry in manifest.entries:
            why = refusal(entry.path) or (link_refusal(entry.path, entry.target) if entry.kind == "link" else "")
            if why:
                raise ArchiveUnsafe(kept.id, f"it holds {entry.path[:200]!r}, which is refused: {why}")
        return manifest

    def read(self, kept: Kept, manifest: Manifest, sink: Sink) -> Told[None]:
        """Read all of a snapshot's files and compare every byte; what the manifest does not name is passed over.

        Raises:
            ArchiveUnsafe: it is damaged, or not what its manifest says.
            BackupFailed: it cannot be read.
        """
        reading = _Reading(kept.id, manifest, sink)
        with self.restic.started("dump", kept.restic_id, "/", "--archive", "tar") as running:
            try:
                with tarfile.open(fileobj=running.out, mode="r|") as tar:
                    for number, done in enumerate(reading.through(tar)):
                        if number % _TELL_EVERY == 0:
                            yield Progress("reading the snapshot", done=done)
            except tarfile.TarError as error:
                # What restic says of it counts, if it says something.
                if running.process.wait() == 0:
                    raise ArchiveUnsafe(kept.id, f"it is damaged ({error})") from error
        reading.finish()

    def check(self) -> None:
        """Let restic look whether its repository hangs together.

        Raises:
            ArchiveUnsafe: it does not.
            BackupFailed: it cannot be read.
        """
        unlocking(self.restic, lambda: self.restic.answer("check"))

    def forget(self, gone: Sequence[Kept], *, prune: bool) -> None:
        """Remove snapshots, and with ``prune`` the data that no other needs.

        Raises:
            BackupFailed: they cannot be removed.
        """
        if gone:
            words = ("forget", *(each.restic_id for each in gone), *(("--prune",) if prune else ()))
            unlocking(self.restic, lambda: self.restic.answer(*words))


def unlocking(restic: Restic, act: Any) -> Any:
    """Do something once more after locks of processes that died were removed, if a lock was in the way.

    Raises:
        BackupLocked: somebody alive holds the lock.
    """
    try:
        return act()
    except BackupLocked:
        with suppress(BackupFailed):
            restic.answer("unlock")
        return act()


def _kept(row: Mapping[str, Any]) -> Kept | None:
    """Return a snapshot from what restic says of it; None when Qualia did not make it."""
    tags: Any = row.get("tags")
    if not isinstance(tags, list) or TAG not in tags or not isinstance(row.get("id"), str):
        return None
    facts = {name: unquote(value) for name, _equals, value in (str(tag).partition("=") for tag in tags)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    try:
        return Kept(
            restic_id=row["id"],
            id=facts["id"],
            created_at=moment(facts["at"]).astimezone(UTC),
            place=facts["place"],
            project=facts["project"],
            files=int(facts["files"]),
            size_bytes=int(facts["bytes"]),
            is_complete=facts["complete"] == "1",
            note=facts.get("note", ""),
        )
    except (KeyError, ValueError):
        return None


class _Reading:
    """A tar's way into a sink."""

    def __init__(self, name: str, manifest: Manifest, sink: Sink) -> None:
        self._name: str = name
        self._manifest: Manifest = manifest
        self._sink: Sink = sink
        self._missing: dict[str, Entry] = {entry.path: entry for entry in manifest.entries}
        databases = (entry for entry in manifest.entries if entry.is_database)
        self._places: dict[str, str] = {database_path(number): each.path for number, each in enumerate(databases)}
        self._torn: set[str] = {each.path for each in manifest.problems}

    def through(self, tar: tarfile.TarFile) -> Iterator[float]:
        total = max(1, len(self._missing))
        for member in tar:
            path = member.name.removeprefix("./").strip("/")
            path = self._places.get(path, path)
            entry = self._missing.get(path)
            if entry is None:
                continue
            kind = "link" if member.issym() else "folder" if member.isdir() else "file" if member.isreg() else ""
            if kind != entry.kind or (kind == "link" and member.linkname != entry.target):
                raise ArchiveUnsafe(self._name, f"{path[:200]!r} is not what its manifest says")
            if kind == "file":
                self._file(entry, tar.extractfile(member))
            del self._missing[path]
            yield 1 - len(self._missing) / total

    def finish(self) -> None:
        lost = next((path for path in self._missing if path not in self._torn), None)
        if lost is not None:
            raise ArchiveUnsafe(self._name, f"{lost[:200]!r} is missing")
        for entry in self._manifest.entries:
            if entry.kind != "file":
                self._sink.begin(entry)
                self._sink.end(entry)

    def _file(self, entry: Entry, file: IO[bytes] | None) -> None:
        digest = hashlib.sha256()
        self._sink.begin(entry)
        for data in _pieces(file):
            digest.update(data)
            self._sink.piece(memoryview(data))
        if digest.hexdigest() != entry.sha256 and entry.path not in self._torn:
            raise ArchiveUnsafe(self._name, f"{entry.path[:200]!r} is damaged: its digest is not the manifest's")
        self._sink.end(entry)


def _pieces(file: IO[bytes] | None) -> Iterable[bytes]:
    while file is not None and (data := file.read(_PIECE_BYTES)):
        yield data
