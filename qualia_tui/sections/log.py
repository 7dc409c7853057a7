"""The log: what happens in the host, as it happens."""

from __future__ import annotations

from typing import ClassVar

from attrs import evolve
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from qualia_tui.dialogs.asking import Option
from qualia_tui.lines import Line, Span
from qualia_tui.model.log_view import Filter, details
from qualia_tui.model.state import Part
from qualia_tui.model.terms import term
from qualia_tui.sections.log_pane import LogPane
from qualia_tui.sections.section import Section
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.words import _

_EVERY = "*"


class Log(Section):
    """Events, the latest last, followed until somebody moves up."""

    PARTS: ClassVar[frozenset[Part]] = frozenset({"log"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "follow", id="log.follow"),
        Binding("l", "level", "level", id="log.level"),
        Binding("p", "plugin", "plugin", id="log.plugin"),
        Binding("slash", "filter", "filter", key_display="/", id="log.filter"),
        Binding("escape", "clear", "all", key_display="esc", show=False, id="log.clear"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the lines, what is said of them, and what they are narrowed down with."""
        yield LogPane(id="log-lines")
        yield Bar(id="log-told")
        yield FilterLine(id="log-filter")

    def update(self, changed: frozenset[Part]) -> None:
        """Show what is new."""
        if "log" in changed:
            self._pane.take(self.model.log)
        self._tell()

    def action_follow(self) -> None:
        """Stay where it is, or go along with what comes."""
        self._pane.follow(follows=not self._pane.following)

    def action_level(self) -> None:
        """Show the next level and what is worse."""
        self._narrow(evolve(self._filter, level=self._filter.next_level))

    def action_plugin(self) -> None:
        """Choose the plugin whose lines are shown."""
        self.soon(self._choose_plugin(), group="log-plugin")

    def action_filter(self) -> None:
        """Look for a text."""
        self.query_one(FilterLine).open()

    def action_clear(self) -> None:
        """Show the lines of all plugins, whatever they say."""
        self.query_one(FilterLine).value = ""
        self.query_one(FilterLine).display = False
        self._narrow(Filter(level=self._filter.level))

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show the lines that have what is looked for."""
        self._narrow(evolve(self._filter, wanted=event.wanted))

    def on_log_pane_followed(self, event: LogPane.Followed) -> None:
        """Say whether the log is followed."""
        event.stop()
        self._tell()

    def on_log_pane_opened(self, event: LogPane.Opened) -> None:
        """Show all of a line."""
        event.stop()
        self.console_app.read(_("Event {number}", number=event.entry.seq), lambda width: details(event.entry, width))

    async def _choose_plugin(self) -> None:
        known = {entry.plugin for entry in self.model.log} | set(self.model.plugins)
        options = [Option(_EVERY, _("every plugin")), *(Option(each, each) for each in sorted(known - {""}))]
        chosen = await self.console_app.choose(_("Lines of which plugin?"), options)
        if chosen is not None:
            self._narrow(evolve(self._filter, plugin="" if chosen == _EVERY else chosen))

    def _narrow(self, wanted: Filter) -> None:
        if wanted != self._filter:
            self._pane.narrow(wanted, self.model.log)
            self._tell()

    def _tell(self) -> None:
        pane, chosen = self._pane, self._filter
        if pane.following:
            left: Line = (Span("▸ " + _("following"), "ok"),)
        elif pane.waiting:
            told = _("paused, {count} new lines wait", count=pane.waiting)
            left = (Span(f"○ {told}  ", "warn"),)
        else:
            left = (Span(f"○ {_('paused')}  ", "warn"),)
        parts = [_("from level {level}", level=term(chosen.level))]
        if chosen.plugin:
            parts.append(chosen.plugin)
        if chosen.wanted:
            parts.append("/" + chosen.wanted)
        self.query_one("#log-told", Bar).show(left, (Span(" · ".join(parts), "dim"),))

    @property
    def _pane(self) -> LogPane:
        return self.query_one(LogPane)

    @property
    def _filter(self) -> Filter:
        return self._pane.view.filter
