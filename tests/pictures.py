"""What the tests of pages and pictures look at: what could run, what reaches out, what people read."""

from __future__ import annotations

import re
import struct
from html.parser import HTMLParser
from xml.etree import ElementTree

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '<a href="javascript:alert(3)">x</a>',
    "$x^$ {y} %{z}",
    "\u202egro.live\u0000",
    "\U0001f600\u6f22\u5b57",
)


class Reader(HTMLParser):
    """Collects what could run or reach out, and the text people see."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.dangers: list[str] = []
        self.text = ""
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        if tag == "script":
            self.scripts.append("")
        if tag in ("img", "iframe", "object", "embed", "base", "link", "form", "a"):
            self.dangers.append(tag)
        self.dangers += [name for name, _ in attrs if name.startswith("on")]
        self.dangers += [f"{name}={value}" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += data
        elif self.inside != "style":
            self.text += data


def read(data: bytes) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(data.decode())
    reader.close()
    return reader


def svg_dangers(data: bytes) -> list[str]:
    """List what could run in an SVG, or what reaches out of it."""
    found: list[str] = []
    for node in ElementTree.fromstring(data).iter():
        if node.tag.rpartition("}")[2] in ("script", "foreignObject", "a", "image"):
            found.append(node.tag)
        for name, value in node.items():
            name = name.rpartition("}")[2]
            if name.startswith("on") or (name in ("href", "src") and not value.startswith("#")):
                found.append(f"{name}={value}")
    return found


def png_size(data: bytes) -> tuple[int, ...]:
    """Return a PNG's width and height in pixels."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def pdf_dangers(data: bytes) -> list[str]:
    """List what could run in a PDF, or what reaches out of it; its streams hold drawing only."""
    assert data[:5] == b"%PDF-"
    outside = re.sub(rb"stream\r?\n.*?endstream", b"", data, flags=re.DOTALL)
    names = (b"/JS", b"/JavaScript", b"/URI", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/CreationDate")
    return [name.decode() for name in names if re.search(re.escape(name) + rb"\b", outside)]
