"""Links that break, swallow what they carry, or fall silent: the client comes back, and hears each event once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core
from qualia.client import Client, HostEvent, Timing, connect
from qualia.client.hearing import Hearing
from qualia.host import Host
from tests.host.test_client import ran, until

QUICK = Timing(first_s=0.01, most_s=0.05, beat_s=0.03, stale_s=0.1, lost_s=0.6)


@given(st.integers(0, 30), st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=12), st.integers(0, 5))
def test_over_any_links_each_event_is_heard_once(count: int, cuts: list[tuple[int, bool]], since: int) -> None:
    """Whatever a link loses, at its end or in its midst, what is heard are the numbers in order, without a hole."""
    hearing, heard = Hearing(min(since, count)), list[int]()
    for length, is_holed in [*cuts, (count + 1, False)]:
        at = hearing.ask()["since"]
        hearing.begin({"epoch": "e", "since": at, "restarted": False})
        sent: list[tuple[str, dict[str, Any]]] = [
            ("event", {"seq": number, "kind": "x"}) for number in range(at + 1, count + 1)
        ]
        sent.append(("beat", {"last": count}))
        if is_holed:
            del sent[length // 2 : length // 2 + 1]
        with suppress(ValueError):
            for name, params in sent[:length]:
                event = hearing.take(name, params)
                heard += [] if event is None else [event.seq]
    assert heard == [*range(min(since, count) + 1, count + 1)]


def test_a_gap_that_is_told_is_no_loss() -> None:
    """What the host keeps no more is told with its numbers, and hearing goes on behind it."""
    hearing = Hearing(0)
    hearing.ask()
    hearing.begin({"epoch": "e", "since": 0})
    gap = hearing.take("gap", {"first": 1, "last": 7})
    assert gap is not None
    assert (gap.kind, gap.seq) == ("gap", 7)
    event = hearing.take("event", {"seq": 8, "kind": "x"})
    assert event is not None
    assert event.seq == 8


def test_what_comes_before_the_answer_to_a_subscription_is_not_heard() -> None:
    """It belongs to an older subscription, and the new one brings it again."""
    hearing = Hearing(3)
    hearing.ask()
    assert hearing.take("event", {"seq": 9, "kind": "x"}) is None
    restarted = hearing.begin({"epoch": "f", "since": 0, "restarted": True})
    assert restarted is not None
    assert (restarted.kind, hearing.last) == ("restarted", 0)


class Swallowing:
    """Stands between clients and a host; while it is cut, it takes whatever comes and hands nothing on."""

    def __init__(self, behind: Path) -> None:
        self.is_cut = False
        self._behind = behind
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        there, back = await asyncio.open_unix_connection(self._behind)
        self._writers += [writer, back]
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(4096):
                if not self.is_cut:
                    target.write(data)
        target.close()

    def hang_up(self) -> None:
        """End every connection."""
        for each in self._writers:
            each.transport.abort()


@asynccontextmanager
async def between(host: Host, short: Path) -> AsyncGenerator[tuple[Swallowing, Client]]:
    """Yield a link that swallows on demand, and a client at its other end."""
    link = Swallowing(host.place.path)
    server = await asyncio.start_unix_server(link.serve, short / "between.sock")
    async with server:
        async with await connect(short / "between.sock", timing=QUICK) as client:
            yield link, client
        link.hang_up()


def note(host: Host, count: int) -> None:
    """Let some things happen in a host."""
    for _ in range(count):
        host.log.add({"kind": "x", "at_s": 0.0, "run": None, "details": {}})


def state_of(client: Client) -> str:
    """Return a client's state now."""
    return client.state


async def numbers(events: AsyncIterator[HostEvent], last: int) -> tuple[list[int], list[str]]:
    """Return the numbers of events up to one, and the states of the link meanwhile."""
    heard: list[int] = []
    states: list[str] = []
    async for event in events:
        if event.kind == "link":
            states.append(event.details["state"])
        else:
            heard.append(event.seq)
            if event.seq == last:
                break
    return heard, states


@pytest.mark.parametrize("is_given_up", [False, pytest.param(True, marks=pytest.mark.whole)])
def test_a_link_that_swallows_loses_no_event(core: Core, host: Host, short: Path, is_given_up: bool) -> None:
    """Silence is told as stale; when bytes flow again the client finds out what it missed, on this link or the next."""

    async def work() -> None:
        async with between(host, short) as (link, client):
            events = client.events(since=0)
            note(host, 3)
            heard, _states = await numbers(events, 3)
            link.is_cut = True
            note(host, 5)
            await until(events, "link")
            assert state_of(client) == "stale"
            while is_given_up and state_of(client) != "lost":
                await until(events, "link")
            note(host, 4)
            link.is_cut = False
            # Nothing happens after the return: the sign of life alone tells that something was missed.
            more, states = await numbers(events, 12)
            assert [*heard, *more] == [*range(1, 13)]
            assert "lost" in states or is_given_up
            while state_of(client) != "live":
                await until(events, "link")
            assert await client.call("ping") == {}

    ran(work)


@pytest.mark.whole
def test_a_call_that_was_swallowed_fails_with_its_link(core: Core, host: Host, short: Path) -> None:
    """Half of a request that arrives is refused by the host, and nobody waits for the answer."""
    from qualia.client import HostUnreachable

    async def work() -> None:
        async with between(host, short) as (link, client):
            assert client._link is not None
            link.is_cut = True
            asked = asyncio.ensure_future(client.call("ping"))
            await asyncio.sleep(0)
            inside = client._link._writer
            while inside.transport.get_write_buffer_size():  # noqa: ASYNC110 - the kernel takes it in its own time
                await asyncio.sleep(0)
            await client.attached()
            with pytest.raises(HostUnreachable):
                await asked

    ran(work)


@pytest.mark.whole
def test_a_host_that_says_no_hello_does_not_hold_up_the_next_try(core: Core, host: Host, short: Path) -> None:
    """A try that was swallowed is not waited for: the one after it attaches."""

    async def work() -> None:
        async with between(host, short) as (link, client):
            events = client.events()
            link.is_cut = True
            link.hang_up()
            asyncio.get_running_loop().call_later(0.3, setattr, link, "is_cut", False)
            began_s = asyncio.get_running_loop().time()
            while state_of(client) != "live" or asyncio.get_running_loop().time() - began_s < 0.3:
                await until(events, "link")
            # Less than the 5 seconds for which a hello is waited.
            assert asyncio.get_running_loop().time() - began_s < 4

    ran(work)
