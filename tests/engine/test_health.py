"""What a Core says of itself and its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, QualiaError
from qualia.errors import CoreClosed, PluginFailed
from tests.engine.parts_of_health import of

Make = Callable[..., Core]
Write = Callable[..., Path]
BOUND_S = 30.0


def fail(core: Core, plugin: str, times: int = 5) -> None:
    """Have a plugin fail on so many documents."""
    for number in range(times):
        with pytest.raises(QualiaError):
            core.run(plugin, Document(f"text {number}"))


def test_a_fresh_core_is_healthy_with_and_without_a_project(tmp_path: Path) -> None:
    """Everything that ships is well, and looking leaves nothing behind."""
    for project in (None, tmp_path):
        with Core(project=project) as core:
            report = core.health.report()
            assert report.status == "ok", report.worst()
            assert [each.name for each in report.components[:5]] == ["engine", "cache", "history", "disk", "memory"]
            assert {info.state for info in core.plugins.values()} <= {"enabled", "unavailable"}
    assert [*tmp_path.iterdir()] == []


def test_no_plugin_is_loaded_or_run_by_a_look(write: Write, make_core: Make, notes: Callable[[], list[str]]) -> None:
    """Its module stays unread, and its own `health` unasked, until it was called."""
    write("toy", head="note('imported')", methods="def health(self):\n    note('asked')\n    return ''")
    core = make_core()
    assert of(core.health.report(), "plugin:toy").facts["state"] == "enabled"
    assert notes() == []
    core.run("toy", Document("a"))
    core.health.report(fresh=True)
    assert notes() == ["imported", "asked"]


def test_a_plugin_that_fails_is_told_with_its_place_and_counts(write: Write, make_core: Make) -> None:
    """Five failures open its breaker: the component says why, since when, what to do, and where it went wrong."""
    folder = write("toy", "raise ValueError('no luck today')")
    write("well")
    core = make_core()
    core.run("well", Document("a"))
    fail(core, "toy")
    report = core.health.report()
    toy = of(report, "plugin:toy")
    assert (report.status, toy.status, toy.facts["breaker"]) == ("degraded", "failing", "open")
    assert "no luck today" in toy.reason
    assert "reset its breaker" in toy.remedy
    assert str(toy.facts["last_error_at"]).startswith(str(folder / "__init__.py:"))
    assert (toy.facts["calls"], toy.facts["errors"]) == (5, 5)
    assert toy.since_s == toy.facts["opened_s"]
    well = of(report, "plugin:well")
    assert (well.status, well.facts["calls"], well.facts["errors"]) == ("ok", 1, 0)
    assert well.facts["p50_s"] == well.facts["p95_s"]
    core.plugins.breaker("toy").reset()
    toy = of(core.health.report(fresh=True), "plugin:toy")
    assert (toy.status, toy.facts["breaker"], toy.facts["opened_s"]) == ("ok", "closed", None)


def test_refusals_and_bad_input_are_no_errors_of_the_plugin(write: Write, make_core: Make) -> None:
    """An open breaker and a document it cannot use say nothing about its code."""
    write("toy", "raise UnsupportedInput('toy', 'it is too short')")
    core = make_core()
    fail(core, "toy")
    core.plugins.breaker("toy").force_open()
    fail(core, "toy", 1)
    toy = of(core.health.report(), "plugin:toy")
    assert (toy.facts["errors"], toy.facts["last_error"], toy.facts["refused"]) == (0, "", 1)
    assert (toy.status, toy.facts["breaker"]) == ("degraded", "forced_open")


def test_a_plugin_that_fails_now_and_then_is_degraded_before_its_breaker_opens(write: Write, make_core: Make) -> None:
    """More than half of at least five latest calls failed."""
    write("toy", "if 'bad' in document.text:\n    raise ValueError('bad')\nreturn {}")
    core = make_core(max_failures=100)
    for number, text in enumerate(["bad", "bad", "good", "bad"]):
        if text == "good":
            core.run("toy", Document(f"{text} {number}"))
        else:
            with pytest.raises(PluginFailed):
                core.run("toy", Document(f"{text} {number}"))
    assert of(core.health.report(), "plugin:toy").status == "ok"
    with pytest.raises(PluginFailed):
        core.run("toy", Document("bad again"))
    toy = of(core.health.report(fresh=True), "plugin:toy")
    assert (toy.status, toy.reason.startswith("4 of its latest 5 calls failed")) == ("degraded", True)


def test_a_reload_that_fails_is_told_and_one_that_works_ends_all_trouble(write: Write, make_core: Make) -> None:
    """The version before goes on answering, which is worth knowing; new code is not judged by what the old did."""
    folder = write("toy", "raise ValueError('no luck')")
    write("well")
    core = make_core(max_failures=100)
    fail(core, "toy")
    assert of(core.health.report(), "plugin:toy").reason.startswith("5 of its latest 5 calls failed")
    (folder / "__init__.py").write_text("(", encoding="utf-8")
    with pytest.raises(QualiaError):
        core.reload("toy")
    toy = of(core.health.report(fresh=True), "plugin:toy")
    assert (toy.status, "version 1.0.0 goes on answering" in toy.reason) == ("degraded", True)
    assert f"{folder / '__init__.py'}:1" in toy.reason
    write("toy")
    core.reload("toy")
    toy = of(core.health.report(fresh=True), "plugin:toy")
    assert (toy.status, toy.facts["recent_calls"], toy.facts["errors"]) == ("ok", 0, 5)


def test_states_of_plugins_become_what_they_mean(write: Write, make_core: Make, plugin_folder: Path) -> None:
    """A missing library is unknown, a broken manifest or module is failing, one that is switched off is well."""
    write("lacks", dependencies=["no-such-library>=1"])
    write("torn", code="(")
    write("idle")
    write("well")
    (plugin_folder / "bare").mkdir()
    (plugin_folder / "bare" / "plugin.toml").write_text("id = 3", encoding="utf-8")
    core = make_core()
    core.plugins.disable("idle")
    with pytest.raises(QualiaError):
        core.run("torn", Document("a"))
    report = core.health.report()
    found = {each.plugin: each for each in report.components if each.plugin}
    statuses = {id_: each.status for id_, each in found.items()}
    assert statuses == {"bare": "failing", "idle": "ok", "lacks": "unknown", "torn": "failing", "well": "ok"}
    assert "pip install" in found["lacks"].remedy and "it needs no-such-library" in found["lacks"].reason
    assert "validate" in found["bare"].remedy
    assert "its last load failed" in found["torn"].reason
    assert report.status == "failing"


def test_an_engine_without_a_usable_plugin_is_failing_and_without_any_degraded(write: Write, make_core: Make) -> None:
    """It can do nothing, which is worth saying; plugins somebody switched off are no trouble."""
    core = make_core()
    assert of(core.health.report(), "engine").status == "degraded"
    write("torn", api=">=9")
    core = make_core()
    assert of(core.health.report(), "engine").status == "failing"
    write("torn")
    core = make_core()
    core.plugins.disable("torn")
    assert core.health.report().status == "ok"


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ("return None", "ok", ""),
        ("return ''", "ok", ""),
        ("return 'the model is old'", "degraded", "it says of itself: the model is old"),
        ("raise RuntimeError('no socket')", "failing", "RuntimeError: no socket"),
        ("raise SystemExit(3)", "failing", "SystemExit"),
        ("return 3", "unknown", "a int where a text belongs"),
    ],
)
def test_a_plugin_may_say_how_it_is(write: Write, make_core: Make, body: str, status: str, told: str) -> None:
    """A sentence means degraded, an exception failing with its place, nothing that it is well."""
    folder = write("toy", methods=f"def health(self):\n    {body}")
    core = make_core()
    core.run("toy", Document("a"))
    toy = of(core.health.report(), "plugin:toy")
    assert (toy.status, told in toy.reason) == (status, True)
    if status == "failing":
        assert str(folder) in toy.remedy


def test_a_plugin_that_hangs_when_asked_is_unknown_and_its_next_version_is_asked(
    write: Write, make_core: Make, gate: Any
) -> None:
    """One that hangs keeps one thread, whatever happens, and says nothing about the code that comes after it."""
    write("toy", methods="def health(self):\n    import gate\n    gate.entered.set()\n    gate.leave.wait()")
    core = make_core()
    core.run("toy", Document("a"))
    health: Any = core.health
    health._asking._within_s = 0.2
    before = threading.active_count()
    looked = [of(core.health.report(fresh=True), "plugin:toy") for _ in range(5)]
    assert {each.status for each in looked} == {"unknown"}
    assert gate.entered.wait(BOUND_S)
    # One that hangs, and one at most for each other question, used again: distributions may bring some.
    assert threading.active_count() - before <= 8
    health._asking._within_s = BOUND_S
    write("toy", methods="def health(self):\n    return 'new and slow'")
    core.reload("toy")
    core.run("toy", Document("a"))
    assert of(core.health.report(fresh=True), "plugin:toy").reason == "it says of itself: new and slow"


def test_a_closed_core_is_not_looked_at(make_core: Make) -> None:
    """Its health says that it was closed, instead of opening files again."""
    core = make_core()
    health = core.health
    core.close()
    with pytest.raises(CoreClosed):
        health.report()


def test_a_history_that_cannot_be_written_or_read_is_failing(
    write: Write, make_core: Make, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """A run that could not be logged is told, and so is a file that is none of ours."""
    write("toy")
    state = tmp_path / "state"
    state.mkdir()
    core = make_core(state_dir=state)
    assert of(core.health.report(), "history").facts["latest_run_s"] is None
    core.run("toy", Document("a"))
    history = of(core.health.report(fresh=True), "history")
    assert (history.status, history.facts["latest_run_s"] is not None) == ("ok", True)
    core.close()
    (state / "history.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    broken = make_core(state_dir=state)
    assert of(broken.health.report(), "history").status == "failing"


def test_a_plugin_in_a_process_of_its_own_is_not_asked(write: Write, make_core: Make) -> None:
    """It is not at work in this process; what is known of its calls is told all the same."""
    write("toy", methods="def health(self):\n    return 'never heard'")
    core = make_core(isolation={"toy": "process"})
    core.run("toy", Document("a"))
    toy = of(core.health.report(), "plugin:toy")
    assert (toy.status, toy.facts["calls"], toy.facts["state"]) == ("ok", 1, "loaded")
