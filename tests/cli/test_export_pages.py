"""Pages and Markdown of tables: whatever stands in a cell is shown as text, and has no meaning of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given

from qualia._safe import safe_text
from qualia.cli.export.marked import marked
from qualia.cli.export.neutral import whole
from qualia.cli.export.page import page
from qualia.cli.export.tables import Cell, Table
from tests.cli.test_export_forms import gathered, tables


def texts(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Return rows as forms of text have them in English."""
    return [["" if item is None else _text(item) for item in row] for row in rows]


def _text(item: Cell) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    return item if isinstance(item, str) else repr(item)


class Cells(HTMLParser):
    """Collects captions and cells of a page, and every tag there is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.tables: list[list[list[str]]] = []
        self._is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        self.tags.add(tag)
        assert not [name for name, _value in attrs if name.startswith("on") or name in ("src", "style")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._is_open = True

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in ("td", "th"):
            self._is_open = False

    def handle_data(self, data: str) -> None:
        """Keep the text of a cell."""
        if self._is_open:
            self.tables[-1][-1][-1] += data


FORBIDDEN = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *map(chr, range(0xFDD0, 0xFDF0)), "\ufffe", "\uffff"}


def allowed(text: str) -> str:
    """Return a text as a page may hold it."""
    banned = FORBIDDEN - {"\t", "\n", "\r"}
    return "".join("\ufffd" if char in banned else char for char in whole(text))


@given(table=tables())
def test_html_is_read_back_as_it_was(table: Table) -> None:
    """A page's cells hold the texts, only tags of the page's own, and U+FFFD for what HTML forbids."""
    cells = Cells()
    cells.feed(page(gathered(table), [table]))
    assert cells.tags <= set(
        "html head meta title style body main h1 div table caption thead tbody tr th td footer p".split()
    )
    expected = [[allowed(item) for item in row] for row in texts([table.columns, *table.rows])]
    assert cells.tables[0] == expected
    assert cells.tables[1][1][0] == "odd <name>|.json"


def test_a_page_stands_alone_and_can_be_read_by_all() -> None:
    """No scripts, nothing from elsewhere, light and dark, captions and scopes, and boxes the keyboard reaches."""
    text = page(gathered(), [Table("t", ("name", "n"), (("a", 1),)), Table("u", ("x",), (("שלום",),))])
    for part in (
        '<html lang="en">',
        "default-src &#x27;none&#x27;",
        "color-scheme: light dark",
        '<caption id="t0">t</caption>',
        '<th scope="col">name</th>',
        '<th scope="row">a</th><td class="n">1</td>',
        '<td dir="auto">שלום</td>',
        'tabindex="0"',
    ):
        assert part in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")


@given(table=tables())
def test_markdown_is_read_back_as_text(table: Table) -> None:
    """A reader of Markdown finds each cell as plain text: nothing is markup, control characters are visible."""
    markdown: Any = pytest.importorskip("markdown_it")
    parser = markdown.MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(marked(gathered(table), [table]))
    start = next(number for number, token in enumerate(tokens) if token.type == "table_open")
    end = next(number for number, token in enumerate(tokens) if token.type == "table_close")
    cells = [_plain(token) for token in tokens[start:end] if token.type == "inline"]
    expected = [item for row in texts([table.columns, *table.rows]) for item in row]
    assert cells == [_visible(item) for item in expected]


def _plain(token: Any) -> str:
    parts = []
    for child in token.children:
        assert child.type in ("text", "text_special") or child.content == "<br>", child
        parts.append("\n" if child.content == "<br>" else child.content)
    return "".join(parts).strip(" ")


def _visible(text: str) -> str:
    return safe_text(text).replace("\t", " ").strip(" ")
