"""Backups: which snapshots there are, making one, proving one, and going back to one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from qualia.errors import QualiaError
from qualia_tui.lines import Line, Span, line
from qualia_tui.model import facts
from qualia_tui.model.backups_view import (
    changes,
    columns,
    difference_lines,
    offers,
    pruned_lines,
    rows,
    snapshot_lines,
)
from qualia_tui.model.state import Part
from qualia_tui.model.texts import wrapped_lines
from qualia_tui.sections.operating import operate
from qualia_tui.sections.section import Section
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _, sentence_of


class Backups(Section):
    """The snapshots in a table; everything is done by operations of the host."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"operations"})
    BINDINGS: ClassVar[list[BindingType]] = [
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
    _is_listed: bool = False
    _is_busy: bool = False

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
            told = _("backups are not installed here; run: pip install 'qualia-core[ops]'")
            self._grid.show_rows((), (), empty=told)
            return
        if self.console_app.look.read_only:
            told = _("read only: `qualia backup list` shows the backups")
            self._grid.show_rows((), (), empty=told)
            return
        if not self._is_listed and not self._is_busy:
            self._do(self._look())
        self._show()

    def forget(self) -> None:
        """Forget the snapshots of the host before, and ask for those of the one that is looked at."""
        self.snapshots, self._is_listed = (), False
        self._grid.show_rows((), ())

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
        self._do(self._look())

    def action_create(self) -> None:
        """Make a snapshot."""
        self._do(self._create())

    def action_verify(self) -> None:
        """Read every byte of the snapshot under the cursor."""
        self._with_snapshot(self._verify)

    def action_restore(self) -> None:
        """Go back to the snapshot under the cursor."""
        self._with_snapshot(self._restore)

    def action_prune(self) -> None:
        """Remove the snapshots that no rule keeps."""
        self._do(self._prune())

    def action_drill(self) -> None:
        """Rehearse a restore of the newest snapshot."""
        self._do(self._drill())

    def action_schedule(self) -> None:
        """Show what lets the system make backups by itself."""
        self._do(self._schedule())

    # ------------------------------------------------------------------------------------------------ the work

    async def _look(self) -> None:
        result = await self._operate("list")
        self.snapshots = facts.items(result, "value")
        self._is_listed = True
        self._show()

    async def _read(self, snapshot: str) -> None:
        told = facts.mapping(await self._operate("show", {"snapshot": snapshot}), "value")
        self.console_app.read(_("Snapshot {id}", id=snapshot), snapshot_lines(told, self._room))

    async def _create(self) -> None:
        note = await self.console_app.prompt(_("A word about the new snapshot, or nothing"))
        if note is not None:
            self._said(await self._operate("create", {"note": note}))
            await self._look()

    async def _verify(self, snapshot: str) -> None:
        self._said(await self._operate("verify", {"snapshot": snapshot}))
        await self._look()

    async def _restore(self, snapshot: str) -> None:
        """Show what would change, let the name be typed, make a restore point, and only then go back."""
        dry = await self._operate("restore", {"snapshot": snapshot, "dry_run": True}, confirmed=True)
        told = facts.mapping(dry, "value")
        if not changes(told):
            self.console_app.tell(_("everything is as in {id} already", id=snapshot), "ok")
            return
        question = _("Go back to {id}?", id=snapshot)
        if not await self.console_app.confirm(question, detail=difference_lines(told), word=snapshot):
            return
        point = await self._operate("create", {"note": _("before going back to {id}", id=snapshot)})
        result = await self._operate("restore", {"snapshot": snapshot}, confirmed=True)
        await self._look()
        before = facts.text(facts.mapping(point, "value"), "id")
        self._said(result, _("restored; the state before is kept as {id}", id=before))

    async def _prune(self) -> None:
        told = facts.mapping(await self._operate("prune", {"dry_run": True}, confirmed=True), "value")
        removed = facts.items(told, "removed")
        if not removed:
            self.console_app.read(_("Nothing to remove"), pruned_lines(told))
            return
        question = _("Remove {count} snapshots?", count=len(removed))
        if await self.console_app.confirm(question, detail=pruned_lines(told), does=_("Remove")):
            self._said(await self._operate("prune", confirmed=True))
            await self._look()

    async def _drill(self) -> None:
        result = await self._operate("drill")
        self._said(result)
        self.console_app.read(_("Drill"), self._text_lines(result))

    async def _schedule(self) -> None:
        self.console_app.read(_("Schedule"), self._text_lines(await self._operate("schedule")))

    # ------------------------------------------------------------------------------------------------ parts

    @property
    def _grid(self) -> Grid:
        return self.query_one(Grid)

    @property
    def _room(self) -> int:
        return max(20, self.console_app.size.width - 4)

    def _has(self, name: str) -> bool:
        return f"backup.{name}" in offers(self.model.operations)

    def _show(self) -> None:
        empty = _("no snapshot is like that") if self.wanted else _("there is no backup yet; press n to make one")
        self._grid.show_rows(
            columns(), rows(self.snapshots, wanted=self.wanted), empty=empty if self._is_listed else ""
        )

    def _with_snapshot(self, work: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        key = self._grid.key
        if key is None:
            self.console_app.tell(_("there is no snapshot here"))
        else:
            self._do(work(key))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Let one piece of work go on beside the screen; a second one waits for nobody and is not begun."""
        if self.console_app.look.read_only:
            work.close()
            self.console_app.tell(_("this console only looks"), "warn")
            return
        if self._is_busy:
            work.close()
            self.console_app.tell(_("one thing at a time: the one before is not done yet"), "warn")
            return
        self._is_busy = True
        self.soon(self._done(work), group="backups")

    async def _done(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except QualiaError as error:
            self.console_app.tell(sentence_of(error), "bad")
        finally:
            self._is_busy = False

    async def _operate(
        self, name: str, params: dict[str, Any] | None = None, *, confirmed: bool = False
    ) -> facts.Plain:
        def told(text: str, done: float | None) -> None:
            share = "" if done is None else f"{done:.0%}"
            self._tell_doing((Span(f"▸ {name} ", "accent"), Span(f"{share} {text}".strip())))

        self._tell_doing(line(f"▸ {name}", "accent"))
        try:
            return await operate(self.console_app, f"backup.{name}", params, confirmed=confirmed, told=told)
        finally:
            self._tell_doing(())

    def _tell_doing(self, told: Line) -> None:
        # When the console is being left, the line may be gone already.
        for bar in self.query("#backup-doing").results(Bar):
            bar.show(told)

    def _said(self, result: facts.Plain, text: str = "") -> None:
        """Say how an operation ended: in its own first line, and with a style by its code."""
        first = text or next(iter(facts.text(result, "text").splitlines()), "")
        self.console_app.tell(first, "bad" if facts.number(result, "code") else "ok")

    def _text_lines(self, result: facts.Plain) -> tuple[Line, ...]:
        texts = facts.text(result, "text").splitlines()
        return tuple(each for text in texts for each in (wrapped_lines(text, self._room) or ((),)))
