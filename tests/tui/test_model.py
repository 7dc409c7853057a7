"""What the console knows of a host, whatever the host says and in whatever order."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from qualia.client import HostEvent
from qualia_tui.model.state import KEPT_JOBS, KEPT_LINES, Model, Part

KINDS = (
    "run_started",
    "run_finished",
    "run_failed",
    "step_started",
    "step_progress",
    "step_finished",
    "step_failed",
    "step_skipped",
    "job_changed",
    "breaker_moved",
    "plugin_reloaded",
    "reload_failed",
    "gap",
    "restarted",
    "link",
    "warning",
)
PARTS: tuple[Part, ...] = get_args(Part)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 0.5, float("inf"), float("nan"), "", "ok", "failed", "stale", "\x1b]0;x\x07"),
    *([], [1], [{}], [{"id": "p", "run": "r1", "state": "ok"}], [{"id": 1, "counts": []}]),
    *({}, {"message": "no"}, {"status": "ok", "components": [1]}, {"state": []}),
)
"""What a host may say in the place of anything."""
plain = st.sampled_from(ODD)
names = st.sampled_from(["state", "error", "done", "job", "name", "told", "elapsed_s", "message", "generation"])
events = st.builds(
    HostEvent,
    kind=st.sampled_from((*KINDS, "", "what a newer host says")),
    seq=st.integers(0, 9),
    at_s=st.sampled_from([None, 0.0, 1e9, float("inf"), float("nan"), -1e300]),
    run=st.sampled_from([None, "r1", "r2", "r3"]),
    run_id=st.sampled_from([None, "5f2c"]),
    step=st.sampled_from([None, "a", "b"]),
    plugin=st.sampled_from([None, "p", "q"]),
    details=st.dictionaries(names, plain, max_size=5),
)
rows = st.lists(
    st.dictionaries(st.sampled_from(["id", "run", "state", "kind", "error", "counts"]), plain, max_size=3), max_size=3
)
said = st.lists(events | st.tuples(st.sampled_from(PARTS), rows | plain), max_size=30)


def kept(model: Model) -> dict[str, Any]:
    """Return what each part of a model is, apart from the model."""
    return {part: deepcopy(getattr(model, part)) for part in PARTS}


def same(one: Any, other: Any) -> bool:
    """Tell whether two parts are the same to whoever reads them; not a number is itself."""
    return repr(one) == repr(other)


@given(said)
def test_what_is_told_as_changed_is_what_differs(stream: list[Any]) -> None:
    """Nothing that a host says harms the model, and no part differs that it did not tell of."""
    model = Model()
    for each in stream:
        before = kept(model)
        changed = model.take(each) if isinstance(each, HostEvent) else model.learn(*each)
        assert changed <= set(PARTS)
        assert {part for part in PARTS if not same(before[part], getattr(model, part))} <= changed
        if not isinstance(each, HostEvent):
            assert each[0] not in model.wanted


@given(st.permutations(["a", "b", "c", "d"]))
def test_steps_are_known_in_whatever_order_they_end(order: list[str]) -> None:
    """How each step ended does not depend on which ended first."""
    model = Model()
    for number, step in enumerate(order):
        for kind in ("step_started", "step_finished" if step < "c" else "step_failed"):
            model.take(HostEvent(kind=kind, seq=number, run="r", step=step, plugin=step, details={"elapsed_s": 1.0}))
    assert {name: step.state for name, step in model.jobs["r"].steps.items()} == {
        "a": "ok",
        "b": "ok",
        "c": "failed",
        "d": "failed",
    }


def test_a_day_of_events_takes_bounded_room() -> None:
    """However many events come, so many lines and jobs are kept and no more; what goes on is kept longest."""
    model = Model()
    model.take(HostEvent(kind="job_changed", seq=0, run="first", details={"state": "running"}))
    for number in range(3 * KEPT_LINES):
        run = f"r{number}"
        model.take(HostEvent(kind="job_changed", seq=number, run=run, details={"state": "ok"}))
    assert len(model.log) == KEPT_LINES
    assert len(model.jobs) == KEPT_JOBS
    assert model.jobs["first"].state == "running"


def report(memory: float, disk: float, **more: Any) -> dict[str, Any]:
    """Return a health report with these figures in MB, of 10 GB each."""
    limit = 10_000_000_000
    parts = [
        {"name": "memory", "status": "ok", "facts": {"used_bytes": memory * 1e6, "limit_bytes": limit}, **more},
        {"name": "disk", "status": "ok", "facts": {"free_bytes": disk * 1e6, "total_bytes": limit}, **more},
    ]
    return {"at_s": memory, "status": "ok", "components": parts}


def figures(model: Model) -> list[float]:
    """Return the figures that are shown, in MB."""
    memory, disk = (each["facts"] for each in model.health["components"])
    return [memory["used_bytes"] / 1e6, disk["free_bytes"] / 1e6]


def test_a_figure_that_hardly_moves_stands_still() -> None:
    """Memory and disk are painted anew when they moved by a tenth or a hundredth of the whole, however slowly."""
    model = Model()
    for memory, disk in ((42, 5000), (43, 5050), (44, 5090), (46, 4950)):
        model.learn("health", report(memory, disk))
        assert figures(model) == [42, 5000]
    model.learn("health", report(47, 4899))
    assert figures(model) == [47, 4899]


def test_what_is_not_well_is_told_as_it_is() -> None:
    """The figure beside a reason is the reason's own, as is the first one after it."""
    model = Model()
    model.learn("health", report(42, 5000))
    model.learn("health", report(43, 5010, status="degraded"))
    assert figures(model) == [43, 5010]
    model.learn("health", report(44, 5020))
    assert figures(model) == [44, 5020]


def test_runs_that_others_keep_are_asked_for() -> None:
    """A run of another process is no event here; the report's latest run tells that there is one."""

    def kept(latest_run_s: float | None) -> dict[str, Any]:
        return {"components": [{"name": "history", "status": "ok", "facts": {"latest_run_s": latest_run_s}}]}

    model = Model()
    for latest_run_s, is_news in ((None, False), (None, False), (7.0, True), (7.0, False), (8.0, True)):
        model.wanted.clear()
        model.learn("health", kept(latest_run_s))
        assert ("history" in model.wanted) == is_news
