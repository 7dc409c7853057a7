"""The console a widget belongs to, by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from qualia_tui.app import Console


def console_of(widget: object) -> Console:
    """Return the console that a widget or screen belongs to."""
    member: Any = widget
    return cast("Console", member.app)
