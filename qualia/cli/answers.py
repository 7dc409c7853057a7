"""What a plugin gives, shown again and again, with what is different from the time before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qualia._files import write_whole
from qualia._safe import safe_line, safe_text
from qualia._values import to_plain
from qualia.cli.colour import is_coloured
from qualia.cli.comparing import difference, lines_of, shown
from qualia.cli.output import Face
from qualia.cli.readable import readable
from qualia.cli.watching import clock
from qualia.cli.words import _
from qualia.document import Document
from qualia.result import Artifact, Result

_MOST = 40
_MOST_BYTES = 2_000_000


class Answers:
    """Shows each answer of one plugin.

    Args:
        face: where to.
        target: the file or folder that artifacts are written to.
    """

    def __init__(self, face: Face, target: Path) -> None:
        self._face: Face = face
        self._target: Path = target
        self._is_coloured: bool = is_coloured()
        self._before: list[str] | None = None

    def show(self, head: str, result: Result[Any]) -> None:
        """Show an answer below a line that tells of it; one that is no different is not shown again.

        Raises:
            UnwritableOutput: an artifact or stdout cannot be written.
        """
        lines = _comparable(result.value)
        parts = [f"{clock(time.time())}  {safe_line(head)}"]
        changed = [] if self._before is None else difference(self._before, lines)
        if self._before is not None and changed == []:
            parts.append(_("no difference"))
        else:
            parts.append(self._shown(result.value))
        if changed is None:
            parts.append(_("the difference is too long to show"))
        elif changed:
            parts.append(_("different from the run before:"))
            parts += shown(changed, most=_MOST, is_coloured=self._is_coloured)
            parts += _more(len(changed))
        self._before = lines
        self._face.data("\n".join(parts))

    def _shown(self, value: object) -> str:
        if isinstance(value, Artifact):
            name = Path(value.name.replace("\\", "/")).name or "artifact"
            place = self._target / name if self._target.is_dir() else self._target
            path = safe_line(str(write_whole(place, value.data)))
            return _("wrote {path}", path=f"{path} ({value.media_type}, {len(value.data)} B)")
        if isinstance(value, Document):
            text = safe_text(value.text.rstrip("\n"))
        else:
            text = readable(value, width=self._face.width)
        lines = text.splitlines()
        return "\n".join([*lines[:_MOST], *_more(len(lines))])


def _more(count: int) -> Sequence[str]:
    return [_("... and {more} more lines", more=count - _MOST)] if count > _MOST else []


def _comparable(value: object) -> list[str]:
    if not isinstance(value, Artifact):
        return lines_of(to_plain(value))
    import hashlib

    is_text = value.media_type.startswith("text/") or value.media_type.endswith(("json", "xml"))
    text = value.data.decode(errors="replace") if is_text and len(value.data) <= _MOST_BYTES else ""
    facts = [f"name: {value.name}", f"media_type: {value.media_type}"]
    if text:
        return [*facts, *text.splitlines()]
    return [*facts, f"size_bytes: {len(value.data)}", f"sha256: {hashlib.sha256(value.data).hexdigest()}"]
