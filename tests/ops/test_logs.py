"""Log lines: what they say, what they never say, and where they go."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("structlog")

from qualia_ops.logs import configure, scrubbed
from qualia_ops.logs.forms import form_for, written
from qualia_ops.logs.lines import SAYINGS, line_of, sentence
from qualia_ops.logs.scrubbing import DEEPEST, HIDDEN, LONGEST, MOST, shown

from qualia import Document
from qualia.errors import PluginFailed
from qualia.events import Event, EventKind
from qualia.words import speaking
from tests.ops.toys import LENGTH, NUMBER, toys

SECRET = "what she said about her neighbour"


def rows(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the JSON lines of a stream."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_runs_steps_and_plugins_are_lines_of_json(tmp_path: Path) -> None:
    """Each line is one object with time, level, event, run and plugin."""
    stream = io.StringIO()
    with toys(tmp_path, {"good": LENGTH}) as core, configure(form="json", stream=stream, level="debug") as logs:
        logs.attach(core)
        core.run("good", Document("abc"))
    found = rows(stream)
    assert [each["event"] for each in found] == [
        "plugin_loaded",
        "run_started",
        "step_started",
        "step_finished",
        "run_finished",
    ]
    assert len({each["run_id"] for each in found[1:]}) == 1
    assert [list(each)[:3] for each in found] == [["timestamp", "level", "event"]] * 5
    assert found[3]["plugin"] == "good" and found[3]["cached"] is False


def test_a_failure_is_told_by_class_and_place_and_quotes_nothing(tmp_path: Path) -> None:
    """The sentence of an error may quote the document, so it is left out."""
    stream = io.StringIO()
    document = Document(SECRET, title="Interview with Ana")
    with toys(tmp_path, {"bad": NUMBER}) as core, configure(form="json", stream=stream, level="debug") as logs:
        logs.attach(core)
        with pytest.raises(PluginFailed, match="neighbour"):
            core.run("bad", document)
        list(core.map([document], {"steps": [{"plugin": "bad"}]}, on_error="yield"))
    text = stream.getvalue()
    assert [each for each in ("neighbour", "Ana", document.id[:12]) if each in text] == []
    (failed, *_) = [each for each in rows(stream) if each["event"] == "step_failed"]
    assert (failed["level"], failed["error_type"], failed["cause"]) == ("error", "PluginFailed", "ValueError")
    assert failed["place"].endswith("__init__.py:6")


def test_lines_for_people_are_in_their_language() -> None:
    """The same line says what happened in the words of who reads it."""
    facts = {"timestamp": "2026-01-01T00:00:00.000Z", "level": "info", "event": "run_finished", "run_id": "1f"}
    english = written(facts, "console")
    assert english == "2026-01-01T00:00:00.000Z [info     ] run finished             run_id=1f"
    with speaking("pt-BR"):
        assert "execução terminada" in written(facts, "console")
        assert '"event": "run_finished"' in written(facts, "json")


def test_what_is_below_the_level_is_left_out(tmp_path: Path) -> None:
    """At the level of warnings a run that works says nothing."""
    stream = io.StringIO()
    with toys(tmp_path, {"good": LENGTH}) as core, configure(form="json", stream=stream, level="warning") as logs:
        logs.attach(core)
        core.run("good", Document("abc"))
        logging.getLogger("qualia.anything").info("nothing")
    assert stream.getvalue() == ""


def test_lines_of_the_standard_library_come_out_alike() -> None:
    """What is logged below `qualia` is a line too; of an exception class and place are told."""
    stream = io.StringIO()
    with configure(form="json", stream=stream):
        logging.getLogger("qualia.anything").warning("token=%s went", "abc")
        try:
            int(SECRET)
        except ValueError:
            logging.getLogger("qualia.events").exception("an observer raised")
    first, second = rows(stream)
    assert (first["level"], first["event"], first["logger"]) == ("warning", f"token={HIDDEN} went", "qualia.anything")
    assert (second["error_type"], second["level"]) == ("ValueError", "error")
    assert "neighbour" not in stream.getvalue()


def test_a_reader_that_is_gone_costs_whoever_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A broken pipe is told where logging tells its own faults, and nothing is raised into the engine."""

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with configure(form="json", stream=Gone()):
        logging.getLogger("qualia.anything").warning("it goes on")
    assert "BrokenPipeError" in capsys.readouterr().err


