"""Params to look at and to change, each checked while it is typed."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from qualia._form import Form, offered
from qualia.plugin import ParamSpec
from qualia_tui.dialogs.asking import Option
from qualia_tui.lines import line
from qualia_tui.model.form import (
    MANY,
    allowed,
    form_columns,
    form_rows,
    next_offered,
    shown_text,
    typed,
    wrong,
)
from qualia_tui.model.texts import wrapped
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import Entry
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _


class FieldEntry(Entry):
    """The line a value is typed in; escape leaves the value as it was."""

    DEFAULT_CSS = "FieldEntry, FieldEntry:focus { display: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "as it was", key_display="esc", id="form.give_up")
    ]

    class GivenUp(Message):
        """The value stays as it was."""

    def action_give_up(self) -> None:
        """Leave the value as it was."""
        self.post_message(self.GivenUp())


class FormPane(Widget):
    """A form as a table: enter changes a row, and what is wrong is said with every key.

    Attributes:
        form: what was typed so far.
    """

    DEFAULT_CSS = """
    FormPane { height: 1fr; layout: vertical; }
    FormPane .about-field { height: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "change", key_display="enter", id="form.change"),
        Binding("u", "default", "default", show=False, id="form.default"),
        Binding("U", "defaults", "all defaults", show=False, id="form.defaults"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.form: Form = Form(plugin="")
        self._empty: str = ""

    def compose(self) -> ComposeResult:
        """Lay out the table, what is said about its row, and the line to type in."""
        yield Grid()
        about = TextLines(classes="about-field")
        about.can_focus = False
        yield about
        yield FieldEntry()
        yield Bar(classes="wrong")

    def show_form(self, form: Form, *, empty: str = "") -> None:
        """Show a form.

        Args:
            form: its params and what was typed.
            empty: what to say when it has none.
        """
        self.form, self._empty = form, empty
        self._draw()

    def on_resize(self) -> None:
        """Fold what is said of a param for the width there is."""
        self._tell()

    def take_focus(self) -> None:
        """Give the keys to the table."""
        self.query_one(Grid).focus()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Tell what the param under the cursor is for."""
        event.stop()
        self._tell()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Change the param."""
        event.stop()
        self.action_change()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what is wrong."""
        event.stop()
        spec = self._spec
        if spec is not None:
            self._say(wrong(spec, event.value, plugin=self.form.plugin))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the value when nothing is wrong with it."""
        event.stop()
        spec = self._spec
        if spec is not None and not wrong(spec, event.value, plugin=self.form.plugin):
            self._take(spec, event.value)
            self.on_field_entry_given_up()

    def on_field_entry_given_up(self) -> None:
        """Go back to the table."""
        self.query_one(FieldEntry).styles.display = "none"
        self._say("")
        self.take_focus()

    def action_change(self) -> None:
        """Change the param under the cursor: take the next of few values, choose one of many, or type."""
        spec = self._spec
        if spec is None:
            return
        if len(offered(spec)) > MANY:
            beside(self, partial(self._choose, spec), group="choose")
        elif offered(spec):
            self._take(spec, next_offered(spec, self.form.text(spec.name)))
        else:
            entry = self.query_one(FieldEntry)
            entry.styles.display = "block"
            entry.value = self.form.text(spec.name)
            entry.cursor_position = len(entry.value)
            entry.focus()
            self._say("")

    def action_default(self) -> None:
        """Let the param under the cursor have its default again."""
        if self._spec is not None:
            self.form = self.form.without(self._spec.name)
            self._draw()

    def action_defaults(self) -> None:
        """Let every param have its default again."""
        for name in tuple(self.form.texts):
            self.form = self.form.without(name)
        self._draw()

    async def _choose(self, spec: ParamSpec) -> None:
        options = [Option(f"={text}", shown_text(spec, text)) for text in offered(spec)]
        chosen = await console_of(self).choose(spec.name, options)
        if chosen is not None:
            self._take(spec, chosen.removeprefix("="))

    @property
    def _spec(self) -> ParamSpec | None:
        key = self.query_one(Grid).key
        return next((spec for spec in self.form.specs if spec.name == key), None)

    def _take(self, spec: ParamSpec, text: str) -> None:
        self.form = self.form.with_text(spec.name, typed(spec, text))
        self._draw()

    def _draw(self) -> None:
        self.query_one(Grid).show_rows(form_columns(), form_rows(self.form), empty=self._empty)
        self._tell()

    def _tell(self) -> None:
        spec = self._spec
        text = "" if spec is None else f"{spec.help} [{allowed(spec)}]"
        lines = wrapped(text, max(20, self.size.width))
        self.query_one(".about-field", TextLines).show([line(each) for each in lines])
        if not self.query_one(FieldEntry).display:
            self._say("")

    def _say(self, text: str) -> None:
        """Say what is wrong; of nothing wrong, which keys there are."""
        spec = self._spec
        keys = "" if spec is None else _("enter changes it, u takes its default")
        if spec is not None and self.query_one(FieldEntry).display:
            keys = _("{name}: enter takes it, esc leaves it as it was", name=spec.name)
        told = line(text, "bad") if text else line(keys, "dim")
        self.query_one(".wrong", Bar).show(told)
