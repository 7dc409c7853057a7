"""A Core with small plugins, served at a real socket, and somebody who speaks to it line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import qualia as qualia_package
from qualia import Core
from qualia.host import Host, expose
from qualia.protocol import VERSIONS
from qualia.protocol.places import Place, opened
from qualia.settings import Settings

BOUND_S = 30.0
MANIFEST = """
id = "{id}"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "An analyzer for tests."
entry = "Toy"
"""
COUNT = """
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        return {"words": len(document.text.split())}
"""
BOOM = COUNT.replace('return {"words"', 'raise RuntimeError("no luck today")\n        return {"words"')
WAIT = """
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params, *, context):
        import time
        while True:
            context.check()
            time.sleep(0.005)
"""
LEAVE = COUNT.replace('return {"words"', 'raise KeyboardInterrupt\n        return {"words"')
PLUGINS = {"toy_leave": LEAVE, "toy_count": COUNT, "toy_boom": BOOM, "toy_wait": WAIT}


class Talker:
    """A client that sends lines and reads lines, each within a bound."""

    def __init__(self, place: Place) -> None:
        self.link = opened(place, within_s=BOUND_S)
        self.lines = self.link.makefile("rb")
        self.number = 0
        self.aside: list[dict[str, Any]] = []

    def send(self, line: bytes) -> None:
        self.link.sendall(line)

    def read(self) -> dict[str, Any]:
        """Return the next message; it fails when the host has hung up."""
        line = self.lines.readline()
        assert line, "the host hung up"
        return json.loads(line)

    def ask(self, verb: str, **params: Any) -> dict[str, Any]:
        """Return the whole answer to a request; what comes before it is put aside."""
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": verb, "params": params}
        self.send(json.dumps(request).encode() + b"\n")
        while (message := self.read()).get("id") != self.number:
            self.aside.append(message)
        return message

    def call(self, verb: str, **params: Any) -> Any:
        """Return what a verb gives."""
        answer = self.ask(verb, **params)
        assert "error" not in answer, answer
        return answer["result"]

    def refused(self, verb: str, **params: Any) -> dict[str, Any]:
        """Return why a verb was not answered."""
        return self.ask(verb, **params)["error"]

    def hello(self, **more: Any) -> dict[str, Any]:
        return self.call("hello", **{"versions": list(VERSIONS), "client": "test", **more})

    def event(self, fits: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """Return the first event, of those put aside or still to come, that fits."""
        while True:
            message = self.aside.pop(0) if self.aside else self.read()
            if message.get("method") == "event" and fits(message["params"]):
                return message["params"]

    def settled(self, run: str) -> dict[str, Any]:
        """Wait for a run to end and return what is known of it; this needs a subscription."""
        while (facts := self.call("runs.show", run=run))["state"] in ("waiting", "running"):
            self.event(lambda each: each["kind"] == "job_changed" and each["run"] == run)
        return facts

    def is_hung_up(self) -> bool:
        """Whether the host ends the connection, after whatever it still had to say."""
        try:
            while line := self.lines.readline():
                self.aside.append(json.loads(line))
        except ConnectionResetError:
            pass
        return True

    def close(self) -> None:
        self.lines.close()
        self.link.close()


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds, within a bound."""
    pause = threading.Event()
    for _ in range(6000):
        if holds():
            return
        pause.wait(0.005)
    raise AssertionError("it never came to hold")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose name is short enough for sockets; the runtime folder lies in it."""
    with tempfile.TemporaryDirectory(prefix="qh") as folder:
        for name in [name for name in os.environ if name.startswith("QUALIA_")]:
            monkeypatch.delenv(name)
        run = Path(folder, "run")
        run.mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
        yield Path(folder)


@pytest.fixture
def plugin_dir(short: Path) -> Path:
    """Return a folder of small plugins."""
    for plugin, code in PLUGINS.items():
        place = short / "toys" / plugin
        place.mkdir(parents=True)
        (place / "plugin.toml").write_text(MANIFEST.format(id=plugin), encoding="utf-8")
        (place / "__init__.py").write_text(code, encoding="utf-8")
    return short / "toys"


@pytest.fixture
def project(short: Path) -> Path:
    """Return an empty project."""
    folder = short / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def core(plugin_dir: Path, project: Path) -> Iterator[Core]:
    """Open a Core with the small plugins only, for an empty project."""
    with Core(plugin_dir, settings=Settings(state_dir=project / ".qualia", installed_plugins=False)) as opened_core:
        yield opened_core


@pytest.fixture
def host(core: Core, project: Path) -> Iterator[Host]:
    """Serve that Core."""
    with expose(core, project=project) as served:
        yield served


@pytest.fixture
def talk() -> Iterator[Callable[[Place], Talker]]:
    """Open connections that are closed at the end."""
    with ExitStack() as stack:

        def begin(place: Place) -> Talker:
            talker = Talker(place)
            stack.callback(talker.close)
            return talker

        yield begin


@pytest.fixture
def talker(host: Host, talk: Callable[[Place], Talker]) -> Talker:
    """Return a client that has said hello and hears events."""
    client = talk(host.place)
    client.hello()
    client.call("subscribe")
    return client


@pytest.fixture
def spawn(short: Path, plugin_dir: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``qualia`` as a process of its own; it is ended at the end."""
    environ = {**os.environ, "PYTHONPATH": str(Path(qualia_package.__file__).parents[1]), "LANG": "en_US.UTF-8"}
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, code: str | None = None) -> subprocess.Popen[str]:
        what = ["-m", "qualia", "--plugin-dir", str(plugin_dir), *words] if code is None else ["-c", code, *words]
        process = subprocess.Popen(
            [sys.executable, *what],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=short,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
