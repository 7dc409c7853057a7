"""Figures of a Core in the program that embeds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("prometheus_client")

from prometheus_client import CollectorRegistry
from qualia_ops.metrics import BUCKETS_S, METRICS, attach
from qualia_ops.metrics.bounds import Bounded
from qualia_ops.metrics.counting import Counting
from qualia_ops.metrics.families import Families

from qualia import CancelToken, Document
from qualia.errors import CircuitOpen, PluginFailed, QualiaWarning, RunCancelled
from qualia.events import Event, EventKind
from qualia.health import Component
from tests.ops.figures import families, figures, open_families
from tests.ops.toys import LENGTH, NUMBER, toys, write_toy

BACKUP_TIMES = ("newest_timestamp_seconds", "newest_verified_timestamp_seconds")
SECRET = "what she said about her neighbour"


def test_steps_are_counted_by_plugin_and_outcome(tmp_path: Path) -> None:
    """What was computed, what the cache answered, what failed and what was refused are told apart."""
    with toys(tmp_path, {"good": LENGTH, "bad": NUMBER}, max_failures=2) as core, attach(core) as attached:
        core.run("good", Document("a"))
        core.run("good", Document("a"))
        for text in ("b", "c"):
            with pytest.raises(PluginFailed):
                core.run("bad", Document(text))
        with pytest.raises(CircuitOpen):
            core.run("bad", Document("d"))
        found = figures(attached.exposition())
    steps = {name: value for name, value in found.items() if name.startswith("qualia_plugin_runs_total")}
    assert steps == {
        "qualia_plugin_runs_total{outcome=ok,plugin=good}": 1,
        "qualia_plugin_runs_total{outcome=cached,plugin=good}": 1,
        "qualia_plugin_runs_total{outcome=failed,plugin=bad}": 2,
        "qualia_plugin_runs_total{outcome=refused,plugin=bad}": 1,
    }
    assert found["qualia_runs_total{outcome=ok}"] == 2
    assert found["qualia_runs_total{outcome=failed}"] == 3
    assert found["qualia_run_seconds_count{}"] == 5
    assert found["qualia_plugin_run_seconds_count{plugin=good}"] == 1
    assert found["qualia_plugin_run_seconds_bucket{le=+Inf,plugin=good}"] == 1
    assert found["qualia_breaker_state{plugin=bad,state=open}"] == 1
    assert found["qualia_breaker_state{plugin=good,state=closed}"] == 1
    assert found["qualia_breaker_transitions_total{plugin=bad,state=open}"] == 1
    assert found["qualia_plugins_by_status{status=failing}"] == 1
    assert found["qualia_cache_hits_total{cache=memory}"] == 1


def test_a_run_that_is_given_up_is_no_failure_of_a_plugin(tmp_path: Path) -> None:
    """A cancelled run counts as cancelled."""
    token = CancelToken()
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core) as attached:

        def hear(event: Event) -> None:
            if event.kind is EventKind.STEP_STARTED:
                token.cancel()

        core.subscribe(hear, wait=True)
        with pytest.raises(RunCancelled):
            core.run("good", Document("b"), cancel=token)
        found = figures(attached.exposition())
    assert found["qualia_runs_total{outcome=cancelled}"] == 1
    assert found["qualia_plugin_runs_total{outcome=cancelled,plugin=good}"] == 1
    assert "qualia_plugin_runs_total{outcome=failed,plugin=good}" not in found


def test_what_is_under_way_is_shown_and_gone_afterwards(tmp_path: Path) -> None:
    """A run counts as under way from its first event to its last."""
    seen: list[dict[str, float]] = []
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core) as attached:

        def look(event: Event) -> None:
            if event.kind is EventKind.STEP_STARTED:
                seen.append(figures(attached.exposition()))

        off = core.subscribe(look, wait=True)
        core.run("good", Document("a"))
        off()
        seen.append(figures(attached.exposition()))
    under_way = [(each["qualia_runs_under_way{}"], each["qualia_plugin_runs_under_way{plugin=good}"]) for each in seen]
    assert under_way == [(1, 1), (0, 0)]


def test_reloads_and_loads_that_fail_are_counted(tmp_path: Path) -> None:
    """A change that is taken up and one that cannot be are told apart."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core) as attached:
        core.run("good", Document("a"))
        write_toy(tmp_path / "toys", "good", "len(document.text) + 1")
        core.reload("good")
        write_toy(tmp_path / "toys", "good", "(")
        with pytest.raises(Exception, match="good"):
            core.reload("good")
        found = figures(attached.exposition())
    assert found["qualia_plugin_reloads_total{outcome=ok,plugin=good}"] == 1
    assert found["qualia_plugin_reloads_total{outcome=failed,plugin=good}"] == 1


