"""A table with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from qualia_tui.lines import Column, Line, Row, Span, line, widths
from qualia_tui.widgets.painting import row_line, strip_of
from qualia_tui.widgets.text_lines import TextLines


class Grid(TextLines):
    """Rows below a heading, one of them under the cursor, which stays on its row however the rows move."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", show=False, id="grid.choose")]

    class Chosen(Message):
        """Somebody pressed enter on a row."""

        def __init__(self, grid: Grid, key: str) -> None:
            super().__init__()
            self.grid: Grid = grid
            self.key: str = key

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, grid: Grid, key: str) -> None:
            super().__init__()
            self.grid: Grid = grid
            self.key: str = key

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    def __init__(self, *, empty: str = "", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._columns: tuple[Column, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._at: int = 0
        self._empty: str = empty
        self._drawn: dict[Row, Line] = {}
        self._drawn_for: tuple[tuple[Column, ...], tuple[int, ...]] = ((), ())

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor; None when there is no row."""
        return self._rows[self._at].key if self._at < len(self._rows) else None

    @property
    def page_lines(self) -> int:
        """How many rows fit below the heading."""
        return max(1, self.size.height - 1)

    def show_rows(self, columns: Sequence[Column], rows: Sequence[Row], *, empty: str = "") -> None:
        """Show other rows; the cursor stays on the row it stood on, or as near as there is one.

        Args:
            columns: the columns, from left to right.
            rows: the rows, each with one cell a column.
            empty: what to say when there is no row.
        """
        key = self.key
        if tuple(columns) != self._columns:
            self.refresh()
        self._columns, self._rows, self._empty = tuple(columns), tuple(rows), empty
        keys = [row.key for row in self._rows]
        before, self._at = self._at, keys.index(key) if key in keys else min(self._at, max(0, len(keys) - 1))
        self._lay_out()
        if self._at != before:
            self.repaint(before)
            self.repaint(self._at)
            self._follow()
        if (self.key is None) != (key is None):
            # What is done to a row is offered only while there is one.
            self.refresh_bindings()
        if self.key is not None and self.key != key:
            self.post_message(self.Moved(self, self.key))

    def move_to(self, key: str) -> None:
        """Put the cursor on a row, if there is such a row."""
        place = next((place for place, row in enumerate(self._rows) if row.key == key), None)
        if place is not None:
            self._go(place)

    def repaint(self, number: int) -> None:
        """Paint one row again, if it is on the screen."""
        if 0 <= number - self.first < self.size.height - 1:
            self.refresh(Region(0, number - self.first + 1, self.size.width, 1))

    def repaint_rest(self) -> None:
        """Paint the heading again, which tells how many rows are below the last one."""
        self.refresh(Region(0, 0, self.size.width, 1))

    def rest_line(self) -> Line:
        """Return nothing: the last row needs all its cells."""
        return ()

    def base_style(self, number: int) -> str:
        """Return the cursor's style for its row."""
        return "cursor" if number == self._at and self._rows else ""

    def render_line(self, y: int) -> Strip:
        """Return what line ``y`` of the widget looks like: the heading, or a row."""
        if y:
            return super().render_line(y - 1)
        look = self.console_app.look
        given = widths(self._columns, self.size.width)
        heading = Row("", tuple(Span(title, "head") for title in _titles(self._columns, given, self.rest)))
        told = row_line(heading, self._columns, given, ascii_only=look.ascii_only)
        return strip_of(told, self.size.width, theme=look.theme, ascii_only=look.ascii_only, base="head")

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self._go(self._at + by * max(1, self.page_lines - 1))

    def action_edge(self, last: int) -> None:
        """Move the cursor to the first or the last row."""
        self._go(len(self._rows) - 1 if last else 0)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def on_click(self, event: Click) -> None:
        """Put the cursor where somebody clicked; on the cursor's row it chooses."""
        number = self.first + event.y - 1
        if event.y and number < len(self._rows):
            if number == self._at:
                self.action_choose()
            self._go(number)

    def on_resize(self, event: Resize) -> None:
        """Give the columns what there is now."""
        super().on_resize(event)
        self._lay_out()
        self._follow()

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self._rows) - 1))
        if place == self._at or not self._rows:
            return
        before, self._at = self._at, place
        self.repaint(before)
        self.repaint(place)
        self._follow()
        self.post_message(self.Moved(self, self._rows[place].key))

    def _follow(self) -> None:
        """Scroll so that the cursor can be seen."""
        if self._at < self.first:
            self.scroll_lines(self._at)
        elif self._at >= self.first + self.page_lines:
            self.scroll_lines(self._at - self.page_lines + 1)

    def _lay_out(self) -> None:
        """Make the rows lines; one that is as it was keeps its line."""
        given = widths(self._columns, self.size.width)
        ascii_only = self.console_app.look.ascii_only
        drawn = self._drawn if self._drawn_for == (self._columns, given) else {}
        self._drawn_for = self._columns, given
        self._drawn = {
            row: drawn.get(row) or row_line(row, self._columns, given, ascii_only=ascii_only) for row in self._rows
        }
        self.show(tuple(map(self._drawn.__getitem__, self._rows)) or (line(self._empty, "dim"),))


def _titles(columns: Sequence[Column], given: Sequence[int], rest: int) -> tuple[str, ...]:
    """Return the columns' titles; behind the first with room for that stands how many rows are below the last one."""
    titles, told = [column.title for column in columns], f" ↓ {rest}"
    for place, (column, width) in enumerate(zip(columns, given, strict=True)):
        if rest and column.title and not column.right and cell_len(column.title + told) <= width:
            titles[place] += told
            break
    return tuple(titles)
