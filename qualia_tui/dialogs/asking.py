"""Short questions: may it be done, what shall it be called, which one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from attrs import frozen
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.lines import Column, Line, Row, Span, line
from qualia_tui.model.log import matches
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.widgets.bars import Bar, Notice
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.entry import Entry
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _

FRAME, _LEAST = 4, 20
"""Columns that the frame of something to read takes, and for which it is folded at least."""
SMALL, _MOST = 64, 12
"""Columns that a short question takes at most, and lines of what it is about."""
Check = Callable[[str], str]
"""Says what is wrong with a text; empty when nothing is."""
Fold = Callable[[int], Sequence[Line]]
"""Gives lines for so many columns."""


@frozen
class Option:
    """One of several things to choose from."""

    key: str
    text: str
    note: str = ""


class Buttons(Bar, can_focus=True):
    """Cancel and one thing to do; it stands on cancel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,right,tab,h,l", "other", show=False, id="buttons.other"),
        Binding("enter", "press", "press", key_display="enter", id="buttons.press"),
    ]

    class Pressed(Message):
        """One of the buttons was pressed."""

        def __init__(self, *, is_yes: bool) -> None:
            super().__init__()
            self.is_yes: bool = is_yes

    def __init__(self, does: str) -> None:
        super().__init__()
        self._does: str = does
        self._is_yes: bool = False

    def on_mount(self) -> None:
        """Stand on cancel."""
        self._draw()

    def action_other(self) -> None:
        """Stand on the other one."""
        self._is_yes = not self._is_yes
        self._draw()

    def action_press(self) -> None:
        """Take the one it stands on."""
        self.post_message(self.Pressed(is_yes=self._is_yes))

    def _draw(self) -> None:
        def button(text: str, *, here: bool) -> Span:
            return Span(f"> [{text}] <" if here else f"  [{text}]  ", "here" if here else "")

        self.show((button(_("Back"), here=not self._is_yes), button(self._does, here=self._is_yes)))


