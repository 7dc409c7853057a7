"""``qualia create`` writes a plugin that works as it stands, and nothing when it cannot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from qualia.cli import create
from qualia.core import Core
from qualia.document import Document
from tests.cli.conftest import Run

KINDS = ("analyzer", "visualizer", "document")
WHOLE = ["README.md", "__init__.py", "plugin.toml", "test_fresh_one.py"]


def names(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_plugin_runs(qualia: Run, home: Path, kind: str) -> None:
    """What was written is a usable plugin of the kind that was asked for."""
    ran = qualia("create", "fresh_one", "--kind", kind)
    assert (ran.code, ran.err) == (0, "")
    assert names(home / "fresh_one") == WHOLE
    with Core(home) as core:
        assert (core.plugins["fresh_one"].state, core.plugins["fresh_one"].kind) == ("enabled", kind)
        core.run("fresh_one", Document("Ana: Well, [laughs] why?"))


@pytest.fixture
def pytest_in(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run pytest in a folder as an author does, the fixtures known as in an installation."""
    known = any(each.value == "qualia.testing.fixtures" for each in entry_points(group="pytest11"))
    plugins = ["-p", "no:cacheprovider", *([] if known else ["-p", "qualia.testing.fixtures"])]

    def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *plugins, *words]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.mark.whole
