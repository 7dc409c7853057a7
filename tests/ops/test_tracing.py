"""Spans of runs, steps and plugins."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_current_span
from qualia_ops.tracing import Tracing, attach, continued
from qualia_ops.tracing.spans import Spans

from qualia import Document
from qualia.errors import CircuitOpen, PluginFailed
from qualia.events import Event, EventKind
from tests.ops.toys import LENGTH, NUMBER, toys

SECRET = "what she said about her neighbour"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
INSIDE = "__import__('opentelemetry.trace').trace.get_current_span().get_span_context().span_id"


class Collected:
    """A provider whose spans stay in memory."""

    def __init__(self) -> None:
        self.provider = TracerProvider(shutdown_on_exit=False)
        self._exporter = InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        (found,) = [each for each in self.spans if each.name == name]
        return found


@pytest.fixture
def collected() -> Iterator[Collected]:
    """Return a provider whose spans stay in memory."""
    found = Collected()
    yield found
    found.provider.shutdown()


def identity(span: ReadableSpan) -> int:
    assert span.context is not None
    return span.context.span_id


def parent(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def check_nesting(spans: list[ReadableSpan]) -> None:
    """Every span has ended, and lies within its parent in time."""
    known = {identity(each): each for each in spans}
    for each in spans:
        assert each.start_time is not None and each.end_time is not None
        assert each.start_time <= each.end_time
        above = known.get(parent(each) or 0)
        # Of a run within another's thread only what ends in order can lie within it.
        if above is not None and not each.name.startswith("qualia.run"):
            assert above.start_time is not None and above.end_time is not None
            assert above.start_time <= each.start_time and each.end_time <= above.end_time


def test_a_run_its_steps_and_its_plugins_are_spans_within_each_other(tmp_path: Path, collected: Collected) -> None:
    """Each span has the parent it belongs to, and the times and facts of what it tells of."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core, tracer_provider=collected.provider):
        core.run("good", Document("abc"))
    run, step, plugin = (collected.named(f"qualia.{kind} good") for kind in ("run", "step", "plugin"))
    assert (parent(run), parent(step), parent(plugin)) == (None, identity(run), identity(step))
    check_nesting(collected.spans)
    assert dict(step.attributes or {})["qualia.cached"] is False
    assert dict(run.attributes or {}).keys() == {"qualia.run_id", "qualia.pipeline", "qualia.steps"}
    assert {each.status.status_code for each in collected.spans} == {StatusCode.UNSET}


def test_what_the_cache_answers_has_no_span_of_the_plugin(tmp_path: Path, collected: Collected) -> None:
    """Nobody called the plugin, so no span says that somebody did."""
    with toys(tmp_path, {"good": LENGTH}) as core:
        core.run("good", Document("abc"))
        with attach(core, tracer_provider=collected.provider):
            core.run("good", Document("abc"))
    assert sorted(each.name for each in collected.spans) == ["qualia.run good", "qualia.step good"]


def test_a_failure_is_the_status_of_all_three_and_quotes_nothing(tmp_path: Path, collected: Collected) -> None:
    """Class and place of the error are told; the document its sentence quotes is not."""
    with toys(tmp_path, {"bad": NUMBER}, max_failures=1) as core, attach(core, tracer_provider=collected.provider):
        with pytest.raises(PluginFailed, match="neighbour"):
            core.run("bad", Document(SECRET, title="Interview with Ana"))
        with pytest.raises((PluginFailed, CircuitOpen)):
            core.run("bad", Document("another"))
    first = collected.spans[:3]
    assert {each.status.status_code for each in first} == {StatusCode.ERROR}
    assert {each.status.description for each in first} == {"ValueError"}
    told = "".join(each.to_json() for each in collected.spans)
    assert [each for each in ("neighbour", "Ana", Document(SECRET).id[:12]) if each in told] == []
    location = dict(first[0].attributes or {})["code.location"]
    assert str(location).endswith("__init__.py:6")


def test_what_a_breaker_refuses_has_no_span_of_the_plugin(tmp_path: Path, collected: Collected) -> None:
    """A refused call is a step that failed, in which no plugin took time."""
    with toys(tmp_path, {"bad": NUMBER}) as core:
        core.plugins.breaker("bad").force_open()
        with attach(core, tracer_provider=collected.provider), pytest.raises(CircuitOpen):
            core.run("bad", Document("x"))
    assert sorted(each.name for each in collected.spans) == ["qualia.run bad", "qualia.step bad"]
    assert collected.named("qualia.step bad").status.description == "CircuitHeld"


