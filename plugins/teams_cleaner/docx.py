"""Read the paragraphs of a .docx with the standard library alone, within bounds, and the transcripts written as such.

A .docx is a zip of XML. What it unpacks to is bounded before and while it is read, and a document type declaration,
which no word processor writes, is refused with all the entities it could define.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from attrs import evolve

from .lines import Head, headed, lines_of, read_lines, transcript
from .notices import is_notice
from .turns import Removed, Transcript, one_line
from .unpadded import read_unpadded

_PART = "word/document.xml"
MAX_BYTES = 128 * 1024 * 1024
"""Largest text part that is unpacked."""
MAX_RATIO = 400
"""How many times its packed size a large part may unpack to; documents reach about 30."""
_SMALL_BYTES = 4 * 1024 * 1024
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "\u2011"}
_CHUNK = 1 << 16
_UNZIPPING = (BadZipFile, EOFError, IndexError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What the standard library raises over damaged archives."""
_SHARED = 5
_LONGEST_NOTE = 200


class Damaged(ValueError):
    """Bytes that are no readable .docx."""


def read_docx(data: bytes) -> Transcript | None:
    """Read the transcript in a .docx; None when its paragraphs are not written as one.

    Raises:
        Damaged: it cannot be unpacked or read, or would unpack to more than is safe.
    """
    paragraphs = [each for each in paragraphs_of(data) if each and not each.isspace()]
    text = "\n".join(paragraphs)
    found = read_unpadded(text) or _read_turns(paragraphs) or read_lines(lines_of(text))
    return found and evolve(found, variant="docx")


def paragraphs_of(data: bytes) -> list[str]:
    """Return the text of each paragraph; a line break inside one is a line feed, a tab a tab.

    Raises:
        Damaged: as `read_docx`.
    """
    reading = _Paragraphs()
    try:
        with ZipFile(io.BytesIO(data)) as package:
            info = package.getinfo(_PART)
            _check_packing(info)
            _check_size(info.file_size, info.compress_size)
            unpacked = 0
            with package.open(info) as part:
                while chunk := part.read(_CHUNK):
                    unpacked += len(chunk)
                    _check_size(unpacked, info.compress_size)
                    reading.feed(chunk)
        reading.feed(b"", is_last=True)
    except KeyError as error:
        raise Damaged(f"it is no .docx: {_PART} is missing") from error
    except Damaged:
        raise
    except expat.ExpatError as error:
        raise Damaged(f"{_PART} is damaged in line {error.lineno}, column {error.offset}") from error
    except _UNZIPPING as error:
        raise Damaged(f"it cannot be unpacked: {error}") from error
    return reading.paragraphs


def _check_packing(info: ZipInfo) -> None:
    if info.flag_bits & 1 or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Damaged("it is encrypted or packed in an unusual way; save it again without a password")


def _check_size(unpacked: int, packed: int) -> None:
    if unpacked > MAX_BYTES or (unpacked > _SMALL_BYTES and unpacked > MAX_RATIO * max(1, packed)):
        raise Damaged(f"{_PART} unpacks to more than is read ({MAX_BYTES} bytes, {MAX_RATIO} times its packed size)")


class _Paragraphs:
    """Collects text while the parser runs; no tree is built, so depth costs nothing."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self._open: list[list[str]] = []
        self._runs = self._texts = self._skipped = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        """Parse a piece of the file."""
        self._parser.Parse(chunk, is_last)

    def _refuse(self, *_: object) -> None:
        raise Damaged(f"{_PART} declares a document type, which no word processor writes")

    def _start(self, name: str, _: object) -> None:
        if name == _FALLBACK:
            self._skipped += 1
        elif not name.startswith(_WORD):
            return
        tag = name.rpartition(" ")[2]
        if tag == "p":
            self._open.append([])
        elif tag == "r":
            self._runs += 1
        elif tag == "t":
            self._texts += 1
        elif tag in _BREAKS and self._runs:
            self._add(_BREAKS[tag])

    def _end(self, name: str) -> None:
        if name == _FALLBACK:
            self._skipped -= 1
        elif not name.startswith(_WORD):
            return
        tag = name.rpartition(" ")[2]
        if tag == "p" and self._open:
            text = "".join(self._open.pop())
            if not self._skipped:
                self.paragraphs.append(text)
        elif tag == "r":
            self._runs -= 1
        elif tag == "t":
            self._texts -= 1

    def _text(self, text: str) -> None:
        if self._texts:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._open and not self._skipped:
            self._open[-1].append(text)


def _read_turns(paragraphs: Sequence[str]) -> Transcript | None:
    """Read paragraphs that each hold a whole turn: a name and a time, and below line breaks what was said."""
    heads: list[Head | None] = []
    lines: list[str] = []
    owners: list[int] = []
    for number, paragraph in enumerate(paragraphs):
        first, _, words = paragraph.strip().partition("\n")
        head = headed(first) if words.strip() else None
        lines.append(paragraph)
        owners.append(number)
        heads.append(None if head is None else evolve(head, format="teams-docx", words=words))
    known = [at for at, head in enumerate(heads) if head is not None]
    if not known:
        return None
    above = [one_line(each) for each in paragraphs[: known[0]]]
    end = known[-1] + 1
    while end < len(paragraphs) and not _closes(paragraphs[end], above):
        end += 1
    below = [Removed(text=one_line(each), reason="after the last turn") for each in paragraphs[end:]]
    found = transcript(lines[:end], heads[:end], "teams-docx", is_notes=True)
    return evolve(found, removed=(*found.removed, *below))


def _closes(paragraph: str, above: Sequence[str]) -> bool:
    """Tell whether a paragraph below the last turn ends the transcript as one above the first began it.

    "Ana started transcription" and "Ana stopped transcription" share a name or a word, in every language.
    """
    line = one_line(paragraph)
    if len(line) > _LONGEST_NOTE or "\n" in paragraph.strip():
        return False
    if is_notice(line, None):
        return True
    parts = {line[at : at + _SHARED].casefold() for at in range(len(line) - _SHARED + 1)}
    return any(
        each[at : at + _SHARED].casefold() in parts
        for each in above[-1:]
        if len(each) <= _LONGEST_NOTE
        for at in range(len(each) - _SHARED + 1)
    )
