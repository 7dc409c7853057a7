"""The questions a console asks, imported when the first one is."""

from __future__ import annotations

from asyncio import shield
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from qualia_tui.lines import Line
from qualia_tui.look import Look
from qualia_tui.terminal.sparing import SparingApp
from qualia_tui.words import _

if TYPE_CHECKING:
    from qualia_tui.dialogs.asking import Check, Fold, Option, Reading
    from qualia_tui.dialogs.dialog import Dialog

T = TypeVar("T")


class Questions(SparingApp):
    """An app that asks: each question is a dialog over the screen."""

    look: Look

    def tell(self, text: str, style: str = "") -> None:
        """Say something without asking."""
        raise NotImplementedError

    async def answered(self, dialog: Dialog[T]) -> T | None:
        """Show a dialog and return what it gives; None for nothing.

        To be called from work that goes on beside the screen; when that is given up, the dialog goes.
        """
        try:
            return await shield(self.push_screen(dialog, wait_for_dismiss=True))
        finally:
            dialog.give(None)

    def leave_dialogs(self) -> None:
        """Leave every dialog, with nothing done."""
        for lowest in self.screen_stack[1:2]:
            cast("Dialog[Any]", lowest).give(None)

    async def confirm(
        self, text: str, *, detail: Sequence[Line] = (), does: str | None = None, word: str | None = None
    ) -> bool:
        """Ask whether something may be done; to be called from work that goes on beside the screen.

        Args:
            text: the question.
            detail: what would happen, line by line.
            does: what the button that does it says; None for yes.
            word: what must be typed first; None when a button is enough.
        """
        if self.look.read_only:
            self.tell(_("this console only looks"), "warn")
            return False
        from qualia_tui.dialogs.asking import Confirm

        return await self.answered(Confirm(text, detail=detail, does=does or _("Yes"), word=word)) is True

    async def prompt(self, title: str, *, value: str = "", check: Check | None = None) -> str | None:
        """Ask for a text and return it; None when nothing shall be done.

        Args:
            title: what is asked for.
            value: what stands there at first.
            check: says what is wrong with a text, as somebody types; None accepts every text.
        """
        from qualia_tui.dialogs.asking import Prompt

        return await self.answered(Prompt(title, value=value, check=check))

    async def choose(self, title: str, options: Sequence[Option], *, empty: str = "") -> str | None:
        """Ask which of several and return its key; None for none of them.

        Args:
            title: what is chosen.
            options: what there is.
            empty: what to say when nothing is left.
        """
        from qualia_tui.dialogs.asking import Choose

        return await self.answered(Choose(title, options, empty=empty))

    def read(self, title: str, lines: Sequence[Line] | Fold) -> Reading:
        """Show something to read over the screen, and return what shows it.

        Args:
            title: what it is.
            lines: what it says; when it must be folded anew for another width, what does that.
        """
        from qualia_tui.dialogs.asking import Reading

        reading = Reading(title, lines)
        self.push_screen(reading)  # type: ignore[unused-awaitable]  # it is shown without being waited for
        return reading
