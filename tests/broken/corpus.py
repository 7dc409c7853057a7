"""What a broken plugin is, and how one is written down and put into a folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from qualia import Document
from qualia.records import WordCount, WordFrequencies

Outcome = Literal["absent", "listed", "fails", "refuses", "answers"]

DOCUMENT = Document("One fish. Two fish.", title="Fish")
RECORD = WordFrequencies(words=(WordCount("fish", 2), WordCount("one", 1)), total=3, distinct=2, hapax=1)

_HEADS = {
    "analyzer": (
        "from qualia.plugin import Analyzer, Document, NoParams",
        "",
        "class Entry(Analyzer[NoParams, object]):",
        "    def analyze(self, document, params):",
    ),
    "document": (
        "from qualia.plugin import Document, DocumentProcessor, NoParams",
        "",
        "class Entry(DocumentProcessor[NoParams]):",
        "    def process(self, document, params):",
    ),
    "visualizer": (
        "from qualia.plugin import Artifact, NoParams, Visualizer",
        "",
        "class Entry(Visualizer[NoParams]):",
        "    def render(self, params, *, word_frequencies):",
    ),
}
_GIVES = {
    "analyzer": "return {'characters': len(document.text)}",
    "document": "return Document(document.text.upper(), title=document.title)",
    "visualizer": "return Artifact(media_type='text/plain', data=b'drawn', name='drawn.txt')",
}
FIRST = len(_HEADS["analyzer"]) + 1
"""The line on which the body of `Case.body` begins."""


@frozen(kw_only=True)
class Case:
    """One broken plugin, and what has to be said of it."""

    name: str
    """What it is called: its folder and, where the manifest is right, its id."""
    says: tuple[str, ...]
    """Each has to stand in one finding of the report: a rule and words of its message, as "QP201: invalid syntax"."""
    at: str = ""
    """How the place of the first of these begins: "plugin.toml:3", "__init__.py"; empty for the folder itself."""
    outcome: Outcome = "fails"
    """What a Core makes of it: no plugin; one that is listed as unavailable; one that fails, refuses or answers."""
    kind: str = "analyzer"
    files: Mapping[str, str | bytes] = field(factory=dict, repr=False)
    build: Callable[[Path], object] | None = None
    """Does what files alone cannot, in the plugin's folder."""
    needs_process: bool = False
    """Whether it takes down, stalls or changes the process it runs in, so that only one of its own contains it."""
    blind: bool = False
    """Whether a Core cannot tell where the plugin stood when it ended."""
    timeout_s: float = 20.0
    """Seconds validation gives it."""
    needs: str = ""
    """What the machine has to have: "posix", or "not root"."""

    def write(self, below: Path) -> Path:
        """Write the plugin's folder and return it."""
        folder = below / self.name
        folder.mkdir()
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if self.build is not None:
            self.build(folder)
        return folder


def manifest(name: str, kind: str = "analyzer", **keys: Any) -> str:
    """Return a manifest of a key a line: id, kind, version, api, summary, entry, then those given; None leaves out."""
    whole: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "version": "1.0.0",
        "api": ">=1,<2",
        "summary": "A broken plugin.",
        "entry": "Entry",
    }
    if kind == "visualizer":
        whole |= {"produces": ["text/plain"], "consumes": ["word-frequencies/1"]}
    return "".join(f"{key} = {_toml(value)}\n" for key, value in (whole | keys).items() if value is not None)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def code(body: str = "", kind: str = "analyzer", *, head: str = "") -> str:
    """Return a plugin's ``__init__.py``: ``head`` before all else, then its class with ``body`` as its method's."""
    lines = (body or _GIVES[kind]).strip("\n").splitlines()
    return "\n".join([*head.strip("\n").splitlines(), *_HEADS[kind], *(f"        {line}" for line in lines), ""])


def of_manifest(name: str, *says: str, at: str, text: str | bytes | None = None, **keys: Any) -> Case:
    """Return a case whose code is right and whose manifest is not."""
    written = manifest(name, **keys) if text is None else text
    files = {"plugin.toml": written, "__init__.py": code()}
    return Case(name=name, says=says, at=at, outcome="listed", files=files)


def of_import(
    name: str, head: str, *says: str, line: int = 1, more: Mapping[str, str] | None = None, **how: Any
) -> Case:
    """Return a case that goes wrong when it is imported, on a line of ``head``; 0 for any of them."""
    files = {"plugin.toml": manifest(name), "__init__.py": code(head=head), **(more or {})}
    at = f"__init__.py:{line}" if line else "__init__.py"
    return Case(name=name, says=says, at=at, files=files, **how)


def of_call(name: str, body: str, *says: str, line: int = 1, kind: str = "analyzer", **how: Any) -> Case:
    """Return a case that goes wrong on a line of its method; 0 for the folder as a whole, -1 for any line."""
    keys = how.pop("keys", {})
    files = {"plugin.toml": manifest(name, kind, **keys), "__init__.py": code(body, kind)}
    at = "" if line == 0 else "__init__.py" if line < 0 else f"__init__.py:{FIRST + line - 1}"
    return Case(name=name, says=says, at=at, kind=kind, files=files, **how)


def of_code(name: str, source: str | bytes, *says: str, at: str, **how: Any) -> Case:
    """Return a case with an ``__init__.py`` of its own."""
    return Case(name=name, says=says, at=at, files={"plugin.toml": manifest(name), "__init__.py": source}, **how)


def usable(case: Case) -> str:
    """Return why this machine cannot have a case, or "" when it can."""
    posix = sys.platform != "win32"
    if case.needs == "posix" and not posix:
        return "this system has neither links nor limits of that kind"
    if case.needs == "not root" and (not posix or os.geteuid() == 0):
        return "nothing is unreadable to root"
    return ""
