"""Lines that scroll: whoever reads them sees that they go on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from rich.cells import cell_len

from qualia_tui.lines import Column, Row, Span, line
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.painting import shown_text, strip_of_ends
from qualia_tui.widgets.text_lines import TextLines
from tests.tui.seeing import FakeHost, Seen, ran, shown


@given(left=st.text(max_size=30), right=st.text(max_size=12), width=st.integers(1, 40), ascii_only=st.booleans())
def test_what_ends_a_line_is_never_cut(left: str, right: str, width: int, ascii_only: bool) -> None:
    """The line is as wide as it must be, and its last part is there in whole, or left out where it has no room."""
    painted = strip_of_ends(line(left), line(right), width, theme="ansi", ascii_only=ascii_only)
    told = shown_text(right, ascii_only=ascii_only)
    assert painted.cell_length == width
    assert cell_len(told) > width or painted.text.endswith(told)


def test_a_page_tells_how_much_is_below() -> None:
    """The last row ends with how many lines are below; at the end, or where all is seen, nothing stands there."""

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": "ok"}})) as seen:
            seen.app.read("A page", [line(f"line {number}") for number in range(60)])
            await seen.settled()
            page = seen.app.screen.query_one(TextLines)
            height = page.size.height
            assert _last(seen, page).endswith(f"↓ {60 - height}")
            await seen.press("j")
            assert _last(seen, page).endswith(f"↓ {60 - height - 1}")
            page.show([line(f"line {number}") for number in range(90)])
            await seen.settled()
            assert _last(seen, page).endswith(f"↓ {90 - height - 1}")
            await seen.press("end")
            assert _last(seen, page) == "line 89"

    ran(work)


def test_a_table_tells_how_many_rows_are_below() -> None:
    """Behind the first title with room for that; no row loses a cell, and at the end nothing is told."""
    columns = (Column(title="n", width=3, right=True), Column(title="name", width=20), Column(title="more", width=8))

    def rows(count: int) -> list[Row]:
        return [Row(str(each), (Span(f"{each}"), Span(f"row {each}"), Span("x" * 8))) for each in range(count)]

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": "ok"}})) as seen:
            grid = seen.app.query_one(Grid)
            height = grid.size.height - 1
            for count, told in (
                (50, f"  n name ↓ {50 - height}"),
                (51, f"  n name ↓ {51 - height}"),
                (height, "  n name"),
            ):
                grid.show_rows(columns, rows(count))
                await seen.settled()
                assert _row(seen, grid, 0)[:22].rstrip() == told
            grid.show_rows(columns, rows(50))
            await seen.press("G")
            assert "↓" not in seen.text()
            assert _row(seen, grid, height) == " 49 row 49" + " " * 15 + "x" * 8

    ran(work)


def test_a_table_without_room_in_its_titles_keeps_them() -> None:
    """A title is worth more than how many rows are below."""
    columns = (Column(title="word", width=6), Column(title="count", width=6, right=True))

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": "ok"}})) as seen:
            grid = seen.app.query_one(Grid)
            grid.show_rows(columns, [Row(str(each), (Span("a"), Span("1"))) for each in range(99)])
            await seen.settled()
            assert _row(seen, grid, 0) == "word    count"

    ran(work)


def _row(seen: Seen, grid: Grid, number: int) -> str:
    """Return what stands in a line of a table, from 0 for the heading."""
    return seen.lines()[grid.region.y + number].rstrip()


def _last(seen: Seen, page: TextLines) -> str:
    """Return what stands in the last row of a page."""
    region = page.content_region
    return seen.lines()[region.bottom - 1][region.x : region.right].rstrip()
