"""``python -m tests.plugins.catalogues [PLUGIN ...]``: keep the catalogues of the plugins that ship and compile them.

Each plugin has its own, in its folder, for what it says of itself: its summary and the help of its params. What is new
gets an empty translation, what is said no longer goes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from qualia._files import write_whole
from qualia._plugins.catalog import shipped_folder
from qualia._plugins.manifest import read_manifest
from qualia.cli.shell.declared import declared_params

ROOM = shipped_folder()
PLACE = Path("locale", "pt_BR", "LC_MESSAGES", "plugin.po")


def names() -> list[str]:
    """Return the plugins that ship, by the names of their folders."""
    return sorted(path.parent.name for path in ROOM.glob("*/plugin.toml"))


def said(plugin: str) -> tuple[str, ...]:
    """Return what a plugin says of itself, each once; it is read, not loaded, so its libraries may be missing."""
    manifest = read_manifest(ROOM / plugin / "plugin.toml")
    helps = declared_params(str(ROOM / plugin), manifest.entry).values()
    return tuple(dict.fromkeys(each for each in (manifest.summary, *helps) if each))


def catalogue_of(plugin: str) -> Path:
    """Return the file of a plugin's catalogue, which may not be there."""
    return ROOM / plugin / PLACE


def read(path: Path) -> Any:
    """Return a catalogue; an empty one where there is none."""
    if not path.is_file():
        return Catalog(locale="pt_BR", project="qualia-core", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="pt_BR")


def give_words(folder: Path, sentences: Mapping[str, str]) -> Path:
    """Put a compiled catalogue into a plugin's folder and return its file."""
    catalogue = read(folder / "nothing")
    for english, portuguese in sentences.items():
        catalogue.add(english, portuguese)
    path = folder / PLACE
    path.parent.mkdir(parents=True, exist_ok=True)
    _compile(path, catalogue)
    return path.with_suffix(".mo")


def _compile(path: Path, catalogue: Any) -> None:
    target = path.with_suffix(".mo")
    made = BytesIO()
    write_mo(made, catalogue)
    # Whoever watches the folder must not see a change where there is none.
    if not target.is_file() or target.read_bytes() != made.getvalue():
        write_whole(target, made.getvalue())


def update(plugin: str) -> list[str]:
    """Bring a catalogue up to date, compile it, and return the sentences that wait for a translation."""
    path = catalogue_of(plugin)
    template = Catalog(project="qualia-core", charset="utf-8", fuzzy=False)
    for sentence in said(plugin):
        template.add(sentence)
    catalogue = read(path)
    created = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = created
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=116, sort_output=True, ignore_obsolete=True)
    _compile(path, catalogue)
    return [str(message.id) for message in catalogue if message.id and not message.string]


if __name__ == "__main__":
    waiting = [sentence for name in sys.argv[1:] or names() for sentence in update(name)]
    sys.exit("\n".join(["not translated:", *waiting]) if waiting else 0)
