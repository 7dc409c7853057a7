"""Health tells of alerts: how many are raised, without being worse for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from qualia_ops.alerts.checks import alerts
from qualia_ops.alerts.machine import Track
from qualia_ops.alerts.store import FILE_NAME, Memory, remember

from qualia.health import Component, Surroundings


def look(folder: Path | None) -> Component:
    """Return what the check tells."""
    return alerts(Surroundings(state_dir=folder, wall=lambda: 1_767_225_600.0)).look()


def test_what_is_raised_is_counted_and_named(tmp_path: Path) -> None:
    """Only what was raised counts, not what is merely suspected; the component stays well."""
    raised = Track(rule="breaker", subject="turns", severity="critical", first_s=1.0, raised_s=2.0)
    suspected = Track(rule="disk", severity="warning", first_s=1.0)
    remember(tmp_path, Memory(tracks={each.key: each for each in (raised, suspected)}, looked_s=3.0))
    assert look(tmp_path) == Component(name="alerts", status="ok", facts={"raised": 1, "which": "breaker turns"})


@pytest.mark.parametrize("text", [None, "{damaged"])
def test_what_nobody_knows_is_unknown(tmp_path: Path, text: str | None) -> None:
    """Before the first look, and of a damaged note, it says so with what to do; that never counts."""
    if text is not None:
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    told = look(tmp_path)
    assert (told.status, bool(told.reason), told.remedy) == ("unknown", True, "look with: qualia alerts check")


def test_without_a_state_folder_there_are_none() -> None:
    """A Core that keeps nothing has no alerts to tell of."""
    assert look(None).status == "unknown"
