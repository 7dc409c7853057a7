"""The archive as bytes: a gzip file of many members, which any tar lists, and a last one that seals it.

Each member is compressed by itself, so several processors work at once and the manifest can be read without what comes
before it. The last member is empty; a field of its header says where the manifest begins and holds a digest of every
byte before it. So a changed bit is found wherever it is.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from qualia_ops.backup.errors import ArchiveUnsafe

GZIP = 31
"""What zlib calls a stream that begins and ends as gzip's do."""
LEVEL = 3
MEMBER_BYTES = 1024 * 1024
_READ_BYTES = 256 * 1024
_FIELD = struct.Struct("<2sHBQ32s")
_HEAD = bytes.fromhex("1f8b08040000000000ff")
_EMPTY = bytes.fromhex("0300") + bytes(8)
SEAL_BYTES = len(_HEAD) + 2 + _FIELD.size + len(_EMPTY)


@frozen(kw_only=True)
class Seal:
    """What the last member says."""

    manifest_at: int
    """Offset of the member that begins with the manifest."""
    digest: bytes
    """SHA-256 of all that comes before the seal."""

    def to_bytes(self) -> bytes:
        """Return the member."""
        field = _FIELD.pack(b"QB", _FIELD.size - 4, 1, self.manifest_at, self.digest)
        return _HEAD + struct.pack("<H", len(field)) + field + _EMPTY


class Packer:
    """Compresses what it is given, in order, on several processors, and writes it.

    Args:
        write: takes the compressed bytes.
        level: zlib's, 1 to 9.
        threads: how many compress at once; None for as many as there are processors, four at most.
    """

    def __init__(self, write: Callable[[bytes], object], *, level: int = LEVEL, threads: int | None = None) -> None:
        self._write: Callable[[bytes], object] = write
        self._level: int = level
        self._threads: int = threads or min(4, os.cpu_count() or 1)
        self._pool: ThreadPoolExecutor = ThreadPoolExecutor(self._threads, thread_name_prefix="qualia-backup")
        self._under_way: deque[Future[bytes]] = deque()
        self._pending: bytearray = bytearray()
        self._digest = hashlib.sha256()
        self._written: int = 0

    def add(self, data: bytes) -> None:
        """Take more of the tar file."""
        self._pending += data
        while len(self._pending) >= MEMBER_BYTES:
            self._submit(bytes(self._pending[:MEMBER_BYTES]))
            del self._pending[:MEMBER_BYTES]

    def seal(self, manifest: bytes) -> int:
        """Write the manifest's part of the tar file as a member of its own, and the seal; return the whole size."""
        self._submit(bytes(self._pending))
        self._pending.clear()
        self._drain(0)
        manifest_at = self._written
        self._emit(zlib.compress(manifest, self._level, GZIP))
        seal = Seal(manifest_at=manifest_at, digest=self._digest.digest()).to_bytes()
        self._write(seal)
        return self._written + len(seal)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _submit(self, data: bytes) -> None:
        if data:
            self._under_way.append(self._pool.submit(zlib.compress, data, self._level, GZIP))
            self._drain(2 * self._threads)

    def _drain(self, leave: int) -> None:
        while len(self._under_way) > leave:
            self._emit(self._under_way.popleft().result())

    def _emit(self, data: bytes) -> None:
        self._digest.update(data)
        self._written += len(data)
        self._write(data)


def read_seal(file: BinaryIO, name: str) -> Seal:
    """Read what the last member of an archive says.

    Raises:
        ArchiveUnsafe: it is no archive of this kind, or not a whole one.
    """
    size = file.seek(0, os.SEEK_END)
    data = b""
    if size >= SEAL_BYTES:
        file.seek(size - SEAL_BYTES)
        data = file.read(SEAL_BYTES)
    start = len(_HEAD) + 2
    if len(data) == SEAL_BYTES:
        _id, _length, _version, manifest_at, digest = _FIELD.unpack(data[start : start + _FIELD.size])
        seal = Seal(manifest_at=manifest_at, digest=digest)
        if seal.to_bytes() == data and manifest_at <= size - SEAL_BYTES:
            return seal
    raise ArchiveUnsafe(name, "it is damaged, cut short, or no archive that qualia backup made")


def unpacked(file: BinaryIO, *, start: int, end: int, name: str, told: Callable[[bytes], object]) -> Iterator[bytes]:
    """Yield what the members between two offsets hold, in pieces of bounded size.

    Args:
        file: the archive.
        start: offset of the first member.
        end: offset where the last one ends.
        name: what errors call the archive.
        told: hears each piece of the archive as it is read.

    Raises:
        ArchiveUnsafe: it is damaged.
    """
    file.seek(start)
    left = end - start
    engine = zlib.decompressobj(GZIP)
    has_begun = False
    try:
        while left:
            raw = file.read(min(_READ_BYTES, left))
            if not raw:
                raise ArchiveUnsafe(name, "it is cut short")
            left -= len(raw)
            told(raw)
            while raw:
                has_begun = True
                piece = engine.decompress(raw, MEMBER_BYTES)
                if piece:
                    yield piece
                raw = engine.unconsumed_tail
                if engine.eof:
                    raw, engine, has_begun = engine.unused_data, zlib.decompressobj(GZIP), False
        if has_begun:
            raise ArchiveUnsafe(name, "it is cut short")
    except zlib.error as error:
        raise ArchiveUnsafe(name, f"it is damaged ({error})") from error


def open_archive(path: Path) -> BinaryIO:
    """Open an archive for reading.

    Raises:
        ArchiveUnsafe: it is no regular file.
        OSError: it cannot be read.
    """
    file = path.open("rb")
    if not path.is_file():
        file.close()
        raise ArchiveUnsafe(path.name, "it is no regular file")
    return file