def test_the_log_of_runs_tells_what_it_wrote_and_what_it_could_not(tmp_path: Path) -> None:
    """A log that cannot be written any more is a figure that grows."""
    with toys(tmp_path, {"good": LENGTH}, state=True) as core, attach(core) as attached:
        core.run("good", Document("a"))
        before = figures(attached.exposition())
        assert core.history is not None
        core.history.close()
        log = tmp_path / ".qualia" / "history.db"
        log.unlink()
        log.mkdir()
        with pytest.warns(QualiaWarning, match="cannot be written"):
            core.run("good", Document("b"))
        core.run("good", Document("c"))
        after = figures(attached.exposition())
    writes = [f"qualia_history_writes_total{{outcome={outcome}}}" for outcome in ("ok", "failed")]
    assert [before[each] for each in writes] == [1, 0]
    assert [after[each] for each in writes] == [1, 2]


def test_documents_of_a_map_are_counted(tmp_path: Path) -> None:
    """Documents that work and documents that do not are told apart."""
    with toys(tmp_path, {"number": NUMBER}) as core, attach(core) as attached:
        documents = [Document(text) for text in ("1", "x", "2")]
        list(core.map(documents, {"steps": [{"plugin": "number"}]}, on_error="yield"))
        found = figures(attached.exposition())
    assert (found["qualia_documents_total{outcome=ok}"], found["qualia_documents_total{outcome=failed}"]) == (2, 1)


def test_nothing_is_counted_after_closing_and_the_registry_is_as_before(tmp_path: Path) -> None:
    """Attaching and closing leaves the registry empty, and it can be attached to again."""
    registry = CollectorRegistry()
    with toys(tmp_path, {"good": LENGTH}) as core:
        attached = attach(core, registry=registry)
        attached.close()
        attached.close()
        core.run("good", Document("a"))
        assert list(registry.collect()) == []
        with attach(core, registry=registry) as again:
            assert "qualia_runs_total{outcome=ok}" in figures(again.exposition())
        assert list(registry.collect()) == []


def test_a_registry_shows_one_core(tmp_path: Path) -> None:
    """Two Cores in one registry would be one series twice, so the second is refused and the first goes on."""
    registry = CollectorRegistry()
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core, registry=registry) as first:
        with pytest.raises(ValueError, match="another Core"):
            attach(core, registry=registry)
        core.run("good", Document("a"))
        assert figures(first.exposition())["qualia_runs_total{outcome=ok}"] == 1


def test_what_was_counted_outlives_the_core(tmp_path: Path) -> None:
    """A last scrape after the Core was closed still finds the counters."""
    with toys(tmp_path, {"good": LENGTH}) as core:
        attached = attach(core)
        core.run("good", Document("a"))
    found = figures(attached.exposition())
    assert found["qualia_plugin_runs_total{outcome=ok,plugin=good}"] == 1
    assert "qualia_build_info" not in "".join(found)


def test_no_figure_tells_anything_of_a_document(tmp_path: Path) -> None:
    """Text, title and id of a document are in no line, whatever becomes of its run."""
    document = Document(SECRET, title="Interview with Ana")
    with toys(tmp_path, {"good": LENGTH, "bad": NUMBER}, state=True) as core, attach(core) as attached:
        core.run("good", document)
        with pytest.raises(PluginFailed, match="neighbour"):
            core.run("bad", document)
        list(core.map([document], {"steps": [{"plugin": "bad"}]}, on_error="yield"))
        text = attached.exposition()
    assert [each for each in (SECRET, "neighbour", "Ana", document.id[:12]) if each in text] == []


def test_every_figure_is_declared_and_every_declared_one_is_shown(tmp_path: Path) -> None:
    """Names and types of an exposition are those of the table, in Prometheus's form and in OpenMetrics."""
    declared = {each.family: each.kind for each in METRICS if "program" in each.origins}
    with toys(tmp_path, {"good": LENGTH, "bad": NUMBER}, state=True) as core, attach(core) as attached:
        check = Component(name="backups", status="ok", facts={"count": 1, "newest_at_s": 5.0, "verified": True})
        if core.health.report().component("backups") is None:
            core.health.add(Fixed(check))
        core.run("good", Document("a"))
        core.health.report(fresh=True)
        plain, open_ = attached.exposition(), attached.exposition(openmetrics=True)
    ours = {each.name: each.type for each in families(plain) if each.name.startswith("qualia_")}
    assert {name: kind for name, kind in ours.items() if declared.get(name) != kind} == {}
    same = {each.name: each.type for each in open_families(open_) if each.name.startswith("qualia_")}
    assert same == ours
    rare = {"qualia_backups", *(f"qualia_backup_{each}" for each in BACKUP_TIMES), "qualia_backup_verified"}
    occasional = {name for name, kind in declared.items() if kind == "counter"}
    assert declared.keys() - ours.keys() <= rare | occasional


class Fixed:
    """A check that always says the same."""

    def __init__(self, component: Component) -> None:
        self.name = component.name
        self._component = component

    def look(self) -> Component:
        """Return the component."""
        return self._component


