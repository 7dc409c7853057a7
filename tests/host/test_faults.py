"""What may befall a host in use: it is killed, flooded, asked for slow things, and watched by many."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia import Core
from qualia.client import Client, Timing, connect
from qualia.host import Host, Manners, expose
from qualia.host.aside import Aside
from qualia.host.verbs import Verb, Verbs
from qualia.protocol.places import Place
from tests.host.conftest import BOUND_S, Talker, wait_for
from tests.host.test_client import ran, until
from tests.host.test_processes import place_of

Spawn = Callable[..., subprocess.Popen[str]]
Talk = Callable[[Place], Talker]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it is measured in /proc")


# ---------------------------------------------------------------------------------------------- slow requests


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Give every host a verb ``slow`` that is answered once the event is set, and ``unforeseen`` that breaks."""
    opened = threading.Event()

    def wait() -> str:
        assert opened.wait(BOUND_S)
        return "slow"

    def unforeseen() -> None:
        raise KeyboardInterrupt

    added = (
        Verb(name="slow", told="Wait.", call=wait, slow=True),
        Verb(name="unforeseen", told="Break.", call=unforeseen, slow=True),
    )
    plain = Verbs.__init__
    monkeypatch.setattr(Verbs, "__init__", lambda self, verbs: plain(self, (*verbs, *added)))
    yield opened
    opened.set()


def asked(talker: Talker, number: int, verb: str) -> None:
    """Send a request without waiting for its answer."""
    talker.send(b'{"jsonrpc":"2.0","id":%d,"method":"%s"}\n' % (number, verb.encode()))


def test_a_slow_request_holds_up_no_other(slow: threading.Event, talker: Talker) -> None:
    """Quick ones are answered meanwhile, whatever the order they were asked in; the slow one is answered by its id."""
    asked(talker, 900, "slow")
    assert talker.call("ping") == {}
    assert talker.aside == []
    slow.set()
    assert talker.read() == {"jsonrpc": "2.0", "id": 900, "result": "slow"}


def test_slow_requests_of_a_client_are_bounded(slow: threading.Event, core: Core, talk: Talk) -> None:
    """What is over the bound waits unread, which holds up that client alone; in the end each is answered."""
    with expose(core, manners=Manners(aside=2, aside_waiting=2)) as served:
        greedy, other = talk(served.place), talk(served.place)
        for each in (greedy, other):
            each.hello()
        for number in range(900, 910):
            asked(greedy, number, "slow")
        assert other.call("ping") == {}
        names = [each.name for each in threading.enumerate()]
        assert names.count("qualia-host-aside") <= 2
        slow.set()
        assert sorted(greedy.read()["id"] for _ in range(10)) == [*range(900, 910)]
        wait_for(lambda: "qualia-host-aside" not in [each.name for each in threading.enumerate()])


