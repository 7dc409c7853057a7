"""Texts as lines: broken where they are too long, and names with what they say beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qualia_tui.lines import Line, Span, Style

_LEAST = 12


def wrapped(text: str, width: int, *, indent: int = 0, style: Style = "") -> tuple[Line, ...]:
    """Return a text as lines of at most so many characters; its own line ends stay.

    Args:
        text: what it says.
        width: characters there are, the indent counted.
        indent: spaces before each line.
        style: style of all of it.
    """
    return tuple((Span(" " * indent + part, style),) for part in parts(text, width - indent))


def parts(text: str, width: int) -> tuple[str, ...]:
    """Return a text in parts of at most so many characters, broken between words where that can be."""
    from textwrap import wrap

    found: list[str] = []
    for each in text.expandtabs(4).splitlines():
        room = max(_LEAST, width)
        lead = each[: len(each) - len(each.lstrip())] if len(each) - len(each.lstrip()) < room // 2 else ""
        found.extend(wrap(each, room, subsequent_indent=lead, replace_whitespace=False) or [""])
    return tuple(found)


def facts_lines(known: Mapping[str, str], width: int, *, style: Style = "") -> tuple[Line, ...]:
    """Return names, each with what it says beside it.

    Args:
        known: what is said by name; what is empty is left out.
        width: characters there are.
        style: style of what is said.
    """
    shown = {name: text for name, text in known.items() if text}
    longest = min(max(map(len, shown), default=0), max(_LEAST, width // 3))
    return tuple(each for name, text in shown.items() for each in _fact(name, text, longest, width, style))


def _fact(name: str, text: str, longest: int, width: int, style: Style) -> Iterator[Line]:
    for number, part in enumerate(parts(text, width - longest - 2) or ("",)):
        told = name if number == 0 else ""
        yield (Span(told[:longest].ljust(longest + 2), "dim"), Span(part, style))