def test_snapshots_are_figures_when_a_check_tells_of_them(tmp_path: Path) -> None:
    """Number, time and state of the snapshots come from the facts of health."""
    facts = {"count": 3, "newest_at_s": 1_000.5, "verified": False}
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core) as attached:
        if core.health.report().component("backups") is None:
            core.health.add(Fixed(Component(name="backups", status="ok", facts=facts)))
            found = figures(attached.exposition())
            assert found["qualia_backups{}"] == 3
            assert found["qualia_backup_newest_timestamp_seconds{}"] == 1_000.5
            assert found["qualia_backup_verified{}"] == 0


def test_names_follow_the_conventions() -> None:
    """Counters end in _total, nothing else does, units are base units, and every metric has help and a bound."""
    for each in METRICS:
        assert (each.kind == "counter") == each.name.endswith("_total"), each.name
        assert each.help.endswith((".", ";")), each.name
        assert not each.name.endswith(("_ms", "_mb", "_percent", "_minutes")), each.name
        assert not {"document", "run_id", "text", "title", "step"} & set(each.labels), each.name
    assert len({each.name for each in METRICS}) == len(METRICS)
    assert sorted(BUCKETS_S) == list(BUCKETS_S)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_finds_nothing_to_complain_of(tmp_path: Path) -> None:
    """The linter of Prometheus itself takes every figure of a program at work."""
    with toys(tmp_path, {"good": LENGTH, "bad": NUMBER}, state=True) as core, attach(core) as attached:
        core.run("good", Document("a"))
        text = attached.exposition()
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_late_names_share_one_label() -> None:
    """However many plugins there are, so many labels there are and no more."""
    label = Bounded(2)
    assert [label(each) for each in ("a", "b", "c", "a", "d")] == ["a", "b", "other", "a", "other"]


def test_threads_lose_no_count() -> None:
    """Many threads that count at once leave exact sums."""
    counting = Counting(Bounded(200))

    def work(number: int) -> None:
        for each in range(300):
            run = f"{number}-{each}"
            for kind in (
                EventKind.RUN_STARTED,
                EventKind.STEP_STARTED,
                EventKind.STEP_FINISHED,
                EventKind.RUN_FINISHED,
            ):
                counting.hear(told(kind, run))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert summed(counting)["qualia_plugin_runs_total"] == 1200
    assert summed(counting)["qualia_runs_under_way"] == 0


def told(kind: EventKind, run: str, step: str = "s", plugin: str = "p") -> Event:
    """Return an event as the engine tells it."""
    about = {} if kind.name.startswith("RUN") else {"step": step, "plugin": plugin}
    details = {"elapsed_s": 0.01, "cached": False} if kind is EventKind.STEP_FINISHED else {}
    return Event(kind=kind, at_s=0.0, monotonic_s=0.0, run_id=run, details=details, **about)


def summed(counting: Counting) -> dict[str, float]:
    """Return the sum over all labels of each metric."""
    collected = Families()
    counting.add_to(collected)
    found: dict[str, float] = {}
    for family in collected.collected():
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0.0) + sample.value
    return found


@given(
    st.lists(
        st.tuples(st.sampled_from(EventKind), st.sampled_from("abc"), st.sampled_from("st"), st.sampled_from("pq")),
        max_size=60,
    )
)
def test_no_order_of_events_makes_a_count_wrong(events: list[tuple[EventKind, str, str, str]]) -> None:
    """Whatever comes in whatever order, ends are counted once each and nothing under way is less than none."""
    counting = Counting(Bounded(1))
    for kind, run, step, plugin in events:
        counting.hear(told(kind, run, step, plugin))
    found = summed(counting)
    ends = {EventKind.STEP_FINISHED, EventKind.STEP_FAILED, EventKind.STEP_SKIPPED}
    run_ends = {EventKind.RUN_FINISHED, EventKind.RUN_FAILED}
    assert found.get("qualia_plugin_runs_total", 0) == sum(kind in ends for kind, *_ in events)
    assert found["qualia_runs_total"] == sum(kind in run_ends for kind, *_ in events)
    assert found["qualia_run_seconds_count"] <= found["qualia_runs_total"]
    assert 0 <= found["qualia_runs_under_way"] <= 3
    assert 0 <= found.get("qualia_plugin_runs_under_way", 0) <= 6


def test_the_engine_loads_no_library_of_metrics() -> None:
    """Counting is asked for by who wants it: a Core alone imports nothing of it."""
    code = "import sys; from qualia import Core; Core().close(); print([n for n in sys.modules if 'prometheus' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_a_scrape_loads_no_plugin(tmp_path: Path) -> None:
    """Neither attaching nor asking for figures imports anybody's code."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core) as attached:
        attached.exposition()
        assert core.plugins["good"].state == "enabled"
