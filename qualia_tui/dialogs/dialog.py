"""What every dialog is: a box over the screen, with its title above and its keys below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from qualia_tui.lines import line
from qualia_tui.widgets.bars import Bar, Foot, Notice
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import give_up

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """A box with a title; escape leaves it and gives None.

    Args:
        title: what it is about; empty for no title.
        shape: "small" for a question, "large" for as much of the screen as there is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", key_display="esc", id="dialog.leave"),
        # A letter may be typed here.
        Binding("f1", "app.help", "help", id="help.dialog"),
    ]

    def __init__(self, title: str, *, shape: str = "small") -> None:
        super().__init__()
        self._about: str = title
        self._shape: str = shape

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical(classes=f"box {self._shape}"):
            yield Notice(classes="about") if self._shape == "small" else Bar(classes="about")
            yield from self.parts()
            yield Foot()

    def parts(self) -> Iterable[Widget]:
        """Return what stands in the box."""
        return ()

    def on_mount(self) -> None:
        """Show the title."""
        self.query_one(".about", Bar).show(line(self._about, "title"))

    def action_leave(self) -> None:
        """Leave with nothing done."""
        self.give(None)

    def give(self, answer: T | None) -> None:
        """Leave with an answer, None for nothing done; what it asked, and what it is doing, is given up.

        A second answer is none: two keys may be on their way at once.
        """
        stack = console_of(self).screen_stack
        if self not in stack:
            return
        for above in reversed(stack[stack.index(self) + 1 :]):
            if isinstance(above, Dialog):
                above.give(None)
        if console_of(self).screen is not self or not self.is_mounted:
            # A key was quicker than a screen; what is not there yet cannot go.
            self.call_later(self.give, answer)
            return
        for part in self.walk_children(with_self=True):
            give_up(part)
        self.dismiss(answer)  # type: ignore[unused-awaitable]  # it completes by itself
