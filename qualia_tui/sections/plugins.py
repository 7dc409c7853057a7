"""Plugins: how each one does, and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.timer import Timer

from qualia.errors import QualiaError
from qualia_tui.lines import Line, Span, line
from qualia_tui.model import facts, plugin_page
from qualia_tui.model.log import LogLine
from qualia_tui.model.plugin_news import PluginNews, news_of, not_reloaded
from qualia_tui.model.plugin_view import LETTERS, Key, Order, arranged, columns, plugin_facts, plugin_row
from qualia_tui.model.state import Part
from qualia_tui.model.tail import Tail
from qualia_tui.sections.plugins_asked import read_plugin, try_plugin
from qualia_tui.sections.section import Section
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _, sentence_of

_WIDE = 100
_NEWS_S = 10.0
_PANE_S = 0.1
_PANE = 44
"""Characters that fit into the pane."""
_ROLLBACK = "plugins.rollback"


class Plugins(Section):
    """Every plugin in a table, and beside it, where there is room, what is known of the one under the cursor."""

    DEFAULT_CSS = """
    Plugins { layout: horizontal; }
    Plugins #plugin-rows { width: 1fr; }
    Plugins #plugin-pane { width: 46; padding: 0 0 0 2; display: none; }
    Plugins.-wide #plugin-pane { display: block; }
    """
    PARTS: ClassVar[frozenset[Part]] = frozenset({"plugins", "log"})
    NEED_ROW: ClassVar[frozenset[str]] = frozenset({"reload", "enable", "disable", "reset", "try", "rollback", "hold"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "reload", "reload", id="plugins.reload"),
        Binding("e", "enable", "enable", id="plugins.enable"),
        Binding("d", "disable", "disable", id="plugins.disable"),
        Binding("x", "reset", "reset breaker", id="plugins.reset"),
        Binding("t", "try", "try", id="plugins.try"),
        Binding("b", "rollback", "roll back", id="plugins.rollback"),
        Binding("o", "hold", "hold open", id="plugins.hold"),
        Binding("slash", "filter", "filter", key_display="/", id="plugins.filter"),
        *(Binding(letter, f"order('{key}')", show=False, id=f"plugins.order.{key}") for letter, key in LETTERS.items()),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._order: Order = Order()
        self._wanted: str = ""
        self._tail: Tail = Tail()
        self._news: dict[str, PluginNews] = {}
        self._failures: dict[str, facts.Plain] = {}
        self._rolled_back: set[str] = set()
        """Plugins that this console has rolled back, of which the host's events do not tell it yet."""
        self._fading: Timer | None = None
        self._is_read: bool = False
        self._old: int = 0
        """The number up to which events were told before the first look."""

    def compose(self) -> ComposeResult:
        """Lay out the table, the pane beside it, and the line to filter with."""
        yield Grid(id="plugin-rows")
        yield TextLines(id="plugin-pane")
        yield FilterLine(id="plugin-filter")

    def on_mount(self) -> None:
        """Let the keys go to the table alone; the page that enter opens has all that the pane has."""
        self.query_one("#plugin-pane", TextLines).can_focus = False

    def update(self, changed: frozenset[Part]) -> None:
        """Show the plugins, and what has just happened to them."""
        heard = "log" in changed and self._hear()
        if changed == frozenset[Part]({"log"}) and not heard:
            return
        shown = arranged(self.model.plugins, order=self._order, wanted=self._wanted)
        rows = [plugin_row(each, news.mark if (news := self._news.get(each.id)) else None) for each in shown]
        empty = _("no plugin is called that") if self._wanted else _("no plugin was found")
        if "plugins" not in self.model.known:
            empty = ""
        self._grid.show_rows(columns(self._order), rows, empty=empty)
        self._show_pane()

    def forget(self) -> None:
        """Forget what happened to the plugins of another host."""
        self._news.clear()
        self._failures.clear()
        self._rolled_back.clear()
        self._tail, self._is_read, self._old = Tail(), False, 0

    def on_resize(self, event: Resize) -> None:
        """Show the pane where there is room for it."""
        self.set_class(event.size.width >= _WIDE, "-wide")
        self._show_pane()

    # ------------------------------------------------------------------------------------------------ actions

    def action_order(self, key: Key) -> None:
        """Order the table by a column; once more, the other way round."""
        self._order = self._order.turned(key)
        self.update(frozenset({"plugins"}))

    def action_filter(self) -> None:
        """Look for a text."""
        self.query_one(FilterLine).open()

    def action_reload(self) -> None:
        """Load what its folder holds now."""
        self._do("plugins.reload", _("{plugin} is reloaded"))

    def action_enable(self) -> None:
        """Switch it on."""
        self._do("plugins.enable", _("{plugin} is switched on"))

    def action_reset(self) -> None:
        """Close its breaker."""
        self._do("breaker.reset", _("the breaker of {plugin} is closed"))

    def action_disable(self) -> None:
        """Switch it off, when somebody says yes."""
        question = _("Switch {plugin} off?")
        self._do("plugins.disable", _("{plugin} is switched off"), question, _("Runs that need it fail from now on."))

    def action_rollback(self) -> None:
        """Go back to the code before, when somebody says yes."""
        told = _("The code of before its last reload answers again. Its files stay as they are.")
        self._do(_ROLLBACK, _("{plugin} is rolled back"), _("Roll {plugin} back?"), told)

    def action_hold(self) -> None:
        """Open its breaker, when somebody says yes."""
        told = _("It is not called any more until its breaker is reset.")
        question = _("Hold the breaker of {plugin} open?")
        self._do("breaker.force_open", _("the breaker of {plugin} is held open"), question, told)

    def action_try(self) -> None:
        """Run it on a sample."""
        plugin = self._chosen()
        if plugin is not None:
            self.soon(try_plugin(self, plugin), group="plugins-try")

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Read all that is known of a plugin."""
        event.stop()
        self.soon(read_plugin(self, event.key), group="plugins-read")

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Let the pane follow the cursor once it stands still: each row it passes would send a pane."""
        event.stop()
        self.set_timer(_PANE_S, self._show_pane)

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show the plugins that have what is looked for."""
        event.stop()
        self._wanted = event.wanted
        self.update(frozenset({"plugins"}))

    # ------------------------------------------------------------------------------------------------ doing

    def _do(self, verb: str, told: str, question: str = "", detail: str = "") -> None:
        """Ask the host for something about the plugin under the cursor, after a question if there is one."""
        plugin = self._chosen()
        if plugin is None:
            return
        if question:
            self.soon(self._confirmed(verb, plugin, (told, question, detail)), group=verb)
        else:
            self._ask(verb, plugin, told)

    def _chosen(self) -> str | None:
        """Return the plugin under the cursor that something may be done to; None, and why, when nothing may."""
        if self.console_app.look.read_only:
            self.console_app.tell(_("this console only looks"), "warn")
            return None
        return self._grid.key

    async def _confirmed(self, verb: str, plugin: str, texts: tuple[str, str, str]) -> None:
        told, question, detail = texts
        if await self.console_app.confirm(question.format(plugin=plugin), detail=(line(detail),)):
            self._ask(verb, plugin, told)

    def _ask(self, verb: str, plugin: str, told: str) -> None:
        self.soon(self._asked_for(verb, plugin, told), group=f"{verb}-asked")

    async def _asked_for(self, verb: str, plugin: str, told: str) -> None:
        if verb == _ROLLBACK:
            self._rolled_back.add(plugin)
        try:
            answer = await self.console_app.call(verb, plugin=plugin)
        except QualiaError as error:
            self._rolled_back.discard(plugin)
            place, cause = (str(getattr(error, name, "")) for name in ("place", "error"))
            # As the event of it tells, whichever comes first.
            failed = verb == "plugins.reload" and place and cause
            self.console_app.tell(not_reloaded(plugin, place, cause) if failed else sentence_of(error), "bad")
            return
        known = {**self.model.plugins, plugin: answer}
        self.console_app.note(self.model.learn("plugins", list(known.values())))
        self.console_app.tell(told.format(plugin=plugin), "ok")

    # ------------------------------------------------------------------------------------------------ news

    def _hear(self) -> bool:
        """Take in what has just happened and tell whether anything did; what was before its first look is no news."""
        lines = self._tail.news(self.model.log).lines
        for each in news_of(lines):
            if each.failure is not None:
                self._failures[each.plugin] = each.failure
            elif each.mark.style == "accent":
                self._failures.pop(each.plugin, None)
        found = news_of(self._fresh(lines))
        for each in found:
            self._news[each.plugin] = each
            if each.kind == "plugin_reloaded" and each.plugin in self._rolled_back:
                # Events call it a reload; what was asked for is said when the host answers.
                self._rolled_back.discard(each.plugin)
            else:
                self.console_app.tell(each.told, each.style)
        if found:
            if self._fading is not None:
                self._fading.stop()
            self._fading = self.set_timer(_NEWS_S, self._fade)
        return bool(found)

    def _fresh(self, lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
        """Return the lines that are news; at the first look none is."""
        if not self._is_read:
            # With nothing heard yet, what the host told of before it was attached to is still to come.
            self._is_read, self._old = True, 0 if lines else int(facts.number(self.model.host, "last") or 0)
            return ()
        if any(each.kind == "restarted" for each in lines):
            self._old = 0
        return tuple(each for each in lines if each.seq > self._old)

    def _fade(self) -> None:
        """Let states stand where news stood."""
        self._fading = None
        self._news.clear()
        self.update(frozenset({"plugins"}))

    def _show_pane(self) -> None:
        pane, key = self.query_one("#plugin-pane", TextLines), self._grid.key
        if not self.has_class("-wide"):
            return
        if key is None or key not in self.model.plugins:
            pane.show(())
            return
        at_s = facts.number(self.model.health, "at_s")
        shown = plugin_page.short(plugin_facts(self.model.plugins[key]), _PANE, at_s=at_s)
        pane.show((*shown, *self._failure(key, _PANE)))

    def _failure(self, key: str, width: int) -> tuple[Line, ...]:
        """Return why the last reload of a plugin failed; nothing when it did not."""
        failure = self._failures.get(key)
        if failure is None:
            return ()
        return ((), (Span(_("not reloaded"), "head"),), *plugin_page.failure(failure, width))

    @property
    def _grid(self) -> Grid:
        return self.query_one("#plugin-rows", Grid)
