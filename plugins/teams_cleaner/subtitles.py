"""Read SubRip (.srt) and YouTube's .sbv: captions between lines of times."""

from __future__ import annotations

import re
from html import unescape

from .captions import Shown, labelled, unrolled
from .turns import Format, Removed, Transcript, one_line

_SRT_STAMP = r"([0-9]{1,6}):([0-5]?[0-9]):([0-5]?[0-9])[,.]([0-9]{1,3})"
_SBV_STAMP = r"([0-9]{1,6}):([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_SRT = re.compile(rf"^[ \t]*+{_SRT_STAMP}[ \t]*+-->[ \t]*+{_SRT_STAMP}(?![0-9])[^\n]*+$", re.MULTILINE | re.ASCII)
_SBV = re.compile(rf"^[ \t]*+{_SBV_STAMP},{_SBV_STAMP}[ \t]*+$", re.MULTILINE | re.ASCII)
_MOST_ABOVE = 3
"""Lines that may stand above the first line of times; captions inside another text are not the text."""
_ARROW = re.compile(r"^[^\n]{0,40}?[0-9]\s?-->\s?[0-9]", re.MULTILINE)
_NUMBER = re.compile(r"(?:\A|\n)[ \t]*+[0-9]{1,9}[ \t]*+\n?+\Z", re.ASCII)
_MARKUP = re.compile(r"</?(?:i|b|u|s|font|c)(?:[ .][^<>]*+)?>|\{\\[^{}]*+\}", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,6}|[A-Za-z]{2,8});")


class Misplaced(ValueError):
    """A line of times that cannot be read."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(line, text)
        self.line = line
        """Its number, from 1."""
        self.text = text


def read_srt(text: str) -> Transcript | None:
    """Read SubRip; None when the text is none.

    Raises:
        Misplaced: a line of times cannot be read, so what stands below it has no moment.
    """
    if "-->" not in text:
        return None
    return _read(text, "srt", _SRT)


def read_sbv(text: str) -> Transcript | None:
    """Read SubViewer as YouTube writes it; None when the text is none."""
    return _read(text, "sbv", _SBV) if _SBV.search(text) else None


def _read(text: str, kind: Format, times: re.Pattern[str]) -> Transcript | None:
    captions: list[Shown] = []
    above, moments = 0, (0.0, 0.0)
    removed: tuple[Removed, ...] = ()
    first = times.search(text)
    if first is not None and len(text[: first.start()].strip().split("\n")) > _MOST_ABOVE:
        return None
    is_numbered = kind == "srt" and first is not None and _NUMBER.search(text[: first.start()]) is not None
    for found in times.finditer(text):
        body = _body(text[above : found.start()], is_numbered)
        if captions or above:
            captions.append((*moments, body))
        elif words := one_line(" ".join(body)):
            removed = (Removed(text=words, reason="before the first turn"),)
        numbers = found.groups()
        moments, above = (_seconds(*numbers[:4]), _seconds(*numbers[4:])), found.end()
    if not above:
        if kind == "srt" and (arrow := _ARROW.search(text)):
            raise _misplaced(text, arrow.start())
        return None
    captions.append((*moments, _body(text[above:], False)))
    if kind == "srt":
        _check(text, times)
    is_rolling, lines, repeated = unrolled([each[2] for each in captions])
    turns, _ = labelled([(each[0], each[1], shown) for each, shown in zip(captions, lines, strict=True)])
    variant = "youtube" if is_rolling else None
    return Transcript(format=kind, turns=turns, cues=len(captions), removed=removed, repeated=repeated, variant=variant)


def _check(text: str, times: re.Pattern[str]) -> None:
    for found in _ARROW.finditer(text):
        if not times.match(text, found.start()):
            raise _misplaced(text, found.start())


def _misplaced(text: str, at: int) -> Misplaced:
    end = text.find("\n", at)
    return Misplaced(text.count("\n", 0, at) + 1, text[at : end if end >= 0 else None][:80])


def _body(text: str, is_numbered: bool) -> list[str]:
    """Return the lines of a caption; in SubRip the number of the next one stands below it."""
    if is_numbered and (number := _NUMBER.search(text)):
        text = text[: number.start()]
    if "<" in text or "{" in text:
        text = _MARKUP.sub("", text)
    if "&" in text:
        text = _REFERENCE.sub(lambda found: unescape(found[0]), text)
    return text.strip("\n").split("\n")


def _seconds(hours: str, minutes: str, seconds: str, fraction: str) -> float:
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return (whole * 1000 + int(fraction.ljust(3, "0"))) / 1000
