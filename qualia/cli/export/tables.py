"""A result's plain value as tables: names, columns and rows of single values, with nothing left out.

A list of mappings becomes a table, and a mapping one of two columns, name and value. A list within a row becomes a
table of its own, whose first column says which row it belongs to; a mapping within a row becomes columns. What fits
neither stands in its cell as JSON. Records have the columns their classes declare, also where a list is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from qualia._values import is_mapping, is_sequence, to_plain
from qualia.cli.export.known import Kind, kind_of, spread
from qualia.cli.export.neutral import whole
from qualia.cli.words import _

Cell = bool | int | float | str | None
"""What a cell holds; None is an empty one."""

SUMMARY = "summary"
"""The table of a value's single facts."""
_DEEPEST = 8
_MOST_COLUMNS = 256
_MOST_PARTS = 32
_LABELS = ("speaker", "name", "word", "part", "id", "title")


@frozen
class Table:
    """Rows of single values below named columns."""

    name: str
    """No other table of the same value has it."""
    columns: tuple[str, ...]
    """No two are equal."""
    rows: tuple[tuple[Cell, ...], ...] = field(repr=False)
    """Each as long as ``columns``."""

    def is_numeric(self, place: int) -> bool:
        """Tell whether a column holds numbers, and nothing but numbers and empty cells."""
        items = [row[place] for row in self.rows if row[place] is not None]
        return bool(items) and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in items)


def tables_of(plain: Any, *, schema: str | None = None) -> tuple[Table, ...]:
    """Return a value as tables, the one that tells most first, then its single facts; there is always one.

    Args:
        plain: a record, a document, or JSON-like data.
        schema: what the provenance says it is, ``word-frequencies/1``; None to tell by its shape.
    """
    if attrs.has(plain.__class__):
        schema, plain = getattr(plain, "schema", schema), to_plain(plain)
    kind = kind_of(plain, schema)
    made = _Tables()
    made.add(plain if kind is None else {str(kind.main): (), **spread(plain, kind)}, kind)
    return made.in_order(None if kind is None else kind.main)


def cell(item: object) -> Cell:
    """Return what stands in a cell: single values as they are, anything else as JSON."""
    if item is None or isinstance(item, (bool, int, float, str)):
        return item
    return json.dumps(item, ensure_ascii=False, default=str)


def shown(item: Cell) -> str:
    """Return what people read in a cell, in the language spoken; nothing in it is escaped."""
    if item is None:
        return ""
    if isinstance(item, bool):
        return _("yes") if item else _("no")
    return item if isinstance(item, str) else repr(item)


def unlike(name: str, taken: Iterable[str]) -> str:
    """Return a name, with a number behind it when it is among those ``taken``."""
    used = set(taken)
    free, number = name, 2
    while free in used:
        free, number = f"{name}_{number}", number + 1
    return free


def _is_rows(item: object) -> bool:
    return is_sequence(item) and all(is_mapping(each) for each in item)


@frozen
class _Above:
    """What a row within a row repeats of the one above."""

    columns: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()


