"""Several documents at once: each is answered, a failure of one ends none of the others, and no two files collide."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia.cli.many import stems_of
from qualia.result import Result

Qualia = Callable[..., Any]
COUNT = ("-p", "toy_count")


@pytest.fixture(autouse=True)
def chosen(home: Path) -> Path:
    """Let one plugin count for those that draw."""
    path = home / "qualia.toml"
    path.write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")
    return path


@pytest.fixture
def texts(home: Path) -> Path:
    """Return a folder with three texts, two of them of the same name."""
    for name, text in (("a.txt", "x x"), ("b c.txt", "=y"), ("deep/a.txt", "z z z")):
        path = home / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home / "texts"


def test_json_is_one_object_for_one_document_and_an_array_for_several(qualia: Qualia, texts: Path) -> None:
    """What was asked for decides: a folder gives an array even when it has one file."""
    one = qualia("analyze", "texts/a.txt", *COUNT, "-f", "json").data
    several = qualia("analyze", "texts", *COUNT, "-f", "json", "-r").data
    assert [each["source"] for each in several] == ["texts/a.txt", "texts/b c.txt", "texts/deep/a.txt"]
    assert several[0]["value"] == one["value"]
    assert [each["value"]["total"] for each in several] == [2, 1, 3]
    assert len(qualia("analyze", "texts/deep", *COUNT, "-f", "json").data) == 1
    assert yaml.safe_load(qualia("analyze", "texts", *COUNT, "-f", "yaml").out)[1]["source"] == "texts/b c.txt"


def test_json_lines_are_one_result_each(qualia: Qualia, texts: Path) -> None:
    """Every line is JSON by itself, for one document too."""
    lines = qualia("analyze", "texts", *COUNT, "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["texts/a.txt", "texts/b c.txt"]
    assert Result.from_json(qualia("analyze", "texts/a.txt", *COUNT, "-f", "jsonl").out).value["total"] == 2


def test_csv_is_the_main_table_with_the_source_in_front(qualia: Qualia, texts: Path) -> None:
    """One heading, the words of every document below, formulas marked."""
    rows = list(csv.reader(io.StringIO(qualia("analyze", "texts", *COUNT, "-f", "csv").out)))
    assert rows[0][:3] == ["source", "word", "count"]
    assert [row[:3] for row in rows[1:]] == [["texts/a.txt", "x", "2"], ["texts/b c.txt", "'=y", "1"]]
    alone = list(csv.reader(io.StringIO(qualia("analyze", "texts/a.txt", *COUNT, "-f", "csv").out)))
    assert alone[0][:2] == ["word", "count"]


def test_people_get_a_heading_for_each(qualia: Qualia, texts: Path) -> None:
    """Texts and tables stand below the name of the file they are of."""
    ran = qualia("process", "texts/*.txt", "-p", "toy_upper")
    assert ran.out == "==> texts/a.txt <==\nX X\n\n==> texts/b c.txt <==\n=Y\n"


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml"])
def test_what_several_gave_goes_on_to_the_next_command(
    qualia: Qualia, texts: Path, stdin: Callable[[bytes], None], form: str
) -> None:
    """A file or pipe of several results is several documents for process, analyze and visualize."""
    assert qualia("process", "texts", "-r", "-p", "toy_upper", "-o", f"clean.{form}").code == 0
    stdin(qualia("analyze", f"clean.{form}", *COUNT, "-f", form).out.encode())
    ran = qualia("visualize", "-", "-p", "toy_draw", "-o", "pictures")
    assert ran.code == 0
    names = [f"{name}_toy_draw.png" for name in ("b_c", "texts_a.txt", "texts_deep_a.txt")]
    assert sorted(path.name for path in Path("pictures").iterdir()) == names
    assert len(ran.out.splitlines()) == 3


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml"])
def test_one_result_goes_on_in_every_form(qualia: Qualia, document: Path, form: str) -> None:
    """What analyze writes as JSON, JSON lines or YAML is drawn."""
    assert qualia("analyze", "notes.txt", *COUNT, "-o", f"words.{form}").code == 0
    assert qualia("visualize", f"words.{form}", "-p", "toy_draw", "-o", f"{form}.svg").out == f"{form}.svg\n"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6, deadline=None)
@given(contents=st.lists(TEXT.filter(lambda each: each.strip()), min_size=1, max_size=3))
@pytest.mark.parametrize("form", ["json", "jsonl", "yaml"])
def test_any_text_survives_the_way_from_command_to_command(
    qualia: Qualia, home: Path, form: str, contents: list[str]
) -> None:
    """What process wrote in any form is for analyze what process had for it."""
    folder = home / "any"
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for number, content in enumerate(contents):
        (folder / f"{number}.txt").write_text(content, encoding="utf-8")
    assert qualia("process", "any", "-p", "toy_upper", "-o", f"all.{form}").code == 0
    before = qualia("process", "any", "-p", "toy_upper", "-f", "json").data
    after = qualia("analyze", f"all.{form}", "-p", "toy_plain", "-f", "json").data
    assert [each["value"]["text"] for each in after] == [each["value"]["text"] for each in before]


def test_a_failure_of_one_is_told_and_the_others_are_done(qualia: Qualia, texts: Path) -> None:
    """The code is 3, the sentence names the file, and JSON holds an error where the result would be."""
    (texts / "b c.txt").write_text("refuse", encoding="utf-8")
    words = ("process", "texts/a.txt", "texts/b c.txt", "missing.txt", "-p", "toy_upper")
    ran = qualia(*words, "-f", "json")
    assert ran.code == 3
    assert [each.get("error") for each in ran.data] == [None, "UnsupportedInput", "DocumentUnreadable"]
    assert [each["source"] for each in ran.data] == ["texts/a.txt", "texts/b c.txt", "missing.txt"]
    assert ran.err.splitlines() == [
        "qualia: error: texts/b c.txt: toy_upper: does not read this",
        "qualia: error: cannot read 'missing.txt': there is no such file; check the name and the folder",
    ]
    assert [json.loads(line)["source"] for line in qualia(*words, "-f", "jsonl").out.splitlines()][2] == "missing.txt"
    assert qualia(*words).out == "==> texts/a.txt <==\nX X\n"


@pytest.mark.parametrize("form", ["pretty", "json", "jsonl", "yaml", "csv"])
def test_when_all_fail_the_code_is_theirs(qualia: Qualia, home: Path, form: str) -> None:
    """Files that are all missing end with 4; JSON is an array of errors, and nothing else is data."""
    ran = qualia("analyze", "no.txt", "neither.txt", *COUNT, "-f", form)
    assert ran.code == 4
    assert ran.err.count("\n") == 2
    if form in ("pretty", "csv"):
        assert ran.out == ""
    elif form == "json":
        assert {each["error"] for each in ran.data} == {"DocumentUnreadable"}


def test_failures_in_a_file_of_results_are_left_out(qualia: Qualia, texts: Path) -> None:
    """What the next command reads are the results alone; a file of nothing but failures is refused."""
    assert qualia("analyze", "texts/a.txt", "no.txt", *COUNT, "-o", "some.json").code == 3
    ran = qualia("visualize", "some.json", "-p", "toy_draw")
    assert ran.code == 0
    assert ran.err == "some.json: failures in it: 1; they are left out\n"
    Path("none.json").write_text(json.dumps([{"source": "a", "error": "X"}]), encoding="utf-8")
    ran = qualia("visualize", "none.json", "-p", "toy_draw")
    assert (ran.code, "it holds only failures" in ran.err) == (4, True)


def test_a_wrong_param_is_told_once_and_not_for_every_document(qualia: Qualia, texts: Path) -> None:
    """What is wrong with the command is no failure of a document."""
    ran = qualia("analyze", "texts", "-r", *COUNT, "-P", "top=0", "-f", "json")
    assert (ran.code, ran.data["error"], ran.err.count("\n")) == (2, "InvalidParam", 1)
    assert qualia("analyze", "texts", "-p", "toy_absent").code == 5


def test_a_plugin_that_always_fails_is_left_alone_and_so_are_the_rest(qualia: Qualia, home: Path) -> None:
    """When the circuit opens, the documents behind are not tried and the command says so."""
    for number in range(12):
        (home / f"{number:02}.txt").write_text(f"text {number}", encoding="utf-8")
    ran = qualia("analyze", "*.txt", "-p", "toy_boom", "-f", "json")
    assert ran.code == 1
    assert len(ran.data) == 12
    assert ran.err.splitlines()[-1] == "documents after that were left out"
    assert ran.err.count("no luck today") == 5


def test_a_folder_gets_a_file_for_each_that_cannot_collide(qualia: Qualia, home: Path, texts: Path) -> None:
    """Equal names are told apart by their folders, the same way whatever their order; the folder is made."""
    (texts / "a.md").write_text("m", encoding="utf-8")
    assert qualia("analyze", "texts", "-r", *COUNT, "-f", "json", "-o", "out").code == 0
    names = [path.name for path in sorted((home / "out").iterdir())]
    assert names == [
        "b_c_toy_count.json",
        "texts_a.md_toy_count.json",
        "texts_a.txt_toy_count.json",
        "texts_deep_a.txt_toy_count.json",
    ]
    saved = Result.from_json((home / "out" / "texts_deep_a.txt_toy_count.json").read_text(encoding="utf-8"))
    assert saved.value["total"] == 3
    assert qualia("analyze", "texts", *COUNT, "-o", "missing/out").code == 4
    assert qualia("analyze", "texts", *COUNT, "-o", "texts/a.txt").code == 2


@given(
    names=st.lists(
        st.sampled_from(["a.txt", "x/a.txt", "y/a.txt", "A.TXT", "a b.txt", "a_b.md", "con.txt", "-", "x_a.txt.txt"]),
        unique=True,
        max_size=9,
    )
)
def test_no_two_sources_share_a_name(names: list[str]) -> None:
    """Every source has a name, no two are equal on any system, and order changes nothing but numbers."""
    stems, taken = stems_of(names)
    assert set(stems) == set(names)
    assert len({each.casefold() for each in stems.values()}) == len(names)
    assert {each.casefold() for each in stems.values()} == taken


def test_several_pictures_go_into_a_folder_or_here_under_names_of_their_own(
    qualia: Qualia, home: Path, texts: Path
) -> None:
    """One file or standard output cannot take several; nothing is drawn then."""
    for target in ("all.png", "-"):
        ran = qualia("visualize", "texts", "-p", "toy_draw", "-o", target)
        assert (ran.code, "several pictures do not go into one file" in ran.err) == (2, True)
    assert qualia("visualize", "texts", "-p", "toy_draw", "-f", "svg").out.splitlines() == [
        "a_toy_draw.svg",
        "b_c_toy_draw.svg",
    ]
    assert qualia("visualize", "texts", "-p", "toy_draw", "-o", "pictures").code == 0
    assert sorted(path.name for path in (home / "pictures").iterdir()) == ["a_toy_draw.png", "b_c_toy_draw.png"]


def test_a_picture_nobody_named_never_replaces_another(qualia: Qualia, texts: Path) -> None:
    """The same picture again is the same file; another one gets a number."""
    names = [qualia("visualize", f"texts/{each}.txt", "-p", "toy_draw").out for each in ("a", "b c", "a")]
    assert names == ["toy-chart.png\n", "toy-chart-2.png\n", "toy-chart.png\n"]


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names of Linux")
def test_names_that_are_no_text_are_shown_safely_and_come_through(qualia: Qualia, home: Path) -> None:
    """Spaces, line ends, controls and bytes that are no UTF-8 work in every form."""
    (home / "qualia.toml").unlink()
    for name in (b"caf\xe9.txt", b"two\nlines.txt", b"\x1b[2J.txt", "João.txt".encode()):
        Path(os.fsdecode(name)).write_bytes(b"a b")
    read = qualia("analyze", ".", *COUNT, "-f", "json").data
    assert {os.fsencode(each["source"]) for each in read} == {os.fsencode(each.name) for each in home.iterdir()}
    for form in ("pretty", "jsonl", "csv", "yaml"):
        ran = qualia("analyze", ".", *COUNT, "-f", form, "-v")
        assert (ran.code, "\x1b" in ran.out + ran.err) == (0, False)
    assert qualia("analyze", ".", *COUNT, "-o", "all.yaml").code == 0
    assert qualia("visualize", "all.yaml", "-p", "toy_draw", "-o", "out").code == 0
    one = os.fsdecode(b"caf\xe9.txt")
    assert qualia("analyze", one, *COUNT, "-f", "yaml").code == 0
    assert "caf\\udce9" in qualia("analyze", "caf\udce9", *COUNT).err


def test_verbose_tells_what_is_read_and_run_and_how_long_it_takes(qualia: Qualia, document: Path) -> None:
    """Details go to stderr: the file, the plan, each step and its seconds; the second time it is the cache."""
    ran = qualia("visualize", "notes.txt", "-p", "toy_draw", "-v", "-o", "x.png")
    lines = ran.err.splitlines()
    assert lines[:2] == ["read notes.txt: text/plain, 17 characters", "plan: toy_count -> toy_draw"]
    assert [line.split(":")[0] for line in lines[2:]] == ["toy_count", "toy_draw", "notes.txt"]
    assert ran.out == "x.png\n"
    (document.parent / "same.txt").write_bytes(document.read_bytes())
    assert "toy_plain: " in qualia("analyze", "notes.txt", "same.txt", "-p", "toy_plain", "-v").err
    assert qualia("analyze", "notes.txt", "-p", "toy_plain", "-v", "-q").err == ""
