"""Execution: every step as soon as what it needs is there, and an account of each, however the run ends."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import CancelToken, Document, Event, Plan, Result
from qualia._engine.call import Call
from qualia._engine.execute import Executor, Progress, Run
from qualia._engine.inputs import Input
from qualia.cancel import Control
from qualia.errors import CoreClosed, DeadlineExceeded, PluginFailed, RunCancelled, UnsupportedInput
from qualia.events import Observers
from qualia.pipeline import DOCUMENT, PlanStep
from qualia.registry import Snapshot
from qualia.result import Provenance

Behaviour = Callable[[Call], Any]
WAIT_S = 30.0


def plan(needs: Mapping[str, str]) -> Plan:
    """Make a plan of steps by name, each with the letters of the steps it takes a record from."""
    return Plan(
        name="p",
        steps=tuple(
            PlanStep(
                id=id_,
                plugin=id_.upper(),
                params=None,
                document=DOCUMENT,
                records={f"{need}/1": need for need in sources},
                needs=tuple(sources),
            )
            for id_, sources in needs.items()
        ),
    )


def answer(call: Call) -> Any:
    """Tell the step and everything it was given, so that a wrong input shows in every value after it."""
    return (call.step, *((name, each.value) for name, each in sorted(call.inputs.items())))


def result(value: Any) -> Result[Any]:
    """Make a result of a value."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    provenance = Provenance(
        plugin="p",
        version="1",
        code_hash="",
        params={},
        produces=None,
        inputs={},
        engine_version="1",
        started_at=now,
        host={},
    )
    return Result(value=value, provenance=provenance, key="", elapsed_s=0.0)


class Toy:
    """An executor whose plugins are the test's own functions by step; those without one tell what they were given."""

    def __init__(self, workers: int = 4, **behaviours: Behaviour) -> None:
        self.behaviours: dict[str, Behaviour] = behaviours
        self.called: list[str] = []
        self.threads: set[threading.Thread] = set()
        self.heard: list[Event] = []
        observers = Observers(wall=time.time, monotonic=time.monotonic)
        observers.add(self.heard.append, wait=True)
        self.executor: Executor = Executor(self, observers, workers=workers)

    def call(self, call: Call) -> Result[Any]:
        self.called.append(call.step)
        self.threads.add(threading.current_thread())
        return result(self.behaviours.get(call.step, answer)(call))

    def killable(self, plugins: Snapshot, plugin: str, mode: object) -> bool:
        return False

    def standing(self, *, run_id: str) -> str:
        return ""

    def progress(self, needs: Mapping[str, str], **more: Any) -> Progress:
        control = Control(
            name="p",
            clock=time.monotonic,
            **{name: more.pop(name) for name in ("token", "deadline_s", "closing") if name in more},
        )
        start = {DOCUMENT: Input(value=Document("text"))}
        return Progress(Run(plan=plan(needs), plugins=Snapshot({}), given=start, control=control, **more))

    def run(self, needs: Mapping[str, str], **more: Any) -> Progress:
        progress = self.progress(needs, **more)
        self.executor.run(progress)
        return progress

    def told(self, *kinds: str) -> list[tuple[str, str | None]]:
        return [(event.kind.value, event.step) for event in self.heard if event.kind in kinds]


def statuses(progress: Progress) -> dict[str, str]:
    return {each.step: each.status for each in progress.outcomes}


def fails(call: Call) -> Any:
    raise PluginFailed(call.plugin, "ValueError: no", "here")


def soon(seconds: float = 0.05) -> float:
    return time.monotonic() + seconds


# --------------------------------------------------------------------------------------------------- order and threads


def test_each_step_gets_what_the_steps_it_needs_gave() -> None:
    """A diamond's last step is given both branches, and the outcomes come in the plan's order."""
    progress = Toy().run({"a": "", "b": "a", "c": "a", "d": "bc"})
    text = Document("text")
    a = ("a", ("document", text))
    b, c = ((id_, ("a", a), ("document", text)) for id_ in "bc")
    assert [each.step for each in progress.outcomes] == ["a", "b", "c", "d"]
    assert progress.inputs["d"].value == ("d", ("b", b), ("c", c), ("document", text))


