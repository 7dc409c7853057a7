"""The params of one step of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia._form import Form
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.form_pane import FormPane
from qualia_tui.words import _


class StepForm(Dialog[Form]):
    """Gives the form as it is when it is left.

    Args:
        step: the step's name.
        form: its params and what was typed; a default is what the pipeline's file says.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "app.help", "help", key_display="?", id="help"),
    ]

    def __init__(self, step: str, form: Form) -> None:
        super().__init__(_("Params of {name}", name=step), shape="large")
        self._form: Form = form

    def parts(self) -> Iterable[Widget]:
        """Return the form."""
        yield FormPane()

    def on_mount(self) -> None:
        """Show the form."""
        pane = self.query_one(FormPane)
        pane.show_form(self._form, empty=_("it takes no params"))
        pane.take_focus()

    def action_leave(self) -> None:
        """Go back with what was typed."""
        self.give(self.query_one(FormPane).form)
