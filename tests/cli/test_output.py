"""Data that reaches a terminal or a file is whole, harmless and readable."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import unicodedata
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qualia._files import write_whole
from qualia._safe import safe_line, safe_text
from qualia.cli import main
from qualia.cli.delivery import deliver_all, file_name
from qualia.cli.output import Face, as_json, as_yaml
from qualia.cli.pretty import pretty, table
from qualia.cli.words import speaking
from qualia.errors import QualiaWarning, UnwritableOutput

HOSTILE = "a\x1b]52;c;eA==\x07b\x1b[2Jc\x9b31md\u202ee\u2066f\rg\x7f\x00"
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
STEERING = frozenset("\u061c\u200e\u200f\u2028\u2029\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_harmless(text: str) -> bool:
    controls = {char for char in text if unicodedata.category(char) in ("Cc", "Cs")}
    return controls <= {"\n", "\t"} and not STEERING & set(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_no_character_that_steers_a_terminal_gets_through(text: str) -> None:
    """Whatever the text, only tab and line feed are left of the controls, and a line is one line."""
    assert is_harmless(safe_text(text))
    assert is_harmless(safe_line(text))
    assert "\n" not in safe_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"])))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    """Letters, marks, emoji and punctuation of every script pass unchanged."""
    assert safe_text(text) == text


@given(PLAIN)
def test_json_is_harmless_and_still_the_same_data(data: Any) -> None:
    """Escapes inside JSON strings change how they look, never what they are."""
    text = as_json(data)
    assert is_harmless(text)
    assert json.loads(text) == data


@given(PLAIN)
def test_yaml_reads_back_as_the_same_data(data: Any) -> None:
    """YAML has no tags and no anchors, and any safe reader gets the data back."""
    data = json.loads(json.dumps(data).replace("\\ud", "\\u0"))
    assert yaml.safe_load(as_yaml(data)) == data


def test_yaml_holds_lists_where_values_hold_tuples() -> None:
    """Frozen values become plain lists, each written out in full, with text as it is."""
    shared = ("João", 1)
    assert as_yaml({"a": shared, "b": shared}) == "a:\n- João\n- 1\nb:\n- João\n- 1"


@given(PLAIN)
def test_pretty_is_harmless_and_never_fails(data: Any) -> None:
    """Any plain data can be shown, at any width."""
    for width in (None, 20, 80):
        shown = pretty(data, width=width)
        assert is_harmless(shown.replace("\x1b[1m", "").replace("\x1b[0m", ""))


def test_hostile_text_in_a_document_never_reaches_the_terminal(qualia: Callable[..., Any], home: Path) -> None:
    """A transcript cannot set the clipboard, clear the screen or turn the text around."""
    (home / "hostile.txt").write_text(HOSTILE.replace("\x00", ""), encoding="utf-8")
    for words in (("process", "hostile.txt", "-p", "toy_upper"), ("analyze", "hostile.txt", "-p", "toy_plain")):
        for form in ("pretty", "json", "yaml"):
            ran = qualia(*words, "--format", form)
            assert ran.code == 0
            assert is_harmless(ran.out)
    assert is_harmless(qualia("analyze", f"{HOSTILE[:20]}.txt", "-p", "toy_plain").err)


def test_a_record_within_a_row_is_named_not_dumped() -> None:
    """Records in a cell are told by their first text and first fraction, never as JSON."""
    words = [{"text": "ótima", "start": 3, "end": 8, "weight": 1.154}, {"text": "", "start": 0, "end": 0, "id": "b"}]
    shown = pretty({"sentences": [{"polarity": 0.5, "words": words}]}, width=None)
    assert shown == "sentences\npolarity  words\n     0.5  ótima 1.154, b"
    bare = pretty({"rows": [{"x": [{"a": 1, "b": 2, "c": 3, "d": 4}]}]}, width=None)
    assert bare.splitlines()[-1] == '{"a": 1, "b": 2, "c": 3, "d": 4}'


@pytest.mark.parametrize("width", [None, 60])
def test_a_text_that_stands_alone_is_shown_whole(width: int | None) -> None:
    """A paragraph among the single facts goes on below instead of being cut; only a very long one ends early."""
    told = "O texto soa positivo e a confiança é alta. " * 10
    assert "".join(pretty({"interpretation": told}, width=width).split()) == "interpretation" + "".join(told.split())
    assert pretty({"interpretation": told * 50}, width=width).endswith("…")


def test_a_table_is_as_wide_as_it_needs_to_be_without_a_terminal() -> None:
    """Piped output is never folded or cut, and has no colour."""
    long = "word " * 60
    assert table([("a", long)], headings=("x", "y"), width=None) == f"x  y\na  {long.strip()}"


def test_a_table_fits_the_terminal_it_is_for() -> None:
    """Long columns fold, or end with an ellipsis; columns that do not fit are named."""
    rows = [{"text": "word " * 30, "start": 1, "end": 2, **{f"column_{n}": "value" for n in range(7)}}]
    shown = pretty({"rows": rows}, width=80)
    bare = shown.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert max(len(line) for line in bare) <= 80
    assert "…" in bare[2]
    left_out = bare[-1].removeprefix("left out here: ").removesuffix("; --format json shows all").split(", ")
    assert sorted([*bare[1].split(), *left_out]) == sorted(rows[0])
    assert "start" in left_out


def test_plain_values_have_a_shape_too() -> None:
    """Nothing, a number, a text and a flat list can be a plugin's answer."""
    values: tuple[object, ...] = ({}, [], 0.123456, "x", None, True)
    assert [pretty(each, width=None) for each in values] == [
        "(nothing)",
        "(nothing)",
        "0.1235",
        "x",
        "–",
        "yes",
    ]
    assert pretty([1, 2], width=None) == "1\n2"


