"""A client that stays attached, whatever becomes of its host."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import qualia
from qualia import Core, Document
from qualia.client import HostEvent, HostRefused, HostUnreachable, Timing, attach, connect, running
from qualia.client.feed import Feed
from qualia.errors import UnknownPlugin
from qualia.host import Host, expose
from qualia.protocol import Code, encoded

BOUND_S = 30.0


def ran(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine to its end, within a bound."""

    async def bounded() -> Any:
        async with asyncio.timeout(BOUND_S):
            return await work()

    return asyncio.run(bounded())


async def until(events: AsyncIterator[HostEvent], kind: str) -> list[HostEvent]:
    """Return the events up to the first of a kind."""
    found: list[HostEvent] = []
    async for event in events:
        found.append(event)
        if event.kind == kind:
            return found
    raise AssertionError(f"the events ended before {kind}")


async def turned(holds: Callable[[], bool]) -> None:
    """Let the event loop go on until something holds."""
    while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0)


def test_a_client_loads_no_engine() -> None:
    """Whoever only watches pays for none of what runs plugins."""
    code = "import sys, json, qualia.client; print(json.dumps(sorted(sys.modules)))"
    path = str(Path(qualia.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    loaded = [name for name in json.loads(done.stdout) if name.startswith("qualia.")]
    allowed = ("client", "protocol", "errors", "_values", "_version", "_nearest")
    assert [name for name in loaded if name.split(".")[1] not in allowed] == []


def test_a_client_asks_and_hears(core: Core, host: Host, project: Path) -> None:
    """Answers are plain data, refusals the errors they were, and events come as they happen."""

    async def work() -> None:
        async with await connect(project=project, name="test") as client:
            assert client.told["name"] == str(project)
            assert "toy_count" in [each["id"] for each in await client.call("plugins.list")]
            with pytest.raises(UnknownPlugin) as caught:
                await client.call("plugins.inspect", plugin="toy_cuont")
            assert caught.value.near[0] == "toy_count"
            with pytest.raises(HostRefused, match="did you mean 'health'"):
                await client.call("helth")
            events = client.events(since=0)
            run = (await client.call("runs.start", plugin="toy_count", text="a b"))["run"]
            heard = await until(events, "run_finished")
            assert {each.run for each in heard if each.kind.startswith("step")} == {run}
            assert [each.seq for each in heard] == list(range(1, len(heard) + 1))
            with pytest.raises(ValueError, match="one at a time"):
                await anext(client.events())
        assert client.state == "closed"
        with pytest.raises(HostUnreachable):
            await client.call("health")

    ran(work)


def test_where_no_host_is_the_client_says_so(project: Path) -> None:
    """It names the place, why, and what to do."""

    async def work() -> None:
        with pytest.raises(HostUnreachable, match="start one with: qualia host"):
            await connect(project=project, within_s=0.05)

    ran(work)


def test_a_client_comes_back_to_a_new_host(core: Core, project: Path) -> None:
    """The end of a host is told, calls fail meanwhile, and the events of the next one are heard from the first on."""

    async def work() -> None:
        first = expose(core, project=project)
        async with await connect(project=project, timing=Timing(first_s=0.01, most_s=0.05)) as client:
            events = client.events(since=0)
            core.run("toy_count", Document("a"))
            await until(events, "run_finished")
            await asyncio.to_thread(first.close)
            lost = (await until(events, "link"))[-1]
            assert lost.details == {"state": "lost", "reason": "the host was closed"}
            with pytest.raises(HostUnreachable):
                await client.call("health")
            with expose(core, project=project):
                await until(events, "restarted")
                await client.attached()
                core.run("toy_count", Document("a b"))
                heard = await until(events, "run_finished")
                assert [each.seq for each in heard if each.kind != "link"] == [1, 2, 3, 4][: len(heard)]
                assert await client.call("ping") == {}
                await client.close()

    ran(work)


def test_a_link_that_breaks_loses_no_event(core: Core, host: Host, project: Path) -> None:
    """What happened meanwhile is heard afterwards, each event once and in order."""

    async def work() -> None:
        async with await connect(project=project, timing=Timing(first_s=0.01, most_s=0.05)) as client:
            events = client.events(since=0)
            core.run("toy_count", Document("a"))
            heard = await until(events, "run_finished")
            for text in ("b", "c d", "e f g"):
                broken = client._link
                assert broken is not None
                broken._writer.transport.abort()
                await asyncio.to_thread(core.run, "toy_count", Document(text))
                heard += await until(events, "run_finished")
            numbers = [each.seq for each in heard if each.kind != "link"]
            assert numbers == list(range(1, len(numbers) + 1))

    ran(work)


def test_a_call_under_way_fails_with_its_link(core: Core, host: Host, project: Path) -> None:
    """Nobody waits for an answer that cannot come."""

    async def work() -> None:
        async with await connect(project=project) as client:
            link = client._link
            assert link is not None
            asked = asyncio.ensure_future(client.call("health"))
            await asyncio.sleep(0)
            link._writer.transport.abort()
            with pytest.raises(HostUnreachable):
                await asked

    ran(work)


def test_an_answer_that_is_nobodys_breaks_the_link_and_no_more(short: Path) -> None:
    """Whatever stands where a request's number belongs: what was asked fails, and the client comes back."""

    async def work() -> None:
        clients: list[asyncio.StreamWriter] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            clients.append(writer)
            hello = json.loads(await reader.readline())
            writer.write(json.dumps({"jsonrpc": "2.0", "id": hello["id"], "result": {"version": 1}}).encode() + b"\n")
            await reader.readline()
            writer.write(b'{"jsonrpc":"2.0","id":[1],"result":3}\n')

        server = await asyncio.start_unix_server(serve, short / "odd.sock")
        async with server, await connect(short / "odd.sock") as client:
            with pytest.raises(HostUnreachable):
                await client.call("ping")
            await turned(lambda: len(clients) > 1 and client.state == "live")
            await client.close()
            for each in clients:
                each.close()

    ran(work)


def test_silence_is_told_as_stale_and_then_as_lost(short: Path) -> None:
    """A host that accepts and says nothing more is not taken for live; its first word makes it live again."""

    async def work() -> None:
        now, clients = [0.0], []
        paused: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

        async def sleep(_seconds: float) -> None:
            waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            await paused.put(waker)
            await waker

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            clients.append(writer)
            hello = json.loads(await reader.readline())
            writer.write(json.dumps({"jsonrpc": "2.0", "id": hello["id"], "result": {"version": 1}}).encode() + b"\n")
            await reader.read()

        server = await asyncio.start_unix_server(serve, short / "mute.sock")
        timing = Timing(sleep=sleep, clock=lambda: now[0], stale_s=2.0, lost_s=10.0)
        async with server, await connect(short / "mute.sock", timing=timing) as client:
            waker = await paused.get()
            now[0] = 2.5
            waker.set_result(None)
            waker = await paused.get()
            assert (client.state, client.age_s) == ("stale", 2.5)
            clients[0].write(b'{"jsonrpc":"2.0","method":"news"}\n')
            await turned(lambda: client.state == "live")
            now[0] = 20.0
            waker.set_result(None)
            await turned(lambda: client.state == "lost")
            await client.close()
            for each in clients:
                each.close()

    ran(work)


@pytest.mark.parametrize(("attempt", "pause_s"), [(0, 0.05), (1, 0.1), (4, 0.8), (10_000, 0.8)])
def test_pauses_grow_up_to_a_bound(attempt: int, pause_s: float) -> None:
    """A client tries for ever, and never so rarely that a host that is back would wait for it long."""
    assert Timing().pause_s(attempt) == pytest.approx(pause_s)


def test_a_feed_keeps_within_its_bound() -> None:
    """Events that nobody takes are let go, the oldest first, and told as a gap."""

    async def work() -> list[HostEvent | None]:
        feed = Feed(most=3)
        for number in range(1, 6):
            feed.put(HostEvent(kind="x", seq=number))
        feed.end()
        return [await feed.next() for _ in range(5)]

    gap, *rest = ran(work)
    assert (gap.kind, gap.details) == ("gap", {"first": 1, "last": 2})
    assert [each and each.seq for each in rest] == [3, 4, 5, None]


def test_what_a_full_feed_loses_is_told_as_it_was() -> None:
    """Events of the link have no number to miss, and those before another host answered are of no host any more."""

    async def work() -> None:
        feed = Feed(most=2)
        feed.put(HostEvent(kind="link", seq=5, details={"state": "lost"}))
        for seq in (6, 7, 8):
            feed.put(HostEvent(kind="x", seq=seq))
        first = await feed.next()
        assert first is not None
        assert (first.kind, first.details) == ("gap", {"first": 6, "last": 6})
        feed.put(HostEvent(kind="restarted", seq=0))
        feed.put(HostEvent(kind="gap", seq=3, details={"first": 1, "last": 3}))
        for seq in (4, 5, 6):
            feed.put(HostEvent(kind="x", seq=seq))
        told = [await feed.next() for _ in range(4)]
        assert [each and (each.kind, each.seq, dict(each.details)) for each in told] == [
            ("restarted", 0, {}),
            ("gap", 4, {"first": 1, "last": 4}),
            ("x", 5, {}),
            ("x", 6, {}),
        ]

    ran(work)


def test_a_port_is_attached_to_by_its_file(core: Core) -> None:
    """The file with port and token is all that a client needs."""

    async def work() -> None:
        with expose(core, tcp=True) as served:
            async with await connect(served.place.path) as client:
                assert (await client.call("ping")) == {}

    ran(work)


def test_running_hosts_are_found(core: Core, host: Host, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of this user's hosts names each with its place; what is dead is removed from it."""
    environ = {"XDG_RUNTIME_DIR": str(short / "run")}
    dead = short / "run" / "qualia" / "1-dead.host"
    dead.write_text(json.dumps({"place": str(short / "gone.sock"), "pid": 1, "name": "gone"}), encoding="utf-8")
    (found,) = running(environ)
    assert (found.place, found.name) == (host.place, str(core.settings.state_dir.parent))  # type: ignore[union-attr]
    assert not dead.exists()


def test_what_is_too_long_is_refused_and_breaks_nothing(core: Core, host: Host) -> None:
    """It is not sent: the link and all that is under way on it stay as they are."""

    async def work() -> None:
        async with await connect(host.place) as client:
            with pytest.raises(HostRefused, match="name a file instead"):
                await client.call("runs.start", plugin="toy_count", text="\u00e7" * 1_500_000)
            assert client.state == "live"
            assert await client.call("ping") == {}

    ran(work)


def test_a_host_that_refuses_for_good_is_told_to_everybody(short: Path) -> None:
    """Whoever asks, waits or listens hears why, not that the client was closed."""

    async def newer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        error = {"code": int(Code.NOT_NOW), "message": "no version is common; this host speaks 7"}
        writer.write(encoded({"jsonrpc": "2.0", "id": 1, "error": error}))
        await reader.read()
        writer.close()

    async def work() -> None:
        async with await asyncio.start_unix_server(newer, short / "newer.sock"):
            client = attach(short / "newer.sock")
            listening = asyncio.create_task(until(client.events(), "never"))
            with pytest.raises(HostRefused, match="speaks 7"):
                await client.attached()
            with pytest.raises(HostRefused, match="speaks 7"):
                await client.call("ping")
            with pytest.raises(HostRefused, match="speaks 7"):
                await listening
            with pytest.raises(HostRefused, match="speaks 7"):
                await anext(aiter(client.events()))
            await client.close()

    ran(work)


def test_a_number_that_is_none_is_refused_whenever_the_host_comes(core: Core, short: Path) -> None:
    """A client that waits for its host hears of it then, and stays attached."""

    async def work() -> None:
        async with attach(short / "project" / ".qualia" / "host.sock") as client:
            listening = asyncio.create_task(until(client.events(since=-1), "never"))
            await asyncio.sleep(0)
            with expose(core, project=short / "project"):
                with pytest.raises(HostRefused, match="the last event"):
                    await listening
                assert await client.call("ping") == {}

    ran(work)


def test_a_closed_client_has_no_events(short: Path) -> None:
    """Nobody waits for what cannot come."""

    async def work() -> None:
        client = attach(short / "nobody.sock")
        await client.close()
        assert [event async for event in client.events()] == []
        with pytest.raises(HostUnreachable):
            await client.call("ping")

    ran(work)