def test_independent_steps_run_at_the_same_time() -> None:
    """Two steps that wait for each other both finish."""
    meeting = threading.Barrier(2)
    meet: Behaviour = lambda _: meeting.wait(WAIT_S) >= 0  # noqa: E731
    assert statuses(Toy(b=meet, c=meet).run({"a": "", "b": "a", "c": "a"})) == dict.fromkeys("abc", "ok")


def test_no_more_steps_run_at_once_than_there_are_workers() -> None:
    """Of six independent steps two run at a time, and the next begins when one is done."""
    lock, running, most = threading.Lock(), [0], [0]
    meeting = threading.Barrier(2)

    def work(_: Call) -> Any:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        meeting.wait(WAIT_S)
        with lock:
            running[0] -= 1

    Toy(2, **dict.fromkeys("abcdef", work)).run(dict.fromkeys("abcdef", ""))
    assert most == [2]


def test_a_chain_stays_in_the_callers_thread() -> None:
    """Where one step at a time is enough, no thread is started and none is waited for."""
    toy = Toy()
    toy.run({"a": "", "b": "a", "c": "b"})
    assert toy.threads == {threading.current_thread()}


@pytest.mark.parametrize(("workers", "alone"), [(1, False), (4, True)], ids=["one worker", "alone"])
def test_a_run_can_keep_to_its_callers_thread(workers: int, alone: bool) -> None:
    """With one worker, or among many runs, independent steps run one after the other in the plan's order."""
    toy = Toy(workers)
    toy.run({"a": "", "c": "", "b": "a", "d": ""}, alone=alone)
    assert (toy.called, toy.threads) == (["a", "c", "b", "d"], {threading.current_thread()})


def test_a_step_runs_in_the_context_of_its_caller() -> None:
    """What a context variable says where the run was asked for, it says in every thread of the run."""
    language = ContextVar("language", default="en")
    language.set("pt")
    seen: list[str] = []
    note: Behaviour = lambda _: seen.append(language.get())  # noqa: E731
    toy = Toy(a=note, b=note)
    toy.run({"a": "", "b": ""})
    assert seen == ["pt", "pt"]
    assert threading.current_thread() not in toy.threads


def test_a_long_chain_is_no_deep_recursion() -> None:
    """A thousand steps in a row run, and a failure of the first skips them all."""
    needs = {f"s{number}": "" for number in range(1000)}
    chain = Plan(
        name="p",
        steps=tuple(
            PlanStep(id=id_, plugin="p", params=None, document=None, needs=(f"s{number - 1}",) if number else ())
            for number, id_ in enumerate(needs)
        ),
    )
    toy = Toy(s0=fails)
    control = Control(name="p", clock=time.monotonic)
    progress = Progress(Run(plan=chain, plugins=Snapshot({}), given={}, control=control, fail_fast=False))
    toy.executor.run(progress)
    assert [each.status for each in progress.outcomes] == ["failed", *["skipped"] * 999]


# ------------------------------------------------------------------------------------------------------------ failures


def test_a_failed_step_stops_only_what_needs_it() -> None:
    """With failures let pass, everything else runs, and each skipped step says which step it lacks."""
    toy = Toy(b=fails)
    progress = toy.run({"a": "", "b": "a", "c": "b", "d": "a", "e": "cd"}, fail_fast=False)
    assert [(each.step, each.status, each.reason) for each in progress.outcomes] == [
        ("a", "ok", ""),
        ("b", "failed", "plugin 'B' failed at here: ValueError: no"),
        ("c", "skipped", "it needs 'b', which gave no result"),
        ("d", "ok", ""),
        ("e", "skipped", "it needs 'c', which gave no result"),
    ]
    assert toy.told("step_skipped", "run_failed") == [
        ("step_skipped", "c"),
        ("step_skipped", "e"),
        ("run_failed", None),
    ]