def test_a_run_is_part_of_its_callers_trace(tmp_path: Path, collected: Collected) -> None:
    """The span that is current where a run is asked for is its parent, and is current again afterwards."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core, tracer_provider=collected.provider):
        with collected.provider.get_tracer("mine").start_as_current_span("request") as request:
            core.run("good", Document("abc"))
            assert get_current_span() is request
        assert not get_current_span().get_span_context().is_valid
    assert parent(collected.named("qualia.run good")) == identity(collected.named("request"))


def test_a_traceparent_from_elsewhere_is_taken_up(tmp_path: Path, collected: Collected) -> None:
    """A header in the W3C form makes the run part of a trace that another process began; nonsense changes nothing."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core, tracer_provider=collected.provider):
        with continued(PARENT):
            core.run("good", Document("abc"))
        with continued("nonsense"):
            core.run("good", Document("b"))
    first, second = [each for each in collected.spans if each.name == "qualia.run good"]
    assert first.context is not None
    assert f"00-{first.context.trace_id:032x}-{parent(first):016x}-01" == PARENT
    assert parent(second) is None


def test_work_elsewhere_can_become_part_of_a_run(tmp_path: Path, collected: Collected) -> None:
    """While a run is under way its traceparent is known, and its trace for a while longer."""
    headers: list[str | None] = []
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core, tracer_provider=collected.provider) as tracing:
        runs: list[str] = []

        def hear(event: Event) -> None:
            if event.kind is EventKind.STEP_STARTED and event.run_id is not None:
                runs.append(event.run_id)
                headers.append(tracing.traceparent(event.run_id))

        core.subscribe(hear, wait=True)
        core.run("good", Document("abc"))
        span = collected.named("qualia.run good")
        assert span.context is not None
        begins = f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-"
        assert [str(each)[: len(begins)] for each in headers] == [begins]
        assert tracing.trace_id(runs[0]) == f"{span.context.trace_id:032x}"
        assert tracing.traceparent(runs[0]) is None
        assert tracing.trace_id("never") is None


@pytest.mark.parametrize("isolation", ["inline", "thread"])
def test_what_a_plugin_calls_becomes_part_of_its_step(tmp_path: Path, collected: Collected, isolation: Any) -> None:
    """Within the plugin the step's span is current, in this thread and in one of its own."""
    with toys(tmp_path, {"good": INSIDE}) as core, attach(core, tracer_provider=collected.provider):
        value = core.run("good", Document("abc"), isolation=isolation).value
    assert value == identity(collected.named("qualia.step good"))


def test_steps_that_run_at_once_have_the_run_as_their_parent(tmp_path: Path, collected: Collected) -> None:
    """Steps in threads of their own belong to the run that began them."""
    bodies: dict[str, str] = {"one": INSIDE, "two": INSIDE, "three": INSIDE}
    pipeline = {"steps": [{"plugin": each} for each in bodies]}
    with toys(tmp_path, bodies) as core, attach(core, tracer_provider=collected.provider):
        outcome = core.run_pipeline(pipeline, Document("abc"))
    (run,) = [each for each in collected.spans if each.name.startswith("qualia.run")]
    steps = [each for each in collected.spans if each.name.startswith("qualia.step")]
    assert {parent(each) for each in steps} == {identity(run)}
    assert {outcome[name].value for name in bodies} == {identity(each) for each in steps}
    check_nesting(collected.spans)


def test_the_runs_of_a_map_are_part_of_its_callers_trace(tmp_path: Path, collected: Collected) -> None:
    """Documents that run in the map's own threads belong to whoever iterates over it."""
    documents = [Document(f"text {number}") for number in range(6)]
    tracer = collected.provider.get_tracer("mine")
    with (
        toys(tmp_path, {"good": LENGTH}) as core,
        attach(core, tracer_provider=collected.provider),
        tracer.start_as_current_span("batch"),
    ):
        assert len(list(core.map(documents, {"steps": [{"plugin": "good"}]}))) == 6
    runs = [each for each in collected.spans if each.name.startswith("qualia.run")]
    assert [parent(each) for each in runs] == [identity(collected.named("batch"))] * 6
    check_nesting(collected.spans)


def test_after_closing_nothing_is_traced(tmp_path: Path, collected: Collected) -> None:
    """Closing twice is fine, and a run afterwards leaves no span."""
    with toys(tmp_path, {"good": LENGTH}) as core:
        tracing = attach(core, tracer_provider=collected.provider)
        tracing.close()
        tracing.close()
        core.run("good", Document("abc"))
    assert collected.spans == []


def test_a_run_that_is_under_way_when_tracing_ends_has_an_end(tmp_path: Path, collected: Collected) -> None:
    """Its spans end there, with a status that says why."""
    with toys(tmp_path, {"good": LENGTH}) as core:
        tracing = attach(core, tracer_provider=collected.provider)

        def hear(event: Event) -> None:
            if event.kind is EventKind.STEP_STARTED:
                tracing.close()

        core.subscribe(hear, wait=True)
        core.run("good", Document("abc"))
    assert sorted(each.name for each in collected.spans) == ["qualia.run good", "qualia.step good"]
    assert {each.status.description for each in collected.spans} == {"EndUnheard"}
    check_nesting(collected.spans)


