"""What is sent to a terminal: the difference from what stands there, and all of it."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from rich.segment import Segment
from rich.style import Style

from qualia_tui.terminal.standing import Piece, Standing, cells_of

if sys.platform != "linux":
    pytest.skip("what a terminal shows is followed with Linux's means", allow_module_level=True)

from benchmarks.terminal import Screen

COLUMNS, LINES = 12, 3
STYLES = (Style.null(), Style.parse("bold"), Style.parse("reverse green"))
texts = st.text(st.sampled_from("ab ─é漢\u0301"), max_size=COLUMNS + 2)
segments = st.lists(st.builds(Segment, texts, st.sampled_from(STYLES)), max_size=3)
lines = st.tuples(st.just(0), st.integers(0, LINES - 1), segments)


def codes(style: Style) -> str:
    """Return codes that tell the styles apart."""
    return ("", "1", "7;32")[STYLES.index(style)]


def filled(given_segments: list[Segment]) -> list[Segment]:
    """Return a whole line, as Textual paints: nothing beyond its end, and spaces up to it."""
    cells = cells_of(given_segments, codes)[:COLUMNS]
    while cells and len(cells) == COLUMNS and _is_cut(cells):
        cells.pop()
    shown = [Segment(text, STYLES[("", "1", "7;32").index(said)]) for text, said in cells if text]
    return [*shown, Segment(" " * (COLUMNS - len(cells)), STYLES[0])]


def _is_cut(cells: list[tuple[str, str]]) -> bool:
    return bool(cells[-1][0]) and cells_of([Segment(cells[-1][0])], codes)[-1][0] == ""


@given(st.lists(st.lists(lines, max_size=4), max_size=6))
def test_the_terminal_shows_what_was_painted(updates: list[list[Piece]]) -> None:
    """Whatever is painted after whatever else, the screen shows the newest of each line."""
    standing, screen = Standing(), Screen(COLUMNS, LINES)
    wanted = [[" "] * COLUMNS for _line in range(LINES)]
    for update in updates:
        pieces = [(column, row, filled(list(each))) for column, row, each in update]
        screen.feed(standing.difference(pieces, size=(COLUMNS, LINES), codes=codes))
        for _column, row, each in pieces:
            wanted[row] = [text[:1] for text, _style in cells_of(each, codes)]
    assert screen.cells == wanted


@given(st.lists(lines, max_size=4))
def test_nothing_is_sent_twice(update: list[Piece]) -> None:
    """What stands on the terminal already costs no byte."""
    standing = Standing()
    pieces = {row: (column, row, filled(list(each))) for column, row, each in update}
    standing.difference(pieces.values(), size=(COLUMNS, LINES), codes=codes)
    assert standing.difference(pieces.values(), size=(COLUMNS, LINES), codes=codes) == ""


def test_a_number_that_changes_costs_its_cells() -> None:
    """Of a line that differs in one place only that place is sent."""
    standing = Standing()
    standing.difference([(0, 1, [Segment("calls     7 ")])], size=(COLUMNS, LINES), codes=codes)
    told = standing.difference([(0, 1, [Segment("calls     8 ")])], size=(COLUMNS, LINES), codes=codes)
    assert told == "\x1b[2;11H8"


def test_the_end_of_a_line_is_erased_rather_than_written() -> None:
    """Where a text becomes much shorter, its rest goes with one short sequence."""
    standing = Standing()
    standing.difference([(0, 0, [Segment("abcdefghijkl")])], size=(COLUMNS, LINES), codes=codes)
    told = standing.difference([(0, 0, [Segment("ab          ")])], size=(COLUMNS, LINES), codes=codes)
    assert told == "\x1b[1;3H\x1b[K"


def test_a_coloured_end_is_written() -> None:
    """Spaces with a style are no blanks: terminals differ in the colour they erase with."""
    standing = Standing()
    told = standing.difference(
        [(0, 0, [Segment(" " * COLUMNS, Style.parse("reverse green"))])], size=(COLUMNS, LINES), codes=codes
    )
    assert told == f"\x1b[0m\x1b[2J\x1b[1;1H\x1b[7;32m{' ' * COLUMNS}\x1b[0m"


def test_another_size_is_painted_from_nothing() -> None:
    """After the terminal changed its size, or when nothing is known of it, it is cleared first."""
    standing = Standing()
    piece = (0, 0, [Segment("abc")])
    first = standing.difference([piece], size=(COLUMNS, LINES), codes=codes)
    assert first.startswith("\x1b[0m\x1b[2J")
    assert standing.difference([piece], size=(COLUMNS + 1, LINES), codes=codes) == first
    standing.forget()
    assert standing.difference([piece], size=(COLUMNS + 1, LINES), codes=codes) == first


def test_what_steers_the_terminal_is_left_out() -> None:
    """A segment of control codes is no text."""
    assert cells_of([Segment("\x1b[5i", None, [(1,)]), Segment("a")], codes) == [("a", "")]  # type: ignore[list-item]