def test_what_nobody_foresaw_ends_its_connection_alone(
    slow: threading.Event, talker: Talker, host: Host, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for an answer that cannot come."""
    monkeypatch.setattr("threading.excepthook", lambda _told: None)
    client = talk(host.place)
    client.hello()
    asked(client, 900, "unforeseen")
    assert client.is_hung_up()
    assert talker.call("ping") == {}


def test_work_aside_that_is_over_begins_nothing_more() -> None:
    """What waits is dropped, what is brought later too, and what is under way is waited for, up to a moment."""
    began, go = threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        began.set()
        go.wait(BOUND_S)
        done.append("first")

    aside = Aside(at_once=1, waiting=1)
    aside.do(first)
    assert began.wait(BOUND_S)
    aside.do(lambda: done.append("second"))
    aside.finish()
    aside.do(lambda: done.append("third"))
    aside.end(time.monotonic())
    go.set()
    aside.end(time.monotonic() + BOUND_S)
    assert done == ["first"]


# ---------------------------------------------------------------------------------------------- killed hosts


@pytest.mark.whole
def test_the_fate_of_a_run_whose_host_was_killed_is_told(spawn: Spawn, project: Path) -> None:
    """The client hears that the link is lost at once, and from the next host within a second what became of the run."""
    first = spawn("host", "--project", str(project))
    place_of(first)

    async def work() -> None:
        async with await connect(project=project) as client:
            events = client.events(since=0)
            run = (await client.call("runs.start", plugin="toy_wait", text="a"))["run"]
            await until(events, "step_started")
            before_s = time.monotonic()
            first.kill()
            lost = (await until(events, "link"))[-1]
            assert (lost.details["state"], time.monotonic() - before_s < 2 + _SLACK_S) == ("lost", True)
            second = spawn("host", "--project", str(project))
            await asyncio.to_thread(place_of, second)
            up_s = time.monotonic()
            told = (await until(events, "job_changed"))[-1]
            took_s = time.monotonic() - up_s
            assert took_s < 1 + _SLACK_S
            assert (told.run, told.details["state"]) == (run, "lost")
            (known,) = await client.call("runs.list")
            assert (known["run"], known["state"], known["error"]["error"]) == (run, "lost", "RunLost")

    ran(work)


_SLACK_S = 10.0
"""What a loaded machine may add to a bound that is measured elsewhere."""


@LINUX
@pytest.mark.whole
def test_a_host_that_stands_still_is_told_as_stale(spawn: Spawn, project: Path) -> None:
    """Within two seconds its silence is told, and its next word makes it live again; nothing is lost."""
    process = spawn("host", "--project", str(project))
    place_of(process)

    async def work() -> None:
        async with await connect(project=project) as client:
            events = client.events(since=0)
            os.kill(process.pid, signal.SIGSTOP)
            before_s = time.monotonic()
            try:
                assert (await until(events, "link"))[-1].details["state"] == "stale"
                assert time.monotonic() - before_s < 2 + _SLACK_S
            finally:
                os.kill(process.pid, signal.SIGCONT)
            assert (await until(events, "link"))[-1].details["state"] == "live"
            run = (await client.call("runs.start", plugin="toy_count", text="a"))["run"]
            heard = await until(events, "run_finished")
            assert {each.run for each in heard if each.run_id} == {run}

    ran(work)


# ---------------------------------------------------------------------------------------------- floods


def memory_bytes(pid: int) -> int:
    """Return what a process holds in memory."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def nuisance(chance: random.Random) -> bytes:
    """Return something that is no request."""
    kind = chance.randrange(7)
    if kind == 0:
        return chance.randbytes(chance.randrange(1, 300)).replace(b"\n", b"") + b"\n"
    if kind == 1:
        return b"[" * chance.randrange(1, 3000) + b"\n"
    if kind == 2:
        return b'{"jsonrpc":"2.0","id":1,"method":' + b'"x' * chance.randrange(1, 40) + b"\n"
    if kind == 3:
        return b'{"jsonrpc":"2.0","id":%d,"method":"plugins.inspect","params":{"plugin":%d}}\n' % (kind, kind)
    if kind == 4:
        return b'{"jsonrpc":"2.0","method":"runs.start","params":{"plugin":"gone"}}\n'
    if kind == 5:
        return b'{"jsonrpc":"1.0","id":{}}\n\n\r\n'
    return b"9" * 3000 + b"\n"


@LINUX
@pytest.mark.whole
def test_ten_thousand_bad_messages_from_many_connections(core: Core, talk: Talk) -> None:
    """Malformed, oversized and half-written ones at the same time: no growth, and others are answered meanwhile."""
    chance = random.Random(8)
    with expose(core, manners=Manners(limit_bytes=2000)) as served:
        good = talk(served.place)
        good.hello()
        good.call("subscribe")

        def attack(number: int) -> None:
            mine = random.Random(number)
            client = Talker(served.place)
            reader = threading.Thread(target=client.is_hung_up)
            try:
                if number % 3:
                    client.hello()
                reader.start()
                for _ in range(50):
                    client.send(nuisance(mine))
                client.send(b'{"jsonrpc":"2.0","id":1,"method":"plugins.disa')
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                client.link.shutdown(2)
                reader.join(BOUND_S)
                client.close()

        def flood(connections: int) -> None:
            threads = [threading.Thread(target=attack, args=(chance.randrange(1000),)) for _ in range(connections)]
            for thread in threads:
                thread.start()
            assert good.call("ping") == {}
            for thread in threads:
                thread.join(BOUND_S)
            wait_for(lambda: served.clients == 1)

        for _ in range(2):
            flood(20)
        before = memory_bytes(os.getpid())
        for _ in range(10):
            flood(20)
        assert memory_bytes(os.getpid()) - before < 4 * 1024**2
        assert "toy_count" in [each["id"] for each in good.call("plugins.list")]


@pytest.mark.whole
def test_twenty_clients_hear_the_same(core: Core, host: Host, project: Path) -> None:
    """Each hears every event once and in order, and is answered."""

    async def work() -> None:
        clients = [await connect(project=project, name=f"client {number}") for number in range(20)]

        async def heard(client: Client) -> list[int]:
            return [each.seq for each in await until(client.events(since=0), "run_finished") if each.kind != "link"]

        hearing = [asyncio.ensure_future(heard(each)) for each in clients]
        answers = await asyncio.gather(*(each.call("plugins.list") for each in clients))
        assert all(each == answers[0] for each in answers)
        await clients[0].call("runs.start", plugin="toy_count", text="a b")
        found = await asyncio.gather(*hearing)
        assert found == [[*range(1, len(found[0]) + 1)]] * 20
        for each in clients:
            await each.close()

    ran(work)


@pytest.mark.whole
def test_an_event_is_heard_soon(core: Core, host: Host, project: Path) -> None:
    """From where it happens to whoever iterates; the bound leaves room for a loaded machine."""

    async def work() -> None:
        async with await connect(project=project, timing=Timing(beat_s=30.0, stale_s=60.0)) as client:
            events = client.events(since=0)
            took_s: list[float] = []
            for number in range(200):
                host.log.add({"kind": "x", "at_s": time.time(), "run": None, "details": {"number": number}})
                async for event in events:
                    if event.kind == "x":
                        assert event.at_s is not None
                        took_s.append(time.time() - event.at_s)
                        break
            assert sorted(took_s)[190] < 0.1 + _SLACK_S

    ran(work)


def busy_s(pid: int) -> float:
    """Return how much processor time a process has used."""
    fields: list[Any] = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@LINUX
@pytest.mark.whole
def test_a_host_without_work_uses_no_processor(spawn: Spawn, talk: Talk, project: Path) -> None:
    """With a client that wants a sign of life each second, two seconds cost next to nothing."""
    process = spawn("host", "--project", str(project))
    client = talk(place_of(process))
    client.hello(beat_s=0.2)
    client.call("subscribe")
    client.call("plugins.list")
    before_s = busy_s(process.pid)
    for _ in range(10):
        assert client.read()["method"] == "beat"
    assert busy_s(process.pid) - before_s <= 0.1
