"""Lines somebody types."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from qualia._safe import UNSAFE


class Entry(Input):
    """A line to type in, without a blinking cursor; control characters, pasted or given, are left out."""

    DEFAULT_CSS = """
    Entry, Entry:focus { height: 1; border: none; padding: 0; background: transparent; }
    Entry:ansi > .input--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    Entry:ansi > .input--placeholder { background: ansi_default; color: ansi_default; text-style: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "take it", key_display="enter", id="entry.take"),
    ]

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            value=UNSAFE.sub("", value),
            placeholder=UNSAFE.sub("", placeholder),
            id=id,
            compact=True,
            select_on_focus=False,
        )
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Return a value without what could steer a terminal."""
        return UNSAFE.sub("", value)


class FilterLine(Entry):
    """The line that ``/`` opens: rows without what is typed here are hidden, or those with it after ``!``."""

    DEFAULT_CSS = "FilterLine { dock: bottom; display: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "keep it", key_display="enter", id="filter.keep"),
        Binding("escape", "clear", "clear", key_display="esc", id="filter.clear"),
        Binding("down", "leave", show=False, id="filter.leave"),
    ]

    class Filtered(Message):
        """Something else is looked for."""

        def __init__(self, line: FilterLine, wanted: str) -> None:
            super().__init__()
            self.line: FilterLine = line
            self.wanted: str = wanted

        @property
        def control(self) -> FilterLine:
            """The line."""
            return self.line

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        # Room for the mark.
        self.styles.padding = (0, 0, 0, 2)
        self._before: Widget | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the line with its mark before what is typed, so that it says what it is."""
        mark = Strip([Segment("/ ", self.rich_style)])
        return [
            Strip.join((mark.crop(crop.x, 2), strip.crop(max(0, 2 - crop.x)))) for strip in super().render_lines(crop)
        ]

    def open(self) -> None:
        """Show the line and type into it."""
        self._before = self.screen.focused
        self.display = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is looked for, with each key."""
        event.stop()
        self.post_message(self.Filtered(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back to the rows; the filter stays."""
        event.stop()
        self.action_leave()

    def action_clear(self) -> None:
        """Look for nothing any more, and go back to the rows."""
        self.value = ""
        self.action_leave()

    def action_leave(self) -> None:
        """Go back to the rows; the line stays only as long as it looks for something."""
        self.display = bool(self.value)
        if self._before is not None and self._before is not self and self._before.is_attached:
            self._before.focus()
        else:
            self.screen.focus_previous()
