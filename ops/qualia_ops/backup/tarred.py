"""The tar inside an archive: members are written as any tar reads them, and read with no trust at all.

Only what this program writes is read: files, folders, links, and the extended headers before them. Everything that
other tars know, such as devices, hard links, sparse files or headers for all that follows, is refused, and so is a
name that could lead anywhere but below the folder it is restored to.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache

from attrs import frozen

from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.manifest import Entry, Kind

TOP = "project/"
"""What the name of each member begins with, the manifest's excepted."""
BLOCK = 512
END = bytes(2 * BLOCK)
_KINDS: dict[bytes, Kind] = {b"0": "file", b"5": "folder", b"2": "link"}
_TYPES = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}
_OTHERS = {
    b"1": "a hard link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"7": "a contiguous file",
    b"S": "a sparse file",
    b"g": "a header for all that follows",
    b"L": "a name in the manner of GNU",
    b"K": "a link in the manner of GNU",
}
_FIELD_BYTES = 100
_LARGEST_BYTES = 8**11 - 1
_NOBODY = b"0000000\0" * 2
_MAGIC = (b"ustar\x0000" + bytes(64) + _NOBODY).ljust(255, b"\0")
_MAGIC_SUM = sum(_MAGIC) + 8 * 32
_ASCII = bytes([*range(128), *b"?" * 128])
_EXTENDED_BYTES = 64 * 1024
_KEYWORDS = {"path", "linkpath", "size", "mtime", "hdrcharset"}
_PATH_BYTES = 1024
_NAME_BYTES = 255
_SURE = _NAME_BYTES // 4
"""So many characters are never more bytes than a name may have."""
_PLAIN = re.compile(r"(?!.:)(?!\.{1,2}(?:/|\Z))[^/\\\0]+(?:/(?!\.{1,2}(?:/|\Z))[^/\\\0]+)*", re.DOTALL)
_NUMBER = re.compile(rb"[0-7]{1,11}")


@frozen(kw_only=True)
class Member:
    """What a header says of the bytes behind it."""

    name: str
    kind: Kind
    size: int
    target: str


