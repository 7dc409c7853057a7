"""Runs that were begun together, one for each file of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia.errors import QualiaError
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.results import RunResults, title_of
from qualia_tui.lines import Column, Row, Span, line
from qualia_tui.model import facts
from qualia_tui.model.doing import state_span
from qualia_tui.model.state import JobFacts
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _, sentence_of, translated

_LEFT_OUT = "left out:"


class ManyResults(Dialog[bool]):
    """Each file with the state of its run; enter opens one.

    Args:
        title: what is run, and on what.
        answer: of ``runs.start_many``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop all", id="runs.stop"),
        Binding("q", "leave", show=False, id="results.leave"),
        Binding("question_mark,f1", "app.help", "help", key_display="?", id="help"),
    ]

    def __init__(self, title: str, answer: object) -> None:
        super().__init__(title, shape="large")
        self._group: str = facts.text(answer, "group")
        self._files: Mapping[str, str] = {
            facts.text(each, "run"): facts.text(each, "path") for each in facts.items(answer, "runs")
        }
        self._jobs: dict[str, JobFacts] = {run: JobFacts(id=run) for run in self._files}
        self._errors: Mapping[str, str] = {}
        self._left_out: tuple[facts.Plain, ...] = facts.items(answer, "left_out")

    def parts(self) -> Iterable[Widget]:
        """Return how all of them are, the table, and a line for what is said."""
        yield Bar(classes="state")
        yield Grid()
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Begin to follow them."""
        self.query_one(Grid).focus()
        self.set_interval(max(0.02, min(0.5, console_of(self).look.pace_s / 2)), self._look)
        self._show()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Look at one run."""
        event.stop()
        if event.key in self._files:
            job = self._jobs[event.key]
            dialog = RunResults(event.key, title_of(job.name, self._files[event.key]), job=job)
            console_of(self).push_screen(dialog)  # type: ignore[unused-awaitable]  # shown without being waited for

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop them while there is something to stop."""
        del parameters
        return action != "stop" or not all(job.is_over for job in self._jobs.values())

    def action_stop(self) -> None:
        """Ask all of them to stop."""
        beside(self, self._stop, group="stop")

    async def _stop(self) -> None:
        console = console_of(self)
        if not await console.confirm(_("Ask all of them to stop?"), does=_("Stop them")):
            return
        try:
            await console.call("runs.cancel_group", group=self._group)
        except QualiaError as error:
            self.query_one(".hint", Bar).show(line(sentence_of(error), "bad"))

    def _look(self) -> None:
        """See what events changed."""
        known = console_of(self).model.jobs
        found = {run: known.get(run, job) for run, job in self._jobs.items()}
        if found != self._jobs:
            self._jobs = found
            self._show()
            if any(job.state == "failed" and run not in self._errors for run, job in found.items()):
                beside(self, self._ask_errors, group="errors")

    async def _ask_errors(self) -> None:
        """Ask why runs failed: events do not say it in full."""
        try:
            answer = await console_of(self).call("runs.list", group=self._group)
        except QualiaError as error:
            self.query_one(".hint", Bar).show(line(sentence_of(error), "bad"))
            return
        told = {facts.text(each, "run"): facts.mapping(each, "error") for each in facts.items(answer)}
        self._errors = {run: facts.text(error, "message") for run, error in told.items() if error}
        self._show()

    def _show(self) -> None:
        over = sum(job.is_over for job in self._jobs.values())
        failed = sum(job.state in ("failed", "lost") for job in self._jobs.values())
        told: Any = _("{over} of {count} are over", over=over, count=len(self._jobs))
        bad = Span("  " + _("{count} failed", count=failed), "bad") if failed else Span("")
        self.query_one(".state", Bar).show((Span(told), bad))
        columns = (
            Column(title=_("file"), width=24, grow=1),
            Column(title=_("state"), width=12),
            Column(title=_("what went wrong"), width=16, grow=1, rank=1),
        )
        self.query_one(Grid).show_rows(columns, tuple(self._rows()))
        self.refresh_bindings()

    def _rows(self) -> Iterable[Row]:
        for run, path in self._files.items():
            job = self._jobs[run]
            error = translated(self._errors.get(run, job.error))
            yield Row(run, (Span(PurePath(path).name), state_span(job.state), Span(error, "bad")))
        for each in self._left_out:
            path = facts.text(each, "path")
            state, reason = Span("× " + _("left out"), "warn"), translated(facts.text(each, "reason"))
            yield Row(_LEFT_OUT + path, (Span(PurePath(path).name), state, Span(reason, "warn")))
