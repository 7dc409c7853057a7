"""Backups: which snapshots there are, making one, proving one, and going back to one."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from qualia.client import HostUnreachable
from qualia.errors import QualiaError
from qualia_tui.dialogs.asking import FRAME, SMALL
from qualia_tui.lines import Line, Span, line
from qualia_tui.model import facts
from qualia_tui.model.amounts import percent, size
from qualia_tui.model.backups_view import (
    PREFIX,
    changes,
    columns,
    difference_lines,
    offers,
    problem_lines,
    pruned_lines,
    rows,
    scheduled_lines,
    snapshot_lines,
)
from qualia_tui.model.state import Part
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.sections.backups_told import Ends, absent, asked_key, changing, doing, ends_of
from qualia_tui.sections.operating import Unfinished, operate
from qualia_tui.sections.section import Section
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _, sentence_of, translated


class Backups(Section):
    """The snapshots in a table; everything is done by operations of the host."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"operations", "jobs", "link"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop", id="backups.stop"),
        Binding("n", "create", "new", id="backups.create"),
        Binding("v", "verify", "verify", id="backups.verify"),
        Binding("r", "restore", "restore", id="backups.restore"),
        Binding("p", "prune", "prune", id="backups.prune"),
        Binding("d", "drill", "drill", id="backups.drill"),
        Binding("s", "schedule", "schedule", id="backups.schedule"),
        Binding("u", "again", "look again", show=False, id="backups.again"),
        Binding("slash", "filter", "filter", key_display="/", id="backups.filter"),
    ]

    wanted: str = ""
    snapshots: tuple[facts.Plain, ...] = ()
    _is_asked: bool = False
    _is_listed: bool = False
    _is_busy: bool = False
    _run: str = ""
    _trouble: str = ""
    _next: str = ""
    _keys: tuple[tuple[str, str], ...] = ()
    _ends: Ends = Ends()

    def compose(self) -> ComposeResult:
        """Lay out the table, what is being done, and the line for the filter."""
        yield Grid(id="backup-rows")
        yield Bar(id="backup-doing")
        yield FilterLine(id="backup-filter")

    def update(self, changed: frozenset[Part]) -> None:
        """Show the snapshots, or that nothing is installed that makes any."""
        del changed
        if "operations" not in self.model.known:
            return
        if not self._has("list"):
            self._grid.show_rows((), (), empty=absent())
            return
        before, self._ends = self._ends, ends_of(self.model.jobs.values(), self._ends)
        if self._ends.lost:
            self.console_app.tell(self._ends.lost, "bad")
        if not self._is_asked or self._ends.over - before.over:
            self._look_again()
        self._show()

    def forget(self) -> None:
        """Forget the snapshots of the host before, and ask for those of the one that is looked at."""
        self.snapshots, self._keys = (), ()
        self._is_asked = self._is_listed = False
        self._trouble = ""
        self._grid.show_rows((), ())

    def on_show(self) -> None:
        """Look anew: of what was made meanwhile by a schedule nobody tells."""
        if self._is_asked:
            self._look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop what is being done."""
        return bool(self._run) if action == "stop" else super().check_action(action, parameters)

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show the snapshots that have what is looked for."""
        event.stop()
        self.wanted = event.wanted
        self._show()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Show all that is known of a snapshot."""
        event.stop()
        self._do(self._read(event.key))

    # ------------------------------------------------------------------------------------------------ actions

    def action_filter(self) -> None:
        """Look for snapshots."""
        self.query_one(FilterLine).open()

    def action_again(self) -> None:
        """Look which snapshots there are."""
        self._look_again()

    def action_create(self) -> None:
        """Make a snapshot."""
        self._do(self._create(), changes=True)

    def action_verify(self) -> None:
        """Read every byte of the snapshot under the cursor."""
        self._with_snapshot(self._verify, changes=True)

    def action_restore(self) -> None:
        """Go back to the snapshot under the cursor; who may only look sees what that would change."""
        self._with_snapshot(self._restore)

    def action_prune(self) -> None:
        """Remove the snapshots that no rule keeps; who may only look sees which ones."""
        self._do(self._prune())

    def action_drill(self) -> None:
        """Rehearse a restore of the snapshot under the cursor."""
        self._with_snapshot(self._drill, changes=True)

    def action_schedule(self) -> None:
        """Show what lets the system make backups by itself."""
        self._do(self._schedule())

    def action_stop(self) -> None:
        """Ask what is being done to stop."""
        self.soon(self._stop(self._run), group="backups-stop")

    # ------------------------------------------------------------------------------------------------ the work

    async def _look(self) -> None:
        result = await self._operate("list", told="")
        self.snapshots = facts.items(result, "value")
        self._is_listed, self._trouble = True, ""
        self._show()

    def _look_again(self, *, at: str = "") -> None:
        """Read the list anew beside whatever is done, as no key waits for that; ``at`` is where to put the cursor."""
        self._is_asked, self._next = True, at or self._next
        beside(self, self._looked, group="backups-look")

    async def _looked(self) -> None:
        try:
            await self._look()
        except QualiaError as error:
            # As soon as there is a host again, it is asked.
            self._is_asked = not isinstance(error, HostUnreachable)
            self._trouble = sentence_of(error)
            self._show()
        if self._next in {facts.text(each, "id") for each in self.snapshots}:
            self._grid.move_to(self._next)
            self._next = ""

    async def _read(self, snapshot: str) -> None:
        listed = next((each for each in self.snapshots if facts.text(each, "id") == snapshot), facts.plain(None))
        trouble = ""
        try:
            told = facts.mapping(await self._operate("show", {"snapshot": snapshot, **dict(self._keys)}), "value")
        except Unfinished as error:
            # One that cannot be opened is still known by what stands around it.
            told, trouble = listed, sentence_of(error)
        self.console_app.read(
            _("Snapshot {id}", id=snapshot),
            lambda width: (*snapshot_lines(told, width), *wrapped_lines(trouble, width, style="warn")),
        )

    async def _create(self) -> None:
        note = await self.console_app.prompt(_("A word about the new snapshot, or nothing"))
        if note is not None:
            made: facts.Plain = {}
            try:
                made = await self._operate("create", {"note": note})
                self._said(made)
            finally:
                # Also when somebody else makes one just now.
                self._look_again(at=facts.text(facts.mapping(made, "value"), "id"))

    async def _verify(self, snapshot: str) -> None:
        try:
            self._said(await self._opened("verify", {"snapshot": snapshot}))
        finally:
            # What was found to be damaged is no longer listed as verified.
            self._look_again()

    async def _restore(self, snapshot: str) -> None:
        """Show what would change, let the name be typed, make a restore point, and only then go back."""
        dry = await self._opened("restore", {"snapshot": snapshot, "dry_run": True}, confirmed=True)
        told = facts.mapping(dry, "value")
        if not changes(told):
            self.console_app.tell(_("everything is as in {id} already", id=snapshot), "ok")
            return
        if self.console_app.look.read_only:
            self.console_app.read(_("What going back to {id} would change", id=snapshot), difference_lines(told))
            return
        question = _("Go back to {id}?", id=snapshot)
        first = line(_("a snapshot of how things are now is made first"), "dim")
        if not await self.console_app.confirm(question, detail=(*difference_lines(told), first), word=snapshot):
            self.console_app.tell(_("nothing was changed"))
            return
        made = await self._operate("create", {"note": _("before going back to {id}", id=snapshot)})
        point = facts.mapping(made, "value")
        self._look_again()
        if not facts.flag(point, "complete"):
            question = _("Not everything could be read for that snapshot. Go back all the same?")
            if not await self.console_app.confirm(
                question, detail=problem_lines(point, self._least), does=_("Restore")
            ):
                self.console_app.tell(_("nothing was changed"))
                return
        result = await self._opened("restore", {"snapshot": snapshot}, confirmed=True)
        self._said(result, _("restored; the state before is kept as {id}", id=facts.text(point, "id")))

    async def _prune(self) -> None:
        told = facts.mapping(await self._operate("prune", {"dry_run": True}, confirmed=True), "value")
        removed, freed = len(facts.texts(told, "removed")), size(facts.number(told, "freed_bytes"))
        if not removed:
            self.console_app.read(_("Nothing to remove"), lambda width: pruned_lines(told, width))
            return
        many = _("Remove {count} snapshots, {size}?", count=removed, size=freed)
        question = _("Remove one snapshot, {size}?", size=freed) if removed == 1 else many
        if self.console_app.look.read_only:
            self.console_app.read(question, lambda width: pruned_lines(told, width))
        # The box of a question is narrower than the screen.
        elif await self.console_app.confirm(question, detail=pruned_lines(told, self._least), does=_("Remove")):
            self._said(await self._operate("prune", confirmed=True), last=True)
            self._look_again()
        else:
            self.console_app.tell(_("nothing was removed"))

    async def _drill(self, snapshot: str) -> None:
        result = await self._opened("drill", {"snapshot": snapshot})
        self._said(result)
        text = facts.text(result, "text")
        if "\n" in text:
            self.console_app.read(_("Drill"), lambda width: wrapped_lines(text, width))

    async def _schedule(self) -> None:
        told = facts.items(await self._operate("schedule"), "value")
        self.console_app.read(_("Schedule"), lambda width: scheduled_lines(told, width))

    async def _stop(self, run: str) -> None:
        if await self.console_app.confirm(_("Stop it? What it has begun is cleared away."), does=_("Stop")):
            try:
                await self.console_app.call("operations.cancel", run=run)
            except QualiaError as error:
                self.console_app.tell(sentence_of(error), "bad")

    # ------------------------------------------------------------------------------------------------ parts

    @property
    def _grid(self) -> Grid:
        return self.query_one(Grid)

    @property
    def _least(self) -> int:
        """Characters that fit into the box of a question."""
        return max(20, min(self.size.width, SMALL) - FRAME)

    @property
    def _none_yet(self) -> str:
        if self.console_app.look.read_only:
            return _("there is no backup yet")
        return _("there is no backup yet; press n to make one")

    def _has(self, name: str) -> bool:
        return f"{PREFIX}{name}" in offers(self.model.operations)

    def _show(self) -> None:
        empty = _("no snapshot is like that") if self.wanted else self._none_yet
        # The host may stand elsewhere, with a clock of its own.
        at_s = facts.number(self.model.health, "at_s") or time.time()
        shown = rows(self.snapshots, at_s=at_s, wanted=self.wanted)
        empty = empty if self._is_listed else _("looking")
        self._grid.show_rows(columns(self.snapshots), shown, empty=self._trouble or empty)
        if not self._is_busy:
            # What a host does that cannot be heard, nobody knows.
            known = self.model.jobs.values() if self.model.link in {"live", "stale"} else ()
            others = [job for job in changing(known) if not job.is_over]
            self._tell_doing(line(_("▸ elsewhere: {what}", what=doing(others[-1].name)), "accent") if others else ())

    def _with_snapshot(self, work: Callable[[str], Coroutine[Any, Any, None]], *, changes: bool = False) -> None:
        key = self._grid.key
        if key is None:
            none = _("there is no snapshot here") if self._is_listed else _("looking")
            self.console_app.tell(self._refusal(changes=changes) or none, "warn")
        else:
            self._do(work(key), changes=changes)

    def _do(self, work: Coroutine[Any, Any, None], *, changes: bool = False) -> None:
        """Let one piece of work go on beside the screen; a second one waits for nobody and is not begun."""
        reason = self._refusal(changes=changes)
        if reason:
            work.close()
            self.console_app.tell(reason, "warn")
            return
        self._is_busy = True
        # What was said of something else goes.
        self.console_app.tell("")
        self.soon(self._done(work), group="backups")

    def _refusal(self, *, changes: bool) -> str:
        """Return why nothing can be begun now; empty when it can."""
        if "operations" in self.model.known and not self._has("list"):
            return absent()
        if changes and self.console_app.look.read_only:
            return _("this console only looks")
        return _("one thing at a time: the one before is not done yet") if self._is_busy else ""

    async def _done(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except QualiaError as error:
            if isinstance(error, Unfinished) and error.kind == "RunCancelled":
                self.console_app.tell(_("it was stopped"), "warn")
            else:
                self.console_app.tell(sentence_of(error), "bad")
        finally:
            self._is_busy = False

    async def _opened(self, name: str, params: dict[str, Any], *, confirmed: bool = False) -> facts.Plain:
        """Run an operation that opens a snapshot; the file with its key is asked for when it is needed."""
        while True:
            keys, self._keys = self._keys, ()
            try:
                result = await self._operate(name, {**params, **dict(keys)}, confirmed=confirmed)
            except Unfinished as error:
                found = await asked_key(self, error, keys)
                if found is None:
                    raise
                self._keys = (found,)
            else:
                self._keys = keys
                return result

    async def _operate(
        self, name: str, params: dict[str, Any] | None = None, *, confirmed: bool = False, told: str | None = None
    ) -> facts.Plain:
        """Run an operation and tell meanwhile how far it is; ``told`` is said instead, be it nothing."""
        # A preview is not what it previews.
        is_dry = bool(params and params.get("dry_run"))
        what = doing("" if is_dry else f"{PREFIX}{name}") if told is None else told

        def tell(run: str, text: str, done: float | None) -> None:
            if not what:
                return
            self._begun(run)
            share = "" if done is None else percent(done, 1.0)
            parts = " ".join(each for each in (share, translated(text)) if each)
            self._tell_doing((Span(f"▸ {what}  ", "accent"), Span(parts)))

        if what:
            self._tell_doing(line(f"▸ {what}", "accent"))
        try:
            return await operate(self.console_app, f"{PREFIX}{name}", params, confirmed=confirmed, told=tell)
        finally:
            if what:
                self._begun("")
                self._tell_doing(())

    def _begun(self, run: str) -> None:
        if run != self._run and self.is_attached:
            self._run = run
            self.refresh_bindings()

    def _tell_doing(self, told: Line) -> None:
        # When the console is being left, the line may be gone already.
        for bar in self.query("#backup-doing").results(Bar):
            bar.show(told)

    def _said(self, result: facts.Plain, text: str = "", *, last: bool = False) -> None:
        """Say how an operation ended: in its own first line, or its last, and with a style by its code."""
        lines = facts.text(result, "text").splitlines() or [""]
        self.console_app.tell(text or lines[-1 if last else 0], "bad" if facts.number(result, "code") else "ok")
