"""The backups of a real host: what its operations give is what the console reads, in every shape they have."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")
pytest.importorskip("qualia_ops", reason="what makes backups is a part that can be left out")

from qualia_ops.backup.create import create

from qualia.client import Client, attach
from qualia.host import Host
from tests.tui.seeing import ran, shown


@pytest.fixture
def days(project: Path) -> tuple[str, ...]:
    """Make a snapshot at noon of three days, and three more in the hours after the last one."""
    (project / "qualia.toml").write_text("", encoding="utf-8")
    (project / ".env").write_text("API_TOKEN=secret\n", encoding="utf-8")
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0) - timedelta(days=40)
    found: list[str] = []
    for hours in (0, 24, 48, 49, 50, 51):
        (project / "notes.txt").write_text(f"after {hours} hours\n", encoding="utf-8")
        at = partial(_same, noon + timedelta(hours=hours))
        made = _end_of(create(project, project / ".qualia" / "backups", clock=at))
        found.append(made.manifest.id)
    return tuple(found)


def _same(at: datetime) -> datetime:
    return at


def _end_of(steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _kept(project: Path) -> int:
    return len(list((project / ".qualia" / "backups").glob("*.tar.*")))


def test_a_clean_up_removes_what_it_showed(days: tuple[str, ...], project: Path, reach: Callable[[], Client]) -> None:
    """The snapshots that no rule keeps are named with what they take, and removed when somebody agrees."""

    async def work() -> None:
        async with shown(reach) as seen:
            await seen.press("5")
            await seen.until("not verified")
            before = _kept(project)
            await seen.press("p")
            await seen.until("Remove one snapshot")
            assert f"- {days[2]}" in seen.text()
            await seen.press("right", "enter")
            await seen.until("removed: 1")
            assert _kept(project) == before - 1

    ran(work)


def test_a_snapshot_tells_what_it_leaves_out(days: tuple[str, ...], reach: Callable[[], Client]) -> None:
    """Secrets and whatever else is not in it are named, with the reason, as its own operation gives them."""

    async def work() -> None:
        async with shown(reach) as seen:
            await seen.press("5")
            await seen.until("not verified")
            await seen.press("enter")
            await seen.until("1 left out")
            await seen.until(".env: its name is that of a secret")

    ran(work)


def test_going_back_says_what_it_makes_first(days: tuple[str, ...], project: Path, reach: Callable[[], Client]) -> None:
    """The difference and the restore point are told before the name is typed; then the old state is there."""

    async def work() -> None:
        async with shown(reach, size=(100, 30)) as seen:
            await seen.press("5")
            await seen.until("not verified")
            before = _kept(project)
            await seen.press("j", "r")
            await seen.until("~ notes.txt")
            await seen.until("a snapshot of how things are now is made first")
            await seen.press("escape")
            await seen.until("nothing was changed")
            await seen.press("r")
            await seen.until("~ notes.txt")
            await seen.press(*days[-2], "enter")
            await seen.until("the state before is kept as")
            assert (project / "notes.txt").read_text(encoding="utf-8") == "after 50 hours\n"
            assert _kept(project) == before + 1

    ran(work)


def test_what_is_damaged_is_told_in_its_own_words(
    days: tuple[str, ...], project: Path, reach: Callable[[], Client]
) -> None:
    """A snapshot that cannot be read has a row with its name, and the reason without the operation's."""
    archive = next((project / ".qualia" / "backups").glob(f"*{days[0]}*"))
    archive.write_bytes(archive.read_bytes()[:200])

    async def work() -> None:
        async with shown(reach, size=(120, 30)) as seen:
            await seen.press("5")
            await seen.until("damaged")
            await seen.press("G", "v")
            await seen.until("cut short")
            assert "operation '" not in seen.text()
            assert days[0] in seen.lines()[8]
            await seen.press("enter")
            await seen.until(f"Snapshot project-{days[0]}")
            await seen.until("cut short")

    ran(work)


def test_the_password_of_an_encrypted_one_is_asked_for(project: Path, reach: Callable[[], Client]) -> None:
    """A file with it is asked for, again when that is not the right one, and kept in mind for the next time."""
    pytest.importorskip("pyrage", reason="the library for age is an extra")
    from qualia_ops.backup.ciphering import Keys

    (project / "qualia.toml").write_text("", encoding="utf-8")
    (project / "password").write_text("a long one\n", encoding="utf-8")
    _end_of(create(project, project / ".qualia" / "backups", keys=Keys(passphrase="a long one")))

    async def work() -> None:
        async with shown(reach, size=(100, 30)) as seen:
            await seen.press("5")
            await seen.until("encrypted")
            await seen.press("v")
            await seen.until("The file with its password")
            await seen.press(*"gone")
            await seen.until("gone")
            await seen.press("enter")
            await seen.until(lambda text: "│ gone" not in text and "The file with its password" in text)
            await seen.press(*"password", "enter")
            await seen.until("is whole")
            await seen.press("enter")
            await seen.until("made with")

    ran(work)


@pytest.mark.usefixtures("days")
def test_who_may_only_look_sees_the_snapshots(served: Host) -> None:
    """A host lets a connection that may only look list them, and refuses it whatever makes or changes one."""

    async def work() -> None:
        reach = lambda: attach(served.place, name="test", read_only=True)  # noqa: E731
        async with shown(reach, read_only=True) as seen:
            await seen.press("5")
            await seen.until("not verified")
            await seen.press("j", "r")
            await seen.until("~ notes.txt")
            await seen.press("escape", "s")
            await seen.until("not in place")

    ran(work)
