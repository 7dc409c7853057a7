"""What is painted: lines made of spans, each a text in one style of the theme."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

Style = str
"""A style of the theme by its name, such as "bad"; empty for plain text. `qualia_tui.themes` has them all."""


@frozen
class Span:
    """A text in one style."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]


@frozen
class Row:
    """One row of a table."""

    key: str
    """What tells it from the others."""
    cells: tuple[Span, ...]


@frozen(kw_only=True)
class Column:
    """One column of a table."""

    title: str
    width: int
    """Cells it wants; it gets less where the screen is narrow."""
    grow: int = 0
    """Its share of what is left over; 0 to stay as wide as it is."""
    right: bool = False
    """Whether its texts stand to the right, as numbers do."""
    rank: int = field(default=0)
    """Of columns that do not fit, those of the highest rank go first; 0 never goes."""


def line(text: str, style: Style = "") -> Line:
    """Return a line of one span."""
    return (Span(text, style),)


def changed_lines(before: Sequence[Line], after: Sequence[Line]) -> tuple[int, ...]:
    """Return the numbers of the lines that differ, from 0; those that only one of them has count, too."""
    both = min(len(before), len(after))
    differ = [number for number in range(both) if before[number] != after[number]]
    return (*differ, *range(both, max(len(before), len(after))))


def widths(columns: Sequence[Column], available: int, *, gap: int = 1) -> tuple[int, ...]:
    """Return how many cells each column gets; 0 for one that does not fit.

    Args:
        columns: the columns, from left to right.
        available: cells there are.
        gap: cells between two columns.
    """
    shown = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[place].width + gap for place in shown) - gap

    while needed() > available and any(columns[place].rank for place in shown):
        shown.remove(max(shown, key=lambda place: (columns[place].rank, place)))
    given = {place: columns[place].width for place in shown}
    spare = available - needed()
    growing = [place for place in shown if columns[place].grow]
    total = sum(columns[place].grow for place in growing)
    for place in growing:
        share = spare * columns[place].grow // total
        given[place] = max(1, given[place] + share)
    return tuple(given.get(place, 0) for place in range(len(columns)))
