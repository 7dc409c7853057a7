"""``qualia config create``, ``validate``, ``list`` and ``schema``."""

from __future__ import annotations

import ast
import inspect
import json
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

import qualia.settings
from qualia import Settings
from qualia.cli.project.settings_told import settings_told
from qualia.cli.project.templates import settings_text

Qualia = Callable[..., Any]

DEFAULTS = {"top": 3, "share": 0.5, "case": False, "mode": "all", "skip": []}


def test_every_setting_is_told_as_its_declaration_tells_it() -> None:
    """The sentences for people are those of the code, and no setting is left out."""
    tree = ast.parse(inspect.getsource(qualia.settings))
    (body,) = (each.body for each in tree.body if isinstance(each, ast.ClassDef) and each.name == "Settings")
    told: dict[str, str] = {}
    for statement, below in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            assert isinstance(below, ast.Expr)
            assert isinstance(below.value, ast.Constant)
            told[statement.target.id] = str(below.value.value)
    assert dict(settings_told()) == told


def test_a_file_of_all_settings_sets_none_until_it_is_told_to(home: Path) -> None:
    """As it is written it changes nothing; with every line counting it is the defaults, and valid."""
    text = settings_text()
    assert tomllib.loads(text) == {}
    lines = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.splitlines()]
    table = tomllib.loads("\n".join(lines))
    assert sorted(table) == sorted(item.name for item in attrs.fields(Settings))
    (home / "qualia.toml").write_text("\n".join(lines), encoding="utf-8")
    changed = Settings(
        producers={"word-frequencies/1": "word_frequency"}, isolation={"*": "process"}, state_dir=home / ".qualia"
    )
    assert Settings.read({}, home) == changed


