"""How the bytes of an archive are made smaller: gzip of the standard library, or zstd where its library is here.

An archive is a row of frames, each compressed by itself, so that several processors work at once and the manifest is
read without what comes before it. Bounds on what a frame may ask for hold for either.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any, Protocol

from attrs import frozen

from qualia.errors import ExtraMissing

PIECE_BYTES = 1024 * 1024
"""How much is unpacked at once."""
_GZIP_LEVEL = 2
_ZSTD_LEVEL = 3
_GZIP = 31
_GZIP_HEAD = bytes.fromhex("1f8b08000000000000ff")
_GZIP_END = bytes.fromhex("0300")
_DENSE_FROM_BYTES = 4096
_STORED_BYTES = 65535
_WINDOW_LOG = 23
"""Eight megabytes: what a frame may ask to be remembered while it is unpacked."""


class Damaged(ValueError):
    """Bytes that are no frame of their kind."""


class Unpacker(Protocol):
    """Unpacks frames from pieces of an archive."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what a further piece unpacks to, at most `PIECE_BYTES` at once.

        Raises:
            Damaged: it is no frame, or asks for too much.
        """
        ...

    @property
    def is_between(self) -> bool:
        """Whether the last frame has ended and none has begun."""
        ...


@frozen(kw_only=True)
class Codec:
    """A way of making an archive smaller."""

    name: str
    suffix: str
    """What the names of archives end in."""
    magic: bytes
    """What each frame begins with."""
    pack: Callable[[Sequence[bytes]], bytes]
    """Makes one frame of pieces that follow each other."""
    unpacker: Callable[[], Unpacker]
    seal_head: bytes
    """What stands before the seal's bytes, so that they are a frame that unpacks to nothing."""
    seal_tail: bytes


def _gzip(pieces: Sequence[bytes]) -> bytes:
    """Return a member of gzip; what would not get smaller is put in as it is, which takes a fiftieth of the time."""
    made = [_GZIP_HEAD]
    for is_dense, some in groupby(pieces, _is_dense):
        # Joined, as each call hands a lock from thread to thread.
        data = b"".join(some)
        if is_dense:
            made += _stored(data)
        else:
            engine = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
            # Complete to a byte, and nothing that follows refers to what stands before.
            made += (engine.compress(data), engine.flush(zlib.Z_FULL_FLUSH))
    whole = b"".join(pieces)
    made.append(_GZIP_END + struct.pack("<II", zlib.crc32(whole), len(whole) & 0xFFFFFFFF))
    return b"".join(made)


def _is_dense(piece: bytes) -> bool:
    """Tell whether a piece looks as if it were compressed already: most values of a byte occur in a short part of it.

    Of 512 bytes that are random, 221 values are to be expected; of texts and programs there are fewer than 100.
    """
    if len(piece) < _DENSE_FROM_BYTES:
        return False
    middle = len(piece) // 2
    return len(set(piece[middle : middle + 512])) > 200 and len(set(piece[-512:])) > 190


def _stored(piece: bytes) -> Iterator[bytes]:
    for start in range(0, len(piece), _STORED_BYTES):
        block = piece[start : start + _STORED_BYTES]
        yield struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
        yield block


class _GzipUnpacker:
    def __init__(self) -> None:
        self._engine = zlib.decompressobj(_GZIP)
        self._is_between: bool = True

    @property
    def is_between(self) -> bool:
        return self._is_between

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                self._is_between = False
                piece = self._engine.decompress(data, PIECE_BYTES)
                if piece:
                    yield piece
                data = self._engine.unconsumed_tail
                if self._engine.eof:
                    data, self._engine, self._is_between = self._engine.unused_data, zlib.decompressobj(_GZIP), True
        except zlib.error as error:
            raise Damaged(str(error)) from error


class _ZstdUnpacker:
    def __init__(self, zstd: Any) -> None:
        self._zstd: Any = zstd
        self._engine: Any = self._new()
        self._is_between: bool = True

    def _new(self) -> Any:
        bounds = {self._zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
        return self._zstd.ZstdDecompressor(options=bounds)

    @property
    def is_between(self) -> bool:
        return self._is_between

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data or not (self._is_between or self._engine.needs_input):
                self._is_between = False
                piece, data = self._engine.decompress(data, PIECE_BYTES), b""
                if piece:
                    yield piece
                if self._engine.eof:
                    data, self._engine, self._is_between = self._engine.unused_data, self._new(), True
        except self._zstd.ZstdError as error:
            raise Damaged(str(error)) from error


GZIP = Codec(
    name="gz",
    suffix=".tar.gz",
    magic=b"\x1f\x8b\x08",
    pack=_gzip,
    unpacker=_GzipUnpacker,
    # An empty member with a field of its own, as the format allows.
    seal_head=bytes.fromhex("1f8b08040000000000ff"),
    seal_tail=_GZIP_END + bytes(8),
)
_ZSTD_MAGIC = bytes.fromhex("28b52ffd")
_ZSTD_SUFFIX = ".tar.zst"
SUFFIXES = (GZIP.suffix, _ZSTD_SUFFIX)
NAMES = (GZIP.name, "zst")


def usual_name() -> str:
    """Return how archives are compressed when nobody says: ``zst`` where a library for it is here, else ``gz``."""
    try:
        return _zstd().name
    except ExtraMissing:
        return GZIP.name


def codec_of(name: str) -> Codec:
    """Return a way of compressing by its name, ``gz`` or ``zst``.

    Raises:
        ExtraMissing: it is zstd, and no library for it is here.
    """
    return GZIP if name == GZIP.name else _zstd()


def codec_by_magic(start: bytes) -> Codec | None:
    """Return how an archive that starts so is compressed; None for no way that is known.

    Raises:
        ExtraMissing: it is zstd, and no library for it is here.
    """
    if start.startswith(GZIP.magic):
        return GZIP
    return _zstd() if start.startswith(_ZSTD_MAGIC) else None


def _zstd() -> Codec:
    zstd = _library()
    return Codec(
        name="zst",
        suffix=_ZSTD_SUFFIX,
        magic=_ZSTD_MAGIC,
        pack=lambda pieces: zstd.compress(b"".join(pieces), _ZSTD_LEVEL),
        unpacker=lambda: _ZstdUnpacker(zstd),
        seal_head=bytes.fromhex("5e2a4d18"),
        seal_tail=b"",
    )


def _library() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ExtraMissing("ops", "compressing with zstd")
