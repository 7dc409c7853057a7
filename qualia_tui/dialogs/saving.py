"""Saving what a run gave as a file of the host's machine; nothing is replaced without a word."""

from __future__ import annotations

from pathlib import Path, PurePath

from attrs import frozen
from textual.widget import Widget

from qualia.errors import QualiaError
from qualia_tui.model import facts
from qualia_tui.model.amounts import size
from qualia_tui.model.folders import folder_of, kind_of, typed_path
from qualia_tui.widgets.belonging import console_of
from qualia_tui.words import _


@frozen
class Saved:
    """A file that was written."""

    path: str
    size: str
    """As people read it."""


@frozen
class Saving:
    """Asks where to, and has the host write."""

    asker: Widget
    run: str
    step: str | None
    """The step, of several; None where there is one."""

    async def ask(self) -> Saved | None:
        """Ask where to save, write, and return what was written; None when nothing was.

        Raises:
            QualiaError: it cannot be written.
        """
        console = console_of(self.asker)
        step = {} if self.step is None else {"step": self.step}
        about = await console.call("runs.artifact", run=self.run, most_bytes=0, **step)
        folder = facts.text(console.model.host, "project") or str(Path.home())
        value = str(PurePath(folder, facts.text(about, "name", "result")))
        typed = await console.prompt(_("Save it as"), value=value, check=_wrong)
        if typed is None:
            return None
        path = typed_path(typed, folder, home=str(Path.home()))
        is_there = await self._is_there(path)
        if is_there and not await console.confirm(
            _("{name} is there already. Replace it?", name=PurePath(path).name), does=_("Replace")
        ):
            return None
        answer = await console.call("runs.save", run=self.run, path=path, overwrite=is_there, **step)
        return Saved(facts.text(answer, "path", path), size(facts.number(answer, "bytes")))

    async def _is_there(self, path: str) -> bool:
        """Tell whether something is at a path."""
        try:
            answer = await console_of(self.asker).call("files.list", path=str(PurePath(path).parent), hidden=True)
        except QualiaError:
            # Saving will say what is wrong with the folder.
            return False
        return kind_of(folder_of(answer), path) != ""


def _wrong(typed: str) -> str:
    return "" if typed.strip() else _("a path is needed")
