"""An app that sends its terminal only what differs from what stands there, and waits while nobody reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.events import Event, Key, Resize
from textual.screen import Screen
from textual.strip import Strip

from qualia._safe import safe_text
from qualia_tui.terminal.standing import Piece, Standing

_FRAMES, _TOLD = 20, 8_000
"""Calls and characters that are told of an error nobody foresaw."""
_AGAIN_S = 0.1
"""Seconds between two looks whether a terminal that was not read is read again."""


class SparingApp(App[int]):
    """Textual's app with a terminal at the other end of a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._standing: Standing = Standing()
        self._starts: int = 0
        self._is_waiting: bool = False

    def get_driver_class(self) -> type[Driver]:
        """Return what speaks to the terminal."""
        if sys.platform == "win32":
            return super().get_driver_class()
        from qualia_tui.terminal.driver import SparingDriver

        return SparingDriver

    @property
    def is_stuck(self) -> bool:
        """Whether the terminal did not take the last bytes, so that threads still wait for it."""
        return bool(getattr(self._driver, "is_stuck", False))

    async def on_event(self, event: Event) -> None:
        """Take what happens; once it is left, keys still on their way open nothing: nothing is laid out then."""
        if not (self._exit and isinstance(event, Key)):
            await super().on_event(event)

    def action_redraw(self) -> None:
        """Paint the whole screen anew, whatever stands there."""
        self._standing.forget()
        self.screen.refresh(layout=True)

    def _handle_exception(self, error: Exception) -> None:
        """End after an error nobody foresaw; while it is left, a screen on its way has no parts, and that is none."""
        if not (self._exit and isinstance(error, NoMatches)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End after an error nobody foresaw; what variables held is not told, for people's texts are among that."""
        from traceback import format_exception

        from rich.text import Text

        if self._exception is not None:
            told = safe_text("".join(format_exception(self._exception, limit=-_FRAMES)))
            self._exit_renderables.append(Text(told[-_TOLD:].rstrip()))
        self._close_messages_no_wait()

    def on_resize(self, event: Resize) -> None:
        """Forget what stood on a screen of another size: terminals differ in what they keep of it."""
        if self._standing.size != (event.size.width, event.size.height):
            self._standing.forget()

    def on_driver_signal_resume(self) -> None:
        """Paint everything when the terminal is the console's again after a pause."""
        self.action_redraw()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Send what differs; while the terminal is not read nothing is, and afterwards the newest state alone."""
        is_shown = self._running and not self._closed and not self.is_headless and not self._batch_count
        send = cast("Callable[[Screen[Any], Any], None]", super()._display)  # pyright: ignore[reportUnknownMemberType]
        if not is_shown or not isinstance(renderable, CompositorUpdate):
            send(screen, renderable)
            return
        driver = self._driver
        starts = getattr(driver, "starts", 0)
        if starts != self._starts:
            self._starts = starts
            self._standing.forget()
        if getattr(driver, "is_behind", False):
            self._paint_later()
            return
        told = self._difference(renderable)
        if told or screen.outer_size.clamp_offset(self.cursor_position) != self._previous_cursor_position:
            send(screen, _Told(told))

    def _difference(self, update: CompositorUpdate) -> str:
        console: Any = self.console
        system = console._color_system or ColorSystem.TRUECOLOR  # noqa: SLF001 - as Textual itself paints

        def codes(style: Style) -> str:
            return style._ansi or Strip.render_ansi(style, system)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

        width, height = self.size
        return self._standing.difference(_pieces(update), size=(width, height), codes=codes)

    def _paint_later(self) -> None:
        if not self._is_waiting:
            self._is_waiting = True
            self.set_timer(_AGAIN_S, self._paint_if_read)

    def _paint_if_read(self) -> None:
        self._is_waiting = False
        if getattr(self._driver, "waiting", 0):
            self._paint_later()
        else:
            self.screen.refresh(layout=True)


class _Told(CompositorUpdate):
    """An update that is rendered already."""

    def __init__(self, told: str) -> None:
        self._told: str = told

    def render_segments(self, console: object) -> str:
        """Return it."""
        del console
        return self._told


def _pieces(update: CompositorUpdate) -> Iterator[Piece]:
    """Yield what an update would paint, and where."""
    if isinstance(update, LayoutUpdate):
        for row, strips in enumerate(update.strips, update.region.y):
            yield update.region.x, row, [segment for strip in strips for segment in strip]
    elif isinstance(update, ChopsUpdate):
        for row, begin, end in update.spans:
            for stop, (column, strip) in zip(update.chop_ends[row], update.chops[row].items(), strict=False):
                if strip is not None and column <= end and stop > begin:
                    yield column, row, list(strip.crop(0, min(stop, end) - column) if stop > end else strip)
