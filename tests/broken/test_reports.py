"""Validation says of each broken plugin what is wrong, where, and what to do; none of them harms it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from qualia.registry import PluginInfo
from qualia.validation import Finding, validate
from tests.broken.corpus import Case, usable
from tests.broken.every import CASES

pytestmark = pytest.mark.whole
GRACE_S = 25.0
"""What a loaded machine may need beyond what a case is given."""


def neighbour(below: Path) -> PluginInfo:
    """Return a plugin called ``other`` that stands beside each of them."""
    return PluginInfo(
        id="other",
        kind="analyzer",
        version="1.0.0",
        summary="",
        produces=("word-frequencies/1",),
        consumes=(),
        accepts=(),
        dependencies=(),
        folder=below / "other",
        origin="folder",
        state="enabled",
    )


def told_by(findings: tuple[Finding, ...], words: str) -> Finding | None:
    """Return the finding of a rule that says these words; None when there is none."""
    rule, _colon, text = words.partition(": ")
    return next(
        (each for each in findings if each.rule.startswith(rule) and text in f"{each.message}; {each.remedy}"), None
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_plugin_is_reported_with_place_and_remedy(case: Case, tmp_path: Path) -> None:
    """Each fault is named at its file and line, with what to do, in bounded time and without touching this process."""
    if usable(case):
        pytest.skip(usable(case))
    folder = case.write(tmp_path)
    before = (Path.cwd(), list(sys.path), set(threading.enumerate()), len(sys.modules), os.fstat(1).st_ino)
    began_s = time.monotonic()
    smoke = any(words.startswith("QP5") for words in case.says)
    report = validate(folder, smoke=smoke, known=[neighbour(tmp_path)], timeout_s=case.timeout_s)
    assert time.monotonic() - began_s < case.timeout_s + GRACE_S
    assert before[:3] == (Path.cwd(), list(sys.path), set(threading.enumerate()))
    assert not [name for name in sys.modules if name.startswith("_qualia_plugin_")]
    told = [told_by(report.findings, words) for words in case.says]
    assert None not in told, "\n".join(map(str, report.findings))
    assert told[0] is not None
    place = str(told[0].place).removeprefix(str(folder)).lstrip("/\\")
    assert place == case.at or place.startswith(f"{case.at}:"), str(told[0])
    assert all(each.remedy and each.message for each in report.findings)
    assert case.outcome in ("answers", "refuses") or not report.ok


def test_there_are_broken_plugins_of_every_sort() -> None:
    """The corpus has at least a hundred cases, no two of one name."""
    assert len({case.name for case in CASES}) == len(CASES) >= 100
