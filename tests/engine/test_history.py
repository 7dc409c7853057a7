"""The log of runs: what is kept, how it is found again, and when it is forgotten."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.history import RunEntry
from qualia.result import Provenance
from tests.engine import diaries
from tests.engine.diaries import NOW_S, Diary, entry, ids, step

DAY_S = 86_400.0
make = diaries.make


def made(plugin: str = "words", **facts: Any) -> Provenance:
    """Return a provenance; what is not said does not matter."""
    known: dict[str, Any] = {
        "plugin": plugin,
        "version": "1.0.0",
        "code_hash": "c" * 64,
        "params": {"top": 3, "share": 1.0, "keep": ["a", ["b"]], "deep": {"x": (1, 2)}, "none": None, "on": True},
        "produces": "word-frequencies/1",
        "inputs": {"document": "d" * 64},
        "engine_version": "0.1.0",
        "started_at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        "host": {"python": "3.11.7"},
    }
    return Provenance(**(known | facts))


# --------------------------------------------------------------------------------------------- what is kept and found


def test_a_run_comes_back_as_it_was_logged(make: Callable[..., Diary]) -> None:
    """Every field of a run, of its steps and of their provenance survives the file, types and all."""
    branch = made("chart", produces=None, upstream=(made("words", upstream=(made("clean", produces="document/1"),)),))
    steps = (
        step("words", provenance=made(), cached=True),
        step("chart", provenance=branch),
        step("mood", outcome="failed", error="plugin 'mood' failed: ção \U0001f600", elapsed_s=0.0, key=""),
        step("page", outcome="skipped", error="it needs 'mood'", elapsed_s=0.0, key=""),
    )
    run = entry(1, NOW_S + 0.123456, document=None, outcome="failed", error="ação", steps=steps)
    history = make()
    history.add(run)
    assert history.runs() == (run,)
    assert history.run("run-1") == run
    params = history.runs()[0].steps[0].provenance
    assert params is not None
    assert [type(each) for each in params.params.values()] == [
        int,
        float,
        tuple,
        type(made().params["deep"]),
        type(None),
        bool,
    ]
    assert hash(params) == hash(made())
    assert history.told == []


def test_text_that_no_file_can_hold_is_written_out(make: Callable[..., Diary]) -> None:
    """Half a surrogate pair in a name or an error is no reason to lose the run."""
    history = make()
    history.add(entry(name="\ud800", error="\udfff", steps=(step(error="\udfff"),)))
    run = history.runs()[0]
    assert (run.name, run.error, run.steps[0].error) == ("\\ud800", "\\udfff", "\udfff")
    assert history.told == []


def test_there_is_no_run_before_the_first(make: Callable[..., Diary], tmp_path: Path) -> None:
    """Asking a history that nobody has written to gives nothing, and makes no file."""
    history = make()
    assert (history.runs(), history.run("run-1"), history.daily()) == ((), None, ())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_history_without_runs(make: Callable[..., Diary], tmp_path: Path) -> None:
    """A file that another process has just made and not yet filled is read as empty."""
    path = tmp_path / "history.db"
    path.touch()
    assert make(path).runs() == ()


def test_the_same_run_is_logged_once(make: Callable[..., Diary]) -> None:
    """A run that is added twice counts once, in the list and in the daily counts."""
    history = make()
    history.add(entry(1))
    history.add(entry(1))
    assert ids(history.runs()) == ["run-1"]
    assert [day.steps for day in history.daily()] == [1]


def test_runs_that_started_at_the_same_moment_are_all_kept(make: Callable[..., Diary]) -> None:
    """Two runs of one microsecond are two runs; the one logged later counts as newer."""
    history = make()
    for number in range(3):
        history.add(entry(number))
    assert ids(history.runs()) == ["run-2", "run-1", "run-0"]
    assert {run.started_at for run in history.runs()} == {datetime.fromtimestamp(NOW_S, UTC)}


PLUGINS = ("words", "mood", "chart")
OUTCOMES = ("ok", "failed", "cancelled")
some_runs = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(OUTCOMES),
        st.sampled_from(("a" * 64, "a" * 12 + "b" * 52, None)),
        st.sets(st.sampled_from(PLUGINS)),
    ),
    max_size=12,
)
some_question = st.fixed_dictionaries(
    {},
    optional={
        "document": st.sampled_from(("a" * 64, "a" * 12 + "b" * 52, "c" * 64)),
        "plugin": st.sampled_from(PLUGINS),
        "outcome": st.sampled_from(OUTCOMES),
        "since": st.integers(0, 5),
        "until": st.integers(0, 5),
        "limit": st.integers(0, 4),
    },
)


@given(some_runs, st.lists(some_question, min_size=1, max_size=4))
def test_every_question_is_answered_as_by_looking_at_each_run(
    facts: list[tuple[int, Any, str | None, set[str]]], questions: list[dict[str, Any]]
) -> None:
    """Whatever is asked by document, plugin, outcome and time, the answer is what a plain search would find."""
    runs = [
        entry(
            n, NOW_S + second, outcome=outcome, document=document, steps=tuple(step(each) for each in sorted(plugins))
        )
        for n, (second, outcome, document, plugins) in enumerate(facts)
    ]
    moments = {name: datetime.fromtimestamp(NOW_S + name, UTC) for name in range(6)}
    with tempfile.TemporaryDirectory() as folder:
        history = Diary(Path(folder, "history.db"))
        for run in runs:
            history.add(run)
        for question in questions:
            asked: dict[str, Any] = {
                name: moments[value] if name in ("since", "until") else value for name, value in question.items()
            }
            # Of one moment the later logged is the newer.
            newest = [
                run for _, _, run in sorted(((run.started_at, n, run) for n, run in enumerate(runs)), reverse=True)
            ]
            wanted = [run for run in newest if fits(run, **asked)]
            assert history.runs(**asked) == tuple(wanted[: asked.get("limit", 50)])
        history.close()
        assert history.told == []


def fits(run: RunEntry, **asked: Any) -> bool:
    """Tell whether a run meets every condition."""
    return all(
        (
            asked.get("document", run.document) == run.document,
            "plugin" not in asked or asked["plugin"] in [each.plugin for each in run.steps],
            asked.get("outcome", run.outcome) == run.outcome,
            run.started_at >= asked.get("since", run.started_at),
            "until" not in asked or run.started_at < asked["until"],
        )
    )


def test_each_day_is_summed_up_by_plugin_and_outcome(make: Callable[..., Diary]) -> None:
    """The daily counts tell how many steps, how many of them cached, and the seconds that were really spent."""
    history = make()
    history.add(entry(1, NOW_S - DAY_S, steps=(step(elapsed_s=9.0),)))
    history.add(entry(2, steps=(step(elapsed_s=1.0), step(elapsed_s=3.0), step(elapsed_s=7.0, cached=True))))
    history.add(entry(3, outcome="failed", steps=(step(outcome="failed", elapsed_s=0.0),)))
    today, yesterday = (datetime.fromtimestamp(NOW_S - ago, UTC).date().isoformat() for ago in (0, DAY_S))
    told = [(d.day, d.plugin, d.outcome, d.steps, d.cached, d.total_s, d.longest_s) for d in history.daily()]
    assert told == [
        (today, "words", "failed", 1, 0, 0.0, 0.0),
        (today, "words", "ok", 3, 1, 4.0, 3.0),
        (yesterday, "words", "ok", 1, 0, 9.0, 9.0),
    ]
    assert [day.day for day in history.daily(days=1)] == [today, today]


def test_the_file_is_for_its_owner_alone(make: Callable[..., Diary], tmp_path: Path) -> None:
    """The history and what SQLite puts beside it can be read by nobody else."""
    history = make()
    history.add(entry())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}


# ---------------------------------------------------------------------------------------------------------- retention


def test_old_runs_are_forgotten_at_the_first_write(make: Callable[..., Diary]) -> None:
    """A process forgets what is older than it should be when it first logs a run; the daily counts stay."""
    make().add(entry(1, NOW_S - 11 * DAY_S))
    history = make(keep_days=10)
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2"]
    assert ids(history.runs(plugin="words")) == ["run-2"]
    assert [day.steps for day in history.daily()] == [1, 1]


def test_a_process_that_runs_for_days_forgets_once_a_day(make: Callable[..., Diary]) -> None:
    """Between two runs of one day nothing is looked up; on the next day it is."""
    history = make(keep_days=10)
    history.add(entry(1))
    history.add(entry(2, NOW_S - 11 * DAY_S))
    assert ids(history.runs()) == ["run-1", "run-2"]
    history.clock.now_s += DAY_S
    history.add(entry(3, history.clock.now_s))
    assert ids(history.runs()) == ["run-3", "run-1"]


def test_nothing_is_forgotten_when_runs_are_kept_for_ever(make: Callable[..., Diary]) -> None:
    """Zero days means that nothing is too old."""
    history = make(keep_days=0)
    history.add(entry(1, 0.0))
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2", "run-1"]


def test_a_long_past_is_forgotten_bit_by_bit(make: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch) -> None:
    """No run waits until years are deleted: each write takes its share until all is gone."""
    monkeypatch.setattr("qualia.history._PRUNED_AT_ONCE", 4)
    past = make()
    for number in range(10):
        past.add(entry(number, NOW_S - 20 * DAY_S + number))
    history = make(keep_days=10)
    left = []
    for number in range(10, 14):
        history.add(entry(number, NOW_S + number))
        left.append(len(history.runs(until=datetime.fromtimestamp(NOW_S - DAY_S, UTC))))
    assert left == [6, 2, 0, 0]


def test_forgetting_on_demand_tells_how_many(make: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch) -> None:
    """`prune` forgets all runs older than asked, in as many bits as it takes, and says how many they were."""
    monkeypatch.setattr("qualia.history._PRUNED_AT_ONCE", 2)
    history = make()
    for number in range(6):
        history.add(entry(number, NOW_S - number * DAY_S))
    assert history.prune(keep_days=1.5) == 4
    assert history.prune(keep_days=1.5) == 0
    assert ids(history.runs()) == ["run-0", "run-1"]
    assert len(history.daily()) == 6


def test_ids_are_found_by_their_beginnings(make: Callable[..., Diary]) -> None:
    """Runs and documents are found by the first characters of their ids, each once; there is nothing before a file."""
    history = make()
    assert history.beginning("run") == ()
    for number, document in enumerate(("aa" * 32, "ab" * 32, "ab" * 32, None)):
        history.add(entry(number, NOW_S + number, document=document))
    assert history.beginning("run-") == ("run-0", "run-1", "run-2", "run-3")
    assert history.beginning("run-", limit=2) == ("run-0", "run-1")
    assert history.beginning("run-3") == ("run-3",)
    assert history.beginning("RUN-%") == ()
    assert history.beginning("a", of="document") == ("aa" * 32, "ab" * 32)
    assert history.beginning("ab", of="document") == ("ab" * 32,)
    assert history.beginning("ab" * 20, of="document") == ("ab" * 32,)
    assert history.beginning("ab" * 6 + "x", of="document") == ()


def test_what_would_be_forgotten_can_be_counted_first(make: Callable[..., Diary]) -> None:
    """A dry run counts exactly what a real one then forgets, and forgets nothing."""
    history = make()
    assert history.prune(keep_days=1, dry_run=True) == 0
    for days in range(4):
        history.add(entry(days, NOW_S - days * DAY_S))
    assert history.prune(keep_days=1.5, dry_run=True) == 2
    assert len(history.runs()) == 4
    assert history.prune(keep_days=1.5) == 2
