"""Reading an archive with no trust in it: its manifest first, then every byte against that."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.ciphering import NO_KEYS, Keys
from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.manifest import NAME, Entry, Manifest, from_bytes, to_bytes
from qualia_ops.backup.opening import Opened, opened
from qualia_ops.backup.packing import ahead
from qualia_ops.backup.tarred import TOP, Reader, header, link_refusal, refusal

T = TypeVar("T")
Told = Generator[Progress, None, T]
"""Work that tells how far it is, and returns something in the end."""

_MANIFEST_BYTES = 128 * 1024 * 1024
_TELL_EVERY = 64


@frozen(kw_only=True)
class Limits:
    """How much an archive may ask for before it is refused."""

    entries: int = 500_000
    total_bytes: int = 1 << 40
    ratio: float = 200.0
    """What it unpacks to, beside its own size; looked at from `ratio_from_bytes` on."""
    ratio_from_bytes: int = 256 * 1024 * 1024


LIMITS = Limits()
NO_LIMITS = Limits(entries=1 << 62, total_bytes=1 << 62, ratio=float("inf"))
"""For an archive that was just made here, or that somebody trusts."""


class Sink:
    """What takes an archive's files; this one only lets them pass."""

    def begin(self, entry: Entry) -> None:
        """Hear that an entry begins."""

    def piece(self, data: memoryview) -> None:
        """Take bytes of the file that has begun."""

    def end(self, entry: Entry) -> None:
        """Hear that all bytes of an entry have been given and are what the manifest says."""


def read_manifest(path: Path, limits: Limits = LIMITS, keys: Keys = NO_KEYS) -> Manifest:
    """Read what an archive says of itself, without reading its files.

    Raises:
        ArchiveUnsafe: it is damaged, no archive, or asks for something that is refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        OSError: it cannot be read.
    """
    with opened(path, keys) as archive:
        return _manifest(archive, path.name, limits)[0]


def read_sealed(path: Path, limits: Limits = LIMITS, *, keys: Keys = NO_KEYS) -> Told[Manifest]:
    """Read every byte of an archive and compare it with what was sealed; nothing is unpacked but the manifest.

    It finds damage wherever it is. Whether the archive holds what its manifest says is known when it is unpacked.

    Raises:
        ArchiveUnsafe: it is damaged, no archive, or asks for something that is refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        OSError: it cannot be read.
    """
    with opened(path, keys) as archive:
        manifest, _data = _manifest(archive, path.name, limits)
        yield Progress("reading the archive", done=0.0)
        for number, _piece in enumerate(archive.packed_pieces()):
            if number % _TELL_EVERY == 0:
                yield Progress("reading the archive")
        archive.finish(manifest)
        return manifest


def read_archive(
    path: Path, sink: Sink, limits: Limits = LIMITS, *, keys: Keys = NO_KEYS, known: Manifest | None = None
) -> Told[Manifest]:
    """Read a whole archive and check every byte of it.

    Args:
        path: the archive.
        sink: takes the files; what it got counts only when this returns.
        limits: how much it may ask for.
        keys: what opens it.
        known: its manifest, where that was read and found right a moment ago; it is compared all the same.

    Raises:
        ArchiveUnsafe: it is damaged, no archive, or asks for something that is refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        OSError: it cannot be read.
    """
    with opened(path, keys) as archive:
        manifest, data = _manifest(archive, path.name, limits, known)
        with closing(ahead(archive.pieces())) as pieces:
            reader = Reader(pieces, path.name)
            for number, entry in enumerate(manifest.entries):
                if number % _TELL_EVERY == 0:
                    yield Progress("reading the archive", done=number / len(manifest.entries))
                try:
                    _read_entry(reader, entry, sink, path.name)
                except ArchiveUnsafe as error:
                    raise _placed(error, entry) from error
            if _last(reader, path.name) != data:
                raise ArchiveUnsafe(path.name, "its manifest is not where it says")
        archive.finish(manifest)
        return manifest


