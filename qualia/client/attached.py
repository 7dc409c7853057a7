"""A client that stays attached: it comes back after the link broke, and goes on with the events where it stopped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from qualia._values import is_mapping
from qualia.client.feed import Feed, HostEvent
from qualia.client.hearing import Hearing
from qualia.client.link import Link, opened_link
from qualia.client.timing import Timing
from qualia.errors import QualiaError
from qualia.protocol import HostUnreachable
from qualia.protocol.places import Place, place_at, socket_paths

LinkState = Literal["connecting", "live", "stale", "lost", "closed"]
Places = Callable[[], Sequence[Place]]
_HELLO_S = 5.0
_LEAST_PAUSE_S = 0.05
_SOON_S = 0.2
_MOST_TRIES = 8
Reached = tuple[Link, Mapping[str, Any]]
"""A link, and what hello told."""


async def connect(
    at: Place | str | Path | None = None,
    *,
    project: str | Path | None = None,
    name: str = "",
    read_only: bool = False,
    within_s: float = 5.0,
    timing: Timing | None = None,
) -> Client:
    """Attach to a host and return the client, which stays attached until it is closed.

    Args:
        at: where the host answers: its socket, or a `Place`, such as `running` finds; None for the project's.
        project: the project's folder, when ``at`` is None; None for the folder this process stands in.
        name: what the host calls this client.
        read_only: whether this client only wants to look.
        within_s: seconds to try at first.
        timing: how patient it is afterwards; None for the defaults.

    Raises:
        HostUnreachable: no host answers there.
        HostRefused: the host speaks no version that is known here.
    """
    client = attach(at, project=project, name=name, read_only=read_only, timing=timing)
    try:
        await client.attached(within_s=within_s)
    except BaseException:
        await client.close()
        raise
    return client


def attach(
    at: Place | str | Path | None = None,
    *,
    project: str | Path | None = None,
    name: str = "",
    read_only: bool = False,
    timing: Timing | None = None,
) -> Client:
    """Return a client that is on its way to a host, which may come later; to be called while an event loop runs.

    Args:
        at: where the host answers: its socket, or a `Place`, such as `running` finds; None for the project's.
        project: the project's folder, when ``at`` is None; None for the folder this process stands in.
        name: what the host calls this client.
        read_only: whether this client only wants to look.
        timing: how patient it is; None for the defaults.
    """
    return Client(places_of(at, project), name=name, read_only=read_only, timing=timing or Timing())


def places_of(at: Place | str | Path | None, project: str | Path | None) -> Places:
    """Return what gives the places where a host may be; the arguments are those of `connect`."""
    if isinstance(at, Place):
        return lambda: (at,)
    paths = (Path(at),) if at is not None else socket_paths(Path(project or Path.cwd()) / ".qualia", os.environ)

    def found() -> Sequence[Place]:
        return [place_at(path) or Place(path=path) for path in paths]

    return found


class Client:
    """Attached to a host, or on its way there. Used within one event loop.

    Attributes:
        state: "connecting" at first, "live", "stale" (silent for a moment), "lost" (on its way back) or "closed".
        told: what hello told of the host; empty before the first.

    Args:
        places: gives where the host may be, the first choice first.
        name: what the host calls it.
        read_only: whether it only wants to look.
        timing: how patient it is.
    """

    def __init__(self, places: Places, *, name: str, read_only: bool, timing: Timing) -> None:
        self.state: LinkState = "connecting"
        self.told: Mapping[str, Any] = {}
        self._places: Places = places
        self._name: str = name
        self._read_only: bool = read_only
        self._timing: Timing = timing
        self._link: Link | None = None
        self._feed: Feed | None = None
        self._hearing: Hearing = Hearing(None)
        self._heard_at_s: float = timing.clock()
        self._trouble: QualiaError | None = None
        self._is_given_up: bool = False
        self._changed: asyncio.Event = asyncio.Event()
        self._keeping: asyncio.Task[None] = asyncio.create_task(self._keep(), name="qualia-client")

    @property
    def age_s(self) -> float:
        """Seconds since the host was last heard."""
        return max(0.0, self._timing.clock() - self._heard_at_s)

    @property
    def waiting(self) -> int:
        """How many events came and were not taken yet."""
        return 0 if self._feed is None else len(self._feed)

    async def attached(self, *, within_s: float | None = None) -> None:
        """Wait until it is attached.

        Args:
            within_s: seconds to wait at most; None for ever.

        Raises:
            HostUnreachable: it could not be in that time, or it was closed.
            HostRefused: the host speaks no version that is known here.
        """
        try:
            async with asyncio.timeout(within_s):
                while self._link is None:
                    if self._is_given_up or self.state == "closed":
                        raise self._unattached()
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            raise self._unattached() from error

    async def call(self, verb: str, **params: Any) -> Any:
        """Ask the host for something and return the answer, as plain data.

        Raises:
            HostUnreachable: it is not attached now, or the link broke before the answer came.
            HostRefused: it is longer than a host takes, or the host speaks no version that is known here.
            QualiaError: what the host answered instead, as the class it was.
        """
        if self._link is None:
            raise self._unattached()
        return await self._link.call(verb, params)

    async def events(self, since: int | None = None) -> AsyncIterator[HostEvent]:
        """Yield events until it is closed, over links that break: each once and in order, a gap is told.

        Args:
            since: the number of the last event that was heard; 0 for all that the host keeps, None for new ones.

        Raises:
            ValueError: somebody iterates already.
            HostRefused: the number is none, or the host that answers now speaks no version that is known here.
        """
        if self._feed is not None:
            raise ValueError("the events of a client can be iterated over by one at a time")
        epoch, feed = self._hearing.epoch, Feed()
        self._feed, self._hearing = feed, Hearing(since)
        self._hearing.epoch = epoch
        if self._is_given_up or self.state == "closed":
            feed.end(self._unattached() if self._is_given_up else None)
        # Aside, so that what becomes of the link is told while the host has not answered yet.
        subscribing = asyncio.create_task(self._begin_hearing(feed), name="qualia-client-subscribe")
        try:
            while (event := await feed.next()) is not None:
                yield event
        finally:
            subscribing.cancel()
            self._feed = None

    async def close(self) -> None:
        """Leave the host. Closing twice is fine."""
        self.state = "closed"
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        if self._feed is not None:
            self._feed.end()
        self._changed.set()

    async def __aenter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    # ------------------------------------------------------------------------------------------------ the link

    async def _keep(self) -> None:
        """Stay attached, for ever."""
        while True:
            try:
                link, self.told = await self._reached()
            except QualiaError as error:
                # Asking again would not change the answer.
                self._give_up(error)
                return
            try:
                await self._live(link)
            finally:
                self._link = None
                await link.close()
            self._trouble = HostUnreachable(str(self._places()[0].path), link.reason or "the link broke")
            self._be("lost", reason=link.reason)
            # A host that takes clients in and drops them shall not be asked without a pause.
            await self._timing.sleep(self._timing.first_s)

    async def _reached(self) -> Reached:
        """Return the first link on which a host says hello, however long that takes.

        A try that hears nothing is not waited for before the next one: its hello may be lost, and the host be back.

        Raises:
            QualiaError: the host refuses this client.
        """
        attempt, tries = 0, set[asyncio.Task[Reached]]()
        try:
            while True:
                if len(tries) < _MOST_TRIES:
                    tries.add(asyncio.create_task(self._opened(), name="qualia-client-try"))
                await asyncio.wait(tries, timeout=_SOON_S, return_when=asyncio.FIRST_COMPLETED)
                if (reached := self._first_of(tries)) is not None:
                    return reached
                pause = asyncio.ensure_future(self._timing.sleep(self._timing.pause_s(attempt)))
                try:
                    await asyncio.wait((pause, *tries), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    pause.cancel()
                if (reached := self._first_of(tries)) is not None:
                    return reached
                attempt += 1
        finally:
            for each in tries:
                each.cancel()
            for link in await asyncio.gather(*tries, return_exceptions=True):
                if isinstance(link, tuple):
                    await link[0].close()

    def _first_of(self, tries: set[asyncio.Task[Reached]]) -> Reached | None:
        """Take out what some try reached; None when none has yet, and those that failed are gone.

        Raises:
            QualiaError: the host refuses this client.
        """
        for each in [each for each in tries if each.done()]:
            tries.discard(each)
            try:
                return each.result()
            except HostUnreachable as error:
                self._trouble = error
        return None

    async def _opened(self) -> Reached:
        trouble: HostUnreachable = HostUnreachable("", "no place is known")
        hello = {"client": self._name, "read_only": self._read_only, "beat_s": self._timing.beat_s}
        for place in self._places():
            try:
                return await opened_link(place, hello=hello, heard=self._hear, within_s=_HELLO_S)
            except HostUnreachable as error:
                trouble = error
        raise trouble

    async def _live(self, link: Link) -> None:
        """Use a link until it breaks or is silent for too long."""
        # First of all: whoever hears an event may ask about it at once.
        self._link = link
        try:
            if self._feed is not None:
                async with asyncio.timeout(_HELLO_S):
                    await self._begin_hearing(self._feed)
        except TimeoutError:
            return
        if link.reading.done():
            return
        self._be("live")
        self._changed.set()
        while not link.reading.done():
            await self._listen(link)
            if self.age_s > self._timing.lost_s:
                link.reason = "the host is silent"
                return

    async def _listen(self, link: Link) -> None:
        """Wait until silence would mean something, or the link breaks."""
        left_s = self._timing.stale_s - self.age_s if self.state == "live" else self._timing.beat_s
        pause = asyncio.ensure_future(self._timing.sleep(max(_LEAST_PAUSE_S, left_s)))
        try:
            await asyncio.wait((pause, link.reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
        if self.age_s >= self._timing.stale_s and self.state == "live":
            self._be("stale")

    async def _begin_hearing(self, feed: Feed) -> None:
        if self._link is None:
            return
        try:
            await self._subscribe(self._link)
        except HostUnreachable:
            # The link broke meanwhile; the next one subscribes by itself.
            return
        except QualiaError as error:
            feed.end(error)

    async def _subscribe(self, link: Link) -> None:
        await link.call("subscribe", self._hearing.ask())

    def _hear(self, name: str, params: Mapping[str, Any]) -> None:
        """Take in what came from the host.

        Raises:
            ValueError: something before it never arrived, so that the link is no good.
        """
        self._heard_at_s = self._timing.clock()
        if self.state == "stale":
            self._be("live")
        if self._feed is None:
            return
        if name == "subscribe answered":
            event = self._hearing.begin(params["result"]) if is_mapping(params["result"]) else None
        else:
            event = self._hearing.take(name, params)
        if event is not None:
            self._feed.put(event)

    def _be(self, state: LinkState, **details: Any) -> None:
        self.state = state
        if self._feed is not None:
            self._feed.put(HostEvent(kind="link", seq=self._hearing.last or 0, details={"state": state, **details}))

    def _give_up(self, error: QualiaError) -> None:
        """Try no more, and tell everybody who waits why."""
        self._trouble, self._is_given_up = error, True
        if self._feed is not None:
            self._feed.end(error)
        self._changed.set()

    def _unattached(self) -> QualiaError:
        """Return why nothing can be asked now."""
        if self._trouble is None or (self.state == "closed" and not self._is_given_up):
            told = "the client was closed" if self.state == "closed" else "nobody answered yet"
            return HostUnreachable(str(self._places()[0].path), told)
        # Another one each time: what is raised gathers where it went through.
        return type(self._trouble)(*self._trouble.args)