class _Tables:
    """Collects tables while a value is taken apart."""

    def __init__(self) -> None:
        self._made: dict[str, Table] = {}
        self._facts: str | None = None
        self._lists: list[str] = []

    def in_order(self, first: str | None) -> tuple[Table, ...]:
        """Return the main table, the single facts, and the others as they came."""
        first = next(iter(self._lists), None) if first is None else first
        names = [name for name in (first, self._facts) if name is not None and name in self._made]
        return tuple(self._made[name] for name in dict.fromkeys([*names, *self._made]))

    def add(self, plain: object, kind: Kind | None) -> None:
        """Take the whole value apart."""
        if is_mapping(plain):
            self._add_mapping("", plain, kind, 0)
        elif is_sequence(plain):
            self._add_list("values", plain, None, 0)
        else:
            self._keep("value", ("value",), [(cell(plain),)])

    def _keep(self, name: str, columns: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> str:
        free = unlike(whole(name), self._made)
        # Two names may come to be one where half characters are replaced.
        clean: list[str] = []
        for column in columns:
            clean.append(unlike(whole(column), clean))
        self._made[free] = Table(free, tuple(clean), tuple(rows))
        return free

    def _add_mapping(self, path: str, mapping: Mapping[Any, Any], kind: Kind | None, depth: int) -> None:
        parts = {name: item for name, item in mapping.items() if _is_part(item) or _is_declared(kind, name)}
        if depth >= _DEEPEST or len(parts) > _MOST_PARTS:
            parts = {}
        # A declared list that is empty has nothing to say, but data of unknown shape keep even that.
        facts = [(str(name), cell(item)) for name, item in mapping.items() if name not in parts]
        if facts or not parts:
            name = self._keep(path or SUMMARY, ("name", "value"), facts)
            self._facts = name if path == "" else self._facts
        for name, item in parts.items():
            below = f"{path}_{name}" if path else str(name)
            if is_mapping(item):
                self._add_mapping_or_rows(below, item, depth + 1)
            elif item or kind is None or name == kind.main:
                self._add_list(below, item or (), kind.rows.get(str(name)) if kind else None, depth + 1)

    def _add_mapping_or_rows(self, path: str, mapping: Mapping[Any, Any], depth: int) -> None:
        items = list(mapping.values())
        if len(items) > 1 and all(is_mapping(each) and each and each.keys() == items[0].keys() for each in items):
            above = [_Above(("name",), (str(name),)) for name in mapping]
            self._add_rows(path, items, None, above, depth)
        else:
            self._add_mapping(path, mapping, None, depth)

    def _add_list(self, path: str, items: Sequence[Any], kind: Kind | None, depth: int) -> None:
        if _is_rows(items) and (kind is not None or any(items)):
            self._add_rows(path, items, kind, [_Above()] * len(items), depth)
        elif items and all(_is_line(each) for each in items):
            width = max(len(each) for each in items)
            rows = [tuple(map(cell, each)) + (None,) * (width - len(each)) for each in items]
            self._keep(path, [str(number) for number in range(1, width + 1)], rows)
        else:
            self._keep(path, ("value",), [(cell(each),) for each in items])

    def _add_rows(
        self, path: str, rows: Sequence[Mapping[Any, Any]], kind: Kind | None, above: Sequence[_Above], depth: int
    ) -> None:
        declared = kind.columns if kind is not None else ()
        keys = list(dict.fromkeys([*declared, *(key for row in rows for key in row)]))
        if kind is not None:
            keys = [key for key in keys if key in declared or any(row.get(key) is not None for row in rows)]
        keys, rest = keys[:_MOST_COLUMNS], set(keys[_MOST_COLUMNS:])
        nested = [key for key in keys if depth < _DEEPEST and _is_nested(key, rows, kind)]
        columns: dict[str, list[Cell]] = {}
        for place, title in enumerate(above[0].columns if above else ()):
            columns[title] = [each.cells[place] for each in above]
        if nested or (kind is not None and kind.rows):
            columns[unlike("row", columns)] = list(range(1, len(rows) + 1))
        for key in keys:
            if key not in nested:
                _fill(columns, str(key), [row.get(key) for row in rows], is_known=key in declared)
        if rest:
            _fill(columns, "more", [{key: row[key] for key in row if key in rest} for row in rows], is_known=True)
        name = self._keep(path, list(columns), zip(*columns.values(), strict=True) if columns else [()] * len(rows))
        self._lists.append(name)
        for key in nested:
            self._add_children(name, str(key), rows, key, kind, depth)

    def _add_children(
        self, parent: str, name: str, rows: Sequence[Mapping[Any, Any]], key: Any, kind: Kind | None, depth: int
    ) -> None:
        below: list[Mapping[Any, Any]] = []
        above: list[_Above] = []
        label = next((each for each in _LABELS if any(each in row for row in rows)), None)
        for number, row in enumerate(rows, start=1):
            children = row.get(key) or ()
            names, cells = (f"{parent}_row",), (number,)
            link = _Above(names, cells) if label is None else _Above((*names, label), (*cells, cell(row.get(label))))
            below += children
            above += [link] * len(children)
        if below:
            taken = {str(each) for row in below for each in row}
            named = tuple(unlike(f"{parent}_{each}" if each in taken else each, taken) for each in above[0].columns)
            above = [_Above(named, each.cells) for each in above]
            self._add_rows(f"{parent}_{name}", below, kind.rows.get(name) if kind else None, above, depth + 1)


def _is_part(item: object) -> bool:
    """Tell whether an item deserves a table of its own."""
    return (is_mapping(item) or is_sequence(item)) and len(item) > 0


def _is_declared(kind: Kind | None, name: object) -> bool:
    return kind is not None and name in kind.rows


def _is_line(item: object) -> bool:
    return is_sequence(item) and 0 < len(item) <= _MOST_COLUMNS and not any(_is_part(each) for each in item)


def _is_nested(key: Any, rows: Sequence[Mapping[Any, Any]], kind: Kind | None) -> bool:
    """Tell whether what rows hold under a key are rows themselves."""
    if kind is not None and key in kind.rows:
        return all(_is_rows(row.get(key) or ()) for row in rows)
    lists = [row.get(key, ()) for row in rows]
    return any(lists) and all(_is_rows(each) and all(each) for each in lists)


def _fill(columns: dict[str, list[Cell]], name: str, items: Sequence[Any], *, is_known: bool) -> None:
    """Put items into one column, or mappings into one for each of their keys."""
    keys = dict.fromkeys(key for item in items if is_mapping(item) for key in item)
    is_spread = keys and len(keys) <= _MOST_PARTS and all(item is None or (is_mapping(item) and item) for item in items)
    if not is_spread or (name == "more" and is_known):
        columns[unlike(name, columns)] = [cell(item) for item in items]
        return
    for key in keys:
        values = [None if item is None else cell(item.get(key)) for item in items]
        columns[unlike(f"{name}_{key}", columns)] = values
