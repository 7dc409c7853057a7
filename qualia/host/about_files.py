"""What lies in the folders of the host's machine, for those who pick a file from afar."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia.errors import DocumentUnreadable
from qualia.host.verbs import Verb
from qualia.protocol import HostRefused

_MOST = 2000
_LOOKED_AT = 20_000


@frozen
class AboutFiles:
    """Answers what is asked about folders."""

    project: Path | None

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        return (
            Verb(
                name="files.list",
                told="What lies in a folder of the host's machine: names, kinds, sizes, times.",
                call=self.all,
                may_take={"path": str, "hidden": bool, "limit": int},
                slow=True,
            ),
        )

    def all(self, path: str | None = None, limit: int = _MOST, *, hidden: bool = False) -> dict[str, Any]:
        """Return what lies in a folder, folders first; without a path, in the project or at home."""
        if not 1 <= limit <= _MOST:
            raise HostRefused("files.list", f"limit is 1 to {_MOST}")
        folder = Path(path) if path is not None else self.project or Path.home()
        if not folder.is_absolute():
            raise HostRefused("files.list", "the host may stand in another folder; give the whole path, from the root")
        folder = Path(os.path.normpath(folder))
        try:
            with os.scandir(folder) as found:
                seen = [*islice(_entries(found, hidden=hidden), _LOOKED_AT)]
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise DocumentUnreadable(str(folder), reason, "name a folder you may look into") from error
        seen.sort(key=lambda each: (each["kind"] != "folder", each["name"].casefold(), each["name"]))
        parent = str(folder.parent) if folder.parent != folder else None
        return {"path": str(folder), "parent": parent, "entries": seen[:limit], "more": len(seen) > limit}


def _entries(found: Iterator[os.DirEntry[str]], *, hidden: bool) -> Iterator[dict[str, Any]]:
    for each in found:
        if hidden or not each.name.startswith("."):
            yield _facts(each)


def _facts(entry: os.DirEntry[str]) -> dict[str, Any]:
    """Return what is known of an entry; a link is told as such, and its kind is that of what it leads to."""
    known: dict[str, Any] = {"name": entry.name, "path": entry.path, "kind": "other", "link": False}
    known |= {"bytes": None, "modified_at_s": None}
    try:
        known["link"] = entry.is_symlink()
        facts = entry.stat()
    except OSError:
        # A link that leads nowhere, or what was removed meanwhile.
        return known
    if stat.S_ISDIR(facts.st_mode):
        return known | {"kind": "folder", "modified_at_s": facts.st_mtime}
    kind = "file" if stat.S_ISREG(facts.st_mode) else "other"
    return known | {"kind": kind, "bytes": facts.st_size, "modified_at_s": facts.st_mtime}
