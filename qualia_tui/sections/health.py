"""Health: what is well, what is not and what to do about it, and how each plugin does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from qualia_tui.lines import Column, Line
from qualia_tui.model import facts, health_view
from qualia_tui.model.health_view import PluginRows, Trouble
from qualia_tui.model.state import Part
from qualia_tui.sections.plugins_asked import read_operation, read_plugin
from qualia_tui.sections.section import Section
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _

_ALERTS = "alerts.list"
_LOW = 14
"""Lines below which the plugins need every line there is."""


class Health(Section):
    """The verdict with its reasons, the plugins, and everything else."""

    DEFAULT_CSS = """
    Health #health-troubles { height: auto; }
    Health #health-rest { height: auto; }
    """
    PARTS: ClassVar[frozenset[Part]] = frozenset({"health", "plugins"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "whole", "whole report", id="health.whole"),
        Binding("a", "alerts", "alerts", id="health.alerts"),
        Binding("r", "again", "look again", id="health.again"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns: tuple[Column, ...] = health_view.plugin_columns()
        self._rows: PluginRows = PluginRows()
        self._drawn: tuple[tuple[Trouble, ...], int, int] = ((), 0, 0)

    def compose(self) -> ComposeResult:
        """Lay out the verdict, its reasons, the plugins, and the rest."""
        yield Bar(id="health-verdict")
        yield TextLines(id="health-troubles")
        yield Grid(id="health-plugins")
        yield Bar(id="health-plugin")
        yield TextLines(id="health-rest")

    def on_mount(self) -> None:
        """Let the keys go to the plugins alone: the other parts are never longer than they are shown."""
        for name in ("#health-troubles", "#health-rest"):
            self.query_one(name, TextLines).can_focus = False

    def update(self, changed: frozenset[Part]) -> None:
        """Show what changed."""
        del changed
        report = self.model.health
        verdict, engine = health_view.verdict_line(report)
        fits = _cells(verdict) + _cells(engine) < self.size.width
        self.query_one("#health-verdict", Bar).show(verdict, engine if fits else ())
        self._show_troubles()
        rows = self._rows.of(report, self.model.plugins)
        grid = self.query_one("#health-plugins", Grid)
        is_told = bool({"health", "plugins"} & self.model.known)
        grid.show_rows(self._columns, rows, empty=_("no plugin was found") if is_told else "")
        self._show_plugin()
        rest = health_view.rest_lines(report, self.size.width)
        _show_all(self.query_one("#health-rest", TextLines), rest[: 1 if self.size.height < _LOW else 4])

    def on_resize(self, event: Resize) -> None:
        """Break the lines anew."""
        del event
        if self.size.width:
            self.update(self.PARTS)

    def action_whole(self) -> None:
        """Read the whole report."""
        report = self.model.health
        self.console_app.read(_("The whole report"), lambda width: health_view.whole_report(report, width))

    def action_again(self) -> None:
        """Have everything looked at now."""
        self.ask("health", self._looked, fresh=True)

    def action_alerts(self) -> None:
        """Read which alerts there are."""
        if not any(facts.text(each, "operation") == _ALERTS for each in self.model.operations):
            self.ask("operations.list", self._alerts_if_installed)
        else:
            self._ask_alerts()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Read all that is known of a plugin."""
        event.stop()
        self.soon(read_plugin(self, event.key), group="health-plugin")

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Say below the table what it has no room for."""
        event.stop()
        self._show_plugin()

    def _show_plugin(self) -> None:
        key, at_s = self.query_one("#health-plugins", Grid).key, facts.number(self.model.health, "at_s")
        shown = health_view.plugin_line(self.model.plugins.get(key or "", {}), at_s)
        self.query_one("#health-plugin", Bar).show(shown)

    def _show_troubles(self) -> None:
        """Show the reasons; they are composed anew only when they, or the screen, are others than before."""
        found = health_view.troubles(self.model.health)
        drawn = (found, self.size.width, self.size.height)
        if drawn != self._drawn:
            self._drawn = drawn
            lines = health_view.trouble_lines(found, self.size.width, most=max(2, self.size.height // 3))
            _show_all(self.query_one("#health-troubles", TextLines), lines)

    def _looked(self, answer: object) -> None:
        self.console_app.note(self.model.learn("health", answer))
        self.console_app.tell(_("everything was looked at"))

    def _alerts_if_installed(self, answer: object) -> None:
        self.model.learn("operations", answer)
        if any(facts.text(each, "operation") == _ALERTS for each in self.model.operations):
            self._ask_alerts()
        else:
            self.console_app.tell(_("alerts are not installed"), "warn")

    def _ask_alerts(self) -> None:
        self.soon(read_operation(self, _ALERTS, _("Alerts")), group="health-alerts")


def _cells(parts: Line) -> int:
    return sum(len(span.text) for span in parts)


def _show_all(widget: TextLines, lines: tuple[Line, ...]) -> None:
    """Show lines in a widget that is just as high as they need."""
    if widget.styles.height is None or widget.styles.height.value != len(lines):
        widget.styles.height = len(lines)
    widget.show(lines)
