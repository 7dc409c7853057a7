"""Runs: those under way and those of the history, what they were, and what to do with them again."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from qualia.errors import QualiaError
from qualia_tui.dialogs.asking import Option
from qualia_tui.lines import line
from qualia_tui.model import facts
from qualia_tui.model.results import steps_of
from qualia_tui.model.runs_view import JOB, brief_lines, columns, compared_lines, detail_lines, rows
from qualia_tui.model.state import JobFacts, Part
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.sections.section import Section
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of, spoken, translated

_FORMATS = ("crate", "methods", "json", "log")


class Runs(Section):
    """The history in a table, runs under way above it."""

    DEFAULT_CSS = """
    Runs Horizontal { height: 1fr; }
    Runs #run-detail { width: 44; display: none; padding: 0 0 0 1; }
    Runs.-wide #run-detail { display: block; }
    """
    PARTS: ClassVar[frozenset[Part]] = frozenset({"history", "jobs"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "results", "results", id="runs.results"),
        Binding("r", "rerun", "rerun", id="runs.rerun"),
        Binding("c", "compare", "compare", id="runs.compare"),
        Binding("t", "methods", "methods", id="runs.methods"),
        Binding("e", "export", "export", id="runs.export"),
        Binding("x", "cancel", "cancel", id="runs.cancel"),
        Binding("y", "copy", "copy id", show=False, id="runs.copy"),
        Binding("slash", "filter", "filter", key_display="/", id="runs.filter"),
    ]

    wanted: str = ""
    marked: str = ""

    def compose(self) -> ComposeResult:
        """Lay out the table, what is beside it where there is room, and the line for the filter."""
        with Horizontal():
            yield Grid(id="run-rows")
            yield TextLines(id="run-detail")
        yield FilterLine(id="run-filter")

    def update(self, changed: frozenset[Part]) -> None:
        """Show the runs."""
        del changed
        shown = rows(self.model.history, self.model.jobs.values(), wanted=self.wanted, marked=self.marked)
        empty = _("no run is like that") if self.wanted else _("nothing was run yet")
        empty = empty if "history" in self.model.known else ""
        self._grid.show_rows(columns(), shown, empty=empty)
        self._describe()

    def forget(self) -> None:
        """Forget the run of another host that was marked."""
        self.marked = ""

    def on_resize(self) -> None:
        """Show details beside the table where there is room."""
        self.set_class(self.size.width >= 110, "-wide")

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show the runs that have what is looked for."""
        event.stop()
        self.wanted = event.wanted
        self.update(self.PARTS)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the run under the cursor beside the table."""
        event.stop()
        self._describe()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Show all that is known of a run."""
        event.stop()
        if event.key.startswith(JOB):
            self.ask("runs.show", self._show_job, run=event.key.removeprefix(JOB))
        else:
            self.ask("history.show", self._show_run, run_id=event.key)

    # ------------------------------------------------------------------------------------------------ actions

    def action_filter(self) -> None:
        """Look for runs."""
        self.query_one(FilterLine).open()

    def action_copy(self) -> None:
        """Copy the run's name."""
        if self._grid.key is not None:
            self.console_app.copy(self._grid.key.removeprefix(JOB))

    def action_cancel(self) -> None:
        """Ask a run under way to stop, and force it when it has been asked before."""
        if self._job is None:
            self.console_app.tell(_("this run is over"))
        else:
            self.soon(self._cancel(self._job), group="runs.cancel")

    def action_rerun(self) -> None:
        """Run the same again, and compare."""
        if self._job is not None:
            self.ask("runs.rerun", self._began, run=self._job)
        elif self._run_id is not None:
            self.soon(self._rerun(self._run_id), group="runs.rerun")

    def action_compare(self) -> None:
        """Mark a run, or compare it with the one that is marked."""
        if self._run_id is None:
            return
        if not self.marked or self.marked == self._run_id:
            self.marked = "" if self.marked else self._run_id
            told = _("marked; press the same key on another run to compare them")
            self.console_app.tell(told if self.marked else "")
            self.update(self.PARTS)
        else:
            self.ask("history.compare", self._show_compared, first=self.marked, second=self._run_id)

    def action_methods(self) -> None:
        """Show what a paper would say about how the run was made."""
        if self._run_id is not None:
            language = "pt" if spoken() == "pt-BR" else "en"
            self.ask("history.methods", self._show_methods, run_id=self._run_id, language=language)

    def action_export(self) -> None:
        """Keep what is known of a run in a file, or a folder."""
        if self._run_id is not None:
            self.soon(self._export(self._run_id), group="runs.export")

    def action_results(self) -> None:
        """Show what a run gave, as far as it is kept."""
        if self._run_id is not None:
            self.ask("history.result", self._show_results, run_id=self._run_id)
        elif self._job in self.model.jobs:
            self._follow(self.model.jobs[self._job])

    # ------------------------------------------------------------------------------------------------ parts

    @property
    def _grid(self) -> Grid:
        return self.query_one(Grid)

    @property
    def _job(self) -> str | None:
        key = self._grid.key
        return key.removeprefix(JOB) if key is not None and key.startswith(JOB) else None

    @property
    def _run_id(self) -> str | None:
        key = self._grid.key
        return None if key is None or key.startswith(JOB) else key

    @property
    def _room(self) -> int:
        return max(20, self.console_app.size.width - 4)

    def _describe(self) -> None:
        pane = self.query_one("#run-detail", TextLines)
        run_id = self._run_id
        entry = next((each for each in self.model.history if facts.text(each, "run_id") == run_id), None)
        pane.show(() if entry is None else brief_lines(entry, 42))

    def _show_run(self, answer: Any) -> None:
        self.console_app.read(_("Run {run}", run=facts.text(answer, "run_id")), detail_lines(answer, self._room))

    def _show_job(self, answer: Any) -> None:
        error = facts.text(facts.mapping(answer, "error"), "message")
        told = f"{facts.text(answer, 'name')}: {facts.text(answer, 'state')}"
        self.console_app.read(
            _("Run {run}", run=facts.text(answer, "run")), [line(told), *wrapped_lines(translated(error), self._room)]
        )

    def _show_compared(self, answer: Any) -> None:
        self.marked = ""
        self.update(self.PARTS)
        self.console_app.read(_("Two runs compared"), compared_lines(answer, self._room))

    def _show_methods(self, answer: Any) -> None:
        texts = [facts.text(answer, "paragraph"), *facts.texts(answer, "citations")]
        lines = [each for text in texts for each in (*wrapped_lines(text, self._room), ())]
        self.console_app.read(_("Methods"), lines)

    def _show_results(self, answer: Any) -> None:
        from qualia_tui.dialogs.results import Results

        shown = Results(_("Run {run}", run=facts.text(answer, "run_id")), steps_of(answer))
        self.console_app.push_screen(shown)  # type: ignore[unused-awaitable]  # nobody waits for it

    def _follow(self, job: JobFacts) -> None:
        from qualia_tui.dialogs.results import RunResults

        shown = RunResults(job.id, job.name, job=job)
        self.console_app.push_screen(shown)  # type: ignore[unused-awaitable]  # nobody waits for it

    def _began(self, answer: Any) -> None:
        self.console_app.tell(_("begun as {run}", run=facts.text(answer, "run")))

    async def _cancel(self, run: str) -> None:
        try:
            before = await self.console_app.call("runs.show", run=run)
            is_asked = facts.flag(before, "is_cancelling")
            question = _("Force the run to end? It was asked to stop already.") if is_asked else _("Stop this run?")
            if not await self.console_app.confirm(question, does=_("Force") if is_asked else _("Stop")):
                return
            after = await self.console_app.call("runs.cancel", run=run, force=is_asked)
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
            return
        told = translated(facts.text(after, "told"))
        self.console_app.tell(told or _("asked to stop; the same key again forces it"))

    async def _rerun(self, run_id: str) -> None:
        try:
            self._began(await self.console_app.call("history.rerun", run_id=run_id))
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "warn")
            path = await self.console_app.prompt(_("The file that it was run on"))
            if path:
                self.ask("history.rerun", self._began, run_id=run_id, path=path)

    async def _export(self, run_id: str) -> None:
        told = {
            "crate": _("a research object, RO-Crate: a new folder"),
            "methods": _("the methods paragraph and its citations"),
            "json": _("everything that is known of it"),
            "log": _("its entry of the log, one line of JSON"),
        }
        chosen = await self.console_app.choose(_("Export as"), [Option(each, each, told[each]) for each in _FORMATS])
        if chosen is None:
            return
        suffix = {"crate": "", "methods": ".md", "json": ".json", "log": ".jsonl"}[chosen]
        path = await self.console_app.prompt(_("Where to"), value=f"run-{run_id[:8]}{suffix}")
        if path:
            self.ask("history.export", self._exported, run_id=run_id, path=path, format=chosen)

    def _exported(self, answer: Any) -> None:
        path = facts.text(answer, "path")
        self.console_app.copy(path)
        self.console_app.tell(_("written to {path}", path=path), "ok")
