"""Small plugins written into a folder, most of them with one fault."""

from __future__ import annotations

from pathlib import Path

MANIFEST = """\
id = "{id}"
kind = "{kind}"
version = "1.0.0"
api = ">=1,<2"
summary = "For tests."
entry = "Toy"
{more}
"""

ANALYZER = """
import os, random, threading
from attrs import frozen
from qualia.plugin import Analyzer, Context, UnsupportedInput, param

@frozen
class Params:
    count: int = param({default}, ge=1, le=9, help="How many.")
    mark: str = param("!", help="What is put behind.")

class Toy(Analyzer[Params, dict]):
    def analyze(self, document, params{context}):
        {body}
"""


def write_plugin(folder: Path, code: str, *, plugin: str = "toy", kind: str = "analyzer", more: str = "") -> Path:
    """Write a plugin below ``folder`` and return its own folder."""
    place = folder / plugin
    place.mkdir()
    (place / "plugin.toml").write_text(MANIFEST.format(id=plugin, kind=kind, more=more), encoding="utf-8")
    (place / "__init__.py").write_text(code, encoding="utf-8")
    return place


def analyzer(body: str, *, default: int = 3, context: bool = False) -> str:
    """Return the code of an analyzer whose method has this body."""
    return ANALYZER.format(body=body, default=default, context=", *, context: Context" if context else "")
