"""What a pipeline or a plugin is run on, and with which params: asked before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia._form import Form
from qualia.errors import QualiaError
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.form_of_step import StepForm
from qualia_tui.dialogs.form_pane import FormPane
from qualia_tui.lines import Span, line
from qualia_tui.model import facts
from qualia_tui.model.form import specs_in_force, specs_of
from qualia_tui.model.given import Given
from qualia_tui.model.order import Order
from qualia_tui.model.plan import Subject, plan_lines, tree_columns, tree_of, tree_rows
from qualia_tui.widgets.bars import Bar, Notice
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import Entry
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of, translated

_TALL = 20
"""Lines from which on there is room for all of what a plugin says it does."""


class Launch(Dialog[Order]):
    """Gives what shall be run, or None.

    Args:
        subject: a pipeline or a plugin.
        given: what it was run on last; None for nothing yet.
        forms: params as they were typed last, of a plugin below its id, of a pipeline by step; None for defaults.
    """

    DEFAULT_CSS = "Launch .plan { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "start", "run it", key_display="r", id="launch.start"),
        Binding("f", "pick", "file or folder", id="launch.pick"),
        Binding("t", "paste", "text", id="launch.paste"),
        Binding("s", "sample", "sample", id="launch.sample"),
        Binding("question_mark,f1", "app.help", "help", key_display="?", id="help"),
    ]

    def __init__(
        self, subject: Subject, *, given: Given | None = None, forms: Mapping[str, Form] | None = None
    ) -> None:
        super().__init__(_("Run {name}", name=subject.name), shape="large")
        self._subject: Subject = subject
        self._given: Given | None = given
        self._forms: dict[str, Form] = dict(forms or {})
        self._plan: object = None

    def parts(self) -> Iterable[Widget]:
        """Return what it does, what it is run on, and its params or its steps."""
        # Where there is little room the form needs it more.
        yield (Notice if console_of(self).size.height >= _TALL else Bar)(classes="does")
        yield Bar(classes="on")
        yield Bar(classes="gap")
        if self._subject.kind == "plugin":
            yield FormPane()
        else:
            yield Grid()
            yield TextLines(classes="plan")
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Ask for the params or the plan."""
        self.query_one(".does", Bar).show(line(self._subject.told, "dim"))
        self._show_given()
        if self._subject.kind == "plugin":
            self.query_one(FormPane).take_focus()
            beside(self, self._ask_params, group="params")
        else:
            self.query_one(Grid).focus()
            beside(self, self._ask_plan, group="plan")

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Change the params of a step."""
        event.stop()
        beside(self, partial(self._change, event.key), group="change")

    def on_resize(self) -> None:
        """Draw the plan for the width there is."""
        if self._subject.kind == "pipeline":
            self._draw_plan()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the sample for plugins alone, and no letters while something is typed."""
        del parameters
        if isinstance(self.focused, Entry) and action in ("start", "pick", "paste", "sample"):
            return False
        return not (action == "sample" and self._subject.kind == "pipeline")

    def action_start(self) -> None:
        """Give what shall be run; without anything to run it on, ask for that first."""
        if self._given is None:
            self._say(_("choose what to run it on: f a file or folder, t a text"), "warn")
            return
        if self._subject.kind == "plugin":
            self._forms[self._subject.asked] = self.query_one(FormPane).form
        self.give(Order(subject=self._subject, given=self._given, forms=self._forms))

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
        picked = await console_of(self).answered(Picker(_("Run it on"), start=start))
        self._take(picked)

    async def _paste(self) -> None:
        from qualia_tui.dialogs.pasting import Pasting

        before = self._given.text if self._given is not None else ""
        text = await console_of(self).answered(Pasting(before))
        self._take(None if text is None else Given(kind="text", text=text))

    def _take(self, given: Given | None) -> None:
        if given is None:
            return
        self._given = given
        self._show_given()
        self._say("")
        if self._subject.kind == "pipeline":
            beside(self, self._ask_plan, group="plan")

    def _show_given(self) -> None:
        lead = Span(_("on") + ": ", "accent")
        nothing = Span(_("nothing yet: f a file or folder, t a text"), "warn")
        self.query_one(".on", Bar).show((lead, nothing if self._given is None else Span(self._given.told())))

    async def _ask_params(self) -> None:
        form = await self._form_of(self._subject.asked, self._subject.asked, {})
        if form is not None:
            self.query_one(FormPane).show_form(form, empty=_("it takes no params"))

    async def _form_of(self, name: str, plugin: str, values: Mapping[str, Any]) -> Form | None:
        """Return a plugin's params as a form, with what was typed before; None when nobody can tell them.

        Args:
            name: what the form is kept under.
            plugin: the plugin's id.
            values: what holds in place of its defaults.
        """
        try:
            answer = await console_of(self).call("plugins.inspect", plugin=plugin)
        except QualiaError as error:
            self._say(sentence_of(error), "bad")
            return None
        trouble = facts.text(answer, "trouble")
        if trouble:
            self._say(translated(trouble), "bad")
        form = Form(plugin=plugin, specs=specs_in_force(specs_of(answer), values))
        before = self._forms.get(name)
        for param, text in before.texts.items() if before is not None else ():
            form = _kept(form, param, text)
        return form

    async def _change(self, step: str) -> None:
        """Show the params of a step, and keep what was typed."""
        planned = next((each for each in facts.items(self._plan, "steps") if facts.text(each, "id") == step), None)
        row = next((each for each in tree_of(self._plan) if each.step == step), None)
        if row is None:
            return
        if row.is_added:
            self._say(_("the engine added this step; the pipeline's file has no params for it"), "warn")
            return
        form = await self._form_of(step, row.plugin, facts.mapping(planned, "params"))
        if form is not None:
            changed = await console_of(self).answered(StepForm(step, form))
            self._forms[step] = form if changed is None else changed
            self._draw_plan()

    async def _ask_plan(self) -> None:
        given = self._given
        on = {} if given is None or given.kind not in ("file", "text") else given.request()
        try:
            self._plan = await console_of(self).call("pipelines.plan", pipeline=self._subject.asked, **on)
        except QualiaError as error:
            self._plan = sentence_of(error)
        self._draw_plan()
        if facts.items(self._plan, "tree"):
            self._say(_("enter changes the params of a step"), "dim")

    def _draw_plan(self) -> None:
        rows, pane, grid = tree_of(self._plan), self.query_one(".plan", TextLines), self.query_one(Grid)
        grid.display, pane.display = bool(rows), not rows
        changed = {step: len(form.texts) for step, form in self._forms.items()}
        grid.show_rows(tree_columns(), tree_rows(rows, changed))
        pane.show(tuple(plan_lines(self._subject, self._plan, max(20, self.size.width - 4))))

    def _say(self, text: str, style: str = "") -> None:
        self.query_one(".hint", Bar).show(line(text, style))


def _kept(form: Form, name: str, text: str) -> Form:
    """Return a form with what was typed before, where that still will do: the plugin may be another one by now."""
    try:
        return form.with_text(name, text)
    except (KeyError, QualiaError):
        return form