def test_a_step_that_ends_while_its_run_is_ended_ends_once() -> None:
    """A step that was left behind tells of its end from its own thread, at whatever moment: each span ends once."""
    spans: list[Spans] = []

    def about(kind: EventKind, step: str | None) -> Event:
        return Event(kind=kind, at_s=1.0, monotonic_s=1.0, run_id="r", step=step, plugin="p", details={"name": "n"})

    class Meanwhile(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            if span.name == "qualia.step p":
                for step in ("a", "b"):
                    spans[0].hear(about(EventKind.STEP_FINISHED, step))

    collected = Collected()
    collected.provider.add_span_processor(Meanwhile())
    spans.append(Spans(collected.provider.get_tracer("test")))
    spans[0].hear(about(EventKind.RUN_STARTED, None))
    run = spans[0]._runs["r"]
    for step in ("a", "b"):
        spans[0].hear(about(EventKind.STEP_STARTED, step))
    # As a thread has it that looked for its run just before that ended.
    with patch.object(spans[0], "_runs", {"r": run}), patch.object(spans[0], "_taken", lambda _run: run):
        spans[0].hear(about(EventKind.RUN_FAILED, None))
    assert sorted(each.name for each in collected.spans) == ["qualia.run n", "qualia.step p", "qualia.step p"]
    collected.provider.shutdown()


def test_without_an_sdk_nothing_happens(tmp_path: Path) -> None:
    """Where a program has set up no provider, runs go on as ever."""
    with toys(tmp_path, {"good": LENGTH}) as core, attach(core):
        assert core.run("good", Document("abc")).value == 3


def test_the_engine_loads_no_library_of_tracing() -> None:
    """A Core alone imports nothing of OpenTelemetry."""
    code = "import sys; from qualia import Core; Core().close(); print([n for n in sys.modules if 'opentel' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([each for each in EventKind if each.name.startswith(("RUN", "STEP", "CACHE", "PLUGIN_SLOW"))]),
        st.sampled_from(["r1", "r2"]),
        st.sampled_from(["a", "b"]),
        st.booleans(),
        st.floats(-50, 50),
        st.sampled_from(
            [{}, {"elapsed_s": 1e9}, {"elapsed_s": 0.25}, {"place": "p.py:1", "error_type": "PluginFailed"}]
        ),
    ),
    max_size=40,
)


@given(EVENTS)
def test_spans_always_nest_and_end(events: list[tuple[EventKind, str, str, bool, float, dict[str, object]]]) -> None:
    """Whatever events come in whatever order, at whatever times: each span ends once, within its parent."""
    collected = Collected()
    spans = Spans(collected.provider.get_tracer("test"))
    clock = count(1000)
    for kind, run, step, cached, jump_s, details in events:
        about = {} if kind.name.startswith("RUN") else {"step": step, "plugin": "p"}
        told = {**details, "cached": cached, "name": "n", "steps": 2}
        now_s = float(next(clock))
        event = Event(kind=kind, at_s=1e6 + jump_s, monotonic_s=now_s + jump_s, run_id=run, details=told, **about)
        spans.hear(event)
    spans.end_all()
    ended = collected.spans
    assert len({identity(each) for each in ended}) == len(ended)
    known = {identity(each) for each in ended}
    assert {parent(each) for each in ended if each.name.startswith(("qualia.step", "qualia.plugin"))} <= known
    assert sum(each.name.startswith("qualia.run") for each in ended) == sum(
        k is EventKind.RUN_STARTED for k, *_ in events
    )
    check_nesting(ended)
    collected.provider.shutdown()


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_sentence_of_an_error_reaches_a_span(sentence: str, quoted: str) -> None:
    """What an error says is left out, whatever it is; its class and place are told."""
    collected = Collected()
    spans = Spans(collected.provider.get_tracer("test"))
    marked = f"{sentence}<<{quoted}>>"
    for kind in (EventKind.RUN_STARTED, EventKind.STEP_STARTED, EventKind.STEP_FAILED, EventKind.RUN_FAILED):
        about = {} if kind.name.startswith("RUN") else {"step": "s", "plugin": "p"}
        details = {
            "error": marked,
            "excerpt": marked,
            "reason": marked,
            "error_type": "PluginFailed",
            "place": "p.py:1",
        }
        spans.hear(Event(kind=kind, at_s=1.0, monotonic_s=1.0, run_id="r", details=details, **about))
    told = json.dumps([json.loads(each.to_json()) for each in collected.spans], ensure_ascii=False)
    assert len(collected.spans) == 3
    assert "<<" not in told
    collected.provider.shutdown()


def test_what_is_attached_says_what_it_is(tmp_path: Path, collected: Collected) -> None:
    """Attaching gives something that closes at the end of its block."""
    with toys(tmp_path, {"good": LENGTH}) as core:
        with attach(core, tracer_provider=collected.provider) as tracing:
            assert isinstance(tracing, Tracing)
        core.run("good", Document("abc"))
    assert collected.spans == []
