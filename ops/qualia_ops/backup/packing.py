"""The archive as bytes: a row of frames which any tar lists, and a last one that seals it.

The last frame unpacks to nothing; a field of it says where the manifest begins and holds a digest of every byte before
it. So a changed bit is found wherever it is.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, TypeVar

from attrs import frozen

from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.frames import GZIP, PIECE_BYTES, Codec, Damaged

T = TypeVar("T")
_READ_BYTES = 512 * 1024
_AHEAD = 3
_FIELD = struct.Struct("<2sHBQ32s")


@frozen(kw_only=True)
class Seal:
    """What the last frame says."""

    manifest_at: int
    """Offset of the frame that begins with the manifest."""
    digest: bytes
    """SHA-256 of all that comes before the seal."""

    def to_bytes(self, codec: Codec = GZIP) -> bytes:
        """Return the frame."""
        field = _FIELD.pack(b"QB", _FIELD.size - 4, 1, self.manifest_at, self.digest)
        form = "<H" if codec.seal_tail else "<I"
        return codec.seal_head + struct.pack(form, len(field)) + field + codec.seal_tail


def seal_bytes(codec: Codec = GZIP) -> int:
    """Return how long a seal is."""
    return len(Seal(manifest_at=0, digest=bytes(32)).to_bytes(codec))


class Packer:
    """Compresses what it is given, in order, on several processors, and writes it.

    Args:
        write: takes the compressed bytes.
        codec: how they are compressed.
        threads: how many compress at once; None for as many as there are processors but the one that reads, four at
            most.
    """

    def __init__(self, write: Callable[[bytes], object], *, codec: Codec = GZIP, threads: int | None = None) -> None:
        self._write: Callable[[bytes], object] = write
        self._codec: Codec = codec
        self._threads: int = threads or min(4, max(1, (os.cpu_count() or 1) - 1))
        self._pool: ThreadPoolExecutor = ThreadPoolExecutor(self._threads, thread_name_prefix="qualia-backup")
        self._under_way: deque[Future[bytes]] = deque()
        self._pending: list[bytes] = []
        self._pending_bytes: int = 0
        self._digest = hashlib.sha256()
        self._written: int = 0
        self._manifest_at: int = 0

    def add(self, *pieces: bytes) -> None:
        """Take more of the tar file."""
        self._pending += pieces
        self._pending_bytes += sum(map(len, pieces))
        if self._pending_bytes >= PIECE_BYTES:
            self._submit()

    def finish(self, manifest: bytes) -> None:
        """Write the manifest's part of the tar file as a frame of its own."""
        self._submit()
        self._drain(0)
        self._manifest_at = self._written
        self._emit(self._codec.pack([manifest]))

    def seal(self) -> int:
        """Write the seal; return the whole size."""
        seal = Seal(manifest_at=self._manifest_at, digest=self._digest.digest()).to_bytes(self._codec)
        self._write(seal)
        return self._written + len(seal)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        pieces, self._pending, self._pending_bytes = self._pending, [], 0
        if pieces:
            self._under_way.append(self._pool.submit(self._codec.pack, pieces))
            self._drain(2 * self._threads)

    def _drain(self, leave: int) -> None:
        while len(self._under_way) > leave:
            self._emit(self._under_way.popleft().result())

    def _emit(self, data: bytes) -> None:
        self._digest.update(data)
        self._written += len(data)
        self._write(data)


def read_seal(file: BinaryIO, codec: Codec, name: str) -> tuple[Seal, int]:
    """Return what the last frame of an archive says, and where it begins.

    Raises:
        ArchiveUnsafe: it is no archive of this kind, or not a whole one.
    """
    length = seal_bytes(codec)
    size = os.fstat(file.fileno()).st_size
    data = b"".join(raw(file, size - length, size, name)) if size >= length else b""
    if len(data) == length:
        field = data[: length - len(codec.seal_tail)][-_FIELD.size :]
        _id, _length, _version, manifest_at, digest = _FIELD.unpack(field)
        seal = Seal(manifest_at=manifest_at, digest=digest)
        if seal.to_bytes(codec) == data and manifest_at <= size - length:
            return seal, size - length
    raise ArchiveUnsafe(name, "it is damaged, cut short, or no archive that qualia backup made")


def raw(file: BinaryIO, start: int, end: int, name: str) -> Iterator[bytes]:
    """Yield the bytes of a file between two offsets.

    Raises:
        ArchiveUnsafe: there are fewer.
    """
    descriptor = file.fileno()
    os.lseek(descriptor, start, os.SEEK_SET)
    left = end - start
    while left > 0:
        data = os.read(descriptor, min(_READ_BYTES, left))
        if not data:
            raise ArchiveUnsafe(name, "it is cut short")
        left -= len(data)
        yield data


def unpacked(pieces: Iterator[bytes], codec: Codec, name: str) -> Iterator[bytes]:
    """Yield what frames hold, in pieces of bounded size.

    Args:
        pieces: the frames.
        codec: how they are compressed.
        name: what errors call the archive.

    Raises:
        ArchiveUnsafe: it is damaged.
    """
    unpacker = codec.unpacker()
    try:
        for data in pieces:
            yield from unpacker.feed(data)
    except Damaged as error:
        raise ArchiveUnsafe(name, f"it is damaged ({error})") from error
    if not unpacker.is_between:
        raise ArchiveUnsafe(name, "it is cut short")


def ahead(pieces: Iterator[T]) -> Generator[T]:
    """Yield what an iterator yields, some of it computed in advance on another processor; what it raises is raised."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="qualia-backup")
    try:
        waiting = deque(pool.submit(next, pieces, None) for _number in range(_AHEAD))
        while (piece := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, pieces, None))
            yield piece
    finally:
        pool.shutdown(cancel_futures=True)
