"""A host and its clients: hello, events, limits, and what happens to those who misbehave."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core, Document
from qualia.host import Host, Manners, expose
from qualia.host.connection import Connection
from qualia.host.lines import Lines
from qualia.host.log import EventLog
from qualia.protocol import Code
from qualia.protocol.places import Place
from tests.host.conftest import Talker, wait_for

Talk = Callable[[Place], Talker]


@given(
    st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line and not line.endswith(b"\r"))),
    st.integers(1, 7),
)
def test_lines_are_the_same_however_they_arrive(lines: list[bytes], size: int) -> None:
    """Whatever the pieces, a line comes out whole, once and in order; one that is too long comes out as none."""
    data = b"".join(line + b"\n" for line in lines)
    cut = Lines(20)
    found = [line for at in range(0, len(data), size) for line in cut.feed(data[at : at + size])]
    assert found == [None if len(line) > 20 else line for line in lines]


@given(st.lists(st.integers(1, 40), max_size=40), st.integers(0, 60), st.integers(1, 400))
def test_a_reader_of_the_log_hears_each_event_once_or_of_a_gap(sizes: list[int], after: int, piece: int) -> None:
    """Reading on from any number gives each later event once, in order, and tells exactly which are missing."""
    log = EventLog(most=10, most_bytes=2000)
    for size in sizes:
        log.add({"text": "x" * size})
    heard: list[int] = []
    at = min(after, log.last)
    begin = at
    while (batch := log.read(at, most_bytes=piece)).data:
        at = batch.last
        for line in batch.data.splitlines():
            params = json.loads(line)["params"]
            heard += range(params["first"], params["last"] + 1) if "first" in params else [params["seq"]]
    assert heard == list(range(begin + 1, len(sizes) + 1))


def test_the_log_keeps_within_its_bounds() -> None:
    """However many events there are, as many are kept as there is room for."""
    log = EventLog(most=100, most_bytes=5000)
    for number in range(1000):
        log.add({"number": number})
    kept = log.read(0, most_bytes=10**9).data
    assert log.last == 1000
    assert 20 < log.last - log.first + 1 <= 100
    assert len(kept) < 5200
    for _ in range(10):
        log.add({"text": "x" * 3000})
        assert len(log.read(0, most_bytes=10**9).data) < 5200


def test_hello_tells_version_and_limits(host: Host, talk: Talk, project: Path) -> None:
    """A client learns what it speaks to before it asks anything."""
    told = talk(host.place).hello()
    assert (told["version"], told["project"], told["read_only"]) == (1, str(project), False)
    assert told["epoch"] == host.epoch
    assert told["limits"]["message_bytes"] == Manners().limit_bytes


def test_nothing_is_answered_before_hello(host: Host, talk: Talk) -> None:
    """Whoever does not say which version it speaks is told to."""
    client = talk(host.place)
    assert client.refused("health")["code"] == Code.NOT_NOW
    assert client.refused("hello", versions=[99])["message"].endswith("this host speaks 1")
    assert client.hello()["version"] == 1


def test_the_socket_is_its_owners_alone(host: Host) -> None:
    """Nobody else may open it, nor the files beside it."""
    assert stat.S_IMODE(host.place.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(host.place.path.with_name("host.sock.lock").stat().st_mode) == 0o600


def test_a_connection_that_may_only_look_changes_nothing(core: Core, host: Host, talk: Talk) -> None:
    """What would change anything is refused, and what looks is answered; the host may say so for all."""
    client = talk(host.place)
    assert client.hello(read_only=True)["read_only"] is True
    assert client.refused("plugins.disable", plugin="toy_count")["code"] == Code.NOT_ALLOWED
    assert client.call("plugins.inspect", plugin="toy_count")["state"] != "disabled"
    host.close()
    with expose(core, read_only=True) as closed:
        client = talk(closed.place)
        assert client.hello(read_only=False)["read_only"] is True
        changing = [each["verb"] for each in client.call("verbs") if each["changes"]]
        assert len(changing) > 8


def test_events_go_on_from_the_number_that_was_heard(core: Core, talker: Talker, host: Host, talk: Talk) -> None:
    """A client that comes back with its last number gets every later event, once; all clients see the same."""
    core.run("toy_count", Document("a b"))
    first = [talker.event(lambda each: True) for _ in range(3)]
    talker.close()
    core.run("toy_count", Document("a b c"))
    again = talk(host.place)
    again.hello()
    told = again.call("subscribe", since=first[-1]["seq"], epoch=host.epoch)
    assert told["restarted"] is False
    later: list[dict[str, Any]] = []
    while not later or later[-1]["kind"] != "run_finished":
        later.append(again.event(lambda each: True))
        if later[-1]["kind"] == "run_finished" and later[-1]["seq"] < host.log.last:
            later.append(again.event(lambda each: True))
    numbers = [each["seq"] for each in (*first, *later)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_numbers_of_an_earlier_host_mean_nothing(host: Host, talk: Talk) -> None:
    """A client that knew another host at this place is told that everything begins anew."""
    client = talk(host.place)
    client.hello()
    told = client.call("subscribe", since=500, epoch="another")
    assert (told["restarted"], told["since"]) == (True, 0)


def test_a_client_that_was_away_too_long_is_told_of_the_gap(host: Host, talk: Talk) -> None:
    """Events that are no longer kept are told by their numbers."""
    client = talk(host.place)
    client.hello()
    host.log.add({"kind": "x", "run": None, "details": {}})
    for _ in range(10_001):
        host.log.add({"kind": "x", "run": None, "details": {}})
    client.call("subscribe", since=0)
    message = client.aside.pop(0) if client.aside else client.read()
    assert message["method"] == "gap"
    assert message["params"] == {"first": 1, "last": host.log.first - 1}


def test_a_host_gives_signs_of_life_to_those_who_want_them(host: Host, talk: Talk) -> None:
    """A client that asked for them hears one whenever there is nothing else to hear."""
    client = talk(host.place)
    assert "beat_s is a number of seconds" in client.refused("hello", versions=[1], beat_s=0)["message"]
    client.hello(beat_s=0.01)
    assert [client.read()["method"] for _ in range(3)] == ["beat"] * 3
    assert client.call("ping") == {}


def test_an_unsubscribed_client_hears_no_more(talker: Talker, host: Host) -> None:
    """It is answered as before."""
    talker.call("unsubscribe")
    host.log.add({"kind": "x", "run": None, "details": {}})
    assert talker.call("ping") == {}
    assert talker.aside == []


def test_a_subscription_made_anew_begins_where_it_says(core: Core, talk: Talk) -> None:
    """Also while events of the one before are on their way: none of the new one is missing or comes too soon."""
    with expose(core) as served:
        for number in range(4000):
            served.log.add({"kind": "x", "text": "x" * 1000, "number": number})
        client = talk(served.place)
        client.hello()
        client.call("subscribe", since=0)
        connection = served._clients._here[0]
        for number, since in enumerate((3000, 10), start=2):
            # Nothing is read meanwhile, so that the host is in the midst of sending.
            client.number += 1
            subscribe = {"jsonrpc": "2.0", "id": client.number, "method": "subscribe", "params": {"since": since}}
            client.send(json.dumps(subscribe).encode() + b"\n")
            wait_for(partial(begun, connection, number))
            while client.read().get("id") != client.number:
                pass
            assert client.read()["params"]["seq"] == since + 1
        assert [client.read()["params"]["seq"] for _ in range(3989)] == [*range(12, 4001)]


def begun(connection: Connection, number: int) -> bool:
    """Whether a connection has begun so many subscriptions."""
    return connection._subscription == number


def test_a_host_is_said_hello_to_once(core: Core, host: Host, talk: Talk) -> None:
    """Who said that they only want to look cannot take it back, and what is not clear is no permission."""
    client = talk(host.place)
    client.hello(read_only=True)
    assert client.refused("hello", versions=[1])["code"] == Code.NOT_NOW
    assert client.refused("plugins.disable", plugin="toy_count")["code"] == Code.NOT_ALLOWED
    some: tuple[Any, ...] = ("yes", 1, 0, "", [], {"read": "only"})
    for unclear in some:
        other = talk(host.place)
        assert "true or false" in other.refused("hello", versions=[1], read_only=unclear)["message"]
        assert other.refused("plugins.list")["code"] == Code.NOT_NOW


def test_too_many_clients_are_sent_away_with_a_reason(core: Core, talk: Talk) -> None:
    """Those that are there go on; when one leaves there is room again."""
    with expose(core, manners=Manners(most_clients=2)) as served:
        here = [talk(served.place) for _ in range(2)]
        for each in here:
            each.hello()
        refused = talk(served.place).read()
        assert refused == {"jsonrpc": "2.0", "method": "goodbye", "params": {"reason": "2 clients are here already"}}
        late = talk(served.place)
        wait_for(lambda: sum(here[0].call("host.show")["dropped"].values()) == 2)
        late.send(b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"versions":[1]}}\n')
        assert late.read() == refused, "who is sent away hears why, also where their hello comes after that"
        assert here[0].call("host.show")["dropped"] == {"2 clients are here already": 2}
        here[1].close()
        here[0].call("subscribe")
        wait_for(lambda: served.clients == 1)
        assert talk(served.place).hello()["version"] == 1


def test_a_client_that_says_no_hello_is_dropped(core: Core, talk: Talk) -> None:
    """Nobody holds a place without saying who they are."""
    with expose(core, manners=Manners(stall_s=0.05)) as served:
        client = talk(served.place)
        assert client.is_hung_up()
        assert client.aside[-1]["params"] == {"reason": "no hello was said"}


def test_a_client_that_takes_nothing_is_dropped_and_costs_nothing(core: Core, talk: Talk) -> None:
    """What it does not take stays in the one log of all; after a while it is dropped, with the reason."""
    with expose(core, manners=Manners(stall_s=0.2)) as served:
        stalled, other = talk(served.place), talk(served.place)
        for each in (stalled, other):
            each.hello()
        other.call("subscribe")
        stalled.ask("subscribe")
        for _ in range(3000):
            served.log.add({"kind": "x", "run": None, "details": {"text": "x" * 500}})
        dropped = other.event(lambda each: each["kind"] == "client_dropped")
        assert dropped["details"] == {"reason": "it took nothing for 0.2 s", "client": "test"}
        wait_for(lambda: served.clients == 1)


def test_malformed_messages_harm_nobody(host: Host, talk: Talk, talker: Talker) -> None:
    """Each is answered with its code, the connection goes on, and others do not notice."""
    client = talk(host.place)
    client.hello()
    for line in (b"nonsense", b"[]", b"\x00\xff", b'{"jsonrpc":"2.0"}', b"[" * 5000):
        client.send(line + b"\n")
        assert client.read()["error"]["code"] in (Code.NOT_JSON, Code.NO_REQUEST)
    assert client.refused("plugins.lits")["code"] == Code.NO_SUCH_VERB
    assert "did you mean 'plugins.list'" in client.refused("plugins.lits")["message"]
    assert "param 'plugin' is missing" in client.refused("plugins.inspect")["message"]
    assert "must be a text, not a int" in client.refused("plugins.inspect", plugin=3)["message"]
    assert "param 'plugn' is unknown" in client.refused("plugins.inspect", plugn="x")["message"]
    assert talker.call("ping") == {}


def test_a_message_that_is_too_long_is_refused_without_being_kept(core: Core, talk: Talk) -> None:
    """The rest of its line is thrown away, and the next message is answered."""
    with expose(core, manners=Manners(limit_bytes=1000)) as served:
        client = talk(served.place)
        client.hello()
        client.send(b"x" * 100_000)
        assert "at most 1000 bytes" in client.read()["error"]["message"]
        client.send(b"y\n")
        assert client.call("ping") == {}


def test_a_half_written_message_is_forgotten_with_its_client(host: Host, talk: Talk, talker: Talker) -> None:
    """Nothing of it is done, and nobody waits for the rest."""
    client = talk(host.place)
    client.hello()
    client.send(b'{"jsonrpc":"2.0","method":"plugins.disable","params":{"plugin":"toy_count"}')
    client.close()
    wait_for(lambda: host.clients == 1)
    assert talker.call("plugins.inspect", plugin="toy_count")["state"] != "disabled"


def used_memory(talker: Talker) -> int:
    """Return the bytes of memory the host's process holds."""
    return next(each for each in talker.call("health", fresh=True)["components"] if each["name"] == "memory")["facts"][
        "used_bytes"
    ]