def test_the_new_plugins_pass_their_own_tests(
    qualia: Run, home: Path, pytest_in: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """The test of each kind passes as it was written, run from above the plugins."""
    (home / "plugins").mkdir()
    for kind in KINDS:
        qualia("create", f"new_{kind}", "--kind", kind, "-o", f"plugins/new_{kind}")
    done = pytest_in(home, "plugins")
    assert done.returncode == 0, done.stdout
    assert "36 passed, 3 skipped" in done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_the_new_plugin_is_valid(qualia: Run, home: Path, kind: str) -> None:
    """``qualia validate`` has nothing to say about what was written."""
    qualia("create", "fresh_one", "--kind", kind)
    ran = qualia("validate", "fresh_one", "--strict", "--json", plugins=False)
    assert (ran.code, [report["findings"] for report in ran.data["reports"]]) == (0, [[]])


def test_the_test_of_a_plugin_passes_from_inside_its_folder(
    qualia: Run, home: Path, pytest_in: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    """``pytest`` alone, in the plugin's own folder, is enough; what it leaves there is no part of the plugin."""
    qualia("create", "fresh_one")
    with Core(home) as core:
        before = core.run("fresh_one", Document("Why?")).provenance.code_hash
    done = pytest_in(home / "fresh_one", "-k", "questions or samples")
    assert done.returncode == 0, done.stdout
    with Core(home) as core:
        assert core.run("fresh_one", Document("Why?")).provenance.code_hash == before


@pytest.mark.parametrize("kind", KINDS)
def test_minimal_is_manifest_and_code_that_run(qualia: Run, home: Path, kind: str) -> None:
    """Two files are enough for a plugin."""
    assert qualia("create", "fresh_one", "--kind", kind, "--minimal").code == 0
    assert names(home / "fresh_one") == ["__init__.py", "plugin.toml"]
    with Core(home) as core:
        core.run("fresh_one", Document("Why?"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_is_in_good_style(qualia: Run, home: Path, kind: str) -> None:
    """Lines are short and end plainly, and where ruff is installed it has nothing to say."""
    summary = 'Says "why?" \\ how.'
    qualia("create", "fresh_one", "--kind", kind, "--summary", summary, "--author", "Ana")
    for path in (home / "fresh_one").iterdir():
        text = path.read_text(encoding="utf-8")
        assert max(map(len, text.splitlines())) <= 120
        assert "$" not in text
        assert text.endswith("\n")
        assert not re.search(r"[ \t]\n", text)
    with Core(home) as core:
        assert core.plugins["fresh_one"].summary == summary
        core.run("fresh_one", Document("Why?"))
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is not None:
        subprocess.run([ruff, "format", "--check", "--isolated", "."], cwd=home, check=True)
        rules = ["--select", "ANN,B,D1,E,F,I,N,PT,RUF,SIM,TRY,UP", "--ignore", "ANN401"]
        subprocess.run([ruff, "check", "--isolated", *rules, "."], cwd=home, check=True)


def test_it_goes_into_the_projects_plugins(qualia: Run, home: Path) -> None:
    """In a project the folder is ``plugins/ID``, where the project finds it."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    ran = qualia("create", "fresh_one", "--minimal")
    assert ran.out.splitlines()[0] == os.path.join("plugins", "fresh_one", "plugin.toml")  # noqa: PTH118
    assert '"fresh_one"' in qualia("list", "--format", "json").out


def test_it_says_what_to_do_next(qualia: Run, home: Path) -> None:
    """The files come first, then the commands to go on with, ready to be pasted."""
    lines = qualia("create", "fresh_one", "-o", "my plugins/one").out.splitlines()
    assert [line.strip() for line in lines[-4:]] == [
        "Try next:",
        "qualia validate 'my plugins/one'",
        "qualia dev 'my plugins/one'",
        "pytest 'my plugins/one'",
    ]
    assert (home / "my plugins" / "one" / "plugin.toml").is_file()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("My Plugin", "my_plugin"),
        ("WordCounter", "word_counter"),
        ("contador-de-ações", "contador_de_acoes"),
        ("2nd_try", "nd_try"),
        ("class", "class_plugin"),
        ("statistics", "statistics_plugin"),
        ("attrs", "attrs_plugin"),
        ("../up", "up"),
        ("a" * 70, "a" * 57),
    ],
)
def test_a_word_that_is_no_id_is_answered_with_one_that_is(qualia: Run, home: Path, text: str, near: str) -> None:
    """The rule is told with the nearest id that keeps it, and nothing is written."""
    ran = qualia("create", text)
    assert (ran.code, names(home)) == (2, [])
    assert ran.err.endswith(f"; try {near}\n")
    assert qualia("create", near).code == 0


def test_a_word_with_no_letters_is_refused_without_a_suggestion(qualia: Run) -> None:
    """Where nothing is left of a word, only the rule is told."""
    ran = qualia("create", "你好")
    assert (ran.code, ran.err) == (
        2,
        "qualia: error: '你好' is no id: write lower-case letters, digits and _, at most 64 and a letter first\n",
    )


def test_an_id_that_is_taken_names_the_plugin_that_has_it(qualia: Run, home: Path) -> None:
    """Two plugins of one id would make both unusable."""
    ran = qualia("create", "word_frequency")
    assert (ran.code, names(home)) == (2, [])
    assert re.search(r"there is a plugin 'word_frequency' already, in .*; choose another id", ran.err)


@pytest.mark.parametrize("words", [("--summary", "two\nlines"), ("--summary", "x" * 101), ("--author", "\x1b[31m")])
def test_what_is_no_line_is_refused(qualia: Run, home: Path, words: tuple[str, ...]) -> None:
    """Summary and author are one line each."""
    ran = qualia("create", "fresh_one", *words)
    assert (ran.code, names(home)) == (2, [])
    assert f"{words[0]} must be one line of at most 100 characters" in ran.err


def test_nothing_that_is_there_is_overwritten(qualia: Run, home: Path) -> None:
    """A folder that holds something, or a file of that name, is left as it is."""
    (home / "fresh_one").mkdir()
    (home / "fresh_one" / "thesis.txt").write_text("years of work", encoding="utf-8")
    (home / "taken").write_text("", encoding="utf-8")
    for more in ((), ("-o", "taken")):
        ran = qualia("create", "fresh_one", *more)
        assert ran.code == 4
        assert "it is there already and not an empty folder" in ran.err
    assert names(home) == ["fresh_one", "taken"]
    assert names(home / "fresh_one") == ["thesis.txt"]


def test_an_empty_folder_is_filled(qualia: Run, home: Path) -> None:
    """Whoever made the folder first, and stands in it, gets the plugin there."""
    (home / "empty").mkdir()
    os.chdir(home / "empty")
    assert qualia("create", "fresh_one", "-o", ".").code == 0
    assert names(home / "empty") == WHOLE
    assert names(home) == ["empty"]


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_is_interrupted_leaves_nothing(
    qualia: Run, home: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool, error: Any
) -> None:
    """Ctrl-C or a full disk in the middle leave neither files nor folders that were not there."""
    calls: list[object] = []
    write = Path.write_text
    rename = Path.rename

    def fail(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise error
        return (rename if there else write)(*given, **more)

    if there:
        (home / "deep" / "down").mkdir(parents=True)
        monkeypatch.setattr(Path, "rename", fail)
    else:
        monkeypatch.setattr(Path, "write_text", fail)
    ran = qualia("create", "fresh_one", "-o", "deep/down")
    monkeypatch.undo()
    assert ran.code == (130 if error is KeyboardInterrupt else 4)
    left = [path for path in home.rglob("*") if path not in (home / "deep", home / "deep" / "down")]
    assert left == []
    assert (home / "deep").exists() is there


def test_it_speaks_portuguese(qualia: Run) -> None:
    """What people read is in their language."""
    assert "Experimente agora:" in qualia("--lang", "pt-BR", "create", "fresh_one").out
    assert "não serve de identificador: use letras" in qualia("--lang", "pt-BR", "create", "Novo").err


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_never_has_the_name_of_something_it_needs(kind: str) -> None:
    """An id such as ``document`` gives a class that hides nothing the code imports, and is no word of Python."""
    code = (create.TEMPLATES / kind / "__init__.py.txt").read_text(encoding="utf-8")
    imported = {name for line in re.findall(r"^from .* import (.*)$", code, re.MULTILINE) for name in line.split(", ")}
    taken = {name for name in imported | {"Params"} if name[0].isupper()}
    assert {create.class_name(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()) for name in taken} == {
        f"{name}Plugin" for name in taken
    }
    assert create.class_name("none") == "NonePlugin"
    assert create.class_name("word_2_list") == "Word2List"
