"""What the menu is made of: commands spelt for a shell, forms, lists, plain questions, and what is remembered."""

from __future__ import annotations

import builtins
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia._form import Form, text_of, value_of
from qualia._safe import safe_text
from qualia.cli.menu.asking import BACK, Choice, numbers
from qualia.cli.menu.files import completions, examples, free_name, listing
from qualia.cli.menu.form import allowed, wrong
from qualia.cli.menu.lists import ChoiceList
from qualia.cli.menu.memory import MOST, Kept, Memory, memory_path
from qualia.cli.menu.plain import PlainAsker
from qualia.cli.quoting import command_line
from qualia.cli.words import speaking
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec

UNIX = pytest.mark.skipif(os.name == "nt", reason="shells and permissions of Unix")
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"], include_characters=" "), max_size=20)
ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
CHOICES = (Choice("a", "Apple"), Choice("b", "Banana"), Choice("c", "Açaí", why_not="it is out of season"))


# -------------------------------------------------------------------------------------------------------- spelling


@UNIX
@given(st.lists(PRINTABLE, max_size=5))
def test_a_command_that_is_shown_can_be_taken_apart_again(words: list[str]) -> None:
    """Spaces, quotes, stars and dollars mean themselves."""
    assert shlex.split(command_line(words)) == words


@UNIX
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@settings(max_examples=25)
@given(st.lists(ANY, min_size=1, max_size=5), st.binary(max_size=8).filter(lambda raw: b"\0" not in raw))
def test_a_shell_reads_what_is_shown_whatever_the_words_hold(words: list[str], raw: bytes) -> None:
    """Control characters and bytes that are no text come through, and the line cannot steer a terminal."""
    meant = [*words, os.fsdecode(raw)]
    line = command_line(meant)
    assert safe_text(line) == line and "\n" not in line
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], stdout=subprocess.PIPE, check=True)
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(word) for word in meant]


# ------------------------------------------------------------------------------------------------------------ form


def spec(kind: Any, default: Any, **more: Any) -> ParamSpec:
    """Return a declaration."""
    return ParamSpec(name="x", kind=kind, default=default, help="Help.", **more)


SPECS = st.sampled_from(
    [
        (spec("int", 3, ge=1, le=50), st.integers(1, 50)),
        (spec("float", 0.5, ge=0), st.floats(0, allow_infinity=False, allow_nan=False)),
        (spec("bool", False), st.booleans()),
        (spec("str", "a"), ANY),
        (spec("str", None, optional=True), st.none() | ANY.filter(bool)),
        (spec("str", "b", choices=("a", "b")), st.sampled_from(["a", "b"])),
        (spec("list", ()), st.lists(st.sampled_from(["a", "b c", "ç"])).map(tuple)),
        (spec("int", None, optional=True), st.none() | st.integers()),
    ]
)


@given(SPECS.flatmap(lambda item: st.tuples(st.just(item[0]), item[1])))
def test_a_value_shown_in_the_form_reads_back_as_itself(case: tuple[ParamSpec, Any]) -> None:
    """What stands in a field and is kept by Enter is the value, and only one that is not the default is kept."""
    declared, value = case
    text = text_of(declared, value)
    assert value_of(declared, text, plugin="p") == value
    assert wrong(declared, text, plugin="p") == ""
    form = Form("p", (declared,)).with_text("x", text)
    assert form.values() == ({} if value == declared.default else {"x": value})


@given(ANY)
def test_a_form_takes_nothing_the_plugin_would_refuse(text: str) -> None:
    """What is wrong is said in a sentence; what is not wrong is a value."""
    declared = spec("int", 3, ge=1, le=50)
    complaint = wrong(declared, text, plugin="p")
    if complaint:
        with pytest.raises(InvalidParam):
            value_of(declared, text, plugin="p")
    else:
        assert 1 <= value_of(declared, text, plugin="p") <= 50


def test_what_a_param_takes_is_told_in_the_language_spoken() -> None:
    """Type, bounds, choices and whether nothing will do."""
    assert allowed(spec("int", 3, ge=1, le=50)) == "a whole number 1..50"
    assert allowed(spec("float", 0.5, ge=0)) == "a number >= 0"
    assert allowed(spec("float", 0.5, le=2, optional=True)) == "a number <= 2 or nothing"
    assert allowed(spec("str", "b", choices=("a", "b"))) == "a, b"
    assert wrong(spec("float", 0.5), "nan", plugin="p") == "must be a finite number, not nan"
    with speaking("pt-BR"):
        assert allowed(spec("bool", True)) == "sim ou não"
        assert wrong(spec("int", 3, ge=1), "0", plugin="p") == "deve ser no mínimo 1, não 0"


