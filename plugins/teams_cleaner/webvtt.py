"""Read WebVTT: the block structure as the specification parses it, the text as meeting programs write it.

Blocks and times follow the parser of W3C's "WebVTT: The Web Video Text Tracks Format", sections 6.1 to 6.4. Where that
parser would drop what somebody said (a blank line inside a cue, a "<" that opens no tag) the words are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from unicodedata import normalize

from attrs import frozen

from .names import display_name, is_name
from .turns import Removed, Transcript, Turn, one_line

_SIGNATURE = re.compile(r"\s*+WEBVTT(?=[ \t\n]|\Z)")
_TIME = r"(?:([0-9]{1,6}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})(?![0-9])"
_TIMES = re.compile(rf"[ \t\f]*+{_TIME}[ \t\f]*+-->[ \t\f]*+{_TIME}")
_CUE_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/[0-9]+-[0-9]+")
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>v|c|i|b|u|ruby|rt|lang)(?:\.[^\s<>]*+)?(?:\s(?P<note>[^<>]*+))?>|<[0-9:.]++>|</?>"
)
_VOICE = re.compile(r"<v(?:[.\s][^<>]*+)?>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_COMMENT = re.compile(r"NOTE(?=[ \t]|\Z)|(?:STYLE|REGION)[ \t]*\Z")


@frozen(kw_only=True)
class Cue:
    """One timed block."""

    begin_s: float
    end_s: float
    text: str
    """As it stands in the file, tags and all."""


@frozen
class _Block:
    times: tuple[float, float] | None
    timed: bool
    """Whether it has a line of times, readable or not."""
    lines: list[str]


def is_webvtt(text: str) -> bool:
    """Tell whether a text is WebVTT, or a piece of it without its signature."""
    if _SIGNATURE.match(text):
        return True
    return "-->" in text and any(_TIMES.match(line) for line in text.split("\n") if "-->" in line)


def read_webvtt(text: str) -> Transcript:
    """Read the turns of a WebVTT text: one for each voice of each cue.

    Names come from voice tags; in a file that has none, from ``Name: text`` inside the cues.
    """
    cues, removed = read_cues(text)
    named = not any(_VOICE.search(cue.text) for cue in cues)
    turns: list[Turn] = []
    speaker: str | None = None
    for cue in cues:
        pieces, speaker = _voices(cue.text, speaker)
        spoken = _colons(pieces) if named else pieces
        turns.extend(_turns(cue, spoken))
    return Transcript(format="webvtt", turns=tuple(turns), cues=len(cues), removed=tuple(removed))


def read_cues(text: str) -> tuple[list[Cue], list[Removed]]:
    """Return the cues of a text whose lines end in a line feed, and the text that belongs to no cue.

    Some programs leave a blank line below the times, or inside what is said before they close the voice: the next
    block then belongs to the cue above.
    """
    found: list[tuple[tuple[float, float], list[str]]] = []
    removed: list[Removed] = []
    bare, voices = False, 0
    for block in _blocks(text):
        content = "\n".join(line for line in block.lines if not _CUE_ID.fullmatch(line))
        if block.times is not None:
            found.append((block.times, [content]))
            bare, voices = not content.strip(), _opened(content)
        elif block.timed:
            removed.extend(_stray(content, "its times cannot be read"))
        elif found and not _COMMENT.match(block.lines[0]):
            if bare or voices > 0:
                found[-1][1].append(content)
                bare, voices = bare and not content.strip(), voices + _opened(content)
            else:
                removed.extend(_stray(content, "outside any cue"))
    return [Cue(begin_s=times[0], end_s=times[1], text="\n".join(parts)) for times, parts in found], removed


def _opened(content: str) -> int:
    """Return how many more voices a text opens than it closes."""
    return len(_VOICE.findall(content)) - content.count("</v>")


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.split("\n")
    at = _header_end(text, lines)
    while at < len(lines):
        if not lines[at]:
            at += 1
            continue
        timing = next((line for line in (at, at + 1) if line < len(lines) and "-->" in lines[line]), None)
        end = body = at if timing is None else timing + 1
        while end < len(lines) and lines[end] and "-->" not in lines[end]:
            end += 1
        times = None if timing is None else _times(lines[timing])
        yield _Block(times, timing is not None, lines[body:end])
        at = end


def _header_end(text: str, lines: list[str]) -> int:
    """Return the first line behind the signature and what stands directly below it."""
    signature = _SIGNATURE.match(text)
    if signature is None:
        return 0
    at = text.count("\n", 0, signature.end()) + 1
    while at < len(lines) and lines[at] and "-->" not in lines[at]:
        at += 1
    return at


def _times(line: str) -> tuple[float, float] | None:
    found = _TIMES.match(line)
    if found is None:
        return None
    numbers = [int(group or 0) for group in found.groups()]
    begin, end = numbers[:4], numbers[4:]
    return _seconds(*begin), _seconds(*end)


def _seconds(hours: int, minutes: int, seconds: int, thousandths: int) -> float:
    return (hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + thousandths) / 1_000


def _stray(text: str, reason: str) -> Iterator[Removed]:
    words = one_line(text)
    if words:
        yield Removed(text=words, reason=reason)


def _voices(text: str, before: str | None) -> tuple[list[tuple[str | None, str]], str | None]:
    """Return who says what in a cue's text, and whose voice is still open behind it.

    A closing tag without an opening one ends the voice left open ``before``.
    """
    pieces: list[tuple[str | None, str]] = []
    part: list[str] = []
    speaker: str | None = None
    opened, at = False, 0
    for tag in _TAG.finditer(text):
        part.append(text[at : tag.start()])
        at = tag.end()
        if tag["name"] != "v":
            continue
        if tag["close"] and not opened:
            speaker = before
        pieces.append((speaker, "".join(part)))
        part, opened = [], True
        speaker = None if tag["close"] else display_name(_decoded(tag["note"] or ""))
    pieces.append((speaker, "".join([*part, text[at:]])))
    return [(name, _decoded(words)) for name, words in pieces], speaker


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda entity: unescape(entity[0]), text)


def _colons(pieces: list[tuple[str | None, str]]) -> list[tuple[str | None, str]]:
    """Look for ``Name: text`` at the beginning of each line."""
    found: list[tuple[str | None, str]] = []
    for line in "\n".join(text for _, text in pieces).split("\n"):
        name, colon, words = line.partition(":")
        if colon and (not words or words[0].isspace()) and is_name(name, strict=True):
            found.append((display_name(name), words))
        else:
            found.append((found[-1][0] if found else None, line))
    return found


def _turns(cue: Cue, pieces: list[tuple[str | None, str]]) -> Iterator[Turn]:
    """Make turns of the pieces that hold words; neighbours of one speaker within a cue are one."""
    spoken: list[tuple[str | None, str]] = []
    for speaker, text in pieces:
        words = normalize("NFC", one_line(text))
        if words and spoken and spoken[-1][0] == speaker:
            spoken[-1] = (speaker, f"{spoken[-1][1]} {words}")
        elif words:
            spoken.append((speaker, words))
    for speaker, words in spoken:
        yield Turn(speaker=speaker, text=words, begin_s=cue.begin_s, end_s=cue.end_s)
