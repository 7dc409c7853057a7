"""Runs: those under way and those of the history, what they were, and what to do with them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from qualia.errors import QualiaError
from qualia.protocol import HostRefused
from qualia_tui.model import facts
from qualia_tui.model.folders import typed_path
from qualia_tui.model.results import steps_of
from qualia_tui.model.runs_view import (
    JOB,
    brief_lines,
    columns,
    compared_lines,
    detail_lines,
    files_of,
    job_lines,
    rows,
)
from qualia_tui.model.state import JobFacts, Part
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.sections.runs_asked import IS_THERE, NO_DOCUMENT, SUFFIXES, formats, outcome_of, verdict_of
from qualia_tui.sections.section import Section
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of, spoken, translated

_PAGE = 300
"""Runs that are asked for at once."""


class Runs(Section):
    """The history in a table, runs under way above it."""

    DEFAULT_CSS = """
    Runs Horizontal { height: 1fr; }
    Runs #run-rows { width: 1fr; }
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
    entries: tuple[facts.Plain, ...] = ()
    """Of the history, the latest first: what the model keeps up to date, and earlier ones as far as somebody went."""
    _is_whole: bool = False

    def compose(self) -> ComposeResult:
        """Lay out the table, what is beside it where there is room, and the line for the filter."""
        with Horizontal():
            yield Grid(id="run-rows")
            yield TextLines(id="run-detail")
        yield FilterLine(id="run-filter")

    def update(self, changed: frozenset[Part]) -> None:
        """Show the runs."""
        if "history" in changed:
            self._take(self.model.history, self.entries)
        shown = rows(self.entries, self.model.jobs.values(), wanted=self.wanted, marked=self.marked)
        empty = _("no run is like that") if self.wanted else _("nothing was run yet")
        empty = empty if "history" in self.model.known else self._refused
        self._grid.show_rows(columns(), shown, empty=empty)
        self._describe()

    def forget(self) -> None:
        """Forget the runs of another host, and which was marked."""
        self.marked, self.entries, self._is_whole = "", (), False

    def on_resize(self) -> None:
        """Show details beside the table where there is room."""
        self.set_class(self.size.width >= 110, "-wide")

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show the runs that have what is looked for."""
        event.stop()
        self.wanted, self._is_whole = event.wanted, False
        self.update(self.PARTS)
        if self.wanted:
            self._look_further()

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Show the run under the cursor beside the table; at the end of it look for earlier ones."""
        event.stop()
        self._describe()
        if self.entries and event.key == facts.text(self.entries[-1], "run_id"):
            self._look_further()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Show all that is known of a run; of one under way how it goes on."""
        event.stop()
        if self._job in self.model.jobs:
            self._follow(self.model.jobs[self._job])
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
        job = self.model.jobs.get(self._job or "")
        if self._job is None or (job is not None and job.is_over):
            self.console_app.tell(_("this run is over"))
        elif self._may_change():
            self.soon(self._cancel(self._job), group="runs.cancel")

    def action_rerun(self) -> None:
        """Run the same again, and compare."""
        if self._job is not None and self._may_change():
            self.ask("runs.rerun", self._began, run=self._job)
        elif self._run_id is not None and self._may_change():
            self.soon(self._rerun(self._run_id), group="runs.rerun")

    def action_compare(self) -> None:
        """Mark a run, or compare it with the one that is marked."""
        run_id = self._past()
        if run_id is None:
            return
        if not self.marked or self.marked == run_id:
            self.marked = "" if self.marked else run_id
            told = _("marked; press the same key on another run to compare them")
            self.console_app.tell(told if self.marked else "")
            self.update(self.PARTS)
        else:
            self.ask("history.compare", self._show_compared, first=self.marked, second=run_id)

    def action_methods(self) -> None:
        """Show what a paper would say about how the run was made."""
        run_id = self._past()
        if run_id is not None:
            language = "pt" if spoken() == "pt-BR" else "en"
            self.ask("history.methods", self._show_methods, run_id=run_id, language=language)

    def action_export(self) -> None:
        """Keep what is known of a run in a file, or a folder."""
        run_id = self._past() if self._may_change() else None
        if run_id is not None:
            self.soon(self._export(run_id), group="runs.export")

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
    def _refused(self) -> str:
        """Why the host tells of no history; empty while nobody knows."""
        why = self.model.refused.get("history")
        if isinstance(why, HostRefused):
            return translated(why.reason)
        return "" if why is None else sentence_of(why)

    def _past(self) -> str | None:
        """Return the run of the history under the cursor; that it knows nothing of one is said."""
        if self._job is not None:
            self.console_app.tell(_("the history tells nothing of this run"), "warn")
        return self._run_id

    def _may_change(self) -> bool:
        if self.console_app.look.read_only:
            self.console_app.tell(_("this console only looks"), "warn")
        return not self.console_app.look.read_only

    def _take(self, latest: Sequence[facts.Plain], others: Sequence[facts.Plain]) -> None:
        """Put entries before others; what is in both stands once."""
        known = {facts.text(each, "run_id") for each in latest}
        self.entries = (*latest, *(each for each in others if facts.text(each, "run_id") not in known))

    def _look_further(self) -> None:
        """Ask for runs before the last one that is known; of those that are looked for while a filter is set."""
        if not self._is_whole and len(self.entries) >= _PAGE:
            last = facts.text(self.entries[-1], "run_id")
            self.ask("history.list", self._show_earlier, limit=_PAGE, brief=True, before=last, text=self.wanted)

    def _show_earlier(self, answer: Any) -> None:
        found = facts.items(answer)
        self._is_whole = len(found) < _PAGE
        self._take(self.entries, found)
        self.update(frozenset())

    def _describe(self) -> None:
        pane = self.query_one("#run-detail", TextLines)
        run_id, job = self._run_id, self.model.jobs.get(self._job or "")
        entry = next((each for each in self.entries if facts.text(each, "run_id") == run_id), None)
        lines = () if job is None else job_lines(job, 42)
        pane.show(lines if entry is None else brief_lines(entry, 42, file=self._file(run_id)))

    def _file(self, run_id: str | None) -> str:
        return files_of(self.model.jobs.values()).get(run_id or "", "")

    def _show_run(self, answer: Any) -> None:
        run_id = facts.text(answer, "run_id")
        file = self._file(run_id)
        self.console_app.read(_("Run {run}", run=run_id), lambda width: detail_lines(answer, width, file=file))

    def _show_compared(self, answer: Any) -> None:
        self.marked = ""
        self.console_app.tell("")
        self.update(self.PARTS)
        self.console_app.read(_("Two runs compared"), lambda width: compared_lines(answer, width))

    def _show_methods(self, answer: Any) -> None:
        texts = [facts.text(answer, "paragraph"), *facts.texts(answer, "citations")]
        self.console_app.read(
            _("Methods"), lambda width: [each for text in texts for each in (*wrapped_lines(text, width), ())]
        )

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
            began = await self._begun_again(run_id)
            if began is None:
                return
            self._began(began)
            verdict = verdict_of(await outcome_of(self, facts.text(began, "run")))
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
        else:
            self.console_app.tell(*verdict)

    async def _begun_again(self, run_id: str) -> facts.Plain | None:
        """Begin a run again, and ask for the file it was on when the host does not know it; None for not at all."""
        try:
            return facts.plain(await self.console_app.call("history.rerun", run_id=run_id))
        except HostRefused as error:
            if NO_DOCUMENT not in str(error):
                raise
        path = await self.console_app.prompt(_("The file that it was run on, on the host's machine"))
        if not path:
            return None
        return facts.plain(await self.console_app.call("history.rerun", run_id=run_id, path=self._whole_path(path)))

    async def _export(self, run_id: str) -> None:
        chosen = await self.console_app.choose(_("Export as"), formats())
        if chosen is None:
            return
        value = self._whole_path(f"run-{run_id[:8]}{SUFFIXES[chosen]}")
        typed = await self.console_app.prompt(_("Where to, on the host's machine"), value=value)
        if not typed:
            return
        language = "pt" if spoken() == "pt-BR" else "en"
        asked = {"run_id": run_id, "path": self._whole_path(typed), "format": chosen, "language": language}
        try:
            path = facts.text(await self._exported(asked), "path")
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
            return
        if path:
            self.console_app.copy(path)
            self.console_app.tell(_("written to {path}; the path is copied", path=path), "ok")

    async def _exported(self, asked: dict[str, Any]) -> facts.Plain:
        """Have the host write; what is there is replaced only when somebody agrees, and else nothing is written."""
        try:
            return facts.plain(await self.console_app.call("history.export", **asked))
        except HostRefused as error:
            if IS_THERE not in str(error):
                raise
        question = _("{name} is there already. Replace it?", name=PurePath(asked["path"]).name)
        if not await self.console_app.confirm(question, does=_("Replace")):
            return {}
        return facts.plain(await self.console_app.call("history.export", **asked, overwrite=True))

    def _whole_path(self, typed: str) -> str:
        """Return a path from the root: the host may stand in another folder than the project's."""
        return typed_path(typed, facts.text(self.model.host, "project") or str(Path.home()), home=str(Path.home()))
