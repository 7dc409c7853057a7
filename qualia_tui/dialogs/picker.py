"""Picking a file or a folder of the host's machine, with keys alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePath
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from qualia.errors import QualiaError
from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.lines import Row, Span, line
from qualia_tui.model.folders import (
    ABOVE,
    HERE,
    Folder,
    first_pick,
    folder_columns,
    folder_of,
    folder_rows,
    is_path,
    kind_of,
    typed_path,
)
from qualia_tui.model.given import Given
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import Entry
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _, sentence_of


class PathEntry(Entry):
    """A line to type part of a name or a path in; deleting in an empty line means the folder above."""

    class Above(Message):
        """The folder above is asked for."""

    def action_delete_left(self) -> None:
        """Delete the character before the cursor, or ask for the folder above."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.Above())


class Picker(Dialog[Given]):
    """Gives a file, or a folder if that may be, or None.

    Args:
        title: what it is for.
        start: the folder to begin in; empty for the host's own choice, which is its project.
        takes_folders: whether a folder may be picked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", show=False, priority=True, id="picker.down"),
        Binding("up", "step(-1)", show=False, priority=True, id="picker.up"),
        Binding("pagedown", "page(1)", show=False, priority=True, id="picker.page_down"),
        Binding("pageup", "page(-1)", show=False, priority=True, id="picker.page_up"),
        Binding("f4", "hidden", "hidden files", priority=True, id="picker.hidden"),
    ]

    def __init__(self, title: str, *, start: str = "", takes_folders: bool = True) -> None:
        super().__init__(title, shape="large")
        self._folder: Folder = Folder(path=start, parent="", entries=(), has_more=False)
        self._takes_folders: bool = takes_folders
        self._has_hidden: bool = False

    def parts(self) -> Iterable[Widget]:
        """Return the folder's path, the line to type in, and what lies in the folder."""
        yield Bar(classes="where")
        yield PathEntry(placeholder=_("type part of a name, or a path"))
        grid = Grid()
        grid.can_focus = False
        yield grid
        yield Bar(classes="hint")

    def on_mount(self) -> None:
        """Look into the first folder."""
        self.query_one(PathEntry).focus()
        self._go(self._folder.path)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what has what was typed in its name; what was wrong with what stood there before is no longer said."""
        event.stop()
        self._show()
        self._say(self._more())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the row under the cursor, or the path that was typed."""
        event.stop()
        if is_path(event.value):
            self._go(typed_path(event.value, self._folder.path, home=str(Path.home())), is_typed=True)
        else:
            self.query_one(Grid).action_choose()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Take a file, or look into a folder."""
        event.stop()
        if event.key == HERE:
            self.give(Given(kind="folder", path=self._folder.path))
        elif event.key == ABOVE:
            self.on_path_entry_above()
        elif kind_of(self._folder, event.key) == "file":
            self.give(Given(kind="file", path=event.key))
        elif kind_of(self._folder, event.key) == "folder":
            self._go(event.key)
        else:
            self._say(_("that is neither a file nor a folder"))

    def on_path_entry_above(self) -> None:
        """Look into the folder above."""
        if self._folder.parent:
            self._go(self._folder.parent)

    def action_step(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.query_one(Grid).action_move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by some pages."""
        self.query_one(Grid).action_page(by)

    def action_hidden(self) -> None:
        """Show hidden files too, or no longer."""
        self._has_hidden = not self._has_hidden
        self._go(self._folder.path)

    def _go(self, path: str, *, is_typed: bool = False) -> None:
        beside(self, partial(self._look, path, is_typed=is_typed), group="look")

    async def _look(self, path: str, *, is_typed: bool) -> None:
        asked = {"path": path} if path else {}
        try:
            answer = await console_of(self).call("files.list", **asked, hidden=self._has_hidden)
        except QualiaError as error:
            if is_typed and await self._is_file(path):
                self.give(Given(kind="file", path=path))
            elif path and not self._folder.entries and not is_typed:
                # Where it began is gone by now.
                await self._look("", is_typed=False)
            else:
                self._say(sentence_of(error))
            return
        before, self._folder = self._folder.path, folder_of(answer)
        self.query_one(PathEntry).value = ""
        self._show()
        # Going up, the cursor stands on where one comes from.
        came_from = kind_of(self._folder, before) and before
        self.query_one(Grid).move_to(came_from or first_pick(self._rows()))
        self._say(self._more())

    async def _is_file(self, path: str) -> bool:
        """Tell whether a path is a file: the folder it lies in knows."""
        parent = str(PurePath(path).parent)
        try:
            answer = await console_of(self).call("files.list", path=parent, hidden=True)
        except QualiaError:
            return False
        return kind_of(folder_of(answer), path) == "file"

    def _rows(self) -> tuple[Row, ...]:
        typed = self.query_one(PathEntry).value
        return folder_rows(self._folder, wanted="" if is_path(typed) else typed, takes_folders=self._takes_folders)

    def _show(self) -> None:
        self.query_one(".where", Bar).show((Span(self._folder.path, "accent"),))
        self.query_one(Grid).show_rows(folder_columns(), self._rows(), empty=_("nothing is called that"))

    def _more(self) -> str:
        return _("there is more than is listed; type a path to get there") if self._folder.has_more else ""

    def _say(self, text: str) -> None:
        keys = _("backspace goes up a folder")
        self.query_one(".hint", Bar).show(line(text, "warn") if text else line(keys, "dim"))
