"""Plain data of any shape: as an indented outline, and its lists as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qualia._values import is_mapping, is_sequence
from qualia_tui.lines import Column, Row, Span
from qualia_tui.model.headings import named
from qualia_tui.model.texts import Paragraph, cells, figure
from qualia_tui.words import _

MOST = 2_000
"""Facts an outline shows."""
_DEEPEST = 12
_COLUMNS = 12
_LOOKED_AT = 100
"""Rows that decide how wide a table's columns are."""
_WIDEST = 32
_LISTED = 8
"""Items of a list within a cell."""


def outline(value: object, *, most: int = MOST) -> Iterator[Paragraph]:
    """Yield plain data as an outline; what does not fit any more is said at its end.

    Args:
        value: the data.
        most: paragraphs at most, without that last one.
    """
    for number, paragraph in enumerate(_outlined("", value, 0)):
        if number == most:
            yield Paragraph(text=_("… and more; save it to see everything"), style="warn")
            return
        yield paragraph


def _outlined(name: str, value: object, depth: int) -> Iterator[Paragraph]:
    lead = (Span(f"{name}: ", "accent"),) if name else ()
    indent = 2 * max(0, depth - 1)
    parts = list(_parts(value))
    if not parts or depth > _DEEPEST:
        yield Paragraph(text=_single(value), lead=lead, indent=indent)
        return
    if name:
        yield Paragraph(lead=(Span(f"{name}", "accent"), Span(f"  {len(parts)}", "dim")), indent=indent)
    for part, each in parts:
        yield from _outlined(part, each, depth + 1)


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """Yield what a value is made of; nothing for a single fact, or a list of them that is short enough for one line."""
    if is_mapping(value):
        yield from ((named(str(name)), each) for name, each in value.items())
    elif is_sequence(value) and (len(value) > _LISTED or any(is_mapping(each) or is_sequence(each) for each in value)):
        yield from ((f"{number}", each) for number, each in enumerate(value, start=1))


def _single(value: object) -> str:
    if is_sequence(value):
        return ", ".join(figure(each) for each in value) or "–"
    if is_mapping(value):
        return "…" if value else "–"
    return figure(value) or "–"


def cell(value: object) -> str:
    """Return any value as the text of one cell."""
    if is_mapping(value):
        return ", ".join(f"{named(str(name))} {_brief(each)}" for name, each in list(value.items())[:_LISTED])
    if is_sequence(value):
        more = f", … {len(value)}" if len(value) > _LISTED else ""
        return ", ".join(_brief(each) for each in value[:_LISTED]) + more
    return figure(value)


def _brief(value: object) -> str:
    if is_mapping(value):
        # A record in a list is known by what stands first in it, such as a word and how often it occurs.
        return " ".join(figure(each) for each in list(value.values())[:2] if not is_mapping(each))
    return "…" if is_sequence(value) else figure(value)


def tables_in(value: object) -> Iterator[tuple[str, Sequence[Mapping[Any, Any]]]]:
    """Yield the lists of records in plain data, each with its name; empty for the data itself."""
    if is_table(value):
        yield "", value  # type: ignore[misc]  # is_table says so
    elif is_mapping(value):
        for name, each in value.items():
            if is_table(each):
                yield str(name), each


def is_table(value: object) -> bool:
    """Return whether a value is a list of records."""
    return is_sequence(value) and len(value) > 0 and all(is_mapping(each) for each in value[:_LOOKED_AT])


def columns_of(items: Sequence[Mapping[Any, Any]]) -> tuple[tuple[str, Column], ...]:
    """Return the columns of a list of records, each with the name it has in them; empty ones are left out."""
    seen = items[:_LOOKED_AT]
    names = list(dict.fromkeys(str(name) for item in seen for name in item))
    texts = {name: [cell(item.get(name)) for item in seen] for name in names}
    filled = [name for name in names if any(texts[name])][:_COLUMNS]
    return tuple((name, _column(name, texts[name], seen, place)) for place, name in enumerate(filled))


def _column(name: str, texts: Sequence[str], seen: Sequence[Mapping[Any, Any]], place: int) -> Column:
    values = [item.get(name) for item in seen]
    is_number = all(each is None or (isinstance(each, (int, float)) and not isinstance(each, bool)) for each in values)
    widest = max(map(cells, texts), default=0)
    title = named(name)
    return Column(
        title=title,
        width=max(min(widest, _WIDEST), min(cells(title), 14), 3),
        grow=min(4, widest // _WIDEST + 1) if widest > 12 and not is_number else 0,
        right=is_number,
        rank=place,
    )


def record_row(key: str, item: Mapping[Any, Any], names: Sequence[str]) -> Row:
    """Return a record as a row."""
    return Row(key, tuple(Span(cell(item.get(name))) for name in names))
