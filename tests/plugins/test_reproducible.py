"""What the shipped plugins make of a text is the same each time: in another Core, another process, another Python."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import qualia
from qualia import Core, Document, Result, Settings
from qualia._digest import digest

SCRIPT = Path(__file__).with_name("digests.py")
Case = tuple[Document, Result[Any]]


def loaded() -> ModuleType:
    """Return the script as a module; tests are no package."""
    spec = importlib.util.spec_from_file_location("qualia_digests", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found() -> dict[str, Case]:
    """Return every case's document and result."""
    return {name: (document, result) for name, document, result in loaded().results()}


def test_every_shipped_plugin_and_every_kind_of_chart_is_a_case(found: dict[str, Case]) -> None:
    """Nothing that ships is left out, and no case took the result of another."""
    with Core(settings=Settings()) as core:
        assert {result.provenance.plugin for _, result in found.values()} == set(core.plugins)
        charts = {plugin: {spec.name: spec.choices for spec in core.plugins.params(plugin)} for plugin in core.plugins}
    drawn = {
        (result.provenance.plugin, result.provenance.params.get("chart"), result.provenance.params["format"])
        for _, result in found.values()
        if "format" in result.provenance.params
    }
    assert drawn == {
        (plugin, chart, format_)
        for plugin, choices in charts.items()
        for chart in choices.get("chart", (None,))
        for format_ in choices.get("format", ())
    }


def test_another_core_gives_equal_bytes(found: dict[str, Case]) -> None:
    """Run again in a fresh Core, every result is equal, and nothing is said to differ."""
    with Core(settings=Settings()) as core:
        reruns = {name: core.rerun(result, document) for name, (document, result) in found.items()}
    assert {name: again.differences for name, again in reruns.items() if again.differences} == {}
    assert [name for name, again in reruns.items() if not again.same] == []
    assert [name for name, again in reruns.items() if again.result.cached] == []


def test_another_process_gives_equal_bytes(found: dict[str, Case]) -> None:
    """A process that hashes texts in another order, in another folder and time zone, gives the same digests."""
    elsewhere = {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path(qualia.__file__).parents[1]), "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=os.environ | elsewhere,
        cwd=Path(sys.executable).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    there = {name: value for name, (value, _) in json.loads(done.stdout).items()}
    assert there == {name: digest(result.value) for name, (_, result) in found.items()}
