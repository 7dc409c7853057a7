"""The stretches of a document that have one language each: segments, or paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from attrs import frozen

from qualia.plugin import Document, Segment, UnsupportedInput
from qualia.text import LANGUAGES, detect_language

_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_FEWEST_WORDS = 4
"""A stretch of fewer words is taken to be in the document's language."""


@frozen
class Unit:
    """A stretch of text in one language, by one speaker."""

    start: int
    end: int
    language: str | None
    """ISO 639-1 code; None when it could not be told."""
    speaker: str | None
    begin_s: float | None


def units_of(document: Document, *, language: str, detector: str) -> Iterator[Unit]:
    """Yield the units of a document that hold text.

    Args:
        document: its segments are the units, or its paragraphs where there are none.
        language: the code of all of them; "auto" for what the document names, or else what the words show.
        detector: "votes", or "py3langid".

    Raises:
        UnsupportedInput: py3langid was asked for and is not installed.
    """
    named = document.language.replace("_", "-").partition("-")[0].lower() if document.language else None
    known = named if language == "auto" else language
    detect = _votes if detector == "votes" else _py3langid()
    whole = known or detect(document.text, None)
    for segment in document.segments or _paragraphs(document.text):
        text = document.text[segment.start : segment.end]
        if not text.strip():
            continue
        own = known
        if own is None:
            own = whole if whole and not _is_long(text) else detect(text, whole)
        yield Unit(segment.start, segment.end, own, segment.speaker, segment.begin_s)


def _is_long(text: str) -> bool:
    return len(text.split(maxsplit=_FEWEST_WORDS)) > _FEWEST_WORDS


def _paragraphs(text: str) -> Iterator[Segment]:
    start = 0
    for gap in _GAP.finditer(text):
        if gap.start() > start:
            yield Segment(start, gap.start())
        start = gap.end()
    if start < len(text):
        yield Segment(start, len(text))


def _votes(text: str, expected: str | None) -> str | None:
    return detect_language(text, expected=expected)


def _py3langid() -> Callable[[str, str | None], str | None]:
    """Return a detector that asks py3langid, among the languages that votes tell too."""
    try:
        package: Any = import_module("py3langid.langid")
    except ModuleNotFoundError as error:
        reason = "is not installed; `pip install py3langid` brings it, and detector=votes needs no package"
        raise UnsupportedInput("detector=py3langid", reason) from error
    identifier: Any = package.LanguageIdentifier.from_model_file(package.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))

    def detect(text: str, expected: str | None) -> str | None:
        code, certainty = identifier.classify(text[:20_000])
        return str(code) if expected is None or float(certainty) > 0.9 else expected

    return detect
