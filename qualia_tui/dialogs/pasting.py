"""A text that somebody pastes or types, of several lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from qualia._safe import UNSAFE
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.lines import line
from qualia_tui.model.amounts import count
from qualia_tui.widgets.bars import Bar
from qualia_tui.words import _

MOST_CHARACTERS = 200_000
"""The longest text; what is longer belongs into a file."""


def cleaned(text: str) -> str:
    """Return a text without what could steer a terminal; every kind of line end becomes a line feed."""
    for end in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(end, "\n")
    return UNSAFE.sub("", text)


class TextPad(TextArea):
    """A field of several lines, without a blinking cursor. What gets into it is safe, and not longer than it may be."""

    DEFAULT_CSS = "TextPad, TextPad:focus { height: 1fr; border: none; padding: 0; background: transparent; }"

    def __init__(self) -> None:
        super().__init__("", soft_wrap=True, show_line_numbers=False, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False

    def edit(self, edit: Edit) -> EditResult:
        """Do an edit, as far as there is room."""
        room = MOST_CHARACTERS - len(self.text)
        edit.text = cleaned(edit.text)[: max(0, room)]
        return super().edit(edit)


class Pasting(Dialog[str]):
    """Gives a text, or None.

    Args:
        text: what stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f5", "take", "take it", key_display="ctrl+s", priority=True, id="pasting.take"),
        Binding("ctrl+u", "clear", "clear", priority=True, id="pasting.clear"),
    ]

    def __init__(self, text: str = "") -> None:
        super().__init__(_("Paste or type a text"), shape="large")
        self._text: str = text

    def parts(self) -> Iterable[Widget]:
        """Return the field, and a line that tells how much is in it."""
        yield TextPad()
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Type at the end of what stands there."""
        pad = self.query_one(TextPad)
        pad.insert(self._text)
        pad.focus()
        self._tell()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell how much is in the field."""
        event.stop()
        self._tell()

    def action_take(self) -> None:
        """Give the text, when there is any."""
        text = self.query_one(TextPad).text
        if text.strip():
            self.give(text)

    def action_clear(self) -> None:
        """Begin anew."""
        self.query_one(TextPad).text = ""

    def _tell(self) -> None:
        length = len(self.query_one(TextPad).text)
        told = _(
            "{count} characters; a text of more than {most} belongs into a file",
            count=count(length),
            most=count(MOST_CHARACTERS),
        )
        self.query_one(".hint", Bar).show(line(told, "warn" if length >= MOST_CHARACTERS else "dim"))
