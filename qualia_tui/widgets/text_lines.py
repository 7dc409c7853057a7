"""Lines that scroll: the base of everything that is longer than the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.strip import Strip

from qualia_tui.lines import Line, changed_lines, line
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.kept import Kept
from qualia_tui.widgets.painting import strip_of_ends

if TYPE_CHECKING:
    from qualia_tui.app import Console


class TextLines(Kept, can_focus=True):
    """Shows lines from a first one on. Only lines that changed are painted again."""

    DEFAULT_CSS = "TextLines { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False, id="move.down"),
        Binding("up,k", "move(-1)", show=False, id="move.up"),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False, id="move.page_down"),
        Binding("pageup,ctrl+b", "page(-1)", show=False, id="move.page_up"),
        Binding("home,g", "edge(0)", show=False, id="move.first"),
        Binding("end,G", "edge(1)", show=False, id="move.last"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.first: int = 0
        self._lines: tuple[Line, ...] = ()

    @property
    def console_app(self) -> Console:
        """The console it belongs to."""
        return console_of(self)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All its lines, on the screen or not."""
        return self._lines

    @property
    def page_lines(self) -> int:
        """How many lines fit."""
        return max(1, self.size.height)

    @property
    def rest(self) -> int:
        """How many lines are below the last row."""
        return max(0, len(self._lines) - self.first - self.page_lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show other lines, from where it stands; what is the same is not painted again."""
        before, rest, self._lines = self._lines, self.rest, tuple(lines)
        first = self.first
        self.first = min(self.first, self._last_first())
        # Off the screen it has no rows; its picture of before would come back with it.
        if self.first != first or not self.size:
            self.refresh()
            return
        for number in changed_lines(before, self._lines):
            self.repaint(number)
        if self.rest != rest:
            self.repaint_rest()

    def repaint_rest(self) -> None:
        """Paint again what tells how many lines are below."""
        self.repaint(self.first + self.page_lines - 1)

    def repaint(self, number: int) -> None:
        """Paint one line again, if it is on the screen."""
        if 0 <= number - self.first < self.size.height:
            self.refresh(Region(0, number - self.first, self.size.width, 1))

    def scroll_lines(self, first: int) -> None:
        """Show the lines from this one on, as far as there are any."""
        first = max(0, min(first, self._last_first()))
        if first != self.first:
            self.first = first
            self.refresh()

    def base_style(self, number: int) -> str:
        """Return the style of a whole line; empty for none."""
        del number
        return ""

    def render_line(self, y: int) -> Strip:
        """Return what line ``y`` of the widget looks like."""
        number = self.first + y
        told = self._lines[number] if number < len(self._lines) else ()
        rest = self.rest_line() if y == self.page_lines - 1 else ()
        look, base = self.console_app.look, self.base_style(number)
        return strip_of_ends(told, rest, self.size.width, theme=look.theme, ascii_only=look.ascii_only, base=base)

    def rest_line(self) -> Line:
        """Return what stands at the end of the last row: how many lines are below it, if there are any."""
        return line(f" ↓ {self.rest}", "dim") if self.rest else ()

    def action_move(self, by: int) -> None:
        """Scroll by some lines."""
        self.scroll_lines(self.first + by)

    def action_page(self, by: int) -> None:
        """Scroll by some pages."""
        self.scroll_lines(self.first + by * max(1, self.page_lines - 1))

    def action_edge(self, last: int) -> None:
        """Scroll to the beginning or the end."""
        self.scroll_lines(self._last_first() if last else 0)

    def on_resize(self, event: Resize) -> None:
        """Stay within the lines there are."""
        del event
        first, self.first = self.first, max(0, min(self.first, self._last_first()))
        if first != self.first:
            self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_lines(self.first + 3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll with the wheel."""
        event.stop()
        self.scroll_lines(self.first - 3)

    def _last_first(self) -> int:
        return max(0, len(self._lines) - self.page_lines)
