"""What Sentry is told: failures of plugins and alerts, and nothing of what anybody worked on."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qualia_ops import sentry
from qualia_ops.alerts.config import SentrySettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.sinks.sentry import SentrySink
from qualia_ops.alerts.table import Secret

import qualia
from qualia.errors import CircuitOpen, PluginFailed
from qualia.settings import Settings
from tests.ops.alerting import SOURCE, notice

sentry_sdk = pytest.importorskip("sentry_sdk")
CANARY = "MARIA-SAID-IT"
PLUGIN = """
from typing import Literal

from attrs import frozen

from qualia.plugin import Analyzer, param


@frozen
class Params:
    mode: Literal["soft", "hard"] = param("soft", help="How.")
    words: tuple[str, ...] = param((), help="Which.")
    name: str = param("", help="Who.")
    most: int = param(3, help="How many.")


class Toy(Analyzer[Params, dict]):
    def analyze(self, document, params):
        secret = document.text
        raise ValueError("cannot read " + secret)
"""
MANIFEST = """
id = "toy"
kind = "analyzer"
version = "1.2.0"
api = ">=1,<2"
summary = "Fails."
entry = "Toy"
"""


def capturing(envelopes: list[Any]) -> type[Any]:
    """Return a transport that keeps what it is to send."""
    transport: Any = sentry_sdk.transport.Transport

    class Keeping(transport):
        def capture_envelope(self, envelope: Any) -> None:
            envelopes.append(envelope)

    return Keeping


@pytest.fixture
def core(tmp_path: Path) -> Iterator[qualia.Core]:
    """Return a Core whose one plugin fails."""
    folder = tmp_path / "plugins" / "toy"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "__init__.py").write_text(PLUGIN)
    with qualia.Core(tmp_path / "plugins", settings=Settings(installed_plugins=False, max_failures=2)) as found:
        yield found


def run(core: qualia.Core, **params: Any) -> None:
    """Let the plugin fail once."""
    with pytest.raises(PluginFailed):
        core.run("toy", qualia.Document(f"{CANARY} {params}"), params)


def test_a_failure_tells_plugin_version_params_and_place(core: Any, tmp_path: Any) -> None:
    """The event names them and the class of the error; no message, no text and no local variable is in it."""
    envelopes: list[Any] = []
    detach = sentry.attach(core, dsn="https://key@127.0.0.1/1", transport=capturing(envelopes))
    run(core, mode="hard", words=(CANARY, "b"), name=CANARY, most=7)
    detach()
    [event] = [each.get_event() for each in envelopes]
    assert (event["tags"]["plugin"], event["tags"]["plugin_version"], event["level"]) == ("toy", "1.2.0", "error")
    assert event["contexts"]["params"] == {"mode": "hard", "words": "<2 texts>", "name": "<13 characters>", "most": 7}
    [raised] = event["exception"]["values"]
    [frame] = raised["stacktrace"]["frames"]
    assert (raised["type"], raised["value"]) == ("ValueError", "")
    assert frame["filename"].endswith("__init__.py")
    assert frame["lineno"] == PLUGIN.splitlines().index('        raise ValueError("cannot read " + secret)') + 1
    assert CANARY not in json.dumps(event)
    assert "breadcrumbs" not in event


def test_an_open_breaker_is_told_and_what_is_refused_is_not(core: Any) -> None:
    """The second failure opens it; that the third call is refused is nobody's fault."""
    envelopes: list[Any] = []
    detach = sentry.attach(core, dsn="https://key@127.0.0.1/1", transport=capturing(envelopes))
    run(core, most=1)
    run(core, most=2)
    with pytest.raises(CircuitOpen):
        core.run("toy", qualia.Document("other"))
    detach()
    kinds = [each.get_event()["exception"]["values"][0]["type"] for each in envelopes]
    assert sorted(kinds) == ["CircuitOpen", "ValueError", "ValueError"]


def test_without_a_dsn_nothing_is_attached(core: Any) -> None:
    """Unset or empty it is off, and the library is not even needed."""
    assert sentry.attach(core, environ={})() is None
    assert sentry.attach(core, environ={"SENTRY_DSN": " "})() is None


def test_once_detached_nothing_is_told(core: Any) -> None:
    """The returned function ends it."""
    envelopes: list[Any] = []
    sentry.attach(core, environ={"SENTRY_DSN": "https://key@127.0.0.1/1"}, transport=capturing(envelopes))()
    run(core)
    assert envelopes == []