def header(entry: Entry, name: str | None = None, *, is_wide: bool = False) -> bytes:
    """Return what stands in front of an entry's bytes.

    Args:
        entry: what it describes.
        name: stands for its own; None for its path below `TOP`.
        is_wide: whether it takes the same room however large the size is.
    """
    path = (TOP + entry.path if name is None else name).encode("utf-8", "surrogateescape")
    path += b"/" if entry.kind == "folder" else b""
    target = entry.target.encode("utf-8", "surrogateescape")
    records = b""
    if not path.isascii() or len(path) > _FIELD_BYTES:
        records += _record(b"path", path)
        path = _stand_in(path)
    if not target.isascii() or len(target) > _FIELD_BYTES:
        records += _record(b"linkpath", target)
        target = _stand_in(target)
    size = entry.size
    if is_wide or size > _LARGEST_BYTES:
        records += _record(b"size", b"%018d" % size if is_wide else b"%d" % size)
        size = 0
    mtime = max(0, entry.mtime_ns // 1_000_000_000)
    block = _block(path, entry.mode, size, mtime if mtime <= _LARGEST_BYTES else 0, _TYPES[entry.kind], target)
    if not records:
        return block
    return _extending(len(records)) + records + padding(len(records)) + block


@lru_cache(1024)
def _extending(size: int) -> bytes:
    return _block(b"././@PaxHeader", 0, size, 0, tarfile.XHDTYPE, b"")


def _block(name: bytes, mode: int, size: int, mtime: int, kind: bytes, target: bytes) -> bytes:
    front = b"%b%07o\0%b%011o\0%011o\0" % (name.ljust(100, b"\0"), mode, _NOBODY, size, mtime)
    back = b"%b%b%b" % (kind, target.ljust(100, b"\0"), _MAGIC)
    total = sum(front) + sum(kind) + sum(target) + _MAGIC_SUM
    return b"%b%06o\0 %b" % (front, total, back)


def _record(keyword: bytes, value: bytes) -> bytes:
    """Return a line of an extended header; its length counts the digits of the length, too."""
    size = len(keyword) + len(value) + 3
    total = size + len(str(size))
    total = size + len(str(total))
    return b"%d %b=%b\n" % (total, keyword, value)


def _stand_in(name: bytes) -> bytes:
    """Return what tars that read no extended headers see."""
    return name[:_FIELD_BYTES].translate(_ASCII)


def member(name: str, data: bytes, created_at: datetime) -> bytes:
    """Return something short as a member of its own name; the entries of an archive stand below `TOP`."""
    return header(described(name, len(data), created_at), name) + data + padding(len(data))


def described(name: str, size: int, created_at: datetime) -> Entry:
    """Return what a header says of something that stands beside the project's files."""
    return Entry(path=name, kind="file", mode=0o600, mtime_ns=int(created_at.timestamp()) * 1_000_000_000, size=size)


def padding(size: int) -> bytes:
    """Return what fills the last block of ``size`` bytes."""
    return bytes(-size % BLOCK)


def refusal(path: str) -> str:
    """Return why a path is none that may be written below a folder; empty when it may."""
    if len(path) <= _SURE and _PLAIN.fullmatch(path):
        return ""
    data = path.encode("utf-8", "surrogateescape")
    parts = path.split("/")
    if path.startswith("/"):
        return "its path is absolute"
    if "\0" in path or "\\" in path:
        return "its name holds a character that means something else elsewhere"
    if any(part in ("", ".", "..") for part in parts):
        return "its path leads out of the folder, or goes in circles"
    if len(data) > _PATH_BYTES or any(len(part.encode("utf-8", "surrogateescape")) > _NAME_BYTES for part in parts):
        return "its path is too long"
    if len(parts[0]) == 2 and parts[0][1] == ":":
        return "its path names a drive"
    return ""


def link_refusal(path: str, target: str) -> str:
    """Return why a link could lead out of the folder it is restored to; empty when it cannot.

    A step up is allowed only at the front: behind another link it would be a step from somewhere else.
    """
    if not target or target.startswith("/") or "\\" in target or "\0" in target or target[1:2] == ":":
        return "it is a link to an absolute place"
    parts = [part for part in target.split("/") if part not in ("", ".")]
    ups = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    if ".." in parts[ups:] or ups > path.count("/"):
        return "it is a link that leads out of the folder"
    return "" if len(target) <= _PATH_BYTES else "it is a link that is too long"


class Reader:
    """Reads members from pieces of a tar file.

    Args:
        pieces: the tar file, in order.
        archive: what errors call it.
    """

    def __init__(self, pieces: Iterator[bytes], archive: str) -> None:
        self._pieces: Iterator[bytes] = pieces
        self._archive: str = archive
        self._held: memoryview = memoryview(b"")

    def member(self) -> Member | None:
        """Return what the next header says; None at the end.

        Raises:
            ArchiveUnsafe: it is damaged, or something that is not restored.
        """
        block = self._take(BLOCK)
        if block == bytes(BLOCK):
            if self._take(BLOCK) != bytes(BLOCK) or self._more():
                raise self._unsafe("something follows its end")
            return None
        more: dict[str, str] = {}
        if block[156:157] == b"x":
            size = self._number(block, 124, 136)
            self._checked(block)
            if size > _EXTENDED_BYTES:
                raise self._unsafe("it holds a header that is too long")
            more = self._extended(self._take(size + -size % BLOCK)[:size])
            block = self._take(BLOCK)
        self._checked(block)
        return self._member(block, more)

    def follows(self, data: bytes) -> bool:
        """Tell whether these very bytes come next, and pass them; where they do not, nothing is passed.

        Where a header is already known this is all there is to read of it.
        """
        if bytes(self._held[: len(data)]) != data:
            return False
        self._held = self._held[len(data) :]
        return True

    def body(self, size: int, take: Callable[[memoryview], object]) -> None:
        """Give a member's bytes to ``take``, piece by piece.

        Raises:
            ArchiveUnsafe: there are fewer.
        """
        left = size
        while left:
            if not self._more():
                raise self._unsafe("it is cut short")
            piece, self._held = self._held[:left], self._held[left:]
            left -= len(piece)
            take(piece)
        if any(self._take(-size % BLOCK)):
            raise self._unsafe("something stands between its files")

    def _member(self, block: bytes, more: dict[str, str]) -> Member:
        kind = _KINDS.get(block[156:157])
        name = more.get("path") or self._text(block, 345, 500, 0, 100)
        if kind is None:
            told = _OTHERS.get(block[156:157], f"of an unknown kind {block[156:157]!r}")
            raise self._unsafe(f"{name[:200]!r} is {told}, which is never restored")
        size = self._decimal(more["size"]) if "size" in more else self._number(block, 124, 136)
        target = more.get("linkpath") or self._text(block, None, None, 157, 257)
        if size and kind != "file":
            raise self._unsafe(f"{name[:200]!r} is a {kind} with bytes of its own")
        return Member(name=name.removesuffix("/") if kind == "folder" else name, kind=kind, size=size, target=target)

    def _extended(self, data: bytes) -> dict[str, str]:
        found: dict[str, str] = {}
        while data:
            length, space, _rest = data.partition(b" ")
            if not (space and length.isdigit() and len(length) < 7 and len(length) + 1 < int(length) <= len(data)):
                raise self._unsafe("it holds a header that makes no sense")
            record, data = data[len(length) + 1 : int(length)], data[int(length) :]
            keyword, equals, value = record.partition(b"=")
            name = keyword.decode("ascii", "replace")
            if not equals or not value.endswith(b"\n") or name not in _KEYWORDS or name in found:
                raise self._unsafe(f"it holds a header with {name[:40]!r}, which is not restored")
            found[name] = value[:-1].decode("utf-8", "surrogateescape")
        return found

    def _checked(self, block: bytes) -> None:
        if block[257:265] != b"ustar\x0000":
            raise self._unsafe("it holds a header that is none")
        total = sum(block[:148]) + 8 * 32 + sum(block[156:])
        if self._number(block, 148, 156) != total:
            raise self._unsafe("it holds a header whose sum is wrong")

    def _number(self, block: bytes, start: int, end: int) -> int:
        digits = block[start:end].rstrip(b"\0 ")
        if _NUMBER.fullmatch(digits) is None:
            raise self._unsafe("it holds a header with a number that is none")
        return int(digits, 8)

    def _decimal(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise self._unsafe("it holds a header with a number that is none")
        return int(text)

    def _text(self, block: bytes, prefix: int | None, prefix_end: int | None, start: int, end: int) -> str:
        parts = [block[start:end].partition(b"\0")]
        if prefix is not None:
            parts.insert(0, block[prefix:prefix_end].partition(b"\0"))
        if any(rest.strip(b"\0") for _text, _nul, rest in parts):
            raise self._unsafe("it holds a name with a NUL in it")
        return b"/".join(text for text, _nul, _rest in parts if text).decode("utf-8", "surrogateescape")

    def _take(self, size: int) -> bytes:
        if len(self._held) >= size:
            taken, self._held = bytes(self._held[:size]), self._held[size:]
            return taken
        found = bytearray()
        while len(found) < size:
            if not self._more():
                raise self._unsafe("it is cut short")
            wanted = size - len(found)
            found += self._held[:wanted]
            self._held = self._held[wanted:]
        return bytes(found)

    def _more(self) -> bool:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self._held = memoryview(piece)
        return True

    def _unsafe(self, reason: str) -> ArchiveUnsafe:
        return ArchiveUnsafe(self._archive, reason)
