"""Waiting for what a dialog gives."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen
from textual.widget import Widget

from qualia_tui.dialogs.dialog import Dialog
from qualia_tui.widgets.belonging import console_of

T = TypeVar("T")


async def answer_of(asker: Widget, dialog: Dialog[T]) -> T | None:
    """Show a dialog and return what it gives, None for nothing; to be called from work that goes on beside the screen.

    Args:
        asker: any widget of the console.
        dialog: what is shown.
    """
    asked: Screen[T | None] = dialog  # type: ignore[assignment]  # a dialog may always be left with nothing
    return await console_of(asker).push_screen_wait(asked)
