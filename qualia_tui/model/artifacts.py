"""Files that plugins made: what can be told of them in a terminal."""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from html.parser import HTMLParser

from qualia._values import is_mapping
from qualia_tui.lines import Span
from qualia_tui.model import facts
from qualia_tui.model.amounts import size
from qualia_tui.model.headings import named
from qualia_tui.model.texts import Paragraph
from qualia_tui.words import _

PREVIEW_BYTES = 64 * 1024
"""As much of a file as is looked into."""
_MOST_LINES = 40
_SIZE = re.compile(
    r"""<svg\b[^>]*?\bwidth\s*=\s*["']([\d.]+)[a-z]*["'][^>]*?\bheight\s*=\s*["']([\d.]+)""", re.IGNORECASE
)
_BOX = re.compile(
    r"""<svg\b[^>]*?\bviewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""", re.IGNORECASE
)
_PNG = b"\x89PNG\r\n\x1a\n"


def is_artifact(value: object) -> bool:
    """Return whether plain data are those of an artifact."""
    if not is_mapping(value) or not isinstance(value.get("data"), str):
        return False
    return {"media_type", "data", "name"} <= set(value) <= {"media_type", "data", "name", "bytes"}


def artifact_paragraphs(value: facts.Plain) -> Iterator[Paragraph]:
    """Yield what there is to tell of an artifact: its name, kind, size, and how it begins where that is text."""
    media_type, encoded = facts.text(value, "media_type"), facts.text(value, "data")
    head = head_of(encoded)
    yield _fact(named("name"), facts.text(value, "name"))
    yield _fact(_("kind"), media_type)
    told_bytes = facts.number(value, "bytes")
    yield _fact(_("size"), size(decoded_bytes(encoded) if told_bytes is None else told_bytes))
    extent = extent_of(head, media_type)
    if extent is not None:
        yield _fact(_("extent"), f"{extent[0]:g} × {extent[1]:g}")
    yield Paragraph()
    yield Paragraph(text=_("s saves it; what a terminal cannot show is opened from there"), style="dim")
    lines = list(preview(head, media_type))
    if lines:
        yield Paragraph()
        yield Paragraph(text=_("it begins:"), style="accent")
        yield from (Paragraph(text=each, indent=2) for each in lines)


def _fact(title: str, text: str) -> Paragraph:
    return Paragraph(text=text, lead=(Span(f"{title}: ", "accent"),))


def head_of(encoded: str) -> bytes:
    """Return the first bytes of what was sent in base64; nothing where it is none."""
    wanted = encoded[: -(-PREVIEW_BYTES // 3) * 4]
    try:
        return base64.b64decode(wanted[: len(wanted) // 4 * 4], validate=True)
    except (binascii.Error, ValueError):
        return b""


def decoded_bytes(encoded: str) -> int:
    """Return how many bytes stand in base64."""
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")


def extent_of(head: bytes, media_type: str) -> tuple[float, float] | None:
    """Return width and height of a picture as its own file tells them; None where it does not."""
    if head.startswith(_PNG) and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return float(width), float(height)
    if head[:4] == b"GIF8" and len(head) >= 10:
        width, height = struct.unpack("<HH", head[6:10])
        return float(width), float(height)
    if media_type == "image/svg+xml":
        text = head[:4096].decode("utf-8", "replace")
        found = _SIZE.search(text) or _BOX.search(text)
        return None if found is None else (float(found[1]), float(found[2]))
    return None


def preview(head: bytes, media_type: str) -> Iterator[str]:
    """Yield how a file of text begins, line by line; of a page or a drawing what it says, without its code."""
    if media_type in ("text/html", "image/svg+xml"):
        found = _Said()
        found.feed(head.decode("utf-8", "replace"))
        yield from found.said[:_MOST_LINES]
    elif media_type.startswith("text/") or media_type == "application/json":
        yield from (line[:2_000] for line in head.decode("utf-8", "replace").splitlines()[:_MOST_LINES])


class _Said(HTMLParser):
    """What a page says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent: int = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; what scripts and styles hold is not said."""
        del attrs
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self._silent = max(0, self._silent - (tag in ("script", "style")))

    def handle_data(self, data: str) -> None:
        """Take in a text."""
        text = " ".join(data.split())
        if text and not self._silent and len(self.said) < _MOST_LINES:
            self.said.append(text)
