"""The events of a running host, taken one after the other by a thread that has no event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from qualia.client import Client, HostEvent, connect
from qualia.protocol.places import Place

_WITHIN_S = 10.0


class Following:
    """Attached to a host until it is closed.

    Args:
        place: where the host answers.

    Raises:
        HostUnreachable: nobody answers there.
        HostRefused: the host speaks no version that is known here.
    """

    def __init__(self, place: Place) -> None:
        self._loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
        try:
            attaching = connect(place, name="qualia log", read_only=True, within_s=_WITHIN_S)
            self._client: Client = self._loop.run_until_complete(attaching)
        except BaseException:
            self._loop.close()
            raise
        self._events: AsyncIterator[HostEvent] = self._client.events(since=0)
        self._next: asyncio.Task[HostEvent | None] | None = None

    @property
    def last(self) -> int:
        """The number of the host's latest event when it was attached to."""
        last: object = self._client.told.get("last", 0)
        return last if isinstance(last, int) else 0

    @property
    def is_live(self) -> bool:
        """Whether the host is heard."""
        return self._client.state in ("live", "stale")

    def next(self, *, within_s: float) -> HostEvent | None:
        """Return the next event; None when there is none within a time."""
        return self._loop.run_until_complete(self._taken(within_s))

    def close(self) -> None:
        """Leave the host. Closing twice is fine."""
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._left())
            self._loop.close()

    async def _taken(self, within_s: float) -> HostEvent | None:
        if self._next is None:
            self._next = asyncio.ensure_future(_one(self._events))
        # The task is left as it is when the time is over: an iteration that is cancelled has ended.
        done, _pending = await asyncio.wait((self._next,), timeout=within_s)
        if not done:
            return None
        task, self._next = self._next, None
        return task.result()

    async def _left(self) -> None:
        await self._client.close()
        if self._next is not None:
            with suppress(asyncio.CancelledError):
                await self._next

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


async def _one(events: AsyncIterator[HostEvent]) -> HostEvent | None:
    return await anext(events, None)
