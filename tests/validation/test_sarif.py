"""Reports as SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from qualia.validation import Report, as_sarif, validate
from qualia.validation.rules import RULES
from tests.broken.corpus import manifest


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Return the report of a plugin with an error at a column, and of its folder as a whole."""
    folder = tmp_path / "ação 1"
    folder.mkdir()
    (folder / "plugin.toml").write_text(manifest("tried"), encoding="utf-8")
    (folder / "__init__.py").write_text("x = 1\ndef f(:\n", encoding="utf-8")
    return validate(folder, smoke=False, known=())


def test_a_log_holds_what_the_format_asks_for(report: Report, tmp_path: Path) -> None:
    """Version, tool, rules and results are there, results refer to rules, and levels are those of the format."""
    log = json.loads(json.dumps(as_sarif([report], root=tmp_path)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://") and log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "qualia validate"
    assert [each["id"] for each in driver["rules"]] == [rule.id for rule in RULES]
    assert all(each["defaultConfiguration"]["level"] in ("error", "warning", "note") for each in driver["rules"])
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]


def test_places_are_relative_to_the_root_and_count_from_one(report: Report, tmp_path: Path) -> None:
    """A code host finds the file from its checkout; lines and columns begin with 1; names are escaped as URIs are."""
    log = as_sarif([report], root=tmp_path)
    found = [_physical(each) for each in log["runs"][0]["results"] if each["ruleId"] == "QP201"]
    assert found == [
        {
            "artifactLocation": {"uri": "a%C3%A7%C3%A3o%201/__init__.py", "uriBaseId": "ROOT"},
            "region": {"startLine": 2, "startColumn": 7},
        }
    ]
    base = log["runs"][0]["originalUriBaseIds"]["ROOT"]["uri"]
    assert base.startswith("file:///") and base.endswith("/")


def test_a_file_outside_the_root_has_its_whole_uri(report: Report, tmp_path: Path) -> None:
    """What does not lie in the root is named by an absolute URI."""
    log = as_sarif([report], root=tmp_path / "elsewhere")
    uri = _physical(log["runs"][0]["results"][0])["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert "ação 1" in unquote(urlparse(uri).path)


def _physical(result: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result["locations"][0]["physicalLocation"]
    return found
