"""``qualia validate``: findings for people, programs and code hosts, and the code it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia.cli.words import translations
from qualia.validation.rules import RULES

SOURCE = """\
from attrs import frozen
from qualia.plugin import Analyzer, param

@frozen
class Params:
    top: int = param(3, ge=1, help="Keep this many.")

class Toy(Analyzer[Params, object]):
    def analyze(self, document, params):
        return {}
"""
MANIFEST = 'id = "toy"\nkind = "analyzer"\nversion = "1"\napi = ">=1,<2"\nsummary = "A toy."\nentry = "Toy"\n'

Run = Callable[..., Any]


@pytest.fixture
def toy(home: Path) -> Callable[..., Path]:
    """Write a plugin in the working folder that is right but for what is given."""

    def write(*, code: str = SOURCE, manifest: str = MANIFEST) -> Path:
        folder = home / "toy"
        folder.mkdir()
        (folder / "plugin.toml").write_text(manifest, encoding="utf-8")
        (folder / "__init__.py").write_text(code, encoding="utf-8")
        (folder / "README.md").write_text("A toy.", encoding="utf-8")
        (folder / "test_toy.py").write_text("", encoding="utf-8")
        return folder

    return write


def test_a_plugin_without_faults_ends_with_0(qualia: Run, toy: Callable[..., Path]) -> None:
    """Nothing is said but a summary, which counts."""
    toy()
    ran = qualia("validate", "toy")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "plugins: 1, errors: 0, warnings: 0, notes: 0\n"


def test_an_error_is_one_line_with_its_place_and_ends_with_1(qualia: Run, toy: Callable[..., Path]) -> None:
    """File, line, severity, rule, message and remedy stand in one line, the name as it was given."""
    toy(code=SOURCE.replace("return {}", "return {}["))
    ran = qualia("validate", "toy")
    lines = ran.out.splitlines()
    assert ran.code == 1
    assert lines[0].startswith("toy/__init__.py:10:18: error QP201: this is no Python: ")
    assert lines[0].endswith("; mend it at this place")
    assert lines[-1] == "plugins: 1, errors: 1, warnings: 0, notes: 0"


def test_warnings_end_with_1_only_when_they_count(qualia: Run, toy: Callable[..., Path]) -> None:
    """--strict is for those who want none."""
    toy(code=SOURCE.replace("Keep this many.", ""))
    assert qualia("validate", "toy", "--no-run").code == 0
    assert qualia("validate", "toy", "--no-run", "--strict").code == 1


def test_nothing_runs_when_nobody_wants_it(qualia: Run, toy: Callable[..., Path], home: Path) -> None:
    """--no-run reads the code and leaves it alone, and says so."""
    toy(code=SOURCE.replace("return {}", "raise ValueError"))
    ran = qualia("validate", "toy", "--no-run")
    assert ran.code == 0
    assert "toy was not run on samples" in ran.out
    ran = qualia("validate", "toy")
    assert ran.code == 1
    assert "toy/__init__.py:10: error QP504: it fails on a talk with speakers and times: ValueError" in ran.out


@pytest.mark.parametrize("words", [("--format", "json"), ("--json",)])
def test_json_holds_every_field(qualia: Run, toy: Callable[..., Path], words: tuple[str, ...]) -> None:
    """Programs get the report as one object, whatever the code."""
    toy(manifest=MANIFEST.replace("summary", "sumary"))
    ran = qualia("validate", "toy", *words)
    assert ran.code == 1
    assert ran.data["ok"] is False
    (report,) = ran.data["reports"]
    assert {key: report[key] for key in ("folder", "plugin", "ok", "ran")} == {
        "folder": "toy",
        "plugin": "toy",
        "ok": False,
        "ran": False,
    }
    assert report["findings"][0] == {
        "rule": "QP103",
        "severity": "error",
        "message": "key summary is missing",
        "remedy": 'add summary = "..." to plugin.toml',
        "facts": {"key": "summary"},
        "file": "toy/plugin.toml",
        "line": None,
        "column": None,
    }


def test_sarif_is_one_log(qualia: Run, toy: Callable[..., Path]) -> None:
    """Code hosts get SARIF with names relative to where it was run."""
    toy(code="x = (\n")
    ran = qualia("validate", "toy", "--format", "sarif")
    location = ran.data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "toy/__init__.py"
    assert location["region"]["startLine"] == 1


def test_the_schema_is_shown_for_editors(qualia: Run) -> None:
    """--schema prints the JSON schema and checks nothing."""
    ran = qualia("validate", "--schema")
    assert ran.code == 0
    assert json.loads(ran.out)["title"] == "plugin.toml"


def test_without_a_path_it_is_the_plugin_or_the_plugins_here(
    qualia: Run, toy: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """In a plugin's folder it checks that one; in a project, its plugins."""
    folder = toy()
    (home / "plugins").mkdir()
    folder.rename(home / "plugins" / "toy")
    ran = qualia("validate", "--no-run", "--json")
    assert [each["plugin"] for each in ran.data["reports"]] == ["toy"]
    monkeypatch.chdir(home / "plugins" / "toy")
    ran = qualia("validate", "--no-run", "--json")
    assert [each["plugin"] for each in ran.data["reports"]] == ["toy"]
    assert [each["folder"] for each in ran.data["reports"]] == ["."]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("absent",), 4),
        (("--format", "yaml"), 2),
        (("--timeout", "0"), 2),
        (("--timeout", "soon"), 2),
        (("one", "two"), 2),
    ],
)
def test_a_wrong_command_ends_as_any_other(qualia: Run, words: tuple[str, ...], code: int) -> None:
    """A path that is not there is bad input, and a wrong option wrong usage."""
    ran = qualia("validate", *words)
    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith("qualia: error: ")


def test_findings_are_told_in_portuguese(qualia: Run, toy: Callable[..., Path]) -> None:
    """The frame, the rules and their remedies are translated."""
    toy(manifest=MANIFEST.replace("summary", "sumary"))
    ran = qualia("validate", "toy", "--lang", "pt-BR")
    assert 'toy/plugin.toml: erro QP103: falta a chave summary; acrescente summary = "..." a plugin.toml' in ran.out
    assert "a chave 'sumary' é desconhecida; você quis dizer 'summary'?; renomeie ou remova a chave" in ran.out
    assert "toy não foi executado com amostras" in ran.out


def test_every_rule_can_be_told_in_portuguese() -> None:
    """Each rule's message and remedy stand in the table."""
    absent = [each for rule in RULES for each in (rule.message, rule.remedy) if each not in translations()]
    assert absent == []