class Confirm(Dialog[bool]):
    """May it be done? Gives True or None.

    Args:
        text: the question.
        detail: what would happen, line by line.
        does: what the button that does it says.
        word: what must be typed first; None when a button is enough.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "detail('move', 1)", show=False, id="confirm.down"),
        Binding("up", "detail('move', -1)", show=False, id="confirm.up"),
        Binding("pagedown", "detail('page', 1)", show=False, id="confirm.page_down"),
        Binding("pageup", "detail('page', -1)", show=False, id="confirm.page_up"),
    ]

    def __init__(self, text: str, *, detail: Sequence[Line] = (), does: str, word: str | None = None) -> None:
        super().__init__(text, shape="large" if len(detail) > 8 else "small")
        self._detail: tuple[Line, ...] = tuple(detail)
        self._does: str = does
        self._word: str | None = word

    def parts(self) -> Iterable[Widget]:
        """Return the detail and the buttons, or the line to type the word in."""
        if self._detail:
            yield TextLines(classes="detail")
        if self._word is None:
            yield Buttons(self._does)
            return
        yield Bar(classes="hint")
        yield Entry()

    def on_mount(self) -> None:
        """Show the detail; the keys go to the buttons."""
        super().on_mount()
        if self._detail:
            self._fold(console_of(self).size.width)
        if self._word is not None:
            self.query_one(".hint", Bar).show(line(_("type {word} and press enter", word=self._word), "warn"))
            self.query_one(Entry).focus()
        else:
            self.query_one(Buttons).focus()

    def on_resize(self, event: Resize) -> None:
        """Fold the detail for the width there is."""
        if self._detail and event.size.width:
            self._fold(event.size.width)

    def _fold(self, width: int) -> None:
        is_small = self._shape == "small"
        room = max(_LEAST, (min(width, SMALL) if is_small else width) - FRAME)
        detail, lines = self.query_one(TextLines), tuple(each for told in self._detail for each in _folded(told, room))
        if is_small:
            detail.styles.height = min(len(lines), _MOST)
        detail.show(lines)

    def action_detail(self, how: str, by: int) -> None:
        """Scroll what would happen; the keys for answering stay where they are."""
        for detail in self.query(TextLines):
            if how == "page":
                detail.action_page(by)
            else:
                detail.action_move(by)

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Do it, or leave."""
        self.give(event.is_yes or None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do it when the word is right, and say so when it is not."""
        event.stop()
        if event.value.strip() == self._word:
            self.give(True)
        else:
            self.query_one(".hint", Bar).show(line(_("that is not {word}", word=self._word or ""), "bad"))


def _folded(told: Line, width: int) -> tuple[Line, ...]:
    """Return a line as several when it is a sentence wider than so many cells; the columns of a table are left."""
    return wrapped_lines(told[0].text, width, style=told[0].style) if len(told) == 1 else (told,)


class Prompt(Dialog[str]):
    """What shall it be? Gives the text, or None.

    Args:
        title: what is asked for.
        value: what stands there at first.
        check: says what is wrong with a text, as somebody types; None accepts every text.
    """

    def __init__(self, title: str, *, value: str = "", check: Check | None = None) -> None:
        super().__init__(title)
        self._value: str = value
        self._check: Check = check or (lambda _text: "")

    def parts(self) -> Iterable[Widget]:
        """Return the line to type in, and one for what is wrong with it."""
        yield Entry(self._value)
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Type at the end of what stands there."""
        super().on_mount()
        self.query_one(Entry).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong."""
        self.query_one(".hint", Bar).show(line(self._check(event.value), "bad"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the text, when nothing is wrong with it."""
        event.stop()
        if not self._check(event.value):
            self.give(event.value)


class Choose(Dialog[str]):
    """Which one? Gives its key, or None. Typing narrows the choice.

    Args:
        title: what is chosen.
        options: what there is.
        empty: what to say when nothing is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False, priority=True, id="choose.down"),
        Binding("up", "step(-1)", show=False, priority=True, id="choose.up"),
        Binding("pagedown", "page(1)", show=False, priority=True, id="choose.page_down"),
        Binding("pageup", "page(-1)", show=False, priority=True, id="choose.page_up"),
    ]

    def __init__(self, title: str, options: Sequence[Option], *, empty: str = "") -> None:
        super().__init__(title, shape="list")
        self._options: tuple[Option, ...] = tuple(options)
        self._empty: str = empty

    def parts(self) -> Iterable[Widget]:
        """Return the line to type in and the options."""
        yield Entry(placeholder=_("type to narrow it down"))
        grid = Grid()
        grid.can_focus = False
        yield grid

    def on_mount(self) -> None:
        """Show all options."""
        super().on_mount()
        self.query_one(Entry).focus()
        self._narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the options that have what was typed."""
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the option under the cursor."""
        event.stop()
        self.query_one(Grid).action_choose()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Give the option's key."""
        self.give(event.key)

    def action_step(self, by: int) -> None:
        """Move the cursor by some options."""
        self.query_one(Grid).action_move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self.query_one(Grid).action_page(by)

    def _narrow(self, wanted: str) -> None:
        rows = [
            Row(each.key, (Span(each.text), Span(each.note, "dim")))
            for each in self._options
            if all(matches(word, each.text, each.note) for word in wanted.split() or [""])
        ]
        columns = (Column(title="", width=24, grow=1), Column(title="", width=14, grow=1, rank=1))
        self.query_one(Grid).show_rows(columns, rows, empty=self._empty or _("nothing is called that"))


class Reading(Dialog[bool]):
    """Something to read, and to copy.

    Args:
        title: what it is.
        lines: what it says; when it must be folded anew for another width, what does that.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy", id="reading.copy"),
        Binding("q", "leave", show=False, id="reading.leave"),
        Binding("question_mark,f1", "app.help", "help", key_display="?", show=False, id="help"),
    ]

    def __init__(self, title: str, lines: Sequence[Line] | Fold) -> None:
        super().__init__(title, shape="large")
        self._told: Sequence[Line] | Fold = lines
        self._lines: tuple[Line, ...] = ()

    def parts(self) -> Iterable[Widget]:
        """Return the lines, and a line for what is said."""
        yield TextLines()
        yield Notice(classes="said")

    def on_mount(self) -> None:
        """Show the lines from the first one on."""
        super().on_mount()
        self.query_one(Notice).display = False
        self.query_one(TextLines).focus()
        self._fold(console_of(self).size.width)

    def on_resize(self, event: Resize) -> None:
        """Fold the lines for the width there is, and stay about where one read."""
        if event.size.width:
            self._fold(event.size.width)

    def show(self, lines: Sequence[Line] | Fold) -> None:
        """Say something else, from about where one reads."""
        self._told = lines
        if self.is_mounted and self.is_attached:
            self._fold(console_of(self).size.width)

    def _fold(self, width: int) -> None:
        reading, before = self.query_one(TextLines), len(self._lines)
        self._lines = tuple(self._told(max(_LEAST, width - FRAME)) if callable(self._told) else self._told)
        reading.show(self._lines)
        if before and before != len(self._lines):
            reading.scroll_lines(reading.first * len(self._lines) // before)

    def action_copy(self) -> None:
        """Copy all of it, and say here what became of that."""
        told = console_of(self).copy("\n".join("".join(span.text for span in each).rstrip() for each in self._lines))
        notice = self.query_one(Notice)
        notice.display = True
        notice.show(told)
