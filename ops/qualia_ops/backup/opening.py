"""Two kinds of archive, opened the same way: one that anybody reads, and one that is encrypted.

The encrypted one is a tar of a few members: the project as it would be otherwise and its manifest, each encrypted with
age, the archive's own key where a passphrase protects it, and a summary that anybody reads. So it is listed without a
key, a wrong key is found out at once however large it is, and by hand it is opened with tar and age alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import attrs
from attrs import frozen

from qualia_ops.backup.ciphering import Keys, decrypted, openers
from qualia_ops.backup.errors import ArchiveUnsafe, WrongKey
from qualia_ops.backup.frames import NAMES, SUFFIXES, Codec, codec_by_magic, codec_of
from qualia_ops.backup.manifest import Manifest, moment
from qualia_ops.backup.packing import raw, read_seal, unpacked
from qualia_ops.backup.tarred import BLOCK, END, Reader, described, header, member, padding

ENCRYPTED_SUFFIX = ".age.tar"
ALL_SUFFIXES = (*SUFFIXES, ENCRYPTED_SUFFIX)
SUMMARY, KEY = "summary.json", "key.age"
SCHEMA = "qualia-backup-summary/1"
_OUTER_MAGIC = b"././@PaxHeader"
_SHORT_BYTES = 64 * 1024
_MANIFEST_BYTES = 128 * 1024 * 1024
_WIDE_BYTES = 3 * BLOCK


@frozen(kw_only=True)
class Summary:
    """What an encrypted archive says to anybody."""

    id: str
    created_at: datetime
    project: str
    place: str
    files: int
    content_bytes: int
    is_complete: bool
    compressed: str
    """Name of the way its members are compressed."""
    digests: dict[str, str]
    """SHA-256 of each member before this one."""

    def to_bytes(self) -> bytes:
        """Return it as JSON, with a digest of all its lines but the last."""
        plain = {"schema": SCHEMA, **attrs.asdict(self), "created_at": self.created_at.isoformat()}
        text = "{\n" + "".join(f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in plain.items())
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f'{text}"sha256_above": "{digest}"\n}}\n'.encode()

    @property
    def members(self) -> tuple[str, str]:
        """Names of what is encrypted: the project, and its manifest."""
        return member_names(self.compressed)

    def agrees(self, manifest: Manifest) -> bool:
        """Tell whether it says what a manifest says."""
        return self == summary_of(manifest, self.compressed, self.digests)


def member_names(compressed: str) -> tuple[str, str]:
    """Return the names of what is encrypted: the project, and its manifest. Asking needs no library."""
    return f"project.tar.{compressed}.age", f"manifest.tar.{compressed}.age"


def summary_of(manifest: Manifest, compressed: str, digests: dict[str, str]) -> Summary:
    """Return what is told to anybody of an archive with this manifest."""
    return Summary(
        id=manifest.id,
        created_at=manifest.created_at,
        project=manifest.project,
        place=manifest.place,
        files=sum(entry.kind == "file" for entry in manifest.entries),
        content_bytes=manifest.size_bytes,
        is_complete=manifest.is_complete,
        compressed=compressed,
        digests=digests,
    )


class Opened(Protocol):
    """An archive that is read."""

    packed_bytes: int
    """How long it is."""

    def manifest_pieces(self) -> Iterator[bytes]:
        """Yield the tar bytes of its manifest."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Yield the tar bytes of all of it."""
        ...

    def packed_pieces(self) -> Iterator[bytes]:
        """Yield all of it as it is sealed, not unpacked."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Compare its digest, now that all of it was read.

        Raises:
            ArchiveUnsafe: it is not the one it was sealed with.
        """
        ...


@contextmanager
def opened(path: Path, keys: Keys) -> Generator[Opened]:
    """Open an archive of either kind.

    Raises:
        ArchiveUnsafe: it is none, or damaged.
        WrongKey: it is encrypted, and no key that opens it was given.
        ExtraMissing: the library it takes is not installed.
        OSError: it cannot be read.
    """
    with _file(path) as file:
        start = os.read(file.fileno(), len(_OUTER_MAGIC))
        codec = codec_by_magic(start)
        if codec is None and start != _OUTER_MAGIC:
            raise ArchiveUnsafe(path.name, "it is damaged, cut short, or no archive that qualia backup made")
        yield _Plain(file, codec, path.name) if codec else _Encrypted(file, path.name, keys)


