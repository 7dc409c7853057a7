"""Runs of a Core in the log: what each step gave, what failed or was cancelled, and what the log never harms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from qualia import CancelToken, Core, Document, Event
from qualia.errors import PluginFailed, QualiaWarning, RunCancelled
from tests.engine.diaries import entry


def test_a_run_logs_what_each_step_gave(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """A run that went well is logged with its document and each step's provenance; the second time as cached."""
    write("words", "return WordFrequencies(words=(), total=0, distinct=0)", produces="word-frequencies/1")
    write("chart", kind="visualizer", consumes=["word-frequencies/1"])
    core = make_core(state_dir=tmp_path / "state")
    document = Document("a text")
    results = [core.run("chart", document) for _ in range(2)]
    assert core.history is not None
    second, first = core.history.runs()
    assert (first.name, first.document, first.outcome, first.error) == ("chart", document.id, "ok", "")
    assert [(each.step, each.outcome, each.cached) for each in first.steps] == [
        ("words", "ok", False),
        ("chart", "ok", False),
    ]
    assert [each.cached for each in second.steps] == [True, True]
    assert [run.steps[1].provenance for run in (first, second)] == [each.provenance for each in results]
    assert first.steps[1].key == results[0].key
    assert first.run_id != second.run_id


@pytest.mark.parametrize("on_error", ["raise", "continue"])
def test_a_run_that_fails_logs_what_failed_and_what_was_left_out(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path, on_error: Any
) -> None:
    """Each step stands in the log with what became of it and why."""
    write("fine")
    write("broken", "raise ValueError('no such mood')", produces="sentiment/1")
    write("chart", kind="visualizer", consumes=["sentiment/1"])
    core = make_core(state_dir=tmp_path / "state", parallel_steps=1)
    pipeline = {"name": "both", "steps": [{"plugin": "fine"}, {"plugin": "broken"}, {"plugin": "chart"}]}
    if on_error == "raise":
        with pytest.raises(PluginFailed):
            core.run_pipeline(pipeline, Document("a text"))
    else:
        core.run_pipeline(pipeline, Document("a text"), on_error="continue")
    assert core.history is not None
    (run,) = core.history.runs()
    assert (run.name, run.outcome) == ("both", "failed")
    assert "no such mood" in run.error
    assert [(each.step, each.outcome) for each in run.steps] == [
        ("fine", "ok"),
        ("broken", "failed"),
        ("chart", "skipped"),
    ]
    fine, broken, chart = run.steps
    assert fine.provenance is not None and broken.provenance is None and chart.provenance is None
    assert "no such mood" in broken.error and "broken" in chart.error
    assert [(day.plugin, day.outcome) for day in core.history.daily()] == [
        ("broken", "failed"),
        ("chart", "skipped"),
        ("fine", "ok"),
    ]


def test_a_run_that_is_cancelled_logs_how_far_it_came(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """A cancelled run keeps the steps that were done, and tells which were not."""
    write("first", "return WordFrequencies(words=(), total=0, distinct=0)", produces="word-frequencies/1")
    write("second", kind="visualizer", consumes=["word-frequencies/1"])
    core = make_core(state_dir=tmp_path / "state")
    token = CancelToken()

    def cancel(event: Event) -> None:
        if (event.kind, event.step) == ("step_finished", "first"):
            token.cancel()

    core.subscribe(cancel, wait=True)
    with pytest.raises(RunCancelled):
        core.run("second", Document("a text"), cancel=token)
    assert core.history is not None
    (run,) = core.history.runs()
    assert run.outcome == "cancelled"
    first, second = run.steps
    assert (first.step, first.outcome) == ("first", "ok")
    assert (second.step, second.outcome) in (("second", "failed"), ("second", "skipped"))


def test_a_run_never_fails_because_of_its_history(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """With a history that cannot be used a run gives its result all the same, and one warning."""
    write("fine")
    state_dir = tmp_path / "state"
    (state_dir / "history.db").mkdir(parents=True)
    core = make_core(state_dir=state_dir)
    with pytest.warns(QualiaWarning, match="cannot be written"):
        first = core.run("fine", Document("one"))
    # A second warning would be an error here.
    second = core.run("fine", Document("three"))
    assert [first.value, second.value] == [{"characters": 3}, {"characters": 5}]


def test_no_history_is_kept_unless_there_is_a_place_for_it(make_core: Callable[..., Core], tmp_path: Path) -> None:
    """Without a state folder, or with the history switched off, a Core has none."""
    assert make_core().history is None
    assert make_core(state_dir=tmp_path, history=False).history is None


def test_runs_older_than_the_setting_are_forgotten(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """``history_keep_days`` is what a Core's own writing keeps to."""
    write("fine")
    core = make_core(state_dir=tmp_path / "state", history_keep_days=2.0)
    assert core.history is not None
    core.history.add(evolve(entry(1), started_at=datetime.now(UTC) - timedelta(days=3)))
    core.run("fine", Document("a text"))
    assert [run.name for run in core.history.runs()] == ["fine"]
