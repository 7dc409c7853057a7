"""What is said before the screen is touched: words that make no sense, and terminals that cannot show it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qualia_tui import starting
from qualia_tui.starting import started


class Terminal:
    """Stands for the three streams of a terminal."""

    def isatty(self) -> bool:
        """Be one."""
        return True

    def write(self, _text: str) -> int:
        """Take a text."""
        return 0


@pytest.mark.parametrize(
    ("words", "english", "portuguese"),
    [
        (["--nope"], "does not know '--nope'; did you mean", "não conhece '--nope'; você quis dizer"),
        (["here"], "does not know 'here'; qualia-tui --help", "não conhece 'here'; qualia-tui --help"),
        (["--theme", "pink"], "--theme cannot be 'pink'; known: ansi", "--theme não pode ser 'pink'; conhecidos: ansi"),
        (["--project", "a", "--socket", "b"], "not allowed with", "não pode vir junto com"),
        (["--project"], "expected one argument", "falta o valor"),
    ],
)
def test_words_that_make_no_sense_are_one_sentence(
    words: list[str], english: str, portuguese: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever mistypes reads what is wrong and what would be right, in one line of their language."""
    for language, told in (("en", english), ("pt-BR", portuguese)):
        with pytest.raises(SystemExit) as left:
            started([*words, "--lang", language] if words != ["--project"] else words, {"LANG": language})
        said = capsys.readouterr().err
        assert (left.value.code, said.count("\n")) == (2, 1)
        assert told in said


def test_help_is_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    """No word of it stays English."""
    with pytest.raises(SystemExit):
        started(["--help"], {"LANG": "pt_BR.UTF-8"})
    said = capsys.readouterr().out
    assert said.startswith("uso:")
    assert "opções:" in said
    assert "show" not in said


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect how consoles would look, and show none."""
    found: list[Any] = []

    def run(_asked: object, look: object) -> int:
        found.append(look)
        return 0

    monkeypatch.setattr(starting, "_run", run)
    terminal = Terminal()
    there = SimpleNamespace(stdin=terminal, stdout=terminal, stderr=terminal, modules=sys.modules)
    monkeypatch.setattr(starting, "sys", there)
    return found


@pytest.mark.parametrize("term", ["", "dumb", "unknown", None])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(term: str | None, looks: list[Any], tmp_path: Path) -> None:
    """Whatever such terminals call themselves."""
    environ = {"XDG_CONFIG_HOME": str(tmp_path), **({} if term is None else {"TERM": term})}
    assert (started([], environ), looks) == (2, [])


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "pt_BR.UTF-8"}, False),
        ({"LANG": "pt_BR.utf8"}, False),
        ({"LANG": "pt_BR.ISO-8859-1"}, True),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, True),
        ({"LANG": "pt_BR.ISO-8859-1", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "en_US.ISO-8859-1"}, True),
    ],
)
def test_a_terminal_with_another_character_set_gets_ascii(
    environ: dict[str, str], ascii_only: bool, looks: list[Any], tmp_path: Path
) -> None:
    """What the locale names holds, unless the settings say something else."""
    environ = {"TERM": "xterm", "XDG_CONFIG_HOME": str(tmp_path), **environ}
    started([], environ)
    assert looks[-1].ascii_only is ascii_only
    (tmp_path / "qualia").mkdir()
    (tmp_path / "qualia" / "console.toml").write_text("ascii = false\n", encoding="utf-8")
    started([], environ)
    assert looks[-1].ascii_only is False


def test_keys_of_ones_own_are_worn_as_the_toolkit_calls_them(looks: list[Any], tmp_path: Path) -> None:
    """What people write in the settings is what is pressed."""
    (tmp_path / "qualia").mkdir()
    (tmp_path / "qualia" / "console.toml").write_text('[keys]\nruns.compare = "F9, ="\n', encoding="utf-8")
    assert started([], {"TERM": "xterm", "XDG_CONFIG_HOME": str(tmp_path)}) == 0
    assert looks[-1].keys == {"runs.compare": "f9,equals_sign"}
