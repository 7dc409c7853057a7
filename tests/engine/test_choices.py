"""What was decided about plugins outlives the program, whoever else writes it and whatever became of the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.choices import Choices, change_choices
from qualia.errors import UnwritableOutput

IDS = st.text(max_size=5)


def refuse(sentence: str) -> None:
    """Fail where nobody should be warned."""
    raise AssertionError(sentence)


@given(disabled=st.frozensets(IDS), versions=st.dictionaries(IDS, IDS))
def test_choices_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, disabled: frozenset[str], versions: dict[str, str]
) -> None:
    """Whatever the ids and versions are."""
    path = tmp_path_factory.getbasetemp() / "choices" / "plugins.json"
    choices = Choices(disabled=disabled, versions=versions)
    assert change_choices(path, lambda _: choices, warn=refuse) == choices
    assert Choices.read(path, warn=refuse) == choices


def test_a_change_builds_on_what_holds(tmp_path: Path) -> None:
    """Each change keeps what others decided, and has an inverse."""
    path = tmp_path / "state" / "plugins.json"
    change_choices(path, lambda each: each.with_disabled("a"), warn=refuse)
    change_choices(path, lambda each: each.with_version("b", "1.0"), warn=refuse)
    assert Choices.read(path, warn=refuse) == Choices(disabled=frozenset({"a"}), versions={"b": "1.0"})
    change_choices(path, lambda each: each.with_disabled("a", False).with_version("b", None), warn=refuse)
    assert Choices.read(path, warn=refuse) == Choices()


def test_nothing_is_decided_where_there_is_no_file(tmp_path: Path) -> None:
    """Reading makes no file and warns of none."""
    assert Choices.read(tmp_path / "none" / "plugins.json", warn=refuse) == Choices()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\0",
        b"[]",
        b'{"format": 1, "disabled": "a"}',
        b'{"format": 1, "disabled": [1]}',
        b'{"format": 1, "versions": {"a": 1}}',
        b'{"format": "1"}',
        b'{"disabled": []}',
        b"[" * 100_000,
        b" " * 2_000_000,
        b'{"format": 2}',
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_file_that_cannot_be_used_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    """Reading warns and leaves it; the first change keeps it under another name and says so."""
    path = tmp_path / "plugins.json"
    path.write_bytes(content)
    heard: list[str] = []
    assert Choices.read(path, warn=heard.append) == Choices()
    assert path.read_bytes() == content
    change_choices(path, lambda each: each.with_disabled("a"), warn=heard.append)
    assert (tmp_path / "plugins.json.1.aside").read_bytes() == content
    assert Choices.read(path, warn=refuse) == Choices(disabled=frozenset({"a"}))
    why = "was written by a newer version of Qualia" if b"2}" in content else "is damaged"
    assert heard == [
        f"{path} {why}, so no plugin is disabled and no version chosen by it",
        f"{path} {why}; it was kept as plugins.json.1.aside and a new one begun",
    ]


def test_what_was_kept_aside_before_stays(tmp_path: Path) -> None:
    """A second damaged file gets a name of its own."""
    path = tmp_path / "plugins.json"
    for content in ("x", "y"):
        path.write_text(content, encoding="utf-8")
        change_choices(path, lambda each: each.with_disabled("a"), warn=lambda _: None)
    assert [(tmp_path / f"plugins.json.{n}.aside").read_text(encoding="utf-8") for n in (1, 2)] == ["x", "y"]


def test_threads_that_change_at_once_lose_nothing(tmp_path: Path) -> None:
    """Everybody's change is there in the end."""
    path = tmp_path / "plugins.json"

    def change(number: int) -> None:
        for name in (f"{number}_{each}" for each in range(5)):
            change_choices(path, partial(Choices.with_disabled, plugin=name), warn=refuse)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(Choices.read(path, warn=refuse).disabled) == 20


def test_processes_that_change_at_once_lose_nothing(tmp_path: Path) -> None:
    """The lock holds between processes, too."""
    path = tmp_path / "plugins.json"
    code = f"""
import sys
from pathlib import Path
from qualia._plugins.choices import change_choices
for n in range(10):
    change_choices(Path({str(path)!r}), lambda now: now.with_version(f"{{sys.argv[1]}}_{{n}}", "1"), warn=print)
"""
    running = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("a", "b")]
    assert [each.wait(60) for each in running] == [0, 0]
    assert len(Choices.read(path, warn=refuse).versions) == 20


def test_a_change_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """Neither the file nor the lock suffers."""
    path = tmp_path / "plugins.json"
    change_choices(path, lambda each: each.with_disabled("a"), warn=refuse)
    before = path.read_bytes()

    def fail(_: Choices) -> Choices:
        raise KeyError("a")

    with pytest.raises(KeyError):
        change_choices(path, fail, warn=refuse)
    assert path.read_bytes() == before
    change_choices(path, lambda each: each, warn=refuse)
    assert json.loads(before) == {"format": 1, "disabled": ["a"], "versions": {}}


def test_a_lock_that_is_never_given_back_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who is stuck with the lock costs the others a refusal, not a hang."""
    path = tmp_path / "plugins.json"
    monkeypatch.setattr("qualia._plugins.choices._PATIENCE_S", 0.02)

    def again(now: Choices) -> Choices:
        with pytest.raises(UnwritableOutput, match="somebody else is changing it"):
            change_choices(path, lambda each: each.with_disabled("b"), warn=refuse)
        return now.with_disabled("a")

    assert change_choices(path, again, warn=refuse).disabled == {"a"}


@pytest.mark.parametrize("place", ["file/plugins.json", "folder"])
def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, place: str) -> None:
    """The sentence names the file; a folder in its place is not put aside silently."""
    (tmp_path / "file").touch()
    (tmp_path / "folder.lock").mkdir()
    with pytest.raises(UnwritableOutput, match=os.path.basename(place)):  # noqa: PTH119
        change_choices(tmp_path / place, lambda each: each.with_disabled("a"), warn=refuse)