def test_the_first_failure_lets_no_further_step_begin() -> None:
    """What does not need the failed step is skipped as well, and says whose failure it was."""
    toy = Toy(1, a=fails)
    progress = toy.run({"a": "", "b": "", "c": "a"})
    assert (toy.called, statuses(progress)) == (["a"], {"a": "failed", "b": "skipped", "c": "skipped"})
    assert [each.reason for each in progress.outcomes[1:]] == ["'a' failed", "it needs 'a', which gave no result"]


def test_the_first_failure_asks_the_steps_under_way_to_stop() -> None:
    """A step that checks is stopped and told as skipped; the run waits for it and ends with the failure itself."""
    under_way, failed = threading.Event(), threading.Event()

    def fail(call: Call) -> Any:
        under_way.wait(WAIT_S)
        failed.set()
        return fails(call)

    def check(call: Call) -> Any:
        under_way.set()
        call.control.halt.when_cancelled(failed.set)
        until_s = soon(WAIT_S)
        while time.monotonic() < until_s:
            call.control.check()

    toy = Toy(a=fail, b=check)
    progress = toy.run({"a": "", "b": ""})
    assert statuses(progress) == {"a": "failed", "b": "skipped"}
    assert progress.outcomes[1].reason == "'a' failed while it was running"
    assert toy.told("step_failed", "step_skipped") == [("step_failed", "a"), ("step_skipped", "b")]


def test_a_step_that_finishes_beside_a_failure_has_its_result() -> None:
    """A run waits for what is under way when a step fails, and keeps what it gives."""
    under_way = threading.Event()

    def fail(call: Call) -> Any:
        under_way.wait(WAIT_S)
        return fails(call)

    def finish(call: Call) -> Any:
        lost = threading.Event()
        call.control.halt.when_cancelled(lost.set)
        under_way.set()
        return lost.wait(WAIT_S)

    progress = Toy(a=fail, b=finish).run({"a": "", "b": "", "c": "b"})
    assert statuses(progress) == {"a": "failed", "b": "ok", "c": "skipped"}
    assert progress.outcomes[1].result is not None and progress.outcomes[1].result.value is True


def test_an_error_says_in_which_step_it_happened() -> None:
    """A note names step and pipeline; class, fields and sentence stay the plugin's own, and one step needs no note."""
    error = Toy(b=fails).run({"a": "", "b": "a"}).outcomes[1].error
    assert isinstance(error, PluginFailed)
    assert (str(error), error.__notes__) == ("plugin 'B' failed at here: ValueError: no", ["in step 'b' of 'p'"])
    assert not hasattr(Toy(a=fails).run({"a": ""}).outcomes[0].error, "__notes__")


# ----------------------------------------------------------------------------------------------------------- giving up


def test_a_deadline_is_kept_although_a_step_hangs() -> None:
    """The caller is answered, the step is left behind, and every step has its account."""
    leave = threading.Event()
    toy = Toy(b=lambda _: leave.wait(WAIT_S))
    progress = toy.progress({"a": "", "b": "a", "c": "b"}, deadline_s=soon())
    with pytest.raises(DeadlineExceeded, match="'p' was not done in time"):
        toy.executor.run(progress)
    assert statuses(progress) == {"a": "ok", "b": "failed", "c": "skipped"}
    assert progress.outcomes[1].reason.startswith("it was still running when the run was given up: 'p' was not done")
    assert progress.outcomes[2].reason == "it needs 'b', which gave no result"
    assert [dict(each.details)["left"] for each in toy.heard if each.kind == "run_failed"] == [("b",)]
    leave.set()


def test_steps_that_hang_starve_no_later_run() -> None:
    """However many steps were left behind, the next run has all its workers."""
    leave, meeting = threading.Event(), threading.Barrier(2)
    toy = Toy(2, a=lambda _: leave.wait(WAIT_S), b=lambda _: meeting.wait(WAIT_S), c=lambda _: meeting.wait(WAIT_S))
    for _ in range(5):
        with pytest.raises(DeadlineExceeded):
            toy.run({"a": ""}, deadline_s=soon(0.01))
    assert statuses(toy.run({"b": "", "c": ""}, deadline_s=soon(WAIT_S))) == {"b": "ok", "c": "ok"}
    leave.set()


