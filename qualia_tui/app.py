"""The console itself: its bars, its sections, and its link to one host at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import PurePath
from time import monotonic
from typing import Any, ClassVar, cast

from attrs import evolve
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from qualia.client import Client, HostUnreachable
from qualia.errors import QualiaError
from qualia_tui.bridge import Bridge, Ensure
from qualia_tui.copying import fits_clipboard, kept_copy
from qualia_tui.dialogs.questions import Questions
from qualia_tui.lines import Line, Span, line
from qualia_tui.look import THEMES, Look
from qualia_tui.model import facts
from qualia_tui.model.state import Model, Part
from qualia_tui.model.texts import cells, wrapped_lines
from qualia_tui.sections import ENTRIES
from qualia_tui.sections.section import Section
from qualia_tui.themes import textual_theme
from qualia_tui.widgets.bars import Bar, Foot, Notice, Tabs, link_line, verdict_line
from qualia_tui.widgets.kept import Kept
from qualia_tui.words import _, sentence_of

Reach = Callable[[], Client]
"""Gives a client on its way to the host; called while the console's event loop runs."""
_ABOVE: frozenset[Part] = frozenset({"link", "health"})
"""What the line at the top shows."""
_LEAST = (40, 10)
"""Columns and lines below which parts of a section are not to be seen."""
_AT_ONCE_S = 0.02
"""Seconds in which changes that belong together come."""
_KEYS = {"↑": "up", "↓": "down", "←": "left", "→": "right", "⏎": "enter", "␣": "space"}


class MainScreen(Screen[None]):
    """The bars and, between them, one section at a time."""

    def compose(self) -> ComposeResult:
        """Lay out the bars; sections come when they are first shown."""
        yield Bar(id="head")
        yield Tabs(id="tabs")
        yield Kept(id="body")
        yield Notice(id="notice")
        yield Foot(id="foot")


