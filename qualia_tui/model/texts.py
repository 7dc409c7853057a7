"""Paragraphs as lines of a width, numbers and times as people read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from qualia._safe import safe_text
from qualia_tui.lines import Line, Span, Style
from qualia_tui.words import _, spoken

_LEAST = 12
"""Cells that a fact or a line gets however little room there is."""


@frozen(kw_only=True)
class Paragraph:
    """A text that goes on below itself, with something before its first line."""

    text: str = ""
    lead: Line = ()
    """What stands before it; the text's further lines begin below the text, not below this."""
    style: Style = ""
    indent: int = 0
    """Cells before everything."""

    @property
    def plain(self) -> str:
        """All of it as one text, to look for something in it."""
        return "".join(span.text for span in self.lead) + self.text


def cells(text: str) -> int:
    """Return how many cells a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield a text line by line, none wider than a width; words longer than that are cut. Line ends stay.

    What a line begins with stays before all of its parts, as long as that leaves them half of the room.

    Args:
        text: what to fold.
        width: cells; less than 2 counts as 2.
    """
    width = max(2, width)
    # What is shown as an escape takes more cells than it has characters.
    for line in safe_text(text).expandtabs(4).split("\n"):
        if cells(line) <= width:
            yield line.rstrip()
            continue
        lead = line[: len(line) - len(line.lstrip())]
        lead = lead if cells(lead) < width // 2 else ""
        yield from (lead + part for part in _folded(line, width - cells(lead)))


def _folded(line: str, width: int) -> Iterator[str]:
    row, used = "", 0
    for word in _pieces(line, width):
        needed = cells(word)
        if row and used + 1 + needed > width:
            yield row
            row, used = word, needed
        else:
            row, used = (f"{row} {word}", used + 1 + needed) if row else (word, needed)
    yield row


def _pieces(line: str, width: int) -> Iterator[str]:
    """Yield the words of a line, those that no line can hold in pieces."""
    for word in line.split():
        piece, used = "", 0
        if cells(word) <= width:
            yield word
            continue
        for each in word:
            needed = cells(each)
            if used + needed > width:
                yield piece
                piece, used = "", 0
            piece, used = piece + each, used + needed
        yield piece


def lines_of(paragraph: Paragraph, width: int) -> Iterator[Line]:
    """Yield a paragraph as lines; where what stands before it leaves no room, the text begins below."""
    before = paragraph.indent + sum(cells(span.text) for span in paragraph.lead)
    hanging = min(before, max(paragraph.indent, width // 2))
    margin = Span(" " * paragraph.indent)
    first = (margin, *paragraph.lead) if paragraph.indent else paragraph.lead
    text = paragraph.text if paragraph.text.isprintable() else safe_text(paragraph.text)
    if "\n" not in text and before + cells(text) <= width:
        yield (*first, Span(" ".join(text.split()), paragraph.style))
        return
    if before > hanging:
        yield first
        hanging = min(paragraph.indent + 2, width // 2)
        first = (Span(" " * hanging),)
    for number, text in enumerate(wrapped(paragraph.text, width - hanging)):
        yield (*(first if number == 0 else (Span(" " * hanging),)), Span(text, paragraph.style))


def all_lines(paragraphs: Iterable[Paragraph], width: int) -> Iterator[Line]:
    """Yield the lines of paragraphs, one after the other."""
    for each in paragraphs:
        yield from lines_of(each, width)


def wrapped_lines(text: str, width: int, *, indent: int = 0, style: Style = "") -> tuple[Line, ...]:
    """Return a text as lines of at most so many cells; its own line ends stay.

    Args:
        text: what it says.
        width: cells there are, the indent counted.
        indent: spaces before each line.
        style: style of all of it.
    """
    room = max(_LEAST, width - indent)
    return tuple((Span(" " * indent + part, style),) for each in text.splitlines() for part in wrapped(each, room))


def facts_lines(known: Mapping[str, str], width: int, *, style: Style = "") -> tuple[Line, ...]:
    """Return names, each with what it says beside it.

    Args:
        known: what is said by name; what is empty is left out.
        width: cells there are.
        style: style of what is said.
    """
    shown = {name: text for name, text in known.items() if text}
    longest = min(max(map(cells, shown), default=0), max(_LEAST, width // 3))
    return tuple(each for name, text in shown.items() for each in _fact(name, text, longest, width, style))


def _fact(name: str, text: str, longest: int, width: int, style: Style) -> Iterator[Line]:
    said = wrapped_lines(text, width - longest - 2, style=style) or ((Span("", style),),)
    for number, part in enumerate(said):
        told = name[:longest] if number == 0 else ""
        yield (Span(told + " " * (longest + 2 - cells(told)), "dim"), *part)


def offset(seconds: float) -> str:
    """Return a moment of a recording as people read it: minutes and seconds, hours when there are any."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def figure(value: object) -> str:
    """Return a single fact as people read it; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        # Four digits say enough, but nobody reads 1.345e+04.
        is_whole = value.is_integer() or abs(value) >= 9999.5
        text = f"{value:.0f}" if is_whole and abs(value) < 1e15 else f"{value:.4g}"
        return text.replace(".", ",") if spoken() != "en" else text
    return str(value)
