"""The console on a screen in memory, looking at plain data or at a real host in this process."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import qualia
import qualia_tui
from qualia import Core
from qualia.client import Client, attach
from qualia.host import Host, expose
from qualia.settings import Settings
from tests.tui.seeing import BEGAN_S

MANIFEST = """
id = "{id}"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "An analyzer for tests."
entry = "Toy"
"""
COUNT = """
from attrs import frozen
from qualia.plugin import Analyzer, param

@frozen
class Params:
    top: int = param(3, ge=1, le=50, help="Keep the N most frequent words.")

class Toy(Analyzer[Params, dict]):
    def analyze(self, document, params):
        return {"words": len(document.text.split())}
"""
BOOM = COUNT.replace('return {"words"', 'raise RuntimeError("no luck today")\n        return {"words"')
PLUGINS = {"toy_boom": BOOM, "toy_count": COUNT}


def compile_catalogues() -> None:
    """Compile the Portuguese of the console and of the engine, as an installed one has it."""
    rooms = (Path(qualia_tui.__file__).parent, Path(qualia.__file__).parent)
    for source in (path for room in rooms for path in room.rglob("locale/*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale="pt_BR")
        target = source.with_suffix(".mo")
        part = target.with_suffix(f".{os.getpid()}")
        with part.open("wb") as file:
            write_mo(file, catalogue)
        part.replace(target)


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Let the console speak Portuguese."""
    compile_catalogues()


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every clock on the wall be that of UTC, and nobody's settings count."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for name in ("NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let it be a fixed moment for everything in the console that asks for the time of the day."""
    monkeypatch.setattr(time, "time", lambda: BEGAN_S + 600)
    return BEGAN_S + 600


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose name is short enough for sockets; the runtime folder lies in it."""
    with tempfile.TemporaryDirectory(prefix="qt") as folder:
        for name in [name for name in os.environ if name.startswith("QUALIA_")]:
            monkeypatch.delenv(name)
        Path(folder, "run").mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(Path(folder, "run")))
        yield Path(folder)


@pytest.fixture
def plugin_dir(short: Path) -> Path:
    """Return a folder of small plugins: one counts words, one always fails."""
    for plugin, code in PLUGINS.items():
        place = short / "toys" / plugin
        place.mkdir(parents=True)
        (place / "plugin.toml").write_text(MANIFEST.format(id=plugin), encoding="utf-8")
        (place / "__init__.py").write_text(code, encoding="utf-8")
        (place / "README.md").write_text(f"# {plugin}\n\nA toy.\n", encoding="utf-8")
    return short / "toys"


@pytest.fixture
def project(short: Path) -> Path:
    """Return an empty project."""
    (short / "project").mkdir()
    return short / "project"


@pytest.fixture
def core(plugin_dir: Path, project: Path) -> Iterator[Core]:
    """Open a Core with the small plugins only, for an empty project."""
    with Core(plugin_dir, settings=Settings(state_dir=project / ".qualia", installed_plugins=False)) as opened_core:
        yield opened_core


@pytest.fixture
def served(core: Core, project: Path) -> Iterator[Host]:
    """Serve that Core."""
    with expose(core, project=project) as host:
        yield host


@pytest.fixture
def reach(served: Host) -> Callable[[], Client]:
    """Return what gives a client of the real host: ``shown(reach)``."""
    return lambda: attach(served.place, name="test")
