"""Keys that come faster than the screen: a stuck key, a pasted line, a slow machine. None of them ends the console."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from textual.events import Key

from qualia_tui.dialogs.asking import Confirm, Prompt
from qualia_tui.dialogs.results import RunResults
from qualia_tui.lines import line
from tests.tui.scenes_backups import Operations, snapshot
from tests.tui.scenes_backups import host as backups
from tests.tui.scenes_runs import host as runs
from tests.tui.seeing import FakeHost, Seen, ran, shown


def typed(seen: Seen, *keys: str) -> None:
    """Press keys at once, before any has an effect."""
    for key in keys:
        pressed = Key(key, key if len(key) == 1 else None)
        pressed.set_sender(seen.app)
        seen.app.post_message(pressed)


def begun(seen: Seen, work: Awaitable[Any]) -> list[object]:
    """Begin work beside the screen and return where what it gives comes to stand."""
    found: list[object] = []

    async def gives() -> None:
        found.append(await work)

    seen.app.run_worker(gives())
    return found


def test_enter_twice_answers_one_question() -> None:
    """The second enter is not for what comes after the dialog: nothing else is left by it, and nothing breaks."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            seen.app.read("Below", [line("what was read before")])
            await seen.until("what was read before")
            answers = begun(seen, seen.app.prompt("A word"))
            await seen.until("A word")
            typed(seen, "w", "enter", "enter", "enter")
            await seen.until(lambda text: "A word" not in text)
            await seen.settled()
            assert answers == ["w"]
            await seen.until("what was read before")

    ran(work)


def test_what_gives_an_answer_late_leaves_with_what_is_over_it() -> None:
    """A dialog that is done while the help stands over it goes with the help, and not the help alone."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            dialog = Prompt("A word")
            answers = begun(seen, seen.app.answered(dialog))
            await seen.until("A word")
            await seen.press("f1")
            await seen.until("Keys")
            dialog.give("late")
            await seen.until(lambda text: "A word" not in text and "Keys" not in text)
            await seen.press("escape")
            assert answers == ["late"]

    ran(work)


def test_a_question_nobody_waits_for_goes() -> None:
    """Work that is given up takes its question with it, whatever stands over that by then."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            asking = seen.app.run_worker(seen.app.confirm("May it be done?", does="Do it"))
            await seen.until("May it be done?")
            await seen.press("f1")
            await seen.until("Keys")
            asking.cancel()
            await seen.until(lambda text: "May it be done?" not in text and "Keys" not in text)
            assert not isinstance(seen.app.screen, Confirm)

    ran(work)


def test_escape_is_quicker_than_the_screen() -> None:
    """A dialog that is left before it was ever painted is left, once it is there."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            answers = begun(seen, seen.app.prompt("A word"))
            while len(seen.app.screen_stack) == 1:  # noqa: ASYNC110 - nobody tells that a screen is on its way
                await asyncio.sleep(0)
            typed(seen, "escape")
            await seen.until(lambda text: "A word" not in text)
            await seen.settled()
            assert answers == [None]

    ran(work)


def test_a_question_about_one_host_is_never_put_to_another() -> None:
    """Whoever turns to another host meanwhile has agreed to nothing there: the question goes with its host."""

    async def work() -> None:
        async with shown(backups()) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("p")
            await seen.until("Remove one snapshot")
            other = Operations({"list": {"value": [snapshot("20260102T090000Z-dddddd")], "code": 0, "text": ""}})
            seen.app.attach(lambda: other)  # type: ignore[arg-type, return-value]
            await seen.until("2026-01-02")
            assert "Remove one snapshot" not in seen.text()
            await seen.press("right", "enter")
            assert "prune" not in {name for name, _params, _confirmed in other.begun}

    ran(work)


def test_what_waits_for_a_run_of_one_host_asks_no_other() -> None:
    """Work that looks every now and then how far the host is ends when another host is looked at."""

    async def work() -> None:
        slow = backups()
        async with shown(slow) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            slow.answers["operations.progress"] = {"state": "running"}
            await seen.press("v")
            await seen.until("reading it through")
            other = Operations({"list": {"value": [snapshot("20260102T090000Z-dddddd")], "code": 0, "text": ""}})
            seen.app.attach(lambda: other)  # type: ignore[arg-type, return-value]
            await seen.until("2026-01-02")
            await seen.settled()
            assert "reading it through" not in seen.text()
            assert {run["run"] for run in other.heard("operations.progress")} <= {
                str(number) for number in range(len(other.begun))
            }

    ran(work)


def test_the_commands_may_be_asked_for_while_a_dialog_is_on_its_way() -> None:
    """What is offered is what the screen there is can do, be it not painted yet."""

    async def work() -> None:
        async with shown(runs()) as seen:
            await seen.press("4")
            await seen.until("meeting")
            seen.app.push_screen(RunResults("r-1", "A run"))  # type: ignore[unused-awaitable]  # not waited for
            seen.app.action_palette()
            await seen.until("Commands")

    ran(work)


def test_a_page_that_was_left_shows_nothing_more() -> None:
    """What comes too late for whoever read it breaks nothing."""

    async def work() -> None:
        async with shown(FakeHost({})) as seen:
            page = seen.app.read("A page", [line("what was read")])
            await seen.until("what was read")
            await seen.press("escape")
            page.show([line("what came too late")])
            await seen.settled()
            assert "too late" not in seen.text()

    ran(work)
