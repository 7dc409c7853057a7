"""`qualia watch` does every file that comes, once it has been written, and goes on whatever happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia.cli.batch.names import ROOM
from tests.cli.live import Live

Run = Callable[..., Any]
QUICK = ("--settle", "0.2")


@pytest.fixture
def inbox(home: Path) -> Path:
    """Return a folder with one text."""
    folder = home / "inbox"
    folder.mkdir()
    (folder / "first.txt").write_text("first", encoding="utf-8")
    return folder


@pytest.fixture
def watch(environment: dict[str, str], plugin_dir: Path, inbox: Path) -> Iterator[Callable[..., Live]]:
    """Start watches, and end those that still run."""
    started: list[Live] = []

    def start(*more: str) -> Live:
        words = ["--plugin-dir", str(plugin_dir), "watch", "inbox", "-p", "toy_upper", "-o", "out", *QUICK]
        started.append(Live([*words, "--output-format", "txt", "--format", "jsonl", *more], environment))
        return started[-1]

    yield start
    for each in started:
        each.close()


def put(folder: Path, name: str, text: str) -> None:
    """Write a file."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("more", [(), pytest.param(("--polling",), marks=pytest.mark.whole)], ids=["told", "polling"])
def test_files_are_done_as_they_come_until_ctrl_c(
    watch: Callable[..., Live], inbox: Path, more: tuple[str, ...]
) -> None:
    """What cannot be done is told, and the watch goes on; it ends with 0 and a count."""
    live = watch("-r", *more)
    assert json.loads(live.until_said("first.txt")[-1])["status"] == "done"
    put(inbox, "bad.txt", "refuse")
    assert json.loads(live.until_said("bad.txt")[-1])["error"] == "UnsupportedInput"
    put(inbox, "new.txt.part", "half")
    put(inbox, "deep/er/second.txt", "second")
    assert json.loads(live.until_said("second.txt")[-1])["status"] == "done"
    put(inbox, "first.txt", "changed")
    assert json.loads(live.until_said("first.txt")[-1])["status"] == "done"
    code, errors = live.interrupt()
    assert code == 0
    assert "watching is over; done 3, from earlier 0, failed 1" in errors
    assert Path("out/first.txt.toy_upper.txt").read_text(encoding="utf-8") == "CHANGED\n"
    assert Path("out/deep/er/second.txt.toy_upper.txt").read_text(encoding="utf-8") == "SECOND\n"
    assert not list(Path("out").rglob("*part*"))


def test_a_watch_goes_on_where_it_stopped(watch: Callable[..., Live], inbox: Path) -> None:
    """Only what came or changed in between is done, the same as in a batch."""
    live = watch()
    live.until_said("first.txt")
    live.interrupt()
    put(inbox, "second.txt", "second")
    live = watch()
    seen: dict[str, str] = {}

    def are_both_told(line: str) -> bool:
        each = json.loads(line)
        seen[Path(each["file"]).name] = each["status"]
        return len(seen) == 2

    live.until(are_both_told)
    assert seen == {"first.txt": "kept", "second.txt": "done"}
    live.interrupt()


@pytest.mark.whole
def test_a_folder_that_goes_and_comes_back_is_watched_again(watch: Callable[..., Live], inbox: Path) -> None:
    """It is told, and files in it are done again when they are other ones."""
    live = watch("--polling")
    live.until_said("first.txt")
    inbox.rename("elsewhere")
    Path("inbox").mkdir()
    put(inbox, "third.txt", "third")
    live.until_said("third.txt")
    assert live.interrupt()[0] == 0


def test_once_does_what_is_there_and_leaves(qualia: Run, inbox: Path) -> None:
    """The code tells whether something failed."""
    words = ("watch", "inbox", "-p", "toy_upper", "-o", "out", *QUICK, "--once")
    ran = qualia(*words)
    assert (ran.code, Path("out/first.txt.toy_upper.json").is_file()) == (0, True)
    assert "done 1, from earlier 0, failed 0" in ran.err
    put(inbox, "bad.txt", "refuse")
    assert qualia(*words).code == 3


def test_a_batch_and_a_watch_share_what_is_done(qualia: Run, inbox: Path) -> None:
    """One journal serves both."""
    qualia("batch", "inbox", "-p", "toy_upper", "-o", "out")
    ran = qualia("watch", "inbox", "-p", "toy_upper", "-o", "out", *QUICK, "--once", "--format", "jsonl")
    assert json.loads(ran.out)["status"] == "kept"
    assert (Path("out") / ROOM / "journal.jsonl").is_file()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("watch", "nowhere", "-p", "toy_upper", "-o", "out"), 4, "there is no such folder"),
        (("watch", "inbox", "-p", "toy_upper", "-o", "inbox"), 2, "the folder that is watched"),
        (("watch", "inbox", "-p", "toy_upper", "-o", "out", "--settle", "-1"), 2, "--settle"),
        (("watch", "inbox", "-p", "toy_upper"), 2, "-o results"),
    ],
)
def test_a_watch_that_cannot_be_is_refused(
    qualia: Run, inbox: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    """One sentence and the code for it."""
    ran = qualia(*words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
