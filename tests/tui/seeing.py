"""A console on a screen in memory, and a host that answers from plain data: what tests of the console are made of.

::

    async def work() -> None:
        async with shown(FakeHost(answers()), size=(80, 24)) as seen:
            await seen.press("2")
            await seen.until("word_frequency")
            seen.host.say("plugin_reloaded", plugin="word_frequency", generation=2)

    ran(work)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, cast

from attrs import evolve, frozen
from rich.style import Style
from textual._context import visible_screen_stack
from textual.events import Key, Resize
from textual.geometry import Size
from textual.keys import _character_to_key  # pyright: ignore[reportPrivateUsage]  # how a key is called
from textual.pilot import Pilot

from qualia.client import Client, HostEvent
from qualia.client.feed import Feed
from qualia_tui.app import Console
from qualia_tui.look import Look
from qualia_tui.words import speaking

BOUND_S = 30.0
BEGAN_S = 1_767_261_600.0
"""1 January 2026, 10:00 UTC: when everything in these tests begins."""
_QUIET = 5
"""Turns of the event loop without a message after which nothing is under way."""
_TIMERS = ("_painting", "_resize_timer", "_resize_event")
"""What the console and Textual put off for a moment."""
Answer = Any
"""Plain data, an error that is raised, or a function that takes the params and gives either."""


def ran(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine to its end, within a bound."""

    async def bounded() -> Any:
        async with asyncio.timeout(BOUND_S):
            return await work()

    return asyncio.run(bounded())


