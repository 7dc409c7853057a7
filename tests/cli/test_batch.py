"""`qualia batch` does many files, once each, and says what became of them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia._engine.cache.locks import shared_lock_file
from qualia.cli.batch.names import FAILURES, ROOM

Run = Callable[..., Any]


@pytest.fixture
def texts(home: Path) -> Path:
    """Return a folder of texts, two of which have the same name."""
    folder = home / "texts"
    (folder / "sub").mkdir(parents=True)
    for name, text in (("a.txt", "a a b"), ("b.txt", "b"), ("b.md", "c"), ("sub/a.txt", "d d")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def producer(home: Path) -> None:
    """Say which plugin counts words, where two could."""
    (home / "qualia.toml").write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")


def outputs(folder: Path) -> list[str]:
    """List the outputs in a folder."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in files if not name.startswith(ROOM))


def journal(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a folder's journal behind the first."""
    lines = (folder / ROOM / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_each_file_of_a_folder_has_an_output_of_its_own(qualia: Run, texts: Path) -> None:
    """The same name in two folders, or with two suffixes, never meets; the result is that of analyze."""
    ran = qualia("batch", "texts", "-r", "-p", "toy_count", "-P", "top=1", "-o", "out")
    assert (ran.code, ran.err) == (0, "")
    assert outputs(Path("out")) == [f"{name}.toy_count.json" for name in ("a.txt", "b.md", "b.txt", "sub/a.txt")]
    value = json.loads(Path("out/sub/a.txt.toy_count.json").read_text(encoding="utf-8"))["value"]
    assert value["words"] == [{"word": "d", "count": 2, "share": None}] or value["total"] == 2
    assert [line.split()[-1] for line in ran.out.splitlines()[1:5]] == ["4", "0", "0", "0"]


def test_a_second_batch_does_only_what_is_new_or_changed(qualia: Run, texts: Path) -> None:
    """An output counts as long as input, output, plugin, params and form are what they were."""
    words = ("batch", "texts", "-r", "-p", "toy_upper", "-o", "out", "--format", "json")
    assert qualia(*words).data["done"] == 4
    assert qualia(*words).data["kept"] == 4
    (texts / "b.md").write_text("changed", encoding="utf-8")
    Path("out/a.txt.toy_upper.json").write_text("damaged", encoding="utf-8")
    Path("out/b.txt.toy_upper.json").unlink()
    (texts / "new.txt").write_text("new", encoding="utf-8")
    again = qualia(*words).data
    assert (again["done"], again["kept"]) == (4, 1)
    assert qualia(*words, "-P", "mark=x").data["done"] == 5
    assert qualia(*words, "-P", "mark=x", "--again").data["done"] == 5


def test_a_plugin_that_was_edited_does_its_files_again(qualia: Run, texts: Path, plugin_dir: Path) -> None:
    """The code of every plugin that had a part in an output is part of what is compared."""
    shutil.copytree(plugin_dir / "toy_plain", "mine/toy_own")
    manifest = Path("mine/toy_own/plugin.toml")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("toy_plain", "toy_own"), encoding="utf-8")
    words = ("batch", "texts", "-p", "toy_own", "-o", "out", "--format", "json", "--plugin-dir", "mine")
    assert qualia(*words).data["done"] == 3
    assert qualia(*words).data["kept"] == 3
    with Path("mine/toy_own/__init__.py").open("a", encoding="utf-8") as code:
        code.write("# edited\n")
    assert qualia(*words).data["done"] == 3


@pytest.mark.parametrize("more", [(), ("--processes",)], ids=["threads", "processes"])
def test_failures_are_passed_over_when_asked_and_each_is_named(qualia: Run, texts: Path, more: tuple[str, ...]) -> None:
    """The code is 3, the log names file, class and sentence, and the next batch tries only these again."""
    (texts / "bad.txt").write_text("refuse", encoding="utf-8")
    words = ("batch", "texts", "-p", "toy_upper", "-o", "out", "--continue-on-error", "-j", "2", *more)
    ran = qualia(*words)
    assert ran.code == 3
    assert "qualia: error: texts/bad.txt: toy_upper: does not read this" in ran.err
    log = [json.loads(line) for line in Path("out", FAILURES).read_text(encoding="utf-8").splitlines()]
    sentence = "toy_upper: does not read this"
    assert log == [{"file": "texts/bad.txt", "error": "UnsupportedInput", "message": sentence}]
    assert "--continue-on-error" in ran.err.splitlines()[-1]
    (texts / "bad.txt").write_text("good", encoding="utf-8")
    ran = qualia(*words, "--format", "json")
    assert (ran.code, ran.data["done"], ran.data["kept"], ran.data["failures"]) == (0, 1, 3, None)
    assert FAILURES not in outputs(Path("out"))


def test_many_bad_files_in_a_row_do_not_keep_the_others_from_being_done(qualia: Run, texts: Path) -> None:
    """Failures of files are no reason to leave a plugin alone for a while."""
    for number in range(12):
        (texts / f"a{number}.txt").write_text(f"bad {number}", encoding="utf-8")
    ran = qualia("batch", "texts", "-p", "toy_boom", "-o", "out", "--continue-on-error", "--format", "json", "-j", "1")
    assert ran.code == 1
    assert {each["error"] for each in ran.data["failed_files"]} == {"PluginFailed"}
    assert ran.data["failed"] == 15


def test_the_first_failure_ends_the_batch_with_its_code_and_says_how_to_go_on(qualia: Run, texts: Path) -> None:
    """What is done stays done; the command line that goes on from there is told."""
    (texts / "b.txt").write_text("refuse", encoding="utf-8")
    words = ("batch", "texts", "-r", "-p", "toy_upper", "-o", "out", "-j", "1")
    ran = qualia(*words, "--format", "json")
    assert ran.code == 4
    assert json.loads(ran.out)["error"] == "UnsupportedInput"
    assert "texts/b.txt failed and ended the batch" in ran.err
    assert "qualia batch texts --plugin toy_upper --output out" in ran.err
    (texts / "b.txt").write_text("good", encoding="utf-8")
    again = qualia(*words, "--format", "json").data
    assert again["kept"] >= 2 and again["done"] + again["kept"] == 4


def test_a_dry_run_lists_each_file_and_its_output_and_writes_nothing(
    qualia: Run, texts: Path, leftovers: Callable[[], list[str]]
) -> None:
    """It is what the batch then does."""
    before = leftovers()
    ran = qualia("batch", "texts", "-r", "-p", "toy_count", "-o", "out", "--dry-run")
    assert (ran.code, leftovers()) == (0, before)
    assert ran.out.splitlines()[0] == "texts/a.txt -> out/a.txt.toy_count.json"
    listed = qualia("batch", "texts", "-r", "-p", "toy_count", "-o", "out", "--dry-run", "--format", "json").data
    qualia("batch", "texts", "-r", "-p", "toy_count", "-o", "out")
    assert outputs(Path("out")) == sorted(each["output"] for each in listed["files"])
    again = qualia("batch", "texts", "-r", "-p", "toy_count", "-o", "out", "--dry-run", "--format", "json").data
    assert again["kept"] == 4


def test_lines_of_json_tell_of_each_file_and_then_of_all(qualia: Run, texts: Path) -> None:
    """Each line is an object; the last holds the summary."""
    ran = qualia("batch", "texts", "-p", "toy_count", "-o", "out", "--format", "jsonl")
    *files, summary = [json.loads(line) for line in ran.out.splitlines()]
    assert sorted(each["file"] for each in files) == ["texts/a.txt", "texts/b.md", "texts/b.txt"]
    assert summary["summary"]["done"] == 3


def test_pictures_keep_their_suffix(qualia: Run, texts: Path, producer: None) -> None:
    """A visualizer's outputs are what it draws; the format is part of the name and of the work."""
    assert qualia("batch", "texts", "-p", "toy_draw", "-P", "format=svg", "-o", "out").code == 0
    assert outputs(Path("out")) == [f"{name}.toy_draw.svg" for name in ("a.txt", "b.md", "b.txt")]
    assert Path("out/a.txt.toy_draw.svg").read_text(encoding="utf-8") == "svg of 3"
    listed = qualia("batch", "texts", "-p", "toy_draw", "-o", "other", "--dry-run", "--format", "json").data
    assert listed["files"][0]["output"] == "a.txt.toy_draw.png"


def test_results_of_one_batch_are_drawn_by_the_next(qualia: Run, texts: Path, producer: None) -> None:
    """A visualizer takes the results in a folder, and says in their names where they come from."""
    qualia("batch", "texts", "-p", "toy_count", "-o", "counts")
    assert qualia("batch", "counts", "-p", "toy_fixed", "-o", "drawn").code == 0
    assert "a.txt.toy_count.json.toy_fixed.png" in outputs(Path("drawn"))
    assert FAILURES not in outputs(Path("drawn"))


@pytest.mark.parametrize(
    ("form", "expected"),
    [("txt", "A A B\n"), ("csv", ""), ("yaml", "value:"), ("jsonl", '{"')],
)
def test_outputs_come_in_the_form_that_was_asked_for(qualia: Run, texts: Path, form: str, expected: str) -> None:
    """The suffix says which it is."""
    assert qualia("batch", "texts/a.txt", "-p", "toy_upper", "-o", "out", "--output-format", form).code == 0
    text = Path(f"out/a.txt.toy_upper.{form}").read_text(encoding="utf-8")
    assert text.startswith(expected) and text.endswith("\n")


def test_a_pipeline_leaves_a_folder_for_each_file(qualia: Run, texts: Path) -> None:
    """It holds an output for every step, and takes the place of that of an earlier run."""
    Path("two.toml").write_text(
        'name = "two"\n[[steps]]\nplugin = "toy_count"\n[[steps]]\nplugin = "toy_draw"\n', encoding="utf-8"
    )
    words = ("batch", "texts", "--pipeline", "two.toml", "-o", "out", "--format", "json")
    assert qualia(*words).data["done"] == 3
    assert outputs(Path("out"))[:2] == ["a.txt.two.steps/toy_count.json", "a.txt.two.steps/toy_draw.png"]
    assert qualia(*words).data["kept"] == 3
    Path("out/a.txt.two.steps/toy_draw.png").unlink()
    assert qualia(*words).data["done"] == 1
    assert list((Path("out") / ROOM / "stage").iterdir()) == []


def test_what_a_killed_batch_left_half_written_is_cleared_away(qualia: Run, texts: Path) -> None:
    """The room for unfinished outputs is empty behind every batch."""
    qualia("batch", "texts", "-p", "toy_count", "-o", "out")
    stage = Path("out") / ROOM / "stage"
    (stage / "left").write_text("half", encoding="utf-8")
    (stage / "folder").mkdir()
    qualia("batch", "texts", "-p", "toy_count", "-o", "out")
    assert list(stage.iterdir()) == []


def test_two_batches_never_work_in_one_folder(qualia: Run, texts: Path) -> None:
    """The second is refused with a sentence."""
    qualia("batch", "texts", "-p", "toy_count", "-o", "out")
    lock = shared_lock_file(Path("out") / ROOM / "lock")
    lock.join()
    assert lock.acquire("batch")
    ran = qualia("batch", "texts", "-p", "toy_count", "-o", "out")
    lock.release("batch")
    lock.leave()
    assert (ran.code, ran.out) == (2, "")
    assert "another batch is at work in 'out'" in ran.err
    assert qualia("batch", "texts", "-p", "toy_count", "-o", "out").code == 0


def test_a_file_that_somebody_else_put_there_is_not_overwritten(qualia: Run, texts: Path) -> None:
    """Nothing is done unless it is forced."""
    Path("out").mkdir()
    Path("out/b.txt.toy_count.json").write_text("mine", encoding="utf-8")
    ran = qualia("batch", "texts", "-p", "toy_count", "-o", "out")
    assert ran.code == 4 and "it is there already" in ran.err
    assert outputs(Path("out")) == ["b.txt.toy_count.json"]
    assert qualia("batch", "texts", "-p", "toy_count", "-o", "out", "--force").code == 0


def test_the_outputs_are_no_inputs(qualia: Run, texts: Path) -> None:
    """A folder of outputs within that of the inputs is left out, the next time too."""
    words = ("batch", ".", "-r", "--pattern", "*", "-p", "toy_plain", "-o", "out", "--format", "json")
    assert qualia(*words).data["done"] == 4
    again = qualia(*words).data
    assert (again["total"], again["kept"]) == (4, 4)


def test_one_folder_of_outputs_belongs_to_one_folder_of_inputs(qualia: Run, texts: Path) -> None:
    """A part of the same inputs has the same outputs; others are refused, or names could meet."""
    qualia("batch", "texts", "-r", "-p", "toy_count", "-o", "out")
    part = qualia("batch", "texts/sub/a.txt", "-p", "toy_count", "-o", "out", "--format", "json")
    assert (part.code, part.data["kept"]) == (0, 1)
    Path("other.txt").write_text("x", encoding="utf-8")
    ran = qualia("batch", "other.txt", "-p", "toy_count", "-o", "out")
    assert ran.code == 2 and "give another -o" in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_any_name_that_the_system_has_works(qualia: Run, home: Path) -> None:
    """Spaces, line ends and bytes that are no UTF-8 come through, and out again in the journal."""
    folder = home / "odd"
    folder.mkdir()
    for name in (b"two words.txt", b"line\nend.txt", b"caf\xe9.txt", b"-p.txt", "São João.txt".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("a b", encoding="utf-8")
    words = ("batch", "odd", "-p", "toy_count", "-o", "out", "--format", "json")
    assert qualia(*words).data["done"] == 5
    assert qualia(*words).data["kept"] == 5
    assert "caf%E9.txt.toy_count.json" in outputs(Path("out"))
    assert {line["input"] for line in journal(Path("out"))} >= {"caf\udce9.txt", "line\nend.txt"}
    assert qualia("batch", "odd", "-p", "toy_count", "-o", "out", "--dry-run").out.count("\n") == 5


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("batch", "texts", "-p", "toy_count"), 2, "-o results"),
        (("batch", "texts", "-o", "out"), 2, "-p/--plugin --pipeline"),
        (("batch", "texts", "-p", "toy_cont", "-o", "out"), 2, "did you mean 'toy_count'"),
        (("batch", "texts", "-p", "toy_count", "-P", "top=0", "-o", "out"), 2, "top"),
        (("batch", "texts", "-p", "toy_count", "-o", "texts/a.txt"), 4, "it is a file"),
        (("batch", "nowhere", "-p", "toy_count", "-o", "out"), 4, "nowhere"),
        (("batch", "texts/*.xyz", "-p", "toy_count", "-o", "out"), 4, "no file matches"),
        (("batch", "texts", "--pattern", "*.vtt", "-p", "toy_count", "-o", "out"), 4, "--pattern"),
        (("batch", "-", "-p", "toy_count", "-o", "out"), 4, "standard input"),
        (("batch", "texts", "-p", "toy_count", "-o", "out", "-j", "0"), 2, "--jobs"),
        (("batch", "texts", "-p", "toy_absent", "-o", "out"), 5, "no-such-distribution"),
        (("batch", "texts", "--pipeline", "x.toml", "-P", "a=1", "-o", "out"), 2, "cannot be read"),
        (("batch", "texts", "-p", "toy_count", "-o", "out", "--timeout", "0"), 2, "--timeout"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_before_anything_is_written(
    qualia: Run, texts: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    """One sentence and the code for it; nothing on stdout."""
    ran = qualia(*words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert not Path("out", FAILURES).exists()


def test_it_speaks_portuguese(qualia: Run, texts: Path) -> None:
    """Summary, failures and what to do next."""
    (texts / "b.txt").write_text("refuse", encoding="utf-8")
    ran = qualia("batch", "texts", "-p", "toy_upper", "-o", "out", "--continue-on-error", "--lang", "pt")
    assert "feitos" in ran.out and "as falhas estão em" in ran.err


def test_two_spellings_of_a_file_are_one_input(qualia: Run, texts: Path) -> None:
    """It is done once: two at the same time would write the same output."""
    words = ("texts", "texts/a.txt", "./texts/a.txt", str(Path("texts/b.md").absolute()))
    told = qualia("batch", *words, "-p", "toy_count", "-o", "out", "--format", "json").data
    assert (told["total"], told["done"]) == (3, 3)


@pytest.mark.skipif(os.name == "nt", reason="names of files as Unix has them")
def test_the_command_that_goes_on_can_be_typed_as_it_is_told(qualia: Run, texts: Path) -> None:
    """Names that look like options or hold what a terminal obeys come through, and so does the language."""
    odd = os.fsdecode(b"b\x1b[31m\xff.txt")
    for name in ("-a.txt", odd):
        Path(name).write_bytes(b"\0\1\2")
    ran = qualia("batch", "-p", "toy_count", "-o", "out", "--lang", "en", "--continue-on-error", "--", "-a.txt", odd)
    told = ran.err.splitlines()[-1].partition("this tries them again: ")[2]
    assert "./-a.txt $'b\\x1b[31m\\xff.txt'" in told and "--lang en" in told and "\x1b" not in ran.err


def test_a_folder_that_is_refused_is_given_back(qualia: Run, texts: Path) -> None:
    """Neither its lock nor its journal stays open."""
    qualia("batch", "texts/sub", "-p", "toy_count", "-o", "out")
    open_ = Path("/proc/self/fd")
    before = len(list(open_.iterdir())) if open_.is_dir() else 0
    for _time in range(3):
        assert qualia("batch", "texts/b.txt", "-p", "toy_count", "-o", "out").code == 2
    assert not open_.is_dir() or len(list(open_.iterdir())) == before
    assert qualia("batch", "texts/sub", "-p", "toy_count", "-o", "out").code == 0


def test_half_a_character_in_a_text_ends_nothing(qualia: Run, texts: Path) -> None:
    """No file in UTF-8 can hold it, so U+FFFD stands in its place: in an output, a file that was named and a step's."""
    qualia("process", "texts/a.txt", "-p", "toy_upper", "-o", "half.json")
    data = json.loads(Path("half.json").read_text(encoding="utf-8"))
    data["value"]["text"] = "A \ud800"
    Path("half.json").write_text(json.dumps(data), encoding="utf-8")
    Path("one.toml").write_text('[[steps]]\nplugin = "toy_upper"\n', encoding="utf-8")
    upper = ("-p", "toy_upper")
    assert qualia("process", "half.json", *upper, "-o", "half.txt").code == 0
    assert qualia("batch", "half.json", *upper, "--output-format", "txt", "-o", "out").code == 0
    assert qualia("pipeline", "half.json", "-c", "one.toml", "-o", "steps").code == 0
    for name in ("half.txt", "out/half.json.toy_upper.txt", "steps/toy_upper.txt"):
        assert Path(name).read_text(encoding="utf-8") == "A \ufffd\n"
