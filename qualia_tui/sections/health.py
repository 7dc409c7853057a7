"""Health."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from qualia_tui.model.state import Part
from qualia_tui.sections.section import Section
from qualia_tui.widgets.grid import Grid


class Health(Section):
    """Health."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"plugins"})

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Grid(id="health-rows")

    def update(self, changed: frozenset[Part]) -> None:
        """Show it."""
        del changed
