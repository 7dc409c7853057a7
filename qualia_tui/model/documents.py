"""A document as a transcript: who says what, and when."""

from __future__ import annotations

from collections.abc import Iterator

from qualia_tui.lines import Span
from qualia_tui.model import facts
from qualia_tui.model.texts import Paragraph, offset
from qualia_tui.words import _

_MOST = 5_000
"""Turns or lines that are shown."""


def transcript(value: facts.Plain) -> Iterator[Paragraph]:
    """Yield a document turn by turn where it has segments, else line by line."""
    text = facts.text(value, "text")
    title = facts.text(value, "title")
    if title:
        yield Paragraph(text=title, style="title")
        yield Paragraph()
    turns = (
        _turns(value, text) if facts.items(value, "segments") else (Paragraph(text=each) for each in text.split("\n"))
    )
    for number, turn in enumerate(turns):
        if number == _MOST:
            yield Paragraph(text=_("… and more; save it to see everything"), style="warn")
            return
        yield turn


def _turns(value: facts.Plain, text: str) -> Iterator[Paragraph]:
    """Yield the segments; who speaks is told when somebody else begins."""
    before: str | None = None
    for segment in facts.items(value, "segments"):
        start, end = int(facts.number(segment, "start") or 0), int(facts.number(segment, "end") or 0)
        speaker, begin_s = facts.text(segment, "speaker"), facts.number(segment, "begin_s")
        lead = () if begin_s is None else (Span(f"{offset(begin_s):>7} ", "dim"),)
        if speaker and speaker != before:
            yield Paragraph(lead=(*lead, Span(speaker, "accent")))
            yield Paragraph(text=text[start:end].strip(), indent=8 if lead else 2)
        else:
            yield Paragraph(text=text[start:end].strip(), lead=lead, indent=0 if lead else 2)
        before = speaker
