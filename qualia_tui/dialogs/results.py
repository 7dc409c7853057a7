"""A run: how far it is, what became of it, and what it gave."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import PurePath
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia.errors import QualiaError
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.dialogs.results_view import ResultsView
from qualia_tui.dialogs.saving import Saving
from qualia_tui.lines import Span, line
from qualia_tui.model.artifacts import PREVIEW_BYTES
from qualia_tui.model.doing import Doing, doing_line, doing_lines, state_span
from qualia_tui.model.results import StepAnswer, steps_of
from qualia_tui.model.state import JobFacts
from qualia_tui.widgets.bars import Bar, Notice
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.words import _, sentence_of


class Results(Dialog[bool]):
    """What steps gave, to be looked at, copied and saved.

    Args:
        title: what was run, and on what.
        steps: what became of each step.
        run: the host's id of the run, by which files are saved; empty when it keeps none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save", id="results.save"),
        Binding("y", "copy", "copy", id="results.copy"),
        Binding("q", "leave", show=False, id="results.leave"),
        Binding("question_mark,f1", "app.help", "help", key_display="?", id="help"),
    ]

    def __init__(self, title: str, steps: Iterable[StepAnswer] = (), *, run: str = "") -> None:
        super().__init__(title, shape="large")
        self.run: str = run
        self._given: tuple[StepAnswer, ...] = tuple(steps)
        self._saved: tuple[str, tuple[int, int]] = ("", (0, 0))
        """The path that was saved last, and what was looked at then."""

    def parts(self) -> Iterable[Widget]:
        """Return how it is, what it gave, and a line for what is said."""
        yield ResultsView()
        yield Notice(classes="hint")

    def on_mount(self) -> None:
        """Show what there is."""
        if self._given:
            view = self.query_one(ResultsView)
            view.show_run([(state_span(each.status), Span(f"  {each.step}")) for each in self._given])
            view.show_steps(self._given)
        self.query_one(ResultsView).take_focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to save what there is to save."""
        del parameters
        return action != "save" or any(view.steps for view in self.query(ResultsView))

    def action_save(self) -> None:
        """Save what is looked at as a file of the host's machine."""
        beside(self, self._save, group="save")

    def action_copy(self) -> None:
        """Copy the path of what was just saved, or else the text that is looked at."""
        view = self.query_one(ResultsView)
        path, place = self._saved
        told = console_of(self).copy(path if path and place == view.place else view.texts())
        self.query_one(".hint", Bar).show(told)

    def say(self, text: str, style: str = "") -> None:
        """Say something below what is looked at."""
        self.query_one(".hint", Bar).show(line(text, style))

    async def _save(self) -> None:
        step = self.query_one(ResultsView).step
        if step is None or not step.result:
            self.say(_("choose a step that gave something: n and p"), "warn")
            return
        if not self.run:
            self.say(_("the host keeps this result no longer; run it again to save it"), "warn")
            return
        several = len([each for each in self.query_one(ResultsView).steps if each.result]) > 1
        saving = Saving(self, self.run, step.step if several else None)
        try:
            saved = await saving.ask()
        except QualiaError as error:
            self.say(sentence_of(error), "bad")
            return
        if saved is not None:
            self._saved = saved.path, self.query_one(ResultsView).place
            self.say(_("saved: {path}, {size}; y copies the path", path=saved.path, size=saved.size), "ok")


