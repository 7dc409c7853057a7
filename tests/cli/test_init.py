"""``qualia init`` makes a project whose next steps work as they are printed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Qualia = Callable[..., Any]

FILES = [
    ".gitignore",
    "README.md",
    "data/meeting.vtt",
    "pipelines/example.toml",
    "plugins/README.md",
    "qualia.toml",
]


@pytest.mark.whole
@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_next_steps_work_as_printed(
    qualia: Qualia, home: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command that is shown ends well, in the folder it leads to, and what was written is valid."""
    data = qualia("init", "my study", "--lang", language, "-f", "json", plugins=False).data
    for command in data["next"]:
        words = shlex.split(command)
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        else:
            assert words[0] == "qualia"
            ran = qualia(*words[1:], plugins=False)
            assert (ran.code, command) == (0, command), ran.err
    assert (home / "my study" / "results" / "summary.json").is_file()
    assert "fine" in qualia("config", "validate", plugins=False).out


def test_it_shows_what_it_wrote(qualia: Qualia, home: Path, leftovers: Callable[[], list[str]]) -> None:
    """The files are listed, and stand there; without a name the present folder becomes the project."""
    ran = qualia("init", plugins=False)
    assert (ran.code, leftovers()) == (0, FILES)
    assert sorted(ran.out.split("\n\n")[0].splitlines()) == FILES
    assert "cd " not in ran.out
    assert "Try next:" in ran.out


def test_nothing_is_ever_replaced(qualia: Qualia, home: Path) -> None:
    """Files that are there stay as they are and are told of; what is missing is added."""
    (home / "qualia.toml").write_text("history = false\n", encoding="utf-8")
    (home / ".gitignore").write_text("*.log\n", encoding="utf-8")
    (home / "README.md").symlink_to("nowhere")
    ran = qualia("init", "-f", "json", plugins=False)
    assert sorted(ran.data["left"]) == [".gitignore", "README.md", "qualia.toml"]
    assert (home / "qualia.toml").read_text(encoding="utf-8") == "history = false\n"
    assert (home / "pipelines" / "example.toml").is_file()
    again = qualia("init", plugins=False)
    assert again.code == 0
    assert "left as they are: qualia.toml" in again.err
    assert "add .qualia/ to .gitignore" in again.err


def test_a_dry_run_writes_nothing(qualia: Qualia, home: Path) -> None:
    """What would be written is shown, and no folder is made."""
    ran = qualia("init", "study", "--dry-run", plugins=False)
    assert sorted(ran.out.splitlines()) == [f"study/{name}" for name in FILES]
    assert "nothing was written" in ran.err
    assert list(home.iterdir()) == []


def test_little_is_enough(qualia: Qualia, home: Path, leftovers: Callable[[], list[str]]) -> None:
    """``--minimal`` leaves settings and what git leaves out."""
    assert qualia("init", "--minimal", plugins=False).code == 0
    assert leftovers() == [".gitignore", "qualia.toml"]


def test_without_the_libraries_the_example_still_runs(qualia: Qualia, home: Path) -> None:
    """Where the plugin that draws cannot be used, its step is left as a comment with what to install."""
    from qualia.cli.project.starting import project_files

    text = project_files(minimal=False, draws=False)["pipelines/example.toml"].decode()
    assert '# plugin = "frequency_chart"' in text
    assert "pip install 'qualia-core[plugins]'" in text
    (home / "example.toml").write_text(text, encoding="utf-8")
    assert qualia("pipeline", "check", "example.toml", plugins=False).code == 0


@pytest.mark.skipif(os.name == "nt", reason="folders have no such rights there")
def test_a_place_that_cannot_be_written_is_told(qualia: Qualia, home: Path) -> None:
    """A file where the folder should be is an error with its name."""
    (home / "study").write_text("", encoding="utf-8")
    for words in (("study",), ("study/below",)):
        ran = qualia("init", *words, plugins=False)
        assert (ran.code, ran.out) == (4, "")
        assert "cannot write 'study" in ran.err
