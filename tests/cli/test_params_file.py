"""Params from a file, and what ``--help`` tells of a plugin's params."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qualia = Callable[..., Any]
COUNT = ("analyze", "notes.txt", "-p", "toy_count")
GOOD = {
    "p.toml": 'top = 2\nshare = 1\nskip = ["b"]\n',
    "p.json": '{"top": 2, "share": 1, "skip": ["b"]}',
    "p.yaml": "top: 2\nshare: 1\nskip: [b]\n",
    "p.yml": "top: 2\nshare: 1.0\nskip:\n- b\n",
    "p.conf": "top = 2\nshare = 1.0\nskip = ['b']\n",
}
BAD: dict[str, tuple[str | bytes | None, str]] = {
    "nearest.toml": ("# mine\ntop = 2\n\ntpo = 3\n", "nearest.toml:4: toy_count: param 'tpo' is unknown; did you mean"),
    "type.json": ('{\n  "top": "2"\n}', "type.json:2: toy_count: param 'top' must be an int, not \"2\" (str)"),
    "range.yaml": ("mode: all\ntop: 99\n", "range.yaml:2: toy_count: param 'top' must be at most 50, not 99"),
    "list.json": ("[1]", "-c 'list.json': write params as names and values"),
    "text.yaml": ("just text", "-c 'text.yaml': write params as names and values"),
    "bad.toml": ("top: 2", "-c 'bad.toml' is no valid TOML"),
    "bad.json": ("{", "-c 'bad.json' is no valid JSON"),
    "bad.yaml": ("a: [", "-c 'bad.yaml' is no valid YAML"),
    "bomb.yaml": ("top: [&a [1, 1], *a]\n", "-c 'bomb.yaml' is no valid YAML (aliases are not taken (at line 1"),
    "latin.toml": (b'name = "Jo\xe3o"', "-c 'latin.toml' is not UTF-8"),
    "missing.toml": (None, "-c 'missing.toml' cannot be read: no such file or directory"),
    "big.toml": ("#" * 1_000_001, "-c 'big.toml' is too large for params"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_gives_params_with_their_types(qualia: Qualia, home: Path, document: Path, name: str) -> None:
    """TOML, JSON and YAML are told by their suffix; any other is TOML."""
    (home / name).write_text(GOOD[name], encoding="utf-8")
    used = qualia(*COUNT, "-c", name, "-f", "json").data["provenance"]["params"]
    assert (used["top"], used["share"], used["skip"]) == (2, 1.0, ["b"])


def test_params_on_the_command_line_win_over_the_file(qualia: Qualia, home: Path, document: Path) -> None:
    """-P comes before -c, whatever their order; the others stay; an empty file gives none."""
    (home / "p.toml").write_text(GOOD["p.toml"], encoding="utf-8")
    used = qualia(*COUNT, "-P", "top=7", "-c", "p.toml", "-f", "json").data["provenance"]["params"]
    assert (used["top"], used["skip"]) == (7, ["b"])
    (home / "empty.yaml").write_text("", encoding="utf-8")
    assert qualia(*COUNT, "-c", "empty.yaml").code == 0


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_wrong_is_told_with_its_place(qualia: Qualia, home: Path, document: Path, name: str) -> None:
    """The sentence begins with file and line where a param is wrong; nothing is run."""
    content, sentence = BAD[name]
    if content is not None:
        (home / name).write_bytes(content.encode() if isinstance(content, str) else content)
    ran = qualia(*COUNT, "-c", name)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"qualia: error: {sentence}")


def test_the_error_object_names_place_and_param(qualia: Qualia, home: Path, document: Path) -> None:
    """Programs get the place as a field."""
    (home / "p.toml").write_text("top = 0\n", encoding="utf-8")
    data = qualia(*COUNT, "-c", "p.toml", "-f", "json").data
    assert (data["error"], data["place"], data["param"]) == ("WrongParamInFile", "p.toml:1", "top")


@pytest.mark.parametrize("words", [("-p", "toy_count"), ("--plugin", "toy_count"), ("--plugin=toy_count",)])
def test_help_with_a_plugin_shows_its_params(qualia: Qualia, words: tuple[str, ...]) -> None:
    """Type, bounds or choices, default and help of each stand below the options."""
    ran = qualia("analyze", *words, "--help")
    told = " ".join(ran.out.partition("params of toy_count (-P KEY=VALUE):")[2].split())
    assert (ran.code, ran.err) == (0, "")
    assert "top=INT Keep the N most frequent words. (1..50; default: 3)" in told
    assert "mode=... How much. (all, some; default: all)" in told
    assert "skip=LIST Words to skip. (default: –)" in told


def test_help_with_a_plugin_is_help_all_the_same(qualia: Qualia) -> None:
    """A plugin that is not there, is broken or takes nothing is told in one line; without a plugin there is no more."""
    for plugin, sentence in (
        ("toy_cuont", "there is no plugin 'toy_cuont'; did you mean 'toy_count'"),
        ("toy_broken", "ValueError: at import"),
        ("toy_plain", "it takes no params"),
    ):
        ran = qualia("analyze", "x.txt", "-p", plugin, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert sentence in ran.out
    assert "params of" not in qualia("analyze", "--help").out
    assert "params of" not in qualia("inspect", "toy_count", "--help").out
