"""Small plugins whose calls do what a test wants, and a Core that has nothing else."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qualia import Core, Settings

MANIFEST = 'id = "{id}"\nkind = "analyzer"\nversion = "1.0.0"\napi = ">=1,<2"\nsummary = "A toy."\nentry = "Toy"\n'
CODE = """
from qualia.plugin import Analyzer, Document, NoParams

class Toy(Analyzer[NoParams, int]):
    def analyze(self, document: Document, params: NoParams) -> int:
        return {body}
"""
LENGTH = "len(document.text)"
NUMBER = "int(document.text)"
"""Fails on what is no number, with a message that quotes the document."""


def write_toy(folder: Path, id_: str, body: str = LENGTH) -> Path:
    """Write a plugin that answers with the value of ``body``, and return its folder."""
    plugin = folder / id_
    plugin.mkdir(parents=True, exist_ok=True)
    (plugin / "plugin.toml").write_text(MANIFEST.format(id=id_), encoding="utf-8")
    (plugin / "__init__.py").write_text(CODE.format(body=body), encoding="utf-8")
    return plugin


@contextmanager
def toys(folder: Path, bodies: Mapping[str, str], *, state: bool = False, **settings: object) -> Generator[Core]:
    """Open a Core with these plugins, by id, and nothing that is installed."""
    plugins = [write_toy(folder / "toys", id_, body) for id_, body in bodies.items()]
    values = {"installed_plugins": False, "state_dir": folder / ".qualia" if state else None, **settings}
    with Core(plugins, settings=Settings(**values)) as core:  # type: ignore[arg-type]
        yield core
