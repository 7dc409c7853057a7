"""Tables as data: JSON, YAML, and JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from qualia.cli.export.gathering import SOURCE, Gathered, exported_with
from qualia.cli.export.tables import Cell, Table, unlike
from qualia.cli.output import as_json, as_yaml

_AT_ONCE = 1_000


def data_of(gathered: Gathered, tables: Sequence[Table]) -> dict[str, Any]:
    """Return tables, and how they came about, as plain data."""
    return {
        "tables": [
            {
                "name": table.name,
                "columns": list(table.columns),
                "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
            }
            for table in tables
        ],
        "provenance": list(gathered.results),
        "exported_with": exported_with(),
    }


def json_of(gathered: Gathered, tables: Sequence[Table]) -> str:
    """Return as JSON what `data_of` gives, a row a line."""
    parts: list[str] = []
    for table in tables:
        name, columns = as_json(table.name, indent=None), as_json(list(table.columns), indent=None)
        rows = (as_json(dict(zip(table.columns, row, strict=True)), indent=None) for row in table.rows)
        listed = ",\n".join(rows)
        parts.append(f'{{"name": {name}, "columns": {columns}, "rows": [\n{listed}\n]}}')
    rest = data_of(gathered, ())
    del rest["tables"]
    return '{\n"tables": [\n' + ",\n".join(parts) + "\n],\n" + as_json(rest).removeprefix("{\n") + "\n"


def yaml_of(gathered: Gathered, tables: Sequence[Table]) -> str:
    """Return as YAML what `data_of` gives, some rows at a time: a library for YAML holds each value several times."""
    parts = ["tables:"]
    for table in tables:
        parts.append(as_yaml([{"name": table.name, "columns": list(table.columns)}]))
        parts.append("  rows:" if table.rows else "  rows: []")
        for at in range(0, len(table.rows), _AT_ONCE):
            rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows[at : at + _AT_ONCE]]
            parts.append(_indented(as_yaml(rows)))
    data = data_of(gathered, ())
    del data["tables"]
    return "\n".join([*parts, as_yaml(data), ""])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))


def lines_of(gathered: Gathered, tables: Sequence[Table]) -> str:
    """Return every row as a line of JSON that begins with its table and its source."""
    return "".join(f"{as_json(row, indent=None)}\n" for table in tables for row in _rows(gathered, table))


def _rows(gathered: Gathered, table: Table) -> Iterator[dict[str, Cell]]:
    name = unlike("table", table.columns)
    only = [str(each[SOURCE]) for each in gathered.results]
    first: dict[str, Cell] = {name: table.name}
    if len(only) == 1:
        first[unlike(SOURCE, table.columns)] = only[0]
    for row in table.rows:
        yield {**first, **dict(zip(table.columns, row, strict=True))}