def test_what_plugins_log_is_written_only_when_it_is_asked_for() -> None:
    """A plugin's own message may quote a document: nobody can tell."""
    silent, told = io.StringIO(), io.StringIO()
    log = logging.getLogger("qualia.plugins.good")
    with configure(form="json", stream=silent):
        log.warning("it says %s", SECRET)
    with configure(form="json", stream=told, plugin_messages=True):
        log.warning("it says %s", SECRET)
    assert silent.getvalue() == ""
    assert "neighbour" in told.getvalue()


def test_lines_of_ones_own_are_scrubbed_too() -> None:
    """A program's own logger hides secrets, leaves documents out and names exceptions."""
    stream = io.StringIO()
    with configure(form="json", stream=stream) as logs:
        logs.logger.info(
            "began", port=8080, apiKey="k-123", text=SECRET, url="https://me:pw@host/", items=[1, {"a": 2}]
        )
        try:
            int(SECRET)
        except ValueError:
            logs.logger.exception("went wrong")
    first, second = rows(stream)
    assert {name: first[name] for name in ("port", "apiKey", "url", "items")} == {
        "port": 8080,
        "apiKey": HIDDEN,
        "url": f"https://{HIDDEN}@host/",
        "items": [1, {"a": 2}],
    }
    assert second["error_type"] == "ValueError"
    assert "neighbour" not in stream.getvalue()


def test_closing_leaves_logging_as_it_was(tmp_path: Path) -> None:
    """Handlers, level and observers are put back, closing twice is fine, and structlog's own settings are untouched."""
    import structlog

    root = logging.getLogger("qualia")
    before, level, settings = list(root.handlers), root.level, structlog.get_config()
    stream = io.StringIO()
    with toys(tmp_path, {"good": LENGTH}) as core:
        logs = configure(form="json", stream=stream, level="debug")
        logs.attach(core)
        logs.close()
        logs.close()
        core.run("good", Document("abc"))
    assert (list(root.handlers), root.level, structlog.get_config()) == (before, level, settings)
    assert stream.getvalue() == ""


def test_two_programs_in_one_process_write_each_their_own(tmp_path: Path) -> None:
    """Several can be configured at once; taking one away leaves the other."""
    one, two = io.StringIO(), io.StringIO()
    with toys(tmp_path, {"good": LENGTH}) as core, configure(form="json", stream=one) as first:
        first.attach(core)
        with configure(form="json", stream=two) as second:
            off = second.attach(core)
            core.run("good", Document("a"))
            off()
            core.run("good", Document("b"))
    assert len(rows(one)) > len(rows(two)) > 0


