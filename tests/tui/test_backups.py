"""The backups: what is listed, and that nothing is replaced or removed before somebody saw what and agreed."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia.client import Client
from qualia_tui.lines import Span
from qualia_tui.model.backups_view import (
    changes,
    difference_lines,
    offers,
    pruned_lines,
    rows,
    snapshot_lines,
    state_of,
)
from tests.tui.scenes_backups import NEW, OLD, Operations, host, snapshot
from tests.tui.seeing import FakeHost, ran, shown

paths = st.lists(st.text(min_size=1, max_size=10), max_size=4)


@given(added=paths, changed=paths, removed=paths, kept=paths)
def test_a_difference_shows_every_path_once(
    added: list[str], changed: list[str], removed: list[str], kept: list[str]
) -> None:
    """How many there are comes first; each file has a line, what would be lost before the others."""
    told = {"added": added, "changed": changed, "removed": removed, "kept": kept}
    lines = difference_lines(told)
    shown_paths = [each[1].text for each in lines if len(each) == 2]
    assert shown_paths == [*removed, *changed, *added]
    assert changes(told) == len(shown_paths)
    assert len(lines) == 1 + len(shown_paths) + bool(kept)
    if shown_paths:
        counts = f"removed: {len(removed)}, changed: {len(changed)}, brought back: {len(added)}"
        assert lines[0] == (Span(counts, "title"),)


@pytest.mark.parametrize(
    ("more", "mark", "word"),
    [
        ({}, "✓", "verified"),
        ({"encrypted": True}, "✓", "verified, encrypted"),
        ({"encrypted": True, "verified_at": ""}, "!", "not verified, encrypted"),
        ({"verified_at": ""}, "!", "not verified"),
        ({"complete": False}, "!", "incomplete"),
        ({"trouble": "cut off"}, "✗", "damaged"),
    ],
)
def test_a_state_has_a_mark_and_a_word(more: dict[str, Any], mark: str, word: str) -> None:
    """What a snapshot is worth is never told by a colour alone."""
    first, second = state_of(snapshot(NEW, **more))
    assert (first.text, second.text) == (mark, word)


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text() | st.lists(st.none()), max_size=5))
def test_whatever_an_operation_gives_can_be_shown(told: dict[str, Any]) -> None:
    """A value of another shape than expected is shown as far as it can be."""
    assert snapshot_lines(told, 40)
    assert len(rows([told])) == 1
    assert isinstance(pruned_lines(told, 40), tuple)
    assert offers([told]) == frozenset()


def test_the_snapshots_are_listed_newest_first() -> None:
    """They stand as the operation gives them, and the filter keeps what has the word."""
    assert [row.key for row in rows([snapshot(NEW), snapshot(OLD)])] == [NEW, OLD]
    assert [row.key for row in rows([snapshot(NEW), snapshot(OLD)], wanted="!2026")] == [OLD]


def test_without_operations_it_says_how_to_install_them() -> None:
    """With ops gone the section stays, and says what would bring it back."""

    async def work() -> None:
        async with shown(FakeHost({"operations.list": []})) as seen:
            await seen.press("5")
            await seen.until("pip install 'qualia-core[ops]'")
            for key in ("n", "p", "v"):
                await seen.press("5", key)
                await seen.until(lambda text: text.count("pip install") == 2)
            assert seen.host.heard("operations.run") == []

    ran(work)


def test_a_snapshot_is_made_with_a_note() -> None:
    """The note is asked for, the operation told, and the list read again."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("n")
            await seen.until("A word about")
            await seen.press(*"why", "enter")
            await seen.until("create is done")
            assert ("create", {"note": "why"}, False) in begun(seen.host)
            assert [name for name, _params, _confirmed in begun(seen.host)].count("list") == 2

    ran(work)


def test_a_restore_shows_the_difference_and_makes_a_restore_point_first() -> None:
    """Only after the name was typed is a snapshot of the present made, and only then the old one put back."""

    async def work() -> None:
        async with shown(host(), size=(100, 30)) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("j", "r")
            await seen.until("texts/gone.txt")
            assert [each[0] for each in begun(seen.host)] == ["list", "restore"]
            await seen.press(*"wrong", "enter")
            await seen.until("that is not")
            assert [each[0] for each in begun(seen.host)] == ["list", "restore"]
            await seen.press("ctrl+u", *OLD, "enter")
            await seen.until("the state before is kept as")
            done = [each for each in begun(seen.host) if each[0] != "list"]
            assert [each[0] for each in done] == ["restore", "create", "restore"]
            assert done[2] == ("restore", {"snapshot": OLD}, True)

    ran(work)


def test_a_restore_point_that_is_incomplete_is_asked_about() -> None:
    """What could not be read is named, and nothing is replaced before somebody says that it may be."""

    async def work() -> None:
        problems = [{"path": "locked.txt", "why": "permission denied"}]
        fake = host(create=snapshot("20260101T100000Z-cccccc", complete=False, problems=problems))
        async with shown(fake, size=(100, 30)) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("j", "r")
            await seen.until("texts/gone.txt")
            await seen.press(*OLD, "enter")
            await seen.until("locked.txt: permission denied")
            assert [each[0] for each in begun(fake) if each[0] == "restore"] == ["restore"]
            await seen.press("right", "enter")
            await seen.until("the state before is kept as")

    ran(work)


