"""Pipelines and single plugins: what they would do, and running them."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from qualia.errors import QualiaError
from qualia_tui.lines import Line, Span
from qualia_tui.model import facts
from qualia_tui.model.doing import counts_line, state_span
from qualia_tui.model.order import Begun, Memory, Order
from qualia_tui.model.plan import (
    Subject,
    about_lines,
    plan_lines,
    subject_columns,
    subject_rows,
    subjects,
)
from qualia_tui.model.state import JobFacts, Part
from qualia_tui.sections.section import Section
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of

_WIDE = 110
_TALL = 15
"""Lines from which on there is room for the plan below the table."""


class Pipelines(Section):
    """What can be run, and beside it or below it what it would do."""

    SCOPED_CSS: ClassVar[bool] = False
    DEFAULT_CSS = """
    Pipelines .both { height: 1fr; layout: vertical; }
    Pipelines .plan { height: 9; border-top: solid $accent; }
    .-ascii Pipelines .plan { border-top: ascii $accent; }
    Pipelines .-small .plan { display: none; }
    Pipelines .-wide { layout: horizontal; }
    Pipelines .-wide Grid { width: 1fr; }
    Pipelines .-wide .plan { height: 1fr; width: 1fr; border-top: none; border-left: solid $accent; padding: 0 0 0 1; }
    .-ascii Pipelines .-wide .plan { border-top: none; border-left: ascii $accent; }
    """
    PARTS: ClassVar[frozenset[Part]] = frozenset({"pipelines", "plugins", "jobs"})
    NEED_ROW: ClassVar[frozenset[str]] = frozenset({"launch"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "launch", "run it", id="pipelines.run"),
        Binding("o", "last", "last run", id="pipelines.last"),
        Binding("slash", "filter", "filter", key_display="/", id="pipelines.filter"),
        Binding("ctrl+r", "reread", "read again", show=False, id="pipelines.reread"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._memory: Memory = Memory()
        self._plans: dict[str, Any] = {}
        self._wanted: str = ""
        self._is_used: bool = False

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Container(classes="both"):
            yield Grid(id="subjects")
            # Behind the table, so that leaving it leads back there.
            yield FilterLine()
            yield TextLines(classes="plan")
        yield Bar(classes="last")

    def update(self, changed: frozenset[Part]) -> None:
        """Show what changed."""
        if changed & {"pipelines", "plugins"}:
            if "pipelines" in changed:
                self._plans.clear()
            self._show_rows()
            self._show_plan()
        self._show_last()

    def forget(self) -> None:
        """Forget what another host would do; what was run on last is offered here too.

        What was begun last is told where it was begun: a host that was killed is followed by one that knows of it.
        """
        self._plans.clear()

    def on_resize(self) -> None:
        """Put the plan where there is room for it."""
        both = self.query_one(".both")
        both.set_class(self.size.width >= _WIDE, "-wide")
        both.set_class(self.size.width < _WIDE and self.size.height < _TALL, "-small")
        self.call_after_refresh(self._show_plan)

    def on_key(self) -> None:
        """Remember that somebody is at work here."""
        self._is_used = True

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show what the row under the cursor would do."""
        event.stop()
        self._show_plan()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Ask what to run it on."""
        event.stop()
        self.action_launch()

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show what the filter lets through."""
        event.stop()
        self._wanted = event.wanted
        self._show_rows()
        self._show_plan()

    def action_filter(self) -> None:
        """Look for something."""
        self.query_one(FilterLine).open()

    def action_reread(self) -> None:
        """Ask for the pipeline files again."""
        self.ask("pipelines.list", self._reread)

    def action_launch(self) -> None:
        """Ask what to run it on and how, and run it."""
        subject = self._subject
        if subject is None:
            return
        if subject.trouble:
            self.console_app.read(subject.name, lambda width: tuple(about_lines(subject, width)))
        elif self.console_app.look.read_only:
            self.console_app.tell(_("this console only looks"), "warn")
        else:
            beside(self, partial(self._launch, subject), group="launch")

    def action_last(self) -> None:
        """Look at the last run that was begun here."""
        begun = self._begun
        if begun is None:
            self.console_app.tell(_("nothing was run from here yet"))
            return
        self._show_begun(begun)

    async def _launch(self, subject: Subject) -> None:
        from qualia_tui.dialogs.form import Launch

        order = await self.console_app.answered(
            Launch(subject, given=self._memory.given, forms=self._memory.forms.get(subject.key))
        )
        if order is None:
            return
        self._memory = self._memory.with_order(order)
        try:
            answer = await self.console_app.call(order.given.verb(), **order.request())
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
            return
        self._follow(order, answer)

    def _follow(self, order: Order, answer: Any) -> None:
        """Show a run, or several, as they go on."""
        from qualia_tui.dialogs.results import title_of

        title = title_of(order.subject.name, order.given.name())
        many = facts.plain(answer if order.given.is_many else None)
        begun = Begun(title, where=self._where, run="" if many else facts.text(answer, "run"), many=many)
        self._memory = self._memory.with_begun(begun)
        self._show_begun(begun, name=order.subject.name)
        self._show_last()

    def _show_begun(self, begun: Begun, *, name: str = "") -> None:
        from qualia_tui.dialogs.results import RunResults
        from qualia_tui.dialogs.results_of_many import ManyResults

        job = self.model.jobs.get(begun.run) or JobFacts(id=begun.run, name=name)
        dialog = ManyResults(begun.title, begun.many) if begun.many else RunResults(begun.run, begun.title, job=job)
        self.console_app.push_screen(dialog)  # type: ignore[unused-awaitable]  # shown without being waited for

    @property
    def _where(self) -> str:
        return facts.text(self.model.host, "project") or facts.text(self.model.host, "name")

    @property
    def _begun(self) -> Begun | None:
        """What was begun last of all, if it was begun on the host that is looked at."""
        last = self._memory.last
        return last if last is not None and last.where == self._where else None

    @property
    def _subjects(self) -> tuple[Subject, ...]:
        return subjects(self.model.pipelines, self.model.plugins.values())

    @property
    def _subject(self) -> Subject | None:
        key = self.query_one(Grid).key
        return next((each for each in self._subjects if each.key == key), None)

    def _reread(self, answer: Any) -> None:
        self._plans.clear()
        self.model.learn("pipelines", answer)
        self.update(frozenset({"pipelines"}))

    def _show_rows(self) -> None:
        rows = subject_rows(self._subjects, wanted=self._wanted)
        empty = _("nothing is called that") if self._wanted else ""
        grid = self.query_one(Grid)
        grid.show_rows(subject_columns(), rows, empty=empty)
        if not self._is_used:
            # Pipelines may be told after plugins; whoever moved already stays where they are.
            grid.action_edge(0)

    def _show_plan(self) -> None:
        """Show what a pipeline would do; the host is asked once for each."""
        subject, pane = self._subject, self.query_one(".plan", TextLines)
        if subject is None:
            pane.show(())
            return
        width = max(20, pane.size.width - 2)
        lines: list[Line] = list(about_lines(subject, width))
        if subject.kind == "pipeline" and not subject.trouble:
            plan = self._plans.get(subject.key)
            if plan is None and self.console_app.model.link == "live":
                beside(self, partial(self._ask_plan, subject), group="plan")
            lines += plan_lines(subject, plan, width)
        pane.show(lines)
        pane.scroll_lines(0)

    async def _ask_plan(self, subject: Subject) -> None:
        try:
            self._plans[subject.key] = await self.console_app.call("pipelines.plan", pipeline=subject.asked)
        except QualiaError as error:
            self._plans[subject.key] = sentence_of(error)
        self._show_plan()

    def _show_last(self) -> None:
        begun = self._begun
        bar = self.query_one(".last", Bar)
        bar.display = begun is not None
        if begun is not None:
            jobs = [job for run in begun.runs if (job := self.model.jobs.get(run)) is not None]
            # Of many, some may be forgotten by now; what can be told then is told by the host when it is opened.
            is_known = len(jobs) == len(begun.runs) > 0
            state = () if not is_known else counts_line(jobs) if begun.many else (state_span(jobs[0].state),)
            bar.show((*state, Span(f"  {begun.title}", "dim")), (Span("o ", "key"), Span(_("opens it"), "dim")))