def test_a_run_out_of_time_begins_nothing() -> None:
    """With the deadline behind it no step is called, and the run is told as failed."""
    toy = Toy()
    progress = toy.progress({"a": ""}, deadline_s=time.monotonic())
    with pytest.raises(DeadlineExceeded):
        toy.executor.run(progress)
    assert (toy.called, statuses(progress)) == ([], {"a": "skipped"})
    assert toy.told("run_started", "step_started", "run_failed") == [("run_started", None), ("run_failed", None)]


def test_a_cancelled_token_answers_the_caller_at_once() -> None:
    """A run whose step never looks up ends when its token is cancelled from another thread."""
    token, leave = CancelToken(), threading.Event()

    def cancel(_: Call) -> Any:
        token.cancel()
        return leave.wait(WAIT_S)

    toy = Toy(1, a=cancel)
    progress = toy.progress({"a": "", "b": ""}, token=token)
    with pytest.raises(RunCancelled, match="'p' was cancelled"):
        toy.executor.run(progress)
    assert (toy.called, statuses(progress)) == (["a"], {"a": "failed", "b": "skipped"})
    leave.set()


def test_closing_the_core_answers_a_waiting_caller() -> None:
    """A run under way in other threads ends with CoreClosed."""
    closing, leave, meeting = CancelToken(), threading.Event(), threading.Barrier(2)

    def close(_: Call) -> Any:
        meeting.wait(WAIT_S)
        closing.cancel()
        return leave.wait(WAIT_S)

    with pytest.raises(CoreClosed, match="cannot finish 'p' any more"):
        Toy(a=close, b=close).run({"a": "", "b": ""}, closing=closing)
    leave.set()


def test_a_plugin_that_notices_the_end_ends_the_run() -> None:
    """A step that lets the cancellation pass is told as failed, and the run is cancelled, not failed."""
    token = CancelToken()

    def work(call: Call) -> Any:
        token.cancel()
        call.control.check()

    toy = Toy(a=work)
    progress = toy.progress({"a": "", "b": ""}, token=token, fail_fast=False, alone=True)
    with pytest.raises(RunCancelled):
        toy.executor.run(progress)
    assert (toy.called, statuses(progress)) == (["a"], {"a": "failed", "b": "skipped"})


