"""Read transcripts whose turns are lines: with a time in brackets, a time in parentheses, or a name alone."""

from __future__ import annotations

import re
from collections import Counter
from unicodedata import normalize

from attrs import frozen

from .names import display_name, is_name, is_notice
from .turns import Format, Removed, Transcript, Turn, one_line

_TIME = r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?([.,]\d{1,3})?"
_BRACKETED = re.compile(rf"\s*\[{_TIME}\]\s*", re.ASCII)
_PARENTHESISED = re.compile(rf"\({_TIME}\)\s*:", re.ASCII)
_NAME = re.compile(r"([^:]{1,100}):(?![/\d])\s*")
_HEAD = 200
"""Characters at the beginning of a line among which a name and a time are looked for; bounds the time it takes."""
_LONGEST_NAME = 5
_FEWEST_TURNS = 2
_SMALLEST_SHARE, _SMALLEST_SHARE_REPEATED = 0.25, 0.05


@frozen
class _Head:
    """How a line begins that begins a turn."""

    format: Format
    speaker: str | None
    begin_s: float | None
    words: str


def read_timed(text: str) -> Transcript | None:
    """Read ``[HH:MM:SS] Name: text`` and ``Name (HH:MM:SS): text``; None when the text is not written so."""
    lines = _lines(text)
    heads = [_timed(line) for line in lines]
    formats: Counter[Format] = Counter(head.format for head in heads if head is not None)
    # A time or two inside a plain transcript do not make it a timed one.
    named = sum(1 for line in lines if _named(line) is not None)
    if formats.total() <= named or _preamble(heads) * 2 > len(lines):
        return None
    return _transcript(lines, heads, formats.most_common(1)[0][0])


def read_plain(text: str) -> Transcript | None:
    """Read ``Name: text``; None when the text as a whole does not look like a transcript.

    A name and a colon alone prove little, so there must be two turns at least, most lines must belong to one, and
    the turns must be frequent among the lines: a quarter of them, or fewer where speakers come back.
    """
    lines = _lines(text)
    heads = [_named(line) for line in lines]
    speakers = Counter(head.speaker for head in heads if head is not None)
    turns = speakers.total()
    if turns < _FEWEST_TURNS or _preamble(heads) * 2 > len(lines):
        return None
    share = _SMALLEST_SHARE_REPEATED if max(speakers.values()) > 1 else _SMALLEST_SHARE
    if turns < share * len(lines):
        return None
    return _transcript(lines, heads, "plain")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _preamble(heads: list[_Head | None]) -> int:
    return next((index for index, head in enumerate(heads) if head is not None), len(heads))


def _timed(line: str) -> _Head | None:
    start = line[:_HEAD]
    if found := _BRACKETED.match(start):
        rest = line[found.end() :]
        named = _NAME.match(rest[:_HEAD])
        if named and is_name(named[1], strict=False):
            return _Head("bracketed", display_name(named[1]), _seconds(found), rest[named.end() :])
        return _Head("bracketed", None, _seconds(found), rest)
    if found := _PARENTHESISED.search(start):
        name = display_name(start[: found.start()])
        if name and any(char.isalpha() for char in name) and ":" not in name and len(name.split()) <= _LONGEST_NAME:
            return _Head("parenthesised", name, _seconds(found), line[found.end() :])
    return None


def _named(line: str) -> _Head | None:
    found = _NAME.match(line[:_HEAD])
    if found and is_name(found[1], strict=True):
        return _Head("plain", display_name(found[1]), None, line[found.end() :])
    return None


def _seconds(found: re.Match[str]) -> float:
    first, second, third, fraction = found.groups()
    whole = int(first) * 60 + int(second)
    if third is not None:
        whole = whole * 60 + int(third)
    return float(f"{whole}.{fraction[1:]}") if fraction else float(whole)


def _transcript(lines: list[str], heads: list[_Head | None], kind: Format) -> Transcript:
    """Put lines that begin no turn behind the turn above them; notices among them become turns of their own."""
    turns: list[tuple[_Head, list[str]]] = []
    removed: list[Removed] = []
    current: list[str] | None = None
    for line, head in zip(lines, heads, strict=True):
        if head is not None:
            current = [head.words]
            turns.append((head, current))
        elif is_notice(one_line(line), None):
            turns.append((_Head(kind, None, None, line), [line]))
        elif current is not None:
            current.append(line)
        else:
            removed.append(Removed(text=one_line(line), reason="before the first turn"))
    spoken = ((head, normalize("NFC", one_line("\n".join(parts)))) for head, parts in turns)
    return Transcript(
        format=kind,
        turns=tuple(Turn(speaker=head.speaker, text=text, begin_s=head.begin_s) for head, text in spoken if text),
        cues=len(turns),
        removed=tuple(removed),
    )
