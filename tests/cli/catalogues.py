"""``python -m tests.cli.catalogues``: keep the catalogues of the command line and compile them.

What the command line's modules say through `_` stands in ``qualia.po``: sentences that are new get an empty
translation, those that nothing says any more go. The engine's own sentences stand in ``engine.po``, kept by hand.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOM = Path(__file__).parents[2] / "qualia" / "cli"
FOLDER = ROOM / "locale" / "pt_BR" / "LC_MESSAGES"


def said(room: Path) -> Iterator[tuple[str | None, str]]:
    """Yield the context and the text of every sentence the modules in a folder pass through ``_`` or `heading`."""
    for path in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield from ((None, each) for each in _sentences(node))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("heading", "_heading"):
                yield from (("heading", str(word.value)) for word in node.args if isinstance(word, ast.Constant))


def _sentences(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
        if isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        named = ast.unparse(node.targets[0]) == "sentence" and node.value.value
        yield from [str(node.value.value)] if named else []


def template(room: Path = ROOM) -> Any:
    """Return what is said as a catalogue without translations."""
    found = Catalog(project="qualia-core", charset="utf-8", fuzzy=False)
    for context, sentence in said(room):
        found.add(sentence, context=context)
    return found


def update(name: str) -> list[str]:
    """Bring a catalogue up to date, compile it, and return the sentences that wait for a translation."""
    path = FOLDER / f"{name}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale="pt_BR")
    if name == "qualia":
        created = catalogue.creation_date
        catalogue.update(template(), no_fuzzy_matching=True)
        catalogue.creation_date = created
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=116, sort_output=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return [str(message.id) for message in catalogue if message.id and not message.string]


if __name__ == "__main__":
    waiting = [sentence for name in ("qualia", "engine") for sentence in update(name)]
    sys.exit("\n".join(["not translated:", *waiting]) if waiting else 0)