class RunResults(Results):
    """A run that may still be going on. Leaving it does not stop it.

    Args:
        run: the host's id of it.
        title: what is run, and on what.
        job: what is known of it; None for nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop", id="run.stop"),
        Binding("X", "force", "force", key_display="X", id="run.force"),
        Binding("R", "again", "again", key_display="R", id="run.again"),
    ]

    def __init__(self, run: str, title: str, *, job: JobFacts | None = None) -> None:
        super().__init__(title, run=run)
        self._doing: Doing = Doing(job=job or JobFacts(id=run))
        self._seen: JobFacts | None = None
        self._link: str = ""
        self._is_told: bool = False

    def parts(self) -> Iterable[Widget]:
        """Return how it is before everything else."""
        yield Bar(classes="state")
        yield from super().parts()

    def on_mount(self) -> None:
        """Begin to follow it."""
        self.set_interval(max(0.02, min(0.25, console_of(self).look.pace_s / 4)), self._look)
        self._show()
        beside(self, self._ask_progress, group="progress")

    def on_resize(self) -> None:
        """Draw it for the width there is."""
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop what goes on, to force what was asked to stop, and to repeat what is over."""
        is_over = self._doing.job.is_over
        match action:
            case "stop":
                return not is_over and not self._doing.is_cancelling
            case "force":
                return not is_over and self._doing.is_cancelling
            case "again":
                return is_over
            case _:
                return super().check_action(action, parameters)

    def action_stop(self) -> None:
        """Ask it to stop."""
        beside(self, partial(self._stop, force=False), group="stop")

    def action_force(self) -> None:
        """Wait for it no longer."""
        beside(self, partial(self._stop, force=True), group="stop")

    def action_again(self) -> None:
        """Run the same again, and follow that."""
        beside(self, self._again, group="again")

    async def _stop(self, *, force: bool) -> None:
        console = console_of(self)
        asked = _("Stop waiting for it? What cannot be ended goes on unheard.") if force else _("Ask it to stop?")
        if not await console.confirm(asked, does=_("Force") if force else _("Stop it")):
            return
        params = {"force": True} if force else {}
        answer = await self._call("runs.cancel", run=self.run, **params)
        if answer is not None:
            self._doing = self._doing.with_facts(answer)
            self._show()

    async def _again(self) -> None:
        answer = await self._call("runs.rerun", run=self.run)
        if answer is None:
            return
        self.run = str(answer.get("run", ""))
        self._doing = Doing(job=JobFacts(id=self.run)).with_facts(answer)
        self._seen, self._is_told = None, False
        self.query_one(ResultsView).show_steps((), at=0)
        self.say("")
        self._show()

    def _look(self) -> None:
        """See what events changed."""
        model = console_of(self).model
        job = model.jobs.get(self.run)
        if job is self._seen and model.link == self._link:
            return
        is_gone = job is None and self._seen is not None and model.link == "live" and not self._doing.job.is_over
        self._seen, self._link = job, model.link
        if job is not None:
            self._doing = self._doing.with_job(job)
        elif is_gone:
            # Another host answers, and knows nothing of it.
            self._doing = self._doing.with_facts({"state": "lost"})
        self._show()

    def _show(self) -> None:
        self.query_one(".state", Bar).show(doing_line(self._doing))
        view = self.query_one(ResultsView)
        view.show_run(doing_lines(self._doing, max(20, view.size.width), link=console_of(self).model.link))
        self.refresh_bindings()
        if self._doing.job.is_over and not self._is_told:
            self._is_told = True
            beside(self, self._ask_result, group="result")

    async def _ask_progress(self) -> None:
        answer = await self._call("runs.progress", run=self.run)
        if answer is not None:
            self._doing = self._doing.with_progress(answer)
            self._show()

    async def _ask_result(self) -> None:
        """Ask what became of it; a host may know nothing of one that another host lost."""
        is_lost = self._doing.job.state == "lost"
        for verb in ("runs.show", "runs.progress"):
            answer = await self._call(verb, run=self.run, is_quiet=is_lost)
            if answer is None:
                return
            is_progress = verb == "runs.progress"
            self._doing = self._doing.with_progress(answer) if is_progress else self._doing.with_facts(answer)
        self._show()
        if self._doing.job.state in ("ok", "failed"):
            answer = await self._call("runs.result", run=self.run, most_bytes=PREVIEW_BYTES)
            steps = steps_of(answer)
            if steps:
                self.query_one(ResultsView).show_steps(steps)

    async def _call(self, verb: str, *, is_quiet: bool = False, **params: Any) -> Any:
        """Ask the host; None when it does not answer, which is said unless it is no news."""
        try:
            return await console_of(self).call(verb, **params)
        except QualiaError as error:
            if not is_quiet:
                self.say(sentence_of(error), "bad")
            return None


def title_of(name: str, on: str) -> str:
    """Return the title of a run: what is run, and on what."""
    return _("{name} on {what}", name=name, what=PurePath(on).name or on) if on else name
