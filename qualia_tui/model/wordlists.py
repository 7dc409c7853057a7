"""Frequencies as bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qualia._values import is_mapping
from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import amounts, facts
from qualia_tui.model.charts import bar
from qualia_tui.model.headings import named
from qualia_tui.model.outline import cell
from qualia_tui.model.tables import Table
from qualia_tui.model.texts import figure
from qualia_tui.words import _

_WIDE = 64
"""Cells from which on there is room for how many there are in a million."""
_FEWEST = 3
"""Numbers under names that are worth bars."""


def word_tables(value: facts.Plain) -> Iterator[tuple[str, Table]]:
    """Yield the tables of word frequencies: the words with bars, and those of each speaker."""
    yield "words", _words(facts.items(value, "words"))
    speakers = facts.items(value, "speakers")
    if speakers:
        yield "speakers", _speakers(speakers)


def bar_cells(width: int, *, beside: int) -> int:
    """Return how many cells a bar gets beside so many others."""
    return max(6, min(60, width - beside))


def _words(items: Sequence[Mapping[Any, Any]]) -> Table:
    most = max((facts.number(item, "count") or 0 for item in items), default=0)

    def columns(width: int) -> tuple[Column, ...]:
        known = (
            Column(title=named("word"), width=18),
            Column(title=named("count"), width=8, right=True),
            Column(title="", width=bar_cells(width, beside=_beside(width)), rank=1),
        )
        return (*known, Column(title=named("per_million"), width=13, right=True)) if width >= _WIDE else known

    def row(key: str, item: Mapping[Any, Any], width: int) -> Row:
        count = facts.number(item, "count") or 0
        drawn = bar(count / most if most else 0, bar_cells(width, beside=_beside(width)))
        cells = (Span(facts.text(item, "word")), Span(figure(count)), Span(drawn, "bar"))
        rate = Span(amounts.count(facts.number(item, "per_million")), "dim")
        return Row(key, (*cells, rate) if width >= _WIDE else cells)

    return Table(items=items, columns=columns, row=row)


def _beside(width: int) -> int:
    """Return how many cells stand beside a bar."""
    return 43 if width >= _WIDE else 29


def _speakers(items: Sequence[Mapping[Any, Any]]) -> Table:
    def columns(width: int) -> tuple[Column, ...]:
        del width
        return (
            Column(title=named("speaker"), width=18),
            Column(title=_("running words"), width=16, right=True, rank=2),
            Column(title=named("distinct"), width=9, right=True, rank=1),
            Column(title=named("words"), width=20, grow=1),
        )

    def row(key: str, item: Mapping[Any, Any], width: int) -> Row:
        del width
        cells = (facts.text(item, "speaker"), *(figure(facts.number(item, name)) for name in ("running", "distinct")))
        return Row(key, (*(Span(each) for each in cells), Span(cell(item.get("words")))))

    return Table(items=items, columns=columns, row=row)


def counts_table(value: object) -> Table | None:
    """Return plain data as bars where it is a number for each of some names; None where it is anything else."""
    if not is_mapping(value) or len(value) < _FEWEST:
        return None
    if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in value.values()):
        return None
    items = [{"name": str(name), "count": each} for name, each in value.items()]
    most = max(max(0.0, float(each["count"])) for each in items)

    def columns(width: int) -> tuple[Column, ...]:
        return (
            Column(title=named("name"), width=20),
            Column(title=named("count"), width=10, right=True),
            Column(title="", width=bar_cells(width, beside=34), rank=1, grow=1),
        )

    def row(key: str, item: Mapping[Any, Any], width: int) -> Row:
        count = float(item["count"])
        drawn = bar(count / most if most else 0, bar_cells(width, beside=34))
        return Row(key, (Span(item["name"]), Span(figure(item["count"])), Span(drawn, "bar")))

    return Table(items=items, columns=columns, row=row)
