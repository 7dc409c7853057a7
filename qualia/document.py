"""A text and what is known about it: who says which part, and when."""

from __future__ import annotations

import codecs
import os
import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, cast

import attrs
from attrs import field, frozen

from qualia._digest import digest
from qualia._values import brief, dumps, frozen_mapping, loads
from qualia.errors import DocumentUnreadable, QualiaWarning

MAX_BYTES = 64 * 1024 * 1024
"""Largest file `Document.from_path` reads unless told otherwise, in bytes."""

_MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".sbv": "text/x-sbv",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
}
_PIECE_BYTES = 1024 * 1024
_ZIP = b"PK\x03\x04"
# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Characters of combining class 0 that join the one before them: starters with NFC_Quick_Check=Maybe, and three Tibetan
# vowels that decompose into marks.
_JOINING_STARTERS = frozenset(
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u0f73\u0f75\u0f81"
    "\u102e\u1b35\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
)


@frozen(kw_only=True)
class Segment:
    """A stretch of a document's text with one speaker or one moment."""

    start: int = field(kw_only=False)
    """Offset of the first character."""
    end: int = field(kw_only=False)
    """Offset behind the last character."""
    speaker: str | None = None
    """Who speaks; None when the source does not say."""
    begin_s: float | None = field(default=None, converter=attrs.converters.optional(float))
    """When it begins, in seconds from the start of the recording; None when the source has no times."""
    end_s: float | None = field(default=None, converter=attrs.converters.optional(float))
    """When it ends, in seconds; None as above."""


def _segments(value: Any) -> tuple[Segment, ...]:
    return tuple(value)


