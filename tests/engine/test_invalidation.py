"""A kept result is served again only when nothing that made it has changed, tried on the disk cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qualia
from qualia import Core, Document, Result, Settings
from qualia._plugins.catalog import shipped_folder

WORDS = "word-frequencies/1"
COUNT = "return WordFrequencies(words=(), total=len(document.text), distinct={distinct})"
DRAW = "return Artifact(media_type='text/plain', data=str(records).encode(), name='a.txt')"
Run = Callable[..., Result[Any]]


@pytest.fixture
def project(tmp_path: Path, write_plugin: Callable[..., Path]) -> Path:
    """Write a plugin with helpers and data, and one that draws what it gives."""
    count = COUNT.format(distinct="helper.NUMBER")
    files = {"helper.py": "NUMBER = 1", "deep/__init__.py": "", "deep/inner.py": "", "stop words.txt": "a"}
    head = "from . import helper"
    options = {"params": "top: int = param(3, help='x')\nratio: float = param(1, help='x')", "head": head}
    write_plugin(tmp_path, "count", count, files=files, produces=WORDS, **options)
    write_plugin(tmp_path, "draw", DRAW, kind="visualizer", consumes=[WORDS])
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a plugin in a Core of its own, as another process would, with one state folder for all."""
    monkeypatch.setattr("qualia._plugins.places.shipped_folder", lambda: project / "nothing-ships")

    def once(
        plugin: str = "count", text: str = "abc", params: dict[str, Any] | None = None, **more: Any
    ) -> Result[Any]:
        with Core([project], settings=Settings(state_dir=project / "state")) as core:
            return core.run(plugin, Document(text, **more), params)

    return once


def test_nothing_changed_is_a_hit_in_another_core(run: Run) -> None:
    """The same files, params and input are answered from the disk."""
    assert [run().cached, run().cached] == [False, True]
    assert [run("draw").cached, run("draw").cached] == [False, True]


@pytest.mark.parametrize(
    "name", ["__init__.py", "helper.py", "deep/__init__.py", "deep/inner.py", "stop words.txt", "plugin.toml"]
)
def test_editing_any_file_of_a_plugin_is_a_miss(run: Run, project: Path, name: str) -> None:
    """The package, each helper wherever in the folder, its data and its manifest are all part of the code."""
    run()
    path = project / "count" / name
    path.write_text(path.read_text(encoding="utf-8") + "\n#\n", encoding="utf-8")
    assert [run().cached, run().cached] == [False, True]


def test_an_edit_that_keeps_size_and_time_is_a_miss(run: Run, project: Path) -> None:
    """The content counts, not what the file system says about it."""
    path = project / "count" / "helper.py"
    before, stat = run().value.distinct, path.stat()
    path.write_text("NUMBER = 2", encoding="utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (before, run().value.distinct) == (1, 2)


@pytest.mark.parametrize("change", ["add", "remove", "rename"])
def test_a_file_that_comes_or_goes_is_a_miss(run: Run, project: Path, change: str) -> None:
    """Adding, removing and renaming a file change the code, too."""
    run()
    folder = project / "count"
    if change == "add":
        (folder / "new.txt").touch()
    elif change == "remove":
        (folder / "stop words.txt").unlink()
    else:
        (folder / "stop words.txt").rename(folder / "words.txt")
    assert run().cached is False


def test_what_is_no_part_of_the_code_changes_nothing(run: Run, project: Path) -> None:
    """Bytecode, hidden files and the time of a file are not looked at."""
    run()
    (project / "count" / "__pycache__").mkdir()
    (project / "count" / "__pycache__" / "x.pyc").touch()
    (project / "count" / ".helper.py.swp").touch()
    os.utime(project / "count" / "helper.py")
    assert run().cached is True


def test_a_new_version_is_a_miss(run: Run, project: Path) -> None:
    """Raising the version in the manifest is a change even when no line of code is."""
    run()
    path = project / "count" / "plugin.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("1.0.0", "1.0.1"), encoding="utf-8")
    assert run().cached is False


def test_explicit_defaults_equal_omitted_ones(run: Run) -> None:
    """What is in force counts, not how it was said; a whole number where a float belongs is that float."""
    run()
    same: list[dict[str, Any]] = [{}, {"top": 3}, {"ratio": 1}, {"ratio": 1.0, "top": 3}]
    assert [run(params=each).cached for each in same] == [True] * 4


@pytest.mark.parametrize("params", [{"top": 4}, {"ratio": 1.5}, {"ratio": -0.0}])
def test_another_param_is_a_miss(run: Run, params: dict[str, Any]) -> None:
    """Each param in force is part of the call."""
    run()
    run(params={"ratio": 0.0})
    assert run(params=params).cached is False


@pytest.mark.parametrize(
    "input_",
    [{"text": "abd"}, {"title": "t"}, {"language": "en"}, {"metadata": {"a": 1}}],
    ids=lambda each: next(iter(each)),
)
def test_another_input_is_a_miss(run: Run, input_: dict[str, Any]) -> None:
    """Whatever a plugin could see of its document is part of the call."""
    run()
    assert run(**input_).cached is False


def test_one_true_and_their_text_in_a_document_are_four_calls(run: Run) -> None:
    """Values that Python finds equal are not the same input."""
    values: list[Any] = [1, 1.0, True, "1"]
    assert [run(metadata={"x": each}).cached for each in values] == [False] * 4
    assert [run(metadata={"x": each}).cached for each in values] == [True] * 4


def test_another_upstream_result_is_a_miss(run: Run, project: Path) -> None:
    """A plugin is called again when what it consumes has changed, and only then."""
    run("draw")
    helper = project / "count" / "helper.py"
    helper.write_text("NUMBER = 2", encoding="utf-8")
    assert (run("draw").cached, b"distinct=2" in run("draw").value.data) == (False, True)
    helper.write_text("NUMBER = 1 + 1", encoding="utf-8")
    assert run("draw").cached is True


def test_another_version_of_a_declared_library_is_a_miss(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library's new version may answer otherwise, so its results are computed anew."""
    run()
    monkeypatch.setattr("qualia._engine.guard.platform.python_version", lambda: "3.99.0")
    assert run().cached is False


@pytest.mark.whole
def test_editing_the_shared_language_rules_is_a_miss(tmp_path: Path) -> None:
    """A stop word more in `qualia.text` changes what counts words, but not what never uses it."""
    root = tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__", "_bundled")
    shutil.copytree(Path(qualia.__file__).parent, root / "qualia", ignore=ignored)
    shutil.copytree(shipped_folder(), root / "plugins", ignore=ignored)

    def cached() -> dict[str, bool]:
        code = f"""
import sys; sys.path.insert(0, {str(root)!r})
import json
from qualia import Core, Document, Settings
with Core(settings=Settings(state_dir={str(tmp_path / "state")!r})) as core:
    words = core.run("word_frequency", Document("one fish"))
    picture = core.run("frequency_chart", words, {{"format": "html"}})
    print(json.dumps({{"words": words.cached, "picture": picture.cached}}))
"""
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert [cached()["words"], cached()["words"]] == [False, True]
    for room, expected in (("text", {"words": False, "picture": True}), ("draw", {"words": True, "picture": False})):
        edited = root / "qualia" / room / "__init__.py"
        edited.write_text(edited.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
        assert cached() == expected
