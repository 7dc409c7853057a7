"""Spans become what the terminal gets. Every text passes here, so here it is made safe."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qualia._safe import safe_line
from qualia_tui.lines import Column, Line, Row, Span
from qualia_tui.themes import style_of

ASCII_MARKS = str.maketrans(
    "●○◐▲▼✓✗…─│├└┌┐┘┬┴┼▏▎▍▌▋▊▉█▁▂▃▄▅▆▇·→←↑↓×▸▾“”‘’–—", "*o~^v+x.-||`++'+++.:::||##_.-=+*%.><^vx>v\"\"''--"
)
"""What stands for a mark where only ASCII may be sent."""


def shown_text(text: str, *, ascii_only: bool) -> str:
    """Return a text as it may be sent to a terminal: one safe line, in ASCII if nothing else is allowed."""
    safe = safe_line(text) if not text.isprintable() else text
    if not ascii_only or safe.isascii():
        return safe
    marked = safe.translate(ASCII_MARKS)
    return marked if marked.isascii() else _plain(marked)


def _plain(text: str) -> str:
    """Return a text in ASCII: letters lose their accents, anything else becomes a question mark."""
    from unicodedata import combining, normalize

    bare = "".join(each for each in normalize("NFKD", text) if not combining(each))
    return bare.encode("ascii", "replace").decode("ascii")


def strip_of(line: Line, width: int, *, theme: str, ascii_only: bool, base: str = "") -> Strip:
    """Return a line as the terminal gets it, cut or filled to a width.

    Args:
        line: what to paint.
        width: cells.
        theme: the theme's name.
        ascii_only: whether only ASCII may be sent.
        base: style of the whole line, such as "cursor"; it wins over those of the spans.
    """
    segments: list[Segment] = []
    left = width
    ground = style_of(theme, base)
    for span in line:
        if left <= 0:
            break
        text = shown_text(span.text, ascii_only=ascii_only)
        length = cell_len(text)
        if length > left:
            text, length = fitted(text, left, ascii_only=ascii_only), left
        left -= length
        segments.append(Segment(text, _style(theme, span.style, ground, bool(base))))
    if left > 0:
        segments.append(Segment(" " * left, ground))
    return Strip(segments, width)


def strip_of_ends(left: Line, right: Line, width: int, *, theme: str, ascii_only: bool, base: str = "") -> Strip:
    """Return a line whose last part stands at the right end and is never cut: what is at the left gives way.

    Args:
        left: what begins the line.
        right: what ends it; left out where even that does not fit.
        width: cells.
        theme: the theme's name.
        ascii_only: whether only ASCII may be sent.
        base: style of the whole line; empty for none.
    """
    kept = sum(cell_len(shown_text(span.text, ascii_only=ascii_only)) for span in right)
    if kept > width:
        right, kept = (), 0
    ends = ((left, width - kept), (right, kept))
    return Strip.join(
        strip_of(part, cells, theme=theme, ascii_only=ascii_only, base=base) for part, cells in ends if cells
    )


def _style(theme: str, name: str, ground: Style, is_based: bool) -> Style:
    return ground if is_based or not name else style_of(theme, name)


def fitted(text: str, width: int, *, ascii_only: bool = False, right: bool = False) -> str:
    """Return a text of exactly this many cells; what is cut ends with a mark that says so."""
    length = cell_len(text)
    if length > width:
        mark = "." if ascii_only else "…"
        return set_cell_size(text, width - 1) + mark if width > 1 else mark[:width]
    space = " " * (width - length)
    return space + text if right else text + space


def row_line(row: Row, columns: Sequence[Column], given: Sequence[int], *, ascii_only: bool) -> Line:
    """Return a row as a line whose cells stand below each other.

    Args:
        row: its cells, one a column.
        columns: the columns.
        given: cells each column gets; 0 leaves it out.
        ascii_only: whether only ASCII may be sent.
    """
    spans: list[Span] = []
    for cell, column, width in zip(row.cells, columns, given, strict=True):
        if width:
            text = fitted(
                shown_text(cell.text, ascii_only=ascii_only), width, ascii_only=ascii_only, right=column.right
            )
            spans.extend((Span(text, cell.style), Span(" ")))
    return tuple(spans[:-1])
