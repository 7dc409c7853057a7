"""What is left of one host when another is looked at: nothing; and what is said while one is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia.client import Client, HostUnreachable, attach
from qualia_tui.app import Console
from tests.tui.plain import plugin
from tests.tui.scenes_backups import NEW, Operations, snapshot
from tests.tui.scenes_runs import host as host_with_runs
from tests.tui.seeing import FakeHost, QuickLook, Seen, ran, shown


async def look_at(seen: Seen, host: FakeHost) -> None:
    """Look at another host, and wait until it is heard."""
    seen.app.attach(lambda: cast("Client", host))
    await seen.until(lambda _text: bool(host.asked) and seen.app.model.link == "live")


def test_snapshots_of_another_host_are_never_shown() -> None:
    """The table is that of the host that is looked at, so that nothing is restored which it does not have."""

    async def work() -> None:
        async with shown(Operations({"list": {"value": [snapshot(NEW, note="ours")], "code": 0, "text": ""}})) as seen:
            await seen.press("5")
            await seen.until("ours")
            other = Operations({"list": {"value": [snapshot(NEW, note="theirs")], "code": 0, "text": ""}})
            await look_at(seen, other)
            await seen.until("theirs")
            assert "ours" not in seen.text()

    ran(work)


def test_a_run_of_another_host_is_no_longer_marked() -> None:
    """Runs of two hosts are not compared."""

    async def work() -> None:
        async with shown(host_with_runs()) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "c")
            await seen.until("→")
            other = host_with_runs()
            await look_at(seen, other)
            await seen.until("meeting")
            await seen.press("G", "k", "c")
            await seen.until("→")
            assert other.heard("history.compare") == []

    ran(work)


def test_an_answer_of_the_host_before_is_refused() -> None:
    """What comes too late changes nothing of what is known of the host that is looked at now."""

    class Slow(FakeHost):
        def __init__(self) -> None:
            super().__init__({"plugins.list": [plugin("ours")]})
            self.asked_slowly = asyncio.Event()
            self.may_answer = asyncio.Event()

        async def call(self, verb: str, **params: Any) -> Any:
            if params.get("fresh"):
                self.asked_slowly.set()
                await self.may_answer.wait()
                return {"status": "failing"}
            return await super().call(verb, **params)

    async def work() -> None:
        before = Slow()
        async with shown(before) as seen:
            await seen.until("ours")
            late = asyncio.create_task(seen.app.call("health", fresh=True))
            await before.asked_slowly.wait()
            await look_at(seen, FakeHost({"health": {"status": "ok"}, "plugins.list": [plugin("theirs")]}))
            before.may_answer.set()
            with pytest.raises(HostUnreachable, match="another host"):
                await late
            await seen.until("theirs")
            assert "✗ failing" not in seen.text()

    ran(work)


def test_setting_off_twice_leaves_one_link() -> None:
    """Whoever presses F5 again and again has one host in the end, and every other link is closed."""
    closed: list[FakeHost] = []

    class Counted(FakeHost):
        async def close(self) -> None:
            closed.append(self)
            await super().close()

    hosts: list[FakeHost] = []

    def reach() -> Client:
        hosts.append(Counted({"plugins.list": [plugin("count")]}))
        return cast("Client", hosts[-1])

    async def work() -> None:
        async with shown(reach) as seen:
            for _round in range(5):
                seen.app.action_attach_again()
                await asyncio.sleep(0)
            await seen.until("● live")
            await seen.until("count")
            await seen.settled()
            assert closed == hosts[:-1]

    ran(work)


def test_a_lost_host_is_told_with_what_can_be_done() -> None:
    """While it is lost the key that starts anew is named; when it is back that is said once."""

    async def work() -> None:
        async with shown(FakeHost({"plugins.list": [plugin("count")]})) as seen:
            await seen.until("● live")
            seen.host.link("lost")
            await seen.until("F5 starts anew")
            await seen.until("○ lost")
            seen.host.link("live")
            await seen.until("the host answers again")

    ran(work)


def test_a_bridge_that_breaks_ends_the_console() -> None:
    """Nothing on the screen would be true any more: the console ends with an error instead of standing still."""

    class Broken(FakeHost):
        async def attached(self) -> None:
            raise RuntimeError("nobody foresaw this")

    async def work() -> None:
        app = Console(lambda: cast("Client", Broken({})), QuickLook())
        async with app.run_test():
            while app.return_code != 1:  # noqa: ASYNC110 - the end of a console has no event of its own
                await asyncio.sleep(0.005)

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        ran(work)


def test_a_socket_nobody_answers_at_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while it is said why there is no host, in every section; the wait goes on without end."""
    monkeypatch.setattr("qualia_tui.bridge._PATIENCE_S", 0.01)
    nowhere = tmp_path / "nothing.sock"

    async def work() -> None:
        async with shown(lambda: attach(nowhere), size=(120, 40)) as seen:
            await seen.until("no host can be reached")
            await seen.until("F2 shows those that run")
            await seen.press("2")
            await seen.until("no host can be reached")
            assert "connecting" in seen.lines()[0]

    ran(work)


async def asked_in_silence(seen: Seen) -> None:
    """Ask for something while the host is not heard, and wait for what is said of that."""
    seen.host.link("stale")
    await seen.until("stale")
    await seen.app.call("plugins.list")
    await seen.until("what was asked for waits until it does")


def test_what_is_asked_of_a_host_that_is_silent_is_told_to_wait() -> None:
    """A key pressed while the link is stale has a visible effect; once the host is heard again the sentence goes."""

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": "ok"}})) as seen:
            await asked_in_silence(seen)
            seen.host.link("live")
            await seen.until(lambda text: "live" in text and "waits until" not in text)

    ran(work)


def test_what_was_said_meanwhile_stays_when_the_host_is_heard_again() -> None:
    """Only the sentence about the wait goes with the wait; what came of what was asked for is still to be read."""

    async def work() -> None:
        async with shown(FakeHost({"health": {"status": "ok"}})) as seen:
            await asked_in_silence(seen)
            seen.app.tell("it is cut short", "bad")
            seen.host.link("live")
            await seen.until("live")
            await seen.settled()
            assert "it is cut short" in seen.text()

    ran(work)


def test_snapshots_that_a_lost_host_could_not_list_are_asked_for_again() -> None:
    """As soon as the host is heard again its list is read, whoever asked for it while it was away."""

    async def work() -> None:
        host = Operations({"list": {"value": [snapshot(NEW, note="ours")], "code": 0, "text": ""}})
        run = host.answers["operations.run"]
        host.answers["operations.run"] = HostUnreachable("", "it went away")
        async with shown(host) as seen:
            await seen.press("5")
            await seen.until("it went away")
            host.answers["operations.run"] = run
            host.link("lost")
            host.link("live")
            await seen.until("ours")

    ran(work)