class FakeHost:
    """Stands where the client of a host stands: answers from plain data and tells events.

    Args:
        answers: by verb.
        told: what hello tells; None for a host called "interviews".

    Attributes:
        asked: every request that came, in order.
        answers: may be changed at any time.
    """

    def __init__(self, answers: Mapping[str, Answer], *, told: Mapping[str, Any] | None = None) -> None:
        self.answers: dict[str, Answer] = dict(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.told: Mapping[str, Any] = told or {"name": "interviews", "project": "/srv/interviews", "last": 0}
        self.age_s: float = 0.0
        self._feed: Feed = Feed()
        self._seq: int = 0

    @property
    def waiting(self) -> int:
        """How many events were not taken yet."""
        return len(self._feed)

    async def attached(self) -> None:
        """Be there at once."""

    async def call(self, verb: str, **params: Any) -> Any:
        """Answer."""
        self.asked.append((verb, params))
        answer = self.answers.get(verb, [])
        if callable(answer):
            answer = answer(**params)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def events(self, since: int | None = None) -> AsyncIterator[HostEvent]:
        """Yield what was said."""
        del since
        while (event := await self._feed.next()) is not None:
            yield event

    async def close(self) -> None:
        """End."""
        self._feed.end()

    def say(self, kind: str, *, run: str | None = None, plugin: str | None = None, **details: Any) -> HostEvent:
        """Tell an event; each comes a second after the one before."""
        self._seq += 1
        step = details.pop("step", None)
        event = HostEvent(
            kind=kind, seq=self._seq, at_s=BEGAN_S + self._seq, run=run, plugin=plugin, step=step, details=details
        )
        self._feed.put(event)
        return event

    def link(self, state: str) -> None:
        """Tell that the link is live, stale or lost."""
        self._feed.put(HostEvent(kind="link", seq=self._seq, details={"state": state}))

    def heard(self, verb: str) -> list[dict[str, Any]]:
        """Return the params of each request for a verb."""
        return [params for name, params in self.asked if name == verb]


@frozen(kw_only=True)
class QuickLook(Look):
    """A look without pauses between two looks at what changes."""

    @property
    def pace_s(self) -> float:
        """Seconds between two looks at what changes."""
        return 0.002


class Seen:
    """A console and what can be seen of it.

    Args:
        app: the console.
        pilot: presses its keys.
        host: the host it looks at, when it is one of these tests.
    """

    def __init__(self, app: Console, pilot: Pilot[int], host: FakeHost | None) -> None:
        self.app: Console = app
        self.pilot: Pilot[int] = pilot
        self._host: FakeHost | None = host

    @property
    def host(self) -> FakeHost:
        """The host of plain data."""
        assert self._host is not None
        return self._host

    def strips(self) -> list[list[tuple[str, Style]]]:
        """Return what each line of the screen is made of: texts and their styles."""
        app: Any = self.app
        # What stands behind a dialog is painted with it, as when Textual itself paints.
        visible_screen_stack.set(app._background_screens)
        compositor = app.screen._compositor
        return [[(segment.text, segment.style or Style()) for segment in strip] for strip in compositor.render_strips()]

    def lines(self) -> list[str]:
        """Return the lines of the screen, without the spaces at their ends."""
        return ["".join(text for text, _style in strip).rstrip() for strip in self.strips()]

    def text(self) -> str:
        """Return the whole screen as one text."""
        return "\n".join(self.lines()) + "\n"

    async def press(self, *keys: str) -> Self:
        """Press keys, one after the other, and let each have its effect."""
        for key in keys:
            pressed = Key(_character_to_key(key) if len(key) == 1 else key, key if len(key) == 1 else None)
            pressed.set_sender(self.app)
            self.app.post_message(pressed)
            await self.settled()
        return self

    async def settled(self) -> Self:
        """Wait until everything that was asked for now is on the screen; work that waits for somebody is not."""
        for _round in range(2):
            quiet = 0
            while quiet < _QUIET:
                # Waiting for the processor to be idle, as Textual's own pilot does, takes ten times as long.
                waits = any(getattr(self.app, name, None) is not None for name in _TIMERS)
                await asyncio.sleep(0.001 if waits else 0)
                quiet = 0 if waits or self._is_busy() else quiet + 1
            # What is behind a dialog is painted first, as it is seen through it.
            for screen in cast("list[Any]", self.app.screen_stack):
                screen._on_timer_update()
        return self

    def _is_busy(self) -> bool:
        parts = (each for screen in self.app.screen_stack for each in screen.walk_children(with_self=True))
        return bool(self.app.message_queue_size) or any(each.message_queue_size for each in parts)

    async def until(self, what: str | Callable[[str], bool]) -> Self:
        """Wait until a text is on the screen, or the screen fits; the bound is that of `ran`."""
        fits = (lambda text: what in text) if isinstance(what, str) else what
        try:
            while not fits(self.text()):  # noqa: ASYNC110 - what is on a screen has no event of its own
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            raise AssertionError(f"never seen: {what}\n{self.text()}") from None
        return self

    async def wear(self, **changes: Any) -> Self:
        """Change the look, such as ``theme`` or ``ascii_only``."""
        self.app.look = evolve(self.app.look, **changes)
        self.app.set_class(self.app.look.ascii_only, "-ascii")
        self.app.theme = f"qualia-{self.app.look.theme}"
        for box in self.app.screen.query(".box"):
            box.set_class(self.app.look.ascii_only, "-ascii")
        self.app.refresh(layout=True)
        for screen in self.app.screen_stack:
            for widget in screen.walk_children():
                widget.refresh()
        return await self.settled()

    async def resize(self, width: int, height: int) -> Self:
        """Make the terminal larger or smaller."""
        driver: Any = getattr(self.app, "_driver")  # noqa: B009 - what else knows the size of a terminal in memory
        size = Size(width, height)
        driver._size = size
        self.app.post_message(Resize(size, size))
        await asyncio.sleep(0)
        return await self.settled()


@asynccontextmanager
async def shown(
    host: FakeHost | Callable[[], Client], *, size: tuple[int, int] = (80, 24), language: str = "en", **look: Any
) -> AsyncGenerator[Seen, None]:
    """Show a console; it is left at the end.

    Args:
        host: plain data, or what gives a client of a real host.
        size: columns and lines.
        language: what it speaks.
        look: further fields of `Look`.
    """
    fake = host if isinstance(host, FakeHost) else None
    reach = (lambda: cast("Client", fake)) if isinstance(host, FakeHost) else host
    app = Console(reach, QuickLook(language=language, **look))
    with speaking(language):
        async with app.run_test(size=size) as pilot:
            seen = Seen(app, pilot, fake)
            await seen.settled()
            yield seen