# ----------------------------------------------------------------------------------------------------------- lists


def test_the_way_back_is_number_0() -> None:
    """Nine lines and the way back have digits; more lines have none."""
    assert numbers([*CHOICES, Choice(BACK, "back")]) == ("1", "2", "3", "0")
    assert numbers([Choice(str(n), "x") for n in range(9)] + [Choice(BACK, "back")])[-2:] == ("9", "0")
    assert numbers([Choice(str(n), "x") for n in range(10)] + [Choice(BACK, "back")]) == ()


def test_typing_narrows_a_list() -> None:
    """Case and accents need not be typed; what nothing holds is not taken; Backspace widens it again."""
    asked = ChoiceList("?", CHOICES, default="b")
    assert asked.pointed == CHOICES[1]
    for char in "aca":
        asked.type(char)
    asked.type("z")
    assert asked.typed == "aca"
    assert list(asked.visible) == [CHOICES[2]]
    assert asked.take() is None
    assert asked.told() == "it is out of season"
    asked.erase()
    asked.clear()
    assert list(asked.visible) == list(CHOICES)
    assert not asked.number("7")
    assert asked.number("2") and asked.take() == CHOICES[1]


@given(st.lists(st.one_of(st.integers(-9, 9), st.sampled_from("abnx"), st.just("<"), st.integers(10, 30)), max_size=20))
def test_a_list_always_points_at_one_of_its_lines(moves: list[Any]) -> None:
    """Whatever keys are pressed."""
    asked = ChoiceList("?", CHOICES, default="")
    for move in moves:
        if isinstance(move, int):
            (asked.move if move < 10 else asked.jump)(move)
        elif move == "<":
            asked.erase()
        else:
            asked.type(move)
        assert asked.pointed in asked.visible
        assert "".join(text for _style, text, *_more in asked.lines()).count("> ") == 1


# ----------------------------------------------------------------------------------------------------------- plain


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[..., PlainAsker]:
    """Type lines at plain questions; behind them the input ends."""

    def lines(*typed: str) -> PlainAsker:
        left: Iterator[str] = iter(typed)

        def answer(question: str) -> str:
            sys.stdout.write(question)
            try:
                return next(left)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(builtins, "input", answer)
        return PlainAsker()

    return lines


