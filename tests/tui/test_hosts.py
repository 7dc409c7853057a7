"""One console and several hosts: looked at in turn, and what is said where none can be started."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia import Core
from qualia.client import Client, host_for
from qualia.host import Host, expose
from qualia.protocol import HostNotStarted
from qualia.settings import Settings
from qualia_tui.app import Console
from qualia_tui.dialogs.asking import Option
from qualia_tui.dialogs.hosts import way_to
from qualia_tui.look import Look
from tests.tui.plain import plugin
from tests.tui.seeing import FakeHost, QuickLook, Seen, ran, shown


def test_another_host_is_looked_at_with_f2(reach: Callable[[], Client], served: Host, short: Path) -> None:
    """F2 offers every host of this user; the chosen one's plugins are there, and nothing of the other."""

    async def work() -> None:
        settings = Settings(state_dir=short / "app" / ".qualia")
        with Core(settings=settings) as core, expose(core, name="reviews") as other:
            assert other.place != served.place
            async with shown(reach) as seen:
                await seen.until("toy_count")
                await seen.press("f2")
                await seen.until("reviews")
                assert any("looked at now" in each and "reviews" not in each for each in seen.lines())
                assert any("reviews" in each and "since " in each and "T" not in each for each in seen.lines())
                await seen.press(*"reviews", "enter")
                await seen.until("word_frequency")
                await seen.until("● live")
                assert "toy_count" not in seen.text()
                assert "qualia reviews" in seen.lines()[0]

    ran(work)


def test_a_project_that_was_turned_to_gets_a_host_again(tmp_path: Path) -> None:
    """Whoever came to a project by F2 has one started by F5, as at the start; an app starts its own."""
    options = (Option("/run/1.sock", str(tmp_path)), Option("/run/2.sock", "reviews"), Option("/run/3.sock", "/gone"))
    ensures = [way_to(each.key, options, read_only=False)[1] for each in options]
    assert [each is not None for each in ensures] == [True, False, False]
    assert isinstance(ensures[0], partial)
    assert ensures[0].func is host_for
    assert ensures[0].args == (str(tmp_path),)


def test_a_host_that_cannot_be_started_says_why(project: Path) -> None:
    """Its own sentence stands on the screen, with the key that tries again; then the host is attached to."""
    tries: list[int] = []

    async def ensured() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise HostNotStarted(str(project), "the state folder cannot be written")

    async def work() -> None:
        def reach() -> Client:
            return cast("Client", FakeHost({"plugins.list": [plugin("word_frequency")]}))

        app = Console(reach, QuickLook(), ensure=ensured)
        async with app.run_test(size=(80, 24)) as pilot:
            seen = Seen(app, pilot, None)
            await seen.until(
                lambda text: "the state folder cannot be written" in " ".join(text.replace("│", "").split())
            )
            await seen.press("escape")
            await seen.until("F5 tries again")
            await seen.until("○ lost")
            await seen.press("2")
            await seen.until("F5 tries again")
            await seen.press("f5")
            await seen.until("● live")
            await seen.until("word_frequency")
            assert "cannot be written" not in seen.text()

    ran(work)
    assert len(tries) == 2


def test_help_tells_only_what_somebody_called() -> None:
    """The help has no key of the toolkit that nothing here names."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            await seen.press("question_mark")
            await seen.until("Keys")
            assert "app." not in seen.text()
            assert "screen." not in seen.text()

    ran(work)


@pytest.mark.parametrize(("slow", "paint_s"), [(False, 0.0625), (True, 5.0)])
def test_a_slow_line_is_painted_on_less_often(slow: bool, paint_s: float) -> None:
    """What changes by itself is painted sixteen times a second at most, and every 5 s on a slow line."""
    assert Look(slow=slow).paint_s == pytest.approx(paint_s)


def test_what_changes_is_painted_at_the_pace() -> None:
    """However many events come, the screen follows once a turn; what was asked for by a key comes at once."""

    async def work() -> None:
        async with shown(FakeHost({"plugins.list": [plugin("word_frequency")]}), slow=True) as seen:
            await seen.until("● live")
            await seen.until("word_frequency")
            painted: list[int] = []
            paint = seen.app._paint
            seen.app._paint = lambda: (painted.append(1), paint())  # type: ignore[assignment, func-returns-value]
            for number in range(50):
                seen.host.say("warning", message=f"number {number}")
            await seen.press("6")
            await seen.until("number 49")
            assert len(painted) < 10

    ran(work)