def test_warnings_are_one_line_and_leave_no_trace() -> None:
    """Inside the block a warning is a line on stderr; behind it everything is as before."""
    stderr = io.StringIO()
    before = warnings.showwarning, list(warnings.filters)
    with Face(io.StringIO(), stderr).showing_warnings():
        warnings.warn("look\nhere \x1b[2J", QualiaWarning, stacklevel=1)
    assert stderr.getvalue() == "qualia: warning: look here \\u001b[2J\n"
    assert (warnings.showwarning, list(warnings.filters)) == before


def test_a_warning_of_a_thread_is_in_the_language_of_the_command() -> None:
    """What looks or computes beside the command knows nothing of the language that was asked for."""
    stderr = io.StringIO()
    told = "the cache 'c.db' cannot be used and results are computed anew (unable to open database file)"
    with speaking("pt-BR"), Face(io.StringIO(), stderr).showing_warnings():
        thread = threading.Thread(target=lambda: warnings.warn(told, QualiaWarning, stacklevel=1))
        thread.start()
        thread.join(30)
    assert stderr.getvalue() == (
        "qualia: aviso: não é possível usar o cache 'c.db', então os resultados são calculados de novo"
        " (não é possível abrir o arquivo)\n"
    )


def test_a_stream_that_cannot_hold_a_character_gets_an_escape(
    qualia: Callable[..., Any], document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an ASCII stdout JSON stays JSON, and tables stay readable."""
    del qualia
    for form, wanted in (("json", "Jo\\u00e3o"), ("pretty", "Jo\\xe3o")):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
        assert main(["inspect", "nothing"]) == 2
        face = Face(sys.stdout, None)
        face.data(as_json({"a": "João"}) if form == "json" else "João", form="json" if form == "json" else "pretty")
        assert wanted in raw.getvalue().decode("ascii")


def test_a_closed_stdout_is_an_output_that_cannot_be_written(home: Path) -> None:
    """Without a stdout data has nowhere to go, and a missing stderr is nobody's concern."""
    face = Face(None, None)
    face.note("unheard")
    with pytest.raises(UnwritableOutput, match="standard output"):
        face.data("lost")


def test_a_file_is_written_through_a_link_and_a_device_stays_one(home: Path) -> None:
    """A symbolic link still points where it did; writing to /dev/null leaves /dev/null."""
    (home / "real.json").write_text("old", encoding="utf-8")
    (home / "link.json").symlink_to(home / "real.json")
    write_whole(home / "link.json", b"new")
    assert (home / "link.json").is_symlink()
    assert (home / "real.json").read_bytes() == b"new"
    if os.name != "nt":
        write_whole(Path(os.devnull), b"gone")
        assert not Path(os.devnull).is_file()


def test_a_disk_that_fills_up_leaves_nothing_of_several_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one of several files cannot be written, none appears, and what was there stays."""
    from qualia.cli import delivery

    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        if len(written) == 1:
            raise UnwritableOutput(str(path), "no space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(delivery, "write_whole", write)
    (home / "there").mkdir()
    (home / "there" / "a").write_bytes(b"mine")
    for folder in (home / "there", home / "new"):
        written.clear()
        with pytest.raises(UnwritableOutput, match="no space left") as caught:
            deliver_all(folder, {"a": b"1", "b": b"2"}, force=True)
        assert caught.value.path == str(folder / "b")
    assert [path.name for path in home.rglob("*")] == ["there", "a"]
    assert (home / "there" / "a").read_bytes() == b"mine"


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6))
def test_step_ids_become_different_harmless_file_names(names: list[str]) -> None:
    """No id leaves its folder, hides itself, or lands on another's file, not even where case means nothing."""
    taken: set[str] = set()
    made = [file_name(name, taken) for name in names]
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        assert Path(name).name == name
        assert not name.startswith(".")
        assert len(name) <= 90


def test_names_that_windows_keeps_for_itself_are_changed() -> None:
    """CON, nul and their like get a mark, with or without a suffix."""
    assert [file_name(name, set()) for name in ("CON", "nul.x", "com1", "console", "../..", "a/b")] == [
        "CON_",
        "nul.x_",
        "com1_",
        "console",
        "step",
        "a_b",
    ]