def test_the_form_goes_by_who_reads() -> None:
    """People at a terminal get lines, everybody else JSON; what is asked for is given."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    forms = [form_for(asked, stream) for asked in ("auto", "json", "console") for stream in (Terminal(), io.StringIO())]
    assert forms == ["console", "json", "json", "json", "console", "console"]


def test_a_form_that_is_none_is_refused() -> None:
    """The error names what there is."""
    with pytest.raises(ValueError, match="auto, json or console"):
        configure(form="xml")  # type: ignore[arg-type]


def test_lines_carry_the_trace_of_the_callers_span(tmp_path: Path) -> None:
    """Where the caller of a run is in a span, its lines name the trace; else whoever traces may be asked."""
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    provider, stream = sdk.TracerProvider(shutdown_on_exit=False), io.StringIO()
    with toys(tmp_path, {"good": LENGTH}) as core, configure(form="json", stream=stream) as logs:
        off = logs.attach(core)
        with provider.get_tracer("mine").start_as_current_span("request") as span:
            core.run("good", Document("a"))
        off()
        logs.attach(core, trace_of=lambda run: f"trace of {run}")
        core.run("good", Document("b"))
    provider.shutdown()
    ended = [each for each in rows(stream) if each["event"] == "run_finished"]
    trace = f"{span.get_span_context().trace_id:032x}"
    assert [each["trace_id"] for each in ended] == [trace, f"trace of {ended[1]['run_id']}"]


def test_every_kind_of_event_has_a_line_and_words() -> None:
    """No event of the engine is met without knowing what may be told of it."""
    kinds = {each.value for each in EventKind}
    assert kinds <= SAYINGS.keys()
    assert [kind for kind in SAYINGS if sentence(kind) == kind and kind != "warning"] == []
    with speaking("pt-BR"):
        portuguese = {kind: sentence(kind) for kind in SAYINGS}
    assert [kind for kind, said in portuguese.items() if said == sentence(kind)] == []


def test_no_word_of_a_detail_that_may_quote_is_ever_told() -> None:
    """Details are told one by one by name: what is not known to be harmless stays out."""
    details: dict[str, str] = {}
    for name in ("error", "excerpt", "cause", "reason", "document", "anything", "folder"):
        details[name] = SECRET
    for kind in EventKind:
        line = line_of(kind.value, details=details)
        assert SECRET not in str(line.as_facts(now_s=0.0)), kind


def test_the_engine_alone_configures_no_logging() -> None:
    """Importing and using a Core leaves the root logger and structlog alone."""
    code = (
        "import logging, sys; before = list(logging.root.handlers); from qualia import Core; Core().close(); "
        "print(before == logging.root.handlers, 'structlog' in sys.modules, "
        "[type(each).__name__ for each in logging.getLogger('qualia').handlers])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split(maxsplit=2)[:2] == ["True", "False"]
    assert done.stdout.strip().endswith(("['NullHandler']", "[]"))


NASTY = st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\x1b\n\r\u2028\u202e\x9b"), max_size=30)
SECRETS = st.sampled_from(["hunter2hunter2", "s3cr3t-value", "AbC.dEf-123"])
KEYS = st.sampled_from(
    [
        "password",
        "api_key",
        "apiKey",
        "Authorization",
        "SENTRY_DSN",
        "smtp-password",
        "session_id",
        "token",
        "db.secret",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NASTY | st.binary(max_size=5) | st.just(object()),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NASTY, inner, max_size=5),
    max_leaves=20,
)


def depth(value: object) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(st.dictionaries(NASTY, ANY, max_size=8), st.sampled_from(["json", "console"]))
def test_whatever_is_told_becomes_one_bounded_line(facts: dict[str, Any], form: Any) -> None:
    """Hostile keys and values make neither a second line nor a terminal obey, and scrubbing twice changes nothing."""
    line = written({"timestamp": "t", "level": "info", "event": "e", **facts}, form)
    assert all(each.isprintable() for each in line.replace(" ", ""))
    assert len(line.splitlines()) == 1
    clean = scrubbed(facts)
    assert depth(clean) <= DEEPEST + 1
    assert scrubbed(clean).keys() <= clean.keys()
    assert json.loads(json.dumps(clean, allow_nan=False)) is not None


@given(KEYS, SECRETS, st.integers(0, 3), NASTY)
def test_secrets_are_hidden_however_deep(key: str, secret: str, below: int, beside: str) -> None:
    """A value whose key says it is secret is never told, at any depth; nor one within a text that says so."""
    facts: dict[str, Any] = {key: secret}
    for _ in range(below):
        facts = {"settings": [facts]}
    assert secret not in json.dumps(scrubbed(facts))
    assert secret not in shown(f"{beside} {key.replace('.', '_')}={secret}") or key in (
        "SENTRY_DSN",
        "session_id",
        "smtp-password",
        "db.secret",
    )
    assert secret not in shown(f"{beside} Authorization: Bearer {secret}")
    assert secret not in shown(f"{beside} postgres://user:{secret}@db/x")


@given(st.text(min_size=LONGEST, max_size=LONGEST * 3))
def test_texts_are_cut(text: str) -> None:
    """Nothing is longer than it may be, but for escapes of what cannot be shown."""
    assert len(shown(text)) <= LONGEST


@given(st.lists(st.integers(), min_size=MOST + 1, max_size=MOST * 3))
def test_lists_and_mappings_are_cut(items: list[int]) -> None:
    """As many entries are told as may be, and no more."""
    clean = scrubbed({"items": items, **{f"k{number}": number for number in range(MOST * 2)}})
    assert len(clean["items"]) == MOST
    assert len(clean) == MOST


def test_a_call_that_was_refused_is_no_error() -> None:
    """What the breaker spares a plugin is told as a warning: the failures that opened it were the errors."""
    levels = [line_of("step_failed", details={"error_type": each}).level for each in ("CircuitOpen", "PluginFailed")]
    assert levels == ["warning", "error"]


def test_events_that_were_lost_are_told() -> None:
    """Whoever reads lines knows when some are missing."""
    event = Event(kind=EventKind.EVENTS_DROPPED, at_s=1.0, monotonic_s=1.0, details={"dropped": 7})
    line = line_of(event.kind.value, at_s=event.at_s, details=event.details)
    assert (line.level, dict(line.facts)) == ("warning", {"dropped": 7})
