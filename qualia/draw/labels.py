"""Words and figures as people read them, in English or Brazilian Portuguese."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["pt", "en"]
LanguageChoice = Literal["auto", "pt", "en"]
Format = Literal["html", "png", "svg"]
PictureFormat = Literal["html", "png", "svg", "pdf"]

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")


def choose_language(choice: LanguageChoice, found: str | None) -> Language:
    """Return the language to write in: the choice, or with "auto" the one found (ISO 639-1), or else English."""
    if choice != "auto":
        return choice
    return "pt" if found == "pt" else "en"


def plain(text: str) -> str:
    """Return ``text`` on one line, without what XML forbids (U+FFFD in its place) and without direction overrides.

    A word or a name comes from outside: U+202E would turn round the label and all that follows it, and at U+FEFF inside
    a word matplotlib 3.11 cannot write a PDF.
    """
    return _SPACE.sub(" ", _ILLEGAL.sub("\ufffd", _UNSEEN.sub("", text))).strip()


def shortened(text: str, limit: int) -> str:
    """Return `plain` text of at most ``limit`` characters, cut with an ellipsis."""
    clean = plain(text)
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "\u2026"


def shortened_inside(text: str, limit: int) -> str:
    """Return `plain` text of at most ``limit`` characters, cut in the middle: long names often differ at the end."""
    clean = plain(text)
    if len(clean) <= limit:
        return clean
    tail = max(1, limit * 2 // 5)
    return f"{clean[: limit - 1 - tail].rstrip()}\u2026{clean[-tail:].lstrip()}"


def number(value: float, language: Language, *, decimals: int = 0, signed: bool = False) -> str:
    """Write a number: 1,234.5 in English, 1.234,5 in Portuguese; ``signed`` adds a plus to positive ones."""
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    if language == "pt":
        text = text.translate({ord(","): ".", ord("."): ","})
    return text.replace("-", "\u2212")


def counted(count: int, one: str, many: str, *, language: Language) -> str:
    """Write a count with its noun: 1 word, 2 words; of none there are many, in both languages."""
    return f"{number(count, language)} {one if count == 1 else many}"


def percent(share: float, language: Language) -> str:
    """Write a share (0 to 1) as a percentage with one decimal."""
    return f"{number(share * 100, language, decimals=1)}%"


def clock(seconds: float) -> str:
    """Write a moment: 4:05, or 1:02:03 from an hour on."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def media_type(format: PictureFormat) -> str:  # noqa: A002
    """Return the media type of a picture's format."""
    known = {"html": "text/html", "png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}
    return known[format]
