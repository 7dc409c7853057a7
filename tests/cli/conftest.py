"""A command line that runs in this process, and small plugins that depend on nothing."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

import qualia as qualia_package
from qualia.cli import main

MANIFEST = """\
id = "{id}"
kind = "{kind}"
version = "1.0.0"
api = ">=1,<2"
summary = "{summary}"
entry = "Toy"
{more}
"""

UPPER = """
from attrs import frozen
from qualia.plugin import Document, DocumentProcessor, UnsupportedInput, param

@frozen
class Params:
    mark: str = param("", help="Put this in front.")

class Toy(DocumentProcessor[Params]):
    def process(self, document, params):
        if "refuse" in document.text:
            raise UnsupportedInput("toy_upper", "does not read this")
        return Document(params.mark + document.text.upper(), title=document.title)
"""

COUNT = """
from attrs import frozen
from typing import Literal
from qualia.plugin import Analyzer, param
from qualia.records import WordCount, WordFrequencies

@frozen
class Params:
    top: int = param(3, ge=1, le=50, help="Keep the N most frequent words.")
    share: float = param(0.5, ge=0, le=1, help="A share.")
    case: bool = param(False, help="Whether case counts.")
    mode: Literal["all", "some"] = param("all", help="How much.")
    skip: tuple[str, ...] = param((), help="Words to skip.")
    name: str | None = param(None, help="A name.")

class Toy(Analyzer[Params, WordFrequencies]):
    def analyze(self, document, params):
        counts = {}
        for word in document.text.split():
            if word not in params.skip:
                counts[word] = counts.get(word, 0) + 1
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        words = tuple(WordCount(word, count) for word, count in ranked[: params.top])
        return WordFrequencies(words=words, total=sum(counts.values()), distinct=len(counts))
"""

PLAIN = """
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        return {"text": document.text, "rows": [{"n": number} for number in range(30)], "nothing": None}
"""

BOOM = """
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        if "interrupt" in document.text:
            raise KeyboardInterrupt
        raise RuntimeError("no luck today")
"""

DRAW = """
from attrs import frozen
from typing import Literal
from qualia.plugin import Artifact, Visualizer, param

@frozen
class Params:
    format: Literal["png", "svg"] = param("png", help="Kind of picture.")

class Toy(Visualizer[Params]):
    def render(self, params, *, word_frequencies):
        media_type = {"png": "image/png", "svg": "image/svg+xml"}[params.format]
        data = f"{params.format} of {word_frequencies.total}".encode()
        return Artifact(media_type=media_type, data=data, name=f"../toy-chart.{params.format}")
"""

FIXED = """
from qualia.plugin import Artifact, NoParams, Visualizer

class Toy(Visualizer[NoParams]):
    def render(self, params, *, word_frequencies):
        return Artifact(media_type="image/png", data=b"fixed", name="fixed.png")
"""

PLUGINS = (
    ("toy_upper", "document", UPPER, ""),
    ("toy_count", "analyzer", COUNT, 'produces = "word-frequencies/1"'),
    ("toy_plain", "analyzer", PLAIN, ""),
    ("toy_boom", "analyzer", BOOM, ""),
    ("toy_draw", "visualizer", DRAW, 'produces = ["image/png", "image/svg+xml"]\nconsumes = ["word-frequencies/1"]'),
    ("toy_fixed", "visualizer", FIXED, 'produces = ["image/png"]\nconsumes = ["word-frequencies/1"]'),
    ("toy_absent", "analyzer", PLAIN, 'dependencies = ["no-such-distribution>=9"]'),
    ("toy_broken", "analyzer", "raise ValueError('at import')", ""),
)


@frozen(kw_only=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What stdout holds as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]
Process = subprocess.Popen[bytes]


@pytest.fixture(scope="session")
def plugin_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of small plugins."""
    folder = tmp_path_factory.mktemp("plugins")
    for plugin, kind, code, more in PLUGINS:
        place = folder / plugin
        place.mkdir()
        text = MANIFEST.format(id=plugin, kind=kind, summary=f"A {kind} for tests.", more=more)
        (place / "plugin.toml").write_text(text, encoding="utf-8")
        (place / "__init__.py").write_text(code, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, in English, without settings from outside."""
    for name in [name for name in os.environ if name.startswith("QUALIA_")] + ["LANGUAGE", "LC_ALL", "LC_MESSAGES"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def document(home: Path) -> Path:
    """Return a small document in the working folder."""
    path = home / "notes.txt"
    path.write_text("a a a b b c João\n", encoding="utf-8")
    return path


@pytest.fixture
def qualia(home: Path, plugin_dir: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, with the small plugins at hand."""

    def run(*words: str, plugins: bool = True) -> Ran:
        known = ["--plugin-dir", str(plugin_dir)] if plugins else []
        capsys.readouterr()
        code = main([*known, *words])
        captured = capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    return run


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Put bytes on standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return put


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """Return an environment in which another process finds this very package."""
    return {**os.environ, "PYTHONPATH": str(Path(qualia_package.__file__).parents[1])}


@pytest.fixture
def spawn(environment: dict[str, str], plugin_dir: Path) -> Callable[..., Process]:
    """Start the command line as a process of its own."""

    def start(words: Iterable[str], *, stdin: int | None = None, stdout: Any = subprocess.PIPE) -> Process:
        command = [sys.executable, "-m", "qualia", "--plugin-dir", str(plugin_dir), *words]
        return subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)

    return start


@pytest.fixture
def leftovers(home: Path) -> Callable[[], list[str]]:
    """List every file below the working folder."""
    return lambda: sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
