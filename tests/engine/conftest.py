"""Tiny plugins written for one test, and Cores that see them and no others."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qualia import Core, Event, Settings

HEAD = """
from __future__ import annotations
from pathlib import Path
from typing import Any, Literal
from attrs import frozen
from qualia.plugin import Analyzer, Artifact, Document, DocumentProcessor, Segment, UnsupportedInput, Visualizer, param
from qualia.records import Sentiment, SpeakerWords, WordCount, WordFrequencies

def note(text):
    with Path({log!r}).open("a", encoding="utf-8") as file:
        file.write(f"{{text}}\\n")

{head}

@frozen
class Params:
{params}

class Entry({base}):
{methods}
    def {method}:
{body}
"""
BASES = {
    "analyzer": ("Analyzer[Params, Any]", "analyze(self, document, params, **records)"),
    "document": ("DocumentProcessor[Params]", "process(self, document, params)"),
    "visualizer": ("Visualizer[Params]", "render(self, params, **records)"),
}
BODIES = {
    "analyzer": "return {'characters': len(document.text)}",
    "document": "return Document(document.text.upper(), title=document.title)",
    "visualizer": "return Artifact(media_type='text/plain', data=b'drawn', name='drawn.txt')",
}


def _indented(text: str, depth: int) -> str:
    return "\n".join(" " * depth + line for line in (text or "pass").splitlines())


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


@pytest.fixture(scope="session")
def write_plugin() -> Callable[..., Path]:
    """Write one plugin's folder below a folder; what is not said is the least a working plugin needs."""

    def write(
        below: Path,
        id_: str,
        body: str | None = None,
        *,
        kind: str = "analyzer",
        params: str = "",
        head: str = "",
        methods: str = "",
        code: str | None = None,
        files: Mapping[str, str] | None = None,
        name: str | None = None,
        **keys: Any,
    ) -> Path:
        folder = below / (name or id_)
        folder.mkdir(parents=True, exist_ok=True)
        if kind == "visualizer":
            keys.setdefault("produces", ["text/plain"])
        manifest = {
            "id": id_,
            "kind": kind,
            "version": "1.0.0",
            "api": ">=1,<2",
            "summary": "A test.",
            "entry": "Entry",
        }
        lines = [f"{key} = {_toml(value)}" for key, value in (manifest | keys).items() if value is not None]
        (folder / "plugin.toml").write_text("\n".join(lines), encoding="utf-8")
        base, method = BASES[kind]
        source = HEAD.format(
            log=str(below / "log"),
            head=head,
            params=_indented(params, 4),
            base=base,
            methods=_indented(methods, 4),
            method=method,
            body=_indented(BODIES[kind] if body is None else body, 8),
        )
        (folder / "__init__.py").write_text(source if code is None else code, encoding="utf-8")
        for path, content in (files or {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def plugin_folder(tmp_path: Path) -> Path:
    """Return the folder a test's plugins stand in."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    return folder


@pytest.fixture
def write(write_plugin: Callable[..., Path], plugin_folder: Path) -> Callable[..., Path]:
    """Write one plugin for this test."""

    def write_here(id_: str, body: str | None = None, **more: Any) -> Path:
        return write_plugin(plugin_folder, id_, body, **more)

    return write_here


@pytest.fixture
def notes(plugin_folder: Path) -> Callable[[], list[str]]:
    """Read what the plugins of this test noted, in order."""
    log = plugin_folder / "log"
    return lambda: log.read_text(encoding="utf-8").splitlines() if log.exists() else []


@pytest.fixture
def make_core(plugin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Core]]:
    """Make Cores that see this test's plugins and none of those that ship; they are closed at the end."""
    monkeypatch.setattr("qualia._plugins.places.shipped_folder", lambda: tmp_path / "nothing-ships")
    cores: list[Core] = []

    def make(*folders: Path, **settings: Any) -> Core:
        cores.append(Core(folders or [plugin_folder], settings=Settings(**settings)))
        return cores[-1]

    yield make
    for core in cores:
        core.close()


@pytest.fixture
def listen() -> Callable[[Core], list[Event]]:
    """Collect a Core's events from now on."""

    def start(core: Core) -> list[Event]:
        heard: list[Event] = []
        core.subscribe(heard.append, wait=True)
        return heard

    return start


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a test and its plugins, which import it as ``gate``, two events; whoever waits is let go at the end."""
    module: Any = ModuleType("gate")
    module.entered, module.leave = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "gate", module)
    yield module
    module.leave.set()