class Console(Questions):
    """The console.

    Args:
        reach: gives a client of the host to look at first.
        look: how it looks and behaves.
        ensure: makes sure that there is a host; None to wait for one.
    """

    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = "console.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(place + 1), f"section({place})", show=False, id=f"section.{entry.name}")
            for place, entry in enumerate(ENTRIES)
        ),
        Binding("right_square_bracket", "turn(1)", show=False, id="section.next"),
        Binding("left_square_bracket", "turn(-1)", show=False, id="section.previous"),
        Binding("tab", "app.focus_next", show=False, id="focus.next"),
        Binding("shift+tab", "app.focus_previous", show=False, id="focus.previous"),
        Binding("ctrl+p,colon", "palette", "commands", id="palette"),
        Binding("f2", "hosts", "hosts", show=False, id="hosts"),
        Binding("f5", "attach_again", show=False, id="hosts.again"),
        Binding("f3", "next_theme", "theme", show=False, id="theme"),
        Binding("ctrl+l", "redraw", show=False, id="redraw"),
        Binding("ctrl+z", "suspend_process", show=False, id="suspend"),
        Binding("question_mark,f1", "help", "help", key_display="?", id="help"),
        Binding("q", "quit", "quit", id="quit"),
        Binding("ctrl+q,ctrl+c", "quit", show=False, id="quit.always"),
    ]

    def __init__(self, reach: Reach, look: Look, *, ensure: Ensure | None = None) -> None:
        super().__init__()
        self.look = look
        self.model: Model = Model()
        self._reach: Reach = reach
        self._ensure: Ensure | None = ensure
        self._bridge: Bridge | None = None
        self._bridging: asyncio.Task[None] | None = None
        self._at: int = 0
        self._sections: dict[int, Section] = {}
        self._changed: set[Part] = set()
        self._is_small: bool = False
        self._painting: asyncio.TimerHandle | None = None
        self._painted_at_s: float = 0.0
        self._trouble: str = ""
        self._is_lost: bool = False
        self._waiting: str = ""
        self.animation_level = "none"
        for name in THEMES:
            self.register_theme(textual_theme(name))
        self.theme = f"qualia-{look.theme}"
        if look.keys:
            self.set_keymap(dict(look.keys))

    # ------------------------------------------------------------------------------------------------ the host

    async def call(self, verb: str, **params: Any) -> Any:
        """Ask the host for something and return the answer.

        Raises:
            HostUnreachable: it is not attached now, or the link broke before the answer came.
            QualiaError: what the host answered instead.
        """
        if self._bridge is None:
            raise HostUnreachable("", _("there is no host yet"))
        # What comes of it is waited for: it is shown without a pause.
        self._painted_at_s = 0.0
        if self.model.link == "stale":
            self._waiting = _("the host does not answer now; what was asked for waits until it does")
            self.tell(self._waiting, "warn")
        bridge = self._bridge
        answer = await bridge.call(verb, **params)
        if bridge is not self._bridge:
            raise HostUnreachable("", _("another host is looked at by now"))
        return answer

    def attach(self, reach: Reach, ensure: Ensure | None = None) -> None:
        """Leave the host and look at another one; the second makes sure that there is one, None waits for it."""
        self._reach, self._ensure = reach, ensure
        self.action_attach_again()

    async def _reattach(self) -> None:
        await self._leave()
        # What still comes from the host before goes into what was known of that one.
        self.model = Model()
        self.leave_dialogs()
        for section in self._sections.values():
            section.let_go()
        self._begin()
        self._show_all()

    def _begin(self) -> None:
        self._bridge = Bridge(self._reach(), self.model, self.note, ensure=self._ensure, pace_s=self.look.pace_s)
        self._bridge.watch(self._section.PARTS if self._section is not None else frozenset())
        self._bridging = asyncio.create_task(self._bridged(self._bridge), name="console-bridge")
        self._bridging.add_done_callback(self._bridge_ended)

    async def _bridged(self, bridge: Bridge) -> None:
        """Run the bridge; what ends it for good is said."""
        try:
            await bridge.run()
        except* QualiaError as group:
            told = "; ".join(sentence_of(error) for error in group.exceptions if isinstance(error, QualiaError))
            self._trouble = _("F5 tries again: {reason}", reason=told)
            self.tell(self._trouble, "bad")
            self.model.link = "lost"
            if cells(self._trouble) > self.size.width:
                after = line(_("F5 tries again, as soon as this is closed"))
                self.read(_("No host"), lambda width: (*wrapped_lines(told, width), (), after))
            self.note(frozenset({"link"}))

    def _bridge_ended(self, bridging: asyncio.Task[None]) -> None:
        """End the console when what keeps the model up to date broke: nothing on the screen would be true any more."""
        error = None if bridging.cancelled() else bridging.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    async def _leave(self) -> None:
        bridge, bridging, self._bridge, self._bridging = self._bridge, self._bridging, None, None
        try:
            if bridging is not None:
                bridging.cancel()
                await asyncio.wait((bridging,))
        finally:
            if bridge is not None:
                await bridge.close()

    # ------------------------------------------------------------------------------------------------ the screen

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what lines pass on their way to the terminal: without colours, last of all what takes them away."""
        filters = super().get_line_filters()
        return (*filters, NoColor()) if self.look.theme == "none" else filters

    def get_key_display(self, binding: Binding) -> str:
        """Return what people call a key; in words where an arrow cannot be shown."""
        told = binding.key.upper() if binding.key[1:].isdigit() else super().get_key_display(binding)
        return told if told.isascii() or not self.look.ascii_only else _KEYS.get(told, binding.key)

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen with the bars."""
        return MainScreen(id="main")

    def on_mount(self) -> None:
        """Show the first section and set off for the host."""
        self.set_class(self.look.ascii_only, "-ascii")
        self._begin()
        self._ticking: Timer = self.set_interval(1.0, self._tick)
        self.call_later(self.action_section, 0)

    def on_resize(self, event: Resize) -> None:
        """Say so when the terminal is smaller than what can be shown."""
        before, self._is_small = self._is_small, event.size.width < _LEAST[0] or event.size.height < _LEAST[1]
        if before != self._is_small:
            self._tell_room()

    async def on_unmount(self) -> None:
        """Leave the host; its runs go on."""
        await self._leave()

    def note(self, changed: frozenset[Part]) -> None:
        """Remember which parts of the model changed, and show them: at once after a pause, else at the next turn."""
        section = self._section
        if section is not None:
            # What is not on the screen is shown in whole when it comes there.
            changed &= section.PARTS | _ABOVE
        if not changed:
            return
        self._changed |= changed
        is_urgent = "link" in changed or not self.model.plugins
        if self._painting is not None:
            if not is_urgent:
                return
            self._painting.cancel()
        pause_s = max(_AT_ONCE_S, 0.0 if is_urgent else self.look.paint_s - (monotonic() - self._painted_at_s))
        # A timer of the toolkit is a task, which costs as much again as the painting.
        self._painting = asyncio.get_running_loop().call_later(pause_s, self.call_next, self._paint)

    def tell(self, text: str, style: str = "") -> None:
        """Say something in the line above the keys, until something else is said or a section is chosen."""
        # While the console is left, there may be no line any more.
        for notice in (each for screen in self.screen_stack[:1] for each in screen.query(Notice)):
            notice.show(line(text, style))

    def _tell_room(self) -> None:
        """Say what holds as long as nothing else is said: why there is no host, or that there is no room."""
        self.tell(self._trouble or (_("needs 40 by 10") if self._is_small else ""), "bad")

    def copy(self, text: str) -> Line:
        """Copy a text to the clipboard of whoever sits at the terminal, say what became of it, and return that."""
        try:
            path = kept_copy(text)
        except OSError as error:
            told = line(_("it cannot be kept for copying: {reason}", reason=str(error)), "bad")
        else:
            told = line(_("too long for the clipboard; it stands in {path}", path=path), "warn")
            if fits_clipboard(text):
                self.copy_to_clipboard(text)
                told = line(_("copied; where the terminal does not take it, it stands in {path}", path=path))
        self.tell(told[0].text, told[0].style)
        return told

    def _paint(self) -> None:
        self._painting, self._painted_at_s = None, monotonic()
        changed, self._changed = frozenset(self._changed), set()
        if not self.screen_stack:  # The console is being left.
            return
        self._show_head()
        if "link" in changed:
            self._ticking.resume()
            self._tell_link()
        section = self._section
        if section is not None and changed & (section.PARTS | {"link"}):
            section.update(changed)

    def _tick(self) -> None:
        """Keep the age of facts that are old up to date; live ones have none, and nothing wakes up for them."""
        if self.model.link == "live":
            self._ticking.pause()
        else:
            self._show_head()

    def _show_all(self) -> None:
        self._show_head()
        if self._section is not None:
            self._section.update(self._section.PARTS)

    def _show_head(self) -> None:
        host = facts.text(self.model.host, "project") or facts.text(self.model.host, "name")
        parts: list[Span] = [Span("qualia ", "title"), Span(PurePath(host).name or host, "accent")]
        if self.look.read_only:
            parts.append(Span("  " + _("read only"), "warn"))
        age_s = self._bridge.age_s if self._bridge is not None else 0.0
        self._main.query_one("#head", Bar).show(
            tuple(parts), (*verdict_line(facts.text(self.model.health, "status")), *link_line(self.model.link, age_s))
        )

    def _tell_link(self) -> None:
        """Say what can be done about a host that is lost, until it is back."""
        was_lost, self._is_lost = self._is_lost, self.model.link == "lost"
        if self._is_lost and not was_lost and not self._trouble:
            self.tell(_("the host does not answer; it is called until it does, and F5 starts anew"), "bad")
        elif was_lost and self.model.link == "live":
            self.tell(_("the host answers again"), "ok")
        elif self.model.link == "connecting" and self._bridge is not None and self._bridge.unreached is not None:
            self._trouble = _("{reason}; F2 shows those that run", reason=sentence_of(self._bridge.unreached))
            self.tell(self._trouble, "bad")
        elif self.model.link == "live" and (self._trouble or self._waiting):
            self._main.query_one(Notice).take_back(self._trouble, self._waiting)
            self._trouble = self._waiting = ""

    @property
    def _main(self) -> Screen[Any]:
        return self.screen_stack[0]

    @property
    def _section(self) -> Section | None:
        """The one on the screen; None before there is one."""
        return self._sections.get(self._at)

    # ------------------------------------------------------------------------------------------------ actions

    async def action_section(self, place: int) -> None:
        """Show a section."""
        body = self._main.query_one("#body")
        section = self._sections.get(place)
        if section is None:
            module, _colon, name = ENTRIES[place].target.partition(":")
            kind = cast("type[Section]", getattr(import_module(f"qualia_tui.sections.{module}"), name))
            section = self._sections[place] = kind(id=f"section-{ENTRIES[place].name}")
            section.display = False
            await body.mount(section)
        for other in self._sections.values():
            other.display = other is section
        self._at = place
        self._main.query_one(Tabs).show_tabs([_(entry.title) for entry in ENTRIES], place)
        self._tell_room()
        if self._bridge is not None:
            self._bridge.watch(section.PARTS)
        self._show_all()
        section.focus_first()

    async def action_turn(self, by: int) -> None:
        """Show the next section, or the one before."""
        await self.action_section((self._at + by) % len(ENTRIES))

    def action_next_theme(self) -> None:
        """Take the next theme."""
        self.wear(THEMES[(THEMES.index(self.look.theme) + 1) % len(THEMES)])

    def wear(self, theme: str) -> None:
        """Take a theme.

        Args:
            theme: one of `qualia_tui.look.THEMES`.
        """
        self.look = evolve(self.look, theme=theme)
        self.theme = f"qualia-{theme}"
        self.tell(_("theme {name}", name=theme))
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget):
                widget.refresh()

    def action_attach_again(self) -> None:
        """Leave the host, and set off for it as at the start."""
        self._trouble = ""
        self.tell("")
        self.run_worker(self._reattach(), group="attach", exclusive=True)

    def action_palette(self) -> None:
        """Offer every action by name."""
        self.run_worker(self._palette(), group="palette", exclusive=True)

    def action_help(self) -> None:
        """Show the keys."""
        from qualia_tui.dialogs.keys import Keys

        if not isinstance(self.screen, Keys):
            self.push_screen(Keys(self.screen))  # type: ignore[unused-awaitable]  # it is shown without being waited for

    def action_hosts(self) -> None:
        """Offer the hosts that run."""
        self.run_worker(self._hosts(), group="hosts", exclusive=True)

    async def _palette(self) -> None:
        from qualia_tui.dialogs.keys import options, perform

        chosen = await self.choose(_("Commands"), options(self.screen))
        if chosen is not None:
            await perform(self.screen, chosen)

    async def _hosts(self) -> None:
        from qualia_tui.dialogs.hosts import host_options, way_to

        options = await host_options(self.model.host)
        chosen = await self.choose(_("Hosts"), options, empty=_("no host runs"))
        if chosen is not None:
            self.attach(*way_to(chosen, options, read_only=self.look.read_only))