def test_plain_questions_are_answered_by_numbers(
    types: Callable[..., PlainAsker], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no number is asked again, what cannot be chosen says why, Enter takes the default."""
    assert types("x", "9", "3", "2").choose("Fruit?", CHOICES) == "b"
    assert types("").choose("Fruit?", CHOICES, default="b") == "b"
    assert types("0").choose("Fruit?", [*CHOICES, Choice(BACK, "back")]) == BACK
    many = [Choice(str(number), str(number)) for number in range(30)]
    assert types("30").choose("Which?", many) == "29"
    out = capsys.readouterr().out
    assert "  1. Apple\n" in out and out.count("it is out of season") >= 2 and "\x1b" not in out


def test_a_plain_question_cannot_steer_the_terminal(
    types: Callable[..., PlainAsker], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is suggested may begin with a file's name; it is taken as it is, and shown harmless."""
    assert types("").text("File", default="a\x1b[2J.json") == "a\x1b[2J.json"
    assert capsys.readouterr().out == "File [a\\u001b[2J.json]: "


def test_plain_text_is_checked_and_has_a_default(types: Callable[..., PlainAsker]) -> None:
    """Enter keeps the default, a hyphen empties it, what is wrong is asked again."""
    assert types("").text("Name", default="a") == "a"
    assert types("-").text("Name", default="a") == ""
    assert types("bad", "good").text("Name", check=lambda text: "no" if text == "bad" else "") == "good"
    assert types("maybe", "y").confirm("Sure?", default=False)
    assert not types("").confirm("Sure?", default=False)
    with pytest.raises(EOFError):
        types().pause("Enter")


# ---------------------------------------------------------------------------------------------------------- memory


@given(data=st.binary(max_size=200) | st.sampled_from([b"[]", b'{"files": 3}', b'{"files": [1]}', b'{"language": []}']))
def test_a_damaged_memory_is_an_empty_one(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever its file holds, nothing is raised."""
    path = tmp_path_factory.mktemp("state") / "menu.json"
    path.write_bytes(data)
    assert isinstance(Memory(path).read(), Kept)


def test_the_ten_latest_files_are_kept_the_latest_first(home: Path) -> None:
    """A file used again moves to the front; names that are no text are kept too."""
    memory = Memory(home / "state" / "qualia" / "menu.json")
    for number in (*range(12), 5):
        memory.used(f"{number}.txt")
    names = [Path(path).name for path in memory.read().files]
    assert names == [f"{number}.txt" for number in (5, 11, 10, 9, 8, 7, 6, 4, 3, 2)]
    assert len(names) == MOST
    odd = os.fsdecode(b"/tmp/\xff.txt") if os.name != "nt" else "C:\\x"
    memory.used(odd)
    assert memory.read().files[0] == str(Path(odd).absolute())
    assert memory.forget()
    assert memory.read() == Kept()


@UNIX
def test_what_is_kept_is_nobody_elses_business(home: Path) -> None:
    """The file and its folder are the user's alone."""
    memory = Memory(home / "state" / "menu.json")
    memory.used("a.txt")
    assert memory.path.stat().st_mode & 0o077 == 0
    assert memory.path.parent.stat().st_mode & 0o077 == 0


def test_a_memory_that_cannot_be_written_is_no_trouble(home: Path) -> None:
    """The menu goes on without it."""
    (home / "file").write_text("", encoding="utf-8")
    memory = Memory(home / "file" / "menu.json")
    memory.used("a.txt")
    assert not memory.forget()
    assert memory.read() == Kept()
    folder = Memory(home)
    assert folder.read() == Kept() and not folder.write(Kept())


def test_a_memory_that_is_switched_off_keeps_no_file(home: Path) -> None:
    """Not even those a hand wrote into it."""
    memory = Memory(home / "menu.json")
    memory.path.write_text(json.dumps({"remembers": False, "files": ["/a"]}), encoding="utf-8")
    memory.used("b.txt")
    assert memory.read() == Kept(remembers=False)


@UNIX
def test_the_memory_lies_in_the_users_state_folder(home: Path) -> None:
    """XDG_STATE_HOME counts when it is absolute, as its specification says."""
    assert memory_path({"XDG_STATE_HOME": "/s"}, home) == Path("/s/qualia/menu.json")
    for environ in ({}, {"XDG_STATE_HOME": ""}, {"XDG_STATE_HOME": "s"}):
        assert memory_path(environ, home) == home / ".local" / "state" / "qualia" / "menu.json"


# ----------------------------------------------------------------------------------------------------------- files


def test_folders_come_before_files_and_hidden_ones_not_at_all(home: Path) -> None:
    """Only files of the wanted suffixes are listed; a folder that cannot be read has none."""
    (home / "deep").mkdir()
    (home / ".hidden").mkdir()
    for name in ("b.TXT", "a.txt", "c.exe"):
        (home / name).write_text("", encoding="utf-8")
    assert [path.name for path in listing(home, (".txt",))] == ["deep", "a.txt", "b.TXT"]
    assert listing(home / "absent", (".txt",)) == []


def test_tab_offers_what_begins_so(home: Path) -> None:
    """Case does not count; folders end with a slash; what leads nowhere offers nothing."""
    (home / "Deep").mkdir()
    (home / "Deep" / "a.txt").write_text("", encoding="utf-8")
    assert list(completions("de")) == ["Deep/"]
    assert list(completions("Deep/")) == ["Deep/a.txt"]
    assert list(completions("nowhere/x")) == []
    assert list(completions("\0/")) == []


def test_a_suggested_name_is_free(home: Path) -> None:
    """A number is added when something has the name."""
    assert free_name("a", ".json") == "a.json"
    (home / "a.json").write_text("", encoding="utf-8")
    (home / "a-2.json").write_text("", encoding="utf-8")
    assert free_name("a", ".json") == "a-3.json"


def test_the_example_in_ones_own_language_comes_first() -> None:
    """Both meetings are there in either language."""
    assert [path.name for path in examples("document")] == ["meeting.vtt", "reuniao.vtt"]
    with speaking("pt-BR"):
        assert [path.name for path in examples("document")] == ["reuniao.vtt", "meeting.vtt"]
    assert [path.name for path in examples("pipeline")] == ["meeting.toml"]