def unwrapped(path: Path, keys: Keys) -> Keys:
    """Return keys that open an archive without the slow work of a password, done here once and for all.

    Raises:
        WrongKey: the archive is encrypted, and no key that may open it was given.
        ArchiveUnsafe: it is none, or damaged.
        OSError: it cannot be read.
    """
    if keys.passphrase is None or read_summary(path) is None:
        return keys
    with _file(path) as file:
        return Keys(identities=tuple(map(str, _Encrypted(file, path.name, keys).identities)))


def read_summary(path: Path) -> Summary | None:
    """Return what an encrypted archive says to anybody; None for an archive that is not encrypted.

    Raises:
        ArchiveUnsafe: it is none, or damaged.
        OSError: it cannot be read.
    """
    with _file(path) as file:
        if os.read(file.fileno(), len(_OUTER_MAGIC)) != _OUTER_MAGIC:
            return None
        return _Outer(file, path.name).summary


def check_outside(path: Path) -> Summary:
    """Read every byte of an encrypted archive and compare it with what was sealed, without its key.

    Raises:
        ArchiveUnsafe: it is damaged, or not encrypted.
        OSError: it cannot be read.
    """
    with _file(path) as file:
        outer = _Outer(file, path.name)
        for name in outer.places:
            digest = hashlib.sha256()
            for data in outer.raw(name):
                digest.update(data)
            outer.compare(name, digest.digest())
        return outer.summary


@contextmanager
def _file(path: Path) -> Generator[BinaryIO]:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not path.is_file():
            raise ArchiveUnsafe(path.name, "it is no regular file")
        yield file


class _Plain:
    def __init__(self, file: BinaryIO, codec: Codec, name: str) -> None:
        self._file: BinaryIO = file
        self._codec: Codec = codec
        self._name: str = name
        self._seal, self._end = read_seal(file, codec, name)
        self._digest = hashlib.sha256()
        self.packed_bytes: int = self._end

    def manifest_pieces(self) -> Iterator[bytes]:
        pieces = raw(self._file, self._seal.manifest_at, self._end, self._name)
        return unpacked(pieces, self._codec, self._name)

    def pieces(self) -> Iterator[bytes]:
        return unpacked(self.packed_pieces(), self._codec, self._name)

    def packed_pieces(self) -> Iterator[bytes]:
        self._digest = hashlib.sha256()
        for data in raw(self._file, 0, self._end, self._name):
            self._digest.update(data)
            yield data

    def finish(self, manifest: Manifest) -> None:
        del manifest
        if self._digest.digest() != self._seal.digest:
            raise ArchiveUnsafe(self._name, "it is damaged: its digest is not the one it was sealed with")


class _Encrypted:
    def __init__(self, file: BinaryIO, name: str, keys: Keys) -> None:
        self._name: str = name
        self._outer: _Outer = _Outer(file, name)
        wrapped = self._outer.short(KEY) if KEY in self._outer.places else b""
        self.identities: tuple[Any, ...] = openers(keys, wrapped, name)
        self._codec: Codec = codec_of(self._outer.summary.compressed)
        self._digest = hashlib.sha256()
        self.packed_bytes: int = self._outer.places[self._outer.summary.members[0]][1]

    def manifest_pieces(self) -> Iterator[bytes]:
        data = self._outer.short(self._outer.summary.members[1])
        return unpacked(decrypted([data], self.identities, self._name), self._codec, self._name)

    def pieces(self) -> Iterator[bytes]:
        return unpacked(self._plain(), self._codec, self._name)

    def _plain(self) -> Iterator[bytes]:
        try:
            yield from decrypted(self.packed_pieces(), self.identities, self._name)
        except WrongKey as error:
            # The same keys opened the manifest.
            raise ArchiveUnsafe(self._name, "it is damaged: its parts have different keys") from error

    def packed_pieces(self) -> Iterator[bytes]:
        self._digest = hashlib.sha256()
        for data in self._outer.raw(self._outer.summary.members[0]):
            self._digest.update(data)
            yield data

    def finish(self, manifest: Manifest) -> None:
        self._outer.compare(self._outer.summary.members[0], self._digest.digest())
        if not self._outer.summary.agrees(manifest):
            raise ArchiveUnsafe(self._name, "it is damaged: its summary is not that of its manifest")


