"""A batch that is ended, in whatever way, goes on where it was."""

from __future__ import annotations

import json
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from qualia.cli.batch.names import ROOM

Process = Popen[bytes]
Spawn = Callable[..., Process]
WAIT_S = 60.0
WAITS = """
from attrs import frozen
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params, context):
        while "wait" in document.text:
            context.check()
        return {"text": document.text}
"""
MANIFEST = 'id = "toy_waits"\nkind = "analyzer"\nversion = "1.0.0"\napi = ">=1,<2"\nsummary = "Waits."\nentry = "Toy"\n'


def outputs(folder: Path) -> dict[str, bytes]:
    """Return every output in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and ROOM not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def lines_of(process: Process) -> Iterator[dict[str, object]]:
    """Yield the lines of JSON that a command writes."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith(b"\n"):
            yield json.loads(line)


def end(process: Process) -> tuple[int, str]:
    """Wait for a command's end and return its code and what stderr holds."""
    errors = process.communicate(timeout=WAIT_S)[1]
    return process.returncode, errors.decode()


@pytest.mark.whole
@pytest.mark.parametrize("more", [("-j", "2"), ("-j", "2", "--processes")], ids=["threads", "processes"])
def test_a_batch_killed_ten_times_and_resumed_gives_what_one_clean_run_gives(
    spawn: Spawn, home: Path, more: tuple[str, ...]
) -> None:
    """Byte by byte, whatever moment it is killed in; and nothing that was told as done is done again."""
    count = 1000
    for number in range(count):
        folder = home / "texts" / f"day {number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(f"interview number {number}\n" * (number % 5 + 1), encoding="utf-8")
    words = ["batch", "texts", "-r", "-p", "toy_upper", "--output-format", "txt", "--format", "jsonl"]
    clean = spawn([*words, "-o", "clean", *more], stdout=DEVNULL)
    assert end(clean)[0] == 0
    moments, told = random.Random(20260101), set[object]()
    for _attempt in range(10):
        batch = spawn([*words, "-o", "out", *more])
        until = moments.randrange(1, count // 9)
        for line in lines_of(batch):
            assert line.get("status") == "kept" or line["file"] not in told
            if line.get("status") == "done":
                told.add(line["file"])
                until -= 1
            if until == 0:
                break
        batch.kill()
        end(batch)
    last = spawn([*words, "-o", "out", *more])
    *files, summary = lines_of(last)
    assert end(last)[0] == 0
    assert {each["file"] for each in files if each["status"] == "kept"} >= told
    assert len(files) == count and summary["summary"]["failed"] == 0  # type: ignore[index]
    assert outputs(Path("out")) == outputs(Path("clean"))
    assert len(outputs(Path("out"))) == count
    assert list((Path("out") / ROOM / "stage").iterdir()) == []


@pytest.fixture
def waiting(home: Path) -> list[str]:
    """Return the words of a batch whose last file never ends by itself."""
    for name, text in (("__init__.py", WAITS), ("plugin.toml", MANIFEST)):
        (home / "plugins" / "toy_waits").mkdir(parents=True, exist_ok=True)
        (home / "plugins" / "toy_waits" / name).write_text(text, encoding="utf-8")
    (home / "texts").mkdir()
    for number in range(4):
        (home / "texts" / f"{number}.txt").write_text("wait" if number == 3 else "go", encoding="utf-8")
    words = ["--plugin-dir", "plugins", "batch", "texts", "-p", "toy_waits", "-o", "out", "-j", "1"]
    return [*words, "--format", "jsonl"]


@pytest.mark.parametrize(
    ("number", "code", "more"),
    [
        (signal.SIGINT, 130, ()),
        pytest.param(signal.SIGTERM, 143, (), marks=pytest.mark.whole),
        pytest.param(signal.SIGINT, 130, ("--processes",), marks=pytest.mark.whole),
    ],
    ids=["ctrl-c", "term", "ctrl-c, processes"],
)
def test_an_interrupted_batch_ends_cleanly_and_says_how_to_go_on(
    spawn: Spawn, waiting: list[str], number: int, code: int, more: tuple[str, ...]
) -> None:
    """What is done is written down, what is under way is cancelled, and the command line that goes on is told."""
    batch = spawn([*waiting, *more])
    lines = lines_of(batch)
    done = [next(lines)["file"] for _ in range(3)]
    batch.send_signal(number)
    summary = next(lines)["summary"]
    ended, errors = end(batch)
    assert ended == code
    assert isinstance(summary, dict)
    assert (summary["done"], summary["skipped"], summary["complete"]) == (3, 1, False)
    assert "Traceback" not in errors
    assert "qualia batch texts --plugin toy_waits --output out" in errors
    Path("texts/3.txt").write_text("go", encoding="utf-8")
    again = spawn([*waiting, *more])
    kept = [line["file"] for line in lines_of(again) if line.get("status") == "kept"]
    assert (end(again)[0], sorted(map(str, kept))) == (0, sorted(map(str, done)))


def test_a_second_interrupt_leaves_at_once(spawn: Spawn, waiting: list[str]) -> None:
    """Even while files are under way; the journal holds what was done."""
    batch = spawn(waiting)
    lines = lines_of(batch)
    for _ in range(3):
        next(lines)
    batch.send_signal(signal.SIGINT)
    assert batch.stderr is not None
    assert b"Ctrl-C once more leaves at once" in batch.stderr.readline()
    batch.send_signal(signal.SIGINT)
    assert end(batch)[0] == 130
    assert len((Path("out") / ROOM / "journal.jsonl").read_bytes().splitlines()) == 4
