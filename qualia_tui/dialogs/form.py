"""What a pipeline or a plugin is run on, and with which params: asked before it begins."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia.errors import QualiaError
from qualia_tui.dialogs.answering import answer_of
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.form_pane import FormPane
from qualia_tui.lines import Span, line
from qualia_tui.model import facts
from qualia_tui.model.form import Form, specs_of
from qualia_tui.model.given import Given
from qualia_tui.model.order import Order
from qualia_tui.model.plan import Subject, plan_lines
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of, translated


class Launch(Dialog[Order]):
    """Gives what shall be run, or None.

    Args:
        subject: a pipeline or a plugin.
        given: what it was run on last; None for nothing yet.
        form: params as they were typed last; None for defaults.
    """

    DEFAULT_CSS = "Launch .plan { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "start", "run it", key_display="r", id="launch.start"),
        Binding("f", "pick", "file or folder", id="launch.pick"),
        Binding("t", "paste", "text", id="launch.paste"),
        Binding("s", "sample", "sample", id="launch.sample"),
        Binding("question_mark,f1", "app.help", "help", key_display="?", id="help"),
    ]

    def __init__(self, subject: Subject, *, given: Given | None = None, form: Form | None = None) -> None:
        super().__init__(_("Run {name}", name=subject.name), shape="large")
        self._subject: Subject = subject
        self._given: Given | None = given
        self._form: Form | None = form
        self._shown_plan: object = None

    def parts(self) -> Iterable[Widget]:
        """Return what it does, what it is run on, and its params or its steps."""
        yield Bar(classes="does")
        yield Bar(classes="on")
        yield Bar(classes="gap")
        if self._subject.kind == "plugin":
            yield FormPane()
        else:
            yield TextLines(classes="plan")
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Ask for the params or the plan."""
        self.query_one(".does", Bar).show(line(translated(self._subject.told), "dim"))
        self._show_given()
        if self._subject.kind == "plugin":
            self.query_one(FormPane).take_focus()
            beside(self, self._ask_params, group="params")
        else:
            self.query_one(TextLines).focus()
            self._plan()

    def on_resize(self) -> None:
        """Draw the plan for the width there is."""
        if self._subject.kind == "pipeline":
            self._draw_plan()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the sample for plugins alone."""
        del parameters
        return not (action == "sample" and self._subject.kind == "pipeline")

    def action_start(self) -> None:
        """Give what shall be run; without anything to run it on, ask for that first."""
        if self._given is None:
            self._say(_("choose what to run it on: f a file or folder, t a text"), "warn")
            return
        form = self.query_one(FormPane).form if self._subject.kind == "plugin" else Form(plugin="")
        self.give(Order(subject=self._subject, given=self._given, form=form, params=form.values()))

    def action_pick(self) -> None:
        """Pick a file or folder."""
        beside(self, self._pick, group="given")

    def action_paste(self) -> None:
        """Paste or type a text."""
        beside(self, self._paste, group="given")

    def action_sample(self) -> None:
        """Take the built-in sample."""
        self._take(Given(kind="sample"))

    async def _pick(self) -> None:
        from qualia_tui.dialogs.picker import Picker

        given = self._given
        start = "" if given is None else given.path if given.is_many else str(PurePath(given.path).parent)
        start = start if given is not None and given.path else ""
        picked = await answer_of(self, Picker(_("Run it on"), start=start))
        self._take(picked)

    async def _paste(self) -> None:
        from qualia_tui.dialogs.pasting import Pasting

        before = self._given.text if self._given is not None else ""
        text = await answer_of(self, Pasting(before))
        self._take(None if text is None else Given(kind="text", text=text))

    def _take(self, given: Given | None) -> None:
        if given is None:
            return
        self._given = given
        self._show_given()
        self._say("")
        if self._subject.kind == "pipeline":
            self._plan()

    def _show_given(self) -> None:
        lead = Span(_("on") + ": ", "accent")
        nothing = Span(_("nothing yet: f a file or folder, t a text"), "warn")
        self.query_one(".on", Bar).show((lead, nothing if self._given is None else Span(self._given.told())))

    async def _ask_params(self) -> None:
        try:
            answer = await console_of(self).call("plugins.inspect", plugin=self._subject.asked)
        except QualiaError as error:
            self._say(sentence_of(error), "bad")
            return
        trouble = facts.text(answer, "trouble")
        if trouble:
            self._say(translated(trouble), "bad")
        form = Form(plugin=self._subject.name, specs=specs_of(answer))
        if self._form is not None:
            for name, text in self._form.texts.items():
                form = _kept(form, name, text)
        self.query_one(FormPane).show_form(form, empty=_("it takes no params"))

    def _plan(self) -> None:
        beside(self, self._ask_plan, group="plan")

    async def _ask_plan(self) -> None:
        given = self._given
        on = {} if given is None or given.kind not in ("file", "text") else given.request()
        try:
            self._shown_plan = await console_of(self).call("pipelines.plan", pipeline=self._subject.asked, **on)
        except QualiaError as error:
            self._shown_plan = sentence_of(error)
        self._draw_plan()

    def _draw_plan(self) -> None:
        pane = self.query_one(TextLines)
        pane.show(tuple(plan_lines(self._subject, self._shown_plan, max(20, pane.size.width))))

    def _say(self, text: str, style: str = "") -> None:
        self.query_one(".hint", Bar).show(line(text, style))


def _kept(form: Form, name: str, text: str) -> Form:
    """Return a form with what was typed before, where that still will do: the plugin may be another one by now."""
    try:
        return form.with_text(name, text)
    except (KeyError, QualiaError):
        return form
