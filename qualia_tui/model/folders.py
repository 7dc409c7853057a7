"""What lies in a folder, as rows to pick from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import PurePosixPath

from attrs import frozen

from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import facts
from qualia_tui.model.amounts import moment, size
from qualia_tui.model.log import matches
from qualia_tui.words import _

HERE, ABOVE = "here", "above"
"""Keys of the rows for the folder itself and the one it lies in."""


@frozen(kw_only=True)
class Folder:
    """A folder of the host's machine."""

    path: str
    parent: str
    """The folder it lies in; empty at the root."""
    entries: tuple[facts.Plain, ...]
    has_more: bool
    """Whether there is more in it than is listed."""


def folder_of(answer: object) -> Folder:
    """Return a folder.

    Args:
        answer: of ``files.list``.
    """
    return Folder(
        path=facts.text(answer, "path"),
        parent=facts.text(answer, "parent"),
        entries=facts.items(answer, "entries"),
        has_more=facts.plain(answer).get("more") is True,
    )


def folder_columns() -> tuple[Column, ...]:
    """Return the columns of what lies in a folder."""
    return (
        Column(title=_("name"), width=24, grow=1),
        Column(title=_("size"), width=8, right=True, rank=1),
        Column(title=_("changed"), width=16, rank=2),
    )


def folder_rows(folder: Folder, *, wanted: str = "", takes_folders: bool) -> tuple[Row, ...]:
    """Return what lies in a folder as rows; their keys are paths, or `HERE` and `ABOVE`.

    Args:
        folder: the folder.
        wanted: what names must have in them; empty for all, and for the folder itself and the one above.
        takes_folders: whether the folder itself may be picked.
    """
    rows: list[Row] = []
    if not wanted:
        if takes_folders:
            rows.append(Row(HERE, (Span(_("> every file of this folder"), "accent"), Span(""), Span(""))))
        if folder.parent:
            rows.append(Row(ABOVE, (Span("../", "accent"), Span(""), Span(""))))
    rows += (_row(each) for each in folder.entries if matches(wanted, facts.text(each, "name")))
    return tuple(rows)


def _row(entry: facts.Plain) -> Row:
    name, kind = facts.text(entry, "name"), facts.text(entry, "kind")
    shown = f"{name}/" if kind == "folder" else name
    style = {"folder": "accent", "file": ""}.get(kind, "dim")
    count = size(facts.number(entry, "bytes")) if kind == "file" else ""
    changed = moment(facts.number(entry, "modified_at_s"))[:16]
    return Row(facts.text(entry, "path"), (Span(shown, style), Span(count), Span(changed, "dim")))


def kind_of(folder: Folder, path: str) -> str:
    """Return what a path of a folder is: "folder", "file", "other", or empty when it is not listed."""
    return next((facts.text(each, "kind") for each in folder.entries if facts.text(each, "path") == path), "")


def is_path(typed: str) -> bool:
    """Return whether somebody types a path, not part of a name."""
    return "/" in typed or typed.startswith("~")


def typed_path(typed: str, folder: str, *, home: str) -> str:
    """Return the whole path that was typed.

    Args:
        typed: a path, from the root, from a folder, or after ``~/`` from somebody's own.
        folder: what it begins in when it does not say.
        home: what ``~`` is.
    """
    path = typed.strip()
    if path == "~" or path.startswith("~/"):
        path = home + path[1:]
    return os.path.normpath(PurePosixPath(folder, path))


def first_pick(rows: Iterable[Row]) -> str:
    """Return the key of the first row that lies in the folder; empty when nothing does."""
    return next((row.key for row in rows if row.key not in (HERE, ABOVE)), "")
