"""Between the host and the model: keeps attached, takes events in, and asks again for what they made old.

It runs in the console's event loop and waits for the host nowhere but here; whoever shows the model hears which parts
changed, at most a few times a second however many events there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from qualia.client import Client, HostUnreachable
from qualia.errors import QualiaError
from qualia_tui.model.state import Model, Part

Ensure = Callable[[], Awaitable[object]]
"""Makes sure that a host is there, or raises why none can be."""
Changed = Callable[[frozenset[Part]], object]
_VERBS: Mapping[Part, tuple[str, Mapping[str, Any]]] = {
    "plugins": ("plugins.list", {}),
    "health": ("health", {}),
    "jobs": ("runs.list", {}),
    "pipelines": ("pipelines.list", {}),
    "history": ("history.list", {"limit": 300, "brief": True}),
    "operations": ("operations.list", {}),
}
_EARLIER = 300
"""Events from before the console came that its log begins with."""
_PATIENCE_S = 2.0
"""Seconds after which somebody wants to know why no host answers yet."""
_AT_ONCE = 500
"""Events taken in before the screen may follow."""


class Bridge:
    """Attaches a model to a host.

    Args:
        client: how the host is spoken to; closed with the bridge.
        model: what is known of it.
        changed: told which parts changed.
        ensure: makes sure that there is a host; None to wait for one.
        pace_s: seconds between two looks at parts that events made old; slower lines want more.
        health_s: seconds between two looks at health while nothing happens.
    """

    def __init__(
        self,
        client: Client,
        model: Model,
        changed: Changed,
        *,
        ensure: Ensure | None = None,
        pace_s: float = 1.0,
        health_s: float = 10.0,
    ) -> None:
        self.pace_s: float = pace_s
        self._client: Client = client
        self._model: Model = model
        self._changed: Changed = changed
        self._ensure: Ensure | None = ensure
        self._health_s: float = health_s
        self._watched: frozenset[Part] = frozenset({"plugins", "health", "jobs"})
        self._more: asyncio.Event = asyncio.Event()
        self._urgent: asyncio.Event = asyncio.Event()
        self.unreached: QualiaError | None = None
        """Why no host was reached so far; None while there is hope, and afterwards."""

    @property
    def age_s(self) -> float:
        """Seconds since the host was last heard."""
        return self._client.age_s

    def watch(self, parts: frozenset[Part]) -> None:
        """Say which parts are on the screen: only these are asked for again."""
        news = parts - self._watched
        self._watched = parts | frozenset[Part]({"health"})
        self._model.wanted.update(news)
        self._more.set()
        self._urgent.set()

    async def call(self, verb: str, **params: Any) -> Any:
        """Ask the host for something and return the answer.

        Raises:
            HostUnreachable: it is not attached now, or the link broke before the answer came.
            QualiaError: what the host answered instead.
        """
        return await self._client.call(verb, **params)

    async def run(self) -> None:
        """Keep the model up to date until cancelled; a host that is not there is waited for without end."""
        async with asyncio.TaskGroup() as group:
            if self._ensure is not None:
                group.create_task(self._ensured(self._ensure), name="console-host")
            explaining = group.create_task(self._explained(), name="console-explains")
            await self._client.attached()
            explaining.cancel()
            self.unreached = None
            group.create_task(self._asking(), name="console-asks")
            await self._listening()

    async def close(self) -> None:
        """Leave the host."""
        await self._client.close()

    async def _explained(self) -> None:
        """Learn why no host answers, when none did for a while."""
        await asyncio.sleep(_PATIENCE_S)
        try:
            await self._client.call("health")
        except HostUnreachable as error:
            self.unreached = error
            self._changed(frozenset({"link"}))

    async def _ensured(self, ensure: Ensure) -> None:
        if self._model.link != "live":
            self._model.link = "starting"
            self._changed(frozenset({"link"}))
        await ensure()
        if self._model.link == "starting":
            self._model.link = "connecting"

    async def _listening(self) -> None:
        """Take in events, many at a time when there are many."""
        self._model.host, self._model.link = self._client.told, "live"
        self._model.wanted.update(self._watched)
        self._changed(frozenset({"link"}))
        self._more.set()
        last = self._client.told.get("last")
        since = max(0, last - _EARLIER) if isinstance(last, int) else None
        changed: set[Part] = set()
        taken = 0
        async for event in self._client.events(since=since):
            changed |= self._model.take(event)
            taken += 1
            if event.kind == "restarted" or (event.kind == "link" and self._model.link == "live"):
                self._model.host = self._client.told
            if self._client.waiting == 0 or taken >= _AT_ONCE:
                self._changed(frozenset(changed))
                changed, taken = set[Part](), 0
                if self._model.wanted & self._watched:
                    self._more.set()
                # Lets the screen, and whoever presses a key, have a turn.
                await asyncio.sleep(0)

    async def _asking(self) -> None:
        """Ask again for parts that are old and looked at, and for health every now and then."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._health_s):
                    await self._more.wait()
            if not self._more.is_set():
                self._model.wanted.add("health")
            self._more.clear()
            # In one breath: the host answers in one, and the screen is painted once.
            await asyncio.gather(*map(self._ask, sorted(self._model.wanted & self._watched & _VERBS.keys())))
            # Whoever turns to another section waits for nothing.
            self._urgent.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.pace_s):
                    await self._urgent.wait()

    async def _ask(self, part: Part) -> None:
        verb, params = _VERBS[part]
        try:
            answer = await self._client.call(verb, **params)
        except HostUnreachable:
            # It stays wanted: as soon as the link is back, it is asked for.
            return
        except QualiaError as error:
            # Another version's host may not know the verb, and one without a project keeps no history.
            self._changed(self._model.refuse(part, error))
            return
        self._changed(self._model.learn(part, answer))