def test_a_restore_point_that_fails_ends_the_restore() -> None:
    """When the present cannot be kept, nothing is replaced."""

    async def work() -> None:
        async with shown(host(create="no space left"), size=(100, 30)) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("j", "r")
            await seen.until("texts/gone.txt")
            await seen.press(*OLD, "enter")
            await seen.until("no space left")
            assert [each for each in begun(seen.host) if each[0] == "restore" and not each[1].get("dry_run")] == []

    ran(work)


def test_pruning_shows_what_would_go() -> None:
    """What would be removed and why the others stay is shown, and removed only when somebody agrees."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("p")
            await seen.until("last 1 of 3")
            await seen.press("escape")
            assert [each for each in begun(seen.host) if each[0] == "prune"] == [("prune", {"dry_run": True}, True)]
            await seen.press("p")
            await seen.until("last 1 of 3")
            await seen.press("right", "enter")
            await seen.until("prune is done")
            assert begun(seen.host)[-2][0] == "prune"

    ran(work)


def test_reasons_to_keep_a_snapshot_are_read_whole() -> None:
    """They are folded for the box of the question, which is narrower than a screen."""

    async def work() -> None:
        reasons = ["last 1 of 3", "daily 1 of 7", "weekly 1 of 5", "monthly 1 of 12", "the newest that was verified"]
        told = {"kept": [{"id": NEW, "reasons": reasons}], "removed": [OLD], "freed_bytes": 5}
        for width in (80, 120):
            fake = Operations({"list": [snapshot(NEW)], "prune dry": told})
            async with shown(fake, size=(width, 24)) as seen:
                await seen.press("5")
                await seen.until("2026-01-01")
                await seen.press("p")
                await seen.until("that was verified")
                assert "…" not in seen.text()

    ran(work)


@pytest.mark.parametrize(("key", "name"), [("v", "verify"), ("d", "drill"), ("s", "schedule"), ("enter", "show")])
def test_each_key_begins_its_operation(key: str, name: str) -> None:
    """Verify, drill and show are told the snapshot under the cursor; a schedule needs none."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press(key)
            await seen.until(lambda _text: name in [each[0] for each in begun(seen.host)])
            expected = {} if name == "schedule" else {"snapshot": NEW}
            assert next(each[1] for each in begun(seen.host) if each[0] == name) == expected

    ran(work)


def test_a_list_that_cannot_be_read_is_asked_for_once() -> None:
    """Why there is none stands where the snapshots would, and the host is not asked again and again."""

    async def work() -> None:
        fake = host(list="no project stands here")
        async with shown(fake) as seen:
            await seen.press("5")
            await seen.until("no project stands here")
            for run in ("7", "8"):
                fake.say("job_changed", run=run, job="operation", name="backup.list", state="failed", looks=True)
            await seen.settled()
            assert [name for name, _params, _confirmed in fake.begun] == ["list"]
            await seen.press("6", "5")
            await seen.until(lambda _text: len(fake.begun) == 2)

    ran(work)


def test_what_is_being_done_can_be_stopped() -> None:
    """While an operation goes on a key offers to stop it, which is asked first; another console sees it, too."""

    async def work() -> None:
        fake = host()
        states = {"0": "ok"}
        fake.answers["operations.progress"] = lambda run: {"state": states.get(run, "running"), "done": 0.4}
        ended = {"result": None, "told": "", "error": {"error": "RunCancelled", "message": "it was cancelled"}}
        given = fake.answers["operations.result"]
        fake.answers["operations.result"] = lambda run, language: ended if run == "1" else given(run, language)
        fake.answers["operations.cancel"] = lambda run: states.update({run: "cancelled"})
        async with shown(fake) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            await seen.press("n", "enter")
            await seen.until("making a snapshot  40 %")
            await seen.until("x stop")
            await seen.press("x")
            await seen.until("Stop it?")
            assert fake.heard("operations.cancel") == []
            await seen.press("right", "enter")
            await seen.until("it was stopped")
            states.update({str(number): "ok" for number in range(2, 9)})
            await seen.until(lambda text: "x stop" not in text)
            fake.say("job_changed", run="99", job="operation", name="backup.verify", state="running")
            await seen.until("elsewhere: reading it through")
            fake.say("job_changed", run="99", job="operation", name="backup.verify", state="ok")
            await seen.until(lambda text: "elsewhere" not in text)
            assert [each[0] for each in fake.begun if each[0] != "list"] == ["create"]

    ran(work)


def test_what_a_killed_host_was_doing_is_told() -> None:
    """While it cannot be heard nothing is said to go on; its successor's word that it was lost is said here, too."""

    async def work() -> None:
        fake = Operations({"list": {"value": [snapshot(OLD)], "code": 0, "text": ""}})
        async with shown(fake) as seen:
            await seen.press("5")
            await seen.until("2025-12-31")
            fake.say("job_changed", run="9", job="operation", name="backup.create", state="running")
            await seen.until("elsewhere: making a snapshot")
            fake.link("lost")
            await seen.until(lambda text: "elsewhere" not in text)
            # Setting off anew forgets everything but what was seen going on.
            after = Operations(fake.given)
            seen.app.attach(lambda: cast("Client", after))
            await seen.until(lambda _text: bool(after.heard("operations.result")))
            after.say("job_changed", run="9", job="operation", name="backup.create", state="lost")
            await seen.until("not finished: making a snapshot; its host was ended before that")

    ran(work)


def begun(fake: FakeHost) -> list[tuple[str, dict[str, Any], bool]]:
    """Return the operations that were begun."""
    assert isinstance(fake, Operations)
    return fake.begun
