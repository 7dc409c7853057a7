"""What a client gives to be worked on: a text, or a file of the host's machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualia.core import Core
from qualia.document import Document
from qualia.errors import DocumentUnreadable
from qualia.protocol import HostRefused

GIVEN: Mapping[str, Any] = {"text": str, "path": str, "title": str}
"""The params that say what is given."""
_LONGEST_PATH, _SHOWN = 4096, 40


def check_given(verb: str, text: str | None, path: str | None) -> None:
    """Refuse what is neither a text nor a whole path, or both.

    Raises:
        HostRefused: there is none, or there are both.
        DocumentUnreadable: the path begins in a folder nobody knows.
    """
    if (text is None) == (path is None):
        raise HostRefused(verb, "give a text or a path")
    if path is not None and len(path) > _LONGEST_PATH:
        raise DocumentUnreadable(f"{path[:_SHOWN]}…", "file name too long", "check the name and the folder")
    if path is not None and not Path(path).is_absolute():
        raise DocumentUnreadable(path, "the host may stand in another folder", "give the whole path, from the root")


def document_of(core: Core, text: str | None, path: str | None, title: str | None) -> Document:
    """Return what was given as a document.

    Raises:
        DocumentUnreadable: the file cannot be read, or is larger than the settings allow.
    """
    if path is None:
        return Document(text or "", title=title)
    if may_block(Path(path)):
        raise DocumentUnreadable(path, "it is no file", "name a file that holds the text")
    return Document.from_path(path, title=title, max_bytes=core.settings.max_document_bytes)


def may_block(path: Path) -> bool:
    """Whether reading may wait for ever, or find no end: a pipe or a device, which nobody here could interrupt."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        # Whoever reads it says why that cannot be.
        return False
