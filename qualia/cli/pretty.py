"""Plain data as compact tables for people. rich is imported here only, and only when a terminal shows a table."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from qualia._safe import safe_line
from qualia.cli.colour import bold, is_coloured
from qualia.cli.output import as_json
from qualia.cli.words import _

ROWS = 20
"""Rows shown of a list; how many more there are is said below."""
_CELL = 100
_FACT = 2_000
"""Characters shown of a text that stands alone; in a terminal it goes on below."""
_NARROW = 24
_NARROWEST = 12
_EMPTY: tuple[object, ...] = ("", (), [], {})


def table(
    rows: Sequence[Sequence[str]], *, headings: Sequence[str] = (), width: int | None, is_cut: bool = False
) -> str:
    """Return rows as aligned columns.

    Args:
        rows: cells of equal number.
        headings: one for each column, or none.
        width: of the terminal, in characters, to fold or cut long columns to; None makes them as wide as they need.
        is_cut: whether long cells end with an ellipsis instead of going on below.
    """
    if width is None:
        return _aligned([[safe_line(each) for each in row] for row in rows], [safe_line(each) for each in headings])
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(
        file=io.StringIO(), width=width, force_terminal=is_coloured(), highlight=False, markup=False, emoji=False
    )
    grid = Table(box=None, show_header=bool(headings), pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    columns = list(zip(*rows, strict=True)) or [()] * len(headings)
    widths = _widths(
        [(heading, *column) for heading, column in zip(headings or [""] * len(columns), columns, strict=True)], width
    )
    for number, column in enumerate(columns):
        grid.add_column(
            Text(safe_line(headings[number])) if headings else "",
            justify="right" if _is_numeric(column) else "left",
            no_wrap=is_cut or all(len(each) <= _NARROW for each in column),
            overflow="ellipsis" if is_cut else "fold",
            width=widths[number],
        )
    for row in rows:
        grid.add_row(*(Text(safe_line(each)) for each in row))
    with console.capture() as captured:
        console.print(grid)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _aligned(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> str:
    """Return safe rows as columns as wide as they need, without styles: what a file or a pipe gets."""
    columns = list(zip(*rows, strict=True)) or [()] * len(headings)
    lines = [headings, *rows] if headings else rows
    widths = [max(map(cells, column)) for column in zip(*lines, strict=True)]
    rightwards = [_is_numeric(column) for column in columns]

    def padded(text: str, width: int, is_right: bool) -> str:
        gap = " " * (width - cells(text))
        return gap + text if is_right else text + gap

    text = ["  ".join(map(padded, line, widths, rightwards)).rstrip() for line in lines]
    return "\n".join([bold(text[0]), *text[1:]] if headings else text)


def cells(text: str) -> int:
    """Return how many places a text takes on a terminal: wide characters take two, marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return how wide each column is: short ones as they are, the others share what is left of the terminal."""
    from rich.cells import cell_len

    natural = [max((cell_len(safe_line(each)) for each in column), default=0) for column in columns]
    if sum(natural) + 2 * len(natural) <= width:
        return natural
    long = [each for each in natural if each > _NARROW]
    room = width - sum(each for each in natural if each <= _NARROW) - 2 * len(natural)
    share = max(_NARROWEST, room // max(1, len(long)))
    return [each if each <= _NARROW else min(each, share) for each in natural]


def _is_mapping(item: object) -> TypeGuard[Mapping[Any, Any]]:
    return isinstance(item, Mapping)


def _is_list(item: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(item, (list, tuple))


def _is_numeric(column: Sequence[str]) -> bool:
    return bool(column) and all(_is_number(each) for each in column)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "").lstrip("-").isdigit() or text == "–"


def pretty(value: object, *, width: int | None) -> str:
    """Return plain data as tables: single facts first, then each list with its first `ROWS` rows."""
    if not _is_mapping(value):
        return _listed(value, width=width)
    facts = [
        (str(name), cell(item, most=_FACT)) for name, item in value.items() if not _is_rich(item) and item not in _EMPTY
    ]
    parts = [table(facts, width=width)] if facts else []
    for name, item in value.items():
        if _is_rich(item):
            parts.append(f"{safe_line(str(name))}\n{_listed(item, width=width)}")
    return "\n\n".join(parts) or _("(nothing)")


def _is_rich(item: object) -> bool:
    """Tell whether an item deserves a table of its own."""
    if _is_mapping(item):
        return bool(item)
    return _is_list(item) and any(isinstance(each, (Mapping, list, tuple)) for each in item)


def _listed(item: object, *, width: int | None) -> str:
    if _is_mapping(item):
        rows: list[tuple[str, ...]] = [(str(name), cell(each)) for name, each in item.items()]
        return _cut(rows, (), width=width)
    if _is_list(item) and item and all(_is_mapping(each) for each in item):
        names = list(dict.fromkeys(name for each in item for name in each))
        names = [name for name in names if any(each.get(name) not in (None, *_EMPTY) for each in item)]
        columns = {str(name): [cell(each.get(name)) for each in item[:ROWS]] for name in names}
        if columns:
            fitting, left_out = _fitting(columns, width)
            rows = list(zip(*fitting.values(), strict=True))
            text = _cut(rows, list(fitting), total=len(item), width=width)
            return (
                f"{text}\n{_('left out here: {names}; --format json shows all', names=safe_line(', '.join(left_out)))}"
                if left_out
                else text
            )
    if _is_list(item):
        return _cut([(cell(each),) for each in item], (), width=width) if item else _("(nothing)")
    return safe_line(cell(item))


def _fitting(columns: Mapping[str, list[str]], width: int | None) -> tuple[dict[str, list[str]], list[str]]:
    """Return the columns that fit beside each other, and the names of the others; the first always fits."""
    if width is None:
        return dict(columns), []
    fitting: dict[str, list[str]] = {}
    room = width
    # Offsets are for programs; they give way to whatever tells people something.
    for name in sorted(columns, key=lambda each: each in ("start", "end")):
        wanted = max(len(name), min(_NARROW, max(map(len, columns[name]))))
        if not fitting or wanted <= room:
            fitting[name] = columns[name]
            room -= wanted + 2
    return {name: fitting[name] for name in columns if name in fitting}, [
        name for name in columns if name not in fitting
    ]


def _cut(
    rows: Sequence[tuple[str, ...]], headings: Sequence[str], *, width: int | None, total: int | None = None
) -> str:
    text = table(rows[:ROWS], headings=headings, width=width, is_cut=True)
    more = (len(rows) if total is None else total) - ROWS
    if more <= 0:
        return text
    return text + "\n" + _("... and {more} more; --format json shows all", more=more)


def cell(item: Any, *, most: int = _CELL) -> str:
    """Return an item as one line; a text of more than ``most`` characters is cut and ends with an ellipsis."""
    if item is None:
        return "–"
    if isinstance(item, bool):
        return _("yes") if item else _("no")
    if isinstance(item, float):
        return f"{item:.0f}" if 1e4 <= abs(item) < 1e15 else f"{item:.4g}"
    if _is_list(item):
        text, most = _joined(item), min(most, _CELL)
    elif _is_mapping(item):
        text = " ".join(cell(each) for each in item.values()) if _is_flat(item) else as_json(item, indent=None)
    else:
        text = str(item)
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _joined(items: Sequence[Any]) -> str:
    shown = ", ".join((_gist(each) if _is_mapping(each) else "") or cell(each) for each in items[:5])
    return shown if len(items) <= 5 else f"{shown}, … (+{len(items) - 5})"


def _gist(item: Mapping[Any, Any]) -> str:
    """Return a record within a list in two words: its first text, with its first fraction; "" if it has no text."""
    if _is_flat(item):
        return ""
    name = next((str(each) for each in item.values() if isinstance(each, str) and each.strip()), "")
    worth = next((float(each) for each in item.values() if isinstance(each, float)), None)
    return name if worth is None or not name else f"{name} {cell(worth)}"


def _is_flat(item: Mapping[Any, Any]) -> bool:
    return len(item) <= 3 and not any(isinstance(each, (Mapping, list, tuple)) for each in item.values())