@frozen(kw_only=True)
class Document:
    """A text, normalised once to Unicode NFC, with its segments and metadata; nothing in it can change.

    Segment offsets given for text that was not NFC are moved along, so they still point at the same words.

    Raises:
        ValueError: a segment lies outside the text or ends before it starts.
        TypeError: ``text`` is not a str, or ``metadata`` is not JSON-like.
    """

    schema: ClassVar[str] = "document/1"

    text: str = field(kw_only=False, repr=brief)
    title: str | None = None
    """A name for people; None when there is none."""
    language: str | None = None
    """ISO 639-1 code ("pt", "en"); None means nobody said."""
    media_type: str = "text/plain"
    segments: tuple[Segment, ...] = field(default=(), converter=_segments, repr=brief)
    metadata: Mapping[str, Any] = field(factory=dict[str, Any], converter=frozen_mapping, repr=brief)
    """JSON-like facts; plugins may read them, so they are part of the identity."""
    data: bytes | None = field(default=None, repr=False)
    """The file's bytes when it is no text at all (``.docx``); None otherwise."""

    def __attrs_post_init__(self) -> None:
        """Normalise the text, move the segments along and check them."""
        if not isinstance(cast("object", self.text), str):
            raise TypeError(f"a document's text is a str, not {type(self.text).__name__}; decode bytes first")
        for segment in self.segments:
            if not 0 <= segment.start <= segment.end <= len(self.text):
                raise ValueError(f"segment {segment.start}..{segment.end} lies outside a text of {len(self.text)}")
        if not unicodedata.is_normalized("NFC", self.text):
            text, segments = _normalise(self.text, self.segments)
            object.__setattr__(self, "text", text)
            object.__setattr__(self, "segments", segments)

    @cached_property
    def id(self) -> str:
        """The sha256 (hex) of everything an analysis can see."""
        return digest(self)

    @classmethod
    def from_path(cls, path: str | Path, *, title: str | None = None, max_bytes: int = MAX_BYTES) -> Document:
        """Read a file in UTF-8, or in UTF-16 or UTF-32 with a mark; other bytes are read as latin-1 with a warning.

        Args:
            path: the file; its suffix decides the media type.
            title: a name for people; None takes the file's name without suffix.
            max_bytes: refuse larger files.

        Raises:
            DocumentUnreadable: missing, no permission, a folder, empty, binary, or larger than ``max_bytes``.
        """
        path = Path(path)
        raw = _read(path, max_bytes)
        media_type = _MEDIA_TYPES.get(path.suffix.lower(), "text/plain")
        title = path.stem if title is None else title
        if path.suffix.lower() == ".docx" and raw.startswith(_ZIP):
            return cls("", title=title, media_type=media_type, data=raw)
        text = decode(raw, name=str(path))
        if text.startswith("WEBVTT"):
            media_type = "text/vtt"
        return cls(text, title=title, media_type=media_type)

    def edit(self, replacements: Iterable[tuple[int, int, str]]) -> Document:
        """Return a document in which stretches of the text are replaced and the segments moved along.

        A segment keeps what stands in it. Text put in where a segment begins belongs to that segment; when a stretch
        that is replaced reaches over a segment's border, its new text belongs to the segment the stretch began in.

        Args:
            replacements: (start, end, new text) in any order, offsets in this document's text; equal offsets insert,
                and an empty text removes.

        Raises:
            ValueError: a stretch lies outside the text, ends before it starts, or overlaps another.
        """
        ordered = sorted(replacements, key=lambda each: each[:2])
        parts: list[str] = []
        done = 0
        for start, end, new in ordered:
            if not done <= start <= end <= len(self.text):
                raise ValueError(f"{start}..{end} overlaps another, or lies outside a text of {len(self.text)}")
            parts += (self.text[done:start], new)
            done = end
        parts.append(self.text[done:])
        wanted = {offset for segment in self.segments for offset in (segment.start, segment.end)}
        moved = _moved(wanted, ordered)
        segments = (attrs.evolve(each, start=moved[each.start], end=moved[each.end]) for each in self.segments)
        return attrs.evolve(self, text="".join(parts), segments=segments)

    def to_json(self) -> str:
        """Return the document as JSON; `from_json` reads it back equal."""
        return dumps(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Document:
        """Read what `to_json` wrote.

        Raises:
            ValueError: not JSON, or not a document.
        """
        return loads(text, cls)


def decode(raw: bytes, *, name: str) -> str:
    """Decode a text's bytes as `Document.from_path` does; ``name`` names them in errors and warnings.

    Raises:
        DocumentUnreadable: the bytes are empty or no text.
    """
    marked = next((encoding for mark, encoding in _MARKS.items() if raw.startswith(mark)), None)
    if marked is not None:
        text = _decode_marked(raw, marked, name)
    elif (b"\0" in raw[:8192] and not _is_webvtt(raw)) or raw.startswith((_ZIP, b"%PDF-", b"\x89PNG")):
        raise DocumentUnreadable(
            name,
            "it is binary, not text",
            "export it as .vtt, .txt or another text format",
        )
    else:
        text = _decode_bytes(raw, name)
    if not text.strip():
        raise DocumentUnreadable(name, "it is empty", "give a file that holds text")
    return text


def _read(path: Path, max_bytes: int) -> bytes:
    name = str(path)
    if os.path.isdir(path):  # noqa: PTH112 - of any name, also one that no file can have
        raise DocumentUnreadable(name, "it is a folder", "name a file in it")
    try:
        with path.open("rb") as file:
            # A limit may be far above what memory holds, and reading that much would ask for all of it at once.
            known = os.fstat(file.fileno()).st_size
            raw = file.read(min(known, max_bytes) + 1)
            while len(raw) <= max_bytes and (more := file.read(_PIECE_BYTES)):
                raw += more
    except FileNotFoundError as error:
        raise DocumentUnreadable(name, "there is no such file", "check the name and the folder") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentUnreadable(name, reason.lower(), "check the name and the permissions") from error
    if len(raw) > max_bytes:
        limit, size = max_bytes / 1e6, path.stat().st_size / 1e6
        raise DocumentUnreadable(
            name,
            f"it has {size:.1f} MB and the limit is {limit:.1f} MB",
            "split it or raise max_document_bytes",
        )
    return raw


def _is_webvtt(raw: bytes) -> bool:
    """Tell whether bytes carry the signature of WebVTT, which the standard reads with any U+0000 in it."""
    return raw.removeprefix(codecs.BOM_UTF8).startswith(b"WEBVTT")


def _decode_marked(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(name, f"its {encoding.upper()} is damaged", "save it again as UTF-8") from error


def _decode_bytes(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
    warnings.warn(
        f"{name!r} is not UTF-8 (byte {place}); read as latin-1, so check the accents",
        QualiaWarning,
        stacklevel=4,
    )
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _moved(offsets: Iterable[int], replacements: list[tuple[int, int, str]]) -> dict[int, int]:
    """Return where each offset of a text is once the replacements, in order, are made."""
    moved: dict[int, int] = {}
    place = shift = passed = 0
    for offset in sorted(offsets):
        while place < len(replacements) and replacements[place][0] < offset:
            start, end, new = replacements[place]
            shift += len(new) - (end - start)
            passed = end
            place += 1
        moved[offset] = max(offset, passed) + shift
    return moved


def _normalise(text: str, segments: tuple[Segment, ...]) -> tuple[str, tuple[Segment, ...]]:
    """Return the NFC text and the segments at their new offsets, in one pass over the text."""
    wanted = sorted({offset for segment in segments for offset in (segment.start, segment.end)})
    moved: dict[int, int] = {}
    parts: list[str] = []
    done = length = 0
    for offset in wanted:
        cut = max(done, _boundary(text, offset))
        parts.append(unicodedata.normalize("NFC", text[done:cut]))
        length += len(parts[-1])
        done, moved[offset] = cut, length
    parts.append(unicodedata.normalize("NFC", text[done:]))
    shifted = (attrs.evolve(segment, start=moved[segment.start], end=moved[segment.end]) for segment in segments)
    return "".join(parts), tuple(shifted)


def _boundary(text: str, offset: int) -> int:
    """Move an offset right until no character behind it combines with one before it."""
    while offset < len(text) and _joins_backward(text[offset]):
        offset += 1
    return offset


def _joins_backward(char: str) -> bool:
    if char < "\u0300":
        return False
    hangul = "\u1161" <= char <= "\u1175" or "\u11a8" <= char <= "\u11c2"
    return hangul or char in _JOINING_STARTERS or unicodedata.combining(char) != 0