@pytest.mark.parametrize("needs", [{"a": ""}, {"a": "", "b": ""}], ids=["caller's thread", "other thread"])
def test_an_interrupt_in_a_step_reaches_the_caller_and_is_told(needs: dict[str, str]) -> None:
    """Ctrl-C is nobody's failure: it passes, after step and run were told as failed and every step has its account."""

    def interrupt(_: Call) -> Any:
        raise KeyboardInterrupt

    toy = Toy(a=interrupt)
    progress = toy.progress(needs)
    with pytest.raises(KeyboardInterrupt):
        toy.executor.run(progress)
    assert toy.told("step_failed", "run_failed") == [("step_failed", "a"), ("run_failed", None)]
    assert list(statuses(progress)) == list(needs)
    assert statuses(progress)["a"] == "failed"


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs a signal sent to one thread")
def test_an_interrupt_of_a_waiting_caller_leaves_things_in_order() -> None:
    """Ctrl-C while steps run in other threads: they are asked to stop, the run is told as failed and what it left."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    leave, halted, meeting = threading.Event(), threading.Event(), threading.Barrier(2)

    def work(call: Call) -> Any:
        call.control.halt.when_cancelled(halted.set)
        if meeting.wait(WAIT_S) == 0:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        leave.wait(WAIT_S)

    toy = Toy(a=work, b=work)
    progress = toy.progress({"a": "", "b": "", "c": "ab"})
    try:
        with pytest.raises(KeyboardInterrupt):
            toy.executor.run(progress)
    finally:
        signal.signal(signal.SIGINT, before)
    assert halted.is_set()
    assert statuses(progress) == {"a": "failed", "b": "failed", "c": "skipped"}
    assert [dict(each.details) for each in toy.heard if each.kind == "run_failed"] == [
        {"name": "p", "error": "KeyboardInterrupt", "error_type": "KeyboardInterrupt", "left": ("a", "b")}
    ]
    leave.set()


# ---------------------------------------------------------------------------------------------------------- the model


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, str], frozenset[str]]:
    """Make steps with needs among the steps before them, and choose those that fail."""
    ids = "abcdefghij"[: draw(st.integers(1, 10))]
    needs = {
        id_: "".join(draw(st.lists(st.sampled_from(ids[:place]), max_size=3, unique=True))) if place else ""
        for place, id_ in enumerate(ids)
    }
    return needs, draw(st.frozensets(st.sampled_from(ids), max_size=3))


def model(
    needs: Mapping[str, str], failing: frozenset[str], *, fail_fast: bool
) -> tuple[dict[str, str], dict[str, Any]]:
    """Run the steps one after the other: the statuses and the values there should be."""
    status: dict[str, str] = {}
    values: dict[str, Any] = {}
    for id_, sources in needs.items():
        if any(status[need] != "ok" for need in sources) or (fail_fast and "failed" in status.values()):
            status[id_] = "skipped"
        elif id_ in failing:
            status[id_] = "failed"
        else:
            status[id_] = "ok"
            given_values = {**{need: values[need] for need in sources}, "document": Document("text")}
            values[id_] = (id_, *sorted(given_values.items(), key=lambda each: each[0]))
    return status, values


@pytest.fixture(scope="module")
def toys() -> dict[int, Toy]:
    """Make one executor for each number of workers, for all cases."""
    return {workers: Toy(workers) for workers in (1, 4)}


@pytest.mark.properties
@pytest.mark.parametrize("workers", [1, 4])
@given(graph=graphs(), can_be_cut=st.booleans())
def test_a_run_ends_as_one_step_after_the_other_would(
    toys: dict[int, Toy], workers: int, graph: tuple[dict[str, str], frozenset[str]], can_be_cut: bool
) -> None:
    """Same statuses and same values as the sequential model, whatever fails and however many steps run at once."""
    needs, failing = graph
    toy = toys[workers]
    toy.behaviours = dict.fromkeys(failing, fails)
    progress = toy.run(needs, fail_fast=False, token=CancelToken() if can_be_cut else None)
    status, values = model(needs, failing, fail_fast=False)
    assert statuses(progress) == status
    assert {id_: progress.inputs[id_].value for id_ in values} == values
    assert set(progress.inputs) == {DOCUMENT, *values}


@pytest.mark.properties
@pytest.mark.parametrize("workers", [1, 4])
@given(graph=graphs())
def test_a_run_that_ends_at_the_first_failure_gives_a_part_of_what_the_model_gives(
    toys: dict[int, Toy], workers: int, graph: tuple[dict[str, str], frozenset[str]]
) -> None:
    """One worker stops where the model stops; several may have finished more, and none of it is wrong."""
    needs, failing = graph
    toy = toys[workers]
    toy.behaviours = dict.fromkeys(failing, fails)
    progress = toy.run(needs)
    status, values = model(needs, failing, fail_fast=workers == 1)
    actual = statuses(progress)
    assert list(actual) == list(needs)
    assert ("failed" in actual.values()) == ("failed" in status.values())
    if workers == 1 or not failing:
        assert actual == status
    for id_, each in actual.items():
        assert each == "skipped" or each == status[id_]
        if each == "ok":
            assert progress.inputs[id_].value == values[id_]


def test_bad_input_is_the_steps_failure_too() -> None:
    """A plugin that refuses its input fails its step with that very error."""
    refused = UnsupportedInput("a", "is empty")

    def refuse(_: Call) -> Any:
        raise refused

    assert Toy(a=refuse).run({"a": ""}).outcomes[0].error is refused