@pytest.mark.whole
def test_ten_thousand_bad_messages_cost_nothing(host: Host, talk: Talk, talker: Talker) -> None:
    """Malformed, oversized and half-written ones: no crash, no growth, and others are answered."""
    before = used_memory(talker)
    for round_ in range(10):
        client = talk(host.place)
        client.hello()
        for number in range(1000):
            client.send((b'{"jsonrpc":"2.0","id":%d,"method":' % number, b"[[[" * 50, b"\xff" * 99)[number % 3] + b"\n")
            client.read()
        client.send(b"{" * (1 + round_))
        client.close()
    wait_for(lambda: host.clients == 1)
    grown = used_memory(talker) - before
    assert grown < 4 * 1024**2
    assert talker.call("ping") == {}


def test_a_closed_host_says_goodbye_and_leaves_nothing(core: Core, short: Path, talk: Talk) -> None:
    """No file, no thread and no subscriber stays; closing twice is fine, and the Core goes on."""
    threads = threading.active_count()
    served = expose(core)
    client = talk(served.place)
    client.hello()
    served.close()
    served.close()
    assert client.is_hung_up()
    assert client.aside[-1]["params"] == {"reason": "the host was closed"}
    left = [path.name for path in short.rglob("*") if path.suffix in (".sock", ".lock", ".host", ".s", ".part")]
    assert left == []
    assert core.run("toy_count", Document("a")).value["words"] == 1
    wait_for(lambda: threading.active_count() <= threads + 1)