def _placed(error: ArchiveUnsafe, entry: Entry) -> ArchiveUnsafe:
    """Return what is told of damage with the first file that nobody can have of the archive."""
    if repr(entry.path) in error.reason:
        return error
    return ArchiveUnsafe(error.archive, f"{error.reason}; it was read as far as {entry.path[:200]!r}")


def _read_entry(reader: Reader, entry: Entry, sink: Sink, archive: str) -> None:
    if not reader.follows(header(entry)):
        _read_header(reader, entry, archive)
    sink.begin(entry)
    if entry.kind == "file":
        digest = hashlib.sha256()

        def take(data: memoryview) -> None:
            digest.update(data)
            sink.piece(data)

        reader.body(entry.size, take)
        if digest.hexdigest() != entry.sha256:
            raise ArchiveUnsafe(archive, f"{entry.path[:200]!r} is damaged: its digest is not the manifest's")
    sink.end(entry)


def _read_header(reader: Reader, entry: Entry, archive: str) -> None:
    """Read a header that is cut in two or written otherwise."""
    member = reader.member()
    if member is None or member.name != TOP + entry.path:
        found = "ends" if member is None else f"holds {member.name[:200]!r}"
        raise ArchiveUnsafe(archive, f"it {found} where its manifest names {entry.path[:200]!r}")
    if (member.kind, member.size, member.target) != (entry.kind, entry.size, entry.target):
        raise ArchiveUnsafe(archive, f"{entry.path[:200]!r} is not what its manifest says")


def _manifest(opened: Opened, archive: str, limits: Limits, known: Manifest | None = None) -> tuple[Manifest, bytes]:
    pieces: Iterator[bytes] = opened.manifest_pieces()
    data = _last(Reader(pieces, archive), archive)
    if known is not None and to_bytes(known) == data:
        return known, data
    try:
        manifest = from_bytes(data)
    except ValueError as error:
        raise ArchiveUnsafe(archive, str(error)) from error
    _check(manifest, opened.packed_bytes, archive, limits)
    return manifest, data


def _last(reader: Reader, archive: str) -> bytes:
    """Read the manifest, which nothing may follow."""
    member = reader.member()
    if member is None or member.name != NAME or member.kind != "file" or member.size > _MANIFEST_BYTES:
        raise ArchiveUnsafe(archive, "its manifest is missing or too long")
    data = bytearray()
    reader.body(member.size, data.extend)
    if reader.member() is not None:
        raise ArchiveUnsafe(archive, "something follows its manifest")
    return bytes(data)


def _check(manifest: Manifest, packed_bytes: int, archive: str, limits: Limits) -> None:
    if len(manifest.entries) > limits.entries:
        raise ArchiveUnsafe(archive, f"it holds more than {limits.entries} entries")
    size = manifest.size_bytes
    if size > limits.total_bytes:
        raise ArchiveUnsafe(archive, f"it unpacks to more than {limits.total_bytes} bytes")
    if size > limits.ratio_from_bytes and size > limits.ratio * packed_bytes:
        raise ArchiveUnsafe(archive, f"it unpacks to more than {limits.ratio:g} times its own size")
    folders = {""}
    paths: set[str] = set()
    folded: set[str] = set()
    for entry in manifest.entries:
        why = refusal(entry.path)
        if not why and entry.kind == "link":
            why = link_refusal(entry.path, entry.target)
        if not why and entry.path.rpartition("/")[0] not in folders:
            why = "the folder it lies in is none of the archive's"
        if not why and entry.path in paths:
            why = "it is there twice"
        if not why and not manifest.case_twins and entry.path.casefold() in folded:
            why = "its name differs from another in case alone"
        if why:
            raise ArchiveUnsafe(archive, f"it holds {entry.path[:200]!r}, which is refused: {why}")
        paths.add(entry.path)
        folded.add(entry.path.casefold())
        if entry.kind == "folder":
            folders.add(entry.path)