def test_params_of_a_plugin_are_written_with_all_there_is_to_know(qualia: Qualia, home: Path) -> None:
    """Each param stands there with its help, its bounds and its default, and the file can be used as it is."""
    ran = qualia("config", "create", "-p", "toy_count", "-o", "count.toml")
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote count.toml\n")
    text = (home / "count.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == DEFAULTS
    assert "# qualia: params of toy_count" in text
    assert "qualia analyze FILE -p toy_count -c count.toml" in text
    assert "# Keep the N most frequent words.\n# a whole number; at least 1; at most 50\ntop = 3" in text
    assert '# one of: all, some\nmode = "all"' in text
    assert "# a text; or nothing at all\n# name = " in text
    (home / "notes.txt").write_text("a a b", encoding="utf-8")
    asked = ("analyze", "notes.txt", "-p", "toy_count", "-f", "json")
    assert (
        qualia(*asked, "-c", "count.toml").data["provenance"]["params"] == qualia(*asked).data["provenance"]["params"]
    )


@pytest.mark.parametrize(("suffix", "read"), [("yaml", yaml.safe_load), ("json", json.loads)])
def test_other_forms_hold_the_same(qualia: Qualia, home: Path, suffix: str, read: Callable[[str], Any]) -> None:
    """The suffix chooses the form; what may be nothing at all is null there."""
    assert qualia("config", "create", "-p", "toy_count", "-o", f"count.{suffix}").code == 0
    assert read((home / f"count.{suffix}").read_text(encoding="utf-8")) == {**DEFAULTS, "name": None}
    assert read(qualia("config", "create", "-p", "toy_count", "-f", suffix).out) == {**DEFAULTS, "name": None}
    assert qualia("config", "validate", f"count.{suffix}", "-p", "toy_count").code == 0


def test_a_folder_gets_a_file_of_the_right_name(qualia: Qualia, home: Path) -> None:
    """In a folder the file is called after the plugin, or qualia.toml."""
    (home / "params").mkdir()
    assert qualia("config", "create", "-p", "toy_count", "-o", "params").err == "wrote params/toy_count.toml\n"
    assert qualia("config", "create", "-o", ".").err == "wrote qualia.toml\n"
    assert qualia("config", "create", "-p", "toy_plain").out.endswith("# It has no params.\n")


def test_no_file_is_replaced_unless_told_to(qualia: Qualia, home: Path) -> None:
    """A file that is there stays as it is, with ``--force`` it is replaced."""
    (home / "qualia.toml").write_text("history = false\n", encoding="utf-8")
    refused = qualia("config", "create", "-o", "qualia.toml")
    assert (refused.code, (home / "qualia.toml").read_text(encoding="utf-8")) == (4, "history = false\n")
    assert qualia("config", "create", "-o", "qualia.toml", "--force").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "toy_cuont"), "did you mean 'toy_count'"),
        (("-f", "yaml"), "settings are written as TOML alone"),
        (("-p", "toy_count", "-o", "x.json", "-f", "yaml"), "does not end as a file of yaml does"),
    ],
)
def test_what_cannot_be_written_is_refused(qualia: Qualia, words: tuple[str, ...], said: str) -> None:
    """An unknown plugin and a form that does not fit are told."""
    ran = qualia("config", "create", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.fixture
def project(home: Path) -> Path:
    """Make the working folder a project with a mistake in each kind of file."""
    for name, text in (
        ("qualia.toml", 'max_failure = 1\nopen_s = "x"\n[isolation]\ntoy_cuont = "thread"\n'),
        ("qualia.ci.toml", "open_s = 1\n"),
        ("pipelines/one.toml", '[[steps]]\nplugin = "toy_count"\n'),
        ("pipelines/two.json", '{"steps": [{"plugin": "toy_cuont"}]}'),
        ("params/fine.toml", "# qualia: params of toy_count\ntop = 4\n"),
        ("params/toy_count.yaml", "top: 0\n"),
        ("params/odd.toml", "what = 1\n"),
    ):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    return home


def test_each_file_is_recognised_and_its_mistakes_told(qualia: Qualia, project: Path) -> None:
    """Without names the project's files are meant, each by what it holds, with line and column of every mistake."""
    ran = qualia("config", "validate")
    unknown = "there is no plugin 'toy_cuont'; did you mean 'toy_count'?"
    assert ran.code == 2
    assert ran.out.splitlines() == [
        "qualia.toml:1:1: setting 'max_failure' is unknown; did you mean 'max_failures'?",
        "qualia.toml:2:1: setting 'open_s' must be a float, not 'x'",
        f"qualia.toml:4:1: {unknown}",
        "qualia.ci.toml: fine (settings)",
        "pipelines/one.toml: fine (pipeline one)",
        f"pipelines/two.json:1:13: step 1: {unknown}",
        "params/fine.toml: fine (params toy_count)",
        "params/odd.toml: is neither a pipeline (it has no steps) nor settings; if it holds params, give -p PLUGIN",
        "params/toy_count.yaml:1:1: toy_count: param 'top' must be at least 1, not 0",
        "files: 7, problems: 6",
    ]


def test_validity_is_told_to_programs(qualia: Qualia, project: Path) -> None:
    """JSON names the kind, the plugin and every problem; the plugin can be said."""
    ran = qualia("config", "validate", "params/odd.toml", "-p", "toy_count", "-f", "json")
    (file,) = ran.data["files"]
    assert (ran.code, ran.data["ok"], file["kind"], file["name"]) == (2, False, "params", "toy_count")
    assert file["problems"][0]["key"] == "what"
    assert qualia("config", "validate", "params/fine.toml", "-f", "json").data["ok"] is True
    assert qualia("config", "validate", "params/fine.toml", "-p", "toy_cuont").code == 2
    found = [Path(each["file"]).name for each in qualia("config", "validate", "params", "-f", "json").data["files"]]
    assert found == ["fine.toml", "odd.toml", "toy_count.yaml"]


def test_nothing_to_validate_is_wrong_usage(qualia: Qualia) -> None:
    """Where there are no such files, they must be named."""
    ran = qualia("config", "validate")
    assert (ran.code, ran.out) == (2, "")
    assert "name the files" in ran.err


def test_files_are_listed_with_kind_and_validity(
    qualia: Qualia, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's files come first, then the user's."""
    own = project / "config" / "qualia"
    (own / "pipelines").mkdir(parents=True)
    (own / "pipelines" / "mine.toml").write_text('[[steps]]\nplugin = "toy_count"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(project / "config"))
    data = qualia("config", "list", "-f", "json").data
    assert [(Path(each["file"]).name, each["kind"], each["valid"], each["of"]) for each in data] == [
        ("qualia.toml", "settings", False, "project"),
        ("qualia.ci.toml", "settings", True, "project"),
        ("one.toml", "pipeline", True, "project"),
        ("two.json", "pipeline", False, "project"),
        ("fine.toml", "params", True, "project"),
        ("odd.toml", None, False, "project"),
        ("toy_count.yaml", "params", False, "project"),
        ("mine.toml", "pipeline", True, "user"),
    ]
    shown = qualia("config", "list")
    assert shown.out.splitlines()[0].split() == ["file", "kind", "name", "validity"]
    assert "qualia config validate" in shown.err


def test_an_empty_folder_has_nothing_to_list(qualia: Qualia) -> None:
    """People are told how such files come to be; programs get an empty list."""
    ran = qualia("config", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "qualia init" in ran.err
    assert qualia("config", "list", "-f", "json").data == []


def test_settings_of_one_origin(qualia: Qualia, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--origin`` leaves those that come from a file, a variable or elsewhere."""
    (home / "qualia.toml").write_text("open_s = 1\n", encoding="utf-8")
    monkeypatch.setenv("QUALIA_HISTORY", "0")
    asked = ("config", "show", "-f", "json", "--origin")
    assert [each["name"] for each in qualia(*asked, "qualia.toml").data] == ["open_s"]
    assert [each["name"] for each in qualia(*asked, "QUALIA_HISTORY").data] == ["history"]
    assert [each["name"] for each in qualia(*asked, "plugin-dir").data] == ["plugin_path"]


def test_schemas_are_for_editors(qualia: Qualia) -> None:
    """Settings and params each have a JSON schema with types, bounds, choices and defaults."""
    settings = qualia("config", "schema").data
    assert sorted(settings["properties"]) == sorted(item.name for item in attrs.fields(Settings))
    assert settings["properties"]["max_failures"] == {
        "description": "Consecutive failures that open a plugin's circuit.",
        "type": "integer",
        "minimum": 1,
        "default": 5,
    }
    params = qualia("config", "schema", "-p", "toy_count").data
    assert params["additionalProperties"] is False
    assert params["properties"]["top"] == {
        "description": "Keep the N most frequent words.",
        "type": "integer",
        "minimum": 1,
        "maximum": 50,
        "default": 3,
    }
    assert params["properties"]["mode"]["enum"] == ["all", "some"]
    assert params["properties"]["name"]["type"] == ["string", "null"]
    assert params["properties"]["skip"]["items"] == {"type": "string"}
