"""``python -m tests.tui.catalogues``: keep the catalogue of the console and compile it.

Sentences that are new get an empty translation, those that nothing says any more go.
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

import qualia_tui
from qualia_tui.names import ACTIONS
from qualia_tui.sections import ENTRIES
from tests.cli.catalogues import said

ROOM = Path(qualia_tui.__file__).parent
PATH = ROOM / "locale" / "pt_BR" / "LC_MESSAGES" / "console.po"


def bound() -> Iterator[str]:
    """Yield what keys are said to do."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Binding" and len(node.args) > 2:
                yield str(ast.literal_eval(node.args[2]))


def sentences() -> list[str]:
    """Return all that the console says."""
    spoken = [sentence for _context, sentence in said(ROOM)]
    return sorted({*spoken, *bound(), *ACTIONS.values(), *(entry.title for entry in ENTRIES)} - {""})


def update() -> list[str]:
    """Bring the catalogue up to date, compile it, and return the sentences that wait for a translation."""
    with PATH.open("rb") as file:
        catalogue: Any = read_po(file, locale="pt_BR")
    created = catalogue.creation_date
    template: Any = Catalog(project="qualia-core", charset="utf-8", fuzzy=False)
    for sentence in sentences():
        template.add(sentence)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = created
    catalogue.obsolete.clear()
    with PATH.open("wb") as file:
        write_po(file, catalogue, width=116, sort_output=True, ignore_obsolete=True)
    with PATH.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return [str(message.id) for message in catalogue if message.id and not message.string]


if __name__ == "__main__":
    waiting = update()
    sys.exit("\n".join(["not translated:", *waiting]) if waiting else 0)