def test_a_goodbye_comes_behind_the_events_there_are(core: Core, talk: Talk) -> None:
    """Who takes them slowly hears what became of everything, as far as there is time for it, and goodbye once."""
    served = expose(core)
    client = talk(served.place)
    client.hello()
    client.call("subscribe")
    for number in range(2000):
        served.log.add({"kind": "x", "text": "x" * 1000, "number": number})
    closing = threading.Thread(target=served.close)
    closing.start()
    assert client.is_hung_up()
    closing.join(30)
    assert [each["params"].get("seq") for each in client.aside] == [*range(1, 2001), None]
    assert client.aside[-1]["method"] == "goodbye"


def test_closing_waits_for_no_stalled_client(core: Core, talk: Talk) -> None:
    """However many take nothing, the host is closed within a moment, and leaves no thread of theirs."""
    served = expose(core)
    for client in [talk(served.place) for _ in range(8)]:
        client.hello()
        client.ask("subscribe")
    for _ in range(3000):
        served.log.add({"kind": "x", "run": None, "details": {"text": "x" * 500}})
    began_s = time.monotonic()
    served.close()
    assert time.monotonic() - began_s < 8
    assert [each.name for each in threading.enumerate() if each.name.startswith("qualia-host")] == []


def test_a_host_ends_when_it_is_idle(core: Core, talk: Talk) -> None:
    """Without clients and runs it is over after the time given; a client keeps it."""
    with expose(core) as served:
        client = talk(served.place)
        client.hello()
        waited: list[bool] = []
        thread = threading.Thread(target=lambda: waited.append(served.wait(idle_exit_s=0.05)))
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        client.close()
        thread.join(30)
        assert waited == [True]


def test_a_stranger_is_sent_away(host: Host, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's process that could open the socket is told that this is not its host."""
    monkeypatch.setattr("qualia.host.clients.peer_user", lambda _link: 12345)
    assert talk(host.place).read()["params"] == {"reason": "this host serves another user"}


def test_a_port_wants_its_token(core: Core, talk: Talk) -> None:
    """Where there are no Unix sockets, only who can read the host's own file gets in."""
    with expose(core, tcp=True) as served:
        assert stat.S_IMODE(served.place.path.stat().st_mode) == 0o600
        client = talk(served.place)
        assert "token is wrong" in client.refused("hello", versions=[1], token="guess")["message"]
        assert client.refused("health")["code"] == Code.NOT_NOW
        assert client.hello(token=served.place.token)["version"] == 1
    assert not served.place.path.exists()
