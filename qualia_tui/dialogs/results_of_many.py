"""Runs that were begun together, one for each file of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import ClassVar

from attrs import evolve
from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia.errors import QualiaError
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.results import RunResults, title_of
from qualia_tui.lines import Column, Row, Span, line
from qualia_tui.model import facts
from qualia_tui.model.doing import counts_line, state_span, steps_told
from qualia_tui.model.state import JobFacts
from qualia_tui.model.texts import wrapped
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of, translated

_LEFT_OUT = "left out:"
_TALL = 20
"""Lines from which on there is room to say more of what went wrong."""


class ManyResults(Dialog[bool]):
    """Each file with the state of its run; enter opens one. Leaving it does not stop them.

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
        yield TextLines(classes="why")
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Begin to follow them."""
        self.query_one(".why", TextLines).can_focus = False
        self.query_one(Grid).focus()
        self.query_one(".hint", Bar).show(line(_("enter opens the run of a file"), "dim"))
        self.set_interval(max(0.02, min(0.5, console_of(self).look.pace_s / 2)), self._look)
        self._show()
        if any(run not in console_of(self).model.jobs for run in self._files):
            beside(self, self._ask_states, group="states")

    def on_resize(self) -> None:
        """Give the reason as many lines as there is room for."""
        self.query_one(".why", TextLines).styles.height = 3 if self.size.height >= _TALL else 2
        self.call_after_refresh(self._show_why)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Say all of what went wrong with the file under the cursor."""
        event.stop()
        self._show_why()

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
                beside(self, self._ask_states, group="states")

    async def _ask_states(self) -> None:
        """Ask how the runs are, and why some failed: events do not say it in full, and old ones are forgotten."""
        try:
            answer = await console_of(self).call("runs.list", group=self._group)
        except QualiaError as error:
            self.query_one(".hint", Bar).show(line(sentence_of(error), "bad"))
            return
        for each in facts.items(answer):
            run, why = facts.text(each, "run"), facts.text(facts.mapping(each, "error"), "message")
            job = self._jobs.get(run)
            if job is not None:
                state = job.state if job.is_over else facts.text(each, "state", job.state)
                self._jobs[run] = evolve(job, state=state, name=facts.text(each, "name", job.name))
                self._errors = {**self._errors, run: why} if why else self._errors
        self._show()

    def _show(self) -> None:
        self.query_one(".state", Bar).show(counts_line(self._jobs.values(), left_out=len(self._left_out)))
        columns = (
            Column(title=_("file"), width=24, grow=1),
            Column(title=_("state"), width=12),
            Column(title=_("progress, or what failed"), width=16, grow=1, rank=1),
        )
        self.query_one(Grid).show_rows(columns, tuple(self._rows()))
        self._show_why()
        self.refresh_bindings()

    def _show_why(self) -> None:
        pane, key = self.query_one(".why", TextLines), self.query_one(Grid).key or ""
        told = list(wrapped(self._reasons().get(key, ""), max(20, pane.size.width)))
        room = pane.page_lines
        # Of what is too long the end is cut where it can be seen.
        told = told if len(told) <= room else [*told[: room - 1], " ".join(told[room - 1 :])]
        pane.show([line(each, "warn" if key.startswith(_LEFT_OUT) else "bad") for each in told])

    def _reasons(self) -> Mapping[str, str]:
        """Return why files failed or were left out, by the keys of their rows."""
        failed = {
            # One that was stopped says so already.
            run: "" if job.state == "cancelled" else translated(self._errors.get(run, job.error))
            for run, job in self._jobs.items()
        }
        left_out = {
            _LEFT_OUT + facts.text(each, "path"): translated(facts.text(each, "reason")) for each in self._left_out
        }
        return {**failed, **left_out}

    def _rows(self) -> Iterable[Row]:
        reasons = self._reasons()
        for run, path in self._files.items():
            job = self._jobs[run]
            told = Span(reasons[run], "bad") if reasons[run] else Span(steps_told(job), "dim")
            yield Row(run, (Span(PurePath(path).name), state_span(job.state), told))
        for each in self._left_out:
            path = facts.text(each, "path")
            state, reason = Span("× " + _("left out"), "warn"), Span(reasons[_LEFT_OUT + path], "warn")
            yield Row(_LEFT_OUT + path, (Span(PurePath(path).name), state, reason))
