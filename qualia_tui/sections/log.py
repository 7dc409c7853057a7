"""The log: what happens in the host, as it happens."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from qualia_tui.lines import Column, Row, Span
from qualia_tui.model.log import LEVELS, Level, LogLine, admits, sentence
from qualia_tui.model.state import Part
from qualia_tui.sections.section import Section
from qualia_tui.widgets.grid import Grid
from qualia_tui.words import _

_STYLES = {"debug": "dim", "info": "", "warning": "warn", "error": "bad"}


class Log(Section):
    """Events, the latest last, followed until somebody moves up."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"log"})
    BINDINGS: ClassVar[list[BindingType]] = [Binding("l", "level", "level", id="log.level")]

    level: Level = "info"
    wanted: str = ""

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Grid(id="log-lines")

    def update(self, changed: frozenset[Part]) -> None:
        """Show the lines that the filter lets through."""
        del changed
        columns = (
            Column(title=_("time"), width=8),
            Column(title=_("level"), width=7, rank=2),
            Column(title=_("event"), width=15),
            Column(title=_("plugin"), width=16, rank=1),
            Column(title=_("details"), width=10, grow=1),
        )
        grid = self.query_one(Grid)
        grid.show_rows(columns, tuple(self._rows()), empty=_("nothing has happened yet"))

    def action_level(self) -> None:
        """Show the next level and what is worse."""
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        self.console_app.tell(_("from level {level}", level=self.level))
        self.update(self.PARTS)

    def _rows(self) -> Iterable[Row]:
        for entry in self.model.log:
            if admits(entry, level=self.level, wanted=self.wanted):
                yield _row(entry)


def _row(entry: LogLine) -> Row:
    at = "" if entry.at_s is None else time.strftime("%H:%M:%S", time.localtime(entry.at_s))
    style = _STYLES[entry.level]
    return Row(
        str(entry.seq) + entry.kind,
        (
            Span(at, "dim"),
            Span(entry.level, style),
            Span(entry.kind, style),
            Span(entry.plugin),
            Span(sentence(entry), style),
        ),
    )
