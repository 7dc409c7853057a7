"""How a project is: its host is asked, or a Core is opened to look."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qualia import Core
from qualia.health import Component, HealthReport
from qualia.host import Host, expose
from qualia.host.look import Looking, health_of, looked
from tests.host.conftest import Talker

BOUND_S = 30.0


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the small plugins only."""
    monkeypatch.setenv("QUALIA_INSTALLED_PLUGINS", "false")


def test_a_running_host_is_asked(project: Path, core: Core, host: Host, talker: Talker) -> None:
    """What it knows of its plugins is in the report, with the host and what it has under way."""
    core.health.add(_Model())
    run = talker.call("runs.start", plugin="toy_wait", text="a")["run"]
    talker.event(lambda each: each["kind"] == "step_started")
    seen = looked(project, os.environ)
    assert seen.host is not None
    assert (seen.host["pid"], seen.host["running"]) == (os.getpid(), 1)
    assert [(each["run"], each["state"]) for each in seen.runs] == [(run, "running")]
    model = seen.report.component("model")
    assert model == Component(name="model", status="ok", since_s=1.0, facts={"free": 2})
    queue = seen.report.component("queue")
    assert queue is not None and queue.facts == {"running": 1, "waiting": 0, "most_waiting": 100}
    talker.call("runs.cancel", run=run)


class _Model:
    name = "model"

    def look(self) -> Component:
        """Say that it is well."""
        return Component(name="model", status="ok", since_s=1.0, facts={"free": 2})


def test_without_a_host_a_core_is_opened_and_leaves_nothing(project: Path, plugin_dir: Path, short: Path) -> None:
    """With a project, in an empty folder, and with no project at all."""
    for folder in (project, None):
        seen = looked(folder, os.environ, plugin_dirs=[plugin_dir])
        assert (seen.host, [*seen.runs]) == (None, [])
        assert seen.report.component("plugin:toy_count") is not None
        assert health_of(folder, os.environ, plugin_dirs=[plugin_dir]).status == "ok"
    assert [*project.iterdir()] == []


def test_a_host_at_a_port_is_asked_with_its_token(project: Path, core: Core) -> None:
    """Where there are no Unix sockets the same question works."""
    with expose(core, project=project, tcp=True):
        seen = looked(project, os.environ)
    assert seen.host is not None and seen.host["project"] == str(project)


@pytest.fixture
def mute(project: Path) -> Iterator[socket.socket]:
    """Listen at the project's socket and say nothing."""
    state = project / ".qualia"
    state.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(state / "host.sock"))
        listener.listen(8)
        yield listener


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_host_that_says_nothing_is_told_as_failing(project: Path, plugin_dir: Path, mute: socket.socket) -> None:
    """The report is that of a Core of its own, and the silent host makes the whole failing."""
    report = health_of(project, os.environ, plugin_dirs=[plugin_dir], within_s=0.2)
    host = report.component("host")
    assert host is not None
    assert (report.status, host.status, "it says nothing" in host.reason) == ("failing", "failing", True)
    assert report.component("plugin:toy_count") is not None


@pytest.mark.parametrize(
    "answer",
    [b"\xff\n", b"[1]\n", b"", b'{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}\n', b"{}\n" * 1000],
)
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_host_that_talks_nonsense_is_told_as_failing(
    project: Path, plugin_dir: Path, mute: socket.socket, answer: bytes
) -> None:
    """Whatever comes back, the look ends with a report."""

    def babble() -> None:
        while True:
            try:
                link, _ = mute.accept()
            except OSError:
                return
            with link:
                try:
                    link.sendall(answer)
                    link.shutdown(socket.SHUT_WR)
                except OSError:
                    continue

    thread = threading.Thread(target=babble, daemon=True)
    thread.start()
    report = health_of(project, os.environ, plugin_dirs=[plugin_dir], within_s=BOUND_S)
    assert report.status == "failing"
    mute.shutdown(socket.SHUT_RDWR)
    thread.join(BOUND_S)


def test_who_goes_on_looking_sees_a_host_come_and_go(project: Path, core: Core) -> None:
    """At first its own Core, then the host, then its own again; all is closed at the end."""
    sources: list[bool] = []
    with Looking(project, os.environ) as look:
        sources.append(look().host is not None)
        with expose(core, project=project):
            sources.append(look().host is not None)
            sources.append(look().host is not None)
        sources.append(look().host is not None)
    assert sources == [False, True, True, False]


def test_the_host_answers_the_plain_form_of_a_report(talker: Talker) -> None:
    """A client in any language reads the same facts."""
    plain = talker.call("health")
    assert set(plain) == {"at_s", "status", "engine", "components"}
    report = HealthReport.from_plain(plain)
    assert report.status == "ok"
    assert talker.call("host.show")["pid"] == os.getpid()