class _Outer:
    """The tar around what is encrypted; every byte of it but those of its members is what this program would write."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file: BinaryIO = file
        self._name: str = name
        self._size: int = os.fstat(file.fileno()).st_size
        self.places: dict[str, tuple[int, int]] = {}
        data = self._members()
        self.summary: Summary = self._read(data)
        self._check(data)

    def raw(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a member."""
        at, size = self.places[name]
        return raw(self._file, at, at + size, self._name)

    def short(self, name: str) -> bytes:
        """Return the bytes of a member, compared with its digest."""
        if self.places[name][1] > _MANIFEST_BYTES:
            raise ArchiveUnsafe(self._name, f"its {name} is too long")
        data = b"".join(self.raw(name))
        self.compare(name, hashlib.sha256(data).digest())
        return data

    def compare(self, name: str, digest: bytes) -> None:
        """Compare a member's digest.

        Raises:
            ArchiveUnsafe: it is another.
        """
        if digest.hex() != self.summary.digests[name]:
            raise ArchiveUnsafe(self._name, f"it is damaged: its {name} has another digest than when it was sealed")

    def _members(self) -> bytes:
        """Find the members; return the bytes of the last, which is the summary."""
        at, length = 0, _WIDE_BYTES
        while len(self.places) < 4:
            found = Reader(raw(self._file, at, min(self._size, at + length), self._name), self._name).member()
            if found is None:
                break
            at += length
            if found.name == SUMMARY:
                if found.size > _SHORT_BYTES or at + found.size > self._size:
                    break
                return b"".join(raw(self._file, at, at + found.size, self._name))
            self.places[found.name] = (at, found.size)
            at += found.size + len(padding(found.size))
            length = BLOCK
            if at > self._size:
                break
        raise ArchiveUnsafe(self._name, "it is damaged, cut short, or no archive that qualia backup made")

    def _read(self, data: bytes) -> Summary:
        try:
            plain: Any = json.loads(data)
            if plain.pop("schema") != SCHEMA:
                raise ArchiveUnsafe(self._name, "its summary is of a schema this version does not know")
            del plain["sha256_above"]
            fields: Any = {**plain, "created_at": moment(plain["created_at"])}
            summary = Summary(**fields)
            if summary.to_bytes() == data and _is_plain(summary):
                return summary
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise ArchiveUnsafe(self._name, "it is damaged: its summary cannot be read") from error
        raise ArchiveUnsafe(self._name, "it is damaged: its summary is not what was sealed")

    def _check(self, data: bytes) -> None:
        """Compare what stands around the members with what this program writes."""
        names = [*self.summary.members, *([KEY] if KEY in self.summary.digests else [])]
        if list(self.places) != names or sorted(self.summary.digests) != sorted(names):
            raise ArchiveUnsafe(self._name, "it is damaged: it does not hold what its summary names")
        last = 0
        for name in names:
            at, size = self.places[name]
            entry = described(name, size, self.summary.created_at)
            self._same(last, header(entry, name, is_wide=last == 0))
            self._same(at + size, padding(size))
            last = at + size + len(padding(size))
        self._same(last, member(SUMMARY, data, self.summary.created_at) + END)
        if self._file.tell() != self._size:
            raise ArchiveUnsafe(self._name, "something follows its end")

    def _same(self, at: int, data: bytes) -> None:
        if b"".join(raw(self._file, at, min(self._size, at + len(data)), self._name)) != data:
            raise ArchiveUnsafe(self._name, "it is damaged: something stands between its members")


def _is_plain(summary: Summary) -> bool:
    texts: tuple[Any, ...] = (summary.id, summary.project, summary.place, *summary.digests.values())
    numbers: tuple[Any, ...] = (summary.files, summary.content_bytes)
    return (
        summary.compressed in NAMES
        and all(type(each) is str for each in texts)
        and all(type(each) is int and each >= 0 for each in numbers)
    )