def test_the_programs_own_sentry_is_left_alone(core: Any) -> None:
    """No global client, hub or integration is set up."""
    detach = sentry.attach(core, dsn="https://key@127.0.0.1/1", transport=capturing([]))
    assert not sentry_sdk.get_client().is_active()
    detach()


def test_a_dsn_that_is_none_is_not_shown() -> None:
    """The sentence says what one looks like."""
    with pytest.raises(ValueError, match="the DSN of Sentry is none") as caught:
        sentry.client_of("hush-hush", environment="x")
    assert "hush" not in str(caught.value)


def test_whatever_a_program_captures_itself_is_scrubbed() -> None:
    """Messages, locals, source lines, breadcrumbs, requests and extras of an exception do not pass."""
    envelopes: list[Any] = []
    client = sentry.client_of("https://key@127.0.0.1/1", environment="x", transport=capturing(envelopes))
    scope = sentry_sdk.Scope()
    scope.add_breadcrumb(message=CANARY)
    scope.set_extra("text", CANARY)
    scope.set_user({"email": CANARY})
    scope.set_context("document", {"text": CANARY})
    try:
        int(f"{CANARY} is no number")
    except ValueError as error:
        event, hint = sentry_sdk.utils.event_from_exception(error, client_options=client.options)
        client.capture_event(event, hint, scope)
    client.capture_event({"message": CANARY}, scope=scope)
    client.close(timeout=0)
    assert len(envelopes) == 2
    assert CANARY not in json.dumps([each.get_event() for each in envelopes])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(CANARY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["vars", "value", "data", "text"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.properties
@given(
    extra=st.dictionaries(
        st.sampled_from(["breadcrumbs", "request", "user", "extra", "message", "spans", "modules"]), JSON
    ),
    contexts=st.dictionaries(st.sampled_from(["document", "trace", "state"]), st.dictionaries(st.text(), JSON)),
    frames=st.lists(st.dictionaries(st.sampled_from(["vars", "context_line", "pre_context"]), JSON), max_size=3),
)
def test_only_what_is_known_to_be_safe_passes(extra: Any, contexts: Any, frames: Any) -> None:
    """Parts that nobody has thought of do not pass either."""
    values = [{"type": "ValueError", "value": CANARY, "stacktrace": {"frames": frames}, "mechanism": {"data": CANARY}}]
    event = {**extra, "contexts": contexts, "exception": {"values": values}}
    assert CANARY not in json.dumps(sentry.scrubbed(event, {}))


# ------------------------------------------------------------------------------------------------------------- sink


@pytest.fixture
def heard() -> Iterator[tuple[str, list[bytes], list[int]]]:
    """Run what stands for Sentry; give its DSN, what it gets, and the answers it will give."""
    bodies: list[bytes] = []
    answers: list[int] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            bodies.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/7", bodies, answers
    server.shutdown()
    thread.join(30)
    server.server_close()


def sink(dsn: str) -> SentrySink:
    """Return a sink that sends there."""
    return SentrySink(SentrySettings(name="sentry", dsn=Secret(env="SENTRY_DSN", environ={"SENTRY_DSN": dsn})))


def test_an_alert_becomes_an_event(heard: Any) -> None:
    """Over HTTP, as the library sends it: what is critical is fatal, and one alert is one issue."""
    dsn, bodies, _answers = heard
    assert sink(dsn).send(notice(severity="critical"), SOURCE) == "Sentry took it"
    [body] = bodies
    event = json.loads(body.splitlines()[2])
    assert (event["level"], event["fingerprint"]) == ("fatal", ["qualia-alert", "interviews", "disk:"])
    assert event["message"] == "[interviews] critical: the disk is 95 % full, 5 GB are left"
    assert event["contexts"]["alert"]["reason"] == notice().reason


def test_what_sentry_refuses_has_not_arrived(heard: Any) -> None:
    """A refusal, too many requests and nobody there are failures of the sink."""
    dsn, _bodies, answers = heard
    answers.extend([403, 429])
    for _each in range(2):
        with pytest.raises(SinkFailed, match="Sentry did not take it"):
            sink(dsn).send(notice(), SOURCE)
    with pytest.raises(SinkFailed, match="Sentry did not take it: network"):
        sink("http://key@127.0.0.1:9/7").send(notice(), SOURCE)


def test_without_a_dsn_the_sink_is_off() -> None:
    """That is no failure: it is how it is switched off."""
    assert sink("").send(notice(), SOURCE) == "off: the variable SENTRY_DSN is not set"
