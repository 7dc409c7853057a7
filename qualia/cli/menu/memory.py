"""What the menu keeps between two visits: the files used last, and its language. A small file, which may be absent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import evolve, frozen

from qualia._files import write_whole
from qualia._values import is_mapping, is_texts
from qualia.errors import UnwritableOutput

MOST = 10
_MOST_BYTES = 256 * 1024


@frozen(kw_only=True)
class Kept:
    """What is kept."""

    files: tuple[str, ...] = ()
    """Absolute paths, the latest first."""
    remembers: bool = True
    """Whether files are kept at all."""
    language: str | None = None
    """The language somebody chose in the menu; None for the system's."""

    def with_file(self, path: str) -> Kept:
        """Return what is kept once a file was used."""
        if not self.remembers:
            return self
        return evolve(self, files=(path, *(each for each in self.files if each != path))[:MOST])


class Memory:
    """The file that holds what is kept. One that is missing, damaged or unreadable holds nothing; nothing is raised.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path

    def read(self) -> Kept:
        """Return what is kept."""
        try:
            if not self.path.is_file() or self.path.stat().st_size > _MOST_BYTES:
                return Kept()
            data: Any = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return Kept()
        return _kept(data)

    def write(self, kept: Kept) -> bool:
        """Keep this, and tell whether it could be kept."""
        data = {"format": 1, "files": list(kept.files), "remembers": kept.remembers, "language": kept.language}
        try:
            # Which interviews somebody works on is nobody else's business.
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, (json.dumps(data, indent=2) + "\n").encode("ascii"))
            self.path.chmod(0o600)
        except (OSError, ValueError, UnwritableOutput):
            return False
        return True

    def used(self, path: str) -> None:
        """Keep that a file was used."""
        kept = self.read()
        after = kept.with_file(str(Path(path).absolute()))
        if after != kept:
            self.write(after)

    def forget(self) -> bool:
        """Forget every file, and tell whether that could be kept."""
        return self.write(evolve(self.read(), files=()))


def memory_path(environ: Mapping[str, str], home: Path) -> Path:
    """Return where it is kept: below XDG_STATE_HOME, on Windows below LOCALAPPDATA, else in ``~/.local/state``.

    Args:
        environ: the environment.
        home: the user's folder.
    """
    given = environ.get("XDG_STATE_HOME") or (environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    folder = Path(given) if given and Path(given).is_absolute() else home / ".local" / "state"
    return folder / "qualia" / "menu.json"


def _kept(data: object) -> Kept:
    if not is_mapping(data):
        return Kept()
    table = cast("Mapping[str, Any]", data)
    files, language = table.get("files"), table.get("language")
    remembers = table.get("remembers") is not False
    listed = tuple(dict.fromkeys(files))[:MOST] if is_texts(files) and remembers else ()
    return Kept(files=listed, remembers=remembers, language=language if language in ("en", "pt-BR") else None)
