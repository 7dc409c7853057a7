"""The lines of the log on the screen: they are followed, and formatted only where they can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.strip import Strip

from qualia_tui.lines import Row, Span, widths
from qualia_tui.model.log import LogLine
from qualia_tui.model.log_view import Filter, LogView, Step, columns, row
from qualia_tui.widgets.painting import row_line, strip_of
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _

_KEPT_ROWS = 200


class LogPane(TextLines):
    """Shows a view of the log below a heading.

    While it follows, new lines come to the end and there is no cursor. When the page is full it moves up by a third at
    once: a line that scrolled alone would send the whole page for each event.

    Attributes:
        view: the lines.
        following: whether it goes along with what comes.
        waiting: lines that came since it stopped following.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", show=False, id="log.open")]

    class Followed(Message):
        """It began or stopped following, or more lines wait."""

    class Opened(Message):
        """Somebody wants to read a line."""

        def __init__(self, entry: LogLine) -> None:
            super().__init__()
            self.entry: LogLine = entry

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.view: LogView = LogView()
        self.following: bool = True
        self.waiting: int = 0
        self._at: int = 0
        self._rows: dict[int, tuple[LogLine, Row]] = {}

    @property
    def page_lines(self) -> int:
        """How many lines fit below the heading."""
        return max(1, self.size.height - 1)

    def take(self, log: Sequence[LogLine]) -> None:
        """Show what came since the last time."""
        before = len(self.view)
        step = self.view.take(log)
        if step.is_anew or (before == 0 and step.added):
            self._begin()
        elif step.gone or step.added:
            self._go_on(step)

    def narrow(self, wanted: Filter, log: Sequence[LogLine]) -> None:
        """Show the lines that another filter lets through, the latest ones."""
        self.view.narrow(wanted, log)
        self._begin()

    def follow(self, *, follows: bool) -> None:
        """Go along with what comes, or stay where it is."""
        if follows:
            self._begin()
        elif self.following:
            self.following = False
            self._at = max(0, len(self.view) - 1)
            self._paint_row(self._at)
            self.post_message(self.Followed())

    def render_line(self, y: int) -> Strip:
        """Return what line ``y`` of the widget looks like: the heading, a line of the log, or nothing."""
        look, shape, number = self.console_app.look, columns(), self.first + y - 1
        given = widths(shape, self.size.width)
        base = ""
        if y == 0:
            drawn, base = row_line(_heading(), shape, given, ascii_only=look.ascii_only), "head"
        elif number < len(self.view):
            drawn = row_line(self._row(number), shape, given, ascii_only=look.ascii_only)
            base = "cursor" if number == self._at and not self.following else ""
        else:
            drawn = (Span(_("nothing that is looked for has happened yet"), "dim"),) if y == 1 else ()
        return strip_of(drawn, self.size.width, theme=look.theme, ascii_only=look.ascii_only, base=base)

    def action_move(self, by: int) -> None:
        """Move the cursor by some lines, which ends following; past the end it begins again."""
        self._move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self._move(by * max(1, self.page_lines - 1))

    def action_edge(self, last: int) -> None:
        """Go to the first line, or to the end and follow."""
        if last:
            self._begin()
        else:
            self._move(-len(self.view))

    def action_open(self) -> None:
        """Read the line under the cursor; the latest one while following."""
        if len(self.view):
            self.post_message(self.Opened(self.view[len(self.view) - 1 if self.following else self._at]))

    def on_click(self, event: Click) -> None:
        """Put the cursor where somebody clicked; on the cursor's line it opens."""
        number = self.first + event.y - 1
        if not event.y or number >= len(self.view):
            return
        if number == self._at and not self.following:
            self.action_open()
        else:
            self._move(number - self._place())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        if not self.following:
            self._move(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self._move(-3)

    def on_resize(self, event: Resize) -> None:
        """Keep the end, or the cursor, on the screen."""
        del event
        if self.following:
            self.first = self._last_first()
        else:
            self._show_cursor()
        # Lines that were painted are kept as long as nobody says that others stand there now.
        self.refresh()

    def _begin(self) -> None:
        was_following, self.following, self.waiting = self.following, True, 0
        self.first = self._last_first()
        self.refresh()
        if not was_following:
            self.post_message(self.Followed())

    def _go_on(self, step: Step) -> None:
        last = len(self.view)
        moved = max(0, self.first - step.gone)
        is_cut = self.first < step.gone
        self.first, self._at = moved, max(0, self._at - step.gone)
        if not self.following and step.added:
            self.waiting += step.added
            self.post_message(self.Followed())
        if is_cut:
            self.refresh()
        elif self.following and last > self.first + self.page_lines:
            self.first = max(0, last - self.page_lines + self.page_lines // 3)
            self.refresh()
        else:
            for number in range(max(self.first, last - step.added), min(last, self.first + self.page_lines)):
                self._paint_row(number)

    def _place(self) -> int:
        return len(self.view) - 1 if self.following else self._at

    def _move(self, by: int) -> None:
        if not len(self.view):
            return
        if not self.following and by > 0 and self._at == len(self.view) - 1:
            self._begin()
            return
        if self.following and by > 0:
            return
        place = max(0, min(self._place() + by, len(self.view) - 1))
        self.follow(follows=False)
        before, self._at = self._at, place
        self._paint_row(before)
        self._paint_row(place)
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._at < self.first:
            self.scroll_lines(self._at)
        elif self._at >= self.first + self.page_lines:
            self.scroll_lines(self._at - self.page_lines + 1)

    def _row(self, number: int) -> Row:
        """Return a line as a row; it is composed once, as long as it is not far away."""
        entry = self.view[number]
        if id(entry) not in self._rows:
            if len(self._rows) >= _KEPT_ROWS:
                self._rows.clear()
            # The line is kept too: another one may not have its id meanwhile.
            self._rows[id(entry)] = entry, row(entry)
        return self._rows[id(entry)][1]

    def _paint_row(self, number: int) -> None:
        self.repaint(number + 1)

    def _last_first(self) -> int:
        return max(0, len(self.view) - self.page_lines)


def _heading() -> Row:
    return Row("", tuple(Span(column.title, "head") for column in columns()))
