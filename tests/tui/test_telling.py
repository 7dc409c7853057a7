"""What is said and read: long sentences, what is typed to filter with, copying, and what a question is about."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia_tui.lines import line
from tests.tui.plain import plugin
from tests.tui.seeing import FakeHost, ran, shown

SENTENCE = "a sentence that says what went wrong, where that was, and what whoever sits here can do about it: " * 2


def host() -> FakeHost:
    """Return a host with two plugins."""
    return FakeHost({"plugins.list": [plugin("count"), plugin("mood")]})


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_a_long_sentence_is_told_in_whole(size: tuple[int, int]) -> None:
    """It takes as many lines as it needs, and gives them back when something shorter is said."""
    told = SENTENCE[:170].strip()

    async def work() -> None:
        async with shown(host(), size=size) as seen:
            await seen.until("count")
            before = seen.lines()
            seen.app.tell(told, "bad")
            await seen.until(lambda text: told in " ".join(text.split()))
            seen.app.tell("")
            await seen.until(lambda text: "a sentence" not in text)
            await seen.settled()
            assert seen.lines() == before

    ran(work)


def test_a_sentence_without_end_leaves_room_for_the_rest() -> None:
    """No more than three lines are taken; that it was cut is seen."""

    async def work() -> None:
        async with shown(host(), size=(60, 16)) as seen:
            await seen.until("count")
            seen.app.tell(SENTENCE * 5)
            await seen.until("…")
            assert sum("sentence" in each or "whoever" in each for each in seen.lines()) <= 3
            assert "count" in seen.text()

    ran(work)


def test_the_filter_says_that_it_is_one() -> None:
    """Before what is typed stands the key that opened it, and the keys tell how it is cleared."""

    async def work() -> None:
        async with shown(host(), size=(60, 16)) as seen:
            await seen.press("2")
            await seen.until("mood")
            await seen.press("slash", *"mo")
            await seen.until("/ mo")
            await seen.until("esc clear")
            await seen.press("enter")
            await seen.until("/ mo")
            await seen.press("slash", "escape")
            await seen.until("count")
            assert "/ mo" not in seen.text()

    ran(work)


def test_what_is_read_is_copied_in_whole(short: Path) -> None:
    """The key copies all of it, on the screen or not, says so there, and q goes back."""
    lines = [line(f"line {number}") for number in range(100)]

    async def work() -> None:
        async with shown(host(), size=(60, 16)) as seen:
            seen.app.read("Methods", lines)
            await seen.until("line 3")
            await seen.press("y")
            await seen.until("copied")
            await seen.press("q")
            await seen.until(lambda text: "line 3" not in text)

    ran(work)
    assert next(short.rglob("copied.txt")).read_text(encoding="utf-8").splitlines()[-1] == "line 99"


def test_what_a_question_is_about_can_be_read_to_its_end() -> None:
    """The arrows scroll what would happen while enter still means the button."""

    async def work() -> None:
        async with shown(host(), size=(60, 16)) as seen:

            async def asked() -> None:
                await seen.app.confirm("Do it?", detail=[line(f"file {number}") for number in range(40)])

            seen.app.run_worker(asked())
            await seen.until("file 3")
            assert "file 39" not in seen.text()
            await seen.press(*["pagedown"] * 8, "down")
            await seen.until("file 39")
            await seen.press("enter")
            await seen.until(lambda text: "Do it?" not in text)

    ran(work)


def test_a_console_that_only_looks_sees_the_backups_and_what_would_change() -> None:
    """It lists snapshots and previews, and begins nothing that makes, proves or replaces one, whatever is pressed."""

    async def work() -> None:
        from tests.tui.scenes_backups import host as backups

        fake = backups()
        async with shown(fake, read_only=True) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            for key in ("n", "v", "d"):
                await seen.press("u", key)
                await seen.until("this console only looks")
            await seen.press("j", "r")
            await seen.until("texts/gone.txt")
            await seen.press("escape", "p")
            await seen.until("last 1 of 3")
            await seen.press("escape")
            assert {(name, params.get("dry_run")) for name, params, _confirmed in fake.begun} == {
                ("list", None),
                ("restore", True),
                ("prune", True),
            }

    ran(work)
