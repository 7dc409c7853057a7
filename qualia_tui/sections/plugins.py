"""Plugins: their state, and what can be done about it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import facts
from qualia_tui.model.state import Part
from qualia_tui.sections.section import Section
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _


class Plugins(Section):
    """Every plugin in a table."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"plugins"})

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield Grid(id="plugin-rows")

    def update(self, changed: frozenset[Part]) -> None:
        """Show the plugins."""
        del changed
        columns = (
            Column(title=_("plugin"), width=20, grow=1),
            Column(title=_("state"), width=12),
            Column(title=_("calls"), width=7, right=True, rank=1),
        )
        rows = [
            Row(
                key,
                (
                    Span(key),
                    Span(facts.text(each, "state")),
                    Span(str(int(facts.number(facts.mapping(each, "counts"), "calls") or 0))),
                ),
            )
            for key, each in self.model.plugins.items()
        ]
        self.query_one(Grid).show_rows(columns, rows, empty=_("no plugin was found"))
