"""A file that is being written is not read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.cli.batch.asking import is_temporary
from qualia.cli.batch.inbox import Inbox
from qualia.cli.batch.settled import Settled

QUIET_S = 2.0


def test_a_file_is_handed_out_once_when_it_has_been_the_same_for_a_while() -> None:
    """And not before; every change begins the while anew."""
    settled = Settled(quiet_s=QUIET_S)
    settled.see(0.0, {"a": (1, 1)})
    assert (settled.due(1.9), settled.wake_s(0.5)) == ([], 1.5)
    settled.see(1.9, {"a": (2, 1)})
    assert settled.due(3.8) == []
    settled.see(3.8, {"a": (2, 1)})
    assert settled.due(3.9) == ["a"]
    assert (settled.due(99.0), settled.wake_s(99.0)) == ([], None)


def test_a_file_that_changed_is_handed_out_again() -> None:
    """Its date alone may tell."""
    settled = Settled(quiet_s=QUIET_S)
    settled.see(0.0, {"a": (1, 1)})
    assert settled.due(2.0) == ["a"]
    settled.see(5.0, {"a": (1, 2)})
    assert settled.due(6.9) == []
    assert settled.due(7.0) == ["a"]


def test_a_file_that_went_and_came_back_is_new() -> None:
    """It has to come to rest again."""
    settled = Settled(quiet_s=QUIET_S)
    settled.see(0.0, {"a": (1, 1)})
    settled.see(1.0, {})
    assert settled.wake_s(1.0) is None
    settled.see(1.5, {"a": (1, 1)})
    assert settled.due(3.4) == []
    assert settled.due(3.5) == ["a"]


def test_what_lay_there_long_before_is_ripe_at_once() -> None:
    """A date in the future, or one of just now, is no proof of rest."""
    settled = Settled(quiet_s=QUIET_S)
    files = {"old": (1, 1), "young": (1, 1), "future": (1, 1), "unknown": (1, 1)}
    settled.see(10.0, files, {"old": 3600.0, "young": 1.5, "future": -50.0})
    assert settled.due(10.0) == ["old"]
    assert settled.due(10.5) == ["young"]
    assert settled.due(12.0) == ["future", "unknown"]


@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.integers(0, 3)), min_size=1, max_size=20))
def test_nothing_is_handed_out_that_changed_within_the_while(steps: list[tuple[float, int]]) -> None:
    """Whatever the rhythm of the looks and of the writing."""
    settled, now_s, looks = Settled(quiet_s=QUIET_S), 0.0, list[tuple[float, int]]()
    for pause_s, size in steps:
        now_s += pause_s
        looks.append((now_s, size))
        settled.see(now_s, {"a": (size, 0)})
        if settled.due(now_s):
            since_s = next(
                (at for (at, _), (_, before) in zip(looks[:0:-1], looks[-2::-1], strict=True) if before != size),
                looks[0][0],
            )
            assert now_s - since_s >= QUIET_S


@pytest.mark.parametrize(
    "name", ["a.txt.part", "b.TMP", "~$notes.docx", ".~lock.x#", "c.crdownload", "d.txt~", "~x.tmp"]
)
def test_temporary_names_are_known(name: str) -> None:
    """Programs that write or have open what they have not finished give it such names."""
    assert is_temporary(name)
    assert not is_temporary("part of it.txt")


def test_an_inbox_holds_what_is_meant_and_nothing_of_the_outputs(tmp_path: Path) -> None:
    """Hidden and temporary files are left out, and so are folders below unless they are asked for."""
    for place in ("a.txt", "b.vtt", "c.bin", ".hidden.txt", "d.txt.part", "sub/e.txt", "sub/out/f.txt", ".git/g.txt"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("x", encoding="utf-8")

    def found(*patterns: str, recursive: bool) -> list[str]:
        without = os.path.realpath(tmp_path / "sub" / "out")
        inbox = Inbox(folder=str(tmp_path), patterns=patterns, recursive=recursive, without=without)
        return sorted(Path(path).relative_to(tmp_path).as_posix() for path in inbox.look().files)

    assert found("*.txt", "*.vtt", recursive=False) == ["a.txt", "b.vtt"]
    assert found("*.txt", recursive=True) == ["a.txt", "sub/e.txt"]
    assert found("sub/*.txt", recursive=True) == ["sub/e.txt"]
    assert Inbox(folder=str(tmp_path / "no"), patterns=("*",), recursive=True, without="").look().folders == ()
