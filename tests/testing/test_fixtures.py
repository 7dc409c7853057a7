"""The fixtures: light until one is asked for, and right once it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import qualia
import qualia.testing
from qualia.core import Core
from qualia.document import Document
from qualia.errors import ExtraMissing, InvalidParam, UnknownPlugin, UnsupportedInput
from qualia.testing import RunPlugin
from qualia.testing.fixtures import core as core_fixture
from tests.testing.places import analyzer, write_plugin

ROOT = Path(qualia.__file__).parents[1]


@pytest.fixture
def qualia_plugin_dirs(tmp_path: Path) -> tuple[Path, ...]:
    """Return a folder with two small plugins, in the place of the nearest one above this file."""
    body = "if not document.text: raise KeyError('no text')\n        return {'given': document.title, 'm': params.mark}"
    write_plugin(tmp_path, analyzer(body))
    drawing = (
        "from qualia.plugin import Artifact, NoParams, Visualizer\n"
        "class Toy(Visualizer[NoParams]):\n"
        "    def render(self, params, *, word_frequencies):\n"
        "        return Artifact(media_type='text/plain', data=b'%d' % word_frequencies.total, name='n.txt')\n"
    )
    more = 'produces = ["text/plain"]\nconsumes = ["word-frequencies/1"]'
    write_plugin(tmp_path, drawing, plugin="drawing", kind="visualizer", more=more)
    return (tmp_path,)


def test_core_sees_the_plugins_under_test_and_the_shipped_ones(core: Core) -> None:
    """Both are there, and nothing of this machine's settings is."""
    assert {"toy", "drawing", "word_frequency"} <= set(core.plugins)
    assert core.settings.state_dir is None


def test_run_plugin_needs_no_document(run_plugin: RunPlugin, sample_document: Document) -> None:
    """Without one, an analyzer gets the sample document and a visualizer sample records."""
    assert run_plugin("toy") == {"given": sample_document.title, "m": "!"}
    assert int(run_plugin("drawing").data) > 0


def test_run_plugin_takes_params_by_name(run_plugin: RunPlugin) -> None:
    """Params, even one called ``plugin`` or ``document``, are keywords; wrong ones are refused as in any run."""
    assert run_plugin("toy", Document("x", title="t"), mark="?") == {"given": "t", "m": "?"}
    with pytest.raises(InvalidParam, match="'document' is unknown"):
        run_plugin("toy", document=1)


def test_run_plugin_raises_what_the_plugin_raised(run_plugin: RunPlugin) -> None:
    """A test can expect the plugin's own error, and its report ends in the plugin's own line."""
    with pytest.raises(KeyError, match="no text") as raised:
        run_plugin("toy", Document(""))
    assert Path(raised.traceback[-1].path).name == "__init__.py"
    assert raised.value.__context__ is None


def test_run_plugin_lets_refusals_and_strangers_through(run_plugin: RunPlugin) -> None:
    """What is no failure of the plugin is raised as it is."""
    with pytest.raises(UnknownPlugin):
        run_plugin("toyy")
    with pytest.raises(UnsupportedInput):
        run_plugin("teams_cleaner", Document("no transcript"))


def test_a_strategy_without_hypothesis_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has pytest alone reads which command brings the rest."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.delattr(qualia.testing, "texts", raising=False)
    with pytest.raises(ExtraMissing, match=r"qualia\.testing\.texts needs .* pip install 'qualia-core\[testing\]'"):
        _ = qualia.testing.texts


def test_the_fixtures_load_nothing_of_the_engine() -> None:
    """What pytest loads in every run of anybody's tests is two small modules and pytest itself."""
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import pytest, json; before = set(sys.modules)
import qualia.testing.fixtures
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["qualia", "qualia.testing", "qualia.testing.fixtures"]


def test_pytest_is_told_where_the_fixtures_are() -> None:
    """The distribution names them as a pytest plugin, so that authors need no conftest."""
    points = [each for each in entry_points(group="pytest11") if each.value.startswith("qualia.")]
    if not points:
        pytest.skip("qualia-core runs from its sources here, not from a wheel")
    assert [(each.name, each.value) for each in points] == [("qualia", "qualia.testing.fixtures")]


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run pytest in another process, with the fixtures as an installation has them."""
    known = any(each.value == "qualia.testing.fixtures" for each in entry_points(group="pytest11"))
    plugins = ["-p", "no:cacheprovider", *([] if known else ["-p", "qualia.testing.fixtures"])]
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60, check=False)


def test_a_plugin_is_found_from_its_test_or_from_the_setting(tmp_path: Path) -> None:
    """The nearest plugin above a test is under test; ``qualia_plugin_dirs`` in pytest's settings names others."""
    place = write_plugin(tmp_path, analyzer("return {'n': 1}"))
    test = "def test_it(run_plugin):\n    assert run_plugin('toy') == {'n': 1}\n"
    (place / "test_toy.py").write_text(test, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "test_elsewhere.py").write_text(test, encoding="utf-8")
    (tmp_path / "elsewhere" / "pytest.ini").write_text("[pytest]\nqualia_plugin_dirs = ../toy\n", encoding="utf-8")
    nearest = run_pytest(place)
    assert nearest.returncode == 0, nearest.stdout.decode()
    named = run_pytest(tmp_path / "elsewhere")
    assert named.returncode == 0, named.stdout.decode()


def test_a_project_may_have_fixtures_of_the_same_names(tmp_path: Path) -> None:
    """A fixture called ``core`` in somebody's tests is theirs, and nothing of Qualia runs."""
    code = """
import sys, pytest
@pytest.fixture
def core(): return 7
def test_it(core):
    assert core == 7
    assert "qualia.core" not in sys.modules
"""
    (tmp_path / "test_theirs.py").write_text(code, encoding="utf-8")
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout.decode()


def test_core_is_closed_when_the_test_ends() -> None:
    """Nothing stays open: the fixture is a generator whose end closes what it gave."""
    opened = core_fixture.__wrapped__(())  # type: ignore[attr-defined]
    given = next(opened)
    assert list(opened) == []
    with pytest.raises(RuntimeError, match="closed"):
        given.run("word_frequency", Document("x"))
